"""Sealing of personal data at rest, and the keyed hash by which an account is found.

Sealed value: one version byte, 4 bytes naming the key, 12 bytes nonce, AES-256-GCM text. The key set comes from
PRATU_SECRET_KEY; the first seals, all of them open, so a key can be replaced while old rows stay readable.
Finding by hash needs a key that outlives replacement: it is derived from the *last* key of the set, until `pratu rekey`
keeps it sealed in the database (storage/rekey.py); then every key may be replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NAME_SIZE = 4
NONCE_SIZE = 12


class CannotOpen(Exception):
    """A sealed value was made with a key that is not in PRATU_SECRET_KEY, or was changed."""


class Keyring:
    """The keys of one installation, newest first."""

    def __init__(self, secrets: list[str]) -> None:
        if not secrets or not all(secrets):
            raise ValueError("a keyring needs at least one non-empty secret")
        self._doors: dict[bytes, AESGCM] = {}
        for secret in secrets:
            key = _derive(secret, b"pratu seal")
            self._doors[_name(key)] = AESGCM(key)
        first = _derive(secrets[0], b"pratu seal")
        self._first = AESGCM(first)
        self._prefix = VERSION + _name(first)
        self._find = _derive(secrets[-1], b"pratu find")
        self._sign = [_derive(secret, b"pratu sign") for secret in secrets]

    def seal(self, value: bytes) -> bytes:
        """The value encrypted with the newest key."""
        nonce = os.urandom(NONCE_SIZE)
        return self._prefix + nonce + self._first.encrypt(nonce, value, None)

    def open(self, sealed: bytes) -> bytes:
        """The value `seal` was given. Raises CannotOpen."""
        name = sealed[1 : 1 + NAME_SIZE]
        door = self._doors.get(name)
        start = 1 + NAME_SIZE
        if sealed[:1] != VERSION or door is None:
            raise CannotOpen("sealed with a key that PRATU_SECRET_KEY does not hold")
        try:
            return door.decrypt(sealed[start : start + NONCE_SIZE], sealed[start + NONCE_SIZE :], None)
        except InvalidTag as broken:
            raise CannotOpen("a sealed value was changed or cut") from broken

    def renewed(self, sealed: bytes) -> bytes:
        """The same value, sealed with the newest key. Raises CannotOpen."""
        return sealed if sealed.startswith(self._prefix) else self.seal(self.open(sealed))

    def seal_text(self, text: str | None) -> bytes | None:
        """Text sealed; None stays None. Lone surrogates from odd clients are kept."""
        return None if text is None else self.seal(text.encode("utf-8", "surrogatepass"))

    def open_text(self, sealed: bytes | None) -> str | None:
        """The text `seal_text` was given."""
        return None if sealed is None else self.open(sealed).decode("utf-8", "surrogatepass")

    def seal_data(self, data: Any) -> bytes:
        """JSON data sealed."""
        return self.seal(_DENSE.encode(data).encode("utf-8", "surrogatepass"))

    def open_data(self, sealed: bytes) -> Any:
        """The JSON data `seal_data` was given."""
        return json.loads(self.open(sealed))

    def find_key(self, *words: str) -> str:
        """A keyed hash (32 hex digits) that finds a row without showing what it is found by."""
        joined = "\x1f".join(words).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(joined, key=self._find, digest_size=16).hexdigest()

    def signature(self, purpose: str, value: str) -> str:
        """A signature for links and session tokens, by the newest key."""
        return _mark(self._sign[0], purpose, value)

    def signatures(self, purpose: str, value: str) -> list[str]:
        """Every signature that counts as ours while keys are being replaced."""
        return [_mark(key, purpose, value) for key in self._sign]

    @property
    def prefix(self) -> bytes:
        """How everything begins that the newest key sealed."""
        return self._prefix

    def finding(self) -> bytes:
        """What rows are found by, sealed with the newest key."""
        return self.seal(self._find)

    def find_by(self, sealed: bytes) -> None:
        """Find rows by this from now on: what `finding` gave once. Raises CannotOpen."""
        self._find = self.open(sealed)

    def fingerprint(self) -> str:
        """Tells two installations' keys apart without saying anything of them."""
        return hashlib.blake2b(self._find, key=b"fingerprint", digest_size=8).hexdigest()


_DENSE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # a Thai letter as it is takes half the room


def _derive(secret: str, purpose: bytes) -> bytes:
    # The secret is long and random (see `pratu check`), so one keyed hash is a sound derivation.
    return hashlib.blake2b(secret.encode(), key=purpose, digest_size=32).digest()


def _name(key: bytes) -> bytes:
    return hashlib.blake2b(key, key=b"pratu name", digest_size=NAME_SIZE).digest()


def _mark(key: bytes, purpose: str, value: str) -> str:
    return hashlib.blake2b(f"{purpose}\x1f{value}".encode(), key=key, digest_size=20).hexdigest()
