"""The operator's commands about who works here: a one-time code, and the end of somebody's posts."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date

from bot import clock, settings
from bot.commands import Refused, current_database
from bot.settings import Settings


def invite(arguments: argparse.Namespace) -> int:
    """A one-time code, shown once."""
    from bot.app import tools
    from handlers.actions import people
    from handlers.services import Svc
    from storage.words import Role

    with current_database() as db, db.transaction() as session:
        svc = Svc(session, clock.now(), tools(settings.read()))
        try:
            role, name = Role(arguments.role), arguments.name
            since, until = _day(arguments.since), _day(arguments.until)
            if until is not None and until < max(since or svc.today, svc.today):
                raise Refused(f"--until {until} is over before the post begins")
            code = people.invite(svc, arguments.agency, arguments.unit, role, name, since=since, until=until)
        except people.NoSuchPlace as wrong:
            raise Refused(str(wrong)) from wrong
        joins = svc.texts.word("officer.join_line", code=code)
    if role in (Role.OFFICER, Role.UNIT_HEAD) and not arguments.unit:
        print("pratu: without --unit this person sees no case of any unit", file=sys.stderr)
    link = _telegram_link(settings.read(), code)
    if arguments.json:
        print(json.dumps({"code": code, "send": joins, "telegram": link}, ensure_ascii=False))
    else:
        print("\n".join(line for line in (f"code: {code}", joins, link or "") if line))
    return 0


def leave(arguments: argparse.Namespace) -> int:
    """Somebody's posts end now: a former officer sees nothing."""
    from bot.app import tools
    from handlers.actions import people
    from handlers.services import Svc
    from storage.words import Role

    role = Role(arguments.role) if arguments.role else None
    with current_database() as db, db.transaction() as session:
        svc = Svc(session, clock.now(), tools(settings.read()))
        try:
            ended = people.leave(svc, arguments.agency, arguments.name, role)
        except (people.NoSuchPlace, people.WhoIsIt) as wrong:
            raise Refused(str(wrong)) from wrong
    for post in ended:
        print(f"{post.name}: no longer {post.role} of {' '.join(filter(None, (post.agency_code, post.unit_code)))}")
    return 0


def _day(text: str | None) -> date | None:
    """A date of the command line, YYYY-MM-DD. Raises Refused."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise Refused(f"not a date (YYYY-MM-DD): {text!r}") from wrong


def _telegram_link(config: Settings, code: str) -> str | None:
    """The link that opens the bot with the code; None while Telegram is off or does not tell the bot's name."""
    import asyncio

    from bot.app import telegram_channel
    from bot.channels import SendFailed

    if not config.telegram_on:
        return None
    channel = telegram_channel(config)

    async def ask() -> str:
        try:
            return (await channel.learn_name()).username
        finally:
            await channel.close()

    try:
        name = asyncio.run(ask())
    except SendFailed as failed:
        print(f"pratu: no Telegram link: {failed.why}", file=sys.stderr)
        return None
    return f"https://t.me/{name}?start={code}" if name else None
