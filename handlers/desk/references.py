"""Which case an officer's line means: whole references, running numbers, slips of the finger, and several at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from handlers import access
from handlers.access import Actor
from handlers.desk import next_steps
from handlers.desk.order import button, example
from handlers.messages import Choice, Say
from handlers.rules import reference as printed
from handlers.services import Svc
from handlers.texts import heard
from nlp import entities
from storage import cases

MOST = 4  # buttons
_LOOKED_AT = 100
_WHOLE = re.compile(r"(\d{2})[- ]?(\d{5})[- ]?(\d)(?!\d)|(\d{2})-(\d{1,6})-(\d)(?!\d)")
_ONE = re.compile(r"[\d-]+")
_BETWEEN = re.compile(r"[\s,]+")
Named = tuple[str, str, Say | None]


def reference_in(svc: Svc, actor: Actor, name: str, rest: str) -> Named:
    """(reference, words after it, what is wrong). The running number alone is enough where it is not ambiguous; its
    check digit may stand behind it."""
    rest = _uncounted(rest)
    full = _full(rest)
    if full:
        return full, _after(rest, full), None
    whole = _WHOLE.match(heard.arabic(rest))
    if whole is not None:
        return _slip(svc, actor, name, rest, whole)
    head, _, words = rest.replace("\n", " \n", 1).partition(" ")
    found = _ONE.match(heard.arabic(heard.plain(head) or head))
    number = found.group().strip("-") if found is not None else ""
    if not number:
        return "", "", _which(svc, actor, name)
    fitting = _numbered(svc, actor, number)
    if len(fitting) > 1:
        text = svc.texts.say("officer.ambiguous", code=head)
        return "", "", Say(text, tuple(button(name, one, words.strip()) for one in fitting[:MOST]))
    if not fitting:
        return "", "", Say(svc.texts.say("officer.not_found", code=head), _queue())
    return fitting[0], words.strip(), None


def several(rest: str) -> list[str]:
    """The numbers of "2 4 5", where there is nothing but numbers and more than one; else none."""
    joined = heard.load()["desk"]["and"]
    pieces = [piece for piece in _BETWEEN.split(heard.arabic(rest).strip()) if piece not in joined]
    alone = len(pieces) > 1 and all(_ONE.fullmatch(piece) for piece in pieces)
    first = _full(rest)
    if first and not _after(rest, first):
        return []  # one reference with spaces in it
    return pieces if alone else []


def _uncounted(rest: str) -> str:
    """ "เรื่องที่ 1" is 1."""
    for word in heard.load()["counters"]:
        if rest.startswith(word) and heard.arabic(rest[len(word) :].lstrip())[:1].isdigit():
            return rest[len(word) :].lstrip()
    return rest


def _full(rest: str) -> str:
    """The whole reference a line begins with; "" where it begins with another number."""
    digits = "".join(letter for letter in heard.arabic(rest) if letter.isdigit())
    head = heard.arabic(rest.split(maxsplit=1)[0] if rest.split() else "")
    named = any(letter.isdigit() for letter in head)
    for found in entities.find_references(rest):
        if not named or digits.startswith(found.replace("-", "")):
            return found
    return ""


def _after(rest: str, reference: str) -> str:
    """The words after a reference however it was typed (70-00482-5, ๗๐ ๐๐๔๘๒ ๕, 70004825); a date may follow it."""
    left = sum(letter.isdigit() for letter in reference)
    for at, letter in enumerate(rest):
        left -= letter.isdigit()
        if left == 0:
            return rest[at + 1 :].strip()
    return ""


def _slip(svc: Svc, actor: Actor, name: str, rest: str, whole: re.Match[str]) -> Named:
    """A reference whose check digit does not fit, or that lacks noughts: taken where it can be only one way."""
    year, number, check = (one or other for one, other in zip(whole.groups()[:3], whole.groups()[3:], strict=True))
    words = rest[whole.end() :].strip()
    typed = f"{year}-{int(number):05d}-{check}"
    if printed.is_reference(typed):
        return typed, words, None
    near = _near(svc, actor, typed.replace("-", ""))
    if not near:
        return "", "", Say(svc.texts.say("officer.not_found", code=typed), _queue())
    text = svc.texts.say("officer.code_hint", code=typed, near=" · ".join(near))
    return "", "", Say(text, tuple(button(name, one, words) for one in near))


def _near(svc: Svc, actor: Actor, digits: str) -> list[str]:
    """References one digit away, or with two that changed places, of cases this person may see."""
    tried = {digits[:at] + other + digits[at + 1 :] for at in range(len(digits)) for other in "0123456789"}
    tried |= {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1)}
    typed = sorted(f"{one[:2]}-{one[2:-1]}-{one[-1]}" for one in tried)
    return _seen(svc, actor, filter(printed.is_reference, typed))[:MOST]


def _numbered(svc: Svc, actor: Actor, number: str) -> list[str]:
    """Cases this person may see with this running number ("1"), or with its check digit ("1-3", "13")."""
    bare, dash, check = number.partition("-")
    here = [post.agency_code for post in actor.posts]
    fitting = cases.ending_with(svc.session, here, (bare + check).replace("-", ""))
    if dash:
        fitting = [one for one in fitting if int(one.split("-")[1]) == int(bare or 0) and one[-1:] == check]
    return _seen(svc, actor, fitting)


def _seen(svc: Svc, actor: Actor, references: Iterable[str]) -> list[str]:
    found = [cases.by_reference(svc.session, one) for one in references]
    return [one.reference for one in found if one is not None and access.sees(actor, one)]


def _which(svc: Svc, actor: Actor, name: str) -> Say:
    """No number at all: those of this person's cases with which it would work."""
    text = svc.texts.say("officer.needs_reference", example=example(name, "70-00482-5"))
    fitting: dict[str, None] = {}
    for post in actor.posts:
        rows, _counts = cases.queue(svc.session, post.agency_code, access.units_seen(post), limit=_LOOKED_AT)
        seen = (case for case in rows if access.sees(actor, case))
        fitting |= {case.reference: None for case in seen if next_steps.works(name, case, post)}
    found = list(fitting)[:MOST]
    return Say(text, tuple(button(name, one) for one in found) or _queue())


def _queue() -> tuple[Choice, ...]:
    return (Choice(example("queue", "")),)
