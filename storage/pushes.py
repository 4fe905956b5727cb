"""Pushes that cost: what the platform says of the month, and how many of ours went, for whom and for what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, select

from storage.db import Session
from storage.tables import OutboxMessage, PushReading
from storage.tables.base import plain

SETTING = "pushes"  # the agency's own order and budgets (service_standards.toml)


@dataclass
class Standing:
    """How a month stands. `most` None: no limit, or none is known; `by`: (agency, purpose) → pushes of ours."""

    known: bool
    most: int | None
    used: int
    by: Counter[tuple[str, str]] = field(default_factory=Counter)


def note_reading(session: Session, channel: str, at: datetime, most: int | None, used: int) -> None:
    """What the platform said just now."""
    session.add(PushReading(channel=channel, at=at, most=most, used=used))
    session.flush()


def standing(session: Session, channel: str, since: datetime) -> Standing:
    """How the month that began then stands: the platform's newest word, and what we pushed after it.

    The platform also counts what others pushed, and each member of a group; of an older month only its limit holds.
    """
    newest = session.scalars(
        select(PushReading).where(PushReading.channel == channel).order_by(PushReading.at.desc()).limit(1)
    ).first()
    by = _sent(session, channel, since)
    used = sum(by.values())
    if newest is not None and newest.at >= since:
        used = max(used, newest.used + sum(_sent(session, channel, newest.at).values()))
    return Standing(newest is not None, newest.most if newest else None, used, by)


def _sent(session: Session, channel: str, since: datetime) -> Counter[tuple[str, str]]:
    """Messages that went out since then and answered nobody."""
    rows = session.ask(_SENT_SINCE, {"channel": channel, "since": since})
    return Counter({(agency or "", purpose or ""): count for agency, purpose, count in rows})


_OUT = plain(OutboxMessage).c
_SENT_SINCE = (
    select(_OUT.agency_code, _OUT.purpose, func.count())
    .where(_OUT.channel == bindparam("channel"), _OUT.sent_at >= bindparam("since"))
    .where(_OUT.sent_at.is_not(None), _OUT.reply_event_us.is_(None))
    .group_by(_OUT.agency_code, _OUT.purpose)
)
