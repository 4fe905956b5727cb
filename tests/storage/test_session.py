"""How rows are written and asked for within one transaction: what waits, what is known, and what costs a statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, event, select

from storage import conversations, messages, outbox
from storage.db import Database, Session
from storage.tables import Conversation, Message, Person
from storage.tables.base import among, plain
from tests.world import World

_CHATS, _PEOPLE = plain(Conversation).c, plain(Person).c
_ROLE = select(_CHATS.role).where(_CHATS.id == bindparam("row"))
_GROUPS = select(Conversation).where(Conversation.role == bindparam("role"))
_NOBODY = select(_PEOPLE.id).where(_PEOPLE.id == bindparam("row"))


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, past SQLAlchemy's execution or through it."""
    heard: list[str] = []
    session.heard = heard

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        heard.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        session.heard = None
        event.remove(connection, "before_cursor_execute", listen)


def chat(session: Session, lane: str = "lane") -> Conversation:
    return conversations.of_chat(session, "line", lane, "U1")


def test_a_row_is_there_once_it_is_written(db: Database, world: World) -> None:
    with db.transaction() as session:
        row = chat(session)
        with statements(session) as heard:
            assert session.get(Conversation, row.id) is row
            assert (row.role, row.draft_urgent, row.account_id) == (None, False, None)
        assert heard == []  # what nobody said, and what the class fills in, is known without asking
        assert session.ask(select(_CHATS.lane).where(_CHATS.id == row.id)).scalar() == "lane"


def test_a_written_row_changes_like_any_other(db: Database, world: World) -> None:
    with db.transaction() as session:
        row_id = chat(session).id
        conversations.by_lane(session, "lane").role = "officer"  # type: ignore[union-attr]
    with db.reading() as session:
        assert session.ask(_ROLE, {"row": row_id}).scalar() == "officer"


def test_what_waits_is_written_before_a_statement_that_concerns_it(db: Database, world: World) -> None:
    with db.transaction() as session:
        row = chat(session)
        row.role = "head"
        with statements(session) as heard:
            session.ask(_NOBODY, {"row": 0})
        assert len(heard) == 1  # not of that table: it waits on
        row.unit_code = "ENG"
        with statements(session) as heard:
            assert session.ask(_ROLE, {"row": row.id}).scalar() == "head"
        assert [one.split()[0] for one in heard] == ["UPDATE", "SELECT"]  # both changes in one
        row.role = "intake"
        assert session.find(_GROUPS, {"role": "intake"}).all() == [row]


def test_what_was_read_is_read_once(db: Database, world: World) -> None:
    with db.transaction() as session:
        row_id = chat(session).id
    with db.transaction() as session:
        session.get(Conversation, row_id)  # nobody keeps it
        with statements(session) as heard:
            session.get(Conversation, row_id)
        assert heard == []


def test_words_of_ours_are_written_out(db: Database, world: World) -> None:
    with db.transaction() as session:
        chat(session).role = "head"
        some = select(_CHATS.role).where(among(_CHATS.role, "head", "intake"))
        assert session.ask(some).scalars().all() == ["head"]
        assert session.ask(select(_CHATS.role).where(among(_CHATS.role, "officer"))).all() == []


def test_a_message_read_before_knows_the_case_it_was_tied_to(db: Database, world: World) -> None:
    with db.transaction() as session:
        row = Message(channel="line", direction="in", conversation_id=chat(session).id, at=world.now, kind="text")
        session.write(row)
        messages.tie_to_case(session, [row.id], 7)
        assert row.case_id == 7


def test_old_news_is_not_taken_along(db: Database, world: World) -> None:
    with db.transaction() as session:
        told = {"channel": "line", "lane": "lane", "chat_id": "U1", "now": world.now, "held": outbox.RIDES}
        for text, news in (("old", "plain"), ("dated", "promise")):
            outbox.put(session, parts=[{"text": text}], case_id=7, news=news, **told)  # type: ignore[arg-type]
        outbox.outdate(session, "lane", 7)
        assert outbox.fold(session, "lane", 0, lambda _part: 1) == []
        assert outbox.fold(session, "lane", 3, lambda _part: 1) == [{"text": "dated"}]
        assert outbox.fold(session, "lane", 3, lambda _part: 1) == []


def test_who_walks_a_whole_table_does_not_hold_it(db: Database, world: World) -> None:
    with db.transaction() as session:
        for _ in range(2100):
            session.write(Person(created_at=world.now))
        assert len(session.kept) == 2000
