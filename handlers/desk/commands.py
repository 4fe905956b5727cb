"""An officer at work in the chat: joins by a one-time code, then gives commands, each to its flow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers import access
from handlers.access import Actor
from handlers.actions import deeds
from handlers.actions import people as joining
from handlers.desk import (
    announcing,
    asking,
    away,
    digests,
    evidences,
    finding,
    guard,
    help,
    looking,
    loose,
    next_steps,
    operating,
    orders,
    polls,
    recording,
    registers,
    requests,
    ruling,
    voices,
)
from handlers.desk.hurry import hurry
from handlers.desk.order import SAYS_MOST, Order, button, example
from handlers.desk.references import reference_in, several
from handlers.messages import Choice, Part, Say
from handlers.rules.case_status import MoveNotAllowed
from handlers.rules.duties import DUTIES, may
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from storage import agencies, handling
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
    asking.drop(talk)
    if name != "photo":
        loose.taken(talk)
    if name in _PLAIN:
        return _PLAIN[name](svc, actor)
    if name in _ON_WORDS:
        return _ON_WORDS[name](svc, talk, actor, rest)
    if name not in _ON_CASE:
        return [_unknown(svc, actor, text)]
    many = several(rest) if name in _MANY else []
    if many:
        return [*obey(svc, talk, actor, name, many[0], text), _one_at_a_time(svc, name, many[1:])]
    if name == "undo" and not rest:
        rest = handling.undoable(svc.session, actor.person_id, svc.now)
    reference, words, problem = reference_in(svc, actor, name, rest)
    if problem is not None:
        return [problem]
    try:
        case, post = access.case_for_officer(svc, actor, reference, name)
    except access.NotFound:
        return [Say(svc.texts.say("officer.not_found", code=reference))]
    order = Order(actor, post, case, words, talk, name, heard.is_forced(text))
    refused = _refused(svc, order)
    return refused or _carry_out(svc, order)


_ON_ONES_OWN = frozenset({"view", "note"})  # nobody handles what they complained of themselves
_MANY = frozenset({"accept", "acknowledge", "view"})
_ALONE = frozenset({"help", "at_work", "summary", "survey", "register", "evidence", "requests", "system"})


def is_plain(name: str) -> bool:
    """Does this command need nothing behind it?"""
    return name in _PLAIN or name in _ALONE


def plain_line(name: str) -> str:
    """A command as it is typed, with nothing behind it."""
    return example(name, "")


def meant(svc: Svc, line: str) -> Say:
    """Ask whether this command was meant; a tap gives it."""
    choices = (Choice(shortened(line, _LABEL - 1), line),) if len(line) <= SAYS_MOST else ()
    return Say(svc.texts.say("officer.meant", line=shortened(line, 80)), choices)


_LABEL = 20  # letters of a button


def _unknown(svc: Svc, actor: Actor, text: str) -> Say:
    near = heard.nearly(text)
    if near:
        return meant(svc, near)
    if actor.in_group:
        return help.help_for(svc, actor.posts, in_group=True)
    return Say(svc.texts.say("officer.unknown", text=shortened(text, 40)), (Choice(plain_line("help")),))


def _one_at_a_time(svc: Svc, name: str, others: Sequence[str]) -> Say:
    shown = tuple(button(name, one) for one in others[:_MOST])
    return Say(svc.texts.say("officer.one_at_a_time", command=plain_line(name)), shown)


_MOST = 8


def _refused(svc: Svc, order: Order) -> list[Part]:
    """Why not: no right, not in a group, or no words."""
    duty, code = DUTIES[order.name], order.case.reference
    if not may(order.name, access.parties(order.post, order.case)):
        who = " · ".join(svc.texts.word(f"parties.{party}") for party in sorted(duty.by))
        return [Say(svc.texts.say("officer.may_not", code=code, who=who), next_steps.buttons(svc, order))]
    if order.name not in _ON_ONES_OWN and access.is_of(svc, order.actor, order.case):
        return [Say(svc.texts.say("officer.own_case", code=code))]
    if order.case.status in ENDED and not duty.ended:
        return [next_steps.not_now(svc, order)]
    if duty.alone and order.actor.in_group:
        return [Say(svc.texts.say("officer.alone_only"))]
    if duty.words and not order.words:
        if not next_steps.works(order.name, order.case, order.post):
            return [next_steps.not_now(svc, order)]
        return ruling.choose(svc, order) or asking.wants(svc, order)
    return []


def _carry_out(svc: Svc, order: Order) -> list[Part]:
    case = order.case
    svc.acting = order.actor.person_id
    deed = deeds.begin(svc, case) if DUTIES[order.name].told else None
    try:
        return _ON_CASE[order.name](svc, order)
    except MoveNotAllowed:
        return [next_steps.not_now(svc, order)]
    except guard.Collided as collided:
        return [collided.say]
    finally:
        deeds.end(svc, case, order.post, order.name, deed)


_PLAIN: dict[str, Callable[[Svc, Actor], list[Part]]] = {
    "queue": looking.queue,
    "late": finding.late,
    "unreached": finding.unreached,
}
_ON_WORDS: dict[str, Callable[[Svc, Talk, Actor, str], list[Part]]] = {
    "help": help.help_me,
    "find": finding.find,
    "summary": digests.summary,
    "record": recording.begin,
    "away": away.leave,
    "survey": polls.addresses,
    "at_work": away.come_back,
    "register": registers.register,
    "improve": registers.improve,
    "evidence": evidences.evidence,
    "announce": announcing.announce,
    "requests": requests.requests,
    "system": operating.system,
}
_ON_CASE: dict[str, Callable[[Svc, Order], list[Part]]] = {
    "view": looking.view,
    "accept": voices.accept,
    "return": orders.hand_back,
    "ask": orders.ask,
    "note": orders.note,
    "tell": orders.tell,
    "result": voices.result,
    "photo": orders.photo,
    "defer": orders.defer,
    "visit": orders.visit,
    "letter": ruling.letter,
    "dossier": evidences.dossier,
    "propose": orders.propose,
    "close": voices.close,
    "used": voices.use,
    "category": ruling.category,
    "assign": ruling.assign,
    "team": ruling.team,
    "urgent": ruling.urgent,
    "hurry": hurry,
    "acknowledge": ruling.acknowledge,
    "approve": ruling.approve,
    "back": ruling.back,
    "notified": ruling.notified,
    "forward": ruling.forward,
    "reject": ruling.reject,
    "merge": ruling.merge,
    "reveal": ruling.reveal,
    "hold": ruling.hold,
    "release": ruling.release,
    "undo": ruling.undo,
}
