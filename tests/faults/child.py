"""A `pratu serve` with a fault built in. One process loads the program once and forks a life for each cell.

Nothing of this is in the program: the child replaces functions of its own before it begins.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests import lives

Spec = dict[str, Any]


def main() -> None:
    """Read a life a line, fork it, answer with its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    lives.load()
    print("ready", flush=True)
    for line in sys.stdin:
        life = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(life)
        print(child, flush=True)


def _live(life: Spec) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRATU_")}
    lives.become({**kept, **life["env"]}, life["folder"], life["log"], life["log"])
    code = 1
    try:
        for spec in life["patches"]:
            PATCHES[spec["kind"]](spec)
        from bot.__main__ import main as pratu

        code = pratu(["serve", "--role", life.get("role", "all"), "--port", str(life["port"])])
    finally:
        os._exit(code)


# --- faults within the process ---------------------------------------------------------------------------------------


def _found(target: str) -> tuple[Any, str, Any]:
    module, _, path = target.partition(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for one in outer:
        owner = getattr(owner, one)
    return owner, name, getattr(owner, name)


def _replace(target: str, make: Callable[[Any], Any]) -> None:
    """Put another function in the place of this one, wherever it was imported to."""
    owner, name, original = _found(target)
    new = make(original)
    setattr(owner, name, new)
    if isinstance(owner, type):
        return
    for module in list(sys.modules.values()):
        for key, value in list(vars(module).items()) if hasattr(module, "__dict__") else ():
            if value is original:
                setattr(module, key, new)


def _die() -> None:
    with open("deaths", "a") as noted:  # in the cell's folder: what was accepted shortly before may come twice
        noted.write(f"{time.time()}\n")
    os.kill(os.getpid(), signal.SIGKILL)


def _kill(spec: Spec) -> None:
    """kill -9 at the n-th call of a function: before it, or after it did its work."""
    count, gate = itertools.count(1), threading.Lock()

    def due() -> bool:
        with gate:
            return next(count) == spec["nth"]

    def make(original: Any) -> Any:
        if asyncio.iscoroutinefunction(original):

            async def called(*values: Any, **named: Any) -> Any:
                mine = due()
                if mine and spec["when"] == "before":
                    _die()
                found = await original(*values, **named)
                if mine:
                    _die()
                return found
        else:

            def called(*values: Any, **named: Any) -> Any:  # type: ignore[misc]
                mine = due()
                if mine and spec["when"] == "before":
                    _die()
                found = original(*values, **named)
                if mine:
                    _die()
                return found

        return called

    _replace(spec["target"], make)


def _value(spec: Spec) -> None:
    owner, name, _old = _found(spec["target"])
    setattr(owner, name, timedelta(seconds=spec["seconds"]) if "seconds" in spec else spec["value"])


def _quick(_spec: Spec) -> None:
    """Telegram's pace is not what is measured here."""

    async def at_once(_self: Any, _chat: str) -> float:
        return 0.0

    _replace("bot.telegram.pace:Pace.turn", lambda _original: at_once)


def _clock(spec: Spec) -> None:
    """The machine's clock jumps while a file says by how much."""
    marker = Path(spec["marker"])

    def make(original: Any) -> Any:
        def now() -> Any:
            try:
                return original() + timedelta(seconds=float(marker.read_text() or 0))
            except (FileNotFoundError, ValueError):
                return original()

        return now

    _replace("bot.clock:now", make)
    from bot.app import App

    new = _found("bot.clock:now")[2]
    App.__dataclass_fields__["clock"].default = new
    App.clock = new
    defaults = App.__init__.__defaults__ or ()
    App.__init__.__defaults__ = tuple(new if getattr(one, "__name__", "") == "now" else one for one in defaults)


def _full(spec: Spec) -> None:
    """SQLite's disk is full while a file is there."""
    from sqlalchemy import event

    marker = Path(spec["marker"])

    def make(original: Any) -> Any:
        def begun(self: Any, *values: Any, **named: Any) -> None:
            original(self, *values, **named)

            @event.listens_for(self.engine, "checkout")
            def limit(connection: Any, _record: Any, _proxy: Any) -> None:
                connection.execute(f"PRAGMA max_page_count={1 if marker.exists() else 1_000_000_000}")

        return begun

    _replace("storage.db:Database.__init__", make)


def _poison(spec: Spec) -> None:
    """Whoever says this word makes the program fail."""

    def make(original: Any) -> Any:
        def routed(svc: Any, talk: Any, incoming: Any) -> Any:
            if spec["word"] in incoming.text:
                raise RuntimeError("poison")
            return original(svc, talk, incoming)

        return routed

    _replace("handlers.router:route", make)


PATCHES: dict[str, Callable[[Spec], None]] = {
    "kill": _kill,
    "value": _value,
    "quick": _quick,
    "clock": _clock,
    "full": _full,
    "poison": _poison,
}

if __name__ == "__main__":
    main()
