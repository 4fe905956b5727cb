"""`pratu check` of an agency's own data: what it lacks, says twice, or says too long."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import checks, lint
from handlers.services import Svc
from handlers.texts import load, naming
from storage import agencies
from storage.db import Database, Session
from storage.tables import Agency, Category, Holiday, RegisterRow, Route, Service, Unit
from storage.words import Role
from tests.world import World


def found(world: World) -> dict[str, str]:
    """Name → what it is about."""
    with world.db.reading() as session:
        return {name: str(values["what"]) for name, values in lint.look(Svc(session, world.now, world.tools))}


def given(world: World, change: Callable[[Session], None]) -> dict[str, str]:
    """What is said when the data is so."""
    with world.db.transaction() as session:
        change(session)
    return found(world)


@pytest.fixture
def one(sqlite_db: Database) -> Any:
    with sqlite_db.rolled_back():
        yield World(sqlite_db)


def test_the_sample_lacks_only_its_people(world: World) -> None:
    assert set(found(world)) == {"agency_without", "notice_whole"}


def test_every_finding_has_its_two_sentences() -> None:
    texts = tomllib.loads((Path(checks.__file__).parent / "checks.toml").read_text(encoding="utf-8"))["warn"]
    source = Path(lint.__file__).read_text(encoding="utf-8")
    yielded = set(re.findall(r'(?:yield |\(\()"([a-z_]+)"', source)) - {"no_"} | {"no_head", "no_intake"}
    assert len(yielded) > 20
    assert {f"own_{name}" for name in yielded} == {name for name in texts if name.startswith("own_")}
    for name in yielded:
        thai, english = texts[f"own_{name}"]
        assert "{what}" in thai
        assert "{what}" in english


def test_an_own_notice_says_where_more_stands(one: World) -> None:
    def told(text: str, url: str) -> Callable[[Session], None]:
        def change(session: Session) -> None:
            home = session.get_one(Agency, "DEMO")
            home.settings = {**home.settings, "privacy_url": url, "texts": {"notice.short": text}}
            session.known.clear()

        return change

    good = "เทศบาลเก็บเรื่องของคุณ{abroad} พิมพ์ “ข้อมูลของฉัน” ได้ โทร {phone}"
    assert given(one, told(good, "https://example.go.th/privacy")).keys() == {"agency_without"}
    assert given(one, told(good, "http://example.go.th/privacy"))["notice_whole"] == "DEMO"
    assert given(one, told(good.replace("{phone}", ""), ""))["notice_contact"] == "notice.short"
    assert given(one, told("ของรุ่นก่อน {phone}", ""))["text"] == "notice.short {abroad}, notice.short ข้อมูลของฉัน"


def test_a_category_that_leads_nowhere(one: World) -> None:
    def no_way(session: Session) -> None:
        unit = session.get_one(Unit, ("DEMO", "OFFICE"))
        unit.intake, unit.categories = False, [code for code in unit.categories if code != "WT"]
        builders = session.get_one(Unit, ("DEMO", "ENG"))
        builders.categories = [*builders.categories, "WS", "ZZ"]
        session.add(Category(code="NEW", position=99, name="หมวดใหม่", english="new", days=0, subcategories=[], maps={}))
        session.delete(session.get_one(Category, "AG"))
        session.add(Route(category="RD", area="A1T1", agency_code="DEMO", unit_code="NONE"))

    said = given(one, no_way)
    assert [one.split()[0] for one in said["category_unreachable"].split(", ")] == ["WT", "NEW"]
    assert said["intake_unit"] == "DEMO"
    assert (said["category_unknown"], said["category_missing"], said["category_days"]) == ("NEW", "AG", "NEW")
    assert said["category_twice"] == "DEMO: WS"
    assert "DEMO ENG: ZZ" in said["unit_category"]
    assert said["route"] == "RD A1T1 → DEMO NONE"


def test_posts_without_people(one: World) -> None:
    one.officer("T1", Role.OFFICER, unit="ENG")
    said = found(one)
    assert (said["no_head"], said["no_intake"]) == ("DEMO", "DEMO")
    assert said["unit_without"] == "DEMO HEALTH, DEMO OFFICE"
    one.officer("T2", Role.HEAD)
    one.officer("T3", Role.INTAKE, Role.UNIT_HEAD, unit="OFFICE")
    said = found(one)
    assert not {"no_head", "no_intake"} & said.keys()
    assert said["unit_without"] == "DEMO HEALTH"


def test_what_is_longer_than_a_channel_shows(one: World) -> None:
    def long(session: Session) -> None:
        session.get_one(RegisterRow, ("group", "farmer")).details = {"label": "เกษตรกร" * 4}
        for number in range(9):
            session.add(RegisterRow(register="group", code=f"g{number}", position=50 + number, name="ก", details={}))
        row = session.get_one(Service, "MOVE")
        row.details = {**row.details, "caution": "ระวัง " * lint.TEXT}
        session.get_one(Category, "RD").name = "ก" * 25 + "หนึ่ง"
        session.get_one(Category, "EL").name = "ก" * 25 + "สอง"

    said = given(one, long)
    assert said["label"] == "เกษตรกร" * 4
    assert said["buttons"].endswith(f"/{lint.BUTTONS - 1}")
    assert said["text_long"].startswith("MOVE (")
    assert said["label_twice"] == "ก" * 19 + "…"


def test_one_thing_called_two_names(one: World) -> None:
    def differ(session: Session) -> None:
        home = session.get_one(Agency, "DEMO")
        home.settings = {**home.settings, "texts": {"greet.thanks": "ขอบคุณ{ค่ะ} จดหมายเลขเรื่องไว้ ติดตามทางไลน์หรือแชท"}}
        row = session.get_one(Service, "MOVE")
        row.details = {**row.details, "place": "กองคลัง ชั้น 2 หรือ กอง ช่าง", "caution": "ติดต่อกองสาธารณสุขฯ กองทุนออมออนไลน์"}
        session.get_one(Unit, ("DEMO", "OFFICE")).name = "กองช่าง"

    said = given(one, differ)
    for words in ("หมายเลขเรื่อง → รหัสเรื่อง", "ไลน์ → LINE", "แชท → แชต"):
        assert f"greet.thanks: {words}" in said["word"]
    assert "MOVE" not in said["word"], "what nobody reads is not looked at"
    assert said["name_twice"] == "DEMO: กองช่าง"

    def read(session: Session) -> None:
        row = session.get_one(Service, "MOVE")
        row.details = {**row.details, "where_to_start": row.details["place"]}

    said = given(one, read)
    assert "MOVE: กอง ช่าง → กองช่าง" in said["word"]
    assert said["unit_unknown"] == "MOVE: กองคลัง"


def test_promises_without_a_time_and_years_without_holidays(one: World) -> None:
    def empty(session: Session) -> None:
        row = session.get_one(Service, "MOVE")
        row.details = {name: value for name, value in row.details.items() if name not in ("duration", "step")}
        agencies.put_setting(session, "standards", {"NONE:RD": 3, "DEMO:RD": 0})
        for day in session.query(Holiday).filter(Holiday.on >= one.now.date().replace(month=12, day=31)):
            session.delete(day)

    said = given(one, empty)
    assert said["service_time"].startswith("MOVE ")
    assert (said["standard_of_none"], said["category_days"]) == ("NONE:RD", "DEMO:RD")
    assert said["holiday_year"] == "2570"


def test_our_own_texts_call_a_thing_by_its_name() -> None:
    """The words we ask of agencies are those citizens hear from us."""
    for key, entry in load().items():
        if (
            isinstance(entry, dict)
            and "text" in entry
            and key.partition(".")[0] in ("greet", "intake", "confirm", "ask")
        ):
            assert list(naming.otherwise(entry["text"])) == [], key
