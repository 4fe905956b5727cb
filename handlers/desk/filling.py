"""A line of a register written in the chat, question by question; typed words, buttons, and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.access import Actor
from handlers.actions import filling as state
from handlers.actions import registers as actions
from handlers.actions.filling import Filling
from handlers.desk.order import LABEL, example, pick
from handlers.messages import Choice, Incoming, Part, Say
from handlers.reports.evidence import satisfaction
from handlers.reports.evidence.cells import Wrong
from handlers.reports.evidence.known import known, said
from handlers.reports.evidence.schema import Field, Problem, Register, registers, value_of
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.sheets import in_words
from handlers.rules.duties import KEEPERS
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from nlp import when
from storage import photos, register_lines

_LASTS = timedelta(hours=24)  # a line left alone so long is over
_BUTTONS = 13  # LINE takes no more
_LISTED = 30  # names in a bubble, where there are too many for buttons
_LOWEST = 5
_NAME = 80  # letters of what an improvement is called where nobody named it


def begin(svc: Svc, talk: Talk, filling: Filling) -> list[Part]:
    """Ask for the first of what is lacking; where nothing is, write the line."""
    state.keep(talk, filling)
    return [_ask(svc, filling)]


def empty(svc: Svc, agency_code: str, year: int, register: str, asks: Sequence[str] = ()) -> Filling:
    """A line of which nothing is told yet. `asks`: these columns only; without them all."""
    return Filling(svc.now.isoformat(), agency_code, year, register, list(asks or registers()[register].codes))


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The next answer while a line is being written; None where none is, or another command was given."""
    filling = state.filling_of(talk)
    if filling is None or not talk.private:
        return None
    keeps = any(post.role in KEEPERS and post.agency_code == filling.agency for post in actor.posts)
    if not keeps or svc.now - datetime.fromisoformat(filling.at) > _LASTS:
        state.drop(talk)
        return None
    text = incoming.text.strip()
    if incoming.kind == "text" and heard.means(text.removeprefix("/"), "cancel"):
        state.drop(talk)
        return [svc.texts.bubble("officer.fill_cancelled")]
    if incoming.kind not in ("text", "image") or (incoming.kind == "text" and heard.command(text) is not None):
        return None
    return _taken(svc, talk, actor, filling, incoming)


def _taken(svc: Svc, talk: Talk, actor: Actor, filling: Filling, incoming: Incoming) -> list[Part]:
    register = registers()[filling.register]
    before: list[Part] = _pictures(svc, talk, filling, register) if incoming.kind == "image" else []
    text, step = incoming.text.strip(), filling.step
    if not step:  # the pictures were the last thing that was lacking
        return [*before, *_save(svc, talk, actor, filling)]
    field = register.field(step)
    typed = incoming.kind == "text"
    if typed and heard.plain(text) in heard.load()["register_done"]["done"]:
        lacking = _lacking(register, filling)
        if not lacking:
            return _save(svc, talk, actor, filling)
        before = [Say(svc.texts.say("officer.fill_lacking", what=" · ".join(lacking)))]
    elif typed and not field.required and heard.means(text, "skip", "no"):
        filling.done.append(step)
    elif text:
        wrong = told(svc, talk, filling, field, text)
        before += [wrong] if wrong is not None else []
    state.keep(talk, filling)
    if not filling.step:
        return [*before, *_save(svc, talk, actor, filling)]
    return [*before, _ask(svc, filling)]


def _lacking(register: Register, filling: Filling) -> list[str]:
    there = filling.cells
    asked = [field for field in register.fields if field.code in filling.asks]
    return [field.heading for field in asked if field.required and field.code not in there]


def _pictures(svc: Svc, talk: Talk, filling: Filling, register: Register) -> list[Part]:
    """Pictures show what the line tells, whatever was asked for just now."""
    column = next((field.code for field in register.fields if field.kind == "files"), "")
    if not column:
        return [Say(svc.texts.say("officer.fill_no_pictures"))]
    rows = [row.id for row in (talk.message, *talk.others)]
    for attachment, message in photos.free_of(svc.session, rows):
        filling.told.append([column, message.id, [register_lines.photo_name(attachment.id)]])
    n = len(filling.cells.get(column, ()))
    if column in filling.asks and filling.step != column and column not in filling.done:
        filling.done.append(column)
    return [Say(svc.texts.say("officer.fill_pictures", n=n))]


