"""What intake and heads do to a case: route, decide, send on, merge, reveal; and what anybody may take back."""

from __future__ import annotations

from collections.abc import Sequence

from handlers import access
from handlers.actions import consenting, deciding, deeds, endings, letters, notices, retention, revealing, status, ways
from handlers.desk import asking, guard, next_steps
from handlers.desk.order import LABEL, Order, button, conclusion_in, pick
from handlers.desk.orders import done
from handlers.desk.references import reference_in
from handlers.messages import Choice, Part, Say
from handlers.services import Svc
from handlers.texts import heard
from storage import agencies, people
from storage import letters as letters_kept
from storage.tables import Agency, Category, Unit
from storage.words import Status


def category(svc: Svc, order: Order) -> list[Part]:
    """By code (RD, RD-2) or by name."""
    wanted = order.words.split()[0].upper()
    code, _, number = wanted.partition("-")
    rows = agencies.categories(svc.session)
    row = next((one for one in rows if one.code == code), None) or _by_name(order.words, rows)
    if row is None:
        return _which_category(svc, order)
    subs = {str(sub["code"]) for sub in row.subcategories}
    sub = wanted if number and wanted in subs else None
    unit = ways.recategorise(svc, order.case, order.post, row.code, sub)
    key = "officer.recategorised_to" if unit else "officer.recategorised"
    return done(svc, order, key, None, "view", category=row.name, unit=unit.name if unit else "")


def _which_category(svc: Svc, order: Order) -> list[Part]:
    rows = agencies.categories(svc.session)
    listed = " · ".join(f"{one.code} {one.name}" for one in rows)
    choices = asking.listed(order, [(one.code, one.name) for one in rows])
    if not choices and order.case.status == Status.SCREENING:
        choices = (button(order.name, order.case.reference, order.case.category),)
    return asking.wants(svc, order, svc.texts.say("officer.which_category", listed=listed), choices=choices)


def choose(svc: Svc, order: Order) -> list[Part]:
    """Without words: what one may choose from; empty for a command that has no list."""
    lists = {"category": _which_category, "assign": _which_unit, "reject": _which_reason}
    lists |= {"forward": _which_agency, "letter": _which_letter, "team": _which_units}
    return lists[order.name](svc, order) if order.name in lists else []


def _by_name(words: str, rows: Sequence[Category]) -> Category | None:
    found = pick(words, [row.name for row in rows])
    return None if len(found) != 1 else rows[found[0]]


def assign(svc: Svc, order: Order) -> list[Part]:
    """To a unit by code or name, and where one is named after it to one officer of it."""
    units = agencies.units(svc.session, order.case.agency_code)
    unit, rest = _unit_in(order.words, units)
    if unit is None:
        return _which_unit(svc, order)
    officer = None
    if rest:
        posts = [one for one in people.posts_in(svc.session, unit.agency_code, svc.today) if one.unit_code == unit.code]
        found = pick(rest, [one.name for one in posts])
        if len(found) != 1:
            names = " · ".join(one.name for one in posts) or "-"
            why = svc.texts.say("officer.which_officer", unit=unit.name, names=names)
            choices = asking.listed(order, [(f"{unit.code} {one.name}", one.name) for one in posts if one.name])
            return asking.wants(svc, order, why, kept=unit.code, choices=choices)
        officer = posts[found[0]]
    ways.assign(svc, order.case, order.post, access.acts_as(order.post, order.case), unit, officer)
    return done(
        svc, order, "officer.assigned", None, "view", unit=unit.name, officer=f" {officer.name} " if officer else ""
    )


def _unit_in(words: str, units: Sequence[Unit]) -> tuple[Unit | None, str]:
    """The unit these words begin with, and what stands behind it."""
    head, _, rest = words.partition(" ")
    for unit in units:
        if head.upper() == unit.code:
            return unit, rest.strip()
    found = pick(head, [unit.name for unit in units])
    return (units[found[0]], rest.strip()) if len(found) == 1 else (None, "")


def _which_unit(svc: Svc, order: Order) -> list[Part]:
    units = agencies.units(svc.session, order.case.agency_code)
    listed = " · ".join(f"{unit.code} {unit.name}" for unit in units)
    why = svc.texts.say("officer.which_unit", code=order.case.reference, listed=listed)
    return asking.wants(svc, order, why, choices=asking.listed(order, [(unit.code, unit.name) for unit in units]))


