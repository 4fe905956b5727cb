"""What officers type in their own chat without a slash: words a command waits for, command words, a bare reference."""

from __future__ import annotations

from handlers import access
from handlers.access import Actor, actor_for
from handlers.actions import drafts, evidence
from handlers.desk import asking, commands
from handlers.desk.order import button
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.duties import DUTIES
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities
from storage import cases
from storage.words import Stage

_SHOWS = frozenset({"text", "image"})
_WHOLE = 8  # digits
# Citizens' words too; and what an officer may well write about a case.
_NO_ALONE = frozenset({"join", "start", "report", "track", "cancel", "unreached"})
_OF_OWN = frozenset({"hurry"})  # beside the number of one's own case: the citizen speaks


def answer(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The words a command waits for. None where none does, or this is another command, which ends the waiting."""
    text = incoming.text.strip()
    line = asking.waiting(svc, talk, text)
    if not line or incoming.kind not in _SHOWS or not actor.works_here:
        return None
    if heard.means(text.removeprefix("/"), "cancel"):
        asking.drop(talk)
        return [Say(svc.texts.say("officer.order_cancelled"), (Choice(commands.plain_line("queue")),))]
    if incoming.kind == "text" and heard.means(text, "thanks"):
        return None
    if heard.command(text) is not None or _line(text) is not None:
        asking.drop(talk)
        return None
    name, rest = heard.command(line) or ("", "")
    if incoming.kind == "image" and (not text or name != "result"):
        return _picture(svc, talk, actor, rest) if name == "result" else None
    asking.drop(talk)
    return commands.obey(svc, talk, actor, name, f"{rest} {text}", line)


def _picture(svc: Svc, talk: Talk, actor: Actor, reference: str) -> list[Part] | None:
    """A picture before its words: the case's at once; the words are still waited for."""
    try:
        case, post = access.case_for_officer(svc, actor, reference.split()[0], "result")
    except access.NotFound:
        return None
    if not evidence.attach(svc, talk, case, post, Stage.AFTER):
        return None
    count = evidence.count_different(evidence.photos_of(svc, case, Stage.AFTER))
    text = svc.texts.say("officer.photo_after", code=case.reference, n=count)
    more = svc.texts.word("officer_wants.result", code=case.reference)
    return [Say(f"{text}\n{more}", (Choice(svc.texts.word("officer.button_cancel")),))]


def command(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """A line that would be a command with its slash, or a reference that this officer looks after. None: it is neither.

    A citizen is told on the spot: where words follow a bare number, the line could be anything and is asked about.
    """
    if incoming.kind != "text" or incoming.quoted_id or not actor.works_here or not talk.private:
        return None
    found = _line(incoming.text)
    if found is None:
        return _looked_up(svc, talk, actor, incoming.text)
    name, rest = found
    if name in _OF_OWN and _is_own(svc, actor, rest):
        return None
    line = f"{commands.plain_line(name)} {rest}".strip()
    if rest and name in DUTIES and DUTIES[name].told and _is_unsure(rest):
        return [commands.meant(svc, line)]
    return commands.obey(svc, talk, actor, name, rest, line)


def in_group(svc: Svc, text: str) -> list[Part] | None:
    """In an officers' group nothing is done without the slash: a tap gives the command that was meant."""
    found = _line(text)
    return None if found is None else [commands.meant(svc, f"{commands.plain_line(found[0])} {found[1]}".strip())]


def _line(text: str) -> tuple[str, str] | None:
    found = heard.unslashed(text)
    if (
        found is None
        or found[0] in _NO_ALONE
        or (not found[1] and heard.knows(text) and not commands.is_plain(found[0]))
    ):
        return None
    return found


def _is_unsure(rest: str) -> bool:
    """A short number with words behind it: "แจ้ง 3 หลังคาเรือน" tells nobody anything."""
    return len(rest.split()) > 1 and not entities.find_references(rest)


def _is_own(svc: Svc, actor: Actor, text: str) -> bool:
    """Did this person bring the case that is named, or join it?"""
    named = entities.find_references(text)
    case = cases.by_reference(svc.session, named[0]) if named else None
    return case is not None and access.is_of(svc, actor, case)


def _looked_up(svc: Svc, talk: Talk, actor: Actor, text: str) -> list[Part] | None:
    """Nothing but a reference: shown, unless this person brought or joined that case."""
    found = entities.find_references(text)
    if (
        len(found) != 1
        or sum(letter.isdigit() for letter in text) != _WHOLE
        or any(map(str.isalpha, heard.plain(text)))
    ):
        return None
    case = cases.by_reference(svc.session, found[0])
    if case is None or not access.sees(actor, case) or case.account_id in access.own_accounts(svc, actor.person_id):
        return None
    if access.place_in(svc, actor.person_id, case) is not None:
        return None
    return commands.obey(svc, talk, actor, "view", case.reference, button("view", case.reference).says)


def forget_lines(svc: Svc, talk: Talk) -> None:
    """An officer's draft that holds nothing but command lines was never a matter to be filed."""
    draft = drafts.draft_of(talk)
    if draft is None or not draft.texts or not actor_for(svc, talk.account).works_here:
        return
    if all(_line(words) is not None or heard.command(words) is not None for _row, words in draft.texts):
        drafts.drop(talk)
