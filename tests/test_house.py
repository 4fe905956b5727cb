"""The house rules that a machine can hold: settings, texts, Thai in Python, docs that must fit the program."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from bot import __main__ as cli
from bot import settings
from handlers import texts
from storage.words import Kind, Role, Status

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "storage")


def sources(*rooms: str) -> list[Path]:
    found = [path for room in rooms for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]
    assert found
    return found


def test_settings_and_example_agree() -> None:
    code = (ROOT / "bot" / "settings.py").read_text()
    read = set(re.findall(r'get\("(PRATU_[A-Z_]+)"\)', code))
    shown = set(re.findall(r"^(PRATU_[A-Z_]+)=", (ROOT / "deploy" / "env.example").read_text(), re.M))
    assert read == shown


def test_every_problem_is_named_at_once() -> None:
    bad = {
        "PRATU_SECRET_KEY": "short",
        "PRATU_TIMEZONE": "Mars",
        "PRATU_LINE_CHANNEL_SECRET": "x",
        "PRATU_DATABASE_URL": "mysql://x",
        "PRATU_UNDO_SECONDS": "-1",
        "PRATU_PUBLIC_URL": "pratu",
    }
    with pytest.raises(settings.BadSettings) as caught:
        settings.read(bad)
    assert len(caught.value.problems) == 6


def test_secrets_never_show_themselves() -> None:
    read = settings.read(
        {
            "PRATU_SECRET_KEY": "k" * 40,
            "PRATU_LINE_CHANNEL_SECRET": "s3cret",
            "PRATU_LINE_CHANNEL_ACCESS_TOKEN": "t0ken",
        }
    )
    assert "s3cret" not in repr(read)
    assert "t0ken" not in repr(read)
    assert "kkkk" not in repr(read)


def test_no_thai_words_in_python() -> None:
    """Sentences live in text files. Docstrings and comments may quote; code may hold particle slots and letter sets."""
    allowed = {"handlers/texts/__init__.py"}
    found = []
    for path in sources(*ROOMS):
        name = path.relative_to(ROOT).as_posix()
        if name in allowed:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                words = re.findall(r"[ก-ฮ]{2,}", node.value)
                if words:
                    found.append(f"{name}:{node.lineno} {words}")
    assert found == []


def _has_docstring(node: ast.AST) -> bool:
    holds = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    return (
        holds
        and bool(node.body)
        and isinstance(node.body[0], ast.Expr)
        and isinstance(node.body[0].value, ast.Constant)
    )


def test_every_text_asked_for_exists() -> None:
    known = texts.load()
    for path in sources("handlers", "bot"):
        for key in re.findall(r'\.(?:say|bubble|word)\(\s*(?:svc, )?"([a-z_]+\.[a-z_.]+)"', path.read_text()):
            assert key in known, f"{path.name} asks for {key}"


def test_no_text_is_in_two_files() -> None:
    seen: set[str] = set()
    for name in texts._FILES:
        for section, entries in tomllib.loads((ROOT / "handlers" / "texts" / name).read_text(encoding="utf-8")).items():
            keys = {f"{section}.{key}" for key in entries}
            assert not keys & seen, name
            seen |= keys


def test_every_status_kind_and_role_has_a_name() -> None:
    known = texts.load()
    for status in Status:
        assert f"statuses.{status}" in known
    for kind in Kind:
        assert f"kinds.{kind}" in known
    for role in Role:
        assert f"roles.{role}" in known


def test_bubbles_are_short_enough_to_read() -> None:
    """At most 340 characters a bubble (privacy notices and receipts: 420); labels at most 20."""
    for key, entry in texts.load().items():
        if isinstance(entry, dict) and "text" in entry:
            assert len(entry["text"]) <= 420, key
            for label in entry.get("choices", ()):
                assert len(label.partition(":")[2] or label) <= 20, f"{key}: {label}"


def test_text_never_mixes_both_particles() -> None:
    for key, entry in texts.load().items():
        text = entry["text"] if isinstance(entry, dict) and "text" in entry else str(entry)
        assert "ค่ะ/ครับ" not in text, key
        assert not re.search(r"(?<!\{)(?<!นะ)ค่ะ(?!\})", text), f"{key}: a bare particle"


# A word that was given up → the glossary's.
GIVEN_UP = {
    "หัวหน้าหน่วยงาน": "หัวหน้าส่วนราชการ",
    "ผู้รักษาราชการแทน": "ผู้ทำแทน",
    "เครื่องจัดหมวด": "ตัวจัดหมวด",
}


def test_one_thing_has_one_word() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    assert [word for word in GIVEN_UP.values() if word not in glossary] == []
    kinds = (".toml", ".md", ".html", ".js", ".typ", ".yml")
    read = [path for room in (*ROOMS, "deploy") for path in (ROOT / room).rglob("*") if path.suffix in kinds]
    listens = ROOT / "handlers" / "texts" / "heard.toml"
    assert len(read) > 80
    for path in (*read, ROOT / "README.md"):
        words = path.read_text(encoding="utf-8")
        assert path == listens or [word for word in GIVEN_UP if word in words] == [], path


def test_readme_names_real_commands() -> None:
    parser = cli._parser()
    known = set(parser._subparsers._group_actions[0].choices)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in re.findall(r"pratu ([a-z]+)", text):
        assert name in known | {"is", "on"}, name
    for name in re.findall(r"`make ([a-z]+)", text):
        assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text(), re.M), name


def test_lock_files_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert text.count("--hash=") > 100


def test_import_contracts_hold() -> None:
    found = subprocess.run([ROOT / ".venv" / "bin" / "lint-imports"], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
