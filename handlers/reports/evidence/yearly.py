"""The reports an agency owes others: to the governor once a year, for the integrity assessment twice, and to everybody.

Corruption is never told with the rest: a number of its own, and where it is small none (domain 1.9, ITA).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from handlers.reports.evidence import kpis as reckoning
from handlers.reports.evidence import services
from handlers.reports.evidence.kpis import Kpi
from handlers.reports.evidence.pack import Block, Grid, Pack, Section, Words, made, plain
from handlers.reports.evidence.printed import kpi_table
from handlers.reports.evidence.scope import Scope
from handlers.reports.evidence.table import NO_DATA, Cell, percent, shares
from handlers.reports.evidence.written import lines
from handlers.reports.paper import head_title, long_date
from handlers.rules import small_cells
from handlers.rules.thai_calendar import BUDDHIST_ERA
from storage import agencies, statistics
from storage.statistics import UNSPECIFIED, Span
from storage.words import Kind

CORRUPTION = "CR"  # the category; the kind may say so too
TOP = 3  # channels told to the governor, as the guide lists them
_YEARLY, _ITA = "CS5-D/I", "CS3-I"
# What the guide counts for each group; every other kind is "other", tips about corruption with them.
_GROUPED: Mapping[str, tuple[Kind, ...]] = {
    "complaints": (Kind.COMPLAINT, Kind.EMERGENCY),
    "suggestions": (Kind.SUGGESTION,),
    "opinions": (Kind.OPINION,),
    "compliments": (Kind.COMPLIMENT,),
}


# --- to the governor --------------------------------------------------------------------------------------------------


def governor(scope: Scope) -> Pack:
    """Opinions, suggestions and complaints of each customer group in a year, and what came of them."""
    word = scope.svc.texts.word
    found = reckoning.kpis(scope, services.announced(scope))
    sections = [
        ("groups", (Words((word("pack.governor.opening", year=scope.year),)), by_group(scope))),
        ("channels", (_channels(scope),)),
        ("concluded", (_concluded(scope),)),
        ("satisfaction", (_satisfaction(scope, found),)),
        ("improvements", (_improvements(scope),)),
        ("kpis", (kpi_table(scope, found),)),
    ]
    made_sections = [
        Section("", _YEARLY, f"{number}. {word(f'pack.governor.{name}')}", blocks, flows=True)
        for number, (name, blocks) in enumerate(sections, 1)
    ]
    return made(scope, "governor", made_sections, signature=_signature(scope))


def _signature(scope: Scope) -> tuple[str, ...]:
    agency = scope.svc.agency if scope.agency_code is None else agencies.agency(scope.svc.session, scope.agency_code)
    title = head_title(scope.svc.texts, agency) if agency is not None else ""
    return scope.svc.texts.word("pack.signed"), scope.svc.texts.word("pack.name_blank"), title


def by_group(scope: Scope) -> Grid:
    """Each customer group's complaints, suggestions, opinions, compliments and other matters; who did not say last."""
    word = scope.svc.texts.word
    found = scope.cases_of_year("customer_group", "kind")
    names = {row.code: row.name for row in agencies.register(scope.svc.session, "group")}
    codes = [*names, *sorted({key[0] for key in found} - names.keys() - {UNSPECIFIED})]
    if any(key[0] == UNSPECIFIED for key in found):
        codes.append(UNSPECIFIED)
    labels = {**names, UNSPECIFIED: word("evidence.unspecified")}
    counted = [_by_kind({kind: n for (group, kind), n in found.items() if group == code}) for code in codes]
    sums = [sum(column) for column in zip(*counted, strict=True)]
    rows: list[list[Cell]] = [[labels.get(code, code), *numbers] for code, numbers in zip(codes, counted, strict=True)]
    rows.append([word("evidence.total"), *sums])
    if not found:
        rows = [[label, *[NO_DATA] * len(numbers)] for label, *numbers in rows]
    heads = [word(f"pack.groups.{name}") for name in ("group", *_GROUPED, "others", "all")]
    return plain(heads, rows, total=True)


