"""The outbox's sender: claim, draw, send, settle, tell. It decides what a failure means; channels only report it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.channels import Call, Channel, SendFailed, Sent
from bot.clock import Clock, now_us
from bot.pushes import Budget
from bot.watch import Watch
from handlers.actions import reached
from handlers.messages import Say, from_json
from handlers.services import Tools
from storage import ids, inbox, presence, sending
from storage.db import Database
from storage.sending import Claimed
from storage.words import OutboxState

log = logging.getLogger("pratu.delivery")

POLL_SECONDS = 1.0
GATHER_SECONDS = 0.02  # between two claims, and between two write-downs; the first of a quiet time goes at once
AT_ONCE = 64  # calls on their way at the same time
RECOVER_SECONDS = 3.0
# LINE: a reply token lives one minute from delivery. Within this time "invalid" can only mean "already used".
TOKEN_SURELY_FRESH = timedelta(seconds=45)
REPLY_TRIES = 3  # an ambiguous reply is repeated on the same token: it cannot arrive twice
LAST_TRY_AFTER = timedelta(hours=20)  # retry keys are good for 24 hours; then the same key is a new message
QUOTA_WAIT = timedelta(hours=6)
QUOTA_AT_MOST = timedelta(days=40)  # a new month comes before that
BLOCKS_ITS_CHAT = timedelta(minutes=10)  # longer than this a failing message keeps nothing behind it back
OUR_TRIES = 5
MANY_TRIES = 12  # an old message (held until somebody came back) is not given up at its first bad moment
PLAIN = 1000  # plain words are calls of their own, numbered from here on


@dataclass
class Outcome:
    """How one try ended, and what the platform took of it."""

    message: Claimed
    state: OutboxState
    error: str | None = None
    again_at: datetime | None = None
    calls_done: int = 0
    tried_reply: bool = False
    taken: list[tuple[Call, Sent]] = field(default_factory=list)
    unclear: bool = False  # a try may have been taken
    quota: bool = False
    kept: bool = False  # pushes are left, for what cannot wait
    unreachable: bool = False
    moved_to: str = ""  # the chat's new address


class Delivery:
    """Sends what turns and jobs put out. One chat's messages go in order; chats do not wait for each other."""

    def __init__(
        self, db: Database, tools: Tools, channels: Mapping[str, Channel], clock: Clock, watch: Watch | None = None
    ) -> None:
        self._db = db
        self._tools = tools
        self._channels = channels
        self._clock = clock
        self._watch = watch or Watch()
        self._settled_at = time.monotonic()
        self._budget = Budget(tools.zone)
        self._worker = ids.new_key()
        self._wake = asyncio.Event()
        self._ended: list[Outcome] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._settling = asyncio.Lock()
        self._stop_wanted = asyncio.Event()
        self._presence = presence.Presence(db, self._worker)
        # Of several workers one speaks on a channel that counts all messages of a bot together.
        self._leads = {name: presence.Leader(db, name) for name, channel in channels.items() if channel.paced}
        self.silent_on: list[str] = []  # channels another worker speaks on, as found at the last look
        self._main: asyncio.Task[None] | None = None
        self._recovering: asyncio.Task[None] | None = None
        self.counts: dict[str, int] = {}

    async def start(self) -> None:
        """Begin; what a dead process left half sent is given back."""
        loop = asyncio.get_running_loop()

        def wake(topic: str) -> None:
            if topic == "outbox" and not self._stopped:
                loop.call_soon_threadsafe(self._wake.set)

        self._db.on_work(wake)
        self._main = asyncio.create_task(self._run())
        self._recovering = asyncio.create_task(self._recover_now_and_then())

    async def stop(self) -> None:
        """Let calls on their way end, write down how, then end."""
        self._stopped = True
        self._stop_wanted.set()
        self._wake.set()
        for task in (self._main, self._recovering):
            if task is not None:
                await task
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=15)
        await self._settle_ended()
        for leads in self._leads.values():
            await asyncio.to_thread(leads.leave)
        await asyncio.to_thread(self._presence.leave)

    def recover(self) -> None:
        """Give back what nobody can still be sending: messages of workers that died."""
        self._presence.show()
        with self._db.reading() as session:
            others = [worker for worker in sending.workers_sending(session) if worker != self._worker]
        if not others:
            self._presence.none_asked_of()
            return
        with self._db.transaction() as session:
            gone = self._presence.gone(session, others)
            count = sum(sending.recover(session, worker, self._clock()) for worker in gone)
        if count:
            log.warning("gave back messages of a worker that died", extra={"count": count})

    async def _recover_now_and_then(self) -> None:
        while not self._stopped:
            try:
                await asyncio.to_thread(self.recover)
            except Exception:  # the database is away: wait and look again
                log.exception("could not look for dead workers")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop_wanted.wait(), RECOVER_SECONDS)

    async def _run(self) -> None:
        while not self._stopped:
            self._wake.clear()
            try:
                claimed = await asyncio.to_thread(self._claim) if len(self._tasks) < AT_ONCE else []
            except Exception:  # the database is away: wait and look again
                log.exception("could not look for messages")
                claimed = []
            for message in claimed:
                self._spawn(self._one(message))
            if claimed:
                await asyncio.sleep(GATHER_SECONDS)  # what is put out meanwhile shares the next claim
            if not claimed and not self._stopped:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _claim(self) -> list[Claimed]:
        with self._db.reading() as session:
            due = sending.next_due(session)
        if due is None or due > self._clock():
            return []  # looking costs no write lock
        self.silent_on = [name for name, leader in self._leads.items() if not leader.leads()]
        with self._db.transaction() as session:
            self._budget.refresh(session, self._clock())
            return sending.claim(session, self._worker, self._clock(), without=self.silent_on)

    async def _one(self, message: Claimed) -> None:
        outcome = await self.send(message)
        self._ended.append(outcome)  # looked up only now: the list may have been taken away while we sent
        await self._settle_ended()

    def _our_fault(self, outcome: Outcome, what: str) -> None:
        """Something in our own code failed: tried again a few times (it may be a passing thing), then shown."""
        message = outcome.message
        ended = message.attempts >= OUR_TRIES
        outcome.state = OutboxState.GIVEN_UP if ended else OutboxState.FAILED
        outcome.again_at = None if ended else self._later(message)
        outcome.tried_reply = outcome.unclear = True
        outcome.error = sending.why_not_sent(f"our fault: {what}", quota=message.quota, unclear=True)

    # --- sending ---------------------------------------------------------------------------------------------------

    async def send(self, message: Claimed) -> Outcome:
        """Send one message's calls in order; what was done before is not done again."""
        channel = self._channels.get(message.channel)
        if channel is None:
            return Outcome(message, OutboxState.FAILED, "channel is off", self._later(message))
        outcome = Outcome(
            message,
            OutboxState.SENT,
            calls_done=message.calls_done,
            tried_reply=message.tried_reply,
            unclear=message.unclear,
        )
        try:
            await self._send(channel, message, outcome)
        except Exception as error:  # one of the three places that catch broadly: the row must not stay "sending"
            log.exception("drawing or sending failed", extra={"outbox": message.id})
            self._our_fault(outcome, type(error).__name__)
        return outcome

    async def _send(self, channel: Channel, message: Claimed, outcome: Outcome) -> None:
        parts = [from_json(part) for part in message.parts]
        for number, call in enumerate(channel.draw(parts)):
            if number < message.calls_done:
                continue
            problem = await self._call(channel, message, outcome, number, call)
            if problem is not None and problem.problem == "refused":
                problem = await self._plainly(channel, message, outcome, number, call, problem)
            if problem is not None and problem.problem == "ambiguous" and not channel.replies:
                # Only this one is in doubt; what comes after it must still arrive.
                outcome.state, outcome.error, outcome.unclear = OutboxState.UNCERTAIN, problem.why[:300], True
            elif problem is not None:
                self._failed(message, outcome, problem)
                return
            outcome.calls_done = number + 1
        if outcome.state == OutboxState.SENT and message.unclear and not message.recovered and not channel.replies:
            outcome.state, outcome.error = OutboxState.UNCERTAIN, "an earlier part of it is in doubt"

    async def _plainly(
        self, channel: Channel, message: Claimed, outcome: Outcome, number: int, call: Call, refused: SendFailed
    ) -> SendFailed | None:
        """The platform does not like how it looks, or how long it is; the words must still arrive."""
        plain = channel.draw([Say(text) for text in call.texts])
        if not plain or [one.messages for one in plain] == [call.messages]:
            return refused
        log.error("the platform refused a drawing; sending its words", extra={"outbox": message.id})
        for offset, one in enumerate(plain):
            # Other words are another message: under the same retry key the second would count as sent.
            key = ids.key_from(message.key, (number + 1) * PLAIN + offset)
            problem = await self._call(channel, message, outcome, number, one, key)
            if problem is not None:
                return problem
        return None

    async def _call(
        self, channel: Channel, message: Claimed, outcome: Outcome, number: int, call: Call, key: str = ""
    ) -> SendFailed | None:
        if number == 0 and message.reply_token and not channel.replies:
            await channel.noticed(message.reply_token)
        elif number == 0 and message.reply_token and self._may_reply(message):
            ended, problem = await self._reply(channel, message, outcome, call)
            if ended:
                return problem
        if self._budget.waits(message):
            return SendFailed("kept", "pushes are kept for what cannot wait")
        try:
            push = channel.push(message.chat_id, call, key or ids.key_from(message.key, number))
            sent = await self._tried(message, "push", push)
        except SendFailed as failed:
            if failed.problem == "same":
                return None
            return failed
        self._budget.pushed(message)
        outcome.taken.append((call, sent))
        return None

    async def _tried(self, message: Claimed, way: str, call: Awaitable[Sent]) -> Sent:
        """One try, told of. Raises SendFailed."""
        began, result = now_us(), "error"
        try:
            sent = await call
            result = "ok"
        except SendFailed as failed:
            result = failed.problem
            raise
        finally:
            self._watch.tried(message, way, result, began)
        return sent

    def _may_reply(self, message: Claimed) -> bool:
        """Not for the first time on an old token: were the answer unclear, nobody could tell whether it arrived.

        A push has a key that makes a repeat harmless; being this late is rare enough to pay for it. What was put out on
        an old token can only have been pushed by the process that died: its own key repeats that, a reply would double.
        """
        began = message.reply_event_us or 0
        first = message.created_us - began < TOKEN_SURELY_FRESH / timedelta(microseconds=1)
        return message.tried_reply or (message.recovered and first) or self._token_age(message) < TOKEN_SURELY_FRESH

    async def _reply(
        self, channel: Channel, message: Claimed, outcome: Outcome, call: Call
    ) -> tuple[bool, SendFailed | None]:
        """Try the free reply token. (False, None) means: definitely not taken, push instead."""
        assert message.reply_token is not None
        maybe_taken = message.tried_reply or message.recovered
        for attempt in range(REPLY_TRIES):
            if attempt:
                await asyncio.sleep(0.5 * attempt)
            try:
                sent = await self._tried(message, "reply", channel.reply(message.reply_token, call))
            except SendFailed as failed:
                if failed.problem == "ambiguous":
                    maybe_taken = outcome.tried_reply = True
                    continue
                if failed.problem != "token":
                    return True, failed
                return self._token_is_dead(message, outcome, call, maybe_taken)
            outcome.taken.append((call, sent))
            return True, None
        return True, SendFailed("ambiguous", "no answer to a reply, three times")

    def _token_is_dead(
        self, message: Claimed, outcome: Outcome, call: Call, maybe_taken: bool
    ) -> tuple[bool, SendFailed | None]:
        if not maybe_taken:
            return False, None
        if self._token_age(message) < TOKEN_SURELY_FRESH:
            # Still within its minute, so it is dead because our first try was taken.
            outcome.taken.append((call, Sent()))
            return True, None
        if message.recovered and not message.tried_reply:
            # The process died around its first try. Nobody can know; silence would be worse (contract: the window).
            return False, None
        return True, SendFailed("ambiguous", "the reply may have been taken; its token is too old to tell")

    def _token_age(self, message: Claimed) -> timedelta:
        began = inbox.moment_of(message.reply_event_us or 0)
        return self._clock() - began

    # --- what a failure means ----------------------------------------------------------------------------------------

    def _failed(self, message: Claimed, outcome: Outcome, failed: SendFailed) -> None:
        outcome.unclear |= failed.unclear
        outcome.kept = failed.problem == "kept"
        outcome.quota = message.quota or outcome.kept or failed.problem == "quota"
        outcome.error = failed.why[:300]
        decide: dict[str, Callable[[], None]] = {
            "again": lambda: self._again(message, outcome, failed.retry_after),
            "quota": lambda: self._hold(outcome),
            "kept": lambda: self._hold(outcome),
            "ambiguous": lambda: self._ambiguous(message, outcome),
            "moved": lambda: self._moved(outcome, failed.chat_id),
        }
        decide.get(failed.problem, lambda: self._give_up(outcome, failed))()
        if outcome.state in (OutboxState.HELD, OutboxState.FAILED):
            outcome.error = sending.why_not_sent(outcome.error or "", quota=outcome.quota, unclear=outcome.unclear)

    def _again(self, message: Claimed, outcome: Outcome, retry_after: float | None) -> None:
        age = self._clock() - inbox.moment_of(message.created_us)
        if age > (QUOTA_AT_MOST if message.quota else LAST_TRY_AFTER) and message.attempts > MANY_TRIES:
            outcome.state = OutboxState.GIVEN_UP
            return
        wait = timedelta(seconds=retry_after) if retry_after else self._backoff(message)
        patient = message.held or age + wait > BLOCKS_ITS_CHAT
        outcome.state = OutboxState.HELD if patient else OutboxState.FAILED
        outcome.again_at = self._clock() + wait

    def _hold(self, outcome: Outcome) -> None:
        if not outcome.kept:
            log.error("the month's push quota is used up: messages wait", extra={"outbox": outcome.message.id})
        outcome.state, outcome.again_at = OutboxState.HELD, self._clock() + QUOTA_WAIT

    def _moved(self, outcome: Outcome, chat_id: str) -> None:
        outcome.state, outcome.again_at, outcome.moved_to = OutboxState.FAILED, self._clock(), chat_id

    def _ambiguous(self, message: Claimed, outcome: Outcome) -> None:
        fresh = bool(message.reply_token) and self._token_age(message) < TOKEN_SURELY_FRESH
        if fresh and outcome.calls_done == 0:
            outcome.state, outcome.again_at = OutboxState.FAILED, self._clock() + timedelta(seconds=5)
        else:
            outcome.state = OutboxState.UNCERTAIN

    def _give_up(self, outcome: Outcome, failed: SendFailed) -> None:
        outcome.state = OutboxState.GIVEN_UP
        outcome.unreachable = failed.problem == "unreachable"

    def _later(self, message: Claimed) -> datetime:
        return self._clock() + self._backoff(message)

    @staticmethod
    def _backoff(message: Claimed) -> timedelta:
        return timedelta(seconds=min(2.0 ** min(message.attempts, 9), 300.0))

    # --- writing down ------------------------------------------------------------------------------------------------

    async def _settle_ended(self) -> None:
        """Write down everything that ended. One at a time: what ends meanwhile shares the next transaction."""
        async with self._settling:
            while self._ended:
                ended, self._ended = self._ended, []
                try:
                    await asyncio.to_thread(self._settle, ended)
                    await asyncio.sleep(GATHER_SECONDS)  # what ends meanwhile shares the next transaction
                except Exception:  # the database is away: what the platform took must still be written down
                    log.exception("could not write down what was sent")
                    self._ended = ended + self._ended
                    await asyncio.sleep(POLL_SECONDS)

    def _settle(self, ended: list[Outcome]) -> None:
        now = self._clock()
        with self._db.transaction() as session:
            for outcome in ended:
                request_id = outcome.taken[-1][1].request_id if outcome.taken else None
                sending.settle(
                    session,
                    outcome.message.id,
                    outcome.state,
                    now,
                    error=outcome.error,
                    again_at=outcome.again_at,
                    calls_done=outcome.calls_done,
                    tried_reply=outcome.tried_reply,
                    request_id=request_id,
                )
                taken = [
                    reached.Taken(call.texts, call.messages, list(sent.message_ids)) for call, sent in outcome.taken
                ]
                how = reached.Ending(outcome.state, outcome.unreachable, outcome.quota, outcome.moved_to, outcome.kept)
                reached.note(session, self._tools, outcome.message, how, taken, now)
            session.wake("outbox")
            session.wake("sent")
        self._settled_at = time.monotonic()
        for outcome in ended:
            self.counts[outcome.state] = self.counts.get(outcome.state, 0) + 1
            self._watch.settled(outcome.message, outcome.state)

    @property
    def idle(self) -> float:
        """Seconds since it was last written down what became of a message."""
        return time.monotonic() - self._settled_at

    @property
    def lives(self) -> bool:
        """Is anybody sending?"""
        return self._main is not None and not self._main.done()
