"""Made-up evidence: a street lamp at night, before and after, and a hole in the road. No photograph of any place."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

_SIZE = (480, 300)


def _png(draw: Callable[[ImageDraw.ImageDraw], None], ground: str) -> bytes:
    picture = Image.new("RGB", _SIZE, ground)
    draw(ImageDraw.Draw(picture))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def lamp(*, lit: bool) -> bytes:
    """A street in the evening; does its lamp burn?"""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.rectangle((0, 220, 480, 300), fill="#2c2f36")
        if lit:
            pen.polygon([(250, 84), (330, 84), (430, 300), (150, 300)], fill="#d9c27a")
        pen.rectangle((120, 60, 132, 300), fill="#7b8088")
        pen.rectangle((120, 60, 300, 70), fill="#7b8088")
        pen.rectangle((250, 66, 330, 84), fill="#fff3bf" if lit else "#4a4f57")
        for x in range(20, 480, 90):
            pen.rectangle((x, 256, x + 44, 262), fill="#b9bcc2")

    return _png(draw, "#34425c" if lit else "#151a24")


def hole() -> bytes:
    """A road with a hole."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.polygon([(150, 0), (330, 0), (480, 300), (0, 300)], fill="#6b6f76")
        pen.ellipse((160, 130, 330, 230), fill="#3b3a38")
        pen.ellipse((185, 150, 300, 215), fill="#57483a")
        pen.rectangle((236, 10, 244, 60), fill="#e6e6e6")

    return _png(draw, "#9fb38a")
