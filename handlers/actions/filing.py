"""File a case, and add to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.actions import by_clock, finding, notices, waiting
from handlers.rules import reference as references
from handlers.rules import routing
from handlers.rules.case_status import CITIZEN, INTAKE, SYSTEM, check_move
from handlers.rules.draft import OPEN_KINDS, Draft
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Svc
from nlp import gazetteer, mask
from nlp.language import foreign_language
from storage import agencies, cases, groups, history, ids, messages, sequences
from storage.people import Post
from storage.tables import Account, Case, Category, Conversation
from storage.words import Kind, Route, Status

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


@dataclass(frozen=True)
class Brought:
    """A matter that came by another way than a chat: by which (a code of the seed's channels.toml), which officer wrote
    it down, whose it is ("": they did not say), and the number and date of whoever sent it on."""

    channel: str
    post: Post
    name: str = ""
    number: str = ""
    dated: date | None = None


def file_case(
    svc: Svc,
    conversation: Conversation | None,
    account: Account | None,
    draft: Draft,
    *,
    received_at: datetime,
    silent: bool = False,
    brought: Brought | None = None,
) -> Filed:
    """Turn a draft into a case: number it, promise a date, route it, tell the unit. All in this transaction.

    `received_at`: when the person sent it, not when we got round to it; every date and the fiscal year follow from it.
    `silent`: the person fell silent, so it is filed as received and marked incomplete. `brought`: it came by another
    way than a chat and an officer wrote it down; then there is neither `conversation` nor `account`.
    """
    received_at = min(received_at, svc.now)
    category = agencies.category(svc.session, draft.category or UNKNOWN)
    confidential = draft.confidential or _is_secret(draft, category)
    routed = _for_whom(svc, draft, routed_to(svc, draft))
    days = _promised_days(svc, routed.agency, category)
    secret = ids.tracking_secret()
    values = _values(svc, draft, days, secret, routed, received_at)
    values |= {"confidential": confidential, "incomplete": silent, **_way_in(svc, conversation, account, brought)}
    if confidential:
        values["customer_group"] = None  # who brings a tip is nobody's statistic
    case = cases.add(svc.session, values)
    messages.tie_to_case(svc.session, draft.message_ids, case.id)
    finding.note(svc, case)
    if brought is not None:
        note(svc, case, "recorded", Status.RECEIVED, brought.post.role, brought.post.person_id)
    else:
        note(svc, case, "filed_silent" if silent else "filed", Status.RECEIVED, SYSTEM if silent else CITIZEN)
    _propose(svc, case, routed)
    unit = agencies.unit(svc.session, case.agency_code, case.unit_code)
    notices.tell_new(svc, case, _NEWS.get(case.kind, "officer.new"), f"new:{case.id}")
    if case.route == Route.URGENT:
        by_clock.alert(svc, case)
    return Filed(case, secret, unit.name if unit else svc.agency.name)


def _promised_days(svc: Svc, agency_code: str, category: Category | None) -> int:
    """Working days this agency promises for this category: its own standard, else the usual one (s. 37 of the Good
    Governance Decree lets each agency publish its own)."""
    if category is None:
        return DEFAULT_DAYS
    own = agencies.setting(svc.session, "standards")
    return int(own.get(f"{agency_code}:{category.code}", category.days))


def _is_secret(draft: Draft, category: Category | None) -> bool:
    """Asking for a service of an office that is also complained about hides nobody; of danger the words decide."""
    open_kinds = OPEN_KINDS | {Kind.SERVICE_REQUEST, Kind.EMERGENCY}
    return bool(category and category.confidential) and draft.kind not in open_kinds


def _way_in(
    svc: Svc, conversation: Conversation | None, account: Account | None, brought: Brought | None
) -> dict[str, object]:
    """By which way a case came, and from whom."""
    if brought is None:
        assert conversation is not None
        assert account is not None
        group = groups.of_account(svc.session, account.id)
        own = {"account_id": account.id, "conversation_id": conversation.id, "customer_group": group}
        return {"channel": conversation.channel, **own}
    return {
        "channel": brought.channel,
        "complainant": svc.session.keys.seal_text(brought.name or None),
        "external_ref": brought.number or None,
        "external_on": brought.dated,
    }


def _values(
    svc: Svc,
    draft: Draft,
    days: int,
    secret: str,
    routed: routing.Routed,
    received_at: datetime,
) -> dict[str, object]:
    keys = svc.session.keys
    year = fiscal_year(received_at.astimezone(svc.tools.zone).date())
    counted_from = svc.hours.counted_from(received_at)
    language = draft.language or foreign_language(draft.words)
    return {
        "reference": references.make(year, sequences.next_value(svc.session, f"case:{year}")),
        "secret": keys.seal_text(secret),
        "kind": draft.kind,
        "category": draft.category or UNKNOWN,
        "category_by": draft.category_by,
        "subcategory": draft.subcategory,
        "extra_categories": draft.extra_categories,
        "status": Status.DRAFT,
        "agency_code": routed.agency,
        "unit_code": routed.unit or None,
        "received_at": received_at,
        "counted_from": counted_from,
        "standard_days": days,
        "due_on": svc.hours.add_working_days(counted_from, days),
        "fiscal_year": year,
        "urgent": draft.urgent,
        "route": Route.URGENT if draft.kind == Kind.EMERGENCY else Route.GENERAL,
        "abstained": draft.abstained and not draft.category_chosen,
        "text": keys.seal_text(draft.words),
        "said": keys.seal_data(draft.texts),
        "masked": _masked(svc, draft.words, helps=draft.urgent),
        "place": keys.seal_text(draft.place or None),
        "place_masked": svc.tools.mask(draft.place) or None,
        "lat": draft.lat,
        "lon": draft.lon,
        "happened": keys.seal_text(draft.happened or None),
        "contact": keys.seal_text(draft.contact or None),
        "verdict": {**draft.verdict, "language": language} if language else draft.verdict,
    }


def routed_to(svc: Svc, draft: Draft) -> routing.Routed:
    """The agency and unit this draft would go to; the intake unit where people must look first."""
    known = svc.session.once(("ways",), lambda: _ways(svc))
    named = _named(draft, known.places)
    here = routing.areas_of(named.codes, draft.lat, draft.lon, known.areas)
    routed = routing.route(draft.category or UNKNOWN, here, known.rules, known.owners, svc.agency.code)
    agency = agencies.agency(svc.session, routed.agency)
    elsewhere = bool(named.outside) and draft.lat is None
    wants_people = draft.confidential or elsewhere or (draft.abstained and not draft.category_chosen)
    category = agencies.category(svc.session, draft.category or UNKNOWN)
    if wants_people or _is_secret(draft, category) or (agency and agency.requires_screening):
        return routing.Routed(routed.agency, routing.intake_unit(routed.agency, known.owners), False)
    return routed


def _for_whom(svc: Svc, draft: Draft, routed: routing.Routed) -> routing.Routed:
    """Praise that names a unit goes to it, whatever it is about."""
    if draft.kind != Kind.COMPLIMENT:
        return routed
    names = {unit.code: unit.name for unit in agencies.units(svc.session, routed.agency)}
    unit = routing.unit_named(draft.words, names)
    return routing.Routed(routed.agency, unit, True) if unit else routed


@dataclass(frozen=True)
class _Ways:
    """What says where a case goes."""

    areas: list[routing.Area]
    owners: list[routing.Owner]
    rules: list[routing.Rule]
    places: list[gazetteer.Place]


def _ways(svc: Svc) -> _Ways:
    rows, session = agencies.places(svc.session), svc.session
    return _Ways(
        [routing.Area(row.code, row.parent, row.lat, row.lon, row.radius_km) for row in rows],
        [
            routing.Owner(unit.agency_code, unit.code, tuple(unit.categories), unit.intake)
            for agency in agencies.all_agencies(session)
            for unit in agencies.units(session, agency.code)
        ],
        [routing.Rule(row.category, row.area, row.agency_code, row.unit_code) for row in agencies.routes(session)],
        [gazetteer.Place(row.code, row.name, row.kind, row.parent or "", tuple(row.names)) for row in rows],
    )


def _named(draft: Draft, places: Sequence[gazetteer.Place]) -> gazetteer.Found:
    """The place the address names; where it names none, the one the words do. Another province only in an address."""
    found = gazetteer.find(draft.place, places)
    if found.codes or found.outside:
        return found
    return gazetteer.Found(gazetteer.find(draft.words, places).codes)


def _propose(svc: Svc, case: Case, routed: routing.Routed) -> None:
    """A unit that owns the category gets the case at once; nobody's, unsure and confidential ones are looked at."""
    to, what = (Status.ASSIGNED, "proposed") if routed.owned else (Status.SCREENING, "screening")
    check_move(Status(case.status), to, INTAKE if not routed.owned else SYSTEM)
    note(svc, case, what, to, SYSTEM)


def note(svc: Svc, case: Case, what: str, status: Status | None, by: str, person_id: int | None = None) -> None:
    """A fact of the case. The complainant's words stay out of it: they may be taken back, a link never is."""
    cases.add_update(svc.session, case, at=svc.now, what=what, by=by, status=status, person_id=person_id)
    details = {"reference": case.reference, "status": status, "by": by}
    history.append(svc.session, what, case.id, details, svc.now)


# --- more of it ----------------------------------------------------------------------------------------------------


def add_to_case(
    svc: Svc, case: Case, message_ids: int | Sequence[int], text: str, lat: float | None, lon: float | None
) -> None:
    """Put more words, pictures or a pin of the complainant into their case, and tell the unit once. It answers what
    the case waits for.

    `text` is what the first message says; what stands below the other pictures of a set is read from their rows.
    """
    rows = [message_ids] if isinstance(message_ids, int) else list(message_ids)
    put_in(svc, case, rows, text, lat, lon)
    if not waiting.heard_from(svc, case):
        notices.tell_unit(svc, case, "officer.added", once=f"added:{rows[0]}")


def put_in(svc: Svc, case: Case, rows: Sequence[int], text: str, lat: float | None, lon: float | None) -> None:
    """More of the complainant stands in their case, and nobody is told yet; arguments as in `add_to_case`."""
    known = said_in(svc, case)
    messages.tie_to_case(svc.session, rows, case.id)
    if lat is not None and case.lat is None:
        case.lat, case.lon = lat, lon
    more = [(rows[0], text)] if text else []
    more += messages.words_of(svc.session, rows[1:])
    if more:
        told = svc.session.keys.open_text(case.text) or ""
        set_text(svc, case, [*known, *more], "\n".join([told, *(words for _row, words in more)]).strip())
    note(svc, case, "added", None, "citizen")


def is_problem(svc: Svc, case: Case) -> None:
    """What sounded like praise or an opinion is a problem after all: the person says so, and it counts as one."""
    case.kind = Kind.COMPLAINT
    note(svc, case, "problem", None, "citizen")
    notices.tell_unit(svc, case, "officer.new", once=f"problem:{case.id}")


def said_in(svc: Svc, case: Case) -> list[tuple[int, str]]:
    """(message row id, words) of everything the case's text is made of."""
    if case.said is None:  # filed before this was written down
        return messages.words_of_case(svc.session, case.id, case.account_id)
    return [(int(row), str(words)) for row, words in svc.session.keys.open_data(case.said)]


def set_text(svc: Svc, case: Case, said: Sequence[tuple[int, str]], text: str | None = None) -> None:
    """The case says these words from now on, (message row id, words) each, or `text`; it is found by them."""
    words = "\n".join(words for _row, words in said) if text is None else text
    case.said = svc.session.keys.seal_data(said)
    case.text = svc.session.keys.seal_text(words or None)
    case.masked = _masked(svc, words, helps=case.urgent) or None
    svc.session.flush()
    finding.note(svc, case)


def _masked(svc: Svc, words: str, *, helps: bool) -> str:
    """A case's words before many eyes. Where somebody may be in danger what ails them stays: it says what help is
    needed (vital interest, PDPA s. 26(1))."""
    return mask.for_help(words) if helps else svc.tools.mask(words)
