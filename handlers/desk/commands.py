"""An officer at work in the chat: joins by a one-time code, then gives commands, each to its flow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import deeds
from handlers.actions import people as joining
from handlers.desk import away, finding, looking, orders, recording, ruling
from handlers.desk.order import Order, example, reference_in
from handlers.messages import Choice, Part, Say
from handlers.rules.case_status import MoveNotAllowed
from handlers.rules.duties import DUTIES, may
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from storage import agencies, handling, people
from storage.tables import Case
from storage.words import ENDED


def join(svc: Svc, talk: Talk, code: str) -> list[Part]:
    """Use a one-time code: this account becomes an officer's."""
    try:
        post = joining.join(svc, talk.account, code)
    except access.Throttled:
        return [Say(svc.texts.say("officer.join_throttled"))]
    except joining.WrongCode:
        return [Say(svc.texts.say("officer.join_failed"))]
    agency = agencies.agency(svc.session, post.agency_code)
    unit = agencies.unit(svc.session, post.agency_code, post.unit_code)
    values = {
        "role": svc.texts.word(f"roles.{post.role}"),
        "agency": agency.name if agency else "",
        "unit": f" {unit.name}" if unit else "",
    }
    if post.until is None and (post.since is None or post.since <= svc.today):
        return [svc.texts.bubble("officer.joined", **values)]
    until = svc.texts.day(post.until) if post.until else svc.texts.word("officer.no_end")
    since = svc.texts.day(max(post.since or svc.today, svc.today))
    return [svc.texts.bubble("officer.joined_dated", since=since, until=until, **values)]


def obey(svc: Svc, talk: Talk, actor: Actor, name: str, rest: str, text: str) -> list[Part]:
    """Carry out one command line. Every refusal says what would work."""
    if not actor.works_here:
        return [svc.texts.bubble("officer.not_officer")]
    if name in _PLAIN:
        return _PLAIN[name](svc, actor)
    if name in _ON_WORDS:
        return _ON_WORDS[name](svc, talk, actor, rest)
    if name not in _ON_CASE:
        return [Say(svc.texts.say("officer.unknown", text=shortened(text, 40)))]
    reference, words, problem = reference_in(svc, actor, name, rest)
    if problem is not None:
        return [problem]
    try:
        case, post = access.case_for_officer(svc, actor, reference, name)
    except access.NotFound:
        return [Say(svc.texts.say("officer.not_found", code=reference))]
    order = Order(actor, post, case, words, talk)
    return [refused] if (refused := _refused(svc, order, name, text)) is not None else _carry_out(svc, order, name)


def _refused(svc: Svc, order: Order, name: str, text: str) -> Say | None:
    """Why not: no right, not in a group, no words, or somebody else was faster."""
    duty, code = DUTIES[name], order.case.reference
    if not may(name, access.parties(order.post, order.case)):
        who = " · ".join(svc.texts.word(f"parties.{party}") for party in sorted(duty.by))
        return Say(svc.texts.say("officer.may_not", code=code, who=who))
    if order.case.status in ENDED and not duty.ended:
        return _not_now(svc, order.case)
    if duty.alone and order.actor.in_group:
        return Say(svc.texts.say("officer.alone_only"))
    if duty.words and not order.words:
        return Say(svc.texts.say("officer.needs_words", example=example(name, code)))
    if duty.told and not heard.is_forced(text):
        return _collision(svc, order, name)
    return None


def _not_now(svc: Svc, case: Case) -> Say:
    now = svc.texts.word(f"statuses.{case.status}")
    return Say(svc.texts.say("officer.not_now", code=case.reference, status=now))


_GUARD = timedelta(minutes=5)
_TOLD = frozenset({"asked", "told", "resolved", "approved", "transferred", "not_accepted", "deferred", "closed"})
_GUARDED = frozenset({"tell", "ask", "close", "forward", "reject"})  # a decision, a visit, a date collide with nothing


def _collision(svc: Svc, order: Order, name: str) -> Say | None:
    """Somebody else told the complainant a moment ago: said once, and done if it is still wanted."""
    if name not in _GUARDED:
        return None
    row = handling.told_lately(svc.session, order.case.id, _TOLD, order.post.person_id, svc.now - _GUARD)
    if row is None:
        return None
    names = {post.person_id: post.name for post in people.posts_in(svc.session, order.case.agency_code, svc.today)}
    word = heard.load()["commands"][name][0]
    force = Choice(svc.texts.word("officer.button_force"), f"/{word}! {order.case.reference} {order.words}".strip())
    text = svc.texts.say(
        "officer.collision",
        code=order.case.reference,
        name=names.get(row.person_id or 0) or svc.texts.word(f"roles.{row.by}"),
        what=svc.texts.word(f"events.{row.what}"),
        minutes=int((svc.now - row.at).total_seconds() // 60),
        note=shortened(row.note_masked or "", 80),
    )
    return Say(text, (force, Choice(svc.texts.word("officer.button_view", code=order.case.reference))))


def _carry_out(svc: Svc, order: Order, name: str) -> list[Part]:
    case = order.case
    svc.acting = order.actor.person_id
    before, last = handling.standing(svc.session, case), handling.last_update_id(svc.session, case.id)
    if DUTIES[name].told:
        deeds.begin(svc)
    try:
        return _ON_CASE[name](svc, order)
    except MoveNotAllowed:
        return [_not_now(svc, case)]
    finally:
        deeds.end(svc, case, order.post, name, before, last)


_PLAIN: dict[str, Callable[[Svc, Actor], list[Part]]] = {
    "help": lambda svc, actor: [ruling.help_for(svc, actor.posts, actor.in_group)],
    "queue": looking.queue,
    "summary": looking.summary,
    "late": finding.late,
}
_ON_WORDS: dict[str, Callable[[Svc, Talk, Actor, str], list[Part]]] = {
    "find": finding.find,
    "record": recording.begin,
    "away": away.leave,
    "at_work": away.come_back,
}
_ON_CASE: dict[str, Callable[[Svc, Order], list[Part]]] = {
    "view": looking.view,
    "accept": orders.accept,
    "return": orders.hand_back,
    "ask": orders.ask,
    "note": orders.note,
    "tell": orders.tell,
    "result": orders.result,
    "defer": orders.defer,
    "visit": orders.visit,
    "letter": ruling.letter,
    "propose": orders.propose,
    "close": orders.close,
    "category": ruling.category,
    "assign": ruling.assign,
    "team": ruling.team,
    "urgent": ruling.urgent,
    "acknowledge": ruling.acknowledge,
    "approve": ruling.approve,
    "back": ruling.back,
    "notified": ruling.notified,
    "forward": ruling.forward,
    "reject": ruling.reject,
    "merge": ruling.merge,
    "reveal": ruling.reveal,
    "undo": ruling.undo,
}
