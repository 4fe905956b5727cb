"""The trained engine: its texts, its file, what it learns, and what it promises to whoever runs it."""

from __future__ import annotations

import collections
import io
import json
import os
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import f1_score

from nlp import classify, features, keywords, recipe, rules, training
from nlp.figures import figures, macro_f1
from nlp.model import Model, ModelRefused, load, save, version_of
from nlp.normalize import normalize
from nlp.rules import KINDS, Rules
from nlp.training import Task, TrainingRefused

FROZEN = Path(recipe.TEXTS).parent / "frozen"
MEGABYTE = 1_000_000
# Two matters nobody of our categories knows, each said in a few ways.
FRUIT = ["มะม่วงสุกหวานมาก", "มะม่วงเปรี้ยวไป", "ทุเรียนหวานมัน", "ทุเรียนแพงมาก", "มะม่วงกับทุเรียน", "กินมะม่วงทุกวัน"]
WEATHER = ["วันนี้แดดแรง", "พรุ่งนี้ลมแรง", "แดดออกทั้งวัน", "ลมหนาวมาแล้ว", "แดดกับลม", "เมื่อวานแดดจัด"]
EXAMPLES = [*((text, ("fruit",)) for text in FRUIT), *((text, ("weather",)) for text in WEATHER)]


def small() -> Model:
    return training.train([text for text, _ in EXAMPLES], {"category": Task([labels for _, labels in EXAMPLES])})


