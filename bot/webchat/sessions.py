"""Who a request speaks for: a chat's signed token, and the demo's own panes."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from bot.webchat.refusals import Refused
from storage import ids
from storage.seal import Keyring

_CHAT = re.compile(r"[A-Za-z0-9_-]{16,64}")
_THIS_MACHINE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
PANES = ("citizen", "officer", "head")


def new_token(keys: Keyring) -> tuple[str, str]:
    """A fresh chat id and the token that stands for it."""
    chat = ids.token(18)
    return chat, f"{chat}.{keys.signature('web chat', chat)}"


def chat_of(keys: Keyring, request: Request) -> str:
    """The chat a request's token stands for. Raises Refused."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    chat, _, mark = token.strip().partition(".")
    if scheme.lower() != "bearer" or not _CHAT.fullmatch(chat):
        raise Refused(401, "no_session")
    if not is_ours(mark, keys.signatures("web chat", chat)):
        raise Refused(401, "no_session")
    return chat


def is_ours(mark: str, right: Sequence[str]) -> bool:
    """Is this one of our signatures? Takes as long for a near miss as for a far one; odd letters are just wrong."""
    given = mark.encode("utf-8", "surrogatepass")
    return any([hmac.compare_digest(given, known.encode()) for known in right])


def demo_pane(request: Request, data: dict[str, Any]) -> str:
    """The pane a demo session is for: only on this machine, only from the demo's own page. Raises Refused."""
    host = request.headers.get("host", "")
    if not _THIS_MACHINE.fullmatch(host):
        raise Refused(403, "demo_only_here")  # also a foreign name that points at this machine
    if request.headers.get("origin", f"http://{host}") != f"http://{host}":
        raise Refused(403, "demo_only_here")
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(403, "demo_only_here")
    pane = data.get("pane")
    if not isinstance(pane, str) or pane not in PANES:
        raise Refused(400, "bad_message")
    return pane
