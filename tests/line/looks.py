"""Draws a Flex bubble as a web page, near enough to judge it by eye: `python -m tests.line.looks` writes pictures."""

from __future__ import annotations

import html
import sys
from pathlib import Path
from typing import Any

from bot.line import flex
from bot.line.draw import action

SIZES = {"xs": 13, "sm": 14, "md": 16, "lg": 19, "xl": 22, "xxl": 29}


def drawn(component: dict[str, Any]) -> str:
    """One Flex component as HTML."""
    kind = component["type"]
    if kind == "text":
        weight = 700 if component.get("weight") == "bold" else 400
        style = (
            f"font-size:{SIZES[component.get('size', 'md')]}px;color:{component.get('color', '#111')};"
            f"font-weight:{weight};text-align:{component.get('align', 'start')}"
        )
        return f"<div style='{style}'>{html.escape(component['text'])}</div>"
    if kind == "separator":
        return "<hr>"
    if kind == "filler":
        return ""
    if kind == "image":
        return f"<img src='{html.escape(component['url'])}' style='width:100%;display:block'>"
    if kind == "button":
        colour = component.get("color", "#dcdfe5")
        ink = "#fff" if component.get("style") == "primary" else "#111"
        label = html.escape(component["action"]["label"])
        style = f"background:{colour};color:{ink};padding:12px;text-align:center;border-radius:8px;margin:6px"
        return f"<div style='{style}'>{label}</div>"
    direction = "row" if component.get("layout") == "horizontal" else "column"
    inner = "".join(f"<div style='flex:1'>{drawn(child)}</div>" for child in component["contents"])
    back = component.get("backgroundColor", "transparent")
    pad = component.get("paddingAll", "0")
    return f"<div style='display:flex;flex-direction:{direction};gap:6px;background:{back};padding:{pad}'>{inner}</div>"


def inside(bubble: dict[str, Any]) -> str:
    """What stands in a bubble."""
    return "".join(
        f"<div style='padding:{0 if name in ('header', 'hero') else 14}px'>{drawn(bubble[name])}</div>"
        for name in ("header", "hero", "body", "footer")
        if name in bubble
    )


def page(*bubbles: dict[str, Any]) -> str:
    """Bubbles on a page, each 300 px wide, like LINE's "mega" on a small phone; those of a carousel equally high."""
    fonts = Path(__file__).parent.parent.parent / "bot" / "fonts"
    face = "".join(
        f"@font-face{{font-family:{name};src:url('file://{fonts}/{file}.ttf');font-weight:{weight}}}"
        for name, file, weight in (
            ("T", "NotoSansThai-Regular", 400),
            ("T", "NotoSansThai-Bold", 700),
            ("L", "NotoSans-Regular", 400),
            ("L", "NotoSans-Bold", 700),
        )
    )
    body = "body{font-family:L,T;margin:10px;background:#8cabd9;line-height:1.45}"
    frame = "flex:0 0 300px;background:#fff;border-radius:14px;overflow:hidden"
    parts = "".join(f"<div style='{frame}'>{inside(bubble)}</div>" for bubble in bubbles)
    return f"<meta charset=utf-8><style>{face}{body}</style><div style='display:flex;gap:10px'>{parts}</div>"


def main() -> None:
    """Draw the sample card, calm and urgent, into the folder given (var/screenshots)."""
    import dataclasses

    from playwright.sync_api import sync_playwright

    from tests.line.test_outbound import CARD

    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-background-networking"]
        )
        view = browser.new_page(viewport={"width": 330, "height": 640})
        for name, card in (("calm", CARD), ("urgent", dataclasses.replace(CARD, urgent=True))):
            path = folder / f"flex-{name}.html"
            path.write_text(page(flex.card(card, action)), encoding="utf-8")
            view.goto(f"file://{path.resolve()}")
            view.screenshot(path=folder / f"flex-{name}.png", full_page=True)
        browser.close()


if __name__ == "__main__":
    main()
