"""The citizens' manual and the staff manual (CS7), from the service standards and the registers.

What nobody wrote down is left for the agency to fill in; it is never made up.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from handlers.reports.evidence import services, written
from handlers.reports.evidence.charts import flow_section
from handlers.reports.evidence.kpis import targets
from handlers.reports.evidence.pack import (
    Block,
    Box,
    Chart,
    Facts,
    Grid,
    Pack,
    Section,
    Words,
    made,
    of_table,
    plain,
)
from handlers.reports.evidence.people import Responsible, joined, one_agency
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Cell, Row, Table, criteria
from handlers.reports.evidence.written import lines
from handlers.reports.paper import head_title, long_date
from storage import agencies
from storage.tables import RegisterLine, Service

CODE = "CS7-A/D/I"
_SLOT = re.compile(r"\{([a-z]+)\}")


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "manuals.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class _Manual:
    """What both manuals draw on, of one agency."""

    scope: Scope

    @cached_property
    def people(self) -> Responsible:
        return Responsible(self.scope)

    @cached_property
    def services(self) -> list[Service]:
        return agencies.services(self.scope.svc.session, self.people.agency.code)

    @cached_property
    def procedures(self) -> list[RegisterLine]:
        return lines(self.scope, "procedure")

    def word(self, key: str, **values: object) -> str:
        return self.scope.svc.texts.word(f"manual.{key}", **values)

    def filled(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Lines of the data with the agency's own values; one pass, so that a value is never read as a slot."""
        agency = self.people.agency
        values = {
            "agency": agency.name,
            "area": agency.area,
            "address": str(agency.settings.get("address", "")),
            "phone": agency.phone or self.word("blank"),
            "head": head_title(self.scope.svc.texts, agency),
            "year": str(self.scope.year),
            "blank": self.word("blank"),
        }
        return tuple(_SLOT.sub(lambda found: values[found.group(1)], text) for text in texts)

    def day(self, iso: object) -> str:
        """A day of a register, or of a service, as it stands on paper."""
        try:
            return long_date(self.scope.svc.texts, date.fromisoformat(str(iso)))
        except ValueError:
            return NO_DATA


# --- for citizens -----------------------------------------------------------------------------------------------------


def citizens_manual(scope: Scope) -> Pack:
    """Every service: where to start, what to bring, the steps, how long, what it costs, who, and what to mind."""
    manual = _Manual(one_agency(scope))
    given = _data()["citizens"]
    preface = (Words(manual.filled(given["preface"])), Words(manual.filled(given["signature"]), signed=True))
    sections = [
        Section("", CODE, manual.word("preface"), preface),
        Section("", CODE, manual.word("about"), _about(manual)),
        Section("", CODE, manual.word("services"), (_list_of_services(manual),)),
        *(_service(manual, number, service) for number, service in enumerate(manual.services, 1)),
        Section("", CODE, manual.word("annex"), (_proofs(manual),)),
    ]
    return made(manual.scope, "citizens_manual", sections, cover=manual.filled(given["cover"]), contents=True)


def _about(manual: _Manual) -> tuple[Block, ...]:
    word, blank = manual.word, (manual.word("blank"),)
    missions = [str(line.cells.get("agency_mission", "")) for line in lines(manual.scope, "mission")]
    units: list[tuple[Cell, ...]] = [
        (unit.name, _categories(manual, unit.categories), unit.phone or NO_DATA) for unit in manual.people.units
    ]
    owners = [(owner.name, owner.unit, owner.phone) for owner in manual.people.owners("CS7")]
    names = ("name", "unit", "phone")
    return (
        Words(blank, lead=word("role")),
        plain([word(f"units.{name}") for name in ("unit", "work", "phone")], units, lead=word("structure")),
        Words(blank, lead=word("vision")),
        Words(tuple(filter(None, dict.fromkeys(missions))) or blank, lead=word("mission")),
        Words(blank, lead=word("values")),
        plain([word(f"staff.{name}") for name in names], owners, lead=word("people"), nothing=blank[0]),
    )


def _categories(manual: _Manual, codes: Sequence[str]) -> str:
    names = {row.code: row.name for row in agencies.categories(manual.scope.svc.session)}
    return joined((names.get(code, code) for code in codes), ", ") or NO_DATA


