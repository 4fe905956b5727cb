"""A digest in words: lines that stand alone, and the board with what waits for a decision and its buttons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from handlers import access
from handlers.messages import Board, Choice, Figure, Matter
from handlers.reports import decide
from handlers.reports.counting import EVERY, percent
from handlers.rules import periods
from handlers.rules.case_status import HEAD
from handlers.rules.periods import Period
from handlers.services import Svc
from handlers.texts import shortened, spans
from storage import agencies
from storage.people import Post

MOST_LINES = 20  # more is not read on a telephone in a meeting
MOST_MATTERS = 10
_TOP = 3
_REASON_LINES = 2  # of the reasons to decide; what is left stands together in one more
_SEAL = 12  # letters of the chain's head
_BUTTONS: dict[str, tuple[str, ...]] = {
    "urgent": ("officer.button_acknowledge",),
    "head_review": ("officer.button_approve", "officer.button_back"),
    "reopened": ("officer.button_hurry", "digest.button_team"),
    "overdue": ("officer.button_hurry", "officer.button_assign"),
    "unassigned": ("officer.button_assign",),
}

Found = Mapping[str, Any]


def lines(svc: Svc, found: Found, *, decides: bool = True) -> list[str]:
    """The digest in words that stand alone: MOST_LINES at most, decisions first; a quiet period is one line.

    `decides`: for somebody who does; others read what was counted only.
    """
    words = _Words(svc, found)
    if found["agency"] == EVERY:
        return words.of_every()
    if is_quiet(found):
        return [words.say("empty", **words.names, n=found["open"])]
    asked = words.decisions() if decides and found["what"] == "week" else []
    return [*words.head(), *asked, *words.rest()][:MOST_LINES]


def is_quiet(found: Found) -> bool:
    """Did nothing happen, and does nothing wait for anybody?"""
    happened = (found["received"], found["resolved"], found["reopened"], found["concluded"]["n"])
    return not any((*happened, found["overdue"], found["satisfaction"]["n"], *found["to_decide"].values()))


def board(svc: Svc, found: Found, post: Post, *, link: str = "", picture: str = "") -> Board:
    """The digest as one part, with what still waits for this person's decision."""
    words = _Words(svc, found)
    decides = HEAD in access.acts_as(post)
    text = lines(svc, found, decides=decides)
    if link:
        text = [*text, words.say("details", link=link)]
    matters, more = words.matters() if decides else ((), 0)
    quiet = found["agency"] != EVERY and is_quiet(found)
    told = [] if quiet or found["agency"] == EVERY else words.rest()
    if more:
        told = [words.say("decide_more", n=more), *told]
    choices = tuple(Choice(words.say(name)) for name in ("button_queue", "button_late")) if decides else ()
    if link:
        choices = (*choices, Choice(words.say("button_all"), link, "link"))
    title = f"{words.names['title']} {words.names['agency']}"
    return Board(title, words.names["period"], words.figures(), tuple(told), matters, "\n".join(text), picture, choices)


