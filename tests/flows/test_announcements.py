"""Announcements: only to those who asked for them, once a day, by day, and written down."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.reports.evidence import written
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from storage.words import Role
from tests.registers.books import Office
from tests.world import Dialogue, World, at, hears_now

WORDS = "วันพุธหยุดจ่ายน้ำ หมู่ 4 เวลา 9.00-12.00 น."


@pytest.fixture
def coordinator(world: World) -> Dialogue:
    return world.officer("C1", Role.COORDINATOR)


def reader(world: World, name: str, channel: str = "telegram") -> Dialogue:
    return world.citizen(name, channel).says("รับข่าวสาร").hears("รับข่าวสารจาก", "เลิกรับข่าวสาร")


def announced(coordinator: Dialogue, words: str = WORDS) -> Dialogue:
    return coordinator.says(f"/ประกาศ {words}").taps("ส่งประกาศ")


def test_it_reaches_those_who_asked_and_stands_in_the_evidence(world: World, coordinator: Dialogue) -> None:
    first, second = reader(world, "U1"), reader(world, "U2", "web")
    other = world.citizen("U3", "telegram").says("สวัสดี")
    for person in (first, second, other):
        person.parts = []
    coordinator.says(f"/ประกาศ {WORDS}").hears(WORDS, "2 คน", "เรียกคืนไม่ได้")
    hears_now(first).hears_nothing()  # a preview goes to nobody
    coordinator.taps("ส่งประกาศ").hears("ส่งประกาศถึง 2 คนแล้ว")
    for person in (first, second):
        hears_now(person).hears("📢", "เทศบาล", WORDS, "เลิกรับข่าวสาร")
    hears_now(other).hears_nothing()
    (line,) = Office(world).lines("announcement")
    assert line.cells == {"on": "2026-11-24", "words": WORDS, "people": 2}
    with world.db.reading() as session:
        table = written.activities(Scope(Svc(session, world.now, world.tools), 2570, "DEMO"))
    (row,) = table.rows
    assert row.cells == ("ประกาศข่าวสาร", f"{WORDS}\nอ. 24 พ.ย. 69", "–", "ส่งถึงผู้ขอรับ 2 คน")
    coordinator.says("/ทะเบียน ประกาศ").hears(WORDS)


def test_once_a_day_even_where_the_line_was_taken_away(world: World, coordinator: Dialogue) -> None:
    citizen = reader(world, "U1")
    announced(coordinator).hears("1 คน")
    coordinator.says("/ประกาศ อีกเรื่อง").hears("วันนี้ส่งประกาศไปแล้ว")
    coordinator.says("/ประกาศ ส่งเลย").hears("พิมพ์ข้อความที่จะประกาศ")
    hears_now(citizen).hears(WORDS)
    coordinator.says("/ทะเบียน ประกาศ ลบ 1").hears("ลบ 1")
    announced(coordinator, "อีกเรื่อง").hears("ถึง 0 คน")
    hears_now(citizen).hears_nothing()
    world.passes(days=1)
    announced(coordinator, "พรุ่งนี้").hears("1 คน")
    hears_now(citizen).hears("พรุ่งนี้")


@pytest.mark.parametrize(("hour", "goes"), [("07:59", False), ("08:00", True), ("19:59", True), ("20:00", False)])
def test_by_day_only(world: World, coordinator: Dialogue, hour: str, goes: bool) -> None:
    citizen = reader(world, "U1")
    citizen.parts = []
    world.now = at(f"2026-11-25 {hour}")
    coordinator.says(f"/ประกาศ {WORDS}")
    if goes:
        coordinator.taps("ส่งประกาศ").hears("1 คน")
        hears_now(citizen).hears(WORDS)
    else:
        coordinator.hears("8.00–20.00")
        assert not coordinator.choices


def test_shown_by_day_and_sent_at_night(world: World, coordinator: Dialogue) -> None:
    citizen = reader(world, "U1")
    citizen.parts = []
    world.now = at("2026-11-24 19:59")
    coordinator.says(f"/ประกาศ {WORDS}")
    world.passes(minutes=1)
    coordinator.taps("ส่งประกาศ").hears("8.00–20.00")
    hears_now(citizen).hears_nothing()
    assert not Office(world).lines("announcement")


def test_on_line_it_waits_for_the_next_free_answer(world: World, coordinator: Dialogue) -> None:
    citizen = reader(world, "U1", "line")
    citizen.parts = []
    announced(coordinator).hears("1 คน")
    hears_now(citizen).hears_nothing()
    citizen.says("เมนู").hears(WORDS)


def test_stopping_blocking_and_erasing_end_it(world: World, coordinator: Dialogue) -> None:
    stops, blocks, erases, stays = (reader(world, name) for name in ("U1", "U2", "U3", "U4"))
    stops.says("เลิกรับข่าวสาร").hears("เลิกรับข่าวสารจาก").says("เลิกรับข่าวสารค่ะ").hears("ไม่ได้รับข่าวสารอยู่")
    blocks.does(kind="unfollow").does(kind="return")
    erases.says("ขอลบข้อมูล").taps("ยืนยันลบ")
    for person in (stops, blocks, erases, stays):
        person.parts = []
    announced(coordinator).hears("ถึง 1 คน")
    for person in (stops, blocks, erases):
        hears_now(person).hears_nothing()
    hears_now(stays).hears(WORDS)
    stays.says("รับข่าวสาร").hears("อยู่แล้ว")
    stops.says("รับข่าวสาร").hears("รับข่าวสารจาก")


def test_in_the_middle_of_telling(world: World) -> None:
    citizen = world.citizen("U1").says("ไฟถนนดับ ซอย 5")
    citizen.says("รับข่าวสาร").hears("รับข่าวสารจาก").says("ส่งเรื่อง").hears("รหัสเรื่อง")


def test_who_may_and_what_else_is_refused(world: World, coordinator: Dialogue) -> None:
    for name, role in (("T1", Role.OFFICER), ("T2", Role.INTAKE), ("T3", Role.GOVERNOR), ("T4", Role.ADMIN)):
        officer = world.officer(name, role, unit="ENG").says(f"/ประกาศ {WORDS}").hears("เฉพาะ", "ผู้ประสานงาน")
        officer.says("/ช่วย ทั้งหมด").hears_not("/ประกาศ")
    coordinator.says(f"/ประกาศ {WORDS}").hears("ยังไม่มีประชาชนขอรับข่าวสาร")
    citizen = reader(world, "U1")
    citizen.parts = []
    coordinator.says("/ประกาศ").hears("ไม่เกิน 300").says(f"/announce {'ก' * 301}").hears("ยาวเกินไป")
    coordinator.says(f"/ประกาศ {WORDS}").taps("ไม่ส่ง").hears("ไม่ส่งประกาศแล้ว")
    coordinator.says("/ประกาศ ส่งเลย").hears("พิมพ์ข้อความที่จะประกาศ")
    coordinator.says(f"/ประกาศ {WORDS}")
    world.now += timedelta(minutes=31)
    coordinator.taps("ส่งประกาศ").hears("พิมพ์ข้อความที่จะประกาศ")
    hears_now(citizen).hears_nothing()
    citizen.says(f"/ประกาศ {WORDS}").hears_not("ส่งประกาศถึง")
    head = world.officer("H1", Role.HEAD)
    announced(head).hears("1 คน")
