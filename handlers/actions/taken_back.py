"""A person takes a message back, or says it better: honoured in the message, the raw body, the draft, the cases and
in our own bubbles that repeated it, sent or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from handlers.actions import correcting, drafts, filing, filling, joins, notices, recording, surveyed
from handlers.actions.correcting import Old
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.case_status import CITIZEN, may_move
from handlers.services import Svc, Talk
from handlers.texts import shortened
from nlp import mask, topics
from nlp.normalize import readable
from nlp.similar import likeness
from storage import cases, handling, history, inbox, messages, unsent
from storage.inbox import Unread
from storage.messages import Told
from storage.tables import Case, CaseJoin, Conversation, Message
from storage.words import Status

Beside = tuple[Case, CaseJoin]  # somebody else's case, and what this person said in it
Reader = Callable[[Unread], Incoming]

_LIMITS = (40, 50, 60, 80, 100, 200)  # lengths at which our bubbles cut somebody's words
_SHORTEST = 4  # a word of three letters stands in half of all bubbles


def was_taken(svc: Svc, conversation: Conversation, message_id: str) -> bool:
    """Was this message unsent before it reached us? Then it is nobody's business any more."""
    return messages.was_taken(svc.session, conversation.id, message_id)


def unsend(svc: Svc, talk: Talk, incoming: Incoming, read: Reader) -> list[Part]:
    """Every version of the message is blanked, with its raw bodies, files and echoes (LINE asks for utmost care)."""
    talk.message.takes_back = incoming.message_id or None  # it may reach us after this
    _blank_parked(svc, talk, incoming, read)
    taken = messages.versions(svc.session, talk.conversation.id, incoming.message_id)
    if not taken:
        return []
    old = _old(svc, taken)
    found, beside = _holding(svc, talk, old)
    echoes = _echoes(svc, talk, found, beside, old)
    for row in taken:
        messages.blank(svc.session, row)
        if row.inbox_id is not None:
            inbox.blank(svc.session, row.inbox_id)
    drafts.forget(svc, talk, old)
    recording.forget(talk, old.rows)
    filling.forget(talk, old.rows)
    asked = surveyed.forget(svc, talk.account, old.words)
    _forget_notes(svc, old)
    for case in found:
        correcting.unsend(svc, case, old)
    for case, joined in beside:
        joins.unsend(svc, case, joined, old)
    _hush(svc, talk, found, old, echoes)
    for case in asked:  # what they thought of it was passed on to the unit
        _hush(svc, talk, [case], old, _not_of(svc, case, echoes))
    for case, joined in beside:
        _hush(svc, talk, [case], old, _not_of(svc, case, echoes))
        say = Say(svc.texts.say("error.unsend_joined", code=case.reference))
        notices.tell_one_joined(svc, case, joined, [say])
    for case in found:
        _ask_about(svc, case)
    return []


def _forget_notes(svc: Svc, old: Old) -> None:
    """What an officer wrote about a case in these messages: note, visit, share, and what the chain kept of it."""
    rows = cases.written_in(svc.session, old.rows)
    for row in rows:
        row.note = row.note_masked = None
        handling.forget_words(svc.session, row.case_id, row.at)
    history.forget(svc.session, [row.history_id for row in rows if row.history_id is not None])


def _holding(svc: Svc, talk: Talk, old: Old) -> tuple[list[Case], list[Beside]]:
    """The person's own cases that hold anything of a message, and the cases of others where their words do."""
    beside = joins.holding(svc, talk.account.id, old)  # first: it locks, so that none of them becomes an own one
    return correcting.holding(svc, talk.account.id, old), beside


def _not_of(svc: Svc, case: Case, echoes: Sequence[str]) -> list[str]:
    """Echoes that are not as well the complainant's own words, which nobody took back."""
    told = [svc.session.keys.open_text(value) or "" for value in (case.text, case.place)]
    told += [case.masked or "", case.place_masked or ""]
    return [line for line in echoes if not any(line in words for words in told)]


def _old(svc: Svc, rows: Sequence[Message]) -> Old:
    said = [words for row in rows if (words := messages.text_of(svc.session, row))]
    ids = frozenset(row.id for row in rows)
    both = dict.fromkeys([*said, *(readable(words) for words in said)])
    return Old(ids, tuple(both), frozenset(messages.pins(svc.session, ids)))


def _ask_about(svc: Svc, case: Case) -> None:
    say = svc.texts.bubble("error.unsend", code=case.reference)
    if may_move(Status(case.status), Status.WITHDRAWN, CITIZEN):
        withdraw = Choice(svc.texts.word("track.button_withdraw", code=case.reference))
        notices.tell_complainant(svc, case, [Say(say.text, (*say.choices, withdraw))])
    else:
        notices.tell_complainant(svc, case, [Say(say.text)])


# --- our own bubbles -------------------------------------------------------------------------------------------------


