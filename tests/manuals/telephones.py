"""The same program as it looks on LINE and Telegram, drawn from what it would send there."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from bot.line import draw as on_line
from bot.line import rich_menu
from bot.telegram import draw as on_telegram
from storage.words import Role
from tests.browser import phones
from tests.manuals.camera import Camera
from tests.manuals.stage import Stage
from tests.world import Dialogue

NAME = "เทศบาลตัวอย่าง"
GROUP = "กลุ่มกองช่าง (Telegram)"
FALLEN = "ต้นไม้ล้มขวางถนน หน้าวัดใหม่ หมู่ 3"
_FRAME = (
    "<style>.log,.keys{width:360px;box-sizing:border-box}.menu{display:block;width:360px}"
    ".bar{background:#fff;text-align:center;padding:8px;border-top:1px solid #ccc}</style>"
)


class Telephone:
    """One chat on a telephone, written down as it goes."""

    def __init__(self, kind: str, person: Dialogue) -> None:
        self.kind, self.person, self.body = kind, person, ""
        sees: dict[str, tuple[Any, Callable[[dict[str, Any]], str]]] = {
            "line": (on_line.calls, phones.line),
            "telegram": (on_telegram.calls, phones.telegram),
        }
        self._calls, self._drawn = sees[kind]

    def does(self, said: str, **incoming: Any) -> Telephone:
        """Say it and read the answer; `said` is "" where nothing is typed."""
        self.body += phones.mine(said) if said else ""
        self.person.does(**(incoming or {"kind": "text", "text": said}))
        return self.reads()

    def listens(self) -> Telephone:
        """What came by itself."""
        self.person.parts = []
        self.person.listen()
        return self.reads()

    def reads(self) -> Telephone:
        for call in self._calls(self.person.parts, str.split):
            self.body += "".join(map(self._drawn, call.messages))
        return self

    def clears(self) -> Telephone:
        """What was said so far is no part of the picture."""
        self.body = ""
        return self

    def page(self, title: str, below: str = "") -> str:
        return phones.page(self.kind, title, self.body, below) + _FRAME


def play(stage: Stage, camera: Camera, aside: Path) -> None:
    """A citizen with the menu of LINE, officers in a group and one alone on Telegram."""
    world = stage.world
    citizen = Telephone("line", world.citizen("U-line")).does("", kind="follow")
    camera.shows("line-menu", citizen.page(NAME, _menu()), aside, phones.WIDTH)
    room = Dialogue(world, "telegram", "T-room", chat="-500")
    in_group = Telephone("telegram", room).does(f"/เข้าร่วม {stage.code(Role.OFFICER, 'ENG', 'ช่างโยธา')}")
    officer = Telephone("telegram", world.officer("T-eng", Role.OFFICER, unit="ENG")).clears()
    citizen.person.says(FALLEN).taps("ส่งเรื่อง")
    reference = citizen.person.reference
    in_group.listens().does(f"/รับ {reference}")
    camera.shows("officer-group", in_group.page(GROUP), aside, phones.WIDTH)
    officer.listens().does("/คิว")
    camera.shows("officer-telegram", officer.page(NAME), aside, phones.WIDTH)


def _menu() -> str:
    """The rich menu as the program draws it."""
    with Image.open(io.BytesIO(rich_menu.picture())) as whole:
        small = whole.convert("RGB").resize((720, 486))
    out = io.BytesIO()
    small.save(out, "PNG")
    source = base64.b64encode(out.getvalue()).decode()
    return (
        f"<img class=menu src='data:image/png;base64,{source}'><div class=bar>{rich_menu.menu()['chatBarText']} ▾</div>"
    )
