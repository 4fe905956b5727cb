"""Everything that reads bytes from outside, each as one function over bytes: it may refuse politely, and nothing else.

Used by the properties, by the coverage-guided fuzzer (harness.py), and for every input that once broke one (found/).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from bot.channels import RawEvent
from bot.commands import Refused as OperatorsRefusal
from bot.line import inbound as line
from bot.telegram import inbound as telegram
from handlers.messages import cleaned
from handlers.services import Svc
from storage.seal import Keyring

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
KEYS = Keyring(["a-key-for-fuzzing-that-is-long-enough"])
SVC = cast(Svc, SimpleNamespace(session=SimpleNamespace(keys=KEYS), now=NOW))


def text_of(content: bytes) -> str:
    """Words of any kind: half surrogates too, as clients send them."""
    return content.decode("utf-8", "surrogatepass") if _is_text(content) else content.decode("utf-8", "replace")


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _storable(incoming: Any) -> None:
    """What a database and a document can hold, and nobody is fooled by."""
    seen = cleaned(incoming)
    for words in (seen.text, seen.message_id, seen.quoted_id, seen.reply_token, seen.place.text if seen.place else ""):
        words.encode()
        assert "\x00" not in words
        assert "\u202e" not in words
    assert len(seen.message_id) <= 120
    for point in (seen.place.lat, seen.place.lon) if seen.place else ():
        assert point is None or abs(point) <= 180


def line_body(content: bytes) -> None:
    """A signed body of LINE."""
    from bot.web import _json

    line.verify(content, text_of(content[:60]), "secret")
    data = _json(content)
    if data is None:
        return
    for event in line.split(content, data, NOW):
        assert event.event_id
        assert event.event_id.isascii()
        assert len(event.event_id) <= 64
        KEYS.find_key("lane", line.NAME, event.chat_id)
        _storable(line.read(RawEvent(event.event_id, event.chat_id, event.at, event.body)))


def telegram_body(content: bytes) -> None:
    """An update of Telegram."""
    from bot.web import _json

    data = _json(content)
    if data is None:
        return
    for event in telegram.split(content, data, NOW):
        assert event.event_id.isascii()
        _storable(telegram.read(event, telegram.Me(1, "pratu_bot")))


def web_message(content: bytes) -> None:
    """What a page of the web chat sends."""
    from bot.webchat import inbound, uploads
    from bot.webchat.channel import WebChannel
    from bot.webchat.refusals import Refused

    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return
    if not isinstance(data, dict):
        return
    uploads.plain_name(str(data.get("name", ""))).encode("utf-8")
    try:
        inbound._content(cast(Any, SimpleNamespace(keys=KEYS)), "c" * 20, data)
    except Refused:
        return
    body = json.dumps({"chat": "c" * 20, **data}).encode()
    _storable(WebChannel(cast(Any, None)).read(RawEvent("e", "c", NOW, body)))


def command(content: bytes) -> None:
    """A line somebody types."""
    from handlers.texts import heard

    text = text_of(content)
    heard.command(text)
    heard.unslashed(text)
    heard.is_forced(text)
    heard.knows(text)
    heard.calls_us(text)
    heard.plain(text)


def reference(content: bytes) -> None:
    """References, however they are typed: whatever is found is a whole one."""
    from bot.pages import track
    from handlers.rules.reference import is_reference
    from nlp import entities

    text = text_of(content)
    for found in entities.find_references(text):
        assert is_reference(found), found
    printed = track._printed(text)
    assert printed == "" or is_reference(printed)
    assert track._digits(text).isascii()


def date(content: bytes) -> None:
    """Days and hours in Thai and Arabic digits, of this era and the other."""
    from nlp import when

    text = text_of(content)
    for found in (when.resolve(text, NOW), when.coming(text, NOW)):
        assert found is None or found[0] <= found[1]
    when.leading(text, NOW)
    when.leading_hour(text)
    when.find_date(text)


def words(content: bytes) -> None:
    """What is understood and what is hidden: no number that was whole is left in a masked text."""
    from nlp import classify, mask

    text = text_of(content[:2000])
    verdict = classify.classify(text)
    assert 0 <= verdict.confidence <= 1
    masked = mask.mask(text)
    assert mask.mask(masked) is not None


def upload(content: bytes) -> None:
    """A file of any kind: known by what it is, looked at, drawn small."""
    from bot.documents import pictures
    from bot.looks import see
    from bot.media import kept_as, mime_of

    mime = mime_of(content)
    kept = kept_as(content, "a.docx")
    assert kept == "" or "/" in kept
    see(content, mime, UTC)
    small = pictures.small(content)
    assert small is None or small.startswith(b"\xff\xd8")


def workbook(content: bytes) -> None:
    """A workbook of registers, or an institute's sheet."""
    from bot import surveys
    from bot.documents import register_sheets

    try:
        register_sheets.check(content)
    except register_sheets.NotTaken:
        return
    try:
        surveys._sheet_rows(content)
    except OperatorsRefusal:
        return


def sheet(content: bytes) -> None:
    """An institute's CSV."""
    from bot import surveys

    try:
        surveys._rows(content)
    except OperatorsRefusal:
        return


def token(content: bytes) -> None:
    """A link's token, a chat's token, a file's ticket: none of them is one of ours by chance."""
    from bot.webchat import sessions, uploads
    from bot.webchat.refusals import Refused
    from handlers import access
    from handlers.reports import links

    text = text_of(content)
    try:
        links.opened(SVC, "digest", text)
    except access.NotFound:
        pass
    else:
        raise AssertionError("a token nobody signed")
    assert not sessions.is_ours(text, KEYS.signatures("web chat", "c"))
    try:
        uploads.opened(KEYS, "c", text)
    except Refused:
        return
    raise AssertionError("a ticket nobody signed")


def form(content: bytes) -> None:
    """A sent form, a header that says where a page is, an address."""
    from starlette.requests import Request

    from bot.pages import survey, visitor
    from bot.webchat.routes import _last_seen

    for value in survey._fields(content).values():
        value.encode()
    scope = {"type": "http", "headers": [(b"last-event-id", content)], "query_string": content}
    assert 0 <= _last_seen(Request(scope)) < 10**18
    assert len(visitor.subject(Request({"type": "http", "client": (text_of(content), 1), "headers": []}))) == 16


PARSERS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        line_body,
        telegram_body,
        web_message,
        command,
        reference,
        date,
        words,
        upload,
        workbook,
        sheet,
        token,
        form,
    )
}
