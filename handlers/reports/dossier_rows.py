"""The rows and dated lines of a dossier's steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import zip_longest

from handlers.reports.letters import CHASES
from handlers.reports.paper import Words, category_name, channel_name, long_date
from handlers.services import Svc
from handlers.texts import UnknownText, shortened
from storage import agencies, cases, dossiers, handling, joins, letters
from storage import visits as site_visits
from storage.reminders import HURRIED
from storage.tables import Case, Letter, StatusUpdate
from storage.words import Role, Status

_WORDS = 600  # letters shown of one message or note
_HASH = 12  # digits of a hash that stand in the table; the head stands in full
_LETTER = "letter"  # what a letter's status update and link are called
_TO_UNITS = ("notify_unit", "order_team", "refer")
_DECIDING = frozenset({Status.REPORTED, Status.HEAD_REVIEW, Status.RETURNED_INCOMPLETE, Status.RESOLVED})


@dataclass(frozen=True)
class Row:
    """A fact: its name and what it is."""

    name: str
    value: str


@dataclass(frozen=True)
class Event:
    """Something that happened: when (also in words), what, and a last column (by whom, delivered how, which link)."""

    moment: datetime
    at: str
    what: str
    aside: str


@dataclass(frozen=True)
class Gatherer:
    """Reads one case's rows into words."""

    svc: Svc
    case: Case
    words: Words

    # --- facts, one list for each step that has some ---

    def no_rows(self) -> list[Row]:
        """A step of events only."""
        return []

    def intake_rows(self) -> list[Row]:
        """Who brought it, how, when, where."""
        case, word = self.case, self.svc.texts.word
        photos = sum(one.stage == dossiers.BEFORE for one in dossiers.pictures(self.svc.session, case))
        joined = len(joins.of_case(self.svc.session, case.id))
        names = {
            "channel": channel_name(self.svc, case.channel),
            "external": case.external_ref or "",
            "received": self._time(case.received_at),
            "counted": self._day(case.counted_from),
            "complainant": self._complainant(),
            "phone": self.words.phone if self.words.open_ else "",
            "place": self._place(),
            "happened": self.words.of(case.happened),
            "photos": word("dossier.values.photos", n=photos) if photos else "",
            "joined": word("dossier.values.people", n=joined) if joined else "",
        }
        return self._rows(names)

    def analysis_rows(self) -> list[Row]:
        """What the matter is, who said so, and what the machine thought."""
        case, word = self.case, self.svc.texts.word
        names = {
            "kind": word(f"kinds.{case.kind}"),
            "category": f"{category_name(self.svc, case.category)} ({case.category})",
            "decided": self._named("by", case.category_by) if case.category_by else "",
            "machine": self._machine(),
            "summary": shortened(self.words.of(case.text, case.masked), _WORDS),
            "unit": self._unit(case.agency_code, case.unit_code),
            "route": self._named("routes", case.route),
            "order": case.order_number or "",
            "flags": self._flags(),
            "due": self._day(case.due_on),
        }
        return self._rows(names)

    def result_rows(self) -> list[Row]:
        """How it ended, and which of the four notices went out."""
        case = self.case
        names = {
            "answered": self._time(case.first_answer_at),
            "resolved": self._time(case.resolved_at),
            "conclusion": self._named("conclusions", case.conclusion_type) if case.conclusion_type else "",
        }
        return [*self._rows(names), *self._notices()]

    def register_rows(self) -> list[Row]:
        """The case's line in the register, and what proves its history."""
        case, word = self.case, self.svc.texts.word
        chain = dossiers.chain(self.svc.session)
        referral = handling.referral(self.svc.session, case.id)
        names = {
            "status": self._first_known(f"dossier.statuses.{case.status}", word(f"statuses.{case.status}")),
            "due": self._day(case.due_on),
            "extended": self._day(case.extended_to) if case.extended_to else "",
            "closed": self._time(case.closed_at),
            "closed_how": self._named("closed", case.closed_how) if case.closed_how else "",
            "referred": referral.agency_name if referral is not None else "",
            "links": word("dossier.values.links", n=len(self._links), total=chain.links),
            "head": chain.head,
            "verify": word("dossier.values.verify"),
        }
        return self._rows(names)

    # --- what happened, one list for each step ---

    def said(self) -> list[Event]:
        """The complainant's messages; where an officer wrote the case down, its text."""
        rows = dossiers.said(self.svc.session, self.case)
        found = [self._event(row.at, shortened(self.words.plain(row.words), _WORDS)) for row in rows]
        if not found and self.case.text is not None:
            text = shortened(self.words.of(self.case.text, self.case.masked), _WORDS)
            found = [self._event(self.case.received_at, text)]
        return found

    def letters_to_units(self) -> list[Event]:
        """Letters that asked somebody to act, orders, and the shares of a case of several units."""
        events = self._letters(_TO_UNITS)
        for task in handling.tasks(self.svc.session, self.case.id):
            unit = self._unit(task.agency_code, task.unit_code)
            if task.done_at is not None:
                result = self.words.of(task.result, task.result_masked)
                what = f"{self._value('task_done', unit=unit)} {shortened(result, _WORDS)}"
                events.append(self._event(task.done_at, what.strip()))
        moved = [row for row in self.updates if row.status in (Status.ASSIGNED, Status.SCREENING)]
        return _in_order([*events, *(self._update(row) for row in moved)])

    def visits(self) -> list[Event]:
        """Visits planned and made: what was found, who was there."""
        events: list[Event] = []
        for visit in site_visits.of_case(self.svc.session, self.case.id):
            if visit.made_at is None:
                if visit.planned_for is not None:
                    events.append(self._event(visit.planned_for, self._value("planned")))
                continue
            parts = [self._value("made"), shortened(self.words.of(visit.found), _WORDS)]
            if visit.present is not None:
                present = self.words.of(visit.present) if self.words.open_ else self._value("hidden_people")
                parts.append(self._value("present", present=present))
            if visit.lat is not None and visit.lon is not None and (self.words.open_ or not self.case.confidential):
                parts.append(self._value("spot", lat=f"{visit.lat:.5f}", lon=f"{visit.lon:.5f}"))
            events.append(self._event(visit.made_at, " ".join(part for part in parts if part)))
        return _in_order(events)

    def decisions(self) -> list[Event]:
        """What the head was given and decided."""
        moved = [row for row in self.updates if row.status in _DECIDING]
        return _in_order([*(self._update(row) for row in moved), *self._letters(("memo_head",))])

    def told(self) -> list[Event]:
        """What the complainant was sent, and how far each message got; letters to them."""
        events = [
            self._event(row.sent_at or row.at, self._sent_words(row), self._named("deliveries", row.state))
            for row in dossiers.sent(self.svc.session, self.case)
        ]
        return _in_order([*events, *self._letters(("tell_complainant", "governor", "ministry"), by=False)])

    def reminders(self) -> list[Event]:
        """What the clock reminded of, whoever asked to hurry, and the letters of pursuit."""
        events: list[Event] = []
        events += [self._update(row) for row in self.updates if row.what == "reminded"]  # those somebody was told of
        hurried = [self._update(row) for row in self.updates if row.what in ("hurried", HURRIED)]
        return _in_order([*events, *hurried, *self._letters(CHASES)])

    def register(self) -> list[Event]:
        """Every link of the case's history; of letters with their number, the words of others stand elsewhere."""
        numbers = [row.note_masked or "" for row in self._issued]
        events = []
        for link in self._links:
            note = f": {numbers.pop(0)}" if link.what == _LETTER and numbers else ""
            aside = self._value("link", n=link.number, hash=link.hash[:_HASH])
            events.append(self._event(link.at, f"{self._named_event(link.what)}{note}", aside))
        return events

    # --- words ---

    @cached_property
    def updates(self) -> list[StatusUpdate]:
        """What happened, oldest first."""
        return cases.updates(self.svc.session, [self.case.id])

    @cached_property
    def _links(self) -> list[dossiers.Link]:
        return dossiers.links(self.svc.session, self.case.id)

    @cached_property
    def _issued(self) -> list[StatusUpdate]:
        """What says that a letter was issued, in the register's order."""
        return [row for row in self.updates if row.what == _LETTER]

    def _rows(self, values: dict[str, str]) -> list[Row]:
        return [Row(self.svc.texts.word(f"dossier.rows.{name}"), value) for name, value in values.items()]

    def _event(self, moment: datetime, what: str, aside: str = "") -> Event:
        return Event(moment, self.svc.texts.moment(moment), what, aside)

    def _update(self, row: StatusUpdate) -> Event:
        note = shortened(self.words.of(row.note, row.note_masked), _WORDS)
        what = self._named_event(row.what)
        return self._event(row.at, f"{what}: {note}" if note else what, self._by(row.by))

    def _letters(self, kinds: Iterable[str], *, by: bool = True) -> list[Event]:
        rows = zip_longest(letters.of_case(self.svc.session, self.case.id), self._issued)
        return [
            self._event(row.at, self._letter(row), self._by(issued.by) if by and issued is not None else "")
            for row, issued in rows
            if row is not None and row.kind in kinds
        ]

    def _letter(self, row: Letter) -> str:
        return self._value("letter", name=self.svc.texts.word(f"letter.names.{row.kind}"), number=row.number)

    def _notices(self) -> list[Row]:
        found = []
        for row in handling.notices(self.svc.session, self.case.id):
            name = self._value("notice", recipient=self._named("recipients", row.recipient))
            how = self._named("how", row.how) if row.how else ""
            parts = (self._time(row.done_at), how, row.number or "")
            done = " ".join(part for part in parts if part) if row.done_at else self._value("waiting")
            found.append(Row(name, done))
        return found

    def _sent_words(self, row: dossiers.Sent) -> str:
        return shortened(self.words.plain(row.words, row.masked), _WORDS)

    def _machine(self) -> str:
        verdict = self.case.verdict
        if not verdict.get("category"):
            return ""
        return self._value(
            "machine",
            category=category_name(self.svc, str(verdict["category"])),
            percent=round(100 * float(verdict.get("confidence", 0))),
            version=str(verdict.get("engine", "")),
            abstained=self._value("abstained") if verdict.get("abstained") else "",
        )

    def _complainant(self) -> str:
        hidden = self.svc.texts.word("letter.words.hidden_name")
        return (self.words.complainant if self.words.open_ else hidden) if self.words.complainant else ""

    def _place(self) -> str:
        case = self.case
        place = self.words.of(case.place, case.place_masked)
        if not place and case.lat is not None and case.lon is not None:
            shown = self.words.open_ or not case.confidential
            place = self._value("pin", lat=f"{case.lat:.5f}", lon=f"{case.lon:.5f}") if shown else ""
        return place or self._value("no_place")

    def _flags(self) -> str:
        case = self.case
        flags = {"urgent": case.urgent, "confidential": case.confidential, "incomplete": case.incomplete}
        return " ".join(self.svc.texts.word(f"marks.{name}") for name, is_set in flags.items() if is_set)

    def _unit(self, agency_code: str, unit_code: str | None) -> str:
        unit = agencies.unit(self.svc.session, agency_code, unit_code)
        agency = agencies.agency(self.svc.session, agency_code)
        return unit.name if unit is not None else agency.name if agency is not None else agency_code

    def _by(self, code: str) -> str:
        return self.svc.texts.word(f"roles.{code}") if code in set(Role) else self._named("by", code)

    def _named_event(self, what: str) -> str:
        return self._first_known(f"events.{what}", what)

    def _named(self, table: str, code: str, otherwise: str = "") -> str:
        """The word for a code; `otherwise` names the word for codes that have none, else the code stands itself."""
        spare = self.svc.texts.word(f"dossier.{table}.{otherwise}") if otherwise else code
        return self._first_known(f"dossier.{table}.{code}", spare)

    def _first_known(self, key: str, spare: str) -> str:
        try:
            return self.svc.texts.word(key)
        except UnknownText:
            return spare

    def _value(self, key: str, /, **values: object) -> str:
        return self.svc.texts.word(f"dossier.values.{key}", **values)

    def _day(self, day: date) -> str:
        return long_date(self.svc.texts, day)

    def _time(self, moment: datetime | None) -> str:
        if moment is None:
            return ""
        local = moment.astimezone(self.svc.tools.zone)
        return self.svc.texts.word("dossier.time", date=self._day(local.date()), time=f"{local:%H:%M}")


def _in_order(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.moment)
