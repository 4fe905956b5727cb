"""What is wrong, or still lacking, beyond single cells: in a whole year's registers of one agency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from handlers.reports.evidence.known import Sheets, known
from handlers.reports.evidence.schema import Problem, read, registers
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from storage import agencies, register_lines, statistics
from storage.register_lines import Line
from storage.statistics import UNSPECIFIED, By

Lines = Mapping[str, Sequence[Line]]  # register → its lines that count in the year

POINTS = tuple(f"CS{number}" for number in range(1, 8))
OLDER: Mapping[str, By] = {"T-04": "channel", "T-07": "category", "T-08": "customer_group"}
_NOUNS = {"T-04": "channel", "T-07": "category", "T-08": "group"}
_SHOWN = 12


def lint(scope: Scope, given: Lines) -> list[Problem]:
    """Everything that is wrong (errors) or lacking (warnings) in these registers. `scope` is of one agency."""
    return [*_steps(given), *_older(scope, given), *_targets(given), *_measuring(scope.svc, given), *_owners(given)]


def check(scope: Scope, sheets: Sheets) -> tuple[dict[str, list[Line]], list[Problem]]:
    """The lines of typed sheets, and all that is wrong with them, in the order of the registers; what a sheet does not
    hold is taken as it is stored. `scope` is of one agency."""
    assert scope.agency_code is not None
    there = known(scope.svc, scope.agency_code, scope.year, sheets)
    zone = scope.svc.tools.zone
    begins, ends = (moment.astimezone(zone).date() for moment in scope.bounds)
    lines: dict[str, list[Line]] = {}
    problems: list[Problem] = []
    for name, rows in sheets.items():
        register = registers()[name]
        lines[name], found = read(register, rows, there, None if register.standing else (begins, ends))
        problems += found
    problems += lint(scope, {**stored(scope), **lines})
    order = list(registers())
    return lines, sorted(problems, key=lambda problem: (order.index(problem.register), problem.line))


def stored(scope: Scope) -> dict[str, list[Line]]:
    """What every register says in the scope's year."""
    session, found = scope.svc.session, {}
    for name, register in registers().items():
        rows = register_lines.lines(session, name, scope.agencies, scope.year, standing=register.standing)
        found[name] = [Line(row.code, row.cells) for row in rows]
    return found


def _heading(name: str, code: str) -> str:
    return registers()[name].field(code).heading


def _of(given: Lines, name: str) -> Iterator[tuple[int, Line]]:
    """(number, line) of those lines of a register that have all that must be filled in."""
    wanted = [field.code for field in registers()[name].fields if field.required]
    for number, line in enumerate(given.get(name, ()), 1):
        if all(code in line.cells for code in wanted):
            yield number, line


def _steps(given: Lines) -> Iterator[Problem]:
    """Sums are reckoned from the steps: each has its time, and an old way stands beside a new one."""
    versions: dict[str, set[str]] = {}
    for number, line in _of(given, "service_step"):
        versions.setdefault(line.cells["service"], set()).add(line.cells["version"])
        if not line.cells.get("days") and not line.cells.get("minutes"):
            yield Problem("service_step", number, _heading("service_step", "days"), "no_time", code=line.code)
    choices = registers()["service_step"].field("version").choices
    for service, there in versions.items():
        for version in choices.keys() - there:
            heading = _heading("service_step", "version")
            yield Problem("service_step", 0, heading, "one_version", service, choices[version], warning=True)


def _older(scope: Scope, given: Lines) -> Iterator[Problem]:
    """Totals from before the system: of keys that exist, once, and not where the system counted itself."""
    session = scope.svc.session
    seen: Counter[tuple[str, str]] = Counter()
    for number, line in _of(given, "older"):
        table, key = line.cells["table"], line.cells["key"]
        heading = _heading("older", "key")
        seen[table, key] += 1
        keys = _keys(scope.svc, _NOUNS[table])
        if key not in keys and not (table == "T-08" and key == UNSPECIFIED):
            yield Problem("older", number, heading, "unknown", key, _listed(keys), line.code)
            continue
        if seen[table, key] > 1:
            yield Problem("older", number, heading, "twice_key", key, code=line.code)
        counted = statistics.cases_by(session, scope.agency_code, [scope.span], OLDER[table])
        if (key,) in counted:
            wanted = str(counted[key,][0])
            yield Problem("older", number, heading, "counted", key, wanted, line.code)


def _keys(svc: Svc, noun: str) -> dict[str, str]:
    if noun == "category":
        return {row.code: row.name for row in agencies.categories(svc.session)}
    return {row.code: row.name for row in agencies.register(svc.session, noun)}


def _listed(keys: Mapping[str, str]) -> str:
    return " · ".join(f"{code} {name}" for code, name in [*keys.items()][:_SHOWN])


def _targets(given: Lines) -> Iterator[Problem]:
    """One target for a KPI."""
    yield from _once(given, "target", "kpi")
    yield from _once(given, "measuring", "group")


def _once(given: Lines, name: str, column: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, line in _of(given, name):
        value = line.cells[column]
        if value in seen:
            shown = registers()[name].field(column).choices.get(value, value)
            yield Problem(name, number, _heading(name, column), "twice_key", shown, code=line.code)
        seen.add(value)


def _measuring(svc: Svc, given: Lines) -> Iterator[Problem]:
    """Every customer group is measured, or it is said why not this year (a line says either)."""
    there = set()
    for number, line in _of(given, "measuring"):
        there.add(line.cells["group"])
        if "not_measured" not in line.cells and not {"satisfied_by", "dissatisfied_by"} <= line.cells.keys():
            heading = _heading("measuring", "satisfied_by")
            yield Problem("measuring", number, heading, "how_or_why", code=line.code)
    for row in agencies.register(svc.session, "group"):
        if row.code not in there:
            yield Problem("measuring", 0, _heading("measuring", "group"), "not_measured", row.name, warning=True)


def _owners(given: Lines) -> Iterator[Problem]:
    """Each point has somebody who is responsible."""
    there = {line.cells["cs"] for _number, line in _of(given, "owner")}
    for point in POINTS:
        if point not in there:
            yield Problem("owner", 0, _heading("owner", "cs"), "no_owner", point, warning=True)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that keep a file from being stored."""
    return [problem for problem in problems if not problem.warning]
