"""Where is my case? By reference in any form or the receipt's secret; hurry, add, withdraw, confirm, reopen."""

from __future__ import annotations

import re

from handlers import access, receipts
from handlers.access import Actor
from handlers.actions import awaiting, drafts, filing, joins, leaving, notices, status
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.case_status import CITIZEN, MoveNotAllowed, is_open, may_move
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from handlers.views import answered, case_card, read_out, status_word, summary_of
from nlp import kinds
from nlp.digits import arabic
from nlp.normalize import normalize
from storage import cases, riding
from storage.tables import Case, CaseJoin
from storage.words import Kind, Status

Own = tuple[Case, CaseJoin | None]  # a case, and the person's place in it where it is not their own

_IN_A_LIST = 60  # characters of what a case is about
_SECRET = re.compile(r"(?<!\d)([0-3]\d{3})[\s-]?(\d{4})(?!\d)")
_PRINTED = re.compile(r"(?<!\d)\d{2}-\d{5,}-\d(?!\d)")


def mine(svc: Svc, talk: Talk, actor: Actor) -> list[Part]:
    """The person's own cases: the card where there is one, a list to choose from where there are more."""
    own = access.cases_of(svc, actor)
    if not own:
        return [svc.texts.bubble("track.none")]
    if len(own) == 1:
        return [case_card(svc, own[0][0], joined=own[0][1])]
    return [_listed(svc, "track.list", own)]


def _listed(svc: Svc, key: str, own: list[Own], button: str = "") -> Say:
    lines = [_line(svc, number, *one) for number, one in enumerate(own, 1)]
    labels = [svc.texts.word(button, code=case.reference) if button else case.reference for case, _joined in own]
    return Say(svc.texts.say(key, lines="\n".join(lines)), tuple(Choice(label) for label in labels))


def _line(svc: Svc, number: int, case: Case, joined: CaseJoin | None) -> str:
    key = "track.line_confidential" if case.confidential else "track.line" if joined is None else "track.line_joined"
    name = status_word(svc, case, own=joined is None)
    summary = shortened(summary_of(svc, case, joined), _IN_A_LIST)
    return svc.texts.say(key, n=number, code=case.reference, status=name, summary=summary)


def show(svc: Svc, talk: Talk, actor: Actor, reference: str, text: str) -> list[Part]:
    """The card of this reference; somebody else's needs the secret, given in the same line or asked for."""
    try:
        case, joined = access.case_for_citizen(svc, actor, reference)
        card = case_card(svc, case, joined=joined)
        return [*_read_out(svc, talk, case), card] if case.confidential and joined is None else [card]
    except access.NotFound:
        return [svc.texts.bubble("track.notfound", code=reference)]
    except access.SecretNeeded:
        talk.state["secret_for"] = reference
        given = secret_in(text.replace(reference, " "))
        if given:
            return take_secret(svc, talk, actor, given)
        return [svc.texts.bubble("track.secret", code=reference)]


def _read_out(svc: Svc, talk: Talk, case: Case) -> list[Part]:
    """What is not pushed of a confidential case is read by whoever brought it, once, where they type its number. The
    push that says there is something to read has nothing more to say then."""
    found = read_out(svc, case) if talk.private else None
    if found is None:
        return []
    note, say = found
    news = svc.texts.say("status.told_confidential", code=case.reference)
    riding.drop_riding(svc.session, talk.conversation.lane, case.id, news)
    read = talk.state.setdefault("read", {})
    if read.get(case.reference) == note:
        return [Say(svc.texts.say("read.before", code=case.reference, phone=svc.phone()), say.choices)]
    read[case.reference] = note
    return [say]


def looks_like_reference(text: str) -> bool:
    """A reference in its printed form whose digits do not fit together."""
    return bool(_PRINTED.search(arabic(text)))


def mistyped(svc: Svc, text: str) -> list[Part]:
    """Such a reference cannot be anybody's."""
    found = _PRINTED.search(arabic(text))
    return [svc.texts.bubble("track.notfound", code=found.group() if found else "")]


def secret_in(text: str) -> str:
    """Eight digits, in one or two groups, that could be a receipt's secret (see storage/ids.py)."""
    found = _SECRET.search(arabic(text))
    return "".join(found.groups()) if found else ""


