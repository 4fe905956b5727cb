"""The guide's three branches (general, urgent, several units), each walked from intake to its end: the clock runs over
Songkran and over the end of a fiscal year, and strikes every few hours as it does in service."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.jobs import JOBS, JobContext
from storage import cases, handling, history, surveys
from storage.tables import OutboxMessage, Survey
from storage.words import Role, Status
from tests.world import World, at, hears_now


class Agency:
    """Everybody of the sample municipality who has a hand in a case."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.intake = world.officer("T1", Role.INTAKE, unit="OFFICE")
        self.officer = world.officer("T2", Role.OFFICER, unit="ENG")
        self.health = world.officer("T3", Role.OFFICER, unit="HEALTH")
        self.unit_head = world.officer("T4", Role.UNIT_HEAD, unit="ENG")
        self.head = world.officer("T5", Role.HEAD)

    def until(self, moment: str) -> None:
        """Time passes; the jobs run every four hours."""
        while self.world.now < at(moment):
            self.world.now = min(self.world.now + timedelta(hours=4), at(moment))
            context = JobContext(self.world.db, self.world.tools, lambda: self.world.now)
            JOBS["reminders"](context, False)
            JOBS["status-updates"](context, False)
            JOBS["surveys"](context, False)
            self.world.delivers()


def statuses(world: World, reference: str) -> list[str]:
    with world.db.reading() as session:
        rows = cases.updates(session, [world.case(reference).id])
    return [row.status for row in rows if row.status is not None]


def whats(world: World, reference: str) -> list[str]:
    with world.db.reading() as session:
        return [row.what for row in cases.updates(session, [world.case(reference).id])]


@pytest.fixture
def agency(world: World) -> Agency:
    world.now = at("2027-04-01 09:00")
    return Agency(world)


def test_general_over_songkran(world: World, agency: Agency) -> None:
    """Nobody acts before the holidays; the ladder climbs to the head; then it is mended and seven days pass."""
    world.now = at("2027-04-01 17:10")  # after hours: counted from the next working day
    citizen = world.citizen("U1", "telegram").says("ไฟถนนดับ ซอย 5").says("ส่งเรื่อง")
    reference = citizen.reference
    case = world.case(reference)
    assert (case.counted_from, case.due_on) == (date(2027, 4, 2), date(2027, 4, 19)), "Chakri Day and Songkran left out"
    agency.until("2027-04-29 12:00")
    hears_now(agency.officer).hears(reference)
    hears_now(agency.unit_head).hears(reference)
    hears_now(agency.head).hears(reference)
    hears_now(citizen).hears("เลยกำหนด", reference)
    agency.officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดและสายใหม่แล้ว").says(f"/ปิด {reference}")
    hears_now(citizen).hears("เปลี่ยนหลอดและสายใหม่", "แก้จริงตามที่แจ้งไหม")
    agency.until("2027-05-07 12:00")
    case = world.case(reference)
    assert (case.status, case.closed_how, case.conclusion_type) == (Status.CLOSED, "silence", "fixed")
    assert statuses(world, reference) == ["received", "assigned", "in_progress", "reported", "resolved", "closed"]
    hears_now(citizen).hears("1/3", reference, "ไฟถนนดับ ซอย 5").taps("ไม่พึงพอใจ").taps("ไม่พึงพอใจ").taps("พึงพอใจ")
    citizen.says("รอเกินกำหนดหลายวัน ไม่มีใครบอกเหตุผล").hears("ข้อเสนอแนะ").taps("ข้าม").hears("ขอบคุณมาก")
    hears_now(agency.officer).hears(reference, "รอเกินกำหนดหลายวัน")
    assert pulse(world) == [("done", ["dissatisfied", "dissatisfied", "satisfied"])]
    reminded = whats(world, reference).count("reminded")
    agency.until("2027-06-07 12:00")
    assert whats(world, reference).count("reminded") == reminded, "nobody is chased for what has ended"
    with world.db.transaction() as session:
        assert history.verify(session).broken_at is None


def test_urgent_on_a_holiday_night(world: World, agency: Agency) -> None:
    """Danger at two in the night of Songkran: head and intake hear it at once and again until somebody knows."""
    world.now = at("2027-04-14 02:00")
    for person in (agency.head, agency.intake):
        hears_now(person)
    citizen = world.citizen("U1", "telegram").says("ไฟไหม้บ้านในซอย 5 คนติดอยู่ข้างใน").hears("199")
    reference = citizen.says("ซอย 5 ข้างวัด").reference
    assert world.case(reference).route == "urgent"
    hears_now(agency.head).hears("เรื่องด่วน", reference)
    agency.until("2027-04-14 06:00")
    hears_now(agency.head).hears("เตือนครั้งที่", reference).taps(f"/รับทราบ {reference}")
    agency.until("2027-04-14 10:00")
    assert reference not in hears_now(agency.head).text
    agency.intake.says(f"/มอบ {reference} ENG")
    agency.officer.says(f"/รับ {reference}").reports(reference, "ดับเพลิงแล้ว ไม่มีผู้บาดเจ็บ รื้อสายไฟที่ไหม้ออก")
    agency.officer.says(f"/ปิด {reference}")
    hears_now(citizen).hears("ดับเพลิงแล้ว")
    citizen.says(f"แก้แล้ว {reference}")
    case = world.case(reference)
    assert (case.status, case.closed_how) == (Status.CLOSED, "confirmed")
    agency.until("2027-04-14 15:00")
    hears_now(citizen).hears("1/3", reference).taps("พึงพอใจมาก").taps("พึงพอใจมาก").taps("พึงพอใจมาก").taps("ข้าม")
    assert pulse(world) == [("done", ["very_satisfied"] * 3)]


