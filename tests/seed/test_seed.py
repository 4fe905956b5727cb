"""The shipped data is whole: codes point to something, days are days off, labels fit buttons. Reads TOML only."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from storage import migrations, seed
from storage.db import Database
from storage.seal import Keyring

SEED = Path(__file__).parents[2] / "deploy" / "seed"
HOME = (16.8211, 100.2659)
TWENTY = "RD EL WT FL WS EN TF PB AN SF DR HL SW ED CP AG LD OF CR OT"
CATEGORIES = TWENTY.split()
DEMO_UNITS = {
    "ENG": {"RD", "EL", "FL", "PB"},
    "HEALTH": {"WS", "EN", "AN", "HL"},
    "OFFICE": {"WT", "TF", "SF", "DR", "SW", "ED", "CP", "AG", "LD", "OF", "CR", "OT"},
}
VERIFIED_HOTLINES = {"191", "199", "1669", "1567", "1129", "1662"}
DANGERS = {"fire", "wire", "medical", "crime", "water", "gas", "crash", "distress", "violence", "animal", "any"}
OTHER_USES = {"flood", "advice", "corruption", "drugs", "consumer", "fraud", "highway"}
BUTTON = 20  # characters on a quick reply of LINE
BUTTONS = 13

Row = dict[str, Any]


def read(name: str) -> Row:
    return tomllib.loads((SEED / f"{name}.toml").read_text(encoding="utf-8"))


def rows(name: str, key: str) -> list[Row]:
    found: list[Row] = read(name)[key]
    assert found
    return found


def twice(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def days_off() -> list[tuple[date, Row]]:
    return [(date.fromisoformat(row["on"]), row) for row in rows("holidays", "holiday")]


@pytest.mark.parametrize(
    ("name", "key", "keys"),
    [
        ("agencies", "agency", "code name short_name kind area lat lon radius_km phone address particle"),
        ("agencies", "agency", "requires_screening privacy_url"),
        ("agencies", "unit", "code agency name short_name phone categories intake"),
        ("routing", "route", "category area agency"),
        ("places", "place", "code name kind parent lat lon radius_km names"),
        ("categories", "category", "code name english urgent days confidential physical sub maps"),
        ("services", "service", "code agency unit name names where_to_start documents step duration fee"),
        ("services", "service", "contact_phone place caution version announced_on verified"),
        ("service_standards", "standard", "category agency days basis"),
        ("holidays", "holiday", "on name note basis verified"),
        ("hotlines", "hotline", "number name for source verified order"),
        ("missions", "mission", "no name clients stakeholders needs sample"),
        ("customer_groups", "group", "code name label missions order"),
        ("channels", "channel", "code name formal frequency per groups unit order"),
    ],
)
def test_every_row_has_its_keys(name: str, key: str, keys: str) -> None:
    for row in rows(name, key):
        assert set(keys.split()) <= row.keys(), row


@pytest.mark.parametrize(
    ("name", "key", "code"),
    [
        ("agencies", "agency", "code"),
        ("agencies", "agency", "phone"),
        ("agencies", "unit", "phone"),
        ("places", "place", "code"),
        ("places", "place", "name"),
        ("categories", "category", "code"),
        ("services", "service", "code"),
        ("holidays", "holiday", "on"),
        ("hotlines", "hotline", "number"),
        ("hotlines", "hotline", "order"),
        ("missions", "mission", "no"),
        ("customer_groups", "group", "code"),
        ("customer_groups", "group", "label"),
        ("customer_groups", "group", "order"),
        ("channels", "channel", "code"),
        ("channels", "channel", "order"),
    ],
)
def test_codes_are_unique(name: str, key: str, code: str) -> None:
    assert twice(row[code] for row in rows(name, key)) == []


def test_first_agency_is_the_sample_municipality() -> None:
    first = rows("agencies", "agency")[0]
    assert (first["code"], first["name"], first["lat"], first["lon"]) == ("DEMO", "เทศบาลตัวอย่าง", *HOME)
    owned = {unit["code"]: set(unit["categories"]) for unit in rows("agencies", "unit") if unit["agency"] == "DEMO"}
    assert owned == DEMO_UNITS


def test_every_other_agency_says_that_it_is_a_sample() -> None:
    assert 5 <= len(rows("agencies", "agency")) - 1 <= 7
    for agency in rows("agencies", "agency"):
        assert "ตัวอย่าง" in agency["name"]
        assert agency["particle"] in {"female", "male"}


def test_units_belong_to_agencies_which_have_one_intake_each() -> None:
    agencies = {agency["code"] for agency in rows("agencies", "agency")}
    units = rows("agencies", "unit")
    assert {unit["agency"] for unit in units} == agencies
    assert twice((unit["agency"], unit["code"]) for unit in units) == []
    for code in agencies:
        own = [unit for unit in units if unit["agency"] == code]
        assert 1 <= len(own) <= 3
        assert [unit["intake"] for unit in own].count(True) == 1, code
        assert twice(category for unit in own for category in unit["categories"]) == [], code
    assert {category for unit in units for category in unit["categories"]} == set(CATEGORIES)


def test_phones_are_samples() -> None:
    phones = [row["phone"] for key in ("agency", "unit") for row in rows("agencies", key)]
    phones += [row["contact_phone"] for row in rows("services", "service")]
    assert [phone for phone in phones if not re.fullmatch(r"055-000-\d{3}", phone)] == []


def test_routes_point_to_something() -> None:
    units = {(unit["agency"], unit["code"]): unit for unit in rows("agencies", "unit")}
    agencies = {agency for agency, _unit in units}
    areas = {place["code"] for place in rows("places", "place")} | {"*"}
    routes = rows("routing", "route")
    assert twice((route["category"], route["area"]) for route in routes) == []
    assert read("routing")["default"]["agency"] == rows("agencies", "agency")[0]["code"]
    for route in routes:
        assert route["category"] in {*CATEGORIES, "*"}
        assert route["area"] in areas
        assert route["agency"] in agencies
        if "unit" in route:
            assert route["category"] in units[route["agency"], route["unit"]]["categories"], route


def test_the_municipality_s_own_tambon_stay_with_its_units() -> None:
    """Where DEMO serves a tambon it serves all of it: no category is routed past its units."""
    routes = rows("routing", "route")
    own = {route["area"] for route in routes if route["agency"] == "DEMO" and route["area"] != "*"}
    assert len(own) >= 3
    assert {route["agency"] for route in routes if route["area"] in own} == {"DEMO"}


def test_places_hang_together_and_lie_near() -> None:
    places = {place["code"]: place for place in rows("places", "place")}
    kinds = Counter(place["kind"] for place in places.values())
    assert kinds["province"] == 1
    assert kinds["amphoe"] == 2
    assert 10 <= kinds["tambon"] <= 12
    above = {"province": None, "amphoe": "province", "tambon": "amphoe"}
    for place in places.values():
        parent = places.get(place["parent"])
        assert (parent["kind"] if parent else None) == above[place["kind"]], place["code"]
        assert place["radius_km"] > 0
        if parent:
            assert place["radius_km"] < parent["radius_km"]
    names = [name for place in places.values() for name in {place["name"], *place["names"]}]
    assert twice(names) == []
    for spot in [*places.values(), *rows("agencies", "agency")]:
        assert kilometres(spot["lat"], spot["lon"]) <= 40, spot["code"]


def kilometres(lat: float, lon: float) -> float:
    x = math.radians(lon - HOME[1]) * math.cos(math.radians(HOME[0]))
    return math.hypot(x, math.radians(lat - HOME[0])) * 6371.0


def test_all_twenty_categories() -> None:
    categories = rows("categories", "category")
    assert [category["code"] for category in categories] == CATEGORIES
    for category in categories:
        subs = category["sub"]
        wanted = [f"{category['code']}-{number}" for number in range(1, len(subs) + 1)]
        assert [sub["code"] for sub in subs] == wanted
        assert all(sub["name"] and sub["english"] for sub in subs)
        assert 1 <= category["days"] <= 30
        maps = {"traffy_national", "traffy_bkk_2022", "damrongtham_main", "damrongtham_ssk", "type_1111"}
        assert set(category["maps"]) == maps
    assert {row["code"] for row in categories if row["urgent"]} == {"FL", "SF", "DR", "CR"}
    assert {row["code"] for row in categories if row["confidential"]} == {"SF", "DR", "CP", "OF", "CR"}


def test_standards_agree_with_the_categories() -> None:
    agencies = {agency["code"] for agency in rows("agencies", "agency")} | {"*"}
    standards = rows("service_standards", "standard")
    assert twice((row["category"], row["agency"]) for row in standards) == []
    assert {row["agency"] for row in standards} <= agencies
    general = {row["category"]: row["days"] for row in standards if row["agency"] == "*"}
    assert general == {row["code"]: row["days"] for row in rows("categories", "category")}
    assert {row["category"] for row in standards} <= set(CATEGORIES)


def test_limits_are_the_agreed_ones() -> None:
    data = read("service_standards")
    assert data["office_hours"] == {"from": "08:30", "to": "16:30", "weekdays": [1, 2, 3, 4, 5]}
    agreed = {
        "draft_hours": 24,
        "emergency_draft_minutes": 10,
        "screening_days": 1,
        "accept_days": 3,
        "first_answer_days": 15,
        "progress_every_days": 15,
        "remind_before_days": 2,
        "remind_after_days": [3, 7],
        "need_info_remind_days": [3, 7],
        "need_info_close_days": 15,
        "close_after_days": 7,
        "reopen_days": 30,
    }
    assert {name: data["limits"].get(name) for name in agreed} == agreed


def test_services_can_be_answered_from() -> None:
    units = {(unit["agency"], unit["code"]): unit for unit in rows("agencies", "unit")}
    services = rows("services", "service")
    assert len(services) >= 12
    assert twice(name for service in services for name in service["names"]) == []
    for service in services:
        assert service["contact_phone"] == units[service["agency"], service["unit"]]["phone"]
        assert service["documents"]
        assert service["names"]
        assert service["verified"] is False
        date.fromisoformat(service["announced_on"])
        for step in service["step"]:
            assert {"name", "detail", "responsible"} <= step.keys()
            assert ("minutes" in step) != ("days" in step), (service["code"], step["name"])


def test_holidays_are_sorted_and_within_two_fiscal_years() -> None:
    days = [day for day, _row in days_off()]
    assert all(before < after for before, after in pairwise(days))
    assert days[0] >= date(2026, 10, 1)
    assert days[-1] <= date(2028, 9, 30)
    assert sum(day.year == 2027 for day in days) >= 15
    assert not {(1, 9), (5, 1)} & {(day.month, day.day) for day in days}  # Children's Day, Labour Day


def test_a_holiday_on_a_weekend_has_its_substitute_and_no_other_has() -> None:
    days = dict(days_off())
    substitutes = {
        date.fromisoformat(row["substitute_for"]): day for day, row in days.items() if "substitute_for" in row
    }
    weekend = {day for day in days if day.isoweekday() > 5}
    assert set(substitutes) == weekend
    for original, substitute in substitutes.items():
        expected = original
        while expected.isoweekday() > 5 or (expected in days and "substitute_for" not in days[expected]):
            expected += timedelta(days=1)
        assert substitute == expected, original


def test_moon_days_wait_for_the_announcement() -> None:
    for _day, row in days_off():
        if any(word in row["name"] for word in ("บูชา", "เข้าพรรษา")):
            assert row["verified"] is False
        if not row["verified"]:
            assert "ตรวจสอบประกาศ" in row["note"]


def test_every_date_in_the_holiday_file_is_a_day_off() -> None:
    """Others may read the file by its dates alone."""
    text = (SEED / "holidays.toml").read_text(encoding="utf-8")
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}", text)) == {row["on"] for row in rows("holidays", "holiday")}


def test_hotlines_cover_every_danger() -> None:
    hotlines = rows("hotlines", "hotline")
    assert {row["number"] for row in hotlines if row["verified"]} == VERIFIED_HOTLINES
    uses = {use for row in hotlines for use in row["for"]}
    assert uses <= DANGERS | OTHER_USES
    assert uses >= DANGERS
    assert all(row["for"] and re.fullmatch(r"\d{3,4}", row["number"]) for row in hotlines)


def test_groups_fit_buttons_and_missions() -> None:
    groups = rows("customer_groups", "group")
    assert len(groups) < BUTTONS  # one more says "skip"
    assert [row["label"] for row in groups if len(row["label"]) > BUTTON] == []
    assert [row["no"] for row in rows("missions", "mission")] == list(range(1, 9))
    assert {number for row in groups for number in row["missions"]} == set(range(1, 9))


def test_channels_serve_known_groups() -> None:
    groups = {row["code"] for row in rows("customer_groups", "group")} | {"*"}
    channels = rows("channels", "channel")
    wanted = "line telegram web walkin phone letter box mobile_unit ministry c1111 damrongdham meeting survey email"
    assert {*wanted.split(), "social", "callcenter"} <= {row["code"] for row in channels}
    for row in channels:
        assert row["groups"]
        assert set(row["groups"]) <= groups
        assert row["per"] in {"day", "workday", "week", "month", "2months", "quarter", "year", "as_needed"}
        assert row["unit"] in DEMO_UNITS


@pytest.mark.parametrize("path", sorted(SEED.glob("*.toml")), ids=lambda path: path.name)
def test_no_person_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"(?:นางสาว|น\.ส\.|นาย|นาง|ดร\.)\s?[ก-ฮเแโใไ]+\s[ก-ฮเแโใไ]+", text) == []
    assert re.findall(r"\b0[689]\d[- ]?\d{3}[- ]?\d{4}\b", text) == []


@pytest.mark.parametrize(
    ("table", "line", "why"),
    [
        ("office_hours", 'from = "8:30"', "an hour"),
        ("limits", "remind_after_days = 3", "rising whole numbers"),
        ("limits", 'draft_hours = "24"', "a whole number"),
        ("limits", "need_info_remind_days = []", "rising whole numbers"),
        ("evidence", "photo_requierd = false", "unknown"),
        ("decisions", 'kinds = "corruption"', "a list of words"),
        ("pushes", "held_from = { praise = 5 }", "numbers by purpose"),
        ("pushes", 'agencies = { DEMO = { survey = "few" } }', "numbers by agency"),
        ("limit", "draft_hours = 24", "unknown"),
    ],
)
def test_a_slip_in_the_standards_is_named(tmp_path: Path, table: str, line: str, why: str) -> None:
    refused(tmp_path, "service_standards.toml", f"[{table}]\n{line}\n", why)


def test_a_number_for_a_danger_nobody_knows_is_refused(tmp_path: Path) -> None:
    """A slip would take the number away from the danger it was meant for, and nobody would see it."""
    line = '[[hotline]]\nnumber = "199"\nname = "ดับเพลิง"\nfor = ["flre"]\n'
    refused(tmp_path, "hotlines.toml", line, r"199 is for flre; there are: .*\bfire\b")


def refused(folder: Path, name: str, content: str, why: str) -> None:
    """The sample seed with this file changed is not taken, and why."""
    for path in SEED.glob("*.toml"):
        (folder / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / name).write_text(content, encoding="utf-8")
    db = Database(f"sqlite:///{folder}/seed.db", Keyring(["a-test-key-that-is-long-enough-to-be-one"]))
    migrations.migrate(db)
    with pytest.raises(seed.BadSeed, match=why), db.transaction() as session:
        seed.load(session, folder)
    db.close()
