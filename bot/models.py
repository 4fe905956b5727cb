"""Which model conversations use: the shipped one, or an agency's own that was promoted (PRATU_DATA_DIR/models).

The folder holds <version>.model files and `current`, which names one of them. Whatever is wrong with that one, the
shipped model answers and `refused` says why: nobody at the door waits for a file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot import owners
from nlp import classify
from nlp.model import Model, ModelRefused, version_of
from nlp.verdict import Verdict

_VERSION = re.compile(r"[a-z]{1,20}-[\w-]{1,60}", re.ASCII)  # also the name of a file in the folder
_LONGEST = 100_000  # bytes of `current`


@dataclass(frozen=True)
class InUse:
    """The model in use. `own` is False for the shipped one; `figures` are those it was promoted with."""

    model: Model
    ask: Callable[[str], Verdict]
    own: bool = False
    figures: dict[str, Any] = field(default_factory=dict)
    refused: str = ""  # why the promoted one is not in use


class Engine:
    """What conversations ask. Nothing is read before the first text: events are stored while it warms."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = folder(data_dir)

    @cached_property
    def in_use(self) -> InUse:
        """The model of this process: another one is taken up at the next start. Raises ModelRefused without any."""
        return in_use(self._folder)

    def classify(self, text: str) -> Verdict:
        """Understand a text with the model in use."""
        return self.in_use.ask(text)


def folder(data_dir: Path) -> Path:
    """Where an installation keeps its own models."""
    return data_dir / "models"


def in_use(models: Path) -> InUse:
    """The promoted model if there is one and it may be used, else the shipped one. Raises ModelRefused without any."""
    shipped = classify.shipped()
    try:
        chosen = _chosen(models)
        if chosen is None:
            return InUse(shipped, classify.classify)
        model = _opened(models, chosen, shipped)
        return InUse(model, _tried(model), True, _figures(chosen))
    except ModelRefused as refused:
        return InUse(shipped, classify.classify, refused=str(refused))
    except Exception as broken:  # nobody at the door waits for a file, whatever is in it
        return InUse(shipped, classify.classify, refused=f"the agency's own model: {type(broken).__name__}")


def _chosen(models: Path) -> dict[str, Any] | None:
    try:
        with (models / "current").open("rb") as file:
            found = json.loads(file.read(_LONGEST).decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as broken:
        raise ModelRefused(f"models/current: {type(broken).__name__}") from broken
    if not isinstance(found, dict) or not isinstance(_figures(found), dict):
        raise ModelRefused("models/current names no model")
    if not all(_VERSION.fullmatch(str(found.get(name))) for name in ("model", "beside")):
        raise ModelRefused("models/current names no model")
    return found


def _figures(chosen: dict[str, Any]) -> Any:
    return chosen.get("figures") or {}


def _opened(models: Path, chosen: dict[str, Any], shipped: Model) -> Model:
    """Nothing of a file is read before it is known to be the one that was promoted."""
    version = str(chosen["model"])
    if chosen["beside"] != shipped.version:
        raise ModelRefused(f"{version} was judged beside {chosen['beside']}, the shipped one is now {shipped.version}")
    path = models / f"{version}.model"
    found = version_of(path)
    if found != version:
        raise ModelRefused(f"{version}.model was changed: it is {found} now")
    return classify.open_model(path)


def _tried(model: Model) -> Callable[[str], Verdict]:
    """The engine with this model, asked once: what no longer fits the word lists shows here, not at the door."""
    ask = classify.with_own(model)
    try:
        ask("")
    except (ValueError, IndexError, KeyError) as broken:
        raise ModelRefused(f"{model.version} does not fit this program: {type(broken).__name__}") from broken
    return ask


def promote(models: Path, model: Model, at: str, figures: dict[str, Any]) -> None:
    """Name this model of the folder as the one to use from the next start on. Raises OSError."""
    facts = {"model": model.version, "beside": classify.shipped().version, "at": at, "figures": figures}
    fresh = models / "current.new"
    fresh.write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, models / "current")


def demote(models: Path) -> bool:
    """Go back to the shipped model from the next start on; False where it is in use already. Raises OSError."""
    try:
        (models / "current").unlink()
    except FileNotFoundError:
        return False
    return True


def keep(models: Path, fresh: Path) -> Path:
    """Put a model just written into the folder, under its version. Raises ModelRefused, OSError."""
    path = models / f"{classify.open_model(fresh).version}.model"
    fresh.chmod(owners.OWNER_ONLY)
    os.replace(fresh, path)
    return path
