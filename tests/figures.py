"""The engine's figures on labelled texts that are no part of this project: `make figures DATA=folder`.

`WORDS=file` adds the keyword rule with the list our words began as. Writes the table in nlp/README.md. Everything is
measured in one run on one machine; nothing learned here is kept.
The folder holds `chosen_train.jsonl` (categories chosen by citizens) and `weak_train.jsonl` (by a keyword-like tagger).
"""

from __future__ import annotations

import importlib
import itertools
import json
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from nlp import classify, keywords, recipe, rules, tokenize, training
from nlp.figures import figures, macro_f1
from nlp.normalize import normalize
from nlp.training import Task

README = Path(recipe.__file__).parent / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
# Public label → our category. Labels that say nothing of a matter (อื่นๆ, เสนอแนะ, สอบถาม, ร้องเรียน) are left out.
CHOSEN = {
    "ทางเท้า": "RD",
    "ถนน": "RD",
    "ไฟฟ้า": "EL",
    "ความสะอาด": "WS",
    "จุดเสี่ยง": "SF",
    "ผิดกฎจราจร": "TF",
    "ฝุ่นควัน&กลิ่น&PM2.5": "EN",
    "เสียง": "EN",
    "อุปกรณ์ชำรุด": "PB",
    "ต้นไม้": "PB",
    "อาคารสถานที่ชำรุด": "PB",
    "สัตว์": "AN",
    "น้ำท่วม": "FL",
    "คนเร่ร่อน": "SW",
}
WEAK = {
    "ถนน": "RD",
    "ทางเท้า": "RD",
    "สะพาน": "RD",
    "แสงสว่าง": "EL",
    "สายไฟ": "EL",
    "น้ำท่วม": "FL",
    "ท่อระบายน้ำ": "FL",
    "คลอง": "FL",
    "ความสะอาด": "WS",
    "ห้องน้ำ": "WS",
    "เสียงรบกวน": "EN",
    "PM2.5": "EN",
    "จราจร": "TF",
    "การเดินทาง": "TF",
    "ป้ายจราจร": "TF",
    "ต้นไม้": "PB",
    "กีดขวาง": "PB",
    "ป้าย": "PB",
    "สัตว์จรจัด": "AN",
    "ความปลอดภัย": "SF",
    "คนจรจัด": "SW",
}
SHORT = 50  # characters
Array = Any


def words(line: str) -> list[str]:
    """Words and pairs of them, by PyThaiNLP's newmm."""
    found = [word for word in tokenize.words(line) if word.strip()]
    return found + [f"{one} {two}" for one, two in itertools.pairwise(found)]


def baselines() -> dict[str, Any]:
    """The usual linear models."""

    def by_words() -> Any:
        return TfidfVectorizer(analyzer=words, sublinear_tf=True)

    def by_letters() -> Any:
        return TfidfVectorizer(analyzer="char", ngram_range=(2, 5), sublinear_tf=True)

    return {
        "fastText, newmm words": FastText(),
        "LinearSVC, newmm words": make_pipeline(by_words(), LinearSVC()),
        "LinearSVC, characters": make_pipeline(by_letters(), LinearSVC()),
        "LogisticRegression, newmm words": make_pipeline(by_words(), LogisticRegression(C=10, max_iter=300)),
        "LogisticRegression, characters": make_pipeline(by_letters(), LogisticRegression(C=10, max_iter=300)),
    }


class FastText:
    """fastText's classifier with the manners of scikit-learn's. `make figures` installs it; nothing else needs it."""

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> FastText:
        """Learn from texts cut by newmm; one thread, so that two runs are alike."""
        self.classes_ = sorted(set(labels))
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
            for text, label in zip(texts, labels, strict=True):
                file.write(f"__label__{self.classes_.index(label)} {self._cut(text)}\n")
            file.flush()
            fasttext = importlib.import_module("fasttext")
            self._model = fasttext.train_supervised(
                file.name, epoch=25, lr=0.5, wordNgrams=2, dim=50, minn=2, maxn=4, thread=1, seed=1, verbose=0
            )
        return self

    def decision_function(self, texts: Sequence[str]) -> Array:
        """Logarithms of its probabilities, (texts, labels)."""
        out = np.full((len(texts), len(self.classes_)), 1e-6)
        for row, text in enumerate(texts):
            names, sure = self._model.predict(self._cut(text), k=-1)
            for name, one in zip(names, sure, strict=True):
                out[row, int(name.removeprefix("__label__"))] = max(float(one), 1e-6)
        return np.log(out)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The best label of each text."""
        return [self.classes_[at] for at in self.decision_function(texts).argmax(axis=1)]

    @staticmethod
    def _cut(text: str) -> str:
        return " ".join(word for word in tokenize.words(text) if word.strip())


def read(path: Path, names: dict[str, str]) -> list[tuple[str, tuple[str, ...]]]:
    """Texts with our categories for their labels, each once, in order."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    mapped = [
        (row["text"], tuple(dict.fromkeys(names[label] for label in row["labels"] if label in names))) for row in rows
    ]
    return [(text, labels) for text, labels in mapped if labels]


