"""What the machine thinks of texts, thought ahead by processes beside ours: the flows find the answer ready."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from bot import models
from handlers.services import Tools
from nlp import mask, topics
from nlp.verdict import Verdict

Thought = tuple[list[Verdict], list[list[str]], list[str]]
_engine: models.Engine | None = None


def _begin(data_dir: Path) -> None:
    """The other process opens the engine once."""
    global _engine
    _engine = models.Engine(data_dir)


def _think(texts: Sequence[str], asides: Sequence[str]) -> Thought:
    assert _engine is not None
    verdicts = [_engine.classify(text) for text in texts]
    return verdicts, [topics.split(text) for text in texts], [mask.mask(text) for text in (*texts, *asides)]


def _mask(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[mask.mask(text) for text in each] for each in texts]


class Thinking:
    """Answers known before they are asked for. The same answers as without it."""

    def __init__(self, tools: Tools, data_dir: Path, *, beside: bool) -> None:
        self._classify, self._mask = tools.classify, tools.mask
        self._verdicts: dict[str, Verdict] = {}
        self._masked: dict[str, str] = {}
        self._split: dict[str, list[str]] = {}
        self._ahead: list[tuple[list[str], list[str], Future[Thought]]] = []
        self._again: set[str] = set()  # asked for more than once: taps, thanks, commands without a number
        self._pool = self._masking = None  # two, so that what is asked for now does not wait for what will be
        if beside:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=(data_dir,))
            self._masking = ProcessPoolExecutor(1, context)

    def tools(self, tools: Tools) -> Tools:
        """The same tools, which know already; what officers do cannot be taken back here: nobody waits for it."""
        return replace(tools, classify=self.classify, mask=self.mask, split=self.split, undo_seconds=0)

    def classify(self, text: str) -> Verdict:
        """As the engine answers."""
        known = self._verdicts.get(text)
        if known is None:
            known = self._verdicts[text] = self._classify(text)
        else:
            self._again.add(text)
        return known

    def mask(self, text: str) -> str:
        """As the mask answers."""
        known = self._masked.get(text)
        if known is None:
            known = self._masked[text] = self._mask(text)
        else:
            self._again.add(text)
        return known

    def split(self, text: str) -> list[str]:
        """The matters of a text, as they are found."""
        known = self._split.get(text)
        return topics.split(text) if known is None else known

    def think_ahead(self, texts: Sequence[str], asides: Sequence[str]) -> None:
        """These will be asked for soon; of `asides` only what they are masked."""
        if self._pool is not None:
            wanted = dict.fromkeys(text for text in texts if text not in self._verdicts)
            beside = dict.fromkeys(text for text in asides if text not in wanted)
            ahead = (list(wanted), list(beside))
            self._ahead.append((*ahead, self._pool.submit(_think, *ahead)))

    def catch_up(self) -> None:
        """What was thought ahead first is known now."""
        if self._ahead:
            texts, asides, answer = self._ahead.pop(0)
            verdicts, split, masked = answer.result()
            self._verdicts.update(zip(texts, verdicts, strict=True))
            self._split = dict(zip(texts, split, strict=True))
            self._masked.update(zip((*texts, *asides), masked, strict=True))

    def forget(self) -> None:
        """Make room: only what was asked for twice since the last time is asked for again."""
        kept, self._again = self._again, set()
        self._verdicts = {text: verdict for text, verdict in self._verdicts.items() if text in kept}
        self._masked = {text: masked for text, masked in self._masked.items() if text in kept}

    def masked(self, texts: Sequence[Sequence[str]]) -> Callable[[], list[list[str]]]:
        """The masked texts, when they are asked for."""
        if self._masking is None:
            return lambda: _mask(texts)
        return self._masking.submit(_mask, texts).result

    def close(self) -> None:
        """Let the other processes go."""
        for pool in (self._pool, self._masking):
            if pool is not None:
                pool.shutdown(cancel_futures=True)
