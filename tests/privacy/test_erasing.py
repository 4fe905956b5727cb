"""A person goes: nothing they said is left in any table, and every figure stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.forgetting import take_out
from bot.jobs import JOBS, JobContext
from handlers.reports import digest
from handlers.rules import periods
from handlers.services import Svc
from storage import history, holds, sending
from storage.tables import Case, DataRequest, InboxEvent, Message, OutboxMessage, RegisterLine, Survey
from storage.words import OutboxState, Role
from tests.flows.test_taken_back import deliver, places
from tests.world import BANGKOK, Dialogue, World

NAME, PHONE, DASHED = "ละม่อมเจ็ดแปด", "0891237654", "089-123-7654"
PLANTED = ("กระถินณรงค์", "สีฟ้าอมม่วง", "หลังศาลเจ้าพ่อ", "ใจดำ", "เป็ดน้ำ", "ไก่ชน", "คนขี่จักรยาน", PHONE, DASHED, NAME)


def erase(world: World, name: str, channel: str = "line") -> dict[str, int] | None:
    counts = take_out(world.db, world.tools, channel, name, world.now)
    return None if counts is None else dict(counts)


def figures(world: World) -> dict[str, Any]:
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        found = digest.figures(svc, "DEMO", periods.holding("week", svc.today, BANGKOK))
    return {name: value for name, value in found.items() if name not in ("spots", "chain")}


def chain_holds(world: World) -> bool:
    with world.db.transaction() as session:
        return history.verify(session).broken_at is None


def rows(world: World, table: Any) -> list[Any]:
    with world.db.reading() as session:
        return list(session.scalars(select(table).order_by(table.id)))


def file(citizen: Dialogue, text: str) -> str:
    return citizen.says(text).says("ส่งเรื่อง").reference


def a_life(world: World, officer: Dialogue, citizen: Dialogue) -> str:
    """Everything a person can leave behind: words, edits, a pin, a picture, a number, questions, answers, opinions."""
    reference = file(citizen, "ไฟถนนดับหน้าบ้านกระถินณรงค์ ซอย 5 ตรงเสาสีฟ้าอมม่วง หลังศาลเจ้าพ่อ")
    citizen.says(f"โทรกลับที่ {DASHED} นะคะ").says("เบอร์โทรของฉัน " + PHONE)
    citizen.sends_photo("photo-9", caption="รูปคนขี่จักรยานชนเสา").sends_place(16.82345, 100.26543)
    citizen.says("เพิ่มข้อมูล").says("เจ้าของร้านใจดำมาก").edits("เจ้าของร้านเลี้ยงเป็ดน้ำไว้ด้วย")
    officer.says(f"/ดู {reference}").says(f"/รับ {reference}")
    officer.says(f"/บันทึก {reference} คุยกับคุณ{NAME} แล้ว บ้านที่เลี้ยงไก่ชน โทร {PHONE}")
    officer.says(f"/ถาม {reference} เสาสีฟ้าอมม่วงใช่ไหม")
    citizen.says("ใช่ค่ะ เสาสีฟ้าอมม่วง")
    officer.says("/ค้น สีฟ้า").says("/คิว")
    deliver(world)
    return reference


def test_nothing_of_a_person_is_left(world: World, officer: Dialogue, intake: Dialogue, head: Dialogue) -> None:
    citizen, other = world.citizen("U-erased"), world.citizen("U-other")
    reference = a_life(world, officer, citizen)
    stays = file(other, "ขยะล้นหน้าตลาด ซอย 9")
    citizen.says("ขอสำเนาข้อมูล").says("แก้เบอร์")
    officer.reports(reference, "ซ่อมเสาสีฟ้าอมม่วงแล้ว").says(f"/ปิด {reference}")
    for word in PLANTED:
        assert places(world, word), f"{word} was never there: the test would prove nothing"
    before, n = figures(world), len(rows(world, Message))
    counts = erase(world, "U-erased")
    assert counts is not None
    assert counts["cases"] == 1
    assert counts["quoting_messages"] > 0
    for word in (*PLANTED, "U-erased", "16.82345"):
        assert places(world, word) == [], word
    assert figures(world) == before
    assert len(rows(world, Message)) >= n
    assert chain_holds(world)
    case = world.case(reference)
    assert (case.category, case.status) == ("EL", "resolved")
    assert world.case(stays).masked == "ขยะล้นหน้าตลาด ซอย 9"
    assert erase(world, "U-erased") is None
    officer.says(f"/ดู {reference}").hears(reference)


def test_who_writes_again_is_somebody_new(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    a_life(world, officer, citizen)
    erase(world, "U-erased")
    citizen.says("ติดตามเรื่อง").hears("ยังไม่มีเรื่องที่แจ้งจากบัญชีนี้")
    file(citizen, "ท่อน้ำแตกหน้าวัด ซอย 3")
    assert len({case.account_id for case in world.cases()}) == 2


def test_people_beside_them_keep_their_words(world: World, officer: Dialogue) -> None:
    first, second = world.citizen("U-first"), world.citizen("U-second")
    reference = file(first, "หลุมลึกหน้าวัดใหม่ ซอย 7 ข้างร้านป้าแดง")
    second.says("หลุมลึกหน้าวัดใหม่ ซอย 7 รถล้มเมื่อเช้า")
    joined = "ร่วม" in second.text
    if joined:
        second.taps(next(choice.label for choice in second.choices if "ร่วม" in choice.label))
        second.says(f"เพิ่มข้อมูล {reference}").says("มีคนขี่จักรยานล้มด้วย")
    deliver(world)
    assert joined
    assert places(world, "รถล้มเมื่อเช้า")
    before = figures(world)
    erase(world, "U-second")
    assert places(world, "รถล้มเมื่อเช้า") == []
    assert places(world, "คนขี่จักรยานล้ม") == []
    assert "ป้าแดง" in (world.case(reference).masked or "")
    assert figures(world) == before


def test_an_open_case_goes_on_without_them(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    reference = file(citizen, "ไฟถนนดับซอย 5 ตรงเสาสีฟ้าอมม่วง")
    officer.says(f"/รับ {reference}")
    deliver(world)
    erase(world, "U-erased")
    officer.listen().hears(reference, "ลบข้อมูลของผู้แจ้ง")
    officer.says(f"/แจ้ง {reference} กำลังไป").hears("ไม่มีแชต")
    officer.reports(reference, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {reference}")
    assert world.case(reference).status == "resolved"
    assert chain_holds(world)


def test_a_legal_hold_keeps_the_words_and_cuts_the_way_to_the_person(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    reference = file(citizen, "ไฟถนนดับซอย 5 ตรงเสาสีฟ้าอมม่วง")
    with world.db.transaction() as session:
        holds.put(session, world.case(reference).id, None, "คดีในศาล", world.now)
    counts = erase(world, "U-erased")
    assert counts is not None
    assert counts["cases_on_hold"] == 1
    case = world.case(reference)
    assert "สีฟ้าอมม่วง" in (case.masked or "")
    assert (case.conversation_id, case.secret) == (None, None)
    assert places(world, "U-erased") == []


def test_what_waits_for_others_goes_out_without_them(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    reference = file(citizen, "ไฟถนนดับซอย 5 ตรงเสาสีฟ้าอมม่วง")
    assert any(row.parts for row in rows(world, OutboxMessage))
    with world.db.transaction() as session:
        taken = sending.claim(session, "worker", world.now, limit=1000)
    erase(world, "U-erased")
    with world.db.transaction() as session:
        for message in taken:
            sending.settle(session, message.id, OutboxState.FAILED, world.now, error="away", again_at=world.now)
    assert places(world, "สีฟ้าอมม่วง") == []
    own = [row for row in rows(world, OutboxMessage) if row.channel == "line"]
    assert {row.state for row in own} == {OutboxState.TAKEN_BACK}
    assert officer.listen().hears(reference)


def test_events_nobody_has_worked_on_go_as_well(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    citizen.says("สวัสดีค่ะ").does(kind="text", text="บ้านกระถินณรงค์", work=False)
    erase(world, "U-erased")
    assert places(world, "กระถินณรงค์") == []
    assert {row.state for row in rows(world, InboxEvent)} == {"done"}
    assert world.work_off() == 0


def test_figures_told_and_lines_of_registers_lose_the_name(world: World, officer: Dialogue, head: Dialogue) -> None:
    place = "หน้าบ้านกระถินณรงค์"
    citizen = world.citizen("U-erased")
    first = file(citizen, f"ไฟถนนดับ {place} ซอย 5")
    for name in ("U-b", "U-c"):
        file(world.citizen(name), "หลุมลึกกลางถนน ซอย 11 ตลาดใหม่")
    with world.db.transaction() as session:
        svc = Svc(session, world.now, world.tools)
        week = periods.holding("week", svc.today, BANGKOK)
        row = digest.issue(svc, "DEMO", week)
        told = {**row.figures, "spots": [{"category": "EL", "place": place, "times": 3, "references": [first]}]}
        row.figures = told
        cells = {"name": f"แก้ไฟให้บ้านคุณกระถินณรงค์ โทร {PHONE}", "case": first}
        at = {"agency_code": "DEMO", "fiscal_year": 2570, "code": "1", "position": 0, "changed_at": world.now}
        session.add(RegisterLine(register="projects", cells=cells, **at))
    citizen.says(f"โทร {PHONE}")
    erase(world, "U-erased")
    assert places(world, place) == []
    assert places(world, PHONE) == []
    assert chain_holds(world)


def test_surveys_keep_their_points(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    reference = file(citizen, "ไฟถนนดับซอย 5")
    officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {reference}")
    citizen.listen()
    citizen.says(f"แก้แล้ว {reference}")
    world.delivers().passes(minutes=10)
    JOBS["surveys"](JobContext(world.db, world.tools, lambda: world.now), False)
    citizen.listen()
    for answer in ("ไม่พึงพอใจ", "ไม่พึงพอใจ", "ไม่พึงพอใจ", "อื่น ๆ", "ช่างใจดำเหลือเกินขับรถทับเป็ดน้ำ"):
        citizen.says(answer)
    citizen.edits("ช่างเหยียบไก่ชนของฉัน")
    deliver(world)
    assert places(world, "ไก่ชน")
    erase(world, "U-erased")
    for word in ("ใจดำ", "เป็ดน้ำ", "ไก่ชน"):
        assert places(world, word) == [], word
    assert all(row.account_id is None for row in rows(world, Survey))


def test_an_officers_part_goes_and_their_deeds_stay(world: World, officer: Dialogue) -> None:
    leaver = world.officer("T-leaver", Role.OFFICER, unit="ENG")
    citizen = world.citizen()
    reference = file(citizen, "ไฟถนนดับซอย 5")
    leaver.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {reference}")

    erase(world, "T-leaver", "telegram")
    assert places(world, "T-leaver") == []
    case = world.case(reference)
    assert (case.status, case.text is not None) == ("resolved", True)
    leaver.says("/คิว").hears_not(reference)
    with world.db.reading() as session:
        assert session.scalar(select(Case.officer_id)) is not None


def test_requests_keep_their_number(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    file(citizen, "ไฟถนนดับซอย 5")
    citizen.says("ลบข้อมูล").says("ยืนยันลบ")
    erase(world, "U-erased")
    (request,) = rows(world, DataRequest)
    assert request.number.startswith("D")
    assert (request.words, request.done_at is not None) == (None, True)


def test_a_tip_goes_like_everything_else(world: World, intake: Dialogue, head: Dialogue) -> None:
    citizen = world.citizen("U-erased")
    reference = file(citizen, "นายช่างเรียกรับเงินใต้โต๊ะ 5,000 บาท ที่ร้านมะขามเทศหวาน")
    assert world.case(reference).confidential
    intake.says(f"/เปิดเผย {reference} ประสานผู้ตรวจที่ร้านมะขามเทศหวาน")
    deliver(world)
    assert places(world, "มะขามเทศหวาน")
    before = figures(world)
    erase(world, "U-erased")
    assert places(world, "มะขามเทศหวาน") == []
    assert figures(world) == before
    assert chain_holds(world)
