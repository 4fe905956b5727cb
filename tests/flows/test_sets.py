"""Pictures sent at once: one answer, every word, and one bad apple spoils nothing."""

from __future__ import annotations

from storage import attached
from tests.world import Dialogue, World

TOO_LARGE = 90_000_000


def sends(person: Dialogue, *items: tuple[str, str, int]) -> Dialogue:
    """A set of (kind, words, bytes)."""
    for number, (kind, words, size) in enumerate(items):
        media = {"ref": f"m{number}", "group": "set-1", "size": size}
        person.does(kind=kind, media=media, text=words, work=False)
    person.parts = []
    person.world.passes(seconds=3)
    person.world.work_off()
    return person.listen()


def photos(world: World) -> int:
    with world.db.reading() as session:
        return attached.count_photos(session, world.cases()[0].id)


def test_a_clip_too_large_leaves_the_pictures_beside_it(world: World) -> None:
    for order in ([0, 1, 2], [1, 0, 2]):
        items = [("video", "", TOO_LARGE), ("image", "", 1000), ("image", "ถนนเป็นหลุมลึก ซอย 5", 1000)]
        citizen = world.citizen(f"U{order}", "telegram")
        sends(citizen, *(items[index] for index in order)).hears("ใหญ่เกิน 20 MB", "รูป: 2 รูป", "หลุมลึก")
    citizen.says("1").hears("รหัสเรื่อง")
    assert photos(world) == 2


def test_danger_under_the_second_picture_is_seen(world: World) -> None:
    citizen = sends(world.citizen("U1", "telegram"), ("image", "", 10), ("image", "ไฟไหม้บ้าน ช่วยด้วย", 10))
    assert "199" in citizen.first


def test_all_of_a_set_joins_its_case_with_all_its_words(world: World) -> None:
    citizen = world.citizen("U1", "telegram").says("ถนนเป็นหลุมลึก ซอย 5").says("1")
    reference = citizen.reference
    citizen.says("เพิ่มรูป/ข้อมูล")
    sends(citizen, ("image", "มุมแรก", 10), ("image", "", 10), ("image", "มุมที่สอง", 10)).hears("เพิ่มในเรื่อง")
    assert photos(world) == 3
    text = world.opened(world.case(reference).text) or ""
    assert "มุมแรก" in text
    assert "มุมที่สอง" in text


def test_only_programs_in_a_set_are_refused_once(world: World) -> None:
    citizen = world.citizen("U1", "telegram")
    for name in ("a.exe", "b.exe"):
        citizen.does(kind="file", media={"ref": name, "name": name, "group": "set-9"}, work=False)
    world.passes(seconds=3)
    world.work_off()
    citizen.listen().hears("ยังเปิดไฟล์ชนิดนี้ไม่ได้")
    assert len(citizen.parts) == 1
