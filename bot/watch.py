"""What is told of each piece of work: a line of the log, a number for /metrics, and a span where traces are on.

One message is followed by its `trace`, which is reckoned from the keyed hash of its chat and the moment the person
acted. Both stand on the event and on its answer: every process knows it, and no column holds it.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from bot.clock import now_us
from bot.log import Id
from bot.settings import Settings
from bot.tally import Seconds, Tries
from handlers.messages import Incoming
from nlp.verdict import Verdict
from storage.db import Session
from storage.inbox import NewEvent, Unread, microseconds
from storage.sending import Claimed

if TYPE_CHECKING:
    from bot.traces import Open, Traces

log = logging.getLogger("pratu.watch")

# Ids the platforms or we make; what looks like none of them is masked like any other word.
_EVENT = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}|[1-9]\d{0,11}|(?:web|odd)-[0-9a-f]{20,64}")


def trace_of(lane: str, event_us: int) -> str:
    """The name of the trace of what somebody did in a chat (its keyed hash) at that moment: 32 hexadecimal digits."""
    return hashlib.sha256(f"{lane} {event_us}".encode()).hexdigest()[:32]


def event_id(written: str) -> str:
    """An event's id for the log."""
    return Id(written) if _EVENT.fullmatch(written) else written


class Watch:
    """What this process tells of its work."""

    def __init__(self, traces: Traces | None = None) -> None:
        self.traces = traces
        self.turn_seconds = Seconds("turn_seconds")
        self.tries = Tries("delivery_tries_total", "channel", "result")
        self.verdicts = Tries("verdicts_total", "abstained")

    def told(self) -> dict[str, float]:
        """The numbers, by name and labels."""
        return {**self.turn_seconds.told(), **self.tries.told(), **self.verdicts.told()}

    def stored(self, events: Sequence[tuple[NewEvent, int]], lanes: Sequence[str]) -> None:
        """Events were stored, now or before; each with the moment it was handed over (microseconds since 1970), and
        its chat."""
        if self.traces is None and not log.isEnabledFor(logging.INFO):
            return
        ended = now_us()
        for (event, began), lane in zip(events, lanes, strict=True):
            of = trace_of(lane, event.event_us)
            facts = {"channel": event.channel, "lane": Id(lane[:8]), "event": event_id(event.event_id)}
            log.info("event acknowledged", extra={"trace": Id(of), **facts})
            if self.traces is not None:
                self.traces.event(of, began, ended, facts)

    def turn(self, lane: str, channel: str, read: Callable[[Unread], Incoming]) -> Turn:
        """A turn begins; `read` reads its events."""
        return Turn(self, lane, channel, read)

    def classify(self, ask: Callable[[str], Verdict]) -> Callable[[str], Verdict]:
        """The engine, with its verdicts counted."""

        def asked(text: str) -> Verdict:
            began = now_us()
            verdict = ask(text)
            self.verdicts.note("yes" if verdict.abstained else "no")
            if self.traces is not None:
                facts = {"kind": verdict.kind, "abstained": verdict.abstained}
                self.traces.done("nlp", None, began, now_us(), facts)
            return verdict

        return asked

    def tried(self, message: Claimed, way: str, result: str, began_us: int) -> None:
        """A try to deliver ended: `way` is reply or push, `result` ok or what was wrong."""
        self.tries.note(message.channel, result)
        facts = {"way": way, "result": result, "attempt": message.attempts, **_of_message(message)}
        if result != "ok":
            log.info("a try to deliver failed", extra=facts)
        if self.traces is not None:
            self.traces.done("delivery", _trace_of(message), began_us, now_us(), facts, fine=result == "ok")

    def settled(self, message: Claimed, state: str) -> None:
        """It was written down what became of a message. Not why: a platform's own words may quote a citizen."""
        of = _trace_of(message)
        ids = {"trace": Id(of)} if of else {}
        facts = {"state": state, "attempts": message.attempts}
        log.info("message settled", extra={**ids, **_of_message(message), **facts})

    def job(self, name: str, began_us: int, *, fine: bool) -> None:
        """A job ended."""
        if self.traces is not None:
            self.traces.done("job", None, began_us, now_us(), {"job": name}, fine=fine)

    def page(self, method: str, way: str, status: int, began_us: int) -> None:
        """A page was shown; `way` is the first part of its address: what follows may be somebody's key."""
        if self.traces is not None:
            named = {"http.request.method": method, "http.route": way, "http.response.status_code": status}
            self.traces.done("page", None, began_us, now_us(), named, fine=status < 500)


