"""`/ทะเบียน`: the registers of the yearly evidence in the chat; `/ปรับปรุง`: what was improved because of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import registers as actions
from handlers.desk import filling
from handlers.desk.order import LABEL, example
from handlers.desk.references import reference_in
from handlers.messages import Choice, Part, Say
from handlers.reports.evidence import form23, lint
from handlers.reports.evidence.address import DAYS, link
from handlers.reports.evidence.cells import Known
from handlers.reports.evidence.known import known, said
from handlers.reports.evidence.schema import registers
from handlers.reports.evidence.scope import Scope
from handlers.rules.duties import KEEPERS
from handlers.rules.thai_calendar import fiscal_year
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from storage.people import Post
from storage.register_lines import Line
from storage.tables import Case

_MOST = 8  # lines in a bubble
_FEW = 4  # buttons
_WORDS = 90  # letters of a line


def keeper(actor: Actor) -> Post | None:
    """The post by which this person keeps an agency's registers."""
    return next((post for post in actor.posts if post.role in KEEPERS), None)


def register(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """All registers with what is lacking; of one its lines; a line more, or one less."""
    post, refused = _post(svc, talk, actor)
    if post is None:
        return refused
    scope = Scope(svc, fiscal_year(svc.today), post.agency_code)
    if not rest.strip():
        return _overview(scope, actor)
    name, rest = heard.begins(rest, heard.load()["registers"])
    if not name:
        return [Say(svc.texts.say("officer.register_unknown", names=" · ".join(map(_called, registers()))))]
    verb, rest = heard.begins(rest, heard.load()["register_verbs"])
    if verb == "add":
        return filling.begin(svc, talk, filling.empty(svc, post.agency_code, scope.year, name))
    if verb == "remove" and rest.strip():
        return [_removed(scope, actor, name, rest.strip())]
    return [_lines(scope, name)]


def _post(svc: Svc, talk: Talk, actor: Actor) -> tuple[Post | None, list[Part]]:
    post = keeper(actor)
    if post is None:
        roles = (role for role in KEEPERS if svc.texts.has(f"roles.{role}"))
        who = " · ".join(sorted(svc.texts.word(f"roles.{role}") for role in roles))
        return None, [Say(svc.texts.say("officer.register_may_not", who=who))]
    if not talk.private:
        return None, [Say(svc.texts.say("officer.alone_only"))]
    return post, []


def _called(name: str) -> str:
    """The word people use for a register."""
    return str(heard.load()["registers"][name][0])


def _overview(scope: Scope, actor: Actor) -> list[Part]:
    """How many lines each register has, what every point still lacks, and where to do it on a computer."""
    texts, there = scope.svc.texts, lint.stored(scope)
    lines = [texts.say("officer.register_count", name=_called(name), n=len(there[name])) for name in registers()]
    counts = texts.say("officer.registers", year=scope.year, lines="\n".join(lines))
    lacking = [
        texts.say("officer.register_lacks", cs=code, what=" · ".join(words))
        for code, words in form23.lacking(scope).items()
    ]
    key = "officer.registers_lack" if lacking else "officer.registers_whole"
    parts: list[Part] = [Say(counts), Say(texts.say(key, lines="\n".join(lacking)))]
    address = link(scope.svc, str(scope.agency_code), scope.year, actor.person_id)
    empty = [name for name in registers() if not there[name]]
    buttons = [_button(name, "add") for name in empty[:_FEW]]
    if address:
        until = texts.day(scope.svc.today + timedelta(days=DAYS))
        opened = Choice(texts.word("officer.button_registers"), address, "link")
        parts.append(Say(texts.say("officer.registers_page", until=until), (opened, *buttons)))
    else:
        parts[-1] = Say(texts.say(key, lines="\n".join(lacking)), tuple(buttons))
    return parts


def _button(name: str, verb: str, code: str = "") -> Choice:
    """Adds to a register, or takes the line of a code away."""
    word = heard.load()["register_verbs"][verb][0]
    label = f"{word} {code}" if code else f"{word}{_called(name)}"
    fitted = label if len(label) <= LABEL else shortened(label, LABEL - 1)
    return Choice(fitted, example("register", f"{_called(name)} {word} {code}".strip()))


def _lines(scope: Scope, name: str) -> Say:
    """What a register says, the newest last."""
    texts, there = scope.svc.texts, lint.stored(scope)[name]
    add = _button(name, "add")
    title = registers()[name].title
    if not there:
        return Say(texts.say("officer.register_empty", title=title), (add,))
    shown_lines = there[-_MOST:]
    codes = known(scope.svc, str(scope.agency_code), scope.year)
    lines = [
        texts.say("officer.register_line", code=line.code, words=_in_short(name, line, codes)) for line in shown_lines
    ]
    more = len(there) - len(shown_lines)
    text = texts.say("officer.register_lines", title=title, n=len(there), lines="\n".join(lines))
    text += "\n" + texts.say("officer.register_more", n=more) if more else ""
    return Say(text, (add, *(_button(name, "remove", line.code) for line in reversed(shown_lines[-_FEW:]))))


def _in_short(name: str, line: Line, codes: Known) -> str:
    """What must be filled in, on one line."""
    fields = [field for field in registers()[name].fields if field.required and field.code in line.cells]
    return shortened(" · ".join(said(field, line.cells[field.code], codes) for field in fields), _WORDS)


def _removed(scope: Scope, actor: Actor, name: str, code: str) -> Say:
    texts = scope.svc.texts
    if actions.take_away(scope.svc, str(scope.agency_code), scope.year, name, code, actor.person_id):
        return Say(texts.say("officer.register_removed", title=registers()[name].title, code=code))
    codes = [line.code for line in lint.stored(scope)[name]][-_FEW:]
    text = texts.say("officer.register_no_line", title=registers()[name].title, code=shortened(code, 40))
    return Say(text, tuple(_button(name, "remove", one) for one in codes))


# --- what was improved -----------------------------------------------------------------------------------------------


def improve(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """`/ปรับปรุง 482,483 ย้ายเคาน์เตอร์`: an improvement that these cases led to; which item it answers is asked."""
    post, refused = _post(svc, talk, actor)
    if post is None:
        return refused
    numbers, words = _parted(rest)
    if not numbers:
        line = example("improve", svc.texts.word("officer.improve_words"))
        return [Say(svc.texts.say("officer.improve_what", example=line))]
    found: list[Case] = []
    for number in numbers:
        reference, _words, problem = reference_in(svc, actor, "improve", number)
        case = None if problem is not None else _case(svc, actor, reference)
        if problem is not None or case is None or case.agency_code != post.agency_code:
            return [problem or Say(svc.texts.say("officer.not_found", code=reference))]
        if case.confidential:
            return [Say(svc.texts.say("officer.improve_confidential", code=reference))]
        found.append(case)
    asks = ["action", "items"] if not words else ["items"]
    begun = filling.empty(svc, post.agency_code, fiscal_year(svc.today), "improvement", asks)
    row = talk.message.id
    begun.told.append(["cases", row, list(dict.fromkeys(case.reference for case in found))])
    wrong = filling.told(svc, talk, begun, registers()["improvement"].field("action"), words) if words else None
    if wrong is not None:
        return [wrong]
    begun.told += [[column, row, value] for column, value in _same(found)]
    return filling.begin(svc, talk, begun)


def _parted(rest: str) -> tuple[list[str], str]:
    """The numbers a line begins with, and the words behind them."""
    pieces = heard.arabic(rest).replace(",", " ").split()
    numbers: list[str] = []
    for piece in pieces:
        if not piece.replace("-", "").isdigit():
            break
        numbers.append(piece)
    words = rest.replace(",", " ").split(maxsplit=len(numbers))
    return numbers, words[len(numbers)].strip() if len(words) > len(numbers) else ""


def _case(svc: Svc, actor: Actor, reference: str) -> Case | None:
    try:
        return access.case_for_officer(svc, actor, reference, "view")[0]
    except access.NotFound:
        return None


def _same(found: Sequence[Case]) -> list[tuple[str, str]]:
    """What the cases have in common: the unit, and the channel they came by."""
    units, channels = {case.unit_code for case in found}, {case.channel for case in found}
    unit, channel = (next(iter(values)) if len(values) == 1 else None for values in (units, channels))
    return [(name, value) for name, value in (("unit", unit), ("channel", channel)) if value]
