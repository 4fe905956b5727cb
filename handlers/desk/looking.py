"""What an officer looks at: the queue, a case with everything about it, the head's live figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import consenting, deciding, evidence, notices
from handlers.actions import joins as joining_in
from handlers.desk import next_steps
from handlers.desk.order import Order, button
from handlers.messages import Part, Say
from handlers.rules.case_status import HEAD
from handlers.services import Svc
from handlers.texts import shortened
from storage import agencies, cases, closings, handling, joins
from storage.people import Post
from storage.tables import Case
from storage.words import Kind, Stage, Status

_NEW = (Status.RECEIVED, Status.SCREENING, Status.ASSIGNED, Status.REOPENED)
_NEWEST = 5  # of many who joined, and of many cases at one spot, the newest are shown
_WAITING = (Status.RESOLVED,)
_MOST, _MOST_QUEUES = 5, 3
_DAYS = 30  # of "lately" in the live figures


def queue(svc: Svc, actor: Actor) -> list[Part]:
    """What waits, for each agency and unit this person works for today, also in somebody's place."""
    posts = {(post.agency_code, tuple(access.units_seen(post) or ())): post for post in actor.posts}
    return [_queue_of(svc, actor, post) for post in list(posts.values())[:_MOST_QUEUES]]


def _queue_of(svc: Svc, actor: Actor, post: Post) -> Say:
    secret = access.may_count_confidential(post) and not actor.in_group
    rows, counts = cases.queue(svc.session, post.agency_code, access.units_seen(post), 1000, secret)
    seen = [case for case in rows if access.may_see(post, case) and not (actor.in_group and case.confidential)]
    if HEAD in access.acts_as(post):
        seen.sort(key=lambda case: case.status != Status.HEAD_REVIEW)  # what waits for this person's word
    unit = agencies.unit(svc.session, post.agency_code, post.unit_code)
    agency = agencies.agency(svc.session, post.agency_code)
    name = unit.name if unit else agency.name if agency else svc.agency.name
    if not seen:
        return Say(svc.texts.say("officer.queue_empty", unit=name))
    new = sum(counts.get(status, 0) for status in _NEW)
    waiting = sum(counts.get(status, 0) for status in _WAITING)
    text = svc.texts.say(
        "officer.queue",
        unit=name,
        new=new,
        doing=sum(counts.values()) - new - waiting,
        waiting=waiting,
        late=sum(notices.is_overdue(svc, case) for case in seen),
        lines="\n".join(queue_line(svc, case) for case in seen[:_MOST]),
    )
    more = len(seen) - _MOST
    if more > 0:
        text += "\n" + svc.texts.say("officer.more", n=more)
    return Say(text, tuple(button("view", case.reference) for case in seen[:_MOST]))


def queue_line(svc: Svc, case: Case) -> str:
    """A case in one line of a list, and a few of its masked words."""
    return svc.texts.say(
        "officer.queue_line",
        code=case.reference,
        status=svc.texts.status(case.status),
        marks=notices.marks(svc, case),
        due=svc.texts.day(case.extended_to or case.due_on),
        summary=svc.texts.say("track.hidden") if case.confidential else shortened(case.masked or "", 60),
    )


