"""What is no backup of ours is refused with a reason, and leaves no row and no file."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import tarfile
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from bot.__main__ import main
from storage.backup import restoring, writing
from storage.backup.archive import BadBackup, pack, unpack
from tests.backup.conftest import Place, filled
from tests.backup.files import changed, members, signed, written
from tests.conftest import KEY
from tests.world import WORKING_MORNING

Fresh = Callable[[], Place]


def refused(path: Path, place: Place) -> str:
    """Why it is refused; nothing is left of the try."""
    db = place.opened()
    with pytest.raises(BadBackup) as caught:
        restoring.restore(db, place.data, path)
    db.close()
    assert place.is_untouched()
    return str(caught.value)


def test_who_finds_a_backup_reads_nobody_in_it(tmp_path: Path) -> None:
    """Without the key: no number, no name, no platform id."""
    place = Place(f"sqlite:///{tmp_path}/found.db", tmp_path / "data")
    world = filled(place)
    world.citizen("U-someone").says("ไฟถนนดับ ซอย 5 บ้านสีชมพู โทร 081-234-5678 ผมนายสมชาย ใจดี").says("ส่งเรื่อง")
    out = tmp_path / "found.pratu"
    writing.write(world.db, place.data, out, WORKING_MORNING, "1")
    world.db.close()
    lines = [unpack(name, raw) if name.startswith("tables/") else [raw] for name, raw in members(out).items()]
    shown = b"\n".join(line for each in lines for line in each).decode("utf-8", "replace")
    for form in ("081-234-5678", "0812345678", "U-someone", "สมชาย"):
        assert form not in shown
        assert json.dumps(form).strip('"') not in shown
    assert out.stat().st_mode & 0o077 == 0


def test_files_that_are_no_backup(tmp_path: Path, fresh: Fresh) -> None:
    strange = tmp_path / "strange"
    for content in (b"", b"hello", b"\0" * 4096, b"PK\x03\x04" + b"x" * 2000, random.Random(7).randbytes(30_000)):
        strange.write_bytes(content)
        assert refused(strange, fresh())
    assert "does not begin" in refused(written(strange, {"manifest.json": b"{}"}), fresh())
    other = {"head.json": json.dumps({"format": "other"}).encode(), "manifest.json": b"{}"}
    assert "no backup of pratu" in refused(written(strange, other), fresh())


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/passwd",
        "files/../../evil",
        "models/../secret.key",
        "files/abc",
        "tables/cases/../../x",
        "models/.hidden",
        "a.txt",
    ],
)
def test_names_that_lead_elsewhere(name: str, kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    path = written(tmp_path / "bad.tar", signed({**members(kept), name: b"x"}))
    assert "no backup of ours" in refused(path, fresh())


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_members_that_are_no_files(kind: bytes, kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    link = tarfile.TarInfo("models/current2")
    link.type, link.linkname = kind, "/etc/passwd"
    assert "no backup of ours" in refused(written(tmp_path / "bad.tar", members(kept), link), fresh())


def test_a_file_cut_short_anywhere(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    whole = kept.read_bytes()
    end = whole.rindex(b"ustar") - 257  # of the manifest's header
    for size in {*range(512, end, max(512, end // 40)), end, end + 512, end + 700}:
        (tmp_path / "cut.tar").write_bytes(whole[:size])
        assert refused(tmp_path / "cut.tar", fresh())


def test_a_byte_changed_anywhere(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    """In rows, in files, in the head, in the manifest: every member once."""
    content = members(kept)
    chance = random.Random(11)
    for name, raw in content.items():
        spot = chance.randrange(len(raw))
        hurt = raw[:spot] + bytes([raw[spot] ^ 0x01]) + raw[spot + 1 :]
        assert refused(written(tmp_path / "hurt.tar", {**content, name: hurt}), fresh()), name


def test_a_member_too_few(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    content = members(kept)
    for gone in ("files/", "models/own", "tables/cases/", "manifest.json"):
        left = {name: raw for name, raw in content.items() if not name.startswith(gone)}
        assert refused(written(tmp_path / "less.tar", left), fresh()), gone


def test_another_key_is_said(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    place = fresh()
    place.key = "another-key-that-is-long-enough-to-be-one"
    assert "another PRATU_SECRET_KEY" in refused(kept, place)


def test_nobody_signs_without_the_key(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    content = changed(members(kept), "manifest.json", lambda found: found.update(missing=["x"]))
    assert "signature" in refused(written(tmp_path / "forged.tar", content), fresh())
    other = signed(content, "another-key-that-is-long-enough-to-be-one")
    assert "signature" in refused(written(tmp_path / "forged.tar", other), fresh())


def test_a_newer_pratu_is_named(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    newer = changed(members(kept), "head.json", lambda head: head.update(migration="9999", pratu="7.0"), key=KEY)
    assert "newer pratu (7.0, database 9999)" in refused(written(tmp_path / "new.tar", newer), fresh())
    format_2 = changed(members(kept), "head.json", lambda head: head.update(format_version=2), key=KEY)
    assert "format 2" in refused(written(tmp_path / "new.tar", format_2), fresh())


def test_rows_that_unpack_without_end(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    content = members(kept)
    name = next(name for name in content if name.startswith("tables/cases/"))
    bomb = pack([b"0" * 70_000_000])

    def names_it(manifest: dict) -> None:
        manifest["pieces"][name] = hashlib.sha256(bomb).hexdigest()

    bad = changed({**content, name: bomb}, "manifest.json", names_it, key=KEY)
    assert "unpacks to more" in refused(written(tmp_path / "bomb.tar", bad), fresh())


def test_rows_that_do_not_fit(kept: Path, tmp_path: Path, place: Place) -> None:
    """Signed, but not as the tables are: a column less, a row twice."""
    content = members(kept)
    less = changed(content, "head.json", lambda head: head["tables"][0]["columns"].pop(), key=KEY)
    assert "is not as version" in refused(written(tmp_path / "less.tar", less), place)
    name = next(name for name in content if name.startswith("tables/agencies/"))
    twice = pack(unpack(name, content[name]) * 2)
    bad = changed(
        {**content, name: twice},
        "manifest.json",
        lambda manifest: manifest["pieces"].update({name: hashlib.sha256(twice).hexdigest()}),
        key=KEY,
    )
    assert "do not fit" in refused(written(tmp_path / "twice.tar", bad), place)


def run(place: Place, *arguments: str) -> tuple[int, str, str]:
    """(exit code, output, errors) of a command line."""
    out, errors = io.StringIO(), io.StringIO()
    here = {"PRATU_DATABASE_URL": place.url, "PRATU_DATA_DIR": str(place.data), "PRATU_SECRET_KEY": place.key}
    with patch.dict(os.environ, here), contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        code = main(list(arguments))
    return code, out.getvalue(), errors.getvalue()


def test_the_command_says_it_in_one_line(kept: Path, tmp_path: Path, fresh: Fresh) -> None:
    place, bad, new = fresh(), tmp_path / "bad.tar", tmp_path / "new.tar"
    bad.write_bytes(b"hello")
    code, _, why = run(place, "restore", str(bad))
    assert (code, why.count("\n")) == (1, 1)
    assert "nothing was restored" in why
    assert run(place, "restore", str(tmp_path / "nowhere.tar"))[0] == 2
    assert "links of the history hold" in run(place, "restore", str(kept))[1]
    assert "PRATU_SECRET_KEY" in run(place, "backup", "--out", str(new))[1]
    code, _, why = run(place, "backup", "--out", str(new))
    assert code == 2
    assert "is there already" in why
    assert not list(tmp_path.glob("*.part"))
    stranger = fresh()
    stranger.key = "y" * 40
    code, _, why = run(stranger, "restore", str(new))
    assert code == 1
    assert "another PRATU_SECRET_KEY" in why
