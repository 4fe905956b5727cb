"""The senders: signed webhooks made beforehand, sent over N connections, each waiting for its answer."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

from tests.bench.servers import SECRET


def requests(count: int, people: int, tag: str, text: str = "ไฟถนนดับ ซอย 5 หมู่ 3 มาดูหน่อยค่ะ") -> list[bytes]:
    """Whole HTTP requests, one event each, of so many people."""
    made = []
    now = int(time.time() * 1000)
    for number in range(count):
        event = {
            "type": "message",
            "message": {"type": "text", "id": f"{tag}{number}", "quoteToken": "q", "text": text},
            "webhookEventId": f"01{tag}{number:022d}",
            "deliveryContext": {"isRedelivery": False},
            "timestamp": now + number,
            "source": {"type": "user", "userId": f"U{hashlib.md5(f'{tag}{number % people}'.encode()).hexdigest()}"},
            "replyToken": f"{tag}-{number}",
            "mode": "active",
        }
        body = json.dumps({"destination": "U" + "0" * 32, "events": [event]}, ensure_ascii=False).encode()
        mark = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
        head = (
            f"POST /webhooks/line HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"X-Line-Signature: {mark}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made


@dataclass
class Result:
    """What the senders saw."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    bad: int = 0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def at(self, share: float) -> float:
        """The latency (ms) that this share of the answers did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


class Sender(asyncio.Protocol):
    """One connection: send, wait, send the next."""

    def __init__(self, queue: list[bytes], result: Result, done: asyncio.Future[None]) -> None:
        self._queue, self._result, self._done = queue, result, done
        self._began = 0.0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        if not data.startswith(b"HTTP/1.1"):
            return  # the rest of an answer already counted
        self._result.times.append(time.perf_counter() - self._began)
        if not data.startswith(b"HTTP/1.1 200"):
            self._result.bad += 1
        self._next()

    def _next(self) -> None:
        if not self._queue:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._began = time.perf_counter()
        self._transport.write(self._queue.pop())

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(error or ConnectionError("closed"))


async def _send(port: int, queue: list[bytes], senders: int) -> Result:
    result = Result()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    ends = []
    for _ in range(senders):
        done: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(lambda done=done: Sender(queue, result, done), "127.0.0.1", port)  # type: ignore[misc]
        ends.append(done)
    await asyncio.gather(*ends)
    result.seconds = time.perf_counter() - began
    return result


def send(port: int, queue: list[bytes], senders: int) -> Result:
    """Send everything; returns when every answer is there."""
    import uvloop

    return uvloop.run(_send(port, queue[::-1], senders))


async def _steady(port: int, queue: list[bytes], rate: float) -> list[float]:
    """Send at a steady rate; returns when each was sent (time.time())."""
    sent = []
    for request in queue:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sent.append(time.time())
        writer.write(request)
        await writer.drain()
        await asyncio.sleep(1 / rate)
        writer.close()
    return sent


def steady(port: int, queue: list[bytes], rate: float) -> list[float]:
    """Send at a steady rate of so many a second."""
    return asyncio.run(_steady(port, queue, rate))
