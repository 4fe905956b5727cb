"""Whom we ask what they think of the service, and when: after a real closing, in a quiet moment, seldom.

A wish stands in a row from the closing on. The clock looks at it under the locks of chat, case and row, in this order.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from handlers.access import own_accounts
from handlers.messages import Choice, Say, choices_of, from_json
from handlers.reports import survey_links
from handlers.rules import escalation
from handlers.rules.surveys import MONTH, TOO_LATE, is_asked
from handlers.services import Svc, put_out
from handlers.texts import shortened
from storage import cases, conversations, data_requests, inbox, messages, outbox, people, riding, surveys
from storage.surveys import PULSE, SCALE
from storage.tables import Case, Conversation, Survey
from storage.words import Conclusion, SurveyState

Deed = Literal["asked", "reminded", "expired", "waiting", ""]

ONCE = "survey:"  # how the facts begin that our questions are put out under
STATE = "survey"  # what a chat remembers of the question it was asked
PULSE_ITEMS = ("P.overall", "P.speed", "P.officer")
CLOSING, WISH = "closing", "wish"
OPEN = (SurveyState.WANTED, SurveyState.ASKED, SurveyState.REMINDED, SurveyState.ANSWERING)
PUT = (SurveyState.ASKED, SurveyState.REMINDED, SurveyState.ANSWERING)
# What a chat remembers while it waits for an answer to something else. The first ones tell a matter.
TELLING = frozenset({"draft", "topics", "maybe", "recording", "filling"})
ASKING = frozenset(
    {"which", "again", "secret_for", "privacy", "withdrawing", "asked", "detail", "adding", "order", "loose", "consent"}
)
_STALE = timedelta(days=1)  # so long a question of ours may wait for its answer before others are asked
LINK_DAYS = 30
_TOPIC, _PLACE = 60, 40  # characters


def want(svc: Svc, case: Case) -> None:
    """A case was closed: shall its complainant be asked? Nobody who joined it is."""
    if case.account_id is None or case.conversation_id is None or case.closed_at is None or not _asked_of(case):
        return
    if data_requests.is_limited(svc.session, case.account_id):
        return  # they asked to be left alone, or forgotten
    once = _closing(case)
    if surveys.of_closing(svc.session, once) is None:
        surveys.add(
            svc.session,
            source=CLOSING,
            form=PULSE,
            codes=PULSE_ITEMS,
            agency_code=case.agency_code,
            channel=case.channel,
            customer_group=case.customer_group,
            case=case,
            account_id=case.account_id,
            conversation_id=case.conversation_id,
            once=once,
            # After a week of silence there is nothing to wait for.
            not_before=svc.now if case.closed_how == "silence" else svc.now + _silence(svc),
            now=svc.now,
        )


def _asked_of(case: Case) -> bool:
    thai = not case.verdict.get("language")
    return is_asked(case.kind, case.status, case.closed_how, confidential=case.confidential, thai=thai)


def _closing(case: Case) -> str:
    assert case.closed_at is not None
    return f"closing:{case.id}:{case.closed_at.astimezone(UTC).isoformat()}"


def still_closed(svc: Svc, survey: Survey) -> bool:
    """Does the closing still stand that a survey asks about? True where it asks about none."""
    if survey.case_id is None:
        return True
    case = cases.get(svc.session, survey.case_id)
    return case.closed_at is not None and _asked_of(case) and survey.once == _closing(case)


def _silence(svc: Svc) -> timedelta:
    return timedelta(minutes=svc.limits["survey_silence_minutes"])


# --- the clock -------------------------------------------------------------------------------------------------------


def due(svc: Svc, after: int = 0) -> list[int]:
    """Row ids of surveys the clock should look at now, beginning after one; at most 500."""
    return surveys.due(svc.session, OPEN, svc.now, after)


def planned(svc: Svc, survey_id: int) -> Deed:
    """What `take` would do now."""
    survey = surveys.get(svc.session, survey_id)
    if survey is None:
        return ""
    return _deed(svc, survey, _chat_of(svc, survey))


def _chat_of(svc: Svc, survey: Survey) -> Conversation | None:
    return None if survey.conversation_id is None else conversations.by_id(svc.session, survey.conversation_id)


def take(svc: Svc, survey_id: int) -> Deed:
    """Ask, remind once, let go, or wait; looked at anew under the locks, so that twice is once."""
    survey = surveys.get(svc.session, survey_id)
    if survey is None:
        return ""
    if survey.conversation_id is not None and _chat_of(svc, survey) is not None:
        chat = conversations.lock_by_id(svc.session, survey.conversation_id)
        if chat is None:
            return "waiting"  # somebody is answering there just now
    else:
        chat = None
    if survey.case_id is not None:
        cases.get(svc.session, survey.case_id, lock=True)
    survey = surveys.get(svc.session, survey_id, lock=True)
    assert survey is not None
    deed = _deed(svc, survey, chat)
    if deed == "waiting":
        survey.not_before = _next_look(svc)
    elif deed == "expired":
        end(svc, survey, SurveyState.EXPIRED)
        _forget(svc, chat, survey)
    elif deed:
        assert chat is not None
        _ask(svc, survey, chat)
    return deed


def _deed(svc: Svc, survey: Survey, chat: Conversation | None) -> Deed:
    if survey.state not in OPEN or survey.not_before > svc.now:
        return ""
    over = survey.source != CLOSING or survey.reminded_at is not None
    if over or chat is None or not _reachable(svc, survey, chat) or not still_closed(svc, survey):
        return "expired"
    wanted = survey.state == SurveyState.WANTED
    if wanted and (svc.now - survey.created_at >= TOO_LATE or _asked_enough(svc, survey)):
        return "expired"
    if not escalation.is_day(svc.hours, svc.now) or not _is_quiet(svc, survey, chat):
        return "waiting"
    return "asked" if wanted else "reminded"


def _reachable(svc: Svc, survey: Survey, chat: Conversation) -> bool:
    """The complainant's own chat, which still takes our messages, and is still theirs."""
    account = None if survey.account_id is None else people.account(svc.session, survey.account_id)
    case = None if survey.case_id is None else cases.get(svc.session, survey.case_id)
    theirs = case is None or case.account_id == survey.account_id
    own = account is not None and account.unreachable_at is None and chat.account_id == account.id
    return own and theirs and chat.chat_id is not None


