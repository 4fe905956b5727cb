"""However many old rows lie in the queues, workers find the new ones by an index of the new ones alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.bench.queues import grow_old, plan, put_new, questions
from tests.conftest import prepared, seeded_postgres

OLD = 20_000  # a million give the same plans: `python -m tests.bench queues`
WHOLE = re.compile(r"Seq Scan on (in|out)box\b|SCAN (in|out)box\w*(?! USING (COVERING )?INDEX ix_)")


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_old_rows_are_not_looked_at(engine: str, tmp_path: Path) -> None:
    name = f"pratu_old_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    db = prepared(f"sqlite:///{tmp_path}/pratu.db" if engine == "sqlite" else seeded_postgres(name))
    grow_old(db, OLD)
    put_new(db, 20)
    found = {name: plan(db, question) for name, question in questions(db).items()}
    db.close()
    assert all("ix_" in how for how in found.values()), found
    assert not [how for how in found.values() if WHOLE.search(how)], found
