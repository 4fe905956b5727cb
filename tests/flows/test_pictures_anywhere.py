"""What bubbles tell officers to do with a picture can be done on every channel: on LINE a picture answers nothing."""

from __future__ import annotations

import pytest

from handlers.texts import load
from storage.words import Role, Stage
from tests.flows.test_evidence import MENDED, at_work, shown
from tests.world import Dialogue, World


@pytest.fixture(params=["line", "telegram", "web"])
def officer(world: World, request: pytest.FixtureRequest) -> Dialogue:
    return world.officer("T9", Role.OFFICER, unit="ENG", channel=request.param)


def test_a_result_without_its_picture_says_how_to_send_it(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/ผล {reference} {MENDED}").hears("ส่งรูปในแชตนี้ได้เลยภายใน 10 นาที")
    world.passes(minutes=9)
    officer.sends_photo("after-1").hears(f"{reference} ได้รูปหลังแก้ไข 1 รูปแล้ว")
    assert shown(world, reference) == 1


def test_no_picture_was_found_so_it_is_sent_first(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/รูป {reference}").hears("ไม่พบรูปที่ส่งใน 10 นาทีนี้", f"ส่งรูปก่อน แล้วพิมพ์ /รูป {reference}")
    officer.sends_photo("after-1")
    officer.says(f"/รูป {reference}").hears("ได้รูปหลังแก้ไข 1 รูปแล้ว", "พิมพ์")
    officer.says(MENDED).hears("ได้ผลแล้ว")
    assert shown(world, reference) == 1


def test_a_visit_is_shown_by_pictures_and_a_pin_of_its_day(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/นัด {reference} พรุ่งนี้ 10.00").hears("ในวันนั้น ส่งรูปหรือตำแหน่งในแชตส่วนตัว")
    world.passes(days=1)
    officer.sends_photo("visit-1").hears(f"{reference} ได้รูปลงพื้นที่ 1 รูปแล้ว")
    officer.sends_place(16.83, 100.27).hears(f"{reference} ได้ตำแหน่งที่ลงพื้นที่แล้ว")
    assert shown(world, reference, Stage.VISIT) == 1


def test_after_the_visit_pictures_show_what_was_mended(world: World, officer: Dialogue) -> None:
    reference = at_work(world, officer)
    officer.says(f"/นัด {reference} ไปแล้ว พบสายไฟขาดสองต้น").hears("ส่งรูปหลังแก้ไข", f"พิมพ์ /ผล {reference} ภายใน 10 นาที")
    officer.sends_photo("after-1")
    world.passes(minutes=9)
    officer.says(f"/ผล {reference} {MENDED}").hears("ได้ผลแล้ว")
    assert [shown(world, reference, stage) for stage in Stage] == [0, 0, 1]


def test_no_bubble_asks_for_a_picture_as_an_answer_to_it() -> None:
    bubbles = {key: str(entry.get("text", "")) for key, entry in load().items() if isinstance(entry, dict)}
    assert [key for key, text in bubbles.items() if "ตอบกลับข้อความ" in text and ("รูป" in text or "ตำแหน่ง" in text)] == []
