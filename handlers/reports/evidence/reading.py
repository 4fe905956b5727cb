"""The yearly evidence for whoever its link was made: for one person, agency and year, while they have a post that reads
it."""

from __future__ import annotations

from datetime import timedelta

from handlers import access
from handlers.access import Actor
from handlers.reports import links
from handlers.reports.counting import EVERY
from handlers.reports.evidence.scope import Scope
from handlers.rules.duties import EVIDENCE_READERS
from handlers.services import Svc
from storage import people
from storage.people import Post
from storage.words import Role

DAYS = 7
_PURPOSE = "evidence"


def reader(actor: Actor) -> Post | None:
    """The post by which this person reads the evidence: one of an agency's own before a governor's."""
    reading = [post for post in actor.posts if post.role in EVIDENCE_READERS]
    return min(reading, key=lambda post: post.role == Role.GOVERNOR, default=None)


def scope_of(svc: Svc, post: Post, year: int) -> Scope:
    """What this post reads: its agency's evidence; a governor that of all agencies."""
    return Scope(svc, year, None if post.role == Role.GOVERNOR else post.agency_code)


def token(scope: Scope, person_id: int) -> str:
    """What `/report/{token}` finds it by."""
    svc = scope.svc
    values = (scope.agency_code or EVERY, scope.year, person_id)
    return links.sign(svc, _PURPOSE, values, svc.now + timedelta(days=DAYS))


def opened(svc: Svc, given: str) -> Scope:
    """What a token leads to. Raises access.NotFound: not ours, too old, or the person reads it no more."""
    *agency, year, person = links.opened(svc, _PURPOSE, given)
    wanted = ".".join(agency)
    for post in people.posts_of(svc.session, int(person), svc.today):
        if post.role in EVIDENCE_READERS:
            scope = scope_of(svc, post, int(year))
            if wanted == (scope.agency_code or EVERY):
                return scope
    raise access.NotFound(_PURPOSE)