def take_secret(svc: Svc, talk: Talk, actor: Actor, secret: str) -> list[Part]:
    """The secret for the case asked about before."""
    reference = talk.state["secret_for"]
    try:
        case = access.case_by_secret(svc, str(actor.account_id), reference, secret)
    except access.Throttled:
        talk.state.pop("secret_for")
        return [Say(svc.texts.say("track.throttled", phone=svc.phone()))]
    except access.NotFound:
        return [svc.texts.bubble("track.secret_wrong", phone=svc.phone())]
    talk.state.pop("secret_for")
    return [case_card(svc, case, own=False, joined=access.joined_by_secret(svc, case, secret))]


def no_secret(svc: Svc, talk: Talk) -> list[Part]:
    """Without the secret there is nothing to see."""
    talk.state.pop("secret_for", None)
    return [Say(svc.texts.say("track.no_secret", phone=svc.phone()))]


# --- adding to a case ----------------------------------------------------------------------------------------------


def ask_more(svc: Svc, talk: Talk, actor: Actor, reference: str | None = None) -> list[Part]:
    """The person wants to add something: to the named case, the one just filed, or the newest."""
    if reference is None and receipts.just_filed(svc, talk) is not None:
        reference = receipts.just_filed(svc, talk)
    own = [case.reference for case, _joined in access.cases_of(svc, actor, limit=200)]
    waits = [one.case.reference for one in awaiting.of(svc, actor) if one.what in ("question", "refused")]
    reference = reference or next(iter(waits), None)
    if not own:
        return [svc.texts.bubble("track.none")]
    reference = reference or (talk.state.get("filed") or {}).get("reference")
    if reference not in own:
        reference = own[0]
    talk.state["adding"] = reference
    return [svc.texts.bubble("add.ask", code=reference)]