def _asked_enough(svc: Svc, survey: Survey) -> bool:
    asked = surveys.asked_since(svc.session, accounts_of(svc, survey), svc.now - MONTH, CLOSING)
    return asked >= int(svc.limits["surveys_a_month"])


def accounts_of(svc: Svc, survey: Survey) -> set[int]:
    """Row ids of everything the person writes from who is asked."""
    account = None if survey.account_id is None else people.account(svc.session, survey.account_id)
    return set() if account is None else own_accounts(svc, account.person_id)


def _is_quiet(svc: Svc, survey: Survey, chat: Conversation) -> bool:
    """Does nobody write there, and is nothing else told, asked or about to be asked?"""
    said = [at for at in (chat.last_in_at, messages.last_at(svc.session, chat.id)) if at is not None]
    quiet_for = svc.now - max(said) if said else _STALE
    if quiet_for < _silence(svc) or inbox.has_unread(svc.session, chat.lane):
        return False
    state = conversations.read_state(svc.session, chat)
    if is_busy(state, quiet_for) or _asks_another(svc, survey, state, quiet_for):
        return False
    parts = [from_json(part) for part in outbox.on_its_way(svc.session, chat.lane)]
    return not any(choices_of(part) for part in parts)


def is_busy(state: Collection[str], quiet_for: timedelta = timedelta(0)) -> bool:
    """Is a matter told in this chat, or an answer to something else waited for?"""
    return not TELLING.isdisjoint(state) or (quiet_for < _STALE and not ASKING.isdisjoint(state))


def _asks_another(svc: Svc, survey: Survey, state: dict[str, Any], quiet_for: timedelta) -> bool:
    """Another survey of this person: one at a time, and none into a form they are filling in."""
    if quiet_for < _STALE and state.get(STATE, {}).get("id", survey.id) != survey.id:
        return True
    others = surveys.of_accounts(svc.session, accounts_of(svc, survey), PUT)
    return any(one.id != survey.id and one.source == CLOSING and still_closed(svc, one) for one in others)


def _next_look(svc: Svc) -> datetime:
    """A few minutes on by day, in the morning by night."""
    later = svc.now + _silence(svc)
    if escalation.is_day(svc.hours, later):
        return later
    local = later.astimezone(svc.tools.zone)
    day = local.date() + timedelta(days=int(local.time() >= escalation.DAY_TO))
    return datetime.combine(day, escalation.DAY_FROM, svc.tools.zone)


def _forget(svc: Svc, chat: Conversation | None, survey: Survey) -> None:
    state = {} if chat is None else conversations.read_state(svc.session, chat)
    if chat is not None and state.get(STATE, {}).get("id") == survey.id:
        state.pop(STATE)
        conversations.write_state(svc.session, chat, state)


def _ask(svc: Svc, survey: Survey, chat: Conversation) -> None:
    """The first open question, with the matter it is about, into the chat; the chat remembers it."""
    first = survey.state == SurveyState.WANTED
    case = cases.get(svc.session, survey.case_id or 0)
    code = next_item(svc, survey) or survey.items[-1]
    say = invitation(svc, survey, code, again=not first)
    riding.outdate(svc.session, chat.lane, case.id)  # that it is closed stands in the question
    once = f"{ONCE}{survey.id}:{'ask' if first else 'remind'}"
    put_out(svc, chat, [say], once=once, purpose="survey", agency=survey.agency_code)
    if first:
        asked(svc, survey)
    else:
        survey.reminded_at = svc.now
        survey.state = SurveyState.REMINDED if survey.state == SurveyState.ASKED else survey.state
    survey.not_before = svc.now + _patience(svc, survey)
    state = conversations.read_state(svc.session, chat)
    for name in ASKING:
        state.pop(name, None)  # a question nobody answered for a day
    state[STATE] = {"id": survey.id, "step": code}
    state["offered"] = [[choice.label, choice.says] for choice in say.choices]
    conversations.write_state(svc.session, chat, state)


