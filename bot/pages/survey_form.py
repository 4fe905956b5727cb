"""How a survey form is drawn as HTML, and what a browser sent is read: nothing of it is believed unread."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from bot.pages.sheet import Words, linked, sheet
from handlers.actions.surveys_sent import Sent
from handlers.reports.survey_links import PAPER, SURVEY, Sheet
from handlers.rules.survey_sheet import day_in
from handlers.services import Svc
from handlers.texts import BUDDHIST_ERA
from storage import agencies, surveys
from storage.surveys import SCALE, Question

MOST_WORDS = 1000  # letters of an open answer
_FEW = 8  # options that are shown as buttons; more become a list
_NONE = "none"  # "not relevant", "not said"

Options = Sequence[tuple[str, str]]


WORDS = Words("survey")


def page(title: str, content: str) -> str:
    """A whole page; `title` is plain text, `content` HTML."""
    return sheet(title, f"<main>{content}</main>", kind="survey", head=linked(["chat.css", "survey.css"]))


@dataclass(frozen=True)
class Asked:
    """Everything one page asks: the sheet, whose it is, and the options that come from other registers."""

    sheet: Sheet
    agency: str  # its name
    typist: str
    today: date
    aspects: Mapping[str, str]
    scale: Options
    services: Options
    channels: Options
    groups: Options

    def options(self, question: Question) -> Options:
        """The answers to choose from; a question without any of its own asks for the agency's service."""
        return question.options or self.services

    @property
    def chosen(self) -> list[Question]:
        """Questions of which one answer is chosen."""
        return [one for one in self.sheet.form.questions if one.about != "words" and self.options(one)]

    @property
    def written(self) -> list[Question]:
        """Questions answered in words."""
        return [one for one in self.sheet.form.questions if one.about == "words"]


def asked(svc: Svc, sheet: Sheet, typist: str) -> Asked:
    """What the page of this sheet asks."""
    agency = agencies.agency(svc.session, sheet.agency)
    services = [(row.code, row.name) for row in agencies.services(svc.session, sheet.agency)]
    return Asked(
        sheet,
        agency.name if agency else sheet.agency,
        typist,
        svc.today,
        surveys.aspects(svc.session),
        [(point, svc.texts.word(f"scale.{point}")) for point in SCALE],
        [*services, ("other", WORDS.plain("other"))] if services else [],
        [(row.code, row.name) for row in agencies.register(svc.session, "channel")],
        [(row.code, row.name) for row in agencies.register(svc.session, "group")],
    )


# --- what was sent ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Read:
    """What a browser sent, as far as it can be; `wrong`: field → why."""

    sent: Sent
    channel: str
    group: str | None
    on: date
    wrong: Mapping[str, str] = field(default_factory=dict)


def read(page: Asked, given: Mapping[str, str]) -> Read:
    """What was filled in. A choice that was not offered counts as none; words too long and days amiss are named."""
    wrong: dict[str, str] = {}
    form = page.sheet.form
    answers = {item.code: given[item.code] if given.get(item.code) in SCALE else None for item in form.items}
    said = {one.code: given.get(one.code, "").strip() for one in page.written}
    for code, text in said.items():
        if len(text) > MOST_WORDS:
            wrong[code] = WORDS.put("too_long", most=MOST_WORDS)
    chosen = {one.code: given.get(one.code, "") for one in page.chosen}
    kept = {one.code: chosen[one.code] for one in page.chosen if chosen[one.code] in dict(page.options(one))}
    about = {one.code: one.about for one in page.chosen}
    sent = Sent(
        answers=answers,
        words={code: text for code, text in said.items() if text},
        person={code: option for code, option in kept.items() if about[code] == "person"},
        best_channel=next((option for code, option in kept.items() if about[code] == "channel"), None),
    )
    on = page.today
    if page.sheet.kind == PAPER:
        on, why = _day(page, given.get("on", ""))
        wrong |= {"on": why} if why else {}
    if sent.empty and not wrong:
        wrong[form.items[0].code] = WORDS.plain("nothing")
    channel, group = given.get("channel", ""), given.get("group", "")
    return Read(
        sent,
        channel if channel in dict(page.channels) else page.sheet.channel,
        group if group in dict(page.groups) else None,
        on,
        wrong,
    )


def _day(page: Asked, written: str) -> tuple[date, str]:
    day = day_in(written)
    if day is None:
        return page.today, WORDS.put("no_day", example=thai_day(page.today))
    return day, WORDS.plain("day_to_come") if day > page.today else ""


def thai_day(day: date) -> str:
    """A date as it is typed: 24/11/2569."""
    return f"{day.day}/{day.month}/{day.year + BUDDHIST_ERA}"


# --- how it looks ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filled:
    """What stands in the fields, why it cannot be sent, and what goes with it unseen."""

    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    saved: int = 0


