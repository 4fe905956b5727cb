"""What an agency's own data lacks or says twice: nothing of it stops the bot, all of it is seen by somebody one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bot import measure
from bot.line import draw as line
from bot.telegram import draw as telegram
from handlers.actions import privacy
from handlers.flows import inquiry
from handlers.rules.thai_calendar import BUDDHIST_ERA
from handlers.services import Svc
from handlers.texts import naming, own
from nlp import keywords
from storage import agencies, people
from storage.tables import Agency, Service, Unit
from storage.words import Role

TEXT = min(line.TEXT, telegram.TEXT)  # UTF-16 units of one bubble; longer ones come in pieces
LABEL, SAYS, BUTTONS = line.LABEL, line.ACTION_TEXT, line.QUICK_REPLIES
# Telegram's 64 bytes behind a button are never reached: a number stands there (telegram/draw.py), words in our rows.
_SHOWN = 12  # of a kind

Found = tuple[str, str]  # name of a sentence of checks.toml, what it is about


def look(svc: Svc) -> list[tuple[str, dict[str, object]]]:
    """Everything there is to say, by kind: (name of the sentence, its values)."""
    checks = (_categories, _routes, _people, _lengths, _names, _own_words, _standards, _holidays)
    by_kind: dict[str, list[str]] = {}
    for check in checks:
        for name, what in check(svc):
            by_kind.setdefault(name, []).append(what)
    return [(name, {"n": len(found), "what": _listed(found)}) for name, found in by_kind.items()]


def _listed(found: Sequence[str]) -> str:
    shown = list(dict.fromkeys(found))
    return ", ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")


def _units(svc: Svc) -> list[Unit]:
    return [unit for home in agencies.all_agencies(svc.session) for unit in agencies.units(svc.session, home.code)]


def _categories(svc: Svc) -> Iterator[Found]:
    """Does every category lead to somebody, and is it one the classifier knows?"""
    own = agencies.units(svc.session, svc.agency.code)
    intake = agencies.intake_unit(svc.session, svc.agency.code)
    known = set(keywords.codes())
    rows = agencies.categories(svc.session)
    for row in rows:
        if row.code not in known:
            yield "category_unknown", row.code
        if not intake and not any(row.code in unit.categories for unit in own):
            yield "category_unreachable", f"{row.code} {row.name}"
    yield from (("category_missing", code) for code in sorted(known - {row.code for row in rows}))
    owned = Counter((unit.agency_code, code) for unit in _units(svc) for code in unit.categories)
    yield from (("category_twice", f"{agency}: {code}") for (agency, code), count in owned.items() if count > 1)


def _routes(svc: Svc) -> Iterator[Found]:
    """Routes and units name what there is."""
    units = {(unit.agency_code, unit.code) for unit in _units(svc)}
    codes = {row.code for row in agencies.categories(svc.session)} | {"*"}
    places = {row.code for row in agencies.places(svc.session)} | {"*"}
    for route in agencies.routes(svc.session):
        named = f"{route.category} {route.area} → {route.agency_code} {route.unit_code or ''}".strip()
        there = route.unit_code is None or (route.agency_code, route.unit_code) in units
        if not there or route.category not in codes or route.area not in places:
            yield "route", named
    for unit in _units(svc):
        for code in unit.categories:
            if code not in codes:
                yield "unit_category", f"{unit.agency_code} {unit.code}: {code}"


def _people(svc: Svc) -> Iterator[Found]:
    """Somebody for every post that a matter can wait for; of agencies that nobody joined yet only that."""
    for home in agencies.all_agencies(svc.session):
        units = agencies.units(svc.session, home.code)
        if sum(unit.intake for unit in units) != 1:
            yield "intake_unit", home.code
        posts = people.posts_in(svc.session, home.code, svc.today)
        if not posts:
            if home.code != svc.agency.code:  # of our own it is said elsewhere
                yield "agency_without", f"{home.code} {home.name}"
            continue
        roles = {post.role for post in posts}
        yield from (("no_" + role, home.code) for role in (Role.HEAD, Role.INTAKE) if role not in roles)
        staffed = {post.unit_code for post in posts if post.role in (Role.OFFICER, Role.UNIT_HEAD)}
        yield from (("unit_without", f"{home.code} {unit.code}") for unit in units if unit.code not in staffed)


def _lengths(svc: Svc) -> Iterator[Found]:
    """What is longer than a channel shows."""
    groups = agencies.register(svc.session, "group")
    if len(groups) >= BUTTONS:  # one more says "not said"
        yield "buttons", f"{len(groups)}/{BUTTONS - 1}"
    for row in groups:
        label = str(row.details.get("label") or row.name)
        if len(measure.graphemes(label)) > LABEL:
            yield "label", label
    names = [row.name for row in agencies.categories(svc.session)]
    yield from (("label", name) for name in names if measure.utf16(name) > SAYS)
    cut = Counter(measure.label(name, LABEL) for name in names)
    yield from (("label_twice", label) for label, count in cut.items() if count > 1)
    for where, text in _texts(svc):
        if measure.utf16(text) > TEXT:
            yield "text_long", f"{where} ({measure.utf16(text)}/{TEXT})"


def _texts(svc: Svc) -> Iterator[tuple[str, str]]:
    """(where it stands, the text) of everything an agency writes that people read."""
    for home in agencies.all_agencies(svc.session):
        for key, text in (home.settings.get("texts") or {}).items():
            yield key, str(text)
    for service in agencies.services(svc.session):
        yield service.code, inquiry.told(svc, service).text
    for row in agencies.register(svc.session, "not_accepted"):
        yield f"not_accepted {row.code}", f"{row.name}\n{row.details.get('alternative', '')}"


def _names(svc: Svc) -> Iterator[Found]:
    """One name for one thing, and no thing that is not there."""
    homes = agencies.all_agencies(svc.session)
    yield from (("name_twice", name) for name in _twice(_called(homes)))
    for home in homes:
        units = agencies.units(svc.session, home.code)
        yield from (("name_twice", f"{home.code}: {name}") for name in _twice(unit.name for unit in units))
    names = [*(unit.name for unit in _units(svc)), *(home.name for home in homes)]
    for where, text in _texts(svc):
        yield from (("word", f"{where}: {found} → {ours}") for found, ours in naming.otherwise(text))
        yield from (("word", f"{where}: {found} → {name}") for found, name in naming.written_apart(text, names))
        yield from (("unit_unknown", f"{where}: {found}") for found in naming.nobodys(text, names))


def _own_words(svc: Svc) -> Iterator[Found]:
    """Do the agency's own sentences fit this version of the program, and does its notice say where more stands?"""
    said = svc.texts.own
    yield from (("text", f"{one.key} {one.value}".strip()) for one in own.faults(said))
    if not privacy.link(svc).startswith("https://"):
        yield "notice_whole", svc.agency.code
    notice = said.get(own.NOTICE, "")
    if notice and not any(way in notice for way in ("{phone}", "{link}")):
        yield "notice_contact", own.NOTICE


