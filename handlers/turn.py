"""One inbox row from lock to outbox: lock, read, route, act, put out. All of it in one transaction, or none.

Pictures sent as one set are several rows and one turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.actions import evidence, notices, pace, reached, taken_back
from handlers.desk import typed
from handlers.flows import belongs, complaint
from handlers.flows.group import unnamed
from handlers.messages import Incoming, Part, Say, cleaned
from handlers.router import edited, route
from handlers.rules.media import refusal
from handlers.services import Svc, Talk, Tools, put_out
from storage import attached, cases, conversations, inbox, messages, people, sending
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
# A button can be tapped, and a bubble answered, before we wrote down that it arrived; so long we wait for that.
_TAP_WAITS, _TAP_AGAIN = timedelta(seconds=5), timedelta(seconds=0.3)
_SAID = frozenset({"text", "image", "video", "audio", "file", "place", "contact"})
_KEPT_QUIET = frozenset({"unsend", "leave", "unfollow", "return", "other", "moved"})


def take_turn(session: Session, tools: Tools, read: Reader, lane: str, channel: str, now: datetime) -> bool:
    """Work on the chat's oldest unread event. False when there was none, or somebody else holds the chat."""
    conversation = conversations.lock(session, lane, channel)
    if conversation is None:
        return False
    unread = inbox.oldest_unread(session, lane, pace.BACKLOG)  # after the lock: what was read before may be stale
    if unread is None:
        return False
    flood = pace.is_flood(conversation, unread)
    if flood and pace.must_wait(session, conversation, now):
        conversation.not_before = now + pace.AGAIN
        return False
    svc = Svc(session, now, tools)
    rows: list[Row] = []
    served = True
    if unread.body is not None:
        rows, due = _gathered(session, read, conversation, unread, now)
        if due is not None:
            conversation.not_before = due
            session.wake("gathering")
            return False
        served = _answer(svc, conversation, _led(rows), read, flood)
    conversation.not_before = None
    for row in [row for row, _incoming in rows] or [unread]:
        inbox.settle(session, row.id, InboxState.DONE if served else InboxState.PARKED, now)
    if not served:
        _tell_people(svc, conversation, unread)
    return True


def _gathered(
    session: Session, read: Reader, conversation: Conversation, unread: Unread, now: datetime
) -> tuple[list[Row], datetime | None]:
    """The event with those that belong to it, and until when to wait for what is still missing (None: go)."""
    first = (unread, cleaned(read(unread)))
    incoming = first[1]
    if incoming.media is not None and incoming.media.group:
        return _set_of(session, read, first, conversation.lane, now)
    early = bool(incoming.quoted_id) and now - unread.received_at < _TAP_WAITS
    if early and messages.find_by_platform_id(session, conversation.id, incoming.quoted_id) is None:
        not_yet = sending.is_sending(session, conversation.lane)
        return [first], now + _TAP_AGAIN if not_yet else None
    return [first], None


def _led(rows: list[Row]) -> list[Row]:
    """The picture that carries the words leads its set; one that we do not take never does while there are others."""

    def rank(row: Row) -> tuple[bool, bool]:
        media, text = row[1].media, row[1].text
        return bool(media and refusal(row[1].kind, media.name, media.size)), not text.strip()

    lead = min(rows, key=rank)
    return [lead, *(row for row in rows if row is not lead)]


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


