"""An officer at work in the chat: joins by a one-time code, then gives commands, each to its flow."""

from __future__ import annotations

from collections.abc import Callable

from handlers import access
from handlers.access import Actor
from handlers.actions import people as joining
from handlers.desk import away, finding, looking, orders, recording
from handlers.desk.order import Order, example, reference_in
from handlers.messages import Part, Say
from handlers.rules.case_status import MoveNotAllowed
from handlers.services import Svc, Talk
from handlers.texts import shortened
from storage import agencies


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
        case, post = access.case_for_officer(svc, actor, reference)
    except access.NotFound:
        return [Say(svc.texts.say("officer.not_found", code=reference))]
    if name in _NEEDS_WORDS and not words:
        return [Say(svc.texts.say("officer.needs_words", example=example(name, reference)))]
    try:
        return _ON_CASE[name](svc, Order(actor, post, case, words, talk))
    except MoveNotAllowed:
        now = svc.texts.word(f"statuses.{case.status}")
        return [Say(svc.texts.say("officer.not_now", code=case.reference, status=now))]


_PLAIN: dict[str, Callable[[Svc, Actor], list[Part]]] = {
    "help": looking.help_,
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
    "tell": orders.tell,
    "result": orders.result,
    "close": orders.close,
}
_NEEDS_WORDS = frozenset({"tell", "result"})