class _Words:
    """One issue's figures, and the words for them."""

    def __init__(self, svc: Svc, found: Found) -> None:
        self._svc, self._found, self._texts = svc, found, svc.texts
        self.period: Period = periods.named(found["what"], found["period"], svc.tools.zone)
        name = found["agency_name"]
        if found["agency"] == EVERY:
            name = self.say("every", n=len(agencies.all_agencies(svc.session)))
        self.names = {
            "title": self._texts.word(f"digest_titles.{found['what']}"),
            "agency": name,
            "period": spans.label(self._texts, self.period),
        }

    def say(self, name: str, /, **values: object) -> str:
        return self._texts.word(f"digest.{name}", **values)

    def head(self) -> list[str]:
        lines = [f"{self.names['title']} {self.names['agency']}", self.names["period"]]
        if self._svc.now < self.period.until:
            lines.append(self.say("unfinished", moment=self._texts.moment(self._svc.now)))
        return lines

    # --- decisions ---

    def decisions(self) -> list[str]:
        counts = {why: n for why in decide.REASONS if (n := self._found["to_decide"].get(why, 0))}
        if not counts:
            return [self.say("decide_none")]
        reasons = list(counts)
        whole = len(reasons) if len(reasons) <= _REASON_LINES + 1 else _REASON_LINES
        said = [self._reason(why, counts[why]) for why in reasons[:whole]]
        left = [self.say("decide_short", why=self._why(why), n=counts[why]) for why in reasons[whole:]]
        return [self.say("decide", n=sum(counts.values())), *said, *(["• " + " · ".join(left)] if left else [])]

    def _reason(self, why: str, n: int) -> str:
        oldest = max((one for one in self._found["decide"] if one["why"] == why), key=lambda one: one["days"])
        return self.say("decide_line", why=self._why(why), n=n, code=oldest["reference"], days=self._days(oldest))

    def _why(self, why: str) -> str:
        return self._texts.word(f"digest_why.{why}")

    def _days(self, one: Found) -> str:
        return self._texts.word(f"digest_days.{one['why']}", n=one["days"])

    def matters(self) -> tuple[tuple[Matter, ...], int]:
        """(what still waits, the most pressing first; how many more there are)."""
        total = sum(self._found["to_decide"].values())
        still = [one for one in self._found["decide"] if decide.still_waits(self._svc, one)]
        gone = len(self._found["decide"]) - len(still)
        shown = tuple(self._matter(one) for one in still[:MOST_MATTERS])
        return shown, max(total - gone - len(shown), 0)

    def _matter(self, one: Found) -> Matter:
        code = one["reference"]
        category = self.say("hidden") if one["confidential"] else self._category(one["category"])
        unit = "" if one["confidential"] else self._unit(one["unit"] or "")
        names = (*_BUTTONS[one["why"]], "officer.button_view")
        text = self.say("matter_text", why=self._why(one["why"]), days=self._days(one), unit=unit)
        buttons = tuple(Choice(self._texts.word(name, code=code)) for name in names)
        return Matter(self.say("matter", code=code, category=category), text.removesuffix(" · "), buttons)

    # --- figures ---

    def figures(self) -> tuple[Figure, ...]:
        names = ("received", "resolved", "open", "overdue")
        counted = [self._texts.word(f"digest_figures.{name}") for name in names]
        shown = [
            Figure(name, str(self._found[key]), self.change(key)) for key, name in zip(names, counted, strict=True)
        ]
        pleased = self._found["satisfaction"]
        value = self._percent(pleased["percent"])
        return (*shown, Figure(self._texts.word("digest_figures.satisfaction", n=pleased["n"]), value, ""))

    def change(self, key: str) -> str:
        """Against the period before: "+9", or that there is nothing to compare with."""
        if self._found["first"]:
            return self.say("none")
        change = self._found[key] - self._found["before"][key]
        return f"{change:+d}" if change else self.say("same")

    def rest(self) -> list[str]:
        """Everything below the decisions; what there is nothing of is left out."""
        makers: tuple[Callable[[], str], ...] = (
            self._counts,
            self._weeks,
            self._kinds,
            self._concluded,
            self._top,
            self._spots,
            self._units,
            self._satisfied,
            self._times,
            self._ideas,
            self._reach,
            self._model,
            self._chain,
        )
        return [line for make in makers if (line := make())]

    def _counts(self) -> str:
        names = ("received", "resolved", "open", "overdue")
        counts = {name: self._found[name] for name in names}
        if self._found["first"]:
            return self.say("counts", **counts, **{f"d_{name}": "" for name in names}, compared="")
        changes = {f"d_{name}": self.say("change", change=self.change(name)) for name in names}
        return self.say("counts", **counts, **changes, compared=self._texts.word(f"digest_compared.{self.period.what}"))

    def _weeks(self) -> str:
        weeks = self._found["four_weeks"]
        if not weeks or self._found["first"]:
            return ""
        mean = {name: round(sum(one[name] for one in weeks) / len(weeks)) for name in ("received", "resolved", "open")}
        return self.say("weeks", **mean)

    def _kinds(self) -> str:
        counted = self._found["counted"]
        listed = self._parts(self._found["by_kind"], lambda kind: self._texts.word(f"digest_kinds.{kind}"), 8)
        if not listed:
            return ""
        return self.say(
            "kinds",
            kinds=listed,
            events=counted["events"],
            people=counted["people"],
            joined=counted["co_complainants"],
        )

    def _concluded(self) -> str:
        done = self._found["concluded"]
        types = self._parts(done["by_type"], lambda name: self._texts.word(f"digest_conclusions.{name}"), 5)
        return self.say("concluded", n=done["n"], types=types) if done["n"] else ""

    def _top(self) -> str:
        listed = self._listed(self._found["by_category"], self._category, _TOP)
        return self.say("top", list=listed) if listed else ""

    def _parts(self, counts: Mapping[str, int], name: Callable[[str], str], most: int) -> str:
        """The parts of a total that is told beside them: what does not fit is a part of its own."""
        rest = sum(sorted(counts.values(), reverse=True)[most:])
        more = self.say("rest", n=rest) if rest else ""
        return " · ".join(filter(None, (self._listed(counts, name, most), more)))

    def _listed(self, counts: Mapping[str, int], name: Callable[[str], str], most: int) -> str:
        rows = sorted(((n, key) for key, n in counts.items() if n), key=lambda row: (-row[0], row[1]))
        return " · ".join(f"{name(key)} {n}" for n, key in rows[:most])

    def _category(self, code: str) -> str:
        row = agencies.category(self._svc.session, code)
        return row.name if row else code

    def _unit(self, code: str) -> str:
        row = agencies.unit(self._svc.session, self._found["agency"], code)
        return row.name if row else self.say("no_unit")

    def _spots(self) -> str:
        found = [
            self.say(
                "spot", place=shortened(one["place"], 40), category=self._category(one["category"]), n=one["times"]
            )
            for one in self._found["spots"][:_TOP]
        ]
        return self.say("spots", list=" · ".join(found)) if found else ""

    def _units(self) -> str:
        listed = self._most_open(self._found["by_unit"], self._unit)
        return self.say("units", list=listed) if listed else ""

    def _most_open(self, rows: Mapping[str, Mapping[str, int]], name: Callable[[str], str]) -> str:
        most = sorted(rows.items(), key=lambda row: (-row[1]["open"], row[0]))[:_TOP]
        return " · ".join(
            self.say("unit", name=name(key), n=one["open"], late=self._late(one["overdue"]))
            for key, one in most
            if one["open"]
        )

    def _late(self, n: int) -> str:
        return self.say("late", n=n) if n else ""

    def _percent(self, value: int | None) -> str:
        return self.say("none") if value is None else f"{value}%"

    def _share(self, one: Found) -> str:
        return self.say("share", percent=self._percent(one["percent"]), n=one["n"])

    def _satisfied(self) -> str:
        pleased, unhappy = self._found["satisfaction"], self._found["dissatisfied"]
        if not pleased["n"]:
            return self.say("satisfied_none")
        reasons = sorted(unhappy["why"].items(), key=lambda row: (-row[1], row[0]))
        why = self.say("because", why=self._texts.word(f"digest_dissatisfied.{reasons[0][0]}")) if reasons else ""
        low = self._found["lowest"][:1]
        return self.say(
            "satisfied",
            percent=self._percent(pleased["percent"]),
            n=pleased["n"],
            unhappy=self._percent(unhappy["percent"]),
            why=why,
            lowest=self.say("lowest", **{key: low[0][key] for key in ("name", "percent", "n")}) if low else "",
        )

    def _times(self) -> str:
        days = self._svc.limits.get("first_answer_days", 15)
        shares = {"answered": "answered_in_15_days", "on_time": "on_time", "confirmed": "confirmed"}
        return self._shares({name: self._found[key] for name, key in shares.items()}, days=days)

    def _shares(self, shares: Mapping[str, Found], **values: object) -> str:
        """Percentages that are of something, in one line."""
        named = [self.say(name, share=self._share(one), **values) for name, one in shares.items() if one["n"]]
        return " · ".join(named)

    def _ideas(self) -> str:
        praise, ideas = self._found["compliments"]["n"], self._found["suggestions"]
        if not praise and not ideas["n"] and not ideas["used"]:
            return ""
        return self.say("ideas", compliments=praise, suggestions=ideas["n"], used=ideas["used"])

    def _reach(self) -> str:
        quota, n = self._found["quota"], self._found["unreachable"]
        shown = quota["known"] or quota["held"]
        limit = quota["limit"] if quota["known"] else self.say("none")
        said = self.say("quota", **{**quota, "limit": limit}) if shown else ""
        return self.say("reach", n=n, quota=said) if n or said else ""

    def _model(self) -> str:
        model = self._found["model"]
        if not model["cases"]:
            return ""
        right = {"percent": model["right_percent"], "n": model["confirmed"]}
        unsure = {"percent": model["abstained_percent"], "n": model["cases"]}
        return self._shares({"right": right, "unsure": unsure})

    def _chain(self) -> str:
        chain = self._found["chain"]
        return self.say("chain", head=chain["head"][:_SEAL], links=f"{chain['links']:,}")

    # --- the governor's ---

    def of_every(self) -> list[str]:
        """All agencies of the installation, for the governor."""
        found = self._found
        done = found["of_received"]["concluded"]
        share = self._percent(percent(done, found["received"]))
        counts = {name: found[name] for name in ("received", "open", "overdue")}
        said = [*self.head(), self.say("every_counts", concluded=done, percent=share, **counts)]
        most = self._most_open(found["by_agency"], self._agency)
        if most:
            said.append(self.say("every_most", list=most))
        said.append(self.say("every_shared", n=found["several_units"]))
        return [*said, *(line for line in (self._satisfied(), self._times(), self._chain()) if line)]

    def _agency(self, code: str) -> str:
        row = agencies.agency(self._svc.session, code)
        return row.name if row else code
