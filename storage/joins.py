"""People who joined somebody else's case: their rows, found by case, by person and by message."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, func, select

from storage.db import Session
from storage.tables import Attachment, Case, CaseJoin
from storage.tables.base import among
from storage.words import ENDED


def add(session: Session, values: dict[str, Any]) -> CaseJoin:
    """A new row; the caller (an action) has decided every value and looked for an older one."""
    return session.write(CaseJoin, **values)


def find(session: Session, case_id: int, account_ids: Collection[int]) -> CaseJoin | None:
    """The row of one of these accounts in a case, also of somebody who left; who stayed comes first."""
    return session.find(_OF_ACCOUNTS, {"row": case_id, "accounts": account_ids}).first()


_OF_ACCOUNTS = (
    select(CaseJoin)
    .where(CaseJoin.case_id == bindparam("row"), CaseJoin.account_id.in_(bindparam("accounts", expanding=True)))
    .order_by(CaseJoin.left_at.is_not(None), CaseJoin.id)
    .limit(1)
    .execution_options(populate_existing=True)
)


def of_case(session: Session, case_id: int) -> list[CaseJoin]:
    """Everybody who joined a case and did not leave, in the order they came."""
    return list(session.find(_OF_CASE, {"row": case_id}))


_OF_CASE = (
    select(CaseJoin)
    .where(CaseJoin.case_id == bindparam("row"), CaseJoin.left_at.is_(None))
    .order_by(CaseJoin.id)
    .execution_options(populate_existing=True)
)


def of_account(session: Session, account_ids: Collection[int], limit: int = 10) -> list[tuple[Case, CaseJoin]]:
    """The cases these accounts joined and did not leave, open ones first, newest first."""
    return session.find_pairs(_CASES, {"accounts": account_ids, "most": limit})


_CASES = (
    select(Case, CaseJoin)
    .join(CaseJoin, CaseJoin.case_id == Case.id)
    .where(CaseJoin.account_id.in_(bindparam("accounts", expanding=True)), CaseJoin.left_at.is_(None))
    .order_by(among(Case.status, *sorted(ENDED)), CaseJoin.id.desc())
    .limit(bindparam("most"))
)


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
