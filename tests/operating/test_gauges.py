"""What Prometheus reads: the figures an operator needs, few of them, and of nobody."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot import jobs, metrics, models
from bot.jobs import JobContext, Timetable
from bot.metrics import Gauges
from bot.tally import Seconds
from bot.watch import Watch
from storage import agencies, inbox, outbox, runs, sending
from storage.db import Database
from storage.words import InboxState, OutboxState, Role
from tests.operating.test_ready import gauges
from tests.world import World


def read(found: Gauges) -> dict[str, float]:
    """The page, by name and labels."""
    lines = metrics.told(found).splitlines()
    assert len({line.rpartition(" ")[0] for line in lines}) == len(lines), "each once"
    return {name: float(value) for name, _space, value in (line.rpartition(" ") for line in lines)}


def test_queues(world: World) -> None:
    for number in range(3):
        world.citizen(f"U{number}").does(kind="text", text="สวัสดี", work=False)
    world.passes(seconds=150)
    told = read(gauges(world))
    assert (told["pratu_inbox_unread"], told["pratu_inbox_oldest_seconds"], told["pratu_lanes_stuck"]) == (3, 150, 3)
    world.work_off()
    world.passes(seconds=40)
    told = read(gauges(world))
    assert (told["pratu_lanes_stuck"], told["pratu_inbox_unread"], told["pratu_outbox_oldest_seconds"]) == (0, 0, 40)
    assert told['pratu_outbox{state="queued"}'] == 3


def test_what_waits_for_the_persons_next_word_is_not_held_back(world: World) -> None:
    with world.db.transaction() as session:
        for number, held in enumerate(["", outbox.QUOTA, outbox.RIDES, outbox.RIDES, outbox.BLOCKED]):
            row = outbox.put(session, channel="line", lane="l", chat_id="U1", parts=[], now=world.now, held=held)
            assert row is not None, number
        for state in (OutboxState.SENT, OutboxState.UNCERTAIN, OutboxState.GIVEN_UP):
            row = outbox.put(session, channel="line", lane="l", chat_id="U1", parts=[], now=world.now)
            assert row is not None
            sending.settle(session, row, state, world.now)
    told = {name: count for name, count in read(gauges(world)).items() if name.startswith("pratu_outbox{")}
    assert told == {
        f'pratu_outbox{{state="{state}"}}': count
        for state, count in {"queued": 1, "held": 1, "rides": 2, "blocked": 1, "uncertain": 1, "given_up": 1}.items()
    }


def test_a_parked_event(world: World) -> None:
    world.citizen().does(kind="text", text="สวัสดี", work=False)
    with world.db.transaction() as session:
        (lane, _channel) = inbox.lanes_waiting(session, world.now)[0]
        row = inbox.oldest_unread_row(session, lane)
        assert row is not None
        inbox.settle(session, row.id, InboxState.PARKED, world.now, "KeyError")
    assert read(gauges(world))["pratu_inbox_parked"] == 1
    with world.db.reading() as session:
        (parked,) = inbox.parked(session)
    assert (parked.event_id, parked.channel, parked.why, parked.received_at) == (
        "event-1",
        "line",
        "KeyError",
        world.now,
    )


def test_doubt_is_news_for_a_day(world: World) -> None:
    admin = world.officer("T-admin", Role.ADMIN)
    world.delivers()
    world.citizen().says("สวัสดี")
    with world.db.transaction() as session:
        (message,) = sending.claim(session, "worker", world.now, 9)
        sending.settle(session, message.id, OutboxState.UNCERTAIN, world.now, error="ReadTimeout")
    told = read(gauges(world))
    assert (told["pratu_outbox_doubts"], told['pratu_outbox{state="uncertain"}']) == (1, 1)
    admin.says("/ระบบ").hears("ใน 24 ชั่วโมงนี้ ไม่แน่ใจว่าถึงผู้รับหรือไม่ 1 ข้อความ", "คู่มือข้อ 5")
    world.passes(hours=24, seconds=1)
    told = read(gauges(world))
    assert (told["pratu_outbox_doubts"], told['pratu_outbox{state="uncertain"}']) == (0, 1)
    admin.says("/ระบบ").hears_not("ไม่แน่ใจว่าถึง")


def test_a_job_that_goes_well_and_one_that_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    timetable = Timetable(JobContext(world.db, world.tools, lambda: world.now))

    def broken(_context: JobContext, _dry_run: bool) -> dict[str, int]:
        raise ZeroDivisionError("คำของประชาชน")

    assert timetable.run("reminders")
    monkeypatch.setitem(jobs.JOBS, "surveys", broken)
    assert not timetable.run("surveys")
    world.passes(seconds=90)
    told = read(gauges(world))
    assert told['pratu_job_age_seconds{job="reminders"}'] == 90
    assert told['pratu_job_success_seconds{job="reminders"}'] == (world.now - timedelta(seconds=90)).timestamp()
    assert (told['pratu_job_failed{job="reminders"}'], told['pratu_job_failed{job="surveys"}']) == (0, 1)
    assert told['pratu_job_every_seconds{job="reminders"}'] == jobs.TIMETABLE["reminders"]
    assert 'pratu_job_age_seconds{job="surveys"}' not in told, "it never went well"
    with world.db.reading() as session:
        assert runs.every(session)["surveys"].why == "ZeroDivisionError"
    monkeypatch.undo()
    assert timetable.run("surveys")
    timetable.stop_leading()
    assert read(gauges(world))['pratu_job_failed{job="surveys"}'] == 0


def test_a_job_is_the_leaders_alone_to_write_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.presence import Leader

    timetable = Timetable(JobContext(world.db, world.tools, lambda: world.now))
    monkeypatch.setattr(Leader, "leads", lambda _self: False)
    assert not timetable.run("reminders")
    assert not [name for name in read(gauges(world)) if "job_" in name]


def test_quota_by_agency_and_purpose(world: World) -> None:
    from handlers.messages import Say, to_json
    from storage import outbox, pushes

    with world.db.transaction() as session:
        agencies.put_setting(session, pushes.SETTING, {"agencies": {"DEMO": {"announcement": 200}}})
        pushes.note_reading(session, "line", world.now, 500, 41)
        for number in range(2):
            row = outbox.put(
                session, channel="line", lane=f"l{number}", chat_id="x", parts=[to_json(Say("x"))], now=world.now,
                purpose="announcement", agency_code="DEMO",
            )  # fmt: skip
            assert row is not None
            sending.settle(session, row, outbox.OutboxState.SENT, world.now)
    told = read(gauges(world))
    named = 'agency="DEMO",purpose="announcement"'
    assert (told["pratu_pushes_limit"], told[f"pratu_agency_pushes_limit{{{named}}}"]) == (500, 200)
    assert told[f"pratu_agency_pushes_used{{{named}}}"] == 2


def test_backup_and_version(world: World) -> None:
    assert "pratu_backup_age_seconds" not in read(gauges(world)), "never"
    with world.db.transaction() as session:
        runs.note(session, runs.BACKUP, world.now, 2.0, {"rows": 7})
    world.passes(hours=3)
    told = read(gauges(world, model=lambda: models.classify.shipped().version))
    assert told["pratu_backup_age_seconds"] == 3 * 3600
    (build,) = [name for name in told if name.startswith("pratu_build_info")]
    assert re.search(r'version="[\d.]+",model="[\w-]+",database="00\d\d"', build)
    assert 0 < told["pratu_disk_free_percent"] <= 100


def test_connections_in_use(sqlite_db: Database) -> None:
    world = World(sqlite_db)
    with sqlite_db.reading() as session:
        agencies.first(session)
        told = read(gauges(world))
    assert told["pratu_database_connections"] >= 1
    assert told["pratu_database_connections_limit"] > told["pratu_database_connections"]


def test_how_long_turns_take() -> None:
    seconds = Seconds("turn_seconds")
    for took in (0.01, 0.05, 0.3, 99.0):
        seconds.note(took)
    told = seconds.told()
    assert [told[f'turn_seconds_bucket{{le="{bound}"}}'] for bound in ("0.05", "0.25", "0.5", "10.0", "+Inf")] == [
        *(2, 2, 3, 3, 4)
    ]
    assert (told["turn_seconds_count"], told["turn_seconds_sum"]) == (4, pytest.approx(99.36))


def test_verdicts_it_is_sure_of_or_not(world: World) -> None:
    watch = Watch()
    ask = watch.classify(world.tools.classify)
    sure = [ask(text).abstained for text in ("ไฟถนนดับ ซอย 5 มาสามวันแล้ว", "อืม", "ถนนเป็นหลุมใหญ่หน้าโรงเรียน")]
    told = watch.told()
    assert told.get('verdicts_total{abstained="yes"}', 0) == sum(sure)
    assert told['verdicts_total{abstained="no"}'] == len(sure) - sum(sure)


def test_more_people_make_no_more_lines(world: World) -> None:
    world.citizen("U0").says("สวัสดี")
    before = read(gauges(world)).keys()
    for number in range(1, 8):
        world.citizen(f"U{number}").says("สวัสดี")
    assert read(gauges(world)).keys() == before
