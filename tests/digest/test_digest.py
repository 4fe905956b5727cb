"""The digest in the chats of those in charge: when, to whom, how often, in which words, and what a tap decides."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.jobs import JOBS, TIMETABLE, JobContext
from handlers.messages import Board, Document, Say
from handlers.reports import digest, digest_words, links
from handlers.rules import periods
from handlers.services import Svc
from storage import history, issues, pushes
from storage.db import Database
from storage.seal import Keyring
from storage.tables import Case, HistoryEntry, Holiday, Issue, StatusUpdate
from storage.words import Role
from tests.conftest import KEY, prepared, seeded_postgres
from tests.digest import histories, recount
from tests.digest.conftest import LONG_AGO
from tests.digest.histories import on
from tests.serving import Server
from tests.world import BANGKOK, Dialogue, World, at, hears_now

MONDAY = date(2026, 11, 16)
WEEK = periods.week("2026-W47", BANGKOK)
TOLD = at("2026-11-23 08:30")


def job(world: World, now: datetime | None = None, dry_run: bool = False) -> dict[str, int]:
    if now is not None:
        world.now = now
    return JOBS["weekly-digest"](JobContext(world.db, world.tools, lambda: world.now), dry_run)


def case(world: World, number: int = 1, day: date = MONDAY, way: Any = (), **more: Any) -> Case:
    with world.db.transaction() as session:
        return histories.add(session, number, on(day), way, **more)


def boards(person: Dialogue) -> list[Board]:
    return [part for part in hears_now(person).parts if isinstance(part, Board)]


def board(person: Dialogue) -> Board:
    [found] = boards(person)
    return found


def told(world: World) -> list[tuple[str, str, str]]:
    with world.db.reading() as session:
        return [(row.what, row.agency_code, row.period) for row in session.scalars(select(Issue).order_by(Issue.id))]


# --- when ------------------------------------------------------------------------------------------------------------


def test_monday_morning_once(world: World, head: Dialogue) -> None:
    case(world)
    assert job(world, TOLD - timedelta(seconds=1)) == {"due": 0, "told": 0, "stopped": 0, "failed": 0}
    assert job(world, TOLD, dry_run=True)["due"] == 1
    assert told(world) == [], "a dry run tells nothing"
    assert job(world, TOLD)["told"] == 1
    assert board(head).period == "16–22 พ.ย. 69 (ปีงบฯ 70 สัปดาห์ที่ 8)"
    assert job(world, TOLD)["due"] == 0
    assert job(world, TOLD + timedelta(hours=3))["due"] == 0
    assert not boards(head)
    assert told(world) == [("week", "DEMO", "2026-W47")]
    assert job(world, TOLD + timedelta(days=7))["told"] == 1
    assert board(head).period.startswith("23–29 พ.ย. 69")


def test_it_wakes_by_itself() -> None:
    assert TIMETABLE["weekly-digest"] == 300


def test_who_slept_too_long_gets_the_last_week_only(world: World, head: Dialogue) -> None:
    case(world, day=MONDAY - timedelta(days=21))
    job(world, at("2026-12-05 03:00"))
    assert board(head).period.startswith("23–29 พ.ย. 69")
    assert len(told(world)) == 1


def test_nothing_is_told_of_times_before_anything_was_received(world: World, head: Dialogue) -> None:
    case(world, day=MONDAY + timedelta(days=8))
    assert job(world, TOLD + timedelta(days=2))["due"] == 0
    assert job(world, TOLD + timedelta(days=7))["told"] == 1
    text = board(head).text
    assert "รับใหม่ 1 · แจ้งผล" in text, "there is nothing to compare the first week with"
    assert "ยังไม่มีผู้ตอบแบบสอบถาม" in text
    for nothing in ("(เกินกำหนด 0)", "n=0", "–)", "เทียบ", "ยังไม่จบรอบ"):
        assert nothing not in text, "what there is nothing of is left out"


def test_of_a_period_that_still_goes_on_it_is_said(world: World) -> None:
    case(world)
    world.now = at("2026-11-18 10:00")
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        found = digest.figures(svc, "DEMO", periods.named("week", "2026-W47", BANGKOK))
        assert digest_words.lines(svc, found)[2] == "ยังไม่จบรอบ ตัวเลขถึง พ. 18 พ.ย. 69 10:00"


def test_the_parts_that_are_told_make_their_total(world: World, head: Dialogue) -> None:
    case(world)
    by_type = {"fixed": 17, "explained": 5, "partly": 3, "planned": 2, "noted": 2, "used": 1, "merged": 1}
    with world.db.reading() as session:
        svc = Svc(session, TOLD, world.tools)
        found = digest.figures(svc, "DEMO", WEEK)
        told = {**found, "concluded": {"n": 31, "by_type": by_type}}
        (line,) = [line for line in digest_words.lines(svc, told) if line.startswith("ได้ข้อยุติ")]
    total, _colon, parts = line.removeprefix("ได้ข้อยุติ ").partition(": ")
    assert sum(int(part.rsplit(" ", 1)[1]) for part in parts.split(" · ")) == int(total)


def test_a_holiday_monday_is_told_on_tuesday(world: World, head: Dialogue) -> None:
    case(world)
    with world.db.transaction() as session:
        session.add(Holiday(on=date(2026, 11, 23), name="วันหยุดพิเศษ"))
    assert job(world, at("2026-11-23 16:00"))["due"] == 0
    assert job(world, at("2026-11-24 08:29"))["due"] == 0
    assert job(world, at("2026-11-24 08:30"))["told"] == 1


def test_a_head_chooses_day_and_hour(world: World, head: Dialogue) -> None:
    case(world)
    delegate = world.officer("T4", Role.DELEGATE)
    head.says("/สรุป ทุก อังคาร 09:00").hears("ทุกวันอังคาร เวลา 09:00 น.")
    assert job(world, TOLD)["told"] == 1
    assert len(boards(delegate)) == 1
    assert not boards(head)
    assert job(world, at("2026-11-24 08:59"))["due"] == 0
    assert job(world, at("2026-11-24 09:00"))["told"] == 1
    assert len(boards(head)) == 1
    head.says("/digest every วันศุกร์").hears("ทุกวันศุกร์ เวลา 08:30 น.")
    with world.db.reading() as session:
        assert list(issues.wishes(session, "DEMO").values()) == [(5, "08:30")], "the newest wish counts, alone"
    head.says("/สรุป ทุก เสาร์ 21.30").hears("ทุกวันเสาร์ เวลา 21:30 น.")
    head.says("/สรุป ทุก เมื่อไรก็ได้").hears("เช่น /สรุป ทุก อังคาร 09:00")
    head.says("/สรุป").hears("สรุปสด")


def test_only_who_decides_wishes(world: World, officer: Dialogue) -> None:
    officer.says("/สรุป ทุก อังคาร 09:00").hears("ของหัวหน้าส่วนราชการ")
    officer.says("/สรุป สัปดาห์").hears("ของหัวหน้าส่วนราชการ")
    officer.says("/สรุป").hears("สรุปสด")


def test_every_agency_has_its_own(world: World, head: Dialogue) -> None:
    case(world)
    case(world, 2, agency_code="PROV", unit_code=None)
    code = invited(world, "PROV", Role.HEAD)
    other = world.citizen("T9", "telegram").says(f"/เข้าร่วม {code}")
    assert job(world, TOLD)["told"] == 2
    assert "เทศบาลตัวอย่าง" in board(head).title
    assert "เทศบาลตัวอย่าง" not in board(other).title
    assert sorted(told(world)) == [("week", "DEMO", "2026-W47"), ("week", "PROV", "2026-W47")]


def invited(world: World, agency: str, role: Role) -> str:
    from handlers.actions import people as joining

    with world.db.transaction() as session:
        return joining.invite(Svc(session, world.now, world.tools), agency, None, role, role)


# --- two at once -----------------------------------------------------------------------------------------------------


@pytest.fixture
def two() -> Iterator[tuple[Database, Database]]:
    """Two processes' databases: the same rows, their own connections."""
    url = seeded_postgres(f"pratu_digest_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}")
    first, second = prepared(url), Database(url, Keyring([KEY]))
    yield first, second
    first.close()
    second.close()


