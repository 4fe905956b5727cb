"""Cases to learn from, and the machine's counts week by week. On both engines."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from handlers.reports import machine
from storage import cases, migrations, verdicts
from storage.db import Database
from storage.tables import Case
from storage.verdicts import Lesson
from storage.words import Role
from tests.conftest import prepared
from tests.world import BANGKOK, Dialogue, World, at


def lessons(world: World, agency: str | None = None, most: int = 100) -> list[Lesson]:
    with world.db.reading() as session:
        return list(verdicts.lessons(session, agency, most))


def filed(world: World, name: str, text: str) -> str:
    """A case whose category stays the machine's."""
    return world.citizen(name).says(text).says("1").reference


def corrected(world: World, name: str, text: str) -> str:
    """A case of traffic lights that its citizen moved to electricity."""
    citizen = world.citizen(name).says(text).says("แก้ไข").says("หมวด").says("ไฟฟ้าและไฟส่องสว่าง").says("1")
    return citizen.reference


def changed(world: World, reference: str, **values: object) -> None:
    """What a later hand makes of a case."""
    with world.db.transaction() as session:
        case = cases.by_reference(session, reference)
        assert case is not None
        for name, value in values.items():
            setattr(case, name, value)


# --- what may be learned from ----------------------------------------------------------------------------------------


def test_what_a_citizen_chose_is_a_lesson_in_masked_words(world: World) -> None:
    filed(world, "U1", "ขยะล้นถังหน้าตลาดสด หมู่ 2")
    reference = corrected(world, "U2", "ไฟแดงเสีย แยกวัดใหม่ หมู่ 3 โทร 081-234-5678")
    (lesson,) = lessons(world)
    assert (lesson.reference, lesson.category, lesson.said) == (reference, "EL", "TF")
    assert lesson.engine == world.case(reference).verdict["engine"]
    assert 0 < lesson.confidence <= 1
    assert lesson.received_at == world.now
    assert "ไฟแดงเสีย" in lesson.text
    assert "234-5678" not in lesson.text


