"""Consents that are asked for one case: its complainant's name and number when it is sent on, sensitive data in it.

Asked once, never in the way; silence is no. The answer is a row of the case, and who works on it sees it (PDPA ss. 19,
26). Nothing is asked in a confidential case: there nothing goes along.
"""

from __future__ import annotations

from handlers.actions import notices, privacy
from handlers.actions.status import record
from handlers.messages import Choice, Say
from handlers.rules.case_status import CITIZEN, SYSTEM
from handlers.rules.draft import Draft
from handlers.services import Svc
from nlp import mask
from storage import consents, dossiers
from storage.tables import Case
from storage.words import Kind


def at_forward(svc: Svc, case: Case, to: str) -> Say | None:
    """A case is sent on: what its complainant is asked, or told where they agreed before. None: nothing goes along."""
    has_any = bool(case.contact or dossiers.complainant_name(svc.session, case))
    if case.confidential or case.conversation_id is None or not has_any:
        if has_any or consents.answer(svc.session, case.id, "identity"):
            record(svc, case, f"identity_{consents.KEPT}", by=SYSTEM)
        return None
    assert case.account_id is not None
    if "identity" in consents.given(svc.session, case.account_id):
        keep = Choice(svc.texts.word("consent.button_keep_identity", code=case.reference))
        return Say(svc.texts.say("consent.along", agency=to), (keep,))
    record(svc, case, f"identity_{consents.ASKED}", by=SYSTEM)
    return Say(svc.texts.say("consent.identity", agency=to, code=case.reference), choices(svc, case, "identity"))


def of_forward(svc: Svc, case: Case) -> str:
    """What the officer who sent a case on reads of it, on a line of its own; "" where there is nothing to go along."""
    given = consents.stands(svc.session, case, "identity")
    state = consents.GIVEN if given else consents.answer(svc.session, case.id, "identity")
    key = f"officer.forward_{state}"
    return f"\n{svc.texts.say(key)}" if state and svc.texts.has(key) else ""


def at_filing(svc: Svc, case: Case, draft: Draft) -> Say | None:
    """A case was filed: may what the law protects in it (PDPA s. 26) go along with it? None: there is no such thing, or
    it cannot be asked: of danger, of a secret, of somebody under age (s. 20)."""
    quiet = draft.kind in (Kind.EMERGENCY, Kind.COMPLIMENT) or draft.minor or case.confidential
    if quiet or draft.language or not mask.is_sensitive(draft.words) or consents.stands(svc.session, case, "sensitive"):
        return None
    record(svc, case, f"sensitive_{consents.ASKED}", by=SYSTEM)
    return Say(svc.texts.say("consent.sensitive", code=case.reference), choices(svc, case, "sensitive"))


_BUTTONS = {
    "identity": ("consent.button_give_identity", "consent.button_keep_identity"),
    "sensitive": ("consent.button_give_sensitive", "consent.button_hide_sensitive"),
}


def choices(svc: Svc, case: Case, purpose: str) -> tuple[Choice, ...]:
    """The two answers; neither is set before the other (s. 19)."""
    return tuple(Choice(svc.texts.word(name, code=case.reference)) for name in _BUTTONS[purpose])


def answer(svc: Svc, case: Case, purpose: str, given: bool) -> None:
    """Its complainant agrees for this case, or does not; who works on it hears of it where it goes elsewhere."""
    said = consents.GIVEN if given else consents.REFUSED
    if consents.answer(svc.session, case.id, purpose) == said:
        return
    notice = svc.texts.word("consents.notice", version=privacy.version(svc)) if given else None
    update = record(svc, case, f"{purpose}_{said}", by=CITIZEN, note=notice)
    if purpose == "identity":
        notices.tell_unit(svc, case, f"officer.identity_{said}", once=f"update:{update.id}")


def withdraw(svc: Svc, account_id: int, purpose: str) -> bool:
    """Somebody takes back what they agreed to case by case; True where there was anything."""
    found = consents.cases_given(svc.session, account_id, purpose)
    for case in found:
        update = record(svc, case, f"{purpose}_{consents.WITHDRAWN}", by=CITIZEN)
        if purpose == "identity":
            notices.tell_unit(svc, case, "officer.identity_withdrawn", once=f"update:{update.id}")
    return bool(found)


def lines(svc: Svc, case: Case) -> list[str]:
    """How the consents of a case stand, for who works on it; no line where nothing was asked and nothing agreed to."""
    shown = []
    for purpose in consents.FOR_A_CASE:
        said = consents.answer(svc.session, case.id, purpose)
        state = consents.GIVEN if consents.stands(svc.session, case, purpose) else said
        if state:
            name = svc.texts.word(f"officer.consent_names.{purpose}")
            shown.append(f"{name}: {svc.texts.word(f'officer.consent_states.{state}')}")
    return [svc.texts.say("officer.consents", lines=" · ".join(shown))] if shown else []
