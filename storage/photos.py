"""Pictures as evidence: which belong to a case and at which stage, and where the same one was shown before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_, select, update

from storage.attached import OF_PEOPLE, not_of
from storage.db import Session
from storage.messages import text_of
from storage.tables import Attachment, Case, CasePhoto, File, Message
from storage.tables.base import among, plain
from storage.words import AttachmentState, Stage

SAME_LOOKS = 5  # of 64 bits: a picture squeezed and shrunk on its way differs in no more
_MOST_LOOKED_AT = 3000  # after-photos of one agency compared by their looks
_THERE = (AttachmentState.WANTED, AttachmentState.STORED)


@dataclass(frozen=True)
class Photo:
    """One picture of a case. `digest`, `looks` and `taken_at` (the camera's word) are known once it is stored."""

    attachment_id: int
    stage: str
    at: datetime  # when its sender sent it
    person_id: int | None
    digest: str | None
    looks: str | None
    taken_at: datetime | None

    def same_as(self, other: Photo) -> bool:
        """Is it the same picture, however it was squeezed on its way?"""
        same_bytes = self.digest is not None and self.digest == other.digest
        return same_bytes or look_alike(self.looks, other.looks)


def look_alike(one: str | None, other: str | None) -> bool:
    """Do two pictures look the same? A picture without looks looks like none."""
    return one is not None and other is not None and (int(one, 16) ^ int(other, 16)).bit_count() <= SAME_LOOKS


# --- of one case -----------------------------------------------------------------------------------------------------


def of_case(session: Session, case_id: int, *stages: Stage) -> list[Photo]:
    """The pictures of a case that can be had, oldest first; what people sent themselves counts as "before"."""
    wanted = stages or tuple(Stage)
    found: list[Photo] = []
    if Stage.BEFORE in wanted:
        of_people = session.ask(_OF_PEOPLE, {"row": case_id, **not_of(session, case_id)})
        found += [Photo(row.id, Stage.BEFORE, row.at, None, row.file_digest, *row[3:]) for row in of_people]
    of_officers = session.ask(_OF_OFFICERS, {"row": case_id, "stages": wanted})
    found += [Photo(*row) for row in of_officers]
    return sorted(found, key=lambda photo: (photo.at, photo.attachment_id))


_FILE, _SHOWN, _SAID, _BYTES = (plain(one).c for one in (Attachment, CasePhoto, Message, File))
_OF_PEOPLE = (
    select(_FILE.id, _SAID.at, _FILE.file_digest, _BYTES.looks, _BYTES.taken_at)
    .join(plain(Message), _SAID.id == _FILE.message_id)
    .outerjoin(plain(File), _BYTES.digest == _FILE.file_digest)
    .where(*OF_PEOPLE)
)
_OF_OFFICERS = (
    select(
        *(_FILE.id, _SHOWN.stage, _SHOWN.at, _SHOWN.person_id),
        *(_FILE.file_digest, _BYTES.looks, _BYTES.taken_at),
    )
    .join(plain(CasePhoto), _SHOWN.attachment_id == _FILE.id)
    .outerjoin(plain(File), _BYTES.digest == _FILE.file_digest)
    .where(
        _SHOWN.case_id == bindparam("row"),
        _SHOWN.stage.in_(bindparam("stages", expanding=True)),
        among(_FILE.state, *_THERE),
    )
)


def add(
    session: Session, attachment: Attachment, *, case_id: int, stage: Stage, person_id: int, at: datetime, now: datetime
) -> None:
    """A picture that belongs to no case becomes this case's; one that waited in a group is fetched now."""
    attachment.case_id = case_id
    session.write(CasePhoto, attachment_id=attachment.id, case_id=case_id, stage=stage, person_id=person_id, at=at)
    if attachment.state == AttachmentState.WAITING:
        attachment.state, attachment.not_before = AttachmentState.WANTED, now
        session.wake("media")


# --- what somebody sent just now -------------------------------------------------------------------------------------


def free_of(session: Session, message_ids: Collection[int]) -> list[tuple[Attachment, Message]]:
    """Pictures of these messages that belong to no case, in order."""
    return session.find_pairs(_FREE_OF, {"rows": message_ids})


def free_within(
    session: Session, conversation_id: int, account_id: int, since: datetime, until: datetime
) -> list[tuple[Attachment, Message]]:
    """Pictures a person sent in a chat between two moments that belong to no case, in order."""
    sent = {"chat": conversation_id, "account": account_id, "since": since, "until": until}
    return session.find_pairs(_FREE_WITHIN, sent)


_SENT = (
    Message.conversation_id == bindparam("chat"),
    Message.account_id == bindparam("account"),
    Message.direction == "in",
    Message.at >= bindparam("since"),
    Message.at <= bindparam("until"),
)
_FREE = (
    select(Attachment, Message)
    .join(Message, Message.id == Attachment.message_id)
    .where(
        Attachment.kind == "image",
        Attachment.case_id.is_(None),
        among(Attachment.state, *_THERE, AttachmentState.WAITING),
    )
    .order_by(Attachment.id)
)
_FREE_OF = _FREE.where(Message.id.in_(bindparam("rows", expanding=True)))
_FREE_WITHIN = _FREE.where(*_SENT)


def words_about_cases(
    session: Session, conversation_id: int, account_id: int, since: datetime, until: datetime
) -> list[tuple[int, datetime, str]]:
    """(case, moment, words) of what a person said about cases in a chat between two moments, in order."""
    sent = {"chat": conversation_id, "account": account_id, "since": since, "until": until}
    rows = session.find(_ABOUT_CASES, sent)
    return [(row.case_id, row.at, text_of(session, row)) for row in rows if row.case_id is not None]


_ABOUT_CASES = select(Message).where(*_SENT, Message.case_id.is_not(None)).order_by(Message.at, Message.id)


# --- put by in an officers' group ------------------------------------------------------------------------------------


def put_by(session: Session, message: Message, *, ref: str, now: datetime, until: datetime) -> None:
    """Remember where a picture could be fetched, in case its sender says until then which case it shows."""
    session.add(
        Attachment(
            message_id=message.id,
            channel=message.channel,
            kind="image",
            ref=session.keys.seal_text(ref),
            state=AttachmentState.WAITING,
            not_before=until,
            created_at=now,
        )
    )
    session.flush()


def any_unwanted(session: Session, now: datetime) -> bool:
    """Did a picture wait in vain? Looking costs no write lock."""
    return session.scalar(select(Attachment.id).where(*_unwanted(now)).limit(1)) is not None


def let_go(session: Session, now: datetime) -> int:
    """Forget the pictures nobody asked for, and who sent them; returns how many."""
    gone = {"state": AttachmentState.GONE, "ref": None, "error": "to nobody"}
    messages = session.scalars(
        update(Attachment).where(*_unwanted(now)).values(**gone).returning(Attachment.message_id)
    ).all()
    session.execute(update(Message).where(Message.id.in_(messages)).values(account_id=None))
    return len(messages)


def _unwanted(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Attachment.state == AttachmentState.WAITING, Attachment.not_before <= now)


# --- shown before ----------------------------------------------------------------------------------------------------


def shown_elsewhere(session: Session, case: Case, photo: Photo, since: datetime) -> int | None:
    """Another case whose after-photo this one is, shown before it; None where it is new. A case merged with this one
    does not count.

    The same bytes are looked for among all of them, the same looks among the agency's after-photos since a moment.
    """
    asked = {"row": case.id, "photo": photo.attachment_id, "main": case.merged_into_id or 0}
    if photo.digest is not None:
        same: int | None = session.ask(_SAME_BYTES, {**asked, "digest": photo.digest}).scalar()
        if same is not None:
            return same
    if photo.looks is None:
        return None
    rows = session.ask(_SAME_LOOKS, {**asked, "agency": case.agency_code, "since": since})
    return next((case_id for case_id, looks in rows if look_alike(looks, photo.looks)), None)


_SHOWN, _SHOWN_OF, _BYTES, _PICTURE = (plain(one).c for one in (CasePhoto, Case, File, Attachment))
_EARLIER = (
    select(_SHOWN.case_id, _BYTES.looks)
    .join(plain(Attachment), _PICTURE.id == _SHOWN.attachment_id)
    .join(plain(File), _BYTES.digest == _PICTURE.file_digest)
    .join(plain(Case), _SHOWN_OF.id == _SHOWN.case_id)
    .where(
        _SHOWN.stage == Stage.AFTER,
        _SHOWN.case_id != bindparam("row"),
        _SHOWN.attachment_id < bindparam("photo"),
        or_(_SHOWN_OF.merged_into_id.is_(None), _SHOWN_OF.merged_into_id != bindparam("row")),
        _SHOWN_OF.id != bindparam("main"),
    )
    .order_by(_SHOWN.attachment_id.desc())
)
_SAME_BYTES = _EARLIER.where(_PICTURE.file_digest == bindparam("digest")).limit(1)
_SAME_LOOKS = _EARLIER.where(
    _SHOWN_OF.agency_code == bindparam("agency"), _SHOWN.at >= bindparam("since"), _BYTES.looks.is_not(None)
).limit(_MOST_LOOKED_AT)
