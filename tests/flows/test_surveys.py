"""What people think of the service, asked after a closing: in a quiet moment, seldom, never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.commands import suit_passers_by
from bot.jobs import JOBS, JobContext
from handlers import texts
from handlers.actions import surveying
from handlers.reports import links
from handlers.services import Svc
from handlers.texts import heard
from handlers.ways import running
from storage import cases, surveys
from storage.tables import Conversation, OutboxMessage, Survey, SurveyAnswer, SurveyPerson
from storage.words import Role, Status
from tests.world import BANGKOK, Dialogue, Moments, World, at, hears_now

MONDAY = "2027-03-29 10:00"
VERY, FAIR, POOR = "พึงพอใจมาก", "พึงพอใจ", "ไม่พึงพอใจ"


def strikes(world: World, moment: str = "", dry_run: bool = False) -> dict[str, int]:
    """The clock strikes; what was put out before has arrived."""
    world.delivers()
    if moment:
        world.now = at(moment)
    counts = JOBS["surveys"](JobContext(world.db, world.tools, lambda: world.now), dry_run)
    return {name: count for name, count in counts.items() if count}


class Office:
    """One officer of the works department, who mends what is told."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.now = at(MONDAY)
        self.officer = world.officer("T1", Role.OFFICER, unit="ENG")

    def mends(self, citizen: Dialogue, text: str = "ไฟถนนดับซอย 5", mended: str = "แก้แล้ว") -> str:
        """From telling to closing; the citizen's chat is then silent."""
        reference = citizen.says(text).says("ส่งเรื่อง").reference
        self.officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดใหม่และทดสอบแล้ว").says(f"/ปิด {reference}")
        hears_now(citizen)
        if mended:
            citizen.says(f"{mended} {reference}")
        return reference


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def asked(world: World, office: Office, name: str = "U1", channel: str = "telegram") -> tuple[Dialogue, str]:
    """A citizen whose lamp was mended, and who was asked a quarter of an hour later."""
    citizen = world.citizen(name, channel)
    reference = office.mends(citizen)
    world.passes(minutes=15)
    assert strikes(world)["asked"] == 1
    return hears_now(citizen).hears("1/3", reference), reference


Asked = tuple[World, Office, Dialogue, str]


def after_asking(world: World) -> Asked:
    """The moment most of these tests begin with."""
    office = Office(world)
    return (world, office, *asked(world, office))


@pytest.fixture
def was_asked(moments: Moments) -> Iterator[Asked]:
    with moments.after(after_asking) as moment:
        yield moment


def answers(world: World) -> dict[str, str | None]:
    with world.db.reading() as session:
        rows = session.scalars(select(SurveyAnswer).where(SurveyAnswer.answered_at.is_not(None)))
        return {row.item: row.answer for row in rows}


def rows(world: World) -> list[Survey]:
    with world.db.reading() as session:
        return list(session.scalars(select(Survey).order_by(Survey.id)))


def states(world: World) -> list[str]:
    return [row.state for row in rows(world)]


# --- the pulse -------------------------------------------------------------------------------------------------------


def test_three_taps_after_a_closing(was_asked: Asked) -> None:
    world, _office, citizen, reference = was_asked
    citizen.hears(reference, "ไฟถนนดับซอย 5", "แจ้งเมื่อ จ. 29 มี.ค. 70", "พอใจกับการแก้ไขเรื่องนี้แค่ไหนคะ")
    assert [choice.label for choice in citizen.choices] == [VERY, FAIR, POOR, "ข้าม", "ไม่สะดวก"]
    citizen.taps(VERY).hears("2/3").taps(FAIR).hears("3/3").taps("ยังไม่ได้คุย").hears("ข้อเสนอแนะถึงเทศบาลตัวอย่าง")
    assert answers(world) == {"P.overall": "very_satisfied", "P.speed": "satisfied", "P.officer": None}
    citizen.taps("ข้าม").hears("ขอบคุณมาก")
    assert [choice.label for choice in citizen.choices] == ["อีก 5 ข้อ", "ทำแบบเต็ม", "พอแล้ว", "กลุ่มของฉัน"]
    citizen.taps("พอแล้ว").hears("ขอบคุณมาก").hears_not("คำตอบ")
    assert states(world) == ["done"]
    assert strikes(world, "2027-05-30 10:00") == {}, "asked once, and never again"
    hears_now(citizen).hears_nothing()
    assert len(world.cases()) == 1


