"""People who joined somebody else's case: their rows, found by case, by person and by message."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select

from storage.db import Session
from storage.tables import Attachment, Case, CaseJoin
from storage.words import ENDED


def add(session: Session, values: dict[str, Any]) -> CaseJoin:
    """A new row; the caller (an action) has decided every value and looked for an older one."""
    row = CaseJoin(**values)
    session.add(row)
    session.flush()
    return row


def find(session: Session, case_id: int, account_ids: Collection[int]) -> CaseJoin | None:
    """The row of one of these accounts in a case, also of somebody who left; who stayed comes first."""
    left = CaseJoin.left_at.is_not(None)
    query = select(CaseJoin).where(CaseJoin.case_id == case_id, CaseJoin.account_id.in_(account_ids))
    newest = query.order_by(left, CaseJoin.id).limit(1).execution_options(populate_existing=True)
    return session.scalars(newest).first()


def of_case(session: Session, case_id: int) -> list[CaseJoin]:
    """Everybody who joined a case and did not leave, in the order they came."""
    query = select(CaseJoin).where(CaseJoin.case_id == case_id, CaseJoin.left_at.is_(None)).order_by(CaseJoin.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def of_account(session: Session, account_ids: Collection[int], limit: int = 10) -> list[tuple[Case, CaseJoin]]:
    """The cases these accounts joined and did not leave, open ones first, newest first."""
    ended = Case.status.in_([status.value for status in ENDED])
    rows = session.execute(
        select(Case, CaseJoin)
        .join(CaseJoin, CaseJoin.case_id == Case.id)
        .where(CaseJoin.account_id.in_(account_ids), CaseJoin.left_at.is_(None))
        .order_by(ended, CaseJoin.id.desc())
        .limit(limit)
    )
    return [(case, joined) for case, joined in rows]


def all_of_account(session: Session, account_id: int) -> list[CaseJoin]:
    """Every row of an account, also where it left: its words are taken back wherever they lie."""
    query = select(CaseJoin).where(CaseJoin.account_id == account_id).order_by(CaseJoin.case_id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def count_photos(session: Session, rows: Collection[CaseJoin]) -> int:
    """How many pictures these people added since they joined (those gone or refused not counted)."""
    message_ids = [message_id for row in rows for message_id in set(row.message_ids) - set(row.earlier_ids)]
    query = (
        select(func.count())
        .select_from(Attachment)
        .where(
            Attachment.message_id.in_(message_ids),
            Attachment.kind == "image",
            Attachment.state.in_(("wanted", "stored")),
        )
    )
    return session.scalar(query) or 0
