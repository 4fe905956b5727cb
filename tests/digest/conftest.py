"""Who works at the sample municipality, and its figures as a test looks at them."""

from __future__ import annotations

import pytest

from storage.words import Role
from tests.world import Dialogue, World


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T1", Role.OFFICER, unit="ENG")


@pytest.fixture
def head(world: World) -> Dialogue:
    return world.officer("T3", Role.HEAD)
