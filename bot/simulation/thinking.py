"""What the machine thinks of texts, thought ahead by a process beside ours: the flows find the answer ready."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from bot import models
from handlers.services import Tools
from nlp import mask
from nlp.verdict import Verdict

Thought = tuple[list[Verdict], list[str]]
_engine: models.Engine | None = None


def _begin(data_dir: Path) -> None:
    """The other process opens the engine once."""
    global _engine
    _engine = models.Engine(data_dir)


def _think(texts: Sequence[str]) -> Thought:
    assert _engine is not None
    return [_engine.classify(text) for text in texts], [mask.mask(text) for text in texts]


def _mask(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[mask.mask(text) for text in each] for each in texts]


class Thinking:
    """Answers known before they are asked for. The same answers as without it."""

    def __init__(self, tools: Tools, data_dir: Path, *, beside: bool) -> None:
        self._classify, self._mask = tools.classify, tools.mask
        self._verdicts: dict[str, Verdict] = {}
        self._masked: dict[str, str] = {}
        self._ahead: list[tuple[list[str], Future[Thought]]] = []
        self._pool = None
        if beside:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=(data_dir,))

    def tools(self, tools: Tools) -> Tools:
        """The same tools, which know already; what officers do cannot be taken back here: nobody waits for it."""
        return replace(tools, classify=self.classify, mask=self.mask, undo_seconds=0)

    def classify(self, text: str) -> Verdict:
        """As the engine answers."""
        known = self._verdicts.get(text)
        if known is None:
            known = self._verdicts[text] = self._classify(text)
        return known

    def mask(self, text: str) -> str:
        """As the mask answers."""
        known = self._masked.get(text)
        if known is None:
            known = self._masked[text] = self._mask(text)
        return known

    def think_ahead(self, texts: Sequence[str]) -> None:
        """These will be asked for soon."""
        if self._pool is not None:
            wanted = [text for text in dict.fromkeys(texts) if text not in self._verdicts]
            self._ahead.append((wanted, self._pool.submit(_think, wanted)))

    def catch_up(self) -> None:
        """What was thought ahead first is known now."""
        if self._ahead:
            texts, answer = self._ahead.pop(0)
            verdicts, masked = answer.result()
            self._verdicts.update(zip(texts, verdicts, strict=True))
            self._masked.update(zip(texts, masked, strict=True))

    def forget(self) -> None:
        """Make room: nobody asks for old texts again."""
        self._verdicts.clear()
        self._masked.clear()

    def masked(self, texts: Sequence[Sequence[str]]) -> Callable[[], list[list[str]]]:
        """The masked texts, when they are asked for."""
        if self._pool is None:
            return lambda: _mask(texts)
        return self._pool.submit(_mask, texts).result

    def close(self) -> None:
        """Let the other process go."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