def watching(settings: Settings, roles: frozenset[str]) -> Watch:
    """What a process of these settings tells; spans too where an endpoint is set. A missing package closes no door to
    a citizen: it is said, and work goes on."""
    if not settings.traces_endpoint:
        return Watch()
    try:
        from bot.traces import Traces
    except ImportError as missing:
        log.error("no traces: an endpoint is set, but not pip install 'pratu[traces]'", extra={"missing": missing.name})
        return Watch()
    return Watch(Traces(settings.traces_endpoint, version("pratu"), sorted(roles)))


def _trace_of(message: Claimed) -> str | None:
    """Of an answer: its event's; a notice answers nobody."""
    return None if message.reply_event_us is None else trace_of(message.lane, message.reply_event_us)


def _of_message(message: Claimed) -> dict[str, Any]:
    return {"outbox": Id(message.id), "lane": Id(message.lane[:8]), "channel": message.channel}


class Turn:
    """One turn: what it read, and how it ended."""

    def __init__(self, watch: Watch, lane: str, channel: str, read: Callable[[Unread], Incoming]) -> None:
        self._watch, self._reader = watch, read
        self._facts = {"channel": channel, "lane": Id(lane[:8])}
        self._began_us, self._began = now_us(), time.monotonic()
        self._read: dict[int, Unread] = {}
        self._open: Open | None = None

    def read(self, unread: Unread) -> Incoming:
        """Read one event; the first makes known which trace this turn is of."""
        self._read[unread.id] = unread
        traces = self._watch.traces
        if traces is not None and self._open is None:
            of = trace_of(unread.lane, microseconds(unread.at))
            self._open = traces.begin("turn", of, self._began_us, self._facts)
        return self._reader(unread)

    @property
    def ids(self) -> dict[str, Any]:
        """What it was about, for a line that tells of trouble."""
        first = next(iter(self._read.values()), None)
        return {**self._facts, **({} if first is None else _of_event(first))}

    def failed(self, error: Exception) -> None:
        """It came to nothing."""
        self._leave()
        if self._watch.traces is not None and self._open is not None:
            self._watch.traces.finish(self._open, now_us(), {"result": type(error).__name__}, fine=False)

    def ended(self, session: Session, done: bool) -> None:
        """It is over; `done`: something came of it, and was kept."""
        self._leave()
        if not done:
            return
        seconds = time.monotonic() - self._began
        self._watch.turn_seconds.note(seconds)
        put, settled = session.put_out, [self._read[row] for row in session.settled if row in self._read]
        told = {**self._facts, "seconds": f"{seconds:.3f}", "outbox": Id(" ".join(map(str, put)))}
        for ids in [_of_event(unread) for unread in settled] or [{}]:
            log.info("turn done", extra={**ids, **told})
        if self._watch.traces is not None and self._open is not None:
            facts: Mapping[str, Any] = {"event": [str(unread.event_id) for unread in settled], "outbox": put}
            also = [trace_of(unread.lane, microseconds(unread.at)) for unread in settled[1:]]
            self._watch.traces.finish(self._open, now_us(), facts, also)

    def _leave(self) -> None:
        if self._open is not None:
            self._open.leave()


def _of_event(unread: Unread) -> dict[str, str]:
    of = trace_of(unread.lane, microseconds(unread.at))
    return {"trace": Id(of), "event": event_id(unread.event_id)}
