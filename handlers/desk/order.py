"""One command line of an officer: which case is meant, and the words after it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.access import Actor
from handlers.messages import Say
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities
from storage import cases
from storage.people import Post
from storage.tables import Case


@dataclass(frozen=True)
class Order:
    """One command on one case: who gives it, in which chat, and the words after the reference."""

    actor: Actor
    post: Post
    case: Case
    words: str
    talk: Talk
    forced: bool = False  # typed with "!": the officer knows what the guard would say


def reference_in(svc: Svc, actor: Actor, name: str, rest: str) -> tuple[str, str, Say | None]:
    """(reference, words after it, what is wrong). The running number alone is enough where it is not ambiguous."""
    head, _, words = rest.partition(" ")
    full = entities.find_references(head) or entities.find_references(rest)
    if full:
        return full[0], _after_reference(rest), None
    digits = re.sub(r"\D", "", heard.plain(head))
    if not digits:
        shown = example(name, "70-00482-5")
        return "", "", Say(svc.texts.say("officer.needs_reference", example=shown))
    here = [post.agency_code for post in actor.posts]
    fitting = cases.ending_with(svc.session, here, digits)
    if len(fitting) > 1:
        return "", "", Say(svc.texts.say("officer.ambiguous", code=head))
    if not fitting:
        return "", "", Say(svc.texts.say("officer.not_found", code=head))
    return fitting[0], words.strip(), None


def _after_reference(rest: str) -> str:
    """The words after a reference however it was typed: 70-00482-5, ๗๐ ๐๐๔๘๒ ๓, 70004823."""
    found = re.match(r"\s*[\d\s.\-–]*\d", rest)
    return rest[found.end() :].strip() if found else ""


def example(name: str, reference: str) -> str:
    word = heard.load()["commands"][name][0]
    return f"/{word} {reference}"