def test_an_officer_confirms_by_bringing_it_to_its_end(world: World) -> None:
    officer = world.officer("T1", Role.OFFICER, unit="ENG")
    reference = filed(world, "U1", "ไฟถนนดับ ซอย 5")
    officer.says(f"/รับ {reference}")
    assert lessons(world) == [], "taken in hand is not yet confirmed"
    officer.reports(reference, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {reference}")
    assert [(one.category, one.said) for one in lessons(world)] == [("EL", "EL")]
    world.citizen("U1").says(f"ยังไม่แก้ {reference}")
    assert world.case(reference).status == "reopened"
    assert lessons(world) == []


def test_an_officer_s_change_is_a_lesson(world: World) -> None:
    changed(world, filed(world, "U1", "ไฟถนนดับ ซอย 5"), category="PB", category_by="officer")
    assert [(one.category, one.said) for one in lessons(world)] == [("PB", "EL")]


@pytest.mark.parametrize(
    "values",
    [
        {"confidential": True},
        {"kind": "emergency"},
        {"verdict": {"kind": "emergency", "category": "TF", "engine": "x"}},
        {"status": "withdrawn"},
        {"status": "not_accepted"},
        {"masked": None},
        {"masked": ""},
        {"category_by": None},
    ],
)
def test_what_is_no_lesson(world: World, values: dict[str, Any]) -> None:
    reference = corrected(world, "U1", "ไฟแดงเสีย แยกวัดใหม่ หมู่ 3")
    assert len(lessons(world)) == 1
    changed(world, reference, **values)
    assert lessons(world) == []


@pytest.mark.parametrize("wish", [("ลบข้อมูลของฉัน", "ยืนยันลบ"), ("ถอนความยินยอม",)])
def test_who_takes_their_data_back_is_not_learned_from(world: World, wish: tuple[str, ...]) -> None:
    corrected(world, "U1", "ไฟแดงเสีย แยกวัดใหม่ หมู่ 3")
    corrected(world, "U2", "ไฟแดงค้าง แยกตลาดสด หมู่ 4")
    citizen = world.citizen("U1")
    for words in wish:
        citizen.says(words)
    assert [one.text[:7] for one in lessons(world)] == ["ไฟแดงค้"]


def test_the_newest_come_first_and_of_one_agency_alone(world: World) -> None:
    first, second, third = (filed(world, f"U{number}", f"ขยะล้นถัง ซอย {number} หมู่ 3") for number in (1, 2, 3))
    for reference, hours in ((first, 2), (third, 1), (second, 0)):
        received = world.now - timedelta(hours=hours)
        changed(world, reference, category="EL", category_by="citizen", received_at=received)
    assert [one.reference for one in lessons(world, "DEMO", 2)] == [second, third]
    assert lessons(world, "ELSEWHERE") == []


# --- week by week ----------------------------------------------------------------------------------------------------

LAST_MONDAY = date(2026, 11, 16)


def past(world: World, reference: str, count: int, **values: Any) -> None:
    """More cases like this one, with other values; a verdict's are given as verdict_….

    `day`: days after last week's Monday. Received at noon.
    """
    day = values.pop("day", 0)
    moment = at(f"{LAST_MONDAY} 12:00") + timedelta(days=day)
    told = {name.removeprefix("verdict_"): values.pop(name) for name in list(values) if name.startswith("verdict_")}
    with world.db.transaction() as session:
        pattern = cases.by_reference(session, reference)
        assert pattern is not None
        row = {column.name: getattr(pattern, column.name) for column in Case.__table__.columns}
        row |= {"received_at": moment, "verdict": {**pattern.verdict, **told}, **values}
        row.pop("id")
        for _ in range(count):
            world.events += 1
            cases.add(session, {**row, "reference": f"69-{world.events:05d}-0"})


def week(world: World, agency: str | None = "DEMO") -> machine.Week:
    with world.db.reading() as session:
        found = machine.last_week(session, world.now, BANGKOK, agency)
    return found[-1]


def test_a_week_s_figures_are_counted(world: World) -> None:
    reference = filed(world, "U1", "ไฟถนนดับ ซอย 5")
    past(world, reference, 6, verdict_confidence=0.9)
    past(world, reference, 2, verdict_confidence=0.4, verdict_abstained=True)
    past(world, reference, 2, verdict_confidence=0.5, category="PB", category_by="officer", day=6)
    past(world, reference, 1, day=7)  # this week
    past(world, reference, 1, verdict_engine=None)
    past(world, reference, 1, category_by=None)
    found = week(world)
    assert (found.week, found.agency, found.shares.cases, found.drifts) == ("2026-W47", "DEMO", 10, False)
    assert found.shares.differ == pytest.approx(0.2)
    assert found.shares.abstained == pytest.approx(0.2)
    assert found.shares.confidence == pytest.approx(0.72)
    assert (found.shares.confirmed, found.shares.expected, found.shares.observed) == (2, pytest.approx(0.5), 0.0)


def test_a_week_ends_at_midnight_in_bangkok(world: World) -> None:
    reference = filed(world, "U1", "ไฟถนนดับ ซอย 5")
    for moment in ("2026-11-16 00:00", "2026-11-22 23:59", "2026-11-15 23:59", "2026-11-23 00:00"):
        past(world, reference, 1, received_at=at(moment))
    assert week(world).shares.cases == 2


def test_a_week_without_cases_has_no_figures(world: World) -> None:
    filed(world, "U1", "ไฟถนนดับ ซอย 5")
    with world.db.reading() as session:
        assert machine.last_week(session, world.now, BANGKOK) == []


def test_agencies_are_told_apart_and_together(world: World) -> None:
    reference = filed(world, "U1", "ไฟถนนดับ ซอย 5")
    with world.db.reading() as session:
        from storage import agencies

        other = next(row.code for row in agencies.all_agencies(session) if row.code != "DEMO")
    past(world, reference, 2)
    past(world, reference, 3, agency_code=other)
    with world.db.reading() as session:
        found = machine.last_week(session, world.now, BANGKOK)
    assert {one.agency: one.shares.cases for one in found} == {"DEMO": 2, other: 3, "": 5}
    assert found[-1].agency == ""


@pytest.mark.parametrize(("confirmed", "right", "flagged"), [(30, 20, True), (30, 26, False), (29, 10, False)])
def test_wrong_more_often_than_it_believes(world: World, confirmed: int, right: int, flagged: bool) -> None:
    reference = filed(world, "U1", "ไฟถนนดับ ซอย 5")
    past(world, reference, right, verdict_confidence=0.9, category_by="citizen")
    past(world, reference, confirmed - right, verdict_confidence=0.9, category_by="citizen", category="PB")
    assert week(world).overconfident is flagged


def test_a_small_agency_is_judged_over_five_weeks(world: World) -> None:
    reference = filed(world, "U1", "ไฟถนนดับ ซอย 5")
    for ago in range(5):
        past(world, reference, 6, verdict_confidence=0.9, category_by="officer", category="PB", day=-7 * ago)
    assert week(world).shares.confirmed == 6
    assert week(world).overconfident


@pytest.mark.parametrize(("asked", "flagged"), [(12, True), (10, False)])
def test_asks_twice_as_often_as_in_the_four_weeks_before(world: World, asked: int, flagged: bool) -> None:
    reference = filed(world, "U1", "ไฟถนนดับ ซอย 5")
    for ago in range(1, 5):
        past(world, reference, 17, verdict_abstained=False, day=-7 * ago)
        past(world, reference, 3, verdict_abstained=True, day=-7 * ago)
    past(world, reference, 40 - asked, verdict_abstained=False)
    past(world, reference, asked, verdict_abstained=True)
    assert week(world).abstains_more is flagged


# --- the column ------------------------------------------------------------------------------------------------------


def test_who_made_a_category_comes_and_goes_with_its_version(tmp_path: Path) -> None:
    from alembic import command

    db = prepared(f"sqlite:///{tmp_path}/v.db")
    _down_and_up(db, command)
    db.close()


def test_the_same_on_postgres() -> None:
    from alembic import command

    from tests.conftest import seeded_postgres

    db = prepared(seeded_postgres("pratu_test_category_by"))
    _down_and_up(db, command)
    db.close()


def _down_and_up(db: Database, command: Any) -> None:
    def columns() -> set[str]:
        return {column["name"] for column in inspect(db.engine).get_columns("cases")}

    config = migrations._config()
    assert "category_by" in columns()
    with db.writing(), db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
    assert "category_by" not in columns()
    migrations.migrate(db)
    assert "category_by" in columns()
    Dialogue(World(db), "line", "U1").says("ไฟถนนดับ ซอย 5").says("1").hears("รหัสเรื่อง")