def told(svc: Svc, talk: Talk, filling: Filling, field: Field, text: str) -> Say | None:
    """Keep an answer; or say what is wrong with it."""
    try:
        value = _value(svc, filling, field, text)
    except Wrong as wrong:
        problem = Problem(filling.register, 0, field.heading, wrong.why, wrong.value, wrong.wanted)
        return Say(shortened(in_words(svc, problem), 300))
    filling.told.append([field.code, talk.message.id, value])
    return None


def _value(svc: Svc, filling: Filling, field: Field, text: str) -> Any:
    """What an answer means: as in a spreadsheet's cell, and days and names also as people say them. Raises Wrong."""
    scope = Scope(svc, filling.year, filling.agency)
    there = known(svc, filling.agency, filling.year, {filling.register: [{field.code: text}]})
    begins, ends = (moment.astimezone(svc.tools.zone).date() for moment in scope.bounds)
    days = None if registers()[filling.register].standing else (begins, ends)
    try:
        return value_of(field, text, there, days)
    except Wrong as wrong:
        if wrong.why == "day":
            named_day = when.leading(text, svc.now.astimezone(svc.tools.zone))
            if named_day is not None:
                return value_of(field, named_day[0].isoformat(), there, days)
        named = there.get(field.refers_to, {})
        codes = [*named]
        fitting = pick(text, [*named.values()]) if wrong.why == "unknown" and named and not field.several else []
        if len(fitting) == 1:
            return codes[fitting[0]]
        raise


# --- asked and written -----------------------------------------------------------------------------------------------


def _ask(svc: Svc, filling: Filling) -> Say:
    """The open question, with what may be chosen."""
    register, texts = registers()[filling.register], svc.texts
    field = register.field(filling.step)
    options = _options(svc, filling, field)
    listed = "\n".join(f"{code} {label}".strip() for code, label in options[:_LISTED])
    number, of = filling.asks.index(field.code) + 1, len(filling.asks)
    kind = "case" if field.refers_to == "case" else field.kind.partition(":")[0]
    hint = texts.word(f"fill_hint.{kind}")
    text = texts.say("officer.fill_ask", title=register.title, n=number, of=of, heading=field.heading, hint=hint)
    own = [texts.word("officer.button_skip")] if not field.required else []
    own += [texts.word("officer.button_save")] if not _lacking(register, filling) else []
    own.append(texts.word("officer.button_cancel"))
    fits = len(options) + len(own) <= _BUTTONS
    buttons = tuple(Choice(_fitted(label), says) for says, label in options) if fits else ()
    shown_list = f"\n{listed}" if options and (not buttons or field.code == "items") else ""
    return Say(text + shown_list, (*buttons, *map(Choice, own)))


def _fitted(label: str) -> str:
    return label if len(label) <= LABEL else shortened(label, LABEL - 1)


def _options(svc: Svc, filling: Filling, field: Field) -> list[tuple[str, str]]:
    """(what a button says, its label) for what may be chosen."""
    if field.choices:
        return [(words, words) for words in field.choices.values()]
    if filling.register == "improvement" and field.code == "items":
        return satisfaction.lowest(Scope(svc, filling.year, filling.agency), _LOWEST)
    if not field.refers_to or field.refers_to in ("case", "item"):
        return []
    return list(known(svc, filling.agency, filling.year)[field.refers_to].items())


def _save(svc: Svc, talk: Talk, actor: Actor, filling: Filling) -> list[Part]:
    """Write the line, and show it."""
    register, cells = registers()[filling.register], filling.cells
    if filling.register == "improvement":
        cells.setdefault("name", shortened(str(cells["action"]), _NAME))
    code = actions.put(svc, filling.agency, filling.year, filling.register, cells, actor.person_id)
    state.drop(talk)
    codes = known(svc, filling.agency, filling.year)
    lines = [
        f"{field.heading}: {shortened(said(field, cells[field.code], codes), _NAME)}"
        for field in register.fields
        if field.code in cells
    ]
    text = svc.texts.say("officer.filled", title=register.title, code=code, lines="\n".join(lines))
    name = heard.load()["registers"][filling.register][0]
    add, remove = (heard.load()["register_verbs"][verb][0] for verb in ("add", "remove"))
    more = Choice(_fitted(f"{add}{name}"), example("register", f"{name} {add}"))
    less = Choice(_fitted(f"{remove} {code}"), example("register", f"{name} {remove} {code}"))
    return [Say(text, (more, less))]
