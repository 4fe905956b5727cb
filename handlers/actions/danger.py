"""Danger: who is called out before there is a case, and what becomes of a case when more is known."""

from __future__ import annotations

from handlers.actions import filing, finding, notices, status
from handlers.messages import Say
from handlers.rules.case_status import CITIZEN
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import shortened
from nlp import mask
from storage.tables import Case
from storage.words import Kind

# Danger we ask about discreetly: nothing of it is repeated, not even to those who are called out.
QUIET = frozenset({"violence", "distress"})


def mark(draft: Draft, danger: str) -> None:
    """This draft tells of danger: it is urgent, and kept quiet where it must be."""
    draft.kind, draft.kind_chosen, draft.urgent, draft.danger = Kind.EMERGENCY, True, True, danger
    draft.confidential = draft.confidential or danger in QUIET


def call_out(svc: Svc, talk: Talk, draft: Draft) -> None:
    """Everybody who could send help hears of it before there is a case; masked, and quietly where it must be."""
    quiet = draft.confidential or draft.danger in QUIET
    _tell_duty(svc, talk, draft, "officer.danger_quiet" if quiet else "officer.danger")


def call_off(svc: Svc, talk: Talk, draft: Draft) -> None:
    """It was no danger after all."""
    draft.kind, draft.urgent, draft.danger, draft.kind_chosen = Kind.COMPLAINT, False, "", True
    _tell_duty(svc, talk, draft, "officer.danger_over")


def _tell_duty(svc: Svc, talk: Talk, draft: Draft, key: str) -> None:
    routed = filing.routed_to(svc, draft)
    summary = shortened(mask.for_help(draft.words), 200)  # what ails somebody says what help they need
    say = Say(svc.texts.say(key, summary=summary, time=svc.texts.clock(talk.message.at)))
    unit = None if draft.confidential else routed.unit
    notices.tell_duty(svc, routed.agency, unit, say, once=f"{key}:{talk.message.id}")


def set_place(svc: Svc, case: Case, place: str) -> None:
    """The spot became known after the case was filed."""
    case.place = svc.session.keys.seal_text(place)
    case.place_masked = svc.tools.mask(place)
    finding.note(svc, case)


def calm(svc: Svc, case: Case) -> None:
    """The complainant says there is no danger: the case stays, its urgency goes (people lower it, never machines)."""
    case.urgent = False
    update = status.record(svc, case, "calmed", by=CITIZEN)
    notices.tell_unit(svc, case, "officer.calmed", once=f"update:{update.id}")
