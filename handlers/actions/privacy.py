"""The privacy notice (PDPA s. 23): the agency's own or ours, before a first matter, and again when it changed."""

from __future__ import annotations

import hashlib

from handlers.messages import Part, Say
from handlers.services import Svc, Talk
from handlers.texts import own
from storage import history

_FIRST = "1"  # the notice of everybody who saw one before its version was kept
_ABROAD = frozenset({"line", "telegram"})  # they keep what people send in other countries (s. 28)
_MARK = 8  # letters
_IN_OTHER_WORDS = "foreign:"  # before the version: they were told ours in their language, not the agency's own words
_KEPT = "notice"  # in the history


def link(svc: Svc) -> str:
    """Where the whole notice stands; "" where the agency named no place."""
    return str(svc.agency.settings.get("privacy_url") or "").strip()


def version(svc: Svc) -> str:
    """Which notice is in force: the number of ours, or a mark of the agency's words and link: nobody forgets it."""
    number, words = svc.texts.word("notice.version"), " ".join(svc.texts.own.get(own.NOTICE, "").split())
    if not (words or link(svc)):
        return number
    return hashlib.sha256(f"{words or number}\n{link(svc)}".encode()).hexdigest()[:_MARK]


def shown(svc: Svc, talk: Talk, language: str = "") -> list[Part]:
    """The notice, to who does not know the one in force; marked as new to who knows another. Never in the way of a
    matter. In another language it is ours, with the way to the agency's own: who goes on in Thai hears that one too."""
    account, now = talk.account, version(svc)
    edition = _IN_OTHER_WORDS + now if language and own.NOTICE in svc.texts.own else now
    seen = account.notice_version or (_FIRST if account.notice_at is not None else "")
    if seen in (now, edition):
        return []
    # Without a version nobody knows what they saw, if anything: danger and other languages once left none.
    is_newer = account.notice_version is not None and seen.removeprefix(_IN_OTHER_WORDS) != now
    account.notice_at, account.notice_version = svc.now, edition
    if language:
        return [_foreign(svc, language, is_newer=is_newer)]
    said = _words(svc, talk.conversation.channel)
    return [Say(f"{svc.texts.say('notice.changed')}\n{said}" if is_newer else said)]


def _foreign(svc: Svc, language: str, *, is_newer: bool) -> Say:
    keys = ("notice_changed", "notice") if is_newer else ("notice",)
    said = "\n\n".join(svc.texts.foreign(key, language).text for key in keys)
    return Say(f"{said}\n{link(svc)}" if link(svc) else said)


def _words(svc: Svc, channel: str) -> str:
    texts, abroad = svc.texts, ""
    if channel in _ABROAD:
        abroad = texts.say("notice.abroad", platform=texts.word(f"platforms.{channel}"))
    values = {"agency": svc.agency.name, "phone": svc.phone(), "link": link(svc)}
    said = texts.say(own.NOTICE, abroad=abroad, **values)
    return said if not link(svc) or link(svc) in said else f"{said}\n{texts.say('notice.whole', link=link(svc))}"


def written_down(svc: Svc) -> None:
    """Keep which words the notice has from now on, where the newest that was kept is another one: what somebody was
    told must be found years later, whether a seed or a new program changed it."""
    if not _is_kept(svc):
        history.hold(svc.session)  # processes begin at once, and one of them is enough
        if not _is_kept(svc):
            words = svc.texts.own.get(own.NOTICE) or own.shipped(own.NOTICE)
            details = {"version": version(svc), "words": words, "link": link(svc)}
            history.append(svc.session, _KEPT, None, details, svc.now)


def _is_kept(svc: Svc) -> bool:
    return history.newest(svc.session, _KEPT).get("version") == version(svc)
