"""Which way a case goes: to a unit, back from it, under another category, at once, or to several units together."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.actions import by_clock, finding, letters, notices
from handlers.actions.filing import routed_to
from handlers.actions.status import move, record
from handlers.actions.telling import Told, tell
from handlers.messages import Say, to_json
from handlers.rules.case_status import SYSTEM
from handlers.rules.draft import Draft, hides
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Svc
from storage import agencies, handling, riding, sequences
from storage.people import Post
from storage.tables import Case, StatusUpdate, Unit
from storage.words import Route, Status

_WITH_A_UNIT = (
    *(Status.RECEIVED, Status.SCREENING, Status.ASSIGNED, Status.IN_PROGRESS),
    *(Status.REOPENED, Status.RETURNED_INCOMPLETE),
)


def hand_back(svc: Svc, case: Case, post: Post, acting: Sequence[str], reason: str) -> None:
    """Not ours: the unit gives the case back to the intake unit, with the reason. Raises MoveNotAllowed."""
    update = move(svc, case, Status.SCREENING, "handed_back", acting=acting, post=post, note=reason)
    case.unit_code, case.officer_id = agencies.intake_unit(svc.session, case.agency_code), None
    notices.tell_unit(svc, case, "officer.handed_back", once=f"update:{update.id}")


def assign(svc: Svc, case: Case, post: Post, acting: Sequence[str], unit: Unit, officer: Post | None) -> Told:
    """To this unit, and where one is named to this officer. Raises MoveNotAllowed."""
    update = move(svc, case, Status.ASSIGNED, "assigned", acting=acting, post=post, note=unit.name)
    return _to_unit(svc, case, unit, update, officer)


def _to_unit(svc: Svc, case: Case, unit: Unit, update: StatusUpdate, officer: Post | None = None) -> Told:
    case.agency_code, case.unit_code = unit.agency_code, unit.code
    case.officer_id = officer.person_id if officer else None
    svc.session.flush()
    notices.tell_new(svc, case, "officer.urgent" if case.urgent else "officer.new", f"update:{update.id}")
    due = svc.texts.day(case.extended_to or case.due_on)
    return tell(svc, case, update, "status.assigned", {"unit": unit.name, "due": due}, pace="plain")


def recategorise(svc: Svc, case: Case, post: Post, category: str, subcategory: str | None) -> Unit | None:
    """An officer says what the case is about: it teaches the next model, and the unit that owns the category gets it.

    Returns that unit where the case moved. A category that hides people makes the case confidential; none makes it
    open again. Neither the promise nor its date moves (contract).
    """
    case.category, case.subcategory, case.category_by = category, subcategory, "officer"
    case.abstained = False
    row = agencies.category(svc.session, category)
    case.confidential = case.confidential or hides(case.kind, category, secret=bool(row and row.confidential))
    if case.confidential:
        say = Say(svc.texts.say("status.told_confidential", code=case.reference))
        riding.hide_news(svc.session, case.id, [to_json(say)])
    finding.note(svc, case)  # a confidential case is found by its reference alone
    record(svc, case, "recategorised", by=post.role, post=post, note=category)
    unit = _owner(svc, case)
    if unit is None or Status(case.status) not in _WITH_A_UNIT:
        return None
    same = unit.code == case.unit_code and unit.agency_code == case.agency_code
    if same and case.status != Status.SCREENING:
        return None
    update = move(svc, case, Status.ASSIGNED, "assigned", acting=(SYSTEM,), post=None, note=unit.name)
    _to_unit(svc, case, unit, update)
    return unit


def _owner(svc: Svc, case: Case) -> Unit | None:
    draft = Draft(category=case.category, lat=case.lat, lon=case.lon, place=case.place_masked or "")
    draft.category_chosen = True
    routed = routed_to(svc, draft)
    if case.confidential or not routed.owned or routed.agency != case.agency_code:
        owners = agencies.units(svc.session, case.agency_code)
        return next((unit for unit in owners if case.category in unit.categories), None)
    return agencies.unit(svc.session, routed.agency, routed.unit)


def urgent(svc: Svc, case: Case, post: Post, is_urgent: bool) -> None:
    """Raised by anybody who works on it, lowered only by people: heads and delegates are told at once, and again until
    somebody says "I know" (the urgent branch of the guide's flow chart)."""
    case.urgent = is_urgent
    case.acknowledged_at = None
    if is_urgent and case.route == Route.GENERAL:
        case.route = Route.URGENT
    elif not is_urgent and case.route == Route.URGENT:
        case.route = Route.GENERAL
    update = record(svc, case, "urgent" if is_urgent else "not_urgent", by=post.role, post=post)
    if is_urgent:
        notices.tell_unit(svc, case, "officer.urgent", once=f"update:{update.id}")
        by_clock.alert(svc, case)


def acknowledge(svc: Svc, case: Case, post: Post) -> bool:
    """Somebody in charge knows: the repeats stop. False where somebody said so before."""
    if case.acknowledged_at is not None:
        return False
    case.acknowledged_at = svc.now
    record(svc, case, "acknowledged", by=post.role, post=post)
    return True


# --- several units ---------------------------------------------------------------------------------------------------


def form_team(svc: Svc, case: Case, post: Post, acting: Sequence[str], units: Sequence[Unit]) -> tuple[str, Told]:
    """A working group: each unit gets a share with the case's date, under one order (the guide's third branch).

    Returns the order's number. Called again, it adds units. Raises MoveNotAllowed.
    """
    if case.order_number is None:
        year = fiscal_year(svc.today)
        case.order_number = f"{sequences.next_value(svc.session, f'order:{case.agency_code}:{year}')}/{year}"
    names = " ".join(unit.name for unit in units)
    if case.status in (Status.RECEIVED, Status.SCREENING, Status.REOPENED, Status.RETURNED_INCOMPLETE):
        update = move(svc, case, Status.ASSIGNED, "team", acting=acting, post=post, note=names)
    else:
        update = record(svc, case, "team", by=post.role, post=post, note=names)
    case.route = Route.MULTI
    letters.issue(svc, case, "order_team", post)
    for unit in units:
        if not handling.has_task(svc.session, case.id, unit.agency_code, unit.code):
            due_on = max(case.extended_to or case.due_on, svc.today)
            handling.add_task(svc.session, case.id, unit.agency_code, unit.code, due_on)
    case.team = [f"{row.agency_code}:{row.unit_code}" for row in handling.tasks(svc.session, case.id)]
    notices.tell_unit(svc, case, "officer.team", once=f"update:{update.id}")
    values = {"n": str(len(case.team)), "date": svc.texts.day(case.extended_to or case.due_on)}
    return case.order_number, tell(svc, case, update, "status.multi", values, pace="promise")


def open_task(svc: Svc, case: Case, post: Post) -> bool:
    """Has this officer's unit a share in the case that it has not reported?"""
    return any(
        row.done_at is None and (row.agency_code, row.unit_code) == (post.agency_code, post.unit_code)
        for row in handling.tasks(svc.session, case.id)
    )


def do_task(svc: Svc, case: Case, post: Post, words: str) -> list[str]:
    """A unit reports its share; returns the names of the units that have not. None left: the case can be reported."""
    rows = handling.tasks(svc.session, case.id)
    for row in rows:
        if row.done_at is None and (row.agency_code, row.unit_code) == (post.agency_code, post.unit_code):
            row.done_at, row.person_id = svc.now, post.person_id
            row.result, row.result_masked = svc.session.keys.seal_text(words), svc.tools.mask(words)
    unit = agencies.unit(svc.session, post.agency_code, post.unit_code)
    record(svc, case, "task_done", by=post.role, post=post, note=f"{unit.name if unit else ''}: {words}")
    return missing_shares(svc, case)


def missing_shares(svc: Svc, case: Case) -> list[str]:
    """Names of the units whose share is not reported."""
    waiting = [row for row in handling.tasks(svc.session, case.id) if row.done_at is None]
    units = [agencies.unit(svc.session, row.agency_code, row.unit_code) for row in waiting]
    return [unit.name for unit in units if unit is not None]


def all_shares(svc: Svc, case: Case) -> str:
    """What the units of the group reported, as one result."""
    lines = []
    for row in handling.tasks(svc.session, case.id):
        unit = agencies.unit(svc.session, row.agency_code, row.unit_code)
        lines.append(f"{unit.name if unit else row.unit_code}: {svc.session.keys.open_text(row.result) or ''}")
    return "\n".join(lines)
