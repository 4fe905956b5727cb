"""What service_standards.toml and retention.toml may hold: each value's name and kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from storage.words import RETAINED


class BadSeed(Exception):
    """A seed file is missing, is not TOML, or a row lacks something; the message says where."""


_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Fits = Callable[[Any], bool]


def _is_hour(value: Any) -> bool:
    return isinstance(value, str) and _HOUR.fullmatch(value) is not None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_rising(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(map(_is_number, value)) and value == sorted(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_counts(value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= _PURPOSES and all(map(_is_number, value.values()))


def _is_budgets(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_counts, value.values()))


_PURPOSES = frozenset({"urgent", "result", "question", "notice", "survey", "announcement", "digest"})
_NUMBERS = (
    *(
        "draft_hours",
        "emergency_draft_minutes",
        "urgent_repeat_minutes",
        "screening_days",
        "accept_days",
        "first_answer_days",
    ),
    *("progress_every_days", "progress_overdue_every_days", "remind_before_days", "need_info_close_days"),
    *("close_after_days", "reopen_days", "reopened_days", "hurry_days", "data_request_days"),
    *("survey_silence_minutes", "survey_remind_days", "survey_end_days", "surveys_a_month", "small_cell"),
)
# What each table of service_standards.toml may hold; a slip of the pen must not stop the clock later.
TABLES: dict[str, dict[str, tuple[Fits, str]]] = {
    "office_hours": {
        "from": (_is_hour, 'an hour like "08:30"'),
        "to": (_is_hour, 'an hour like "16:30"'),
        "weekdays": (_is_rising, "numbers of weekdays, Monday is 1"),
    },
    "limits": {
        **{name: (_is_number, "a whole number") for name in _NUMBERS},
        **{name: (_is_hour, 'an hour like "07:00"') for name in ("urgent_repeat_from", "urgent_repeat_to")},
        **{
            name: (_is_rising, "rising whole numbers like [3, 7]")
            for name in ("silence_days", "remind_after_days", "need_info_remind_days")
        },
    },
    "pushes": {
        "held_from": (_is_counts, "numbers by purpose like { survey = 70 }"),
        "warn_at": (_is_rising, "rising whole numbers like [70, 90, 100]"),
        "agencies": (_is_budgets, "numbers by agency and purpose like { DEMO = { survey = 50 } }"),
    },
    "retention": {name: (_is_number, "a whole number of days") for name in RETAINED},
    "evidence": {"photo_required": (_is_flag, "true or false")},
    "decisions": {
        **{
            name: (_is_words, "a list of words")
            for name in ("kinds", "routes", "categories", "governor_kinds", "governor_routes")
        },
        "at_once": (_is_flag, "true or false"),
    },
}


def kind_of(table: str, key: str) -> str:
    """What such a value of service_standards.toml must be, in words; "" for one nobody reads."""
    return TABLES.get(table, {}).get(key, (_is_flag, ""))[1]


def shape_of(table: str, key: str) -> str:
    """number, hour, rising or flag; "" for what a spreadsheet's cell cannot hold, or nobody reads."""
    return _SHAPES.get(TABLES.get(table, {}).get(key, (_is_words, ""))[0], "")


_SHAPES: dict[Fits, str] = {_is_number: "number", _is_hour: "hour", _is_rising: "rising", _is_flag: "flag"}


def fits(table: str, key: str, value: Any) -> bool:
    """Is this a value that such a setting may have?"""
    return key in TABLES.get(table, {}) and TABLES[table][key][0](value)


def check(file: str, name: str, value: dict[str, Any]) -> None:
    """Raises BadSeed for a key nobody reads, or a value of the wrong kind."""
    for key, found in value.items():
        wanted = kind_of(name, key)
        if not wanted:
            known = ", ".join(TABLES.get(name, {})) or "no such table"
            raise BadSeed(f"{file}: [{name}] {key}: unknown; there are: {known}")
        if not fits(name, key, found):
            raise BadSeed(f"{file}: [{name}] {key} = {found!r} must be {wanted}")
