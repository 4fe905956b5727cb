"""`pratu rehearse`: what was said once, said again to the same or to other data; nothing is sent, nothing stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import __main__ as cli
from bot.rehearsal import comparing, questions
from handlers.texts import Texts
from nlp import classify, training
from nlp.model import save
from storage import made_up
from storage.db import Database
from storage.recorded import Filed
from storage.seal import Keyring
from storage.tables import Case, Message, OutboxMessage
from storage.words import Role
from tests.conftest import KEY, SEED, prepared
from tests.world import BANGKOK, Dialogue, World, at

MORNING = at("2026-11-24 09:30")
LAMP, ROAD, RUBBISH = "ไฟถนนดับทั้งซอย 5 หน้าวัดใหม่", "ถนนเป็นหลุมใหญ่ หน้าตลาด", "ขยะไม่มาเก็บสามวันแล้ว ซอย 9"
DAYS = ("--from", "2026-11-24", "--to", "2026-11-26")


@dataclass
class Town:
    """A small town's record, and the command that plays it."""

    folder: Path
    world: World
    capsys: pytest.CaptureFixture[str]

    def rehearses(self, *arguments: str, days: tuple[str, ...] = DAYS) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.prints(*arguments, "--json", days=days))
        return found

    def prints(self, *arguments: str, days: tuple[str, ...] = DAYS) -> str:
        self.capsys.readouterr()
        assert cli.main(["rehearse", *days, *arguments]) == 0
        told = self.capsys.readouterr()
        assert told.err == ""
        for words in (LAMP, ROAD, RUBBISH, "หลุมใหญ่", "สมหญิง"):
            assert words not in told.out
        return told.out

    def refused(self, *arguments: str) -> str:
        self.capsys.readouterr()
        assert cli.main(["rehearse", *arguments]) == 2
        return self.capsys.readouterr().err

    def hear(self) -> None:
        """What was put out is with its people, and stands written down as after sending."""
        with self.world.db.transaction() as session:
            arrived = made_up.arrive(session, self.world.now.astimezone(UTC))
            made_up.write_down(session, arrived, [one.texts for one in arrived])

    def tells(self, who: Dialogue, words: str, *taps: str) -> Dialogue:
        """Somebody writes and taps; a minute passes between."""
        who.says(words)
        for tap in taps:
            self.hear()
            self.world.passes(minutes=1)
            who.says(tap)
        self.hear()
        self.world.passes(minutes=10)
        return who


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A morning at the sample municipality: three matters, work on one of them, one left untold, one taken back."""
    folder = tmp_path_factory.mktemp("record")
    db = prepared(f"sqlite:///{folder}/own.db")
    town = Town(folder, World(db, MORNING), None)  # type: ignore[arg-type]
    builder = town.world.officer("T1", Role.OFFICER, unit="ENG")
    clerk = town.world.officer("T2", Role.INTAKE, unit="OFFICE")
    lamp = town.tells(town.world.citizen("U1"), LAMP, "ส่งเรื่อง").reference
    town.tells(town.world.citizen("U2", "telegram"), ROAD, "ส่งเรื่อง")
    town.tells(town.world.citizen("U3", "web"), RUBBISH)  # and falls silent
    town.tells(builder, f"/รับ {lamp}")
    town.tells(builder, f"/ถาม {lamp} เสาต้นไหน")
    town.tells(town.world.citizen("U1"), "ต้นหน้าบ้านเลขที่ 7")
    town.tells(clerk, "/ใหม่ โทรศัพท์ สมหญิง แจ้งว่าท่อประปาแตก หน้าโรงเรียน")
    gone = town.tells(town.world.citizen("U4"), "ไม่เอาแล้ว")
    gone.unsends()
    town.world.passes(days=1, hours=1)
    town.world.file_silent_drafts()
    town.hear()
    db.close()
    return folder


@pytest.fixture
def town(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Town]:
    for name, value in {
        "PRATU_DATABASE_URL": f"sqlite:///{record}/own.db",
        "PRATU_DATA_DIR": str(tmp_path),
        "PRATU_SECRET_KEY": KEY,
    }.items():
        monkeypatch.setenv(name, value)
    db = Database(f"sqlite:///{record}/own.db", Keyring([KEY]))
    yield Town(tmp_path, World(db, MORNING), capsys)
    db.close()


def test_the_same_again_is_the_same_and_nothing_stays(town: Town) -> None:
    before = rows(town.world.db)
    found = town.rehearses()
    references = [case.reference for case in town.world.cases()]
    assert found["cases"] == {"then": 4, "now": 4, "both": 4, "new": 0, "gone": 0, "gone_references": []}
    assert len(references) == 4
    assert [found[name]["changed"] for name in ("kind", "category", "unit", "urgent", "abstained")] == [0] * 5
    assert found["messages"]["played"] == found["messages"]["recorded"] - found["messages"]["left_out"]
    assert found["messages"]["officers"] >= 3
    assert found["messages"]["failed"] == 0
    assert found["questions"]["then"] == found["questions"]["now"]
    assert rows(town.world.db) == before, "our own database is only read"
    assert list(town.folder.glob("rehearsal-*")) == []


def rows(db: Database) -> list[int]:
    with db.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(table)) or 0 for table in (Message, Case, OutboxMessage)
        ]


def test_other_data_routes_otherwise(town: Town) -> None:
    seed = town.folder / "seed"
    seed.mkdir()
    for path in SEED.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        (seed / path.name).write_text(text.replace('["RD", "EL", "FL", "PB"]', '["RD", "FL", "PB"]'), encoding="utf-8")
    found = town.rehearses("--seed", str(seed))
    lamp = next(case.reference for case in town.world.cases() if case.category == "EL")
    assert found["unit"]["changed"] == 1
    assert found["unit"]["references"] == [lamp]
    assert found["unit"]["values"]["DEMO:OFFICE"]["now"] == found["unit"]["values"]["DEMO:OFFICE"]["then"] + 1
    assert found["category"]["changed"] == 0


def test_another_model_sees_other_categories(town: Town) -> None:
    path = town.folder / "odd.model"
    taught = [(f"{words} {number}", "AN") for words in ("ไฟถนนดับ", "หลุม", "ขยะ", "ประปา") for number in range(6)]
    taught += [(f"หมาจร {number}", "AG") for number in range(6)]
    task = training.Task([(label,) for _text, label in taught])
    save(training.train([text for text, _label in taught], {"category": task}, classify.shipped(), {}), path)
    found = town.rehearses("--model", str(path))
    assert found["model"] == classify.open_model(path).version
    assert found["category"]["changed"] == found["cases"]["both"] > 0
    assert set(found["category"]["references"]) <= {case.reference for case in town.world.cases()}


def test_a_record_of_files(town: Town) -> None:
    said, cases = f"{town.folder}/messages.jsonl", f"{town.folder}/cases.jsonl"
    assert cli.main(["export", "messages", "--out", said]) == 0
    assert cli.main(["export", "cases", "--out", cases]) == 0
    found = town.rehearses("--file", said, "--cases", cases, days=())
    assert (found["since"], found["messages"]["failed"]) == (None, 0)
    assert found["messages"]["officers"] >= 3, "a file does not say who they are: their chats are left out"
    assert found["messages"]["left_out"] >= 1, "taken back"
    assert (found["cases"]["both"], found["cases"]["gone"]) == (3, 0)
    assert found["unit"]["changed"] == 0
    alone = town.rehearses("--file", said, days=())
    assert (alone["cases"]["both"], alone["category"]["changed"]) == (3, 0)
    bad = town.folder / "bad.jsonl"
    bad.write_text(Path(said).read_text(encoding="utf-8") + f'{{"text": "{LAMP}"}}\n', encoding="utf-8")
    refused = town.refused("--file", str(bad))
    assert re.search(r"bad\.jsonl, line \d+: not a line of export messages", refused)
    assert LAMP not in refused


def test_kept_where_somebody_wants_to_look(town: Town) -> None:
    path = town.folder / "kept.db"
    told = town.prints("--keep", str(path))
    assert "เรื่อง: เดิม 4 ใหม่ 4 ตรงกัน 4 หายไป 0 เพิ่มขึ้น 0" in told
    assert "EL ไฟฟ้าและไฟส่องสว่าง: เดิม 1 ใหม่ 1" in told
    assert path.stat().st_mode & 0o077 == 0
    db = Database(f"sqlite:///{path}", Keyring([KEY]))
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 4
        assert set(session.scalars(select(OutboxMessage.state))) <= {"sent", "folded", "held"}
    db.close()
    assert "there is such a file already" in town.refused(*DAYS, "--keep", str(path))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "say which days"),
        (("--from", "2026-11-24"), "say which days"),
        (("--from", "24/11/2569", "--to", "2026-11-26"), "not a date"),
        (("--from", "2026-11-26", "--to", "2026-11-24"), "--to is before --from"),
        (("--from", "2020-01-01", "--to", "2020-01-02"), "nothing was said"),
        ((*DAYS, "--cases", "none.jsonl"), "--cases belongs to --file"),
        (("--file", "none.jsonl"), "none.jsonl"),
        ((*DAYS, "--model", "none.model"), "none.model"),
        ((*DAYS, "--seed", "none"), "--seed none: there is no such file"),
        ((*DAYS, "--show", "-1"), "--show begins at 0"),
    ],
)
def test_what_an_operator_did_wrong_is_one_line(town: Town, arguments: tuple[str, ...], said: str) -> None:
    told = town.refused(*arguments)
    assert said in told
    assert "Traceback" not in told


def test_then_beside_now() -> None:
    def case(number: int, category: str, **more: Any) -> Filed:
        values = {"agency": "DEMO", "unit": "ENG", "urgent": False, "abstained": False, **more}
        return Filed(f"70-0000{number}", "complaint", category, **values)

    then = {"a": case(1, "RD"), "b": case(2, "EL"), "c": case(3, "WS"), "d": None}
    now = {"a": case(1, "RD"), "b": case(2, "RD", urgent=True, unit=""), "d": case(4, "RD"), "z": case(9, "OT")}
    found = comparing.compare(then, now, 5)
    assert found["cases"] == {"then": 4, "now": 4, "both": 3, "new": 1, "gone": 1, "gone_references": ["c"]}
    assert found["category"]["references"] == found["unit"]["references"] == found["urgent"]["references"] == ["b"]
    assert found["category"]["values"]["RD"] == {"then": 1, "now": 3}
    assert found["kind"]["changed"] == found["abstained"]["changed"] == 0


def test_our_questions_are_known_again() -> None:
    texts = Texts("male", BANGKOK)
    asks = questions.counter(texts)
    values = dict.fromkeys(("n", "summary", "status", "lines", "code", "numbers"), "2")
    assert [key for key in questions.KEYS if not asks(texts.say(key, **values))] == []
    assert asks("สวัสดีครับ") == asks(texts.say("review.show", lines="x")) == 0
    assert questions.counter(Texts("male", BANGKOK, {"ask.place": "ตรงไหนเอ่ย"}))("ตรงไหนเอ่ย") == 1
