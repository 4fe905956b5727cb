"""How the shipped model is made: `make model`. From the texts in nlp/data/training only, and the word lists.

The choices below were made on those texts and checked on others (nlp/README.md).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp import keywords, training
from nlp.classify import SHIPPED
from nlp.features import Array
from nlp.model import Model, save
from nlp.rules import KINDS, Rules
from nlp.training import Task

TEXTS = Path(__file__).parent / "data" / "training"
TRUST = 0.4  # a category's words beside what was learned: they know real life, the learned part knows language
TRUST_KIND = 0.5
# Real messages are further from our texts than our texts from each other: measured on them, not on ours.
SHARPNESS, THRESHOLD = 2.8, 0.45
# On real complaints the lowest that leaves few false alarms (nlp/README.md); a missed one may cost a life.
ALARM = 0.03
UNCLEAR = 0.4  # a kind less sure than this is what the word lists say: short answers have no kind of their own
_NO_SUBJECT = frozenset({"smalltalk", "abuse", "data_right"})  # their category means nothing


@dataclass(frozen=True)
class Written:
    """One text of the training set."""

    text: str
    kind: str
    category: str
    extra: tuple[str, ...]
    register: str


def written() -> Iterator[Written]:
    """The training texts, file by file in the order of their names."""
    for path in sorted(TEXTS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield Written(row["text"], row["kind"], row["category"], tuple(row["extra"]), row["register"])


def make(rows: Sequence[Written], own: Sequence[tuple[str, tuple[str, ...]]] = ()) -> Model:
    """The shipped model from these rows, or one for an agency that adds its `own` (text, categories).

    The latter decides the category alone: nobody asks it anything else (nlp/classify.py).
    """
    tasks = {
        "category": Task(
            [*(_categories(row) for row in rows), *(labels for _, labels in own)],
            trust=_trust(keywords.codes(), TRUST),
            sharpness=SHARPNESS,
            threshold=THRESHOLD,
        )
    }
    if not own:
        tasks["kind"] = Task(
            [(row.kind,) for row in rows], trust=_trust(KINDS, TRUST_KIND), balance=1.0, threshold=UNCLEAR
        )
        # The word lists know words of danger, but not who is in it: without their hints this is better.
        emergency = [("emergency" if row.kind == "emergency" else "calm",) for row in rows]
        tasks["emergency"] = Task(emergency, hinted=False, strength=1.0, balance=0.5, threshold=ALARM)
    texts = [*(row.text for row in rows), *(text for text, _ in own)]
    return training.train(texts, tasks, Rules(), {"texts": len(rows), "own": len(own)}, public=len(rows))


def _categories(row: Written) -> tuple[str, ...]:
    silent = row.kind in _NO_SUBJECT or (row.kind == "followup" and row.category == "OT")
    return () if silent else (row.category, *row.extra)


def _trust(codes: Sequence[str], trust: float) -> Array:
    """Each answer of the word lists speaks for its own label."""
    hints = (*keywords.codes(), *KINDS)
    out = np.zeros((len(hints) + 1, len(codes)), dtype=np.float32)
    for column, code in enumerate(sorted(codes)):
        if code != "complaint":  # what they say where they know nothing better
            out[hints.index(code), column] = trust
    return out


def main() -> int:
    """Write nlp/data/shipped.model."""
    save(make(list(written())), Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
