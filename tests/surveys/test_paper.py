"""Paper forms typed in one after another, and an address for everybody: who, when, by which channel; nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from bot.pages.survey import POLLS_AN_HOUR
from storage import people
from storage.tables import Membership
from storage.words import Role
from tests.surveys.browser import Browser
from tests.surveys.conftest import Town
from tests.world import BANGKOK, Dialogue, at


@pytest.fixture
def officer(town: Town) -> Dialogue:
    return town.world.officer("สมร", Role.OFFICER, unit="OFFICE")


def person_of(town: Town) -> int:
    with town.world.db.reading() as session:
        return people.posts_in(session, "DEMO", date(2026, 11, 24))[0].person_id


def test_the_command_gives_both_addresses(town: Town, officer: Dialogue) -> None:
    officer.says("/แบบสำรวจ").hears("S1", "แบบสำรวจ/แบบสอบถามความคิดเห็น")
    links = {choice.label: choice.send for choice in officer.choices if choice.opens == "link"}
    page = town.browser.opens(links["พิมพ์แบบกระดาษ"])
    assert "ผู้บันทึก: สมร" in page.text
    assert "S1.1.1" in page.form.fields
    poll = town.browser.opens(links["หน้าของประชาชน"])
    assert "สมร" not in poll.text
    assert links["หน้าของประชาชน"] in officer.text  # to be copied and printed
    officer.taps("/แบบสำรวจ S2").hears("(S2)")
    officer.says("/survey S2 อำเภอเคลื่อนที่").hears("ช่องทาง: อำเภอเคลื่อนที่")
    officer.says("/survey S2 mobile_unit").hears("ช่องทาง: อำเภอเคลื่อนที่")
    officer.says("/survey รถไฟ").hears("ไม่พบช่องทาง “รถไฟ”", "ตู้รับฟังความคิดเห็น")
    officer.says("/ช่วย ทั้งหมด").hears("/แบบสำรวจ")


@pytest.mark.parametrize("role", [Role.DELEGATE, Role.GOVERNOR])
def test_who_does_not_collect_forms_gets_no_address(town: Town, role: Role) -> None:
    somebody = town.world.officer("T9", role)
    somebody.says("/แบบสำรวจ").hears("ตำแหน่งของคุณไม่ได้ใช้แบบสำรวจ")


@pytest.mark.parametrize("role", [Role.INTAKE, Role.COORDINATOR, Role.UNIT_HEAD, Role.HEAD, Role.ADMIN])
def test_who_may(town: Town, role: Role) -> None:
    town.world.officer("T9", role, unit="ENG").says("/แบบสำรวจ").hears("พิมพ์แบบกระดาษ")


def test_without_a_public_address_it_says_so(town: Town, officer: Dialogue) -> None:
    town.world.tools = replace(town.world.tools, page_link=lambda _path: "")
    officer.says("/แบบสำรวจ").hears("PRATU_PUBLIC_URL")


def test_a_stack_of_paper_goes_in_one_after_another(town: Town, officer: Dialogue) -> None:
    path = town.paper(person_of(town))
    page = town.browser.opens(path)
    assert page.form.values["on"] == "24/11/2569"
    assert page.form.values["channel"] == "survey"
    first = {**page.form.values, "on": "๒๐/๑๑/๒๕๖๙", "channel": "box", "group": "elderly"}
    page = town.browser.sends(
        path, {**first, "S2.1": "very_satisfied", "S2.28": "x", "sex": "male", "best_channel": "mall"}
    )
    assert page.status == 200
    assert "บันทึกแล้ว 1 ฉบับ" in page.text
    assert "S2.1" not in page.form.values  # empty again, but for what stays the same on the pile
    assert (page.form.values["channel"], page.form.values["on"]) == ("box", "20/11/2569")
    page = town.browser.sends(path, {**page.form.values, "S2.1": "dissatisfied"})
    assert "บันทึกแล้ว 2 ฉบับ" in page.text
    one, two = town.surveys()
    assert (one.source, one.channel, one.customer_group, one.best_channel) == ("paper", "box", "elderly", "mall")
    assert (two.customer_group, two.person_id) == (None, person_of(town))
    answer = town.answers(one.id)["S2.1"]
    assert answer.answered_at is not None
    assert answer.answered_at.astimezone(BANGKOK) == at("2026-11-20 12:00")
    assert (answer.channel, answer.customer_group, answer.agency_code) == ("box", "elderly", "DEMO")
    assert [person.said for person in town.people()] == [{"sex": "male"}]


def test_the_same_page_sent_twice_is_stored_once(town: Town, officer: Dialogue) -> None:
    path = town.paper(person_of(town))
    fields = {**town.browser.opens(path).form.values, "S2.1": "satisfied", "job": "student"}
    town.browser.sends(path, fields)
    assert "บันทึกแล้ว 1 ฉบับ" in town.browser.sends(path, fields).text
    assert len(town.surveys()) == 1
    assert len(town.people()) == 1


@pytest.mark.parametrize(
    ("day", "why"), [("25/11/2569", "วันที่ยังมาไม่ถึง"), ("31/2/2569", "ไม่ใช่วันที่"), ("", "ไม่ใช่วันที่"), ("20/11/69", "ไม่ใช่วันที่")]
)
def test_a_day_that_cannot_be_is_named(town: Town, officer: Dialogue, day: str, why: str) -> None:
    path = town.paper(person_of(town))
    fields = {**town.browser.opens(path).form.values, "on": day, "S2.1": "satisfied"}
    page = town.browser.sends(path, fields)
    assert page.status == 422
    assert why in page.text
    assert 'href="#on"' in page.text
    assert page.form.values["on"] == day
    assert page.form.values["number"] == fields["number"]
    assert town.surveys() == []


def test_today_counts_as_now_and_an_old_day_as_its_noon(town: Town, officer: Dialogue) -> None:
    town.world.now = at("2026-11-24 08:40")
    path = town.paper(person_of(town))
    town.browser.sends(path, {**town.browser.opens(path).form.values, "S2.1": "satisfied"})
    answered = town.answers(town.surveys()[0].id)["S2.1"].answered_at
    assert answered is not None
    assert answered.astimezone(BANGKOK) == at("2026-11-24 08:40")


def test_the_paper_page_ends_after_a_day_and_with_the_post(town: Town, officer: Dialogue) -> None:
    path = town.paper(person_of(town))
    yesterday = (town.world.now - timedelta(days=1)).date()
    town.world.passes(hours=23)
    assert town.browser.opens(path).status == 200
    with town.world.db.transaction() as session:
        session.execute(update(Membership).values(until=yesterday))
    assert town.browser.opens(path).status == 404
    assert town.browser.sends(path, {"S2.1": "satisfied"}).status == 404
    with town.world.db.transaction() as session:
        session.execute(update(Membership).values(until=None))
    town.world.passes(hours=1)
    assert town.browser.opens(path).status == 404


def test_everybody_may_fill_in_a_campaign_form(town: Town) -> None:
    path = town.poll("S1", "mobile_unit")
    for answer in ("very_satisfied", "dissatisfied"):
        page = town.browser.opens(path)
        done = town.browser.sends(path, {**page.form.values, "S1.1.1": answer, "channel": "line", "on": "1/1/2500"})
        assert "ขอขอบคุณ" in done.text
        assert "กรอกอีกฉบับ" in done.text
    rows = town.surveys()
    assert [(row.source, row.channel, row.form, row.account_id, row.case_id) for row in rows] == [
        ("wish", "mobile_unit", "S1", None, None)
    ] * 2
    answered = town.answers(rows[0].id)["S1.1.1"].answered_at
    assert answered is not None
    assert answered == town.world.now
    again = {**page.form.values, "S1.1.1": "satisfied"}
    town.browser.sends(path, again)
    assert len(town.surveys()) == 2  # the second page was sent already
    town.world.passes(days=30)
    assert town.browser.opens(path).status == 404


def test_one_address_cannot_fill_the_ballot_box(town: Town) -> None:
    path = town.poll()
    for number in range(POLLS_AN_HOUR):
        assert town.browser.sends(path, {"S1.1.1": "satisfied", "number": f"{number:016}"}).status == 200
    page = town.browser.sends(path, {"S1.1.1": "satisfied", "number": "x" * 16})
    assert page.status == 429
    assert len(town.surveys()) == POLLS_AN_HOUR
    neighbour = Browser(town.browser.app, host="203.0.113.8")
    assert neighbour.sends(path, {"S1.1.1": "satisfied", "number": "y" * 16}).status == 200
    town.world.passes(minutes=61)
    assert town.browser.sends(path, {"S1.1.1": "satisfied", "number": "z" * 16}).status == 200
