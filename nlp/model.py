"""A trained model: one small file, read with numpy alone. Its heads are its decisions: category, kind, emergency."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from nlp import features
from nlp.features import Array, Block, Words
from nlp.normalize import normalize

FORMAT = 2
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the file is the same whenever it is made
_LARGEST_FILE = 64_000_000
_TOGETHER = 256  # texts; more would not stay in the fast memory


class ModelRefused(ValueError):
    """The file is no model this program can read; the message says why."""


@dataclass(frozen=True)
class Head:
    """One decision: a column of weights for each label, and what makes scores into confidence."""

    labels: tuple[str, ...]
    small: Array  # (BUCKETS, labels), int8
    steps: Array  # (labels,): the size of one of those numbers
    bias: Array
    hints: Array  # (hints, labels): weights for what the base model says
    sharpness: float  # scores times this, through softmax, are confidences
    threshold: float  # below this confidence the engine does not answer

    def table(self) -> Array:
        """(BUCKETS, labels), float32."""
        return np.asarray(self.small * self.steps, dtype=np.float32)

    def confidences(self, scores: Array) -> Array:
        """Scores as confidences that sum to one."""
        sharp = scores * self.sharpness
        grown = np.exp(sharp - sharp.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Reading:
    """For each head the scores of some texts, (texts, labels), and the known words of each text."""

    scores: dict[str, Array]
    cut: list[list[str]]


class Base(Protocol):
    """What stands below a model and says what it thinks first: the rules, or the shipped model."""

    @property
    def name(self) -> str: ...

    def hints(self, lines: Sequence[str]) -> Array:
        """(texts, hints) for normalised texts."""
        ...


@dataclass(frozen=True)
class Model:
    """What was learned. `base` gives hints to a model of other labels: it knows what is written to the state."""

    words: Words
    weights: Array  # of each bucket: rare pieces tell more
    heads: dict[str, Head]
    base: Base | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    version: str = ""

    @property
    def name(self) -> str:
        """A model stands on exactly this one: another version's scores mean something else."""
        return self.version

    def read(self, lines: Sequence[str], hints: Array | None = None) -> Reading:
        """What this model makes of normalised texts. `hints`: what the base says, if known."""
        if hints is None and self.base is not None:
            hints = self.base.hints(lines)
        ready = [features.prepared(line) for line in lines]
        cut = [self.words.cut(line) for line in ready]
        found = self._sums(features.letters(ready)) + self._sums(features.words(cut, self.words))
        scores: dict[str, Array] = {}
        for name, head in self.heads.items():
            at = self._places[name]
            scores[name] = found[:, at : at + len(head.labels)] + head.bias
            if hints is not None and len(head.hints):
                scores[name] = scores[name] + hints @ head.hints
        return Reading(scores, cut)

    def scores(self, lines: Sequence[str], hints: Array | None = None) -> dict[str, Array]:
        """For each head the scores of normalised texts, (texts, labels)."""
        parts = [
            self.read(lines[at : at + _TOGETHER], None if hints is None else hints[at : at + _TOGETHER]).scores
            for at in range(0, len(lines), _TOGETHER)
        ]
        return {name: np.vstack([part[name] for part in parts]) for name in self.heads}

    def hints(self, lines: Sequence[str]) -> Array:
        """What this model says of normalised texts, for another one: all scores of all heads."""
        scored = self.scores(lines)
        return np.hstack([scored[name] for name in sorted(scored)])

    def telling(self, cut: Sequence[str], head: str, label: str, most: int = 3) -> tuple[str, ...]:
        """The words of a text that spoke most for a label."""
        column = self._places[head] + self.heads[head].labels.index(label)
        found = dict.fromkeys(word for word in cut if len(word) > 1)
        weighed = [(float(self._joint[self.words.columns[word], column]), word) for word in found]
        return tuple(word for weight, word in sorted(weighed, reverse=True)[:most] if weight > 0)

    @cached_property
    def _places(self) -> dict[str, int]:
        """In which column of the joint table each head begins."""
        places, at = {}, 0
        for name, head in self.heads.items():
            places[name] = at
            at += len(head.labels)
        return places

    @cached_property
    def _joint(self) -> Array:
        """All heads' tables side by side, times the weights; last the squares of the weights, for the length."""
        columns = sum(len(head.labels) for head in self.heads.values())
        joint = np.zeros((features.BUCKETS + 1, columns + 1), dtype=np.float32)
        table = joint[: features.BUCKETS]
        for name, head in self.heads.items():
            at = self._places[name]
            np.multiply(head.small, head.steps, out=table[:, at : at + len(head.labels)])
        table[:, -1] = self.weights
        table *= self.weights[:, None]
        return joint

    def _sums(self, block: Block) -> Array:
        """(texts, columns of the joint table): what the features of a block say together, at length one."""
        each = self._joint[block.columns[0]]
        for row in block.columns[1:]:
            each += self._joint[row]
        sums = np.add.reduceat(each, block.starts, axis=0)
        return np.asarray(sums / np.sqrt(np.maximum(sums[:, -1:], 1e-12)))