def _list_of_services(manual: _Manual) -> Grid:
    rows: list[tuple[Cell, ...]] = [
        (number, service.name, str(service.details.get("duration") or NO_DATA), _fee(service))
        for number, service in enumerate(manual.services, 1)
    ]
    names = [manual.word(f"list.{name}") for name in ("number", "name", "duration", "fee")]
    return plain(names, rows, nothing=manual.scope.svc.texts.word("pack.nothing"))


def _fee(service: Service) -> str:
    return str(service.details.get("fee") or NO_DATA)


def _service(manual: _Manual, number: int, service: Service) -> Section:
    word, details = manual.word, service.details
    facts = [
        (word("where"), details.get("where_to_start")),
        (word("place"), details.get("place")),
        (word("documents"), "\n".join(f"{at}. {name}" for at, name in enumerate(details.get("documents", ()), 1))),
        (word("duration"), details.get("duration")),
        (word("fee"), details.get("fee")),
        (word("caution"), details.get("caution")),
        (word("announced"), manual.day(details.get("announced_on"))),
    ]
    known = Facts(tuple((name, str(value or NO_DATA)) for name, value in facts))
    notes = [word("outside"), *(() if details.get("verified") else (word("unverified"),))]
    blocks: tuple[Block, ...] = (
        *_step_chart(manual, service),
        known,
        _steps(manual, service),
        _officers(manual, service),
        Words(tuple(notes), quiet=True),
    )
    return Section("", CODE, word("service", number=number, name=service.name), blocks)


def _step_chart(manual: _Manual, service: Service) -> tuple[Chart, ...]:
    steps = service.details.get("step", ())
    if not steps:
        return ()
    boxes = tuple(
        Box(str(at), f"{at}. {step['name']}", who=str(step.get("responsible") or ""), count=_time(manual, step))
        for at, step in enumerate(steps, 1)
    )
    return (Chart((boxes,), across=True, alt=manual.word("chart", name=service.name)),)


def _time(manual: _Manual, step: Mapping[str, Any]) -> str:
    found = services.step_time(manual.scope, step)
    return "" if found == NO_DATA else found


def _steps(manual: _Manual, service: Service) -> Grid:
    """T-18, of this service alone."""
    whole = services.steps(manual.scope)
    own = [row for row in whole.rows if row.key.startswith(f"{service.code}:")]
    return of_table(manual.scope, Table(whole.id, whole.code, whole.title, whole.columns, tuple(map(_top, own))))


def _top(row: Row) -> Row:
    return Row(row.key, row.cells, row.n)


def _officers(manual: _Manual, service: Service) -> Grid:
    """Who does the steps, and under which number; and who the register names for this point in the same unit."""
    details = service.details
    phone = str(details.get("contact_phone") or NO_DATA)
    names = dict.fromkeys(step["responsible"] for step in details.get("step", ()) if step.get("responsible"))
    rows: list[tuple[Cell, ...]] = [(name, phone) for name in names]
    rows += [
        (owner.name, owner.phone)
        for owner in manual.people.owners("CS7")
        if service.unit_code and owner.unit_code == service.unit_code
    ]
    rows = [(f"{at}. {name}", number) for at, (name, number) in enumerate(rows or [(manual.word("blank"), phone)], 1)]
    return plain([manual.word("officer"), manual.word("phone")], rows)


def _proofs(manual: _Manual) -> Grid:
    rows = [
        (line.cells["name"], manual.day(line.cells["on"]), line.cells["file"])
        for line in lines(manual.scope, "proof")
        if line.cells["cs"] == "CS7"
    ]
    names = [manual.word(f"proofs.{name}") for name in ("name", "on", "file")]
    return plain(names, rows, nothing=manual.word("blank"), lead=manual.word("pictures"))


# --- for those who work here ------------------------------------------------------------------------------------------


def staff_manual(scope: Scope) -> Pack:
    """The guide's fifteen headings; the fifteenth says again what the ninth says, and points there."""
    manual = _Manual(one_agency(scope))
    given = _data()["staff"]
    sections = [
        Section("", CODE, f"{number}. {name}", _staff_blocks(manual, number), flows=True)
        for number, name in enumerate(given["headings"], 1)
    ]
    return made(manual.scope, "staff_manual", sections, cover=manual.filled(given["cover"]), contents=True)


