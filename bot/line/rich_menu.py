"""The rich menu: drawn by code, installed as the default, replaced only when its content changed."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import httpx

WIDTH, HEIGHT, COLUMNS = 2500, 1686, 3
LARGEST_IMAGE = 1024 * 1024  # bytes (LINE)
API, DATA_API = "https://api.line.me", "https://api-data.line.me"


class MenuRefused(Exception):
    """LINE did not take the menu; the message says at which step and why."""


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "rich_menu.toml").read_text(encoding="utf-8"))


def picture() -> bytes:
    """The menu's PNG, shaped by typst with the bundled Thai font."""
    import typst

    folder = Path(__file__).parent
    image: bytes = typst.compile(
        str(folder / "rich_menu.typ"),
        format="png",
        ppi=72.0,
        font_paths=[str(folder.parent / "fonts")],
        sys_inputs={"areas": json.dumps(_texts()["area"])},
    )
    if len(image) > LARGEST_IMAGE:
        raise MenuRefused(f"the picture has {len(image)} bytes, LINE takes {LARGEST_IMAGE}")
    return image


def menu() -> dict[str, Any]:
    """The menu's description for LINE. Its name ends in a digest of all it shows, so equal menus have equal names."""
    texts = _texts()
    width, height = WIDTH // COLUMNS, HEIGHT // 2
    areas = []
    for number, area in enumerate(texts["area"]):
        row, column = divmod(number, COLUMNS)
        bounds = {"x": column * width, "y": row * height, "width": width, "height": height}
        areas.append({"bounds": bounds, "action": {"type": "message", "label": area["label"], "text": area["says"]}})
    mark = hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:12]
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": True,
        "name": f"{texts['name']} {mark}",
        "chatBarText": texts["bar"],
        "areas": areas,
    }


async def install(access_token: str, api_url: str | None = None, data_api_url: str | None = None) -> str:
    """Make it the default menu; returns what was done. Older menus of ours are removed. Raises MenuRefused."""
    wanted = menu()
    host, data_host = api_url or API, data_api_url or api_url or DATA_API
    headers = {"Authorization": f"Bearer {access_token}"}
    async with httpx.AsyncClient(timeout=30.0, headers=headers) as client:
        known = (await _call(client, "GET", f"{host}/v2/bot/richmenu/list")).get("richmenus", [])
        ours = [old for old in known if str(old.get("name", "")).startswith(f"{_texts()['name']} ")]
        same = [old["richMenuId"] for old in ours if old["name"] == wanted["name"]]
        if same:
            await _call(client, "POST", f"{host}/v2/bot/user/all/richmenu/{same[0]}")
            return f"rich menu {same[0]} is already there; it is the default"
        made = (await _call(client, "POST", f"{host}/v2/bot/richmenu", json=wanted))["richMenuId"]
        await _call(
            client,
            "POST",
            f"{data_host}/v2/bot/richmenu/{made}/content",
            content=picture(),
            headers={"Content-Type": "image/png"},
        )
        await _call(client, "POST", f"{host}/v2/bot/user/all/richmenu/{made}")
        for old in ours:
            await _call(client, "DELETE", f"{host}/v2/bot/richmenu/{old['richMenuId']}")
    return f"rich menu {made} installed as the default; {len(ours)} older removed"


async def _call(client: httpx.AsyncClient, method: str, url: str, **content: Any) -> dict[str, Any]:
    try:
        answer = await client.request(method, url, **content)
    except httpx.HTTPError as lost:
        raise MenuRefused(f"{method} {url}: {type(lost).__name__}") from lost
    if answer.status_code != 200:
        raise MenuRefused(f"{method} {url}: HTTP {answer.status_code} {answer.text[:200]}")
    data: dict[str, Any] = answer.json()
    return data
