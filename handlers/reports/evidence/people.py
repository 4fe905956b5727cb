"""Who answers for what, as papers name them: the register of owners, and an agency's units and head."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from handlers.reports.evidence.pack import agency_of
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA
from handlers.reports.evidence.written import lines
from handlers.reports.paper import head_title
from storage import agencies
from storage.tables import Agency, Unit


@dataclass(frozen=True)
class Owner:
    """One line of the register of owners: who, of which unit, under which number."""

    name: str
    unit: str
    phone: str
    unit_code: str


def one_agency(scope: Scope) -> Scope:
    """The same query for one agency only: the one asked for, else the installation's own."""
    return replace(scope, agency_code=agency_of(scope))


@dataclass(frozen=True)
class Responsible:
    """Those responsible in the one agency of this scope."""

    scope: Scope

    @cached_property
    def agency(self) -> Agency:
        """The agency."""
        found = agencies.agency(self.scope.svc.session, agency_of(self.scope))
        return found if found is not None else self.scope.svc.agency

    @cached_property
    def units(self) -> list[Unit]:
        """Its units, in the seed's order."""
        return agencies.units(self.scope.svc.session, self.agency.code)

    def owners(self, *codes: str) -> list[Owner]:
        """Who is named for these codes of category 3, in the register's order; nobody twice."""
        names = {unit.code: unit for unit in self.units}
        found: dict[Owner, None] = {}
        for line in lines(self.scope, "owner"):
            if line.cells["cs"] in codes:
                code = str(line.cells.get("unit", ""))
                unit = names.get(code)
                phone = line.cells.get("phone") or (unit.phone if unit else None) or NO_DATA
                found[Owner(line.cells["name"], unit.name if unit else NO_DATA, phone, code)] = None
        return list(found)

    def named(self, source: str) -> str:
        """Who does a step of a chart: the intake unit, the units, the head … ("" where the chart names nobody)."""
        word = self.scope.svc.texts.word
        if not source:
            return ""
        intake = next((unit.name for unit in self.units if unit.intake), self.agency.name)
        return word(
            f"pack.who.{source}",
            intake=intake,
            units=joined((unit.name for unit in self.units), ", "),
            head=head_title(self.scope.svc.texts, self.agency),
            quality=joined((owner.name for owner in self.owners("CS2", "CS3")), ", ") or intake,
        )


def joined(values: Iterable[object], by: str = "\n") -> str:
    """Words under each other, or divided otherwise; empty ones left out."""
    return by.join(str(value) for value in values if value)
