"""Every arrow of the status table as a dialogue, on both chat channels: the way there, then the one step. A way that
leads to several arrows is walked once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from bot.jobs import JOBS, JobContext
from handlers.rules.case_status import CITIZEN, HEAD, INTAKE, MOVES, SYSTEM, UNIT
from storage import agencies
from storage.words import Role, Status
from tests.world import Dialogue, World

S = Status


class Scene:
    """One case of one citizen, its unit, intake and head."""

    def __init__(self, world: World, channel: str) -> None:
        self.world = world
        self.unit = world.officer("T1", Role.OFFICER, unit="ENG", channel=channel)
        self.intake = world.officer("T2", Role.INTAKE, unit="OFFICE", channel=channel)
        self.head = world.officer("T3", Role.HEAD, channel=channel)
        self.citizen = world.citizen("U1", channel)
        self.other = world.citizen("U2", channel).says("ไฟทางมืดตรงปากซอย 9 สามดวง").says("ส่งเรื่อง").reference
        self.reference = ""

    def files(self) -> None:
        self.reference = self.citizen.says("ไฟถนนดับ ซอย 5").says("ส่งเรื่อง").reference

    def says(self, who: Dialogue, line: str) -> None:
        who.says(line.format(self.reference, self.other))

    def result(self) -> None:
        self.unit.reports(self.reference, "เปลี่ยนหลอดสามดวงแล้ว")

    def strikes(self, **time: float) -> None:
        self.world.passes(**time)
        JOBS["reminders"](JobContext(self.world.db, self.world.tools, lambda: self.world.now), False)

    @property
    def status(self) -> Status:
        return Status(self.world.case(self.reference).status)


def to_screening(scene: Scene) -> None:
    scene.files()
    scene.says(scene.unit, "/คืน {0} ไม่ใช่ของเรา")


def to_in_progress(scene: Scene) -> None:
    scene.files()
    scene.says(scene.unit, "/รับ {0}")


def to_need_info(scene: Scene) -> None:
    to_in_progress(scene)
    scene.says(scene.unit, "/ถาม {0} เสาหมายเลขอะไร")


def to_reported(scene: Scene) -> None:
    to_in_progress(scene)
    scene.result()


def to_returned(scene: Scene) -> None:
    to_reported(scene)
    scene.says(scene.intake, "/ส่งกลับ {0} ขอรายละเอียด")


def to_head_review(scene: Scene) -> None:
    to_reported(scene)
    scene.says(scene.unit, "/เสนอ {0}")


def to_resolved(scene: Scene) -> None:
    to_reported(scene)
    scene.says(scene.unit, "/ปิด {0}")


def to_closed(scene: Scene) -> None:
    to_resolved(scene)
    scene.says(scene.citizen, "แก้แล้ว {0}")


def to_reopened(scene: Scene) -> None:
    to_resolved(scene)
    scene.says(scene.citizen, "ยังไม่แก้ {0}")


def to_not_accepted(scene: Scene) -> None:
    scene.files()
    scene.says(scene.intake, "/ไม่รับ! {0} 2")


def to_merged(scene: Scene) -> None:
    scene.files()
    scene.says(scene.unit, "/รวม {0} {1}")


REACH: dict[Status, Callable[[Scene], None]] = {
    S.SCREENING: to_screening,
    S.ASSIGNED: Scene.files,
    S.NEED_INFO: to_need_info,
    S.IN_PROGRESS: to_in_progress,
    S.REPORTED: to_reported,
    S.RETURNED_INCOMPLETE: to_returned,
    S.HEAD_REVIEW: to_head_review,
    S.RESOLVED: to_resolved,
    S.CLOSED: to_closed,
    S.REOPENED: to_reopened,
    S.NOT_ACCEPTED: to_not_accepted,
    S.MERGED: to_merged,
}
# The step itself, by where it leads and who takes it.
LINES: dict[tuple[Status, str], str] = {
    (S.ASSIGNED, INTAKE): "/มอบ {0} HEALTH",
    (S.ASSIGNED, HEAD): "/มอบ {0} HEALTH",
    (S.SCREENING, UNIT): "/คืน {0} ไม่ใช่ของเรา",
    (S.NEED_INFO, UNIT): "/ถาม! {0} เสาหมายเลขอะไร",
    (S.NEED_INFO, INTAKE): "/ถาม! {0} เสาหมายเลขอะไร",
    (S.NOT_ACCEPTED, INTAKE): "/ไม่รับ! {0} 1",
    (S.NOT_ACCEPTED, HEAD): "/ไม่รับ! {0} 1",
    (S.TRANSFERRED, UNIT): "/ส่งต่อ! {0} POLICE เป็นสัญญาณไฟจราจร",
    (S.TRANSFERRED, INTAKE): "/ส่งต่อ! {0} POLICE เป็นสัญญาณไฟจราจร",
    (S.TRANSFERRED, HEAD): "/ส่งต่อ! {0} POLICE เป็นสัญญาณไฟจราจร",
    (S.MERGED, UNIT): "/รวม {0} {1}",
    (S.MERGED, INTAKE): "/รวม {0} {1}",
    (S.IN_PROGRESS, UNIT): "/รับ {0}",
    (S.HEAD_REVIEW, UNIT): "/เสนอ {0}",
    (S.HEAD_REVIEW, INTAKE): "/เสนอ {0}",
    (S.RETURNED_INCOMPLETE, INTAKE): "/ส่งกลับ {0} ขอรายละเอียด",
    (S.RETURNED_INCOMPLETE, HEAD): "/ส่งกลับ {0} ขอรายละเอียด",
    (S.RESOLVED, UNIT): "/ปิด {0}",
    (S.RESOLVED, INTAKE): "/ปิด {0}",
    (S.RESOLVED, HEAD): "/อนุมัติ! {0}",
    (S.CLOSED, UNIT): "/ปิด! {0}",
    (S.CLOSED, INTAKE): "/ปิด! {0}",
    (S.CLOSED, HEAD): "/ปิด! {0}",
    (S.REOPENED, HEAD): "/ส่งกลับ {0} ไปดูแล้วยังมืด",
    (S.CLOSED, CITIZEN): "แก้แล้ว {0}",
    (S.REOPENED, CITIZEN): "ยังไม่แก้ {0}",
    (S.IN_PROGRESS, CITIZEN): "เสา 14 หน้าร้านซ่อมรถ",
}
FROM_MERGED = "คนละเรื่อง {0}"


def withdraw(scene: Scene) -> None:
    scene.says(scene.citizen, "ยกเลิกเรื่อง {0}")
    scene.says(scene.citizen, "ยืนยันยกเลิก")


def tells_facts(scene: Scene) -> None:
    scene.says(scene.citizen, "เพิ่มข้อมูล {0}")
    scene.says(scene.citizen, "เสาหน้าโรงเรียน ดับสามต้น")


def answers_screening(scene: Scene) -> None:
    scene.says(scene.citizen, "เสา 14 หน้าร้านซ่อมรถ")


def gives_up_asking(scene: Scene) -> None:
    scene.says(scene.intake, "/รับ {0}")


def goes_up_by_itself(scene: Scene) -> None:
    with scene.world.db.transaction() as session:
        agencies.put_setting(session, "decisions", {"kinds": ["complaint"], "at_once": True})
    scene.result()


def proposes_without_proof(scene: Scene) -> None:
    scene.says(scene.unit, "/ผล {0} เปลี่ยนหลอดสามดวงแล้ว")
    scene.says(scene.unit, "/เสนอ {0}")


def nobody_answers(scene: Scene) -> None:
    for _ in range(20):
        scene.strikes(days=1)


def files_praise(scene: Scene) -> None:
    scene.reference = scene.citizen.says("ขอชื่นชมเจ้าหน้าที่กองช่าง บริการดีมาก").reference


def takes_praise_on(scene: Scene) -> None:
    files_praise(scene)
    scene.says(scene.unit, "/รับ {0}")


def nobody_thanks(scene: Scene) -> None:
    for _ in range(5):
        scene.strikes(days=1)


OWN: dict[tuple[Status, Status, str], Callable[[Scene], None]] = {
    (S.NEED_INFO, S.SCREENING, CITIZEN): answers_screening,
    (S.NEED_INFO, S.SCREENING, INTAKE): gives_up_asking,
    (S.NOT_ACCEPTED, S.SCREENING, CITIZEN): tells_facts,
    (S.MERGED, S.SCREENING, CITIZEN): lambda scene: scene.says(scene.citizen, FROM_MERGED),
    (S.REPORTED, S.HEAD_REVIEW, SYSTEM): goes_up_by_itself,
    (S.REPORTED, S.RETURNED_INCOMPLETE, SYSTEM): proposes_without_proof,
    (S.NEED_INFO, S.CLOSED, SYSTEM): nobody_answers,
    (S.RESOLVED, S.CLOSED, SYSTEM): nobody_answers,
    (S.ASSIGNED, S.CLOSED, SYSTEM): nobody_thanks,
    (S.IN_PROGRESS, S.CLOSED, SYSTEM): nobody_thanks,
}
# Where the step needs another way there than the usual one.
BEFORE: dict[tuple[Status, Status, str], Callable[[Scene], None]] = {
    (S.REPORTED, S.HEAD_REVIEW, SYSTEM): to_in_progress,
    (S.REPORTED, S.RETURNED_INCOMPLETE, SYSTEM): to_in_progress,
    (S.ASSIGNED, S.CLOSED, SYSTEM): files_praise,
    (S.IN_PROGRESS, S.CLOSED, SYSTEM): takes_praise_on,
}
ASKED_WHILE_SCREENING = {(S.NEED_INFO, S.SCREENING, CITIZEN), (S.NEED_INFO, S.SCREENING, INTAKE)}


def to_need_info_while_screening(scene: Scene) -> None:
    to_screening(scene)
    scene.says(scene.intake, "/ถาม {0} เสาหมายเลขอะไร")


def way(arrow: tuple[Status, Status, str]) -> Callable[[Scene], None]:
    """To where the arrow begins."""
    if arrow in ASKED_WHILE_SCREENING:
        return to_need_info_while_screening
    return BEFORE.get(arrow, REACH[arrow[0]])


# A draft becomes a case, and a case is proposed or screened, in the moment it is filed: no dialogue rests there.
ARROWS = sorted(
    (
        (start, move.to, by)
        for start, moves in MOVES.items()
        if start not in (S.DRAFT, S.RECEIVED)
        for move in moves
        for by in sorted(move.by)
    ),
    key=lambda arrow: way(arrow).__name__,  # side by side, what has the same way
)


class Office:
    """Everybody at work, and the last way that was walked from there."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.way: Callable[[Scene], None] | None = None
        self._end = ExitStack()

    @contextmanager
    def after(self, way: Callable[[Scene], None]) -> Iterator[Scene]:
        """At the end of a way, for one test alone."""
        if self.way is not way:
            self.close()
            self.arrived = self._end.enter_context(self.scene.world.again(self.scene))
            way(self.arrived)
            self.way = way
        with self.arrived.world.again(self.arrived) as scene:
            yield scene

    def close(self) -> None:
        """Back to where nobody had gone."""
        self.way = None
        self._end.close()


