"""How good are confidences against the truth: the figures every comparison uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp.features import Array

_BINS = 10


def figures(
    labels: Sequence[str], confidences: Array, truth: Sequence[Sequence[str]], threshold: float
) -> dict[str, float]:
    """Figures of one run. `truth`: each text's labels, the main one first; a label unknown to the model is a miss.

    `accuracy` counts the main label, `accuracy_any` any of them; `coverage` is the share answered at the threshold,
    `at_60` the accuracy of the surest 60 %; `calibration_error` the mean distance of confidence and accuracy.
    """
    known = {label: at for at, label in enumerate(labels)}
    main = np.array([known.get(row[0], -1) for row in truth])
    order = np.argsort(-confidences, axis=1, kind="stable")
    best, top = order[:, 0], confidences.max(axis=1)
    right = best == main
    answered = top >= threshold
    surest = np.argsort(-top, kind="stable")[: max(1, round(0.6 * len(top)))]
    any_right = [labels[at] in row for at, row in zip(best, truth, strict=True)]
    return {
        "rows": len(truth),
        "accuracy": _round(right.mean()),
        "accuracy_any": _round(np.mean(any_right)),
        "top3": _round((order[:, :3] == main[:, None]).any(axis=1).mean()),
        "macro_f1": _round(macro_f1([row[0] for row in truth], [labels[at] for at in best])),
        "coverage": _round(answered.mean()),
        "accuracy_answered": _round(right[answered].mean() if answered.any() else 0.0),
        "at_60": _round(right[surest].mean()),
        "calibration_error": _round(_calibration(top, right)),
    }


def macro_f1(truth: Sequence[str], said: Sequence[str]) -> float:
    """The mean F1 of all labels that occur in the truth or were said."""
    scores = []
    for label in sorted(set(truth) | set(said)):
        hits = sum(one == label == other for one, other in zip(truth, said, strict=True))
        total = sum(one == label for one in truth) + sum(other == label for other in said)
        scores.append(2 * hits / total)
    return float(np.mean(scores))


def _calibration(top: Array, right: Array) -> float:
    place = np.minimum((top * _BINS).astype(int), _BINS - 1)
    parts = [place == number for number in range(_BINS)]
    return float(sum(abs(top[part].mean() - right[part].mean()) * part.mean() for part in parts if part.any()))


def _round(value: Any) -> float:
    return round(float(value), 4)
