"""`pratu dossier` and `pratu letter`, as an operator uses them: real processes, exact words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from storage.db import Database
from storage.files import FileStore
from storage.seal import Keyring
from tests.conftest import KEY
from tests.line_emulator import Emulator
from tests.papers import scenes
from tests.papers.pdf_text import text_of
from tests.papers.scenes import NAME, Scene
from tests.serving import Server
from tests.world import World


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("papers")
    made = Server(folder, f"sqlite:///{folder}/papers.db", Emulator()).prepare()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def scene(server: Server) -> Scene:
    db = Database(server.database_url, Keyring([KEY]))
    made = scenes.handled(World(db), FileStore(server.folder / "data" / "files", db.keys))
    db.close()
    return made


def test_a_dossier_in_both_forms(server: Server, scene: Scene, tmp_path: Path) -> None:
    assert server.run("dossier", scene.reference, "--out", f"{tmp_path}/d.pdf").stdout == ""
    text = text_of((tmp_path / "d.pdf").read_bytes())
    assert scene.reference in text
    assert NAME not in text
    server.run("dossier", scene.reference.replace("-", ""), "--open", "--out", f"{tmp_path}/d.docx")
    document = docx.Document(f"{tmp_path}/d.docx")
    assert NAME in "".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert len(document.inline_shapes) == 3


def test_a_letter_is_numbered_once_and_anew_on_demand(server: Server, scene: Scene, tmp_path: Path) -> None:
    out = f"{tmp_path}/l.docx"
    known = server.run("letter", scene.reference, "governor", "--out", out).stdout.strip()
    assert server.run("letter", scene.reference, "governor", "--out", out).stdout.strip() == known
    to = "อธิบดีกรมตัวอย่าง"
    new = server.run("letter", scene.reference, "ministry", "--new", "--to", to, "--out", out).stdout.strip()
    assert (known, new) == ("ทต.ตัวอย่าง 7/2569", new)
    assert new != known
    assert any(to in line.text for line in docx.Document(io.BytesIO(Path(out).read_bytes())).paragraphs)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dossier", "70-00482-5", "--out", "x.pdf"], "pratu: no case '70-00482-5'\n"),
        (["dossier", "nonsense", "--out", "x.pdf"], "pratu: no case 'nonsense'\n"),
        (["dossier", "REF", "--out", "x.txt"], "pratu: --out 'x.txt': the name must end in .docx or .pdf\n"),
        (["dossier", "REF", "--out", "no/x.pdf"], "pratu: --out 'no/x.pdf': there is no folder 'no'\n"),
        (["letter", "REF", "governor", "--out", "x"], "pratu: --out 'x': the name must end in .docx or .pdf\n"),
        (["letter", "70-00482-5", "governor", "--out", "x.pdf"], "pratu: no case '70-00482-5'\n"),
    ],
)
def test_troubles_are_one_line(server: Server, scene: Scene, arguments: list[str], said: str) -> None:
    refused = server.run(*(scene.reference if one == "REF" else one for one in arguments), check=False)
    assert (refused.returncode, refused.stderr, refused.stdout) == (2, said, "")
    assert not (server.folder / arguments[-1]).exists()


def test_an_unknown_kind_names_the_known(server: Server, scene: Scene) -> None:
    refused = server.run("letter", scene.reference, "postcard", "--out", "x.pdf", check=False)
    assert refused.returncode == 2
    assert refused.stderr.startswith("pratu: no letter 'postcard'; there are: notify_unit, memo_head,")