def _echoes(svc: Svc, talk: Talk, found: Sequence[Case], beside: Sequence[Beside], old: Old) -> list[str]:
    """How our bubbles repeat these words: whole or cut, masked or not, alone or joined with what was said before."""
    draft = drafts.draft_of(talk)
    told = _told(svc, talk, found, beside)
    lost = [correcting.lost(svc, case, old) for case in found]
    lost += [joins.lost(svc, row, old) for _case, row in beside]
    lost += [drafts.lost(svc, draft, old)] if draft else []
    pieces = {str(words) for texts in told for row, words in texts if row in old.rows}
    pieces |= {piece for said in old.words for piece in topics.split(said)}
    lines = {line for said in (*old.words, *pieces) for line in _cuts(svc, said)}
    lines |= {line for texts in told for line in _joined(svc, texts, old)}
    lines |= {form for slots in lost for value in slots.values() for form in _forms(svc, value)}
    return [line for line in lines if len(line.strip()) >= _SHORTEST]


def _told(svc: Svc, talk: Talk, found: Sequence[Case], beside: Sequence[Beside]) -> list[Sequence[Sequence[Any]]]:
    """Every list of [message row id, words] that this person's matters are made of."""
    draft = drafts.draft_of(talk)
    told: list[Sequence[Sequence[Any]]] = [filing.said_in(svc, case) for case in found]
    told += [joins.said_in(svc, row) for _case, row in beside]
    written = recording.recording_of(talk)
    told += [] if written is None else [[(row, words) for _asked, row, words in written.told if words]]
    return [*told, draft.texts if draft else [], talk.state.get("topics", [])]


def _joined(svc: Svc, texts: Sequence[Sequence[Any]], old: Old) -> set[str]:
    """A summary is the beginning of everything said so far: each of them that these words were part of."""
    lines: set[str] = set()
    for number, (row, _words) in enumerate(texts, 1):
        upto = texts[:number]
        if row in old.rows or lines:
            kept = "\n".join(words for each, words in upto if each not in old.rows)
            lines |= _cuts(svc, "\n".join(words for _row, words in upto)) - _cuts(svc, kept)
    return lines


def _cuts(svc: Svc, said: str) -> set[str]:
    forms = _forms(svc, said)
    return {*forms, *(shortened(text, limit).rstrip("…") for text in forms for limit in _LIMITS)}


def _forms(svc: Svc, said: str) -> tuple[str, ...]:
    """As it was said, and as it stands before others and before those who help."""
    return tuple(dict.fromkeys((said, svc.tools.mask(said), mask.for_help(said))))


def _hush(svc: Svc, talk: Talk, found: Sequence[Case], old: Old, echoes: Sequence[str]) -> None:
    """Take the echoes out of what we said, and of what is still to be sent: in that chat and to officers."""
    if not echoes:
        return
    session, chat, first = svc.session, talk.conversation, min(old.rows)
    calls = unsent.call_outs(session, messages.ids_since(session, chat.id, first))
    told = Told(chat.id, chat.lane, first, {case.id: case.reference for case in found}, calls)
    messages.blank_echoes(session, echoes, told)
    unsent.take_out(session, echoes, told)
    for row in cases.quoting(session, list(told.cases), echoes):  # an officer's question repeated them
        row.note_masked = row.note = None


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


# --- said better -----------------------------------------------------------------------------------------------------


def edit(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """A new version of a message, never a new report: it takes the old one's place in the draft and the cases."""
    known = messages.versions(svc.session, talk.conversation.id, incoming.message_id)
    before = [row for row in known if row.id != talk.message.id]
    text = readable(incoming.text)
    if not before or not text.strip() or messages.text_of(svc.session, before[-1]) == incoming.text:
        return []
    old = _old(svc, before)
    found, beside = _holding(svc, talk, old)
    fits = _fitting(_told(svc, talk, found, beside), old, text)
    parts: list[Part] = []
    surveyed.forget(svc, talk.account, old.words, text)
    if drafts.reword(svc, talk, old, text, fits) or recording.reword(talk, old.rows, text):
        parts.append(Say(svc.texts.say("error.edited_draft")))
    for case in found:
        correcting.edit(svc, case, old, talk.message.id, text, fits)
        parts.append(Say(svc.texts.say("error.edited", code=case.reference)))
    for case, row in beside:
        joins.edit(svc, case, row, old, talk.message.id, text, fits)
        parts.append(Say(svc.texts.say("error.edited", code=case.reference)))
    return parts


def _fitting(told: Sequence[Sequence[Sequence[Any]]], old: Old, text: str) -> Callable[[str], str]:
    """The new words for old ones: all of them, or of several matters that were told apart the one most like it."""
    apart = sum(row in old.rows for texts in told for row, _words in texts) > 1
    pieces = topics.split(text) if apart else []
    return lambda words: max(pieces, key=lambda piece: likeness(words, piece)) if pieces else text
