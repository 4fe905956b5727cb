"""Every setting, read once from the environment, checked as a whole, frozen. Below `bot` nobody knows the word."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage import ids

SHORTEST_SECRET = 32
_COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class BadSettings(Exception):
    """One or more settings are bad or half given; the message names every one of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Secret(str):
    """A value that never shows itself."""

    def __repr__(self) -> str:
        return "'***'"


@dataclass(frozen=True)
class Settings:
    """What an operator decides. Names and defaults are the contract's PRATU_… variables."""

    database_url: Secret
    secret_keys: tuple[Secret, ...]  # newest first; () until `with_secret_key`
    public_url: str
    data_dir: Path
    line_channel_secret: Secret
    line_channel_access_token: Secret
    line_api_url: str
    line_data_api_url: str
    telegram_token: Secret
    telegram_secret_token: Secret
    telegram_api_url: str
    timezone: ZoneInfo
    undo_seconds: int
    log_level: str
    traces_endpoint: str = ""  # OpenTelemetry's own name for it: where a collector listens

    @property
    def line_on(self) -> bool:
        """Is LINE switched on?"""
        return bool(self.line_channel_secret)

    @property
    def telegram_on(self) -> bool:
        """Is Telegram switched on?"""
        return bool(self.telegram_token)

    @property
    def telegram_webhook(self) -> bool:
        """Does Telegram call us? Without a secret token we ask it instead."""
        return self.telegram_on and bool(self.telegram_secret_token)

    @property
    def sqlite(self) -> bool:
        """Is the embedded database used?"""
        return self.database_url.startswith("sqlite")


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this environment. Raises BadSettings naming every problem at once."""
    env = os.environ if environ is None else environ
    get = {name: value.strip() for name, value in env.items() if name.startswith("PRATU_")}.get
    problems: list[str] = []
    settings = Settings(
        database_url=Secret(get("PRATU_DATABASE_URL") or "sqlite:///var/pratu.db"),
        secret_keys=_secret_keys(get("PRATU_SECRET_KEY") or "", problems),
        public_url=_url(get("PRATU_PUBLIC_URL") or "", "PRATU_PUBLIC_URL", problems),
        data_dir=data_dir(env),
        line_channel_secret=Secret(get("PRATU_LINE_CHANNEL_SECRET") or ""),
        line_channel_access_token=Secret(get("PRATU_LINE_CHANNEL_ACCESS_TOKEN") or ""),
        line_api_url=_url(get("PRATU_LINE_API_URL") or "", "PRATU_LINE_API_URL", problems),
        line_data_api_url=_url(get("PRATU_LINE_DATA_API_URL") or "", "PRATU_LINE_DATA_API_URL", problems),
        telegram_token=Secret(get("PRATU_TELEGRAM_TOKEN") or ""),
        telegram_secret_token=Secret(get("PRATU_TELEGRAM_SECRET_TOKEN") or ""),
        telegram_api_url=_url(get("PRATU_TELEGRAM_API_URL") or "", "PRATU_TELEGRAM_API_URL", problems),
        timezone=_zone(get("PRATU_TIMEZONE") or "Asia/Bangkok", problems),
        undo_seconds=_seconds(get("PRATU_UNDO_SECONDS") or "20", problems),
        log_level=_level(get("PRATU_LOG_LEVEL") or "INFO", problems),
        traces_endpoint=_url((env.get(_COLLECTOR) or "").strip(), _COLLECTOR, problems),
    )
    _check_together(settings, problems)
    if problems:
        raise BadSettings(problems)
    return settings


def data_dir(environ: Mapping[str, str] | None = None) -> Path:
    """Where files are, also for commands that need no other setting."""
    get = (os.environ if environ is None else environ).get
    return Path((get("PRATU_DATA_DIR") or "").strip() or "var")


def _check_together(settings: Settings, problems: list[str]) -> None:
    if bool(settings.line_channel_secret) != bool(settings.line_channel_access_token):
        missing = "ACCESS_TOKEN" if settings.line_channel_secret else "SECRET"
        problems.append(f"LINE is half given: PRATU_LINE_CHANNEL_{missing} is missing (give both, or neither)")
    if not re.match(r"^(sqlite:///|sqlite:////|postgresql\+psycopg://)", settings.database_url):
        problems.append("PRATU_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")
    if settings.telegram_secret_token and not settings.telegram_token:
        problems.append("Telegram is half given: PRATU_TELEGRAM_TOKEN is missing (give both, or neither)")
    if settings.telegram_token and not re.fullmatch(r"[A-Za-z0-9_:-]+", settings.telegram_token):
        problems.append("PRATU_TELEGRAM_TOKEN must look like 123456:ABC… as @BotFather gives it")
    if settings.telegram_token and settings.public_url and not settings.telegram_secret_token:
        problems.append(
            "PRATU_TELEGRAM_SECRET_TOKEN is missing: with PRATU_PUBLIC_URL Telegram calls us, and must show it"
        )
    if settings.telegram_secret_token and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", settings.telegram_secret_token):
        problems.append("PRATU_TELEGRAM_SECRET_TOKEN may hold only A-Z a-z 0-9 _ - (1 to 256 of them)")


def _secret_keys(value: str, problems: list[str]) -> tuple[Secret, ...]:
    keys = tuple(Secret(key.strip()) for key in value.split(",") if key.strip())
    if any(len(key) < SHORTEST_SECRET for key in keys):
        problems.append(f"PRATU_SECRET_KEY must be at least {SHORTEST_SECRET} characters, long and random")
    return keys


def _url(value: str, name: str, problems: list[str]) -> str:
    if value and not re.match(r"^https?://[^\s/]+", value):
        problems.append(f"{name} must be an http(s) address, for example https://pratu.example.go.th")
    return value.rstrip("/")


def _zone(value: str, problems: list[str]) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        problems.append(f"PRATU_TIMEZONE {value!r} is not a time zone, for example Asia/Bangkok")
        return ZoneInfo("UTC")


def _seconds(value: str, problems: list[str]) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 3600:
        problems.append(f"PRATU_UNDO_SECONDS {value!r} must be a number of seconds from 0 to 3600")
        return 20
    return int(value)


def _level(value: str, problems: list[str]) -> str:
    if value.upper() not in LOG_LEVELS:
        problems.append(f"PRATU_LOG_LEVEL {value!r} must be one of {', '.join(LOG_LEVELS)}")
        return "INFO"
    return value.upper()


def secret_keys(settings: Settings) -> list[str]:
    """The secret keys, from PRATU_SECRET_KEY; else one kept in the data folder, made on first use.

    A key file serves one machine. The database remembers which key it was begun with, so a second machine with
    another key stops at once instead of writing what the first cannot read.
    """
    if settings.secret_keys:
        return [str(key) for key in settings.secret_keys]
    path = settings.data_dir / "secret.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass  # another process of ours was first
        else:
            with os.fdopen(handle, "w") as out:
                out.write(ids.token(36))
    return [path.read_text().strip()]
