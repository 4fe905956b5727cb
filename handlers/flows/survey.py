"""What people think of the service, asked in their chat: three taps after a closing, more only where they wish it.

A tap carries which question it answers. Words are an answer only where they can be nothing else: what tells of another
matter, asks, or is for another question of ours is left to whoever takes it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers.access import Actor, own_accounts
from handlers.actions import awaiting, surveyed, surveying
from handlers.actions.surveying import STATE, TELLING
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.surveys import MONTH
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.texts import replies as words
from nlp import entities, kinds
from nlp.normalize import normalize
from nlp.verdict import Verdict
from storage import agencies, cases, groups, outbox, surveys
from storage.surveys import PULSE, SCALE, Question
from storage.tables import Case, Survey
from storage.words import Kind, Status, SurveyState

_WHY, _OPEN, _MORE = "why", "open", "more"
_REASONS = ("slow", "not_told", "not_fixed", "manner")
_SHORT = 20  # characters that may be a clumsy answer
_WHILE = timedelta(hours=1)  # so long free words are the answer to an open question
_SERVICE = "OF"  # complaints about the office itself: what a survey asks for
_SKIPS = ("skip", "not_talked", "not_mine")
_HEARD = {"skip": ("skip",), "decline": ("suits_not", "answers_not", "no"), "stop": ("enough",)}
_OTHER = "OT"
_MOST_UNCLEAR = 3  # so often the points are shown again
# What short words may be that name nothing to work on.
_CLUMSY = frozenset(
    {Kind.SMALLTALK, Kind.OPINION, Kind.COMPLIMENT, Kind.SUGGESTION, Kind.COMPLAINT, Kind.FOLLOWUP, Kind.EMERGENCY}
)


# --- from outside ----------------------------------------------------------------------------------------------------


def tap(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A button of ours, however old its bubble. None: it is none."""
    found = heard.rated(incoming.text) if incoming.kind == "text" else None
    if found is None:
        return None
    survey_id, number, label = found
    survey = _own(svc, actor, survey_id)
    places = [] if survey is None else _places(svc, survey)
    if survey is None or not 1 <= number <= len(places):
        return [Say(svc.texts.say("error.old_button"))]
    place = places[number - 1]
    meaning = _labelled(svc, survey, place, label)
    if place in survey.items:
        return _rated(svc, talk, survey, place, meaning)
    return _beside(svc, talk, survey, place, meaning) if meaning else _go_on(svc, talk, survey)


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """What was typed where a question of a survey is open. None: they talk of something else."""
    state = talk.state[STATE]
    survey = _own(svc, actor, state["id"])
    if survey is None or not TELLING.isdisjoint(talk.state):
        return None
    text, last = incoming.text, _is_last(svc, talk)
    if incoming.kind != "text":
        sticker = incoming.kind == "sticker" and last and state["step"] in survey.items and "again" not in state
        return _again(svc, talk, survey) if sticker else None
    if state["step"] == _MORE:
        return _enough(svc, talk, text) if last else None
    if state["step"] not in survey.items:
        fresh = svc.now - datetime.fromisoformat(state["at"]) <= _WHILE
        return _free(svc, talk, survey, state["step"], text) if last and fresh else None
    if last and heard.means(text, "enough"):
        return stop(svc, talk, actor)
    meaning = heard.scale(text, asked=last) or (_typed(svc, survey, state["step"], text) if last else "")
    if meaning:
        return _rated(svc, talk, survey, state["step"], meaning)
    return (_unmended(svc, talk, survey, text) or _unclear(svc, talk, survey, text)) if last else None


def wish(svc: Svc, talk: Talk, actor: Actor) -> list[Part]:
    """They want to say what they think: what is still open goes on, else they choose how much."""
    for one in surveys.of_accounts(svc.session, own_accounts(svc, actor.person_id), surveying.OPEN):
        survey = _own(svc, actor, one.id)
        if survey is not None and _is_open(svc, survey):
            return _resume(svc, talk, survey)
    talk.state[STATE] = {"id": 0, "step": _MORE}
    return [svc.texts.bubble("survey.offer")]


