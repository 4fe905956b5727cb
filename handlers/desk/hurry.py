""" "/เร่ง": somebody in charge orders a unit to hurry, and may send the letter as well."""

from __future__ import annotations

from handlers.actions import hurrying, letters, notices
from handlers.desk import next_steps
from handlers.desk.order import Order, button
from handlers.desk.orders import done
from handlers.messages import Choice, Part, Say
from handlers.reports.letters import CHASES
from handlers.services import Svc
from storage import letters as letters_kept


def hurry(svc: Svc, order: Order) -> list[Part]:
    """Once a day a person and case; the complainant does not hear of it."""
    case, code = order.case, order.case.reference
    if not hurrying.may_hurry(case):
        return [next_steps.not_now(svc, order)]
    try:
        told = hurrying.order(svc, case, order.post, order.words)
    except hurrying.AgainToday:
        return [Say(svc.texts.say("officer.hurried_today", code=code), (*_letter(svc, order), button("view", code)))]
    key = "officer.hurry_done" if told else "officer.hurry_nobody"
    (said,) = done(svc, order, key, None, "view", unit=notices.unit_name(svc, case), n=str(told))
    assert isinstance(said, Say)
    return [Say(said.text, (*_letter(svc, order), *said.choices))]


def _letter(svc: Svc, order: Order) -> tuple[Choice, ...]:
    """The letter that follows the last one of its kind."""
    case = order.case
    if not set(CHASES) & set(letters.fitting(svc, case)):
        return ()
    sent = sum(letters_kept.newest(svc.session, case.id, kind) is not None for kind in CHASES)
    kind = CHASES[min(sent, len(CHASES) - 1)]
    label = svc.texts.word("officer.button_chase")
    return (button("letter", case.reference, svc.texts.word(f"letter.names.{kind}"), label),)
