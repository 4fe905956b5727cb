"""Keep the words a case is found by, and find cases by them. Only masked words, and none of a confidential case."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers import access
from handlers.access import Actor
from handlers.services import Svc
from nlp import entities, terms
from nlp.digits import arabic
from nlp.normalize import normalize
from storage import cases, joins, words_index
from storage.people import Post
from storage.tables import Case

_SHORTEST = 2  # letters that may be looked for one by one


def note(svc: Svc, case: Case) -> None:
    """The case's masked words, place, or those of people who joined it are others now: it is found by the new ones."""
    words_index.put(svc.session, case.id, _words(svc, case))


def _words(svc: Svc, case: Case) -> set[str]:
    if case.confidential:
        return set()
    told = [case.masked, case.place_masked]
    for row in joins.of_case(svc.session, case.id):
        told += [row.masked, row.place_masked]
    return {word for text in told if text for word in terms.held(text)}


def fill(svc: Svc, agency_codes: Sequence[str]) -> int:
    """Keep the words of cases from before there was a search, 2,000 at a time; returns of how many."""
    found = words_index.unknown(svc.session, agency_codes)
    for case in found:
        note(svc, case)
    return len(found)


def find(svc: Svc, actor: Actor, query: str) -> list[Case]:
    """Cases this person may see, by reference (or the end of one), by words, else letter by letter; those still open
    first, newest first."""
    agencies = list(dict.fromkeys(post.agency_code for post in actor.posts))
    named = _by_reference(svc, agencies, query)
    if named:
        return _seen(actor, named)
    fill(svc, agencies)
    scope = [(post.agency_code, access.units_seen(post)) for post in actor.posts]
    words, line = terms.asked(query), " ".join(query.split())
    ways: list[Callable[[], list[Case]]] = []
    if words:
        ways.append(lambda: words_index.find(svc.session, scope, words))
    if len(line) >= _SHORTEST:
        ways.append(lambda: words_index.letters(svc.session, scope, {line, normalize(line)} - {""}))
    return next((seen for way in ways if (seen := _seen(actor, way()))), [])


def _by_reference(svc: Svc, agencies: Sequence[str], query: str) -> list[Case]:
    digits = arabic(query).replace("-", "").replace(" ", "")
    codes = entities.find_references(query)
    if not codes and digits.isdecimal():
        codes = cases.ending_with(svc.session, agencies, digits)
    found = [case for code in codes if (case := cases.by_reference(svc.session, code)) is not None]
    return sorted(found, key=lambda case: -case.id)


def _seen(actor: Actor, found: Sequence[Case]) -> list[Case]:
    return [case for case in found if any(_may_see(actor, post, case) for post in actor.posts)]


def _may_see(actor: Actor, post: Post, case: Case) -> bool:
    return access.may_see(post, case) and not (actor.in_group and case.confidential)
