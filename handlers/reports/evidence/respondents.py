"""R-01: who answered the surveys of a year, without anybody's name: number, date, group, channel, form (CS6)."""

from __future__ import annotations

from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import Row, Table, table
from storage import agencies, statistics, surveys
from storage.statistics import UNSPECIFIED


def respondents(scope: Scope) -> Table:
    """One row for each form that was answered; beside T-01 to T-22, never among them."""
    session, texts = scope.svc.session, scope.svc.texts
    groups = {row.code: row.name for row in agencies.register(session, "group")}
    groups[UNSPECIFIED] = texts.word("evidence.unspecified")
    channels = {row.code: row.name for row in agencies.register(session, "channel")}
    forms = {code: form.name for code, form in surveys.forms(session).items()}
    rows = []
    for number, one in enumerate(statistics.respondents(session, scope.agency_code, scope.span), 1):
        day = texts.day(one.at.astimezone(scope.svc.tools.zone).date())
        group, channel = groups.get(one.group, one.group), channels.get(one.channel, one.channel)
        rows.append(Row(str(number), (number, day, group, channel, forms.get(one.form, one.form))))
    return table("R-01", scope.years, rows, len(rows))
