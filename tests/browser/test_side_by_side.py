"""The same conversation on LINE, Telegram and the web: the same words, drawn side by side for the eye."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests import line_emulator
from tests.browser import phones
from tests.browser.test_demo import Pane
from tests.line_emulator import User
from tests.line_emulator import server as line_server
from tests.serving import Server, telegram_environ
from tests.telegram_emulator import Person
from tests.telegram_emulator import Platform as TelegramPlatform
from tests.telegram_emulator import server as telegram_server

pytestmark = pytest.mark.browser

# A road is no spot: three people tell of it in the same words, and none is asked whether they join another.
FIRST, PLACE, SEND = "ไฟกิ่งหน้าบ้านดับมา 3 คืนแล้วค่ะ มืดมาก", "ถนนสายเอเชีย", "ส่งเรื่อง"
STEPS = ((FIRST, "จุดที่เกิดเรื่อง"), (PLACE, "ตรวจอีกครั้ง"), (SEND, "รหัสเรื่อง"))
REFERENCE = re.compile(r"\b\d{2}-\d{5,}-\d\b")
SECRET = re.compile(r"\b[0-3]\d{7}\b")


def _on_line(user: User) -> str:
    body, seen = "", 0
    for said, heard in STEPS:
        user.says(said).hears(heard)
        body += phones.mine(said) + "".join(phones.line(message) for message in user.sees[seen:])
        seen = len(user.sees)
    return phones.page("line", "LINE", body)


def _on_telegram(person: Person) -> str:
    body, seen = "", 0
    sent = person.platform.emulator.delivered
    for said, heard in STEPS:
        person.says(said).hears(heard)
        if said == SEND:
            person.hears("กำหนด")  # the card is a call of its own
        new = [item.params for item in sent if item.chat_id == person.id][seen:]
        body += phones.mine(said) + "".join(phones.telegram(params) for params in new)
        seen += len(new)
    return phones.page("telegram", "Telegram", body)


def _on_the_web(url: str, browser: Any) -> tuple[bytes, str]:
    page = browser.new_page(viewport={"width": phones.WIDTH, "height": phones.HEIGHT})
    page.goto(f"{url}/chat")
    citizen = Pane(page, "citizen")
    for said, heard in STEPS:
        citizen.types(said).hears(heard)
    citizen.reference()
    page.wait_for_timeout(500)  # bubbles fade in
    return page.screenshot(), citizen.log.inner_text()


def _picture(browser: Any, folder: Path, name: str, text: str) -> bytes:
    path = folder / f"{name}.html"
    path.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": phones.WIDTH, "height": phones.HEIGHT})
    page.goto(f"file://{path}")
    return bytes(page.screenshot())


def _same(text: str) -> set[str]:
    """The lines somebody reads, without what differs by chance or by the platform's name."""
    lines = SECRET.sub("S", REFERENCE.sub("R", text)).splitlines()
    return {line.strip() for line in lines if len(line.strip()) > 12 and "เก็บข้อมูลอยู่ต่างประเทศ" not in line}


def test_the_same_conversation_in_three_channels(tmp_path: Path, browser: Any, shots: Path) -> None:
    with line_server.running() as line, telegram_server.running() as telegram:
        url = f"sqlite:///{tmp_path}/pratu.db"
        server = Server(tmp_path, url, line, extra=telegram_environ(telegram)).prepare().start()
        user = User(line_emulator.Platform(line, f"{server.url}/webhooks/line"), f"U{1:032x}")
        person = Person(TelegramPlatform(telegram, f"{server.url}/webhooks/telegram"), 7_000_000_001)
        try:
            pages = {"line": _on_line(user), "telegram": _on_telegram(person)}
            web, words = _on_the_web(server.url, browser)
        finally:
            user.platform.close()
            person.platform.close()
            server.stop()
    pictures = [_picture(browser, tmp_path, name, text) for name, text in pages.items()] + [web]
    opened = [Image.open(io.BytesIO(picture)) for picture in pictures]
    whole = Image.new("RGB", (phones.WIDTH * 3 + 20, phones.HEIGHT), "white")
    for column, picture in enumerate(opened):
        whole.paste(picture, (column * (phones.WIDTH + 10), 0))
    whole.save(shots / "three-channels.png")
    bubbles = _same("\n".join(message["text"] for message in user.sees if message["type"] == "text"))
    assert len(bubbles) >= 12
    assert bubbles - _same(words) == set()
    assert bubbles - _same(person.text) == set()
