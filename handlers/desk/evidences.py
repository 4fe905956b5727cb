"""`/รายงาน [ปีงบ]`: the year's KPIs, what form 2.3 still lacks, and the whole pack as a file; `/แฟ้ม`: one case's."""

from __future__ import annotations

from handlers.access import Actor
from handlers.actions.digesting import FILES
from handlers.desk.order import Order, example
from handlers.messages import Choice, Document, Part, Say
from handlers.reports import links
from handlers.reports.evidence import form23, reading
from handlers.reports.evidence.kpis import Kpi
from handlers.reports.evidence.pack import agency_name
from handlers.reports.evidence.report import DoesNotReconcile, checked_kpis
from handlers.reports.evidence.scope import Scope
from handlers.rules.duties import EVIDENCE_READERS
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Svc, Talk
from handlers.texts import heard

_OLDEST = 2500  # a year of the Buddhist era
_FORMS = ("pdf", "xlsx", "docx")


def evidence(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """What the evidence of a fiscal year (the running one without words) says, and where the whole of it is."""
    post = reading.reader(actor)
    if post is None:
        roles = sorted(svc.texts.word(f"roles.{role}") for role in EVIDENCE_READERS)
        return [Say(svc.texts.say("officer.evidence_may_not", who=" · ".join(roles), result=example("result", "482")))]
    if not talk.private:
        return [Say(svc.texts.say("officer.alone_only"))]
    now = fiscal_year(svc.today)
    year = year_in(rest, now)
    if not _OLDEST <= year <= now:
        how = {"example": example("evidence", str(now)), "result": example("result", "482")}
        return [Say(svc.texts.say("officer.evidence_how", **how))]
    scope = reading.scope_of(svc, post, year)
    return [_figures(scope), _lacking(scope), *_papers(scope, actor, talk.conversation.channel)]


def year_in(words: str, now: int) -> int:
    """The year of the Buddhist era that stands there; the running one where nothing does, 0 for other words."""
    line = heard.arabic(words).strip()
    for word in heard.load()["report_year"]["year"]:
        line = line.removeprefix(word).strip()
    if not line:
        return now
    return int(line) if line.isascii() and line.isdigit() and len(line) == 4 else 0


def _figures(scope: Scope) -> Say:
    try:
        lines = "\n".join(_told(scope, kpi) for kpi in checked_kpis(scope))
    except DoesNotReconcile as wrong:
        return Say(scope.svc.texts.say("officer.evidence_apart", year=scope.year, where="\n".join(wrong.places)))
    return Say(scope.svc.texts.say("officer.evidence", year=scope.year, agency=agency_name(scope), lines=lines))


def _told(scope: Scope, kpi: Kpi) -> str:
    say = scope.svc.texts.say
    if kpi.percent is None:
        return say("officer.evidence_none", name=kpi.name)
    target = "" if kpi.target is None else say("officer.evidence_target", target=kpi.target)
    values = {"name": kpi.name, "part": kpi.numerator, "whole": kpi.denominator, "percent": kpi.percent}
    return say("officer.evidence_kpi", **values, target=f" {target}" if target else "")


def _lacking(scope: Scope) -> Say:
    say = scope.svc.texts.say
    found = form23.lacking(scope)
    lines = "\n".join(say("officer.register_lacks", cs=code, what=" · ".join(words)) for code, words in found.items())
    return Say(say("officer.registers_lack" if found else "officer.registers_whole", lines=lines))


def _papers(scope: Scope, actor: Actor, channel: str) -> list[Part]:
    """Where the pack is, in each form; as a file too where the channel hands files over."""
    svc, token = scope.svc, reading.token(scope, actor.person_id)
    address = svc.tools.page_link(f"/report/{token}")
    found: list[Part] = []
    if address:
        opens = tuple(
            Choice(svc.texts.word("officer.button_evidence", form=form.upper()), f"{address}?as={form}", "link")
            for form in _FORMS
        )
        found.append(Say(svc.texts.say("officer.evidence_links", days=reading.DAYS), opens))
    else:
        found.append(Say(svc.texts.say("officer.evidence_no_link", year=scope.year)))
    if channel in FILES:
        text = svc.texts.say("officer.evidence_file", year=scope.year, agency=agency_name(scope))
        found.append(Document(f"pmqa3-{scope.year}.pdf", text, token, address))
    return found


def dossier(svc: Svc, order: Order) -> list[Part]:
    """The seven-step evidence of one case as a file, personal data masked, for a week."""
    address = svc.tools.file_link(links.dossier_token(svc, order.case, order.post.person_id))
    code = order.case.reference
    if not address:
        return [Say(svc.texts.say("officer.dossier_no_link", code=code))]
    opens = (
        Choice(svc.texts.word("officer.button_evidence", form="PDF"), f"{address}?as=pdf", "link"),
        Choice(svc.texts.word("officer.button_evidence", form="DOCX"), address, "link"),
    )
    return [Say(svc.texts.say("officer.dossier", code=code, days=links.DAYS), opens)]
