"""No bytes from outside break a reader. A small budget here, PRATU_FUZZ=long for a long one; guided: harness.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.parsers import PARSERS
from tests.fuzz.seeds import SEEDS

FOUND = Path(__file__).parent / "found"
LONG = os.environ.get("PRATU_FUZZ") == "long"
EXAMPLES = 5000 if LONG else 60
LETTERS = st.text(st.sampled_from('0123456789๐๑๒๙-/. :,ก-่าเรับวันที่พ.ศม/@!\n\u200b\u202e\ud800😀{}[]"\\'), max_size=80)


@st.composite
def bent(draw: st.DrawFn, name: str) -> bytes:
    """A seed with something cut, doubled, changed or put in; or any bytes, or any letters."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.binary(max_size=300))
    if kind == 1:
        return draw(LETTERS).encode("utf-8", "surrogatepass")
    content = draw(st.sampled_from(SEEDS[name]))
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
        put = draw(st.one_of(st.binary(max_size=8), LETTERS.map(lambda text: text.encode("utf-8", "surrogatepass"))))
        content = draw(st.sampled_from([content[:at] + put + content[end:], content[:at] + put + content[at:],
                                        content[:end] + content[at:], content[:at]]))  # fmt: skip
    return content


@pytest.mark.parametrize("name", PARSERS)
def test_no_bytes_break_a_reader(name: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(bent(name))
    def holds(content: bytes) -> None:
        PARSERS[name](content)

    holds()


@pytest.mark.parametrize("name", PARSERS)
def test_what_it_is_meant_to_read_is_read(name: str) -> None:
    for content in SEEDS[name]:
        PARSERS[name](content)


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.bin")), ids=lambda path: path.name)
def test_what_once_broke_a_reader_does_no_more(path: Path) -> None:
    """`parser-what.bin`: recorded by a fuzzer, mended since."""
    PARSERS[path.name.partition("-")[0]](path.read_bytes())
