"""Officers on Telegram: every command and inline button, alone and in a group, photos with captions and as answers."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.officers import ADDRESS, AFTERWARDS, AT_WORK, Day, Dialogue, Staff, in_the_groups_room, taken_back
from tests.officers_evidence import LISTENING
from tests.telegram.conftest import Telegram, served
from tests.telegram_emulator import Person
from tests.telegram_emulator.chats import Facts

ROOM = -4100


def staff_of(telegram: Telegram) -> Staff:
    telegram.emulator.privacy = False
    numbers = itertools.count(7_100_000_001)
    return Staff(
        telegram.server, "telegram", lambda: Person(telegram.platform, next(numbers)), lambda _one: 0, free=True
    )


def check(telegram: Telegram) -> None:
    """Telegram would have taken everything."""
    assert telegram.emulator.violations == []
    assert telegram.emulator.rate_violations == []


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def telegram(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    """One installation with a public address, for links, on each engine."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder, name = tmp_path_factory.mktemp("telegram_desk"), f"pratu_telegram_desk_{worker}"
    with served(request.param, folder, name, extra={"PRATU_PUBLIC_URL": ADDRESS}) as started:
        yield started
        check(started)


@pytest.fixture(scope="module")
def staff(telegram: Telegram) -> Staff:
    return staff_of(telegram)


def _bubble(person: Person, *words: str) -> Facts:
    return next(shown for shown in person.sees if all(word in shown["text"] for word in words))


def photos_that_answer_and_photos_with_a_caption(staff: Staff) -> None:
    officer = staff.officer(unit="HEALTH")
    citizen, reference = staff.filed("ขยะไม่มีใครมาเก็บ")
    bubble = _bubble(officer.hears("เรื่องใหม่", reference), "เรื่องใหม่", reference)
    officer.taps(f"/รับ {reference}").hears("รับแล้วโดย")
    officer.sends_photo(staff.picture(), to=bubble).hears("ได้รูปหลังแก้ไข 1 รูป", f"/ผล {reference}")
    officer.says(f"/นัด {reference} พรุ่งนี้ 09.30").hears("นัดลงพื้นที่")
    officer.sends_photo(staff.picture(), to=_bubble(officer, "นัดลงพื้นที่")).hears("ได้รูปลงพื้นที่ 1 รูป")
    officer.sends_photo(staff.picture(), caption=f"/ผล {reference} เก็บขยะสองรถแล้ว").hears("ยังไม่แจ้งผู้แจ้ง")
    officer.taps(f"/ปิด {reference}").hears("แจ้งผลให้ผู้แจ้งแล้ว")
    citizen.hears("เก็บขยะสองรถ", "แก้จริงตามที่แจ้งไหม")


def the_officers_group_sees_nothing_personal(staff: Staff) -> None:
    officer = staff.officer(unit="HEALTH")
    officer.platform.adds_to_group(officer.id, ROOM)
    room = officer.in_group(ROOM).hears("กลุ่มนี้จะตอบเฉพาะ")
    in_the_groups_room(staff, room, lambda: str(room.sees))


DAY = (photos_that_answer_and_photos_with_a_caption, *AT_WORK)
# The group by itself: Telegram takes twenty messages a minute to one, and everybody's notices at once are more.
ALONE = (the_officers_group_sees_nothing_personal, *AFTERWARDS, *LISTENING)


@pytest.fixture(scope="module")
def day(staff: Staff) -> Iterator[Day]:
    """Everybody at once: one after the other would take minutes, for Telegram takes one message a second to a chat."""
    going = Day(staff, DAY)
    yield going
    going.close()


@pytest.mark.parametrize("dialogue", DAY, ids=lambda dialogue: dialogue.__name__)
def test_officers(day: Day, dialogue: Dialogue) -> None:
    day.ends(dialogue)


@pytest.mark.parametrize("dialogue", ALONE, ids=lambda dialogue: dialogue.__name__)
def test_afterwards(staff: Staff, dialogue: Dialogue) -> None:
    dialogue(staff)


def test_taken_back_within_some_seconds(tmp_path: Path) -> None:
    with served("sqlite", tmp_path, "", extra={"PRATU_UNDO_SECONDS": "3"}) as telegram:
        taken_back(staff_of(telegram))
        check(telegram)
