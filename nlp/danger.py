"""Danger and urgency by rules with high recall: a false alarm costs one bubble, a missed one may cost a life."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from nlp import lists
from nlp.phrases import Found, Span

_NEAR = 10  # letters without a space between a word of fear and what is feared
_NO_WORD = re.compile(r"[\W\d_]*")


@dataclass(frozen=True)
class _Danger:
    """One kind of danger. `always`: told of the past, asked about or thanked for, it still is one."""

    name: str
    always: bool


@cache
def _dangers() -> tuple[_Danger, ...]:
    return tuple(_Danger(row["name"], row.get("always", False)) for row in lists.read("danger")["danger"])


class Look:
    """What one normalised text says about danger."""

    def __init__(self, found: Found) -> None:
        self._found = found.of("danger ")
        self._innocent = self._found.spans("innocent")
        self.text = found.text

    @property
    def danger(self) -> tuple[str, str]:
        """(name of the danger, the words that fired it); ("", "") when there is none.

        A cry for help that does not say what happens is "any".
        """
        calm = self._is_calm()
        for danger in _dangers():
            if calm and not danger.always:
                continue
            fired = self._fired(danger)
            if fired:
                return danger.name, fired
        return ("any", self._found.text) if self._is_bare_cry() else ("", "")

    @property
    def is_never_calm(self) -> bool:
        """Somebody may hurt themself or is being hurt, or does nothing but cry for help: no model talks that away."""
        return self._is_bare_cry() or self._hurts

    @property
    def fears(self) -> bool:
        """Is something said to be feared?"""
        return self._has("afraid")

    @property
    def _hurts(self) -> bool:
        return any(danger.always and bool(self._fired(danger)) for danger in _dangers())

    @property
    def is_urgent(self) -> bool:
        """Does it sound as if it cannot wait?"""
        return self._found.has("urgent")

    @property
    def is_private(self) -> bool:
        """Abuse, violence at home, a child at risk: whoever tells it stays hidden, emergency or not."""
        return self._has("private") or self._hurts

    @property
    def accuses(self) -> bool:
        """Does it accuse a person, who must not learn who told?"""
        return self._has("accuses")

    def _has(self, name: str) -> bool:
        return self._found.has(name, self._innocent)

    def _is_calm(self) -> bool:
        """Past, practised, asked for a paper or thanked for: no call for help, unless it says that it goes on."""
        if self._has("past") and not self._has("still"):
            return True
        return self._has("calm") and not self._has("now")

    def _fired(self, danger: _Danger) -> str:
        """The words that tell of this danger, neither blanked nor only feared ("เสาไฟเอียงกลัวล้ม")."""
        blanked = self._innocent + self._found.spans("no " + danger.name)
        told = self._found.spans(danger.name, blanked)
        if not danger.always:
            told = [one for one in told if not self._is_feared(one)]
        return self._found.text[told[0][0] : told[0][1]] if told else ""

    def _is_feared(self, told: Span) -> bool:
        """Right after a word of fear, or with one in its midst and no pause after it."""
        start, end = told
        for fear_start, fear_end in self._found.spans("fear", self._innocent):
            if fear_end <= start and start - fear_end <= _NEAR and " " not in self._found.text[fear_end:start]:
                return True
            if start <= fear_start and fear_end < end and " " not in self._found.text[fear_end:end]:
                return True
        return False

    def _is_bare_cry(self) -> bool:
        """Nothing but a cry for help and the words that go with one."""
        cries = self._found.spans("bare")
        if not cries:
            return False
        at = 0
        for start, end in sorted(cries + self._found.spans("fillers")):
            if _NO_WORD.fullmatch(self._found.text, at, max(at, start)) is None:
                return False
            at = max(at, end)
        return _NO_WORD.fullmatch(self._found.text, at) is not None
