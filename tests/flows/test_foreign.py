"""People who do not write Thai: a few words of their own, English below, a person who reads; and danger comes first."""

from __future__ import annotations

import re

import pytest

from handlers import texts
from handlers.texts import ENGLISH, OTHERS, heard
from storage.words import Role
from tests.world import World

# (language, its Thai name, "no water for three days", what stands in the review, its words for send and cancel, hello)
PEOPLE = [
    ("my", "พม่า", "ရေမလာဘူး သုံးရက်ရှိပြီ", "ဝန်ထမ်းက ဖတ်ပါမည်", "ပို့မည်", "ပယ်ဖျက်", "မင်္ဂလာပါ"),
    ("km", "เขมร", "មិនមានទឹក បីថ្ងៃហើយ", "បុគ្គលិកនឹងអាន", "ផ្ញើ", "បោះបង់", "សួស្តី"),
    ("lo", "ลาว", "ບໍ່ມີນ້ຳ ສາມມື້ແລ້ວ", "ພະນັກງານຈະອ່ານ", "ສົ່ງ", "ຍົກເລີກ", "ສະບາຍດີ"),
    ("zh", "จีน", "三天没有水了", "工作人员会看", "发送", "取消", "你好"),
    ("vi", "เวียดนาม", "Không có nước ba ngày rồi", "Nhân viên sẽ đọc", "gửi", "hủy", "Xin chào!"),
    ("ms", "มลายู", "Tidak ada air di rumah saya", "Pegawai kami akan membacanya", "hantar", "batal", "Selamat pagi"),
    ("en", "อังกฤษหรืออื่น ๆ", "There has been no water for 3 days", "A staff member", "SEND", "cancel", "Hello"),
]
NAMES = [person[0] for person in PEOPLE]


@pytest.mark.parametrize(("code", "name", "words", "review", "send", "cancel", "hello"), PEOPLE, ids=NAMES)
def test_each_is_answered_in_their_words_with_english_below(
    world: World, code: str, name: str, words: str, review: str, send: str, cancel: str, hello: str
) -> None:
    intake = world.officer("T1", Role.INTAKE)
    citizen = world.citizen().says(hello).hears("191", "1669", "199", "สวัสดี")
    citizen.says(words).hears(review, words, "A staff member will read it", "191", "1669", "199", "SEND")
    citizen.says(send).hears("Reference", "055-000-100", "9 December 2026", world.cases()[0].reference)
    (case,) = world.cases()
    secret = world.opened(case.secret) or "?"
    citizen.hears(secret)
    assert (case.kind, case.category, case.verdict["language"]) == ("complaint", "OT", code)
    intake.listen().hears("เรื่องใหม่", case.reference, f"ภาษา: {name}")
    intake.says(f"/ดู {case.reference}").hears(f"ภาษา: {name}", words)


@pytest.mark.parametrize(("code", "name", "words", "review", "send", "cancel", "hello"), PEOPLE, ids=NAMES)
def test_each_may_tap_or_leave_it(
    world: World, code: str, name: str, words: str, review: str, send: str, cancel: str, hello: str
) -> None:
    citizen = world.citizen().says(words)
    yes, no = [choice.label for choice in citizen.choices]
    citizen.taps(no).hears("Cancelled. Nothing was sent.")
    citizen.says(words).says(cancel).hears("Cancelled. Nothing was sent.")
    assert world.cases() == []
    citizen.says(words).taps(yes).hears("Reference")
    assert len(world.cases()) == 1


def test_thai_words_for_it_are_heard_as_well(world: World) -> None:
    citizen = world.citizen().says("ရေမလာဘူး သုံးရက်ရှိပြီ").says("ยกเลิก").hears("ပယ်ဖျက်ပြီးပါပြီ")
    assert world.cases() == []
    citizen.says("ရေမလာဘူး သုံးရက်ရှိပြီ").says("ส่งเรื่อง").hears("Reference")


def test_what_another_language_adds_is_part_of_it(world: World) -> None:
    """English first, then their own; a picture without words and a pin come along."""
    citizen = world.citizen().says("Excuse me please").hears("A staff member")
    citizen.says("မီးလင်းမလာဘူး လမ်းမှာ").hears("ဝန်ထမ်းက ဖတ်ပါမည်")
    citizen.sends_photo().hears("ဝန်ထမ်းက ဖတ်ပါမည်")
    citizen.sends_place().says("ok").hears("Reference")
    (case,) = world.cases()
    assert (case.verdict["language"], case.lat) == ("my", 16.8211)
    assert world.opened(case.text) == "Excuse me please\nမီးလင်းမလာဘူး လမ်းမှာ"


def test_words_below_a_picture_tell_the_language(world: World) -> None:
    citizen = world.citizen().sends_photo(caption="路灯坏了三天").hears("工作人员会看", "路灯坏了三天")
    citizen.says("发送").hears("Reference")
    assert world.cases()[0].verdict["language"] == "zh"


def test_a_file_we_do_not_take_is_refused_and_the_question_stands_in_their_words(world: World) -> None:
    citizen = world.citizen().says("Không có nước ba ngày rồi").sends_file("virus.exe").hears("Nhân viên sẽ đọc")
    citizen.says("gửi").hears("Reference")


def test_the_menu_aside_does_not_become_part_of_it(world: World) -> None:
    world.citizen().says("ບໍ່ມີນ້ຳ ສາມມື້ແລ້ວ").says("เมนู").taps("ทำต่อ").hears("ພະນັກງານຈະອ່ານ").says("ສົ່ງ")
    (case,) = world.cases()
    assert world.opened(case.text) == "ບໍ່ມີນ້ຳ ສາມມື້ແລ້ວ"


