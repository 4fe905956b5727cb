"""The emulator's API, called by the real python-telegram-bot."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import httpx
import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram import error as errors

from tests.telegram_emulator import SECRET, TOKEN, Emulator, Platform, limits, shapes
from tests.telegram_emulator.conftest import GROUP, NEE, SUPERGROUP, run, say

# the client says this whenever it makes a RetryAfter
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("แจ้งเรื่อง", callback_data="b0")]])


def test_who_am_i(emulator: Emulator) -> None:
    assert run(emulator, lambda bot: bot.get_me()).username == "pratu_test_bot"
    with pytest.raises(errors.InvalidToken):
        run(emulator, lambda bot: bot.get_me(), token="123456:another")
    answer = httpx.get(f"{emulator.url}/bot{TOKEN}/getNothing")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


def test_a_message_and_its_edits(emulator: Emulator) -> None:
    sent = say(emulator, " <b>สวัสดี</b> &amp; ยินดี 😀 ", parse_mode="HTML", reply_markup=KEYBOARD)
    assert (sent.text, sent.entities[0].type, sent.entities[0].length) == ("สวัสดี & ยินดี 😀", "bold", 6)
    assert sent.reply_markup.inline_keyboard[0][0].callback_data == "b0"
    with pytest.raises(errors.BadRequest, match="is not modified"):
        run(
            emulator,
            lambda bot: bot.edit_message_text(
                sent.text, NEE, sent.message_id, reply_markup=KEYBOARD, entities=sent.entities
            ),
        )
    run(emulator, lambda bot: bot.edit_message_reply_markup(NEE, sent.message_id))
    assert "reply_markup" not in emulator.seen_by(NEE)[0]
    run(emulator, lambda bot: bot.edit_message_text("ใหม่", NEE, sent.message_id))
    assert [message["text"] for message in emulator.seen_by(NEE)] == ["ใหม่"]
    with pytest.raises(errors.BadRequest, match="to edit not found"):
        run(emulator, lambda bot: bot.edit_message_text("ใหม่", NEE, 7))
    run(emulator, lambda bot: bot.delete_message(NEE, sent.message_id))
    assert emulator.seen_by(NEE) == []
    assert emulator.violations == []


def test_refusals_are_the_errors_the_client_knows(emulator: Emulator) -> None:
    emulator.blocked.add(1)
    emulator.deactivated.add(2)
    emulator.unknown.add(3)
    emulator.kicked.add(SUPERGROUP)
    emulator.migrated[GROUP] = SUPERGROUP
    for chat, kind, words in (
        (1, errors.Forbidden, "bot was blocked by the user"),
        (2, errors.Forbidden, "user is deactivated"),
        (3, errors.BadRequest, "[Cc]hat not found"),
        (SUPERGROUP, errors.Forbidden, "bot was kicked from the supergroup chat"),
    ):
        with pytest.raises(kind, match=words):
            say(emulator, "สวัสดี", chat)
    with pytest.raises(errors.ChatMigrated) as moved:
        say(emulator, "สวัสดี", GROUP)
    assert moved.value.new_chat_id == SUPERGROUP
    assert emulator.delivered == []
    assert emulator.violations == []


def test_faults(emulator: Emulator) -> None:
    emulator.faults += ["429", "500", "502", "lost", "slow", "ok"]
    with pytest.raises(errors.RetryAfter) as wait:
        say(emulator, "หนึ่ง")
    assert wait.value.retry_after == 1
    for text in ("สอง", "สาม"):
        with pytest.raises(errors.NetworkError):
            say(emulator, text)
    with pytest.raises(errors.NetworkError) as lost:
        say(emulator, "สี่")
    assert isinstance(lost.value.__cause__, (httpx.ReadError, httpx.RemoteProtocolError))
    emulator.slow_seconds = 0.1
    say(emulator, "ห้า")
    assert [message["text"] for message in emulator.seen_by(NEE)] == ["สี่", "ห้า"]


def test_a_slow_answer_is_a_timeout(emulator: Emulator) -> None:
    emulator.faults.append("slow")
    with pytest.raises(errors.TimedOut):
        say(emulator, "ช้า", read_timeout=0.1)


def test_files(emulator: Emulator) -> None:
    emulator.files |= {"small": b"photo", "large": bytes(20 * 1024 * 1024 + 1)}

    async def fetch(bot: Bot) -> bytes:
        return bytes(await (await bot.get_file("small")).download_as_bytearray())

    assert run(emulator, fetch) == b"photo"
    with pytest.raises(errors.BadRequest, match=r"[Ff]ile is too big"):
        run(emulator, lambda bot: bot.get_file("large"))
    with pytest.raises(errors.BadRequest, match=r"[Ww]rong file_id"):
        run(emulator, lambda bot: bot.get_file("gone"))
    sent = run(emulator, lambda bot: bot.send_photo(NEE, b"\xff\xd8picture", caption="ภาพ"))
    assert emulator.files[sent.photo[-1].file_id] == b"\xff\xd8picture"
    named = run(emulator, lambda bot: bot.send_document(NEE, b"%PDF", filename="a.pdf"))
    assert named.document.file_name == "a.pdf"
    assert emulator.violations == []


def test_taps_are_answered_within_150_seconds(emulator: Emulator) -> None:
    query = emulator.issue_callback()
    run(emulator, lambda bot: bot.answer_callback_query(query, text="รับแล้ว"))
    assert emulator.answered[query]["text"] == "รับแล้ว"
    late = emulator.issue_callback()
    emulator.clock = lambda: time.time() + 151
    with pytest.raises(errors.BadRequest, match="too old"):
        run(emulator, lambda bot: bot.answer_callback_query(late))
    with pytest.raises(errors.BadRequest, match="too old"):
        run(emulator, lambda bot: bot.answer_callback_query("1"))


def test_commands_and_webhook(emulator: Emulator) -> None:
    async def install(bot: Bot) -> None:
        await bot.set_my_commands([BotCommand("start", "เริ่ม")], BotCommandScopeChat(NEE), language_code="th")
        await bot.set_webhook("https://example.go.th/telegram", secret_token=SECRET, allowed_updates=["message"])
        assert (await bot.get_webhook_info()).url == "https://example.go.th/telegram"
        assert [command.command for command in await bot.get_my_commands(BotCommandScopeChat(NEE), "th")] == ["start"]
        with pytest.raises(errors.Conflict):
            await bot.get_updates()
        with pytest.raises(errors.BadRequest, match="unallowed characters"):
            await bot.set_webhook("https://example.go.th/telegram", secret_token="a b")
        with pytest.raises(errors.BadRequest, match=r"(?i)an https url"):
            await bot.set_webhook("http://example.go.th/telegram")
        assert (await bot.get_chat(NEE)).type == "private"
        assert (await bot.get_chat_member(GROUP, NEE)).status == "member"
        assert await bot.leave_chat(GROUP)

    run(emulator, install)
    assert list(emulator.commands) == [f"chat:{NEE}/th"]
    assert emulator.secret_token == SECRET


def test_polling(emulator: Emulator) -> None:
    platform = Platform(emulator)
    first, second = platform.text(NEE, "หนึ่ง"), platform.text(NEE, "สอง")
    platform.deliver(first, second)

    async def poll(bot: Bot) -> None:
        assert [update.update_id for update in await bot.get_updates()] == [first["update_id"], second["update_id"]]
        later = await bot.get_updates(offset=second["update_id"])
        assert [update.message.text for update in later if update.message] == ["สอง"]
        threading.Timer(0.2, platform.deliver, [platform.text(NEE, "สาม")]).start()
        waited = await bot.get_updates(offset=second["update_id"] + 1, timeout=5)
        assert [update.message.text for update in waited if update.message] == ["สาม"]

        async def old() -> None:
            with pytest.raises(errors.Conflict, match="other getUpdates"):
                await bot.get_updates(offset=second["update_id"] + 2, timeout=5)

        async def new() -> None:
            await asyncio.sleep(0.2)
            await bot.get_updates(offset=second["update_id"] + 2)

        await asyncio.gather(old(), new())

    run(emulator, poll)
    platform.close()


def test_rates(emulator: Emulator) -> None:
    now = [1000.0]
    emulator.clock = lambda: now[0]

    def send(times: int, chat: int, pause: float) -> None:
        for _ in range(times):
            emulator.spend(chat)
            now[0] += pause

    send(3, NEE, 0.1)
    send(20, NEE, 1.0)
    send(20, SUPERGROUP, 1.0)
    assert emulator.rate_violations == ["chat 42: over one a second"]  # the fourth within half a second
    send(1, SUPERGROUP, 1.0)
    assert len(emulator.rate_violations) == 2
    emulator.strict_rates = True
    with pytest.raises(errors.RetryAfter):
        say(emulator, "มากไป", SUPERGROUP)


def test_an_over_long_button_is_a_violation(emulator: Emulator) -> None:
    button = InlineKeyboardMarkup([[InlineKeyboardButton("ข", callback_data="ก" * 22)]])
    with pytest.raises(errors.BadRequest, match=r"(?i)button_data_invalid"):
        say(emulator, "ก", reply_markup=button)
    assert emulator.violations == ["sendMessage: callback_data: 1 to 64 bytes"]


def test_without_api_json_the_rest_still_holds(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PRATU_SPECS_DIR", str(tmp_path))
    shapes.api.cache_clear()
    try:
        say(emulator, "12", reply_markup=KEYBOARD)
        assert emulator.seen_by(NEE)[0]["text"] == "12"
        assert limits.problems("answerCallbackQuery", {"callback_query_id": "1", "text": "ก" * 201})
    finally:
        monkeypatch.undo()
        shapes.api.cache_clear()
