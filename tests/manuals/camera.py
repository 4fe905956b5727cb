"""Takes a picture of what a browser shows: small, in few colours; one that shows the same is left alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

from tests.browser.test_demo import Pane

WIDTH = 390  # a phone of today
SHARP = 1.6
COLOURS = 40
_SAME = 0.002  # of all dots: a hair's breadth of a letter drawn otherwise
_SEEN = 64  # of 256
# Everything said stands on the picture, however long; nothing moves.
_WHOLE = """
.single .pane, .pane { height: auto !important; min-height: 0 !important; }
.log { overflow: visible !important; min-height: 0 !important; } .choices { max-height: none !important; }
.single main { min-height: 0 !important; }
.bubble, .card { animation: none !important; } .left-out { display: none !important; }
textarea { caret-color: transparent !important; }
"""


class Camera:
    """A browser whose pictures go into one folder."""

    def __init__(self, browser: Any, folder: Path) -> None:
        self._browser = browser
        self.folder = folder
        self.taken: list[str] = []

    def page(self, url: str, width: int = WIDTH, height: int = 800) -> Any:
        """A visitor of their own, with nothing remembered of others."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=SHARP,
            locale="th-TH",
            bypass_csp=True,  # for the style below only
            geolocation={"latitude": 16.8211, "longitude": 100.2659},
            permissions=["geolocation"],
        )
        page = context.new_page()
        page.goto(url)
        return page

    def chat(self, url: str) -> Person:
        """Somebody who opens the web chat."""
        page = self.page(f"{url}/chat")
        page.add_style_tag(content=_WHOLE)
        return Person(page, self)

    def shows(self, name: str, html: str, folder: Path, width: int = WIDTH) -> None:
        """A page of ours, drawn for the picture."""
        path = folder / f"{name}.html"
        path.write_text(html, encoding="utf-8")
        page = self.page(path.as_uri(), width, 200)
        page.evaluate("document.fonts.ready")
        self.keep(name, page.screenshot(full_page=True))
        page.context.close()

    def whole(self, name: str, page: Any, to: str = "") -> None:
        """The page from its top, down to the end of the element of this selector where one is given."""
        page.evaluate("document.fonts.ready")
        clip = None
        if to:
            box = page.locator(to).first.bounding_box()
            clip = {"x": 0, "y": 0, "width": page.viewport_size["width"], "height": box["y"] + box["height"] + 12}
        self.keep(name, page.screenshot(full_page=True, clip=clip) if clip else page.screenshot(full_page=True))

    def keep(self, name: str, png: bytes) -> None:
        """Store a picture, unless the one that is there shows the same."""
        with Image.open(io.BytesIO(png)) as taken:
            picture = taken.convert("RGB")
        path = self.folder / f"{name}.png"
        self.taken.append(path.name)
        if path.exists() and _look_alike(picture, path):
            return
        few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


def _look_alike(new: Image.Image, path: Path) -> bool:
    with Image.open(path) as stored:
        old = stored.convert("RGB")
    if new.size != old.size:
        return False
    apart = ImageChops.difference(new, old).convert("L").point([255 * (light > _SEEN) for light in range(256)])
    return apart.histogram()[255] < _SAME * new.width * new.height


class Person(Pane):
    """One person's chat in a browser of their own."""

    def __init__(self, page: Any, camera: Camera) -> None:
        super().__init__(page, "citizen")
        self.page, self._camera = page, camera

    def sends_photo(self, name: str, content: bytes) -> Person:
        self.page.locator("input[type=file]").set_input_files(
            {"name": f"{name}.png", "mimeType": "image/png", "buffer": content}
        )
        return self

    def shown(self, name: str, *, last: int = 0, skip: int = 0, box: bool = False) -> Person:
        """A picture of the newest `last` things said (all: 0) but for the newest `skip`; `box`: and where one types."""
        self.page.mouse.move(0, 0)
        self.page.wait_for_timeout(250)
        self.page.evaluate(
            """([last, skip, box]) => {
              const said = [...document.querySelectorAll('.log > *')];
              const from = last ? said.length - skip - last : 0, till = said.length - skip;
              said.forEach((e, i) => e.classList.toggle('left-out', i < from || i >= till));
              document.querySelector('.choices').classList.toggle('left-out', skip > 0);
              for (const part of ['.write', '.again']) document.querySelector(part).classList.toggle('left-out', !box);
              document.activeElement?.blur(); }""",
            [last, skip, box],
        )
        self._camera.keep(name, self.root.screenshot())
        self.page.evaluate("document.querySelectorAll('.left-out').forEach((e) => e.classList.remove('left-out'))")
        return self
