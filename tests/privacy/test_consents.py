"""What people are asked beside their matter, once and never in the way: may their name go along, and what ails them?"""

from __future__ import annotations

import pytest

from handlers.reports import letters
from handlers.services import Svc
from nlp import mask
from storage import consents, exports
from storage import letters as letters_kept
from storage.words import Role
from tests.world import Dialogue, World, hears_now

PHONE = "0891237654"
ONE_ENGINE = pytest.mark.parametrize("db", ["sqlite"], indirect=True)  # how words are heard
ILL = "ควันเผาขยะเข้าบ้าน ซอย 5 ทุกเย็น ลูกเป็นหอบหืด ขอให้ไปตักเตือน"


@pytest.fixture
def intake(world: World) -> Dialogue:
    return world.officer("T-intake", Role.INTAKE, unit="OFFICE")


def file(citizen: Dialogue, text: str = "ไฟถนนดับซอย 5 ตรงเสาสีฟ้าอมม่วง", phone: str = PHONE) -> str:
    reference = citizen.says(text).says("ส่งเรื่อง").reference
    if phone:
        citizen.says(f"โทร {phone}")
    return reference


def forward(intake: Dialogue, reference: str) -> Dialogue:
    return intake.says(f"/ส่งต่อ {reference} แขวงทางหลวง เป็นถนนของแขวง")


def letter(world: World, intake: Dialogue, reference: str) -> str:
    """The letter to the other agency as whoever may read everything opens it now."""
    intake.says(f"/หนังสือ {reference} หนังสือส่งต่อหน่วยงานอื่น")
    with world.db.reading() as session:
        svc, case = Svc(session, world.now, world.tools), world.case(reference)
        row = letters_kept.newest(session, case.id, "refer")
        assert row is not None
        return "\n".join(letters.paper(svc, case, row, open_=True).body)


def exported(world: World, reference: str, masked: bool = False) -> list[str]:
    """The words of a case, and of its messages, as both exports give them."""
    with world.db.reading() as session:
        zone, tools = world.tools.zone, world.tools
        rows = exports.cases(session, zone, masked, lambda _case: False, tools.mask, mask.veil)
        told = [row["text"] for row in rows if row["reference"] == reference]
        found = exports.messages(session, zone, masked, lambda _channel, _body: "", mask.veil)
        return [*told, *(row["text"] or "" for row in found if row["direction"] == "in")]


# --- a case goes elsewhere -------------------------------------------------------------------------------------------


