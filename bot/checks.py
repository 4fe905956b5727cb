"""What an operator asks before opening the door: is everything there, and if not, how is it mended?"""

from __future__ import annotations

import asyncio
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TextIO

from bot import app, clock, lint, models, settings
from bot.settings import BadSettings, Settings
from handlers.reports import machine
from handlers.rules import wording as rules
from handlers.services import Svc
from handlers.texts import load as load_texts
from handlers.texts import wording
from nlp import classify
from storage import agencies, inbox, migrations, people, surveys
from storage.db import Database, Session

MARKS = {"ok": "✓", "warn": "!", "stop": "✗"}
NEARLY_USED = 0.8


@dataclass(frozen=True)
class Finding:
    """One line of the report. `level` is ok, warn or stop; `name` finds its two sentences in checks.toml."""

    level: str
    name: str
    values: dict[str, object]


def run(out: TextIO) -> int:
    """Print every finding; 1 if one of them would stop the bot."""
    texts = tomllib.loads((Path(__file__).parent / "checks.toml").read_text(encoding="utf-8"))
    findings = look()
    for finding in findings:
        thai, english = texts[finding.level][finding.name]
        out.write(f"{MARKS[finding.level]} {thai.format(**finding.values)}\n")
        out.write(f"  {english.format(**finding.values)}\n")
    return 1 if any(finding.level == "stop" for finding in findings) else 0


def look() -> list[Finding]:
    """Everything there is to say about this installation."""
    try:
        config = settings.read()
    except BadSettings as bad:
        return [Finding("stop", "settings", {"why": problem}) for problem in bad.problems]
    findings = [Finding("ok", "settings", {})]
    findings += _key_and_address(config)
    try:
        db = app.open_database(config)
        findings += _database(db, config)
        db.close()
    except Exception as error:  # whatever the driver says: the operator wants a line, not a traceback
        findings.append(Finding("stop", "database", {"why": type(error).__name__}))
    findings += _engine(config)
    findings += asyncio.run(_line(config)) if config.line_on else [Finding("warn", "line_off", {})]
    findings += asyncio.run(_telegram(config)) if config.telegram_on else [Finding("warn", "telegram_off", {})]
    return findings


def _key_and_address(config: Settings) -> list[Finding]:
    findings = []
    if not config.secret_keys:
        findings.append(Finding("warn", "key_file", {"path": config.data_dir / "secret.key"}))
    if config.traces_endpoint and not (find_spec("opentelemetry") and find_spec("opentelemetry.sdk")):
        findings.append(Finding("warn", "traces", {}))
    if not config.public_url.startswith("https://"):
        findings.append(Finding("warn", "public_url", {}))
    return findings


def _database(db: Database, config: Settings) -> list[Finding]:
    version = migrations.current(db)
    if version != migrations.newest():
        return [Finding("stop", "version", {})]
    findings = [Finding("ok", "database", {"version": version})]
    try:
        app.check_key(db)
        findings.append(Finding("ok", "key", {}))
    except app.WrongKey:
        return [*findings, Finding("stop", "key", {})]
    return findings + _content(db, config) + _drift(db, config)


def _content(db: Database, config: Settings) -> list[Finding]:
    now = clock.now()
    with db.reading() as session:
        home = agencies.first(session)
        if home is None:
            return [Finding("stop", "seed", {})]
        units = agencies.units(session, home.code)
        findings = [Finding("ok", "seed", {"agency": home.code, "units": len(units)})]
        days = agencies.holidays(session, now.date(), now.date() + timedelta(days=1500))
        until = max(days, default=now.date())
        level = "ok" if until > now.date() + timedelta(days=120) else "warn"
        findings.append(Finding(level, "holidays", {"until": until.isoformat()}))
        unverified = sum(not row.verified for row in agencies.hotlines(session))
        if unverified:
            findings.append(Finding("warn", "hotlines", {"count": unverified}))
        if not people.posts_in(session, home.code, now.date()):
            findings.append(Finding("warn", "officers", {"agency": home.code}))
        findings += [Finding("warn", "wording", values) for values in _unrateable(session)]
        found = lint.look(Svc(session, now, app.tools(config)))
        findings += [Finding("warn", f"own_{name}", values) for name, values in found]
        parked = int(inbox.depth(session, now)["parked"])
        if parked:
            findings.append(Finding("warn", "parked", {"count": parked}))
    return findings


