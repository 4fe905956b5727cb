"""What the word lists say of a text, asked once: alone they are a floor, beside a model they are hints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp import danger, keywords, kinds, lists
from nlp.features import Array

KINDS = (
    "abuse",
    "complaint",
    "compliment",
    "corruption",
    "data_right",
    "emergency",
    "followup",
    "inquiry",
    "opinion",
    "service_request",
    "smalltalk",
    "suggestion",
)


@dataclass(frozen=True)
class Told:
    """The answers of the word lists for one normalised text."""

    scored: keywords.Scored
    kind: kinds.KindFound
    look: danger.Look
    danger: str  # its name, "" for none
    fired: str  # the words that fired it


def ask(line: str) -> Told:
    """Go through a normalised text once."""
    found = lists.look(line)
    scored = keywords.score_found(found)
    look = danger.Look(found)
    name, fired = look.danger
    return Told(scored, kinds.find(found, scored.ranked[0][1] > 0.1), look, name, fired)


def as_hints(told: Sequence[Told]) -> Array:
    """As numbers for a model: a column for each category, each kind, and danger."""
    categories = keywords.codes()
    out = np.zeros((len(told), len(categories) + len(KINDS) + 1), dtype=np.float32)
    for row, one in enumerate(told):
        for code, value in one.scored.ranked:
            out[row, categories.index(code)] = value
        out[row, len(categories) + KINDS.index(one.kind.kind)] = one.kind.confidence
        out[row, -1] = float(bool(one.danger))
    return out


class Rules:
    """The word lists as the base of a model."""

    name = "rules"

    def hints(self, lines: Sequence[str]) -> Array:
        """What they say of normalised texts."""
        return as_hints([ask(line) for line in lines])
