"""What a short answer about a case says, by its words alone: is it mended, do they ask back, does the visit suit?"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from handlers.texts import heard

_FEW = 15  # letters
_SHORT = 60  # characters: longer ones tell something
_GOOD = ("fixed", "is_good", "is_mended", "agreed")


class Reply(StrEnum):
    """How an answer is to be taken."""

    YES = "yes"
    NO = "no"
    DOUBT = "doubt"  # it may be either: asked once more
    LATER = "later"  # they will look, or ask somebody
    ASKS = "asks"
    TELLS = "tells"  # more of the matter
    NONE = "none"


def without_photo_reason(result: str) -> str:
    """A result as its complainant reads it: why there is no picture is for those who check it."""
    reasons = heard.load()["evidence"]["no_photo_reason"]
    starts = [at for reason in reasons if (at := result.find(reason)) > 0]
    cut = result[: min(starts)].rstrip(" ,;·()-\n") if starts else result
    return cut or result


def letters(text: str) -> int:
    """How many letters stand in a text, without vowels above or below and tone marks."""
    return sum(unicodedata.category(letter)[0] == "L" for letter in text)


def of_result(text: str) -> Reply:
    """An answer to "is it really mended?". Only whole words close a case: half a sentence may say the opposite."""
    if heard.means(text, *_GOOD, "thanks") and not heard.means(text, "thanks"):
        return Reply.YES
    if heard.means(text, "no", "not_fixed"):
        return Reply.NO
    if _holds_mended(text):
        return Reply.DOUBT
    if heard.holds(text, "replies", "look") or heard.means(text, "yes"):
        return Reply.LATER  # a mere "okay" closes nothing
    if says_still(text):
        return Reply.NO
    if asks(text):
        return Reply.ASKS
    return Reply.NONE


def of_explanation(text: str) -> Reply:
    """An answer to an explanation: is it understood?"""
    if heard.means(text, "understood", "answered", *_GOOD, "thanks") and not heard.means(text, "thanks"):
        return Reply.YES
    if heard.means(text, "no", "still_asks", "not_answered", "not_fixed") or _begins(text, "unclear"):
        return Reply.NO
    if says_still(text):
        return Reply.NO
    return Reply.ASKS if asks(text) else Reply.NONE


def of_question(text: str) -> Reply:
    """An answer to an officer's question that is none: they ask back, or will know later. NONE: it may well be one."""
    if len(text) > _SHORT:
        return Reply.NONE
    if asks(text) or _begins(text, "unclear"):
        return Reply.ASKS
    return Reply.LATER if heard.holds(text, "replies", "later") else Reply.NONE


def of_visit(text: str) -> Reply:
    """Does the planned visit suit them? Their own words tell; NONE: they talk of something else."""
    if heard.means(text, "yes", "suits"):
        return Reply.YES
    if heard.means(text, "no", "suits_not"):
        return Reply.NO
    return Reply.TELLS if len(text) <= _SHORT and heard.holds(text, "replies", "visit") else Reply.NONE


def asks(text: str) -> bool:
    """Is this a question, and not "I do not know which"?"""
    if heard.holds(text, "replies", "unknowing"):
        return False
    line = _bare(text)
    lists = heard.load()["replies"]
    ends = "?" in text or any(line.endswith(word) for word in lists["question_ends"])
    return ends or _begins(line, "question_begins")


def says_still(text: str) -> bool:
    """Does it say that the trouble is still there?"""
    still = _begins(text, "yet") and not _begins(text, "not_yet")
    return len(text) <= 2 * _SHORT and (still or heard.holds(text, "replies", "still"))


def is_still(text: str) -> bool:
    """A short "still not": too short to tell of what."""
    return letters(text) < _FEW and _begins(text, "yet") and says_still(text)


def _holds_mended(text: str) -> bool:
    return len(text) <= 2 * _SHORT and heard.holds(text, "wants", "mended")


def _begins(text: str, name: str) -> bool:
    return text.strip().startswith(tuple(heard.load()["replies"][name]))


def _bare(text: str) -> str:
    """Without particles and the names one calls people by, at its end."""
    line = heard.plain(text)
    closes = heard.load()["replies"]["question_closes"]
    while True:
        shorter = next((line.removesuffix(word).rstrip() for word in closes if line.endswith(word)), line)
        if shorter == line or not shorter:
            return line
        line = heard.plain(shorter)