def _by_kind(found: Mapping[str, int]) -> list[int]:
    whole = sum(found.values())
    grouped = [sum(found.get(kind, 0) for kind in kinds) for kinds in _GROUPED.values()]
    return [*grouped, whole - sum(grouped), whole]


def _channels(scope: Scope) -> Grid:
    """The busiest channels, the busiest first; of equal ones the first in the register."""
    word = scope.svc.texts.word
    found = {key[0]: n for key, n in scope.cases_of_year("channel").items()}
    names = {row.code: row.name for row in agencies.register(scope.svc.session, "channel")}
    order = [*names, *sorted(found.keys() - names.keys())]
    busiest = sorted((code for code in order if code in found), key=lambda code: -found[code])[:TOP]
    whole = sum(found.values())
    rows = [(at, names.get(code, code), found[code], _share(found[code], whole)) for at, code in enumerate(busiest, 1)]
    heads = [word(f"pack.channels.{name}") for name in ("number", "name", "cases", "percent")]
    return plain(heads, rows, nothing=word("pack.nothing"), notes=(word("pack.n_cases", n=whole),))


def _concluded(scope: Scope) -> Grid:
    """How the matters received ended, each way apart, so that "concluded" hides nothing; and what still waits."""
    word = scope.svc.texts.word
    found = {key[0]: n for key, n in scope.cases_of_year("conclusion_type").items()}
    waiting = found.pop(UNSPECIFIED, 0)
    labels = scope.svc.texts.table("dossier.conclusions")
    order = [*labels, *sorted(found.keys() - labels.keys())]
    named = [(labels.get(code, code), found[code]) for code in order if code in found]
    named.append((word("pack.waiting"), waiting))
    whole = sum(n for _name, n in named)
    parts: Sequence[Cell] = shares([n for _name, n in named]) if whole else [NO_DATA] * len(named)
    rows: list[tuple[Cell, ...]] = [
        (name, n if whole else NO_DATA, part) for (name, n), part in zip(named, parts, strict=True)
    ]
    rows.append((word("evidence.total"), whole or NO_DATA, 100 if whole else NO_DATA))
    heads = [word(f"pack.endings.{name}") for name in ("name", "cases", "percent")]
    return plain(heads, rows, total=True, notes=(word("pack.n_cases", n=whole),))


def _satisfaction(scope: Scope, found: Sequence[Kpi]) -> Grid:
    word = scope.svc.texts.word
    rows = [
        (kpi.name, NO_DATA if kpi.percent is None else kpi.percent, kpi.denominator)
        for kpi in found
        if kpi.key in ("satisfied", "dissatisfied")
    ]
    return plain([word("pack.kpi.name"), word("pack.kpi.percent"), word("pack.n")], rows)


def _improvements(scope: Scope) -> Grid:
    word = scope.svc.texts.word
    names = ("name", "problem", "action", "result", "order_number", "posted_on")
    rows = []
    for line in lines(scope, "improvement"):
        posted = line.cells.get("posted_on")
        day = long_date(scope.svc.texts, date.fromisoformat(posted)) if posted else NO_DATA
        rows.append((*(line.cells.get(name) or NO_DATA for name in names[:-1]), day))
    return plain([word(f"pack.improvements.{name}") for name in names], rows, nothing=word("pack.nothing"))


# --- for the integrity assessment -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Counted:
    """Of one span: received, with a conclusion, and still open. None: nothing was recorded, or it has not begun."""

    received: int
    concluded: int

    @property
    def open(self) -> int:
        return self.received - self.concluded


