"""The manuals, README and the pages of deploy/ name only what exists; the officers' manual leaves no command out."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from handlers import access
from handlers.rules.duties import DUTIES, OF_ROLES, may
from handlers.texts import heard, own
from storage.people import Post
from storage.tables import Case
from storage.words import Role, Status
from tests import reading
from tests.manuals import morning, telephones
from tests.manuals.camera import Camera
from tests.manuals.stage import repeatable, staged
from tests.test_house import ROOT
from tests.world import WORKING_MORNING

MANUALS = ROOT / "deploy" / "manuals"
PICTURES = MANUALS / "pictures"
PAGES = (*sorted(MANUALS.glob("*.md")), *sorted((ROOT / "deploy").glob("*.md")), ROOT / "README.md")
LARGEST, ALL = 120_000, 1_500_000  # bytes

THAI = "\N{THAI CHARACTER KO KAI}-\N{THAI CHARACTER KHOMUT}"
_BOT = re.compile(rf"(?<![\w{THAI}.…>/])/([{THAI}]+!?)")
_OF_BOTFATHER = frozenset({"newbot", "setprivacy"})
_CITIZENS = frozenset({"start", "report", "track"})
_TO_BE_MADE = frozenset({"deploy/pratu.env", "deploy/.env", "deploy/backups"})  # by whoever installs it
_ROOMS = ("bot", "handlers", "nlp", "storage", "tests", "deploy", "simulate")
_TABLES = ("th", "officer", "digest", "survey", "evidence", "operating")
_LETTERS = 10  # of a sentence that is not slots alone


def names() -> list[str]:
    return [page.name for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=names())
def test_every_command_of_the_chat_exists(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    typed = [f"/{word}" for word in _BOT.findall(words)]
    latin = [span for span in reading.spans(page) if re.fullmatch(r"/[a-z]+( .*)?", span)]
    for line in (*typed, *latin):
        name = line[1:].split()[0]
        if name in _OF_BOTFATHER or f"/{name}" in routes():
            continue
        assert (heard.command(line) or ("",))[0], f"{page.name}: {line}"


@cache
def routes() -> frozenset[str]:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    return frozenset(re.findall(r'(?:Route|Mount)\("(/[a-z]*)', sources))


@pytest.mark.parametrize("page", PAGES, ids=names())
def test_every_command_line_would_be_taken(page: Path) -> None:
    for line in reading.commands_in(page):
        assert reading.fault_of(line) == "", f"{page.name}: pratu {line}"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("check", ""),
        ("job reminders --now ISO8601", ""),
        ("chek", "no pratu chek"),
        ("line menus", "no pratu line menus"),
        ("job digest", "no job digest"),
        ("invite --agency DEMO --rolle head", "no --rolle of pratu invite"),
        ("invite --agency DEMO --role boss", "--role boss"),
    ],
)
def test_what_a_wrong_command_line_is_told(line: str, fault: str) -> None:
    found = reading.fault_of(line)
    assert found.startswith(fault)
    assert bool(found) == bool(fault)


@pytest.mark.parametrize("page", PAGES, ids=names())
def test_every_setting_and_chore_exists(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    sources = [ROOT / "Makefile", ROOT / "tests" / "conftest.py", ROOT / "bot" / "settings.py"]
    sources += [
        path for path in (ROOT / "deploy").rglob("*") if path.is_file() and path.suffix not in (".md", ".png", ".pyc")
    ]
    known = set(re.findall(r"PRATU_[A-Z_]+", "".join(path.read_text(encoding="utf-8") for path in sources)))
    known.add("PRATU_SPECS_DIR")
    assert set(re.findall(r"PRATU_[A-Z_]+", words)) - known == set()
    chores = {found for span in reading.spans(page) for found in re.findall(r"\bmake ([a-z]+)", span)}
    assert chores - reading.targets(ROOT / "Makefile") == set()


@pytest.mark.parametrize("page", PAGES, ids=names())
def test_every_file_exists(page: Path) -> None:
    words = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", words):
        assert link.startswith("https://") or (page.parent / link).exists(), f"{page.name}: {link}"
    for name in re.findall(r"(?<![\w/(.-])[a-z-]+\.md\b", words):
        assert name in files(), f"{page.name}: {name}"
    for span in reading.spans(page):
        path = span.partition(":")[0].partition(" ")[0].rstrip("/")
        if path.split("/")[0] in _ROOMS and "/" in path and path not in _TO_BE_MADE:
            assert list(ROOT.glob(path)), f"{page.name}: {span}"
        elif re.fullmatch(r"[a-z_]+\.(toml|md|sh|yml)", span):
            assert span in files(), f"{page.name}: {span}"


@pytest.mark.parametrize("page", PAGES, ids=names())
def test_every_unit_of_the_service_manager_is_installed(page: Path) -> None:
    ours = [path.name for path in (ROOT / "deploy" / "systemd").iterdir()]
    for span in reading.spans(page):
        for name in re.findall(r"(?<![\w/.])pratu[\w*-]*(?:@[\w*]*)?(?:\.timer)?", span.partition("systemctl")[2]):
            unit = re.sub(r"@[\w*]*", "@", name)
            unit = unit if "." in unit else f"{unit}.service"
            assert [one for one in ours if fnmatch(one, unit)] or name == "pratu-", f"{page.name}: {name} in {span}"


@pytest.mark.parametrize("page", PAGES, ids=names())
def test_what_is_to_be_copied_is_a_shell_script(page: Path) -> None:
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        found = subprocess.run(["/bin/sh", "-n"], input=block, capture_output=True, text=True, check=False)
        assert found.returncode == 0, f"{page.name}: {found.stderr}\n{block}"


def test_two_web_processes_stand_behind_one_door() -> None:
    page = (MANUALS / "administrator.md").read_text(encoding="utf-8")
    (doors,) = re.findall(r'^Environment="PRATU_WEB=(.+)"$', page, re.MULTILINE)
    enabled = set(re.findall(r"pratu-web@(\d+)", page))
    assert {door.removeprefix("127.0.0.1:") for door in doors.split()} == enabled
    every = re.findall(r"^sudo systemctl enable --now (pratu-\w+@.+)$", page, re.MULTILINE)
    ports = re.findall(r"@(\d+)", " ".join(every))
    assert sorted(ports) == sorted(set(ports)), "each process listens at a port of its own"
    (asked,) = re.findall(r"^for port in ([\d ]+);", page, re.MULTILINE)
    (restarted,) = re.findall(r"^for unit in (.+); do$", page, re.MULTILINE)
    assert asked.split() == re.findall(r"@(\d+)", restarted) == ports


@cache
def files() -> frozenset[str]:
    """The name of every file of the project."""
    rooms = [path for room in _ROOMS for path in (ROOT / room).rglob("*")]
    return frozenset(path.name for path in (*rooms, *ROOT.iterdir()))


def test_every_picture_is_there_is_small_and_is_used() -> None:
    used: set[str] = set()
    for page in PAGES:
        words = page.read_text(encoding="utf-8")
        tags = re.findall(r"<img [^>]*>", words)
        shown = [(tag, *re.findall(r'src="([^"]+)"', tag)) for tag in tags]
        shown += [(f'alt="{alt}"', source) for alt, source in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", words)]
        for tag, source in shown:
            assert (page.parent / source).exists(), f"{page.name}: {source}"
            assert re.search(r'alt="[^"]{10,}"', tag), f"{page.name}: {source} says nothing to a screen reader"
            used.add(Path(source).name)
    there = {path.name: path.stat().st_size for path in PICTURES.iterdir()}
    assert set(there) == used
    assert max(there.values()) < LARGEST
    assert sum(there.values()) < ALL
    for name in there:
        with Image.open(PICTURES / name) as picture:
            picture.verify()


# --- what is quoted, and what is told to be typed --------------------------------------------------------------------


def sentences(node: Any) -> Iterator[str]:
    """Every string of a table, however deep."""
    if isinstance(node, str):
        yield from node.splitlines()
    elif isinstance(node, list | dict):
        for one in node.values() if isinstance(node, dict) else node:
            yield from sentences(one)


@cache
def said() -> list[re.Pattern[str]]:
    """Each line the bot says, with its slots open."""
    found = []
    for table in _TABLES:
        loaded = tomllib.loads((ROOT / "handlers" / "texts" / f"{table}.toml").read_text(encoding="utf-8"))
        for line in sentences(loaded):
            pieces = re.split(r"\{[^}]*\}", line)
            if len("".join(pieces)) >= _LETTERS:
                found.append(re.compile(".*".join(map(re.escape, pieces))))
    return found


@pytest.mark.parametrize("page", sorted(MANUALS.glob("*.md")), ids=lambda page: page.name)
def test_what_is_quoted_is_what_the_bot_says(page: Path) -> None:
    quoted = re.findall(r"^> (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line for line in quoted if not any(one.fullmatch(line) for one in said())] == []


@pytest.mark.parametrize("name", ["citizen.md", "privacy.md"])
def test_words_that_citizens_are_told_to_type_are_heard(name: str) -> None:
    told = []
    for row in table_rows(MANUALS / name, "พิมพ์"):
        told += re.findall(r"\*\*([^*]+)\*\*", row[1])
    assert len(told) > 5
    assert [words for words in told if not heard.knows(words)] == []


def table_rows(page: Path, heading: str) -> list[list[str]]:
    """The rows of the tables whose second column is headed so."""
    rows: list[list[str]] = []
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif inside and not set(line) <= set("|-"):
            rows.append(cells)
        elif len(cells) > 1 and heading in cells[1]:
            inside = True
    return rows


def test_the_notice_to_be_copied_would_be_taken() -> None:
    page = (MANUALS / "privacy.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```\n(\[agency\.texts\].*?)```", page, re.DOTALL)
    said = tomllib.loads(block)["agency"]["texts"]
    assert list(said) == [own.NOTICE]
    assert list(own.faults(said)) == []


# --- officer.md ------------------------------------------------------------------------------------------------------


def officers_table() -> dict[str, list[str]]:
    """(command → its row) of the table of all commands."""
    found = {}
    for row in table_rows(MANUALS / "officer.md", "อังกฤษ"):
        thai, latin = (heard.command(cell.strip("`")) for cell in row[:2])
        assert thai is not None
        assert latin is not None
        assert thai[0] == latin[0] != "", row
        found[thai[0]] = row
    return found


def test_the_officers_manual_names_every_command() -> None:
    words = heard.load()["commands"]
    assert set(officers_table()) == set(words) - _CITIZENS
    page = (MANUALS / "officer.md").read_text(encoding="utf-8")
    above = page.partition("## ตารางคำสั่งทั้งหมด")[0]
    named = {(heard.command(f"/{word}") or ("",))[0] for word in _BOT.findall(above)}
    assert set(words) - _CITIZENS - named == set()


def test_the_officers_manual_says_who_may() -> None:
    assert set(WHO.values()) == set("หรนปดว")
    assert set(WHO) == set(Role)
    for name, row in officers_table().items():
        able = {role: may_give(name, role) for role in Role}
        letters = dict.fromkeys(letter for role, letter in WHO.items() if able[role])
        assert all(able[role] == (letter in letters) for role, letter in WHO.items()), f"{name}: a letter for both"
        assert row[3] == ("ท" if all(able.values()) else " ".join(letters)), row


# The letter of each role in the table, in its order.
WHO = {
    **{Role.OFFICER: "ห", Role.UNIT_HEAD: "ห", Role.INTAKE: "ร", Role.HEAD: "น", Role.DELEGATE: "น"},
    **{Role.COORDINATOR: "ป", Role.ADMIN: "ด", Role.GOVERNOR: "ว"},
}


def may_give(name: str, role: Role) -> bool:
    """May somebody of this role give this command, on an ordinary case of their unit where it is about one?"""
    if name in OF_ROLES:
        return role in OF_ROLES[name]
    if name not in DUTIES:
        return True
    post = Post(1, "DEMO", "ENG", role, "เจ้าหน้าที่")
    case = Case(agency_code="DEMO", unit_code="ENG", confidential=False, team=[], status=Status.IN_PROGRESS)
    return access.may_see(post, case) and may(name, access.parties(post, case))


# --- the pictures ----------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_pictures_can_be_taken_anew(browser: Any, tmp_path: Path) -> None:
    camera = Camera(browser, tmp_path)
    with repeatable(), staged(tmp_path / "stage", WORKING_MORNING) as stage:
        telephones.play(stage, camera, tmp_path)
        morning.enters(stage.start(), camera, Role.OFFICER, "ENG", "ช่างไฟฟ้า").shown("officer-join")
    assert len(camera.taken) == 4
    for name in camera.taken:
        with Image.open(tmp_path / name) as new, Image.open(PICTURES / name) as old:
            assert new.width == old.width
            assert new.height == pytest.approx(old.height, rel=0.05), f"{name} shows something else: make manuals"
        assert (tmp_path / name).stat().st_size < LARGEST
