"""How rows are written and asked for within one transaction: what waits, what is known, and what costs a statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import bindparam, delete, event, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from storage import attached, conversations, messages, outbox, riding
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
        row = session.write(
            Message, channel="line", direction="in", conversation_id=chat(session).id, at=world.now, kind="text"
        )
        messages.tie_to_case(session, [row.id], 7)
        assert row.case_id == 7


def test_every_version_of_a_message_goes_with_it_and_nobody_elses(db: Database, world: World) -> None:
    with db.transaction() as session:
        here, there = chat(session).id, chat(session, "another").id
        said = {"channel": "telegram", "direction": "in", "at": world.now, "kind": "text"}
        rows = [
            session.write(Message, conversation_id=one, message_id=name, **said)
            for one, name in ((here, "5"), (here, "5"), (there, "5"), (here, "6"))
        ]
        messages.tie_to_case(session, [rows[1].id], 7)
        assert [row.case_id for row in rows] == [7, 7, None, None]
        messages.tie_to_case(session, [rows[0].id, rows[3].id], 8)
        assert [row.case_id for row in rows] == [7, 7, None, 8], "what belongs to a case stays with it"


def test_what_the_database_fills_in_is_known_without_asking(db: Database, world: World) -> None:
    with db.transaction() as session:
        row = session.write(
            Message, channel="line", direction="in", conversation_id=chat(session).id, at=world.now, kind="image"
        )
        file = attached.add_attachment(session, row, kind="image", ref="ref", name="", now=world.now)
        with statements(session) as heard:
            assert (file.state, file.attempts, file.case_id) == ("wanted", 0, None)
        assert heard == []


def test_what_is_no_column_is_not_written(db: Database, world: World) -> None:
    with db.transaction() as session:
        with pytest.raises(TypeError, match="no column of people"):
            session.write(Person, created_at=world.now, height=170)
        assert session.ask(select(func.count()).select_from(plain(Person))).scalar() == 0


def test_a_row_that_is_known_is_not_asked_for_again_unless_it_was_let_go(db: Database, world: World) -> None:
    with db.transaction() as session:
        row = session.write(Person, created_at=world.now)
        with statements(session) as heard:
            assert session.get(Person, row.id) is row
        assert heard == []
        session.ask(update(plain(Person)).values(customer_group="tourist"))
        session.expire(row)
        known = session.get(Person, row.id)
        assert known is row
        assert known.customer_group == "tourist"


def test_old_news_is_not_taken_along(db: Database, world: World) -> None:
    with db.transaction() as session:
        told = {"channel": "line", "lane": "lane", "chat_id": "U1", "now": world.now, "held": outbox.RIDES}
        for text, news in (("old", "plain"), ("dated", "promise")):
            outbox.put(session, parts=[{"text": text}], case_id=7, news=news, **told)  # type: ignore[arg-type]
        riding.outdate(session, "lane", 7)
        assert riding.fold(session, "lane", 0, lambda _part: 1) == []
        assert riding.fold(session, "lane", 3, lambda _part: 1) == [{"text": "dated"}]
        assert riding.fold(session, "lane", 3, lambda _part: 1) == []


def test_who_walks_a_whole_table_does_not_hold_it(db: Database, world: World) -> None:
    with db.transaction() as session:
        for _ in range(2100):
            session.write(Person, created_at=world.now)
        assert len(session.kept) == 2000


def test_a_list_of_any_length_is_asked_for(db: Database, world: World) -> None:
    rows = select(_CHATS.lane).where(_CHATS.id.in_(bindparam("rows", expanding=True))).order_by(_CHATS.lane)
    others = select(_CHATS.lane).where(_CHATS.id.not_in(bindparam("rows", expanding=True)), _CHATS.channel == "line")
    with db.transaction() as session:
        one, other = chat(session, "a").id, chat(session, "b").id
        for wanted, found in (([one], ["a"]), ([other, one], ["a", "b"]), ([], []), ([one, one, 0], ["a"])):
            assert session.ask(rows, {"rows": wanted}).scalars().all() == found
        assert sorted(session.ask(others, {"rows": []}).scalars()) == ["a", "b"]
        assert session.ask(others, {"rows": {one}}).scalar() == "b"


def test_pairs_of_rows_are_the_objects_that_are_known(db: Database, world: World) -> None:
    pairs = select(Conversation, Message).join(Message, Message.conversation_id == Conversation.id)
    with db.transaction() as session:
        row = chat(session)
        message = session.write(
            Message, channel="line", direction="in", conversation_id=row.id, at=world.now, kind="text"
        )
        row.role = "head"
        ((found, said),) = session.find_pairs(pairs, {})
        assert (found, said) == (row, message)
        assert session.ask(_ROLE, {"row": row.id}).scalar() == "head"


def test_read_anew_is_as_it_stands_now(db: Database, world: World) -> None:
    anew = _GROUPS.execution_options(populate_existing=True)
    turned = update(plain(Conversation)).where(_CHATS.id == bindparam("row")).values(unit_code="ENG")
    with db.transaction() as session:
        row = chat(session)
        row.role = "head"
        session.flush()
        assert session.ask(turned, {"row": row.id}).rowcount == 1
        assert session.find(_GROUPS, {"role": "head"}).one().unit_code is None  # what is known is not read again
        assert session.find(anew, {"role": "head"}).one().unit_code == "ENG"
        session.expire(row)
        assert session.find(anew, {"role": "head"}).one() is row
        assert row.unit_code == "ENG"


def test_only_what_changed_is_written(db: Database, world: World) -> None:
    with db.transaction() as session:
        row = chat(session)
        row.role, row.channel = "head", "line"
        with statements(session) as heard:
            session.flush()
            session.flush()
        assert len(heard) == 1
        assert "role" in heard[0]
        assert "channel" not in heard[0]
    gone = delete(plain(Conversation)).where(_CHATS.id == bindparam("row"))
    with db.transaction() as session:
        row = chat(session, "gone")
        session.ask(gone, {"row": row.id})
        row.role = "head"
        with pytest.raises(StaleDataError):
            session.flush()
        session.rollback()


def test_an_error_says_nothing_of_the_values(db: Database, world: World) -> None:
    with db.transaction() as session:
        chat(session)
        with pytest.raises(IntegrityError) as wrong, session.begin_nested():
            session.write(Conversation, lane="lane", channel="a secret")
        assert "a secret" not in str(wrong.value).split("DETAIL")[0]
        assert conversations.by_lane(session, "lane") is not None, "the transaction goes on"
