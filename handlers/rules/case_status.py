"""The way of a case, to be read aloud: from each status, what may follow, by whom, and is the citizen told.

After the flow chart "ระบบรวบรวมและจัดการข้อร้องเรียน" of the provincial guide (record, check, act, chase, complete?,
head decides, tell). No other file decides whether a move is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.words import ENDED, Status

CITIZEN, SYSTEM, INTAKE, UNIT, HEAD = "citizen", "system", "intake", "unit", "head"


@dataclass(frozen=True)
class Move:
    """One allowed step: who may take it, and whether the complainant hears of it."""

    to: Status
    by: frozenset[str]
    told: bool = True


def _move(to: Status, *by: str, told: bool = True) -> Move:
    return Move(to, frozenset(by), told)


S = Status

MOVES: dict[Status, tuple[Move, ...]] = {
    S.DRAFT: (
        _move(S.RECEIVED, CITIZEN, SYSTEM),  # sent, or silent for a day and filed as incomplete
    ),
    S.RECEIVED: (
        _move(S.ASSIGNED, SYSTEM, told=False),  # a unit owns the category: proposed at once
        _move(S.SCREENING, SYSTEM, INTAKE, told=False),  # nobody's, unsure or confidential: people look first
    ),
    S.SCREENING: (
        _move(S.ASSIGNED, INTAKE, told=False),
        _move(S.NEED_INFO, INTAKE),
        _move(S.ASSIGNED, HEAD, SYSTEM, told=False),  # the head gives it to a unit; a category was named that has one
        _move(S.NOT_ACCEPTED, INTAKE, HEAD),
        _move(S.TRANSFERRED, INTAKE, HEAD),
        _move(S.MERGED, INTAKE),
        _move(S.WITHDRAWN, CITIZEN),
    ),
    S.ASSIGNED: (
        _move(S.IN_PROGRESS, UNIT),  # accepted
        _move(S.SCREENING, UNIT, told=False),  # handed back: not ours
        _move(S.NEED_INFO, UNIT, INTAKE),
        _move(S.ASSIGNED, INTAKE, HEAD, SYSTEM, told=False),  # to another unit, or to several
        _move(S.NOT_ACCEPTED, INTAKE, HEAD),
        _move(S.TRANSFERRED, INTAKE, UNIT, HEAD),
        _move(S.MERGED, INTAKE, UNIT),
        _move(S.WITHDRAWN, CITIZEN),
        _move(S.CLOSED, SYSTEM, told=False),  # praise that was heard: nothing is owed
    ),
    S.NEED_INFO: (
        _move(S.IN_PROGRESS, CITIZEN, UNIT, told=False),  # answered
        _move(S.SCREENING, CITIZEN, INTAKE, told=False),  # answered while people were still looking
        _move(S.CLOSED, SYSTEM),  # no answer for long: ended for want of facts, may be reopened
        _move(S.WITHDRAWN, CITIZEN),
        _move(S.TRANSFERRED, INTAKE, UNIT, HEAD),
    ),
    S.IN_PROGRESS: (
        _move(S.REPORTED, UNIT, told=False),  # the unit reports its result
        _move(S.NEED_INFO, UNIT),
        _move(S.SCREENING, UNIT, told=False),
        _move(S.NEED_INFO, INTAKE),
        _move(S.ASSIGNED, INTAKE, HEAD, SYSTEM, told=False),
        _move(S.NOT_ACCEPTED, INTAKE, HEAD),  # looked into, and found to be nothing an agency may take up
        _move(S.TRANSFERRED, UNIT, INTAKE, HEAD),
        _move(S.MERGED, UNIT, INTAKE),
        _move(S.WITHDRAWN, CITIZEN),
        _move(S.CLOSED, SYSTEM, told=False),  # praise, as above
    ),
    S.REPORTED: (
        _move(S.HEAD_REVIEW, UNIT, INTAKE, SYSTEM, told=False),
        _move(S.RETURNED_INCOMPLETE, INTAKE, HEAD, SYSTEM, told=False),  # not complete: why is said
        _move(S.REPORTED, UNIT, told=False),  # said better
        _move(S.RESOLVED, UNIT, INTAKE, HEAD),  # where the agency lets units conclude by themselves
        _move(S.WITHDRAWN, CITIZEN),
    ),
    S.RETURNED_INCOMPLETE: (
        _move(S.REPORTED, UNIT, told=False),
        _move(S.NEED_INFO, UNIT, INTAKE),
        _move(S.ASSIGNED, INTAKE, HEAD, SYSTEM, told=False),
        _move(S.TRANSFERRED, UNIT, INTAKE, HEAD),
        _move(S.WITHDRAWN, CITIZEN),
    ),
    S.HEAD_REVIEW: (
        _move(S.RESOLVED, HEAD),
        _move(S.RETURNED_INCOMPLETE, HEAD, INTAKE, told=False),
        _move(S.WITHDRAWN, CITIZEN),
    ),
    S.RESOLVED: (
        _move(S.CLOSED, CITIZEN, SYSTEM, UNIT, INTAKE, HEAD),  # "แก้แล้ว", or seven days of silence
        _move(S.REOPENED, CITIZEN, HEAD),  # "ยังไม่แก้"
    ),
    S.CLOSED: (
        _move(S.REOPENED, CITIZEN, HEAD),  # within the agency's window
    ),
    S.REOPENED: (
        _move(S.IN_PROGRESS, UNIT),
        _move(S.ASSIGNED, INTAKE, HEAD, SYSTEM, told=False),
        _move(S.SCREENING, UNIT, told=False),
        _move(S.NEED_INFO, UNIT, INTAKE),
        _move(S.NOT_ACCEPTED, INTAKE, HEAD),
        _move(S.TRANSFERRED, UNIT, INTAKE, HEAD),
        _move(S.MERGED, UNIT, INTAKE),
        _move(S.WITHDRAWN, CITIZEN),
    ),
    S.TRANSFERRED: (),
    S.NOT_ACCEPTED: (
        _move(S.SCREENING, CITIZEN, told=False),  # new facts: looked at again
    ),
    S.WITHDRAWN: (),
    S.MERGED: (
        _move(S.SCREENING, CITIZEN, told=False),  # "it is not the same": looked at by itself again
    ),
}


class MoveNotAllowed(Exception):
    """A case may not go from here to there; the message says what it may do instead."""

    def __init__(self, now: Status, wanted: Status) -> None:
        allowed = ", ".join(move.to for move in MOVES[now]) or "nothing: it has ended"
        super().__init__(f"a case may not go from {now} to {wanted}; from {now} it may go to: {allowed}")
        self.now, self.wanted = now, wanted


def check_move(now: Status, wanted: Status, by: str) -> Move:
    """The allowed move. Raises MoveNotAllowed when there is none, or this actor may not take it."""
    for move in MOVES[now]:
        if move.to == wanted and by in move.by:
            return move
    raise MoveNotAllowed(now, wanted)


def may_move(now: Status, wanted: Status, by: str) -> bool:
    """Would `check_move` allow it?"""
    return any(move.to == wanted and by in move.by for move in MOVES[now])


def is_open(status: str) -> bool:
    """Does somebody still owe this case something?"""
    return Status(status) not in ENDED


# Others may join while somebody still works on it: what already has its result, told or not, is told anew, it may be
# broken again; and nobody is handed a result that was written before they came.
JOINABLE = frozenset(Status) - ENDED - {S.DRAFT, S.REPORTED, S.HEAD_REVIEW, S.RESOLVED}


def may_join(status: str, *, confidential: bool) -> bool:
    """May somebody else who brings the same matter join this case?"""
    return Status(status) in JOINABLE and not confidential


# The few stops a person sees on the card, and which statuses stand at which of them.
STOPS: tuple[tuple[str, frozenset[Status]], ...] = (
    ("received", frozenset({S.DRAFT, S.RECEIVED, S.SCREENING})),
    ("assigned", frozenset({S.ASSIGNED, S.REOPENED})),
    (
        "in_progress",
        frozenset({S.NEED_INFO, S.IN_PROGRESS, S.REPORTED, S.RETURNED_INCOMPLETE, S.HEAD_REVIEW}),
    ),
    ("resolved", frozenset({S.RESOLVED})),
    ("closed", frozenset(ENDED)),
)


def stop_of(status: str) -> int:
    """The index in STOPS where a status stands."""
    for index, (_name, statuses) in enumerate(STOPS):
        if Status(status) in statuses:
            return index
    raise ValueError(f"no stop for the status {status!r}")
