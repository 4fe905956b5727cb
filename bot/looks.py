"""How a picture looks, in 64 bits, and when its camera says it was taken. Pure: bytes in, facts out, never an error.

A picture sent twice is told by its looks, not by its bytes: LINE and Telegram squeeze and shrink what they carry.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from itertools import pairwise

from PIL import Image

log = logging.getLogger("pratu.looks")

# HEIC is kept as it is: nothing here can open it, so it has no looks.
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
# A JPEG is decoded at an eighth of its size; of the others every pixel is held in memory.
_MOST_PIXELS = {"JPEG": 70_000_000, "MPO": 70_000_000, "PNG": 30_000_000, "WEBP": 30_000_000, "GIF": 30_000_000}
Image.MAX_IMAGE_PIXELS = max(_MOST_PIXELS.values())
warnings.simplefilter("error", Image.DecompressionBombWarning)

_ACROSS, _DOWN = 9, 8  # nine grey dots in a row make eight steps from light to dark
_LEAST_CONTRAST = 12  # grey levels of 256: a flat picture looks like every other flat picture
_FEWEST_STEPS = 3  # a smooth slope has none, or all; so has every other one
_TURNED, _EXIF, _TAKEN, _OFFSET = 0x0112, 0x8769, 0x9003, 0x9011
_Turn = Image.Transpose
_UPRIGHT = {
    2: _Turn.FLIP_LEFT_RIGHT,
    3: _Turn.ROTATE_180,
    4: _Turn.FLIP_TOP_BOTTOM,
    5: _Turn.TRANSPOSE,
    6: _Turn.ROTATE_270,
    7: _Turn.TRANSVERSE,
    8: _Turn.ROTATE_90,
}
_STAMP = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"([+-])(\d\d):(\d\d)")
_BUDDHIST_ERA = 543
_EARLIEST = 2010  # a camera whose clock was never set says 1970, 1980 or 2000


@dataclass(frozen=True)
class Seen:
    """What a picture shows of itself: looks as 16 hexadecimal digits, and its camera's time; None where it does not."""

    looks: str | None = None
    taken_at: datetime | None = None


NOTHING = Seen()


def see(content: bytes, mime: str, zone: tzinfo) -> Seen:
    """The looks and the camera's time of a stored file. A camera without an offset is taken to run in `zone`.

    A file that is no picture, is broken, or would unpack to more than we are ready to hold has neither.
    """
    kind = FORMATS.get(mime)
    if kind is None:
        return NOTHING
    try:
        with Image.open(io.BytesIO(content), formats=(kind,)) as picture:
            if is_huge(picture):
                return NOTHING
            turned, taken_at = _notes(picture, zone)
            return Seen(_looks(picture, turned), taken_at)
    except Exception as odd:  # decoders raise whatever they like; a picture we cannot read is kept all the same
        log.info("a picture without looks", extra={"why": type(odd).__name__})
        return NOTHING


def is_huge(picture: Image.Image) -> bool:
    """Would it unpack to more than we are ready to hold?"""
    return picture.width * picture.height > _MOST_PIXELS.get(picture.format or "", 0)


def _looks(picture: Image.Image, turned: int) -> str | None:
    """The difference hash: is each dot darker than the one to its right? The right way up, however it was `turned`."""
    picture.draft("L", (_ACROSS * 16, _DOWN * 16))
    grey = picture.convert("L")
    if turned in _UPRIGHT:
        grey = grey.transpose(_UPRIGHT[turned])
    small = grey.resize((_ACROSS, _DOWN), Image.Resampling.BOX)
    dots = small.tobytes()
    if max(dots) - min(dots) < _LEAST_CONTRAST:
        return None
    rows = [dots[at : at + _ACROSS] for at in range(0, len(dots), _ACROSS)]
    steps = [left < right for row in rows for left, right in pairwise(row)]
    if not _FEWEST_STEPS <= sum(steps) <= len(steps) - _FEWEST_STEPS:
        return None
    return f"{sum(step << place for place, step in enumerate(reversed(steps))):016x}"


def _notes(picture: Image.Image, zone: tzinfo) -> tuple[int, datetime | None]:
    """(how the camera was held, when it says it took the picture)."""
    try:
        exif = picture.getexif()
        notes = exif.get_ifd(_EXIF)
        turned = int(exif.get(_TURNED, 1))
    except Exception:  # notes nobody can read say nothing about the picture
        return 1, None
    return turned, _moment(str(notes.get(_TAKEN, "")), str(notes.get(_OFFSET, "")), zone)


def _moment(stamp: str, offset: str, zone: tzinfo) -> datetime | None:
    found = _STAMP.match(stamp.lstrip())
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    if year > 2400:
        year -= _BUDDHIST_ERA  # telephones set to Thai write 2569
    if year < _EARLIEST:
        return None
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_offset(offset) or zone)
    except ValueError:
        return None


def _offset(text: str) -> timezone | None:
    found = _ZONE.match(text.lstrip())
    if found is None:
        return None
    ahead = timedelta(hours=int(found.group(2)), minutes=int(found.group(3)))
    return timezone(-ahead if found.group(1) == "-" else ahead) if ahead < timedelta(hours=24) else None
