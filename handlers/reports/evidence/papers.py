"""One door to the papers of the evidence pack, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from handlers.reports.evidence import charts, manuals, printed, yearly
from handlers.reports.evidence.pack import Pack
from handlers.reports.evidence.scope import Scope

TABLES = "tables"
PAPERS: Mapping[str, Callable[[Scope], Pack]] = {
    TABLES: printed.tables,
    "flow": charts.flow,
    "quality": charts.quality,
    "citizens_manual": manuals.citizens_manual,
    "staff_manual": manuals.staff_manual,
    "governor": yearly.governor,
    "ita": yearly.ita,
    "summary": yearly.summary,
    "projects": printed.projects,
    "respondents": printed.respondents,
}


def paper(name: str, scope: Scope) -> Pack:
    """The paper of this name (PAPERS), reckoned from the rows as they stand. Raises DoesNotReconcile, KeyError."""
    return PAPERS[name](scope)