def team(svc: Svc, order: Order) -> list[Part]:
    """Units by code or name, with commas; AGENCY:UNIT for another agency's."""
    if order.case.confidential:  # its units could not see it
        return [Say(svc.texts.say("officer.team_not", code=order.case.reference))]
    own = agencies.units(svc.session, order.case.agency_code)
    every = [unit for one in agencies.all_agencies(svc.session) for unit in agencies.units(svc.session, one.code)]
    units = []
    for name in (piece.strip() for piece in order.words.replace("+", ",").split(",")):
        agency, colon, code = name.upper().partition(":")
        far = [unit for unit in every if colon and (unit.agency_code, unit.code) == (agency, code)]
        found = far[0] if far else _unit_in(name, own)[0]
        if found is None:
            return _which_units(svc, order)
        units.append(found)
    if len({(unit.agency_code, unit.code) for unit in units} | set(order.case.team)) < 2:
        return _which_units(svc, order, units[0])
    number, told = ways.form_team(svc, order.case, order.post, access.acts_as(order.post, order.case), units)
    return done(svc, order, "officer.team_done", told, "view", number=number, units=" ".join(u.name for u in units))


def _which_units(svc: Svc, order: Order, first: Unit | None = None) -> list[Part]:
    """One tap a unit: the first, then whoever works with it."""
    code = order.case.reference
    if order.case.confidential:
        return [Say(svc.texts.say("officer.team_not", code=code))]
    taken = {*order.case.team, *([_share(first)] if first else [])}
    units = [unit for unit in agencies.units(svc.session, order.case.agency_code) if _share(unit) not in taken]
    kept = f"{first.code}," if first else ""
    listed = " · ".join(f"{unit.code} {unit.name}" for unit in units)
    key = "officer.which_others" if first else "officer.which_units"
    why = svc.texts.say(key, code=code, listed=listed, unit=first.name if first else "")
    names = [(f"{kept}{unit.code}", unit.name if len(unit.name) <= LABEL else unit.code) for unit in units]
    return asking.wants(svc, order, why, kept=kept, choices=asking.listed(order, names))


def _share(unit: Unit) -> str:
    return f"{unit.agency_code}:{unit.code}"


def urgent(svc: Svc, order: Order) -> list[Part]:
    """Urgent; with "ไม่ด่วน" behind the reference it is not any more."""
    is_urgent = not heard.holds(order.words, "desk", "not_urgent")
    ways.urgent(svc, order.case, order.post, is_urgent)
    return done(svc, order, "officer.made_urgent" if is_urgent else "officer.made_calm", None, "view")


def acknowledge(svc: Svc, order: Order) -> list[Part]:
    """I know."""
    first = ways.acknowledge(svc, order.case, order.post)
    return done(svc, order, "officer.acknowledged" if first else "officer.known_already", None, "view")


# --- the head --------------------------------------------------------------------------------------------------------


def approve(svc: Svc, order: Order) -> list[Part]:
    """The head agrees: the complainant hears the result now. Nobody agrees to their own report."""
    if not next_steps.works("approve", order.case, order.post):
        return [next_steps.not_now(svc, order)]
    if order.case.status == Status.HEAD_REVIEW and deciding.is_by(svc, order.case, order.post.person_id):
        return [_not_ones_own(svc, order)]
    conclusion = conclusion_in(order.words, order.case.kind)
    lacking = deciding.missing(svc, order.case, conclusion)
    if lacking and not order.forced:
        return done(svc, order, "officer.incomplete_head", None, "back", missing=" · ".join(lacking))
    told = deciding.finish(svc, order.case, order.post, access.acts_as(order.post, order.case), conclusion, "approved")
    owed = [svc.texts.word(f"recipients.{name}") for name in deciding.owed(svc, order.case)]
    parts = done(svc, order, "officer.approved_done", told)
    if owed:
        parts.append(Say(svc.texts.say("officer.still_to_tell", code=order.case.reference, names=" · ".join(owed))))
    return parts


