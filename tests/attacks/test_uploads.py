"""Files that are not what they are called, unpack to more than they weigh, or carry something along."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
import zlib
from pathlib import Path

import httpx
import pytest
from PIL import Image

from bot.documents import pictures
from bot.looks import NOTHING, see
from bot.media import kept_as, mime_of
from bot.webchat import routes, uploads
from bot.webchat.brake import Brake, Open
from bot.webchat.refusals import Refused
from handlers.rules.media import refusal
from tests.attacks.conftest import Site
from tests.world import BANGKOK


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), exif: bytes = b"") -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(out, kind, **({"exif": exif} if exif else {}))
    return out.getvalue()


def zipped(*names: str, content: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
    return out.getvalue()


OOXML = ("[Content_Types].xml", "word/document.xml")
NOT_TAKEN = {
    "a page": b"<!DOCTYPE html><script>alert(1)</script>",
    "a drawing with a script": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a drawing with a head": b'<?xml version="1.0"?><svg/>',
    "a program for Windows": b"MZ\x90\x00" + b"\x00" * 60,
    "a program for Linux": b"\x7fELF" + b"\x00" * 60,
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "PostScript, which Pillow would hand to a program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "an archive": zipped("a.txt"),
    "an archive with a program": zipped(*OOXML, "word/a.exe"),
    "a document with macros": zipped(*OOXML, "word/vbaProject.bin"),
    "macros, written large": zipped("[CONTENT_TYPES].XML", "WORD/DOCUMENT.XML", "WORD/VBAPROJECT.BIN"),
    "an open document with macros": zipped("mimetype", "Basic/script-lb.xml"),
    "an old office document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100,
    "RTF": b"{\\rtf1 {\\object}}",
    "a shortcut": b"L\x00\x00\x00\x01\x14\x02\x00",
    "a cabinet": b"MSCF\x00\x00\x00\x00",
    "nothing": b"",
}


@pytest.mark.parametrize("what", NOT_TAKEN)
@pytest.mark.parametrize("name", ["photo.jpg", "a.pdf", "a.docx", ""])
def test_what_could_run_is_not_kept_whatever_it_is_called(what: str, name: str) -> None:
    assert kept_as(NOT_TAKEN[what], name) == ""


@pytest.mark.parametrize("name", ["a.exe", "a.jpg.exe", "a.svg", "a.html", "a.docm", "a.xlsm", "a.js", "a.pdf .exe"])
def test_a_name_that_could_run_is_not_even_fetched(name: str) -> None:
    assert refusal("file", name, 100) == "file_type"


@pytest.mark.parametrize("name", ["a.jpg", "../../a.pdf", "C:\\x\\a.docx"])
def test_what_is_taken_is_taken(name: str) -> None:
    assert refusal("file", name, 100) == ""
    assert refusal("file", name, 10**12) == "too_large"


# --- bombs -----------------------------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """A picture that says it is this large and is a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 5000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 1), (7_000, 7_000), (1, 2**31 - 1)])
def test_a_picture_that_unpacks_to_a_house_is_not_unpacked(size: tuple[int, int]) -> None:
    bomb = png(*size)
    assert see(bomb, "image/png", BANGKOK) == NOTHING
    assert pictures.small(bomb) is None


def test_a_note_that_unpacks_to_a_house_is_not_unpacked() -> None:
    text = b"zTXt" + b"x\x00\x00" + zlib.compress(b"0" * 80_000_000)
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    content = picture("PNG")
    at = 33  # behind the head
    seen = see(content[:at] + chunk + content[at:], "image/png", BANGKOK)
    assert seen.taken_at is None


def test_an_archive_is_judged_by_its_list_and_never_unpacked() -> None:
    bomb = zipped(*OOXML, content=b"0" * 30_000_000)
    assert len(bomb) < 100_000
    assert kept_as(bomb, "a.docx").endswith("wordprocessingml.document"), "kept sealed, as it came"
    lies = bytearray(zipped(*OOXML))
    lies[-10:-6] = (2**31).to_bytes(4, "little")
    assert kept_as(bytes(lies), "a.docx") == ""


