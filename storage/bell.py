"""Work made in one process wakes the others: PostgreSQL's NOTIFY, gathered. Where a word is lost they poll anyway.

NOTIFY is sent after the commit, on a connection of its own: inside a transaction it would make every commit of the
database wait for the one before it. What a dying process did not say is found by the polls, a second later.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from storage import ids
from storage.db import Database

log = logging.getLogger("pratu.bell")

WORK = frozenset({"inbox", "outbox", "media"})  # what a worker works off
GATHER_SECONDS = 0.02  # what happens meanwhile is said in one word
LOOK_SECONDS = 0.5  # between two looks whether to stop
ASK_SECONDS = 10.0  # a connection that is quiet so long is asked whether it lives
AGAIN_SECONDS = 0.5  # before a lost connection is made anew


class Bell:
    """Says to other processes that there is work, and hears it of them. On SQLite there are no others."""

    def __init__(self, db: Database, rings: Collection[str], answers: Collection[str]) -> None:
        """`rings`: topics told to others; `answers`: topics of others told to this process's listeners."""
        self._db = db
        self._rings, self._answers = frozenset(rings), frozenset(answers)
        self._me = ids.new_key()
        self._threads: list[threading.Thread] = []
        self._ear: threading.Thread | None = None
        self._wake = threading.Condition()
        self._said: set[str] = set()
        self._stopped = False
        self._hand: Connection | None = None
        self.listens = False
        self.lost = 0  # how often the connection that hears was lost

    def start(self) -> None:
        """Begin to ring and to hear."""
        if self._db.sqlite:
            return
        self._threads = [threading.Thread(target=self._ring, name="bell-rings", daemon=True)]
        if self._answers:
            self._ear = threading.Thread(target=self._hear, name="bell-hears", daemon=True)
            self._threads.append(self._ear)
        self._db.on_work(self._on_work)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Say what is still to be said, then end."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout=10)

    def _on_work(self, topic: str) -> None:
        if topic in self._rings and threading.current_thread() is not self._ear:  # what we heard is not said again
            with self._wake:
                self._said.add(topic)
                self._wake.notify_all()

    # --- the hand ----------------------------------------------------------------------------------------------------

    def _ring(self) -> None:
        while True:
            with self._wake:
                while not self._said and not self._stopped:
                    self._wake.wait()
                said, self._said = self._said, set()
            if not said:
                break
            try:
                self._say(said)
            except SQLAlchemyError:  # the database is away: who polls will find it
                self._let_hand_go()
            time.sleep(GATHER_SECONDS)
        self._let_hand_go()

    def _say(self, topics: Collection[str]) -> None:
        if self._hand is None:
            self._hand = _open(self._db)
        words = f"{self._me} {' '.join(sorted(topics))}"
        self._hand.exec_driver_sql("SELECT pg_notify('pratu', %s)", (words,))

    def _let_hand_go(self) -> None:
        _let_go(self._hand)
        self._hand = None

    # --- the ear -----------------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        from psycopg import Error  # not loaded where SQLite is used

        while not self._stopped:
            ear: Connection | None = None
            try:
                ear = _open(self._db)
                ear.exec_driver_sql("SET application_name = 'pratu bell'")  # for whoever looks at the connections
                ear.exec_driver_sql("LISTEN pratu")
                self.listens = True
                self._tell(self._answers)  # what was said while nobody heard
                self._until_lost(ear)
            except (SQLAlchemyError, Error) as error:
                self._note_loss(type(error).__name__)
            finally:
                self.listens = False
                _let_go(ear)
            if not self._stopped:
                time.sleep(AGAIN_SECONDS)

    def _note_loss(self, why: str) -> None:
        if self.listens:
            self.lost += 1
            log.warning(
                "the connection that hears of other processes' work was lost; polling goes on", extra={"why": why}
            )

    def _until_lost(self, ear: Connection) -> None:
        heard_at = time.monotonic()
        driver = ear.connection.driver_connection
        assert driver is not None
        while not self._stopped:
            for note in driver.notifies(timeout=LOOK_SECONDS, stop_after=1):
                heard_at = time.monotonic()
                who, *topics = note.payload.split() or [self._me]
                if who != self._me:
                    self._tell(self._answers.intersection(topics))
            if time.monotonic() - heard_at > ASK_SECONDS:
                ear.exec_driver_sql("SELECT 1")
                heard_at = time.monotonic()

    def _tell(self, topics: Collection[str]) -> None:
        for topic in topics:
            self._db.tell(topic)


def _open(db: Database) -> Connection:
    return db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _let_go(connection: Connection | None) -> None:
    if connection is not None:
        connection.invalidate()  # never back into the pool: it listens
        connection.close()
