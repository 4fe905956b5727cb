"""Fetches pictures and files at once, in retried work of its own: platforms delete them without notice."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import timedelta

from bot.channels import Channel, ContentGone, ContentNotReady, ContentTooLarge, SendFailed
from bot.clock import Clock
from handlers.actions import attachments
from handlers.rules.media import LARGEST, taken_as
from handlers.services import Tools
from storage import messages
from storage.db import Database
from storage.files import FileStore
from storage.messages import WantedFile

log = logging.getLogger("pratu.media")

POLL_SECONDS = 2.0
CLAIM = timedelta(minutes=2)  # longer than one download may take
MOST_TRIES = 12  # with doubling waits: about three hours

# Told by their first bytes: what a platform or a phone calls a file proves nothing.
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"PK\x03\x04", "application/zip"),
)
_PHONE_PICTURES = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")


def mime_of(content: bytes) -> str:
    """What these bytes are, by their first ones; "application/octet-stream" when unknown."""
    for sign, mime in _SIGNS:
        if content.startswith(sign):
            return mime
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[4:8] == b"ftyp" and content[8:12] in _PHONE_PICTURES:
        return "image/heic"
    if content[4:8] == b"ftyp":
        return "audio/mp4" if content[8:11] == b"M4A" else "video/mp4"
    return "application/octet-stream"


class MediaFetcher:
    """Works off wanted attachments, a few at a time."""

    def __init__(
        self, db: Database, tools: Tools, files: FileStore, channels: Mapping[str, Channel], clock: Clock
    ) -> None:
        self._db = db
        self._tools = tools
        self._files = files
        self._channels = channels
        self._clock = clock
        self._wake = asyncio.Event()
        self._stopped = False
        self._main: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()

        def wake(topic: str) -> None:
            if topic == "media":
                loop.call_soon_threadsafe(self._wake.set)

        self._db.on_work(wake)
        self._main = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after the downloads in work."""
        self._stopped = True
        self._wake.set()
        if self._main is not None:
            await self._main

    async def _run(self) -> None:
        while not self._stopped:
            self._wake.clear()
            try:
                await asyncio.to_thread(self._sweep)
                wanted = await asyncio.to_thread(self._claim)
                await asyncio.gather(*(self._fetch(file) for file in wanted))
            except Exception:  # the database is away: wait and look again
                log.exception("could not fetch files")
                wanted = []
            if not wanted and not self._stopped:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    def _sweep(self) -> None:
        """Bytes of what was taken back leave the disk."""
        with self._db.reading() as session:
            if not messages.any_file_doomed(session):
                return
        with self._db.transaction() as session:
            self._files.sweep(session)

    def _claim(self) -> list[WantedFile]:
        with self._db.reading() as session:
            if not messages.any_file_wanted(session, self._clock()):
                return []
        with self._db.transaction() as session:
            wanted = messages.files_wanted(session, self._clock())
            for file in wanted:
                messages.settle_file(session, file.id, again_at=self._clock() + CLAIM)
            return wanted

    async def _fetch(self, file: WantedFile) -> None:
        channel = self._channels.get(file.channel)
        if channel is None:
            return
        try:
            content = await _read(channel, file.ref)
        except ContentGone:
            await self._end(file, "gone", "photo_lost")
        except ContentTooLarge:
            await self._end(file, "refused", "too_large")
        except ContentNotReady:
            await self._again(file, "not ready")
        except (SendFailed, OSError) as failed:
            await self._again(file, type(failed).__name__)
        else:
            await asyncio.to_thread(self._keep, file, content)

    def _keep(self, file: WantedFile, content: bytes) -> None:
        mime = taken_as(mime_of(content), file.name)
        with self._db.transaction() as session:
            if not mime:
                attachments.end(session, self._tools, file.id, "refused", "file_type", self._clock())
                return
            digest = self._files.put(session, content, mime, self._clock())
            if not messages.settle_file(session, file.id, state="stored", digest=digest):
                self._files.doom(session, digest)  # it was taken back while we fetched it

    async def _end(self, file: WantedFile, state: str, why: str) -> None:
        """It cannot be had: the person is told, so that they can send it again or tell it in words."""

        def write() -> None:
            with self._db.transaction() as session:
                attachments.end(session, self._tools, file.id, state, why, self._clock())

        await asyncio.to_thread(write)

    async def _again(self, file: WantedFile, why: str) -> None:
        if file.attempts >= MOST_TRIES:
            await self._end(file, "gone", "photo_lost")
            return
        wait = timedelta(seconds=min(2.0 ** min(file.attempts, 11), 1800.0))

        def write() -> None:
            with self._db.transaction() as session:
                messages.settle_file(session, file.id, error=why, again_at=self._clock() + wait)

        await asyncio.to_thread(write)


async def _read(channel: Channel, ref: str) -> bytes:
    content = bytearray()
    async with channel.fetch(ref) as chunks:
        async for chunk in chunks:
            content += chunk
            if len(content) > LARGEST:
                raise ContentTooLarge(ref)
    return bytes(content)