def asked(svc: Svc, survey: Survey) -> None:
    """The first question is put."""
    survey.state, survey.asked_at = SurveyState.ASKED, svc.now
    survey.not_before = svc.now + _patience(svc, survey)


def _patience(svc: Svc, survey: Survey) -> timedelta:
    if survey.source != CLOSING:
        return timedelta(days=LINK_DAYS)
    return timedelta(days=svc.limits["survey_end_days" if survey.reminded_at else "survey_remind_days"])


def goes_on(svc: Svc, survey: Survey) -> None:
    """Something was answered: whoever stops here is reminded of the rest, if they were not yet."""
    survey.state = SurveyState.ANSWERING
    survey.not_before = svc.now + _patience(svc, survey)


def end(svc: Svc, survey: Survey, state: SurveyState) -> None:
    """Nothing more is asked in it."""
    survey.state, survey.ended_at = state, svc.now


# --- the questions ---------------------------------------------------------------------------------------------------


def next_item(svc: Svc, survey: Survey) -> str | None:
    """The first rated item nobody answered or skipped yet."""
    known = surveys.answers(svc.session, survey.id)
    return next((code for code in survey.items if code not in known or known[code].answered_at is None), None)


def invitation(svc: Svc, survey: Survey, code: str, *, again: bool) -> Say:
    """The question with the matter it is about: its number, a few masked words, where and since when."""
    case = cases.get(svc.session, survey.case_id or 0)
    say = item(svc, survey, code)
    words = "" if case.confidential else shortened(case.masked or "", _TOPIC)
    place = "" if case.confidential else shortened(case.place_masked or "", _PLACE)
    lead = svc.texts.say(
        "survey.again" if again else "survey.about",
        code=case.reference,
        topic=f" “{words}”" if words else "",
        place=f" {place}" if place and place not in words else "",
        date=svc.texts.day(case.received_at.astimezone(svc.tools.zone).date()),
    )
    return Say(f"{lead}\n{say.text}", say.choices)


def item(svc: Svc, survey: Survey, code: str) -> Say:
    """One rated item with its answers; from now on it counts as put."""
    surveys.put_question(svc.session, survey, code)
    number, count = survey.items.index(code) + 1, len(survey.items)
    choices = tuple(tap(svc, survey, number, label) for label, _value in answers_to(svc, survey, code))
    if survey.form == PULSE:
        about = "mended" if _was_mended(svc, survey) else "handled"
        return Say(svc.texts.say(_PULSE_TEXTS[code], what=svc.texts.word(f"survey_about.{about}")), choices)
    found = surveys.items(svc.session)[code]
    aspect = surveys.aspects(svc.session)[found.aspect]
    return Say(svc.texts.say("survey.item", i=number, n=count, aspect=aspect, item=found.name), choices)


_PULSE_TEXTS = {"P.overall": "survey.q1", "P.speed": "survey.q2", "P.officer": "survey.q3"}


def _was_mended(svc: Svc, survey: Survey) -> bool:
    case = None if survey.case_id is None else cases.get(svc.session, survey.case_id)
    return case is not None and case.conclusion_type in (Conclusion.FIXED, Conclusion.PARTLY)


def answers_to(svc: Svc, survey: Survey, code: str) -> list[tuple[str, str]]:
    """(label, meaning) of the answers to a rated item: a point of the scale, skip, decline or stop."""
    more = {"P.overall": ["skip", "decline"], "P.speed": ["skip"], "P.officer": ["not_talked", "skip"]}
    names = more.get(code, ["not_mine"] if len(survey.items) <= len(SCALE) + 2 else ["not_mine", "stop"])
    found = [(svc.texts.word(f"scale.{point}"), point) for point in SCALE]
    return [*found, *((svc.texts.word(f"survey_buttons.{name}"), name) for name in names)]


def tap(svc: Svc, survey: Survey, number: int, label: str) -> Choice:
    """A button that carries which question of which survey it answers, however old its bubble is."""
    return Choice(label, svc.texts.word("survey.says", id=survey.id, number=number, label=label))


def web_link(svc: Svc, survey: Survey) -> str:
    """The address of the same form as a page, for 30 days; "" without a public address."""
    return survey_links.form_address(svc, survey.id, svc.now + timedelta(days=LINK_DAYS))