def start(svc: Svc, talk: Talk, *, full: bool) -> list[Part]:
    """Five items, one of each aspect; or a whole form."""
    survey = surveyed.begin(svc, talk.conversation, talk.account, full=full)
    first = _go_on(svc, talk, survey)
    if not full:
        return first
    link = surveying.web_link(svc, survey)
    key = "survey.full_web" if link else "survey.full"
    web = (Choice(svc.texts.word("survey_buttons.web"), link, "link"),) if link else ()
    return [Say(svc.texts.say(key, n=len(survey.items)), web), *first]


def is_running(svc: Svc, talk: Talk) -> bool:
    """Is a question of a survey the last thing said here?"""
    return STATE in talk.state and TELLING.isdisjoint(talk.state) and _is_last(svc, talk)


def stop(svc: Svc, talk: Talk, actor: Actor) -> list[Part]:
    """Whatever is asked: enough of it. After a closing it is not asked again."""
    survey = _own(svc, actor, talk.state[STATE]["id"])
    if survey is not None and survey.source == surveying.CLOSING and survey.state in surveying.PUT:
        return _declined(svc, talk, survey)
    return _stopped(svc, talk, survey)


def left(svc: Svc, talk: Talk, before: dict[str, Any] | None) -> None:
    """Something else was said meanwhile: from here on only clear answers are the survey's; free words are not."""
    unchanged = talk.state.get(STATE) is before
    if before is None or not unchanged:
        return
    survey = surveys.get(svc.session, before["id"])
    if survey is not None and before["step"] in survey.items:
        talk.state[STATE] = {**before, "aside": True}
    else:
        _keep_person(svc, talk, survey)
        talk.state.pop(STATE)


# --- whose, and what is open -----------------------------------------------------------------------------------------


def _own(svc: Svc, actor: Actor, survey_id: int) -> Survey | None:
    survey = surveys.get(svc.session, survey_id, lock=True)
    own = survey is not None and survey.account_id in own_accounts(svc, actor.person_id)
    return survey if own else None


def _is_open(svc: Svc, survey: Survey) -> bool:
    in_time = survey.source == surveying.CLOSING or survey.not_before > svc.now
    return in_time and surveying.still_closed(svc, survey)


def _is_last(svc: Svc, talk: Talk) -> bool:
    """Nothing else was said since our question: neither by them, nor by us."""
    if talk.state[STATE].get("aside"):
        return False
    newest = outbox.newest_put(svc.session, talk.conversation.lane, talk.conversation.id, svc.now, limit=1)
    return not newest or newest[0].is_answer or newest[0].once.startswith(surveying.ONCE)


def _case_of(svc: Svc, survey: Survey) -> Case | None:
    return None if survey.case_id is None else cases.get(svc.session, survey.case_id)


def _is_whole(svc: Svc, survey: Survey) -> bool:
    return len(survey.items) == len(surveys.forms(svc.session)[survey.form].items)


def _places(svc: Svc, survey: Survey) -> list[str]:
    """Every question of a survey in its order: the rated items, then what stands beside them."""
    if survey.form == PULSE:
        return [*survey.items, _WHY, _OPEN]
    asked = _questions(svc, survey)
    beside = [code for code, one in asked.items() if one.about != "person" or one.options]
    return [*survey.items, *(beside if _is_whole(svc, survey) else ["suggestion"])]


def _questions(svc: Svc, survey: Survey) -> dict[str, Question]:
    return {one.code: one for one in surveys.forms(svc.session)[survey.form].questions}


# --- the questions ---------------------------------------------------------------------------------------------------


def _go_on(svc: Svc, talk: Talk, survey: Survey, after: str = "", lead: Say | None = None) -> list[Part]:
    """The next question: an item that is still open, then what stands beside the items, in order; or thanks."""
    places = _places(svc, survey)
    code = surveying.next_item(svc, survey)
    if code is None:
        rest = places[places.index(after) + 1 if after else 0 :]
        asked = [place for place in rest if place not in survey.items]
        if not surveyed.is_dissatisfied(svc, survey):
            asked = [place for place in asked if place != _WHY]
        code = asked[0] if asked else None
    if code is None:
        return _finish(svc, talk, survey)
    return [_put(svc, talk, survey, code, lead)]


