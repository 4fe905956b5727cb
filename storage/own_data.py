"""What we hold about one account, opened, for a copy to the person it is about (PDPA s. 30)."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select

from storage import consents, data_requests, surveys
from storage.db import Session
from storage.tables import (
    Account,
    Attachment,
    Case,
    CaseJoin,
    Message,
    Person,
    StatusUpdate,
    Subscription,
    Survey,
)


def gather(session: Session, account_id: int, zone: tzinfo) -> dict[str, Any]:
    """Everything of this account as JSON data; times ISO 8601 with offset. Of officers' notes only that they were
    made: they may tell of others."""
    account = session.get_one(Account, account_id)
    person = session.get_one(Person, account.person_id)
    opened = session.keys.open_text
    return {
        "account": {
            "channel": account.channel,
            "user_id": opened(account.user_id),
            "since": _at(account.created_at, zone),
            "notice_shown": _at(account.notice_at, zone),
        },
        "person": {
            "name": opened(person.name),
            "phone": opened(person.phone),
            "customer_group": person.customer_group,
        },
        "cases": [_case(session, case, zone) for case in _of(session, Case, account_id)],
        "joined": [_joined(session, row, zone) for row in _of(session, CaseJoin, account_id)],
        "messages": [_message(session, row, zone) for row in _of(session, Message, account_id)],
        "files": _files(session, account_id, zone),
        "surveys": [_survey(session, row, zone) for row in _of(session, Survey, account_id)],
        "consents": [
            {"purpose": row.purpose, "given": _at(row.given_at, zone), "withdrawn": _at(row.withdrawn_at, zone)}
            for row in consents.all_of(session, account_id)
        ],
        "announcements": [
            {"agency": row.agency_code, "since": _at(row.since, zone), "until": _at(row.until, zone)}
            for row in _of(session, Subscription, account_id)
        ],
        "requests": [
            {"number": row.number, "what": row.what, "asked": _at(row.asked_at, zone), "done": _at(row.done_at, zone)}
            for row in data_requests.of_account(session, account_id)
        ],
    }


def _of(session: Session, table: Any, account_id: int) -> list[Any]:
    return list(session.scalars(select(table).where(table.account_id == account_id).order_by(table.id)))


def _case(session: Session, case: Case, zone: tzinfo) -> dict[str, Any]:
    opened = session.keys.open_text
    updates = session.scalars(select(StatusUpdate).where(StatusUpdate.case_id == case.id).order_by(StatusUpdate.id))
    return {
        "reference": case.reference,
        "kind": case.kind,
        "category": case.category,
        "status": case.status,
        "agency": case.agency_code,
        "received": _at(case.received_at, zone),
        "text": opened(case.text),
        "place": opened(case.place),
        "pin": None if case.lat is None else [case.lat, case.lon],
        "happened": opened(case.happened),
        "contact": opened(case.contact),
        "events": [{"at": _at(row.at, zone), "what": row.what, "by": row.by} for row in updates],
    }


def _joined(session: Session, row: CaseJoin, zone: tzinfo) -> dict[str, Any]:
    opened = session.keys.open_text
    said = [] if row.said is None else [words for _row, words in session.keys.open_data(row.said)]
    return {
        "reference": session.get_one(Case, row.case_id).reference,
        "joined": _at(row.joined_at, zone),
        "left": _at(row.left_at, zone),
        "text": "\n".join(said),
        "place": opened(row.place),
        "contact": opened(row.contact),
    }


def _message(session: Session, row: Message, zone: tzinfo) -> dict[str, Any]:
    said = {"at": _at(row.at, zone), "direction": row.direction, "kind": row.kind}
    return {**said, "text": session.keys.open_text(row.text)}


def _files(session: Session, account_id: int, zone: tzinfo) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(Message.account_id == account_id, Message.direction == "in")
        .order_by(Attachment.id)
    )
    opened = session.keys.open_text
    return [
        {"at": _at(row.created_at, zone), "kind": row.kind, "name": opened(row.name), "state": row.state}
        for row in rows
    ]


def _survey(session: Session, row: Survey, zone: tzinfo) -> dict[str, Any]:
    answers = surveys.answers(session, row.id)
    return {
        "form": row.form,
        "asked": _at(row.asked_at, zone),
        "answers": {code: answer.answer for code, answer in answers.items()},
        "words": dict(surveys.words_of(session, row)),
    }


def _at(moment: datetime | None, zone: tzinfo) -> str | None:
    return None if moment is None else moment.astimezone(zone).isoformat()
