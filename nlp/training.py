"""Making a model from labelled texts. Needs scikit-learn; nothing that answers a citizen does."""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nlp import features, tokenize
from nlp.features import Array, Block, Words
from nlp.model import Base, Head, Model, normalized, shrunk

SEED = 2569
HINTS = 0.25  # how loud the base model's scores speak beside pieces of length one
FOLDS = 3  # for calibration
MOST_LABELS = 200  # a model of more would not be small
_FEWEST = 2  # texts a piece of letters is in, to be learned


@dataclass(frozen=True)
class Task:
    """One decision to learn: for each text its labels (the main one first), or () where it has no part in this."""

    labels: Sequence[tuple[str, ...]]
    hinted: bool = True  # does it listen to the base at all?
    trust: Array | None = None  # fixed weights of the hints, (hints, labels sorted); None: learned
    strength: float = 0.5  # of the fit: LinearSVC's C
    balance: float = 0.3  # 0: every text weighs alike; 1: every label does
    wanted: float = 0.85  # answers are to be right this often, else the engine asks
    sharpness: float | None = None  # known better than from these texts
    threshold: float | None = None  # the same


class TrainingRefused(ValueError):
    """These texts cannot be learned from; the message says why."""


def train(
    texts: Sequence[str],
    tasks: dict[str, Task],
    base: Base | None = None,
    facts: dict[str, Any] | None = None,
    public: int | None = None,
) -> Model:
    """A model for these tasks. Same texts, same model. Raises TrainingRefused.

    `public`: so many texts, the first ones, are nobody's secret; a word of the others alone that no dictionary has
    (a nickname, an address) is not kept in the model. None: all are.
    """
    lines = normalized(texts)
    ready = [features.prepared(line) for line in lines]
    words = Words(_vocabulary(ready, len(ready) if public is None else public))
    blocks = features.letters(ready), features.words([words.cut(line) for line in ready], words)
    weights = _weights(blocks, len(lines)).astype(np.float16).astype(np.float32)
    matrix = sum(_matrix(block, weights, len(lines)) for block in blocks)
    hints = base.hints(lines) if base is not None else np.zeros((len(lines), 0), dtype=np.float32)
    heads = {name: _head(matrix, hints, task) for name, task in tasks.items()}
    return Model(words, weights, heads, base, facts or {})


def _vocabulary(lines: Sequence[str], public: int) -> list[str]:
    """The words PyThaiNLP's newmm finds in at least two of the texts."""
    cut = [{word for one in tokenize.words(line) if (word := one.strip())} for line in lines]
    told = set().union(*cut[:public])
    seen = collections.Counter(word for found in cut for word in found)
    return sorted(
        word for word, count in seen.items() if count >= _FEWEST and (word in told or word in tokenize.dictionary())
    )


def _weights(blocks: Sequence[Block], texts: int) -> Array:
    """How much a bucket tells: the fewer texts it is in the more, but nothing if it is in one only."""
    each = [np.unique(block.owners() * (features.BUCKETS + 1) + row) for block in blocks for row in block.columns]
    columns = np.unique(np.concatenate(each)) % (features.BUCKETS + 1)
    count = np.bincount(columns, minlength=features.BUCKETS + 1)[: features.BUCKETS]
    rare = np.log((1.0 + texts) / (1.0 + count)) + 1.0
    rare[: features.CHAR_BUCKETS][count[: features.CHAR_BUCKETS] < _FEWEST] = 0.0
    rare[count == 0] = 0.0
    return np.asarray(rare, dtype=np.float32)


def _matrix(block: Block, weights: Array, texts: int) -> Any:
    """Sparse rows of length one, as `Model` has them."""
    from scipy.sparse import csr_matrix

    columns = block.columns.ravel()
    owners = np.tile(block.owners(), len(block.columns))
    kept = columns != features.NOTHING
    columns, owners = columns[kept], owners[kept]
    numbers = weights[columns]
    length = np.sqrt(np.maximum(np.bincount(owners, numbers * numbers, minlength=texts), 1e-12))
    return csr_matrix(((numbers / length[owners]).astype(np.float32), (owners, columns)), (texts, features.BUCKETS))


