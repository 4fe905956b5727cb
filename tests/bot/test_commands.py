"""The command line, as an operator uses it: real processes, exact words, nothing secret."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SEED, fresh_postgres
from tests.line_emulator import Emulator
from tests.line_emulator.server import SECRET, TOKEN, running
from tests.serving import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("cli")
    made = Server(folder, f"sqlite:///{folder}/cli.db", Emulator()).prepare()
    yield made
    made.stop()


def test_seed_is_idempotent_and_says_what_changed(server: Server) -> None:
    assert server.run("seed", str(SEED)).stdout.strip() == "nothing changed"


def test_commands_before_migrate_say_what_to_do(tmp_path: Path) -> None:
    bare = Server(tmp_path, f"sqlite:///{tmp_path}/x.db", Emulator())
    refused = bare.run("seed", str(SEED), check=False)
    assert refused.returncode == 2
    assert "pratu migrate" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_bad_settings_are_named_together(tmp_path: Path) -> None:
    bad = Server(tmp_path, "mysql://x", Emulator(), extra={"PRATU_TIMEZONE": "Mars", "PRATU_LINE_CHANNEL_SECRET": ""})
    refused = bad.run("serve", check=False)
    assert refused.returncode == 2
    assert refused.stderr.count("pratu:") == 3
    assert TOKEN not in refused.stderr


def test_a_database_that_is_away_is_one_clear_line(tmp_path: Path) -> None:
    away = Server(tmp_path, "postgresql+psycopg://someone:pass-word@127.0.0.1:9/x", Emulator())
    for command in (["serve"], ["migrate"], ["export", "cases"]):
        refused = away.run(*command, check=False)
        assert refused.returncode == 2
        assert "does not answer" in refused.stderr
        assert "pass-word" not in refused.stderr
        assert "Traceback" not in refused.stderr


def test_postgres_is_migrated_on_purpose(tmp_path: Path) -> None:
    bare = Server(tmp_path, fresh_postgres(f"pratu_bare_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"), Emulator())
    refused = bare.run("serve", check=False)
    assert refused.returncode == 2
    assert "pratu migrate" in refused.stderr


def test_roles_need_postgres(server: Server) -> None:
    refused = server.run("serve", "--role", "worker", check=False)
    assert refused.returncode == 2
    assert "PostgreSQL" in refused.stderr


def test_invite_prints_a_code_once(server: Server) -> None:
    made = json.loads(server.run("invite", "--agency", "DEMO", "--role", "officer", "--unit", "ENG", "--json").stdout)
    assert len(made["code"]) >= 8
    assert made["code"] in made["send"]
    assert server.run("invite", "--agency", "DEMO", "--role", "head").stdout.startswith("code: ")
    refused = server.run("invite", "--agency", "NOWHERE", "--role", "head", check=False)
    assert refused.returncode == 2
    assert "DEMO" in refused.stderr


def test_a_post_with_dates_and_one_that_ends(server: Server) -> None:
    delegate = ("invite", "--agency", "DEMO", "--role", "delegate", "--name", "somebody")
    assert server.run(*delegate, "--since", "2026-12-01", "--until", "2099-12-31").stdout.startswith("code: ")
    for days, why in ((("--until", "2020-01-01"), "over"), (("--since", "tomorrow"), "YYYY-MM-DD")):
        refused = server.run(*delegate, *days, check=False)
        assert refused.returncode == 2
        assert why in refused.stderr
    nobody = server.run("leave", "--agency", "DEMO", "--name", "somebody", check=False)
    assert nobody.returncode == 2
    assert "nobody called 'somebody'" in nobody.stderr
    assert "DEMO" in server.run("leave", "--agency", "X", "--name", "somebody", check=False).stderr


def test_classify_answers_line_by_line(server: Server) -> None:
    lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(["ไฟถนนดับ", "", "ไฟไหม้บ้าน ช่วยด้วย"])]
    done = server.run("classify", "--jsonl", given="\n".join([*lines, "not json"]))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == [0, 1, 2, None]
    assert rows[0]["category"] == "EL"
    assert rows[2]["urgent"]
    assert all(len(row["alternatives"]) >= 2 for row in rows[:3])


def test_check_tells_what_is_missing_for_a_real_line_account(server: Server) -> None:
    plain = Server(
        server.folder,
        server.database_url,
        server.emulator,
        extra={"PRATU_LINE_CHANNEL_SECRET": "", "PRATU_LINE_CHANNEL_ACCESS_TOKEN": ""},
    )
    told = plain.run("check")
    for words in ("PRATU_LINE_CHANNEL_SECRET", "PRATU_PUBLIC_URL", "pratu invite", "LINE ปิดอยู่"):
        assert words in told.stdout
    assert "! ยังไม่มีใครเข้าร่วมของหน่วยงาน: PROV" in told.stdout
    assert "nobody has joined for these agencies: PROV" in told.stdout


def test_check_asks_line_itself(server: Server) -> None:
    with running() as emulator:
        asked = Server(
            server.folder, server.database_url, emulator, extra={"PRATU_PUBLIC_URL": "https://pratu.example"}
        )
        told = asked.run("check").stdout
        assert "https://pratu.example/webhooks/line" in told
        emulator.webhook = {"endpoint": "https://pratu.example/webhooks/line", "active": True}
        assert "✓ LINE: webhook" in asked.run("check").stdout
        wrong = Server(server.folder, server.database_url, emulator, extra={"PRATU_LINE_CHANNEL_ACCESS_TOKEN": "wrong"})
        refused = wrong.run("check", check=False)
        assert refused.returncode == 1
        assert "✗ LINE" in refused.stdout
        assert SECRET not in told + refused.stdout


def test_line_menu(server: Server) -> None:
    with running() as emulator:
        asked = Server(server.folder, server.database_url, emulator)
        assert "installed" in asked.run("line", "menu").stdout
        assert emulator.violations == []


def test_job_takes_a_clock_and_runs_twice(server: Server) -> None:
    for _ in range(2):
        done = json.loads(server.run("job", "reminders", "--now", "2026-11-23T08:30:00+07:00").stdout)
        assert done == {"silent_drafts": 0, "filed": 0, "due": 0, "done": 0, "failed": 0}
    assert server.run("job", "reminders", "--now", "2026-11-23T08:30:00", check=False).returncode == 2
    assert "reminders" in server.run("job", "nothing", check=False).stderr


def test_verify_and_replay(server: Server) -> None:
    assert "links hold" in server.run("verify").stdout
    assert server.run("replay", "nothing", check=False).returncode == 2


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_export_is_formula_safe_and_masked(engine: str, tmp_path: Path) -> None:
    from tests.line.conftest import served

    with served(engine, tmp_path, f"pratu_export_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as line:
        citizen = line.user().says("=HYPERLINK(1) ไฟถนนดับ ซอย 5 โทร 081-234-5678").hears("ตรวจอีกครั้ง")
        citizen.says("1").hears("รหัสเรื่อง")
        plain = line.server.run("export", "cases", "--format", "csv").stdout
        (row,) = csv.DictReader(io.StringIO(plain))
        assert row["text"].startswith("'=HYPERLINK")
        assert row["fiscal_year"].startswith("25")
        masked = (
            line.server.run("export", "cases", "--masked").stdout
            + line.server.run("export", "messages", "--masked").stdout
        )
        assert "234-5678" not in masked
        assert citizen.id not in masked
        log = (line.server.folder / "serve.log").read_text()
        for secret in ("ไฟถนนดับ", "234-5678", citizen.id, SECRET, TOKEN):
            assert secret not in log


def test_stops_soon_while_pages_are_open(tmp_path: Path) -> None:
    import time

    import httpx

    server = Server(tmp_path, f"sqlite:///{tmp_path}/s.db", Emulator()).prepare().start()
    token = httpx.post(f"{server.url}/chat/session").json()["token"]
    with httpx.stream("GET", f"{server.url}/chat/events", headers={"authorization": f"Bearer {token}"}) as page:
        assert page.status_code == 200
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 8, "the server waited for an open page"