def test_several_units_over_the_end_of_the_fiscal_year(world: World, agency: Agency) -> None:
    """Filed in fiscal year 2570, answered in 2571: a question pauses it, a share is late, the head sends it back."""
    world.now = at("2027-09-27 10:00")
    citizen = world.citizen("U1", "telegram").says("น้ำท่วมขังซอย 5 มีขยะอุดท่อ ส่งกลิ่นเหม็น").says("ส่งเรื่อง")
    reference = citizen.reference
    assert reference.startswith("70-")
    due = world.case(reference).due_on
    agency.intake.says(f"/คณะทำงาน {reference} กองช่าง,กองสาธารณสุข").hears("1/2570")
    hears_now(agency.health).hears("คณะทำงาน", reference)
    agency.officer.says(f"/รับ {reference}").says(f"/ถาม {reference} น้ำท่วมช่วงไหนครับ")
    agency.until("2027-10-01 09:00")
    citizen.says("ช่วงหน้าร้านก๋วยเตี๋ยว").hears("ได้รับคำตอบ")
    case = world.case(reference)
    assert (case.fiscal_year, case.due_on) == (2570, due)
    assert case.extended_to == world_days(world, due, 4), "four working days of waiting"
    agency.until("2027-10-04 09:00")
    agency.health.reports(reference, "เก็บขยะหน้าท่อหมดแล้ว").hears("ยังรอ กองช่าง")
    agency.until("2027-10-26 12:00")
    hears_now(agency.unit_head).hears(reference)
    agency.officer.reports(reference, "ลอกท่อยาว 40 เมตรแล้ว")
    agency.officer.says(f"/เสนอ {reference}").hears("เสนอหัวหน้าพิจารณาแล้ว")
    hears_now(agency.head).hears("ลอกท่อยาว 40 เมตร", "เก็บขยะหน้าท่อ").says(f"/ส่งกลับ {reference} ขอแผนกันซ้ำ")
    agency.health.reports(reference, "เก็บขยะทุกวันจันทร์")
    agency.officer.reports(reference, "ลอกท่อแล้ว ตั้งตะแกรงกันขยะ").says(f"/เสนอ {reference}")
    hears_now(agency.head).says(f"/อนุมัติ {reference}").hears("เห็นชอบแล้ว")
    hears_now(citizen).hears("ตั้งตะแกรงกันขยะ", "เก็บขยะทุกวันจันทร์")
    citizen.says(f"ยังไม่แก้ {reference}").hears("เปิดเรื่อง")
    agency.officer.says(f"/รับ {reference}")
    with world.db.reading() as session:
        owed = [row.recipient for row in handling.notices(session, world.case(reference).id) if row.done_at is None]
    assert owed == ["unit", "complainant"], "told anew when it ends again"
    assert world.case(reference).fiscal_year == 2570
    agency.until("2027-10-27 10:00")
    assert pulse(world) == [], "not closed, not asked"
    for officer, result in ((agency.health, "เก็บขยะแล้ว"), (agency.officer, "ยกฝาท่อ ลอกซ้ำทั้งซอย")):
        officer.reports(reference, result)
    agency.officer.says(f"/เสนอ {reference}")
    hears_now(agency.head).says(f"/อนุมัติ {reference}")
    hears_now(citizen).says(f"แก้แล้ว {reference}")
    agency.until("2027-10-27 19:00")
    assert times_asked(world) == 1
    agency.until("2027-11-07 19:00")
    hears_now(citizen).hears("1/3", "จะไม่ถามซ้ำอีก")
    assert pulse(world) == [("expired", [None])], "asked, reminded once, let go"


def pulse(world: World) -> list[tuple[str, list[str | None]]]:
    """Every survey's state, and what was answered in it."""
    with world.db.reading() as session:
        found = session.scalars(select(Survey).order_by(Survey.id)).all()
        return [(row.state, [one.answer for one in surveys.answers(session, row.id).values()]) for row in found]


def times_asked(world: World) -> int:
    """How often the clock asked anybody."""
    with world.db.reading() as session:
        asked = session.scalars(select(OutboxMessage.once).where(OutboxMessage.once.like("survey:%:ask"))).all()
    return len(asked)


def world_days(world: World, day: date, days: int) -> date:
    from handlers.services import Svc

    with world.db.reading() as session:
        return Svc(session, world.now, world.tools).hours.add_working_days(day, days)
