"""The demo page in a real browser: one visitor as citizen, officer and head. Pictures are kept in var/screenshots."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.looking import POOR_CONTRAST

pytestmark = pytest.mark.browser

JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 64
REFERENCE = re.compile(r"\b\d{2}-\d{5,}-\d\b")


class Pane:
    """One of the three chats on the page."""

    def __init__(self, page: Any, name: str) -> None:
        self.root = page.locator(f'[data-pane="{name}"]')
        self.log = self.root.locator(".log")

    def types(self, text: str) -> Pane:
        self.root.get_by_role("textbox").fill(text)
        self.root.get_by_role("textbox").press("Enter")
        return self

    def taps(self, label: str) -> Pane:
        self.root.locator(".choices").get_by_role("button", name=label, exact=True).click()
        return self

    def hears(self, words: str) -> Pane:
        self.log.get_by_text(words).last.wait_for(timeout=10_000)
        return self

    def reference(self) -> str:
        self.root.locator(".card .reference").last.wait_for(timeout=10_000)
        return REFERENCE.search(self.root.locator(".card .reference").last.inner_text()).group()


def test_citizen_officer_and_head_on_one_page(demo: str, browser: Any, shots: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(demo)
    citizen, officer, head = Pane(page, "citizen"), Pane(page, "officer"), Pane(page, "head")
    head.hears("สรุปสด")
    citizen.types("ไฟถนนหน้าตลาดสด หมู่ 3 ดับมา 3 คืนแล้วค่ะ").hears("ตรวจอีกครั้ง")
    page.screenshot(path=shots / "demo-1-review.png")
    citizen.taps("ส่งเรื่อง")
    reference = citizen.reference()
    officer.hears(f"เรื่องใหม่ {reference}").taps(f"/รับ {reference}").hears("รับแล้วโดย")
    officer.types(f"/แจ้ง {reference} ช่างจะเข้าไปวันพุธเช้า").hears("ส่งถึงผู้แจ้งแล้ว")
    citizen.hears("ช่างจะเข้าไปวันพุธเช้า")
    officer.types(f"/ผล {reference} เปลี่ยนหลอดไฟแล้ว").hears("ยังไม่แจ้งผู้แจ้ง")
    officer.taps(f"/ปิด {reference}").hears("รอผู้แจ้งยืนยัน")
    citizen.hears("เปลี่ยนหลอดไฟแล้ว").taps(f"แก้แล้ว {reference}").hears("ปิดเรื่อง")
    head.hears("ปิด 1")
    page.screenshot(path=shots / "demo-2-closed.png")
    assert errors == []


def test_complaint_by_photo_and_pin_on_a_small_phone(demo: str, browser: Any, shots: Path) -> None:
    context = browser.new_context(
        viewport={"width": 360, "height": 740},
        geolocation={"latitude": 16.8211, "longitude": 100.2659},
        permissions=["geolocation"],
    )
    page = context.new_page()
    page.goto(f"{demo}/chat")
    citizen = Pane(page, "citizen")
    page.locator("input[type=file]").set_input_files({"name": "hole.jpg", "mimeType": "image/jpeg", "buffer": JPEG})
    citizen.hears("ได้รูปแล้ว").taps("ถนน/ทางเท้าชำรุด").hears("จุดที่เกิดเรื่อง")
    page.screenshot(path=shots / "chat-phone-1.png")
    citizen.taps("ส่งตำแหน่ง").hears("ตรวจอีกครั้ง")
    citizen.taps("ส่งเรื่อง")
    reference = citizen.reference()
    page.screenshot(path=shots / "chat-phone-2.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    page.reload()
    citizen.hears(reference)
    small = page.evaluate(
        "[...document.querySelectorAll('.choices button, .write button, .write textarea')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).length"
    )
    assert small == 0, "a target is smaller than 44 px"


def test_emergency_shows_numbers_first(demo: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{demo}/chat")
    citizen = Pane(page, "citizen").types("ไฟไหม้บ้านข้างๆ ช่วยด้วย").hears("199")
    first = page.locator(".bubble.out").first.inner_text()
    assert "199" in first
    assert "191" in first
    citizen.types("ซอย 5").hears("เร่งด่วน")


def test_keyboard_alone_is_enough_and_names_are_there(demo: str, browser: Any) -> None:
    page = browser.new_page()
    page.goto(f"{demo}/chat")
    page.get_by_role("textbox", name="พิมพ์ข้อความ").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.get_by_role("textbox").focus()
    page.keyboard.type("ไฟถนนดับ ซอย 5")
    page.keyboard.press("Enter")
    Pane(page, "citizen").hears("ตรวจอีกครั้ง")
    assert page.get_by_role("log").count() == 1
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, textarea, input:not([hidden])')]"
        ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label'))).length"
    )
    assert unnamed == 0
    assert page.evaluate("document.documentElement.lang") == "th"


def test_contrast_is_readable(demo: str, browser: Any) -> None:
    """Every text on the page has at least 4.5 : 1 against what is behind it (WCAG 2.2 AA, 1.4.3)."""
    page = browser.new_page()
    page.goto(f"{demo}/chat")
    Pane(page, "citizen").types("ไฟถนนดับ ซอย 5").hears("ตรวจอีกครั้ง").taps("ส่งเรื่อง").reference()
    poor = page.evaluate(POOR_CONTRAST)
    assert poor == []


def test_nothing_comes_from_elsewhere(demo: str, browser: Any) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo)
    Pane(page, "head").hears("สรุปสด")
    assert all(url.startswith((demo, "data:", "blob:")) for url in asked)
