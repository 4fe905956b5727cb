"""Two processes of one installation in this one: a web, a worker with jobs, one PostgreSQL, and a collector."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bot import settings as reading
from bot.app import ROLES, App, open_database
from bot.log import MaskedJson
from nlp import mask
from storage.db import Database
from tests import line_emulator
from tests.conftest import KEY, prepared, seeded_postgres
from tests.line_emulator.platform import Platform
from tests.line_emulator.server import running
from tests.serving import line_environ


@dataclass(frozen=True)
class Span:
    """One span as it came over the wire."""

    name: str
    roles: str
    trace: str
    id: str
    parent: str
    facts: dict[str, Any]
    began: int
    ended: int


@dataclass
class Collector:
    """Takes OTLP over HTTP like any collector, and keeps the bytes as well."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            own = _facts(resource.resource.attributes)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    ids = (one.hex() for one in (span.trace_id, span.span_id, span.parent_span_id))
                    times = (span.start_time_unix_nano, span.end_time_unix_nano)
                    self.spans.append(Span(span.name, own["pratu.roles"], *ids, _facts(span.attributes), *times))

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


def _facts(attributes: Any) -> dict[str, Any]:
    return {one.key: _value(one.value) for one in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(one) for one in value.array_value.values] if kind == "array_value" else getattr(value, kind)


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                collector.take(body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Take)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield collector
    server.shutdown()
    server.server_close()


class Process:
    """A pratu of these roles on a port of its own, in a thread instead of a process."""

    def __init__(self, role: str, environ: dict[str, str]) -> None:
        settings = reading.read(environ)
        self.app = App(settings, frozenset().union(*(ROLES[one] for one in role.split())), open_database(settings))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        port = int(self.url.rpartition(":")[2])
        config = uvicorn.Config(self.app.web, host="127.0.0.1", port=port, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        self.until(lambda: self._server.started and self.get("/readyz").status_code == 200)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=20)

    @staticmethod
    def until(found: Any, seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not found():
            assert time.monotonic() < end, "it never came"
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=30)


class Lines(logging.Handler):
    """The log, as `pratu serve` writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(MaskedJson(mask.mask))
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))


@dataclass
class House:
    """An installation of two processes, with LINE and a collector around it."""

    web: Process
    worker: Process
    line: line_emulator.Emulator
    platform: Platform
    collector: Collector
    lines: Lines
    db: Database


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    url = seeded_postgres(f"pratu_operating_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    db = prepared(url)
    lines, root = Lines(), logging.getLogger()
    before = root.level
    with running() as line, collecting() as collector:
        environ = {
            "PRATU_DATABASE_URL": url,
            "PRATU_SECRET_KEY": KEY,
            "PRATU_DATA_DIR": str(folder),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            **line_environ(line),
        }
        root.addHandler(lines)
        root.setLevel("INFO")
        web, worker = Process("web", environ), Process("worker jobs", environ)
        platform = Platform(line, f"{web.url}/webhooks/line")
        yield House(web, worker, line, platform, collector, lines, db)
        platform._http.close()
        web.stop()
        worker.stop()
        root.removeHandler(lines)
        root.setLevel(before)
    db.close()
