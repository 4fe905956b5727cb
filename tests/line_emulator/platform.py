"""The platform side: signed webhooks with LINE's manners: two seconds, redelivery, duplicates, reordering, batches."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.line_emulator.server import SECRET, Emulator, ReplyToken

TWO_SECONDS = 2.0
DESTINATION = "U" + "d" * 32
ULID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass
class Platform:
    """Sends what users do to one webhook address. `redeliver` is the console's switch (off at LINE by default)."""

    emulator: Emulator
    url: str
    redeliver: bool = False
    secret: str = SECRET
    seed: int = 7
    answers: list[int] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    unacknowledged: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._numbers = itertools.count(1)
        self._http = httpx.Client(timeout=TWO_SECONDS)

    def event(
        self, kind: str, user: str, *, reply: bool = True, at: float | None = None, group: str = "", **facts: Any
    ) -> dict[str, Any]:
        """One webhook event of this user, as LINE writes it; with `group` it happened there."""
        number = next(self._numbers)
        now = self.emulator.clock() if at is None else at
        event: dict[str, Any] = {
            "type": kind,
            "timestamp": int(now * 1000),
            "source": {"type": "group", "groupId": group, "userId": user}
            if group
            else {"type": "user", "userId": user},
            "webhookEventId": "01" + "".join(self._chance.choice(ULID_LETTERS) for _ in range(24)),
            "deliveryContext": {"isRedelivery": False},
            "mode": "active",
            **facts,
        }
        if reply:
            event["replyToken"] = hashlib.md5(f"{self.seed}-{number}".encode()).hexdigest()
            self.emulator.tokens[event["replyToken"]] = ReplyToken(group or user, now, now)
        self.emulator.known |= {group, user} - {""}
        return event

    def message(self, user: str, message: dict[str, Any], **facts: Any) -> dict[str, Any]:
        """A message event; ids and quote tokens are LINE's to give."""
        number = next(self._numbers)
        return self.event(
            "message", user, message={"id": f"{self.seed}{number:08d}", "quoteToken": "q", **message}, **facts
        )

    def post(self, events: Sequence[dict[str, Any]]) -> int:
        """Deliver events in one POST; 0 when there was no answer within two seconds."""
        body = json.dumps({"destination": DESTINATION, "events": list(events)}, ensure_ascii=False).encode()
        for event in events:
            token = self.emulator.tokens.get(event.get("replyToken", ""))
            if token is not None:
                token.delivered_at = self.emulator.clock()
        status = self.post_raw(body, self.sign(body))
        self.answers.append(status)
        if status == 200:
            self.acknowledged.update(event["webhookEventId"] for event in events)
        else:
            self.unacknowledged += [event for event in events if event["webhookEventId"] not in self.acknowledged]
        return status

    def post_raw(self, body: bytes, signature: str | None) -> int:
        """Any bytes with any signature."""
        headers = {"content-type": "application/json"} | ({"X-Line-Signature": signature} if signature else {})
        try:
            return self._http.post(self.url, content=body, headers=headers).status_code
        except httpx.HTTPError:
            return 0

    def sign(self, body: bytes) -> str:
        return base64.b64encode(hmac.new(self.secret.encode(), body, hashlib.sha256).digest()).decode()

    def redeliver_all(self) -> int:
        """What the switch does: everything not answered 200 comes once more, flagged. Returns how many are left."""
        waiting, self.unacknowledged = self.unacknowledged, []
        if not self.redeliver:
            return 0
        for event in waiting:
            if event["webhookEventId"] not in self.acknowledged:
                event["deliveryContext"]["isRedelivery"] = True
                self.post([event])
        return len(self.unacknowledged)

    def close(self) -> None:
        self._http.close()
