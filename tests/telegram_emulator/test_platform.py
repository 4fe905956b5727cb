"""The platform side before a webhook that fails, and the people behind it."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup, Update
from telegram import error as errors

from tests.telegram_emulator import SECRET, Emulator, Person, Platform, shapes
from tests.telegram_emulator.conftest import GROUP, NEE, SUPERGROUP, Hook, say

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("แจ้งเรื่อง", callback_data="b0")]])


def test_one_chat_waits_for_its_first_update(platform: Platform, hook: Hook) -> None:
    hook.answers = [500, 503, 500]
    one, two = platform.text(NEE, "หนึ่ง"), platform.text(NEE, "สอง")
    platform.deliver(one, two)
    platform.drain()
    assert [number for number, _ in hook.tried] == [one["update_id"]] * 4 + [two["update_id"]]
    assert {secret for _, secret in hook.tried} == {SECRET}
    assert platform.answers == [500, 503, 500, 200, 200]
    assert platform.acknowledged == {one["update_id"], two["update_id"]}
    assert platform.pending() == 0


def test_a_failing_chat_stops_nobody_else(emulator: Emulator, platform: Platform, hook: Hook) -> None:
    platform.scale = 1.0
    hook.answers = [500, 500]
    platform.deliver(platform.text(NEE, "หนึ่ง"))
    emulator.wait(lambda: hook.answers == [])
    platform.send(platform.text(7, "คนอื่น"))
    assert [update["message"]["chat"]["id"] for update in hook.taken] == [7]
    assert platform.pending() == 1
    tap = platform.callback(NEE, platform.text(NEE, "x")["message"], "b0")
    platform.send(tap)
    assert tap["update_id"] in platform.acknowledged  # a tap overtakes the message before it


def test_taps_expire_sooner_than_messages(platform: Platform, hook: Hook) -> None:
    hook.answers = [500] * 12
    tap = platform.callback(NEE, platform.text(NEE, "x")["message"], "b0")
    platform.deliver(tap)
    platform.drain()
    assert platform.dropped == [tap]
    assert len(hook.tried) == 8  # at once, at once, and after 2, 4, 8, 16, 32, 64 seconds
    hook.answers = [500] * 12
    platform.deliver(message := platform.text(NEE, "ยังอยู่"))
    platform.drain()
    assert hook.taken == [message]


def test_messages_expire_after_a_day(platform: Platform, hook: Hook) -> None:
    hook.answers = [500] * 3000
    platform.scale = 0.00001
    platform.deliver(message := platform.text(NEE, "เก่า"))
    platform.drain(30)
    assert platform.dropped == [message]


def every_update(make: Platform) -> list[dict[str, Any]]:
    text = make.text(NEE, "😀 /start@pratu_test_bot @pratu_test_bot https://example.go.th")
    return [
        text,
        make.reply(NEE, "ใช่", text["message"], quote="/start"),
        make.forwarded(NEE, "ต่อ", 7),
        make.forwarded(NEE, "ต่อ", "ผู้ไม่แสดงตัว"),
        make.edited(text["message"], "แก้"),
        *make.album(NEE, ["หนึ่ง", ""]),
        make.edited(make.photo(NEE, caption="ก")["message"], "ข"),
        make.document(NEE, caption="ไฟล์"),
        make.video(NEE),
        make.voice(NEE),
        make.audio(NEE),
        make.animation(NEE),
        make.sticker(NEE),
        make.location(NEE),
        make.venue(NEE, "ศาลากลาง", "เมือง"),
        make.contact(NEE),
        make.poll(NEE, "ถาม", ["ก", "ข"]),
        make.callback(NEE, text["message"], "b0"),
        make.callback(NEE, make.inaccessible(text["message"]), "b0"),
        make.membership(NEE, NEE, "member", "kicked"),
        make.membership(NEE, NEE, "kicked", "member"),
        make.membership(NEE, GROUP, "left", "administrator"),
        make.text(NEE, "/start", GROUP),
        make.joined(NEE, GROUP, NEE, 7),
        make.parted(NEE, GROUP),
        *make.migration(NEE, GROUP, SUPERGROUP),
    ]


def test_updates_have_their_shape(platform: Platform) -> None:
    made = every_update(platform)
    for update in made:
        assert shapes.of_type("Update", update) == []
        parsed = Update.de_json(update, None)
        assert not parsed.api_kwargs
    numbers = [update["update_id"] for update in made]
    assert len(set(numbers)) == len(numbers)


def test_a_person_taps_what_is_shown(emulator: Emulator, platform: Platform, hook: Hook) -> None:
    nee = Person(platform, NEE).starts("abc")
    say(emulator, "เลือก", reply_markup=KEYBOARD)
    nee.hears("เลือก").taps("แจ้งเรื่อง")
    assert hook.taken[-1]["callback_query"]["data"] == "b0"
    place = ReplyKeyboardMarkup(
        [[KeyboardButton("ส่งตำแหน่ง", request_location=True), KeyboardButton("ข้าม")]], one_time_keyboard=True
    )
    say(emulator, "ที่ไหน", reply_markup=place)
    nee.taps("ส่งตำแหน่ง")
    assert "location" in hook.taken[-1]["message"]
    assert nee.buttons == ["แจ้งเรื่อง"]
    with pytest.raises(AssertionError, match="sees no button"):
        nee.taps("ข้าม")
    nee.says("ผิด").edits(nee.said[-1]["message_id"], "ถูก")
    assert hook.taken[-1]["edited_message"]["text"] == "ถูก"
    nee.sends_album(3, ["ถนน"]).sends_voice().sends_sticker("🙏").sends_photo().sends_place().blocks()
    assert hook.taken[-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    with pytest.raises(errors.Forbidden):
        say(emulator, "ได้ยินไหม")
    nee.unblocks()
    say(emulator, "กลับมา")
    assert nee.heard == ["เลือก", "ที่ไหน", "กลับมา"]


def test_in_groups_the_bot_gets_what_is_meant_for_it(emulator: Emulator, platform: Platform, hook: Hook) -> None:
    platform.adds_to_group(NEE, GROUP)
    officer = Person(platform, NEE).in_group(GROUP)
    officer.says("คุยกันเอง").says("/cases").says("/cases@another_bot")
    say(emulator, "มีเรื่องใหม่", GROUP)
    officer.replies("รับเรื่อง")
    emulator.admins.add(GROUP)
    officer.says("ตอนนี้ได้ยิน")
    texts = [update["message"].get("text") for update in hook.taken if "message" in update]
    assert texts == [None, "/cases", "รับเรื่อง", "ตอนนี้ได้ยิน"]
    platform.migrates(NEE, GROUP, SUPERGROUP)
    with pytest.raises(errors.ChatMigrated):
        say(emulator, "สวัสดี", GROUP)
    platform.kicks(NEE, SUPERGROUP)
    with pytest.raises(errors.Forbidden):
        say(emulator, "สวัสดี", SUPERGROUP)
