"""Learning from the agency's own cases: what is learned from, when a model is put to use, and the way back.

A town where "cat's eyes" are the studs in its roads: the model in use thinks of animals, its citizens choose roads.
Nothing here depends on what the shipped model makes of that.
"""

from __future__ import annotations

import itertools
import json
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from bot import __main__ as cli
from bot import app, clock, learning, models, settings
from nlp import classify, keywords, mask, recipe, training
from nlp.model import Model, save, version_of
from nlp.recipe import Written
from nlp.training import Task
from storage import cases
from storage.db import Database
from storage.tables import Case
from tests.conftest import KEY, prepared
from tests.nlp.test_model import EXAMPLES
from tests.serving import Server
from tests.world import World

STUDS = ("ตาแมว", "หมุดตาแมว", "แถวตาแมว", "เจ้าตาแมว")
FAULTS = ("หลุดหาย", "หายไปหลายตัว", "ไม่เหลือสักตัว", "หายหมด")
PLACES = ("แยกวัดใหม่", "แยกตลาดสด", "แยกท่าเรือ", "สามแยกโรงสี", "หน้าอำเภอ", "แยกบ้านดอน", "แยกบ้านใหม่", "แยกสวนหลวง")
ROADS = "ถนน ทางเท้า และสะพาน"
NEW = "ขอให้เปลี่ยนตาแมว แยกโรงเจ หมู่ 3"
HIDDEN = "ฬุฬาฬี"  # a made-up word of confidential and withdrawn cases alone


def told(count: int) -> list[str]:
    """What people write of their studs; some leave a telephone number."""
    every = itertools.product(FAULTS, PLACES, STUDS)
    texts = [f"{stud}{fault} {place} หมู่ {at % 9 + 1}" for at, (fault, place, stud) in enumerate(every)]
    return [f"{text} โทร 081-234-{at:04d}" if at % 7 == 0 else text for at, text in enumerate(texts)][:count]


@dataclass
class Town:
    """An installation of its own: a database, a folder, and the environment of its operator."""

    db: Database
    folder: Path
    url: str
    starts: int = 0
    pattern: str = ""  # the first case

    @property
    def data_dir(self) -> Path:
        return self.folder / "data"

    @property
    def models(self) -> Path:
        return models.folder(self.data_dir)

    @property
    def environ(self) -> dict[str, str]:
        return {"PRATU_DATABASE_URL": self.url, "PRATU_SECRET_KEY": KEY, "PRATU_DATA_DIR": str(self.data_dir)}

    def restarted(self) -> World:
        """The town as it is after a start: conversations ask the model that is in use now."""
        self.starts += 1
        world = World(self.db, events=self.starts * 10_000)
        world.tools = app.tools(settings.read(self.environ))
        return world


def alike(world: World, pattern: str, texts: list[str], **values: Any) -> None:
    """More cases like one, of the weeks before, in other words."""
    with world.db.transaction() as session:
        found = cases.by_reference(session, pattern)
        assert found is not None
        row = {column.name: getattr(found, column.name) for column in Case.__table__.columns if column.name != "id"}
        for text in texts:
            world.events += 1
            masked = {"text": session.keys.seal_text(text), "masked": mask.mask(text)}
            cases.add(session, {**row, **masked, "reference": f"69-{world.events:05d}-0", **values})


@pytest.fixture(scope="session")
def few() -> list[Written]:
    """Every twelfth of the shipped texts, so that learning takes seconds."""
    return list(recipe.written())[::12]


@pytest.fixture(scope="session")
def base(few: list[Written]) -> Model:
    """A model that is sure of animals."""
    return recipe.make(few[::2], [(text, ("AN",)) for text in told(40)])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    url = f"sqlite:///{folder}/town.db"
    found = Town(prepared(url), folder, url)
    found.models.mkdir(parents=True)
    yield found
    found.db.close()


