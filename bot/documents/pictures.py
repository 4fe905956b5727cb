"""Pictures for paper: small, upright, and without what the camera wrote into them (place, time, device)."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageOps

from bot.looks import FORMATS, is_huge
from storage.files import FileStore
from storage.seal import CannotOpen, Keyring

SIDE = 900  # pixels of the longer side
_QUALITY = 78

Load = Callable[[str], bytes | None]  # digest → the stored picture


def small(content: bytes | None) -> bytes | None:
    """The picture as a small JPEG without EXIF; None for what is no picture, or one made to choke on."""
    if content is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=tuple(FORMATS.values())) as picture:
                if is_huge(picture):
                    return None
                picture.draft("RGB", (SIDE * 2, SIDE * 2))
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None
    upright.thumbnail((SIDE, SIDE))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def stored_in(folder: Path, keys: Keyring) -> Load:
    """Reads pictures out of this folder of sealed files; None for those that are gone."""
    store = FileStore(folder, keys)

    def load(digest: str) -> bytes | None:
        try:
            return store.get(digest)
        except (OSError, CannotOpen):
            return None

    return load
