"""LINE's and Telegram's chats drawn as web pages from what the emulators were sent: near enough to judge by eye."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from tests.line.looks import drawn

WIDTH, HEIGHT = 360, 1500
FONTS = Path(__file__).parent.parent.parent / "bot" / "fonts"
STYLE = """
body{margin:0;font:16px/1.45 L,T;width:360px}
h1{font-size:15px;margin:0;padding:10px 14px;background:#fff;border-bottom:1px solid #ccc}
.log{padding:10px;display:flex;flex-direction:column;gap:8px}
.b{max-width:280px;padding:9px 12px;border-radius:16px;background:#fff;white-space:pre-wrap;overflow-wrap:anywhere}
.me{align-self:flex-end}
.line{background:#8cabd9}.line .me{background:#8de055}
.telegram{background:#d5e3c6}.telegram .me{background:#eeffde}
.row{display:flex;gap:4px;max-width:304px}.row span{flex:1;text-align:center;background:#5f7d5a;color:#fff;
padding:8px;border-radius:8px;font-size:14px}
.quick{display:flex;gap:6px;flex-wrap:wrap}.quick span{background:#fff;border-radius:16px;padding:6px 12px;
font-size:14px;color:#113}
.card{width:300px;background:#fff;border-radius:14px;overflow:hidden}
.keys{display:grid;gap:5px;background:#c9d1d6;padding:6px}.keys span{background:#fff;padding:10px;text-align:center;
border-radius:6px}
"""


def page(kind: str, title: str, body: str, below: str = "") -> str:
    """A whole page."""
    face = "".join(
        f"@font-face{{font-family:{name};src:url('file://{FONTS}/{file}.ttf');font-weight:{weight}}}"
        for name, file, weight in (
            ("T", "NotoSansThai-Regular", 400),
            ("T", "NotoSansThai-Bold", 700),
            ("L", "NotoSans-Regular", 400),
            ("L", "NotoSans-Bold", 700),
        )
    )
    return (
        f"<meta charset=utf-8><style>{face}{STYLE}</style><body class={kind}><h1>{html.escape(title)}</h1>"
        f"<div class=log>{body}</div>{below}"
    )


def mine(text: str) -> str:
    """What the person said."""
    return f"<div class='b me'>{html.escape(text)}</div>"


def line(message: dict[str, Any]) -> str:
    """One message object of LINE, its quick replies below it."""
    if message["type"] == "flex":
        bubble = message["contents"]
        parts = [name for name in ("header", "body", "footer") if name in bubble]
        inside = "".join(
            f"<div style='padding:{0 if name == 'header' else 12}px'>{drawn(bubble[name])}</div>" for name in parts
        )
        shown = f"<div class=card>{inside}</div>"
    else:
        shown = f"<div class=b>{html.escape(message['text'])}</div>"
    items = (message.get("quickReply") or {}).get("items", [])
    labels = "".join(f"<span>{html.escape(item['action']['label'])}</span>" for item in items)
    return shown + (f"<div class=quick>{labels}</div>" if labels else "")


def telegram(message: dict[str, Any]) -> str:
    """One message of Telegram as it was sent (HTML), its buttons below it."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    drawn_rows = "".join(
        "<div class=row>" + "".join(f"<span>{html.escape(button['text'])}</span>" for button in row) + "</div>"
        for row in rows
    )
    return f"<div class=b>{message['text']}</div>{drawn_rows}"


def keyboard(markup: dict[str, Any]) -> str:
    """Telegram's reply keyboard below the chat."""
    labels = [button["text"] for row in markup.get("keyboard", []) for button in row]
    return f"<div class=keys>{''.join(f'<span>{html.escape(label)}</span>' for label in labels)}</div>"
