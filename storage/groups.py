"""The customer group a person says they belong to: kept with the person, and with what they brought and answered."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, bindparam, select

from storage.db import Session
from storage.tables import Account, Case, Person, Survey, SurveyAnswer
from storage.tables.base import plain


def of_account(session: Session, account_id: int | None) -> str | None:
    """What the person behind an account said; None where they never did."""
    found: str | None = session.ask(_OF_ACCOUNT, {"account": account_id}).scalar()
    return found


_OF_ACCOUNT = (
    select(plain(Person).c.customer_group)
    .join(plain(Account), plain(Account).c.person_id == plain(Person).c.id)
    .where(plain(Account).c.id == bindparam("account"))
)


def say(session: Session, person_id: int, account_ids: Collection[int], code: str | None) -> None:
    """They belong to this group (None: they do not say). What they brought and answered takes it where it has none.

    A confidential case does not: who brings a tip is nobody's statistic.
    """
    person = session.get(Person, person_id)
    assert person is not None
    person.customer_group = code
    session.flush()
    if code is None:
        return
    accounts = {"accounts": account_ids}
    rows: list[Case | Survey | SurveyAnswer] = [*session.find(_CASES, accounts), *session.find(_ANSWERS, accounts)]
    for row in (*rows, *session.find(_SURVEYS, accounts)):
        row.customer_group = code
    session.flush()


def _without_group(row: type[Case | Survey]) -> tuple[ColumnElement[bool], ...]:
    return row.account_id.in_(bindparam("accounts", expanding=True)), row.customer_group.is_(None)


_CASES = select(Case).where(*_without_group(Case), Case.confidential.is_(False)).order_by(Case.id)
_SURVEYS = select(Survey).where(*_without_group(Survey)).order_by(Survey.id)
_ANSWERS = (
    select(SurveyAnswer)
    .join(Survey, Survey.id == SurveyAnswer.survey_id)
    .where(*_without_group(Survey))
    .order_by(SurveyAnswer.id)
)
