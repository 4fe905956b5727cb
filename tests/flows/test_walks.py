"""Properties over random walks: no move outside the table, whoever tries what in whatever order."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.jobs import JOBS, JobContext
from handlers.rules.case_status import MOVES, is_open
from handlers.rules.duties import DUTIES
from storage import cases
from storage.words import ENDED, Role, Status
from tests.world import World, at

WORDS = {
    "return": "ไม่ใช่หน้าที่ของหน่วย",
    "ask": "เสาหมายเลขอะไร",
    "note": "จดไว้",
    "tell": "ช่างไปบ่ายนี้",
    "visit": "พรุ่งนี้ 10.00",
    "result": "เปลี่ยนหลอดสามดวงแล้ว ไม่มีรูปเพราะกล้องเสียต้องส่งซ่อม",
    "defer": "อีก 30 วัน รออะไหล่",
    "back": "ขอรายละเอียดเพิ่ม",
    "category": "WS",
    "team": "กองช่าง,กองสาธารณสุข",
    "assign": "ENG",
    "forward": "POLICE เป็นสัญญาณไฟจราจร",
    "reject": "1",
    "reveal": "ประสานงาน",
    "hold": "อยู่ในการสอบสวน",
    "release": "คดีถึงที่สุด",
    "notified": "หน่วย",
    "letter": "แจ้งหน่วย",
    "hurry": "ขอให้เสร็จสัปดาห์นี้",
    "used": "ติดไฟใหม่ทั้งซอยแล้ว",
}
TYPED = {
    "return": "คืน", "ask": "ถาม", "note": "บันทึก", "tell": "แจ้ง!", "result": "ผล", "defer": "เลื่อน!", "back": "ส่งกลับ",
    "category": "หมวด", "team": "คณะทำงาน", "assign": "มอบ", "forward": "ส่งต่อ!", "reject": "ไม่รับ!", "accept": "รับ",
    "propose": "เสนอ", "approve": "อนุมัติ!", "close": "ปิด!", "urgent": "ด่วน", "acknowledge": "รับทราบ", "undo": "เลิกทำ",
    "view": "ดู", "visit": "นัด!", "reveal": "เปิดเผย", "notified": "แจ้งแล้ว", "photo": "รูป", "hurry": "เร่ง",
    "used": "นำไปใช้", "dossier": "แฟ้ม", "hold": "ระงับ", "release": "เลิกระงับ",
}  # fmt: skip
OFFICERS = {"T1": (Role.OFFICER, "ENG"), "T2": (Role.INTAKE, "OFFICE"), "T3": (Role.HEAD, None)}
SAYS = ["แก้แล้ว {}", "ยังไม่แก้ {}", "เสา 14 หน้าร้านซ่อมรถ", "ยกเลิกเรื่อง {}", "ยืนยันยกเลิก", "ไม่มีข้อมูล {}", "เปิด {}"]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(sorted(OFFICERS)), st.sampled_from(sorted(TYPED))),
        st.tuples(st.just("U"), st.sampled_from(SAYS)),
    ),
    min_size=4,
    max_size=14,
)


def walked(world: World, steps: list[tuple[str, str]]) -> str:
    """A new case, and these steps of its people; its reference."""
    officers = {
        name: world.officer(f"{name}-{world.events}", role, unit=unit) for name, (role, unit) in OFFICERS.items()
    }
    citizen = world.citizen(f"U{world.events}", "telegram")
    reference = citizen.says(f"ไฟถนนดับ ซอย {world.events}").says("ส่งเรื่อง").reference
    for who, what in steps:
        if who == "U":
            citizen.says(what.format(reference))
        else:
            officers[who].says(f"/{TYPED[what]} {reference} {WORDS.get(what, '')}".strip())
    return reference


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_no_walk_leaves_the_table(world: World, steps: list[tuple[str, str]]) -> None:
    reference = walked(world, steps)
    check_history(world, reference)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_nobody_is_forgotten_wherever_a_walk_ends(world: World, steps: list[tuple[str, str]]) -> None:
    """While nobody acts, an open case comes to an end or somebody is chased, within a month and a half."""
    world.now = at("2027-01-04 09:00")
    reference = walked(world, steps)
    before = reminded(world, reference)
    end = world.now + timedelta(days=50)
    while is_open(world.case(reference).status) and reminded(world, reference) == before and world.now < end:
        world.now += timedelta(days=1)
        JOBS["reminders"](JobContext(world.db, world.tools, lambda: world.now), False)
    assert world.now < end, f"{world.case(reference).status}: forgotten"
    check_history(world, reference)


def reminded(world: World, reference: str) -> int:
    with world.db.reading() as session:
        rows = cases.updates(session, [world.case(reference).id])
    return sum(row.what in ("reminded", "alerted", "asked_again") for row in rows)


def check_history(world: World, reference: str) -> None:
    """Every change of status is an arrow of the table, by somebody who may; the dates and the end fit the status."""
    case = world.case(reference)
    with world.db.reading() as session:
        updates = cases.updates(session, [case.id])
    now = Status.DRAFT
    for update in updates:
        if update.status is None:
            continue
        to = Status(update.status)
        assert any(move.to == to for move in MOVES[now]) or update.what == "undone", f"{now} → {to} ({update.what})"
        now = to
    assert case.status == now
    assert (case.waiting_since is not None) == (now == Status.NEED_INFO)
    if now in (Status.RESOLVED, Status.CLOSED, Status.TRANSFERRED, Status.NOT_ACCEPTED):
        assert case.conclusion_type is not None
    if now == Status.RESOLVED:
        assert case.resolved_at is not None
    if now not in ENDED and now != Status.RESOLVED:
        assert case.closed_at is None
        assert case.conclusion_type is None


def test_every_command_of_the_duties_is_walked() -> None:
    assert set(TYPED) | {"letter", "merge"} == set(DUTIES)


def test_every_open_status_reaches_an_end() -> None:
    """By the table alone, and by people of the agency alone: nobody has to wait for a citizen who is gone."""
    for start in Status:
        reached, todo = {start}, [start]
        while todo:
            for move in MOVES[todo.pop()]:
                if move.by - {"citizen"} and move.to not in reached:
                    reached.add(move.to)
                    todo.append(move.to)
        assert not is_open(start) or reached & ENDED, start
