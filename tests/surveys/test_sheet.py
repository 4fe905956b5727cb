"""An institute's table: read whole or not at all, everything wrong named with its row and column."""

from __future__ import annotations

from datetime import date

import pytest

from handlers.rules.survey_sheet import Known, Problem, Respondent, day_in, folded, read

TODAY = date(2026, 11, 24)
KNOWN = Known(
    items=["S1.1.1", "S1.1.2", "S1.1.3"],
    channels={folded(word): "walkin" for word in ("walkin", "เข้าพบด้วยตนเอง")},
    groups={folded(word): "elderly" for word in ("elderly", "ผู้สูงอายุ")},
    points={
        **{folded(word): "very_satisfied" for word in ("very_satisfied", "พึงพอใจมาก")},
        **{folded(word): "satisfied" for word in ("satisfied", "พึงพอใจ")},
        **{folded(word): "dissatisfied" for word in ("dissatisfied", "ไม่พึงพอใจ")},
    },
    today=TODAY,
)
HEADER = ["answered_on", "channel", "group", "S1.1.2", "S1.1.1"]


def test_codes_words_and_numbers_say_the_same() -> None:
    rows = [
        HEADER,
        ["2026-11-20", "walkin", "elderly", "very_satisfied", "dissatisfied"],
        ["20/11/2569", "เข้าพบด้วยตนเอง", "ผู้สูงอายุ", "พึงพอใจมาก", "ไม่พึงพอใจ"],
        ["๒๐/๑๑/๒๕๖๙", " WALKIN ", "", "3", "๑"],
        ["20-11-2026", "walkin", "", "3.0", "1"],
        ["", " ", "", "", ""],
        ["20.11.2569", "walkin", "", "2", ""],
    ]
    people, problems = read(rows, KNOWN)
    assert problems == []
    day = date(2026, 11, 20)
    known = {"S1.1.1": "dissatisfied", "S1.1.2": "very_satisfied"}
    assert people[:4] == [
        Respondent(day, "walkin", "elderly", known),
        Respondent(day, "walkin", "elderly", known),
        Respondent(day, "walkin", None, known),
        Respondent(day, "walkin", None, known),
    ]
    assert people[4].answers == {"S1.1.1": None, "S1.1.2": "satisfied"}  # S1.1.3 was not asked: no column


def test_everything_wrong_is_named_at_once() -> None:
    rows = [
        HEADER,
        ["2026-11-20", "walkin", "elderly", "3", "2"],
        ["2026-11-25", "train", "cats", "4", "ok"],
        ["2026-02-30", "", "", "", ""],
        ["2026-11-20", "walkin", "", "", ""],
        ["2026-11-20", "walkin", "", "3", "3", "more"],
    ]
    people, problems = read(rows, KNOWN)
    assert len(people) == 1
    assert [(one.row, one.column) for one in problems] == [
        (3, "answered_on"),
        (3, "channel"),
        (3, "group"),
        (3, "S1.1.2"),
        (3, "S1.1.1"),
        (4, "answered_on"),
        (4, "channel"),
        (4, "-"),
        (5, "-"),
        (6, "-"),
    ]
    assert "'train'" in str(problems[1])
    assert "walkin" in str(problems[1])


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([], (1, "-")),
        ([["channel", "S1.1.1"]], (1, "answered_on")),
        ([["answered_on", "S1.1.1"]], (1, "channel")),
        ([["answered_on", "channel", "S1.1.1", "S2.1"]], (1, "S2.1")),
        ([["answered_on", "channel", "S1.1.1", "S1.1.1"]], (1, "S1.1.1")),
        ([["answered_on", "channel", "S1.1.1", ""]], (1, "(no name)")),
        ([["answered_on", "channel"]], (1, "S1.1.1")),
        ([["answered_on", "channel", "S1.1.1"]], (2, "-")),
    ],
)
def test_a_header_that_cannot_be_read(rows: list[list[str]], where: tuple[int, str]) -> None:
    people, problems = read(rows, KNOWN)
    assert people == []
    assert where in [(one.row, one.column) for one in problems]
    assert all(isinstance(one, Problem) for one in problems)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-24", TODAY),
        ("2569-11-24", TODAY),
        ("24/11/2569", TODAY),
        ("24 / 11 / 2026", TODAY),
        ("24/11/69", None),
        ("11-2026", None),
        ("30/2/2569", None),
        ("", None),
        ("soon", None),
    ],
)
def test_days(written: str, day: date | None) -> None:
    assert day_in(written) == day
