"""The one place where the parts are put together."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.types import ASGIApp

from bot import clock as clocks
from bot import edge, health, models
from bot.channels import Channel, Drawer, SendFailed
from bot.clock import Clock
from bot.delivery import Delivery
from bot.documents import pictures
from bot.intake import Intake
from bot.jobs import JobContext, Timetable
from bot.media import MediaFetcher
from bot.metrics import Gauges, free_percent
from bot.pages import digest, files, operator, papers, registers, summary, survey, track
from bot.settings import Settings, secret_keys
from bot.turns import Turns
from bot.waiting import WaitingRoom
from bot.watch import Watch, watching
from bot.web import Door, Web
from bot.webchat import routes as webchat
from bot.webchat.channel import WebChannel
from handlers.actions import privacy
from handlers.services import Svc, Tools
from nlp import classify, mask
from storage import agencies, bell, migrations, presence, rekey
from storage.bell import Bell
from storage.db import Database
from storage.files import FileStore
from storage.seal import CannotOpen, Keyring

if TYPE_CHECKING:
    from bot.telegram.outbound import TelegramChannel
    from bot.telegram.polling import Poller
    from nlp.verdict import Verdict

log = logging.getLogger("pratu.app")

ASK_AGAIN_SECONDS = 30.0

ROLES = {"all": frozenset({"web", "worker", "jobs"}), **{name: frozenset({name}) for name in ("web", "worker", "jobs")}}


class WrongKey(Exception):
    """The database was begun with another PRATU_SECRET_KEY: nothing in it could be read."""


class NotMigrated(Exception):
    """The database is not at the version this program needs."""


def open_database(settings: Settings, *, hurried: bool = False) -> Database:
    """The database of these settings, with its keys. `hurried`: without waiting for the disk (a made-up world)."""
    return Database(settings.database_url, Keyring(secret_keys(settings)), hurried=hurried)


def check_key(db: Database) -> None:
    """Remember the key on first sight; stop when it is another one. Raises WrongKey."""
    with db.transaction() as session:
        presence.begin(session)
        known = agencies.setting(session, "key")
        try:
            rekey.find_as_before(db.keys, known)
        except CannotOpen as unknown:
            raise WrongKey("everything is sealed with a newer PRATU_SECRET_KEY; give that one") from unknown
        mark = db.keys.fingerprint()
        if "fingerprint" not in known:
            agencies.put_setting(session, "key", {"fingerprint": mark})
        elif known["fingerprint"] != mark:
            raise WrongKey(
                "this database was begun with another PRATU_SECRET_KEY; give that one (or keep it last in the list)"
            )


def tools(settings: Settings, classify: Callable[[str], Verdict] | None = None) -> Tools:
    """What handlers are handed; `classify`: another engine than the one in use."""
    base = settings.public_url

    def link(reference: str, secret: str) -> str:
        return f"{base}/track/{quote(reference)}?s={quote(secret)}" if base.startswith("https://") else ""

    def page_link(path: str) -> str:
        return f"{base}{path}" if base.startswith("https://") else ""

    return Tools(
        classify=classify or models.Engine(settings.data_dir).classify,
        mask=mask.mask,
        zone=settings.timezone,
        track_link=link,
        file_link=lambda token: page_link(f"/files/{token}"),
        page_link=page_link,
        undo_seconds=settings.undo_seconds,
    )


@dataclass
class App:
    """A running pratu, or the part of one that these roles make."""

    settings: Settings
    roles: frozenset[str]
    db: Database
    clock: Clock = clocks.now
    demo: bool = False
    tools: Tools = field(init=False)
    channels: dict[str, Channel] = field(init=False)
    files: FileStore = field(init=False)
    intake: Intake = field(init=False)
    web: Web = field(init=False)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = watching(self.settings, self.roles)
        self._engine = models.Engine(self.settings.data_dir)
        self.tools = tools(self.settings, self.watch.classify(self._engine.classify))
        if self.demo:  # everybody sits in front of this machine: its pages need no public address
            self.tools = replace(self.tools, page_link=lambda path: path)
        self.files = FileStore(self.settings.data_dir / "files", self.db.keys)
        self._load = pictures.stored_in(self.settings.data_dir / "files", self.db.keys)
        drawer = papers.drawer(self.db, self.tools, self.clock, self._load)
        self.channels = build_channels(self.settings, self.files, drawer)
        self.intake = Intake(self.db, self.watch)
        self._turns = Turns(self.db, self.tools, self.channels, self.clock, self.intake.busy, self.watch)
        self._delivery = Delivery(self.db, self.tools, self.channels, self.clock, self.watch)
        self._media = MediaFetcher(self.db, self.tools, self.files, self.channels, self.clock)
        self._waiting_room = WaitingRoom(self.db, self.channels, self.clock)
        self._bell = _bell(self.db, self.roles)
        quota = quota_reader(self.settings)
        context = JobContext(self.db, self.tools, self.clock, self.files.folder, quota)
        self._timetable = Timetable(context, self.watch)
        self._poller = self._make_poller()
        self._begun = threading.Event()
        self._broken = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self.web = Web(self._doors(), self.intake, self._pages(), self.clock, self.start, self.stop)

    def _make_poller(self) -> Poller | None:
        """Without a webhook Telegram is asked for updates."""
        if not self.settings.telegram_on or self.settings.telegram_webhook or "web" not in self.roles:
            return None
        from bot.telegram.polling import Poller

        channel = self._telegram()
        return None if channel is None else Poller(channel, self.intake, self.clock)

    def _telegram(self) -> TelegramChannel | None:
        if not self.settings.telegram_on:
            return None
        from bot.telegram.outbound import TelegramChannel

        channel = self.channels["telegram"]
        assert isinstance(channel, TelegramChannel)
        return channel

    async def start(self) -> None:
        """Begin everything of these roles. Warming goes on beside: events are stored from the first moment."""
        if "web" in self.roles:
            self.intake.start()
        self._bell.start()
        self._loop = loop = asyncio.get_running_loop()
        threading.Thread(target=self._begin_work, args=(loop,), name="warm", daemon=True).start()

    def _begin_work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Warm everything in one thread, then begin: two threads importing one SDK would lock each other out."""
        try:
            classify.warm()
            self.tools.classify("")  # an agency's own model as well
            if "worker" in self.roles:
                for channel in self.channels.values():
                    channel.warm()
                asyncio.run_coroutine_threadsafe(self._delivery.start(), loop).result()
                asyncio.run_coroutine_threadsafe(self._media.start(), loop).result()
                asyncio.run_coroutine_threadsafe(self._waiting_room.start(), loop).result()
                self._turns.start()
            if "jobs" in self.roles:
                self._timetable.start()
            asyncio.run_coroutine_threadsafe(self._begin_telegram(), loop)
            gc.freeze()  # word lists, models and SDKs stay: no look for garbage need walk them again
        except Exception:  # nothing works off the inbox then: say so, and never say "ready"
            log.exception("could not begin work")
            self._broken = True
        self._begun.set()

    async def _begin_telegram(self) -> None:
        """Learn our own name, for groups; a moment without Telegram must not keep us from starting."""
        channel = self._telegram()
        if channel is not None:
            from bot.telegram.setup import set_lists
        if self._poller is not None:
            await self._poller.start()
        while channel is not None and not self._stopping.is_set():
            try:
                await channel.learn_name()
                if self._poller is not None:  # no webhook, so nobody ran the command that sets them
                    await set_lists(channel, ())
                return
            except SendFailed as failed:
                log.warning("Telegram does not tell our name yet", extra={"why": failed.problem})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), ASK_AGAIN_SECONDS)

    def _ready(self) -> bool:
        return self._begun.is_set() and not self._broken

    def stop_soon(self) -> None:
        """A signal came: open pages let go now, so that the server need not wait for them."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def stop(self) -> None:
        """End in the order of the flow: nothing that was acknowledged is dropped."""
        self._stopping.set()
        await asyncio.to_thread(self._begun.wait, 30)
        if "jobs" in self.roles:
            await asyncio.to_thread(self._timetable.stop)
        if self._poller is not None:
            await self._poller.stop()
        await asyncio.to_thread(self.intake.stop)
        if "worker" in self.roles:
            await asyncio.to_thread(self._turns.stop)
            await self._waiting_room.stop()
            await self._media.stop()
            await self._delivery.stop()
        await asyncio.to_thread(self._bell.stop)
        for channel in self.channels.values():
            await channel.close()
        self.db.close()
        if self.watch.traces is not None:
            await asyncio.to_thread(self.watch.traces.close)

    def _doors(self) -> dict[str, Door]:
        doors: dict[str, Door] = {}
        if self.settings.line_on and "web" in self.roles:
            from bot.line import inbound

            secret = str(self.settings.line_channel_secret)

            def verify(headers: Mapping[bytes, bytes], body: bytes) -> bool:
                signature = headers.get(b"x-line-signature")
                return signature is not None and inbound.verify(body, signature.decode("latin-1"), secret)

            doors["/webhooks/line"] = Door("line", b"x-line-signature", verify, inbound.split)
        if self.settings.telegram_webhook and "web" in self.roles:
            doors["/webhooks/telegram"] = _telegram_door(str(self.settings.telegram_secret_token))
        return doors

    def _pages(self) -> ASGIApp:
        gauges = Gauges(
            self.db,
            self.clock,
            self._ready,
            self._counts,
            self.roles,
            self.settings.timezone,
            data_dir=self.settings.data_dir,
            parts=self._parts,
            model=self._model,
            idle=lambda: {"turns": self._turns.idle, "delivery": self._delivery.idle},
            silent_on=lambda: self._delivery.silent_on,
        )
        routes = list(health.routes(gauges))
        if "web" in self.roles:
            context = webchat.WebContext(
                db=self.db,
                files=self.files,
                intake=self.intake,
                keys=self.db.keys,
                clock=self.clock,
                stopping=self._stopping,
                demo=self.demo,
                enroll=self._enroll,
            )
            routes += webchat.routes(context)
            routes += track.routes(self.db, self.tools, self.clock)
            routes += files.routes(self.db, self.tools, self.clock, self.settings.data_dir / "files")
            routes += papers.routes(self.db, self.tools, self.clock, self._load)
            routes += registers.routes(self.db, self.tools, self.clock)
            routes += digest.routes(self.db, self.tools, self.clock)
            routes += summary.routes(self.db, self.tools, self.clock)
            routes += survey.routes(self.db, self.tools, self.clock)
            installed = operator.Installed(version("pratu"), self._model, lambda: free_percent(self.settings.data_dir))
            routes += operator.routes(self.db, self.tools, self.clock, installed)
        return edge.pages(routes, https=self.settings.public_url.startswith("https://"), watch=self.watch)

    def _model(self) -> str:
        """The version of the model in use; "" while it is being read."""
        return self._engine.in_use.model.version if self._ready() else ""

    def _enroll(self, chat_id: str, pane: str) -> None:
        from bot.demo import enroll

        enroll(self.db, self.tools, self.clock(), chat_id, pane)

    def _parts(self) -> dict[str, bool]:
        """What must live in a process of these roles. Before all of it has begun, the engine says so."""
        begun = self._ready()
        found: dict[str, bool] = {}
        if "web" in self.roles:
            found["intake"] = self.intake.lives
        if "worker" in self.roles:
            found |= {"turns": not begun or self._turns.lives, "delivery": not begun or self._delivery.lives}
        if "jobs" in self.roles:
            found["jobs"] = not begun or self._timetable.runs_here
        return found

    def _counts(self) -> dict[str, float]:
        leading = {"jobs_leader": float(self._timetable.led)} if "jobs" in self.roles else {}
        return {
            **leading,
            **self.watch.told(),
            "events_acknowledged_total": self.web.acknowledged,
            "turns_total": self._turns.done,
            "turns_failed_total": self._turns.failed,
            "turns_parked_total": self._turns.parked,
            "bell_listens": self._bell.listens,
            "bell_lost_total": self._bell.lost,
            **{f'sends_total{{result="{state}"}}': count for state, count in self._delivery.counts.items()},
        }


def _bell(db: Database, roles: frozenset[str]) -> Bell:
    """Whoever works the queues off hears of work, and need not tell others of its own; open pages hear of answers."""
    works = "worker" in roles
    pages = {"sent"} if "web" in roles else set()
    return Bell(db, {"sent"} if works else bell.WORK, bell.WORK | pages if works else pages)


def _telegram_door(secret: str) -> Door:
    from bot.telegram import inbound

    def verify(headers: Mapping[bytes, bytes], _body: bytes) -> bool:
        return inbound.verify(headers, secret)

    return Door(inbound.NAME, b"x-telegram-bot-api-secret-token", verify, inbound.split)


def build_channels(settings: Settings, files: FileStore, drawer: Drawer | None = None) -> dict[str, Channel]:
    """The channels that are switched on; `drawer`: of papers. Their SDKs are imported only when first used."""
    channels: dict[str, Channel] = {"web": WebChannel(files)}
    if settings.line_on:
        from bot.line.outbound import LineChannel

        channels["line"] = LineChannel(
            access_token=str(settings.line_channel_access_token),
            api_url=settings.line_api_url or None,
            data_api_url=settings.line_data_api_url or None,
        )
    if settings.telegram_on:
        channels["telegram"] = telegram_channel(settings, drawer)
    return channels


def quota_reader(settings: Settings) -> Callable[[], tuple[int | None, int]] | None:
    """Asks LINE for the month's pushes (LineChannel.quota), from a thread without a loop; None while LINE is off."""
    if not settings.line_on:
        return None
    from bot.line.outbound import LineChannel

    channel = LineChannel(str(settings.line_channel_access_token), settings.line_api_url or None)
    return lambda: asyncio.run(channel.quota())


