"""One inbox row from lock to outbox: lock, read, route, act, put out. All of it in one transaction, or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.actions import cases as filing
from handlers.actions import notices
from handlers.flows import complaint
from handlers.messages import Incoming, Part, Say, cleaned
from handlers.router import route
from handlers.services import Svc, Talk, Tools, put_out
from storage import cases, conversations, inbox, messages, people
from storage.db import Session
from storage.inbox import Unread
from storage.tables import Account, Conversation, Message
from storage.words import InboxState, Role

Reader = Callable[[Unread], Incoming]

MOST_TRIES = 5
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(seconds=60)
_KEPT_QUIET = frozenset({"unsend", "leave", "unfollow", "other"})


def take_turn(session: Session, tools: Tools, read: Reader, lane: str, channel: str, now: datetime) -> bool:
    """Work on the chat's oldest unread event. False when there was none, or somebody else holds the chat."""
    conversation = conversations.lock(session, lane, channel)
    if conversation is None:
        return False
    unread = inbox.oldest_unread(session, lane)  # read after the lock: what was read before may be stale
    if unread is None:
        return False
    svc = Svc(session, now, tools)
    if unread.body is not None:
        _answer(svc, conversation, unread, cleaned(read(unread)))
    conversation.not_before = None
    inbox.settle(session, unread.id, InboxState.DONE, now)
    return True


def _answer(svc: Svc, conversation: Conversation, unread: Unread, incoming: Incoming) -> None:
    account = _who(svc, conversation, incoming)
    if account is None:
        return  # an event without a person: kept, nothing to answer
    if not incoming.private and not incoming.addressed:
        _forget(svc, conversation, unread, incoming)
        return
    message = _write_down(svc, conversation, unread, incoming)
    talk = Talk(conversation, account, message, conversations.read_state(svc.session, conversation))
    parts = _unsend(svc, talk, incoming) if incoming.kind == "unsend" else route(svc, talk, incoming)
    if parts:
        talk.offer(parts)
    conversations.write_state(svc.session, conversation, talk.state)
    if incoming.answerable:
        put_out(
            svc,
            conversation,
            parts,
            case_id=_case_of(svc, talk),
            reply_token=incoming.reply_token,
            reply_event_at=incoming.at,
        )


def _who(svc: Svc, conversation: Conversation, incoming: Incoming) -> Account | None:
    """The account that wrote. A chat's own row learns its address on first sight."""
    if conversation.chat_id is None and incoming.chat_id:
        conversation.chat_id = svc.session.keys.seal_text(incoming.chat_id)
    user = incoming.user_id or incoming.chat_id
    if not user:
        return None
    account = people.account_for(svc.session, incoming.channel, user, svc.now)
    if conversation.account_id is None and incoming.private:
        conversation.account_id = account.id
    if account.unreachable_at is not None and incoming.kind not in ("unfollow",):
        account.unreachable_at = None  # they write: they can be reached
    conversation.last_in_at = svc.now
    return account


def _write_down(svc: Svc, conversation: Conversation, unread: Unread, incoming: Incoming) -> Message:
    text = "" if incoming.kind in _KEPT_QUIET else incoming.text
    message = messages.add_in(
        svc.session,
        conversation,
        at=incoming.at,
        kind=incoming.kind,
        text=text,
        masked=svc.tools.mask(text) if text else "",
        event_id=unread.event_id,
        message_id="" if incoming.kind in ("unsend", "edit") else incoming.message_id,  # about another message
        inbox_id=unread.id,
    )
    place = incoming.place
    if place is not None and place.lat is not None and place.lon is not None:
        messages.add_point(svc.session, message, place.lat, place.lon)
    if incoming.media is not None:
        messages.add_attachment(
            svc.session,
            message,
            kind=incoming.kind,
            ref=incoming.media.ref,
            name=incoming.media.name,
            now=svc.now,
        )
    return message


def _forget(svc: Svc, conversation: Conversation, unread: Unread, incoming: Incoming) -> None:
    """What people say to each other in a group is not ours: the fact stays, the words go."""
    messages.add_in(
        svc.session,
        conversation,
        at=incoming.at,
        kind=incoming.kind,
        text="",
        masked="",
        event_id=unread.event_id,
        message_id=incoming.message_id,
        inbox_id=unread.id,
    )
    inbox.blank(svc.session, unread.id)


