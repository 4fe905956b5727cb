"""What waits for a person: an answer to a question, a result, a planned visit; and how their words are to be read.

Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from handlers.access import Actor
from handlers.actions import replies
from handlers.rules.case_status import is_open
from handlers.services import Svc
from handlers.texts import heard
from handlers.texts import replies as words
from handlers.texts.replies import Reply
from nlp import entities, kinds
from nlp.language import foreign_language
from nlp.normalize import normalize
from nlp.verdict import Verdict
from storage import cases, consents, visits
from storage.tables import Case
from storage.words import Kind, Status

# question: need_info; refused: not accepted; paused: closed for want of an answer; identity: may it go along with a
# case sent on.
What = Literal["question", "result", "visit", "refused", "paused", "closed", "merged", "identity"]
_REFUSED_FOR = timedelta(days=7)  # so long bare words may be the facts we lacked
_MERGED_FOR = timedelta(days=30)
_CONSENT_FOR = timedelta(days=7)  # bare words; the buttons are heard at any time
_LOOKED_AT = 20  # of the person's cases, the open and the newest ones
_FACTS = 8  # letters that may be a fact
LEAST_ALARM = 30  # letters: shorter answers alarm nobody by the model alone
_AT_WORK = frozenset({"assigned", "in_progress", "reopened", "screening", "returned_incomplete"})
# The order in which they claim what was said.
_RANKS: dict[str, int] = {
    "merged": 0,
    "question": 1,
    "result": 1,
    "visit": 1,
    "identity": 1,
    "paused": 2,
    "refused": 2,
    "closed": 3,
}
ASKED = frozenset({"question", "result", "visit", "refused", "paused"})  # the person was asked, or just told


@dataclass(frozen=True)
class Waits:
    """One case that waits for this person, for what, and since when."""

    case: Case
    what: What
    since: datetime
    others: frozenset[str] = frozenset()  # categories of the person's other open cases


@dataclass(frozen=True)
class Meant:
    """A case that words (or a picture) may answer, and as what."""

    waits: Waits
    reply: Reply


def of(svc: Svc, actor: Actor) -> list[Waits]:
    """Every own case that waits for the person, newest told first."""
    own = cases.of_account(svc.session, actor.account_id, limit=_LOOKED_AT)
    found = [one for case in own if (one := of_case(svc, case, own)) is not None]
    return sorted(found, key=lambda one: (one.since, one.case.id), reverse=True)


def of_case(svc: Svc, case: Case, own: Sequence[Case] = ()) -> Waits | None:
    """Does this case wait for its complainant? `own`: their cases, where their words may be about another one."""
    what = _what(svc, case)
    if what is None:
        return None
    rows = cases.updates(svc.session, [case.id])
    if what == "visit":
        moments = [row.at for row in rows if row.what == "visit_planned"]
    else:
        moments = [row.at for row in rows if row.status == case.status]
    since = moments[-1] if moments else case.received_at
    age = svc.now - since
    reopen_for = timedelta(days=svc.limits["reopen_days"])
    most = {"result": reopen_for, "paused": reopen_for, "closed": reopen_for}
    most |= {"refused": _REFUSED_FOR, "merged": _MERGED_FOR, "identity": _CONSENT_FOR}
    if what in most and age > most[what]:
        return None
    others = frozenset(other.category for other in own if other.id != case.id and is_open(other.status))
    return Waits(case, what, since, others)


def _what(svc: Svc, case: Case) -> What | None:
    now: dict[str, What] = {
        Status.NEED_INFO: "question",
        Status.RESOLVED: "result",
        Status.NOT_ACCEPTED: "refused",
        Status.MERGED: "merged",
    }
    if case.status == Status.CLOSED:
        return "paused" if case.closed_how == "no_answer" else "closed"
    if case.status in _AT_WORK:
        visit = visits.planned(svc.session, case.id)
        coming = visit is not None and visit.planned_for is not None and visit.planned_for > svc.now
        return "visit" if coming else None
    if case.status == Status.TRANSFERRED:
        return "identity" if consents.answer(svc.session, case.id, "identity") == consents.ASKED else None
    return now.get(case.status)


def is_asked(svc: Svc, actor: Actor) -> bool:
    """Was the person asked or told something that their next words may answer?"""
    return any(one.what in ASKED for one in of(svc, actor))


def alarms(verdict: Verdict, text: str) -> bool:
    """Is it danger also where we wait for an answer? What the rules name is; the model alone must be clear, of a text
    long enough to tell of something."""
    return verdict.foreseen or (words.letters(text) >= LEAST_ALARM and verdict.inside.kind == Kind.EMERGENCY)


# --- how words are read ----------------------------------------------------------------------------------------------


def readings(svc: Svc, waits: Sequence[Waits], text: str, *, is_text: bool, elsewhere: bool) -> list[Meant]:
    """The cases this may be for, of those that claim it first. `is_text`: not a picture, a pin or a voice; `elsewhere`:
    a question that we can answer without any case."""
    verdict = svc.tools.classify(text) if text else None
    found = [Meant(one, _read(svc, one, text, verdict, is_text=is_text, elsewhere=elsewhere)) for one in waits]
    found = [one for one in found if one.reply != Reply.NONE]
    first = min((_RANKS[one.waits.what] for one in found), default=0)
    found = [one for one in found if _RANKS[one.waits.what] == first]
    topic = verdict.category if verdict and not verdict.abstained else None
    of_topic = [one for one in found if one.waits.case.category == topic]
    return of_topic if len(of_topic) == 1 else found


def _read(svc: Svc, one: Waits, text: str, verdict: Verdict | None, *, is_text: bool, elsewhere: bool) -> Reply:
    shown = Reply.NONE if is_text or one.what in ("visit", "closed", "merged", "identity") else Reply.TELLS
    if verdict is None or (one.what == "question" and not is_text):
        return shown
    if not is_text and (is_other(one.case, text, verdict) or other_spot(svc, one.case, text)):
        return Reply.NONE
    if foreign_language(text) or heard.holds(text, "belongs", "other"):
        return Reply.NONE if is_text else shown
    read = {
        "question": _of_question,
        "result": _of_result,
        "visit": _of_visit,
        "refused": _of_refusal,
        "paused": _of_pause,
        "closed": _of_end,
        "merged": _of_merged,
        "identity": _of_identity,
    }[one.what](svc, one, text, verdict)
    return shown if read == Reply.NONE or (read == Reply.ASKS and elsewhere) else read


def same_topic(case: Case, verdict: Verdict) -> bool:
    """Could it be about this case, by its category?"""
    return verdict.abstained or verdict.category == case.category


def is_other(case: Case, text: str, verdict: Verdict) -> bool:
    """Does it clearly tell another trouble?"""
    return not same_topic(case, verdict) and kinds.names_problem(normalize(text))


def other_spot(svc: Svc, case: Case, text: str) -> bool:
    """Does it tell a trouble somewhere else?"""
    place = entities.find_place(text)
    known = svc.session.keys.open_text(case.place) or ""
    if not place or not known or place in known or known in place:
        return False
    return kinds.names_problem(normalize(text))


_NO_ANSWERS = ("thanks", "notice_seen", "answered", "keep_case", "opener", "open_again", "not_same")
_NOT_SAID = frozenset({Kind.FOLLOWUP, Kind.DATA_RIGHT, Kind.INQUIRY, Kind.SMALLTALK, Kind.ABUSE})


def _of_question(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    if heard.means(text, "no_info"):
        return Reply.NO
    if heard.means(text, *_NO_ANSWERS):
        return Reply.NONE
    if heard.means(text, "yes", "no"):
        return Reply.TELLS
    other = is_other(one.case, text, verdict) and not one.case.confidential
    reply = Reply.NONE if other or verdict.said == Kind.FOLLOWUP else words.of_question(text)
    if reply != Reply.NONE:
        return reply
    if verdict.said in _NOT_SAID:
        return Reply.NONE
    return Reply.DOUBT if other else Reply.TELLS


def _of_result(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    read = words.of_result if replies.asks_mended(one.case) else words.of_explanation
    still = words.is_still(text) and verdict.category not in one.others  # too short to tell of what
    if not still and (is_other(one.case, text, verdict) or other_spot(svc, one.case, text)):
        return Reply.NONE
    reply = read(text)
    if reply == Reply.YES and verdict.category != one.case.category and heard.means(text, "is_mended", "thanks"):
        return Reply.DOUBT if not one.others else Reply.NONE  # the lamp was told of, and they speak of the water
    if reply == Reply.DOUBT and not same_topic(one.case, verdict):
        return Reply.NONE
    if reply != Reply.NONE:
        return reply
    more = verdict.said in (Kind.COMPLAINT, Kind.FOLLOWUP, Kind.INQUIRY) and same_topic(one.case, verdict)
    return Reply.TELLS if more and not heard.knows(text) else Reply.NONE


def _of_visit(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    return Reply.NONE if is_other(one.case, text, verdict) else words.of_visit(text)


def _of_refusal(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    if heard.knows(text) or heard.means(text, "yes", "thanks", "understood") or verdict.said == Kind.FOLLOWUP:
        return Reply.NONE
    if is_other(one.case, text, verdict) or other_spot(svc, one.case, text):
        return Reply.NONE
    if words.asks(text):
        return Reply.ASKS
    facts = verdict.said == Kind.COMPLAINT and same_topic(one.case, verdict) and words.letters(text) >= _FACTS
    return Reply.TELLS if facts else Reply.NONE


def _of_pause(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    if heard.means(text, "open_again", "not_fixed"):
        return Reply.NO
    if heard.knows(text) or heard.means(text, "yes", "thanks") or verdict.said in _NOT_SAID:
        return Reply.NONE
    if not same_topic(one.case, verdict) or other_spot(svc, one.case, text) or words.of_question(text) != Reply.NONE:
        return Reply.NONE
    return Reply.TELLS


def _of_end(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    if heard.means(text, "open_again", "not_fixed"):
        return Reply.NO
    same = not verdict.abstained and verdict.category == one.case.category and not other_spot(svc, one.case, text)
    return Reply.NO if same and heard.holds(text, "replies", "again") else Reply.NONE


def _of_merged(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    return Reply.NO if heard.means(text, "not_same") else Reply.NONE


def _of_identity(svc: Svc, one: Waits, text: str, verdict: Verdict) -> Reply:
    """Only plain words give a name away: a mere "ค่ะ" may be but polite."""
    if heard.means(text, "refuse", "no"):
        return Reply.NO
    return Reply.YES if heard.means(text, "allow") else Reply.NONE