def test_two_jobs_at_once_tell_once_postgres(two: tuple[Database, Database]) -> None:
    world = World(two[0], now=LONG_AGO)
    heads = [world.officer(f"T{number}", Role.HEAD) for number in range(3)]
    case(world)
    ready = threading.Barrier(2)
    found: list[dict[str, int]] = []

    def run(db: Database) -> None:
        ready.wait()
        found.append(job(World(db, now=TOLD)))

    threads = [threading.Thread(target=run, args=(db,)) for db in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one["failed"] == 0 for one in found), found
    assert [len(boards(head)) for head in heads] == [1, 1, 1]
    assert told(world) == [("week", "DEMO", "2026-W47")]
    with two[0].reading() as session:
        assert session.scalar(select(func.count()).where(HistoryEntry.what == "issued")) == 1


# --- what is told ----------------------------------------------------------------------------------------------------


def test_a_snapshot_never_moves(world: World, head: Dialogue) -> None:
    case(world)
    job(world, TOLD)
    first = board(head)
    with world.db.transaction() as session:
        svc = Svc(session, TOLD, world.tools)
        session.execute(update(Case).values(category="EL", urgent=True))
        assert digest.told(svc, "DEMO", WEEK)["by_category"] == {"RD": 1}
        assert digest.figures(svc, "DEMO", WEEK)["by_category"] == {"EL": 1}
        row = issues.find(session, "week", "DEMO", "2026-W47")
        assert row is not None
        assert row.chain_head == row.figures["chain"]["head"]
    head.says("/สรุป สัปดาห์")
    assert [part.text for part in head.parts if isinstance(part, Board)] == [first.text]
    head.says("/สรุป ๒๐๒๖-W47")
    assert [part.text for part in head.parts if isinstance(part, Board)] == [first.text]
    head.says("/สรุป 2026-W50").hears("ยังไม่มีสรุป")
    head.says("/สรุป 2026-W99").hears("เช่น /สรุป")


