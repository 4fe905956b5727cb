"""A process that has loaded the whole program and forks a life for each command line: real processes, without the
seconds each would spend on loading. Nothing of this is in the program."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import signal
import sys
import traceback
from typing import Any

_DIES_WITH_PARENT = 1  # prctl: PR_SET_PDEATHSIG
LOADED = (
    "bot.__main__",
    "bot.app",
    "bot.demo",
    "bot.line.outbound",
    "bot.telegram.outbound",
    "bot.telegram.setup",
    "bot.telegram.inbound",
    "bot.papers",
    "bot.documents.evidence_word",
    "uvicorn",
    "uvloop",
    "linebot.v3.messaging",
    "telegram",
    "aiohttp",
    "httptools",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.lifespan.on",
    "alembic.command",
    "psycopg",
)


def load() -> None:
    """Everything a life would spend its first seconds on."""
    for name in LOADED:
        importlib.import_module(name)
    from nlp import classify

    classify.warm()
    classify.classify("ไฟถนนดับ ซอย 5 หมู่ 3")


def become(env: dict[str, str], folder: str, out: str, err: str, given: str = os.devnull) -> None:
    """Leave the nursery behind: another environment, folder, and other streams."""
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644), number)
    os.dup2(os.open(given, os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)


def _live(life: dict[str, Any]) -> None:
    become(life["env"], life["folder"], life["out"], life["err"], life["given"])
    code = 1
    try:
        from bot.__main__ import main as pratu

        code = pratu(life["arguments"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            with open(life["code"], "w") as file:
                file.write(str(code))
        os._exit(code)


def main() -> None:
    """Read a life a line, fork it, answer with its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
    load()
    print("ready", flush=True)
    for line in sys.stdin:
        life = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(life)
        print(child, flush=True)


if __name__ == "__main__":
    main()
