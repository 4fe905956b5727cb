"""Who works at the sample municipality."""

from __future__ import annotations

import pytest

from storage.words import Role
from tests.world import Dialogue, World


@pytest.fixture
def officer(world: World) -> Dialogue:
    return world.officer("T1", Role.OFFICER, unit="ENG")


@pytest.fixture
def intake(world: World) -> Dialogue:
    return world.officer("T2", Role.INTAKE, unit="OFFICE")


@pytest.fixture
def head(world: World) -> Dialogue:
    return world.officer("T3", Role.HEAD)
