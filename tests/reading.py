"""What pages and scripts tell people to type, and whether the program would take it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bot.__main__ import _parser
from bot.jobs import JOBS

_COMMAND = re.compile(r"(?:^|[\s/;(])pratu (?!pratu-)([a-z][^|;&)]*)")
_FENCE = re.compile(r"```(?:sh)?\n(.*?)```", re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_OPTION = re.compile(r"--[a-z][a-z-]*")


def spans(page: Path) -> list[str]:
    """Everything between backticks, and every line of a block of commands."""
    words = page.read_text(encoding="utf-8")
    lines = [line for block in _FENCE.findall(words) for line in block.splitlines()]
    return [*lines, *(span.replace("\\|", "/") for span in _SPAN.findall(_FENCE.sub("", words)))]


def commands_in(page: Path) -> Iterator[str]:
    """What stands behind `pratu` wherever somebody could type it or a file runs it."""
    if page.suffix == ".md":
        typed = spans(page)
    else:
        told = ("#", "echo", "Description")
        lines = page.read_text(encoding="utf-8").splitlines()
        typed = [line for line in lines if not line.lstrip().startswith(told)]
    for text in typed:
        yield from (found.strip() for found in _COMMAND.findall(text.partition(" #")[0]))


def fault_of(line: str) -> str:
    """What `pratu` would refuse of this line; "" where it knows every word. WORDS and [brackets] stand for others."""
    words = re.sub(r"[\[\]]", " ", line).split()
    parser, path = _parser(), ""
    while words and (inner := _inner(parser)):
        if words[0] not in inner:
            return f"no pratu {path}{words[0]}"
        parser, path = inner[words[0]], f"{path}{words[0]} "
        words = words[1:]
    if path == "job " and words and words[0].islower() and words[0] not in JOBS:
        return f"no job {words[0]}"
    known = {option: action for action in parser._actions for option in action.option_strings}
    for number, word in enumerate(words):
        name = (_OPTION.match(word) or [""])[0]
        if name and name not in known:
            return f"no {name} of pratu {path}"
        value = words[number + 1] if name and number + 1 < len(words) else ""
        choices = known[name].choices if name else None
        if choices and value.isalpha() and value.islower() and value not in choices:
            return f"{name} {value}: one of {list(choices)}"
    return ""


def _inner(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below a command."""
    return next((dict(one.choices) for one in parser._actions if isinstance(one, argparse._SubParsersAction)), {})


@cache
def targets(makefile: Path) -> frozenset[str]:
    """What `make` can be asked for."""
    return frozenset(re.findall(r"^([a-z][a-z-]*):", makefile.read_text(encoding="utf-8"), re.MULTILINE))