def _staff_blocks(manual: _Manual, number: int) -> tuple[Block, ...]:
    """What stands below one of the fifteen headings; what nobody wrote down is left open."""
    known = _STAFF.get(number)
    return known(manual) if known is not None else (Words((manual.word("blank"),)),)


def _scope_of_work(manual: _Manual) -> tuple[Block, ...]:
    processes = dict.fromkeys(str(line.cells["process"]) for line in manual.procedures)
    blank = (manual.word("blank"),)
    return (
        Words(tuple(f"{at}. {name}" for at, name in enumerate(processes, 1)) or blank, lead=manual.word("processes")),
        Words(
            tuple(f"{at}. {service.name}" for at, service in enumerate(manual.services, 1)) or blank,
            lead=manual.word("services"),
        ),
    )


def _aims(manual: _Manual) -> tuple[Block, ...]:
    aims, names = targets(manual.scope), criteria()["kpis"]
    rows = [(names[key], aims.get(key, NO_DATA)) for key in names]
    word = manual.scope.svc.texts.word
    return (plain([word("pack.kpi.name"), word("pack.kpi.target")], rows),)


def _duties(manual: _Manual) -> tuple[Block, ...]:
    word = manual.scope.svc.texts.word
    people = manual.people
    rows: list[tuple[Cell, ...]] = [(people.named("head"), manual.word("duty_head"))]
    for unit in people.units:
        does = manual.word("duty_intake") if unit.intake else manual.word("duty_unit")
        rows.append((unit.name, f"{does}\n{_categories(manual, unit.categories)}"))
    rows += [(owner.name, word("pack.named_for", unit=owner.unit)) for owner in people.owners("CS7")]
    return (plain([manual.word("who"), manual.word("duty")], rows),)


def _how(manual: _Manual) -> tuple[Block, ...]:
    chart = next(block for block in flow_section(manual.scope).blocks if isinstance(block, Chart))
    symbols = Facts(tuple((name, words) for name, words in _data()["staff"]["symbols"]))
    return (
        Words((), lead=chart.alt),
        chart,
        Words((), lead=manual.word("symbols")),
        symbols,
        Words((), lead=manual.word("details")),
        of_table(manual.scope, written.staff_manual(manual.scope)),
    )


def _standards(manual: _Manual) -> Grid:
    """How long the agency gives itself for a matter of each category."""
    rows = [
        (row.name, manual.scope.svc.texts.word("evidence.days", n=row.days))
        for row in agencies.categories(manual.scope.svc.session)
    ]
    return plain([manual.word("category"), manual.word("standard")], rows, lead=manual.word("standards"))


def _listed(manual: _Manual, cell: str) -> Words:
    found = dict.fromkeys(str(line.cells[cell]) for line in manual.procedures if line.cells.get(cell))
    return Words(tuple(f"{at}. {name}" for at, name in enumerate(found, 1)) or (manual.word("blank"),))


def _versions(manual: _Manual) -> tuple[Block, ...]:
    """Which version of each service standard stands, and since when."""
    rows = [
        (service.name, str(service.details.get("version") or NO_DATA), manual.day(service.details.get("announced_on")))
        for service in manual.services
    ]
    names = [manual.word(f"versions.{name}") for name in ("name", "version", "on")]
    return (plain(names, rows, nothing=manual.word("blank")), Words((manual.word("blank"),)))


def _responsible(manual: _Manual) -> tuple[Block, ...]:
    scope = manual.scope
    return of_table(scope, services.responsible(scope)), of_table(scope, written.procedures(scope))


_STAFF: Mapping[int, Callable[[_Manual], tuple[Block, ...]]] = {
    1: lambda manual: (Words(manual.filled(_data()["staff"]["preface"])),),
    2: lambda _manual: (Words(tuple(_data()["staff"]["purposes"])),),
    3: _scope_of_work,
    4: _aims,
    5: lambda _manual: (Facts(tuple((name, words) for name, words in _data()["staff"]["definitions"])),),
    6: _duties,
    7: _how,
    8: lambda manual: (of_table(manual.scope, services.steps(manual.scope)), _standards(manual)),
    9: lambda manual: (_listed(manual, "sources"),),
    10: lambda manual: (_listed(manual, "form"),),
    11: _responsible,
    12: lambda manual: (of_table(manual.scope, written.monitoring(manual.scope)),),
    14: _versions,
    15: lambda _manual: (Words((_data()["staff"]["merged"],)),),
}
