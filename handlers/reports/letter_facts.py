"""What a letter says of its case: who, what, by when, and how the matter stood on the letter's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from handlers.reports.paper import Words, category_name, channel_name, head_title, local_date, long_date, unit_title
from handlers.services import Svc
from handlers.texts import shortened
from storage import agencies, cases, consents, handling, visits
from storage.tables import Agency, Case, Letter, StatusUpdate, Unit
from storage.words import Status

SUMMARY = 400  # letters of a matter's words that stand in a letter
_DONE = frozenset({Status.RESOLVED, Status.CLOSED})
_REPORTED = _DONE | {Status.REPORTED, Status.HEAD_REVIEW}


@dataclass(frozen=True)
class Facts:
    """The facts of one letter of the register."""

    svc: Svc
    case: Case
    letter: Letter
    words: Words

    @cached_property
    def agency(self) -> Agency:
        """The agency whose letter it is."""
        found = agencies.agency(self.svc.session, self.letter.agency_code)
        assert found is not None, "a letter's agency is a foreign key away"
        return found

    @cached_property
    def unit(self) -> Unit | None:
        """The unit that has the matter, or is written to."""
        code = self.letter.details.get("agency", self.case.agency_code)
        return agencies.unit(self.svc.session, code, self.letter.details.get("unit", self.case.unit_code))

    @property
    def unit_name(self) -> str:
        """That unit's name; the agency's where there is none."""
        return self.unit.name if self.unit is not None else self.agency.name

    @cached_property
    def on(self) -> date:
        """The letter's day."""
        return local_date(self.svc, self.letter.at)

    @cached_property
    def intake(self) -> Unit | None:
        """The unit that writes the agency's letters: the one that takes cases in."""
        rows = agencies.units(self.svc.session, self.agency.code)
        return next((unit for unit in rows if unit.intake), None)

    @cached_property
    def updates(self) -> list[StatusUpdate]:
        """What had happened until the letter was written."""
        return [row for row in cases.updates(self.svc.session, [self.case.id]) if row.at <= self.letter.at]

    @property
    def status(self) -> Status:
        """Where the case stood then."""
        return next((Status(row.status) for row in reversed(self.updates) if row.status), Status.RECEIVED)

    @cached_property
    def values(self) -> dict[str, object]:
        """What the sentences are filled with."""
        texts, case = self.svc.texts, self.case
        place = self.words.of(case.place, case.place_masked)
        nothing = texts.word("letter.words.no_words")
        return {
            "agency": self.agency.name,
            "head": head_title(texts, self.agency),
            "kind": texts.word(f"kinds.{case.kind}"),
            "channel": channel_name(self.svc, case.channel),
            "received": long_date(texts, local_date(self.svc, case.received_at)),
            "category": category_name(self.svc, case.category),
            "code": case.reference,
            "summary": shortened(self.words.of(case.text, case.masked), SUMMARY) or nothing,
            "place": texts.word("letter.words.place", place=place) if place and not self.hidden else "",
            "unit": self.unit_name,
            "due": long_date(texts, self._due),
            "to": self.to(),
            "found": self._found(),
            "visit": self._visit(),
            "opinion": self._opinion(),
            "late": self._late(),
            "again": self._again(),
            "contact": self._contact(),
            "authority": self._authority(),
        }

    @property
    def hidden(self) -> bool:
        """A confidential case, and a reader who sees no word of it."""
        return self.case.confidential and not self.words.open_

    @property
    def _due(self) -> date:
        written = self.letter.details.get("due")
        return date.fromisoformat(written) if written else self.case.extended_to or self.case.due_on

    def to(self) -> str:
        """Whom it is written to."""
        word, kind, details = self.svc.texts.word, self.letter.kind, self.letter.details
        if details.get("to"):
            return str(details["to"])
        if kind == "memo_head":
            return head_title(self.svc.texts, self.agency)
        if kind == "tell_complainant":
            name = self.words.complainant if self.words.open_ else ""
            return name or word("letter.words.complainant", code=self.case.reference)
        if kind == "governor":
            places = agencies.places(self.svc.session)
            return word("letter.words.governor", province=next((p.name for p in places if p.kind == "province"), ""))
        if kind == "refer":
            found = handling.referral(self.svc.session, self.case.id)
            return found.agency_name if found is not None else word("letter.words.blank")
        if kind == "ministry":
            return str(self.agency.settings.get("ministry") or word("letter.words.blank"))
        return unit_title(self.svc.texts, self.unit_name)

    def _found(self) -> str:
        """How the matter stands: result, refusal, sent on, or still worked on. The complainant is told of a result
        only once it is concluded."""
        word, agency = self.svc.texts.word, self.agency.name
        status = self.status
        if status == Status.NOT_ACCEPTED:
            note = self._note(status=Status.NOT_ACCEPTED)
            reason = word("letter.parts.reason", note=note) if note else ""
            return word("letter.parts.refused", agency=agency, reason=reason)
        referral = handling.referral(self.svc.session, self.case.id)
        if status == Status.TRANSFERRED and referral is not None:
            phone = word("letter.parts.sent_phone", phone=referral.phone) if referral.phone else ""
            return word("letter.parts.sent_on", agency=agency, to=referral.agency_name, phone=phone)
        if status in (_DONE if self.letter.kind == "tell_complainant" else _REPORTED):
            return self._result()
        return word("letter.parts.doing", unit=self.unit_name, due=long_date(self.svc.texts, self._due))

    def _result(self) -> str:
        word = self.svc.texts.word
        at = next((row.at for row in reversed(self.updates) if row.what == "result"), None)
        done = word("letter.parts.done", date=long_date(self.svc.texts, local_date(self.svc, at))) if at else ""
        result = "" if self.hidden else self._note(what="result")
        if not result:
            return word("letter.parts.result_confidential", unit=self.unit_name, done=done)
        return word("letter.parts.result", unit=self.unit_name, result=result, done=done)

    def _note(self, *, what: str = "", status: Status | None = None) -> str:
        """An officer's newest words of this kind; what was written to somebody who had the case before is masked."""
        fitting = [row for row in self.updates if (row.what == what if what else row.status == status)]
        rows = [row for row in fitting if row.note is not None]
        if not rows:
            return ""
        handed = [row.id for row in self.updates if row.what == "handed_over"]
        to_another = self.letter.kind == "tell_complainant" and bool(handed) and rows[-1].id < handed[-1]
        return self.words.of(rows[-1].note, rows[-1].note_masked, masked_always=to_another)

    def _visit(self) -> str:
        made = [row for row in visits.of_case(self.svc.session, self.case.id) if row.made_at is not None]
        if not made or made[-1].made_at is None or made[-1].made_at > self.letter.at:
            return ""
        on = long_date(self.svc.texts, local_date(self.svc, made[-1].made_at))
        found = self.words.of(made[-1].found)
        return self.svc.texts.word("letter.parts.visit", date=on, found=found).strip() + "\n"

    def _opinion(self) -> str:
        word = self.svc.texts.word
        written = self._note(status=Status.HEAD_REVIEW)
        if written and not self.hidden:
            return written
        key = "letter.parts.opinion_done" if self.status in _REPORTED else "letter.parts.opinion_doing"
        return word(key, unit=self.unit_name)

    def _late(self) -> str:
        days = int(self.letter.details.get("late", 0))
        return self.svc.texts.word("letter.parts.late", n=days) if days else self.svc.texts.word("letter.parts.near")

    def _again(self) -> str:
        if self.status not in _DONE:
            return ""
        values = {"days": self.svc.limits["reopen_days"], "phone": self.agency.phone or "", "code": self.case.reference}
        return self.svc.texts.word("letter.parts.again", **values)

    def _contact(self) -> str:
        """Whom to ask, for somebody who takes the case over; personal, so in an open letter only."""
        if self.letter.kind == "refer" and not consents.stands(self.svc.session, self.case, "identity"):
            return self.svc.texts.word("letter.words.no_contact", agency=self.agency.name) + "\n"
        if not self.words.open_ or not (self.words.complainant or self.words.phone):
            return ""
        blank = self.svc.texts.word("letter.words.short_blank")
        values = {"name": self.words.complainant or blank, "phone": self.words.phone or blank}
        return self.svc.texts.word("letter.words.contact", **values) + "\n"

    def _authority(self) -> str:
        law = self.agency.settings.get("order_authority")
        return self.svc.texts.word("letter.parts.authority", law=law) if law else ""