def softmax(scores: Array) -> Array:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def our_words() -> dict[str, list[str]]:
    """The words of nlp/data/taxonomy.toml by category."""
    rows = tomllib.loads((recipe.TEXTS.parent / "taxonomy.toml").read_text(encoding="utf-8"))["category"]
    return {row["code"]: row["words"] for row in rows}


def first_words(path: Path) -> dict[str, list[str]]:
    """The words of the list ours began as."""
    rows = json.loads(path.read_text(encoding="utf-8"))["categories"]
    return {row["code"]: row["keywords"] for row in rows}


def by_word_list(lines: Sequence[str], words: dict[str, list[str]]) -> Array:
    """How many of a category's words stand in each text: the keyword rule."""
    owned = {code: [word.lower() for word in found] for code, found in words.items()}
    codes = sorted(owned)
    counts = np.array([[sum(word in line for word in owned[code]) for code in codes] for line in lines], dtype=float)
    counts[:, codes.index("OT")] += 0.001
    return counts / counts.sum(axis=1, keepdims=True)


def on_samples(data: Path, first: Path | None) -> list[str]:
    """Shipped model and baselines, all learned from the shipped texts, on both samples."""
    own = [row for row in recipe.written() if row.kind not in ("smalltalk", "abuse", "data_right")]
    texts, labels = [normalize(row.text) for row in own], [row.category for row in own]
    fitted = {name: model.fit(texts, labels) for name, model in baselines().items()}
    out = [
        "| sample | engine | top-1 | any label | top-3 | macro-F1 | surest 60 % | calibration error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    codes = sorted(keywords.codes())
    for name, names in (("chosen", CHOSEN), ("weak", WEAK)):
        rows = read(data / f"{name}_train.jsonl", names)
        lines, truth = [normalize(text) for text, _ in rows], [labels for _, labels in rows]
        head = classify.shipped().heads["category"]
        shipped = head.confidences(classify.shipped().scores(lines)["category"])
        said: dict[str, Array] = {}
        if first is not None:
            said["keyword rule, the list ours began as"] = by_word_list(lines, first_words(first))
        said["keyword rule, our list"] = by_word_list(lines, our_words())
        for engine, model in fitted.items():
            scores = model.decision_function(lines)
            said[engine] = softmax(scores * (3.0 if "SVC" in engine else 1.0))
        said["**shipped**"] = shipped
        for engine, sure in said.items():
            found = figures(codes, sure, truth, head.threshold)
            keys = ("accuracy", "accuracy_any", "top3", "macro_f1", "at_60", "calibration_error")
            out.append(f"| {name} ({len(rows)}) | {engine} | " + " | ".join(f"{found[key]:.3f}" for key in keys) + " |")
        found = figures(codes, shipped, truth, head.threshold)
        out.append(
            f"| {name} | shipped, where it answers ({found['coverage']:.0%}) | {found['accuracy_answered']:.3f} |"
            + " |" * 5
        )
        for part, test in (("under 50 letters", lambda n: n < SHORT), ("longer", lambda n: n >= SHORT)):
            at = [row for row, (text, _) in enumerate(rows) if test(len(text))]
            found = figures(codes, shipped[at], [truth[row] for row in at], head.threshold)
            out.append(
                f"| {name} | shipped, {part} ({len(at)}) | {found['accuracy']:.3f} | | {found['top3']:.3f} | | | |"
            )
    return out


def trained(data: Path) -> list[str]:
    """The pipeline against the usual ones, each trained five times on citizens' own labels."""
    rows = [json.loads(line) for line in (data / "chosen_train.jsonl").read_text(encoding="utf-8").splitlines()]
    texts, labels = [row["text"] for row in rows], np.array([row["labels"][0] for row in rows])
    lines = [normalize(text) for text in texts]

    def ours(train: Sequence[int], test: Sequence[int]) -> list[str]:
        task = Task([(str(labels[at]),) for at in train], sharpness=1.0, threshold=0.0)
        model = training.train([texts[at] for at in train], {"category": task}, classify.shipped())
        names = model.heads["category"].labels
        return [names[at] for at in model.scores([lines[at] for at in test])["category"].argmax(axis=1)]

    def usual(model: Any) -> Callable[[Sequence[int], Sequence[int]], list[str]]:
        def run(train: Sequence[int], test: Sequence[int]) -> list[str]:
            return list(model.fit([lines[at] for at in train], labels[train]).predict([lines[at] for at in test]))

        return run

    runs = {name: usual(model) for name, model in baselines().items()} | {"**`pratu train`**": ours}
    out = ["| trained on 4/5, asked on 1/5, five times | accuracy | macro-F1 |", "|---|---|---|"]
    for name, run in runs.items():
        said = np.empty(len(texts), dtype=object)
        for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(texts, labels):
            said[test] = run(train, test)
        f1 = f1_score(labels, list(said), average="macro")
        out.append(f"| {name} | {accuracy_score(labels, list(said)):.3f} | {f1:.3f} |")
    return out


def on_frozen() -> list[str]:
    """The frozen sets of this project."""
    sets = {
        name: [
            json.loads(line)
            for line in (recipe.TEXTS.parent / "frozen" / f"{name}.jsonl").read_text("utf-8").splitlines()
        ]
        for name in ("emergency", "kinds", "traps")
    }
    alarm = [classify.classify(row["text"]).kind == "emergency" for row in sets["emergency"]]
    truth = [row["emergency"] for row in sets["emergency"]]
    caught = sum(one and other for one, other in zip(alarm, truth, strict=True))
    kinds = [row["kind"] for row in sets["kinds"]]
    lines = [normalize(row["text"]) for row in sets["kinds"]]
    in_use = macro_f1(kinds, [classify.classify(row["text"]).kind for row in sets["kinds"]])
    listed = [rules.ask(line).kind.kind for line in lines]
    traps = [classify.classify(row["text"]).category == row["category"] for row in sets["traps"]]
    rule = [bool(rules.ask(normalize(row["text"])).danger) for row in sets["emergency"]]
    both = sum(one and other for one, other in zip(rule, truth, strict=True))
    return [
        "| frozen set | figure |",
        "|---|---|",
        f"| emergency ({len(truth)}), rules alone | recall {both / sum(truth):.3f}, precision {both / sum(rule):.3f} |",
        f"| emergency, rules and model | recall {caught / sum(truth):.3f}, precision {caught / sum(alarm):.3f} |",
        f"| kinds ({len(kinds)}), word lists alone | macro-F1 {macro_f1(kinds, listed):.3f} |",
        f"| kinds, in use | macro-F1 {in_use:.3f} |",
        f"| place-name traps ({len(traps)}) | accuracy {np.mean(traps):.3f} |",
    ]


def alarms(data: Path) -> list[str]:
    """How often ordinary complaints ring the alarm: nearly all of these are false."""
    texts = [text for text, _ in read(data / "chosen_train.jsonl", CHOSEN)]
    rung = np.mean([classify.classify(text).kind == "emergency" for text in texts])
    listed = np.mean([bool(rules.ask(normalize(text)).danger) for text in texts])
    return [
        "| alarms in complaints chosen by citizens | share |",
        "|---|---|",
        f"| rules alone | {listed:.3f} |",
        f"| rules and model | {rung:.3f} |",
    ]


def speed(data: Path) -> list[str]:
    """Times of one run, as ratios to scikit-learn's pipeline on newmm words."""
    texts = [text for text, _ in read(data / "chosen_train.jsonl", CHOSEN)][:500]
    own = list(recipe.written())
    usual = baselines()["LinearSVC, newmm words"].fit(
        [normalize(row.text) for row in own], [row.category for row in own]
    )
    lines = [normalize(text) for text in texts]
    engine = classify.shipped()
    hints = rules.as_hints([rules.ask(line) for line in lines])

    def each(ask: Callable[[str], object]) -> float:
        times = []
        for text in texts:
            began = time.perf_counter()
            ask(text)
            times.append(time.perf_counter() - began)
        return float(np.median(times))

    base = each(lambda text: usual.decision_function([normalize(text)]))
    whole = each(classify.classify)
    began = time.perf_counter()
    engine.scores(lines, hints)
    batch = (time.perf_counter() - began) / len(lines)
    return [
        "| one message | median ms | of scikit-learn's |",
        "|---|---|---|",
        f"| scikit-learn pipeline, newmm words | {base * 1e3:.2f} | 1 |",
        f"| `classify`: everything | {whole * 1e3:.2f} | {whole / base:.2f} |",
        f"| the model alone, in a batch of {len(lines)} | {batch * 1e3:.2f} | {batch / base:.2f} |",
    ]


def main() -> int:
    """Measure, and write the tables into nlp/README.md. Arguments: the folder, and the list our words began as."""
    data, *first = map(Path, sys.argv[1:])
    parts = [on_samples(data, first[0] if first else None), trained(data), on_frozen(), alarms(data), speed(data)]
    table = f"Model `{classify.shipped().version}`.\n\n" + "\n\n".join("\n".join(part) for part in parts)
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{table}\n{END}{rest.split(END)[1]}", encoding="utf-8")
    print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
