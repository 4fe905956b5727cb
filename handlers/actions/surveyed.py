"""What somebody answers when asked about the service: points, reasons, words; and who hears of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handlers.actions import notices, status, surveying
from handlers.actions.replies import LONGEST
from handlers.rules.case_status import CITIZEN
from handlers.rules.surveys import matrix
from handlers.services import Svc
from handlers.texts import shortened
from storage import cases, surveys
from storage.surveys import SCALE
from storage.tables import Account, Case, Conversation, Survey
from storage.words import SurveyState

_WORDS = 1000  # characters we keep of an answer in words
OTHER = "other"


def rate(svc: Svc, survey: Survey, code: str, point: str | None) -> None:
    """A rated item is answered, or skipped (None). With the last one the survey is done."""
    surveys.put_answer(svc.session, survey, code, point, svc.now)
    survey.asked_at = survey.asked_at or svc.now
    if surveying.next_item(svc, survey) is None:
        surveying.end(svc, survey, SurveyState.DONE)
    else:
        surveying.goes_on(svc, survey)


def is_dissatisfied(svc: Svc, survey: Survey) -> bool:
    """Did they say of anything that they are not satisfied?"""
    return any(row.answer == SCALE[-1] for row in surveys.answers(svc.session, survey.id).values())


def reason(survey: Survey, why: str) -> None:
    """Why they are not satisfied: slow not_told not_fixed manner other."""
    survey.why = why


def say(svc: Svc, survey: Survey, question: str, words: str) -> None:
    """An open question is answered; unhappy words reach the unit, masked, with the case they are about."""
    kept = words.strip()[:_WORDS]
    known = {**dict(surveys.words_of(svc.session, survey)), question: kept}
    surveys.put_words(svc.session, survey, question, kept, _masked(svc, known))
    case = None if survey.case_id is None else cases.get(svc.session, survey.case_id, lock=True)
    rude = svc.tools.classify(kept).rude
    if case is not None and not case.confidential and not rude and is_dissatisfied(svc, survey):
        _pass_on(svc, case, kept)


def _masked(svc: Svc, known: Mapping[str, str]) -> str:
    return svc.tools.mask("\n".join(known.values()))


def _pass_on(svc: Svc, case: Case, words: str) -> None:
    update = status.record(svc, case, "survey_words", by=CITIZEN, note=words)
    masked = svc.tools.mask(shortened(words, LONGEST))
    notices.tell_unit(svc, case, "officer.survey_words", once=f"update:{update.id}", words=masked)


def forget(svc: Svc, account: Account, old: Sequence[str], new: str = "") -> list[Case]:
    """Words were taken back, or put better (`new`): the answers that are these words go, or change.

    Returns the cases they were about: what was told of them may repeat these words.
    """
    about: dict[int, Case] = {}
    for survey in surveys.with_words(svc.session, account.id):
        known = dict(surveys.words_of(svc.session, survey))
        said = {words.strip()[:_WORDS] for words in old}
        kept = {code: new[:_WORDS] if words in said else words for code, words in known.items()}
        if kept != known:
            kept = {code: words for code, words in kept.items() if words}
            surveys.set_words(svc.session, survey, kept, _masked(svc, kept))
            if survey.case_id is not None:
                about[survey.case_id] = cases.get(svc.session, survey.case_id)
    return list(about.values())


def begin(svc: Svc, chat: Conversation, account: Account, *, full: bool) -> Survey:
    """By their own wish: one item of each aspect, or a whole form; those least answered this month come first."""
    forms = {code: form for code, form in surveys.forms(svc.session).items() if code != surveys.PULSE}
    month = svc.now.astimezone(svc.tools.zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counts = surveys.answered(svc.session, svc.agency.code, month)
    codes = matrix([[(item.code, item.aspect) for item in form.items] for form in forms.values()], counts)
    form = next(form for form in forms.values() if codes[0] in {item.code for item in form.items})
    survey = surveys.add(
        svc.session,
        source=surveying.WISH,
        form=form.code,
        codes=[item.code for item in form.items] if full else codes,
        agency_code=svc.agency.code,
        channel=chat.channel,
        account_id=account.id,
        conversation_id=chat.id,
        now=svc.now,
    )
    surveying.asked(svc, survey)
    return survey


def tell_of_themselves(svc: Svc, survey: Survey, said: Mapping[str, str]) -> None:
    """What they said of themselves, kept apart from this survey and from every case."""
    surveys.put_person(svc.session, survey.agency_code, survey.form, svc.today, said)
