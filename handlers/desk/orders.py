"""What an officer of a unit does to a case: one function for each command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handlers import access
from handlers.actions import deciding, evidence, status, visits, waiting, ways
from handlers.actions.telling import Told, first_answer
from handlers.actions.telling import tell as telling
from handlers.desk import asking, guard, loose, next_steps
from handlers.desk.order import Order, conclusion_in, date_in, may_end_so, moment_in
from handlers.messages import Choice, Part, Say
from handlers.rules.case_status import SYSTEM, UNIT, MoveNotAllowed
from handlers.services import Svc
from handlers.texts import heard
from storage.words import Stage, Status


def done(svc: Svc, order: Order, key: str, told: Told | None, *buttons: str, **values: str) -> list[Part]:
    """What the officer reads: what was done, what the citizen sees, and how to take it back."""
    code = order.case.reference
    soon = svc.texts.has(f"{key}_soon") and svc.deed and told is not None and told.reached
    seconds = svc.tools.undo_seconds
    lines = [svc.texts.say(f"{key}_soon" if soon else key, code=code, seconds=seconds, **values)]
    if told is not None:
        lines.append(_seen(svc, order, told))
    choices = [Choice(svc.texts.word(f"officer.button_{name}", code=code)) for name in buttons]
    if svc.deed and told is not None:
        lines.append(svc.texts.say("officer.can_undo_soon" if soon else "officer.can_undo", seconds=seconds))
        choices.insert(0, Choice(svc.texts.word("officer.button_undo", code=code)))
    return [Say("\n".join(lines), tuple(choices))]


def _seen(svc: Svc, order: Order, told: Told) -> str:
    if order.case.conversation_id is None:
        return svc.texts.say("officer.no_chat", code=order.case.reference)
    if not told.reached:
        return svc.texts.say("officer.unreachable", code=order.case.reference)
    if order.actor.in_group and not order.case.confidential:
        return svc.texts.say("officer.citizen_sees", text=svc.tools.mask(told.text))
    return svc.texts.say("officer.citizen_sees", text=told.text)


def accept(svc: Svc, order: Order) -> list[Part]:
    """Take it on; the same officer may take it up again after a question nobody answered."""
    acting = access.acts_as(order.post, order.case)
    if order.case.status == Status.NEED_INFO:
        waiting.go_on(svc, order.case, order.post, acting)
        return done(svc, order, "officer.went_on", None, "view")
    status.accept(svc, order.case, order.post, acting)
    return done(
        svc,
        order,
        "officer.accepted",
        None,
        "view",
        officer=order.post.name or svc.texts.word("officer.somebody"),
        time=svc.texts.clock(svc.now),
    )


def hand_back(svc: Svc, order: Order) -> list[Part]:
    """Not ours."""
    ways.hand_back(svc, order.case, order.post, (UNIT,), order.words)
    return done(svc, order, "officer.handed_back_done", None, reason=order.words)


def ask(svc: Svc, order: Order) -> list[Part]:
    """Ask the complainant."""
    guard.check(svc, order, Status.NEED_INFO)
    told = waiting.ask(svc, order.case, order.post, access.acts_as(order.post, order.case), order.words)
    return done(svc, order, "officer.asked", told, due=svc.texts.day(waiting.answer_by(svc)))


def note(svc: Svc, order: Order) -> list[Part]:
    """Write something down that only officers read."""
    status.record(svc, order.case, "noted", by=order.post.role, post=order.post, note=order.words)
    return done(svc, order, "officer.noted", None)


def tell(svc: Svc, order: Order) -> list[Part]:
    """Words to the complainant."""
    guard.check(svc, order)
    told = status.tell_words(svc, order.case, order.post, order.words)
    return done(svc, order, "officer.told", told)


def result(svc: Svc, order: Order) -> list[Part]:
    """The unit's result; of a working group its share."""
    case, post = order.case, order.post
    if access.is_member(post, case) and not ways.open_task(svc, case, post):
        raise MoveNotAllowed(Status(case.status), Status.REPORTED)
    evidence.attach_recent(svc, order.talk, case, post)
    if ways.open_task(svc, case, post):
        waiting_for = ways.do_task(svc, case, post, order.words)
        if waiting_for:
            return done(svc, order, "officer.share_done", None, "view", units=" ".join(waiting_for))
        order = order.saying(ways.all_shares(svc, case))
        if case.status == Status.ASSIGNED:
            status.accept(svc, case, post, (UNIT,))
    status.report(svc, case, post, (UNIT,), order.words)
    if deciding.propose_at_once(svc, case):
        return done(svc, order, "officer.proposed", None, "view")
    lacking = deciding.missing(svc, case, conclusion_in(order.words, order.case.kind))
    head = deciding.head_decides(svc, case)
    key = "officer.reported_lacks" if lacking else "officer.reported_head" if head else "officer.reported"
    button = "view" if lacking else "propose" if head else "close"
    shown = evidence.count_different(evidence.photos_of(svc, case, Stage.AFTER))
    counted = svc.texts.say("officer.with_photos", n=shown) if shown else ""
    values = {"missing": " · ".join(lacking), "photos": counted}
    return _in_one([*done(svc, order, key, None, button, **values), *_how_to_fill(svc, order, lacking)])