# --- two things at once ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", zipped("a.exe"), b"%PDF-1.7 /JS (app.alert(1))", b"MZ"])
def test_a_picture_with_something_behind_it_leaves_it_behind(tail: bytes) -> None:
    """What comes on paper is drawn anew from its dots; the original lies sealed and is shown to nobody."""
    both = picture() + tail
    assert mime_of(both) == "image/jpeg"
    copy = pictures.small(both)
    assert copy is not None
    assert tail not in copy
    assert copy != both


def test_place_camera_and_time_stay_with_the_original() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "a camera", "somebody"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (16.0, 49.0, 16.0)
    content = picture(exif=exif.tobytes())
    assert b"a camera" in content
    copy = pictures.small(content)
    assert copy is not None
    assert b"a camera" not in copy
    assert b"Exif" not in copy
    assert not Image.open(io.BytesIO(copy)).getexif()


@pytest.mark.parametrize("kind", ["TIFF", "BMP", "ICO", "PPM", "AVIF", "PCX", "TGA"])
def test_only_the_kinds_we_take_are_ever_opened(kind: str) -> None:
    """Each decoder is a door: those nobody needs stay shut, whatever the bytes say."""
    content = picture(kind)
    assert pictures.small(content) is None
    assert see(content, "image/png", BANGKOK) == NOTHING


@pytest.mark.parametrize("cut", [1, 2, 7, 20, 100, 400])
def test_a_broken_picture_is_none(cut: int) -> None:
    for kind in ("JPEG", "PNG", "GIF", "WEBP"):
        content = picture(kind)
        pictures.small(content[:-cut])
        pictures.small(content[:cut] + b"\xff" * 50 + content[cut:])


# --- over the web chat -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def token(site: Site) -> dict[str, str]:
    answer = site.http.post("/chat/session")
    return {"authorization": f"Bearer {answer.json()['token']}"}


def upload(site: Site, token: dict[str, str], content: bytes, name: str = "a.png") -> httpx.Response:
    return site.http.post("/chat/files", files={"file": (name, content, "image/png")}, headers=token)


@pytest.mark.parametrize("what", NOT_TAKEN)
def test_the_web_chat_takes_pictures_and_papers_only(site: Site, token: dict[str, str], what: str) -> None:
    assert upload(site, token, NOT_TAKEN[what]).status_code == 415


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/cron.d/x", "..\\..\\x", "/etc/passwd", "a\x00b", "a\r\nX-Evil: 1", "\u202egpj", "x" * 5000],
)
def test_a_name_is_only_a_name(site: Site, token: dict[str, str], name: str) -> None:
    answer = upload(site, token, picture(), name)
    assert answer.status_code in (200, 400)
    kept = answer.json().get("name", "")
    assert not set(kept) & set("/\\\x00\r\n\u202e")
    assert len(kept) <= 100
    data = Path(site.server.folder)
    assert not [path for path in data.rglob("*") if "cron" in path.name or "passwd" in path.name]


