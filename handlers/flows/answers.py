"""A case of theirs waits for the person: for an answer, a "it is mended", a "that day suits me". Here it is taken.

Nothing else is running in the chat. What is no answer is left to the other flows; what may be one of several is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import awaiting, consenting, drafts, endings, notices, replies, status, waiting
from handlers.actions.awaiting import Meant
from handlers.actions.replies import Said
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.case_status import MoveNotAllowed, is_open
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from handlers.texts.replies import Reply
from handlers.views import answered, answers_to, case_card, summary_of
from storage import cases, riding
from storage.tables import Case
from storage.words import Status

_MORE_FOLLOWS = timedelta(minutes=30)
_MUCH_LATER = timedelta(days=1)  # told of so much later than the others, it is what was answered
_IN_A_LIST = 60  # characters of what a case is about
_FIRM = frozenset({Reply.YES, Reply.NO, Reply.DOUBT})
# Whole answers that say nothing to pass on.
_BARE = (
    "yes",
    "no",
    "fixed",
    "is_good",
    "is_mended",
    "agreed",
    "not_fixed",
    "understood",
    "still_asks",
    "open_again",
    "no_info",
)


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming, elsewhere: bool = False) -> list[Part] | None:
    """The answer to what waits. None: nothing does, or it is none. `elsewhere`: asked what we know without any case."""
    is_text = incoming.kind == "text"
    found = awaiting.readings(svc, awaiting.of(svc, actor), incoming.text, is_text=is_text, elsewhere=elsewhere)
    found = _newest(found)
    if not found:
        return None
    said = _said(talk, incoming)
    if found[0].waits.what == "closed":
        return _again(svc, talk, [one.waits.case for one in found], incoming.text)
    if len(found) > 1:
        return _which(svc, talk, found, said)
    return _act(svc, talk, found[0], said)


def of_case(svc: Svc, talk: Talk, actor: Actor, case: Case, incoming: Incoming, *, firm: bool) -> list[Part] | None:
    """An answer to this case, whose bubble was quoted or whose number stands beside the words (then it must be `firm`:
    a number with a few words is mostly a question about the case). None: it is no answer."""
    waits = awaiting.of_case(svc, case) if case.account_id == actor.account_id else None
    if waits is None or waits.what == "closed":
        return None
    is_text = incoming.kind == "text"
    found = awaiting.readings(svc, [waits], incoming.text, is_text=is_text, elsewhere=False)
    if not found or (firm and found[0].reply not in _FIRM):
        return None
    return _act(svc, talk, found[0], _said(talk, incoming))


def _said(talk: Talk, incoming: Incoming) -> Said:
    place = incoming.place
    text = incoming.text if incoming.kind not in ("place", "sticker", "strange") else ""
    rows = [row.id for row in (talk.message, *talk.others)]
    return Said(rows, text, place.lat if place else None, place.lon if place else None)


def _newest(found: list[Meant]) -> list[Meant]:
    """The one told of much later than the others, where there is one."""
    if len(found) > 1 and found[0].waits.since - found[1].waits.since >= _MUCH_LATER:
        return found[:1]
    return found


# --- which of them? --------------------------------------------------------------------------------------------------


def _which(svc: Svc, talk: Talk, found: Sequence[Meant], said: Said) -> list[Part]:
    """Several wait: the words are kept until it is said for which they are."""
    own = [one.waits.case for one in found]
    talk.state["which"] = {"rows": list(said.rows), "text": said.text, "lat": said.lat, "lon": said.lon}
    answers = {one.reply for one in found}
    about_results = {one.waits.what for one in found} == {"result"}
    name = {Reply.YES: "fixed", Reply.NO: "not_fixed"}.get(next(iter(answers))) if len(answers) == 1 else None
    if not about_results or name is None:
        return [_listed(svc, "track.which_answer", own, [case.reference for case in own])]
    return [_listed(svc, "track.which", own, [_button(svc, case, name) for case in own])]


def _button(svc: Svc, case: Case, name: str) -> str:
    if not replies.asks_mended(case):
        name = {"fixed": "understood", "not_fixed": "still_asks"}[name]
    return svc.texts.word(f"track.button_{name}", code=case.reference)


def _listed(svc: Svc, key: str, own: Sequence[Case], labels: Sequence[str]) -> Say:
    lines = "\n".join(f"{case.reference} “{shortened(summary_of(svc, case), _IN_A_LIST)}”" for case in own)
    return Say(svc.texts.say(key, lines=lines), tuple(Choice(label) for label in labels))


def take_which(svc: Svc, talk: Talk, actor: Actor, reference: str) -> list[Part] | None:
    """The case the kept words are for. None: no words were kept, or it does not wait any more."""
    said = _kept(talk)
    case = cases.by_reference(svc.session, reference)
    if said is None or case is None or case.account_id != actor.account_id:
        return None
    waits = awaiting.of_case(svc, case)
    if waits is None:
        return None
    found = awaiting.readings(svc, [waits], said.text, is_text=bool(said.text), elsewhere=False)
    return _act(svc, talk, found[0] if found else Meant(waits, Reply.TELLS), said)


def _kept(talk: Talk) -> Said | None:
    kept = talk.state.pop("which", None)
    return None if kept is None else Said(kept["rows"], kept["text"], kept["lat"], kept["lon"])


# --- taken -----------------------------------------------------------------------------------------------------------


def _act(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    acts: dict[str, Callable[[Svc, Talk, Meant, Said], list[Part]]] = {
        "question": _to_question,
        "result": _to_result,
        "visit": _to_visit,
        "refused": _to_refusal,
        "paused": _to_pause,
        "merged": _to_merged,
        "identity": _to_identity,
    }
    riding.outdate(svc.session, talk.conversation.lane, meant.waits.case.id)
    parts = acts[meant.waits.what](svc, talk, meant, said)
    goes_on = is_open(meant.waits.case.status) and meant.waits.case.status != Status.RESOLVED
    if goes_on and "maybe" not in talk.state:
        talk.state["filed"] = {"reference": meant.waits.case.reference, "at": svc.now.isoformat()}  # more may follow
        talk.state["answered_at"] = svc.now.isoformat()
    return parts


def just_answered(svc: Svc, talk: Talk) -> bool:
    """Did they answer a moment ago, so that a few more words are likely to belong to it?"""
    at = talk.state.get("answered_at")
    return at is not None and svc.now - datetime.fromisoformat(at) <= _MORE_FOLLOWS


def _to_question(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    case = meant.waits.case
    if meant.reply == Reply.NO:
        return _no_info(svc, case)
    if meant.reply == Reply.DOUBT:
        return drafts.ask_same(svc, talk, case.reference, said.text)
    no_info = Choice(svc.texts.word("track.button_no_info", code=case.reference))
    if meant.reply == Reply.LATER:
        due = (case.waiting_since or svc.today) + timedelta(days=svc.limits["need_info_close_days"])
        return [Say(svc.texts.say("track.we_wait", code=case.reference, due=svc.texts.day(due)), (no_info,))]
    if meant.reply == Reply.ASKS:
        replies.pass_on(svc, case, said, "reply.question")
        unit = notices.unit_name(svc, case)
        return [Say(svc.texts.say("track.asks_back", code=case.reference, unit=unit), (no_info,))]
    replies.answer(svc, talk.account, case, said)
    return [answered(svc, case)]


def _to_result(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    case = meant.waits.case
    if meant.reply == Reply.YES:
        return _mended(svc, case)
    if meant.reply == Reply.NO:
        return _not_mended(svc, case, said)
    if meant.reply == Reply.LATER:
        return [Say(svc.texts.say("track.look", code=case.reference), answers_to(svc, case))]
    replies.pass_on(svc, case, said, "reply.words")
    key = "track.still_waits" if replies.asks_mended(case) else "track.still_unclear"
    unit = notices.unit_name(svc, case)
    return [Say(svc.texts.say(key, code=case.reference, unit=unit), answers_to(svc, case))]


def _to_visit(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    case = meant.waits.case
    replies.pass_on(svc, case, said, "reply.visit")
    return [Say(svc.texts.say("track.visit_answered", code=case.reference))]


def _to_refusal(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    case = meant.waits.case
    if meant.reply == Reply.ASKS:
        replies.pass_on(svc, case, said, "reply.question")
        values = {"unit": notices.unit_name(svc, case), "phone": svc.phone()}
        return [Say(svc.texts.say("track.passed_on", code=case.reference, **values))]
    replies.answer(svc, talk.account, case, said)
    return [Say(svc.texts.say("track.new_facts", code=case.reference))]


def _to_pause(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    """The late answer opens the case again."""
    case = meant.waits.case
    replies.reopen(svc, case, _unless_bare(said))
    values = {"unit": notices.unit_name(svc, case), "date": svc.texts.day(status.word_by(svc))}
    return [Say(svc.texts.say("track.opened", code=case.reference, **values)), case_card(svc, case)]


def _to_merged(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    case = meant.waits.case
    endings.split(svc, case)
    return [Say(svc.texts.say("status.split", code=case.reference))]


def _to_identity(svc: Svc, talk: Talk, meant: Meant, said: Said) -> list[Part]:
    """May who they are go along with a case that was sent on?"""
    case, given = meant.waits.case, meant.reply == Reply.YES
    consenting.answer(svc, case, "identity", given)
    return [Say(svc.texts.say(f"consent.identity_{'given' if given else 'refused'}", code=case.reference))]


def _unless_bare(said: Said | None) -> Said | None:
    is_bare = said is not None and heard.means(said.text, *_BARE) and not heard.means(said.text, "partly")
    if said is None or is_bare:
        return None
    return said


def _mended(svc: Svc, case: Case) -> list[Part]:
    status.confirm(svc, case)
    return [Say(svc.texts.say("track.fixed", code=case.reference))]


def _not_mended(svc: Svc, case: Case, said: Said | None = None) -> list[Part]:
    days = svc.limits["reopen_days"]
    if case.status == Status.CLOSED and case.closed_at is not None and (svc.now - case.closed_at).days > days:
        return [svc.texts.bubble("track.too_late", code=case.reference, days=days)]
    replies.reopen(svc, case, _unless_bare(said))
    values = {"unit": notices.unit_name(svc, case), "date": svc.texts.day(status.word_by(svc))}
    return [Say(svc.texts.say("track.not_fixed", code=case.reference, **values)), case_card(svc, case)]


def _no_info(svc: Svc, case: Case) -> list[Part]:
    status.record(svc, case, "no_info", by="citizen")
    waiting.answered(svc, case)
    return [Say(svc.texts.say("status.no_info", code=case.reference))]


# --- it ended, and comes again ---------------------------------------------------------------------------------------


def _again(svc: Svc, talk: Talk, own: Sequence[Case], text: str) -> list[Part]:
    """Closed not long ago, and there it is again: open that one, or begin anew? The words are kept."""
    told = "" if heard.means(text, *_BARE) else text
    talk.state["again"] = {"message_id": talk.message.id, "text": told, "cases": [case.reference for case in own]}
    open_it = [Choice(svc.texts.word("status.button_reopen", code=case.reference)) for case in own]
    new = Choice(svc.texts.word("track.button_new"))
    if len(own) == 1:
        return [Say(svc.texts.say("track.again", code=own[0].reference), (*open_it, new))]
    listed = _listed(svc, "track.again_which", own, [])
    return [Say(listed.text, (*open_it, new))]


def take_again(talk: Talk) -> tuple[int, str]:
    """(message row, words) kept with that question, and forgotten now; no words where there were none."""
    kept = talk.state.pop("again")
    return int(kept["message_id"]), str(kept["text"])


# --- buttons and words with a reference ----------------------------------------------------------------------------


def confirm(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """The person says of this case that it is mended, or that they understand."""
    talk.state.pop("which", None)
    return _conclude(svc, talk, actor, reference or "", mended=True)


def reopen(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """The person says of this case that it is not mended; words kept with "which?" go along."""
    return _conclude(svc, talk, actor, reference or "", mended=False, said=_kept(talk) or _told_again(talk))


def partly(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """Mended in part: opened again, and the unit reads that."""
    said = Said([talk.message.id], svc.texts.word("reply.partly"))
    return _conclude(svc, talk, actor, reference or "", mended=False, said=said)


def _told_again(talk: Talk) -> Said | None:
    if "again" not in talk.state:
        return None
    row, text = take_again(talk)
    return Said([row], text) if text else None


def _conclude(
    svc: Svc, talk: Talk, actor: Actor, reference: str, *, mended: bool, said: Said | None = None
) -> list[Part]:
    try:
        case = access.case_for_complainant(svc, actor, reference)
    except (access.NotFound, access.SecretNeeded):
        joined = [case for case, row in access.cases_of(svc, actor) if row is not None and case.reference == reference]
        return (
            said_by_joined(svc, talk, joined[0], mended)
            if joined
            else [svc.texts.bubble("track.notfound", code=reference)]
        )
    riding.outdate(svc.session, talk.conversation.lane, case.id)
    try:
        return _mended(svc, case) if mended else _not_mended(svc, case, said)
    except MoveNotAllowed:
        return [case_card(svc, case)]


def of_joined(svc: Svc, talk: Talk, actor: Actor, mended: bool) -> list[Part] | None:
    """ "It is (not) mended" about the result of a case this person joined. None: there is none."""
    for case, joined in access.cases_of(svc, actor):
        if joined is not None and case.resolved_at is not None:
            return said_by_joined(svc, talk, case, mended)
    return None


def said_by_joined(svc: Svc, talk: Talk, case: Case, mended: bool) -> list[Part]:
    """Whether a case is closed or opened again is its complainant's to say; what others see there is heard as news."""
    if mended:
        return [Say(svc.texts.say("greet.thanks"))]
    talk.state["adding"] = case.reference
    return [svc.texts.bubble("add.ask", code=case.reference)]


