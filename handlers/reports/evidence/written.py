"""The tables that come from registers: T-05, T-06, T-09, T-11 to T-14, T-20 and T-21."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from handlers.reports.evidence.schema import registers
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, TOTAL, Cell, Picture, Row, Table, table
from storage import agencies, register_lines, surveys
from storage.tables import RegisterLine


def lines(scope: Scope, register: str) -> list[RegisterLine]:
    """The lines that count for the report's year and agencies."""
    standing = registers()[register].standing
    return register_lines.lines(scope.svc.session, register, scope.agencies, scope.year, standing=standing)


def learned(scope: Scope) -> Table:
    """T-05: what was learned from listening, with the cases it comes from."""
    rows = [
        Row(line.code, (line.cells["name"], _joined([*_cases(scope, line), line.cells.get("note", "")])))
        for line in lines(scope, "learned")
    ]
    return table("T-05", scope.years, rows, len(rows))


def before_after(scope: Scope) -> Table:
    """T-06: a service's steps before and after it was improved; the sums are reckoned, never typed."""
    rows: list[Row] = []
    by_service: dict[str, list[RegisterLine]] = {}
    for line in lines(scope, "service_step"):
        by_service.setdefault(line.cells["service"], []).append(line)
    names = {row.code: row.name for row in agencies.services(scope.svc.session)}
    for code, found in by_service.items():
        old = [line for line in found if line.cells["version"] == "before"]
        new = [line for line in found if line.cells["version"] == "after"]
        rows.append(Row(code, (names.get(code, code), "", "", "")))
        for number in range(max(len(old), len(new))):
            rows.append(Row(f"{code}:{number + 1}", (*_step(scope, old, number), *_step(scope, new, number)), level=1))
        total = scope.svc.texts.word("evidence.total")
        rows.append(Row(f"{code}:{TOTAL}", (total, _sum(scope, old), total, _sum(scope, new)), level=1))
    return table("T-06", scope.years, rows, len(by_service), *_improved_services(scope, names))


def _improved_services(scope: Scope, names: Mapping[str, str]) -> list[str]:
    """Below T-06: what was done for which service, since when, and the cases it came from."""
    return [
        _improvement(scope, names.get(line.cells["service"], line.cells["service"]), line)
        for line in lines(scope, "improvement")
        if "service" in line.cells
    ]


def improved_items(scope: Scope) -> list[str]:
    """Below T-17: each item that something was done about: what, since when, and the cases."""
    names = surveys.items(scope.svc.session)
    return [
        _improvement(scope, f"{code} {names[code].name}" if code in names else code, line)
        for line in lines(scope, "improvement")
        for code in line.cells.get("items", ())
    ]


def _cases(scope: Scope, line: RegisterLine) -> list[str]:
    """The cases a line came from, as they may be printed now: one may have become confidential since it was written."""
    named = line.cells.get("cases", ())
    there = register_lines.cases_there(scope.svc.session, line.agency_code, named) if named else set()
    return [reference for reference in named if reference in there]


def _improvement(scope: Scope, about: str, line: RegisterLine) -> str:
    texts, cells = scope.svc.texts, line.cells
    day, cases = cells.get("posted_on"), _cases(scope, line)
    parts = [
        texts.word("evidence.improved", about=about, action=cells["action"]),
        texts.word("evidence.posted_on", day=texts.day(date.fromisoformat(day))) if day else "",
        texts.word("evidence.of_cases", codes=", ".join(cases)) if cases else "",
    ]
    return " ".join(filter(None, parts))


def _step(scope: Scope, steps: list[RegisterLine], at: int) -> tuple[Cell, Cell]:
    if at >= len(steps):
        return "", ""
    cells = steps[at].cells
    return f"{at + 1}. {cells['name']}", _time(scope, cells.get("days", 0), cells.get("minutes", 0))


def _sum(scope: Scope, steps: list[RegisterLine]) -> str:
    days = sum(line.cells.get("days", 0) for line in steps)
    return _time(scope, days, sum(line.cells.get("minutes", 0) for line in steps))


def _time(scope: Scope, days: int, minutes: int) -> str:
    texts = scope.svc.texts
    found = [
        texts.word("evidence.days", n=days) if days else "",
        texts.word("evidence.minutes", n=minutes) if minutes else "",
    ]
    return " ".join(filter(None, found)) or NO_DATA


def monitoring(scope: Scope) -> Table:
    """T-09: how quality is followed, how often, by whom; with the days on which it was really done."""
    done: dict[str, int] = {}
    for line in lines(scope, "occasion"):
        done[line.cells["monitoring"]] = done.get(line.cells["monitoring"], 0) + 1
    rows = []
    for line in lines(scope, "monitoring"):
        cells = line.cells
        actual = _done(scope, done.get(line.code, 0), cells.get("per", ""))
        rows.append(Row(line.code, (cells["name"], _joined([cells["frequency"], actual]), cells["responsible"])))
    return table("T-09", scope.years, rows, len(rows))


# How often a year something is planned; what is open every day is not counted.
_A_YEAR = {"week": 52, "month": 12, "2months": 6, "quarter": 4, "year": 1}


def _done(scope: Scope, n: int, per: str) -> str:
    """What was really done, beside what was planned for the whole year."""
    planned = _A_YEAR.get(per)
    if planned is not None:
        return scope.svc.texts.word("evidence.done_of", n=n, of=planned)
    return scope.svc.texts.word("evidence.done", n=n) if n else ""


