"""Structured logs, one JSON object to a line, with personal data masked before it is written.

No letter in it ends a line, moves a terminal's cursor or turns the reading direction.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable


class Id(str):
    """An id of ours or of a platform: it names nobody, and a mask would make it useless."""

    def __new__(cls, value: object) -> Id:
        return super().__new__(cls, str(value))


_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class MaskedJson(logging.Formatter):
    """One line per record. What reaches a log is masked here, whoever wrote it: the last door before the disk."""

    def __init__(self, mask: Callable[[str], str], secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._mask = mask
        self._secrets = tuple(secret for secret in secrets if len(secret) > 5)

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "room": record.name,
            "what": self._clean(record.getMessage()),
        }
        extra = {name: value for name, value in record.__dict__.items() if name not in _PLAIN}
        facts.update(
            {name: value if isinstance(value, Id) else self._clean(str(value)) for name, value in extra.items()}
        )
        if record.exc_info and record.exc_info[0] is not None:
            # The traceback's code lines, never its values: an exception's text may quote a citizen.
            facts["error"] = record.exc_info[0].__name__
            facts["where"] = _where(record)
        return json.dumps(facts, ensure_ascii=False)

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return self._mask("".join(letter if letter.isprintable() else " " for letter in text))[:2000]


def _where(record: logging.LogRecord) -> str:
    assert record.exc_info is not None
    trace, places = record.exc_info[2], []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " > ".join(places[-6:])


def set_up(level: str, mask: Callable[[str], str], secrets: tuple[str, ...] = ()) -> None:
    """Send every log of the process through the masking formatter, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskedJson(mask, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "apscheduler", "alembic", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
