"""Announcements: citizens ask for them and stop them; an officer puts one out, once a day, and it is written down."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.actions import notices, registers
from handlers.messages import Say
from handlers.reports.evidence import lint
from handlers.reports.evidence.scope import Scope
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Svc
from storage import agencies, history, outbox, register_lines, subscriptions
from storage.people import Post
from storage.tables import Account

REGISTER = "announcement"
FROM, UNTIL = 8, 20  # hours of the day: nobody is woken
MOST = 300  # letters of an announcement: one bubble


@dataclass(frozen=True)
class Refused(Exception):
    """It may not go out: `why` is a key of officer.toml [officer.announce_…]."""

    why: str


def subscribe(svc: Svc, account: Account) -> bool:
    """This account asked for the agency's announcements; False where it had before."""
    code = svc.agency.code
    if not subscriptions.begin(svc.session, account.id, code, svc.now):
        return False
    history.append(svc.session, "subscribed", None, {"account": account.id, "agency": code}, svc.now)
    return True


def unsubscribe(svc: Svc, account_id: int) -> bool:
    """It wants none any more, is gone, or its data are to go; False where it had none."""
    if not subscriptions.end(svc.session, account_id, svc.now):
        return False
    history.append(svc.session, "unsubscribed", None, {"account": account_id}, svc.now)
    return True


def readers(svc: Svc, agency_code: str) -> int:
    """How many would read an announcement now."""
    return len(_people(subscriptions.readers(svc.session, agency_code)))


def _people(accounts: list[Account]) -> set[int]:
    return {account.person_id for account in accounts}


def check(svc: Svc, agency_code: str, words: str) -> None:
    """May this go out now? Raises Refused."""
    if len(words) > MOST:
        raise Refused("long")
    if not FROM <= svc.now.astimezone(svc.tools.zone).hour < UNTIL:
        raise Refused("hours")
    if _told_today(svc, agency_code):
        raise Refused("today")
    if not subscriptions.readers(svc.session, agency_code):
        raise Refused("nobody")


def _told_today(svc: Svc, agency_code: str) -> bool:
    there = lint.stored(Scope(svc, fiscal_year(svc.today), agency_code))[REGISTER]
    return any(line.cells["on"] == svc.today.isoformat() for line in there)


def announce(svc: Svc, post: Post, words: str) -> int:
    """Put it out to everybody who asked for announcements, and write the line of the register; to how many people.

    Where a push costs it goes along with the person's next free answer. Raises Refused.
    """
    code = post.agency_code
    register_lines.lock(svc.session, code)  # two who announce at once: the second one has had the day's already
    check(svc, code, words)
    agency = agencies.agency(svc.session, code)
    say = Say(svc.texts.say("news.announcement", agency=agency.name if agency else code, words=words))
    told = subscriptions.readers(svc.session, code)
    once = f"announce:{code}:{svc.today.isoformat()}"
    new = [account for account in told if not outbox.is_put(svc.session, f"{once}:{account.id}")]
    for account in new:
        notices.tell_account(
            svc,
            account,
            [say],
            None,
            once,
            news="plain" if account.channel in notices.PUSHES_COST else "",
            purpose="announcement",
            agency=code,
        )
    cells = {"on": svc.today.isoformat(), "words": words, "people": len(_people(new))}
    registers.put(svc, code, fiscal_year(svc.today), REGISTER, cells, post.person_id)
    return len(_people(new))