def _not_ones_own(svc: Svc, order: Order) -> Say:
    """Who reported or proposed it does not decide: who can."""
    others = [one for one in notices.deciders(svc, order.case) if one.person_id != order.post.person_id]
    shown = [f"{one.name} ({svc.texts.word(f'roles.{one.role}')})" for one in others]
    key = "officer.not_ones_own" if shown else "officer.not_ones_own_nobody"
    code = order.case.reference
    return Say(svc.texts.say(key, code=code, names=" · ".join(dict.fromkeys(shown))), (button("view", code),))


def back(svc: Svc, order: Order) -> list[Part]:
    """Not complete, or not good enough; of what was told already: open again."""
    if order.case.status in (Status.RESOLVED, Status.CLOSED):
        status.reopen(svc, order.case, order.words, order.post)
        return done(svc, order, "officer.reopened_by_head", None, "view", reason=order.words)
    deciding.send_back(svc, order.case, order.post, access.acts_as(order.post, order.case), order.words)
    return done(svc, order, "officer.sent_back_done", None, reason=order.words)


def notified(svc: Svc, order: Order) -> list[Part]:
    """Tick one of the four notices: to whom, and the letter's number where there is one."""
    head, _, number = order.words.partition(" ")
    names = {name: svc.texts.word(f"recipients.{name}") for name in deciding.RECIPIENTS}
    found = pick(head, list(names.values()))
    if len(found) != 1:
        why = svc.texts.say("officer.which_recipient", names=" · ".join(names.values()))
        return asking.wants(svc, order, why, choices=asking.listed(order, [(one, one) for one in names.values()]))
    recipient = list(names)[found[0]]
    deciding.tick(svc, order.case, order.post, recipient, number.strip()[:80])
    return done(svc, order, "officer.notified", None, who=names[recipient], number=number.strip()[:80] or "-")


def letter(svc: Svc, order: Order) -> list[Part]:
    """A letter about the case, from the register: one of a kind a day."""
    every = svc.texts.table("letter.names")
    names = {kind: every[kind] for kind in letters.fitting(svc, order.case)}
    found = pick(order.words, list(names.values()))
    code = order.case.reference
    if len(found) != 1:
        return _which_letter(svc, order)
    kind = list(names)[found[0]]
    row = letters_kept.newest(svc.session, order.case.id, kind)
    if row is None or row.at.astimezone(svc.tools.zone).date() != svc.today:
        row = letters.issue(svc, order.case, kind, order.post)
    link = letters.link(svc, row, order.post)
    text = svc.texts.say("officer.letter", code=code, name=names[kind], number=row.number)
    if not link:
        return [Say(f"{text}\n{svc.texts.say('officer.letter_no_link', code=code, kind=kind)}")]
    return [Say(text, (Choice(svc.texts.word("officer.letter_link"), link, opens="link"),))]


def _which_letter(svc: Svc, order: Order) -> list[Part]:
    every = svc.texts.table("letter.names")
    names = [every[kind] for kind in letters.fitting(svc, order.case)]
    why = svc.texts.say("officer.letter_kinds", code=order.case.reference, names=" · ".join(names))
    return asking.wants(svc, order, why)  # their names are longer than buttons


# --- ends ------------------------------------------------------------------------------------------------------------


def forward(svc: Svc, order: Order) -> list[Part]:
    """To somebody outside: name, then why."""
    to, _, reason = order.words.partition(" ")
    if not reason.strip():
        return asking.wants(svc, order, kept=order.words, key="reason")
    guard.check(svc, order, Status.TRANSFERRED)
    known = _agency(to, agencies.all_agencies(svc.session))
    acting = access.acts_as(order.post, order.case)
    told = endings.forward(svc, order.case, order.post, acting, to, known, reason.strip())
    state = consenting.of_forward(svc, order.case)
    return done(svc, order, "officer.forwarded", told, "letter", agency=known.name if known else to, identity=state)


def _which_agency(svc: Svc, order: Order) -> list[Part]:
    rows = [row for row in agencies.all_agencies(svc.session) if row.code != order.case.agency_code]
    return asking.wants(svc, order, choices=asking.listed(order, [(row.code, row.name) for row in rows]))


def _agency(name: str, rows: Sequence[Agency]) -> Agency | None:
    for row in rows:
        if name.upper() == row.code or name == row.settings.get("short_name"):
            return row
    found = pick(name, [row.name for row in rows])
    return rows[found[0]] if len(found) == 1 else None


