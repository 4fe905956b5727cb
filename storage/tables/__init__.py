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
from storage.tables.people import Account, DataRequest, Invite, Membership, Person, WrongGuess
from storage.tables.queues import InboxEvent, OutboxMessage

__all__ = [
    "Account",
    "Agency",
    "Attachment",
    "Base",
    "Case",
    "CaseJoin",
    "Category",
    "Conversation",
    "DataRequest",
    "File",
    "HistoryDetail",
    "HistoryEntry",
    "Holiday",
    "Hotline",
    "InboxEvent",
    "Invite",
    "Membership",
    "Message",
    "OutboxMessage",
    "Person",
    "PlaceName",
    "Point",
    "RegisterRow",
    "Route",
    "Sequence",
    "Service",
    "Setting",
    "StatusUpdate",
    "Unit",
    "WrongGuess",
]
