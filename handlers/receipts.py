"""What a person is handed when something is filed: the reference, the promised date, the secret for helpers."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers.actions import consenting, drafts, filing
from handlers.actions.danger import QUIET
from handlers.actions.filing import Filed
from handlers.messages import Part, Say
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.views import case_card, draft_summary, hotline_numbers
from storage.words import Kind

# Kinds with a receipt of their own, and no card: there is no way to follow from door to door. An emergency has none
# either: a date in two weeks is no answer to danger.
_OWN = frozenset({Kind.SUGGESTION, Kind.OPINION, Kind.COMPLIMENT, Kind.INQUIRY})


# Right behind the receipt bare words answer what it asked; the buttons do at any time.
CONSENT = "consent"
_PATIENCE = timedelta(minutes=30)


def file(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """File the draft, and hand over its receipt; behind it the one question it may leave, which holds nothing up."""
    filed = filing.file_case(svc, talk.conversation, talk.account, draft, received_at=talk.message.at)
    drafts.drop(talk)
    remember(svc, talk, filed)
    parts = _handed(svc, filed, draft)
    asks = None if talk.state.get("topics") else consenting.at_filing(svc, filed.case, draft)
    if asks is None:
        return parts
    talk.state[CONSENT] = [filed.case.reference, (svc.now + _PATIENCE).isoformat()]
    return [*parts, asks]


def _handed(svc: Svc, filed: Filed, draft: Draft) -> list[Part]:
    say = _receipt(svc, filed, draft)
    if draft.kind in _OWN or draft.kind == Kind.EMERGENCY or draft.language or _only_voice(draft):
        return [say]
    return [say, case_card(svc, filed.case, secret=filed.secret)]


def remember(svc: Svc, talk: Talk, filed: Filed) -> None:
    """What was filed just now: more may follow, and the answer belongs to that case."""
    talk.state["filed"] = {"reference": filed.case.reference, "at": svc.now.isoformat()}


def just_filed(svc: Svc, talk: Talk, minutes: float = 10) -> str | None:
    """The reference of a case filed a moment ago in this chat."""
    filed = talk.state.get("filed")
    if not filed or (svc.now - datetime.fromisoformat(filed["at"])).total_seconds() > minutes * 60:
        return None
    return str(filed["reference"])


def _receipt(svc: Svc, filed: Filed, draft: Draft) -> Say:
    values = _values(svc, filed, draft)
    is_open = svc.hours.is_open(svc.now)
    if draft.kind == Kind.EMERGENCY and draft.danger in QUIET:
        return svc.texts.beside(svc.texts.bubble("confirm.quiet", **values), "quiet", draft.language)
    if draft.kind == Kind.EMERGENCY:
        after = "" if is_open else svc.texts.say("confirm.urgent_after", **values)
        said = svc.texts.bubble("confirm.urgent", after=after, **values)
        return svc.texts.beside(said, "urgent", draft.language, **values)
    if draft.language:
        return _foreign(svc, filed, draft)
    if filed.case.confidential:
        return svc.texts.bubble("confirm.confidential", **values)
    if _only_voice(draft):
        return svc.texts.bubble("confirm.voice", **values)
    if draft.kind in _OWN or draft.kind == Kind.SERVICE_REQUEST:
        return svc.texts.bubble(f"confirm.{draft.kind}", **values)
    return svc.texts.bubble("confirm.done" if is_open else "confirm.afterhours", **values)


def _foreign(svc: Svc, filed: Filed, draft: Draft) -> Say:
    """In another language, with the date as people outside Thailand count years."""
    due = filed.case.due_on
    values = {**_values(svc, filed, draft), "due": f"{due.day} {due:%B %Y}"}
    return svc.texts.foreign("confirm", draft.language, day=due.day, month=due.month, year=due.year, **values)


def _values(svc: Svc, filed: Filed, draft: Draft) -> dict[str, str]:
    case = filed.case
    return {
        "code": case.reference,
        "summary": draft_summary(svc, draft),
        "due": svc.texts.day(case.due_on),
        "secret": filed.secret,
        "next_workday": svc.texts.day(svc.hours.starts_on(svc.now)),
        "unit": filed.unit_name,
        "time": svc.texts.clock(svc.now),
        "phone": svc.phone(),
        "numbers": " ".join(line.split(" ", 1)[0] for line in hotline_numbers(svc, draft.danger).splitlines()),
    }


def _only_voice(draft: Draft) -> bool:
    return bool(draft.voices) and not draft.texts
