"""One inbox row from lock to outbox: lock, read, route, act, put out. All of it in one transaction, or none.

Pictures sent as one set are several rows and one turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.actions import notices, reached, taken_back
from handlers.flows import belongs, complaint
from handlers.messages import Incoming, Part, Say, cleaned
from handlers.router import route
from handlers.rules.media import refusal
from handlers.services import Svc, Talk, Tools, put_out
from storage import cases, conversations, inbox, messages, people
from storage.db import Session
from storage.inbox import Unread
from storage.tables import Account, Conversation, Message
from storage.words import InboxState, Role

Reader = Callable[[Unread], Incoming]
Row = tuple[Unread, Incoming]

MOST_TRIES = 5
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(seconds=60)
# A set of pictures is answered once: when all are there, a moment after the newest, two seconds at the latest.
_SET_AT_MOST = timedelta(seconds=2)
_SET_QUIET = timedelta(seconds=1.2)
_KEPT_QUIET = frozenset({"unsend", "leave", "unfollow", "return", "other", "moved"})


def take_turn(session: Session, tools: Tools, read: Reader, lane: str, channel: str, now: datetime) -> bool:
    """Work on the chat's oldest unread event. False when there was none, or somebody else holds the chat."""
    conversation = conversations.lock(session, lane, channel)
    if conversation is None:
        return False
    unread = inbox.oldest_unread(session, lane)  # read after the lock: what was read before may be stale
    if unread is None:
        return False
    svc = Svc(session, now, tools)
    rows: list[Row] = []
    if unread.body is not None:
        rows = [(unread, cleaned(read(unread)))]
        if rows[0][1].media is not None and rows[0][1].media.group:
            rows, due = _set_of(session, read, rows[0], lane, now)
            if due is not None:
                conversation.not_before = due
                session.wake("gathering")
                return False
        _answer(svc, conversation, rows, read)
    conversation.not_before = None
    for row in [row for row, _incoming in rows] or [unread]:
        inbox.settle(session, row.id, InboxState.DONE, now)
    return True


def _set_of(session: Session, read: Reader, first: Row, lane: str, now: datetime) -> tuple[list[Row], datetime | None]:
    """The pictures that were sent with this one, and until when to wait for more of them (None: go)."""
    media = first[1].media
    assert media is not None
    rows, others = [first], False
    for unread in inbox.unread_of(session, lane):
        if unread.id == first[0].id or unread.body is None:
            continue
        incoming = cleaned(read(unread))
        if incoming.media is not None and incoming.media.group == media.group:
            rows.append((unread, incoming))
        else:
            others = True  # something else came after: the set is as complete as it will be
    received = [unread.received_at for unread, _incoming in rows]
    due = min(min(received) + _SET_AT_MOST, max(received) + _SET_QUIET)
    complete = others or (media.count is not None and len(rows) >= media.count)
    return rows, None if complete or due <= now else due


def _answer(svc: Svc, conversation: Conversation, rows: list[Row], read: Reader) -> None:
    unread, incoming = rows[0]
    if not incoming.private:
        if incoming.kind == "moved":
            reached.move(svc.session, conversation, incoming.text)
        if not _is_for_us(svc, conversation, incoming):
            _forget(svc, conversation, rows)
            return
    account = _who(svc, conversation, incoming)
    if account is None:
        return  # an event without a person: kept, nothing to answer
    state = conversations.read_state(svc.session, conversation) if incoming.private else {}
    incoming = _tapped(svc, conversation, incoming)
    written = [_write_down(svc, conversation, account, *row) for row in [(unread, incoming), *rows[1:]]]
    talk = Talk(conversation, account, written[0], state, written[1:], incoming.private)
    incoming = replace(incoming, more=tuple(other for _row, other in rows[1:]))
    parts = _parts(svc, talk, incoming, read)
    if incoming.private:
        if parts:
            talk.offer(parts)
        conversations.write_state(svc.session, conversation, talk.state)
    if incoming.answerable:
        put_out(
            svc,
            conversation,
            parts,
            case_id=_case_of(svc, talk),
            reply_token=rows[-1][1].reply_token or incoming.reply_token,
            reply_event_at=rows[-1][1].at,
        )


