"""What the emulated Telegram knows and remembers, and what tests look at."""

from __future__ import annotations

import itertools
import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.telegram_emulator import chats
from tests.telegram_emulator.chats import Facts
from tests.telegram_emulator.rates import Rates

CALLBACK_SECONDS, DAY = 150.0, 86400.0
# Not sent unless they are asked for by name.
UNASKED = ("chat_member", "message_reaction", "message_reaction_count")


@dataclass
class Delivered:
    """One message the bot sent, and got through."""

    chat_id: int
    method: str
    params: Facts
    message_id: int
    at: float
    seen: bool = True  # False: deleted since


class Refused(Exception):
    """What Telegram answers instead of doing it."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass
class State:
    """`clock` can be moved; `faults` are what the next sends meet, `file_faults` what the next downloads meet."""

    clock: Callable[[], float] = time.time
    delivered: list[Delivered] = field(default_factory=list)
    shown: list[tuple[int, str]] = field(default_factory=list)  # every text as it appeared, edits included
    violations: list[str] = field(default_factory=list)
    calls: list[tuple[str, Facts]] = field(default_factory=list)
    faults: deque[str] = field(default_factory=deque)
    file_faults: deque[str] = field(default_factory=deque)
    blocked: set[int] = field(default_factory=set)
    deactivated: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)  # people who never pressed Start
    kicked: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    migrated: dict[int, int] = field(default_factory=dict)
    admins: set[int] = field(default_factory=set)  # groups where the bot is an administrator
    privacy: bool = True  # in groups the bot gets only what is meant for it
    members: dict[tuple[int, int], str] = field(default_factory=dict)  # (chat, user) → status, "member" if not here
    users: dict[int, Facts] = field(default_factory=dict)
    chats: dict[int, Facts] = field(default_factory=dict)
    messages: dict[tuple[int, int], Facts] = field(default_factory=dict)
    keyboards: dict[int, Facts] = field(default_factory=dict)  # chat → the reply keyboard shown now
    files: dict[str, bytes] = field(default_factory=dict)
    callbacks: dict[str, float] = field(default_factory=dict)  # id → when it was issued
    answered: dict[str, Facts] = field(default_factory=dict)
    updates: list[Facts] = field(default_factory=list)  # waiting for getUpdates
    webhook: Facts = field(default_factory=dict)
    secret_token: str = ""
    allowed_updates: list[str] | None = None
    commands: dict[str, list[Facts]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    strict_rates: bool = False
    rate_violations: list[str] = field(default_factory=list)
    backlog: Callable[[], int] = lambda: 0  # updates a platform still holds for the webhook

    def __post_init__(self) -> None:
        self.arrived = threading.Condition()
        self.rates = Rates()
        self._private_ids = itertools.count(1001)
        self._group_ids: dict[int, itertools.count[int]] = defaultdict(lambda: itertools.count(1))
        self._file_ids = itertools.count(1)
        self._callback_ids = itertools.count(7_000_000_000_000_001)

    # --- what tests look at --------------------------------------------------------------------------------------

    def seen_by(self, chat_id: int) -> list[Facts]:
        """Every message of the bot this person or group still sees, in order, as it reads now."""
        with self.arrived:
            mine = [item for item in self.delivered if item.chat_id == chat_id and item.seen]
            return [self._as_shown(item) for item in mine]

    def _as_shown(self, item: Delivered) -> Facts:
        message = dict(self.messages[item.chat_id, item.message_id])
        if "reply_markup" not in message and "inline_keyboard" not in item.params.get("reply_markup", {}):
            message |= {name: item.params[name] for name in ("reply_markup",) if name in item.params}
        return message

    def wait(self, condition: Callable[[], Any], timeout: float = 20.0) -> Any:
        """Wait until something is true of what was delivered."""
        end = time.monotonic() + timeout
        with self.arrived:
            while not (found := condition()):
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError("Telegram's emulator waited in vain")
                self.arrived.wait(min(left, 0.2))
        return found

    # --- what both sides of it share -----------------------------------------------------------------------------

    def user(self, number: int) -> Facts:
        """A person (or the bot) as Telegram writes them."""
        return dict(chats.BOT) if number == chats.BOT_ID else chats.user(number) | self.users.get(number, {})

    def chat(self, chat_id: int) -> Facts:
        """A chat as Telegram writes it."""
        named = {name: self.users.get(chat_id, {})[name] for name in ("first_name",) if chat_id in self.users}
        return chats.chat(chat_id) | named | self.chats.get(chat_id, {})

    def next_message_id(self, chat_id: int) -> int:
        """One count for all private chats and basic groups, one of its own for each supergroup."""
        return next(self._group_ids[chat_id] if chats.is_supergroup(chat_id) else self._private_ids)

    def remember(self, message: Facts) -> Facts:
        """Keep a message, whoever wrote it, so that it can be answered and edited."""
        with self.arrived:
            self.messages[message["chat"]["id"], message["message_id"]] = message
        return message

    def keep_file(self, content: bytes) -> str:
        """A new file's id."""
        file_id = f"AgACAgUAAxkBAAI{next(self._file_ids):06d}"
        self.files[file_id] = content
        return file_id

    def issue_callback(self) -> str:
        """A callback query's id, good for 150 seconds."""
        callback_id = str(next(self._callback_ids))
        self.callbacks[callback_id] = self.clock()
        return callback_id

    def allows(self, update: Facts) -> bool:
        """Whether the bot asked for updates of this kind."""
        kind = next(name for name in update if name != "update_id")
        return kind in self.allowed_updates if self.allowed_updates else kind not in UNASKED

    def offer(self, update: Facts) -> None:
        """Put an update where getUpdates finds it."""
        with self.arrived:
            self.updates.append(update)

    def reachable(self, chat_id: Any) -> int:
        """The chat, if the bot may speak there. Raises Refused."""
        if not isinstance(chat_id, int) or chat_id in self.unknown or chat_id == 0:
            raise Refused(400, "Bad Request: chat not found")
        if chat_id in self.migrated:
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, said, migrate_to_chat_id=self.migrated[chat_id])
        if chat_id in self.kicked:
            raise Refused(403, f"Forbidden: bot was kicked from the {_group(chat_id)} chat")
        if chat_id in self.left:
            raise Refused(403, f"Forbidden: bot is not a member of the {_group(chat_id)} chat")
        if chat_id in self.deactivated:
            raise Refused(403, "Forbidden: user is deactivated")
        if chat_id in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat_id

    def spend(self, chat_id: int) -> None:
        """Count one send against the rates. Raises Refused where they are strict."""
        broken = self.rates.broken(chat_id, self.clock())
        if broken is not None:
            self.rate_violations.append(broken[0])
            if self.strict_rates:
                raise too_many(broken[1])
        self.rates.sent(chat_id, self.clock())


def too_many(seconds: float) -> Refused:
    """A 429."""
    whole = max(1, math.ceil(seconds))
    return Refused(429, f"Too Many Requests: retry after {whole}", retry_after=whole)


def _group(chat_id: int) -> str:
    return "supergroup" if chats.is_supergroup(chat_id) else "group"