def _put(svc: Svc, talk: Talk, survey: Survey, place: str, lead: Say | None = None) -> Say:
    said = talk.state.get(STATE, {})
    kept = {"said": said["said"]} if said.get("id") == survey.id and "said" in said else {}
    talk.state[STATE] = {"id": survey.id, "step": place, "at": svc.now.isoformat(), **kept}
    say = surveying.item(svc, survey, place) if place in survey.items else _question(svc, survey, place)
    return say if lead is None else Say(f"{lead.text}\n{say.text}", (*lead.choices, *say.choices))


def _question(svc: Svc, survey: Survey, place: str) -> Say:
    number = _places(svc, survey).index(place) + 1
    choices = tuple(surveying.tap(svc, survey, number, label) for label, _value in _options(svc, survey, place))
    if place == _WHY:
        return Say(svc.texts.say("survey.why"), choices)
    if place == _OPEN:
        agency = agencies.agency(svc.session, survey.agency_code)
        return Say(svc.texts.say("survey.open", agency=agency.name if agency else ""), choices)
    asked = _questions(svc, survey)[place]
    key = "survey.person" if asked.about == "person" else "survey.question"
    return Say(svc.texts.say(key, name=asked.name), choices)


def _options(svc: Svc, survey: Survey, place: str) -> list[tuple[str, str]]:
    """(label, meaning) of the answers one can tap."""
    if place in survey.items:
        return surveying.answers_to(svc, survey, place)
    skip = (svc.texts.word("survey_buttons.skip"), "skip")
    if place == _WHY:
        return [*((svc.texts.word(f"survey_buttons.{name}"), name) for name in _REASONS), skip]
    asked = _questions(svc, survey).get(place) if survey.form != PULSE else None
    return [*((label, code) for code, label in (asked.options if asked else ())), skip]


def _labelled(svc: Svc, survey: Survey, place: str, label: str) -> str:
    """What a label stands for; "" for none of these."""
    line = heard.plain(label)
    return next((value for one, value in _options(svc, survey, place) if heard.plain(one) == line), "")


def _typed(svc: Svc, survey: Survey, place: str, text: str) -> str:
    """What was typed instead of a tap; "" for none of the answers."""
    options = [value for _label, value in _options(svc, survey, place)]
    named = _labelled(svc, survey, place, text)
    return named or next((name for name, said in _HEARD.items() if name in options and heard.means(text, *said)), "")


# --- the answers -----------------------------------------------------------------------------------------------------


def _rated(svc: Svc, talk: Talk, survey: Survey, place: str, meaning: str) -> list[Part]:
    """An answer to a rated item, or "not now"."""
    if survey.state == SurveyState.DONE:
        return [Say(svc.texts.say("survey.had"))]
    if not surveying.still_closed(svc, survey):
        surveying.end(svc, survey, SurveyState.EXPIRED)
        case = _case_of(svc, survey)
        reopened = case is not None and case.status != Status.CLOSED
        return _over(svc, talk, survey, "survey.open_again" if reopened else "survey.over")
    if survey.state == SurveyState.EXPIRED:
        return _over(svc, talk, survey, "survey.over")
    if meaning == "decline":
        return _declined(svc, talk, survey)
    if meaning == "stop":
        return _stopped(svc, talk, survey)
    if meaning in SCALE or meaning in _SKIPS:
        surveyed.rate(svc, survey, place, meaning if meaning in SCALE else None)
    if not TELLING.isdisjoint(talk.state):
        return [Say(svc.texts.say("survey.noted"))]  # the matter they are telling comes first
    return _go_on(svc, talk, survey)


def _over(svc: Svc, talk: Talk, survey: Survey, key: str) -> list[Part]:
    _forget(talk, survey)
    return [Say(svc.texts.say(key))]


def _forget(talk: Talk, survey: Survey | None) -> None:
    if survey is None or talk.state.get(STATE, {}).get("id") == survey.id:
        talk.state.pop(STATE, None)


def _declined(svc: Svc, talk: Talk, survey: Survey) -> list[Part]:
    surveying.end(svc, survey, SurveyState.DECLINED)
    return _over(svc, talk, survey, "survey.declined")


