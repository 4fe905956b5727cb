"""A trained model: one small file, read with numpy alone. Its heads are its decisions: category, kind, emergency."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import struct
import zipfile
import zlib
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
_LARGEST_FILE = 64_000_000  # bytes, packed and unpacked
_LARGEST_META, _LARGEST_WORDS = 2_000_000, 8_000_000
_LONGEST_HEADER = 256  # of an array; ours have half of that
_LARGEST_NUMBER = 1e6  # in a model of ours, and some
# What zipfile, zlib, json and numpy raise for files that are not as they should be, Python for too deep or too large.
_UNREADABLE = (OSError, EOFError, ValueError, TypeError, AttributeError, LookupError, struct.error, zipfile.BadZipFile)
_BROKEN = (*_UNREADABLE, ArithmeticError, MemoryError, RuntimeError, zlib.error)
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
            _put(file, f"{name}/steps.npy", _bytes(head.steps.astype(np.float32)))
            _put(file, f"{name}/bias.npy", _bytes(head.bias.astype(np.float32)))
            _put(file, f"{name}/hints.npy", _bytes(head.hints.astype(np.float32)))


def load(path: Path, *bases: Base) -> Model:
    """Read a model file; the one of `bases` that it was made with gives it hints. Raises ModelRefused, nothing else."""
    try:
        content = _content(path)
        return _opened(_Entries(content), bases, _version(content))
    except _BROKEN as broken:
        why = str(broken) if isinstance(broken, ModelRefused) else f"{type(broken).__name__}: {broken}"
        raise ModelRefused(f"{path.name}: {why[:200]}") from broken


def version_of(path: Path) -> str:
    """The version of a file by its bytes alone: nothing in it is opened or believed. Raises ModelRefused."""
    try:
        return _version(_content(path))
    except _BROKEN as broken:
        raise ModelRefused(f"{path.name}: {type(broken).__name__}: {str(broken)[:200]}") from broken


def _version(content: bytes) -> str:
    return "linear-" + hashlib.sha256(content).hexdigest()[:10]


def _content(path: Path) -> bytes:
    """The bytes of a regular file that is not too large."""
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise ModelRefused("not a file")  # a pipe would be waited for
    if facts.st_size > _LARGEST_FILE:
        raise ModelRefused("larger than any model of ours")
    with path.open("rb") as file:
        return file.read(facts.st_size)  # even if it has grown since


class _Entries:
    """A model's zip file. Its headers may lie: of no entry more is unpacked than was asked for, and never too much."""

    def __init__(self, content: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(content))
        self._left = _LARGEST_FILE

    def entry(self, name: str, most: int) -> bytes:
        """The bytes of one entry, at most so many."""
        info = self._zip.getinfo(name)
        if info.compress_type != zipfile.ZIP_DEFLATED:
            raise ModelRefused(f"{name} is packed another way than ours")  # others unpack all at once
        most = min(most, self._left)
        with self._zip.open(info) as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise ModelRefused(f"{name} is larger than any of ours")
        self._left -= len(content)
        return content

    def array(self, name: str, kind: type, *shape: int | None) -> Array:
        """An array of exactly this kind and shape (None: any length), of numbers one can reckon with."""
        content = io.BytesIO(self.entry(f"{name}.npy", _LARGEST_FILE))
        if np.lib.format.read_magic(content) != (1, 0):
            raise ModelRefused(f"{name} has another header than ours")
        size, by_column, dtype = np.lib.format.read_array_header_1_0(content, max_header_size=_LONGEST_HEADER)
        wanted = tuple(one if other is None else other for one, other in zip(size, shape, strict=True))
        if size != wanted or dtype != np.dtype(kind):
            raise ModelRefused(f"{name} has shape {size} of {dtype}, not {wanted} of {kind.__name__}")
        found: Array = np.frombuffer(content.read(), dtype).reshape(size, order="F" if by_column else "C")
        if dtype.kind == "f" and not float(np.abs(found).max(initial=0)) <= _LARGEST_NUMBER:  # nor NaN
            raise ModelRefused(f"{name} has numbers beyond all measure")
        return found


def _opened(file: _Entries, bases: Sequence[Base], version: str) -> Model:
    meta = json.loads(file.entry("model.json", _LARGEST_META))
    if meta["format"] != FORMAT:
        raise ModelRefused(f"format {meta['format']!r}, this program reads {FORMAT}")
    made_with, facts, heads = meta["base"], meta["facts"], meta["heads"]
    if not isinstance(made_with, str) or not isinstance(facts, dict):
        raise ModelRefused("model.json is not as ours")
    if "category" not in heads or not all(name.isidentifier() for name in heads):
        raise ModelRefused("it decides no category")
    base = next((one for one in bases if one.name == made_with), None)
    if made_with and base is None:
        raise ModelRefused(f"stands on {made_with!r}, which is not here: train it again")
    hints = base.hints([""]).shape[1] if base is not None else 0
    return Model(
        words=Words([word for word in file.entry("words.txt", _LARGEST_WORDS).decode("utf-8").split("\n") if word]),
        weights=file.array("weights", np.float16, features.BUCKETS).astype(np.float32),
        heads={name: _head(file, name, told, hints) for name, told in heads.items()},
        base=base,
        facts=facts,
        version=version,
    )


def _head(file: _Entries, name: str, told: dict[str, Any], hints: int) -> Head:
    labels = _labels(name, told["labels"])
    sharpness, threshold = float(told["sharpness"]), float(told["threshold"])
    if not 0 < sharpness <= _LARGEST_NUMBER or not 0 <= threshold <= 1:
        raise ModelRefused(f"{name}: sharpness {sharpness}, threshold {threshold}")
    head = Head(
        labels,
        small=file.array(f"{name}/table", np.int8, features.BUCKETS, len(labels)),
        steps=file.array(f"{name}/steps", np.float32, len(labels)),
        bias=file.array(f"{name}/bias", np.float32, len(labels)),
        hints=file.array(f"{name}/hints", np.float32, None, len(labels)),
        sharpness=sharpness,
        threshold=threshold,
    )
    if len(head.hints) not in (0, hints):
        raise ModelRefused(f"{name} hears {len(head.hints)} hints, there are {hints}")
    return head


def _labels(name: str, found: Any) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
        raise ModelRefused(f"{name}: labels must be a list of words")
    if len(set(found)) < max(len(found), 2):
        raise ModelRefused(f"{name}: there must be two labels, and none twice")
    "".join(found).encode("utf-8")  # what cannot be written cannot be answered
    return tuple(found)


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