def test_what_is_stored_is_sealed_and_served_to_nobody(site: Site, token: dict[str, str]) -> None:
    content = picture("PNG", (64, 64))
    ticket = upload(site, token, content).json()["file"]
    stored = [path for path in (site.server.folder / "data" / "files").rglob("*") if path.is_file()]
    assert stored
    assert not [path for path in stored if path.read_bytes()[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0", b"GIF8", b"%PDF")]
    digest = ticket.split(".")[1]
    for path in (f"/files/{digest}", f"/files/{ticket}", f"/chat/files/{digest}", f"/static/{digest}", f"/{digest}"):
        assert site.http.get(path).status_code in (404, 405)


def test_a_ticket_is_for_its_chat_only(site: Site, token: dict[str, str]) -> None:
    ticket = upload(site, token, picture()).json()["file"]
    other = {"authorization": f"Bearer {site.http.post('/chat/session').json()['token']}"}
    message = {"id": "ticket-0001", "kind": "file", "file": ticket, "name": "a.png"}
    assert site.http.post("/chat/messages", json=message, headers=other).status_code == 400
    kind, digest, mark = ticket.split(".")
    bent = {**message, "file": f"file.{digest}.{mark}"}
    assert site.http.post("/chat/messages", json=bent, headers=token).status_code == 400
    assert kind == "image"
    assert site.http.post("/chat/messages", json=message, headers=token).status_code == 200


def test_a_file_too_large_never_touches_the_disk(site: Site, token: dict[str, str]) -> None:
    assert upload(site, token, b"\xff\xd8\xff" + b"0" * (11 * 1024 * 1024)).status_code == 413
    assert uploads._InMemory.spool_max_size > uploads.LARGEST_FILE, "what is spooled is not sealed"


def test_forms_that_are_none(site: Site, token: dict[str, str]) -> None:
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x",
        "text/plain",
    ):
        answer = site.http.post("/chat/files", content=b"--x\r\n\r\n" * 1000, headers={**token, "content-type": kind})
        assert answer.status_code in (400, 415), kind
    many = {f"f{number}": (f"{number}.png", picture(), "image/png") for number in range(20)}
    assert site.http.post("/chat/files", files=many, headers=token).status_code == 400


def test_nobody_fills_the_disk_alone() -> None:
    """What one chat, and one connection, may bring in a while; the next one is not held back by it."""
    now = 0.0
    brake = Brake(3, 60.0, lambda: now)
    for _ in range(3):
        brake.check("one")
    with pytest.raises(Refused) as refused:
        brake.check("one")
    assert refused.value.status == 429
    brake.check("another")
    now = 61.0
    brake.check("one")
    limits = (routes.MESSAGES, routes.FILES, routes.FILES_THERE, routes.SESSIONS_THERE)
    assert all(most <= 600 for most, _seconds in limits)


def test_a_page_that_sends_without_end_is_told_to_wait(site: Site) -> None:
    token = {"authorization": f"Bearer {site.http.post('/chat/session').json()['token']}"}

    def say(number: int) -> int:
        body = {"id": f"flood-{number:05d}", "kind": "text", "text": "สวัสดี"}
        return site.http.post("/chat/messages", json=body, headers=token).status_code

    statuses = [say(number) for number in range(70)]
    assert (statuses[0], statuses[-1]) == (200, 429)
    assert set(statuses) == {200, 429}
    other = {"authorization": f"Bearer {site.http.post('/chat/session').json()['token']}"}
    body = {"id": "calm-00001", "kind": "text", "text": "สวัสดี"}
    assert site.http.post("/chat/messages", json=body, headers=other).status_code == 200


def test_a_chat_holds_ten_pages_open_and_no_more(site: Site) -> None:
    """Each open page is looked after for as long as it is there."""
    token = {"authorization": f"Bearer {site.http.post('/chat/session').json()['token']}"}
    with contextlib.ExitStack() as opened:
        client = opened.enter_context(httpx.Client(base_url=site.server.url, timeout=60))
        reading = []  # a reader that is let go closes its page
        for _ in range(routes.PAGES):
            answer = opened.enter_context(client.stream("GET", "/chat/events", headers=token))
            assert answer.status_code == 200
            reading.append(answer.iter_text())
            assert next(reading[-1])
        assert opened.enter_context(client.stream("GET", "/chat/events", headers=token)).status_code == 429
        other = {"authorization": f"Bearer {site.http.post('/chat/session').json()['token']}"}
        answer = opened.enter_context(client.stream("GET", "/chat/events", headers=other))
        assert answer.status_code == 200, "somebody else's are their own"


def test_a_page_that_is_closed_is_let_go() -> None:
    held = Open(1)
    with held.hold("one"):
        with pytest.raises(Refused):
            held.check("one")
        held.check("another")
    held.check("one")