def ita(scope: Scope) -> Pack:
    """October to March and April to September: complaints and what came of them; corruption apart, as numbers only."""
    word = scope.svc.texts.word
    halves = _halves(scope)
    general = _ends(scope, [span for _name, span in halves], corruption=False)
    corrupt = _ends(scope, [span for _name, span in halves], corruption=True)
    names = [name for name, _span in halves]
    begun = [span.since <= scope.svc.now for _name, span in halves]
    blocks: list[tuple[str, Block]] = [
        ("general", _half_table(scope, names, general, begun)),
        ("corruption", _half_table(scope, names, corrupt, begun, guarded=True)),
        ("about", Words((word("pack.ita.note"), word("pack.hidden", least=least(scope))), quiet=True)),
    ]
    sections = [Section("", _ITA, word(f"pack.ita.{name}"), (block,), flows=True) for name, block in blocks]
    return made(scope, "ita", sections, signature=_signature(scope))


def _halves(scope: Scope) -> list[tuple[str, Span]]:
    zone, word = scope.svc.tools.zone, scope.svc.texts.word
    middle = datetime.combine(date(scope.year - BUDDHIST_ERA, 4, 1), time(), zone)
    year = scope.span
    return [
        (word("pack.ita.first", since=scope.year - 1, until=scope.year), Span(year.since, middle)),
        (word("pack.ita.second", year=scope.year), Span(middle, year.until)),
    ]


def _ends(scope: Scope, spans: Sequence[Span], *, corruption: bool) -> list[_Counted]:
    """Complaints alone, or corruption alone: what is of that kind, or of that category."""
    found = statistics.cases_by(scope.svc.session, scope.agency_code, spans, "kind", "category", "conclusion_type")
    counted = []
    for at in range(len(spans)):
        picked = {
            key: counts[at]
            for key, counts in found.items()
            if _is_corruption(key[0], key[1]) == corruption and (corruption or key[0] in _GROUPED["complaints"])
        }
        received = sum(picked.values())
        counted.append(_Counted(received, received - sum(n for key, n in picked.items() if key[2] == UNSPECIFIED)))
    return counted


def _is_corruption(kind: str, category: str) -> bool:
    return kind == Kind.CORRUPTION or category == CORRUPTION


def _half_table(
    scope: Scope, names: Sequence[str], counted: Sequence[_Counted], begun: Sequence[bool], *, guarded: bool = False
) -> Grid:
    word = scope.svc.texts.word
    told = _guarded(scope, names, counted) if guarded else [_open(one) for one in counted]
    rows = [
        (name, *(cells if has_begun else [NO_DATA] * 4))
        for name, cells, has_begun in zip(names, told, begun, strict=True)
    ]
    whole = _Counted(sum(one.received for one in counted), sum(one.concluded for one in counted))
    rows.append((word("evidence.total"), *(_whole(scope, whole, told) if guarded else _open(whole))))
    heads = [word(f"pack.ita.{name}") for name in ("half", "received", "concluded", "open", "percent")]
    return plain(heads, rows, total=True)


def _open(one: _Counted) -> list[Cell]:
    return [one.received, one.concluded, one.open, _share(one.concluded, one.received)]


def _guarded(scope: Scope, names: Sequence[str], counted: Sequence[_Counted]) -> list[list[Cell]]:
    """Each half as far as it may be shown: a small one, or one that gives a small one away, not at all."""
    halves = small_cells.shown({name: one.received for name, one in zip(names, counted, strict=True)}, least(scope))
    few = scope.svc.texts.word("pack.few")
    return [
        [few] * 4 if halves.count(name) is None else _parts(scope, one)
        for name, one in zip(names, counted, strict=True)
    ]


def _parts(scope: Scope, one: _Counted) -> list[Cell]:
    """What came in is shown; what was concluded and what is open only where neither is small."""
    few = scope.svc.texts.word("pack.few")
    parts = small_cells.shown({"concluded": one.concluded, "open": one.open}, least(scope))
    if all(isinstance(cell, int) for cell in parts.cells.values()):
        return _open(one)
    return [few if small_cells.alone(one.received, least(scope)) is None else one.received, few, few, few]


