"""What is thought ahead: each text once, in the order it was told, and many cost no more for each than few."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.simulation.thinking import Thinking
from tests.world import World


class Said(str):
    """Words that count how often they are compared with others."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        Said.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


class Beside(Executor):
    """Takes what it is given to think of, and never gets to it."""

    def __init__(self) -> None:
        self.given: list[tuple[list[str], list[str]]] = []

    def submit(self, _call: Callable[..., Any], /, *args: Any, **_named: Any) -> Future[Any]:
        self.given.append(args)  # type: ignore[arg-type]
        return Future()


def thinking_of(world: World, folder: Path, known: str = "") -> tuple[Thinking, Beside]:
    thinking = Thinking(replace(world.tools), folder, beside=False)
    if known:
        thinking.classify(known)
    beside = Beside()
    thinking._pool = beside  # type: ignore[assignment]
    return thinking, beside


def compared(world: World, folder: Path, many: int) -> int:
    thinking, _beside = thinking_of(world, folder)
    Said.compared = 0
    thinking.think_ahead([Said(f"คำ {n}") for n in range(many)], [Said(f"จุด {n}") for n in range(many)])
    return Said.compared


def test_each_text_once_in_order(world: World, tmp_path: Path) -> None:
    thinking, beside = thinking_of(world, tmp_path, known="รู้แล้ว")
    thinking.think_ahead(["ไฟดับ", "รู้แล้ว", "ขยะ", "ไฟดับ"], ["หน้าวัด", "ขยะ", "ซอย 5", "หน้าวัด"])
    assert beside.given == [(["ไฟดับ", "ขยะ"], ["หน้าวัด", "ซอย 5"])]


def test_many_cost_no_more_for_each_than_few(world: World, tmp_path: Path) -> None:
    few, many = (compared(world, tmp_path, n) for n in (300, 3000))
    assert many <= 20 * (few + 100), "not every text with every other"
