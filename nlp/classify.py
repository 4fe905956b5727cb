"""The face: one text in, one verdict out. Never raises on any text."""

from __future__ import annotations

from nlp import danger, keywords, kinds
from nlp.normalize import normalize
from nlp.verdict import Guess, Verdict

_EXTRA_LABEL_SHARE = 0.6  # of the best score: then a text is about that too


def warm() -> None:
    """Load the rules and words now. The tokenizer's dictionary (half a second, 50 MB) waits for its first user."""
    classify("ไฟถนนดับ")


def classify(text: str) -> Verdict:
    """Kind, category and urgency of a text: three decisions, and the words that decided."""
    line = normalize(text)
    scored = keywords.score(line)
    has_topic = scored.ranked[0][1] > 0.1
    kind = kinds.find(line, has_topic)
    look = danger.Look(line)
    name, fired = look.danger
    accuses = look.accuses or kind.kind == "corruption"
    emergency = bool(name)
    best, confidence = scored.ranked[0]
    extra = [code for code, value in scored.ranked[1:3] if value >= confidence * _EXTRA_LABEL_SHARE and value > 0.1]
    final = "emergency" if emergency else kind.kind
    if final == "corruption":
        best, confidence, abstained = "CR", max(confidence, 0.7), False
        scored_rest = [Guess(code, value) for code, value in scored.ranked if code != "CR"]
    else:
        abstained = scored.abstained
        scored_rest = [Guess(code, value) for code, value in scored.ranked[1:]]
    return Verdict(
        kind=final,
        kind_confidence=0.9 if emergency else kind.confidence,
        category=best,
        subcategory=None if final == "corruption" else scored.subcategory,
        confidence=confidence,
        alternatives=tuple(scored_rest[:4]),
        urgent=emergency or look.is_urgent,
        danger=name if emergency else "",
        abstained=abstained,
        labels=(best, *(code for code in extra if code != best)),
        confidential=look.is_private or (keywords.is_confidential(best, accuses) and not abstained),
        accuses=accuses,
        rude=kind.rude,
        words=tuple(word for word in (fired, *scored.words, *kind.words) if word),
        engine=keywords.VERSION,
    )
