"""Danger in people's own words, and ordinary trouble beside it.

The sentences were written before the rules and are known to whoever mends them: floors for tests, no measure.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from nlp.classify import classify

SETS = tomllib.loads((Path(__file__).parent / "danger.toml").read_text(encoding="utf-8"))
CRIES = [text for entry in SETS["danger"].values() for text in entry["held"]]
CALM = SETS["calm"]["held"]


def test_cries_are_heard() -> None:
    """What is missed gets telephone numbers all the same (DECISIONS 21)."""
    heard = [text for text in CRIES if classify(text).danger]
    assert len(CRIES) >= 60
    assert len(heard) / len(CRIES) >= 0.95, [text for text in CRIES if text not in heard]


def test_ordinary_trouble_stays_calm() -> None:
    """Sentences written to fool an alarm; of ordinary complaints far fewer ring it (nlp/README.md)."""
    alarms = [text for text in CALM if classify(text).danger]
    assert len(CALM) >= 80
    assert len(alarms) / len(CALM) <= 0.1, alarms


@pytest.mark.parametrize(
    "text",
    ["เดือนที่แล้วผัวตี เมื่อวานก็ตีอีก", "ปีที่แล้วเคยคิดฆ่าตัวตาย ช่วงนี้คิดอีก"],
)
def test_the_past_silences_no_heart_and_no_home(text: str) -> None:
    assert classify(text).danger in ("distress", "violence")


def test_a_transformer_is_a_wire() -> None:
    assert classify("หม้อแปลงระเบิดเสียงดังปั้ง").danger == "wire"
