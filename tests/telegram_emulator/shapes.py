"""The shapes of calls and updates, held against Telegram's api.json (from PRATU_SPECS_DIR)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

# Where no api.json is at hand: fields that stay the words they are, whatever they look like.
WORDS = frozenset(
    [
        "text",
        "caption",
        "parse_mode",
        "action",
        "url",
        "secret_token",
        "callback_query_id",
        "file_id",
        "description",
        "short_description",
        "language_code",
        "photo",
        "document",
        "ip_address",
        "inline_message_id",
    ]
)
ARRAY = "Array of "


class Problem(NamedTuple):
    """One thing wrong with a call. `answer` is what Telegram says; None: it lets this pass, we do not."""

    text: str
    answer: str | None = "Bad Request: can't parse the request"


@dataclass(frozen=True)
class Upload:
    """A file that came with a multipart call."""

    name: str
    content: bytes

    def __repr__(self) -> str:
        return f"Upload({self.name!r}, {len(self.content)} bytes)"


@cache
def api() -> dict[str, Any] | None:
    """Telegram's api.json, if it is at hand."""
    folder = os.environ.get("PRATU_SPECS_DIR", "")
    path = Path(folder) / "telegram" / "api.json"
    return json.loads(path.read_text(encoding="utf-8")) if folder and path.is_file() else None


def _fields(method: str) -> dict[str, dict[str, Any]] | None:
    spec = api()
    if spec is None or method not in spec["methods"]:
        return None
    return {entry["name"]: entry for entry in spec["methods"][method].get("fields", ())}


def decoded(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with their types: forms carry everything as strings, objects as JSON."""
    fields = _fields(method)
    found = {}
    for name, value in params.items():
        entry = (fields or {}).get(name)
        if not isinstance(value, str) or (fields is None and name in WORDS) or (fields is not None and entry is None):
            found[name] = value
        else:
            found[name] = _typed(tuple(entry["types"]) if entry else ("Integer", "Boolean", "Object", "String"), value)
    return found


def _typed(types: Sequence[str], value: str) -> Any:
    if "Integer" in types and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "Boolean" in types and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if "Float" in types and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if value[:1] in ("{", "[") and types != ("String",):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def of_call(method: str, params: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the shape of this call."""
    if api() is None:
        return []
    fields = _fields(method)
    if fields is None:
        return [Problem(f"{method}: no such method", "Not Found")]
    found = [Problem(f"{method}: unknown field {name}", None) for name in params if name not in fields]
    for name, entry in fields.items():
        if name not in params:
            if entry["required"]:
                found.append(Problem(f"{method}: {name} is missing", _missing(name)))
            continue
        found += [Problem(f"{method}: {text}") for text in _wrong(tuple(entry["types"]), params[name], name)]
    return found


def of_type(name: str, value: Any) -> list[str]:
    """What is wrong with an object that should be of this type: an Update, a Message."""
    return [] if api() is None else _wrong((name,), value, name)


def _missing(name: str) -> str:
    known = {"text": "message text is empty", "chat_id": "chat_id is empty", "file_id": "file_id not specified"}
    return "Bad Request: " + known.get(name, f'parameter "{name}" is required')


def _wrong(types: Sequence[str], value: Any, path: str) -> list[str]:
    """Nothing if the value is any of these types; else what the nearest of them says."""
    tried = [_not(one, value, path) for one in types]
    return min(tried, key=len, default=[])


def _not(name: str, value: Any, path: str) -> list[str]:
    if name.startswith(ARRAY):
        if not isinstance(value, list):
            return [f"{path}: {name} expected, not {type(value).__name__}"]
        inner = name.removeprefix(ARRAY)
        return [text for index, item in enumerate(value) for text in _wrong((inner,), item, f"{path}/{index}")]
    if name in _SIMPLE:
        right = isinstance(value, _SIMPLE[name]) and (name == "Boolean" or not isinstance(value, bool))
        return [] if right else [f"{path}: {name} expected, not {type(value).__name__}"]
    spec = api()
    assert spec is not None
    kind = spec["types"][name]
    if kind.get("subtypes"):
        return _wrong(tuple(kind["subtypes"]), value, path)
    return _not_object(kind, value, path)


_SIMPLE: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "Float": (int, float),
    "String": str,
    "Boolean": bool,
    "InputFile": Upload,
}


def _not_object(kind: dict[str, Any], value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {kind['name']} expected, not {type(value).__name__}"]
    fields = {entry["name"]: entry for entry in kind.get("fields", ())}
    found = [f"{path}: {kind['name']} has no {name}" for name in value if name not in fields]
    for name, entry in fields.items():
        if name not in value:
            if entry["required"]:
                found.append(f"{path}: {kind['name']} needs {name}")
            continue
        found += _wrong(tuple(entry["types"]), value[name], f"{path}/{name}")
        only = _only(entry) if kind.get("subtype_of") else None
        if only is not None and value[name] != only:
            found.append(f"{path}/{name}: {only!r} expected")
    return found


def _only(entry: dict[str, Any]) -> str | None:
    """The one value a telling field may have: api.json says it in words only."""
    if entry["name"] not in ("type", "status", "source") or entry["types"] != ["String"]:
        return None
    said = re.search(r'(?:must be|always) ["“]?(\w+)', entry["description"])
    return said.group(1) if said else None