def _which_reason(svc: Svc, order: Order) -> list[Part]:
    rows = agencies.register(svc.session, "not_accepted")
    why = svc.texts.say("officer.which_reason", listed="\n".join(f"{one.code} {one.name}" for one in rows))
    choices = asking.listed(order, [(one.code, f"{one.code} {one.name}") for one in rows])
    return asking.wants(svc, order, why, choices=choices)


def reject(svc: Svc, order: Order) -> list[Part]:
    """By one of the known reasons (its number or words of it), or in the officer's own words."""
    rows = agencies.register(svc.session, "not_accepted")
    chosen = order.words.split()[0]
    row = next((one for one in rows if one.code == chosen), None)
    if row is None and order.words.isdigit():
        return _which_reason(svc, order)
    if row is None:
        found = pick(order.words, [one.name for one in rows])
        row = rows[found[0]] if len(found) == 1 else None
    reason = row.name if row is not None else order.words
    plain = svc.texts.word("officer.no_alternative")
    alternative = str(row.details.get("alternative") or plain) if row is not None else plain
    guard.check(svc, order, Status.NOT_ACCEPTED)
    told = endings.reject(svc, order.case, order.post, access.acts_as(order.post, order.case), reason, alternative)
    return done(svc, order, "officer.rejected", told, reason=reason)


def merge(svc: Svc, order: Order) -> list[Part]:
    """The first case into the second."""
    reference, _, problem = reference_in(svc, order.actor, "merge", order.words)
    if problem is not None:
        return [problem]
    if reference == order.case.reference:
        return [Say(svc.texts.say("officer.merge_itself", code=reference))]
    try:
        main, _post = access.case_for_officer(svc, order.actor, reference)
    except access.NotFound:
        return [Say(svc.texts.say("officer.not_found", code=reference))]
    if main.confidential or order.case.confidential or not access.may_be_joined(main):
        return [Say(svc.texts.say("officer.merge_not", code=reference))]
    told = endings.merge(svc, order.case, main, order.post, access.acts_as(order.post, order.case))
    return done(svc, order, "officer.merged", told, main=main.reference)


# --- who it is -------------------------------------------------------------------------------------------------------


def reveal(svc: Svc, order: Order) -> list[Part]:
    """Everything personal of a case, for a reason that is written down (ITA: reporters are protected); of a
    confidential one only after a second person agreed."""
    case = order.case
    if not case.confidential:
        return [_open(svc, order)]
    if order.words in heard.load()["deciding"]["allow"]:
        key = "officer.reveal_agreed" if revealing.agree(svc, case, order.post) else "officer.reveal_nothing"
        return [Say(svc.texts.say(key, code=case.reference))]
    if revealing.may_look(svc, case, order.post, order.words):
        return [_open(svc, order)]
    return [Say(svc.texts.say("officer.reveal_waits", code=case.reference))]


def _open(svc: Svc, order: Order) -> Say:
    case, opened = order.case, svc.session.keys.open_text
    revealing.write_down(svc, case, order.post, order.words)
    text = svc.texts.say(
        "officer.revealed",
        code=case.reference,
        name=opened(case.complainant) or "-",
        phone=opened(case.contact) or "-",
        place=opened(case.place) or "-",
        text=opened(case.text) or "-",
        reason=order.words,
    )
    return Say(text)


def hold(svc: Svc, order: Order) -> list[Part]:
    """A legal hold: nothing of the case is erased, or goes by age."""
    key = "officer.held" if retention.hold(svc, order.case, order.post, order.words) else "officer.held_already"
    return [Say(svc.texts.say(key, code=order.case.reference))]


def release(svc: Svc, order: Order) -> list[Part]:
    """The legal hold ends."""
    ended = retention.release(svc, order.case, order.post, order.words)
    return [Say(svc.texts.say("officer.released" if ended else "officer.not_held", code=order.case.reference))]


def undo(svc: Svc, order: Order) -> list[Part]:
    """Take back what one just did."""
    try:
        command = deeds.undo(svc, order.case, order.post)
    except deeds.TooLate:
        return [Say(svc.texts.say("officer.undo_late", code=order.case.reference))]
    word = heard.load()["commands"][command][0]
    view = Choice(svc.texts.word("officer.button_view", code=order.case.reference))
    return [Say(svc.texts.say("officer.undone", code=order.case.reference, command=f"/{word}"), (view,))]
