"""`pratu job reconcile`: what came in and what became of it agree; and each way in which they could not is noticed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.forgetting import take_out
from bot.jobs import JOBS, JobContext
from handlers.texts import load
from storage import made_up
from storage.db import Session
from storage.files import FileStore
from storage.tables import (
    Attachment,
    Case,
    Conversation,
    File,
    HistoryDetail,
    HistoryEntry,
    InboxEvent,
    Message,
    OutboxMessage,
    Sequence,
    StatusUpdate,
)
from storage.words import Role
from tests.serving import Server
from tests.world import WORKING_MORNING, World, hears_now

Break = Callable[[Session, Path], Any]


def reconcile(world: World, files: Path, dry_run: bool = False) -> dict[str, Any]:
    return dict(JOBS["reconcile"](JobContext(world.db, world.tools, lambda: world.now, files), dry_run))


@pytest.fixture
def files(world: World, tmp_path: Path) -> Path:
    """A morning's work: a case with its picture, somebody who only asks, a taken-back message, a group that chats."""
    world.citizen("U1").sends_photo().says("ไฟกิ่งหน้าบ้านดับ มืดมาก").says("เสาที่ 12 หมู่ 3").says("ส่งเรื่อง").hears("รหัสเรื่อง")
    world.citizen("U2", "telegram").says("สวัสดี").says("น้ำท่วมขัง ท่อตัน").unsends()
    world.citizen("U3").does(kind="text", text="คุยกันเอง", private=False)
    with world.db.transaction() as session:
        digest = FileStore(tmp_path, world.db.keys).put(session, b"a picture", "image/jpeg", world.now)
        session.execute(update(Attachment).values(state="stored", file_digest=digest))
        session.execute(update(OutboxMessage).where(OutboxMessage.state == "queued").values(state="given_up"))
    world.passes(hours=20)
    return tmp_path


def test_what_agrees_is_counted_and_told_to_nobody(world: World, files: Path) -> None:
    admin = world.officer("boss", Role.ADMIN)
    found = reconcile(world, files)
    assert found["mismatches"] == 0, found
    assert "where" not in found
    assert found["received"] == found["answered"] + found["open"] + found["parked"]
    assert found["received"] >= 9
    hears_now(admin).hears_nothing()


def _set(table: Any, **values: Any) -> Break:
    return lambda session, _files: session.execute(update(table).values(**values))


def _last_event(session: Session) -> int:
    return session.scalars(select(InboxEvent.id).where(InboxEvent.state == "done").order_by(InboxEvent.id)).first() or 0


def _forget_answers(session: Session, _files: Path) -> None:
    session.execute(delete(OutboxMessage))


def _forget_message(session: Session, _files: Path) -> None:
    session.execute(update(Message).where(Message.inbox_id == _last_event(session)).values(inbox_id=None))


def _forget_receipt(session: Session, _files: Path) -> None:
    session.execute(update(OutboxMessage).values(case_id=None))


def _lose_bytes(_session: Session, files: Path) -> None:
    next(path for path in files.rglob("*") if path.is_file()).unlink()


def _stray_bytes(_session: Session, files: Path) -> None:
    stray = files / "ab" / ("c" * 62)
    stray.parent.mkdir()
    stray.write_bytes(b"whose?")
    os.utime(stray, (0, 0))


def _change_history(session: Session, _files: Path) -> None:
    session.execute(update(HistoryEntry).where(HistoryEntry.id == 1).values(what="nothing"))


def _cut_history(session: Session, _files: Path) -> None:
    last = session.scalar(select(Sequence.value).where(Sequence.name == "history"))
    session.execute(delete(HistoryDetail).where(HistoryDetail.history_id == last))
    session.execute(delete(HistoryEntry).where(HistoryEntry.id == last))


def _unlink(session: Session, _files: Path) -> None:
    session.execute(update(HistoryEntry).values(case_id=None))


def _without_file(session: Session, files: Path) -> None:
    session.execute(delete(File))
    _lose_bytes(session, files)


def _sent_and_forgotten(session: Session, _files: Path) -> None:
    session.execute(update(OutboxMessage).values(state="sent"))


BREAKS: dict[str, tuple[str, Break]] = {
    "an event nobody works on": ("event_not_worked_on", _set(InboxEvent, state="received")),
    "an event in no state": ("event_of_no_state", _set(InboxEvent, state="lost")),
    "no answer": ("event_without_answer", _forget_answers),
    "no message of an event": ("event_without_trace", _forget_message),
    "sending for ever": ("message_without_end", _set(OutboxMessage, state="sending", claimed_at=None)),
    "a message in no state": ("message_without_end", _set(OutboxMessage, state="lost")),
    "sent, and nowhere to be read": ("message_not_written_down", _sent_and_forgotten),
    "nobody told the complainant": ("case_not_told_of", _forget_receipt),
    "a status without an event": ("case_not_as_its_events", _set(Case, status="closed")),
    "a case without events": ("case_not_as_its_events", lambda s, _: s.execute(delete(StatusUpdate))),
    "a case outside of the chain": ("case_not_in_the_chain", _unlink),
    "a counter set back": ("number_beyond_its_counter", _set(Sequence, value=0)),
    "a draft forgotten": ("draft_not_filed", _set(Conversation, draft_at=WORKING_MORNING - timedelta(days=9))),
    "a picture never fetched": ("picture_not_fetched", _set(Attachment, state="wanted")),
    "a picture without a file's row": ("picture_without_file", _without_file),
    "bytes that are gone": ("file_without_bytes", _lose_bytes),
    "bytes of nobody": ("bytes_without_file", _stray_bytes),
    "history changed": ("chain", _change_history),
    "history cut off": ("chain", _cut_history),
}