def test_the_weeks_before_are_those_that_were_told(world: World, head: Dialogue) -> None:
    for number in range(6):
        day = MONDAY - timedelta(days=7 * number)
        case(world, number, day, [("resolved", on(day, 24 * (1 + 3 * number)))])
    with world.db.transaction() as session:
        fresh = digest.figures(Svc(session, TOLD, world.tools), "DEMO", WEEK)
    job(world, TOLD - timedelta(days=7))
    job(world, TOLD)
    with world.db.reading() as session:
        row = issues.find(session, "week", "DEMO", "2026-W47")
        assert row is not None
        assert row.figures["four_weeks"] == fresh["four_weeks"]
        assert [one["received"] for one in row.figures["four_weeks"]] == [1, 1, 1, 1]


def test_the_chain_keeps_what_was_told(world: World, head: Dialogue) -> None:
    case(world)
    job(world, TOLD)
    with world.db.transaction() as session:
        entries = session.scalars(select(HistoryEntry.what)).all()
        assert entries.count("issued") == 1
        assert history.verify(session).broken_at is None


def test_a_quiet_week_is_one_line(world: World, head: Dialogue) -> None:
    case(world, day=MONDAY - timedelta(days=30), way=[("in_progress", on(MONDAY - timedelta(days=29)))])
    with world.db.transaction() as session:
        session.execute(update(Case).values(due_on=date(2026, 12, 30)))
    job(world, TOLD)
    found = board(head)
    assert found.text == (
        "สรุปประจำสัปดาห์ เทศบาลตัวอย่าง 16–22 พ.ย. 69 (ปีงบฯ 70 สัปดาห์ที่ 8): ไม่มีเรื่องใหม่ คงค้าง 1 เรื่อง ไม่มีเรื่องเกินกำหนด"
    )
    assert (found.lines, found.matters) == ((), ())


def full_week(world: World) -> None:
    """Something of everything."""
    deciding: list[tuple[int, str, dict[str, Any]]] = [
        (1, "head_review", {"category": "RD"}),
        (2, "reopened", {"category": "EL"}),
        (3, "in_progress", {"due_on": date(2026, 11, 3)}),
        (4, "screening", {"category": "CR", "confidential": True, "unit_code": None}),
        (5, "assigned", {"urgent": True, "route": "urgent", "kind": "emergency", "due_on": MONDAY}),
        (6, "screening", {"unit_code": None}),
    ]
    ago = MONDAY - timedelta(days=13)
    with world.db.transaction() as session:
        for number, status, more in deciding:
            twice = [("resolved", on(ago, 30)), ("reopened", on(ago, 40)), ("resolved", on(ago, 50))]
            way = [*(twice if status == "reopened" else []), (status, on(ago, 60))]
            histories.add(session, number, on(ago), way, place_masked="ซอยวัดใหม่", **more)
        for number in range(10, 30):
            more = {"kind": ("complaint", "suggestion", "compliment")[number % 3], "conclusion_type": "fixed"}
            more |= {"category": ("RD", "EL", "WS")[number % 3], "place_masked": "ซอยวัดใหม่"}
            steps = [("assigned", on(MONDAY, 11)), ("resolved", on(MONDAY, 20)), ("closed", on(MONDAY, 50))]
            way = steps[: number % 3 + 1]
            resolved = on(MONDAY, 20) if len(way) > 1 else None
            closed = {"closed_at": on(MONDAY, 50), "closed_how": "confirmed"} if len(way) == 3 else {}
            more |= {"resolved_at": resolved, **closed} if resolved else {"conclusion_type": None}
            histories.add(session, number, on(MONDAY), way, **more)
        histories.answer(session, on(MONDAY), ["satisfied"] * 21 + ["dissatisfied"] * 4, "P.speed", why="slow")
        pushes.note_reading(session, "line", on(MONDAY), 300, 0)


