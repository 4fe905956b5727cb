"""Whole conversations over Telegram's emulator: real server, real SDK, both databases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.telegram.conftest import Telegram, served
from tests.telegram_emulator.updates import JPEG

REFERENCE = re.compile(r"\b\d{2}-\d{5,}-\d\b")


def reference_in(text: str) -> str:
    found = REFERENCE.findall(text)
    assert found, text
    return str(found[-1])


def test_complaint_from_start_to_reference(telegram: Telegram) -> None:
    citizen = telegram.person().starts().hears("เทศบาลตัวอย่าง", "191")
    citizen.says("ไฟกิ่งหน้าบ้านดับมา 3 คืนแล้วค่ะ").hears("ขอแจ้งก่อนเริ่ม", "Telegram", "จุดที่เกิดเรื่อง")
    citizen.taps("ส่งตำแหน่ง").hears("ตรวจอีกครั้ง", "ตามหมุด")
    citizen.taps("ส่งเรื่อง").hears("รหัสเรื่อง")
    row = next(row for row in telegram.server.rows("cases") if row["reference"] == reference_in(citizen.text))
    assert (row["channel"], row["category"], row["status"]) == ("telegram", "EL", "assigned")
    assert row["place"] is None or "16." not in row["place"]


def test_every_tap_takes_its_little_clock_off(telegram: Telegram) -> None:
    citizen = telegram.person().says("เมนู").hears("ทำอะไรดี")
    before = len(telegram.emulator.answered)
    citizen.taps("เบอร์ฉุกเฉิน").hears("1669")
    telegram.emulator.wait(lambda: len(telegram.emulator.answered) > before)


def test_an_old_button_still_says_what_it_said(telegram: Telegram) -> None:
    citizen = telegram.person().says("เมนู").hears("ทำอะไรดี")
    citizen.says("สวัสดีค่ะ").hears("สวัสดี")
    citizen.taps("เบอร์ฉุกเฉิน").hears("1669")


def test_words_of_people_are_never_markup(telegram: Telegram) -> None:
    citizen = telegram.person().says("ไฟดับ <b>มาก</b> & น้ำ_ไม่*ไหล* ซอย 5").hears("<b>มาก</b> & น้ำ_ไม่*ไหล*")
    citizen.taps("ส่งเรื่อง").hears("รหัสเรื่อง")


def test_album_is_answered_once_with_all_its_words(telegram: Telegram) -> None:
    citizen = telegram.person().sends_album(3, ["หลุมลึกมาก", "", "หน้าวัดใหม่ หมู่ 3"])
    citizen.hears("ตรวจอีกครั้ง", "รูป: 3 รูป", "หลุมลึกมาก", "วัดใหม่")
    assert sum("ตรวจอีกครั้ง" in text for text in citizen.heard) == 1


def test_photo_arrives_whole(telegram: Telegram) -> None:
    telegram.person().sends_photo(JPEG + b"evidence").hears("ได้รูปแล้ว")
    files = telegram.server.folder / "data" / "files"
    telegram.emulator.wait(lambda: files.is_dir() and any(path.is_file() for path in files.rglob("*")), timeout=20)


def test_a_picture_that_cannot_be_fetched_is_told(telegram: Telegram) -> None:
    citizen = telegram.person()
    telegram.platform.send(telegram.platform.photo(citizen.id, b"MZ not a picture"))
    citizen.hears("ได้รูปแล้ว").hears("ยังเปิดไฟล์ชนิดนี้ไม่ได้", timeout=20)


def test_an_edit_is_a_new_version_not_a_new_report(telegram: Telegram) -> None:
    citizen = telegram.person().says("ไฟถนนดับซอย 15").hears("ตรวจอีกครั้ง")
    citizen.edits(citizen.said[0]["message_id"], "ไฟถนนดับซอย 9").hears("แก้ตามที่พิมพ์ใหม่แล้ว")
    citizen.says("ส่งเรื่อง").hears("รหัสเรื่อง")
    row = next(row for row in telegram.server.rows("cases") if row["reference"] == reference_in(citizen.text))
    assert (row["text"], row["place"]) == ("ไฟถนนดับซอย 9", "ซอย 9")


def test_officer_joins_by_link_and_works_by_buttons(telegram: Telegram) -> None:
    officer = telegram.officer("officer", "ENG")
    citizen = telegram.person().says("ไฟถนนดับซอย 7").hears("ตรวจอีกครั้ง").says("1").hears("รหัสเรื่อง")
    reference = reference_in(citizen.text)
    officer.hears("เรื่องใหม่", reference).taps(f"/รับ {reference}").hears("รับแล้ว")
    officer.says(f"/แจ้ง {reference} พรุ่งนี้เข้าไปครับ").hears("ส่งถึงผู้แจ้งแล้ว")
    citizen.hears("พรุ่งนี้เข้าไปครับ")
    officer.says(f"/a {reference}").hears("คุณรับไว้แล้ว")


def test_who_blocks_us_is_unreachable_and_hears_it_on_return(telegram: Telegram) -> None:
    officer = telegram.officer("officer", "ENG")
    citizen = telegram.person().says("ไฟถนนดับซอย 8").hears("ตรวจอีกครั้ง").says("1").hears("รหัสเรื่อง")
    reference = reference_in(citizen.text)
    officer.hears(reference)
    citizen.blocks()
    officer.hears("ปิดรับข้อความ", reference)
    officer.says(f"/แจ้ง {reference} เปลี่ยนหลอดแล้ว").hears("ปิดรับข้อความ")
    citizen.unblocks().says("สวัสดี").hears("เปลี่ยนหลอดแล้ว")


def test_blocked_without_a_word_is_found_out_when_telling(telegram: Telegram) -> None:
    officer = telegram.officer("officer", "ENG")
    citizen = telegram.person().says("ไฟถนนดับซอย 6").hears("ตรวจอีกครั้ง").says("1").hears("รหัสเรื่อง")
    reference = reference_in(citizen.text)
    officer.hears(reference)
    telegram.emulator.blocked.add(citizen.id)  # Telegram tells us only when we try
    officer.says(f"/แจ้ง {reference} มาแล้วนะ").hears("ส่งถึงผู้แจ้งแล้ว").hears("ปิดรับข้อความ")


GROUP = -4001


def test_a_group_is_kept_out_of_until_it_joins_and_sees_nothing_personal(telegram: Telegram) -> None:
    telegram.emulator.privacy = False
    officer = telegram.person()
    telegram.platform.adds_to_group(officer.id, GROUP)
    room = officer.in_group(GROUP).hears("กลุ่มนี้จะตอบเฉพาะ")
    room.says("คุยกันเองนะ").says("/คิว")
    room.says(f"/เข้าร่วม {telegram.code('officer', 'ENG')}").hears("กองช่าง", "ไม่มีข้อมูลส่วนตัว")
    citizen = telegram.person().says("ไฟถนนดับซอย 3 โทร 0812345678").hears("ตรวจอีกครั้ง").says("1").hears("รหัสเรื่อง")
    reference = reference_in(citizen.text)
    room.hears("เรื่องใหม่", reference)
    room.taps(f"/รับ {reference}").hears("รับแล้ว")
    room.says(f"/ดู {reference}").hears("ไฟถนนดับ")
    assert "0812345678" not in room.text
    kept = [row["text"] for row in telegram.server.rows("messages") if row["direction"] == "in"]
    assert "คุยกันเองนะ" not in kept


def test_a_group_that_grows_takes_its_agency_along(telegram: Telegram) -> None:
    telegram.emulator.privacy = False
    officer = telegram.person()
    telegram.platform.adds_to_group(officer.id, GROUP - 1)
    room = officer.in_group(GROUP - 1).hears("กลุ่มนี้จะตอบเฉพาะ")
    room.says(f"/join {telegram.code('officer', 'ENG')}").hears("กองช่าง")
    grown = -1_000_000_004_002
    telegram.platform.migrates(officer.id, GROUP - 1, grown)
    telegram.person().says("ไฟถนนดับซอย 2").hears("ตรวจอีกครั้ง").says("1").hears("รหัสเรื่อง")
    officer.in_group(grown).hears("เรื่องใหม่")


def test_a_citizen_reports_from_a_group_and_hears_alone(telegram: Telegram) -> None:
    telegram.emulator.privacy = False
    officer = telegram.officer("officer", "ENG")
    citizen = telegram.person()
    telegram.platform.adds_to_group(citizen.id, GROUP - 2)
    room = citizen.in_group(GROUP - 2).hears("กลุ่มนี้จะตอบเฉพาะ")
    room.says("แจ้ง ไฟถนนดับ ซอย 4").hears("รับเรื่องแล้ว", "แชตส่วนตัว")
    reference = reference_in(room.text)
    officer.says(f"/แจ้ง {reference} ซ่อมเสร็จแล้ว").hears("ส่งถึงผู้แจ้งแล้ว")
    citizen.hears("ซ่อมเสร็จแล้ว")
    assert "ซ่อมเสร็จแล้ว" not in room.text


def test_strangers_are_refused_and_odd_updates_are_kept(telegram: Telegram) -> None:
    post = telegram.platform.post_raw
    secret = telegram.platform.secret
    assert post(b'{"update_id": 1}', None) == 401
    assert post(b'{"update_id": 1}', "wrong") == 401
    assert post(b"nonsense", secret) == 400
    assert post(b"[]", secret) == 400
    for body in (b"{}", b'{"update_id": "x"}', b'{"update_id": 990001, "message": 5}', b'{"update_id": 990002}'):
        assert post(body, secret) == 200
    assert post(b'{"update_id": 990003, "message": {"chat": {"id": 1e400}, "text": "\\ud800"}}', secret) == 200
    kept = {row["event_id"] for row in telegram.server.rows("messages")}
    assert {"990001", "990002", "990003"} <= kept


@pytest.mark.parametrize("engine", ["sqlite"])
def test_without_a_public_address_pratu_asks_for_updates(engine: str, tmp_path: Path) -> None:
    with served(engine, tmp_path, "", webhook=False) as telegram:
        citizen = telegram.person().says("ไฟถนนดับซอย 5").hears("ตรวจอีกครั้ง", timeout=20)
        citizen.taps("ส่งเรื่อง").hears("รหัสเรื่อง").hears("รหัสลับ: ")
        telegram.emulator.wait(lambda: "all_group_chats" in telegram.emulator.commands)  # nobody ran the command
        telegram.server.kill()
        citizen.says("เมนู")
        telegram.server.start()
        citizen.hears("ทำอะไรดี", timeout=20)
        assert telegram.emulator.violations == []
