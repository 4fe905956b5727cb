"""The platform side: updates to one webhook, in Telegram's manner: a queue a chat, one at a time, until it is taken."""

from __future__ import annotations

import contextlib
import random
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.telegram_emulator.chats import BOT_ID, Facts, is_group
from tests.telegram_emulator.server import SECRET, TOKEN, Emulator
from tests.telegram_emulator.updates import Updates, born, kind_of, lifetime

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
CONNECTIONS = 40
LONGEST_RETRY_AFTER = 3600.0
CALLBACKS, MEMBERS, OTHERS = 3 << 33, 5 << 33, 9 << 33
SERVICE = frozenset(
    [
        "new_chat_members",
        "left_chat_member",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
        "group_chat_created",
        "supergroup_chat_created",
        "new_chat_title",
        "pinned_message",
    ]
)
_LOST: dict[type[Exception], str] = {
    httpx.ConnectError: "Connection refused",
    httpx.ReadTimeout: "Read timeout expired",
}
# What a webhook's answer may not ask for.
NOT_IN_AN_ANSWER = ("get", "setwebhook", "deletewebhook", "close", "logout")


def queue_of(update: Facts) -> int:
    """Which queue an update waits in: messages and edits by chat, taps by person, memberships apart."""
    kind = kind_of(update)
    content = update[kind]
    if kind in ("message", "edited_message"):
        return int(content["chat"]["id"])
    if kind == "callback_query":
        return int(content["from"]["id"]) + CALLBACKS
    if kind in ("my_chat_member", "chat_member"):
        return int(content["chat"]["id"]) + MEMBERS
    return OTHERS


@dataclass
class _Queue:
    """Updates of one kind and place; `skipped` is the waiting that `scale` saved, so that expiry stays true."""

    waiting: deque[Facts] = field(default_factory=deque)
    skipped: float = 0.0


