"""The same matter or a new one? Told by what was quoted, by time, place and likeness; asked when unclear."""

from __future__ import annotations

from handlers import access, receipts
from handlers.access import Actor
from handlers.actions import drafts, joins
from handlers.messages import Incoming, Part, Say
from handlers.rules.case_status import is_open
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.views import answered
from nlp import entities, kinds, similar
from nlp.normalize import normalize
from nlp.verdict import Verdict
from storage import cases, messages
from storage.tables import Case, CaseJoin
from storage.words import Kind, Status

Own = tuple[Case, CaseJoin | None]
ALIKE = 0.45  # of the letters' runs: a repeat of the same complaint in other words shares about half
_DAYS_BACK = 30
_MAY_BELONG = frozenset({Kind.COMPLAINT, Kind.SERVICE_REQUEST, Kind.INQUIRY, Kind.ABUSE, Kind.SMALLTALK, Kind.FOLLOWUP})


def quoted(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> Case | None:
    """The person's own case whose bubble they answered by quoting it."""
    if not incoming.quoted_id:
        return None
    message = messages.find_by_platform_id(svc.session, talk.conversation.id, incoming.quoted_id)
    if message is None or message.case_id is None:
        return None
    case = cases.get(svc.session, message.case_id)
    own = case.account_id == actor.account_id or access.place_in(svc, actor.person_id, case) is not None
    return case if own else None


def decide(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming, verdict: Verdict) -> list[Part] | None:
    """Answers where this text belongs to an open case, or asks. None: it is a matter of its own."""
    text = incoming.text
    if heard.holds(text, "belongs", "other") or verdict.kind not in _MAY_BELONG:
        return None
    found, just = _candidate(svc, talk, actor, verdict)
    if found is None:
        return None
    case, joined = found
    if case.confidential:
        return add(svc, talk, case, incoming)  # asking would repeat what it is about
    if heard.holds(text, "belongs", "more"):
        return add(svc, talk, case, incoming)
    place = entities.find_place(text)
    known = svc.session.keys.open_text(case.place if joined is None else joined.place) or ""
    if place and known and place not in known and known not in place:
        return None  # somewhere else
    same_topic = not verdict.abstained and verdict.category == case.category
    names_nothing = verdict.abstained or (same_topic and not kinds.names_problem(normalize(text)))
    if just and names_nothing and (place or len(text) <= 60):
        return add(svc, talk, case, incoming) if place else drafts.ask_same(svc, talk, case.reference, text)
    if not same_topic:
        return None
    told = (svc.session.keys.open_text(case.text) or "") if joined is None else joins.words_in(svc, joined)
    alike = similar.likeness(text, told) >= ALIKE
    return drafts.ask_same(svc, talk, case.reference, text) if just or alike else None


def _candidate(svc: Svc, talk: Talk, actor: Actor, verdict: Verdict) -> tuple[Own | None, bool]:
    """The case this may belong to, and whether it was told of just now: one's own, or one the person joined."""
    own = [(case, joined) for case, joined in access.cases_of(svc, actor) if is_open(case.status)]
    reference = receipts.just_filed(svc, talk)
    for case, joined in own:
        if case.reference == reference:
            return (case, joined), True
    for case, joined in own:
        recent = (svc.now - (case.received_at if joined is None else joined.joined_at)).days < _DAYS_BACK
        if recent and case.category == verdict.category and not case.confidential:
            return (case, joined), False
    return None, False


def take(svc: Svc, talk: Talk, incoming: Incoming) -> tuple[list[Part] | None, dict[str, str | int]]:
    """(answer, what was kept): added to the case; or (None, …) where it is to be told as a new matter, also when the
    case is this person's no longer."""
    kept = talk.state.pop("maybe")
    talk.conversation.draft_at = None
    if heard.means(incoming.text, "same_case", "yes"):
        case = cases.by_reference(svc.session, kept["reference"])
        assert case is not None
        if joins.add(svc, talk.account, case, int(kept["message_id"]), str(kept["text"]), None, None):
            return [Say(svc.texts.say("confirm.added", code=case.reference))], kept
    return None, kept


def settle_silent(svc: Svc, talk: Talk) -> None:
    """Asked, and never answered: the words join the case they seemed to belong to, where people see them. When that is
    not this person's any more they are a draft, filed like any that fell silent."""
    kept = talk.state.pop("maybe", None)
    if kept is None:
        return
    talk.conversation.draft_at = None
    case = cases.by_reference(svc.session, kept["reference"])
    message_id, text = int(kept["message_id"]), str(kept["text"])
    if case is not None and joins.add(svc, talk.account, case, message_id, text, None, None):
        return
    draft = drafts.draft_of(talk) or Draft(may_split=False)
    draft.message_ids.append(message_id)
    drafts.absorb_text(svc, draft, message_id, text)
    drafts.keep(svc, talk, draft)


def add(svc: Svc, talk: Talk, case: Case, incoming: Incoming) -> list[Part]:
    """More words, pictures or a pin for a case of this person."""
    place = incoming.place
    text = incoming.text if incoming.kind not in ("place", "sticker") else ""
    rows = [row.id for row in (talk.message, *talk.others)]
    waits = case.status == Status.NEED_INFO
    joins.add(svc, talk.account, case, rows, text, place.lat if place else None, place.lon if place else None)
    if waits and case.status != Status.NEED_INFO:
        return [answered(svc, case)]
    return [Say(svc.texts.say("confirm.added", code=case.reference))]