def networks(scope: Scope) -> Table:
    """T-11: each customer group's networks, and how one reaches them."""
    groups = _groups(scope)
    rows = [
        Row(
            line.code,
            (
                groups.get(line.cells["group"], str(line.cells["group"])),
                f"{line.cells['name']}: {line.cells['form']}",
                _joined(line.cells["contact"]),
            ),
        )
        for line in lines(scope, "network")
    ]
    return table("T-11", scope.years, rows, len(rows))


def activities(scope: Scope) -> Table:
    """T-12: what was done together, with pictures and papers that prove it; then what was announced to those who
    asked for it."""
    rows = []
    for line in lines(scope, "activity"):
        cells = line.cells
        day = scope.svc.texts.day(date.fromisoformat(cells["on"]))
        what = _joined([cells["name"], f"{day} {cells.get('place', '')}".strip()])
        rows.append(Row(line.code, (cells["topic"], what, _pictures(scope, cells), _joined(cells.get("documents")))))
    rows += [_announcement(scope, line) for line in lines(scope, "announcement")]
    found = table("T-12", scope.years, rows, len(rows))
    return replace(found, pictures=pictures(scope, "activity", "photos"))


def pictures(scope: Scope, register: str, column: str) -> tuple[Picture, ...]:
    """The pictures that a column of a register names, those that are there, each with its line's name and day."""
    found: list[Picture] = []
    for line in lines(scope, register):
        names = line.cells.get(column, ())
        there = register_lines.files_there(scope.svc.session, line.agency_code, names) if names else {}
        day = scope.svc.texts.day(date.fromisoformat(line.cells["on"]))
        caption = " ".join(filter(None, (line.cells.get("cs", ""), line.cells["name"], day)))
        found += [Picture(digest, caption) for digest in dict.fromkeys(there.values()) if digest is not None]
    return tuple(found)


def _announcement(scope: Scope, line: RegisterLine) -> Row:
    """What an agency told everybody who had asked for it: words, day, and how many people."""
    texts, cells = scope.svc.texts, line.cells
    what = _joined([cells["words"], texts.day(date.fromisoformat(cells["on"]))])
    told = texts.word("evidence.told_people", n=cells["people"]) if "people" in cells else NO_DATA
    return Row(f"announcement:{line.code}", (texts.word("evidence.announcement"), what, NO_DATA, told))


def _pictures(scope: Scope, cells: Mapping[str, Any]) -> str:
    """How many pictures show it; the papers draw them."""
    n = len(cells.get("photos", ()))
    return scope.svc.texts.word("evidence.pictures", n=n) if n else NO_DATA


def participation(scope: Scope) -> Table:
    """T-13: how people take part in each process: phase, level and method."""
    texts = scope.svc.texts
    by_process: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for line in lines(scope, "participation"):
        cells = line.cells
        words = texts.word(
            "evidence.takes_part",
            phase=texts.word(f"evidence.phase_{cells['phase']}"),
            level=cells["level"],
            method=texts.word(f"evidence.method_{cells['method']}"),
            what=cells["name"],
        )
        by_process.setdefault(cells["process"], []).append(words)
        notes.setdefault(cells["process"], []).append(cells.get("note", ""))
    rows = [
        Row(str(number), (process, _joined(words), _joined(notes[process], "")))
        for number, (process, words) in enumerate(by_process.items(), 1)
    ]
    return table("T-13", scope.years, rows, len(rows))


def measuring(scope: Scope) -> Table:
    """T-14: how each group's satisfaction is measured, or why it was not this year."""
    groups = _groups(scope)
    rows = []
    for line in lines(scope, "measuring"):
        cells = line.cells
        why = (
            scope.svc.texts.word("evidence.not_measured", why=cells["not_measured"]) if "not_measured" in cells else ""
        )
        name = _joined([groups.get(cells["group"], cells["group"]), why])
        rows.append(Row(line.code, (name, _joined(cells.get("satisfied_by")), _joined(cells.get("dissatisfied_by")))))
    return table("T-14", scope.years, rows, len(rows))


def procedures(scope: Scope) -> Table:
    """T-20: the steps of the agency's own work: what, how long, who."""
    rows = []
    for number, line in enumerate(lines(scope, "procedure"), 1):
        cells = line.cells
        rows.append(Row(line.code, (number, cells["name"], cells["detail"], cells["duration"], cells["responsible"])))
    return table("T-20", scope.years, rows, len(rows))


def staff_manual(scope: Scope) -> Table:
    """T-21: the same with quality, follow-up, forms and sources, as the staff manual wants it."""
    names = ("name", "duration", "detail", "quality", "follow_up", "responsible", "form", "sources")
    rows = [
        Row(line.code, (number, *(line.cells.get(name) or NO_DATA for name in names)))
        for number, line in enumerate(lines(scope, "procedure"), 1)
    ]
    return table("T-21", scope.years, rows, len(rows))


def _groups(scope: Scope) -> dict[str, str]:
    return {row.code: row.name for row in agencies.register(scope.svc.session, "group")}


def _joined(values: Iterable[Any] | None, none: str = NO_DATA) -> str:
    return "\n".join(str(value) for value in values or () if value) or none