def drawn(page: Asked, filled: Filled) -> str:
    """The whole form, as it was filled in so far."""
    paper = page.sheet.kind == PAPER
    intro = WORDS.put("intro_paper", typist=page.typist) if paper else WORDS.put("intro")
    head = WORDS.fill(
        "head",
        agency=html.escape(page.agency),
        form=html.escape(page.sheet.form.name),
        errors=_errors(page, filled.wrong),
        saved=WORDS.fill("saved", count=filled.saved) if filled.saved else "",
        intro=intro,
        promise="" if paper else WORDS.put("promise"),
    )
    fields = "".join(
        [
            "" if page.sheet.kind == SURVEY else WORDS.put("number", number=filled.number),
            _section("paper", _paper(page, filled)) if paper else "",
            *_rated(page, filled),
            _section("person", _person(page, filled)),
            _section("open", _open(page, filled)),
        ]
    )
    return head + WORDS.fill("form", fields=fields, send=WORDS.put("send_paper" if paper else "send"))


def _errors(page: Asked, wrong: Mapping[str, str]) -> str:
    if not wrong:
        return ""
    labels = {item.code: item.name for item in page.sheet.form.items}
    labels |= {one.code: one.name for one in page.sheet.form.questions}
    labels["on"] = WORDS.plain("on")
    links = "".join(WORDS.put("error_link", field=name, label=labels[name], why=why) for name, why in wrong.items())
    return WORDS.fill("errors", count=len(wrong), list=links)


def _section(name: str, fields: str) -> str:
    return WORDS.fill("section", legend=WORDS.put(name), fields=fields) if fields else ""


def _rated(page: Asked, filled: Filled) -> Iterator[str]:
    """The items, a section for each aspect, with the numbers of the paper."""
    options = [*page.scale, (_NONE, WORDS.plain("not_relevant"))]
    number = 0
    for aspect, items in groupby(page.sheet.form.items, lambda item: item.aspect):
        fields = ""
        for item in items:
            number += 1
            fields += _points(item.code, item.name, options, filled, f"{number}. ")
        legend = html.escape(page.aspects.get(aspect, "")) or WORDS.put("plain")
        yield WORDS.fill("section", legend=legend, fields=fields)


def _person(page: Asked, filled: Filled) -> str:
    fields = "".join(_chosen(page, one, filled) for one in page.chosen if one.about == "person")
    return WORDS.put("person_hint") + fields if fields else ""


def _open(page: Asked, filled: Filled) -> str:
    chosen = set(page.chosen)
    return "".join(
        _chosen(page, one, filled) if one in chosen else _words(one, filled)
        for one in page.sheet.form.questions
        if one.about != "person"
    )


def _paper(page: Asked, filled: Filled) -> str:
    why = filled.wrong.get("on", "")
    day = WORDS.fill(
        "line",
        field="on",
        name=WORDS.put("on"),
        hint=WORDS.put("on_hint", example=thai_day(page.today)),
        value=html.escape(filled.values.get("on", thai_day(page.today)), quote=True),
        **_amiss("on", why),
        described=" on-wrong" if why else "",
    )
    channel = {"channel": page.sheet.channel, **filled.values}
    unsaid = ("", WORDS.plain("unsaid"))
    return day + _list("channel", page.channels, channel) + _list("group", [unsaid, *page.groups], filled.values)


def _amiss(name: str, why: str) -> dict[str, str]:
    return {
        "wrong": WORDS.put("error_here", field=name, why=why) if why else "",
        "invalid": ' aria-invalid="true"' if why else "",
    }


def _chosen(page: Asked, question: Question, filled: Filled) -> str:
    options, unsaid = page.options(question), WORDS.plain("unsaid")
    if len(options) > _FEW:
        return _list(question.code, [("", unsaid), *options], filled.values, question.name)
    if not any(unsaid in label for _code, label in options):
        options = [*options, (_NONE, unsaid)]
    return _points(question.code, question.name, options, filled, "")


def _words(question: Question, filled: Filled) -> str:
    why = filled.wrong.get(question.code, "")
    amiss = _amiss(question.code, why)
    if why:
        amiss["invalid"] += f' aria-describedby="{html.escape(question.code)}-wrong"'
    return WORDS.fill(
        "words",
        field=html.escape(question.code),
        name=html.escape(question.name),
        most=MOST_WORDS,
        value=html.escape(filled.values.get(question.code, "")),
        **amiss,
    )


def _list(name: str, options: Options, values: Mapping[str, str], label: str = "") -> str:
    drawn_ = "".join(
        WORDS.fill(
            "option",
            value=html.escape(code),
            label=html.escape(text),
            checked=" selected" if values.get(name, "") == code else "",
        )
        for code, text in options
    )
    return WORDS.fill("choice", field=name, name=html.escape(label) or WORDS.put(name), options=drawn_, wrong="")


def _points(name: str, label: str, options: Options, filled: Filled, number: str) -> str:
    points = "".join(
        WORDS.fill(
            "point",
            field=html.escape(name),
            value=html.escape(code),
            label=html.escape(text),
            checked=" checked" if filled.values.get(name) == code else "",
        )
        for code, text in options
    )
    return WORDS.fill("points", field=html.escape(name), name=html.escape(label), number=number, points=points)
