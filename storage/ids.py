"""The one door to chance: row ids, tracking secrets, session tokens, salts. Case numbers are in sequences.py."""

from __future__ import annotations

import random
import secrets
import uuid

# Without 0/O, 1/I/L: read out over the telephone and typed by hand.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_key() -> str:
    """A fresh UUID in text; also LINE's retry key."""
    return str(uuid.uuid4())


def key_from(base: str, number: int) -> str:
    """The UUID of the n-th call of one outbox row: the same on every try."""
    return base if number == 0 else str(uuid.uuid5(uuid.UUID(base), str(number)))


def token(size: int = 24) -> str:
    """A URL-safe secret of `size` random bytes."""
    return secrets.token_urlsafe(size)


def tracking_secret() -> str:
    """Eight digits for a receipt. They begin with 0 to 3, so that nobody can take them for a case reference."""
    return secrets.choice("0123") + "".join(secrets.choice("0123456789") for _ in range(7))


def code(count: int = 10) -> str:
    """A one-time code a person can read out and type."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(count))


def salt() -> bytes:
    """Sixteen random bytes."""
    return secrets.token_bytes(16)


Chance = random.Random


def chance(seed: int) -> Chance:
    """Chance that can be repeated, for a made-up world: the same seed, the same course. Never for a secret."""
    return random.Random(seed)  # noqa: S311


def row_by_lot() -> int:
    """A row id that says nothing of when the row was written."""
    return secrets.randbelow(2**62) + 1