def test_thai_with_another_language_in_it_stays_thai(world: World) -> None:
    citizen = world.citizen().says("เพื่อนบ้านชาวพม่าบอกว่า ရေမလာဘူး น้ำประปาไม่ไหล หมู่ 3").hears_not("SEND")
    citizen.says("1")
    assert "language" not in world.cases()[0].verdict


def test_an_officer_of_a_thai_case_reads_of_no_language(world: World) -> None:
    officer = world.officer("T9", Role.OFFICER, unit="ENG")
    citizen = world.citizen().says("ไฟถนนดับซอย 5").says("1")
    officer.listen().hears("เรื่องใหม่").hears_not("ภาษา")
    officer.says(f"/ดู {citizen.reference}").hears_not("ภาษา")


# --- danger ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cry", "number", "words"),
    [
        ("help fire", "199", "In danger? Call now"),
        ("My friend is drowning", "1669", "In danger? Call now"),
        ("There is a fire in my house", "199", "In danger? Call now"),
        ("my husband hits me", "1300", "In danger? Call now"),
        ("I want to die", "1323", "In danger? Call now"),
        ("မီးလောင်နေတယ် ကူညီပါ", "199", "အန္တရာယ်ရှိလား"),
        ("ភ្លើងឆេះផ្ទះ", "199", "មានគ្រោះថ្នាក់ទេ"),
        ("ໄຟໄໝ້ເຮືອນ", "199", "ມີອັນຕະລາຍບໍ"),
        ("房子着火了", "199", "有危险吗"),
    ],
)
def test_the_numbers_come_first_in_both_languages(world: World, cry: str, number: str, words: str) -> None:
    citizen = world.citizen().says(cry)
    thai, _, other = citizen.first.partition("\n\n")
    assert number in thai
    assert words in other
    assert {"191", "1669", "199"} <= set(re.findall(r"\d+", other))
    assert "In danger? Call now" in other
    assert citizen.parts[-1] is not citizen.parts[0]
    citizen.hears("Where are you?")


def test_danger_goes_on_in_both_languages(world: World) -> None:
    duty = world.officer("T1", Role.INTAKE)
    citizen = world.citizen().says("My friend is drowning")
    assert [choice.says for choice in citizen.choices if choice.opens == "place"] == ["ส่งตำแหน่ง"]
    citizen.says("come quickly please").hears("เร่งด่วน", "The staff on duty were told", "Where are you?")
    (case,) = world.cases()
    assert (case.kind, case.urgent, case.verdict["language"]) == ("emergency", True, "en")
    citizen.sends_place().hears("ส่งต่อเจ้าหน้าที่แล้ว", "The staff on duty were told", case.reference)
    citizen.hears_not("Where are you?")
    duty.listen().hears("drowning")
    duty.says(f"/ดู {case.reference}").hears("เหตุฉุกเฉิน", "ภาษา: อังกฤษ")


def test_quiet_danger_repeats_nothing_in_either_language(world: World) -> None:
    citizen = world.citizen().says("my husband hits me every day").says("at home")
    citizen.hears("เก็บเป็นความลับ", "stays confidential").hears_not("hits me", "at home")


def test_no_emergency_after_all(world: World) -> None:
    """Who wrote a sentence in another language goes on in it; who only cried "help" goes on in Thai."""
    citizen = world.citizen("U1").says("မီးလောင်နေတယ်").says("not an emergency")
    citizen.hears("ไม่ใช่เหตุฉุกเฉิน", "ဝန်ထမ်းက ဖတ်ပါမည်")
    citizen.says("ပို့မည်").hears("Reference")
    world.citizen("U2").says("help").hears("191", "In danger?").says("ไม่ฉุกเฉิน").hears_not("SEND")


def test_danger_in_the_middle_of_it(world: World) -> None:
    citizen = world.citizen().says("Không có nước ba ngày rồi").says("help fire").hears("199", "In danger? Call now")
    citizen.sends_place().hears("The staff on duty were told")
    assert [case.kind for case in world.cases()] == ["emergency"]


# --- the texts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_the_same(language: str) -> None:
    english, own = texts.foreign(ENGLISH), texts.foreign(language)
    assert list(own) == list(english)
    for key, entry in own.items():
        wanted = set(re.findall(r"\{[a-z]+\}", english[key]["text"]))
        held = set(re.findall(r"\{[a-z]+\}", entry["text"]))
        dates = {"{day}", "{month}", "{year}"}
        assert held - dates == wanted - {"{due}"}, key  # the date in figures; in English below it has a name
        assert ("{due}" in wanted) == (dates <= held), key
        numbers = set(re.findall(r"\d{3,4}", english[key]["text"]))
        assert set(re.findall(r"\d{3,4}", entry["text"])) == numbers, key
        assert not re.search("[ก-๛]", entry["text"]), key
        assert len(entry["text"]) + len(english[key].get("below", english[key]["text"])) <= 520, key
        assert len(entry.get("choices", ())) == len(english[key].get("choices", ())), key


@pytest.mark.parametrize("language", [ENGLISH, *OTHERS])
def test_the_words_on_the_buttons_are_heard(language: str) -> None:
    send, cancel = texts.foreign(language)["review"]["choices"]
    assert max(len(send), len(cancel)) <= 20
    assert heard.foreign(send, "send")
    assert heard.foreign(cancel, "cancel")
    assert not heard.foreign(send, "cancel")
    assert not heard.foreign(cancel, "send")


def test_no_word_means_both() -> None:
    words = heard.load()["foreign"]
    assert set(words["send"]).isdisjoint(words["cancel"])
