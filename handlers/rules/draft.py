"""A complaint being told: what is known so far, and what is asked next. At most three questions, then the review."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

MOST_QUESTIONS = 3

# Kinds that describe something at a spot; the others are never asked for a place.
_SPOT_KINDS = frozenset({"complaint", "emergency", "service_request"})
# Kinds that accuse nobody: a category's secrecy is not theirs.
OPEN_KINDS = frozenset({"suggestion", "opinion", "compliment", "inquiry"})
# Categories of tips: whoever tells of these is hidden, whatever the matter was taken for.
_TIPS = frozenset({"CR", "DR"})
# Kinds that are written down as they are said: nothing to ask, nothing to check.
_AT_ONCE = frozenset({"opinion", "compliment"})


def hides(kind: str, category: str, *, secret: bool) -> bool:
    """Does an officer who puts a matter of this kind under this category make it confidential? `secret`: complaints of
    the category are. An idea about the service accuses nobody, and its people are to hear what became of it."""
    return secret and (kind not in OPEN_KINDS or category in _TIPS)


@dataclass
class Draft:
    """What one person told so far. `texts` are [message row id, words]; `step` is the question that is open."""

    kind: str = "complaint"
    category: str = ""
    subcategory: str | None = None
    extra_categories: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    abstained: bool = True
    category_chosen: bool = False  # the person picked it: later words do not change it
    kind_chosen: bool = False
    physical: bool = True
    urgent: bool = False
    confidential: bool = False
    minor: bool = False  # they said so
    danger: str = ""
    verdict: dict[str, Any] = field(default_factory=dict)
    texts: list[list[Any]] = field(default_factory=list)
    message_ids: list[int] = field(default_factory=list)
    place: str = ""
    lat: float | None = None
    lon: float | None = None
    happened: str = ""
    contact: str = ""
    photos: int = 0
    files: int = 0
    voices: int = 0
    language: str = ""  # as nlp.language tells it; "" is Thai
    may_split: bool = True  # several matters in one text are offered as cases of their own, once
    similar: str = ""  # reference of somebody else's case that this may be, while we ask
    may_join: bool = True  # asked once: who said it is another matter is believed
    step: str = "what"
    asked: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Everything that was typed about the matter, in order."""
        return "\n".join(text for _message_id, text in self.texts)

    @property
    def category_by(self) -> str | None:
        """Who made the category: citizen or machine; None where nobody could (a voice, another language)."""
        if self.category_chosen:
            return "citizen"
        return "machine" if self.verdict and self.category else None

    @property
    def has_place(self) -> bool:
        """Is there any hint where it is?"""
        return bool(self.place) or self.lat is not None

    @property
    def is_at_a_spot(self) -> bool:
        """Is this kind of matter one that stands somewhere?"""
        return self.kind in _SPOT_KINDS

    @property
    def names_something(self) -> bool:
        """Is there anything an officer could act on?"""
        return bool(self.texts or self.photos or self.files or self.voices)

    def to_json(self) -> dict[str, Any]:
        """As JSON data, for the conversation row."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Draft:
        """The draft `to_json` wrote; what a newer or older version wrote beside it is left out."""
        return Draft(**{name: value for name, value in data.items() if name in Draft.__dataclass_fields__})


def next_step(draft: Draft) -> str:
    """What to ask now: what, more, unclear, category, place or review. Each is asked once, three at most in all.

    "file" asks nothing: it is written down at once.
    """
    if draft.kind in _AT_ONCE and draft.texts:
        return "file"
    if len(draft.asked) >= MOST_QUESTIONS:
        return "review"
    if not draft.texts and "what" not in draft.asked and not (draft.photos and draft.lat is not None):
        return "what"
    if draft.kind == "corruption" and draft.texts and not {"what", "more"} & set(draft.asked):
        return "more"
    if _unknown(draft) and "unclear" not in draft.asked:
        return "unclear"
    if _unsure(draft) and "category" not in draft.asked:
        return "category"
    if draft.kind in _SPOT_KINDS and draft.physical and not draft.has_place and "place" not in draft.asked:
        return "place"
    return "review"


def _unknown(draft: Draft) -> bool:
    """Words, and not a hint what they are about; a picture or a pin would be one."""
    seen = draft.photos or draft.files or draft.lat is not None
    return _open(draft) and len(draft.guesses) < 2 and not seen and "category" not in draft.asked


def _unsure(draft: Draft) -> bool:
    return _open(draft) and len(draft.guesses) > 1


def _open(draft: Draft) -> bool:
    return draft.kind == "complaint" and draft.abstained and not draft.category_chosen and bool(draft.texts)
