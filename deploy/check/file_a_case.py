"""File a case as a visitor of the website does; prints its reference: file_a_case.py URL WORDS. Needs Python alone."""

from __future__ import annotations

import json
import re
import sys
import urllib.request

REFERENCE = re.compile(r"\b\d{2}-\d{5,}-\d\b")


def main() -> None:
    """Say the words, send them off, and wait for the reference."""
    url, words = sys.argv[1:3]
    token = json.loads(post(url, "/chat/session", {}, ""))["token"]
    for number, text in enumerate((words, "ส่งเรื่อง")):
        post(url, "/chat/messages", {"id": f"check-message-{number}", "kind": "text", "text": text}, token)
        heard = wait(url, token, "ตรวจอีกครั้ง" if number == 0 else "รหัสเรื่อง")
    found = REFERENCE.search(heard)
    if found is None:
        raise SystemExit(f"no reference in: {heard}")
    print(found.group())


def post(url: str, path: str, body: object, token: str) -> str:
    """What the address answers."""
    headers = {"content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return bytes(answer.read()).decode()


def wait(url: str, token: str, words: str) -> str:
    """Everything the page shows, once these words are among it. Raises TimeoutError after a minute of silence."""
    request = urllib.request.Request(f"{url}/chat/events", None, {"authorization": f"Bearer {token}"})  # noqa: S310
    told = ""
    with urllib.request.urlopen(request, timeout=60) as stream:  # noqa: S310
        for line in stream:
            if line.startswith(b"data:"):
                told += json.dumps(json.loads(line[5:]), ensure_ascii=False) + "\n"
            if words in told:
                return told
    raise SystemExit(f"never heard {words!r}; saw: {told}")


if __name__ == "__main__":
    main()