def no_info(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """Asked, and they know no more: the case goes on with what there is."""
    own = cases.of_account(svc.session, actor.account_id, limit=50)
    fitting = [case for case in own if case.status == Status.NEED_INFO and reference in (None, case.reference)]
    return _no_info(svc, fitting[0]) if fitting else [Say(svc.texts.say("greet.thanks"))]


def suits(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """The planned visit suits them."""
    return _visit_suits(svc, talk, actor, reference or "", "reply.suits")


def suits_not(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """The planned visit does not suit them."""
    return _visit_suits(svc, talk, actor, reference or "", "reply.suits_not")


def _visit_suits(svc: Svc, talk: Talk, actor: Actor, reference: str, key: str) -> list[Part]:
    try:
        case = access.case_for_complainant(svc, actor, reference)
    except (access.NotFound, access.SecretNeeded):
        return [svc.texts.bubble("track.notfound", code=reference)]
    waits = awaiting.of_case(svc, case)
    if waits is None or waits.what != "visit":
        return [case_card(svc, case)]
    return _to_visit(svc, talk, Meant(waits, Reply.YES), Said([talk.message.id], svc.texts.word(key)))


def apart(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """A merged case is another matter, says whoever brought it."""
    try:
        case = access.case_for_complainant(svc, actor, reference or "")
        endings.split(svc, case)
        riding.outdate(svc.session, talk.conversation.lane, case.id)
    except (access.NotFound, access.SecretNeeded):
        return [svc.texts.bubble("track.notfound", code=reference or "")]
    except MoveNotAllowed:
        return [case_card(svc, case)]
    return [Say(svc.texts.say("status.split", code=case.reference))]