def _stopped(svc: Svc, talk: Talk, survey: Survey | None) -> list[Part]:
    _keep_person(svc, talk, survey)
    _forget(talk, survey)
    goes_on = survey is not None and survey.state in surveying.PUT
    return [Say(svc.texts.say("survey.stopped" if goes_on else "survey.enough"))]


def _keep_person(svc: Svc, talk: Talk, survey: Survey | None) -> None:
    state = talk.state.get(STATE, {})
    if survey is not None and state.get("id") == survey.id:
        surveyed.tell_of_themselves(svc, survey, state.get("said", {}))


def _unmended(svc: Svc, talk: Talk, survey: Survey, text: str) -> list[Part] | None:
    """ "Still dark", said to the question how they liked it: that it can be looked at again, and the question again."""
    told = words.is_still(text) or (words.says_still(text) and not _is_other(svc, survey, text))
    if not told or heard.holds(text, "replies", "look"):
        return None
    again = _reopening(svc, survey)
    if again is None:
        return None
    asked = _put(svc, talk, survey, talk.state[STATE]["step"])
    return [Say(f"{again.text}\n{asked.text}", (*asked.choices, *again.choices))]  # a typed 1 is a point of the scale


def _unclear(svc: Svc, talk: Talk, survey: Survey, text: str) -> list[Part] | None:
    """A few words that may be an answer between the points: asked again, never guessed. None: a matter of its own."""
    state, troubled = talk.state[STATE], kinds.names_problem(normalize(text))
    times = state.get("again", 0)
    if heard.means(text, "answers_how"):
        return _again(svc, talk, survey)
    if times >= (1 if troubled else _MOST_UNCLEAR) or len(text) > _SHORT or heard.knows(text):
        return None
    if not _says_nothing(svc.tools.classify(text), troubled=troubled) or entities.find_references(text):
        return None
    return _again(svc, talk, survey)


def _again(svc: Svc, talk: Talk, survey: Survey) -> list[Part]:
    """The same question, and how it can be answered."""
    state = talk.state[STATE]
    say = _put(svc, talk, survey, state["step"], Say(svc.texts.say("survey.unclear")))
    talk.state[STATE]["again"] = state.get("again", 0) + 1
    return [say]


def _says_nothing(verdict: Verdict, *, troubled: bool) -> bool:
    """Is there nothing in these few words that somebody could work on? Praise and trouble with us is what we asked."""
    if verdict.kind not in _CLUMSY or verdict.foreseen or verdict.confidential:
        return False
    if verdict.abstained or verdict.category in (_SERVICE, _OTHER):
        return True
    return not troubled and verdict.said not in (Kind.SUGGESTION, Kind.SERVICE_REQUEST)


def _beside(svc: Svc, talk: Talk, survey: Survey, place: str, meaning: str) -> list[Part]:
    """A tapped answer beside the rated items: a reason, something about themselves, or nothing."""
    state = talk.state.get(STATE, {})
    asked = state.get("id") == survey.id and state.get("step") == place
    if meaning != "skip":
        _note(svc, talk, survey, place, meaning)
    if not asked:  # an old bubble
        return [Say(svc.texts.say("survey.thanks"))]
    return _go_on(svc, talk, survey, place, _reopening(svc, survey) if meaning == "not_fixed" else None)


def _note(svc: Svc, talk: Talk, survey: Survey, place: str, meaning: str) -> None:
    if place == _WHY:
        surveyed.reason(survey, meaning)
        return
    if _questions(svc, survey)[place].about == "channel":
        survey.best_channel = meaning
    elif talk.state.get(STATE, {}).get("id") == survey.id:
        state = talk.state[STATE]
        talk.state[STATE] = {**state, "said": {**state.get("said", {}), place: meaning}}