def frozen(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FROZEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


# --- the texts -------------------------------------------------------------------------------------------------------


def _pieces(text: str) -> set[str]:
    line = "".join(text.split())
    return {line[at : at + 4] for at in range(max(1, len(line) - 3))}


def test_every_category_and_kind_is_told_in_many_ways() -> None:
    rows = list(recipe.written())
    categories = collections.Counter(row.category for row in rows)
    kinds = collections.Counter(row.kind for row in rows)
    assert {code for code, count in categories.items() if count >= 120} == set(keywords.codes())
    assert {kind for kind, count in kinds.items() if count >= 80} == set(KINDS)
    assert all(len(row.extra) <= 2 and row.category not in row.extra for row in rows)


def test_no_text_is_nearly_another_and_none_is_in_a_frozen_set() -> None:
    texts = [row.text for row in recipe.written()]
    measured = {row["text"] for name in ("emergency", "kinds", "traps") for row in frozen(name)}
    assert not measured & set(texts)
    sets = [_pieces(text) for text in texts]
    near = [(texts[one], texts[other]) for one, other in _with_much_in_common(sets) if _shared(sets[one], sets[other])]
    assert near == []


def _shared(one: set[str], other: set[str]) -> bool:
    common = len(one & other)
    return common / (len(one) + len(other) - common) > 0.6


def _with_much_in_common(sets: list[set[str]]) -> Iterator[tuple[int, int]]:
    """Every pair that could share six tenths: two such have one of their rarest four tenths of pieces in common."""
    often = collections.Counter(piece for pieces in sets for piece in pieces)
    owners: dict[str, list[int]] = collections.defaultdict(list)
    for at, pieces in enumerate(sets):
        rarest = sorted(pieces, key=lambda piece: (often[piece], piece))[: len(pieces) * 4 // 10 + 1]
        for other in {other for piece in rarest for other in owners[piece]}:
            if 6 * len(pieces) < 10 * len(sets[other]) and 6 * len(sets[other]) < 10 * len(pieces):
                yield at, other
        for piece in rarest:
            owners[piece].append(at)


def test_two_that_share_much_are_found() -> None:
    sets = [_pieces(text) for text in (*FRUIT, "เสาไฟหน้าวัดใหม่ดับมาสามคืนแล้ว", "เสาไฟหน้าวัดใหม่ดับมาสองคืนแล้ว", *WEATHER)]
    (pair,) = [pair for pair in _with_much_in_common(sets) if _shared(sets[pair[0]], sets[pair[1]])]
    assert pair == (len(FRUIT) + 1, len(FRUIT))


# --- the shipped model -----------------------------------------------------------------------------------------------


def test_the_file_is_small_and_its_version_is_its_content() -> None:
    assert classify.SHIPPED.stat().st_size <= 5 * MEGABYTE
    assert classify.shipped().version.startswith("linear-")


def test_answering_imports_no_learning() -> None:
    """scikit-learn and scipy are for `pratu train` only."""
    code = (
        "import sys; from nlp.classify import classify; classify('ไฟดับ'); print({'sklearn','scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_places_do_not_fool_it() -> None:
    """A floor for texts whose place speaks of another matter; the figures stand in nlp/README.md."""
    rows = frozen("traps")
    said = [classify.classify(row["text"]).category for row in rows]
    rule = [keywords.score(normalize(row["text"])).ranked[0][0] for row in rows]
    right = np.mean([one == row["category"] for one, row in zip(said, rows, strict=True)])
    assert right >= 0.8
    assert right >= np.mean([one == row["category"] for one, row in zip(rule, rows, strict=True)]) + 0.2


def test_danger_is_heard_beyond_the_lists_and_seldom_where_none_is() -> None:
    """Floors on texts that nothing was learned from; the figures stand in nlp/README.md."""
    rows = frozen("emergency")
    truth = np.array([row["emergency"] for row in rows])
    heard = np.array([classify.classify(row["text"]).kind == "emergency" for row in rows])
    listed = np.array([bool(rules.ask(normalize(row["text"])).danger) for row in rows])
    assert heard[truth].mean() >= 0.9
    assert heard[truth].mean() >= listed[truth].mean() + 0.1
    assert truth[heard].mean() >= 0.85


def test_it_asks_where_the_words_say_nothing() -> None:
    assert classify.classify("ซอย 6").abstained
    assert classify.classify("ของวางเกะกะ หน้าวัดใหม่ หมู่ 3").abstained
    sure = classify.classify("เสาไฟหน้าบ้านดับมาสามคืนแล้ว มืดมาก")
    assert (sure.category, sure.abstained) == ("EL", False)
    assert "ดับ" in sure.words


def test_two_matters_are_two_labels() -> None:
    verdict = classify.classify("ถนนหน้าบ้านเป็นหลุมลึก แล้วก็ไฟถนนดับทั้งซอย")
    assert set(verdict.labels) == {"RD", "EL"}
    assert len(verdict.alternatives) >= 2


@pytest.mark.parametrize("text", ["", " ", "\0", "๛" * 40, "a" * 9000, "😡😡", "\ud800"])
def test_any_text_gets_a_verdict(text: str) -> None:
    verdict = classify.classify(text)
    assert verdict.category in keywords.codes()
    assert verdict.abstained


# --- learning --------------------------------------------------------------------------------------------------------


def test_the_same_texts_are_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save(small(), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_what_is_read_back_decides_as_what_was_written(tmp_path: Path) -> None:
    model = small()
    save(model, tmp_path / "m")
    lines = [normalize(text) for text, _ in EXAMPLES]
    before, after = model.scores(lines)["category"], load(tmp_path / "m").scores(lines)["category"]
    assert np.abs(before - after).max() < 0.05 * np.abs(before).max()
    assert (before.argmax(axis=1) == after.argmax(axis=1)).all()


def test_one_by_one_is_as_all_at_once() -> None:
    engine = classify.shipped()
    lines = [normalize(row["text"]) for row in frozen("traps")[:20]]
    together = engine.scores(lines)["category"]
    alone = np.vstack([engine.scores([line])["category"] for line in lines])
    assert np.allclose(together, alone, atol=1e-5)


def test_a_model_of_other_labels_hears_the_shipped_one_first(tmp_path: Path) -> None:
    texts = [text for text, _ in EXAMPLES]
    model = training.train(texts, {"category": Task([labels for _, labels in EXAMPLES])}, classify.shipped())
    save(model, tmp_path / "m")
    verdict = classify.classify("ทุเรียนกับมะม่วงหวานมาก", classify.open_model(tmp_path / "m"))
    assert (verdict.category, verdict.labels[0]) == ("fruit", "fruit")
    assert verdict.kind in KINDS


# --- files that are not as they should be ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "good.model"
    save(small(), path)
    return path


def rewritten(saved: Path, path: Path, entries: dict[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> Path:
    """A model file with other entries in it."""
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(path, "w", packed) as new:
        for name in old.namelist():
            new.writestr(name, entries.get(name, old.read(name)))
    return path


def with_meta(saved: Path, path: Path, **head: object) -> Path:
    """A model file that says something else of its head."""
    with zipfile.ZipFile(saved) as old:
        meta = json.loads(old.read("model.json"))
    meta["heads"]["category"] |= head
    return rewritten(saved, path, {"model.json": json.dumps(meta).encode()})


def array(found: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(found))
    return out.getvalue()


def header(told: str, version: int = 1) -> bytes:
    """A file of numbers that is all header."""
    size = len(told).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + size + told.encode()


HUGE = "{'descr': '|i1', 'fortran_order': False, 'shape': (100000000000, 2), }\n"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"x" * 1000])
def test_a_broken_model_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.model").write_bytes(content)
    with pytest.raises(ModelRefused, match=r"bad\.model"):
        load(tmp_path / "bad.model")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.json", b"[" * 200_000),
        ("model.json", b"null"),
        ("model.json", b'{"format": 2, "heads": [1], "facts": {}, "base": ""}'),
        ("model.json", b'{"format": 2, "heads": {}, "facts": {}, "base": ""}'),
        ("words.txt", b"\xff"),
        ("category/table.npy", header(HUGE)),
        ("category/table.npy", header("-" * 9000 + "1\n", 2)),
        ("category/table.npy", header("-" * 250 + "1\n")),
        ("category/bias.npy", array(["x", "y"])),
        ("category/bias.npy", array(np.zeros(2, dtype="M8[s]"))),
        ("category/bias.npy", array(np.zeros(2, dtype=complex))),
        ("category/bias.npy", array(np.float32([np.nan, 0]))),
        ("category/steps.npy", array(np.float32([np.inf, 1]))),
        ("category/steps.npy", array(np.float32([3e38, 1]))),
        ("category/hints.npy", array(np.zeros((3, 2), dtype=np.float32))),
        ("weights.npy", array(np.full(features.BUCKETS, np.nan, dtype=np.float16))),
    ],
)
def test_whatever_an_entry_holds_the_model_is_read_or_refused(
    saved: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(ModelRefused, match=r"bad\.model"):
        load(rewritten(saved, tmp_path / "bad.model", {name: content}))


@pytest.mark.parametrize(
    "head",
    [
        {"sharpness": float("inf")},
        {"sharpness": float("nan")},
        {"sharpness": 0},
        {"sharpness": 10**400},
        {"threshold": float("nan")},
        {"labels": ["fruit", "fruit"]},
        {"labels": ["fruit"]},
        {"labels": [None, "fruit"]},
        {"labels": "ab"},
        {"labels": ["fruit", "\ud800"]},
    ],
    ids=str,
)
def test_a_decision_that_decides_nothing_is_refused(saved: Path, tmp_path: Path, head: dict[str, object]) -> None:
    with pytest.raises(ModelRefused, match=r"bad\.model"):
        load(with_meta(saved, tmp_path / "bad.model", **head))


def test_files_locked_or_packed_otherwise_and_what_is_no_file_are_refused(saved: Path, tmp_path: Path) -> None:
    good = saved.read_bytes()
    locked = bytearray(good)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[good.find(mark) + flags] |= 1
    (tmp_path / "locked").write_bytes(locked)
    os.mkfifo(tmp_path / "pipe")
    paths = [tmp_path / "locked", tmp_path / "pipe", tmp_path]
    paths.append(rewritten(saved, tmp_path / "lzma", {}, zipfile.ZIP_LZMA))
    for path in paths:
        with pytest.raises(ModelRefused):
            load(path)
    with pytest.raises(ModelRefused, match="not a file"):
        version_of(tmp_path / "pipe")


def test_no_more_is_read_than_a_model_of_ours_has(saved: Path, tmp_path: Path) -> None:
    """Neither of a large file nor of a small one that unpacks to more than it says."""
    bomb, large = tmp_path / "bomb", tmp_path / "large"
    rewritten(saved, bomb, {"words.txt": b"\n" * 90_000_000})
    sizes = [number.to_bytes(4, "little") for number in (90_000_000, 1000)]
    bomb.write_bytes(bomb.read_bytes().replace(*sizes))
    with large.open("wb") as file:
        file.truncate(90_000_000)
    for path in (bomb, large):
        tracemalloc.start()
        try:
            with pytest.raises(ModelRefused):
                load(path)
            assert tracemalloc.get_traced_memory()[1] < 45 * MEGABYTE, path
        finally:
            tracemalloc.stop()


def test_the_version_of_a_file_is_told_without_opening_it(saved: Path, tmp_path: Path) -> None:
    assert version_of(saved) == load(saved).version
    (tmp_path / "junk").write_bytes(b"junk")
    assert version_of(tmp_path / "junk").startswith("linear-")


# --- what a model stands on, and what it keeps -----------------------------------------------------------------------


def test_a_model_without_what_it_stands_on_is_refused(tmp_path: Path) -> None:
    texts = [text for text, _ in EXAMPLES]
    save(training.train(texts, {"category": Task([one for _, one in EXAMPLES])}, Rules()), tmp_path / "m")
    with pytest.raises(ModelRefused, match="stands on 'rules'"):
        load(tmp_path / "m")


def test_a_model_stands_on_one_version_of_the_shipped_one(tmp_path: Path) -> None:
    texts = [text for text, _ in EXAMPLES]
    other = replace(classify.shipped(), version="linear-of-yesterday")
    save(training.train(texts, {"category": Task([one for _, one in EXAMPLES])}, other), tmp_path / "m")
    with pytest.raises(ModelRefused, match="linear-of-yesterday"):
        classify.open_model(tmp_path / "m")


def test_of_private_texts_only_words_of_the_dictionary_are_kept() -> None:
    """Nicknames and addresses told twice must not be read in the file; what public texts say is no secret."""
    private = "แมวหาย แอดไลน์ zaxaxa"
    texts = [*(text for text, _ in EXAMPLES), "แดด qwerqwer", "ลม qwerqwer", private, private]
    tasks = {"category": Task([*(labels for _, labels in EXAMPLES), *[("weather",)] * 4])}
    known = training.train(texts, tasks, public=len(texts) - 2).words.known
    assert {"qwerqwer", "แมว"} <= set(known)
    assert "zaxaxa" not in known
    assert "zaxaxa" in training.train(texts, tasks).words.known


def test_one_label_is_nothing_to_learn() -> None:
    with pytest.raises(TrainingRefused, match="two labels"):
        training.train(FRUIT, {"category": Task([("fruit",)] * len(FRUIT))})


# --- features and figures --------------------------------------------------------------------------------------------


def test_known_words_are_cut_longest_first() -> None:
    words = features.Words(["ไฟ", "ไฟฟ้า", "ดับ"])
    assert words.cut("ไฟฟ้าดับ ไฟจ้าๆ") == ["ไฟฟ้า", "ดับ", "ไฟ", ""]


def test_numbers_are_one_number() -> None:
    assert features.prepared("ซอย 12 หมู่ 3") == features.prepared("ซอย 5 หมู่ 10")


def test_a_text_says_the_same_among_others_and_alone() -> None:
    """All texts of a batch go through one array: nothing may leak into the neighbour, the empty one included."""
    model, lines = classify.shipped(), ["ไฟถนนดับ", "", "น้ำไม่ไหล 3 วัน", "ก", "ไฟถนนดับ"]
    together = model.scores(lines)
    for name, scores in together.items():
        alone = np.vstack([model.scores([line])[name] for line in lines])
        assert np.allclose(scores, alone, atol=1e-4), name
        assert np.array_equal(scores[0], scores[4])


def test_what_was_learned_is_what_is_said() -> None:
    """The rows the fit saw and the sums at work are two ways to the same numbers."""
    model, line = small(), "มะม่วงหวาน มะม่วงแพง"
    head, texts = model.heads["category"], [line, "ลมแรง"]
    cut = [model.words.cut(text) for text in texts]
    blocks = features.letters(texts), features.words(cut, model.words)
    matrix = sum(training._matrix(block, model.weights, len(texts)) for block in blocks)
    assert np.allclose(matrix @ head.table() + head.bias, model.scores(texts)["category"], atol=1e-4)


def test_figures_are_those_of_the_textbook() -> None:
    truth = ["a", "a", "b", "c", "c", "c"]
    said = ["a", "b", "b", "c", "c", "a"]
    assert np.isclose(macro_f1(truth, said), f1_score(truth, said, average="macro"))
    sure = np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.8, 0.2]])
    found = figures(["a", "b"], sure, [["a"], ["b"], ["b", "a"], ["z"]], threshold=0.65)
    assert (found["accuracy"], found["accuracy_any"]) == (0.5, 0.75)
    assert (found["coverage"], found["accuracy_answered"]) == (0.75, 0.3333)


def test_hints_have_a_column_for_each_answer() -> None:
    (hints,) = rules.as_hints([rules.ask(normalize("ไฟไหม้บ้าน ช่วยด้วย"))])
    assert len(hints) == len(keywords.codes()) + len(KINDS) + 1
    assert hints[-1] == 1.0
