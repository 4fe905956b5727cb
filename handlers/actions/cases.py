"""File a case, add to it, and take unsent words out of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from handlers.actions import notices
from handlers.rules import reference as references
from handlers.rules import routing
from handlers.rules.case_status import INTAKE, SYSTEM, check_move
from handlers.rules.draft import OPEN_KINDS, Draft
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Svc
from storage import agencies, cases, history, ids, messages, sequences
from storage.tables import Account, Case, Category, Conversation
from storage.words import Kind, Status

DEFAULT_DAYS = 15  # answer or tell the action taken within 15 days: Good Governance Decree B.E. 2546, s. 38
UNKNOWN = "OT"
_NEWS: dict[str, str] = {
    Kind.EMERGENCY: "officer.urgent",
    Kind.SUGGESTION: "officer.voice",
    Kind.OPINION: "officer.voice",
    Kind.COMPLIMENT: "officer.voice",
}


@dataclass(frozen=True)
class Filed:
    """A case just filed, its tracking secret (shown once on the receipt) and the name of its unit."""

    case: Case
    secret: str
    unit_name: str


def file_case(
    svc: Svc,
    conversation: Conversation,
    account: Account,
    draft: Draft,
    *,
    received_at: datetime,
    silent: bool = False,
) -> Filed:
    """Turn a draft into a case: number it, promise a date, route it, tell the unit. All in this transaction.

    `received_at`: when the person sent it, not when we got round to it; every date and the fiscal year follow from it.
    `silent`: the person fell silent, so it is filed as received and marked incomplete.
    """
    received_at = min(received_at, svc.now)
    category = agencies.category(svc.session, draft.category or UNKNOWN)
    days = category.days if category else DEFAULT_DAYS
    confidential = draft.confidential or _is_secret(draft, category)
    routed = routed_to(svc, draft)
    secret = ids.tracking_secret()
    values = _values(svc, conversation, account, draft, days, secret, routed, received_at)
    case = cases.add(svc.session, {**values, "confidential": confidential})
    case.incomplete = silent
    messages.tie_to_case(svc.session, draft.message_ids, case.id)
    by = SYSTEM if silent else "citizen"
    _note(svc, case, "filed_silent" if silent else "filed", Status.RECEIVED, by)
    _propose(svc, case, routed)
    unit = agencies.unit(svc.session, case.agency_code, case.unit_code)
    notices.tell_unit(svc, case, _NEWS.get(case.kind, "officer.new"), once=f"new:{case.id}")
    return Filed(case, secret, unit.name if unit else svc.agency.name)


def _is_secret(draft: Draft, category: Category | None) -> bool:
    return bool(category and category.confidential) and draft.kind not in OPEN_KINDS


def _values(
    svc: Svc,
    conversation: Conversation,
    account: Account,
    draft: Draft,
    days: int,
    secret: str,
    routed: routing.Routed,
    received_at: datetime,
) -> dict[str, object]:
    keys = svc.session.keys
    year = fiscal_year(received_at.astimezone(svc.tools.zone).date())
    counted_from = svc.hours.counted_from(received_at)
    mask = svc.tools.mask
    return {
        "reference": references.make(year, sequences.next_value(svc.session, f"case:{year}")),
        "secret": keys.seal_text(secret),
        "kind": draft.kind,
        "category": draft.category or UNKNOWN,
        "subcategory": draft.subcategory,
        "extra_categories": draft.extra_categories,
        "status": Status.DRAFT,
        "channel": conversation.channel,
        "agency_code": routed.agency,
        "unit_code": routed.unit or None,
        "account_id": account.id,
        "conversation_id": conversation.id,
        "received_at": received_at,
        "counted_from": counted_from,
        "standard_days": days,
        "due_on": svc.hours.add_working_days(counted_from, days),
        "fiscal_year": year,
        "urgent": draft.urgent,
        "abstained": draft.abstained and not draft.category_chosen,
        "text": keys.seal_text(draft.words),
        "masked": mask(draft.words),
        "place": keys.seal_text(draft.place or None),
        "place_masked": mask(draft.place) or None,
        "lat": draft.lat,
        "lon": draft.lon,
        "happened": keys.seal_text(draft.happened or None),
        "contact": keys.seal_text(draft.contact or None),
        "verdict": draft.verdict,
    }


def routed_to(svc: Svc, draft: Draft) -> routing.Routed:
    """The agency and unit this draft would go to; the intake unit where people must look first."""
    areas = [
        routing.Area(row.code, row.parent, (row.name, *row.names), row.lat, row.lon, row.radius_km)
        for row in agencies.places(svc.session)
    ]
    owners = [
        routing.Owner(unit.agency_code, unit.code, tuple(unit.categories), unit.intake)
        for agency in agencies.all_agencies(svc.session)
        for unit in agencies.units(svc.session, agency.code)
    ]
    rules = [
        routing.Rule(row.category, row.area, row.agency_code, row.unit_code) for row in agencies.routes(svc.session)
    ]
    here = routing.areas_of(f"{draft.place}\n{draft.words}", draft.lat, draft.lon, areas)
    routed = routing.route(draft.category or UNKNOWN, here, rules, owners, svc.agency.code)
    agency = agencies.agency(svc.session, routed.agency)
    wants_people = draft.confidential or (draft.abstained and not draft.category_chosen)
    category = agencies.category(svc.session, draft.category or UNKNOWN)
    if wants_people or _is_secret(draft, category) or (agency and agency.requires_screening):
        return routing.Routed(routed.agency, routing.intake_unit(routed.agency, owners), False)
    return routed


def _propose(svc: Svc, case: Case, routed: routing.Routed) -> None:
    """A unit that owns the category gets the case at once; nobody's, unsure and confidential ones are looked at."""
    to, what = (Status.ASSIGNED, "proposed") if routed.owned else (Status.SCREENING, "screening")
    check_move(Status(case.status), to, INTAKE if not routed.owned else SYSTEM)
    _note(svc, case, what, to, SYSTEM)