def telegram_channel(settings: Settings, drawer: Drawer | None = None) -> TelegramChannel:
    """The Telegram bot of these settings."""
    from bot.telegram.outbound import TelegramChannel

    return TelegramChannel(str(settings.telegram_token), settings.telegram_api_url or None, drawer)


def ready_database(settings: Settings) -> Database:
    """A migrated database with the right key, whose history has the privacy notice of this program: what `serve` needs.
    SQLite is migrated here.

    Raises CannotConnect, NotMigrated (PostgreSQL: `pratu migrate` is a step of its own there) or WrongKey.
    """
    db = open_database(settings)
    db.ping()
    if db.sqlite:
        migrations.migrate(db)
    check_version(db)
    check_key(db)
    keep_notice(db, tools(settings), clocks.now())
    return db


def keep_notice(db: Database, tools: Tools, now: datetime) -> None:
    """This program may bring another privacy notice than the one before: from now on people are told this one."""
    with db.transaction() as session:
        if agencies.first(session) is not None:
            privacy.written_down(Svc(session, now, tools))


def check_version(db: Database) -> None:
    """Raises NotMigrated. A newer database will do: migrations only add, and in a rolling restart old ones run on."""
    if not migrations.serves(migrations.current(db)):
        raise NotMigrated("the database is not at the newest version; run: pratu migrate")
