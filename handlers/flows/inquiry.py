"""Questions: answered from the service register and the office's own facts; what we do not know goes to people."""

from __future__ import annotations

from typing import Any

from handlers import receipts
from handlers.actions import drafts
from handlers.messages import Incoming, Part, Say
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage import agencies
from storage.tables import Service
from storage.words import Kind

_ROWS = ("where_to_start", "documents", "duration", "fee")
_NAMES = {"where_to_start": "where"}


def answer(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """What we know; else the question goes to people, with a reference."""
    text = incoming.text
    say = _from_register(svc, text) or _from_office(svc, text)
    if say is None:
        return to_people(svc, talk, text, talk.message.id)
    talk.state["asked"] = {"message_id": talk.message.id, "text": text}
    return [say]


def known(svc: Svc, text: str) -> Say | None:
    """An answer from the register alone, for somebody who asks for a service."""
    return _from_register(svc, text)


def knows(svc: Svc, text: str) -> bool:
    """Is this a question about a service or the office that we can answer?"""
    return _from_register(svc, text) is not None or _about_office(text)


def _about_office(text: str) -> bool:
    return any(heard.holds(text, "office", name) for name in ("hours", "phones", "report"))


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part] | None:
    """Was the question answered? None: they talk of something else now."""
    asked = talk.state.pop("asked")
    if heard.means(incoming.text, "answered", "yes", "thanks"):
        return [Say(svc.texts.say("inquiry.glad"))]
    if heard.means(incoming.text, "not_answered", "no", "human"):
        return to_people(svc, talk, asked["text"], asked["message_id"])
    return None


def to_people(svc: Svc, talk: Talk, text: str, message_id: int) -> list[Part]:
    """The human queue: a case of its own, with the day an answer is promised."""
    draft = Draft(kind=Kind.INQUIRY, kind_chosen=True, message_ids=[message_id])
    drafts.absorb_text(svc, draft, message_id, text)
    return receipts.file(svc, talk, draft)


def _from_register(svc: Svc, text: str) -> Say | None:
    """The service whose name, or a way citizens call it, stands in the question; the longest wins."""
    line = heard.plain(text).replace(" ", "")
    best, length = None, 0
    for service in agencies.services(svc.session):
        for name in (service.name, *service.details.get("names", ())):
            bare = heard.plain(name).replace(" ", "")
            if len(bare) > length and bare in line:
                best, length = service, len(bare)
    return None if best is None else told(svc, best)


def told(svc: Svc, service: Service) -> Say:
    """What is answered about a service."""
    word = svc.texts.word
    details: dict[str, Any] = service.details
    lines = []
    for name in _ROWS:
        value = details.get(name)
        if value:
            shown = "\n".join(f"• {item}" for item in value) if isinstance(value, list) else str(value)
            lines.append(word(f"inquiry.lines.{_NAMES.get(name, name)}", value=shown))
    unit = agencies.unit(svc.session, service.agency_code, service.unit_code)
    contact = " ".join(
        part for part in (unit.name if unit else "", details.get("contact_phone") or svc.phone()) if part
    )
    lines.append(word("inquiry.lines.contact", value=contact))
    caution = word("inquiry.lines.caution", value=details["caution"]) if details.get("caution") else ""
    if not details.get("verified"):
        caution += word("inquiry.lines.unverified")
    return svc.texts.bubble("inquiry.answer", name=service.name, lines="".join(lines), caution=caution)


def _from_office(svc: Svc, text: str) -> Say | None:
    """Opening hours, telephone numbers, and where to report: here."""
    if heard.holds(text, "office", "hours"):
        next_workday = svc.texts.day(svc.hours.starts_on(svc.now))
        values = {"agency": svc.agency.name, "phone": svc.phone(), "next_workday": next_workday, **svc.opening()}
        return svc.texts.bubble("inquiry.hours", **values)
    if heard.holds(text, "office", "phones"):
        return _phones(svc, text)
    if heard.holds(text, "office", "report"):
        return svc.texts.bubble("inquiry.report")
    return None


def _phones(svc: Svc, text: str) -> Say:
    units = agencies.units(svc.session, svc.agency.code)
    asked = [unit for unit in units if unit.name in text] or units
    rows = [(unit.name, unit.phone) for unit in asked if unit.phone]
    if not any(unit.name in text for unit in units):
        rows.append((svc.agency.name, svc.phone()))
    return svc.texts.bubble("inquiry.phones", lines="\n".join(f"{name} {phone}" for name, phone in rows))
