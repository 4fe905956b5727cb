"""A copy of what we hold about a person, to read and as JSON, behind links of their own (PDPA ss. 30, 31)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import access
from handlers.messages import Document
from handlers.reports import links
from handlers.services import Svc
from storage import own_data, people

FORMS = ("txt", "json")
_PURPOSE = "own data"
_LASTS = timedelta(days=1)  # who has the link reads all of it


def documents(svc: Svc, account_id: int, number: str) -> list[Document]:
    """The copy in both forms, for the chat it was asked in."""
    found = []
    for form in FORMS:
        token = links.sign(svc, _PURPOSE, (account_id, form), svc.now + _LASTS)
        link = svc.tools.page_link(f"/report/{token}")
        text = svc.texts.say(f"privacy.copy_{form}", number=number)
        found.append(Document(f"{number}.{form}", text, token, link))
    return found


def opened(svc: Svc, token: str) -> tuple[str, str]:
    """(form, the copy) a token leads to. Raises access.NotFound: not ours, too old, or the person is erased."""
    account_id, form = links.opened(svc, _PURPOSE, token)
    account = people.account(svc.session, int(account_id))
    if account is None or account.user_id is None or form not in FORMS:
        raise access.NotFound(_PURPOSE)
    data = own_data.gather(svc.session, account.id, svc.tools.zone)
    return form, json.dumps(data, ensure_ascii=False, indent=1) if form == "json" else as_text(svc, data)


def as_text(svc: Svc, data: dict[str, Any]) -> str:
    """The same data to be read by anybody, one thing a line."""
    title = svc.texts.word("own_data.title", agency=svc.agency.name, day=svc.texts.day(svc.today))
    return "\n".join([title, "", *_lines(svc, data, 0), "", svc.texts.word("own_data.below", phone=svc.phone())])


def _lines(svc: Svc, data: Any, depth: int) -> Iterator[str]:
    """Names and values, indented by what they are a part of; what is empty is left out."""
    indent = "  " * depth
    rows = data.items() if isinstance(data, dict) else enumerate(data, 1)
    for name, value in rows:
        label = f"{name}." if isinstance(name, int) else svc.texts.word_or(f"own_data_names.{name}", name)
        if isinstance(value, dict | list) and value:
            yield f"{indent}{label}"
            yield from _lines(svc, value, depth + 1)
        elif value or value == 0:
            yield f"{indent}{label}: {_shown(svc, str(name), value)}"


def _shown(svc: Svc, name: str, value: Any) -> str:
    section = _CODES.get(name)
    text = svc.texts.word_or(f"{section}.{value}", str(value)) if section else str(value)
    return text.replace("\n", " / ")


_CODES = {"kind": "kinds", "status": "statuses", "what": "events", "channel": "platforms", "direction": "directions"}