@pytest.mark.parametrize("typed", [("1", "2", "3"), ("๑", "๒", "๓"), ("พอใจมากค่ะ", "พอใจ", "ไม่พอใจเลย")])
def test_typed_answers(was_asked: Asked, typed: tuple[str, str, str]) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.says(typed[0]).hears("2/3").says(typed[1]).hears("3/3").says(typed[2]).hears("ขอโทษที่ยังไม่ดีพอ")
    assert list(answers(world).values()) == ["very_satisfied", "satisfied", "dissatisfied"]


def test_a_number_means_the_survey_not_the_case_behind_it(world: World, office: Office) -> None:
    """The result's own buttons stand just before: typing 1 must not open the case again."""
    citizen = world.citizen("U1", "telegram")
    reference = office.mends(citizen, mended="")
    world.delivers()
    world.now = at("2027-04-05 12:00")
    JOBS["reminders"](JobContext(world.db, world.tools, lambda: world.now), False)
    assert world.case(reference).closed_how == "silence"
    strikes(world, "2027-04-05 12:10")
    citizen.says("1").hears("2/3")
    assert world.case(reference).status == Status.CLOSED


def test_what_lies_between_is_not_guessed(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.says("เฉยๆ").hears("ขอคำตอบเป็น 3 ระดับ", "1/3")
    assert answers(world) == {}
    citizen.says("2").hears("2/3")
    assert len(world.cases()) == 1


@pytest.mark.parametrize(
    ("typed", "point"),
    [
        ("พอใจจ้ะลูก", "satisfied"),
        ("ก็พอใจ", "satisfied"),
        ("พอใจ ขอบใจนะลูก", "satisfied"),
        ("พึงพอใจ มาก ๆ ค่ะ", "very_satisfied"),
        ("พอใจมากเลยลูก", "very_satisfied"),
        ("พอใจมากค่ะ ขอบคุณเจ้าหน้าที่", "very_satisfied"),
        ("ดีมากเลยลูก", "very_satisfied"),
        ("ระดับ 1", "very_satisfied"),
        ("3 ค่ะ", "dissatisfied"),
        ("แย่มาก", "dissatisfied"),
    ],
)
def test_as_old_people_say_it(was_asked: Asked, typed: str, point: str) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.says(typed).hears("2/3")
    assert answers(world) == {"P.overall": point}


@pytest.mark.parametrize(
    "typed", ["ก็ดีนะลูก", "ช้าไปหน่อย", "พูดไม่ดีเลย", "เร็วดี", "ก็พอใจอยู่", "10/10", "อ่านไม่ออก", "ตอบยังไง", "พอใจ แต่ช้า"]
)
def test_clumsy_words_are_no_matter_of_their_own(was_asked: Asked, typed: str) -> None:
    """Nothing in them could be worked on: a draft or a case of them would only bewilder."""
    world, _office, citizen, _reference = was_asked
    citizen.says(typed).hears("ขอคำตอบเป็น 3 ระดับ", "1/3").says("3").hears("2/3")
    assert answers(world) == {"P.overall": "dissatisfied"}
    assert len(world.cases()) == 1


def test_a_sticker_asks_again_and_a_number_is_still_the_answer(was_asked: Asked) -> None:
    _world, _office, citizen, _reference = was_asked
    citizen.sends_sticker("ok").hears("1/3").sends_sticker("happy").hears_not("1/3").says("พอใจ").hears("2/3")


@pytest.mark.parametrize("typed", ["ยังไม่ได้แก้เลย", "ยังดับอยู่", "ไฟยังไม่ติดเลย", "แก้แล้วก็ดับอีก"])
def test_still_broken_is_one_tap_from_being_looked_at_again(was_asked: Asked, typed: str) -> None:
    world, _office, citizen, reference = was_asked
    citizen.says(typed).hears("ถ้ายังไม่ได้แก้จริง", "1/3")
    bubble = {choice.label: choice.says for choice in citizen.choices}
    citizen.says("3").hears("2/3")  # a number is a point of the scale, not the button below it
    citizen.says(bubble[f"เปิด {reference}"]).hears("เปิดเรื่อง")
    assert world.case(reference).status == Status.REOPENED
    assert answers(world) == {"P.overall": "dissatisfied"}


@pytest.mark.parametrize("typed", ["ไม่สะดวกตอบ", "ยังไม่ว่างค่ะ", "ไม่อยากตอบ"])
def test_declined_in_other_words(was_asked: Asked, typed: str) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.says(typed).hears("ไม่เป็นไร")
    assert states(world) == ["declined"]


@pytest.mark.parametrize("words", ["ขอบคุณค่ะ", "ok", "โอเค", "ดีค่ะ", "👍"])
def test_thanks_after_closing_neither_answer_nor_reopen(was_asked: Asked, words: str) -> None:
    world, _office, citizen, reference = was_asked
    citizen.says(words)
    assert answers(world) == {}
    assert world.case(reference).status == Status.CLOSED
    assert len(world.cases()) == 1
    citizen.says("พอใจมาก").hears("2/3")


def test_declined(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.taps("ไม่สะดวก").hears("ไม่เป็นไร")
    assert states(world) == ["declined"]
    assert strikes(world, "2027-04-20 10:00") == {}


def test_why_and_words_reach_the_unit(was_asked: Asked) -> None:
    world, office, citizen, reference = was_asked
    hears_now(office.officer)
    citizen.taps(FAIR).taps(POOR).taps(FAIR).hears("ขอโทษที่ยังไม่ดีพอ")
    assert [choice.label for choice in citizen.choices] == ["ช้า", "ไม่แจ้งผล", "แก้ไม่ตรงจุด", "การพูดจา", "ข้าม"]
    citizen.says("รอนานมาก โทรตาม 081-234-5678 ก็ไม่มีใครรับ").hears("ข้อเสนอแนะ")
    told = hears_now(office.officer).hears(reference, "ยังไม่พึงพอใจ", "รอนานมาก")
    assert "081-234-5678" not in told.text
    citizen.says("อยากให้โทรบอกก่อนมา").hears("ขอบคุณมาก")
    [survey] = rows(world)
    with world.db.reading() as session:
        survey = surveys.get(session, survey.id) or survey
        assert dict(surveys.words_of(session, survey)).keys() == {"why", "open"}
    assert survey.why == "other"
    assert "081-234-5678" not in (survey.masked or "")
    assert len(world.cases()) == 1


def test_words_of_the_satisfied_are_kept_but_alarm_nobody(was_asked: Asked) -> None:
    world, office, citizen, _reference = was_asked
    citizen.taps(VERY).taps(VERY).taps(VERY).says("ทำงานไวมาก ขอให้รักษาไว้")
    hears_now(office.officer)
    assert "ทำงานไวมาก" not in office.officer.text
    assert "ทำงานไวมาก" in (rows(world)[0].masked or "")


def test_not_mended_is_one_tap_from_being_looked_at_again(was_asked: Asked) -> None:
    world, _office, citizen, reference = was_asked
    citizen.taps(POOR).taps(FAIR).taps(FAIR).taps("แก้ไม่ตรงจุด").hears("ถ้ายังไม่ได้แก้จริง")
    citizen.taps(f"เปิด {reference}").hears("เปิดเรื่อง")
    assert world.case(reference).status == Status.REOPENED
    citizen.says("ยังมืดอยู่ตรงเสาที่สาม")
    assert "เสาที่สาม" not in (rows(world)[0].masked or ""), "what they tell now is of the case"


def test_free_words_are_an_answer_for_a_while_only(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.taps(POOR).taps(FAIR).taps(FAIR).hears("ขอโทษที่ยังไม่ดีพอ")
    world.passes(hours=3)
    citizen.says("มีเรื่องอยากเล่าให้ฟังหน่อย")
    assert rows(world)[0].words is None


def test_words_that_say_not_mended_offer_it_too(was_asked: Asked) -> None:
    _world, _office, citizen, reference = was_asked
    citizen.taps(POOR).taps(FAIR).taps(FAIR).says("ไฟยังดับเหมือนเดิมเลย").hears(f"เปิด {reference}")


def test_an_unsent_answer_is_gone(was_asked: Asked) -> None:
    world, office, citizen, reference = was_asked
    citizen.taps(POOR).taps(FAIR).taps(FAIR).says("ช่างชื่อสมปองพูดไม่ดี").unsends()
    assert rows(world)[0].words is None
    assert rows(world)[0].masked is None
    hears_now(office.officer.says(f"/ดู {reference}")).hears_not("สมปอง")


def test_an_edited_answer_changes(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.taps(POOR).taps(FAIR).taps(FAIR).says("มาช้ามากเลย").edits("มาช้าไปสองวัน")
    assert rows(world)[0].masked == "มาช้าไปสองวัน"


# --- who is asked ----------------------------------------------------------------------------------------------------


def test_not_those_who_joined(world: World, office: Office) -> None:
    first, second = world.citizen("U1", "telegram"), world.citizen("U2", "telegram")
    reference = first.says("ไฟถนนดับซอย 5").says("ส่งเรื่อง").reference
    second.says("ไฟถนนดับซอย 5").says("ร่วมแจ้ง").hears("ร่วมแจ้ง")
    office.officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนหลอดแล้ว").says(f"/ปิด {reference}")
    first.says(f"แก้แล้ว {reference}")
    hears_now(second)
    assert strikes(world, "2027-03-29 11:00") == {"due": 1, "asked": 1}
    assert "1/3" not in hears_now(second).text


@pytest.mark.parametrize(
    "text",
    ["เจ้าหน้าที่เรียกเงินใต้โต๊ะห้าพันตอนขอใบอนุญาต", "ขอชมเจ้าหน้าที่กองช่าง บริการดีมาก"],
)
def test_never_of_a_tip_or_of_praise(world: World, office: Office, text: str) -> None:
    citizen = world.citizen("U1", "telegram").says(text).says("ส่งเรื่อง")
    [case] = world.cases()
    closes(world, case.reference, "confirmed")
    assert strikes(world, "2027-03-29 12:00") == {}
    hears_now(citizen).hears_not("1/3")


def closes(world: World, reference: str, how: str) -> None:
    """What the end of a case writes, whatever its kind."""

    with world.db.transaction() as session:
        case = cases.by_reference(session, reference, lock=True)
        assert case is not None
        case.status, case.closed_at, case.closed_how, case.resolved_at = Status.CLOSED, world.now, how, world.now
        surveying.want(Svc(session, world.now, world.tools), case)


@pytest.mark.parametrize(("how", "wanted"), [("no_answer", 0), ("silence", 1), ("confirmed", 1), ("officer", 1)])
def test_only_after_a_real_closing(world: World, office: Office, how: str, wanted: int) -> None:
    reference = world.citizen("U1", "telegram").says("ไฟถนนดับซอย 5").says("ส่งเรื่อง").reference
    closes(world, reference, how)
    closes(world, reference, how)
    assert len(rows(world)) == wanted, "written down once"


def test_of_danger_only_who_said_that_it_is_over(world: World, office: Office) -> None:
    reference = world.citizen("U1", "telegram").says("ไฟไหม้บ้านในซอย 5 คนติดอยู่ข้างใน").says("ซอย 5 ข้างวัด").reference
    closes(world, reference, "silence")
    assert rows(world) == []
    closes(world, reference, "confirmed")
    assert len(rows(world)) == 1


def test_not_without_a_chat(world: World, office: Office) -> None:
    reference = world.citizen("U1", "telegram").says("ไฟถนนดับซอย 5").says("ส่งเรื่อง").reference

    with world.db.transaction() as session:
        case = cases.by_reference(session, reference, lock=True)
        assert case is not None
        case.conversation_id = None
    closes(world, reference, "silence")
    assert rows(world) == []


def test_withdrawn_is_not_asked(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram").says("ไฟถนนดับซอย 5").says("ส่งเรื่อง")
    citizen.says(f"ยกเลิก {citizen.reference}").taps("ยืนยันยกเลิก")
    assert rows(world) == []


def test_twice_a_month_at_most(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    for number, moment in enumerate(["2027-03-29", "2027-04-01", "2027-04-08", "2027-05-03"], 5):
        world.now = at(f"{moment} 10:00")
        office.mends(citizen, f"ไฟถนนดับซอย {number}")
        strikes(world, f"{moment} 10:30")
        if "1/3" in hears_now(citizen).text:
            citizen.taps(VERY).taps(VERY).taps(VERY).taps("ข้าม")
    assert states(world) == ["done", "done", "expired", "done"]


# --- when ------------------------------------------------------------------------------------------------------------


def test_waits_for_silence(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    office.mends(citizen)
    assert strikes(world) == {}
    world.passes(minutes=4)
    citizen.says("ขอบคุณค่ะ")
    world.passes(minutes=2)
    assert strikes(world, dry_run=True) == {"due": 1, "waiting": 1}
    assert strikes(world) == {"due": 1, "waiting": 1}
    hears_now(citizen).hears_not("1/3")
    world.passes(minutes=6)
    assert strikes(world, dry_run=True) == {"due": 1, "asked": 1}
    assert strikes(world) == {"due": 1, "asked": 1}
    assert strikes(world) == {}, "twice is once"


def test_in_the_demo_a_passer_by_is_asked_at_the_next_wake_up(world: World) -> None:
    with world.db.transaction() as session:
        suit_passers_by(session)
        assert Svc(session, world.now, world.tools).limits["survey_remind_days"] == 3, "the other limits stay"
    office, citizen = Office(world), world.citizen("U1", "web")
    reference = citizen.says("ไฟถนนดับซอย 5").says("ส่งเรื่อง").reference
    office.officer.says(f"/รับ {reference}").says(f"/ผล {reference} เปลี่ยนหลอดใหม่แล้ว").says(f"/ปิด {reference}")
    hears_now(citizen).says(f"แก้แล้ว {reference}")
    world.passes(seconds=10)
    assert strikes(world) == {"due": 1, "asked": 1}
    hears_now(citizen).hears("1/3")


def test_not_at_night(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    world.now = at("2027-03-29 19:58")
    office.mends(citizen)
    assert strikes(world, "2027-03-29 20:04") == {"due": 1, "waiting": 1}
    assert strikes(world, "2027-03-30 07:59") == {}
    assert strikes(world, "2027-03-30 08:01") == {"due": 1, "asked": 1}


def test_never_into_a_draft(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    office.mends(citizen)
    citizen.says("น้ำไม่ไหลตั้งแต่เช้า")
    world.passes(hours=2)
    assert strikes(world)["waiting"] == 1
    citizen.says("ซอย 9").says("ส่งเรื่อง")
    world.passes(minutes=10)
    assert strikes(world)["asked"] == 1


def test_not_while_we_wait_for_another_answer(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    office.mends(citizen)
    citizen.says("ลบข้อมูลของฉัน").hears("ยืนยันขอลบไหม")
    world.passes(minutes=10)
    assert strikes(world)["waiting"] == 1
    citizen.says("ไม่ลบ")
    world.passes(minutes=10)
    assert strikes(world)["asked"] == 1


def test_not_while_a_question_is_on_its_way(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    office.mends(citizen)
    other = citizen.says("น้ำท่วมซอย 7").says("ส่งเรื่อง").reference
    world.delivers().passes(minutes=10)
    office.officer.says(f"/รับ {other}").says(f"/ถาม {other} ลึกเท่าไร")
    counts = JOBS["surveys"](JobContext(world.db, world.tools, lambda: world.now), False)
    assert counts["waiting"] == 1
    world.passes(minutes=10)
    assert strikes(world)["asked"] == 1


def test_whoever_cannot_be_reached_is_not_asked(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    office.mends(citizen)
    citizen.does(kind="unfollow")
    assert strikes(world, "2027-03-29 12:00") == {"due": 1, "expired": 1}


def test_reopened_before_it_was_asked(world: World, office: Office) -> None:
    citizen = world.citizen("U1", "telegram")
    reference = office.mends(citizen)
    citizen.says(f"ยังไม่แก้ {reference}")
    assert strikes(world, "2027-03-29 12:00") == {"due": 1, "expired": 1}
    office.officer.says(f"/รับ {reference}").reports(reference, "เปลี่ยนสายไฟใหม่ทั้งเส้น").says(f"/ปิด {reference}")
    hears_now(citizen).says(f"แก้แล้ว {reference}")
    assert strikes(world, "2027-03-29 14:00") == {"due": 1, "asked": 1}, "another closing is another question"


def test_reopened_after_it_was_asked(was_asked: Asked) -> None:
    world, _office, citizen, reference = was_asked
    bubble = citizen.choices
    citizen.says(f"ยังไม่แก้ {reference}").hears("เปิดเรื่อง")
    citizen.says(bubble[0].says).hears("จะขอความเห็นอีกครั้ง")
    assert answers(world) == {}
    assert states(world) == ["expired"]


def test_one_reminder_then_let_go(was_asked: Asked) -> None:
    world, _office, citizen, reference = was_asked
    assert strikes(world, "2027-04-01 10:00") == {}
    assert strikes(world, "2027-04-01 10:20") == {"due": 1, "reminded": 1}
    hears_now(citizen).hears(reference, "1/3", "จะไม่ถามซ้ำอีก")
    assert strikes(world, "2027-04-08 10:00") == {}
    old = citizen.choices[0].says
    assert strikes(world, "2027-04-08 10:25") == {"due": 1, "expired": 1}
    hears_now(citizen).hears_nothing()
    citizen.says(old).hears("ปิดรับคำตอบแล้ว")
    assert answers(world) == {}


def test_whoever_stops_is_reminded_of_the_rest(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.taps(VERY).hears("2/3")
    assert strikes(world, "2027-04-02 11:00") == {"due": 1, "reminded": 1}
    hears_now(citizen).hears("2/3").hears_not("1/3").taps(FAIR).hears("3/3")
    assert strikes(world, "2027-04-09 12:00") == {"due": 1, "expired": 1}
    assert len(answers(world)) == 2, "what was answered counts"


def test_a_bubble_days_old_still_works(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    first = {choice.label: choice.says for choice in citizen.choices}
    citizen.says("สวัสดีค่ะ").says("ขอเบอร์")
    world.passes(days=2)
    citizen.says(first[VERY]).hears("2/3")
    second = {choice.label: choice.says for choice in citizen.choices}
    citizen.says(first[POOR]).hears("2/3")
    assert answers(world) == {"P.overall": "dissatisfied"}, "they thought better of it"
    citizen.says(second[FAIR]).hears("3/3")


def test_somebody_elses_button_does_nothing(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    world.citizen("U9", "telegram").says(citizen.choices[0].says).hears_not("2/3")
    assert answers(world) == {}


# --- everything else works as always ---------------------------------------------------------------------------------


def test_danger_comes_first(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.taps(POOR).taps(FAIR).taps(FAIR).says("ไฟไหม้บ้านในซอย 9 คนติดอยู่ข้างใน").hears("199")
    assert rows(world)[0].words is None


@pytest.mark.parametrize("step", [0, 3, 4])
def test_a_complaint_is_a_complaint(was_asked: Asked, step: int) -> None:
    """At a scale, at "why?", at the open question: another trouble is no answer."""
    world, _office, citizen, _reference = was_asked
    for tap in [POOR, FAIR, FAIR, "ช้า"][:step]:
        citizen.taps(tap)
    citizen.says("น้ำท่วมขังหน้าตลาดสดมาสามวันแล้ว ระบายไม่ออก").says("ส่งเรื่อง").hears("รับเรื่อง")
    assert len(world.cases()) == 2
    assert rows(world)[0].words is None
    if step == 0:
        citizen.says("พอใจมาก").hears("2/3")


def test_an_accusation_is_no_remark_for_the_unit(was_asked: Asked) -> None:
    world, office, citizen, _reference = was_asked
    citizen.taps(POOR).taps(FAIR).taps(FAIR).says("ช่างที่มาเรียกเงินใต้โต๊ะสองพันถึงจะซ่อมให้").hears("ลับ")
    assert rows(world)[0].words is None
    hears_now(office.officer).hears_not("เรียกเงิน")


@pytest.mark.parametrize(("words", "answer"), [("เมนู", "ทำอะไรดี"), ("เรื่องของฉัน", "ปิดเรื่องแล้ว"), ("เบอร์ฉุกเฉิน", "191")])
def test_words_that_work_everywhere(was_asked: Asked, words: str, answer: str) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.says(words).hears(answer)
    assert answers(world) == {}
    citizen.says("ไม่พอใจ").hears("2/3")


def test_cancel_means_the_survey(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.says("ยกเลิก").hears("ไม่เป็นไร")
    assert states(world) == ["declined"]


def test_skip_said_of_something_else_skips_nothing(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.says("ถนนเป็นหลุมใหญ่มาก").says("ข้าม")
    assert answers(world) == {}


def test_a_tap_inside_a_draft_is_noted_and_the_draft_goes_on(was_asked: Asked) -> None:
    _world, _office, citizen, _reference = was_asked
    bubble = {choice.label: choice.says for choice in citizen.choices}
    citizen.says("น้ำท่วมขังหน้าตลาดสด").says(bubble[VERY]).hears("บันทึกคำตอบแล้ว", "เรื่องที่เริ่มไว้ยังอยู่").hears_not("2/3")
    citizen.says("ส่งเรื่อง").hears("รับเรื่อง")
    citizen.says("ประเมิน").hears("2/3")


def test_an_officer_who_is_asked(world: World, office: Office) -> None:
    """Officers are citizens too: commands work as always."""
    other = world.officer("T7", Role.OFFICER, unit="HEALTH")
    office.mends(other)
    strikes(world, "2027-03-29 11:00")
    hears_now(other).hears("1/3").says("/คิว").hears_not("2/3")
    other.says("พอใจมาก").hears("2/3")


# --- more, by their own wish -----------------------------------------------------------------------------------------


def test_five_items_of_five_aspects(was_asked: Asked) -> None:
    world, _office, citizen, _reference = was_asked
    citizen.taps(VERY).taps(VERY).taps(VERY).taps("ข้าม").taps("อีก 5 ข้อ")
    for number in range(1, 6):
        citizen.hears(f"ข้อ {number}/5").taps("ไม่เกี่ยวข้อง" if number == 2 else FAIR)
    citizen.hears("ข้อเสนอแนะ").taps("ข้าม").hears("ขอบคุณมาก")
    assert not citizen.choices, "nothing more is offered"
    row = rows(world)[1]
    assert (row.source, row.case_id, row.state) == ("wish", None, "done")
    with world.db.reading() as session:
        known = surveys.items(session)
        assert [known[code].aspect for code in row.items] == list(surveys.aspects(session))
    assert [answers(world)[code] for code in row.items] == ["satisfied", None, "satisfied", "satisfied", "satisfied"]


def test_over_a_month_every_item_has_its_turn(world: World) -> None:
    """The least answered come first: S1 needs as many rounds as its longest aspect (4), S2 too (8)."""
    for number in range(12):
        citizen = world.citizen(f"U{number}", "telegram").says("ประเมิน").hears("5 ข้อ").taps("5 ข้อ")
        for _item in range(5):
            citizen.taps(FAIR)
    with world.db.reading() as session:
        every = {code for code, item in surveys.items(session).items() if item.form != surveys.PULSE}
    assert every == set(answers(world))
    assert len(every) == 44


def test_five_items_may_be_too_many(world: World) -> None:
    citizen = world.citizen("U1", "telegram").says("ประเมิน").says("1").hears("ข้อ 1/5").taps(FAIR).says("พอแล้วค่ะ")
    citizen.hears("คำตอบที่ให้ไว้ยังอยู่").says("สวัสดีค่ะ").hears_not("ข้อ 2/5").says("ขอประเมิน").hears("ทำต่อ", "ข้อ 2/5")


def test_a_whole_form_with_a_pause(world: World) -> None:
    citizen = world.citizen("U1", "telegram").says("แบบสอบถาม").taps("ทำแบบเต็ม").hears("17 ข้อ", "ข้อ 1/17")
    citizen.taps(VERY).taps(FAIR).hears("ข้อ 3/17").taps("พอแล้ว").hears("พิมพ์ “ประเมิน”")
    world.passes(days=3)
    citizen.says("ประเมิน").hears("ทำต่อ", "ข้อ 3/17")
    for _item in range(3, 18):
        citizen.taps(FAIR)
    citizen.hears("เพศ").taps("หญิง").hears("อายุ").says("51 ปีขึ้นไป").hears("การศึกษา").taps("ข้าม").hears("อาชีพ")
    citizen.taps("อื่น ๆ").hears("ข้อเสนอแนะ").says("อยากให้เปิดวันเสาร์").hears("ขอบคุณมาก")
    assert len(answers(world)) == 17
    with world.db.reading() as session:
        [person] = session.scalars(select(SurveyPerson)).all()
        assert person.said == {"sex": "female", "age": "over_50", "job": "other"}
        assert {column.name for column in SurveyPerson.__table__.columns} == {
            "id",
            "agency_code",
            "form",
            "month",
            "said",
        }
    assert rows(world)[0].masked == "อยากให้เปิดวันเสาร์"
    assert world.cases() == []


def test_a_whole_form_can_be_filled_in_on_a_page(world: World) -> None:

    world.tools = replace(world.tools, page_link=lambda path: f"https://pratu.example{path}")
    citizen = world.citizen("U1", "telegram").says("ทำแบบเต็ม").hears("บนเว็บ")
    [link] = [choice.send for choice in citizen.choices if choice.opens == "link"]

    token = link.removeprefix("https://pratu.example/survey/")
    with world.db.reading() as session:
        assert links.opened(Svc(session, at("2026-12-23 10:00"), world.tools), "survey", token) == (
            str(rows(world)[0].id),
        )


# --- the job ---------------------------------------------------------------------------------------------------------


def test_one_bad_row_keeps_nobody_else_waiting(world: World, office: Office) -> None:
    first, second = world.citizen("U1", "telegram"), world.citizen("U2", "telegram")
    office.mends(first)
    office.mends(second, "ไฟถนนดับซอย 8")
    with world.db.transaction() as session:
        row = session.scalars(select(Survey).order_by(Survey.id)).first()
        assert row is not None
        row.items = []
    world.passes(minutes=10)
    assert strikes(world) == {"due": 2, "failed": 1, "asked": 1}
    hears_now(second).hears("1/3")


def test_every_question_is_put_out_once(world: World, office: Office) -> None:
    """Whatever they do meanwhile, for three weeks of clock strikes: one question, one reminder, none into a draft."""
    citizen = world.citizen("U1", "telegram")
    office.mends(citizen)
    said = ["ขอบคุณค่ะ", "น้ำท่วมซอย 3", "ส่งเรื่อง", "พอใจ", "เมนู", "ถนนเป็นหลุม", "ยกเลิก", "ไม่มี"]
    for hour in range(0, 21 * 24, 5):
        world.now = at("2027-03-29 11:00")
        world.passes(hours=hour)
        before = drafting(world)
        counts = strikes(world)
        assert not (before and ("asked" in counts or "reminded" in counts))
        if hour % 35 == 0:
            citizen.says(said[hour // 35 % len(said)])
    with world.db.reading() as session:
        once = session.scalars(select(OutboxMessage.once).where(OutboxMessage.once.like("survey:%"))).all()
    [survey] = rows(world)
    first, again = f"survey:{survey.id}:ask", f"survey:{survey.id}:remind"
    assert sorted(str(one) for one in once) in ([first], [first, again])


def drafting(world: World) -> bool:

    with world.db.reading() as session:
        return session.scalar(select(Conversation.id).where(Conversation.draft_at.is_not(None))) is not None


def test_what_a_chat_waits_for_is_known_to_the_clock() -> None:
    """A new step of a conversation must be named where surveys look for it."""

    assert set(running.STEPS) - {surveying.STATE} <= surveying.ASKING | surveying.TELLING


def test_what_a_tap_says_is_understood() -> None:

    says = texts.Texts("female", BANGKOK).word("survey.says", id=12, number=3, label="แก้ไม่ตรงจุด")
    assert heard.rated(says) == (12, 3, "แก้ไม่ตรงจุด")
    assert heard.rated("ประเมิน") is None
    for point in surveys.SCALE:
        assert heard.scale(texts.Texts("female", BANGKOK).word(f"scale.{point}")) == point