def test_the_text_stands_alone_decisions_first(world: World, head: Dialogue) -> None:
    full_week(world)
    world.tools = replace(world.tools, page_link=lambda path: f"https://pratu.example{path}")
    job(world, TOLD)
    found = board(head)
    lines = found.text.split("\n")
    assert len(lines) <= 20, found.text
    assert lines[:3] == [
        "สรุปประจำสัปดาห์ เทศบาลตัวอย่าง",
        "16–22 พ.ย. 69 (ปีงบฯ 70 สัปดาห์ที่ 8)",
        "⚠️ รอท่านตัดสินใจ 6 เรื่อง",
    ]
    for line in (
        "• เร่งด่วน ยังไม่มีผู้รับทราบ 1 (นานสุด 70-00005-0 มาแล้ว 20 วัน)",
        "• รอพิจารณาผล 1 (นานสุด 70-00001-0 รอ 18 วัน)",
        "• เปิดใหม่ซ้ำ 1 · เกินกำหนดและไม่ขยับ 1 · ยังไม่มีหน่วยรับ 2",
        "รับใหม่ 20 (+20) · แจ้งผล 14 (+14) · คงค้าง 12 (+6) · เกินกำหนด 6 (+1) · ในวงเล็บเทียบสัปดาห์ก่อน",
        "พึงพอใจ 84% (n=25) ไม่พึงพอใจ 16% สาเหตุหลัก “ช้า” · ต่ำสุด ความรวดเร็วในการดำเนินการ 84% (n=25)",
    ):
        assert line in lines, f"{line}\nis not in\n{found.text}"
    assert "หมวดมากสุด: " in found.text
    assert "ผู้แจ้งยืนยันว่าแก้จริง 100% (n=7)" in found.text
    assert "ข้อความ LINE เดือนนี้ 0/300" in found.text
    with world.db.transaction() as session:
        expected = recount.week(session, "DEMO", MONDAY)
    assert [figure.value for figure in found.figures[:4]] == [
        str(expected[name]) for name in ("received", "resolved", "open", "overdue")
    ]
    assert found.figures[4].value == "84%"


def test_what_waits_has_the_buttons_that_decide_it(world: World, head: Dialogue) -> None:
    full_week(world)
    job(world, TOLD)
    found = {matter.title[:10]: matter for matter in board(head).matters}
    assert list(found) == [f"70-0000{number}-0" for number in (5, 1, 2, 3, 4, 6)]
    says = {reference: [choice.says.split()[0] for choice in matter.choices] for reference, matter in found.items()}
    assert says == {
        "70-00005-0": ["/รับทราบ", "/ดู"],
        "70-00001-0": ["/อนุมัติ", "/ส่งกลับ", "/ดู"],
        "70-00002-0": ["/เร่ง", "/คณะทำงาน", "/ดู"],
        "70-00003-0": ["/เร่ง", "/มอบ", "/ดู"],
        "70-00004-0": ["/มอบ", "/ดู"],
        "70-00006-0": ["/มอบ", "/ดู"],
    }
    assert all(len(choice.label) <= 20 for matter in found.values() for choice in matter.choices)
    assert found["70-00004-0"].title == "70-00004-0 เรื่องลับ"
    assert found["70-00004-0"].text == "ยังไม่มีหน่วยรับ มาแล้ว 20 วัน", "neither category nor unit"
    assert found["70-00003-0"].text == "เกินกำหนดและไม่ขยับ เกิน 14 วันทำการ · กองช่าง"