class Platform(Updates):
    """Delivers updates to a webhook; without an address they wait for getUpdates.

    `scale` shortens the pauses between tries (0.01: a second is ten milliseconds); expiry is reckoned unscaled.
    """

    def __init__(
        self, emulator: Emulator, url: str = "", secret: str = SECRET, *, scale: float = 1.0, timeout: float = 60.0
    ) -> None:
        super().__init__(emulator)
        self.emulator: Emulator = emulator
        self.url, self.secret, self.scale = url, secret, scale
        self.patience = 10.0  # seconds `send` waits for an update to be taken
        self.answers: list[int] = []
        self.acknowledged: set[int] = set()
        self.dropped: list[Facts] = []  # expired before anybody took them
        self.withheld: list[Facts] = []  # never sent: not asked for, or not the bot's business in a group
        self._http = httpx.Client(timeout=timeout)
        self._chance = random.Random(7)
        self._queues: dict[int, _Queue] = {}
        self._workers: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._connections = threading.BoundedSemaphore(CONNECTIONS)
        self._closing = threading.Event()
        emulator.backlog = self.pending

    # --- one try -------------------------------------------------------------------------------------------------

    def post(self, update: Facts) -> int:
        """One try, whatever waits in the queues; 0 when there was no answer."""
        status, _ = self._try(update)
        return status

    def post_raw(self, body: bytes, secret: str | None) -> int:
        """Any bytes with any secret, or none."""
        headers = {"content-type": "application/json"} | ({SECRET_HEADER: secret} if secret is not None else {})
        try:
            return self._http.post(self.url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            return 0

    def _try(self, update: Facts) -> tuple[int, float]:
        """The status, and for how long the bot asked to be left alone."""
        headers = {SECRET_HEADER: self.secret} if self.secret else {}
        answer, why = None, ""
        with self._connections:
            try:
                answer = self._http.post(self.url, json=update, headers=headers)
            except (httpx.HTTPError, RuntimeError) as lost:  # RuntimeError: closed meanwhile
                why = _LOST.get(type(lost), "Connection closed")
        taken = answer is not None and answer.is_success
        with self._changed:
            self.answers.append(0 if answer is None else answer.status_code)
            if taken:
                self.acknowledged.add(update["update_id"])
            self._changed.notify_all()
        if answer is None:
            self._complain(why)
            return 0, 0.0
        if taken:
            self._obey(answer)
        else:
            self._complain(f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}")
        return answer.status_code, _seconds(answer.headers.get("retry-after", ""))

    def _complain(self, why: str) -> None:
        if self.emulator.webhook:
            self.emulator.webhook |= {"last_error_date": int(self.emulator.clock()), "last_error_message": why}

    def _obey(self, answer: httpx.Response) -> None:
        """A method may be the webhook's answer; its result goes nowhere."""
        with contextlib.suppress(ValueError, httpx.HTTPError):
            body: Any = answer.json()
            method = body.pop("method", "") if isinstance(body, dict) else ""
            if isinstance(method, str) and method and not method.lower().startswith(NOT_IN_AN_ANSWER):
                self._http.post(f"{self.emulator.url}/bot{TOKEN}/{method}", json=body)

    # --- queues --------------------------------------------------------------------------------------------------

    def deliver(self, *updates: Facts) -> None:
        """As Telegram does it: each queue in order, one at a time, again and again until taken or expired."""
        for update in updates:
            if not self._meant_for_the_bot(update):
                self.withheld.append(update)
            elif self.url:
                self._enqueue(update)
            else:
                self.emulator.offer(update)

    def _enqueue(self, update: Facts) -> None:
        with self._changed:
            queue = self._queues.setdefault(queue_of(update), _Queue())
            queue.waiting.append(update)
            if len(queue.waiting) == 1:
                worker = threading.Thread(target=self._work, args=(queue,), daemon=True)
                self._workers.append(worker)
                worker.start()

    def _work(self, queue: _Queue) -> None:
        while not self._closing.is_set():
            self._push(queue, queue.waiting[0])
            with self._changed:
                queue.waiting.popleft()
                self._changed.notify_all()
                if not queue.waiting:
                    return

    def _push(self, queue: _Queue, update: Facts) -> None:
        """Try at once, at once again, then after 2, 4, 8 … seconds, up to a random one or two minutes."""
        pauses = _pauses(self._chance.uniform(60.0, 120.0))
        expires = born(update, self.emulator) + lifetime(update)
        pause = 0.0
        while not self._closing.is_set():
            if self.emulator.clock() + queue.skipped + pause >= expires:
                self.dropped.append(update)
                return
            self._closing.wait(pause * self.scale)
            queue.skipped += pause * (1.0 - self.scale)
            status, asked = self._try(update)
            if 200 <= status < 300:
                return
            pause = max(asked, next(pauses))

    def _meant_for_the_bot(self, update: Facts) -> bool:
        return self.emulator.allows(update) and (not self.emulator.privacy or _public(update, self.emulator))

    # --- what tests wait for -------------------------------------------------------------------------------------

    def pending(self) -> int:
        """How many updates nobody has taken yet."""
        with self._changed:
            waiting = [update["update_id"] for queue in self._queues.values() for update in queue.waiting]
            return sum(number not in self.acknowledged for number in waiting)

    def drain(self, timeout: float = 20.0) -> None:
        """Wait until nothing is pending."""
        with self._changed:
            if not self._changed.wait_for(lambda: not any(queue.waiting for queue in self._queues.values()), timeout):
                raise AssertionError(f"{self.pending()} updates were never taken")

    def send(self, *updates: Facts) -> None:
        """Deliver, and wait until they are taken, or for as long as `patience`."""
        self.deliver(*updates)
        mine = {update["update_id"] for update in updates if update not in self.withheld}
        if self.url:
            with self._changed:
                self._changed.wait_for(lambda: mine <= self.acknowledged, self.patience)

    def close(self) -> None:
        """Stop trying."""
        self._closing.set()
        for worker in self._workers:
            worker.join(2.0)
        self._http.close()

    # --- what happens to chats -----------------------------------------------------------------------------------

    def adds_to_group(self, sender: int, chat: int) -> None:
        """Somebody takes the bot into a group: a membership and a service message."""
        self.emulator.kicked.discard(chat)
        self.emulator.left.discard(chat)
        self.send(self.membership(sender, chat, "left", "member"), self.joined(sender, chat, BOT_ID))

    def kicks(self, sender: int, chat: int) -> None:
        """Somebody throws the bot out."""
        self.emulator.kicked.add(chat)
        self.send(self.membership(sender, chat, "member", "kicked"))

    def migrates(self, sender: int, old: int, new: int) -> None:
        """A group becomes a supergroup; the old id is refused from now on."""
        updates = self.migration(sender, old, new)
        self.emulator.migrated[old] = new
        self.send(*updates)


def _pauses(longest: float) -> Iterator[float]:
    yield 0.0
    pause = 2.0
    while True:
        yield min(pause, longest)
        pause = min(pause * 2, longest)


def _seconds(header: str) -> float:
    return min(float(header), LONGEST_RETRY_AFTER) if header.isdigit() else 0.0


def _public(update: Facts, emulator: Emulator) -> bool:
    """What a bot with privacy mode gets: in groups only commands, answers to it and service messages."""
    message = update.get("message") or update.get("edited_message")
    if message is None or not is_group(message["chat"]["id"]) or message["chat"]["id"] in emulator.admins:
        return True
    if SERVICE & set(message) or message.get("reply_to_message", {}).get("from", {}).get("id") == BOT_ID:
        return True
    name = "@" + emulator.user(BOT_ID)["username"].lower()
    text = message.get("text", "")
    said = [
        text.encode("utf-16-le")[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in message.get("entities", ())
        if entity["type"] == "bot_command"
    ]
    return any("@" not in command or command.lower().endswith(name) for command in said)
