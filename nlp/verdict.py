"""What the engine says of a text: three separate decisions (kind, category, urgency) and the words that decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

CLEAR_ALARM = 0.2


@dataclass(frozen=True)
class Guess:
    """A category and how sure the engine is of it, 0 to 1; 0 is no evidence, only there to fill the list."""

    category: str
    confidence: float


@dataclass(frozen=True)
class Verdict:
    """One text understood. `category` stays the best guess even when `abstained`."""

    kind: str  # of a text that stands by itself
    said: str  # the kind its words name, by the word lists alone
    kind_confidence: float
    category: str
    subcategory: str | None
    confidence: float
    alternatives: tuple[Guess, ...]
    danger: str  # "" or fire wire medical crime water gas crash distress violence animal; any: a bare cry
    foreseen: bool  # is the danger one the rules name?
    alarm: float  # how sure the model is of danger, 0 to 1
    presses: bool  # does it sound as if it cannot wait?
    abstained: bool
    labels: tuple[str, ...]
    confidential: bool  # abuse, violence or a child at risk, or a category that hides, or one where somebody is accused
    accuses: bool  # a person is accused (an officer, a neighbour): never for wishes and service
    rude: bool
    words: tuple[str, ...]
    engine: str

    @property
    def urgent(self) -> bool:
        """Must it not wait?"""
        return bool(self.danger) or self.presses

    @property
    def inside(self) -> Verdict:
        """The same words in the middle of a conversation: short answers have no kind but what they name, and the model
        is asked to be clear before they alarm anybody."""
        if self.danger and (self.foreseen or self.alarm >= CLEAR_ALARM):
            return self
        return replace(self, kind=self.said, danger="")