def test_a_tap_is_the_heads_own_decision(world: World, officer: Dialogue, head: Dialogue) -> None:
    world.now = at("2026-11-17 10:00")
    citizen = world.citizen("U1").says("ไฟถนนดับ ซอย 3").taps("ส่งเรื่อง")
    reference = citizen.reference
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดไฟแล้ว ไฟติดครบทุกดวงในซอย")
    officer.says(f"/เสนอ {reference}")
    job(world, TOLD)
    [matter] = board(head).matters
    assert [choice.label for choice in matter.choices] == [
        f"/อนุมัติ {reference}",
        f"/ส่งกลับ {reference}",
        f"/ดู {reference}",
    ]
    head.says(matter.choices[0].says)
    assert world.case(reference).status == "resolved"
    with world.db.reading() as session:
        row = session.scalars(select(StatusUpdate).where(StatusUpdate.status == "resolved")).one()
        assert (row.by, row.person_id is not None, row.history_id is not None) == ("head", True, True)
    head.says("/สรุป สัปดาห์")
    [again] = [part for part in head.parts if isinstance(part, Board)]
    assert again.matters == (), "what was decided asks nobody any more"


def test_ten_at_most_and_how_many_more(world: World, head: Dialogue) -> None:
    with world.db.transaction() as session:
        for number in range(14):
            histories.add(session, number, on(MONDAY, number), [("head_review", on(MONDAY, number + 1))])
    job(world, TOLD)
    found = board(head)
    assert len(found.matters) == 10
    assert found.matters[0].title.startswith("70-00000-0"), "the one that waits longest comes first"
    assert found.lines[0] == "อีก 4 เรื่อง พิมพ์ /คิว หรือ /ค้าง"
    assert "⚠️ รอท่านตัดสินใจ 14 เรื่อง" in found.text


# --- where it leads --------------------------------------------------------------------------------------------------


def test_line_gets_one_push_telegram_the_paper_too(world: World) -> None:
    world.now = LONG_AGO
    world.tools = replace(world.tools, page_link=lambda path: f"https://pratu.example{path}")
    line, telegram = (world.officer(f"T{name}", Role.HEAD, channel=name) for name in ("line", "telegram"))
    case(world)
    job(world, TOLD)
    [one] = hears_now(line).parts
    assert isinstance(one, Board)
    link = next(choice.send for choice in one.choices if choice.opens == "link")
    assert link.startswith("https://pratu.example/digest/")
    assert one.picture == f"{link}/chart.png"
    assert f"รายละเอียด {link}" in one.text
    _board, paper = hears_now(telegram).parts
    assert isinstance(paper, Document)
    assert (paper.name, paper.link) == ("สรุป-2026-W47.pdf", f"https://pratu.example/report/{paper.token}")
    assert paper.text == "สรุปประจำสัปดาห์ เทศบาลตัวอย่าง 16–22 พ.ย. 69 (ปีงบฯ 70 สัปดาห์ที่ 8) (PDF)"
    with world.db.reading() as session:
        row = issues.find(session, "week", "DEMO", "2026-W47")
        assert row is not None
        svc = Svc(session, world.now + timedelta(days=34), world.tools)
        issue_id, _person = links.opened(svc, "digest", link.rpartition("/")[2])
        assert issue_id == str(row.id)


# --- months, quarters, years -----------------------------------------------------------------------------------------


def test_the_governor_hears_of_all_agencies_each_month(world: World, head: Dialogue) -> None:
    governor = world.officer("T7", Role.GOVERNOR)
    with world.db.transaction() as session:
        done = [("resolved", on(MONDAY, 20))]
        histories.add(session, 1, on(MONDAY), done, conclusion_type="fixed")
        histories.add(session, 2, on(MONDAY), [], route="multi", agency_code="PROV", unit_code=None)
        histories.add(session, 3, on(MONDAY), [], due_on=date(2026, 12, 20))
    assert job(world, at("2026-12-01 08:29"))["told"] == 1, "the head's week, a day late"
    assert not boards(governor)
    job(world, at("2026-12-01 08:30"))
    text = board(governor).text
    assert text.split("\n")[:5] == [
        "รายงานประจำเดือน ทุกหน่วยงาน (8 แห่ง)",
        "พ.ย. 69 (ปีงบฯ 70)",
        "รับ 3 · ได้ข้อยุติแล้ว 1 (33%) · คงค้าง 2 · เกินกำหนด 1",
        "หน่วยงานค้างมากสุด: เทศบาลตัวอย่าง 1 · ศูนย์ดำรงธรรมจังหวัดตัวอย่าง 1 (เกินกำหนด 1)",
        "ประเด็นร่วมหลายหน่วย: 1 เรื่อง",
    ]
    assert job(world, at("2026-12-02 08:30"))["due"] == 0
    assert ("month", "*", "2026-11") in told(world)