def _whole(scope: Scope, whole: _Counted, told: Sequence[Sequence[Cell]]) -> list[Cell]:
    """The sum of both halves; what is hidden in one of them is hidden in the sum, or it could be reckoned."""
    few = scope.svc.texts.word("pack.few")
    if any(cells[0] == few for cells in told):
        return [few] * 4
    found = _parts(scope, whole)
    return [few if any(cells[at] == few for cells in told) else cell for at, cell in enumerate(found)]


def least(scope: Scope) -> int:
    """Fewer than so many are told to nobody outside."""
    return int(scope.svc.limits.get("small_cell", small_cells.LIMIT))


# --- for everybody ----------------------------------------------------------------------------------------------------


def summary(scope: Scope) -> Pack:
    """Numbers of a year for a notice board or a web site; small ones are not shown, and nobody's words are in it."""
    word = scope.svc.texts.word
    texts = scope.svc.texts
    found = reckoning.kpis(scope, services.announced(scope))
    kinds = {key[0]: n for key, n in scope.cases_of_year("kind").items()}
    categories = {key[0]: n for key, n in scope.cases_of_year("category").items()}
    channels = {key[0]: n for key, n in scope.cases_of_year("channel").items()}
    named = {
        "kinds": (kinds, texts.table("kinds")),
        "categories": (categories, {row.code: row.name for row in agencies.categories(scope.svc.session)}),
        "channels": (channels, {row.code: row.name for row in agencies.register(scope.svc.session, "channel")}),
    }
    received = sum(kinds.values())
    heads = [word("pack.kpi.name"), word("pack.summary.result")]
    blocks: list[Block] = [plain(heads, _headlines(scope, received, found))]
    blocks += [_counted(scope, name, counts, names) for name, (counts, names) in named.items()]
    blocks.append(Words((word("pack.hidden", least=least(scope)),), quiet=True))
    return made(scope, "summary", [Section("", _YEARLY, word("pack.summary.title", year=scope.year), tuple(blocks))])


def _headlines(scope: Scope, received: int, found: Sequence[Kpi]) -> list[tuple[str, str]]:
    """One line for what came in, and one for each KPI: "12 of 20, 60 percent"."""
    word = scope.svc.texts.word
    shown = str(received) if received else NO_DATA
    few = small_cells.alone(received, least(scope)) is None
    rows = [(word("pack.summary.received"), word("pack.few") if few else shown)]
    for kpi in found:
        if kpi.percent is None:
            told = NO_DATA
        elif (
            small_cells.alone(kpi.denominator, least(scope)) is None and kpi.key != "improved_services"
        ):  # services are no people
            told = word("pack.few")
        else:
            told = word("pack.summary.of", part=kpi.numerator, whole=kpi.denominator, percent=kpi.percent)
        rows.append((kpi.name, told))
    return rows


def _counted(scope: Scope, name: str, counts: Mapping[str, int], names: Mapping[str, str]) -> Grid:
    """One list of numbers, the largest first."""
    word = scope.svc.texts.word
    order = sorted(counts, key=lambda code: (-counts[code], code))
    told = small_cells.shown(counts, least(scope))
    few = word("pack.few")
    total = None if told.total is None else small_cells.alone(told.total, least(scope))
    rows: list[tuple[Cell, ...]] = [(names.get(code, code), _or(told.count(code), few)) for code in order]
    if rows:
        rows.append((word("evidence.total"), _or(total, few)))
    heads = [word(f"pack.summary.{name}"), word("pack.summary.cases")]
    return plain(heads, rows, total=bool(rows), nothing=word("pack.nothing"))


def _or(number: int | None, few: str) -> Cell:
    return few if number is None else number


def _share(part: int, whole: int) -> Cell:
    found = percent(part, whole)
    return NO_DATA if found is None else found
