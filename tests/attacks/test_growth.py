"""Words that make a program think for ever: twice the words may take about twice the work, never much more.

Measured in processor time as a ratio, over text long enough to be measured at all; a pattern that goes over a text
again for each of its letters shows at once.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

import bot
import handlers
import nlp
import storage
from bot.channels import RawEvent
from bot.line import inbound as line
from bot.telegram import inbound as telegram
from handlers.texts import heard
from nlp import classify, entities, mask, normalize, when

SHORT, LONG = 2_500, 10_000  # letters; nothing from outside is longer than 5,000
MOST = 9.0  # four times the letters: 4 is straight, 16 is a square
NOTHING = 0.02  # seconds below which no ratio is told

NOW = datetime(2026, 11, 24, tzinfo=UTC)

HOSTILE = [
    "ก",
    "a",
    "0",
    " ",
    "\n",
    "-",
    "/",
    ".",
    "@",
    "่",
    "a@",
    "a.",
    "1-",
    "1/",
    "1 ",
    "๑",
    "0812345678 ",
    "1-2345-67890-12-3 ",
    "70-00001-",
    "70-00482-5 ",
    "http://a.",
    "นาย",
    "นายก ",
    "ซอย ",
    "บ้านเลขที่ 1/",
    "พรุ่งนี้ ",
    "วันที่ 1 ม.ค. ",
    "12.30 น. ",
    "ทะเบียน กข ",
    "โทร ",
    "ๆ",
    "((",
    "[]",
    "=,",
    "\u200d",
    "😀",
    "ABC",
    "aA0",
    "/รับ ",
]


def spent(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began


def growth(work: Callable[[str], object], seed: str, tail: str = "") -> float:
    """How many times the work four times the text takes; 0 where both are next to nothing. The best of three."""
    short, long = (seed * (size // len(seed) + 1) for size in (SHORT, LONG))
    found = []
    for _ in range(3):
        long_time = spent(work, long[:LONG] + tail)
        if long_time < NOTHING:
            return 0.0
        found.append(long_time / max(spent(work, short[:SHORT] + tail), NOTHING / 8))
        if found[-1] < MOST:
            break
    return min(found)


READERS: dict[str, Callable[[str], object]] = {
    "classify": classify.classify,
    "mask": mask.mask,
    "normalize": normalize.normalize,
    "readable": normalize.readable,
    "references": entities.find_references,
    "command": heard.command,
    "unslashed": heard.unslashed,
    "plain": heard.plain,
    "knows": heard.knows,
    "date": when.find_date,
    "stretch": lambda text: (when.resolve(text, NOW), when.coming(text, NOW), when.leading(text, NOW)),
}


@pytest.mark.parametrize("name", READERS)
def test_reading_words_grows_straight(name: str) -> None:
    READERS[name]("ไฟดับ")  # what is loaded first is not measured
    bad = {seed: ratio for seed in HOSTILE if (ratio := growth(READERS[name], seed, "!")) >= MOST}
    assert bad == {}


@pytest.mark.parametrize("channel", ["line", "telegram"])
def test_reading_events_grows_straight(channel: str) -> None:
    def read(text: str) -> object:
        if channel == "line":
            people = [{"index": 0, "length": 3, "isSelf": True}] * 20
            said = {"type": "text", "text": text, "mention": {"mentionees": people}}
            event = {"type": "message", "source": {"type": "group", "groupId": "C"}, "message": said}
            return line.read(RawEvent("1", "", NOW, json.dumps({"events": [event]}).encode()))
        update = {"update_id": 1, "message": {"chat": {"id": -1, "type": "group"}, "text": text}}
        return telegram.read(RawEvent("1", "", NOW, json.dumps(update).encode()), telegram.Me(1, "pratu_bot"))

    assert {seed: ratio for seed in HOSTILE if (ratio := growth(read, seed)) >= MOST} == {}


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every regular expression that stands in a module of the product."""
    for package in (bot, handlers, nlp, storage):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" in module.name or module.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{module.name}.{name}", value


def test_every_regular_expression_grows_straight() -> None:
    """Also those that no text from outside reaches today."""
    seen: dict[tuple[str, int], str] = {}
    for name, pattern in patterns():
        seen.setdefault((pattern.pattern, pattern.flags), name)
    assert len(seen) > 60
    bad = {}
    for (source, flags), name in seen.items():
        pattern = re.compile(source, flags)
        for seed in HOSTILE:
            for search in (pattern.search, pattern.fullmatch, lambda text, p=pattern: p.sub("", text)):
                ratio = growth(search, seed, "!")
                if ratio >= MOST:
                    bad[name] = (seed, round(ratio, 1))
    assert bad == {}
