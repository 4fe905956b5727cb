"""The dossier of one case: the seven steps of the guide's example, with B.E. dates and evidence.

The headings are the guide's own (PMQA category 3, CS3 example; domain 1.7 F-3); drawn by bot/documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.reports import letters as papers
from handlers.reports.dossier_rows import Event, Gatherer, Row
from handlers.reports.paper import Paper, Words, local_date, long_date
from handlers.services import Svc
from storage import agencies, dossiers, letters
from storage.dossiers import Picture
from storage.tables import Case

STEPS = range(1, 8)
PHOTOS = 6  # shown of one stage; the others are counted


@dataclass(frozen=True)
class Photo:
    """A picture by the digest the file store knows it by, and what stands below it."""

    digest: str
    caption: str


@dataclass(frozen=True)
class Step:
    """One of the seven: its heading, when, and the evidence. `columns` are the headers of `events`."""

    number: int
    title: str
    date: str
    caption: str
    rows: tuple[Row, ...] = ()
    columns: tuple[str, str, str] = ("", "", "")
    events: tuple[Event, ...] = ()
    photos: tuple[Photo, ...] = ()
    more: str = ""  # of pictures not shown
    nothing: str = ""  # said where nothing was recorded


@dataclass(frozen=True)
class Dossier:
    """Everything that stands on the paper, every word of it."""

    title: str
    agency: str
    reference: str
    about: str
    secrecy: str
    as_of: str
    note: str
    page: str
    steps: tuple[Step, ...]
    annex: str
    letters: tuple[Paper, ...]
    signatures: str


def dossier(svc: Svc, case: Case, *, open_: bool = False) -> Dossier:
    """The dossier of this case as its rows stand now; personal data masked unless `open_`."""
    word, words = svc.texts.word, Words(svc, case, open_)
    agency = agencies.agency(svc.session, case.agency_code)
    written = tuple(papers.paper(svc, case, row, open_=open_) for row in letters.of_case(svc.session, case.id))
    steps = _Steps(svc, case, Gatherer(svc, case, words), words)
    return Dossier(
        title=word("dossier.title"),
        agency=agency.name if agency else "",
        reference=case.reference,
        about=word("dossier.about", code=case.reference),
        secrecy=word("letter.words.secret") if case.confidential else "",
        as_of=word("dossier.as_of", date=long_date(svc.texts, svc.today), time=svc.texts.clock(svc.now)),
        note=word("dossier.open" if open_ else "dossier.masked"),
        page=word("dossier.page"),
        steps=tuple(steps.step(number) for number in STEPS),
        annex=word("dossier.annex") if written else "",
        letters=written,
        signatures=word("dossier.signatures"),
    )


@dataclass(frozen=True)
class _Steps:
    svc: Svc
    case: Case
    found: Gatherer
    words: Words

    def step(self, number: int) -> Step:
        """This step with everything recorded for it."""
        word, found = self.svc.texts.word, self.found
        rows, events, first = {
            1: (found.intake_rows, found.said, "words"),
            2: (found.analysis_rows, found.letters_to_units, "detail"),
            3: (found.no_rows, found.visits, "detail"),
            4: (found.no_rows, found.decisions, "detail"),
            5: (found.result_rows, found.told, "words"),
            6: (found.no_rows, found.reminders, "detail"),
            7: (found.register_rows, found.register, "detail"),
        }[number]
        lines, happened = rows(), events()
        photos, more = self._photos(number)
        last = {1: "detail", 5: "result", 7: "link"}.get(number, "by")
        return Step(
            number=number,
            title=word(f"dossier.steps.{number}"),
            date=self._date(number, happened),
            caption=word("dossier.evidence", caption=word(f"dossier.captions.{number}")),
            rows=tuple(row for row in lines if row.value),
            columns=(word("dossier.columns.at"), word(f"dossier.columns.{first}"), word(f"dossier.columns.{last}")),
            events=tuple(happened),
            photos=photos,
            more=more,
            nothing="" if happened or photos or lines else word("dossier.nothing"),
        )

    def _date(self, number: int, events: Sequence[Event]) -> str:
        """The line below the heading; the guide has none for the last two steps."""
        if number > 5:
            return ""
        days: list[date] = [local_date(self.svc, event.moment) for event in events]
        day = local_date(self.svc, self.case.received_at) if number == 1 else min(days, default=None)
        return long_date(self.svc.texts, day, "dossier.step_date") if day is not None else ""

    def _photos(self, number: int) -> tuple[tuple[Photo, ...], str]:
        """Pictures from before go with the intake, those of the visit and from after with the visit."""
        stages = {1: ("before",), 3: ("visit", "after")}.get(number, ())
        if not stages or (self.case.confidential and not self.words.open_):
            return (), ""
        every = dossiers.pictures(self.svc.session, self.case)
        groups = [[one for one in every if one.stage == stage] for stage in stages]
        shown = [self._photo(one) for group in groups for one in group[:PHOTOS]]
        left = sum(max(0, len(group) - PHOTOS) for group in groups)
        return tuple(shown), self.svc.texts.word("dossier.more_photos", n=left) if left else ""

    def _photo(self, picture: Picture) -> Photo:
        word = self.svc.texts.word
        taken = word("dossier.photo_taken", at=self._time(picture.taken_at)) if picture.taken_at else ""
        stage = word(f"dossier.stages.{picture.stage}")
        return Photo(picture.digest, word("dossier.photo", stage=stage, at=self._time(picture.at), taken=taken))

    def _time(self, moment: datetime) -> str:
        return self.svc.texts.moment(moment)
