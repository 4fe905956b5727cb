"""What people ask about their own data, in the chat: a number, a date, an officer's answer, and it is done."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from bot.forgetting import carry_out
from bot.pages import papers
from handlers import access, texts
from handlers.actions import privacy
from handlers.messages import Document
from handlers.reports import own_data
from handlers.services import Svc
from storage import consents, data_requests, people
from storage.tables import Account, Agency, Case, DataRequest
from storage.words import Role
from tests.flows.test_taken_back import deliver, places
from tests.world import Dialogue, World, hears_now

NUMBER = "D69-0001"


@pytest.fixture
def coordinator(world: World) -> Dialogue:
    return world.officer("T5", Role.COORDINATOR)


def file(citizen: Dialogue, text: str = "ไฟถนนดับซอย 5 ตรงเสาสีฟ้าอมม่วง") -> str:
    reference = citizen.says(text).says("ส่งเรื่อง").reference
    citizen.says("โทร 0891237654")
    return reference


def request(world: World, number: str = NUMBER) -> DataRequest:
    with world.db.reading() as session:
        found = session.scalars(select(DataRequest).where(DataRequest.number == number)).first()
    assert found is not None
    return found


def test_ones_data_are_shown_with_all_one_may_ask(world: World) -> None:
    citizen = world.citizen()
    file(citizen)
    citizen.says("ข้อมูลของฉัน").hears("เรื่องที่แจ้ง 1 เรื่อง", "089-xxx-7654", "ความยินยอม: ไม่มี", "คำขอที่รอ: ไม่มี")
    labels = {choice.label for choice in citizen.choices}
    assert labels >= {"ขอสำเนาข้อมูล", "แก้ข้อมูล", "ลบข้อมูลของฉัน", "จำกัดการใช้ข้อมูล", "ความยินยอม"}


def test_a_copy_comes_at_once_as_two_files(world: World, officer: Dialogue) -> None:
    citizen = world.citizen("U-own", channel="telegram")
    reference = file(citizen)
    officer.says(f"/รับ {reference}").says(f"/บันทึก {reference} ความลับของเจ้าหน้าที่")
    file(world.citizen("U-other"), "ขยะล้นหน้าตลาด ซอย 9")
    citizen.says("ข้อมูลของฉัน").taps("ขอสำเนาข้อมูล")
    files = [part for part in citizen.parts if isinstance(part, Document)]
    assert [file.name for file in files] == [f"{NUMBER}.txt", f"{NUMBER}.json"]
    draw = papers.drawer(world.db, world.tools, lambda: world.now, lambda _digest: None)
    readable, data = (draw(file.token) or b"" for file in files)
    held = json.loads(data)
    assert [case["reference"] for case in held["cases"]] == [reference]
    assert held["account"]["user_id"] == "U-own"
    for content in (readable.decode("utf-8-sig"), data.decode()):
        assert "สีฟ้าอมม่วง" in content
        assert "0891237654" in content
        assert "ความลับของเจ้าหน้าที่" not in content
        assert "ตลาด" not in content
    assert "รหัสเรื่อง: " + reference in readable.decode("utf-8-sig")
    assert request(world).outcome == "done"


def test_a_copys_link_ends_after_a_day_and_with_the_person(world: World) -> None:
    citizen = world.citizen(channel="telegram")
    file(citizen)
    citizen.says("ขอสำเนาข้อมูล")
    token = next(part.token for part in citizen.parts if isinstance(part, Document))
    with world.db.reading() as session:
        assert own_data.opened(Svc(session, world.now, world.tools), token)[0] == "txt"
        with pytest.raises(access.NotFound):
            own_data.opened(Svc(session, world.now, world.tools), token.replace(".txt.", ".json."))
        world.passes(days=1)
        with pytest.raises(access.NotFound):
            own_data.opened(Svc(session, world.now, world.tools), token)


def test_without_a_public_address_an_officer_hands_the_copy_over(world: World, coordinator: Dialogue) -> None:
    citizen = world.citizen()  # LINE takes no files, and there is no page to link to
    file(citizen)
    citizen.says("ขอสำเนาข้อมูล").hears(NUMBER, "ภายใน")
    hears_now(coordinator).hears(NUMBER, "ขอสำเนา")
    coordinator.says(f"/คำขอ {NUMBER} ทำแล้ว ส่งทางไปรษณีย์แล้ว").hears("บันทึกแล้ว")
    hears_now(citizen).hears(NUMBER, "ส่งทางไปรษณีย์แล้ว", "สำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล")


def test_an_erasure_is_approved_told_and_then_done_by_the_clock(world: World, coordinator: Dialogue) -> None:
    citizen = world.citizen("U-gone")
    reference = file(citizen)
    citizen.says("ลบข้อมูลของฉัน").taps("ยืนยันลบ")
    citizen.hears(NUMBER)
    assert request(world).due_on.isoformat() == "2026-12-24"
    coordinator.says("/คำขอ").hears(NUMBER, "ขอลบ").taps(f"/คำขอ {NUMBER}")
    coordinator.hears(reference, "ลบทั้งหมด").taps(f"/คำขอ {NUMBER} ทำแล้ว")
    hears_now(citizen).hears(NUMBER, "เก็บตามระเบียบโดยไม่มีชื่อ")
    assert carry_out(world.db, world.tools, world.now, False) == {"approved": 0, "erased": 0}  # the answer goes first
    deliver(world)
    world.passes(minutes=11)
    assert carry_out(world.db, world.tools, world.now, True) == {"approved": 1, "erased": 0}
    assert carry_out(world.db, world.tools, world.now, False) == {"approved": 1, "erased": 1}
    assert places(world, "0891237654") == []
    assert places(world, "U-gone") == []
    case = world.case(reference)
    assert "สีฟ้าอมม่วง" in (world.opened(case.text) or "")  # the records law keeps the matter, not the person
    assert (case.contact, case.conversation_id) == (None, None)
    assert carry_out(world.db, world.tools, world.now, False) == {"approved": 0, "erased": 0}
    coordinator.says(f"/คำขอ {NUMBER} ทำแล้ว").hears("ตัดสินไปแล้ว")


def test_where_no_law_keeps_it_every_word_goes(world: World, coordinator: Dialogue) -> None:
    citizen = world.citizen("U-gone")
    reference = file(citizen)
    citizen.says("ลบข้อมูลของฉัน").taps("ยืนยันลบ")
    coordinator.says(f"/คำขอ {NUMBER} ลบทั้งหมด")
    deliver(world)
    world.passes(minutes=11)
    carry_out(world.db, world.tools, world.now, False)
    assert places(world, "สีฟ้าอมม่วง") == []
    assert world.case(reference).status == "assigned"


def test_a_refusal_needs_a_reason_and_is_told(world: World, coordinator: Dialogue) -> None:
    citizen = world.citizen()
    file(citizen)
    citizen.says("แก้ข้อมูล").hears("ส่วนไหน").says("ชื่อถนนผิด ต้องเป็นถนนสายเอเชีย").hears(NUMBER)
    coordinator.says(f"/คำขอ {NUMBER}").hears("สายเอเชีย")
    coordinator.says(f"/คำขอ {NUMBER} ไม่ทำ").hears("เหตุผล")
    coordinator.says(f"/คำขอ {NUMBER} ไม่ทำ ข้อมูลถูกต้องแล้ว").hears("บันทึกว่าไม่ทำ")
    hears_now(citizen).hears("ข้อมูลถูกต้องแล้ว", "ร้องเรียนได้ที่สำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล")
    assert request(world).outcome == "refused"


def test_requests_are_for_those_who_keep_data_and_never_for_groups(world: World, officer: Dialogue) -> None:
    citizen = world.citizen()
    file(citizen)
    citizen.says("จำกัดการใช้ข้อมูล").hears(NUMBER)
    officer.says(f"/คำขอ {NUMBER}").hears("เป็นของ").hears_not("ขอเมื่อ")
    citizen.says(f"/คำขอ {NUMBER}").hears_not("ขอเมื่อ")


def test_who_restricts_is_no_lesson_and_hears_no_news(world: World) -> None:
    citizen = world.citizen()
    file(citizen)
    citizen.says("รับข่าวสาร").says("คัดค้าน").hears(NUMBER)
    citizen.says("ข้อมูลของฉัน").hears("ความยินยอม: ไม่มี", f"คำขอที่รอ: {NUMBER}")
    with world.db.reading() as session:
        account = session.scalar(select(Case.account_id))
        assert account is not None
        assert data_requests.is_limited(session, account)


def test_each_consent_is_given_and_taken_back_by_one_tap(world: World) -> None:
    citizen = world.citizen()
    file(citizen)
    citizen.says("ความยินยอม").hears("– เผยแพร่รูป").taps("ยินยอมเผยแพร่")
    citizen.hears("รับความยินยอมแล้ว").taps("ความยินยอม")
    citizen.hears("✓ เผยแพร่รูป", "– ส่งชื่อและเบอร์").taps("ถอนเผยแพร่")
    citizen.hears("ถอนแล้ว").says("ความยินยอม").hears("– เผยแพร่รูป")
    citizen.taps("ยินยอมข้อมูลอ่อนไหว").says("ถอนความยินยอม").hears(NUMBER)
    with world.db.reading() as session:
        account = session.scalar(select(Case.account_id))
        assert account is not None
        assert consents.given(session, account) == set()
        assert [row.notice for row in consents.all_of(session, account)] == ["1", "1"]


def test_a_consent_names_the_agencys_own_notice(world: World) -> None:
    said = {"texts": {"notice.short": "เทศบาลเก็บเรื่องของคุณ{abroad} พิมพ์ “ข้อมูลของฉัน” ได้"}}
    with world.db.transaction() as session:
        home = session.get_one(Agency, "DEMO")
        home.settings = {**home.settings, **said}
        session.known.clear()
    citizen = world.citizen()
    file(citizen)
    citizen.says("ความยินยอม").taps("ยินยอมเผยแพร่")
    with world.db.reading() as session:
        svc = Svc(session, world.now, world.tools)
        account = people.account(session, session.scalar(select(Case.account_id)) or 0)
        assert account is not None
        (row,) = consents.all_of(session, account.id)
        assert row.notice == account.notice_version == privacy.version(svc) != "1"


def test_a_new_notice_is_shown_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    citizen = world.citizen()
    file(citizen)
    citizen.says("ท่อน้ำแตกหน้าวัด ซอย 3").hears_not("ขอแจ้งก่อนเริ่ม").says("ยกเลิก")
    newer = {**texts.load(), "notice.version": {"text": "2"}}
    monkeypatch.setattr(texts, "load", lambda: newer)
    citizen.says("ขยะล้นหน้าตลาด ซอย 9").hears("ฉบับใหม่", "ขอแจ้งก่อนเริ่ม").says("ยกเลิก")
    citizen.says("หมาจรจัดกัดคนหน้าโรงเรียน ซอย 2").hears_not("ขอแจ้งก่อนเริ่ม")
    with world.db.reading() as session:
        account = people.account(session, session.scalar(select(Account.id).order_by(Account.id)) or 0)
    assert account is not None
    assert account.notice_version == "2"