@pytest.fixture
def operator(town: Town, few: list[Written], monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's environment, and few shipped texts."""
    for name, value in town.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(recipe, "written", lambda: iter(few))


def taken_up(folder: Path, model: Model) -> Path:
    """Keep a model in a folder and name it as the one to use, whatever it is worth: its path."""
    folder.mkdir(parents=True, exist_ok=True)
    save(model, folder / "fresh.model")
    path = folder / f"{version_of(folder / 'fresh.model')}.model"
    (folder / "fresh.model").rename(path)
    models.promote(folder, replace(model, version=path.stem), "2026-11-01T00:00:00+00:00", {})
    return path


# --- in this order: a town learns ------------------------------------------------------------------------------------


def test_without_a_person_s_word_there_is_nothing_to_learn_from(
    town: Town, operator: None, capsys: pytest.CaptureFixture[str]
) -> None:
    citizen = town.restarted().citizen("U-first").says("ขยะล้นถังหน้าตลาดสด หมู่ 2").says("1").hears("รหัสเรื่อง")
    town.pattern = citizen.reference
    assert cli.main(["train", "--own"]) == 2
    assert "no case to learn from yet" in capsys.readouterr().err
    assert cli.main(["train", "--own", "--agency", "NOWHERE"]) == 2
    assert "DEMO" in capsys.readouterr().err


def test_of_sixty_corrected_cases_too_few_are_held_out_to_judge(town: Town) -> None:
    world, chosen = town.restarted(), {"category": "RD", "category_by": "citizen"}
    alike(world, town.pattern, told(60), **chosen)
    own = learning.own_cases(town.db, "DEMO", mask.mask)
    assert len(own.learn) + len(own.held_out) == 60
    assert {one.labels for one in own.learn} == {("RD",)}
    assert "cannot judge" in learning.why_not({}, {}, len(own.held_out))
    alike(world, town.pattern, told(128)[60:] + [f"{text} ค่ะ" for text in told(60)], **chosen)
    secret = [f"{HIDDEN} {text}" for text in told(5)]
    alike(world, town.pattern, secret, **chosen, confidential=True)
    alike(world, town.pattern, secret, **chosen, status="withdrawn")
    alike(world, town.pattern, secret, **chosen, kind="emergency")


def test_only_masked_words_of_fit_cases_are_learned_from(town: Town) -> None:
    own = learning.own_cases(town.db, None, mask.mask)
    texts = [one.text for one in (*own.learn, *own.held_out)]
    assert len(own.held_out) >= learning.FEWEST_HELD_OUT
    assert any("โทร" in text for text in texts)
    assert not any("081-234" in text or HIDDEN in text for text in texts)
    assert not {one.text for one in own.learn} & {one.text for one in own.held_out}
    again = learning.own_cases(town.db, None, mask.mask)
    assert again == own, "the same cases are held out every time"


def test_a_better_model_is_promoted_and_used_from_the_next_start_on(
    town: Town, operator: None, base: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    path = taken_up(town.models, base)
    running = town.restarted()
    running.citizen("U-before").says(NEW).hears_not(ROADS)

    assert cli.main(["train", "--own", "--agency", "DEMO", "--promote"]) == 0
    out = capsys.readouterr()
    said = json.loads(out.out)
    assert said["promoted"] is True, said
    assert said["present"]["model"] == path.stem
    assert said["candidate"]["own"]["accuracy"] > said["present"]["own"]["accuracy"]
    assert said["candidate"]["frozen"].keys() == said["present"]["frozen"].keys()
    assert said["candidate"]["own"]["rows"] == said["held_out"] >= 30
    assert "promoted: pratu uses it from its next start on" in out.err

    assert running.tools.classify(NEW).engine == path.stem, "a running process goes on with the model it began with"
    world = town.restarted()
    citizen = world.citizen("U-after").says(NEW).hears("ตรวจอีกครั้ง", ROADS).says("1")
    case = world.case(citizen.reference)
    assert (case.category, case.category_by) == ("RD", "machine")
    assert case.verdict["engine"] == said["candidate"]["model"] == Path(said["model"]).stem
    with zipfile.ZipFile(said["model"]) as file:
        assert set(json.loads(file.read("model.json"))["heads"]) == {"category"}
        known = file.read("words.txt").decode("utf-8").split("\n")
    assert "ตาแมว" in known
    assert not any(HIDDEN in word for word in known)


def test_danger_and_corruption_are_heard_by_the_shipped_engine_alone(town: Town) -> None:
    ask = models.in_use(town.models).ask
    for text in ("ไฟไหม้บ้านข้างๆ ช่วยด้วย", "เจ้าหน้าที่เรียกเงินใต้โต๊ะ 500 บาท ตอนต่อใบอนุญาต"):
        mine, shipped = ask(text), classify.classify(text)
        assert (mine.kind, mine.urgent, mine.danger) == (shipped.kind, shipped.urgent, shipped.danger)
    assert ask("เจ้าหน้าที่เรียกเงินใต้โต๊ะ 500 บาท ตอนต่อใบอนุญาต").category == "CR"


def test_check_classify_and_the_running_server_tell_which_model_is_in_use(town: Town) -> None:
    operator = Server(town.folder, town.url)
    version = models.in_use(town.models).model.version
    checked = operator.run("check").stdout
    assert f"the agency's own model {version} is in use" in checked
    assert "100.0% right on" in checked
    assert json.loads(operator.run("classify", NEW).stdout)["category"] == "RD"
    (other,) = (path for path in town.models.glob("*.model") if path.stem != version)
    assert json.loads(operator.run("classify", NEW, "--model", str(other)).stdout)["category"] == "AN"


def test_a_worse_model_is_not_promoted_and_both_columns_are_shown(
    town: Town, operator: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = (town.models / "current").read_bytes()
    labels = tmp_path / "careless.data"
    rows = [json.dumps({"text": text, "labels": ["AN"]}, ensure_ascii=False) for text in told(128) * 4]
    labels.write_text("\n".join(rows), encoding="utf-8")
    assert cli.main(["train", "--own", "--data", str(labels), "--promote"]) == 0
    out = capsys.readouterr()
    said = json.loads(out.out)
    assert said["promoted"] is False
    assert said["candidate"]["own"]["accuracy"] < said["present"]["own"]["accuracy"]
    assert "not promoted: not better on own cases: accuracy" in out.err
    assert (town.models / "current").read_bytes() == before
    assert Path(said["model"]).exists(), "it is kept beside, for whoever wants to look"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("{version}.model", b"PK\x03\x04rubbish", "was changed"),
        ("current", b"{", "models/current"),
        ("current", b"[" * 90_000, "models/current"),
        ("current", b'{"model": ["{version}"], "beside": "{shipped}"}', "names no model"),
        ("current", b'{"model": "{version}\\ud800", "beside": "{shipped}"}', "names no model"),
        ("current", b'{"model": "linear-0000000000", "beside": "{shipped}"}', "FileNotFoundError"),
        ("current", b'{"model": "{version}", "beside": "linear-of-yesterday"}', "linear-of-yesterday"),
        ("current", b'{"model": "../../{version}", "beside": "{shipped}"}', "names no model"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_whatever_is_wrong_with_it_the_shipped_model_answers(town: Town, name: str, content: bytes, why: str) -> None:
    names = {b"{version}": models.in_use(town.models).model.version, b"{shipped}": classify.shipped().version}
    for slot, value in names.items():
        name, content = name.replace(slot.decode(), value), content.replace(slot, value.encode())
    path = town.models / name
    good = path.read_bytes()
    path.write_bytes(content)
    try:
        found = models.in_use(town.models)
        assert (found.own, found.model.version) == (False, classify.shipped().version)
        assert why in found.refused
        town.restarted().citizen("U-broken").says("ไฟถนนดับ ซอย 5").hears("ตรวจอีกครั้ง", "ไฟฟ้าและไฟส่องสว่าง")
    finally:
        path.write_bytes(good)


def test_a_model_of_other_labels_cannot_answer_citizens(town: Town, tmp_path: Path) -> None:
    task = Task([labels for _, labels in EXAMPLES])
    model = training.train([text for text, _ in EXAMPLES], {"category": task}, classify.shipped())
    save(model, tmp_path / "fruit.model")
    with pytest.raises(classify.ModelRefused, match="fruit, weather"):
        learning.promote(tmp_path, tmp_path / "fruit.model", [], "2026-11-24T00:00:00+00:00")
    assert not models.in_use(models.folder(tmp_path)).own


@pytest.mark.parametrize("broken", ["not a number", "beyond measure", "all the same"])
def test_a_model_that_cannot_reckon_is_not_taken_up(base: Model, tmp_path: Path, broken: str) -> None:
    head = base.heads["category"]
    spoilt = {
        "not a number": replace(head, bias=np.full_like(head.bias, np.nan)),
        "beyond measure": replace(head, sharpness=float("inf")),
        "all the same": replace(head, labels=("RD",) * len(head.labels)),
    }
    path = taken_up(tmp_path, replace(base, heads={"category": spoilt[broken]}))
    found = models.in_use(tmp_path)
    assert (found.own, found.model.version) == (False, classify.shipped().version)
    assert path.name in found.refused
    assert found.ask("ไฟถนนดับ ซอย 5").category == "EL"


def test_a_model_is_its_owner_s_alone_and_knows_no_nicknames(few: list[Written], tmp_path: Path) -> None:
    out = tmp_path / "own.model"
    out.write_bytes(b"")
    out.chmod(0o644)
    own = learning.Own([learning.Example(f"ตาแมวหาย แอดไลน์มา zaxaxa ซอย {number}", ("RD",)) for number in (1, 2)], [])
    learning.learn(own, [], out, few)
    assert out.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out) as file:
        known = file.read("words.txt").decode("utf-8").split("\n")
    assert "ตาแมว" in known
    assert "zaxaxa" not in known


def test_the_service_starts_beside_a_broken_model_and_check_says_how_to_mend_it(town: Town) -> None:
    week_ago = clock.now() - timedelta(days=7)
    with (
        town.db.transaction() as session
    ):  # the service reckons last week by the true clock: none of the others is of it
        session.execute(update(Case).values(received_at=week_ago - timedelta(days=365)))
    alike(town.restarted(), town.pattern, told(40), category="RD", category_by="citizen", received_at=week_ago)
    path = town.models / f"{models.in_use(town.models).model.version}.model"
    good = path.read_bytes()
    path.write_bytes(b"broken")
    server = Server(town.folder, town.url)
    try:
        server.start()
        assert json.load(urllib.request.urlopen(f"{server.url}/readyz"))["engine"] is True
        counted = urllib.request.urlopen(f"{server.url}/metrics").read().decode()
        assert 'pratu_model_confirmed_cases{agency="DEMO"} 40' in counted
        assert 'pratu_model_accuracy_observed{agency="DEMO"} 0\n' in counted
        assert 'pratu_model_drifts{agency="DEMO"} 1' in counted
        checked = server.run("check").stdout
        assert "DEMO went astray: 40 cases, 100% changed by people" in checked
        assert "run pratu train --own --promote again, or pratu train --demote" in checked
        asked = server.run("classify", "ไฟถนนดับ ซอย 5")
        assert json.loads(asked.stdout)["category"] == "EL"
        assert "the shipped model answers" in asked.stderr
    finally:
        server.stop()
        path.write_bytes(good)


def test_the_way_back(town: Town, operator: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert models.in_use(town.models).own
    assert cli.main(["train", "--demote"]) == 0
    assert "from the next start on" in capsys.readouterr().out
    assert town.restarted().tools.classify(NEW).engine == classify.shipped().version
    assert cli.main(["train", "--demote"]) == 0
    assert "in use already" in capsys.readouterr().out


# --- the judge -------------------------------------------------------------------------------------------------------


def column(own: float, traps: float = 0.8, recall: float = 0.9) -> dict[str, Any]:
    return {"own": {"accuracy": own}, "frozen": {"traps_accuracy": traps, "emergency_recall": recall}}


@pytest.mark.parametrize(
    ("candidate", "held_out", "why"),
    [
        (column(0.8), 30, ""),
        (column(0.8, traps=0.791), 30, ""),
        (column(0.8), 29, "cannot judge: 29 own cases"),
        (column(0.7), 30, "not better on own cases"),
        (column(0.9, traps=0.78), 30, "worse on the frozen set: traps_accuracy 0.780"),
        (column(0.9, recall=0.88), 30, "worse on the frozen set: emergency_recall"),
    ],
)
def test_a_model_is_promoted_for_being_better_here_and_not_worse_there(
    candidate: dict[str, Any], held_out: int, why: str
) -> None:
    found = learning.why_not(column(0.7), candidate, held_out)
    assert found.startswith(why)
    assert bool(found) is bool(why)


def test_a_fifth_is_held_out() -> None:
    held = [learning.is_held_out(f"70-{number:05d}-1") for number in range(5000)]
    assert 0.18 < sum(held) / len(held) < 0.22


def test_own_codes_are_the_seed_s(world: World) -> None:
    """A category of the seed that the engine does not know could never be learned."""
    from storage import agencies

    with world.db.reading() as session:
        assert {row.code for row in agencies.categories(session)} <= set(keywords.codes())
