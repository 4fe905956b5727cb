"""An engine against the frozen sets, which nothing learns from: nlp/data/frozen. No model may get worse there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nlp.figures import macro_f1
from nlp.verdict import Verdict

SETS = Path(__file__).parent / "data" / "frozen"


def figures(ask: Callable[[str], Verdict]) -> dict[str, float]:
    """Recall and precision of emergencies, macro-F1 of kinds, accuracy of categories on the place-name traps."""
    dangers, kinds, traps = rows("emergency"), rows("kinds"), rows("traps")
    truth = [bool(row["emergency"]) for row in dangers]
    alarm = [ask(row["text"]).kind == "emergency" for row in dangers]
    caught = sum(one and other for one, other in zip(truth, alarm, strict=True))
    said = [ask(row["text"]).kind for row in kinds]
    right = sum(ask(row["text"]).category == row["category"] for row in traps)
    return {
        "emergency_recall": round(caught / max(1, sum(truth)), 4),
        "emergency_precision": round(caught / max(1, sum(alarm)), 4),
        "kinds_macro_f1": round(macro_f1([row["kind"] for row in kinds], said), 4),
        "traps_accuracy": round(right / len(traps), 4),
    }


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one set."""
    return [json.loads(line) for line in (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
