"""The privacy notice (PDPA s. 23): the agency's own or ours, before a first matter, and again when it changed."""

from __future__ import annotations

import hashlib

from handlers.services import Svc
from handlers.texts import own
from storage import history
from storage.tables import Account

_FIRST = "1"  # the notice of everybody who saw one before its version was kept
_ABROAD = frozenset({"line", "telegram"})  # they keep what people send in other countries (s. 28)
_MARK = 8  # letters


def link(svc: Svc) -> str:
    """Where the whole notice stands; "" where the agency named no place."""
    return str(svc.agency.settings.get("privacy_url") or "").strip()


def version(svc: Svc) -> str:
    """Which notice is in force: the number of ours, or a mark of the agency's words and link: nobody forgets it."""
    number, words = svc.texts.word("notice.version"), " ".join(svc.texts.own.get(own.NOTICE, "").split())
    if not (words or link(svc)):
        return number
    return hashlib.sha256(f"{words or number}\n{link(svc)}".encode()).hexdigest()[:_MARK]


def told(svc: Svc, account: Account, channel: str) -> str:
    """What this person is told now; "" where they know the notice in force. Never in the way of a matter."""
    known, now = account.notice_at is not None, version(svc)
    if known and (account.notice_version or _FIRST) == now:
        return ""
    account.notice_at, account.notice_version = svc.now, now
    said = _words(svc, channel)
    return f"{svc.texts.say('notice.changed')}\n{said}" if known else said


def _words(svc: Svc, channel: str) -> str:
    texts, abroad = svc.texts, ""
    if channel in _ABROAD:
        abroad = texts.say("notice.abroad", platform=texts.word(f"platforms.{channel}"))
    values = {"agency": svc.agency.name, "phone": svc.phone(), "link": link(svc)}
    said = texts.say(own.NOTICE, abroad=abroad, **values)
    return said if not link(svc) or link(svc) in said else f"{said}\n{texts.say('notice.whole', link=link(svc))}"


def written_down(svc: Svc, before: str) -> None:
    """Keep which words an agency's notice had from now on, where it is not the one of `before`: what somebody was told
    must be found years later."""
    now = version(svc)
    if now not in (before, svc.texts.word("notice.version")):
        words = svc.texts.own.get(own.NOTICE) or own.shipped(own.NOTICE)
        history.append(svc.session, "notice", None, {"version": now, "words": words, "link": link(svc)}, svc.now)