def _head(matrix: Any, hints: Array, task: Task) -> Head:
    part = np.array([at for at, labels in enumerate(task.labels) if labels], dtype=np.int64)
    rows = [task.labels[at] for at in part]
    labels = tuple(sorted({row[0] for row in rows}))
    if len(labels) < 2:
        raise TrainingRefused("at least two labels are needed")
    if len(labels) > MOST_LABELS:
        raise TrainingRefused(f"{len(labels)} labels are too many, {MOST_LABELS} at most")
    learn = _Learn(matrix[part], hints[part] if task.hinted else hints[part][:, :0], rows, labels, task)
    head = learn.fit(np.arange(len(rows)))
    if task.sharpness is not None and task.threshold is not None:
        return replace(head, sharpness=task.sharpness, threshold=task.threshold)
    scores, order = _unseen(learn)
    truth = np.array([labels.index(rows[at][0]) for at in order])
    head = replace(head, sharpness=task.sharpness or _sharpness(scores, truth))
    if task.threshold is not None:
        return replace(head, threshold=task.threshold)
    return replace(head, threshold=_threshold(head.confidences(scores), truth, task.wanted))


@dataclass(frozen=True)
class _Learn:
    """Everything one head learns from."""

    matrix: Any
    hints: Array
    rows: Sequence[tuple[str, ...]]
    labels: tuple[str, ...]
    task: Task

    def fit(self, part: Array) -> Head:
        """One line between each label and the rest, from these rows."""
        from scipy.sparse import csr_matrix, hstack
        from sklearn.svm import LinearSVC

        learned = self.task.trust is None and self.hints.shape[1] > 0
        joined = hstack([self.matrix, csr_matrix(self.hints * HINTS)]).tocsr() if learned else self.matrix
        joined, rows = joined[part], [self.rows[at] for at in part]
        table = np.zeros((joined.shape[1], len(self.labels)), dtype=np.float64)
        bias = np.zeros(len(self.labels), dtype=np.float32)
        for column, label in enumerate(self.labels):
            truth = np.array([label in row for row in rows])
            if truth.all() or not truth.any():
                bias[column] = 1.0 if truth.all() else -1.0
                continue
            weight = _balance(truth, self.task.balance)
            line = LinearSVC(C=self.task.strength, random_state=SEED, class_weight=weight).fit(joined, truth)
            table[:, column], bias[column] = line.coef_[0], line.intercept_[0]
        split = self.matrix.shape[1]
        trust = table[split:] * HINTS if self.task.trust is None else self.task.trust
        small, steps = shrunk(table[:split])
        return Head(self.labels, small, steps, bias, trust.astype(np.float32), 1.0, 0.0)


def _balance(truth: Array, balance: float) -> dict[bool, float]:
    """Between every text alike and every label alike."""
    share = float(truth.mean())
    return {True: (0.5 / share) ** balance, False: (0.5 / (1 - share)) ** balance}


def _unseen(learn: _Learn) -> tuple[Array, Array]:
    """Scores of texts by fits that did not see them, and which texts those are."""
    order = np.random.default_rng(SEED).permutation(len(learn.rows))
    scores, kept = [], []
    for fold in range(FOLDS):
        held = np.sort(order[fold::FOLDS])
        head = learn.fit(np.setdiff1d(np.arange(len(learn.rows)), held))
        part = learn.matrix[held] @ head.table() + head.bias
        scores.append(part + learn.hints[held] @ head.hints if len(head.hints) else part)
        kept.append(held)
    return np.vstack(scores), np.concatenate(kept)


def _sharpness(scores: Array, truth: Array) -> float:
    """The factor that makes confidences most honest (least surprise) on texts not learned from."""
    best, least = 1.0, np.inf
    for factor in np.geomspace(0.3, 12.0, 60):
        sharp = scores * factor
        top = sharp.max(axis=1, keepdims=True)
        logs = sharp - top - np.log(np.exp(sharp - top).sum(axis=1, keepdims=True))
        surprise = -float(logs[np.arange(len(truth)), truth].mean())
        if surprise < least:
            best, least = float(factor), surprise
    return round(best, 4)


def _threshold(confidences: Array, truth: Array, wanted: float) -> float:
    """The lowest confidence from which on answers are right often enough, on texts not learned from."""
    top, right = confidences.max(axis=1), confidences.argmax(axis=1) == truth
    order = np.argsort(-top, kind="stable")
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(share >= wanted)
    return round(float(top[order][enough[-1]]), 4) if len(enough) else 1.0
