"""The customer group a person says they belong to: kept with the person, and with what they brought and answered."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select, update

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
    own = (Case.account_id.in_(account_ids), Case.customer_group.is_(None), Case.confidential.is_(False))
    session.execute(update(Case).where(*own).values(customer_group=code))
    asked = select(Survey.id).where(Survey.account_id.in_(account_ids), Survey.customer_group.is_(None))
    answers = SurveyAnswer.survey_id.in_(asked.scalar_subquery())
    session.execute(update(SurveyAnswer).where(answers).values(customer_group=code))
    mine = (Survey.account_id.in_(account_ids), Survey.customer_group.is_(None))
    session.execute(update(Survey).where(*mine).values(customer_group=code))