def _answer(svc: Svc, conversation: Conversation, rows: list[Row], read: Reader, flood: bool) -> bool:
    """Everything one event brings about. False: somebody said something whom we cannot answer; people must look."""
    unread, incoming = rows[0]
    if not incoming.private and not _from_a_group(svc, conversation, rows):
        return True
    rows = _still_said(svc, conversation, rows)
    if not rows:
        return True
    unread, incoming = rows[0]
    account = _who(svc, conversation, incoming)
    if account is None:
        return incoming.kind not in _SAID
    state = conversations.read_state(svc.session, conversation) if incoming.private else {}
    incoming = _tapped(svc, conversation, incoming)
    written = [_write_down(svc, conversation, account, *row) for row in [(unread, incoming), *rows[1:]]]
    svc.message_id = written[0].id
    talk = Talk(conversation, account, written[0], state, written[1:], incoming.private)
    if rows[1:]:
        incoming = replace(incoming, more=tuple(other for _row, other in rows[1:]))
    known = pace.before(talk, flood)
    parts = _parts(svc, talk, incoming, read)
    if known is not None and pace.goes_along(svc.session, talk, known, read):
        parts = []
    conversation.last_in_at = svc.now
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
            urgent=talk.in_danger,
        )
    return True


def _still_said(svc: Svc, conversation: Conversation, rows: list[Row]) -> list[Row]:
    """Without what was taken back before it reached us: that is forgotten."""
    gone = [
        row for row in rows if row[1].kind != "unsend" and taken_back.was_taken(svc, conversation, row[1].message_id)
    ]
    if gone:
        _forget(svc, conversation, gone)
    return [row for row in rows if row not in gone]


def _from_a_group(svc: Svc, conversation: Conversation, rows: list[Row]) -> bool:
    """Is this for us, from somebody with a name? Else the words are forgotten, and a nameless person is told so."""
    incoming = rows[0][1]
    if incoming.kind == "moved":
        reached.move(svc.session, conversation, incoming.text)
    if not any(_is_for_us(svc, conversation, one) for _row, one in rows):
        for message, (_row, one) in zip(_forget(svc, conversation, rows), rows, strict=True):
            evidence.put_by(svc, conversation, message, one)
        return False
    if incoming.user_id or incoming.kind not in _SAID:
        return True
    _forget(svc, conversation, rows)
    put_out(svc, conversation, unnamed(svc, incoming), reply_token=incoming.reply_token, reply_event_at=incoming.at)
    return False


def _parts(svc: Svc, talk: Talk, incoming: Incoming, read: Reader) -> list[Part]:
    if incoming.kind == "unsend":
        return taken_back.unsend(svc, talk, incoming, read)
    if incoming.kind == "edit":
        parts = taken_back.edit(svc, talk, incoming)
        return [*parts, *edited(svc, talk, incoming)] if parts else parts
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
    if incoming.addressed or evidence.is_result_photo(svc, conversation, incoming):
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
    if account.unreachable_at is not None and incoming.private and incoming.kind != "unfollow":
        account.unreachable_at = None  # they write to us: they can be reached
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
        attached.add_attachment(svc.session, message, kind=incoming.kind, ref=media.ref, name=media.name, now=svc.now)
    return message


def _forget(svc: Svc, conversation: Conversation, rows: list[Row]) -> list[Message]:
    """What people say to each other in a group is not ours: the fact stays, the words and who said them go."""
    _learn_address(svc, conversation, rows[0][1])
    kept = []
    for unread, incoming in rows:
        message = messages.add_in(
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
        kept.append(message)
    return kept


def _case_of(svc: Svc, talk: Talk) -> int | None:
    filed = talk.state.get("filed")
    if not filed or filed["at"] != svc.now.isoformat():
        return None
    return cases.id_of(svc.session, filed["reference"])


# --- when a turn fails ---------------------------------------------------------------------------------------------


def note_failure(session: Session, tools: Tools, lane: str, channel: str, why: str, now: datetime) -> bool:
    """Count the failed try: again a little later, or parked for people so that the chat goes on. True if parked."""
    conversation = conversations.lock(session, lane, channel)
    unread = inbox.oldest_unread(session, lane, pace.BACKLOG) if conversation is not None else None
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
        unread = inbox.oldest_unread(session, lane, pace.BACKLOG)
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
    typed.forget_lines(svc, talk)
    belongs.settle_silent(svc, talk)
    filed = complaint.file_silent(svc, talk)
    conversations.write_state(session, conversation, talk.state)
    return filed
