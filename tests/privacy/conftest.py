"""Who works at the sample municipality."""

from tests.flows.conftest import head, intake, officer

__all__ = ["head", "intake", "officer"]
