"""After a try to send: write down what the person was given, or that they could not be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.actions import announcing, notices, status
from handlers.messages import Say
from handlers.rules.case_status import is_open
from handlers.services import Svc, Tools
from storage import cases, conversations, handling, messages, outbox, people
from storage.db import Session
from storage.inbox import lane_of
from storage.sending import Claimed
from storage.tables import Account, Case, Conversation
from storage.words import OutboxState, Role, Status


@dataclass(frozen=True)
class Taken:
    """One call the platform took: what each message says, how it was drawn, and the platform's ids."""

    texts: list[str]
    drawn: list[dict[str, Any]]
    message_ids: list[str]


@dataclass(frozen=True)
class Ending:
    """How a try to send ended, beyond what was taken."""

    state: OutboxState
    unreachable: bool = False
    quota: bool = False  # it waits because the month's pushes are used up
    moved_to: str = ""  # the chat's new address
    kept: bool = False  # pushes are left, for what cannot wait


def note(session: Session, tools: Tools, message: Claimed, ending: Ending, taken: list[Taken], now: datetime) -> None:
    """Keep what was said; what could not be said is told to officers, so that people can telephone."""
    conversation = conversations.by_lane(session, message.lane)
    if conversation is None:
        return
    for call in taken:
        messages.add_out(
            session,
            conversation,
            at=now,
            outbox_id=message.id,
            case_id=message.case_id,
            texts=call.texts,
            drawn=call.drawn,
            message_ids=call.message_ids,
            mask=tools.mask,
        )
    svc = Svc(session, now, tools)
    if ending.moved_to:
        move(session, conversation, ending.moved_to)
    if ending.unreachable:
        _gone(svc, conversation, message)
    elif ending.state in _NOT_ARRIVED and message.case_id is not None:
        case = cases.get(session, message.case_id)
        if case.account_id == message.account_id:
            _NOT_ARRIVED[ending.state](svc, case)
    if ending.quota:
        _quota(svc, message, ending.kept)


def gone(svc: Svc, account: Account) -> None:
    """A person blocked us: the officers of their open cases are told, once for each case, to use another way."""
    people.mark_unreachable(svc.session, account.id, svc.now)
    announcing.unsubscribe(svc, account.id)
    for case in cases.of_account(svc.session, account.id):
        if is_open(case.status):
            _tell_gone(svc, case)


def _gone(svc: Svc, conversation: Conversation, message: Claimed) -> None:
    if conversation.agency_code is not None:
        conversation.agency_code = conversation.unit_code = conversation.role = None  # the group put us out
    if message.account_id is None:
        return
    people.mark_unreachable(svc.session, message.account_id, svc.now)
    if message.case_id is not None:
        case = cases.get(svc.session, message.case_id)
        if case.account_id == message.account_id:
            _tell_gone(svc, case)


def _tell_gone(svc: Svc, case: Case) -> None:
    status.record(svc, case, "unreachable", by="system")
    if case.status in (Status.RESOLVED, Status.CLOSED) and not outbox.was_told(svc.session, case.id, case.account_id):
        handling.not_told_after_all(svc.session, case.id)
    notices.tell_unit(svc, case, "officer.unreachable", once=f"unreachable:{case.id}:{svc.today.isoformat()}")


def _tell_doubt(svc: Svc, case: Case) -> None:
    status.record(svc, case, "uncertain", by="system")
    notices.tell_unit(svc, case, "officer.uncertain", once=f"uncertain:{case.id}:{svc.today.isoformat()}")


_NOT_ARRIVED = {OutboxState.GIVEN_UP: _tell_gone, OutboxState.UNCERTAIN: _tell_doubt}


def move(session: Session, conversation: Conversation, chat_id: str) -> None:
    """A group got another address: what it was for an agency, and what waits for it, goes there."""
    lane = lane_of(session.keys, conversation.channel, chat_id)
    new = conversations.of_chat(session, conversation.channel, lane, chat_id)
    if new.id != conversation.id:
        conversations.move(session, conversation, new)
        outbox.readdress(session, conversation.lane, lane, chat_id)


def _quota(svc: Svc, message: Claimed, kept: bool) -> None:
    """The month's pushes are used up, or kept for what cannot wait: officers telephone where it matters.

    Who works here and is told the same on LINE needs no notice of it.
    """
    month = f"{svc.today:%Y-%m}"
    if message.case_id is not None:
        case = cases.get(svc.session, message.case_id)
        if not kept or message.account_id == case.account_id:
            key = "officer.quota_kept" if kept else "officer.quota"
            notices.tell_unit(svc, case, key, once=f"quota:{case.id}:{month}")
    elif not kept:  # else the warnings said what waits
        notices.tell_roles(svc, (Role.INTAKE, Role.ADMIN), Say(svc.texts.say("officer.quota_all")), f"quota:{month}")
