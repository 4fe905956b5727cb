"""Rows for the outside, with the contract's field names: cases with their events, and every message and event."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select

from storage import agencies, consents
from storage.db import Session
from storage.inbox import moment_of
from storage.tables import Account, Case, InboxEvent, Message, StatusUpdate, Survey, SurveyAnswer

Row = dict[str, Any]

CASE_FIELDS = [
    "reference",
    "kind",
    "category",
    "subcategory",
    "status",
    "channel",
    "group",
    "agency",
    "unit",
    "received_at",
    "counted_from",
    "standard_days",
    "due_on",
    "extended_to",
    "first_answer_at",
    "resolved_at",
    "closed_at",
    "conclusion_type",
    "confidential",
    "urgent",
    "overdue",
    "merged_into",
    "fiscal_year",
    "text",
    "place",
    "contact",
    "events",
]
MESSAGE_FIELDS = ["id", "channel", "direction", "account", "reference", "at", "text", "event_id", "message_id"]
SURVEY_FIELDS = ["id", "reference", "agency", "channel", "group", "form", "item", "aspect", "answer", "answered_at"]


def cases(
    session: Session,
    zone: tzinfo,
    masked: bool,
    overdue: Callable[[Case], bool],
    mask: Callable[[str], str],
    veil: Callable[[str], str] = str,
) -> Iterator[Row]:
    """One row per case, oldest first. `veil` hides what is sensitive in open words, where no consent stands (s. 26)."""
    agreed = consents.standing(session, "sensitive")

    def shown(case: Case) -> str | None:
        text = session.keys.open_text(case.text)
        return veil(text) if text and not agreed(case.id, case.account_id) else text

    references = {key: reference for key, reference in session.execute(select(Case.id, Case.reference))}
    for chunk in session.scalars(select(Case).order_by(Case.id).execution_options(yield_per=500)).partitions():
        updates: dict[int, list[StatusUpdate]] = {}
        ids = [case.id for case in chunk]
        for update in session.scalars(
            select(StatusUpdate).where(StatusUpdate.case_id.in_(ids)).order_by(StatusUpdate.id)
        ):
            updates.setdefault(update.case_id, []).append(update)
        for case in chunk:
            text = case.masked if masked else shown(case)
            yield _case(session, case, text, updates.get(case.id, []), references, zone, masked, overdue, mask)


def _case(
    session: Session,
    case: Case,
    text: str | None,
    updates: list[StatusUpdate],
    references: dict[int, str],
    zone: tzinfo,
    masked: bool,
    overdue: Callable[[Case], bool],
    mask: Callable[[str], str],
) -> Row:
    opened = session.keys.open_text
    contact = opened(case.contact)
    return {
        "reference": case.reference,
        "kind": case.kind,
        "category": case.category,
        "subcategory": case.subcategory,
        "status": case.status,
        "channel": case.channel,
        "group": case.customer_group,
        "agency": case.agency_code,
        "unit": case.unit_code,
        "received_at": _at(case.received_at, zone),
        "counted_from": case.counted_from.isoformat(),
        "standard_days": case.standard_days,
        "due_on": case.due_on.isoformat(),
        "extended_to": case.extended_to.isoformat() if case.extended_to else None,
        "first_answer_at": _at(case.first_answer_at, zone),
        "resolved_at": _at(case.resolved_at, zone),
        "closed_at": _at(case.closed_at, zone),
        "conclusion_type": case.conclusion_type,
        "confidential": case.confidential,
        "urgent": case.urgent,
        "overdue": overdue(case),
        "merged_into": references.get(case.merged_into_id or 0),
        "fiscal_year": case.fiscal_year,
        "text": text,
        "place": case.place_masked if masked else opened(case.place),
        "contact": mask(contact) if masked and contact else contact,
        "events": [
            {"at": _at(update.at, zone), "status": update.status, "what": update.what, "by": update.by}
            for update in updates
        ],
    }


def messages(
    session: Session,
    zone: tzinfo,
    masked: bool,
    account_in: Callable[[str, bytes], str],
    veil: Callable[[str], str] = str,
) -> Iterator[Row]:
    """One row per message, then one per stored event that has no message (yet): all that was answered 200.

    `account_in(channel, body)` names the platform user of an event nobody has worked on; `veil` as in `cases`.
    """
    agreed = consents.standing(session, "sensitive")

    def shown(message: Message) -> str | None:
        text = session.keys.open_text(message.text)
        return veil(text) if text and not agreed(message.case_id, message.account_id) else text

    names = _account_names(session, masked)
    references = {key: reference for key, reference in session.execute(select(Case.id, Case.reference))}
    for message in session.scalars(select(Message).order_by(Message.id).execution_options(yield_per=500)):
        yield {
            "id": str(message.id),
            "channel": message.channel,
            "direction": message.direction,
            "account": names.get(message.account_id or 0),
            "reference": references.get(message.case_id or 0),
            "at": _at(message.at, zone),
            "text": message.masked if masked else shown(message),
            "event_id": message.event_id,
            "message_id": message.message_id,
        }
    yield from _bare_events(session, zone, masked, account_in)


def _bare_events(
    session: Session, zone: tzinfo, masked: bool, account_in: Callable[[str, bytes], str]
) -> Iterator[Row]:
    bare = (
        select(InboxEvent)
        .outerjoin(Message, Message.inbox_id == InboxEvent.id)
        .where(Message.id.is_(None))
        .order_by(InboxEvent.id)
        .execution_options(yield_per=500)
    )
    for event in session.scalars(bare):
        user = account_in(event.channel, session.keys.open(event.body)) if event.body else ""
        yield {
            "id": f"event-{event.id}",
            "channel": event.channel,
            "direction": "in",
            "account": _name(session, event.channel, user, masked) if user else None,
            "reference": None,
            "at": _at(moment_of(event.event_us), zone),
            "text": None,
            "event_id": event.event_id,
            "message_id": None,
        }


def surveys(session: Session, zone: tzinfo, masked: bool) -> Iterator[Row]:
    """One row per question that was put, oldest first; `answer` is None where it was skipped or not answered yet.

    `masked`: confidential cases are not named. A survey whose case is gone has no reference.
    """
    items = {row.code: row.details for row in agencies.register(session, "item")}
    rows = session.execute(
        select(SurveyAnswer, Survey.form, Case.reference, Case.confidential)
        .join(Survey, Survey.id == SurveyAnswer.survey_id)
        .outerjoin(Case, Case.id == Survey.case_id)
        .order_by(SurveyAnswer.id)
        .execution_options(yield_per=500)
    )
    for answer, form, reference, confidential in rows:
        item = items.get(answer.item, {})
        yield {
            "id": str(answer.id),
            "reference": None if masked and confidential else reference,
            "agency": answer.agency_code,
            "channel": answer.channel,
            "group": answer.customer_group,
            "form": item.get("form", form),
            "item": answer.item,
            "aspect": item.get("aspect"),
            "answer": answer.answer,
            "answered_at": _at(answer.answered_at, zone),
        }


def _account_names(session: Session, masked: bool) -> dict[int, str | None]:
    names: dict[int, str | None] = {}
    for account in session.scalars(select(Account)):
        user = session.keys.open_text(account.user_id)
        names[account.id] = _name(session, account.channel, user, masked) if user else None
    return names


def _name(session: Session, channel: str, user: str, masked: bool) -> str:
    return f"{channel}:{session.keys.find_key('account', channel, user)[:12] if masked else user}"


def _at(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat()
