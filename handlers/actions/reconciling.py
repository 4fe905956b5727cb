"""Every night: does everything that came in lead somewhere? Whoever mends it is told once a day what does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from handlers.actions import notices
from handlers.messages import Say
from handlers.reports import counting
from handlers.reports.counting import DoesNotReconcile
from handlers.rules import periods
from handlers.services import Svc
from storage import agencies, history, people, reconciling
from storage.reconciling import MOST, Places
from storage.words import Role

_MENDS = (Role.ADMIN, Role.COORDINATOR)


def events(svc: Svc) -> dict[str, int]:
    """Events `received`, and how many of them are `answered`, `open` and `parked`."""
    return reconciling.events(svc.session)


def look(svc: Svc, files: Path | None) -> dict[str, Places]:
    """What does not agree, by the name of the check; {} when everything does. In a snapshot: it reads everything.

    `files`: where the sealed files lie.
    """
    found = dict(reconciling.checks(svc.session, svc.now))
    if files is not None:
        found.update(reconciling.files(svc.session, files, svc.now))
    found["chain"] = _chain(svc)
    found["figures"] = _figures(svc)
    return {name: places for name, places in found.items() if places.count}


def tell(svc: Svc, found: Mapping[str, Places]) -> None:
    """Tell the administrators and coordinators of every agency, once a day."""
    lines = [
        svc.texts.word("reconcile_checks.line", what=svc.texts.word(f"reconcile_checks.{name}"), n=places.count)
        for name, places in found.items()
    ]
    n = sum(places.count for places in found.values())
    say = Say(svc.texts.say("officer.reconcile", n=n, places="\n".join(lines)))
    told: set[int] = set()
    for agency in agencies.all_agencies(svc.session):
        for post in people.posts_in(svc.session, agency.code, svc.today):
            if post.role not in _MENDS or post.person_id in told:
                continue
            told.add(post.person_id)
            for account in people.accounts_of(svc.session, post.person_id):
                notices.tell_account(svc, account, [say], None, f"reconcile:{svc.today.isoformat()}")


def _chain(svc: Svc) -> Places:
    found = history.verify(svc.session)
    return Places(0, []) if found.broken_at is None else Places(1, [f"{found.broken_at}: {found.why}"])


def _figures(svc: Svc) -> Places:
    """The figures of the week before this one, of every agency: totals and their parts."""
    week = periods.holding("week", svc.today, svc.tools.zone).before()
    wrong: list[str] = []
    for agency in agencies.all_agencies(svc.session):
        try:
            counting.count(svc, agency.code, week)
        except DoesNotReconcile as found:
            wrong += [f"{agency.code}: {place}" for place in found.places]
    return Places(len(wrong), wrong[:MOST])