def _note(svc: Svc, case: Case, what: str, status: Status | None, by: str, note: str | None = None) -> None:
    masked = svc.tools.mask(note) if note else None
    cases.add_update(svc.session, case, at=svc.now, what=what, by=by, status=status, note=note, masked=masked)
    history.append(
        svc.session,
        what,
        case.id,
        {"reference": case.reference, "status": status, "by": by, "note": note},
        svc.now,
    )


def add_to_case(svc: Svc, case: Case, message_id: int, text: str, lat: float | None, lon: float | None) -> None:
    """Put more words, a picture or a pin of the complainant into their case, and tell the unit."""
    messages.tie_to_case(svc.session, [message_id], case.id)
    if lat is not None and case.lat is None:
        case.lat, case.lon = lat, lon
    if text:
        known = svc.session.keys.open_text(case.text) or ""
        _set_text(svc, case, f"{known}\n{text}".strip())
    _note(svc, case, "added", None, "citizen", text or None)
    notices.tell_unit(svc, case, "officer.added", once=f"added:{message_id}")


def unsend(svc: Svc, case: Case, taken: str, remaining: list[str]) -> None:
    """Words the complainant took back leave the case, and what was read out of them; the unit is told the fact."""
    _set_text(svc, case, "\n".join(remaining))
    opened = svc.session.keys.open_text
    if came_from(opened(case.place), taken):
        case.place = case.place_masked = None
    if came_from(opened(case.happened), taken):
        case.happened = None
    if came_from(opened(case.contact), taken):
        case.contact = None
    _note(svc, case, "unsent", None, "citizen")
    notices.tell_unit(svc, case, "officer.unsent")


def edit(svc: Svc, case: Case, message_id: int, old: str, remaining: list[str]) -> None:
    """The complainant said it better: the case holds the new words, and what was read out of the old ones is gone."""
    messages.tie_to_case(svc.session, [message_id], case.id)
    _set_text(svc, case, "\n".join(remaining))
    place = svc.session.keys.open_text(case.place)
    if came_from(place, old) and not any(came_from(place, words) for words in remaining):
        case.place = case.place_masked = None
    _note(svc, case, "edited", None, "citizen")
    notices.tell_unit(svc, case, "officer.edited", once=f"edited:{message_id}")


def is_problem(svc: Svc, case: Case) -> None:
    """What sounded like praise or an opinion is a problem after all: the person says so, and it counts as one."""
    case.kind = Kind.COMPLAINT
    _note(svc, case, "problem", None, "citizen")
    notices.tell_unit(svc, case, "officer.new", once=f"problem:{case.id}")


def came_from(found: str | None, text: str) -> bool:
    """Was this slot filled from these words? Every piece of it stands in them (digits may be spaced otherwise)."""
    if not found or not text:
        return False
    bare = re.sub(r"[\s.\-]", "", text)
    return all(piece in text or re.sub(r"[\s.\-]", "", piece) in bare for piece in found.rstrip("…").split())


def _set_text(svc: Svc, case: Case, text: str) -> None:
    case.text = svc.session.keys.seal_text(text or None)
    case.masked = svc.tools.mask(text) or None
    svc.session.flush()
