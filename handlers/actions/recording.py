"""Write a matter down for somebody who came, rang, or wrote: a case like any other, without a chat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from handlers.actions import danger, drafts, filing
from handlers.actions.filing import Brought, Filed
from handlers.rules.draft import Draft
from handlers.rules.recording import Recording
from handlers.services import Svc, Talk
from nlp import entities, personal
from storage.people import Post
from storage.words import Kind

_STATE = "recording"


def recording_of(talk: Talk) -> Recording | None:
    """What this officer is writing down."""
    data = talk.state.get(_STATE)
    return Recording.from_json(data) if data else None


def keep(talk: Talk, recording: Recording) -> None:
    """Remember it."""
    talk.state[_STATE] = recording.to_json()


def drop(talk: Talk) -> None:
    """Forget it."""
    talk.state.pop(_STATE, None)


def forget(talk: Talk, rows: Collection[int]) -> None:
    """Messages were taken back before it was filed."""
    recording = recording_of(talk)
    if recording is None or not set(rows) & set(recording.rows):
        return
    recording.forget(rows)
    keep(talk, recording)


def reword(talk: Talk, rows: Collection[int], text: str) -> bool:
    """A message was edited before it was filed: its new words answer the same question. False where it is not here."""
    recording = recording_of(talk)
    if recording is None or not set(rows) & set(recording.rows):
        return False
    recording.told = [
        [asked, talk.message.id, text] if row in rows else [asked, row, words] for asked, row, words in recording.told
    ]
    keep(talk, recording)
    return True


def understood(svc: Svc, recording: Recording) -> Draft:
    """As what it would be filed: kind and category by the engine, like words from a chat."""
    draft = Draft(may_join=False, may_split=False)
    for row, words in recording.words("what"):
        drafts.absorb_text(svc, draft, row, words)
    verdict = svc.tools.classify(draft.words)
    if verdict.kind == Kind.EMERGENCY:
        danger.mark(draft, verdict.danger)
    draft.message_ids, draft.photos = recording.rows, recording.photos
    draft.place = recording.answer("where") or draft.place
    draft.lat, draft.lon = recording.lat, recording.lon
    draft.contact = entities.find_phone(recording.answer("who")) or draft.contact
    return draft


def name_in(recording: Recording) -> str:
    """Whose matter it is, and where to write to, without the telephone number."""
    told = recording.answer("who")
    for phone in personal.find("phone", told):
        told = told.replace(phone, " ")
    return " ".join(told.split()).strip(" ,;:-")


def file(svc: Svc, post: Post, recording: Recording) -> Filed:
    """File it, received on the day that was named, else now."""
    number, dated = recording.number, date.fromisoformat(recording.dated) if recording.dated else None
    brought = Brought(recording.channel, post, name_in(recording), number, dated)
    draft = understood(svc, recording)
    return filing.file_case(svc, None, None, draft, received_at=_received_at(svc, recording), brought=brought)


def _received_at(svc: Svc, recording: Recording) -> datetime:
    """On the day named, when the office opened: nobody knows the hour any more."""
    if not recording.received_on or date.fromisoformat(recording.received_on) >= svc.today:
        return svc.now
    return datetime.combine(date.fromisoformat(recording.received_on), svc.hours.opens, svc.tools.zone)
