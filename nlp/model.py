"""A trained model: one small file, read with numpy alone. Its heads are its decisions: category, kind, emergency."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from nlp import features
from nlp.features import Array, Rows, Words
from nlp.normalize import normalize

FORMAT = 1
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the file is the same whenever it is made
_LARGEST_FILE = 64_000_000


class ModelRefused(ValueError):
    """The file is no model this program can read; the message says why."""


@dataclass(frozen=True)
class Head:
    """One decision: a column of weights for each label, and what makes scores into confidence."""

    labels: tuple[str, ...]
    table: Array  # (BUCKETS, labels), float32
    bias: Array
    hints: Array  # (hints, labels): weights for what the base model says
    sharpness: float  # scores times this, through softmax, are confidences
    threshold: float  # below this confidence the engine does not answer

    def confidences(self, scores: Array) -> Array:
        """Scores as confidences that sum to one."""
        sharp = scores * self.sharpness
        grown = np.exp(sharp - sharp.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True))


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

    def rows(self, lines: Sequence[str]) -> tuple[Rows, Array]:
        """Features of prepared lines, and their numbers."""
        found = features.rows(lines, self.words)
        return found, features.values(found, self.weights)

    def scores(self, lines: Sequence[str], hints: Array | None = None) -> dict[str, Array]:
        """For each head the scores of normalised texts, (texts, labels). `hints`: what the base says, if known."""
        if hints is None and self.base is not None:
            hints = self.base.hints(lines)
        found, numbers = self.rows([features.prepared(line) for line in lines])
        return {name: _applied(head, found, numbers, hints) for name, head in self.heads.items()}

    def hints(self, lines: Sequence[str]) -> Array:
        """What this model says of normalised texts, for another one: all scores of all heads."""
        scored = self.scores(lines)
        return np.hstack([scored[name] for name in sorted(scored)])

    def telling(self, line: str, head: str, label: str, most: int = 3) -> tuple[str, ...]:
        """The known words of a normalised text that spoke most for a label."""
        told, column = self.heads[head], self.heads[head].labels.index(label)
        found = dict.fromkeys(word for word in self.words.cut(features.prepared(line)) if len(word) > 1)
        weighed = [(self._weight(told, word, column), word) for word in found]
        return tuple(word for weight, word in sorted(weighed, reverse=True)[:most] if weight > 0)

    def _weight(self, head: Head, word: str, column: int) -> float:
        at = self.words.columns[word]
        return float(head.table[at, column] * self.weights[at])


def _applied(head: Head, found: Rows, numbers: Array, hints: Array | None) -> Array:
    out = np.empty((len(found), len(head.labels)), dtype=np.float32)
    for row in range(len(found)):
        part = slice(found.starts[row], found.starts[row + 1])
        out[row] = numbers[part] @ head.table[found.columns[part]]
    out += head.bias
    if hints is not None and len(head.hints):
        out += hints @ head.hints
    return out


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
            small, steps = _small(head.table)
            _put(file, f"{name}/table.npy", _bytes(small))
            _put(file, f"{name}/steps.npy", _bytes(steps))
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
    table = small.astype(np.float32) * _array(file, f"{name}/steps.npy", (len(labels),))
    hints = np.load(io.BytesIO(file.read(f"{name}/hints.npy")), allow_pickle=False)
    bias = _array(file, f"{name}/bias.npy", (len(labels),))
    if hints.ndim != 2 or hints.shape[1] != len(labels):
        raise ModelRefused(f"{name}/hints.npy has shape {hints.shape}")
    return Head(labels, table, bias, hints, float(facts["sharpness"]), float(facts["threshold"]))


def _array(file: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> Array:
    found: Array = np.load(io.BytesIO(file.read(name)), allow_pickle=False)
    if found.shape != shape:
        raise ModelRefused(f"{name} has shape {found.shape}, not {shape}")
    return found


def _small(table: Array) -> tuple[Array, Array]:
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
