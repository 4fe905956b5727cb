"""Two officers on one case: who is about to tell the complainant something hears that another just did."""

from __future__ import annotations

from datetime import timedelta

from handlers import access
from handlers.desk.next_steps import name_of
from handlers.desk.order import SAYS_MOST, Order, button, example
from handlers.messages import Choice, Say
from handlers.rules.case_status import CITIZEN, MoveNotAllowed, may_move
from handlers.services import Svc
from handlers.texts import shortened
from storage import cases, handling
from storage.tables import StatusUpdate
from storage.words import Status

_LATELY = timedelta(minutes=5)
_TOLD = frozenset(
    {"asked", "told", "resolved", "approved", "transferred", "not_accepted", "deferred", "closed", "used"}
)
_ANSWERS = frozenset({"answered", "no_info", "went_on"})


class Collided(Exception):
    """Somebody else told the complainant a moment ago; `say` asks whether this is still wanted."""

    def __init__(self, say: Say) -> None:
        super().__init__("somebody else was faster")
        self.say = say


def check(svc: Svc, order: Order, to: Status | None = None) -> None:
    """Right before it is done. Raises Collided; MoveNotAllowed where it would not work anyhow."""
    case = order.case
    if to is not None and not any(
        may_move(Status(case.status), to, by) for by in access.acts_as(order.post, order.case)
    ):
        raise MoveNotAllowed(Status(case.status), to)
    if order.forced:
        return
    row = handling.told_lately(svc.session, case.id, _TOLD, order.post.person_id, svc.now - _LATELY)
    if row is not None and not _has_answered(svc, order, row):
        raise Collided(_collision(svc, order, row))


def _has_answered(svc: Svc, order: Order, told: StatusUpdate) -> bool:
    """Did the complainant answer what was told: "ยังไม่แก้", more words? Then the next word to them is a new one."""
    later = [row for row in cases.updates(svc.session, [order.case.id]) if row.id > told.id]
    return any(row.by == CITIZEN or row.what in _ANSWERS for row in later)


def _collision(svc: Svc, order: Order, row: StatusUpdate) -> Say:
    code = order.case.reference
    line = f"{example(order.name, '')}! {code}"
    if len(line) + len(order.words) < SAYS_MOST:
        line = f"{line} {order.words}".strip()  # else they are asked for once more
    minutes = int((svc.now - row.at).total_seconds() // 60)
    text = svc.texts.say(
        "officer.collision",
        code=code,
        name=name_of(svc, order.case.agency_code, row.person_id),
        what=svc.texts.word(f"events.{row.what}"),
        when=svc.texts.say("officer.minutes_ago", n=minutes) if minutes else svc.texts.word("officer.just_now"),
        note=shortened(row.note_masked or "", 80),
    )
    return Say(text, (Choice(svc.texts.word("officer.button_force"), line), button("view", code)))
