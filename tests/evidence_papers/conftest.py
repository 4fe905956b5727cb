"""An installation where nothing happened yet, and one with a year behind it; papers are drawn once of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.documents import draw
from handlers.reports.evidence import papers
from handlers.reports.evidence import report as reports
from handlers.reports.evidence.pack import Pack
from handlers.reports.evidence.scope import Scope
from handlers.services import Svc
from storage.db import Database
from tests.conftest import prepared
from tests.evidence_papers import year
from tests.world import World

CONTENTS = "สารบัญ"


def no_pictures(_digest: str) -> bytes | None:
    """Every stored picture is gone."""
    return None


@dataclass
class Office:
    """Who hands the papers in."""

    world: World
    agency: str | None = "DEMO"
    drawn: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def paper(self, name: str) -> Pack:
        """A paper as figures."""
        with self.world.db.reading() as session:
            svc = Svc(session, self.world.now, self.world.tools)
            return papers.paper(name, Scope(svc, year.YEAR, self.agency))

    def file(self, name: str, ending: str) -> bytes:
        """The same as a file."""
        if (name, ending) not in self.drawn:
            self.drawn[name, ending] = draw.pack(self.paper(name), ending, self.world.now, CONTENTS, no_pictures)
        return self.drawn[name, ending]

    def json(self) -> dict[str, Any]:
        """The report as JSON, of the same moment."""
        with self.world.db.reading() as session:
            svc = Svc(session, self.world.now, self.world.tools)
            return reports.as_json(reports.report(Scope(svc, year.YEAR, self.agency)))


def _made(folder: Any) -> Database:
    return prepared(f"sqlite:///{folder}/evidence.db")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    db = _made(tmp_path_factory.mktemp("empty"))
    yield Office(World(db))
    db.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    db = _made(tmp_path_factory.mktemp("office"))
    world = World(db)
    year.happens(world)
    yield Office(world)
    db.close()
