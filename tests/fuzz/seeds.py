"""What parsers are meant to read: where the fuzzers begin."""

from __future__ import annotations

import io
import json
import zipfile

from PIL import Image

_LINE = {
    "destination": "x",
    "events": [
        {
            "type": "message",
            "webhookEventId": "01H",
            "timestamp": 1_700_000_000_000,
            "mode": "active",
            "replyToken": "r",
            "source": {"type": "group", "groupId": "C1", "userId": "U1"},
            "message": {
                "type": "text",
                "id": "1",
                "text": "@bot ไฟดับ",
                "quotedMessageId": "2",
                "mention": {"mentionees": [{"index": 0, "length": 4, "isSelf": True}]},
            },
        },
        {"type": "unsend", "unsend": {"messageId": "1"}, "source": {"type": "user", "userId": "U1"}},
        {
            "type": "message",
            "source": {"userId": "U1"},
            "message": {"type": "image", "id": "3", "imageSet": {"id": "s", "total": 2, "index": 1}},
        },
        {
            "type": "message",
            "source": {"userId": "U1"},
            "message": {"type": "location", "latitude": 1.5, "longitude": 2},
        },
    ],
}
_TELEGRAM = {
    "update_id": 7,
    "message": {
        "message_id": 5,
        "date": 1_700_000_000,
        "chat": {"id": -100, "type": "supergroup"},
        "from": {"id": 7, "is_bot": False},
        "text": "/รับ@pratu_bot 70-00482-5",
        "reply_to_message": {"message_id": 4, "from": {"id": 1}},
        "forward_origin": {"type": "user"},
    },
}


def _picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize((24, 18)).convert("RGB").save(out, kind)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


def _json(data: object) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


SEEDS: dict[str, list[bytes]] = {
    "line_body": [_json(_LINE), *(_json({"events": [event]}) for event in _LINE["events"])],
    "telegram_body": [
        _json(_TELEGRAM),
        _json(
            {"update_id": 8, "callback_query": {"id": "1", "data": "b1", "from": {"id": 7}, "message": {"chat": {}}}}
        ),
        _json({"update_id": 9, "my_chat_member": {"chat": {"id": 7}, "new_chat_member": {"status": "kicked"}}}),
    ],
    "web_message": [
        _json({"id": "abcdefgh", "kind": "text", "text": "ไฟดับ"}),
        _json({"id": "abcdefgh", "kind": "place", "lat": 16.8, "lon": 100.2}),
        _json({"id": "abcdefgh", "kind": "file", "file": "image." + "a" * 64 + ".b", "name": "a.png"}),
    ],
    "command": ["/รับ 482".encode(), "/ผล 70-00482-5 เสร็จแล้ว".encode(), b"/done@bot! 482", "รับ ๔๘๒".encode()],
    "reference": [b"70-00482-5", "๗๐-๐๐๔๘๒-๕".encode(), "เรื่อง 70 00482 5 กับ 70004825".encode()],
    "date": ["พรุ่งนี้ 10.00".encode(), "25-27 ธ.ค. 69".encode(), "๑ ม.ค. ๒๕๗๐ บ่ายสอง".encode(), b"2026-12-31"],
    "words": ["ไฟถนนดับ ซอย 5 โทร 081-234-5678 เลข 1-1017-00203-45-1".encode(), "ไฟไหม้ ช่วยด้วย".encode()],
    "upload": [*map(_picture, ("JPEG", "PNG", "GIF", "WEBP")), _zip(), b"%PDF-1.7", b"\x00\x00\x00\x18ftypmp42"],
    "workbook": [_zip()],
    "sheet": [
        b"answered_on,channel,S1.1.1\n2026-11-24,line,3\n",
        "answered_on;channel\n24/11/2569;ไลน์\n".encode("cp874"),
    ],
    "token": [b"1.2.1800000000." + b"a" * 40, b"image." + b"a" * 64 + b"." + b"b" * 40],
    "form": [b"number=abc&S1.1.1=satisfied", b"after=12", b"2001:db8::1"],
}
