"""What is done to a case by the clock: chase, alert, ask again, tell, end. Each once, found anew under the lock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from handlers.actions import notices, praise, reminding, status, surveying
from handlers.actions.reminding import ACTS, GOES_ON, Office, of_case
from handlers.messages import Choice, Part, Say
from handlers.rules import escalation
from handlers.rules.case_status import SYSTEM
from handlers.rules.escalation import Facts, Group, Limits, Step, Told
from handlers.services import Svc
from handlers.texts import shortened
from storage import agencies, cases, people, reminders
from storage.news import PROMISE
from storage.people import Post
from storage.tables import Case
from storage.words import Conclusion, Kind, Status

MOST = 500  # cases looked at before the next look
_PUSHED_FROM = 2  # the first reminder can wait for an officer's next free answer


def due_steps(svc: Svc, case: Case) -> list[Step]:
    """What the clock owes this case now."""
    return escalation.steps(_facts(svc, case), svc.hours, _limits(svc), svc.now)


def planned(svc: Svc, case_id: int) -> list[str]:
    """The names of what is due, for a dry run."""
    return [step.what for step in due_steps(svc, cases.get(svc.session, case_id))]


def take(svc: Svc, case_id: int) -> list[str]:
    """Do what is due, under the case's lock; the names of what was done. Twice is once."""
    case = cases.get(svc.session, case_id, lock=True)
    found = due_steps(svc, case)
    for step in found:
        _do(svc, case, step)
    return [step.what for step in found]


def alert(svc: Svc, case: Case) -> None:
    """A case just became urgent: head, delegates and intake hear of it at once (the caller holds its lock)."""
    for step in due_steps(svc, case):
        if step.what == "urgent":
            _do(svc, case, step)


def _do(svc: Svc, case: Case, step: Step) -> None:
    reminders.note(svc.session, case.id, step.what, step.for_on, svc.now)
    name = step.what.rstrip("123")
    _DEEDS[name](svc, case, step)


def _limits(svc: Svc) -> Limits:
    return Limits.read(svc.limits)


def _facts(svc: Svc, case: Case) -> Facts:
    known = reminders.moments(svc.session, case.id)
    return Facts(
        status=Status(case.status),
        received_at=case.received_at,
        counted_from=case.counted_from,
        due=case.extended_to or case.due_on,
        moved_at=known.moved or case.received_at,
        acted_at=known.acted,
        reopened_at=known.reopened,
        route=case.route,
        urgent=case.urgent,
        emergency=escalation.is_danger(case.kind),
        praise=case.kind == Kind.COMPLIMENT,
        acknowledged_at=case.acknowledged_at,
        waiting_since=case.waiting_since,
        resolved_at=case.resolved_at,
        reachable=case.conversation_id is not None and bool(people.reachable(svc.session, case.account_id)),
        told={(row.what, row.for_on): Told(row.at, row.times) for row in reminders.told(svc.session, case.id)},
    )


# --- which cases to look at ------------------------------------------------------------------------------------------


def candidates(svc: Svc, after: int = 0) -> list[int]:
    """Row ids of cases the clock may owe something now, beginning after one; at most `MOST`."""
    limits, hours, now = _limits(svc), svc.hours, svc.now
    alerts = reminders.Alerts(
        statuses=_names(escalation.OPEN - {Status.RESOLVED}),
        before=now - timedelta(minutes=limits.repeat_minutes, microseconds=-1),
        danger_only=not escalation.may_alert(limits, hours, now),
    )
    officers = _for_officers(svc, limits) if hours.is_open(now) else None
    citizens = _for_citizens(svc, limits) if escalation.is_day(hours, now) else None
    return reminders.candidates(svc.session, alerts, officers, citizens, after=after, limit=MOST)


def _names(statuses: frozenset[Status]) -> tuple[str, ...]:
    return tuple(sorted(status.value for status in statuses))


def _for_officers(svc: Svc, limits: Limits) -> reminders.Officers:
    hours, today = svc.hours, svc.today
    ladders: dict[tuple[int, ...], set[Status]] = {}
    for status_ in escalation.CHASED - {Status.HEAD_REVIEW}:
        days = tuple(days for days, _to in escalation.ladder(status_, limits))
        ladders.setdefault(days, set()).add(status_)

    def rungs(statuses: frozenset[Status], days: tuple[int, ...], **more: object) -> reminders.Rungs:
        before = tuple(_end(svc, escalation.latest(hours, today, each)) for each in days)
        return reminders.Rungs(_names(statuses), before, **more)  # type: ignore[arg-type]

    review = tuple(days for days, _to in escalation.ladder(Status.HEAD_REVIEW, limits))
    return reminders.Officers(
        chased=_names(escalation.CHASED),
        today=today,
        midnight=_end(svc, today - timedelta(days=1)),
        soon=hours.add_working_days(today, limits.before),
        late=tuple(escalation.latest(hours, today, days) for days in limits.after),
        quiet=(
            *(rungs(frozenset(statuses), days) for days, statuses in ladders.items()),
            rungs(frozenset({Status.HEAD_REVIEW}), review, again=svc.now - escalation.REVIEW_AGAIN),
            rungs(frozenset({Status.NEED_INFO}), limits.silence, unreachable=True),
        ),
    )


