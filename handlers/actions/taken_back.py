"""A person takes a message back, or says it better: honoured in the message, the raw body, the draft, the case and
in our own bubbles that repeated it."""

from __future__ import annotations

from collections.abc import Callable

from handlers.actions import cases as filing
from handlers.actions import drafts, notices
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.case_status import CITIZEN, may_move
from handlers.services import Svc, Talk
from handlers.texts import shortened
from storage import cases, inbox, messages
from storage.inbox import Unread
from storage.tables import Case, Message
from storage.words import Status

Reader = Callable[[Unread], Incoming]


def unsend(svc: Svc, talk: Talk, incoming: Incoming, read: Reader) -> list[Part]:
    """Every version of the message is blanked, with its raw bodies, files and echoes (LINE asks for utmost care)."""
    _blank_parked(svc, talk, incoming, read)
    taken = messages.versions(svc.session, talk.conversation.id, incoming.message_id)
    if not taken:
        return []
    words = [said for row in taken if (said := messages.text_of(svc.session, row))]
    case_id = next((row.case_id for row in taken if row.case_id is not None), None)
    for row in taken:
        messages.blank(svc.session, row)
        if row.inbox_id is not None:
            inbox.blank(svc.session, row.inbox_id)
    echoes = [piece for said in words for piece in _echoes(svc, said)]
    messages.blank_echoes(svc.session, echoes, conversation_id=talk.conversation.id, case_id=case_id)
    drafts.forget(svc, talk, [row.id for row in taken], words)
    if case_id is not None:
        _out_of_case(svc, cases.get(svc.session, case_id), "\n".join(words))
    return []


def _out_of_case(svc: Svc, case: Case, words: str) -> None:
    filing.unsend(svc, case, words, messages.words_of_case(svc.session, case.id))
    say = svc.texts.bubble("error.unsend", code=case.reference)
    if may_move(Status(case.status), Status.WITHDRAWN, CITIZEN):
        withdraw = Choice(svc.texts.word("track.button_withdraw", code=case.reference))
        notices.tell_complainant(svc, case, [Say(say.text, (*say.choices, withdraw))])
    else:
        notices.tell_complainant(svc, case, [Say(say.text)])


def _echoes(svc: Svc, said: str) -> list[str]:
    """How our bubbles repeat somebody's words: whole, or cut at one of our lengths; masked or not."""
    masked = svc.tools.mask(said)
    cut = [shortened(text, limit).rstrip("…") for text in (said, masked) for limit in (40, 50, 60, 80, 100, 200)]
    return [piece for piece in dict.fromkeys([said, masked, *cut]) if piece.strip()]


def _blank_parked(svc: Svc, talk: Talk, incoming: Incoming, read: Reader) -> None:
    """A message that waits for people because we could not read it may be taken back as well."""
    for unread in inbox.parked_of(svc.session, talk.conversation.lane):
        if unread.body is None:
            continue
        try:
            named = read(unread).message_id
        except Exception:  # what could not be read before cannot be read now; then its bytes are looked at
            named = incoming.message_id if incoming.message_id.encode() in unread.body else ""
        if named == incoming.message_id:
            inbox.blank(svc.session, unread.id)


def edit(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """A new version of a message, never a new report: it takes the old one's place in the draft or the case."""
    known = [row for row in messages.versions(svc.session, talk.conversation.id, incoming.message_id)]
    before = [row for row in known if row.id != talk.message.id]
    old = messages.text_of(svc.session, before[-1]) if before else ""
    if not before or not incoming.text.strip() or old == incoming.text:
        return []
    if drafts.reword(svc, talk, [row.id for row in before], old, incoming.text):
        return [Say(svc.texts.say("error.edited_draft"))]
    case_id = before[0].case_id
    if case_id is None:
        return []
    return _in_case(svc, talk, cases.get(svc.session, case_id), before, old)


def _in_case(svc: Svc, talk: Talk, case: Case, before: list[Message], old: str) -> list[Part]:
    messages.tie_to_case(svc.session, [talk.message.id], case.id)
    filing.edit(svc, case, talk.message.id, old, messages.words_of_case(svc.session, case.id))
    return [Say(svc.texts.say("error.edited", code=case.reference))]