def _in_one(parts: Sequence[Part]) -> list[Part]:
    """One bubble for several: a group takes only so many in a minute."""
    says = [part for part in parts if isinstance(part, Say)]
    return [Say("\n".join(say.text for say in says), tuple(choice for say in says for choice in say.choices))]


_SHOWS = ("no_photo", "same_photo", "old_photo")


def _how_to_fill(svc: Svc, order: Order, lacking: Sequence[str]) -> list[Part]:
    """What an incomplete result still needs, and how to send it: the next bubble is taken for it."""
    code = order.case.reference
    if svc.texts.word("faults.too_short") in lacking:
        return asking.wants(svc, replace(order, name="result"), key="more")
    if any(svc.texts.word(f"faults.{name}") in lacking for name in _SHOWS):
        asking.wait(svc, replace(order, name="result"), order.words, only="no_photo_reason")
        return [Say(svc.texts.say("officer.how_to_show", code=code))]
    return []


def photo(svc: Svc, order: Order) -> list[Part]:
    """The pictures just sent show this case after the work; what was done is still to be said."""
    case, post = order.case, order.post
    if not next_steps.works("result", case, post):
        return [next_steps.not_now(svc, order)]
    rows = loose.taken(order.talk)
    if rows:
        evidence.attach_rows(svc, order.talk, case, post, rows)
    else:
        evidence.attach_recent(svc, order.talk, case, post)
    count = evidence.count_different(evidence.photos_of(svc, case, Stage.AFTER))
    if not count:
        return [Say(svc.texts.say("officer.photo_none", code=case.reference))]
    told = svc.texts.say("officer.photo_after", code=case.reference, n=count)
    if case.status not in (Status.IN_PROGRESS, Status.RETURNED_INCOMPLETE):
        return [Say(told, next_steps.buttons(svc, order))]
    more = svc.texts.word("officer_wants.result", code=case.reference)
    return asking.wants(svc, replace(order, name="result"), f"{told}\n{more}")


def defer(svc: Svc, order: Order) -> list[Part]:
    """A later date, with the reason."""
    found = date_in(svc, order.words)
    if found is None:
        return asking.wants(svc, order, key="date")
    day, reason = found
    if order.case.status in (Status.RESOLVED, Status.HEAD_REVIEW, Status.REPORTED):
        return [next_steps.not_now(svc, order)]
    before = order.case.extended_to or order.case.due_on
    if day <= max(before, svc.today) or (day - svc.today).days > _LONGEST_WAIT:
        why = svc.texts.say("officer.date_too_early", code=order.case.reference, due=svc.texts.day(before))
        return asking.wants(svc, order, why, key="date")
    if len(reason) < _LEAST_REASON:
        return asking.wants(svc, order, kept=order.words, key="reason")
    if not svc.hours.is_working_day(day):
        day = svc.hours.next_working_day(day)
    told = waiting.defer(svc, order.case, order.post, day, reason)
    return done(svc, order, "officer.deferred", told, due=svc.texts.day(day), reason=reason)


