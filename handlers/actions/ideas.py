"""What becomes of suggestions and opinions ("ท่านเสนอ เราทำ"): who told one, and who joined, hears that it was used."""

from __future__ import annotations

from handlers.actions.status import record
from handlers.actions.telling import Told, first_answer, tell
from handlers.services import Svc
from storage.people import Post
from storage.tables import Case
from storage.words import Conclusion


class ToldBefore(Exception):
    """Its people know already that it was used."""


def use(svc: Svc, case: Case, post: Post, what_changed: str) -> Told:
    """An idea that was noted or planned has changed something after all, also long after it was closed: told once.

    The case stays where it stands. Raises ToldBefore.
    """
    if case.conclusion_type == Conclusion.USED:
        raise ToldBefore(case.reference)
    update = record(svc, case, "used", by=post.role, post=post, note=what_changed)
    case.conclusion_type = Conclusion.USED
    first_answer(svc, case)
    values = {"kind": svc.texts.word(f"kinds.{case.kind}"), "result": what_changed}
    return tell(svc, case, update, "status.used", values)
