"""Who may give which command, to be read aloud: acting parties, is the citizen told, must there be words.

The parties are those of the status table (case_status.py): unit, intake, head. A reader may look, not act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.rules.case_status import HEAD, INTAKE, UNIT
from storage.words import Role

READER = "reader"  # coordinator, admin
MEMBER = "member"  # a unit with a share in a case that is another unit's
_ALL = frozenset({UNIT, INTAKE, HEAD})


@dataclass(frozen=True)
class Duty:
    """One command on one case."""

    by: frozenset[str]
    told: bool = False  # is the citizen told? Then it can be taken back for some seconds, and two officers may collide
    words: bool = False  # it needs words after the reference: a reason, a question, a date
    alone: bool = False  # never in a group: it decides, or it shows who somebody is
    ended: bool = False  # also on a case that has ended


def _duty(*by: str, told: bool = False, words: bool = False, alone: bool = False, ended: bool = False) -> Duty:
    return Duty(frozenset(by), told, words, alone, ended)


DUTIES: dict[str, Duty] = {
    "view": Duty(_ALL | {READER, MEMBER}, ended=True),
    "accept": _duty(UNIT),
    "return": _duty(UNIT, words=True),
    "ask": _duty(UNIT, INTAKE, told=True, words=True),
    "note": Duty(_ALL | {MEMBER}, words=True, ended=True),
    "tell": Duty(_ALL, told=True, words=True, ended=True),
    "visit": _duty(UNIT, INTAKE, MEMBER, told=True, words=True),
    "result": _duty(UNIT, MEMBER, words=True),
    "photo": _duty(UNIT, MEMBER),
    "defer": Duty(_ALL, told=True, words=True),
    "propose": _duty(UNIT, INTAKE),
    "approve": _duty(HEAD, told=True, alone=True),
    "back": _duty(INTAKE, HEAD, words=True, ended=True),
    "close": Duty(_ALL, told=True),
    "used": Duty(_ALL, told=True, ended=True),
    "category": _duty(UNIT, INTAKE, HEAD, words=True, ended=True),
    "urgent": Duty(_ALL),
    "hurry": _duty(INTAKE, HEAD, alone=True),
    "acknowledge": Duty(_ALL),
    "team": _duty(INTAKE, HEAD, words=True),
    "merge": _duty(UNIT, INTAKE, words=True),
    "assign": _duty(INTAKE, HEAD, words=True),
    "forward": Duty(_ALL, told=True, words=True),
    "reject": _duty(INTAKE, HEAD, told=True, words=True, alone=True),
    "reveal": _duty(INTAKE, HEAD, words=True, alone=True, ended=True),
    "hold": _duty(INTAKE, HEAD, words=True, alone=True, ended=True),
    "release": _duty(INTAKE, HEAD, words=True, alone=True, ended=True),
    "letter": Duty(_ALL, words=True, ended=True),
    "dossier": _duty(HEAD, READER, alone=True, ended=True),
    "notified": _duty(INTAKE, HEAD, words=True, ended=True),
    "undo": Duty(_ALL | {MEMBER}, ended=True),
}


# Who keeps the registers of the yearly evidence, and who reads the whole of it.
KEEPERS = frozenset({Role.COORDINATOR, Role.INTAKE, Role.HEAD, Role.DELEGATE, Role.ADMIN})
EVIDENCE_READERS = frozenset({Role.COORDINATOR, Role.HEAD, Role.DELEGATE, Role.ADMIN, Role.GOVERNOR})
ANNOUNCERS = frozenset({Role.COORDINATOR, Role.HEAD, Role.DELEGATE})
# Who decides what people ask of us about their own data.
DATA_KEEPERS = frozenset({Role.COORDINATOR, Role.INTAKE, Role.HEAD, Role.DELEGATE, Role.ADMIN})
OPERATORS = frozenset({Role.ADMIN})
# Commands that are about no case, never given in a group, and who may give them.
OF_ROLES: Mapping[str, frozenset[Role]] = {
    "register": KEEPERS,
    "improve": KEEPERS,
    "evidence": EVIDENCE_READERS,
    "announce": ANNOUNCERS,
    "requests": DATA_KEEPERS,
    "system": OPERATORS,
}


def may(command: str, parties: frozenset[str]) -> bool:
    """May one of these parties give this command?"""
    return not DUTIES[command].by.isdisjoint(parties)
