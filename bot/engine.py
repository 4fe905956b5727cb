"""The operator's commands about the engine: ask it, train it, measure it, put a model to use."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import clock, settings
from bot.commands import Refused, current_database

if TYPE_CHECKING:
    from nlp.verdict import Verdict


def classify(arguments: argparse.Namespace) -> int:
    """Kind and category of a text, as JSON."""
    from nlp.model import ModelRefused

    try:
        ask = _engine(arguments.model)
    except ModelRefused as refused:
        raise Refused(str(refused)) from refused
    if not arguments.jsonl:
        text = arguments.text if arguments.text is not None else sys.stdin.read()
        print(json.dumps(_verdict(ask(text)), ensure_ascii=False))
        return 0
    for line_read in sys.stdin:
        if not line_read.strip():
            continue
        try:
            row = json.loads(line_read)
            answer = {"id": row.get("id"), **_verdict(ask(str(row["text"])))}
        except (ValueError, KeyError, AttributeError, RecursionError) as wrong:
            answer = {"id": None, "error": f'each line must be {{"id","text"}}: {wrong!r}'}
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    return 0


def _engine(model_path: str | None) -> Callable[[str], Verdict]:
    """The engine with this model; without one the engine that conversations use. Raises ModelRefused."""
    from bot import models
    from nlp import classify as engine

    if model_path:
        return partial(engine.classify, model=engine.open_model(Path(model_path)))
    found = models.in_use(models.folder(settings.data_dir()))
    if found.refused:
        print(f"pratu: the shipped model answers: {found.refused}", file=sys.stderr)
    return found.ask


def train(arguments: argparse.Namespace) -> int:
    """Learn a model from labelled texts, from the agency's own cases, or both; or go back to the shipped one."""
    from bot import learning
    from nlp.model import ModelRefused
    from nlp.training import TrainingRefused

    _check_train(arguments)
    try:
        if arguments.demote:
            return _demote()
        told = _train_own(arguments) if arguments.own else _train_on(arguments)
    except (learning.DataRefused, TrainingRefused, ModelRefused, OSError) as wrong:
        raise Refused(str(wrong)) from wrong
    print(json.dumps(told, ensure_ascii=False))
    return 0


def _check_train(arguments: argparse.Namespace) -> None:
    if arguments.demote:
        if arguments.data or arguments.own or arguments.promote or arguments.out:
            raise Refused("--demote stands alone")
    elif not arguments.data and not arguments.own:
        raise Refused("nothing to learn from: give --data FILE, --own, or both")
    elif not arguments.own and (arguments.promote or arguments.agency):
        raise Refused("--promote and --agency need --own: a model is judged on the agency's own cases")
    elif not arguments.own and not arguments.out:
        raise Refused("--out MODEL is missing")
    elif arguments.promote and arguments.out:
        raise Refused("--promote keeps the model in PRATU_DATA_DIR/models: leave --out away")


def _train_on(arguments: argparse.Namespace) -> dict[str, Any]:
    from bot import learning

    return {"model": arguments.out, **learning.train(learning.read(arguments.data), Path(arguments.out))}


def _train_own(arguments: argparse.Namespace) -> dict[str, Any]:
    from bot import learning
    from nlp.mask import mask

    data_dir = settings.read().data_dir
    with current_database() as db:
        own = learning.own_cases(db, arguments.agency, mask)
    also = learning.read(arguments.data) if arguments.data else []
    print(f"pratu: {len(own.learn)} own cases to learn from, {len(own.held_out)} held out", file=sys.stderr)
    if arguments.out:
        return {"model": arguments.out, **learning.learn(own, also, Path(arguments.out))}
    path, facts = learning.keep(data_dir, lambda out: learning.learn(own, also, out))
    told = {"model": str(path), **facts}
    if arguments.promote:
        told |= learning.promote(data_dir, path, own.held_out, clock.now().isoformat(timespec="seconds"))
        done = "promoted: pratu uses it from its next start on" if told["promoted"] else "not promoted"
        print(f"pratu: {done}: {told['why']}", file=sys.stderr)
    return told


def _demote() -> int:
    from bot import models

    gone = models.demote(models.folder(settings.data_dir()))
    print("the shipped model is used from the next start on" if gone else "the shipped model is in use already")
    return 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Figures of a model on labelled texts, as JSON."""
    from bot import learning
    from nlp.model import ModelRefused

    try:
        found = learning.evaluate(learning.read(arguments.data), Path(arguments.model) if arguments.model else None)
    except (learning.DataRefused, ModelRefused, OSError) as wrong:
        raise Refused(str(wrong)) from wrong
    print(json.dumps(found, ensure_ascii=False))
    return 0


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "kind": verdict.kind,
        "category": verdict.category,
        "confidence": round(verdict.confidence, 4),
        "alternatives": [
            {"category": guess.category, "confidence": round(guess.confidence, 4)} for guess in verdict.alternatives
        ],
        "urgent": verdict.urgent,
        "abstained": verdict.abstained,
        "labels": list(verdict.labels),
    }
