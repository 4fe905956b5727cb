"""T-18 and T-19: the service standards as they were announced: steps, evidence, time, and who is responsible (CS7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Row, Table, table
from storage import agencies
from storage.tables import Service


def steps(scope: Scope) -> Table:
    """T-18: each service, then its steps."""
    rows: list[Row] = []
    for service in _services(scope):
        total = service.details.get("duration") or step_time(scope, service.details)
        rows.append(Row(service.code, (service.name, _documents(service), str(total) or NO_DATA)))
        rows += [
            Row(
                f"{service.code}:{number}",
                (f"{number}. {step['name']}", step.get("detail") or NO_DATA, step_time(scope, step)),
                level=1,
            )
            for number, step in enumerate(service.details.get("step", ()), 1)
        ]
    return table("T-18", scope.years, rows, len(_services(scope)))


def responsible(scope: Scope) -> Table:
    """T-19: each service's steps with who is responsible."""
    rows: list[Row] = []
    for service in _services(scope):
        phone = service.details.get("contact_phone") or NO_DATA
        rows.append(Row(service.code, (service.name, phone, str(service.details.get("duration") or NO_DATA))))
        rows += [
            Row(
                f"{service.code}:{number}",
                (f"({number}) {step['name']}", step.get("responsible") or NO_DATA, step_time(scope, step)),
                level=1,
            )
            for number, step in enumerate(service.details.get("step", ()), 1)
        ]
    return table("T-19", scope.years, rows, len(_services(scope)))


def announced(scope: Scope) -> tuple[int, int]:
    """(services whose standard was announced in the fiscal year, services registered)."""
    found = _services(scope)
    days = [str(service.details.get("announced_on") or "") for service in found]
    begins, ends = (moment.astimezone(scope.svc.tools.zone).date().isoformat() for moment in scope.bounds)
    return sum(begins <= day < ends for day in days), len(found)


def _services(scope: Scope) -> list[Service]:
    return agencies.services(scope.svc.session, scope.agency_code)


def _documents(service: Service) -> str:
    found = service.details.get("documents", ())
    return "\n".join(f"{number}. {name}" for number, name in enumerate(found, 1)) or NO_DATA


def step_time(scope: Scope, step: Mapping[str, Any]) -> str:
    """A step's time in words: minutes, or working days."""
    if step.get("minutes"):
        return scope.svc.texts.word("evidence.minutes", n=step["minutes"])
    return scope.svc.texts.word("evidence.days", n=step["days"]) if step.get("days") else NO_DATA