def test_quarters_and_years_for_all_who_lead(world: World, head: Dialogue) -> None:
    governor, coordinator = world.officer("T7", Role.GOVERNOR), world.officer("T8", Role.COORDINATOR)
    case(world, way=[("head_review", on(MONDAY, 20))])
    job(world, at("2027-01-04 08:30"))
    for person, titles in (
        (head, ["สรุปประจำสัปดาห์", "สรุปประจำไตรมาส"]),
        (coordinator, ["สรุปประจำไตรมาส"]),
        (governor, ["รายงานประจำเดือน", "สรุปประจำไตรมาส"]),
    ):
        found = boards(person)
        assert sorted(one.title.split()[0] for one in found) == sorted(titles)
        assert all(not one.matters or "สัปดาห์" in one.title for one in found)
    job(world, at("2027-10-01 08:30"))
    years = [one.period for one in boards(coordinator) if one.title.startswith("สรุปประจำปี")]
    assert years == ["ปีงบประมาณ 2570 (ต.ค. 69–ก.ย. 70)"]


# --- what does not agree ---------------------------------------------------------------------------------------------


def test_a_wrong_digest_is_never_sent(world: World, head: Dialogue) -> None:
    admin = world.officer("T6", Role.ADMIN)
    bent = case(world)
    with world.db.transaction() as session:
        session.execute(update(Case).where(Case.id == bent.id).values(status="closed"))
    assert job(world, TOLD) == {"due": 1, "told": 0, "stopped": 1, "failed": 0}
    assert job(world, TOLD + timedelta(minutes=5))["stopped"] == 1
    assert not boards(head)
    [said] = hears_now(admin).parts
    assert isinstance(said, Say)
    assert "ยังออกไม่ได้" in said.text
    assert "open by unit" not in said.text
    assert told(world) == []
    with world.db.transaction() as session:
        session.execute(update(Case).where(Case.id == bent.id).values(status="received"))
    assert job(world, TOLD + timedelta(minutes=10))["told"] == 1, "mended, it goes out by itself"
    assert len(boards(head)) == 1


# --- the command line ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("digest")
    made = Server(folder, f"sqlite:///{folder}/digest.db").prepare()
    yield made
    made.stop()


def test_pratu_digest(server: Server) -> None:
    db = server.world.db
    with db.transaction() as session:
        histories.add(session, 1, on(MONDAY), [("resolved", on(MONDAY, 20))], urgent=True)
        histories.answer(session, on(MONDAY), ["satisfied", "dissatisfied", "very_satisfied"])
        expected = recount.week(session, "DEMO", MONDAY)
    printed = server.run("digest", "--agency", "DEMO", "--week", "2026-W47", "--format", "json").stdout
    told = ("digest", "--agency", "DEMO", "--week", "2026-W47", "--format", "json", "--as-told")
    assert json.loads(server.run(*told).stdout) == json.loads(printed), "never told: as it stands"
    head = {"agency": "DEMO", "week": "2026-W47"}
    moments = {"from": "2026-11-16T00:00:00+07:00", "to": "2026-11-23T00:00:00+07:00"}
    assert json.loads(printed) == head | moments | expected
    text = server.run("digest", "--agency", "DEMO", "--week", "2026-W47").stdout
    assert text.startswith("สรุปประจำสัปดาห์ เทศบาลตัวอย่าง\n16–22 พ.ย. 69")
    year = json.loads(server.run("digest", "--agency", "*", "--year", "2570", "--format", "json").stdout)
    assert (year["agency"], year["year"], year["received"]) == ("*", "2570", 1)
    for arguments, why in (
        (("--agency", "DEMO", "--week", "2026-W60"), "no week '2026-W60'; one is written like 2026-W47"),
        (("--agency", "NOBODY", "--week", "2026-W47"), "no agency 'NOBODY'; there are: DEMO, PROV"),
        (("--agency", "DEMO", "--quarter", "2570"), "no quarter '2570'; one is written like 2570-Q1"),
    ):
        refused = server.run("digest", *arguments, check=False)
        assert refused.returncode == 2
        assert why in refused.stderr
        assert refused.stdout == ""
    with db.transaction() as session:
        session.execute(update(Case).values(status="assigned"))
    wrong = server.run("digest", "--agency", "DEMO", "--week", "2026-W47", "--format", "json", check=False)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "do not agree" in wrong.stderr
    assert "open by the events of the period: 1 is not 0" in wrong.stderr