def _for_citizens(svc: Svc, limits: Limits) -> reminders.Citizens:
    today = svc.today
    return reminders.Citizens(
        chased=_names(escalation.CHASED),
        praise=_names(escalation.PRAISE),
        today=today,
        asked=tuple(today - timedelta(days=days) for days in limits.ask_calendar_days),
        unanswered=today - timedelta(days=limits.no_answer_calendar_days),
        asked_last=_end(svc, today - timedelta(days=limits.no_answer_calendar_days - limits.ask_calendar_days[-1])),
        received=_end(svc, today - timedelta(days=limits.progress_calendar_days)),
        progress_after=today - timedelta(days=limits.progress_calendar_days),
        overdue_after=today - timedelta(days=limits.overdue_calendar_days),
        resolved=svc.now - timedelta(days=limits.close_calendar_days),
        praised=_end(svc, escalation.latest(svc.hours, today, limits.accept)),
    )


def _end(svc: Svc, day: date) -> datetime:
    """The moment a local day ends."""
    return datetime.combine(day + timedelta(days=1), time(), svc.tools.zone)


# --- officers --------------------------------------------------------------------------------------------------------


def _chase(svc: Svc, case: Case, step: Step) -> None:
    """A reminder to the unit, its head, the agency's head; the last says to the others who was told."""
    office, once = Office(svc, case), _once(case, step)
    above, _empty = office.of(Group.HEAD) if Group.HEAD in step.to else ([], False)
    higher = {post.person_id for post in above}
    below: list[Post] = []
    for group in step.to:
        if group != Group.HEAD:
            below += [post for post in office.of(group)[0] if post.person_id not in higher]
    to_groups = Group.UNIT in step.to and bool(office.groups())
    if not (above or below or to_groups):
        return
    note = svc.texts.word(f"reminders.{step.what}")
    status.record(svc, case, "reminded", by=SYSTEM, note=note)
    push = bool(above) or int(step.what[-1]) >= _PUSHED_FROM
    say = _chasing(svc, case, step, reminding.roles_of(svc, above))
    office.tell(below, say, once, push=push)
    office.tell(above, _to_the_head(svc, case, step), once, push=True)
    if to_groups:
        office.tell_groups(say, once)


def _chasing(svc: Svc, case: Case, step: Step, who: str) -> Say:
    key = f"officer.remind{step.what[-1]}" if step.what.startswith("due") else "officer.quiet"
    if step.what == "due1" and not step.days:
        key = "officer.remind1_today"
    told = svc.texts.say("officer.told_above", who=who) if who else ""
    return of_case(svc, case, key, *ACTS.get(Status(case.status), GOES_ON), n=step.days, told=told)


# What a head does about it with one tap.
_OF_THE_HEAD = ("officer.button_hurry", "officer.button_note", "officer.button_assign")
_DECIDES = ("officer.button_approve", "officer.button_back")


def _to_the_head(svc: Svc, case: Case, step: Step) -> Say:
    if step.what.startswith("due"):
        return of_case(svc, case, "officer.remind3_head", *_OF_THE_HEAD, n=step.days)
    buttons = _DECIDES if case.status == Status.HEAD_REVIEW else _OF_THE_HEAD
    key = "officer.quiet_review" if case.status == Status.HEAD_REVIEW else "officer.quiet_head"
    return of_case(svc, case, key, *buttons, n=step.days)


def _alert(svc: Svc, case: Case, step: Step) -> None:
    """Urgent: head, delegates and intake, on every channel, at any hour the rules allow."""
    office, first = Office(svc, case), step.times == 1
    above, empty = office.of(Group.HEAD)
    posts = list(above)
    for post in [] if empty and above else office.of(Group.INTAKE)[0]:
        # At first whoever screens it has the new case itself on the screen (notices.tell_unit).
        if not first or (case.status == Status.ASSIGNED and post.unit_code != case.unit_code):
            posts.append(post)
    if not posts:
        return
    if first:
        status.record(svc, case, "alerted", by=SYSTEM)
    summary = "" if case.confidential else shortened(case.masked or svc.texts.word("review.values.no_text"))
    values = {
        "summary": f"\n“{summary}”" if summary else "",
        "time": svc.texts.moment(case.received_at),
        "n": step.times,
    }
    say = of_case(svc, case, "officer.alert", "officer.button_acknowledge", **values)
    office.tell(posts, say, _once(case, step), push=True, urgent=True)


def _once(case: Case, step: Step) -> str:
    return f"{step.what}:{case.id}:{step.for_on.isoformat()}:{step.times}"


# --- the complainant -----------------------------------------------------------------------------------------------


