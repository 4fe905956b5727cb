"""A person goes from every table: what they said, what was read out of it, and what others wrote down of it.

Rows stay where something is counted: a case keeps its number, dates, category and statuses, an answer its point, an
account its row without a name. Whoever writes again later is somebody new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update

from storage import history, holds, ids, messages, register_lines
from storage.data_requests import DONE
from storage.db import Session
from storage.tables import (
    Account,
    Attachment,
    Case,
    CaseJoin,
    CasePhoto,
    CaseTask,
    CaseVisit,
    CaseWord,
    Consent,
    Conversation,
    DataRequest,
    InboxEvent,
    Invite,
    Issue,
    Membership,
    Message,
    OutboxMessage,
    Person,
    RegisterLine,
    Reveal,
    StatusUpdate,
    Subscription,
    Survey,
)
from storage.traces import Found, Subject, Traces, officers_chats, without
from storage.words import InboxState, OutboxState, SurveyState

_MOST = 2000  # rows looked at in one go
_NOT_OVER = (SurveyState.WANTED, SurveyState.ASKED, SurveyState.REMINDED, SurveyState.ANSWERING)
_BUBBLES = frozenset({"say", "card"})  # parts about one matter; a board tells of many
_OVER = (OutboxState.SENT, OutboxState.FOLDED, OutboxState.UNCERTAIN, OutboxState.GIVEN_UP, OutboxState.TAKEN_BACK)


def blank_repeated(session: Session, found: Found) -> Counter[str]:
    """The words of these rows go, the raw bodies they came in, and what the chain kept of them."""
    raw = session.scalars(select(Message.inbox_id).where(Message.id.in_(found.messages), Message.inbox_id.is_not(None)))
    _blank_raw(session, InboxEvent.id.in_(list(raw)))
    words = {"text": None, "masked": None, "drawn": None}
    session.execute(update(Message).where(Message.id.in_(found.messages)).values(**words))
    notes = session.scalars(select(StatusUpdate).where(StatusUpdate.id.in_(found.notes))).all()
    _blank_notes(session, notes)
    return Counter(quoting_messages=len(found.messages), quoting_notes=len(found.notes))


def _blank_notes(session: Session, rows: Sequence[StatusUpdate]) -> None:
    for row in rows:
        row.note = row.note_masked = None
    history.forget(session, [row.history_id for row in rows if row.history_id is not None])


def _blank_raw(session: Session, where: ColumnElement[bool]) -> int:
    """Raw bodies go; an event nobody has worked on yet is let go of with them."""
    waiting = InboxEvent.state.in_((InboxState.RECEIVED, InboxState.PARKED))
    session.execute(update(InboxEvent).where(where, waiting).values(state=InboxState.DONE))
    rows = session.execute(update(InboxEvent).where(where).values(body=None, error=None).returning(InboxEvent.id))
    return len(rows.all())


# --- their own rows --------------------------------------------------------------------------------------------------


def erase(session: Session, who: Subject, traces: Traces, now: datetime, today: date) -> Counter[str]:
    """Everything of this person goes, in one transaction; how many rows of what.

    Cases under a legal hold keep their words (PDPA s. 33 (4)) but not the way to the person, see `holds`; those that
    are kept, their masked words.
    """
    session.scalars(select(Conversation.id).where(Conversation.id.in_(who.chats)).with_for_update()).all()
    counts = Counter[str]()
    counts += _said(session, who)
    counts += _put_out(session, who, traces)
    own = [*who.cases, *who.held, *who.kept]
    for case in session.scalars(select(Case).where(Case.id.in_(own)).with_for_update()):
        if case.id in who.cases:
            counts += empty(session, case)
        else:
            counts += _let_go(session, case) if case.id in who.held else _without_name(session, case)
    counts += _joins(session, who)
    counts += _asked(session, who, now)
    counts += _kept_elsewhere(session, who, traces)
    counts += _identity(session, who, now, today)
    session.flush()
    return counts


def _said(session: Session, who: Subject) -> Counter[str]:
    """Messages, pins, pictures and raw bodies; an officer's pictures of cases and registers are the agency's."""
    theirs = or_(Message.account_id == who.account_id, Message.conversation_id.in_(who.chats))
    own = list(session.scalars(select(Message).where(theirs)))
    rows = [row for row in own if row.case_id not in who.held]
    proof = _proof(session, who) if who.worked_here else set()
    files = 0
    for row in rows:
        if row.id in proof or row.case_id in who.kept:
            row.text = row.masked = row.drawn = None
        else:
            files += messages.blank(session, row)
    bodies = [row.inbox_id for row in own if row.inbox_id is not None]
    lanes = _blank_raw(session, InboxEvent.lane.in_(who.lanes))
    raw = lanes + sum(_blank_raw(session, InboxEvent.id.in_(part)) for part in _portions(bodies))
    return Counter(messages=len(rows), raw_bodies=raw, files=files)


def _proof(session: Session, who: Subject) -> set[int]:
    """Messages of an officer that hold pictures a case or a register shows."""
    own = select(Attachment.message_id).join(Message, Message.id == Attachment.message_id)
    own = own.where(Message.account_id == who.account_id)
    of_cases = own.join(CasePhoto, CasePhoto.attachment_id == Attachment.id)
    named, digests = register_lines.pictures_shown(session)
    shown = own.where(or_(Attachment.id.in_(named), Attachment.file_digest.in_(digests)))
    return {*session.scalars(of_cases), *session.scalars(shown)}


def _portions(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), _MOST):
        yield rows[start : start + _MOST]


def _put_out(session: Session, who: Subject, traces: Traces) -> Counter[str]:
    """What was put out to them goes whole; of what waits for others, the lines that repeat them."""
    own = or_(OutboxMessage.lane.in_(who.lanes), OutboxMessage.account_id == who.account_id)
    rows = session.scalars(select(OutboxMessage).where(own).with_for_update()).all()
    for row in rows:
        row.parts = row.chat_id = row.reply_token = row.error = row.request_id = None
        row.taken_back = True
        if row.state not in _OVER:
            row.state = OutboxState.TAKEN_BACK
    inside = _officers_lanes(session)
    waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.parts.is_not(None)).with_for_update()).all()
    changed = sum(_take_out(session, row, who, traces, inside) for row in waiting)
    return Counter(outbox=len(rows), waiting_for_others=changed)


def _officers_lanes(session: Session) -> frozenset[str]:
    inside = Conversation.id.in_(officers_chats(session))
    return frozenset(session.scalars(select(Conversation.lane).where(inside)))


def _take_out(session: Session, row: OutboxMessage, who: Subject, traces: Traces, inside: Collection[str]) -> bool:
    """Of what officers are to read about a case of theirs nothing is sent; else the lines go that repeat them."""
    assert row.parts is not None
    parts = session.keys.open_data(row.parts)
    kept = [part for part in parts if not (row.lane in inside and part.get("part") in _BUBBLES and _names(part, who))]
    named = row.case_id in who.cases or row.case_id in who.joined
    left = without(kept, who, traces, named=named)
    if left == parts:
        return False
    row.taken_back = row.taken_back or row.state == OutboxState.SENDING
    row.parts = session.keys.seal_data(left) if left else None
    if not left and row.state not in _OVER:
        row.state = OutboxState.TAKEN_BACK
    return True


def _names(part: Any, who: Subject) -> bool:
    told = str(part)
    return any(reference in told for reference in who.cases.values())


_OF_PERSON = ("secret", "complainant", "happened", "contact", "lat", "lon", "place", "place_masked")


def empty(session: Session, case: Case) -> Counter[str]:
    """A case keeps its number, dates, category and statuses; every word in it and about it goes."""
    for name in (*_OF_PERSON, "text", "said", "masked"):
        setattr(case, name, None)
    case.conversation_id = None
    case.verdict = {**case.verdict, "words": []}
    session.execute(delete(CaseWord).where(CaseWord.case_id == case.id))
    session.add(CaseWord(case_id=case.id, word=""))
    notes = session.scalars(select(StatusUpdate).where(StatusUpdate.case_id == case.id, StatusUpdate.note.is_not(None)))
    written = notes.all()
    _blank_notes(session, written)
    session.execute(update(Reveal).where(Reveal.case_id == case.id).values(reason=None))
    found = {"present": None, "found": None, "lat": None, "lon": None}
    session.execute(update(CaseVisit).where(CaseVisit.case_id == case.id).values(**found))
    results = {"result": None, "result_masked": None}
    session.execute(update(CaseTask).where(CaseTask.case_id == case.id).values(**results))
    return Counter(cases=1, notes=len(written))


def _let_go(session: Session, case: Case) -> Counter[str]:
    """A case under a legal hold: nobody is told anything any more, and nothing leads back to a chat."""
    case.conversation_id = case.secret = None
    holds.erase_after(session, case.id)
    return Counter(cases_on_hold=1)


def _without_name(session: Session, case: Case) -> Counter[str]:
    """A case that must be kept by law (records: ten years) stays as its masked words tell it; who told it goes."""
    case.text, case.said = session.keys.seal_text(case.masked), None
    case.place = session.keys.seal_text(case.place_masked)
    case.secret = case.complainant = case.contact = case.happened = case.conversation_id = None
    return Counter(cases_kept_without_name=1)


def _joins(session: Session, who: Subject) -> Counter[str]:
    """Whoever joined still counts as one who did."""
    rows = session.scalars(select(CaseJoin).where(CaseJoin.account_id == who.account_id)).all()
    for row in rows:
        empty_joined(row)
    return Counter(joined=len(rows))


def empty_joined(row: CaseJoin) -> None:
    """What somebody who joined told goes; that they joined stays."""
    for name in (*_OF_PERSON, "said", "masked"):
        if hasattr(row, name):
            setattr(row, name, None)
    row.message_ids, row.earlier_ids = [], []


def _asked(session: Session, who: Subject, now: datetime) -> Counter[str]:
    """Surveys keep their points and lose their words; requests keep their number; nothing is sent any more."""
    asked = session.scalars(select(Survey).where(Survey.account_id == who.account_id)).all()
    for survey in asked:
        survey.account_id = survey.conversation_id = survey.words = survey.masked = None
        if survey.state in _NOT_OVER:
            survey.state, survey.ended_at = SurveyState.EXPIRED, now
    requests = session.scalars(select(DataRequest).where(DataRequest.account_id == who.account_id)).all()
    for request in requests:
        if request.done_at is None:
            request.outcome, request.done_at = DONE, now
        request.words = request.answer = None
    agreed = (Consent.account_id == who.account_id, Consent.withdrawn_at.is_(None))
    session.execute(update(Consent).where(*agreed).values(withdrawn_at=now))
    wanted = (Subscription.account_id == who.account_id, Subscription.until.is_(None))
    ended = session.execute(update(Subscription).where(*wanted).values(until=now).returning(Subscription.id)).all()
    return Counter(surveys=len(asked), data_requests=len(requests), subscriptions=len(ended))


def _kept_elsewhere(session: Session, who: Subject, traces: Traces) -> Counter[str]:
    """What officers were about to write, lines of registers and figures that were told."""
    counts = Counter[str]()
    inside = list(officers_chats(session) - who.chats)
    for chat in session.scalars(
        select(Conversation).where(Conversation.id.in_(inside), Conversation.state.is_not(None))
    ):
        assert chat.state is not None
        state = session.keys.open_data(chat.state)
        if (left := without(state, who, traces)) != state:
            chat.state = session.keys.seal_data(left)
            counts["officers_drafts"] += 1
    for line in session.scalars(select(RegisterLine)):
        if (left := without(line.cells, who, traces)) != line.cells:
            line.cells = left
            counts["register_lines"] += 1
    return counts


def told_figures(session: Session, who: Subject, traces: Traces) -> list[Issue]:
    """Figures that were told and repeat this person (the name of a spot), changed: the caller says so in the chain."""
    changed = []
    for issue in session.scalars(select(Issue).where(Issue.issued_at >= who.since).with_for_update()):
        if (left := without(issue.figures, who, traces)) != issue.figures:
            issue.figures = left
            changed.append(issue)
    return changed


def _identity(session: Session, who: Subject, now: datetime, today: date) -> Counter[str]:
    """Name, telephone, the platform's id and every hash that would find them again."""
    account, person = session.get_one(Account, who.account_id), session.get_one(Person, who.person_id)
    account.key, account.user_id = ids.new_key().replace("-", ""), None
    account.notice_at = account.notice_version = None
    person.name = person.phone = person.customer_group = None
    for post in session.scalars(select(Membership).where(Membership.person_id == who.person_id)):
        post.display_name = None
        if post.until is None or post.until >= today:
            post.until = today - timedelta(days=1)
    session.execute(update(Invite).where(Invite.used_by == who.person_id).values(display_name=None))
    for old in sorted(who.lanes):
        lane = ids.new_key().replace("-", "")
        for table in (InboxEvent, OutboxMessage, Conversation):
            session.execute(update(table).where(table.lane == old).values(lane=lane))
    session.expire_all()
    for chat in session.scalars(select(Conversation).where(Conversation.id.in_(who.chats))):
        chat.draft_at = chat.not_before = chat.chat_id = chat.state = chat.flow = chat.step = chat.account_id = None
    session.known.clear()
    return Counter(accounts=1, chats=len(who.chats))
