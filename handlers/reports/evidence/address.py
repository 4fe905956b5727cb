"""The address of the registers' page, for one person, agency and year, for a day."""

from __future__ import annotations

from datetime import timedelta

from handlers import access
from handlers.reports import links
from handlers.rules.duties import KEEPERS
from handlers.services import Svc
from storage import people

DAYS = 1
_PURPOSE = "registers"


def link(svc: Svc, agency_code: str, year: int, person_id: int) -> str:
    """The address; "" without a public one."""
    return svc.tools.page_link(f"/registers/{token(svc, agency_code, year, person_id)}")


def token(svc: Svc, agency_code: str, year: int, person_id: int) -> str:
    """What the page finds it by."""
    return links.sign(svc, _PURPOSE, (agency_code, year, person_id), svc.now + timedelta(days=DAYS))


def opened(svc: Svc, given: str) -> tuple[str, int, int]:
    """(agency, fiscal year, person) of a token. Raises access.NotFound: not ours, too old, or the person keeps that
    agency's registers no more."""
    *agency, year, person = links.opened(svc, _PURPOSE, given)
    agency_code, person_id = ".".join(agency), int(person)
    posts = people.posts_of(svc.session, person_id, svc.today)
    if not any(post.role in KEEPERS and post.agency_code == agency_code for post in posts):
        raise access.NotFound(_PURPOSE)
    return agency_code, int(year), person_id