def _ask_again(svc: Svc, case: Case, step: Step) -> None:
    """The open question once more; in a confidential case without its words."""
    texts, until = svc.texts, _day(svc, step.until)
    asked = None if case.confidential else cases.last_note(svc.session, case, "asked")
    no_info = Choice(texts.word("track.button_no_info", code=case.reference))
    buttons = (no_info, *texts.bubble("status.need_info", code="", question="", due="").choices)
    if asked is None:
        text = texts.say("status.waiting_quiet", code=case.reference, due=until)
    else:
        text = texts.say("status.waiting", code=case.reference, question=shortened(asked.words, 120), due=until)
    status.record(svc, case, "asked_again", by=SYSTEM)
    notices.tell_complainant(svc, case, [Say(text, buttons)], once=_once(case, step))


def _day(svc: Svc, day: date | None) -> str:
    """A date a step names; today where it names none."""
    return svc.texts.day(day or svc.today)


def _progress(svc: Svc, case: Case, step: Step) -> None:
    """15 days, still at work: rides on the next free answer, or goes with the daily news, for it names a date."""
    told = _tell_all(svc, case, step, "status.progress", news=PROMISE)
    status.record(svc, case, "progress_told" if told else "progress_owed", by=SYSTEM)


def _overdue(svc: Svc, case: Case, step: Step) -> None:
    """The promise was not kept: pushed, with why, and when there will be word of a new date."""
    told = _tell_all(svc, case, step, "status.overdue")
    status.record(svc, case, "overdue_told" if told else "overdue_owed", by=SYSTEM)


def _tell_all(svc: Svc, case: Case, step: Step, key: str, news: str = "") -> bool:
    """False where the complainant's chat cannot be reached: they are owed it by telephone or letter (actions/news)."""
    texts, unit = svc.texts, notices.unit_name(svc, case)
    if case.confidential:
        text = texts.say(f"{key}_quiet", code=case.reference, date=_day(svc, step.until), phone=_phone(svc, case))
    else:
        text = texts.say(
            key,
            code=case.reference,
            n=step.days,
            done=texts.word(f"clock_done.{case.status}", unit=unit),
            next_step=texts.word(f"clock_next.{case.status}", unit=unit),
            reason=_reason(svc, case, unit),
            date=_day(svc, step.until),
            unit=unit,
            phone=_phone(svc, case),
        )
    hurry = Choice(texts.word("track.button_hurry", code=case.reference))
    parts: list[Part] = [Say(text, () if news else (hurry,))]
    told = notices.tell_complainant(svc, case, parts, once=_once(case, step), news=news)
    notices.tell_joined(svc, case, parts, once=_once(case, step), news=news)
    return told


def _reason(svc: Svc, case: Case, unit: str) -> str:
    """Why it is late: what the officer who deferred it wrote (masked: others hear it too), else where it stands."""
    note = cases.last_note(svc.session, case, "deferred")
    if note is not None and note.words:
        return shortened(svc.tools.mask(note.words))
    return svc.texts.word(f"clock_reasons.{case.status}", unit=unit)


def _phone(svc: Svc, case: Case) -> str:
    agency = agencies.agency(svc.session, case.agency_code)
    return (agency.phone if agency else None) or svc.phone()


def _no_answer(svc: Svc, case: Case, step: Step) -> None:
    """Nobody answered: ended for want of facts. A result, so it is pushed; it may be reopened."""
    status.move(svc, case, Status.CLOSED, "no_answer", acting=(SYSTEM,))
    case.closed_at, case.closed_how = svc.now, "no_answer"
    case.conclusion_type = Conclusion.NO_ANSWER
    texts = svc.texts
    text = texts.say("status.no_answer", code=case.reference, days=svc.limits["reopen_days"])
    again = Choice(texts.word("status.button_reopen", code=case.reference))
    notices.tell_complainant(svc, case, [Say(text, (again,))], once=_once(case, step))
    # Those who joined were never asked, and are not told that somebody else did not answer.
    text = texts.say("status.no_answer_joined", code=case.reference)
    notices.tell_joined(svc, case, [Say(text)], once=_once(case, step))


def _silence(svc: Svc, case: Case, step: Step) -> None:
    """No objection for so many days after the result: closed."""
    status.move(svc, case, Status.CLOSED, "closed_silent", acting=(SYSTEM,))
    case.closed_at, case.closed_how = svc.now, "silence"
    surveying.want(svc, case)
    parts: list[Part] = [Say(svc.texts.say("status.closed", code=case.reference))]
    notices.tell_complainant(svc, case, parts, once=_once(case, step), news="plain")
    notices.tell_joined(svc, case, parts, once=_once(case, step), news="plain")


_DEEDS: dict[str, Callable[[Svc, Case, Step], None]] = {
    "due": _chase,
    "quiet": _chase,
    "urgent": _alert,
    "ask": _ask_again,
    "progress": _progress,
    "overdue": _overdue,
    "no_answer": _no_answer,
    "silence": _silence,
    "praise": lambda svc, case, _step: praise.pass_on(svc, case),
}
