"""The nouns everybody shares, as enums: channels, roles, kinds, statuses and the states of the two queues."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a person wants from us; a decision apart from the category."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    OPINION = "opinion"
    COMPLIMENT = "compliment"
    INQUIRY = "inquiry"
    CORRUPTION = "corruption"
    EMERGENCY = "emergency"
    FOLLOWUP = "followup"
    SMALLTALK = "smalltalk"
    ABUSE = "abuse"
    DATA_RIGHT = "data_right"
    SERVICE_REQUEST = "service_request"


IDEAS = frozenset({Kind.SUGGESTION, Kind.OPINION})  # what may be used, planned, noted, or not


class Status(StrEnum):
    """Where a case stands. What may follow what is `handlers/rules/case_status.py`."""

    DRAFT = "draft"
    RECEIVED = "received"
    SCREENING = "screening"
    NEED_INFO = "need_info"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    REPORTED = "reported"
    RETURNED_INCOMPLETE = "returned_incomplete"
    HEAD_REVIEW = "head_review"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"
    TRANSFERRED = "transferred"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


ENDED = frozenset({Status.CLOSED, Status.TRANSFERRED, Status.NOT_ACCEPTED, Status.WITHDRAWN, Status.MERGED})


class Route(StrEnum):
    """The three ways of the provincial guide's flow chart: ordinary, at once, several units together."""

    GENERAL = "general"
    URGENT = "urgent"
    MULTI = "multi"


class Conclusion(StrEnum):
    """How a case ended; kept apart in every statistic."""

    FIXED = "fixed"
    PARTLY = "partly"
    EXPLAINED = "explained"  # looked into and answered, nothing to mend
    PLANNED = "planned"  # needs money or time; put into a plan
    UNFOUNDED = "unfounded"  # not so
    NOTED = "noted"  # a suggestion, opinion or compliment passed on
    USED = "used"  # a suggestion or opinion that changed something
    NO_ANSWER = "no_answer"  # too little was known, and nobody answered
    TRANSFERRED = "transferred"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Stage(StrEnum):
    """What a picture of a case shows: the trouble, a visit to the spot, or the spot when the work was done."""

    BEFORE = "before"
    VISIT = "visit"
    AFTER = "after"


class Role(StrEnum):
    """What a person may be for an agency."""

    OFFICER = "officer"
    UNIT_HEAD = "unit_head"
    HEAD = "head"
    DELEGATE = "delegate"
    GOVERNOR = "governor"
    INTAKE = "intake"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


class SurveyState(StrEnum):
    """A survey's life: wanted until the person is free, asked, reminded of once, answered; or declined, or let go."""

    WANTED = "wanted"
    ASKED = "asked"
    REMINDED = "reminded"
    ANSWERING = "answering"
    DONE = "done"
    DECLINED = "declined"
    EXPIRED = "expired"


class InboxState(StrEnum):
    """An event's life: received, then done; parked when people must look at it."""

    RECEIVED = "received"
    DONE = "done"
    PARKED = "parked"


class OutboxState(StrEnum):
    """A message's life. Every one of them ends in sent, folded, uncertain, given_up or taken_back."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # again at not_before; what comes after it in the chat waits
    HELD = "held"  # waits (quota, blocked, a long outage) without keeping anything behind it back
    FOLDED = "folded"  # went along with a later answer
    UNCERTAIN = "uncertain"  # the platform may have taken it; never sent again, shown to people
    GIVEN_UP = "given_up"  # why is in `error`
    TAKEN_BACK = "taken_back"  # the officer thought better of it in time: never sent


class AttachmentState(StrEnum):
    """A picture's or file's life: wanted, stored; gone or refused when it cannot be had."""

    WAITING = "waiting"  # in an officers' group, to nobody: let go unless its sender soon says what it shows
    WANTED = "wanted"
    STORED = "stored"
    GONE = "gone"
    REFUSED = "refused"


# When a telephone number is named: kinds of danger, any of them, or advice of a kind.
HOTLINE_USES = frozenset(
    {
        *(
            "fire",
            "wire",
            "medical",
            "crime",
            "water",
            "gas",
            "crash",
            "distress",
            "violence",
            "animal",
            "flood",
            "any",
        ),
        *("advice", "corruption", "drugs", "consumer", "fraud", "highway"),
    }
)
# Classes of records that go by age (storage/retention.py), as deploy/seed/retention.toml names them.
RETAINED = (
    *("raw_bodies", "done_events", "unsent", "answers", "notices", "states", "chats", "surveys", "requests"),
    *("cases", "cases_confidential", "orphans"),
)
