"""`pratu train` and `pratu evaluate`: labelled texts in, a model or its figures out. Exact words for operators.

Own cases come masked (storage/verdicts.py). Every fifth is held out, always the same ones, and never learned from: a
model of one's own is promoted only if it does better on those than the one in use, and nowhere else worse.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import models, owners
from storage import agencies, verdicts
from storage.db import Database

if TYPE_CHECKING:
    from nlp.model import Model
    from nlp.recipe import Written
    from nlp.verdict import Verdict

MOST_OWN = 10_000  # newest cases
HELD_OUT = 5  # every fifth
FEWEST_HELD_OUT = 30
MAY_LOSE = 0.01  # on the frozen sets


class DataRefused(ValueError):
    """A file of labelled texts is not as it must be; the message says where."""


@dataclass(frozen=True)
class Example:
    """A text with its labels, the main one first."""

    text: str
    labels: tuple[str, ...]


def read(paths: Sequence[str]) -> list[Example]:
    """The rows of JSONL files, {"text", "labels": [...]} each; Notepad's mark before them is no matter.

    Raises DataRefused, OSError.
    """
    found: list[Example] = []
    for path in paths:
        try:
            lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
        except UnicodeDecodeError as wrong:
            raise DataRefused(f"{path}: not UTF-8 ({wrong})") from wrong
        found += [_example(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise DataRefused("no rows")
    return found


def _example(line: str, where: str) -> Example:
    try:
        row = json.loads(line)
        text, labels = row["text"], row["labels"]
    except (ValueError, KeyError, TypeError, RecursionError) as wrong:
        raise DataRefused(f'{where}: each line must be {{"text", "labels": [...]}} ({wrong!r})') from wrong
    if not isinstance(text, str) or not isinstance(labels, list) or not labels:
        raise DataRefused(f"{where}: text must be a string and labels a list with at least one label")
    if not all(isinstance(label, str) and label for label in labels):
        raise DataRefused(f"{where}: each label must be a string and not empty")
    try:
        "".join(labels).encode("utf-8")
    except UnicodeEncodeError as wrong:
        raise DataRefused(f"{where}: a label with half a letter cannot be written ({wrong.reason})") from wrong
    return Example(text, tuple(labels))


def train(examples: Sequence[Example], out: Path, written: Sequence[Written] | None = None) -> dict[str, Any]:
    """Write a model. Under our own codes it learns beside the shipped texts; under other labels, on top of them.

    `written`: other texts than the shipped ones. Raises TrainingRefused, OSError.
    """
    from nlp import classify, keywords, recipe, training
    from nlp.model import save

    texts = [one.text for one in examples]
    labels = {label for one in examples for label in one.labels}
    facts = {"texts": len(texts), "labels": len(labels)}
    if labels <= set(keywords.codes()):
        rows = list(recipe.written()) if written is None else written
        model = recipe.make(rows, [(one.text, one.labels) for one in examples])
    else:
        task = training.Task([one.labels for one in examples])
        model = training.train(texts, {"category": task}, classify.shipped(), facts)
    owners.make(out)  # a model knows words of the texts it learned from
    save(model, out)
    return facts


def evaluate(examples: Sequence[Example], model_path: Path | None) -> dict[str, Any]:
    """Figures of a model (the shipped one without a path) on labelled texts. Raises ModelRefused, OSError."""
    from nlp import classify

    model = classify.open_model(model_path) if model_path else classify.shipped()
    return {"model": model.version, **_figures(model, examples)}


def _figures(model: Model, examples: Sequence[Example]) -> dict[str, float]:
    from nlp.figures import figures
    from nlp.normalize import normalize

    head = model.heads["category"]
    scores = model.scores([normalize(one.text) for one in examples])["category"]
    return figures(head.labels, head.confidences(scores), [one.labels for one in examples], head.threshold)


# --- an agency's own cases -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Own:
    """An agency's cases, masked, with the categories people gave them."""

    learn: list[Example]
    held_out: list[Example]


