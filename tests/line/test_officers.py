"""Officers on LINE: every command over signed webhooks, alone and in a group, and what each costs in pushes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.line.conftest import Line, served
from tests.line_emulator import User
from tests.officers import ADDRESS, AFTERWARDS, AT_WORK, Dialogue, Staff, in_the_groups_room, taken_back
from tests.officers_evidence import LISTENING

ROOM = "C" + "a" * 32


def staff_of(line: Line) -> Staff:
    def person() -> User:
        found = line.user()
        line.emulator.known.add(found.id)  # they added the account once
        return found

    def pushes(one: User) -> int:
        return sum(item.how == "push" for item in line.emulator.delivered if item.to == one.chat)

    return Staff(line.server, "line", person, pushes, free=False)


def check(line: Line) -> None:
    """LINE would have taken everything, and no button was cut short."""
    assert line.emulator.violations == []
    cut = [button for item in line.emulator.delivered for button in _labels(item.message) if button.endswith("…")]
    assert cut == []


def _labels(message: dict[str, object]) -> list[str]:
    items = (message.get("quickReply") or {}).get("items", [])  # type: ignore[attr-defined]
    return [item["action"]["label"] for item in items]


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def line(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """One installation with a public address, for links, on each engine."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder = tmp_path_factory.mktemp("line_desk")
    with served(request.param, folder, f"pratu_line_desk_{worker}", {"PRATU_PUBLIC_URL": ADDRESS}) as started:
        yield started
        check(started)


@pytest.fixture(scope="module")
def staff(line: Line) -> Staff:
    return staff_of(line)


@pytest.mark.parametrize("dialogue", [*AT_WORK, *AFTERWARDS, *LISTENING], ids=lambda dialogue: dialogue.__name__)
def test_officers(staff: Staff, dialogue: Dialogue) -> None:
    dialogue(staff)


def test_the_officers_group_sees_nothing_personal(line: Line, staff: Staff) -> None:
    room = staff.officer(unit="HEALTH").in_group(ROOM)
    in_the_groups_room(staff, room, lambda: str(line.emulator.seen_by(ROOM)))
    assert {item.how for item in line.emulator.delivered if item.to == ROOM} == {"reply"}


def test_officers_hear_of_new_cases_by_asking(line: Line, staff: Staff) -> None:
    officer = staff.officer(unit="HEALTH")
    officer.says("/คิว").hears("กองสาธารณสุข")
    _citizen, reference = staff.filed("ขยะไม่มีใครมาเก็บ")
    officer.says("/คิว").hears(reference)
    assert {item.how for item in line.emulator.delivered if item.to == officer.id} == {"reply"}


# What cannot wait until somebody writes: questions, words, ends, and what is urgent or waits for the head.
PUSHED = (
    *("ขอข้อมูลเพิ่ม", "มีข่าวจาก", "แก้จริงตามที่แจ้งไหม", "เป็นหน้าที่ของ", "ยังรับดำเนินการไม่ได้"),
    *("เสนอพิจารณา", "ด่วน", "กองช่างรับเรื่องแล้ว", "ทำแทน", "สั่งเร่งรัด"),
    *("รับไว้พิจารณาแล้ว", "ถูกนำไปใช้แล้ว"),  # what became of an idea
    *("ขอเลื่อนกำหนด", "ตั้งคณะทำงาน"),  # promises, by the clock
    "คุณพอใจกับการแก้ไข",  # the survey, once after a closing
)


def test_only_what_cannot_wait_was_pushed(line: Line) -> None:
    """Over all the dialogues above; acceptance only of the urgent case, a later date only by the clock."""
    pushed = [item.message for item in line.emulator.delivered if item.how == "push"]
    texts = [message.get("text") or message["altText"] for message in pushed]
    assert [text for text in texts if not any(word in text for word in PUSHED)] == []
    accepted = [text for text in texts if "กองช่างรับเรื่องแล้ว" in text]
    assert len(accepted) <= 2, accepted


def test_taken_back_within_some_seconds(tmp_path: Path) -> None:
    with served("sqlite", tmp_path, "", {"PRATU_UNDO_SECONDS": "2"}) as line:
        taken_back(staff_of(line))
        check(line)
