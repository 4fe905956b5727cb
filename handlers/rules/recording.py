"""A matter an officer writes down for somebody: what is known so far, and what is asked next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

# Ways by which somebody else sends a matter on, under a number and a date of their own.
SENT_ON = frozenset({"letter", "ministry", "c1111", "damrongdham", "fax"})


@dataclass
class Recording:
    """`told`: [the question it answers, message row id, words] each; of a picture the words are "". `done`: questions
    that were passed over, or whose answer stood in other words."""

    at: str  # when it began, ISO 8601
    channel: str = ""
    told: list[list[Any]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    lat: float | None = None
    lon: float | None = None
    received_on: str = ""  # a date, where it is not today
    number: str = ""
    dated: str = ""

    @property
    def step(self) -> str:
        """The open question: channel, what, where, who, number or review."""
        if not self.channel:
            return "channel"
        wanted = ["what", "where", "who", *(["number"] if self.channel in SENT_ON else [])]
        return next((name for name in wanted if name not in self.done and not self.words(name)), "review")

    def words(self, name: str) -> list[tuple[int, str]]:
        """(message row id, words) of what answers this question."""
        return [(row, words) for asked, row, words in self.told if asked == name and words]

    def answer(self, name: str) -> str:
        """The newest answer to this question; "" for none."""
        return next((words for _row, words in reversed(self.words(name))), "")

    @property
    def rows(self) -> list[int]:
        """The messages all of it came in."""
        return list(dict.fromkeys(row for _asked, row, _words in self.told))

    @property
    def photos(self) -> int:
        """How many pictures and files."""
        return sum(asked == "photo" for asked, _row, _words in self.told)

    def forget(self, rows: Collection[int]) -> None:
        """Messages were taken back."""
        gone = {asked for asked, row, _words in self.told if row in rows}
        self.told = [one for one in self.told if one[1] not in rows]
        if "pin" in gone:
            self.lat = self.lon = None
        if "number" in gone:
            self.number = self.dated = ""
        self.done = [name for name in self.done if name not in gone and not (name == "where" and "what" in gone)]

    def to_json(self) -> dict[str, Any]:
        """As JSON data, for the conversation row."""
        return asdict(self)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Recording:
        """What `to_json` wrote; what another version wrote beside it is left out."""
        return Recording(**{name: value for name, value in data.items() if name in Recording.__dataclass_fields__})
