"""A picture or file that cannot be had: written down, and the person told once for each message."""

from __future__ import annotations

from datetime import datetime

from handlers.messages import Say
from handlers.rules.media import LARGEST
from handlers.services import Svc, Tools, put_out
from storage import attached, conversations
from storage.db import Session


def end(session: Session, tools: Tools, attachment_id: int, state: str, why: str, now: datetime) -> None:
    """`why` names the sentence: photo_lost, too_large or file_type. One taken back meanwhile is left in peace."""
    message = attached.message_of_file(session, attachment_id)
    if not attached.settle_file(session, attachment_id, state=state, error=why):
        return
    conversation = conversations.by_id(session, message.conversation_id)
    if conversation is None or conversation.account_id is None:
        return
    svc = Svc(session, now, tools)
    kept = "\n" + svc.texts.say("error.words_kept") if message.text is not None else ""
    say = Say(svc.texts.say(f"error.{why}", most=LARGEST // 1024 // 1024, kept=kept))
    put_out(svc, conversation, [say], case_id=message.case_id, once=f"file:{message.id}")
