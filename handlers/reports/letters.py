"""The facts of a letter, gathered from rows as they were on the letter's day; drawn by bot/documents.

Forms after ระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ พ.ศ. 2526: a unit of one's own agency gets a memo (หนังสือภายใน),
everybody else a letter (หนังสือภายนอก), a working group an order (คำสั่ง). Which letters a case needs: domain 1.7 F-1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.reports.letter_facts import Facts
from handlers.reports.paper import Form, Paper, Words, channel_name, head_title, local_date, long_date, unit_title
from handlers.services import Svc
from storage import agencies, consents, dossiers, handling, letters
from storage.tables import Case, Letter
from storage.words import Route

CHASES = ("chase_1", "chase_2", "chase_3")
KINDS = ("notify_unit", "memo_head", "tell_complainant", *CHASES, "governor", "ministry", "order_team", "refer")
_TO_UNITS = ("notify_unit", *CHASES)
_WITH_PHOTOS = ("notify_unit", "refer")


def paper(svc: Svc, case: Case, letter: Letter, *, open_: bool = False, thai_digits: bool = False) -> Paper:
    """This letter of the register as it stands on paper; personal data masked unless `open_`."""
    drawn = _Sheet(svc, case, letter, Facts(svc, case, letter, _words(svc, case, letter, open_))).paper()
    return drawn.in_thai_digits(svc.texts) if thai_digits else drawn


def _words(svc: Svc, case: Case, letter: Letter, open_: bool) -> Words:
    """To another agency who they are goes with their consent alone, and what is sensitive with its own (PDPA ss. 19,
    26). Letters are drawn anew: each says what may be said today."""
    if letter.kind != "refer":
        return Words(svc, case, open_)
    agreed = {one: consents.stands(svc.session, case, one) for one in consents.FOR_A_CASE}
    return Words(svc, case, open_ and agreed["identity"], veiled=not agreed["sensitive"])


@dataclass(frozen=True)
class _Sheet:
    svc: Svc
    case: Case
    letter: Letter
    facts: Facts

    def paper(self) -> Paper:
        """Every part of it."""
        word, kind, form = self.svc.texts.word, self.letter.kind, self.form
        lines = word(f"letter.bodies.{kind}", **self.facts.values).strip().split("\n")
        order = form == "order"
        return Paper(
            form=form,
            name=word(f"letter.names.{kind}"),
            reference=self.case.reference,
            emblem=word("letter.words.emblem"),
            title=self._title(),
            secrecy=word("letter.words.secret") if self.case.confidential else "",
            speed=self._speed(),
            number=f"{word('letter.words.number')}  {self._number()}",
            sender=() if form != "external" else (self.facts.agency.name, *self._address()),
            date=self._date(),
            heads=self._heads(),
            body=tuple(line.strip() for line in lines if line.strip()),
            members=self._members() if order else (),
            after=tuple(word("letter.parts.duties", **self.facts.values).strip().split("\n")) if order else (),
            regards=word("letter.words.regards") if form == "external" else "",
            signature=self._signature(),
            decision=self._decision(),
            foot=() if order else self._foot(),
        )

    @property
    def form(self) -> Form:
        if self.letter.kind == "order_team":
            return "order"
        inside = self.facts.unit is None or self.facts.unit.agency_code == self.facts.agency.code
        return "memo" if self.letter.kind == "memo_head" or (self.letter.kind in _TO_UNITS and inside) else "external"

    def _title(self) -> str:
        if self.form == "order":
            return self.svc.texts.word("letter.words.order", agency=self.facts.agency.name)
        return self.svc.texts.word("letter.words.memo") if self.form == "memo" else ""

    def _date(self) -> str:
        on = long_date(self.svc.texts, self.facts.on)
        return f"{self.svc.texts.word('letter.words.date')}  {on}" if self.form == "memo" else on

    def _number(self) -> str:
        # Orders are counted by themselves where the case has such a number; without a prefix in any case.
        number = (self.case.order_number or self.letter.number) if self.form == "order" else self.letter.number
        return number.rpartition(" ")[2] if self.form == "order" else number

    def _speed(self) -> str:
        if self.case.urgent or self.case.route == Route.URGENT:
            return self.svc.texts.word("letter.words.urgent")
        return self.svc.texts.word("letter.words.urgent_chase") if self.letter.kind in CHASES[1:] else ""

    def _address(self) -> tuple[str, ...]:
        address = str(self.facts.agency.settings.get("address", "")).strip()
        return (address,) if address else ()

    def _heads(self) -> tuple[tuple[str, str], ...]:
        word = self.svc.texts.word
        rows = [("subject", word(f"letter.subjects.{self.letter.kind}", **self.facts.values))]
        if self.form == "memo":
            rows.insert(0, ("office", self._office()))
        if self.form != "order":
            rows.append(("to", self.facts.to()))
            rows += [("refers", one) for one in self._refers()]
            rows += [("attached", one) for one in self._attached()]
        return _named_once([(word(f"letter.words.{name}"), value) for name, value in rows])

    def _office(self) -> str:
        own = self.facts.unit if self.letter.kind == "memo_head" else self.facts.intake
        name, phone = (own.name, own.phone) if own is not None else ("", None)
        values = {"unit": name, "agency": self.facts.agency.name, "phone": phone or self.facts.agency.phone or ""}
        return self.svc.texts.word("letter.words.office_of", **values).strip()

    def _refers(self) -> list[str]:
        """What the letter answers or follows: the complainant's own words, somebody else's letter, ours before it."""
        word, texts, case = self.svc.texts.word, self.svc.texts, self.case
        if self.letter.kind == "tell_complainant":
            received = long_date(texts, local_date(self.svc, case.received_at))
            channel = channel_name(self.svc, case.channel)
            return [word("letter.words.received", channel=channel, date=received, code=case.reference)]
        if self.letter.kind == "ministry" and case.external_ref:
            on = word("letter.words.external_on", date=long_date(texts, case.external_on)) if case.external_on else ""
            return [word("letter.words.external", number=case.external_ref, on=on)]
        if self.letter.kind not in CHASES:
            return []
        earlier = letters.of_case(self.svc.session, case.id)
        rows = [row for row in earlier if row.id < self.letter.id and row.kind in _TO_UNITS]
        return [
            word(
                "letter.words.earlier",
                name=word(f"letter.names.{row.kind}"),
                number=row.number,
                date=long_date(texts, local_date(self.svc, row.at)),
            )
            for row in rows
        ]

    def _attached(self) -> list[str]:
        if self.letter.kind not in _WITH_PHOTOS:
            return []
        photos = sum(one.stage == dossiers.BEFORE for one in dossiers.pictures(self.svc.session, self.case))
        return [self.svc.texts.word("letter.words.photos", n=photos)] if photos else []

    def _members(self) -> tuple[tuple[str, str], ...]:
        """The units of the working group: the case's own leads, intake keeps the papers."""
        word, texts = self.svc.texts.word, self.svc.texts
        names = [self.facts.unit_name]
        for task in handling.tasks(self.svc.session, self.case.id):
            unit = agencies.unit(self.svc.session, task.agency_code, task.unit_code)
            if unit is not None and unit.name not in names:
                names.append(unit.name)
        intake = self.facts.intake.name if self.facts.intake is not None else ""
        posts = ["leader", *["member"] * (len(names) - 1)]
        if intake in names[1:]:
            posts[names.index(intake)] = "secretary"
        elif intake and intake not in names:
            names.append(intake)
            posts.append("secretary")
        rows = zip(names, posts, strict=True)
        return tuple((unit_title(texts, name), word(f"letter.parts.{post}")) for name, post in rows)

    def _signature(self) -> tuple[str, ...]:
        word, settings = self.svc.texts.word, self.facts.agency.settings
        by_unit = self.letter.kind == "memo_head"
        name = "" if by_unit else str(settings.get("head_name", ""))
        blank = word("letter.words.signer", name=name or word("letter.words.blank"))
        title = (
            unit_title(self.svc.texts, self.facts.unit_name)
            if by_unit
            else head_title(self.svc.texts, self.facts.agency)
        )
        if self.form == "order":
            ordered = long_date(self.svc.texts, self.facts.on, "letter.words.ordered")
            return (ordered, "", blank, title)
        return (blank, title)

    def _decision(self) -> tuple[str, ...]:
        if self.letter.kind != "memo_head":
            return ()
        lines = self.svc.texts.word("letter.parts.decision", head=head_title(self.svc.texts, self.facts.agency))
        blank = self.svc.texts.word("letter.words.blank")
        return (*lines.strip().split("\n"), self.svc.texts.word("letter.words.signer", name=blank))

    def _foot(self) -> tuple[str, ...]:
        word = self.svc.texts.word
        own = self.facts.intake
        lines = [] if self.form == "memo" or own is None else [own.name]
        if lines:
            lines.append(word("letter.words.phone", phone=(own.phone if own else "") or self.facts.agency.phone or ""))
        if self.letter.kind == CHASES[-1]:
            lines.append(f"{word('letter.words.copy')}  {head_title(self.svc.texts, self.facts.agency)}")
        return tuple(lines)


def _named_once(rows: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Rows of one name below each other carry it once."""
    before = ["", *(name for name, _value in rows)]
    return tuple(("" if name == last else name, value) for last, (name, value) in zip(before, rows, strict=False))