def _unsend(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """A person took a message back: its words leave the message, the raw body, the draft and the case."""
    taken = messages.find_by_platform_id(svc.session, talk.conversation.id, incoming.message_id)
    if taken is None:
        return []
    words = messages.text_of(svc.session, taken)
    messages.blank(svc.session, taken)
    if taken.inbox_id is not None:
        inbox.blank(svc.session, taken.inbox_id)
    complaint.forget(svc, talk, taken.id, words)
    if taken.case_id is None:
        return []
    case = cases.get(svc.session, taken.case_id)
    filing.unsend(svc, case, words, messages.words_of_case(svc.session, case.id))
    notices.tell_complainant(svc, case, [Say(svc.texts.say("error.unsend", code=case.reference))])
    return []


def _case_of(svc: Svc, talk: Talk) -> int | None:
    filed = talk.state.get("filed")
    if not filed or filed["at"] != svc.now.isoformat():
        return None
    case = cases.by_reference(svc.session, filed["reference"])
    return None if case is None else case.id


# --- when a turn fails ---------------------------------------------------------------------------------------------


def note_failure(session: Session, tools: Tools, lane: str, channel: str, why: str, now: datetime) -> bool:
    """Count the failed try: again a little later, or parked for people so that the chat goes on. True if parked."""
    conversation = conversations.lock(session, lane, channel)
    unread = inbox.oldest_unread(session, lane) if conversation is not None else None
    if conversation is None or unread is None:
        return False
    tries = inbox.note_try(session, unread.id, why[:500])
    if tries < MOST_TRIES:
        conversation.not_before = now + min(_FIRST_WAIT * 2 ** (tries - 1), _LONGEST_WAIT)
        return False
    inbox.settle(session, unread.id, InboxState.PARKED, now, why[:500])
    conversation.not_before = None
    _tell_people(Svc(session, now, tools), conversation, unread)
    return True


def _tell_people(svc: Svc, conversation: Conversation, unread: Unread) -> None:
    """A parked message is seen by people, and the person who wrote is told so."""
    if conversation.chat_id is not None:
        say = Say(svc.texts.say("error.parked", phone=svc.phone()))
        put_out(svc, conversation, [say], once=f"parked:{unread.id}")
    note = Say(svc.texts.say("officer.parked", channel=unread.channel, event=unread.event_id))
    for post in people.posts_in(svc.session, svc.agency.code, svc.today):
        if post.role in (Role.INTAKE, Role.ADMIN):
            for account in people.accounts_of(svc.session, post.person_id):
                notices.tell_account(svc, account, [note], None, once=f"parked:{unread.id}")


def begin_again(session: Session, lane: str, channel: str) -> None:
    """Count a try *before* it begins: for events a dead process may have died of."""
    if conversations.lock(session, lane, channel) is not None:
        unread = inbox.oldest_unread(session, lane)
        if unread is not None:
            inbox.note_try(session, unread.id, "recovered")


# --- drafts that fell silent -----------------------------------------------------------------------------------------


def silent_drafts(session: Session, tools: Tools, now: datetime) -> list[int]:
    """Ids of chats whose draft fell silent long enough to be filed."""
    limits = Svc(session, now, tools).limits
    return conversations.silent_drafts(
        session,
        now - timedelta(hours=limits["draft_hours"]),
        now - timedelta(minutes=limits["emergency_draft_minutes"]),
    )


def file_silent_draft(session: Session, tools: Tools, conversation_id: int, now: datetime) -> bool:
    """File one silent draft, under its chat's lock and only if it is still silent. True when a case was filed."""
    conversation = conversations.lock_by_id(session, conversation_id)
    if conversation is None or conversation.draft_at is None or conversation.account_id is None:
        return False
    if conversation_id not in silent_drafts(session, tools, now):
        return False  # a word came in while we waited for the lock
    svc = Svc(session, now, tools)
    account = people.account(session, conversation.account_id)
    assert account is not None
    message = messages.last_in(session, conversation_id)
    assert message is not None
    talk = Talk(conversation, account, message, conversations.read_state(session, conversation))
    filed = complaint.file_silent(svc, talk)
    conversations.write_state(session, conversation, talk.state)
    return filed
