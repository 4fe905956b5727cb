"""Fetches pictures and files at once, in retried work of its own: platforms delete them without notice."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import threading
import zipfile
from collections.abc import Mapping
from datetime import timedelta

from bot.channels import Channel, ContentGone, ContentNotReady, ContentTooLarge, SendFailed
from bot.clock import Clock
from bot.looks import see
from handlers.actions import attachments
from handlers.rules.media import LARGEST, taken_as
from handlers.services import Tools
from storage import attached, photos
from storage.attached import WantedFile
from storage.db import Database
from storage.files import FileStore

log = logging.getLogger("pratu.media")

POLL_SECONDS = 2.0
AT_ONCE = 8  # downloads on their way at the same time, 20 MB each at most
DOWNLOAD_SECONDS = 110.0
CLAIM = timedelta(minutes=2)  # longer than one download may take
MOST_TRIES = 12  # with waits that grow: about two hours
LONGEST_WAIT = 1800.0
STOP_SECONDS = 15.0

# Told by their first bytes: what a platform or a phone calls a file proves nothing.
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    *((bytes((0xFF, second)), "audio/mpeg") for second in (0xFB, 0xFA, 0xF3, 0xF2)),  # without ID3: MPEG 1 and 2
    *((bytes((0xFF, second)), "audio/aac") for second in (0xF1, 0xF9)),
    (b"#!AMR", "audio/amr"),
    (b"PK\x03\x04", "application/zip"),
)
_PHONE_PICTURES = (b"heic", b"heix", b"mif1", b"msf1", b"hevc")
_BRANDS = {b"M4A": "audio/mp4", b"3gp": "video/3gpp", b"3g2": "video/3gpp2"}


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
        return _BRANDS.get(content[8:11], "video/mp4")
    return "application/octet-stream"


# --- a zip by what lies in it: office documents, without anything that runs ------------------------------------------

_DIRECTORY = 1024 * 1024  # bytes of a zip's directory we are ready to read; nothing in it is ever unpacked
_OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_OPEN_FORMATS = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_RUNS = (".exe", ".dll", ".js", ".vbs", ".bat", ".cmd", ".scr", ".lnk", ".ps1", ".jar")


def kept_as(content: bytes, name: str) -> str:
    """What a fetched file is kept as; "" when it is nothing we take."""
    mime = mime_of(content)
    if mime == "application/zip":
        name = f"x.{_document(content)}"  # by what it is, not by what it is called
    return taken_as(mime, name)


def _document(content: bytes) -> str:
    """The ending of the office document this zip is; "" for any other zip, and for one with macros."""
    names = [name.lower() for name in _names(content)]
    if not names or any(_may_run(name) for name in names):
        return ""
    if "[content_types].xml" in names:
        return next(
            (ending for folder, ending in _OFFICE.items() if any(name.startswith(folder) for name in names)), ""
        )
    # The first entry of an open document names its kind, unpacked.
    found = content[30:120]
    said = found.removeprefix(b"mimetype").partition(b"PK")[0] if found.startswith(b"mimetype") else b""
    return _OPEN_FORMATS.get(said, "")


def _may_run(name: str) -> bool:
    return name.endswith(("vbaproject.bin", *_RUNS)) or name.startswith(("basic/", "scripts/"))


def _names(content: bytes) -> list[str]:
    end = content.rfind(b"PK\x05\x06", -65_557)
    size = int.from_bytes(content[end + 12 : end + 16], "little") if end >= 0 else 0
    if not 0 < size <= _DIRECTORY or content[max(end - 20, 0) :].startswith(b"PK\x06\x07"):
        return []  # no zip, or one with a directory no document has
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            return opened.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return []


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
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._looking = threading.Lock()  # one picture is unpacked at a time: it may be large
        self._main: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        loop = asyncio.get_running_loop()

        def wake(topic: str) -> None:
            if topic == "media" and not self._stopped:
                loop.call_soon_threadsafe(self._wake.set)

        self._db.on_work(wake)
        self._main = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End after the downloads in work; one that takes too long is begun anew at the next start."""
        self._stopped = True
        self._wake.set()
        if self._main is not None:
            await self._main
        if self._tasks:
            _done, slow = await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stopped:
            self._wake.clear()
            try:
                await asyncio.to_thread(self._sweep)
                wanted = await asyncio.to_thread(self._claim)
            except Exception:  # the database is away: wait and look again
                log.exception("could not look for files")
                wanted = []
            for file in wanted:
                self._spawn(file)
            if not wanted and not self._stopped:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    def _spawn(self, file: WantedFile) -> None:
        """Each download for itself: a slow one keeps only its own place."""
        task = asyncio.create_task(self._one(file))
        self._tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            self._wake.set()

        task.add_done_callback(ended)

    def _sweep(self) -> None:
        """Bytes of what was taken back leave the disk; pictures nobody wanted in a group are let go."""
        with self._db.reading() as session:
            doomed = attached.any_file_doomed(session)
            unwanted = photos.any_unwanted(session, self._clock())
        if not (doomed or unwanted):
            return
        with self._db.transaction() as session:
            photos.let_go(session, self._clock())
            self._files.sweep(session)

    def _claim(self) -> list[WantedFile]:
        places = AT_ONCE - len(self._tasks)
        if places <= 0:
            return []
        with self._db.reading() as session:
            if not attached.any_file_wanted(session, self._clock()):
                return []
        with self._db.transaction() as session:
            wanted = attached.files_wanted(session, self._clock(), places)
            for file in wanted:
                attached.settle_file(session, file.id, again_at=self._clock() + CLAIM)
            return wanted

    async def _one(self, file: WantedFile) -> None:
        try:
            await self._fetch(file)
        except Exception as error:  # one of the places that catch broadly: the person waits for their picture
            log.exception("fetching a file failed", extra={"attachment": file.id})
            try:
                await self._again(file, type(error).__name__)
            except Exception:  # the database is away: its claim ends, and it is fetched again
                log.exception("could not write down a file's failure")

    async def _fetch(self, file: WantedFile) -> None:
        channel = self._channels.get(file.channel)
        if channel is None:
            return
        try:
            async with asyncio.timeout(DOWNLOAD_SECONDS):
                content = await _read(channel, file.ref)
        except ContentGone:
            await self._end(file, "gone", "photo_lost")
        except ContentTooLarge:
            await self._end(file, "refused", "too_large")
        except ContentNotReady:
            await self._again(file, "not ready")
        except (SendFailed, OSError) as failed:  # a timeout is an OSError
            await self._again(file, type(failed).__name__)
        else:
            await asyncio.to_thread(self._keep, file, content)

    def _keep(self, file: WantedFile, content: bytes) -> None:
        mime = kept_as(content, file.name)
        with self._looking:
            seen = see(content, mime, self._tools.zone)  # before the database is held
        with self._db.transaction() as session:
            if not mime:
                attachments.end(session, self._tools, file.id, "refused", "file_type", self._clock())
                return
            digest = self._files.put(session, content, mime, self._clock(), looks=seen.looks, taken_at=seen.taken_at)
            if not attached.settle_file(session, file.id, state="stored", digest=digest):
                self._files.doom(session, digest)  # it was taken back while we fetched it

    async def _end(self, file: WantedFile, state: str, why: str) -> None:
        """It cannot be had: the person is told, so that they can send it again or tell it in words."""

        def write() -> None:
            with self._db.transaction() as session:
                attachments.end(session, self._tools, file.id, state, why, self._clock())

        await asyncio.to_thread(write)

    async def _again(self, file: WantedFile, why: str) -> None:
        tries = file.attempts // 2 + 1  # the claim of a try and its ending count one each
        if tries >= MOST_TRIES:
            await self._end(file, "gone", "photo_lost")
            return
        wait = timedelta(seconds=min(3.0 ** (tries - 1), LONGEST_WAIT))

        def write() -> None:
            with self._db.transaction() as session:
                attached.settle_file(session, file.id, error=why, again_at=self._clock() + wait)

        await asyncio.to_thread(write)


async def _read(channel: Channel, ref: str) -> bytes:
    content = bytearray()
    async with channel.fetch(ref) as chunks:
        async for chunk in chunks:
            content += chunk
            if len(content) > LARGEST:
                raise ContentTooLarge(ref)
    return bytes(content)
