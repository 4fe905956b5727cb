"""A digest on a head's telephone: words, decisions to tap, a real file, and the page behind its button."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.request import urlopen

from sqlalchemy import update

from handlers.actions import digesting, notices
from handlers.reports import digest
from handlers.services import Svc
from storage import people
from storage.tables import Case
from tests.officers import ADDRESS, REFERENCE
from tests.papers.pdf_text import text_of
from tests.telegram.conftest import Telegram
from tests.telegram_emulator import Person


def tell(telegram: Telegram, head: Person) -> None:
    """Last week's digest goes out to a head, as the clock's job puts it out."""
    world = telegram.server.world
    tools = replace(world.tools, page_link=lambda path: f"{ADDRESS}{path}")
    with world.db.transaction() as session:
        svc = Svc(session, world.now, tools)
        account = people.account_for(session, "telegram", str(head.id), world.now)
        post = people.posts_of(session, account.person_id, svc.today)[0]
        row = digest.issue(svc, "DEMO", digesting.last_week(svc))
        notices.tell_account(svc, account, digesting.parts(svc, row, post, "telegram"), None, f"test:{head.id}")


def test_a_head_reads_decides_and_files_the_paper(telegram: Telegram) -> None:
    world = telegram.server.world
    head, officer, citizen = telegram.officer("head"), telegram.officer("officer", "HEALTH"), telegram.person()
    citizen.says("ขยะไม่มีใครมาเก็บ ซอย 51").hears("ตรวจอีกครั้ง").taps("ส่งเรื่อง").hears("รหัสเรื่อง")
    reference = REFERENCE.findall(citizen.text)[-1]
    with world.db.transaction() as session:
        long_ago = world.now - timedelta(days=12)
        session.execute(update(Case).where(Case.reference == reference).values(received_at=long_ago))
    officer.says(f"/รับ {reference}").hears("รับแล้ว")
    officer.sends_photo(b"\xff\xd8\xff\xe0 swept", caption=f"/ผล {reference} เก็บขยะสองรถแล้ว").hears("ยังไม่แจ้งผู้แจ้ง")
    officer.says(f"/เสนอ {reference}").hears("เสนอหัวหน้าพิจารณาแล้ว")
    tell(telegram, head)
    head.hears("สรุปประจำสัปดาห์", "รอท่านตัดสินใจ", reference)
    paper = telegram.emulator.wait(
        lambda: [one for one in telegram.emulator.seen_by(head.id) if "document" in one], timeout=30
    )[0]
    content = telegram.emulator.files[paper["document"]["file_id"]]
    assert paper["document"]["file_name"].endswith(".pdf")
    assert "สรุปประจำสัปดาห์" in text_of(content)
    page = urlopen(head.address("ดูทั้งหมด").replace(ADDRESS, telegram.server.url)).read().decode()
    assert "ต้องตัดสินใจ" in page
    assert reference in page
    head.says("/ช่วย").hears("คำสั่งของคุณ")  # something else in between: the decision still stands below its message
    head.taps(f"/ดู {reference}").hears("ขยะไม่มี")
