"""`pratu train` and `pratu evaluate`: labelled texts in, a model or its figures out. Exact words for operators."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class DataRefused(ValueError):
    """A file of labelled texts is not as it must be; the message says where."""


@dataclass(frozen=True)
class Example:
    """A text with its labels, the main one first."""

    text: str
    labels: tuple[str, ...]


def read(paths: Sequence[str]) -> list[Example]:
    """The rows of JSONL files, {"text", "labels": [...]} each. Raises DataRefused, OSError."""
    found: list[Example] = []
    for path in paths:
        try:
            lines = Path(path).read_text(encoding="utf-8").split("\n")
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
    except (ValueError, KeyError, TypeError) as wrong:
        raise DataRefused(f'{where}: each line must be {{"text", "labels": [...]}} ({wrong!r})') from wrong
    if not isinstance(text, str) or not isinstance(labels, list) or not labels:
        raise DataRefused(f"{where}: text must be a string and labels a list with at least one label")
    return Example(text, tuple(str(label) for label in labels))


def train(examples: Sequence[Example], out: Path) -> dict[str, Any]:
    """Write a model. Under our own codes it learns beside the shipped texts; under other labels, on top of them.

    Raises TrainingRefused, OSError.
    """
    from nlp import classify, keywords, recipe, training
    from nlp.model import save

    texts = [one.text for one in examples]
    labels = {label for one in examples for label in one.labels}
    facts = {"texts": len(texts), "labels": len(labels)}
    if labels <= set(keywords.codes()):
        model = recipe.make(list(recipe.written()), [(one.text, one.labels) for one in examples])
    else:
        task = training.Task([one.labels for one in examples])
        model = training.train(texts, {"category": task}, classify.shipped(), facts)
    save(model, out)
    return facts


def evaluate(examples: Sequence[Example], model_path: Path | None) -> dict[str, Any]:
    """Figures of a model (the shipped one without a path) on labelled texts. Raises ModelRefused, OSError."""
    from nlp import classify
    from nlp.figures import figures
    from nlp.normalize import normalize

    model = classify.open_model(model_path) if model_path else classify.shipped()
    head = model.heads["category"]
    scores = model.scores([normalize(one.text) for one in examples])["category"]
    found = figures(head.labels, head.confidences(scores), [one.labels for one in examples], head.threshold)
    return {"model": model.version, **found}
