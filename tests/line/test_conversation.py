"""The complaint over signed LINE webhooks: real server, real SDK, LINE emulated, both databases."""

from __future__ import annotations

import re

from tests.line.conftest import Line

REFERENCE = re.compile(r"\b\d{2}-\d{5,}-\d\b")


def test_complaint_from_first_word_to_reference(line: Line) -> None:
    citizen = line.user().follows().hears("เทศบาลตัวอย่าง")
    citizen.says("ไฟกิ่งหน้าบ้านดับมา 3 คืนแล้วค่ะ").hears("ขอแจ้งก่อนเริ่ม", "จุดที่เกิดเรื่อง")
    citizen.sends_place().hears("ตรวจอีกครั้ง")
    citizen.taps("ส่งเรื่อง").hears("รหัสเรื่อง")
    reference = REFERENCE.search(citizen.text).group()
    assert citizen.sees[-1]["type"] == "flex"
    row = next(row for row in line.server.rows("cases") if row["reference"] == reference)
    assert (row["kind"], row["category"], row["status"], row["unit"]) == ("complaint", "EL", "assigned", "ENG")
    assert [event["status"] for event in row["events"]] == ["received", "assigned"]


def test_everything_so_far_was_free(line: Line) -> None:
    citizen = line.user().says("ไฟถนนดับ ซอย 5").hears("ตรวจอีกครั้ง").says("1").hears("รหัสเรื่อง")
    assert {item.how for item in line.emulator.delivered if item.to == citizen.id} == {"reply"}


def test_photo_is_fetched_when_it_is_ready(line: Line) -> None:
    citizen = line.user().sends_photo(not_ready=2).hears("ได้รูปแล้ว")
    citizen.taps("ขยะ").hears("จุดที่เกิดเรื่อง")
    files = line.server.folder / "data" / "files"
    line.emulator.wait(lambda: files.is_dir() and any(path.is_file() for path in files.rglob("*")), timeout=20)


def test_redelivered_and_doubled_events_have_one_effect(line: Line) -> None:
    citizen = line.user()
    event = line.platform.message(citizen.id, {"type": "text", "text": "สวัสดีค่ะ"})
    assert [line.platform.post([event]) for _ in range(3)] == [200, 200, 200]
    citizen.hears("สวัสดี")
    event["deliveryContext"]["isRedelivery"] = True
    line.platform.post([event])
    line.user().says("สวัสดีค่ะ").hears("สวัสดี")
    assert len(citizen.sees) == 1


def test_several_people_in_one_post(line: Line) -> None:
    people = [line.user() for _ in range(5)]
    events = [line.platform.message(person.id, {"type": "text", "text": "เมนู"}) for person in people]
    assert line.platform.post(events) == 200
    for person in people:
        person.hears("แจ้งปัญหา")


def test_events_out_of_order_are_read_by_their_time(line: Line) -> None:
    citizen = line.user()
    now = line.emulator.clock()
    first = line.platform.message(citizen.id, {"type": "text", "text": "ไฟถนนดับ"}, at=now - 2)
    second = line.platform.message(citizen.id, {"type": "text", "text": "ซอย 15"}, at=now - 1)
    assert line.platform.post([second, first]) == 200
    citizen.hears("ตรวจอีกครั้ง", "ไฟถนนดับ", "ซอย 15")


def test_what_is_not_line_is_refused_unread(line: Line) -> None:
    body = b'{"destination":"U","events":[]}'
    assert line.platform.post_raw(body, None) == 401
    assert line.platform.post_raw(body, "bm90IGxpbmU=") == 401
    assert line.platform.post_raw(body + b" ", line.platform.sign(body)) == 401
    assert line.platform.post_raw(b"not json", line.platform.sign(b"not json")) == 400
    assert line.platform.post_raw(b"[1]", line.platform.sign(b"[1]")) == 400
    assert line.platform.post_raw(b"\xff\xfe", line.platform.sign(b"\xff\xfe")) == 400
    large = b'{"x":"' + b"a" * (3 * 1024 * 1024) + b'"}'
    assert line.platform.post_raw(large, line.platform.sign(large)) == 413


def test_verify_button_and_odd_bodies_are_answered_200(line: Line) -> None:
    odd = [
        b'{"destination":"U","events":[]}',
        b"{}",
        b'{"events":"none"}',
        b'{"events":[{"type":"message"}]}',
        b'{"events":[{"type":"newThing","webhookEventId":"01X","timestamp":"soon","source":{"type":"sun"}}]}',
        b'{"events":[{"type":"message","webhookEventId":7,"message":{"type":"hologram"},"source":{"userId":5}}]}',
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"n":' + b"9" * 6000 + b"}",
        b'{"events":[{"webhookEventId":"a\\u0000b","source":{"userId":"U\\ud800"},"type":"message"}]}',
    ]
    for body in odd:
        assert line.platform.post_raw(body, line.platform.sign(body)) == 200, body[:60]
    line.user().says("สวัสดีค่ะ").hears("สวัสดี")


def test_blocked_person_is_remembered_and_heard_again(line: Line) -> None:
    citizen = line.user().follows().hears("เทศบาลตัวอย่าง")
    citizen.blocks()
    citizen.follows().hears("เทศบาลตัวอย่าง")


def test_unsent_words_are_gone_everywhere(line: Line) -> None:
    citizen = line.user()
    event = line.platform.message(citizen.id, {"type": "text", "text": "ไฟถนนดับ ซอย 16 ความลับของฉัน"})
    line.platform.post([event])
    citizen.hears("ตรวจอีกครั้ง")
    citizen.unsends(event["message"]["id"])
    citizen.says("สวัสดีค่ะ").hears("สวัสดี")
    rows = [row for row in line.server.rows("messages") if row["event_id"] == event["webhookEventId"]]
    assert [row["text"] for row in rows] == [None]
    assert all(
        "ความลับของฉัน" not in str(row["text"]) for row in line.server.rows("messages") if row["direction"] == "in"
    )


def test_every_acknowledged_event_is_listed(line: Line) -> None:
    listed = {row["event_id"] for row in line.server.rows("messages")}
    assert line.platform.acknowledged <= listed
