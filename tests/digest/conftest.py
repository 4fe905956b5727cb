"""Who works at the sample municipality, and its figures as a test looks at them."""

from __future__ import annotations

import pytest

from storage.words import Role
from tests.world import Dialogue, World, at

LONG_AGO = at("2026-10-05 09:00")


@pytest.fixture
def officer(world: World) -> Dialogue:
    world.now = LONG_AGO
    return world.officer("T1", Role.OFFICER, unit="ENG")


@pytest.fixture
def head(world: World) -> Dialogue:
    world.now = LONG_AGO
    return world.officer("T3", Role.HEAD)
