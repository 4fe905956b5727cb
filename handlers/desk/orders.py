"""What an officer does to a case: one function for each command."""

from __future__ import annotations

from handlers import access
from handlers.actions import status
from handlers.desk.order import Order
from handlers.messages import Choice, Part, Say
from handlers.services import Svc
from storage.words import Status


def accept(svc: Svc, order: Order) -> list[Part]:
    status.accept(svc, order.case, order.post, access.acts_as(order.post))
    text = svc.texts.say(
        "officer.accepted", code=order.case.reference, officer=order.post.name, time=svc.texts.clock(svc.now)
    )
    return [Say(text, (Choice(svc.texts.word("officer.button_view", code=order.case.reference)),))]


def tell(svc: Svc, order: Order) -> list[Part]:
    reached = status.tell(svc, order.case, order.post, order.words)
    key = "officer.told" if reached else "officer.unreachable"
    return [Say(svc.texts.say(key, code=order.case.reference, note=order.words))]


def result(svc: Svc, order: Order) -> list[Part]:
    status.report(svc, order.case, order.post, access.acts_as(order.post), order.words)
    close = Choice(svc.texts.word("officer.button_close", code=order.case.reference))
    return [Say(svc.texts.say("officer.reported", code=order.case.reference), (close,))]


def close(svc: Svc, order: Order) -> list[Part]:
    acting = access.acts_as(order.post)
    if order.case.status == Status.RESOLVED:
        status.close(svc, order.case, order.post, acting)
        return [Say(svc.texts.say("officer.closed", code=order.case.reference))]
    status.conclude(svc, order.case, order.post, acting)
    return [Say(svc.texts.say("officer.resolved", code=order.case.reference))]
