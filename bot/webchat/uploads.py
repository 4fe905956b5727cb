"""Pictures a page sends: taken apart in memory, known by their first bytes, kept sealed, and named by a ticket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import PurePosixPath

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from bot.media import mime_of
from bot.webchat.context import WebContext
from bot.webchat.refusals import Refused
from bot.webchat.sessions import is_ours
from storage.seal import Keyring

LARGEST_FILE = 10 * 1024 * 1024
_ENVELOPE = 16 * 1024  # what a multipart body may hold beside the file
_LONGEST_NAME = 100
_KINDS = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "image/gif": "image",
    "application/pdf": "file",
}
_DIGEST = re.compile(r"[0-9a-f]{64}")


class _InMemory(MultiPartParser):
    """Nothing of a citizen's picture may touch the disk before it is sealed, not even a temporary file."""

    spool_max_size = LARGEST_FILE + _ENVELOPE


async def keep(context: WebContext, chat: str, request: Request) -> tuple[str, str]:
    """Store the request's one file; returns the ticket its chat may send, and the file's name. Raises Refused."""
    content, name = await _only_file(request)
    if len(content) > LARGEST_FILE:
        raise Refused(413, "file_too_large")
    mime = mime_of(content)
    kind = _KINDS.get(mime)
    if kind is None:
        raise Refused(415, "file_type")

    def put() -> str:
        with context.db.transaction() as session:
            return context.files.put(session, content, mime, context.clock())

    digest = await asyncio.to_thread(put)
    mark = context.keys.signature("web file", f"{chat} {kind} {digest}")
    return f"{kind}.{digest}.{mark}", name


def opened(keys: Keyring, chat: str, ticket: str) -> tuple[str, str]:
    """(kind, digest) of a ticket this very chat was given: nobody else's file can be sent. Raises Refused."""
    kind, _, rest = ticket.partition(".")
    digest, _, mark = rest.partition(".")
    if kind not in ("image", "file") or not _DIGEST.fullmatch(digest):
        raise Refused(400, "bad_file")
    if not is_ours(mark, keys.signatures("web file", f"{chat} {kind} {digest}")):
        raise Refused(400, "bad_file")
    return kind, digest


def plain_name(name: str) -> str:
    """A file's own name without folders and without what no database can hold."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[:_LONGEST_NAME]


async def _only_file(request: Request) -> tuple[bytes, str]:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Refused(415, "no_file")
    parser = _InMemory(request.headers, _limited(request), max_files=1, max_fields=4, max_part_size=_ENVELOPE)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):  # KeyError: a body without a boundary
        raise Refused(400, "no_file") from None
    try:
        return await _read(form)
    finally:
        await form.close()


async def _read(form: FormData) -> tuple[bytes, str]:
    for _name, value in form.multi_items():
        if isinstance(value, UploadFile):
            return await value.read(), plain_name(value.filename or "")
    raise Refused(400, "no_file")


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > LARGEST_FILE + _ENVELOPE:
            raise Refused(413, "file_too_large")
        yield chunk
