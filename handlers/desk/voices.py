"""Suggestions, opinions and praise: what became of an idea, and a unit's thanks for a kind word."""

from __future__ import annotations

from dataclasses import replace

from handlers import access
from handlers.actions import deciding, ideas, notices, praise, status
from handlers.desk import asking, guard, next_steps, orders
from handlers.desk.order import Order, outcome_in
from handlers.desk.orders import done
from handlers.messages import Choice, Part, Say
from handlers.services import Svc
from storage.words import IDEAS, Conclusion, Kind, Status

_TO_TAKE_ON = frozenset({Status.ASSIGNED, Status.REOPENED})
_AT_WORK = _TO_TAKE_ON | {Status.IN_PROGRESS, Status.RETURNED_INCOMPLETE}
_TOLD = frozenset({Status.RESOLVED, Status.CLOSED})


def accept(svc: Svc, order: Order) -> list[Part]:
    """As any other case; of praise the next tap ends it."""
    parts = orders.accept(svc, order)
    if order.case.kind != Kind.COMPLIMENT:
        return parts
    return _with(parts, (notices.thanks(svc, order.case),))


def result(svc: Svc, order: Order) -> list[Part]:
    """As of any other case; and what became of the idea is one tap away."""
    parts, case = orders.result(svc, order), order.case
    if case.kind not in IDEAS or case.status != Status.REPORTED or deciding.head_decides(svc, case):
        return parts
    if deciding.missing(svc, case, Conclusion.NOTED):
        return parts
    return _with(parts, _outcomes(svc, replace(order, name="close")))


def _with(parts: list[Part], choices: tuple[Choice, ...]) -> list[Part]:
    *before, last = parts
    return [*before, replace(last, choices=(*choices, *last.choices))] if isinstance(last, Say) else parts


def close(svc: Svc, order: Order) -> list[Part]:
    """Praise ends with the unit's thanks, an idea with what became of it and the words behind; all else as ever."""
    case = order.case
    if case.kind == Kind.COMPLIMENT and case.status in _AT_WORK | {Status.REPORTED}:
        told = praise.thank(svc, case, order.post, access.acts_as(order.post, case))
        return done(svc, order, "officer.thanked", told)
    if case.kind not in IDEAS:
        return orders.close(svc, order)
    outcome, words = outcome_in(order.words)
    if case.status in _AT_WORK:
        return _conclude(svc, order, outcome, words) if outcome else _which(svc, order)
    if case.status == Status.RESOLVED and outcome == Conclusion.USED:
        return use(svc, replace(order, name="used", words=words))
    if case.status == Status.REPORTED and outcome:
        return _conclude(svc, order, outcome, words)
    if outcome:
        order = order.saying(svc.texts.word(f"conclusions.{outcome}"))
    return orders.close(svc, order)


def _outcomes(svc: Svc, order: Order) -> tuple[Choice, ...]:
    return asking.listed(order, [(name, name) for name in svc.texts.table("ideas").values()])


def _which(svc: Svc, order: Order) -> list[Part]:
    if not next_steps.takes_up(order.case, order.post):
        return [next_steps.not_now(svc, order)]
    why = svc.texts.say("officer.which_outcome", code=order.case.reference)
    return asking.wants(svc, order, why, choices=_outcomes(svc, order))


def _conclude(svc: Svc, order: Order, outcome: str, words: str) -> list[Part]:
    """The words are the result, said now or reported before; whoever only takes note need not say more."""
    case, acting = order.case, access.acts_as(order.post, order.case)
    if case.status in _AT_WORK:
        if not next_steps.takes_up(case, order.post):
            return [next_steps.not_now(svc, order)]
        if not words and outcome == Conclusion.NOTED:
            words = svc.texts.word("officer.noted_result")
        if not words:
            kept = svc.texts.word(f"ideas.{outcome}")
            return asking.wants(svc, order, kept=kept, key=f"idea_{outcome}")
    guard.check(svc, order)
    if case.status in _TO_TAKE_ON:
        status.accept(svc, case, order.post, acting)
    if words:
        status.report(svc, case, order.post, acting, words)
    return orders.close(svc, order.saying(svc.texts.word(f"conclusions.{outcome}")))


def use(svc: Svc, order: Order) -> list[Part]:
    """ "/นำไปใช้": an idea was used. Before its result is told this concludes it; afterwards its people hear it now."""
    case = order.case
    if case.kind not in IDEAS:
        return [Say(svc.texts.say("officer.no_idea", code=case.reference), next_steps.buttons(svc, order))]
    if case.status not in _TOLD:
        if case.status in _AT_WORK | {Status.REPORTED}:
            return _conclude(svc, replace(order, name="close"), Conclusion.USED, order.words)
        return [next_steps.not_now(svc, order)]
    if not order.words:
        return asking.wants(svc, order)
    guard.check(svc, order)
    try:
        told = ideas.use(svc, case, order.post, order.words)
    except ideas.ToldBefore:
        return [Say(svc.texts.say("officer.used_already", code=case.reference))]
    return done(svc, order, "officer.used_done", told, "view")
