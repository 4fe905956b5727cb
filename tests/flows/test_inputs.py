"""The table of inputs: what people send on each channel, and what they see. The rows are in inputs.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.world import Dialogue, World

ROWS = tomllib.loads((Path(__file__).parent / "inputs.toml").read_text(encoding="utf-8"))["row"]
CASES = [(row, channel) for row in ROWS for channel in row["channel"]]


def _file(person: Dialogue, rest: str) -> None:
    name, _, more = rest.partition(" ")
    size, _, caption = more.partition(" ")
    person.sends_file(name, int(size), caption)


DOES: dict[str, Callable[[Dialogue, str], object]] = {
    ">": lambda person, rest: person.says(rest),
    "tap": lambda person, rest: person.taps(rest),
    "photo": lambda person, rest: person.sends_photo(caption=rest),
    "album": lambda person, rest: person.sends_album(
        [words.strip() for words in rest.split("|")], len(rest.split("|")) if person.channel == "line" else None
    ),
    "place": lambda person, rest: person.sends_place(),
    "voice": lambda person, rest: person.sends_voice(),
    "video": lambda person, rest: person.sends_video(int(rest)),
    "file": _file,
    "contact": lambda person, rest: person.sends_contact(rest),
    "sticker": lambda person, rest: person.sends_sticker(rest),
    "strange": lambda person, rest: person.does(kind="strange"),
    "unsend": lambda person, rest: person.unsends(int(rest or -1)),
    "edit": lambda person, rest: person.edits(rest),
    "edit 0": lambda person, rest: person.edits(rest, 0),
    "wait": lambda person, rest: person.world.passes(minutes=int(rest)),
}


def _step(person: Dialogue, step: str) -> None:
    if step.startswith("< "):
        person.hears(*step[2:].split(" | "))
    elif step.startswith("!< "):
        person.hears_not(*step[3:].split(" | "))
    elif step == "nothing":
        person.hears_nothing()
    elif step == "silent":
        person.world.file_silent_drafts()
        person.parts = []
        person.listen()
    elif step == "no case":
        assert person.world.cases() == []
    elif step.startswith("case "):
        wanted = tuple(step.split()[1:])
        there = [(case.kind, case.category)[: len(wanted)] for case in person.world.cases()]
        assert wanted in there, there
    elif step.startswith("> "):
        person.says(step[2:])
    else:
        name, _, rest = step.partition(":")
        DOES[name](person, rest.strip())


@pytest.mark.parametrize(("row", "channel"), CASES, ids=[f"{row['what']} [{channel}]" for row, channel in CASES])
def test_what_people_send_and_see(world: World, row: dict[str, list[str]], channel: str) -> None:
    person = world.citizen("7001", channel)
    for step in row["steps"]:
        try:
            _step(person, step)
        except AssertionError as wrong:
            raise AssertionError(f"at {step!r}: {wrong}") from None


def test_the_table_is_long_and_wide() -> None:
    assert len(ROWS) >= 60
    assert {channel for _row, channel in CASES} == {"line", "telegram", "web"}
