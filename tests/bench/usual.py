"""(a) The usual way: a FastAPI app with line-bot-sdk's parser and a SQLAlchemy commit per event."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI, Header, HTTPException, Request
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.webhook import WebhookParser
from sqlalchemy import DateTime, LargeBinary, String, create_engine, event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests.bench.servers import SECRET


class Base(DeclarativeBase):
    pass


class Event(Base):
    __tablename__ = "usual_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    body: Mapped[bytes] = mapped_column(LargeBinary)


def app(database_url: str) -> FastAPI:
    """The app over this database."""
    sqlite = database_url.startswith("sqlite")
    engine = create_engine(database_url)
    if sqlite:

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA busy_timeout=30000")

    Base.metadata.create_all(engine)
    parser = WebhookParser(SECRET)
    made = FastAPI()

    def store(events: list[Any], body: bytes) -> None:
        for item in events:
            with Session(engine) as session:
                session.add(Event(event_id=item.webhook_event_id, at=datetime.now(UTC), body=body))
                try:
                    session.commit()
                except IntegrityError:
                    session.rollback()

    @made.post("/webhooks/line")
    async def webhook(request: Request, x_line_signature: str = Header()) -> dict[str, bool]:
        body = await request.body()
        try:
            events = parser.parse(body.decode(), x_line_signature)
        except InvalidSignatureError:
            raise HTTPException(401) from None
        await asyncio.to_thread(store, events, body)
        return {"ok": True}

    return made
