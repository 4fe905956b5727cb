"""A case waits for the person: what they say next is heard as the answer it is, and not as another one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.jobs import JOBS, JobContext
from storage import conversations, messages, outbox, sending
from storage.words import OutboxState, Role, Status
from tests.world import Dialogue, Moments, World, hears_now

LIGHT = "ไฟถนนดับ ซอย 5"
ROAD = "ถนนหน้าโรงเรียนวัดใหม่เป็นหลุมลึกมาก"
NO_PHOTO = "ไม่มีรูปเพราะฝนตกหนักมากกล้องเปียก"


def told_of(world: World, text: str = LIGHT, name: str = "U1") -> tuple[Dialogue, str]:
    """Somebody whose case is filed and no longer new."""
    citizen = world.citizen(name).says(text).says("ส่งเรื่อง")
    reference = citizen.reference
    world.passes(minutes=40)
    return citizen, reference


def resolve(officer: Dialogue, reference: str, how: str = "") -> None:
    officer.says(f"/รับ {reference}").says(f"/ผล {reference} เปลี่ยนหลอดสามดวงที่ซอย 5 แล้ว {NO_PHOTO}")
    officer.says(f"/ปิด {reference} {how}".strip()).hears("ประชาชนจะเห็นว่า")


def resolved(world: World, officer: Dialogue, how: str = "") -> tuple[Dialogue, str]:
    """A citizen who was told the result and asked about it."""
    citizen, reference = told_of(world)
    resolve(officer, reference, how)
    hears_now(officer)
    hears_now(citizen)
    world.passes(hours=3)
    return citizen, reference


def asked(world: World, officer: Dialogue, question: str = "เสาหมายเลขอะไรครับ") -> tuple[Dialogue, str]:
    """A citizen who was asked something, a day ago."""
    citizen, reference = told_of(world)
    officer.says(f"/รับ {reference}").says(f"/ถาม {reference} {question}")
    hears_now(citizen).hears(question)
    world.passes(days=1)
    return citizen, reference


def visited(world: World, officer: Dialogue) -> tuple[Dialogue, str]:
    citizen, reference = told_of(world)
    officer.says(f"/รับ {reference}").says(f"/นัด {reference} พรุ่งนี้ 14.30")
    citizen.says("เรื่องของฉัน").hears("เวลา 14:30 น. ค่ะ")
    hears_now(officer)
    world.passes(minutes=40)
    return citizen, reference


Told = tuple[World, Dialogue, Dialogue, str]  # the officer, the citizen and the case


def after_a_result(world: World) -> Told:
    officer = world.officer("T1", Role.OFFICER, unit="ENG")
    return (world, officer, *resolved(world, officer))


def after_a_question(world: World) -> Told:
    officer = world.officer("T1", Role.OFFICER, unit="ENG")
    return (world, officer, *asked(world, officer))


def before_a_visit(world: World) -> Told:
    officer = world.officer("T1", Role.OFFICER, unit="ENG")
    return (world, officer, *visited(world, officer))


@pytest.fixture
def was_told_the_result(moments: Moments) -> Iterator[Told]:
    with moments.after(after_a_result) as moment:
        yield moment


@pytest.fixture
def was_asked(moments: Moments) -> Iterator[Told]:
    with moments.after(after_a_question) as moment:
        yield moment


@pytest.fixture
def has_a_visit(moments: Moments) -> Iterator[Told]:
    with moments.after(before_a_visit) as moment:
        yield moment


# --- is it mended? ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["ใครบอกว่าแก้แล้ว", "ไหนว่าแก้แล้วไง", "แก้แล้วแต่ดับอีก", "แก้แล้วหรือคะ", "แก้แล้วเหรอ", "ยังไม่เห็นแก้แล้วบอกว่าเสร็จ"],
)
def test_doubt_closes_nothing_and_is_asked_once_more(was_told_the_result: Told, text: str) -> None:
    world, officer, citizen, reference = was_told_the_result
    citizen.says(text).hears("แก้จริงแล้วหรือยัง")
    assert [choice.label for choice in citizen.choices] == [
        f"แก้แล้ว {reference}",
        f"แก้บางส่วน {reference}",
        f"ยังไม่แก้ {reference}",
    ]
    assert world.case(reference).status == Status.RESOLVED
    hears_now(officer).hears(reference, text)


@pytest.mark.parametrize(
    "text",
    [
        "แก้แล้ว",
        "ใช่",
        "ใช่ค่ะ",
        "👍",
        "เสร็จแล้วจ้า ขอบใจ",
        "ดีแล้วจ้ะ",
        "ใช้ได้แล้ว",
        "เรียบร้อยดีจ้ะ",
        "สว่างแล้ว",
        "ไฟติดแล้วจ้ะ ขอบใจมากลูก",
    ],
)
def test_a_plain_yes_closes_it(was_told_the_result: Told, text: str) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says(text).hears("ปิดเรื่อง", reference)
    assert (world.case(reference).status, world.case(reference).closed_how) == (Status.CLOSED, "confirmed")


@pytest.mark.parametrize(
    "text",
    ["ยังค่ะ หลอดกะพริบอยู่", "ยังดับอยู่เลย", "ยังไม่แก้เลยจ้ะ ไฟกะพริบ", "แก้แค่ดวงเดียว อีกดวงยังดับ", "มาแล้วแต่ยังไม่ติด", "ยังไม่มีใครมาเลย"],
)
def test_a_no_opens_it_again_and_the_unit_reads_why(was_told_the_result: Told, text: str) -> None:
    world, officer, citizen, reference = was_told_the_result
    citizen.says(text).hears("เปิดเรื่อง", "ใหม่แล้ว", "ภายใน")
    case = world.case(reference)
    assert case.status == Status.REOPENED
    assert text in (world.opened(case.text) or "")
    hears_now(officer).hears(reference, text)


@pytest.mark.parametrize("text", ["ไม่", "ยัง", "ยังจ้ะ", "ยังค่ะ", "ยังไม่แก้"])
def test_a_bare_no_opens_it_again(was_told_the_result: Told, text: str) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says(text).hears("เปิดเรื่อง", reference)
    assert world.case(reference).status == Status.REOPENED
    assert world.opened(world.case(reference).text) == LIGHT


def test_mended_in_part_is_a_button_and_the_unit_reads_it(was_told_the_result: Told) -> None:
    world, officer, citizen, reference = was_told_the_result
    citizen.says("โอเคจ้ะ").hears("ไม่ต้องรีบ").taps(f"แก้บางส่วน {reference}").hears("เปิดเรื่อง")
    assert world.case(reference).status == Status.REOPENED
    hears_now(officer).hears("แก้บางส่วน")


@pytest.mark.parametrize("text", ["ไม่แน่ใจ ต้องรอดูตอนกลางคืน", "ยังไม่ได้ไปดูเลย", "โอเคจ้ะ"])
def test_they_may_take_their_time(was_told_the_result: Told, text: str) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says(text).hears("ไม่ต้องรีบ")
    assert f"ยังไม่แก้ {reference}" in [choice.label for choice in citizen.choices]
    assert world.case(reference).status == Status.RESOLVED


def test_a_picture_a_pin_a_voice_or_a_question_goes_in_and_it_is_asked_once_more(was_told_the_result: Told) -> None:
    world, officer, citizen, reference = was_told_the_result
    for does in (citizen.sends_photo, citizen.sends_voice, citizen.sends_place):
        does().hears("แก้จริงแล้วหรือยัง", reference)
        hears_now(officer).hears("ส่งข้อมูลเพิ่ม")
    citizen.says("แล้วอีกสองดวงจะมาซ่อมเมื่อไหร่").hears("แก้จริงแล้วหรือยัง")
    hears_now(officer).hears("อีกสองดวง")
    assert [case.reference for case in world.cases()] == [reference]


def test_another_matter_is_another_matter_and_thanks_are_thanks(was_told_the_result: Told) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says("ขอบคุณค่ะ").hears("ยินดี")
    citizen.says("ขยะหน้าตลาดเหม็นมาก ไม่มีใครมาเก็บเป็นอาทิตย์แล้ว").hears("ตรวจอีกครั้ง").says("ส่งเรื่อง")
    citizen.says("ไฟถนนดับ ซอย 9").hears("ตรวจอีกครั้ง").says("ส่งเรื่อง")
    assert len(world.cases()) == 3
    assert world.case(reference).status == Status.RESOLVED


def test_an_explanation_is_understood_or_asked_about(world: World, officer: Dialogue) -> None:
    citizen, reference = resolved(world, officer, "ชี้แจง")
    citizen.says("แล้วต้องไปแจ้งใครล่ะ").hears("ชัดเจนหรือยัง", "กองช่าง")
    hears_now(officer).hears("ต้องไปแจ้งใคร")
    citizen.taps(f"เข้าใจแล้ว {reference}").hears("ปิดเรื่อง")
    second, other = told_of(world, ROAD, "U2")
    resolve(officer, other, "ชี้แจง")
    second.says("เข้าใจแล้วจ้ะ").hears("ปิดเรื่อง", other)
    fourth, fixed = told_of(world, "ฝาท่อหน้าโรงเรียนแตก", "U4")
    resolve(officer, fixed, "ชี้แจง")
    fourth.says("แก้แล้ว").hears("ปิดเรื่อง", fixed)
    third, last = told_of(world, "ท่อระบายน้ำตันหน้าตลาด น้ำท่วมขัง", "U3")
    resolve(officer, last, "ชี้แจง")
    third.says("ขอถามต่อ").hears("เปิดเรื่อง", last)


def test_after_thirty_days_nobody_waits_any_more(was_told_the_result: Told) -> None:
    world, _officer, citizen, reference = was_told_the_result
    world.passes(days=31)
    citizen.says("ใช่").hears_not("ปิดเรื่อง")
    assert world.case(reference).status == Status.RESOLVED


# --- an answer is no alarm --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("ยังค่ะ หลอดกะพริบอยู่", "ยังค่ะ", "ยังดับอยู่เลย", "อยู่หน้าวัด", "อยู่หน้าบ้าน", "หนูไม่รู้"),
        *("ยายไม่รู้เลขเสาจ้ะ อยู่หน้าวัด", "ไม่อยู่บ้าน", "หลุมอยู่หน้าประตูโรงเรียนเลยจ้ะ"),
    ],
)
def test_an_answer_of_a_few_words_is_no_emergency(was_asked: Told, text: str) -> None:
    world, officer, citizen, reference = was_asked
    citizen.says(text).hears_not("1669", "อันตราย")
    assert not world.case(reference).urgent
    assert len(world.cases()) == 1
    assert "อันตราย" not in hears_now(officer).text


@pytest.mark.parametrize("text", ["ทำไมนานจัง", "อยู่หน้าบ้าน", "ไม่อยู่บ้าน"])
def test_nor_while_a_visit_is_planned(world: World, officer: Dialogue, text: str) -> None:
    citizen, reference = told_of(world)
    officer.says(f"/รับ {reference}").says(f"/นัด {reference} พรุ่งนี้ 14.30")
    citizen.says(text).hears_not("1669", "อันตราย")
    assert len(world.cases()) == 1


@pytest.mark.parametrize("text", ["ไฟไหม้แล้ว", "สายไฟช็อตคนอยู่"])
def test_real_danger_interrupts_at_once(was_asked: Told, text: str) -> None:
    _world, _officer, citizen, _reference = was_asked
    citizen.says(text)
    assert "199" in citizen.first


@pytest.mark.parametrize("text", ["ไฟไหม้แล้ว", "สายไฟช็อตคนอยู่"])
def test_real_danger_interrupts_after_a_result_too(was_told_the_result: Told, text: str) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says(text)
    assert "199" in citizen.first
    assert world.case(reference).status == Status.RESOLVED


def test_a_reference_of_another_case_is_no_part_of_the_danger(was_told_the_result: Told) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says(f"แก้แล้ว {reference}").hears("ปิดเรื่อง")
    citizen.says("เสาไฟฟ้าล้มทับรถ มีคนเจ็บ หน้าวัดใหม่").hears("1669")
    citizen.says(f"เปิด {reference}").hears("เปิดเรื่อง", reference, "ใหม่แล้ว")
    assert world.case(reference).status == Status.REOPENED


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_a_number_means_the_buttons_of_the_notice_that_came_last(world: World, officer: Dialogue) -> None:
    citizen, reference = told_of(world)
    citizen.says("เรื่องของฉัน").hears(reference)
    resolve(officer, reference)
    hears_now(citizen).hears("แก้จริงตามที่แจ้งไหม")
    citizen.says("3").hears("เปิดเรื่อง", "ใหม่แล้ว")
    assert world.case(reference).status == Status.REOPENED
    resolve(officer, reference)
    world.passes(days=2)
    citizen.says("๑").hears("ปิดเรื่อง")
    assert world.case(reference).closed_how == "confirmed"


def test_a_number_still_means_what_was_answered_last(was_told_the_result: Told) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says("เมนู").hears("ทำอะไรดี").says("2").hears(reference)
    assert world.case(reference).status == Status.RESOLVED


def test_a_notice_that_was_sent_counts_as_well(world: World, officer: Dialogue) -> None:
    citizen, reference = told_of(world)
    citizen.says("เรื่องของฉัน").hears(reference)
    resolve(officer, reference)
    everything_is_sent(world)
    citizen.says("3").hears("เปิดเรื่อง", "ใหม่แล้ว")


def everything_is_sent(world: World, bubbles: dict[str, str] | None = None) -> None:
    """As the delivery would: sent, written down, and the words gone from the outbox. `bubbles`: ids by reference."""
    ids = {world.case(reference).id: name for reference, name in (bubbles or {}).items()}
    with world.db.transaction() as session:
        for one in sending.claim(session, "worker", world.now, 100):
            chat = conversations.by_lane(session, one.lane)
            assert chat is not None
            values = {"at": world.now, "outbox_id": one.id, "case_id": one.case_id}
            names = [ids[one.case_id]] if one.case_id in ids else []
            messages.add_out(session, chat, **values, texts=["…"], drawn=[], message_ids=names, mask=str)
            sending.settle(session, one.id, OutboxState.SENT, world.now)
    with world.db.reading() as session:
        waits = outbox.depth(session).get("queued")
    if waits:
        everything_is_sent(world, bubbles)


# --- confidential ----------------------------------------------------------------------------------------------------


def secretly(world: World, intake: Dialogue) -> tuple[Dialogue, str]:
    citizen = world.citizen().says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะค่าใบอนุญาต").says("ส่งเรื่อง")
    reference = citizen.reference
    world.passes(minutes=40)
    intake.says(f"/หมวด {reference} CR").says(f"/รับ {reference}")
    return citizen, reference


def test_a_confidential_question_is_read_where_the_number_is_typed(world: World, intake: Dialogue) -> None:
    citizen, reference = secretly(world, intake)
    intake.says(f"/ถาม {reference} วันไหนครับ")
    hears_now(citizen).hears("พิมพ์รหัสเพื่ออ่าน").hears_not("วันไหน")
    citizen.says(reference).hears("วันไหนครับ").hears_not("ใต้โต๊ะ")
    assert f"ไม่มีข้อมูล {reference}" in [choice.label for choice in citizen.choices]
    citizen.says(reference).hears("อ่านแล้ว").hears_not("วันไหนครับ")
    citizen.says("ไม่รู้วันจ้ะ น่าจะเดือนก่อน").hears("ได้รับคำตอบ")
    assert world.case(reference).status == Status.IN_PROGRESS


def test_news_that_rode_along_is_not_told_beside_what_it_tells_of(world: World, intake: Dialogue) -> None:
    citizen, reference = secretly(world, intake)
    intake.says(f"/เลื่อน {reference} 20 ม.ค. รอคำสั่งแต่งตั้งกรรมการ")
    citizen.says(reference).hears("รอคำสั่งแต่งตั้งกรรมการ").hears_not("พิมพ์รหัสเพื่ออ่าน")


def test_nobody_else_reads_it(world: World, intake: Dialogue) -> None:
    citizen, reference = secretly(world, intake)
    intake.says(f"/ถาม {reference} วันไหนครับ")
    world.citizen("U2").says(reference).hears("รหัสลับ").hears_not("วันไหน")
    citizen.says("เรื่องของฉัน").hears_not("วันไหน")


# --- which of them? --------------------------------------------------------------------------------------------------


def two_told(world: World) -> tuple[Dialogue, str, str]:
    citizen, first = told_of(world)
    _same, second = told_of(world, ROAD)
    return citizen, first, second


@pytest.mark.parametrize(("text", "label"), [("แก้แล้ว", "แก้แล้ว"), ("เรียบร้อยแล้ว", "แก้แล้ว"), ("ยังไม่แก้", "ยังไม่แก้")])
def test_two_results_and_a_bare_word_is_asked_which(world: World, officer: Dialogue, text: str, label: str) -> None:
    citizen, first, second = two_told(world)
    for reference in (first, second):
        resolve(officer, reference)
    hears_now(citizen).says(text).hears("หมายถึงเรื่องไหน")
    assert [choice.label for choice in citizen.choices] == [f"{label} {second}", f"{label} {first}"]
    citizen.taps(f"{label} {first}")
    assert world.case(first).status == (Status.CLOSED if label == "แก้แล้ว" else Status.REOPENED)
    assert world.case(second).status == Status.RESOLVED


def test_words_that_may_be_for_either_wait_until_it_is_said(world: World, officer: Dialogue) -> None:
    citizen, first, second = two_told(world)
    for reference in (first, second):
        resolve(officer, reference)
    hears_now(officer)
    citizen.says("ยังเหมือนเดิมอยู่เลยจ้ะลูก").taps(f"ยังไม่แก้ {second}").hears("เปิดเรื่อง", second)
    hears_now(officer).hears("ยังเหมือนเดิมอยู่เลย")
    assert "ยังเหมือนเดิม" in (world.opened(world.case(second).text) or "")


def test_a_clear_category_or_a_much_later_notice_says_which(world: World, officer: Dialogue) -> None:
    citizen, first, second = two_told(world)
    resolve(officer, first)
    resolve(officer, second)
    citizen.says("ไฟยังดับเหมือนเดิม").hears("เปิดเรื่อง", first)
    resolve(officer, first)
    world.passes(days=2)
    third = citizen.says("ท่อระบายน้ำตันหน้าตลาด น้ำท่วมขัง").says("ส่งเรื่อง").reference
    world.passes(days=1)
    resolve(officer, third)
    citizen.says("แก้แล้ว").hears("ปิดเรื่อง", third)


def test_two_questions(world: World, officer: Dialogue) -> None:
    citizen, first, second = two_told(world)
    for reference, question in ((first, "เสาไหนคะ"), (second, "หลุมกว้างเท่าไหร่")):
        officer.says(f"/รับ {reference}").says(f"/ถาม {reference} {question}")
    hears_now(citizen).says("กว้างเมตรนึงจ้ะ").hears("ตอบเรื่องไหน")
    assert [choice.label for choice in citizen.choices] == [second, first]
    citizen.taps(second).hears("ได้รับคำตอบ", second)
    assert (world.case(first).status, world.case(second).status) == (Status.NEED_INFO, Status.IN_PROGRESS)
    assert "กว้างเมตรนึง" in (world.opened(world.case(second).text) or "")
    citizen.sends_photo().hears("ได้รับคำตอบ", first)


# --- a visit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["สะดวกค่ะ", "ไม่สะดวกจ้ะ ไปหาหมอ", "เลื่อนเป็นวันศุกร์ได้ไหม", "ไม่อยู่บ้าน", "มาบ่ายได้ไหมลูก", "อยู่หน้าบ้าน"]
)
def test_whether_a_visit_suits_reaches_the_officer(has_a_visit: Told, text: str) -> None:
    world, officer, citizen, reference = has_a_visit
    citizen.says(text).hears("เรื่องนัด", reference)
    hears_now(officer).hears(reference, text)
    assert text in (world.opened(world.case(reference).text) or "")
    assert len(world.cases()) == 1


def test_the_buttons_of_a_visit(has_a_visit: Told) -> None:
    world, officer, citizen, reference = has_a_visit
    citizen.says(f"ไม่สะดวก {reference}").hears("เรื่องนัด")
    hears_now(officer).hears("ไม่สะดวก")
    world.passes(days=2)
    citizen.says(f"สะดวก {reference}").hears_not("เรื่องนัด")
    citizen.says("สะดวกค่ะ").hears_not("เรื่องนัด")


def test_the_notice_of_a_visit_has_buttons_within_twenty_letters(world: World, officer: Dialogue) -> None:
    citizen, reference = told_of(world)
    officer.says(f"/รับ {reference}").says(f"/นัด {reference} พรุ่งนี้ 14.30")
    citizen.says("ขอบคุณค่ะ")
    assert [choice.label for choice in citizen.choices] == [f"สะดวก {reference}", f"ไม่สะดวก {reference}"]


# --- ends ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["เปิด", "เปิดใหม่", "ไฟดับอีกแล้ว"])
def test_what_was_closed_and_comes_again_is_asked_about(was_told_the_result: Told, text: str) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says("แก้แล้ว").hears("ปิดเรื่อง")
    world.passes(days=20)
    citizen.says(text).hears("ปัญหาเดิม").taps(f"เปิด {reference}").hears("เปิดเรื่อง", "ใหม่แล้ว")
    assert world.case(reference).status == Status.REOPENED
    assert len(world.cases()) == 1


def test_or_it_is_a_new_matter(was_told_the_result: Told) -> None:
    world, _officer, citizen, reference = was_told_the_result
    citizen.says("แก้แล้ว")
    world.passes(days=20)
    citizen.says("ไฟดับอีกแล้ว").taps("เรื่องใหม่").hears("อยู่ตรงไหน").says("ซอย 9").hears("ไฟดับอีกแล้ว").says("ยกเลิก")
    assert world.case(reference).status == Status.CLOSED
    world.passes(days=20)
    citizen.says("ไฟดับอีกแล้ว").hears_not("ปัญหาเดิม")


@pytest.mark.parametrize("text", ["คนละเรื่อง", "คนละที่กัน", "ไม่ใช่เรื่องเดียวกันนะจ๊ะ"])
def test_a_merged_case_is_parted_by_a_bare_word(world: World, intake: Dialogue, text: str) -> None:
    _one, main = told_of(world, "ไฟทางมืดตรงปากซอย 6 สามดวง", "U3")
    citizen, reference = told_of(world, "ไฟถนนดับหน้าวัดใหม่ ซอย 6", "U4")
    intake.says(f"/รวม {reference} {main}")
    citizen.says(text).hears("แยก", reference).hears_not("รวมกับเรื่อง")
    assert world.case(reference).status == Status.SCREENING


def test_facts_bring_back_what_was_not_accepted(world: World, intake: Dialogue) -> None:
    citizen, reference = told_of(world, ROAD)
    intake.says(f"/ไม่รับ {reference} 3")
    hears_now(citizen)
    hears_now(intake)
    citizen.says("ทำไมไม่รับล่ะ").hears("ส่งคำถาม", reference)
    hears_now(intake).hears("ทำไมไม่รับล่ะ")
    assert world.case(reference).status == Status.NOT_ACCEPTED
    citizen.says("เข้าใจแล้วจ้ะ").hears("ยินดี")
    citizen.says("ส่งข้อมูลเพิ่ม").hears(reference).says("พอแล้ว")
    citizen.says("เรื่องนี้ไม่ได้อยู่ในศาลนะจ๊ะ").hears("ข้อมูลใหม่", reference)
    assert world.case(reference).status == Status.SCREENING
    citizen.says("หลุมอยู่หน้าประตูโรงเรียนเลยจ้ะ").hears_not("1669")


def test_the_late_answer_opens_what_was_put_aside(was_asked: Told) -> None:
    world, _officer, citizen, reference = was_asked
    for days in (2, 4, 11):
        world.passes(days=days)
        JOBS["reminders"](JobContext(world.db, world.tools, lambda: world.now), False)
    assert world.case(reference).closed_how == "no_answer"
    world.passes(days=9)
    citizen.says("เสา 14 จ้ะ อยู่หน้าวัด").hears("ได้รับข้อมูลแล้ว", reference)
    case = world.case(reference)
    assert case.status == Status.REOPENED
    assert "เสา 14" in (world.opened(case.text) or "")
    assert len(world.cases()) == 1


# --- no answers ------------------------------------------------------------------------------------------------------


def test_will_ask_is_no_answer_yet(was_asked: Told) -> None:
    world, officer, citizen, reference = was_asked
    hears_now(officer)
    citizen.says("เดี๋ยวถามหลานให้").hears("ไม่ต้องรีบ", "รอคำตอบ")
    assert world.case(reference).status == Status.NEED_INFO
    hears_now(officer).hears_nothing()
    citizen.taps(f"ไม่มีข้อมูล {reference}").hears("ไม่เป็นไร")
    assert world.case(reference).status == Status.IN_PROGRESS


@pytest.mark.parametrize("text", ["คืออะไร ไม่เข้าใจ", "เสาไหนจ๊ะ", "โทรหายายได้ไหม"])
def test_who_asks_back_is_heard_by_the_officer_and_we_wait(was_asked: Told, text: str) -> None:
    world, officer, citizen, reference = was_asked
    hears_now(officer)
    citizen.says(text).hears("กองช่าง", "ยังรอคำตอบ")
    assert world.case(reference).status == Status.NEED_INFO
    hears_now(officer).hears(text)
    citizen.says("ต้นที่สองจากปากซอย").hears("ได้รับคำตอบ", "กำหนดแล้วเสร็จ")


def test_the_reminder_has_the_buttons_of_the_question(was_asked: Told) -> None:
    world, _officer, citizen, reference = was_asked
    world.passes(days=2)
    JOBS["reminders"](JobContext(world.db, world.tools, lambda: world.now), False)
    hears_now(citizen).hears("ยังรอข้อมูล").taps(f"ไม่มีข้อมูล {reference}").hears("ไม่เป็นไร")


# --- what they read --------------------------------------------------------------------------------------------------


def test_the_reason_for_no_picture_is_for_those_who_check(world: World, officer: Dialogue) -> None:
    citizen, reference = told_of(world)
    resolve(officer, reference)
    hears_now(citizen).hears("เปลี่ยนหลอดสามดวง").hears_not("ไม่มีรูป", "กล้องเปียก")
    citizen.says(reference).hears("เปลี่ยนหลอดสามดวง").hears_not("กล้องเปียก")
    officer.says(f"/ดู {reference}").hears("กล้องเปียก")


def test_the_card_and_the_list(was_asked: Told) -> None:
    world, officer, citizen, reference = was_asked
    citizen.says(reference).hears("รอข้อมูลจากคุณ", "เสาหมายเลขอะไรครับ")
    citizen.says("ต้นที่สองจากปากซอย")
    citizen.says(reference).hears_not("เสาหมายเลขอะไรครับ")
    told_of(world, ROAD + " รถตกหลุมทุกวัน ฝนตกทีไรมองไม่เห็นหลุม")
    hears_now(citizen).says("เรื่องของฉัน").hears("…").hears_not("มองไม่เห็นหลุม")
    officer.says(f"/เลื่อน {reference} 20 ม.ค. รออะไหล่จากกรุงเทพ")
    citizen.says("ขอบคุณค่ะ").hears("ต้องขอเลื่อนกำหนด ขออภัย").taps(f"เร่งเรื่อง {reference}").hears("ส่งคำขอเร่ง")


def test_words_beside_the_number_or_below_the_bubble_are_an_answer_too(was_told_the_result: Told) -> None:
    world, officer, citizen, reference = was_told_the_result
    citizen.says(f"{reference} ยังดับอยู่เลยลูก").hears("เปิดเรื่อง", reference)
    assert "ยังดับอยู่" in (world.opened(world.case(reference).text) or "")
    resolve(officer, reference)
    hears_now(citizen)
    citizen.says(f"{reference} เป็นยังไงบ้าง").hears("แจ้งผลแล้ว")
    assert world.case(reference).status == Status.RESOLVED


def test_of_two_the_quoted_bubble_says_which(world: World, officer: Dialogue) -> None:
    citizen, first, second = two_told(world)
    for reference in (first, second):
        resolve(officer, reference)
    everything_is_sent(world, {first: "bubble-1", second: "bubble-2"})
    citizen.quotes("bubble-1", "แก้แล้วจ้ะ").hears("ปิดเรื่อง", first)
    citizen.quotes("bubble-2", "ยังจ้ะ").hears("เปิดเรื่อง", second)


def test_a_confidential_result_is_read_and_answered(world: World, intake: Dialogue) -> None:
    head = world.officer("T3", Role.HEAD)
    citizen, reference = secretly(world, intake)
    intake.says(f"/ผล {reference} ตั้งกรรมการสอบข้อเท็จจริงแล้ว ผลคือมีมูล").says(f"/เสนอ {reference} เห็นควรลงโทษ")
    head.says(f"/อนุมัติ {reference} ชี้แจง")
    hears_now(citizen).hears("พิมพ์รหัสเพื่ออ่าน").hears_not("มีมูล")
    citizen.says(reference).hears("ผลคือมีมูล").taps(f"เข้าใจแล้ว {reference}").hears("ปิดเรื่อง")
    assert world.case(reference).closed_how == "confirmed"