def own_cases(db: Database, agency: str | None, mask: Callable[[str], str]) -> Own:
    """The newest cases that may be learned from. `mask` goes over them once more. Raises DataRefused."""
    with db.reading() as session:
        if agency is not None and agencies.agency(session, agency) is None:
            known = ", ".join(row.code for row in agencies.all_agencies(session)) or "none"
            raise DataRefused(f"no agency {agency!r}; there are: {known}")
        found = list(verdicts.lessons(session, agency, MOST_OWN))
    if not found:
        raise DataRefused("no case to learn from yet: their categories must be chosen or confirmed by people")
    held = [_masked(one, mask) for one in found if is_held_out(one.reference)]
    known_texts = {one.text for one in held}  # the same words told twice are one text
    rest = [_masked(one, mask) for one in found if not is_held_out(one.reference)]
    return Own([one for one in rest if one.text not in known_texts], held)


def is_held_out(reference: str) -> bool:
    """Is this case kept for measuring? By its reference alone, so that it stays so for ever."""
    return hashlib.sha256(reference.encode()).digest()[0] % HELD_OUT == 0


def _masked(lesson: verdicts.Lesson, mask: Callable[[str], str]) -> Example:
    return Example(mask(lesson.text), (lesson.category,))


def learn(own: Own, also: Sequence[Example], out: Path, written: Sequence[Written] | None = None) -> dict[str, Any]:
    """Write a model of the shipped texts, the own cases that are not held out, and `also` what else was labelled.

    Raises DataRefused, TrainingRefused, OSError.
    """
    measured = {one.text for one in own.held_out}
    examples = [*own.learn, *(one for one in also if one.text not in measured)]
    if not examples:
        raise DataRefused("every case there is is held out for measuring: too few to learn from")
    facts = train(examples, out, written)
    return {**facts, "own": len(own.learn), "held_out": len(own.held_out)}


def keep(data_dir: Path, make: Callable[[Path], dict[str, Any]]) -> tuple[Path, dict[str, Any]]:
    """Make a model into the installation's folder, under its version: (where it is, what `make` told)."""
    folder = models.folder(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / "fresh.model"
    try:
        facts = make(fresh)
        return models.keep(folder, fresh), facts
    finally:
        fresh.unlink(missing_ok=True)


# --- is it better? ---------------------------------------------------------------------------------------------------


def promote(data_dir: Path, path: Path, held_out: Sequence[Example], at: str) -> dict[str, Any]:
    """Put a model to use from the next start on if it is better; both columns of figures, what was done and why.

    Raises ModelRefused, OSError.
    """
    from nlp import classify

    folder = models.folder(data_dir)
    present = models.in_use(folder)
    model = classify.open_model(path)
    before = _column(present.model, present.ask, held_out)
    after = _column(model, classify.with_own(model), held_out)
    why = why_not(before, after, len(held_out))
    if not why:
        models.promote(folder, model, at, {"present": before, "candidate": after})
    return {"present": before, "candidate": after, "promoted": not why, "why": why or "better on own cases"}


def _column(model: Model, ask: Callable[[str], Verdict], held_out: Sequence[Example]) -> dict[str, Any]:
    from nlp import frozen

    own = _figures(model, held_out) if held_out else None
    return {"model": model.version, "own": own, "frozen": frozen.figures(ask)}


def why_not(present: dict[str, Any], candidate: dict[str, Any], held_out: int) -> str:
    """What speaks against promoting the candidate; "" for nothing."""
    if held_out < FEWEST_HELD_OUT:
        return f"cannot judge: {held_out} own cases are held out, at least {FEWEST_HELD_OUT} are needed"
    before, after = present["own"]["accuracy"], candidate["own"]["accuracy"]
    if after <= before:
        return f"not better on own cases: accuracy {after:.3f}, in use {before:.3f}"
    for name, was in present["frozen"].items():
        now = candidate["frozen"][name]
        if was - now > MAY_LOSE:
            return f"worse on the frozen set: {name} {now:.3f}, in use {was:.3f}"
    return ""