def _parts(svc: Svc, talk: Talk, incoming: Incoming, read: Reader) -> list[Part]:
    if incoming.kind == "unsend":
        return taken_back.unsend(svc, talk, incoming, read)
    if incoming.kind == "edit":
        return taken_back.edit(svc, talk, incoming)
    if incoming.kind == "tap":  # of a button we no longer know: the open question again
        return [Say(svc.texts.say("error.old_button")), *complaint.kept_line(svc, talk)]
    return route(svc, talk, incoming)


def _tapped(svc: Svc, conversation: Conversation, incoming: Incoming) -> Incoming:
    """A tap in words: what the button of that message says."""
    if incoming.kind != "tap":
        return incoming
    says = messages.said_by_button(svc.session, conversation.id, incoming.quoted_id, incoming.button)
    return incoming if says is None else replace(incoming, kind="text", text=says, quoted_id="")


def _is_for_us(svc: Svc, conversation: Conversation, incoming: Incoming) -> bool:
    """In a group: are we meant? By what was said, by our own button, or by an answer to a bubble of ours."""
    if incoming.kind in ("tap", "join"):
        return True
    if incoming.kind in ("leave", "moved", "unsend"):
        if incoming.kind == "leave":
            conversation.agency_code = conversation.unit_code = conversation.role = None
        return incoming.kind == "unsend"
    if incoming.addressed:
        return True
    if not incoming.quoted_id:
        return False
    quoted = messages.find_by_platform_id(svc.session, conversation.id, incoming.quoted_id)
    return quoted is not None and quoted.direction == "out"


def _who(svc: Svc, conversation: Conversation, incoming: Incoming) -> Account | None:
    """The account that wrote. A chat's own row learns its address on first sight."""
    _learn_address(svc, conversation, incoming)
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


def _learn_address(svc: Svc, conversation: Conversation, incoming: Incoming) -> None:
    if conversation.chat_id is None and incoming.chat_id:
        conversation.chat_id = svc.session.keys.seal_text(incoming.chat_id)


def _write_down(svc: Svc, conversation: Conversation, account: Account, unread: Unread, incoming: Incoming) -> Message:
    text = "" if incoming.kind in _KEPT_QUIET else incoming.text
    message = messages.add_in(
        svc.session,
        conversation,
        account_id=account.id,
        at=incoming.at,
        kind=incoming.kind,
        text=text,
        masked=svc.tools.mask(text) if text else "",
        event_id=unread.event_id,
        message_id="" if incoming.kind == "unsend" else incoming.message_id,  # about another message
        inbox_id=unread.id,
    )
    place = incoming.place
    if place is not None and place.lat is not None and place.lon is not None:
        messages.add_point(svc.session, message, place.lat, place.lon)
    media = incoming.media
    if media is not None and media.ref and not refusal(incoming.kind, media.name, media.size):
        messages.add_attachment(svc.session, message, kind=incoming.kind, ref=media.ref, name=media.name, now=svc.now)
    return message


def _forget(svc: Svc, conversation: Conversation, rows: list[Row]) -> None:
    """What people say to each other in a group is not ours: the fact stays, the words and who said them go."""
    _learn_address(svc, conversation, rows[0][1])
    for unread, incoming in rows:
        messages.add_in(
            svc.session,
            conversation,
            account_id=None,
            at=incoming.at,
            kind=incoming.kind,
            text="",
            masked="",
            event_id=unread.event_id,
            message_id=incoming.message_id,
            inbox_id=unread.id,
        )
        inbox.blank(svc.session, unread.id)


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
    if conversation.chat_id is not None and conversation.account_id is not None:
        say = Say(svc.texts.say("error.parked", phone=svc.phone()))
        put_out(svc, conversation, [say], once=f"parked:{unread.id}")
    note = Say(svc.texts.say("officer.parked", channel=unread.channel, event=unread.event_id))
    notices.tell_roles(svc, (Role.INTAKE, Role.ADMIN), note, once=f"parked:{unread.id}")


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
    belongs.settle_silent(svc, talk)
    filed = complaint.file_silent(svc, talk)
    conversations.write_state(session, conversation, talk.state)
    return filed
