"""Names of the codes in figures, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from handlers.services import Svc
from storage import agencies

_NONE = frozenset({"", "-", "unspecified"})


@dataclass
class Names:
    """The names one agency's figures need; a code without a name stands for itself."""

    svc: Svc
    agency: str  # a code, or "*" for all of them together

    def category(self, code: str | None) -> str:
        """The name of a category."""
        row = agencies.category(self.svc.session, code) if code else None
        return row.name if row else self._code(code)

    def kind(self, code: str) -> str:
        """The name of a kind."""
        texts = self.svc.texts
        return texts.word(f"kinds.{code}") if texts.has(f"kinds.{code}") else self._code(code)

    def channel(self, code: str) -> str:
        """The name of a channel."""
        return self._channels.get(code) or self._code(code)

    def unit(self, code: str | None) -> str:
        """The name of a unit; of an agency, in figures of all of them. "" for none."""
        if code is None:
            return ""
        if not code:
            return self.svc.texts.word("digest.no_unit")
        row = agencies.unit(self.svc.session, self.agency, code)
        whole = None if row else agencies.agency(self.svc.session, code)
        return row.name if row else whole.name if whole else self._code(code)

    def figure(self, name: str) -> str:
        """What a figure counts."""
        own = f"digest_figures.{name}"
        return self.svc.texts.word(own if self.svc.texts.has(own) else f"sheet.figures.{name}")

    def _code(self, code: str | None) -> str:
        return code if code and code not in _NONE else self.svc.texts.word("sheet.unspecified")

    @cached_property
    def _channels(self) -> dict[str, str]:
        return {row.code: row.name for row in agencies.register(self.svc.session, "channel")}


def by_unit(found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, int]]]:
    """Open and overdue of every unit, or of every agency, in figures; those with most first."""
    rows = found.get("by_unit") or found.get("by_agency") or {}
    return sorted(rows.items(), key=lambda item: -item[1]["open"])
