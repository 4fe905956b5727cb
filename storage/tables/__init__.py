"""Every table, so that one import fills the metadata."""

from storage.tables.agencies import (
    Agency,
    Category,
    Holiday,
    Hotline,
    PlaceName,
    RegisterRow,
    Route,
    Service,
    Setting,
    Unit,
)
from storage.tables.base import Base
from storage.tables.cases import Case, CaseJoin, HistoryDetail, HistoryEntry, Sequence, StatusUpdate
from storage.tables.conversations import Attachment, Conversation, File, Message, Point
from storage.tables.evidence import RegisterLine, Subscription
from storage.tables.handling import (
    Absence,
    CaseDeed,
    CaseNotice,
    CasePhoto,
    CaseReferral,
    CaseTask,
    CaseVisit,
    CaseWord,
    Letter,
    Reminder,
)
from storage.tables.listening import DigestWish, Issue, Survey, SurveyAnswer, SurveyPerson
from storage.tables.people import Account, DataRequest, Invite, Membership, Person, WrongGuess
from storage.tables.queues import InboxEvent, OutboxMessage, PushReading

__all__ = [
    "Absence",
    "Account",
    "Agency",
    "Attachment",
    "Base",
    "Case",
    "CaseDeed",
    "CaseJoin",
    "CaseNotice",
    "CasePhoto",
    "CaseReferral",
    "CaseTask",
    "CaseVisit",
    "CaseWord",
    "Category",
    "Conversation",
    "DataRequest",
    "DigestWish",
    "File",
    "HistoryDetail",
    "HistoryEntry",
    "Holiday",
    "Hotline",
    "InboxEvent",
    "Invite",
    "Issue",
    "Letter",
    "Membership",
    "Message",
    "OutboxMessage",
    "Person",
    "PlaceName",
    "Point",
    "PushReading",
    "RegisterLine",
    "RegisterRow",
    "Reminder",
    "Route",
    "Sequence",
    "Service",
    "Setting",
    "StatusUpdate",
    "Subscription",
    "Survey",
    "SurveyAnswer",
    "SurveyPerson",
    "Unit",
    "WrongGuess",
]