def summary(svc: Svc, actor: Actor) -> list[Part]:
    post = actor.posts[0]
    midnight = datetime.combine(svc.today, time(), svc.tools.zone)
    # A tip is no figure for the unit it may be about: who decides counts it, and alone.
    units, secret = access.units_seen(post), access.may_count_confidential(post) and not actor.in_group
    today = cases.summary(svc.session, post.agency_code, midnight, units, secret)
    week = cases.summary(svc.session, post.agency_code, midnight - timedelta(days=7), units, secret)
    ever = cases.summary(svc.session, post.agency_code, datetime(2000, 1, 1, tzinfo=svc.tools.zone), units, secret)
    month = _last_days(svc, post.agency_code, midnight - timedelta(days=_DAYS), units, secret)
    rows, counts = cases.queue(svc.session, post.agency_code, units, limit=1000, confidential=secret)
    new = sum(counts.get(status, 0) for status in _NEW)
    waiting = sum(counts.get(status, 0) for status in _WAITING)
    top = sorted(ever["category"].items(), key=lambda pair: -pair[1])[:3]
    names = {row.code: row.name for row in agencies.categories(svc.session)}
    agency = agencies.agency(svc.session, post.agency_code)
    waits = _for_decision(actor, post, rows)
    return [
        svc.texts.bubble(
            "head.summary",
            *(button("view", case.reference) for case in waits[:_MOST]),
            first=svc.texts.say("head.waits", n=len(waits)) + "\n" if HEAD in access.acts_as(post) else "",
            agency=agency.name if agency else "",
            date=svc.texts.moment(svc.now),
            today=sum(today["status"].values()),
            week=sum(week["status"].values()),
            open=sum(counts.values()),
            new=new,
            doing=sum(counts.values()) - new - waiting,
            waiting=waiting,
            closed=ever["status"].get(Status.CLOSED, 0),
            late=sum(notices.is_overdue(svc, case) for case in rows),
            urgent=sum(case.urgent for case in rows),
            month=month,
            top=" · ".join(f"{names.get(code, code)} {n}" for code, n in top) or svc.texts.say("head.none"),
        )
    ]


def _last_days(svc: Svc, agency: str, since: datetime, units: Sequence[str] | None, secret: bool) -> str:
    """What ended since then and how much of it was confirmed by who brought it; praise, and ideas that were used."""
    seen = (since, svc.now + timedelta(microseconds=1), units, secret)
    counts = closings.closings(svc.session, agency, *seen)
    closed = closings.confirmable(counts)
    percent = (200 * counts["confirmed"] + closed) // (2 * closed) if closed else 0  # rounded, a half upwards
    return svc.texts.say(
        "head.month",
        days=_DAYS,
        closed=closed,
        confirmed=svc.texts.say("head.confirmed", percent=percent) if closed else "",
        praise=cases.summary(svc.session, agency, since, units, secret)["kind"].get(Kind.COMPLIMENT, 0),
        used=closings.used(svc.session, agency, *seen),
    )


def _for_decision(actor: Actor, post: Post, rows: Sequence[Case]) -> list[Case]:
    """What waits for this head's word."""
    if HEAD not in access.acts_as(post):
        return []
    return [case for case in rows if case.status == Status.HEAD_REVIEW and access.sees(actor, case)]


# --- on a case -----------------------------------------------------------------------------------------------------


def view(svc: Svc, order: Order) -> list[Part]:
    case, texts = order.case, svc.texts
    category = agencies.category(svc.session, case.category)
    events = [
        texts.say(
            "officer.event",
            at=texts.moment(update.at),
            what=texts.word(f"events.{update.what}"),
            note=f": {shortened(update.note_masked, 80)}" if update.note_masked else "",
        )
        for update in cases.updates(svc.session, [case.id])[-6:]
    ]
    text = texts.say(
        "officer.view",
        code=case.reference,
        category=category.name if category else case.category,
        kind=texts.word(f"kinds.{case.kind}"),
        marks=notices.marks(svc, case),
        status=texts.status(case.status),
        unit=notices.unit_name(svc, case),
        text=_words(svc, order) or texts.word("review.values.no_text"),
        place=_place(svc, order),
        before=len(evidence.photos_of(svc, case, Stage.BEFORE)),
        after=evidence.count_different(evidence.photos_of(svc, case, Stage.AFTER)),
        channel=_channel(svc, case),
        received=texts.moment(case.received_at),
        due=texts.day(case.extended_to or case.due_on),
        events="\n".join(events),
        language=notices.language_line(svc, case),
    )
    lines = [text, *_sender(svc, order), *_phone(svc, order, case.contact), *_others(svc, order), *_handling(svc, case)]
    lines += consenting.lines(svc, case)
    return [Say("\n".join(lines), next_steps.buttons(svc, order))]