@pytest.fixture(
    params=[(engine, channel) for engine in ("sqlite", "postgres") for channel in ("line", "telegram")],
    ids="-".join,
    scope="module",
)
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """Each engine and channel has one."""
    engine, channel = request.param
    db = request.getfixturevalue(f"{engine}_db")
    with db.rolled_back():
        made = Office(Scene(World(db), channel))
        yield made
        made.close()


@pytest.mark.parametrize("arrow", ARROWS, ids="-".join)
def test_every_arrow(office: Office, arrow: tuple[Status, Status, str]) -> None:
    start, to, _by = arrow
    with office.after(way(arrow)) as scene:
        if arrow not in BEFORE:
            assert scene.status == start
        step(scene, arrow)
        assert scene.status == to


def step(scene: Scene, arrow: tuple[Status, Status, str]) -> None:
    _start, to, by = arrow
    if arrow in OWN:
        OWN[arrow](scene)
    elif (to, by) == (S.WITHDRAWN, CITIZEN):
        withdraw(scene)
    elif (to, by) == (S.ASSIGNED, SYSTEM):
        scene.says(scene.intake, "/หมวด {0} WS")
    elif (to, by) == (S.REPORTED, UNIT):
        scene.result()
    else:
        who = {CITIZEN: scene.citizen, UNIT: scene.unit, INTAKE: scene.intake, HEAD: scene.head}[by]
        scene.says(who, LINES[to, by])


def test_filing_proposes_or_screens(office: Office) -> None:
    """The first two arrows are walked by every filing."""
    with office.after(Scene.files) as scene:
        assert scene.status == S.ASSIGNED
        world = scene.world
        tip = world.citizen("U5", "telegram").says("แจ้งเรื่องลับ").says("ปลัดเรียกเงินใต้โต๊ะค่าใบอนุญาต")
        case = world.cases()[-1] if len(world.cases()) > 2 else world.case(tip.says("เท่านี้").reference)
        assert case.status == S.SCREENING