def take_more(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """More words, a picture or a pin for the case named before."""
    reference = talk.state.pop("adding")
    if heard.means(incoming.text, "enough", "cancel", "skip", "that_is_all"):
        return [Say(svc.texts.say("greet.thanks"))]
    return add(svc, talk, actor, reference, incoming)


def take_detail(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """After praise: whose day to make. None: they talk of something else."""
    reference = talk.state.pop("detail")
    if heard.means(incoming.text, "skip", "no", "enough", "thanks", "that_is_all"):
        return [Say(svc.texts.say("greet.thanks"))]
    if incoming.kind != "text" or len(incoming.text) > 80 or heard.means(incoming.text, "is_problem"):
        return None
    wants = svc.tools.classify(incoming.text).inside.kind
    if wants not in (Kind.COMPLAINT, Kind.COMPLIMENT, Kind.OPINION) or kinds.names_problem(normalize(incoming.text)):
        return None
    return add(svc, talk, actor, reference, incoming)


def add(svc: Svc, talk: Talk, actor: Actor, reference: str, incoming: Incoming) -> list[Part]:
    """More for one's own case: words, pictures with theirs, a pin."""
    try:
        case, _joined = access.case_for_citizen(svc, actor, reference)
    except (access.NotFound, access.SecretNeeded):
        return [svc.texts.bubble("track.notfound", code=reference)]
    place = incoming.place
    text = incoming.text if incoming.kind not in ("place", "sticker") else ""
    rows = [row.id for row in (talk.message, *talk.others)]
    asked = case.status == Status.NEED_INFO
    joins.add(svc, talk.account, case, rows, text, place.lat if place else None, place.lon if place else None)
    if asked and case.status != Status.NEED_INFO:
        return [answered(svc, case)]
    return [Say(svc.texts.say("confirm.added", code=reference))]


# --- hurry, withdraw ---------------------------------------------------------------------------------------------


def hurry(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """Please hurry: the named case, the only open one, or which?"""
    found = _one(svc, actor, reference, "track.hurry_which", "track.button_hurry")
    return found if isinstance(found, list) else [_hurried(svc, found[0])]


def _hurried(svc: Svc, case: Case) -> Say:
    if not is_open(case.status):
        return _not_now(svc, case)
    done = status.hurry(svc, case)
    key = "track.hurried" if done.passed_on else "track.hurry_wait"
    unit = notices.unit_name(svc, case)
    values = {"code": case.reference, "n": done.count, "date": svc.texts.day(done.again_on)}
    return Say(svc.texts.say(key, unit=unit, phone=svc.phone(), **values))


def follow(svc: Svc, talk: Talk, actor: Actor, category: str, angry: bool) -> list[Part]:
    """ "What became of it?": the case it must be, with a push where the person is out of patience; else the list."""
    open_ones = [(case, joined) for case, joined in access.cases_of(svc, actor) if is_open(case.status)]
    fitting = [(case, joined) for case, joined in open_ones if case.category == category] or open_ones
    if len(fitting) != 1:
        return mine(svc, talk, actor)
    ((case, joined),) = fitting
    card = case_card(svc, case, joined=joined)
    return [_hurried(svc, case), card] if angry else [card]


def ask_withdraw(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """Take a case back? Asked once, so that a slip of the thumb withdraws nothing."""
    found = _one(svc, actor, reference, "track.withdraw_which", "track.button_withdraw")
    if isinstance(found, list):
        return found
    case, joined = found
    talk.state["withdrawing"] = case.reference
    key = "track.withdraw_ask" if joined is None else "track.leave_ask"
    return [svc.texts.bubble(key, code=case.reference, summary=summary_of(svc, case, joined))]


def take_withdraw(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The answer. None: they talk of something else, and the case stays."""
    reference = talk.state.pop("withdrawing")
    if heard.means(incoming.text, "keep_case", "no", "cancel"):
        return [Say(svc.texts.say("track.kept", code=reference))]
    if not heard.means(incoming.text, "withdraw_yes", "yes"):
        return None
    try:
        case, joined = access.case_for_citizen(svc, actor, reference, lock=True)
    except (access.NotFound, access.SecretNeeded):
        return [svc.texts.bubble("track.notfound", code=reference)]
    if joined is None:
        try:
            leaving.withdraw(svc, case)
        except MoveNotAllowed:
            return [_not_now(svc, case)]
    else:
        leaving.leave(svc, case, joined)
    _forget(talk, reference)
    return [Say(svc.texts.say("track.withdrawn" if joined is None else "track.left", code=reference))]


def _forget(talk: Talk, reference: str) -> None:
    """What waited to be put into a case that is not this person's any more goes nowhere: it may be another's now."""
    for name in ("maybe", "filed", "danger"):
        if (talk.state.get(name) or {}).get("reference") == reference:
            talk.state.pop(name)
    for name in ("adding", "detail"):
        if talk.state.get(name) == reference:
            talk.state.pop(name)
    if "maybe" not in talk.state and drafts.draft_of(talk) is None:
        talk.conversation.draft_at = None


def mended(svc: Svc, talk: Talk, actor: Actor, category: str = "") -> list[Part] | None:
    """It is mended before we said so: shall the case be taken back? None: there is no single open case, also none
    of this category."""
    own = [case for case in cases.of_account(svc.session, actor.account_id) if is_open(case.status)]
    own = [case for case in own if len(own) > 1 and case.category == category] or own
    if len(own) != 1 or own[0].status == Status.RESOLVED:
        return None
    talk.state["withdrawing"] = own[0].reference
    return [svc.texts.bubble("track.mended_ask", code=own[0].reference, summary=summary_of(svc, own[0]))]


def is_problem(svc: Svc, talk: Talk, actor: Actor) -> list[Part]:
    """What we took for praise or an opinion is a problem."""
    talk.state.pop("detail", None)
    reference = (talk.state.get("filed") or {}).get("reference")
    case = cases.by_reference(svc.session, reference, lock=True) if reference else None
    if case is None or case.account_id != actor.account_id:
        return [svc.texts.bubble("intake.start")]
    filing.is_problem(svc, case)
    if may_move(Status(case.status), Status.REOPENED, CITIZEN):
        status.reopen(svc, case)  # praise that ended by itself
    talk.state["adding"] = case.reference
    return [svc.texts.bubble("confirm.problem", code=case.reference)]


def _not_now(svc: Svc, case: Case) -> Say:
    name = svc.texts.word(f"statuses.{case.status}")
    return Say(svc.texts.say("track.not_now", code=case.reference, status=name, phone=svc.phone()))


def _one(svc: Svc, actor: Actor, reference: str | None, key: str, button: str) -> Own | list[Part]:
    """The case that is meant: the named one, or the only open one; else what to answer."""
    if reference is not None:
        try:
            return access.case_for_citizen(svc, actor, reference)
        except (access.NotFound, access.SecretNeeded):
            return [svc.texts.bubble("track.notfound", code=reference)]
    own = [(case, joined) for case, joined in access.cases_of(svc, actor) if is_open(case.status)]
    if not own:
        return [svc.texts.bubble("track.none")]
    return own[0] if len(own) == 1 else [_listed(svc, key, own, button)]
