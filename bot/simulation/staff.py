"""Who works at the agencies of the made-up year. Everybody joins by a one-time code, as people do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.simulation.chats import Chat
from bot.simulation.plan import Dice, load
from storage.tables import Agency, Unit
from storage.words import Role


@dataclass(frozen=True)
class Officer:
    """Somebody who works for an agency, and their chat."""

    name: str
    role: Role
    agency: str
    unit: str | None
    chat: Chat


class Staff:
    """Everybody who works here."""

    def __init__(self, dice: Dice, agencies: Sequence[tuple[Agency, Sequence[Unit]]], name: str) -> None:
        self._dice, self._name = dice, name
        self.officers: list[Officer] = []
        self._numbers = 0
        for agency, units in agencies:
            self.officers += self._of(agency, units)

    def _of(self, agency: Agency, units: Sequence[Unit]) -> Iterator[Officer]:
        names = load()["names"]
        for unit in units:
            for number in (1, 2):
                name = str(names["officer"]).format(unit=unit.name, n=number)
                yield self._new(name, Role.OFFICER, agency.code, unit.code)
            if agency.position == 0:
                name = str(names["unit_head"]).format(unit=unit.name)
                yield self._new(name, Role.UNIT_HEAD, agency.code, unit.code)
        first = next(unit.code for unit in units if unit.intake)
        yield self._new(str(names["intake"]).format(agency=agency.name), Role.INTAKE, agency.code, first)
        yield self._new(str(names["head"]).format(agency=agency.name), Role.HEAD, agency.code, None)

    def _new(self, name: str, role: Role, agency: str, unit: str | None) -> Officer:
        self._numbers += 1
        chat = Chat(self._dice.of_plan("staff"), f"{self._name}-officer-{self._numbers}", asked=False)
        return Officer(name, role, agency, unit, chat)

    def of(self, role: Role, agency: str, unit: str | None = None) -> Officer:
        """One who is this for the agency (for its unit where one is named)."""
        found = [one for one in self.officers if (one.role, one.agency) == (role, agency) and unit in (None, one.unit)]
        return self._dice.one(found)  # type: ignore[no-any-return]
