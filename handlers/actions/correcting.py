"""A case whose complainant took words back, or said them better: the words, and what was read out of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from handlers.actions import filing, finding, notices
from handlers.rules.draft import Draft
from handlers.services import Svc
from handlers.texts import shortened
from nlp import entities
from nlp.digits import arabic
from nlp.normalize import readable
from storage import cases, joins, messages
from storage.tables import Case, CaseJoin


@dataclass(frozen=True)
class Old:
    """What a message said, every version of it, before it was taken back or put otherwise."""

    rows: frozenset[int]
    words: tuple[str, ...]
    pins: frozenset[tuple[float, float]] = frozenset()


def holding(svc: Svc, account_id: int, old: Old) -> list[Case]:
    """The person's cases that hold anything of a message: one that told of several matters is in several. What an
    officer wrote down for somebody is tied to its case."""
    tied = messages.case_ids(svc.session, old.rows)
    written = [case for row in sorted(tied) if _is_written_by(svc, case := cases.get(svc.session, row), account_id)]
    return [
        case
        for case in [*cases.of_account(svc.session, account_id, limit=1000), *written]
        if case.id in tied or {row for row, _words in filing.said_in(svc, case)} & old.rows or lost(svc, case, old)
    ]


def _is_written_by(svc: Svc, case: Case, account_id: int) -> bool:
    """Did an officer write this case down for somebody, and not only say something as one who joined it?"""
    return case.account_id is None and joins.find(svc.session, case.id, {account_id}) is None


def lost(svc: Svc, case: Case, old: Old) -> dict[str, str]:
    """What was read out of this message and out of none of the others: slot → what stands there."""
    slots = {name: svc.session.keys.open_text(getattr(case, name)) for name in _SLOTS}
    if (case.lat, case.lon) not in old.pins and not any(came_from(value, *old.words) for value in slots.values()):
        return {}
    said = [*filing.said_in(svc, case), *messages.words_of_case(svc.session, case.id, case.account_id)]
    rest = [words for row, words in said if row not in old.rows]
    pins = messages.pins_of_case(svc.session, case.id, case.account_id, old.rows)
    return not_held(slots, (case.lat, case.lon), old, rest, pins)


def not_held(
    slots: Mapping[str, str | None],
    pin: tuple[float | None, float | None],
    old: Old,
    rest: Sequence[str],
    pins: Collection[tuple[float, float]],
) -> dict[str, str]:
    """The slots that only the old words (or the old pin) filled; a pin's address goes with it."""
    found = {
        name: value
        for name, value in slots.items()
        if value and came_from(value, *old.words) and not came_from(value, *rest)
    }
    if pin in old.pins and pin not in pins:
        found["pin"] = ""
        if slots["place"] and not came_from(slots["place"], *rest):
            found["place"] = slots["place"]
    return found


def came_from(found: str | None, *texts: str) -> bool:
    """Was this slot filled from one of these texts? Every piece of it stands in it (digits may be spaced otherwise)."""
    pieces = arabic(found or "").rstrip("…").split()
    return bool(pieces) and any(_holds(arabic(readable(text)), pieces) for text in texts)


def _holds(text: str, pieces: Sequence[str]) -> bool:
    bare = _SPACING.sub("", text)
    return all(piece in text or _SPACING.sub("", piece) in bare for piece in pieces)


def unsend(svc: Svc, case: Case, old: Old) -> None:
    """Words the complainant took back leave the case, and what was read out of them; the unit is told the fact."""
    said = [(row, words) for row, words in filing.said_in(svc, case) if row not in old.rows]
    gone = lost(svc, case, old)
    clear(case, gone)
    case.verdict = {**case.verdict, "words": []}
    filing.set_text(svc, case, said)
    _fill(svc, case, gone, [words for _row, words in said])
    filing.note(svc, case, "unsent", None, "citizen")
    notices.tell_unit(svc, case, "officer.unsent")


def edit(svc: Svc, case: Case, old: Old, message_id: int, text: str, fits: Callable[[str], str]) -> None:
    """The complainant said it better: the case holds the new words, and what was read out of the old is read anew.

    `fits`: which part of the new words takes the place of old ones, where they told of several matters.
    """
    before = filing.said_in(svc, case)
    gone = lost(svc, case, old)
    messages.tie_to_case(svc.session, [message_id], case.id)
    clear(case, gone)
    said = [(message_id, fits(words)) if row in old.rows else (row, words) for row, words in before]
    if said == before and "place" in gone:
        _set_place(svc, case, shortened(text, 200))  # it was the answer to "where?"
    elif said == before and not old.words:
        said.append((message_id, text))  # words below a picture that had none
    filing.set_text(svc, case, said)
    _fill(svc, case, gone, [words for _row, words in said])
    fresh = [words for row, words in said if row == message_id] or [text]
    _fill(svc, case, [name for name in _SLOTS if name not in gone], fresh, known=old.words)
    filing.note(svc, case, "edited", None, "citizen")
    notices.tell_unit(svc, case, "officer.edited", once=f"edited:{case.id}:{message_id}")


def clear(told: Case | CaseJoin, slots: Collection[str]) -> None:
    """Forget what was read out of words taken back: of a case, or of what somebody who joined it told."""
    for name in slots:
        if name == "pin":
            told.lat = told.lon = None
        else:
            setattr(told, name, None)
    if "place" in slots:
        told.place_masked = None


def _fill(svc: Svc, case: Case, slots: Collection[str], texts: Sequence[str], known: Sequence[str] = ()) -> None:
    """Read empty slots out of these words; what stood in the words known before was left out on purpose."""
    spot = Draft(kind=case.kind).is_at_a_spot
    for name in slots:
        find = _SLOTS.get(name)
        if find is None or getattr(case, name) is not None or (name == "place" and not spot):
            continue
        found = next((value for text in texts if (value := find(text))), None)
        if found is None or came_from(found, *known):
            continue
        if name == "place":
            _set_place(svc, case, found)
        else:
            setattr(case, name, svc.session.keys.seal_text(found))


def _set_place(svc: Svc, case: Case, place: str) -> None:
    case.place, case.place_masked = svc.session.keys.seal_text(place), svc.tools.mask(place)
    finding.note(svc, case)


_SLOTS: dict[str, Callable[[str], str | None]] = {
    "place": entities.find_place,
    "happened": entities.find_when,
    "contact": entities.find_phone,
    "complainant": lambda _text: None,
}
_SPACING = re.compile(r"[\s.\-–—‑()]")
