"""Who works at the sample municipality."""

from __future__ import annotations

from tests.flows.conftest import head, intake, officer

__all__ = ["head", "intake", "officer"]
