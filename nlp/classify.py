"""The face: one text in, one verdict out. Never raises on any text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from nlp import keywords, rules
from nlp.features import Array
from nlp.language import is_foreign
from nlp.model import Head, Model, ModelRefused, load
from nlp.normalize import normalize
from nlp.rules import Rules, Told
from nlp.verdict import Guess, Verdict

SHIPPED = Path(__file__).parent / "data" / "shipped.model"
_GUESSES = 4  # besides the best one
_EXTRAS = 2
_TELLING = 6  # letters: shorter texts only the word lists know
# Few words (letters) say little against an alarm, and who fears something says that it has not happened: it takes more.
_SHORT, _SAYS_LITTLE = 24, 4.0
_WITH_A_RULE = 0.5  # of the threshold is enough where the word lists fired too
_TELLS_LESS = frozenset({"complaint", "data_right"})
_IDLE = 0.9
_OPEN = frozenset({"fire", "wire", "medical", "water", "gas", "crash", "animal"})  # dangers in which nobody is accused
_NO_EXTRA = frozenset({"OT"})


@cache
def shipped() -> Model:
    """The model that comes with the program. Raises ModelRefused if the installation lacks it."""
    return load(SHIPPED, Rules())


def open_model(path: Path) -> Model:
    """A model somebody trained (`pratu train`). Raises ModelRefused."""
    return load(path, Rules(), shipped())


def warm() -> None:
    """Load the rules and the model now. The tokenizer's dictionary (half a second, 50 MB) waits for its first user."""
    classify("ไฟถนนดับ")


@dataclass(frozen=True)
class _Category:
    """The category decision: labels by confidence, and which further ones the text is about too."""

    labels: tuple[str, ...]
    confidences: tuple[float, ...]
    extra: tuple[str, ...]
    abstained: bool


def classify(text: str, model: Model | None = None) -> Verdict:
    """Kind, category and urgency of a text: three decisions, and the words that decided.

    `model` decides the category under its own labels; kind and urgency are always the shipped engine's.
    """
    line = normalize(text)
    told = rules.ask(line)
    engine = shipped()
    reading = engine.read([line], rules.as_hints([told]))
    head = engine.heads["emergency"]
    alarm = _sure(head, reading.scores["emergency"], "emergency")
    danger, fired = _danger(told, alarm, head.threshold)
    kind, kind_confidence = ("emergency", 0.9) if danger else _kind(engine.heads["kind"], reading.scores["kind"], told)
    if model is not None:
        engine = model
        reading = engine.read([line])
    found = _category(engine.heads["category"], reading.scores["category"])
    if model is None and kind == "corruption":
        found = _corruption(found)
    best = found.labels[0]
    accuses = told.look.accuses or kind == "corruption"
    hides = keywords.is_confidential(best, accuses) and not found.abstained and danger not in _OPEN
    return Verdict(
        kind=kind,
        said=told.kind.kind,
        kind_confidence=kind_confidence,
        category=best,
        subcategory=keywords.subcategory(best, line),
        confidence=found.confidences[0],
        alternatives=tuple(map(Guess, found.labels[1 : _GUESSES + 1], found.confidences[1 : _GUESSES + 1])),
        danger=danger,
        foreseen=bool(told.danger),
        alarm=alarm,
        presses=told.look.is_urgent,
        abstained=found.abstained,
        labels=(best, *found.extra),
        confidential=told.look.is_private or hides,
        accuses=accuses,
        rude=told.kind.rude,
        words=tuple(
            word for word in (fired, *engine.telling(reading.cut[0], "category", best), *told.kind.words) if word
        ),
        engine=engine.version,
    )


def with_own(model: Model) -> Callable[[str], Verdict]:
    """`classify` for conversations of an agency whose own model, of our codes, decides the category.

    Raises ModelRefused for other labels. Who tells of corruption is heard by the shipped engine alone.
    """
    labels = set(model.heads["category"].labels) if "category" in model.heads else {""}
    if not labels <= set(keywords.codes()):
        raise ModelRefused(f"{model.version} knows other categories than ours: {', '.join(sorted(labels))[:100]}")

    def ask(text: str) -> Verdict:
        verdict = classify(text, model)
        return classify(text) if verdict.kind == "corruption" else verdict

    return ask


def _danger(told: Told, sure: float, threshold: float) -> tuple[str, str]:
    """Its name and the words that fired it. The model hears what no rule foresaw ("any") and calms false alarms."""
    line = told.look.text
    if is_foreign(line):
        return told.danger, told.fired  # it learned Thai only
    if len(line) < _SHORT or (told.look.fears and not told.danger):
        threshold *= _SAYS_LITTLE
    alone = sure >= threshold and len(line) >= _TELLING
    beside = bool(told.danger) and sure >= threshold * _WITH_A_RULE
    if not (told.look.is_never_calm or alone or beside):
        return "", ""
    return (told.danger, told.fired) if told.danger else ("any", "")


def _kind(head: Head, scores: Array, told: Told) -> tuple[str, float]:
    """What a text by itself is, and how sure that is; emergencies are decided elsewhere."""
    said, confidences = told.kind, head.confidences(scores)[0]
    order = np.argsort(-confidences, kind="stable")
    best = next(at for at in order if head.labels[at] != "emergency")
    kind, sure = head.labels[best], float(confidences[best])
    hides = said.kind == "corruption" and kind in _TELLS_LESS  # who may need hiding is hidden
    idle = kind == "smalltalk" and said.kind != "smalltalk" and sure < _IDLE  # small talk opens no case
    thanks = kind == "compliment" and said.kind == "smalltalk"  # a thank you names nobody to be praised
    if sure < head.threshold or hides or idle or thanks or is_foreign(told.look.text):
        return said.kind, said.confidence
    return kind, sure


def _sure(head: Head, scores: Array, label: str) -> float:
    return float(head.confidences(scores)[0, head.labels.index(label)])


def _category(head: Head, scores: Array) -> _Category:
    confidences = head.confidences(scores)[0]
    order = np.argsort(-confidences, kind="stable")
    labels = tuple(head.labels[at] for at in order)
    extra = [head.labels[at] for at in order[1 : _EXTRAS + 1] if scores[0, at] > 0 and head.labels[at] not in _NO_EXTRA]
    sure = tuple(float(confidences[at]) for at in order)
    return _Category(labels, sure, tuple(extra), sure[0] < head.threshold)


def _corruption(found: _Category) -> _Category:
    """Who tells of corruption is heard as that, whatever else the words are about."""
    rest = [(label, sure) for label, sure in zip(found.labels, found.confidences, strict=True) if label != "CR"]
    own = dict(zip(found.labels, found.confidences, strict=True)).get("CR", 0.0)
    extra = tuple(label for label in found.extra if label != "CR")
    labels = ("CR", *(label for label, _ in rest))
    return _Category(labels, (max(own, 0.7), *(sure for _, sure in rest)), extra, False)
