"""How pictures look: the same one however it travelled, another one never, and nothing that could hurt us."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image, ImageDraw

from bot.looks import NOTHING, see
from storage.photos import look_alike
from tests.world import BANGKOK


def street(seed: int, size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    """A made-up street: sky, road, and things beside it that are elsewhere in each."""
    import random

    chance = random.Random(seed)
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        wide, high = chance.randrange(size[0] // 12, size[0] // 3), chance.randrange(size[1] // 12, size[1] // 2)
        draw.rectangle((x, y, x + wide, y + high), fill=tuple(chance.randrange(256) for _ in range(3)))
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def looks_of(content: bytes, mime: str = "image/jpeg") -> str:
    found = see(content, mime, BANGKOK).looks
    assert found is not None
    assert len(found) == 16
    return found


@pytest.mark.parametrize("seed", range(8))
def test_a_picture_squeezed_and_shrunk_on_its_way_is_the_same(seed: int) -> None:
    picture = street(seed)
    first = looks_of(saved(picture, quality=92))
    for size, quality in (((1280, 960), 75), ((640, 480), 40), ((320, 240), 60)):
        assert look_alike(first, looks_of(saved(picture.resize(size), quality=quality)))
    assert look_alike(first, looks_of(saved(picture, "PNG"), "image/png"))
    assert look_alike(first, looks_of(saved(picture, "WEBP", quality=50), "image/webp"))


def test_other_pictures_are_others() -> None:
    found = [looks_of(saved(street(seed))) for seed in range(12)]
    pairs = [(one, other) for at, one in enumerate(found) for other in found[at + 1 :]]
    assert not any(look_alike(one, other) for one, other in pairs)


def test_a_camera_held_upright_shows_the_same_picture() -> None:
    """The platform turns the pixels and drops the note that said so."""
    picture = street(3)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = saved(picture.transpose(Image.Transpose.ROTATE_90), exif=exif)
    assert look_alike(looks_of(saved(picture)), looks_of(turned))


def test_a_picture_that_shows_nothing_looks_like_no_other() -> None:
    black = Image.new("RGB", (400, 300))
    slope = Image.linear_gradient("L").rotate(90).resize((400, 300))
    for picture in (black, Image.new("RGB", (400, 300), "white"), slope):
        assert see(saved(picture), "image/jpeg", BANGKOK).looks is None


def taken(stamp: str, offset: str = "") -> datetime | None:
    exif = Image.Exif()
    notes = exif.get_ifd(0x8769)
    notes[0x9003] = stamp
    if offset:
        notes[0x9011] = offset
    return see(saved(street(1), exif=exif), "image/jpeg", BANGKOK).taken_at


@pytest.mark.parametrize(
    ("stamp", "offset", "expected"),
    [
        ("2026:11:24 09:30:05", "", datetime(2026, 11, 24, 2, 30, 5, tzinfo=UTC)),
        ("2026:11:24 09:30:05", "+09:00", datetime(2026, 11, 24, 0, 30, 5, tzinfo=UTC)),
        ("2026:11:24 09:30:05", "-03:30", datetime(2026, 11, 24, 13, 0, 5, tzinfo=UTC)),
        ("2571:02:29 12:00:00", "", datetime(2028, 2, 29, 5, 0, tzinfo=UTC)),  # a telephone set to Thai
        ("2026:11:24 09:30:05", "+99:00", datetime(2026, 11, 24, 2, 30, 5, tzinfo=UTC)),
        ("2000:01:01 00:00:00", "", None),  # a clock nobody ever set
        ("2026:13:45 99:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("yesterday", "", None),
    ],
)
def test_when_it_was_taken(stamp: str, offset: str, expected: datetime | None) -> None:
    assert taken(stamp, offset) == expected


def test_a_picture_without_notes_has_no_time() -> None:
    assert see(saved(street(1)), "image/jpeg", BANGKOK).taken_at is None


def claiming(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


@pytest.mark.parametrize("size", [(9_000, 9_000), (20_000, 20_000), (60_000, 60_000), (0, 7)])
def test_what_claims_to_be_huge_is_put_aside(size: tuple[int, int]) -> None:
    assert see(claiming(*size), "image/png", BANGKOK) == NOTHING


def test_a_picture_that_would_fill_the_memory_is_not_unpacked() -> None:
    small, huge = street(2, (600, 600)).convert("L"), street(2, (600, 600)).convert("L").resize((6_000, 6_000), 0)
    assert looks_of(saved(small, "PNG"), "image/png") != ""
    assert see(saved(huge, "PNG"), "image/png", BANGKOK) == NOTHING
    assert looks_of(saved(huge))  # of a JPEG only an eighth is


def test_whatever_is_broken_has_no_looks() -> None:
    whole = saved(street(5))
    for content in (b"", whole[:3], whole[:200], whole[: len(whole) // 2], b"\xff\xd8\xff" + b"\x00" * 5000):
        assert see(content, "image/jpeg", BANGKOK).looks is None
    for content in (saved(street(5), "PNG")[:5000], b"\x89PNG\r\n\x1a\n"):
        assert see(content, "image/png", BANGKOK) == NOTHING


def test_what_nobody_here_can_open_is_not_opened() -> None:
    for mime in ("image/heic", "application/pdf", "video/mp4", "text/html"):
        assert see(saved(street(5)), mime, BANGKOK) == NOTHING
    assert see(saved(street(5), "TIFF"), "image/jpeg", BANGKOK) == NOTHING  # by another name


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_broken_notes_do_not_hide_the_picture() -> None:
    whole = saved(street(5), exif=b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 40)
    found = see(whole, "image/jpeg", BANGKOK)
    assert (found.looks is not None, found.taken_at) == (True, None)
