"""`pratu train`, `evaluate` and `classify --model` as an operator types them; learning from files."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from bot import learning
from tests.nlp.test_model import EXAMPLES
from tests.nursery import nursery


def pratu(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return nursery().run(list(arguments), env=dict(os.environ), folder=Path.cwd(), given=given)


def labelled(path: Path) -> str:
    rows = [json.dumps({"text": text, "labels": list(labels)}, ensure_ascii=False) for text, labels in EXAMPLES]
    path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


def test_learn_measure_and_ask(tmp_path: Path) -> None:
    data, model = labelled(tmp_path / "data.jsonl"), str(tmp_path / "own.model")
    assert pratu("train", "--data", data, "--out", model).returncode == 0
    figures = json.loads(pratu("evaluate", "--data", data, "--model", model).stdout)
    assert figures["rows"] == len(EXAMPLES)
    assert figures["accuracy"] == 1.0
    lines = '{"id": 1, "text": "ทุเรียนหวาน"}\n{"id": 2, "text": "แดดแรงมาก"}\nnonsense\n' + "[" * 200_000
    asked = pratu("classify", "--jsonl", "--model", model, given=lines)
    answers = [json.loads(line) for line in asked.stdout.splitlines()]
    assert [answer.get("category") for answer in answers] == ["fruit", "weather", None, None]
    assert {guess["category"] for guess in answers[0]["alternatives"]} == {"weather"}
    assert all("each line must be" in answer["error"] for answer in answers[2:])


def test_the_shipped_model_is_measured_without_naming_one(tmp_path: Path) -> None:
    rows = tmp_path / "own.jsonl"
    rows.write_text('{"text": "ไฟถนนดับทั้งซอย", "labels": ["EL"]}\n{"text": "ไม่รู้จัก", "labels": ["XX"]}\n', "utf-8")
    figures = json.loads(pratu("evaluate", "--data", str(rows)).stdout)
    assert (figures["accuracy"], figures["model"][:7]) == (0.5, "linear-")


def test_what_is_wrong_is_said_with_its_place(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "ok", "labels": ["a"]}\n{"text": 5}\n', encoding="utf-8")
    refused = pratu("train", "--data", str(bad), "--out", str(tmp_path / "m"))
    assert refused.returncode == 2
    assert f"{bad}:2" in refused.stderr
    assert "Traceback" not in refused.stderr
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"text": "caf\xe9", "labels": ["a"]}')
    assert "not UTF-8" in pratu("evaluate", "--data", str(latin)).stderr
    for command in (("evaluate", "--data", str(tmp_path / "none")), ("classify", "x", "--model", str(bad))):
        refused = pratu(*command)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("[" * 200_000, "each line must be"),
        ('{"text": "มะม่วง", "labels": [null]}', "each label must be a string"),
        ('{"text": "มะม่วง", "labels": ["fruit", 5]}', "each label must be a string"),
        ('{"text": "มะม่วง", "labels": [""]}', "not empty"),
        ('{"text": "มะม่วง", "labels": ["a\\ud800"]}', "cannot be written"),
    ],
    ids=["deep", "null", "number", "empty", "half a letter"],
)
def test_a_row_that_cannot_be_learned_from_is_refused_with_its_place(tmp_path: Path, line: str, why: str) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "ok", "labels": ["a"]}\n' + line, encoding="utf-8")
    with pytest.raises(learning.DataRefused, match=rf"bad\.jsonl:2: .*{why}"):
        learning.read([str(bad)])


def test_a_file_saved_by_notepad_is_as_any_other(tmp_path: Path) -> None:
    data = Path(labelled(tmp_path / "data.jsonl"))
    rows = learning.read([str(data)])
    data.write_text(data.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\r\n")
    assert data.read_bytes().startswith(b"\xef\xbb\xbf{")
    assert learning.read([str(data)]) == rows


def test_half_a_command_is_told_what_is_missing(tmp_path: Path) -> None:
    data = labelled(tmp_path / "data.jsonl")
    for arguments, words in (
        ((), "--data FILE, --own"),
        (("--data", data), "--out MODEL"),
        (("--data", data, "--out", "m", "--promote"), "need --own"),
        (("--own", "--promote", "--out", "m"), "leave --out away"),
        (("--demote", "--own"), "stands alone"),
    ):
        refused = pratu("train", *arguments)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert words in refused.stderr
