"""Every fault there is: where the process dies, and what the world does to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

When = Literal["before", "after"]

# A turn from the door to the commit, a delivery from the claim to the row, a picture from the wish to the disk.
_TURN = (
    "storage.inbox:Writer.put",
    "storage.inbox:lanes_waiting",
    "storage.conversations:lock",
    "storage.inbox:oldest_unread",
    "storage.people:account_for",
    "storage.messages:add_in",
    "handlers.router:route",
    "handlers.actions.filing:file_case",
    "storage.sequences:next_value",
    "storage.conversations:write_state",
    "storage.outbox:put",
    "storage.inbox:settle",
    "storage.history:_link_all",
    "storage.db:Session.commit",
)
_DELIVERY = (
    "storage.sending:claim",
    "bot.line.outbound:LineChannel.draw",
    "bot.line.outbound:LineChannel.reply",
    "bot.line.outbound:LineChannel.push",
    "bot.telegram.outbound:TelegramChannel.push",
    "handlers.actions.reached:note",
    "storage.messages:add_out",
    "storage.sending:settle",
    "bot.delivery:Delivery._settle",
)
_MEDIA = ("storage.attached:files_wanted", "storage.files:FileStore.put", "storage.attached:settle_file")
# Few calls of these, many of the others: at which call the process dies.
_NTH = {
    "storage.inbox:lanes_waiting": 2,
    "handlers.actions.filing:file_case": 2,
    "storage.sequences:next_value": 2,
    "storage.history:_link_all": 2,
    "storage.inbox:Writer.put": 4,
    "bot.line.outbound:LineChannel.push": 2,
    "storage.attached:files_wanted": 1,
    "storage.files:FileStore.put": 1,
    "storage.attached:settle_file": 2,
    "storage.sending:claim": 4,
    "bot.delivery:Delivery._settle": 3,
    "bot.line.outbound:LineChannel.draw": 5,
    "bot.line.outbound:LineChannel.reply": 5,
    "bot.telegram.outbound:TelegramChannel.push": 5,
}


@dataclass(frozen=True)
class Fault:
    """One fault. `target`, `when`, `nth`: where the process dies; else `name` says what the world does."""

    name: str
    target: str = ""
    when: When = "before"
    nth: int = 0
    engines: tuple[str, ...] = ("sqlite", "postgres")


def _deaths(targets: tuple[str, ...]) -> list[Fault]:
    whens: tuple[When, ...] = ("before", "after")
    return [
        Fault(f"kill -9 {when} {_short(target)}", target, when, _NTH.get(target, 9))
        for target in targets
        for when in whens
    ]


def _short(target: str) -> str:
    """ "inbox.settle", "LineChannel.reply"."""
    module, _, name = target.partition(":")
    return name if "." in name else f"{module.rpartition('.')[2]}.{name}"


KILLS = [*_deaths(_TURN), *_deaths(_DELIVERY), *_deaths(_MEDIA)]
WORLD = [
    Fault("LINE answers 500"),
    Fault("LINE answers garbage"),
    Fault("LINE answers 429"),
    Fault("LINE takes it, its answer is lost"),
    Fault("LINE answers after our time limit"),
    Fault("LINE: the month's pushes are used up"),
    Fault("Telegram answers 500"),
    Fault("Telegram answers garbage"),
    Fault("Telegram answers 429"),
    Fault("Telegram takes it, its answer is lost"),
    Fault("Telegram answers after our time limit"),
    Fault("everything comes five times"),
    Fault("everything comes in the wrong order"),
    Fault("poison messages"),
    Fault("slow readers at the door"),
    Fault("clock jumps an hour forward"),
    Fault("clock jumps an hour back"),
    Fault("stopped and started again at once"),
    Fault("killed three times"),
    Fault("killed while it recovers"),
    Fault("killed while a digest is told"),
    Fault("disk full for two seconds"),
    Fault("somebody else holds the database", engines=("sqlite",)),
    Fault("database away for three seconds", engines=("postgres",)),
    Fault("database connections reset", engines=("postgres",)),
    Fault("database stalls for two seconds", engines=("postgres",)),
    Fault("two leaders on one database", engines=("postgres",)),
]
EVERY = [*KILLS, *WORLD]
# Of each kind one, for a suite that is run often.
FEW = [
    fault
    for fault in EVERY
    if fault.name
    in {
        "kill -9 before Session.commit",
        "kill -9 after LineChannel.reply",
        "LINE takes it, its answer is lost",
        "disk full for two seconds",
        "database connections reset",
    }
]
