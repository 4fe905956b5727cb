"""`export surveys`: a row for each question that was put, with the contract's fields."""

from __future__ import annotations

import json

from storage import exports, surveys
from storage.tables import Case
from tests.surveys.conftest import Town
from tests.world import BANGKOK, at

FIELDS = ["id", "reference", "agency", "channel", "group", "form", "item", "aspect", "answer", "answered_at"]


def rows(town: Town, *, masked: bool = False) -> list[dict[str, object]]:
    with town.world.db.reading() as session:
        return list(exports.surveys(session, BANGKOK, masked))


def told(town: Town, name: str = "U1", text: str = "ไฟถนนดับซอย 5 หน้าตลาดสด") -> str:
    return town.world.citizen(name).says(text).taps("ส่งเรื่อง").reference


def test_a_row_for_each_question(town: Town) -> None:
    reference = told(town)
    _row, path = town.asked("S1", reference)
    town.world.now = at("2026-11-25 10:05")
    town.browser.sends(path, {"S1.2.3": "dissatisfied", "sex": "male", "suggestion": "คำของคน"})
    _other, _path = town.asked("pulse")
    with town.world.db.transaction() as session:
        asked = surveys.get(session, _other)
        assert asked is not None
        surveys.put_question(session, asked, "P.speed")
    found = rows(town)
    assert len(found) == 18
    assert all(list(one) == FIELDS for one in found)
    assert exports.SURVEY_FIELDS == FIELDS
    rated = next(one for one in found if one["item"] == "S1.2.3")
    assert rated == {
        "id": rated["id"],
        "reference": reference,
        "agency": "DEMO",
        "channel": "line",
        "group": None,
        "form": "S1",
        "item": "S1.2.3",
        "aspect": "staff",
        "answer": "dissatisfied",
        "answered_at": "2026-11-25T10:05:00+07:00",
    }
    skipped = next(one for one in found if one["item"] == "S1.1.1")
    assert (skipped["answer"], skipped["answered_at"]) == (None, "2026-11-25T10:05:00+07:00")
    waiting = next(one for one in found if one["item"] == "P.speed")
    assert (waiting["form"], waiting["aspect"], waiting["answer"]) == ("pulse", "process", None)
    assert (waiting["answered_at"], waiting["reference"]) == (None, None)
    assert "คำของคน" not in json.dumps(found, ensure_ascii=False)
    assert "male" not in json.dumps(found)


def test_masked_leaves_the_rows_and_hides_confidential_references(town: Town) -> None:
    open_, secret = told(town), told(town, "U2", "ถนนเป็นหลุมลึกหน้าวัดใหม่ หมู่ 7")
    for reference in (open_, secret):
        town.browser.sends(town.asked("S1", reference)[1], {"S1.1.1": "satisfied"})
    with town.world.db.transaction() as session:
        case = session.get(Case, town.world.case(secret).id)
        assert case is not None
        case.confidential = True
    assert {one["reference"] for one in rows(town)} == {open_, secret}
    masked = rows(town, masked=True)
    assert {one["reference"] for one in masked} == {open_, None}
    assert len(masked) == 34


def test_answers_outlive_their_case_without_its_name(town: Town) -> None:
    reference = told(town)
    row, path = town.asked("S1", reference)
    town.browser.sends(path, {"S1.1.1": "satisfied"})
    with town.world.db.transaction() as session:
        known = surveys.get(session, row)
        assert known is not None
        known.case_id = None
    assert {one["reference"] for one in rows(town)} == {None}
    assert [one["answer"] for one in rows(town) if one["answer"]] == ["satisfied"]
