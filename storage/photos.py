"""Pictures as evidence: which belong to a case and at which stage, and where the same one was shown before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update

from storage.db import Session
from storage.messages import photos_of_people, text_of
from storage.tables import Attachment, Case, CasePhoto, File, Message
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
        of_people = (
            select(Attachment, Message.at, File)
            .join(Message, Message.id == Attachment.message_id)
            .outerjoin(File, File.digest == Attachment.file_digest)
            .where(*photos_of_people(session, case_id))
        )
        found += [_photo(row, Stage.BEFORE, at, None, file) for row, at, file in session.execute(of_people)]
    of_officers = (
        select(Attachment, CasePhoto, File)
        .join(CasePhoto, CasePhoto.attachment_id == Attachment.id)
        .outerjoin(File, File.digest == Attachment.file_digest)
        .where(CasePhoto.case_id == case_id, CasePhoto.stage.in_(wanted), Attachment.state.in_(_THERE))
    )
    for row, photo, file in session.execute(of_officers):
        found.append(_photo(row, photo.stage, photo.at, photo.person_id, file))
    return sorted(found, key=lambda photo: (photo.at, photo.attachment_id))


def _photo(row: Attachment, stage: str, at: datetime, person_id: int | None, file: File | None) -> Photo:
    looks, taken_at = (None, None) if file is None else (file.looks, file.taken_at)
    return Photo(row.id, stage, at, person_id, row.file_digest, looks, taken_at)


def add(
    session: Session, attachment: Attachment, *, case_id: int, stage: Stage, person_id: int, at: datetime, now: datetime
) -> None:
    """A picture that belongs to no case becomes this case's; one that waited in a group is fetched now."""
    attachment.case_id = case_id
    session.add(CasePhoto(attachment_id=attachment.id, case_id=case_id, stage=stage, person_id=person_id, at=at))
    if attachment.state == AttachmentState.WAITING:
        attachment.state, attachment.not_before = AttachmentState.WANTED, now
        session.wake("media")
    session.flush()


# --- what somebody sent just now -------------------------------------------------------------------------------------


def free_of(session: Session, message_ids: Collection[int]) -> list[tuple[Attachment, Message]]:
    """Pictures of these messages that belong to no case, in order."""
    return _free(session, Message.id.in_(message_ids))


def free_within(
    session: Session, conversation_id: int, account_id: int, since: datetime, until: datetime
) -> list[tuple[Attachment, Message]]:
    """Pictures a person sent in a chat between two moments that belong to no case, in order."""
    return _free(session, and_(*_sent(conversation_id, account_id, since, until)))


def _free(session: Session, where: ColumnElement[bool]) -> list[tuple[Attachment, Message]]:
    rows = session.execute(
        select(Attachment, Message)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            where,
            Attachment.kind == "image",
            Attachment.case_id.is_(None),
            Attachment.state.in_((*_THERE, AttachmentState.WAITING)),
        )
        .order_by(Attachment.id)
    )
    return [(attachment, message) for attachment, message in rows]


def words_about_cases(
    session: Session, conversation_id: int, account_id: int, since: datetime, until: datetime
) -> list[tuple[int, datetime, str]]:
    """(case, moment, words) of what a person said about cases in a chat between two moments, in order."""
    rows = session.scalars(
        select(Message)
        .where(*_sent(conversation_id, account_id, since, until), Message.case_id.is_not(None))
        .order_by(Message.at, Message.id)
    )
    return [(row.case_id, row.at, text_of(session, row)) for row in rows if row.case_id is not None]


def _sent(conversation_id: int, account_id: int, since: datetime, until: datetime) -> Sequence[ColumnElement[bool]]:
    return (
        Message.conversation_id == conversation_id,
        Message.account_id == account_id,
        Message.direction == "in",
        Message.at >= since,
        Message.at <= until,
    )


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
    earlier = (
        select(CasePhoto.case_id, File.looks)
        .join(Attachment, Attachment.id == CasePhoto.attachment_id)
        .join(File, File.digest == Attachment.file_digest)
        .join(Case, Case.id == CasePhoto.case_id)
        .where(
            CasePhoto.stage == Stage.AFTER,
            CasePhoto.case_id != case.id,
            CasePhoto.attachment_id < photo.attachment_id,
            or_(Case.merged_into_id.is_(None), Case.merged_into_id != case.id),
            Case.id != (case.merged_into_id or 0),
        )
        .order_by(CasePhoto.attachment_id.desc())
    )
    if photo.digest is not None:
        same = session.execute(earlier.where(Attachment.file_digest == photo.digest).limit(1)).first()
        if same is not None:
            found: int = same[0]
            return found
    if photo.looks is None:
        return None
    of_agency = earlier.where(Case.agency_code == case.agency_code, CasePhoto.at >= since, File.looks.is_not(None))
    rows = session.execute(of_agency.limit(_MOST_LOOKED_AT))
    return next((case_id for case_id, looks in rows if look_alike(looks, photo.looks)), None)
