"""/survey/TOKEN for somebody who was asked: a whole form without a script, kept as far as it was filled in, once."""

from __future__ import annotations

import re

import pytest

from bot.pages import survey, survey_form
from storage import surveys
from storage.words import SurveyState
from tests.surveys.conftest import Town
from tests.world import at

GONE = "ไม่พบแบบสอบถามนี้"
SCALE = ["very_satisfied", "satisfied", "dissatisfied"]
S1 = ("1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2")  # of the guide's paper
S1 += ("5.1", "5.2", "5.3", "5.4")


def test_the_whole_form_of_the_guide_is_there_and_nothing_is_chosen(town: Town) -> None:
    _row, path = town.asked("S1")
    page = town.browser.opens(path)
    assert page.status == 200
    assert page.answer.headers["cache-control"] == "no-store"
    assert "form-action 'self'" in page.answer.headers["content-security-policy"]
    for number in S1:
        assert page.form.fields[f"S1.{number}"] == [*SCALE, "none"]
    assert page.form.fields["age"] == ["under_20", "20_39", "40_50", "over_50", "none"]
    assert page.form.fields["sex"] == ["male", "female", "other"]  # its "other" says "not said" already
    assert page.form.fields["suggestion"] == []
    assert "ID-LOST" in page.form.fields["reason"]
    assert page.form.fields["reason"][0] == ""
    assert not any(page.form.values.values())
    assert "<script" not in page.text
    assert 'lang="th"' in page.text
    assert page.text.count("<fieldset>") == 7  # five aspects, who they are, what they say
    assert "เทศบาลตัวอย่าง" in page.text


def test_the_long_form_has_27_items_words_and_a_channel(town: Town) -> None:
    _row, path = town.asked("S2")
    fields = town.browser.opens(path).form.fields
    assert [name for name in fields if name.startswith("S2.")] == [f"S2.{number}" for number in range(1, 28)]
    assert fields["expects"] == []
    offered = "chat website call_center questionnaire mobile_unit mall field_team"
    assert fields["best_channel"] == [*offered.split(), "none"]


def test_what_was_given_is_kept_though_it_is_not_all(town: Town) -> None:
    row, path = town.asked("S1")
    sent = {
        "S1.1.1": "very_satisfied",
        "S1.2.3": "dissatisfied",
        "S1.3.3": "none",
        "sex": "female",
        "age": "none",
        "reason": "MOVE",
        "suggestion": "  อยากให้โทรกลับที่ 081-234-5678  ",
    }
    page = town.browser.sends(path, sent)
    assert (page.status, "ขอขอบคุณ" in page.text) == (200, True)
    answers = town.answers(row)
    assert {item: answer.answer for item, answer in answers.items() if answer.answer} == {
        "S1.1.1": "very_satisfied",
        "S1.2.3": "dissatisfied",
    }
    assert len(answers) == 17  # every question was put
    assert all(answer.answered_at is not None for answer in answers.values())
    assert town.words(row) == {"suggestion": "อยากให้โทรกลับที่ 081-234-5678"}
    survey_row = town.surveys()[0]
    assert survey_row.masked is not None
    assert "081-234-5678" not in survey_row.masked
    assert (survey_row.state, survey_row.ended_at is not None) == (SurveyState.DONE, True)


def test_who_somebody_is_leads_to_no_answer(town: Town) -> None:
    row, path = town.asked("S1")
    town.world.now = at("2026-11-24 09:30")
    town.browser.sends(path, {"S1.1.1": "satisfied", "sex": "male", "job": "student"})
    person = town.people()[0]
    assert person.said == {"sex": "male", "job": "student"}
    assert person.month.isoformat() == "2026-11-01"
    assert (person.agency_code, person.form) == ("DEMO", "S1")
    assert set(person.__table__.columns.keys()) == {"id", "agency_code", "form", "month", "said"}
    assert person.id > 1_000_000  # drawn by lot: it tells nothing of the row before
    assert "male" not in str(town.surveys()[0].__dict__)
    assert row


def test_a_form_is_sent_once(town: Town) -> None:
    row, path = town.asked("S1")
    town.browser.sends(path, {"S1.1.1": "very_satisfied", "sex": "male"})
    again = town.browser.sends(path, {"S1.1.1": "dissatisfied", "S1.1.2": "dissatisfied", "sex": "female"})
    assert "ขอขอบคุณ" in again.text
    assert town.browser.opens(path).text == again.text
    assert town.answers(row)["S1.1.1"].answer == "very_satisfied"
    assert town.answers(row)["S1.1.2"].answer is None
    assert [person.said for person in town.people()] == [{"sex": "male"}]


def test_an_empty_form_says_so_and_can_still_be_filled_in(town: Town) -> None:
    row, path = town.asked("S1")
    page = town.browser.sends(path, {"sex": "nonsense", "S1.1.1": "none"})
    assert page.status == 422
    assert "ยังไม่ได้เลือกคำตอบสักข้อ" in page.text
    assert 'href="#S1.1.1"' in page.text
    assert 'id="S1.1.1"' in page.text
    assert town.surveys()[0].state == SurveyState.ASKED
    assert town.browser.sends(path, {"S1.1.1": "satisfied"}).status == 200
    assert town.answers(row)["S1.1.1"].answer == "satisfied"


