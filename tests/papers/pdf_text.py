"""The words of a PDF made by typst: enough of a reader to know what stands on the paper.

A mark that is drawn by itself carries its consonant along (a habit of the writer), so doubled clusters are made one.
"""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\nendstream", re.DOTALL)
_TOKEN = re.compile(
    rb"/(?P<font>\w+) [\d.]+ Tf|/ActualText\s*<(?P<actual>[0-9A-Fa-f]+)>|(?P<end>EMC)"
    rb"|\((?P<plain>(?:\\.|[^\\()]|\((?:\\.|[^\\()]|\([^()]*\))*\))*)\)|(?<!<)<(?P<hex>[0-9A-Fa-f]+)>(?!>)",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_AGAIN = re.compile("([\u0e01-\u0e2e][\u0e31\u0e33-\u0e3a\u0e47-\u0e4e]+)\\1+")


def text_of(content: bytes) -> str:
    """What the pages say, without spaces between words of a line being certain."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    pages = []
    for resources, contents in re.findall(rb"/Resources (\d+) 0 R.*?/Contents (\d+) 0 R", b"\n".join(objects.values())):
        named = re.findall(rb"/(f\d+) (\d+) 0 R", objects[int(resources)])
        fonts = {name.decode(): _letters(objects, int(number)) for name, number in named}
        pages.append(_said(_unpacked(objects[int(contents)]), fonts))
    return _AGAIN.sub(r"\1", "".join(pages))


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.search(body)
    if found is None:
        return b""
    try:
        # Whatever stands behind the packed bytes is a line's end; a last byte that looks like one is not.
        return zlib.decompressobj().decompress(found.group(1))
    except zlib.error:
        return found.group(1)


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """Glyph number → what it says."""
    found = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    if found is None:
        return {}
    table = _unpacked(objects[int(found.group(1))])
    pairs = re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", table)
    return {int(glyph, 16): bytes.fromhex(word.decode()).decode("utf-16-be") for glyph, word in pairs}


def _said(stream: bytes, fonts: dict[str, dict[int, str]]) -> str:
    out, font, actual = "", "", False
    for token in _TOKEN.finditer(stream):
        if token["font"]:
            font = token["font"].decode()
        elif token["actual"]:
            out += bytes.fromhex(token["actual"].decode()).decode("utf-16")
            actual = True
        elif token["end"]:
            actual = False
        elif not actual:
            out += "".join(fonts[font].get(glyph, "") for glyph in _glyphs(token))
    return out


def _glyphs(token: re.Match[bytes]) -> list[int]:
    if token["hex"]:
        raw = bytes.fromhex(token["hex"].decode())
    else:
        raw = _ESCAPE.sub(_unescaped, token["plain"])
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw) - 1, 2)]


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found.group(1)
    return bytes([int(code, 8) & 255]) if code.isdigit() else _NAMED.get(code, code)
