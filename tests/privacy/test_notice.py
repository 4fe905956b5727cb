"""The privacy notice reaches everybody once, new ones too, and what people were told can be found years later."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from bot import settings as reading
from bot.app import ready_database
from handlers import texts
from handlers.actions import privacy
from handlers.services import Svc
from storage.db import Database
from storage.seal import Keyring
from storage.tables import Account, Agency, HistoryDetail, HistoryEntry
from tests.conftest import KEY, fresh_postgres, prepared
from tests.world import World

OURS = "ขอแจ้งก่อนเริ่ม"
NEW = "ฉบับใหม่"
LINK = "https://example.go.th/privacy"
OWN = "เทศบาลเก็บเรื่องของคุณ 10 ปี{abroad} พิมพ์ “ข้อมูลของฉัน” ได้"
NEWER = "เทศบาลเก็บเรื่องของคุณ 5 ปี{abroad} พิมพ์ “ข้อมูลของฉัน” ได้"
LIGHT = "ไฟถนนดับ ซอย 5"
BURMESE = "ရေမလာဘူး သုံးရက်ရှိပြီ"
IN_BURMESE, NEW_IN_BURMESE = "သက်ဆိုင်ရာ ဝန်ထမ်းများသာ", "အသိပေးချက် အသစ်"


def says(world: World, words: str, link: str = "") -> None:
    """The agency says it in these words from now on; "" for ours."""
    with world.db.transaction() as session:
        home = session.get_one(Agency, "DEMO")
        home.settings = {**home.settings, "texts": {"notice.short": words} if words else {}, "privacy_url": link}
        session.known.clear()


def upgraded(monkeypatch: pytest.MonkeyPatch, version: str = "2") -> None:
    """A newer program, with another notice of ours."""
    newer = {**texts.load(), "notice.version": {"text": version}}
    monkeypatch.setattr(texts, "load", lambda: newer)


def kept(db: Database) -> list[dict[str, Any]]:
    """What the history knows of notices, oldest first."""
    with db.reading() as session:
        links = select(HistoryEntry.id).where(HistoryEntry.what == "notice")
        rows = session.scalars(select(HistoryDetail).where(HistoryDetail.history_id.in_(links)))
        return [session.keys.open_data(row.details) for row in sorted(rows, key=lambda row: row.history_id)]


def write_down(world: World) -> None:
    with world.db.transaction() as session:
        privacy.written_down(Svc(session, world.now, world.tools))


# --- danger first ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", ["", OWN], ids=["ours", "own"])
def test_after_danger_the_notice_is_a_first_one(world: World, own: str) -> None:
    says(world, own)
    told = "10 ปี" if own else OURS
    citizen = world.citizen().says("ไฟไหม้บ้าน").hears("199").hears_not(told)
    citizen.says("หมู่ 3 หน้าวัดใหม่").hears("เร่งด่วน").hears_not(told)
    world.passes(hours=2)
    citizen.says(LIGHT).hears(told).hears_not(NEW).says("ยกเลิก")
    citizen.says(LIGHT).hears_not(told)


def test_what_is_no_danger_after_all_goes_on_with_the_notice(world: World) -> None:
    world.citizen("U1").says("ไฟไหม้บ้าน").says("ไม่ฉุกเฉิน").hears("ไม่ใช่เหตุฉุกเฉิน", OURS)
    other = world.citizen("U2").says("မီးလောင်နေတယ်").hears_not(IN_BURMESE)
    other.says("not an emergency").hears(IN_BURMESE, "ဝန်ထမ်းက ဖတ်ပါမည်").hears_not(OURS)


def test_danger_in_the_middle_of_it_repeats_no_notice(world: World) -> None:
    citizen = world.citizen().says(LIGHT).hears(OURS).says("ไฟไหม้บ้าน").hears("199")
    citizen.says("ไม่ฉุกเฉิน").hears("ไม่ใช่เหตุฉุกเฉิน").hears_not(OURS)


def test_a_matter_we_asked_about_has_the_notice_as_well(world: World) -> None:
    """More of a case or a new one, we ask, and they say a new one: it is told like any other."""
    citizen = world.citizen().says("ไฟกิ่งซอย 5 ดับมา 3 คืนแล้ว มืดมากค่ะ").hears(OURS).says("ส่งเรื่อง")
    says(world, OWN)
    citizen.says("ไฟกิ่งซอย 5 ดับมา 3 คืนแล้ว ยังมืดมากค่ะ").hears("เรื่องเดิม").hears_not("10 ปี")
    citizen.says("เรื่องใหม่").hears("10 ปี", NEW)


def test_who_left_no_version_is_not_told_of_a_new_one(world: World) -> None:
    """Before versions were kept, or in danger: what they saw, if anything, nobody knows."""
    citizen = world.citizen().says(LIGHT).says("ยกเลิก")
    with world.db.transaction() as session:
        session.execute(update(Account).values(notice_version=None))
    citizen.says(LIGHT).hears_not(OURS).says("ยกเลิก")
    says(world, OWN)
    citizen.says(LIGHT).hears("10 ปี").hears_not(NEW).says("ยกเลิก")
    says(world, NEWER)
    citizen.says(LIGHT).hears("5 ปี", NEW)


# --- other languages -------------------------------------------------------------------------------------------------


def test_who_writes_in_another_language_hears_of_a_new_one(world: World) -> None:
    citizen = world.citizen().says(BURMESE).hears(IN_BURMESE).hears_not(NEW_IN_BURMESE).says("ပယ်ဖျက်")
    citizen.says(BURMESE).hears_not(IN_BURMESE).says("ပယ်ဖျက်")
    says(world, OWN, LINK)
    new = (NEW_IN_BURMESE, IN_BURMESE, "a new version of our privacy notice", LINK)
    citizen.says(BURMESE).hears(*new).says("ပယ်ဖျက်")
    citizen.says(BURMESE).hears_not(IN_BURMESE, NEW_IN_BURMESE).says("ပယ်ဖျက်")
    says(world, NEWER, LINK)
    citizen.says(BURMESE).hears(*new)


def test_who_goes_on_in_thai_hears_the_agencys_own_words_as_a_first_notice(world: World) -> None:
    says(world, OWN, LINK)
    citizen = world.citizen().says(BURMESE).hears(IN_BURMESE, LINK).says("ပယ်ဖျက်")
    citizen.says(LIGHT).hears("10 ปี").hears_not(NEW).says("ยกเลิก")
    citizen.says(BURMESE).hears_not(IN_BURMESE).says("ပယ်ဖျက်")
    citizen.says(LIGHT).hears_not("10 ปี").says("ยกเลิก")
    says(world, NEWER, LINK)
    citizen.says(BURMESE).hears(NEW_IN_BURMESE).says("ပယ်ဖျက်")
    citizen.says(LIGHT).hears("5 ปี").hears_not(NEW)


def test_ours_is_the_same_in_every_language(world: World) -> None:
    citizen = world.citizen().says(BURMESE).hears(IN_BURMESE).says("ပယ်ဖျက်")
    citizen.says(LIGHT).hears_not(OURS)


# --- the history -----------------------------------------------------------------------------------------------------


def test_a_new_program_with_another_notice_writes_it_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/n.db"
    prepared(url).close()
    config = reading.read(
        {"PRATU_DATABASE_URL": url, "PRATU_SECRET_KEY": KEY, "PRATU_DATA_DIR": str(tmp_path / "data")}
    )
    for _ in range(2):
        ready_database(config).close()
    upgraded(monkeypatch)
    ready_database(config).close()
    db = ready_database(config)
    found = kept(db)
    db.close()
    assert [each["version"] for each in found] == ["1", "2"], "once each, however often it starts"
    assert all(OURS in each["words"] for each in found)


def test_a_notice_that_comes_back_is_written_down_again(world: World) -> None:
    for words in ("", OWN, OWN, "", ""):
        says(world, words)
        write_down(world)
    assert [each["words"] == OWN for each in kept(world.db)] == [False, True, False]


def test_a_new_program_changes_what_a_link_stands_under(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    says(world, "", LINK)
    write_down(world)
    upgraded(monkeypatch)
    write_down(world)
    first, second = kept(world.db)
    assert first["version"] != second["version"]
    assert first["link"] == second["link"] == LINK


def test_of_processes_that_begin_at_once_one_writes_it_down(worker_id: str) -> None:
    url = fresh_postgres(f"pratu_notice_{worker_id}")
    db, other = prepared(url), Database(url, Keyring([KEY]))
    worlds = World(db), World(other)
    second = threading.Thread(target=write_down, args=(worlds[1],))
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with db.transaction() as session:
        privacy.written_down(Svc(session, worlds[0].now, worlds[0].tools))
        session.finish()
        second.start()
        end = time.monotonic() + 30
        with db.reading() as looking:
            while not looking.scalar(waits):
                assert time.monotonic() < end, "the second one never came so far"
                looking.execute(text("SELECT pg_stat_clear_snapshot()"))
                time.sleep(0.05)
    second.join(30)
    found = kept(db)
    db.close()
    other.close()
    assert len(found) == 1