def test_who_it_is_goes_along_only_where_they_say_so(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    reference = file(citizen)
    forward(intake, reference).hears("ส่งต่อแขวงทางหลวง", "ถามผู้แจ้งแล้ว")
    hears_now(citizen).hears("ส่งหนังสือต่อให้แล้ว", "ส่งชื่อและเบอร์โทรของคุณไปให้แขวงทางหลวง", "ไม่ให้ก็ได้")
    assert [choice.label for choice in citizen.choices] == [f"ส่งชื่อได้ {reference}", f"ไม่ส่งชื่อ {reference}"]
    assert PHONE not in (silent := letter(world, intake, reference))  # silence is no
    assert "มิได้ยินยอม" in silent
    intake.says(f"/ดู {reference}").hears("ส่งชื่อและเบอร์ไปที่อื่น: ถามแล้ว ยังไม่ตอบ")
    citizen.taps(f"ส่งชื่อได้ {reference}").hears("เราจะส่งชื่อและเบอร์โทรของคุณไปด้วย")
    hears_now(intake).hears("ผู้แจ้งให้ส่งชื่อและเบอร์")
    assert PHONE in letter(world, intake, reference)
    intake.says(f"/ดู {reference}").hears("ส่งชื่อและเบอร์ไปที่อื่น: ให้")


@ONE_ENGINE
@pytest.mark.parametrize(("said", "goes"), [("ได้", True), ("ส่งได้เลยค่ะ", True), ("ไม่", False), ("ไม่ให้ส่ง", False)])
def test_bare_words_answer_too(world: World, intake: Dialogue, said: str, goes: bool) -> None:
    citizen = world.citizen()
    reference = file(citizen)
    forward(intake, reference)
    citizen.says(said).hears(reference, "ส่งชื่อและเบอร์โทรของคุณ")
    assert (PHONE in letter(world, intake, reference)) is goes


@ONE_ENGINE
def test_a_polite_word_gives_no_name_away(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    reference = file(citizen)
    forward(intake, reference)
    citizen.says("ขอบคุณค่ะ").says("ค่ะ")
    assert PHONE not in letter(world, intake, reference)


@ONE_ENGINE
def test_nothing_is_asked_where_there_is_nothing_to_send(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    reference = file(citizen, phone="")
    forward(intake, reference).hears_not("ถามผู้แจ้ง")
    hears_now(citizen).hears("ส่งหนังสือต่อให้แล้ว").hears_not("ส่งชื่อและเบอร์")
    assert citizen.choices == []


@ONE_ENGINE
def test_a_secret_reporter_is_neither_asked_nor_named(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    head = world.officer("T-head", Role.HEAD)
    citizen.says("แจ้งทุจริต").says("ผู้รับเหมาจ่ายใต้โต๊ะเจ้าหน้าที่ค่าถนนซอย 5 โทรหาผม 0891237654").says("เท่านี้")
    (case,) = world.cases()
    for person in (intake, head):
        person.says(f"/ส่งต่อ {case.reference} ป.ป.ช. อยู่ในอำนาจ")
    hears_now(citizen).hears_not("ส่งชื่อ")
    with world.db.reading() as session:
        assert not consents.stands(session, case, "identity")


@ONE_ENGINE
def test_what_was_agreed_to_for_all_is_not_for_a_secret(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    file(citizen)
    citizen.says("ยินยอมส่งต่อชื่อ")
    citizen.says("แจ้งทุจริต").says("ผู้รับเหมาจ่ายใต้โต๊ะเจ้าหน้าที่ค่าถนนซอย 5 โทรหาผม 0891237654").says("เท่านี้")
    (secret,) = (case for case in world.cases() if case.confidential)
    world.officer("T-head", Role.HEAD).says(f"/ส่งต่อ {secret.reference} ป.ป.ช. อยู่ในอำนาจ").hears_not("ยินยอมไว้")
    with world.db.reading() as session:
        assert "identity" in consents.given(session, secret.account_id)
        assert not consents.stands(session, secret, "identity")


def test_what_was_given_before_goes_along_and_can_be_stopped(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    reference = file(citizen)
    citizen.says("ยินยอมส่งต่อชื่อ")
    forward(intake, reference).hears("ผู้แจ้งยินยอมไว้")
    hears_now(citizen).hears("ตามที่คุณเคยอนุญาตไว้")
    assert PHONE in letter(world, intake, reference)
    citizen.taps(f"ไม่ส่งชื่อ {reference}")
    assert PHONE not in letter(world, intake, reference)


def test_a_yes_is_for_one_place(world: World, intake: Dialogue) -> None:
    """Sent on to somebody else later, they are asked anew."""
    citizen = world.citizen()
    reference = file(citizen)
    forward(intake, reference)
    citizen.says("ได้")
    other = file(citizen, "ไฟถนนดับหน้าวัดหลวง ซอย 7")
    forward(intake, other)
    assert PHONE not in letter(world, intake, other)
    hears_now(citizen).hears("ให้เราส่งชื่อและเบอร์โทร")


@ONE_ENGINE
def test_nobody_answers_for_another(world: World, intake: Dialogue) -> None:
    reference = file(world.citizen())
    forward(intake, reference)
    world.citizen("U-other").says(f"ส่งชื่อได้ {reference}").hears_not("ขอบคุณ")
    assert PHONE not in letter(world, intake, reference)


# --- what ails them --------------------------------------------------------------------------------------------------


def test_an_illness_is_asked_about_after_filing_and_shown_to_nobody_else(world: World) -> None:
    officer = world.officer("T-health", Role.OFFICER, unit="HEALTH")
    citizen = world.citizen()
    citizen.says(ILL).says("ส่งเรื่อง").hears("รับเรื่อง", "ขอถามอีกข้อเดียว", "ไม่ตอบก็ได้")
    (case,) = world.cases()  # it is filed whatever they answer
    assert citizen.card.reference == case.reference
    assert "หอบหืด" not in (case.masked or "")
    hears_now(officer).hears(case.reference).hears_not("หอบหืด")
    officer.says(f"/ดู {case.reference}").hears("หอบหืด", "ข้อมูลอ่อนไหว: ถามแล้ว ยังไม่ตอบ")  # whose work it is
    assert not any("หอบหืด" in text for text in exported(world, case.reference))
    citizen.taps(f"ให้ใช้ได้ {case.reference}").hears("ใช้ส่วนนี้ได้")
    assert all("หอบหืด" in text for text in exported(world, case.reference)[:1])
    assert not any("หอบหืด" in text for text in exported(world, case.reference, masked=True))
    citizen.says("ความยินยอม").hears("✓ เก็บข้อมูลอ่อนไหว", case.reference).taps("ถอนข้อมูลอ่อนไหว")
    assert not any("หอบหืด" in text for text in exported(world, case.reference))
    officer.says(f"/ดู {case.reference}").hears("ข้อมูลอ่อนไหว: ถอนแล้ว")


def test_it_goes_to_another_agency_only_with_its_own_consent(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    reference = file(citizen, ILL)
    forward(intake, reference)
    hears_now(citizen).taps(f"ส่งชื่อได้ {reference}")
    assert "หอบหืด" not in (named := letter(world, intake, reference))
    assert PHONE in named
    citizen.says(f"ให้ใช้ได้ {reference}")
    assert "หอบหืด" in letter(world, intake, reference)


@ONE_ENGINE
@pytest.mark.parametrize(("said", "given"), [("ได้", True), ("ไม่ให้", False), ("ไม่", False)])
def test_bare_words_right_after_the_question_answer_it(world: World, said: str, given: bool) -> None:
    citizen = world.citizen()
    citizen.says(ILL).says("ส่งเรื่อง").says(said).hears("ส่วนนี้")
    (case,) = world.cases()
    with world.db.reading() as session:
        assert consents.stands(session, case, "sensitive") is given


@ONE_ENGINE
def test_who_goes_on_talking_has_not_agreed_and_is_not_asked_again(world: World) -> None:
    citizen = world.citizen()
    citizen.says(ILL).says("ส่งเรื่อง").says("ขยะล้นหน้าตลาด ซอย 9").hears_not("ขอถามอีกข้อ").says("ส่งเรื่อง")
    citizen.hears_not("ขอถามอีกข้อ")
    first, second = sorted(world.cases(), key=lambda case: case.id)
    with world.db.reading() as session:
        assert not consents.stands(session, first, "sensitive")
        assert consents.answer(session, second.id, "sensitive") == ""


@ONE_ENGINE
@pytest.mark.parametrize("begins", ["แจ้งปัญหา", "ยกเลิก {code}"])
def test_a_yes_to_another_question_is_no_consent(world: World, begins: str) -> None:
    citizen = world.citizen()
    reference = citizen.says(ILL).says("ส่งเรื่อง").reference
    citizen.says(begins.format(code=reference)).says("ได้").hears_not("ใช้ส่วนนี้ได้")
    with world.db.reading() as session:
        assert not consents.stands(session, world.case(reference), "sensitive")


@ONE_ENGINE
def test_danger_after_a_forward_is_no_answer(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    forward(intake, file(citizen))
    citizen.says("ไฟไหม้บ้าน").hears("199")


@ONE_ENGINE
def test_danger_is_never_kept_waiting_nor_hidden_from_help(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    citizen.says("ไฟไหม้บ้าน ซอย 5 แม่ป่วยติดเตียงติดอยู่ข้างใน ช่วยด้วย").hears("199").hears_not("ขอถามอีกข้อ")
    hears_now(intake).hears("ติดเตียง")


def test_all_is_taken_back_at_once(world: World, intake: Dialogue) -> None:
    citizen = world.citizen()
    reference = file(citizen)
    forward(intake, reference)
    citizen.says("ได้")
    hears_now(intake)
    citizen.says("ถอนความยินยอม")
    hears_now(intake).hears("ถอนความยินยอมส่งชื่อและเบอร์")
    assert PHONE not in letter(world, intake, reference)
    citizen.says("ความยินยอม").hears("– ส่งชื่อและเบอร์")
