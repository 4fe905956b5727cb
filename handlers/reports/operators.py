"""The operators' page for whoever its link was made, while they are an administrator; and alarms in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from handlers import access
from handlers.reports import links
from handlers.rules.alarms import Alarm
from handlers.rules.duties import OPERATORS
from handlers.services import Svc
from handlers.texts import Texts, spans
from storage import people

DAYS = 1  # it is asked for in the hour it is needed
PURPOSE = "operator"


def address(svc: Svc, person_id: int) -> str:
    """This person's link, good for a day; "" without a public address."""
    token = links.sign(svc, PURPOSE, (person_id,), svc.now + timedelta(days=DAYS))
    return svc.tools.page_link(f"/operator/{token}")


def check(svc: Svc, token: str) -> None:
    """Raises access.NotFound: not ours, too old, or its person is no administrator any more."""
    (person_id,) = links.opened(svc, PURPOSE, token)
    if not any(post.role in OPERATORS for post in people.posts_of(svc.session, int(person_id), svc.today)):
        raise access.NotFound(PURPOSE)


@dataclass(frozen=True)
class Told:
    """An alarm in words: what is wrong, what to do, and the runbook's section about it."""

    name: str
    what: str
    do: str
    section: str


def told(texts: Texts, alarm: Alarm) -> Told:
    """What an administrator reads."""
    ago = spans.lasting(texts, alarm.seconds or 0.0)
    job, colon, why = alarm.of.partition(": ")
    of = texts.word_or(f"job_names.{job}", job) + (f" ({why})" if colon else "")
    never = f"alarms_never.{alarm.name}"
    key = never if alarm.seconds is None and texts.has(never) else f"alarms.{alarm.name}"
    what = texts.word(key, ago=ago, n=f"{alarm.n:,}", of=of)
    do = texts.word(f"alarms_do.{alarm.name}", job=job)
    return Told(alarm.name, what, do, texts.word(f"alarms_at.{alarm.name}"))
