"""One message is followed from the door to its delivery: by grep in the log, by its trace. Nobody is named."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from bot.watch import trace_of
from storage import inbox
from storage.inbox import lane_of
from storage.tables import InboxEvent
from tests.line_emulator.people import User
from tests.operating.conftest import House, Span

SAID = "ไฟถนนดับ ซอย 5 หน้าวัดใหม่ ชื่อสมหญิง โทร 081-234-5678"
USER = "U" + "7a" * 16
SECRETS = ("ไฟถนน", "สมหญิง", "081-234-5678", "0812345678", "234-5678", USER, "emulator-access-token")


@pytest.fixture(scope="module")
def talked(house: House) -> House:
    """Somebody told of a broken lamp and has an answer; the clock woke a job; somebody looked at two pages."""
    User(house.platform, USER).says(SAID)
    house.line.wait(lambda: house.line.seen_by(USER), timeout=30)
    house.worker.until(lambda: any('"message settled"' in line for line in house.lines.written))
    house.worker.until(lambda: house.worker.app._timetable.led or house.worker.app._timetable.run("reminders"))
    house.worker.app._timetable.run("surveys")
    house.web.get("/track/70-00482-5?s=12345678")
    house.web.get(f"/{USER}/secret")
    for process in (house.web, house.worker):
        traces = process.app.watch.traces
        assert traces is not None
        traces.flush()
    return house


def event_of(house: House) -> InboxEvent:
    from sqlalchemy import select

    with house.db.reading() as session:
        rows = session.scalars(select(InboxEvent).where(InboxEvent.lane == lane_of(house.db.keys, "line", USER))).all()
    (row,) = rows
    return row


def told(house: House, part: str) -> list[dict[str, Any]]:
    """What `grep` finds, read."""
    return [json.loads(line) for line in house.lines.written if part in line]


def test_one_grep_follows_a_message_from_the_door_to_its_delivery(talked: House) -> None:
    event = event_of(talked)
    trace = trace_of(event.lane, event.event_us)
    found = told(talked, trace)
    assert [line["what"] for line in found] == ["event acknowledged", "turn done", "message settled"]
    assert {line.get("event", event.event_id) for line in found} == {event.event_id}
    stored, turn, settled = found
    assert stored["channel"] == turn["channel"] == settled["channel"] == "line"
    assert {line["lane"] for line in found} == {event.lane[:8]}
    assert settled["outbox"] in turn["outbox"].split()
    assert settled["state"] == "sent"
    assert told(talked, event.event_id), "the platform's own id finds it too"


def test_a_turn_that_fails_names_its_event(talked: House) -> None:
    """A row nobody can read: the line of the trouble says which event it was."""
    moment = inbox.microseconds(talked.worker.app.clock())
    event = inbox.NewEvent("fax", "77001", "fax-1", moment, moment, b"{}")
    inbox.put(talked.db, [event])
    lane = lane_of(talked.db.keys, "fax", "fax-1")
    assert not talked.worker.app._turns._turn(lane, "fax")
    (line, *_) = told(talked, '"a turn failed"')
    assert (line["event"], line["trace"], line["channel"]) == ("77001", trace_of(lane, moment), "fax")
    assert line["error"] == "LookupError"
    traces = talked.worker.app.watch.traces
    assert traces is not None
    traces.flush()
    (span,) = [span for span in talked.collector.named("turn") if span.trace == line["trace"]]
    assert span.facts["pratu.result"] == "LookupError"


def test_an_operators_own_name_for_the_service_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.traces import Traces

    monkeypatch.setenv("OTEL_SERVICE_NAME", "pratu-phitsanulok")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=trial")
    traces = Traces("http://127.0.0.1:9", "0.1.0", ["web"])
    named = traces._provider.resource.attributes
    assert (named["service.name"], named["service.version"], named["pratu.roles"]) == (
        *("pratu-phitsanulok", "0.1.0", "web"),
    )
    assert named["deployment.environment"] == "trial"
    assert not [name for name in named if name.startswith(("process.", "host."))], "nothing of this machine"
    traces.close()


def by_name(house: House, trace: str) -> dict[str, Span]:
    return {span.name: span for span in house.collector.spans if span.trace == trace}


def test_the_trace_goes_on_from_one_process_to_the_next(talked: House) -> None:
    event = event_of(talked)
    spans = by_name(talked, trace_of(event.lane, event.event_us))
    assert spans.keys() == {"event", "turn", "nlp", "delivery"}
    assert (spans["event"].roles, spans["turn"].roles, spans["delivery"].roles) == ("web", "jobs worker", "jobs worker")
    assert spans["event"].parent == ""
    assert spans["turn"].parent == spans["delivery"].parent == spans["event"].id
    assert spans["nlp"].parent == spans["turn"].id
    assert all(span.began <= span.ended for span in spans.values())
    assert spans["event"].ended <= spans["turn"].ended <= spans["delivery"].ended
    facts = spans["delivery"].facts
    assert (facts["pratu.result"], facts["pratu.way"], facts["pratu.channel"]) == ("ok", "reply", "line")
    assert int(facts["pratu.outbox"]) in spans["turn"].facts["pratu.outbox"]
    assert spans["turn"].facts["pratu.event"] == [event.event_id]


def test_jobs_and_pages_have_spans_of_their_own(talked: House) -> None:
    assert {"surveys"} <= {span.facts["pratu.job"] for span in talked.collector.named("job")}
    pages = {
        (span.facts["http.route"], span.facts["http.response.status_code"]) for span in talked.collector.named("page")
    }
    assert {("/track", 404), ("other", 404)} <= pages


def test_no_span_and_no_line_holds_a_word_a_number_or_an_account(talked: House) -> None:
    wire, log = b"".join(talked.collector.bodies), "\n".join(talked.lines.written)
    assert wire
    for secret in SECRETS:
        assert secret.encode() not in wire, secret
        assert secret not in log, secret
    lane = lane_of(talked.db.keys, "line", USER)
    assert lane.encode() not in wire, "a few digits of the keyed hash are enough to tell chats apart"


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    """Neither the package nor our module: what is off costs nothing."""
    code = (
        "import bot.app, bot.watch, sys; print([m for m in sys.modules if 'opentelemetry' in m or m == 'bot.traces'])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_an_endpoint_without_the_package_closes_no_door(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from bot import checks, settings
    from bot.watch import watching

    monkeypatch.setitem(sys.modules, "bot.traces", None)
    read = settings.read({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})
    assert watching(read, frozenset({"web"})).traces is None
    assert "pratu[traces]" in caplog.text
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    assert "traces" in [finding.name for finding in checks._key_and_address(read)]
    with pytest.raises(settings.BadSettings):
        settings.read({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector"})