def _unrateable(session: Session) -> list[dict[str, object]]:
    """Survey items that name a failing, which nobody can be satisfied with."""
    lists = wording.load()
    rows = surveys.items(session).values()
    return [{"item": row.code, "words": row.name} for row in rows if rules.negative(row.name, lists)]


def _drift(db: Database, config: Settings) -> list[Finding]:
    """Last week's categories of the machine beside people's: a line for all of them, or for each that went astray."""
    with db.reading() as session:
        weeks = machine.last_week(session, clock.now(), config.timezone)
    astray = [week for week in weeks if week.agency and week.drifts]
    together = [week for week in weeks if not week.agency]
    return [Finding("warn" if week.drifts else "ok", "drift", _told(week)) for week in astray or together]


def _told(week: machine.Week) -> dict[str, object]:
    shares = week.shares
    values: dict[str, object] = {"week": week.week, "agency": week.agency, "cases": shares.cases, "n": shares.confirmed}
    for name in ("differ", "abstained", "confidence", "expected", "observed"):
        value = getattr(shares, name)
        values[name] = "-" if value is None else f"{value:.0%}"
    return values


def _engine(config: Settings) -> list[Finding]:
    findings = [Finding("ok", "texts", {"count": len(load_texts())})]
    try:
        classify.warm()
        found = models.in_use(models.folder(config.data_dir))
        findings.append(Finding("ok", "engine", {"engine": found.model.version}))
    except Exception as error:  # a missing model file or dictionary: say so and go on
        findings.append(Finding("stop", "engine", {"why": type(error).__name__}))
        return findings
    if found.refused:
        findings.append(Finding("warn", "model", {"why": found.refused}))
    elif found.own:
        findings.append(_own_model(found))
    return findings


def _own_model(found: models.InUse) -> Finding:
    """The agency's own model and what it was promoted for: its accuracy on held-out cases beside the one before."""
    try:
        columns = [found.figures[name]["own"] for name in ("candidate", "present")]
        now, before = (f"{column['accuracy']:.1%}" for column in columns)
        rows = columns[0]["rows"]
    except (KeyError, TypeError, ValueError):  # somebody wrote the file by hand
        now, before, rows = "-", "-", "-"
    return Finding("ok", "model", {"version": found.model.version, "now": now, "before": before, "rows": rows})


async def _line(config: Settings) -> list[Finding]:
    from bot.channels import SendFailed
    from bot.line.outbound import LineChannel

    channel = LineChannel(
        access_token=str(config.line_channel_access_token),
        api_url=config.line_api_url or None,
        data_api_url=config.line_data_api_url or None,
    )
    try:
        info = await channel.bot_info()
        webhook = await channel.webhook_endpoint()
        limit, used = await channel.quota()
    except SendFailed as failed:
        return [Finding("stop", "line_token", {"why": failed.why})]
    finally:
        await channel.close()
    findings = [Finding("ok", "line_token", {"name": info.get("displayName", "")})]
    wanted = f"{config.public_url}/webhooks/line"
    fits = webhook.get("endpoint") == wanted and webhook.get("active") is True
    found = webhook.get("endpoint") or "-"
    findings.append(Finding("ok" if fits else "warn", "line_webhook", {"wanted": wanted, "found": found}))
    if limit is not None:
        level = "ok" if used < limit * NEARLY_USED else "warn"
        findings.append(Finding(level, "line_quota", {"used": used, "limit": limit}))
    return findings


async def _telegram(config: Settings) -> list[Finding]:
    from bot.channels import SendFailed

    channel = app.telegram_channel(config)
    try:
        me = await channel.call("getMe", {})
        webhook = await channel.call("getWebhookInfo", {})
    except SendFailed as failed:
        return [Finding("stop", "telegram_token", {"why": failed.why})]
    finally:
        await channel.close()
    findings = [Finding("ok", "telegram_token", {"name": me.get("username", "")})]
    if me.get("can_read_all_group_messages") is not True:
        findings.append(Finding("warn", "telegram_privacy", {}))
    found = webhook.get("url") or "-"
    if not config.telegram_webhook:
        findings.append(Finding("ok" if found == "-" else "warn", "telegram_polling", {"found": found}))
        return findings
    wanted = f"{config.public_url}/webhooks/telegram"
    findings.append(
        Finding("ok" if found == wanted else "warn", "telegram_webhook", {"wanted": wanted, "found": found})
    )
    if webhook.get("last_error_message"):
        waiting, why = webhook.get("pending_update_count", 0), webhook["last_error_message"]
        findings.append(Finding("warn", "telegram_errors", {"why": why, "waiting": waiting}))
    return findings
