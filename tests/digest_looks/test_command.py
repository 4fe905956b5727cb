"""`pratu digest` as a page in one file and as a picture."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from bot.__main__ import main
from tests.conftest import KEY, SEED


class Printed(io.StringIO):
    """What a command prints, as bytes too."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = io.BytesIO()


def test_one_file_and_one_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRATU_DATABASE_URL", f"sqlite:///{tmp_path}/pratu.db")
    monkeypatch.setenv("PRATU_SECRET_KEY", KEY)
    monkeypatch.setenv("PRATU_DATA_DIR", str(tmp_path))
    assert main(["migrate"]) == 0
    assert main(["seed", str(SEED)]) == 0

    def printed(form: str) -> bytes:
        out = Printed()
        with monkeypatch.context() as patch:
            patch.setattr("sys.stdout", out)
            assert main(["digest", "--agency", "DEMO", "--week", "2026-W40", "--format", form]) == 0
        return out.buffer.getvalue()

    page = printed("html").decode()
    assert "28 กันยายน – 4 ตุลาคม 2569" in page
    assert "ไม่มีเรื่องรอการตัดสินใจ" in page
    assert "ไม่มีผู้ตอบแบบสำรวจในช่วงนี้" in page
    assert "/static/" not in page
    assert "cases?" not in page
    assert Image.open(io.BytesIO(printed("png"))).size == (1080, 1512)