# --- the file --------------------------------------------------------------------------------------------------------


def save(model: Model, path: Path) -> None:
    """Write the model; the same model is the same bytes. Weights are kept in eight bits."""
    heads = {
        name: {"labels": head.labels, "sharpness": head.sharpness, "threshold": head.threshold}
        for name, head in model.heads.items()
    }
    meta = {
        "format": FORMAT,
        "heads": heads,
        "facts": model.facts,
        "base": model.base.name if model.base is not None else "",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        _put(file, "model.json", json.dumps(meta, ensure_ascii=False, sort_keys=True, indent=1).encode("utf-8"))
        _put(file, "words.txt", "\n".join(model.words.known).encode("utf-8"))
        _put(file, "weights.npy", _bytes(model.weights.astype(np.float16)))
        for name, head in model.heads.items():
            _put(file, f"{name}/table.npy", _bytes(head.small))
            _put(file, f"{name}/steps.npy", _bytes(head.steps))
            _put(file, f"{name}/bias.npy", _bytes(head.bias.astype(np.float32)))
            _put(file, f"{name}/hints.npy", _bytes(head.hints.astype(np.float32)))


def load(path: Path, *bases: Base) -> Model:
    """Read a model file; the one of `bases` that it was made with gives it hints. Raises ModelRefused."""
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            if sum(one.file_size for one in file.infolist()) > _LARGEST_FILE:
                raise ModelRefused("larger than any model of ours")
            meta = json.loads(file.read("model.json"))
            if meta["format"] != FORMAT:
                raise ModelRefused(f"format {meta['format']}, this program reads {FORMAT}")
            heads = {name: _head(file, name, facts) for name, facts in meta["heads"].items()}
            words = Words([word for word in file.read("words.txt").decode("utf-8").split("\n") if word])
            weights = _array(file, "weights.npy", (features.BUCKETS,)).astype(np.float32)
            made_with = meta["base"]
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as broken:
        if isinstance(broken, ModelRefused):
            raise
        raise ModelRefused(f"{path.name}: {type(broken).__name__}: {broken}") from broken
    version = "linear-" + hashlib.sha256(content).hexdigest()[:10]
    base = next((one for one in bases if one.name == made_with), None)
    if made_with and base is None:
        raise ModelRefused(f"{path.name} stands on {made_with!r}, which is not here: train it again")
    return Model(words, weights, heads, base, meta["facts"], version)


def _head(file: zipfile.ZipFile, name: str, facts: dict[str, Any]) -> Head:
    labels = tuple(str(label) for label in facts["labels"])
    small = _array(file, f"{name}/table.npy", (features.BUCKETS, len(labels)))
    steps = _array(file, f"{name}/steps.npy", (len(labels),))
    hints = np.load(io.BytesIO(file.read(f"{name}/hints.npy")), allow_pickle=False)
    bias = _array(file, f"{name}/bias.npy", (len(labels),))
    if hints.ndim != 2 or hints.shape[1] != len(labels):
        raise ModelRefused(f"{name}/hints.npy has shape {hints.shape}")
    return Head(labels, small, steps, bias, hints, float(facts["sharpness"]), float(facts["threshold"]))


def _array(file: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> Array:
    found: Array = np.load(io.BytesIO(file.read(name)), allow_pickle=False)
    if found.shape != shape:
        raise ModelRefused(f"{name} has shape {found.shape}, not {shape}")
    return found


def shrunk(table: Array) -> tuple[Array, Array]:
    """Eight bits for each weight, and for each label the size of one step."""
    steps = np.maximum(np.abs(table).max(axis=0), 1e-9) / 127.0
    return np.rint(table / steps).astype(np.int8), steps.astype(np.float32)


def _put(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(entry, content, compresslevel=9)


def _bytes(found: Array) -> bytes:
    out = io.BytesIO()
    np.save(out, found, allow_pickle=False)
    return out.getvalue()


def normalized(texts: Sequence[str]) -> list[str]:
    """Texts as the engine reads them."""
    return [normalize(text) for text in texts]