def test_words_too_long_are_named_and_nothing_typed_is_lost(town: Town) -> None:
    _row, path = town.asked("S1")
    long = "ก" * (survey_form.MOST_WORDS + 1)
    page = town.browser.sends(path, {"S1.1.1": "satisfied", "reason": "MOVE", "suggestion": long})
    assert page.status == 422
    assert 'href="#suggestion"' in page.text
    assert "ยาวเกิน 1000 ตัวอักษร" in page.text
    assert 'aria-invalid="true"' in page.text
    assert 'aria-describedby="suggestion-wrong"' in page.text
    assert page.form.values["suggestion"] == long
    assert page.form.values["S1.1.1"] == "satisfied"
    assert page.form.values["reason"] == "MOVE"
    assert page.text.count("<title>ยังส่งไม่ได้") == 1


def test_words_of_others_are_shown_as_words(town: Town) -> None:
    row, path = town.asked("S1")
    bad = "</textarea><script>alert(1)</script>\"'&$agency"
    page = town.browser.sends(path, {"suggestion": bad + "x" * 1000})
    assert "<script" not in page.text
    town.browser.sends(path, {"suggestion": bad})
    assert town.words(row) == {"suggestion": bad}


def test_what_was_answered_in_the_chat_stands_in_the_form(town: Town) -> None:
    row, path = town.asked("S1")
    with town.world.db.transaction() as session:
        known = surveys.get(session, row)
        assert known is not None
        surveys.put_answer(session, known, "S1.2.1", "dissatisfied", town.world.now)
        surveys.put_words(session, known, "other", "คำแรก", "คำแรก")
    page = town.browser.opens(path)
    assert page.form.values["S1.2.1"] == "dissatisfied"
    town.browser.sends(path, {"S1.2.1": "satisfied", "suggestion": "คำหลัง"})
    assert town.answers(row)["S1.2.1"].answer == "satisfied"
    assert town.words(row) == {"other": "คำแรก", "suggestion": "คำหลัง"}


def test_a_pulse_is_shown_as_the_pulse_it_is(town: Town) -> None:
    row, path = town.asked("pulse")
    page = town.browser.opens(path)
    assert [name for name in page.form.fields if "." in name] == ["P.overall", "P.speed", "P.officer"]
    assert "sex" not in page.form.fields
    town.browser.sends(path, {"P.speed": "dissatisfied"})
    assert town.answers(row)["P.speed"].answer == "dissatisfied"


def test_a_bent_an_old_and_a_dropped_link_are_the_same_polite_404(town: Town) -> None:
    row, path = town.asked("S1")
    number, until, mark = path.removeprefix("/survey/").split(".")
    assert number == str(row)
    bent = [
        f"{row + 1}.{until}.{mark}",
        f"{row}.{int(until) + 1}.{mark}",
        f"{row}.{until}.{mark[:-1]}",
        mark,
        "x",
        "%00",
        "%ff%fe",
        "๑.๑.๑",
        "1" * 4000,
        town.poll().removeprefix("/survey/").replace("DEMO", "OTHER"),
    ]
    pages = [town.browser.opens(f"/survey/{one}") for one in bent]
    pages += [town.browser.sends(f"/survey/{one}", {"S1.1.1": "satisfied"}) for one in bent]
    town.world.passes(days=14, seconds=-1)
    assert town.browser.opens(path).status == 200
    town.world.passes(seconds=1)
    pages += [town.browser.opens(path), town.browser.sends(path, {"S1.1.1": "satisfied"})]
    assert {page.status for page in pages} == {404}
    assert {page.text for page in pages} == {pages[0].text}
    assert GONE in pages[0].text
    assert town.answers(row) == {}


def test_a_survey_that_was_let_go_is_gone(town: Town) -> None:
    row, path = town.asked("S1")
    with town.world.db.transaction() as session:
        known = surveys.get(session, row)
        assert known is not None
        known.state = SurveyState.EXPIRED
    assert town.browser.opens(path).status == 404


def test_a_body_too_large_is_not_read(town: Town) -> None:
    row, path = town.asked("S1")
    page = town.browser.sends(path, {"S1.1.1": "satisfied", "suggestion": "a" * survey.LARGEST})
    assert page.status == 413
    assert town.answers(row) == {}


@pytest.mark.parametrize("fields", [{f"f{n}": "1" for n in range(300)}, {"S1.1.1": "x\x00"}, {"S9.9": "satisfied"}])
def test_an_odd_body_is_an_empty_form(town: Town, fields: dict[str, str]) -> None:
    row, path = town.asked("S1")
    assert town.browser.sends(path, fields).status == 422
    assert town.answers(row) == {}


def test_another_site_cannot_send_it(town: Town) -> None:
    row, path = town.asked("S1")
    page = town.browser.sends(path, {"S1.1.1": "satisfied"}, {"sec-fetch-site": "cross-site"})
    assert page.status == 403
    assert town.answers(row) == {}
    assert town.browser.sends(path, {"S1.1.1": "satisfied"}, {"sec-fetch-site": "same-origin"}).status == 200


def test_every_field_has_a_name_and_every_id_stands_once(town: Town) -> None:
    _row, path = town.asked("S2")
    text = town.browser.opens(path).text
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    for kind in ("aria-labelledby", "for"):
        assert set(re.findall(rf' {kind}="([^"]+)"', text)) <= set(ids)
    assert text.count('role="radiogroup"') == text.count("aria-labelledby")