@pytest.mark.parametrize("what", BREAKS)
def test_each_thing_that_breaks_is_named(what: str, world: World, files: Path) -> None:
    check, breaks = BREAKS[what]
    world.passes(days=4)
    with world.db.transaction() as session:
        breaks(session, files)
    found = reconcile(world, files, dry_run=True)
    assert found[check] >= 1, found
    assert found["where"][check], found
    assert found["mismatches"] >= 1


def test_a_wrong_figure_of_last_week_is_named(world: World, files: Path) -> None:
    """Its events say that an open case got its result: the digest of that week would not add up."""
    world.passes(days=7)
    assert "figures" not in reconcile(world, files, dry_run=True)
    with world.db.transaction() as session:
        session.execute(update(StatusUpdate).where(StatusUpdate.status == "received").values(status="resolved"))
    admin = world.officer("boss", Role.ADMIN)
    found = reconcile(world, files)
    assert found["figures"] == 1, found
    assert found["where"]["figures"] == ["DEMO: open by the events of the period: 1 is not 0"]
    hears_now(admin).hears("ตัวเลขรายสัปดาห์ที่ไม่ตรงกัน: 1")


def test_who_mends_it_is_told_once_a_day(world: World, files: Path) -> None:
    admin = world.officer("boss", Role.ADMIN)
    officer = world.officer("ชล", Role.OFFICER, unit="ENG")
    world.delivers()
    with world.db.transaction() as session:
        _lose_bytes(session, files)
        session.execute(update(OutboxMessage).values(state="given_up"))
    reconcile(world, files, dry_run=True)
    hears_now(admin).hears_nothing()
    reconcile(world, files)
    hears_now(admin).hears("1 รายการ", "ไฟล์ที่หายไปจากที่เก็บ: 1", "pratu job reconcile")
    reconcile(world, files)
    hears_now(admin).hears_nothing()
    world.passes(days=1)
    reconcile(world, files)
    hears_now(admin).hears("ไฟล์ที่หายไปจากที่เก็บ: 1")
    hears_now(officer).hears_nothing()


def arrives(world: World) -> None:
    """Everything that was put out reaches its chat, and is written down."""
    with world.db.transaction() as session:
        arrived = made_up.arrive(session, world.now, everything=True)
        made_up.write_down(session, arrived, [one.texts for one in arrived])


def test_an_erased_person_leaves_nothing_that_does_not_agree(world: World, files: Path) -> None:
    world.citizen("U7").says("ถนนเป็นหลุมหน้าวัดใหม่ หมู่ 3").says("ส่งเรื่อง").hears("รหัสเรื่อง")
    world.citizen("U8", "telegram").says("ขยะล้นถังหน้าตลาดสด หมู่ 2").says("ส่งเรื่อง").hears("รหัสเรื่อง")
    arrives(world)
    assert reconcile(world, files)["mismatches"] == 0
    assert take_out(world.db, world.tools, "line", "U7", world.now)
    found = reconcile(world, files)
    assert found["mismatches"] == 0, found


def test_many_are_counted_and_the_first_named(world: World, files: Path) -> None:
    with world.db.transaction() as session:
        row = session.scalars(select(OutboxMessage)).first()
        assert row is not None
        for number in range(30):
            session.add(
                OutboxMessage(
                    key=f"k{number}", channel="web", lane="x", state="lost", not_before=world.now, created_at=world.now
                )
            )
    found = reconcile(world, files)
    assert found["message_without_end"] == 30
    assert len(found["where"]["message_without_end"]) == 20


def test_every_check_has_a_name_people_read(world: World, files: Path) -> None:
    known = load()
    for check in {check for check, _breaks in BREAKS.values()} | {"figures"}:
        assert f"reconcile_checks.{check}" in known


def test_the_command_ends_with_one_where_something_is_wrong(tmp_path: Path) -> None:
    server = Server(tmp_path, f"sqlite:///{tmp_path}/x.db").prepare()
    good = server.run("job", "reconcile")
    assert json.loads(good.stdout) == {"received": 0, "answered": 0, "open": 0, "parked": 0, "mismatches": 0}
    stray = tmp_path / "data" / "files"
    stray.mkdir(parents=True)
    _stray_bytes(None, stray)  # type: ignore[arg-type]
    bad = server.run("job", "reconcile", check=False)
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["where"] == {"bytes_without_file": ["ab" + "c" * 62]}
