"""What is too old goes, class by class; what somebody needs as evidence, and every figure, stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.jobs import JOBS, JobContext
from handlers.actions.retention import PERIODS
from handlers.reports import digest
from handlers.rules import periods
from handlers.services import Svc
from storage import agencies, history, inbox, retention, seed
from storage.files import FileStore
from storage.inbox import NewEvent, microseconds
from storage.tables import Attachment, File, InboxEvent, Message, OutboxMessage, RegisterLine, Survey
from storage.words import RETAINED, Role
from tests.conftest import SEED
from tests.flows.test_taken_back import deliver, places
from tests.world import BANGKOK, Dialogue, World

LIGHT = "ไฟถนนดับซอย 5 ตรงเสาสีฟ้าอมม่วง"


def ages(world: World, dry_run: bool = False, **time: float) -> dict[str, int]:
    """Time passes, and the job runs."""
    world.passes(**time)
    found = JOBS["retention"](JobContext(world.db, world.tools, lambda: world.now), dry_run)
    return {name: count for name, count in found.items() if count}


def closed(world: World, officer: Dialogue, citizen: Dialogue, text: str = LIGHT) -> str:
    reference = citizen.says(text).says("ส่งเรื่อง").reference
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {reference}")
    citizen.listen()
    citizen.says(f"แก้แล้ว {reference}")
    deliver(world)
    assert world.case(reference).status == "closed"
    return reference


def test_the_classes_have_one_list_of_names() -> None:
    assert set(RETAINED) == set(retention.CLASSES) == set(PERIODS)


def test_raw_bodies_of_answered_events_go_first(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    citizen.says(LIGHT).says("ส่งเรื่อง")
    citizen.does(kind="text", text="ยังไม่มีใครอ่าน", work=False)
    assert ages(world, dry_run=True, days=31)["raw_bodies"] == 3
    assert ages(world)["raw_bodies"] == 3
    with world.db.reading() as session:
        kept = session.scalars(select(InboxEvent.state).where(InboxEvent.body.is_not(None))).all()
    assert list(kept) == ["received"]  # nobody has answered it
    assert "raw_bodies" not in ages(world)


def test_a_chat_without_a_case_goes_after_three_months_and_a_case_stays(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    citizen.says("สวัสดีค่ะ ดิฉันชื่อกระถินณรงค์")
    reference = citizen.says(LIGHT).says("ส่งเรื่อง").reference
    deliver(world)
    ages(world, days=89)
    assert places(world, "กระถินณรงค์")
    ages(world, days=2)
    assert places(world, "กระถินณรงค์") == []
    assert "สีฟ้าอมม่วง" in (world.opened(world.case(reference).text) or "")


def test_a_closed_case_is_emptied_after_ten_years_and_still_counts(world: World, officer: Dialogue) -> None:
    reference = closed(world, officer, world.citizen())
    with world.db.reading() as session:
        week = periods.holding("week", world.now.astimezone(BANGKOK).date(), BANGKOK)
        before = digest.figures(Svc(session, world.now, world.tools), "DEMO", week)
    ages(world, days=3600)
    assert places(world, "สีฟ้าอมม่วง")
    assert ages(world, days=60)["cases"] == 1
    assert places(world, "สีฟ้าอมม่วง") == []
    case = world.case(reference)
    assert (case.status, case.category, case.conclusion_type) == ("closed", "EL", "fixed")
    with world.db.reading() as session:
        after = digest.figures(Svc(session, world.now, world.tools), "DEMO", week)
    for name in ("received", "resolved", "reopened", "by_category", "by_channel"):
        assert after[name] == before[name]
    assert "cases" not in ages(world)
    with world.db.transaction() as session:
        assert history.verify(session).broken_at is None


def test_an_open_case_never_goes(world: World, officer: Dialogue) -> None:
    world.citizen().says(LIGHT).says("ส่งเรื่อง")
    assert "cases" not in ages(world, days=9000)
    assert places(world, "สีฟ้าอมม่วง")


def test_a_legal_hold_keeps_a_case_until_it_ends(world: World, officer: Dialogue, intake: Dialogue) -> None:
    reference = closed(world, officer, world.citizen())
    officer.says(f"/ระงับ {reference} คดีหมายเลข 5").hears_not("ระงับการลบไว้แล้ว")
    intake.says(f"/ระงับ {reference} คดีหมายเลข 5").hears("ระงับการลบไว้แล้ว")
    intake.says(f"/ระงับ {reference} คดีหมายเลข 5").hears("อยู่แล้ว")
    assert "cases" not in ages(world, days=4000)
    intake.says(f"/เลิกระงับ {reference} คดีถึงที่สุด").hears("เลิกระงับการลบแล้ว")
    assert ages(world, days=3654)["cases"] == 1
    assert places(world, "สีฟ้าอมม่วง") == []


def test_what_a_hold_kept_of_an_erased_person_goes_when_it_ends(
    world: World, officer: Dialogue, intake: Dialogue
) -> None:
    from bot.forgetting import take_out

    citizen = world.citizen("U-erased")
    reference = citizen.says(LIGHT).says("ส่งเรื่อง").reference
    citizen.sends_photo("photo-1", caption=f"รูปไก่ชน {reference}")
    intake.says(f"/ระงับ {reference} คดีหมายเลข 5")
    take_out(world.db, world.tools, "line", "U-erased", world.now)
    deliver(world)
    assert places(world, "สีฟ้าอมม่วง")
    intake.says(f"/เลิกระงับ {reference} คดีถึงที่สุด").hears("เลิกระงับ")
    left = [place for place in places(world, "สีฟ้าอมม่วง") if place.startswith(("cases", "messages", "case_words"))]
    assert left == []


def test_surveys_lose_whose_they_are_after_a_year(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    closed(world, officer, citizen)
    world.passes(minutes=10)
    JOBS["surveys"](JobContext(world.db, world.tools, lambda: world.now), False)
    citizen.listen()
    for answer in ("พึงพอใจมาก", "พึงพอใจมาก", "พึงพอใจมาก"):
        citizen.says(answer)
    assert ages(world, days=366)["surveys"] == 1
    with world.db.reading() as session:
        row = session.scalars(select(Survey)).one()
    assert (row.account_id, row.state) == (None, "done")


def test_pictures_of_registers_stay_though_they_have_no_case(world: World, tmp_path: Path) -> None:
    coordinator = world.officer("T5", Role.COORDINATOR)
    coordinator.sends_photo("shown", caption="กิจกรรมที่ตลาด").sends_photo("loose", caption="ไม่ใช้แล้ว")
    store = FileStore(tmp_path, world.db.keys)
    with world.db.transaction() as session:
        rows = session.scalars(select(Attachment).order_by(Attachment.id)).all()
        for row in rows:
            row.file_digest = store.put(session, f"photo {row.id}".encode(), "image/jpeg", world.now)
            row.state = "stored"
        at = {"agency_code": "DEMO", "fiscal_year": 2570, "code": "1", "position": 0, "changed_at": world.now}
        session.add(RegisterLine(register="activity", cells={"photos": [f"photo:{rows[0].id}"]}, **at))
    ages(world, days=91)
    with world.db.transaction() as session:
        store.sweep(session)
    with world.db.reading() as session:
        states = list(session.scalars(select(Attachment.state).order_by(Attachment.id)))
    assert states == ["stored", "gone"]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_files_uploaded_and_never_sent_go(world: World, tmp_path: Path) -> None:
    store = FileStore(tmp_path, world.db.keys)
    with world.db.transaction() as session:
        store.put(session, b"uploaded and never sent", "image/jpeg", world.now)
    assert ages(world, days=2) == {"orphans": 1}
    with world.db.transaction() as session:
        assert store.sweep(session) == 1
        assert session.scalars(select(File)).all() == []


def test_a_dry_run_changes_nothing(world: World, officer: Dialogue) -> None:
    closed(world, officer, world.citizen())
    world.passes(days=9000)
    with world.db.reading() as session:
        before = len(session.scalars(select(Message.id).where(Message.text.is_not(None))).all())
    first = ages(world, dry_run=True)
    assert first == ages(world, dry_run=True)
    assert {"raw_bodies", "cases"} <= set(first)
    with world.db.reading() as session:
        assert len(session.scalars(select(Message.id).where(Message.text.is_not(None))).all()) == before
    assert ages(world)["cases"] == first["cases"]


def test_periods_are_data(world: World, officer: Dialogue, tmp_path: Path) -> None:
    for path in SEED.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    own = tmp_path / "retention.toml"
    own.write_text(own.read_text(encoding="utf-8").replace("raw_bodies = 30", "raw_bodies = 5"), encoding="utf-8")
    with world.db.transaction() as session:
        assert seed.load(session, tmp_path) == {"settings": 1}
        assert agencies.setting(session, "retention")["raw_bodies"] == 5
    world.citizen().says("สวัสดีค่ะ")
    assert ages(world, days=6)["raw_bodies"] == 2
    own.write_text("[retention]\nrawbodies = 5\n", encoding="utf-8")
    with world.db.transaction() as session, pytest.raises(seed.BadSeed, match="rawbodies"):
        seed.load(session, tmp_path)


def nobodys_words(world: World) -> None:
    """What was said in a group, and not to us: stored, acknowledged, and nothing of it written down."""
    us = microseconds(world.now)
    inbox.put(world.db, [NewEvent("line", "bare", "of-a-group", us, us, b"{}")])
    with world.db.transaction() as session:
        session.execute(update(InboxEvent).where(InboxEvent.event_id == "bare").values(state="done", body=None))


def test_the_queues_keep_only_what_is_new_open_or_evidence(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    reference = citizen.says(LIGHT).says("ส่งเรื่อง").reference
    citizen.says("สวัสดีค่ะ")
    deliver(world)
    nobodys_words(world)
    citizen.does(kind="text", text="ยังไม่มีใครอ่าน", work=False)
    case_id = world.case(reference).id

    def rows() -> tuple[list[InboxEvent], list[OutboxMessage]]:
        with world.db.reading() as session:
            events = session.scalars(select(InboxEvent).order_by(InboxEvent.id)).all()
            return list(events), list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    events, put_out = rows()
    counts = ages(world, days=91)
    assert counts["done_events"] == len(events) - 2
    assert counts["answers"] >= 1
    left, kept = rows()
    assert [event.state for event in left] == ["done", "received"], "nobody has answered the last"
    assert left[0].event_id == "bare", "an export lists every event: of this one nothing else tells"
    assert {row.id for row in put_out} - {row.id for row in kept} == {
        row.id for row in put_out if row.case_id is None and row.once is None and row.id != put_out[-1].id
    }
    assert {row.id for row in kept if row.case_id == case_id} == {row.id for row in put_out if row.case_id == case_id}


def test_told_once_stays_told_once_until_its_case_is_empty(world: World, officer: Dialogue) -> None:
    reference = closed(world, officer, world.citizen())
    deliver(world)
    case_id = world.case(reference).id

    def of_case() -> int:
        with world.db.reading() as session:
            return len(session.scalars(select(OutboxMessage.id).where(OutboxMessage.case_id == case_id)).all())

    told = of_case()
    ages(world, days=3600)
    assert of_case() == told > 0
    ages(world, days=60)
    ages(world, days=1)
    assert of_case() <= 1, "the newest row of all stays, so that its number is never given again"


def test_a_number_is_never_given_twice(world: World, officer: Dialogue) -> None:
    """A quiet agency: everything is old and goes; what comes then is new all the same."""
    citizen = world.citizen()
    citizen.says("สวัสดีค่ะ")
    deliver(world)
    ages(world, days=91)
    with world.db.reading() as session:
        before = max(session.scalars(select(Message.inbox_id).where(Message.inbox_id.is_not(None))))
    citizen.says("ขอบคุณค่ะ").hears("ยินดี")
    with world.db.reading() as session:
        assert max(session.scalars(select(InboxEvent.id))) > before