def _free(svc: Svc, talk: Talk, survey: Survey, place: str, text: str) -> list[Part] | None:
    """Typed where words are asked for, or a choice."""
    meaning = _typed(svc, survey, place, text)
    if meaning:
        return _beside(svc, talk, survey, place, meaning)
    if heard.means(text, "no", "that_is_all", "thanks"):
        return _go_on(svc, talk, survey, place)
    if heard.means(text, "enough"):
        return _stopped(svc, talk, survey)
    asked = None if survey.form == PULSE else _questions(svc, survey)[place]
    if (asked is not None and asked.about != "words") or _is_other(svc, survey, text):
        return None
    if svc.tools.classify(text).inside.kind == Kind.SMALLTALK:
        return _go_on(svc, talk, survey, place)  # "ok", "fine": nothing to pass on
    if place == _WHY:
        surveyed.reason(survey, surveyed.OTHER)
    surveyed.say(svc, survey, place, text)
    return _go_on(svc, talk, survey, place, _reopening(svc, survey) if _is_unmended(svc, survey, text) else None)


def _is_other(svc: Svc, survey: Survey, text: str) -> bool:
    """Words for somebody else: a matter of its own, an accusation, a question, a word that works everywhere."""
    if heard.knows(text) or entities.find_references(text):
        return True
    verdict, case = svc.tools.classify(text), _case_of(svc, survey)
    if verdict.confidential or verdict.kind in (Kind.CORRUPTION, Kind.EMERGENCY, Kind.DATA_RIGHT):
        return True
    if verdict.kind == Kind.INQUIRY and words.asks(text) and not surveyed.is_dissatisfied(svc, survey):
        return True
    if not _tells(verdict, text):
        return False
    return case is None or verdict.category != case.category or awaiting.other_spot(svc, case, text)


def _tells(verdict: Verdict, text: str) -> bool:
    """Does this tell of a trouble, other than with the office itself?"""
    named = verdict.kind in (Kind.COMPLAINT, Kind.SERVICE_REQUEST) and not verdict.abstained
    return named and verdict.category != _SERVICE and kinds.names_problem(normalize(text))


def _is_unmended(svc: Svc, survey: Survey, text: str) -> bool:
    """Do these words say that the trouble is still there?"""
    return words.says_still(text) or _tells(svc.tools.classify(text), text)


def _reopening(svc: Svc, survey: Survey) -> Say | None:
    """They say it is not mended: to have it looked at again is one tap, as long as that is possible."""
    case = _case_of(svc, survey)
    in_time = timedelta(days=svc.limits["reopen_days"])
    if case is None or case.status != Status.CLOSED or case.closed_at is None or svc.now - case.closed_at > in_time:
        return None
    again = Choice(svc.texts.word("status.button_reopen", code=case.reference))
    return Say(svc.texts.say("survey.reopen", code=case.reference), (again,))


# --- at the end ------------------------------------------------------------------------------------------------------


def _finish(svc: Svc, talk: Talk, survey: Survey) -> list[Part]:
    """Thanks; after a closing more is offered, unless they answered more within the month."""
    _keep_person(svc, talk, survey)
    _forget(talk, survey)
    month_ago = svc.now - MONTH
    asked_more = surveys.asked_since(svc.session, surveying.accounts_of(svc, survey), month_ago, surveying.WISH)
    if survey.source != surveying.CLOSING or asked_more:
        return [Say(svc.texts.say("survey.thanks"))]
    talk.state[STATE] = {"id": survey.id, "step": _MORE}
    more = svc.texts.bubble("survey.thanks_more")
    if groups.of_account(svc.session, survey.account_id) is not None:
        return [more]
    return [Say(more.text, (*more.choices, Choice(svc.texts.word("own_group.button"))))]


def _enough(svc: Svc, talk: Talk, text: str) -> list[Part] | None:
    if not heard.means(text, "enough", "no", "suits_not", "that_is_all"):
        return None
    talk.state.pop(STATE)
    return [Say(svc.texts.say("survey.enough"))]


def _resume(svc: Svc, talk: Talk, survey: Survey) -> list[Part]:
    """The next open question, with the matter it is about where it is about one."""
    code = surveying.next_item(svc, survey)
    first = survey.state == SurveyState.WANTED
    if code is None:
        return _go_on(svc, talk, survey)
    if first:
        surveying.asked(svc, survey)
    if survey.case_id is None:
        return [_put(svc, talk, survey, code, Say(svc.texts.say("survey.resume")))]
    say = _put(svc, talk, survey, code)
    return [replace(say, text=surveying.invitation(svc, survey, code, again=not first).text)]
