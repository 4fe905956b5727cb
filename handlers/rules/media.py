"""Which pictures and files we take: what people need to show a trouble, nothing that could run."""

from __future__ import annotations

KINDS = frozenset({"image", "video", "audio", "file"})  # of messages
LARGEST = 20 * 1024 * 1024  # bytes; a Telegram bot cannot fetch more, and nobody's trouble needs it
_TAKEN = (
    frozenset({"jpg", "jpeg", "png", "gif", "webp", "heic", "pdf", "mp4", "mov", "3gp", "m4v"})
    | {"m4a", "mp3", "ogg", "oga", "opus", "wav", "aac"}
    | {"docx", "xlsx", "pptx", "odt", "ods"}
)


def refusal(kind: str, name: str, size: int | None) -> str:
    """ "", or why this is not taken: "too_large" or "file_type". `size` in bytes, where the channel tells."""
    if size is not None and size > LARGEST:
        return "too_large"
    _stem, dot, ending = name.rpartition(".")
    if kind == "file" and dot and ending.strip().lower() not in _TAKEN:
        return "file_type"
    return ""


_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


def taken_as(mime: str, name: str) -> str:
    """What a fetched file is kept as, by its first bytes' `mime`; "" when it is nothing we take, whatever its name."""
    if mime == "application/zip":
        return _OFFICE.get(name.rpartition(".")[2].strip().lower(), "")
    return "" if mime == "application/octet-stream" else mime