def _channel(svc: Svc, case: Case) -> str:
    names = {row.code: row.name for row in agencies.register(svc.session, "channel")}
    return names.get(case.channel, case.channel)


def _is_masked(order: Order) -> bool:
    """Before many eyes, and of a confidential case: who it is stays hidden (/เปิดเผย shows it, with a reason)."""
    return order.actor.in_group or order.case.confidential or access.is_member(order.post, order.case)


def _handling(svc: Svc, case: Case) -> list[str]:
    """A working group's shares, where it was sent on to, and who is still to be told."""
    lines = []
    for task in handling.tasks(svc.session, case.id):
        unit = agencies.unit(svc.session, task.agency_code, task.unit_code)
        mark = "✓" if task.done_at is not None else "…"
        lines.append(f"{mark} {unit.name if unit else task.unit_code}: {task.result_masked or '-'}")
    if lines:
        lines.insert(0, svc.texts.say("officer.team_line", number=case.order_number or "-"))
    for sent in handling.referrals(svc.session, case.id):
        phone = sent.phone or "-"
        lines.append(svc.texts.say("officer.sent_on_line", agency=sent.agency_name, number=sent.number, phone=phone))
    told = case.status in (Status.RESOLVED, Status.CLOSED)  # of an open case nobody is owed its end yet
    owed = [svc.texts.word(f"recipients.{name}") for name in deciding.owed(svc, case)] if told else []
    if owed:
        lines.append(svc.texts.say("officer.still_to_tell", code=case.reference, names=" · ".join(owed)))
    return lines


def _sender(svc: Svc, order: Order) -> list[str]:
    """Whose case it is, where an officer wrote it down, and under which number it was sent on; no name in a group."""
    case, texts = order.case, svc.texts
    lines: list[str] = []
    name = "" if _is_masked(order) else svc.session.keys.open_text(case.complainant) or ""
    if name:
        lines.append(texts.say("officer.sender", name=name))
    if case.external_ref or case.external_on:
        dated = texts.day(case.external_on) if case.external_on else ""
        lines.append(texts.say("officer.sent_under", number=case.external_ref or "", date=dated).rstrip())
    return lines


def _phone(svc: Svc, order: Order, contact: bytes | None) -> list[str]:
    """The number to call back, as a line; none in a group."""
    phone = "" if _is_masked(order) else svc.session.keys.open_text(contact) or ""
    return [svc.texts.say("officer.call_back", phone=phone)] if phone else []


def _others(svc: Svc, order: Order) -> list[str]:
    """Who else told of it, in masked words, and how often this spot was a case before."""
    case, texts = order.case, svc.texts
    lines: list[str] = []
    rows = joins.of_case(svc.session, case.id)
    if rows:
        words = sum(len(joining_in.shown_in(svc, row)) for row in rows)
        photos = joins.count_photos(svc.session, rows)
        lines.append(texts.say("officer.also", n=len(rows), words=words, photos=photos))
    for row in rows[-_NEWEST:]:
        if row.masked or row.place_masked:
            told = {"text": shortened(row.masked or "", 120), "place": row.place_masked or ""}
            lines.append(texts.say("officer.also_words", **told).rstrip())
        lines += _phone(svc, order, row.contact)
    before = joining_in.before_here(svc, case)
    if before:
        lines.append(texts.say("officer.spot_again", n=len(before) + 1, codes=" ".join(before[-_NEWEST:])))
    return lines


def _words(svc: Svc, order: Order) -> str:
    if _is_masked(order):
        return order.case.masked or ""
    return svc.session.keys.open_text(order.case.text) or ""


def _place(svc: Svc, order: Order) -> str:
    case = order.case
    place = (case.place_masked if _is_masked(order) else svc.session.keys.open_text(case.place)) or ""
    if case.lat is not None and case.lon is not None:
        to = 3 if _is_masked(order) else 5  # about a hundred metres: a house is not shown where its number is hidden
        place = f"{place} {case.lat:.{to}f},{case.lon:.{to}f}".strip()
    return place or svc.texts.word("review.values.no_place")
