"""A slip of the thumb: what an officer did a moment ago, taken back before the citizen heard of it."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.actions.status import record
from handlers.services import Svc
from storage import handling, ids, outbox
from storage.people import Post
from storage.tables import Case
from storage.words import Status


class TooLate(Exception):
    """Nothing to take back: too late, somebody else acted since, or the citizen has it."""


@dataclass(frozen=True)
class Deed:
    """How a case stood, and the newest thing that had happened to it, before an officer did something."""

    before: dict[str, object]
    last: int


def begin(svc: Svc, case: Case) -> Deed | None:
    """From now on, what is put out for others waits a moment and can be taken back (PRATU_UNDO_SECONDS; None: 0)."""
    if not svc.tools.undo_seconds:
        return None
    svc.deed = ids.new_key()
    return Deed(handling.standing(svc.session, case), handling.last_update_id(svc.session, case.id))


def end(svc: Svc, case: Case, post: Post, command: str, deed: Deed | None) -> bool:
    """Remember the deed, if one was done since it began; True where it can be taken back."""
    key, svc.deed = svc.deed, ""
    if deed is None or not key or handling.last_update_id(svc.session, case.id) == deed.last:
        return False
    handling.note_deed(
        svc.session,
        case,
        key=key,
        person_id=post.person_id,
        command=command,
        now=svc.now,
        undo_for=svc.undo_time,
        before=deed.before,
    )
    return True


def undo(svc: Svc, case: Case, post: Post) -> str:
    """The case stands as before, and nobody hears of it; returns the command taken back. Raises TooLate.

    This is the one step beside the status table: only by the same person, within seconds, with nothing in between.
    """
    deed = handling.last_deed(svc.session, case.id, post.person_id, svc.now)
    if deed is None or not outbox.take_back(svc.session, deed.key):
        raise TooLate(case.reference)
    handling.forget_rows_of(svc.session, deed)
    handling.put_back(svc.session, case, deed.before)
    deed.undone_at = svc.now
    moved = deed.before["status"] != case.status
    record(svc, case, "undone", by=post.role, post=post, status=Status(deed.before["status"]) if moved else None)
    return deed.command