def visit(svc: Svc, order: Order) -> list[Part]:
    """A day and an hour at the spot, which the complainant is told; or "ไปแล้ว" and what was found there."""
    case, post = order.case, order.post
    made, rest = _made_in(order.words)
    if made:
        svc.deed = ""  # nobody is told: nothing to take back
        found, _, present = rest.partition(svc.texts.word("officer.visit_with"))
        visits.made(svc, case, post, found.strip(), present.strip())
        return done(svc, order, "officer.visited", None, "view")
    planned = moment_in(svc, order.words)
    if planned is None or planned[0] <= svc.now or (planned[0].date() - svc.today).days > _LONGEST_WAIT:
        return asking.wants(svc, order, svc.texts.say("officer.needs_visit", code=case.reference))
    when = svc.texts.moment(planned[0])
    update = visits.plan(svc, case, post, *planned)
    first_answer(svc, case)
    told = telling(svc, case, update, "status.visit", {"when": when}, pace="promise")
    return done(svc, order, "officer.visit_planned", told, when=when)


def _made_in(words: str) -> tuple[bool, str]:
    """(was the spot visited already, what was found there)."""
    for word in sorted(heard.load()["visit"]["made"], key=len, reverse=True):
        if words.lower().startswith(word):
            return True, words[len(word) :].strip(" :,")
    return False, words


_LEAST_REASON = 4  # letters
_LONGEST_WAIT = 400  # days


def propose(svc: Svc, order: Order) -> list[Part]:
    """Before the head; what is not complete goes back to the unit instead (the guide's loop), and why is said."""
    lacking = deciding.missing(svc, order.case, conclusion_in(order.words, order.case.kind))
    acting = access.acts_as(order.post, order.case)
    if lacking and order.case.status == Status.REPORTED:
        deciding.send_back(svc, order.case, None, (SYSTEM,), " · ".join(lacking))
        return done(svc, order, "officer.incomplete_back", None, missing=" · ".join(lacking))
    deciders = deciding.propose(svc, order.case, order.post, acting, order.words)
    return done(svc, order, "officer.proposed" if deciders else "officer.proposed_nobody", None, "view")


def close(svc: Svc, order: Order) -> list[Part]:
    """Tell the result where the unit may; close what the complainant has seen."""
    case, acting = order.case, access.acts_as(order.post, order.case)
    if case.status == Status.RESOLVED:
        guard.check(svc, order, Status.CLOSED)
        told = status.close(svc, case, order.post, acting)
        return done(svc, order, "officer.closed", told)
    conclusion = conclusion_in(order.words, order.case.kind)
    if order.words and not conclusion:
        every = svc.texts.table("conclusions").items()
        names = [name for code, name in every if may_end_so(code, case.kind)]
        why = svc.texts.say("officer.which_conclusion", code=case.reference, names=" · ".join(names))
        return asking.wants(svc, order, why, choices=asking.listed(order, [(name, name) for name in names]))
    lacking = deciding.missing(svc, case, conclusion)
    if lacking and case.status in (Status.REPORTED, Status.HEAD_REVIEW):
        return done(svc, order, "officer.incomplete", None, missing=" · ".join(lacking))
    if deciding.head_decides(svc, case) and case.status == Status.REPORTED:
        return done(svc, order, "officer.head_first", None, "propose")
    guard.check(svc, order, Status.RESOLVED)
    told = deciding.finish(svc, case, order.post, acting, conclusion)
    return done(svc, order, "officer.resolved", told)