def _called(homes: Iterable[Agency]) -> Iterator[str]:
    """Every name an agency is called by, once for each agency."""
    for home in homes:
        yield from {home.name, str(home.settings.get("short_name") or home.code)}


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter("".join(name.split()) for name in names).items() if count > 1]


def _standards(svc: Svc) -> Iterator[Found]:
    """A promise has a time."""
    codes = {row.code for row in agencies.categories(svc.session)}
    homes = {row.code for row in agencies.all_agencies(svc.session)}
    yield from (("category_days", row.code) for row in agencies.categories(svc.session) if row.days < 1)
    for key, days in agencies.setting(svc.session, "standards").items():
        home, _colon, category = key.partition(":")
        if home not in homes or category not in codes:
            yield "standard_of_none", key
        elif int(days) < 1:
            yield "category_days", key
    yield from (("service_time", f"{s.code} {s.name}") for s in agencies.services(svc.session) if not _has_time(s))


def _has_time(service: Service) -> bool:
    steps = service.details.get("step", ())
    return bool(service.details.get("duration")) or any(step.get("minutes") or step.get("days") for step in steps)


def _holidays(svc: Svc) -> Iterator[Found]:
    """Days off of this year and the next; those that are over may have gone."""
    for year in (svc.today.year, svc.today.year + 1):
        if not agencies.holidays(svc.session, date(year, 1, 1), date(year, 12, 31)):
            yield "holiday_year", str(year + BUDDHIST_ERA)
