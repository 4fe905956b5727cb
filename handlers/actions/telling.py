"""What the people of a case are told when it moves: the complainant, and in masked words everybody who joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from handlers.actions import notices
from handlers.messages import Choice, Part, Say
from handlers.rules.pushing import Purpose
from handlers.services import Svc
from storage import visits
from storage.tables import Case, StatusUpdate

# now: pushed where no free answer is open; promise, plain: rides on the next one, and a promise is pushed by the clock.
Pace = Literal["now", "promise", "plain"]


# What one can tap at once below such news, whoever tells it.
_BUTTONS: dict[str, tuple[str, ...]] = {
    "status.visit": ("track.button_suits", "track.button_suits_not"),
    "status.deferred": ("track.button_hurry",),
}


# What cannot wait long when pushes run short.
_PURPOSES: dict[str, Purpose] = {
    "status.need_info": "question",
    **dict.fromkeys(("status.resolved", "status.closed", "status.not_accepted", "status.transferred"), "result"),
}


def _when(svc: Svc, case: Case, key: str) -> dict[str, str]:
    """Day and hour of the planned visit, apart."""
    visit = visits.planned(svc.session, case.id) if key == "status.visit" else None
    if visit is None or visit.planned_for is None:
        return {}
    local = visit.planned_for.astimezone(svc.tools.zone)
    return {"day": svc.texts.day(local.date()), "time": svc.texts.clock(local)}


@dataclass(frozen=True)
class Told:
    """What the complainant sees, in words, and whether it is on its way to them."""

    text: str
    reached: bool


def tell(
    svc: Svc,
    case: Case,
    update: StatusUpdate,
    key: str,
    values: Mapping[str, str],
    *,
    pace: Pace = "now",
    choices: Sequence[str] = (),
    alone: bool = False,
    asks: Say | None = None,
) -> Told:
    """Tell of one update by the text of this key. Nothing of a confidential case but that there is news.

    `choices`: keys of buttons. `alone`: written to the complainant only. `asks`: what the complainant alone is asked
    below it. Urgent cases never wait.
    """
    texts = svc.texts
    once = f"update:{update.id}"
    news = "" if pace == "now" or case.urgent else pace
    if case.confidential:
        say = Say(texts.say("status.told_confidential", code=case.reference))
        joined = say
    else:
        buttons = tuple(Choice(texts.word(name, code=case.reference)) for name in (*choices, *_BUTTONS.get(key, ())))
        values = {**values, **_when(svc, case, key)}
        shown = texts.bubble(key, code=case.reference, **values)
        say = Say(shown.text, (*buttons, *shown.choices))
        masked = {name: svc.tools.mask(value) for name, value in values.items()}
        joined = Say(texts.say(key, code=case.reference, **masked))
    purpose = _PURPOSES.get(key, "notice")
    parts: list[Part] = [say] if asks is None else [say, asks]
    reached = notices.tell_complainant(svc, case, parts, once=once, news=news, purpose=purpose)
    if not alone:
        notices.tell_joined(svc, case, [joined], once, news, purpose)
    return Told(say.text, reached)


def first_answer(svc: Svc, case: Case) -> None:
    """The first answer by a person; the machine's receipt does not count (contract)."""
    if case.first_answer_at is None:
        case.first_answer_at = svc.now
