"""A case with everything a dossier tells of: photos, a visit, the head's decision, letters, messages, notices."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta

from PIL import Image
from sqlalchemy import select, update

from handlers.actions import letters, status
from handlers.reports.letters import KINDS
from handlers.services import Svc
from storage import letters as register
from storage.db import Session
from storage.files import FileStore
from storage.tables import (
    Account,
    Attachment,
    Case,
    CaseNotice,
    CasePhoto,
    CaseTask,
    CaseVisit,
    Message,
    OutboxMessage,
    Person,
    Reminder,
)
from storage.words import Role, Status
from tests.world import World

NAME, PHONE, CITIZEN_ID = "สมหญิง รักถิ่น", "081-234-5678", "1101700230708"
WORDS = (
    f"ผมชื่อ{NAME} โทร {PHONE} เลขบัตร {CITIZEN_ID} ไฟส่องสว่างทางเข้าหมู่บ้านดับมาหลายวันแล้ว "
    "กลางคืนมืดมาก คนที่สัญจรไปมาเดือดร้อนและเกิดอุบัติเหตุรถล้มสองครั้ง"
)
RESULT = f"เปลี่ยนหลอดไฟ 3 ดวงและซ่อมสายไฟที่ชำรุดแล้ว แจ้งคุณ{NAME} ทางโทรศัพท์ {PHONE} แล้ว"
PERSONAL = (NAME, *NAME.split(), PHONE, PHONE.replace("-", ""), CITIZEN_ID)


@dataclass
class Scene:
    """The case, and who works on it."""

    world: World
    reference: str

    def svc(self, session: Session) -> Svc:
        return Svc(session, self.world.now, self.world.tools)

    def case(self, session: Session) -> Case:
        return session.scalars(select(Case).where(Case.reference == self.reference)).one()


def told(world: World) -> Scene:
    """A citizen's words have become a case."""
    citizen = world.citizen("U-lamp")
    citizen.says(WORDS)
    citizen.says("ซอยวัดใหม่ หมู่ 3")
    citizen.taps("ส่งเรื่อง")
    scene = Scene(world, citizen.reference)
    with world.db.transaction() as session:
        case = scene.case(session)
        account = session.get_one(Account, case.account_id)
        person = session.get_one(Person, account.person_id)
        person.name = session.keys.seal_text(NAME)
        case.contact = session.keys.seal_text(PHONE)
    return scene


def handled(world: World, files: FileStore | None = None) -> Scene:
    """The same case, worked on until the head has decided."""
    scene = told(world)
    world.officer("ช่าง", Role.OFFICER, unit="ENG").says(f"/รับ {scene.reference}")
    with world.db.transaction() as session:
        svc, case = scene.svc(session), scene.case(session)
        letters.issue(svc, case, "notify_unit")
        if files is not None:
            _photos(session, files, case, world)
    world.passes(days=1)
    with world.db.transaction() as session:
        case = scene.case(session)
        session.add(
            CaseVisit(
                case_id=case.id,
                made_at=world.now,
                present=session.keys.seal_text("ผู้ใหญ่บ้านหมู่ 3"),
                found=session.keys.seal_text(f"พบหลอดไฟชำรุด 3 ดวง ได้พบ{NAME} ผู้แจ้ง"),
                lat=16.8211,
                lon=100.2659,
            )
        )
        due = case.due_on
        session.add(Reminder(case_id=case.id, what="before_due", for_on=due, at=world.now + timedelta(hours=1)))
        session.add(CaseTask(case_id=case.id, agency_code="DEMO", unit_code="OFFICE", due_on=due))
        case.team = ["DEMO:OFFICE"]
    for days, kind in ((1, "chase_1"), (12, "chase_2"), (4, "chase_3")):
        world.passes(days=days)
        with world.db.transaction() as session:
            letters.issue(scene.svc(session), scene.case(session), kind)
    world.passes(days=1)
    with world.db.transaction() as session:
        svc, case = scene.svc(session), scene.case(session)
        status.move(svc, case, Status.REPORTED, "result", acting=("unit",), note=RESULT)
    world.passes(hours=3)
    with world.db.transaction() as session:
        svc, case = scene.svc(session), scene.case(session)
        status.move(svc, case, Status.HEAD_REVIEW, "proposed_head", acting=("unit",), note="เห็นควรแจ้งผลให้ผู้แจ้งทราบ")
        letters.issue(svc, case, "memo_head")
    world.passes(hours=1)
    with world.db.transaction() as session:
        svc, case = scene.svc(session), scene.case(session)
        status.move(svc, case, Status.RESOLVED, "resolved", acting=("head",), note="เห็นชอบ")
        case.resolved_at, case.conclusion_type = world.now, "fixed"
        for recipient, done in (("complainant", world.now), ("governor", None)):
            session.add(CaseNotice(case_id=case.id, recipient=recipient, wanted_at=world.now, done_at=done, how="chat"))
        known = {letter.kind for letter in register.of_case(session, case.id)}
        for kind in (kind for kind in KINDS if kind not in known):
            letters.issue(svc, case, kind)
        session.execute(update(OutboxMessage).values(state="sent", sent_at=world.now))
        _told(session, case, world)
    return scene


def _told(session: Session, case: Case, world: World) -> None:
    """What was delivered last stands in `messages`, as the sender writes it down."""
    row = session.scalars(select(OutboxMessage).where(OutboxMessage.account_id == case.account_id)).all()[-1]
    row.case_id = case.id
    secret = session.keys.open_text(case.secret)
    text = f"คุณ{NAME} เรื่อง {case.reference} เสร็จแล้ว รหัสลับ {secret}"
    session.add(
        Message(
            channel="line",
            direction="out",
            conversation_id=case.conversation_id,
            account_id=case.account_id,
            case_id=case.id,
            outbox_id=row.id,
            at=world.now,
            kind="text",
            text=session.keys.seal_text(text),
            masked=world.tools.mask(text),
        )
    )


def picture(colour: str, width: int = 1600, height: int = 1200) -> bytes:
    """A photo with what a camera writes into it."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    Image.new("RGB", (width, height), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def _photos(session: Session, files: FileStore, case: Case, world: World) -> None:
    message = session.scalars(select(Message).where(Message.case_id == case.id)).first()
    assert message is not None
    for stage, colour in (("before", "darkslategray"), ("visit", "peru"), ("after", "khaki")):
        digest = files.put(session, picture(colour), "image/jpeg", world.now)
        row = Attachment(
            message_id=message.id,
            case_id=case.id,
            channel="line",
            kind="image",
            state="stored",
            file_digest=digest,
            not_before=world.now,
            created_at=world.now,
        )
        session.add(row)
        session.flush()
        if stage != "before":
            session.add(CasePhoto(attachment_id=row.id, case_id=case.id, stage=stage, at=world.now))
