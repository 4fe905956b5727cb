"""Spans by OpenTelemetry, sent over OTLP. Imported only where an endpoint is set: without one nothing is paid for it.

A span says what kind of work it was and how long it took: channel, keyed hash of the chat, ids of rows and events. It
never holds a word, a number or an account of anybody, and never an exception: its text may quote a citizen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

Facts = Mapping[str, Any]
_PREFIX = "pratu."
_KINDS = {"event": SpanKind.SERVER, "page": SpanKind.SERVER, "turn": SpanKind.CONSUMER, "delivery": SpanKind.CLIENT}


class _Ids(RandomIdGenerator):
    """Ids by chance, but for the span of an event: its ids are known to whoever knows the event."""

    def __init__(self) -> None:
        super().__init__()
        self.next = threading.local()

    def generate_trace_id(self) -> int:
        known: int = getattr(self.next, "trace", 0)
        return known or super().generate_trace_id()

    def generate_span_id(self) -> int:
        known: int = getattr(self.next, "span", 0)
        return known or super().generate_span_id()

    @contextmanager
    def known(self, name: str) -> Iterator[None]:
        self.next.trace, self.next.span = int(name, 16), int(name[:16], 16)
        try:
            yield
        finally:
            self.next.trace = self.next.span = 0


@dataclass
class Open:
    """A span in work; what is begun below it in this thread is its child."""

    span: trace.Span
    _token: Any
    _end: Callable[[Any], None] = contexts.detach

    def leave(self) -> None:
        """What comes now is no child of it. A span that is not ended is never told."""
        self._end(self._token)


class Traces:
    """Where spans go. `endpoint` is the collector's, without a path (http://127.0.0.1:4318)."""

    def __init__(self, endpoint: str, version: str, roles: Sequence[str]) -> None:
        self._ids = _Ids()
        named = {SERVICE_NAME: "pratu", SERVICE_VERSION: version, f"{_PREFIX}roles": " ".join(roles)}
        # What an operator says in OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES goes before ours, as everywhere.
        resource = Resource.create(named).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=resource, id_generator=self._ids, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("pratu")

    def flush(self) -> None:
        """Send what is waiting."""
        self._provider.force_flush()

    def close(self) -> None:
        """Send what is waiting, then end."""
        self._provider.shutdown()

    def event(self, of: str, began_us: int, ended_us: int, facts: Facts) -> None:
        """The first span of a trace: an event came in and was stored."""
        with self._ids.known(of):
            span = self._start("event", contexts.Context(), began_us, facts)
        span.end(ended_us * 1000)

    def done(self, name: str, of: str | None, began_us: int, ended_us: int, facts: Facts, *, fine: bool = True) -> None:
        """A piece of work that ended: of an event's trace, else of its own or of what is in work in this thread."""
        span = self._start(name, self._below(of, name) if of else None, began_us, facts)
        _end(span, ended_us, fine)

    def begin(self, name: str, of: str, began_us: int, facts: Facts) -> Open:
        """A piece of work of an event's trace that others will be part of."""
        span = self._start(name, self._below(of, name), began_us, facts)
        return Open(span, contexts.attach(trace.set_span_in_context(span)))

    def finish(self, work: Open, ended_us: int, facts: Facts, also: Sequence[str] = (), *, fine: bool = True) -> None:
        """It ended; `also`: other events it was about."""
        for of in also:
            work.span.add_link(_root(of, sampled=True))
        work.span.set_attributes(_named(facts))
        _end(work.span, ended_us, fine)

    def _start(self, name: str, where: contexts.Context | None, began_us: int, facts: Facts) -> trace.Span:
        kind = _KINDS.get(name, SpanKind.INTERNAL)
        return self._tracer.start_span(name, where, kind, attributes=_named(facts), start_time=began_us * 1000)

    def _below(self, of: str, name: str) -> contexts.Context:
        """Below the event's span, which another process may have told: each reckons alike whether it is sampled."""
        decision = self._provider.sampler.should_sample(None, int(of, 16), name).decision
        root = _root(of, sampled=decision is Decision.RECORD_AND_SAMPLE)
        return trace.set_span_in_context(NonRecordingSpan(root), contexts.Context())


def _root(of: str, *, sampled: bool) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
    return SpanContext(int(of, 16), int(of[:16], 16), is_remote=True, trace_flags=flags)


def _named(facts: Facts) -> dict[str, Any]:
    return {
        name if "." in name else f"{_PREFIX}{name}": value for name, value in facts.items() if value not in ("", ())
    }


def _end(span: trace.Span, ended_us: int, fine: bool) -> None:
    if not fine:
        span.set_status(Status(StatusCode.ERROR))
    span.end(ended_us * 1000)
