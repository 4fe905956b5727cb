"""What becomes of a case: whoever has it gives the next command, in office hours, sooner or later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from bot.simulation.citizens import Citizen, Town
from bot.simulation.plan import Days, Dice, load, order, pace
from bot.simulation.staff import Officer, Staff
from bot.simulation.world import World
from handlers.rules.evidence import needs_photo
from storage import agencies, cases
from storage.tables import Case
from storage.words import ENDED, Conclusion, Kind, Role, Status

_MOST_TRIES = 40  # commands about one case; then somebody would look into it, and here it is counted
_VOICES = frozenset({Kind.SUGGESTION, Kind.OPINION, Kind.COMPLIMENT})
_NEVER_MERGED = frozenset({Kind.CORRUPTION, Kind.EMERGENCY})


@dataclass
class Work:
    """A case as those see it who work on it."""

    case_id: int
    reference: str
    citizen: Citizen | None
    category: str  # what it is about, as its teller knows
    where: str
    hours: float = 0.0  # of work, from taking it on to the result
    extras: list[str] = field(default_factory=list)
    tries: int = 0
    officer: Officer | None = None
    others: list[Officer] = field(default_factory=list)  # of other units, where several do it together
    conclusion: Conclusion = Conclusion.FIXED
    reported: int = 0
    sent_back: bool = False
    resolved: int = 0


class Office:
    """The officers of every agency at work."""

    def __init__(self, world: World, dice: Dice, days: Days, staff: Staff, town: Town, seen: int) -> None:
        self.world, self.dice, self.days, self.staff, self.town = world, dice, days, staff, town
        self._seen = seen  # the newest case that somebody has taken up
        self._open: dict[tuple[str, str], str] = {}  # the newest case of each agency and category

    # --- new cases ---------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Take up what was filed since."""
        for case in cases.after(self.world.session, self._seen):
            self._seen = case.id
            self._begin(case)

    def _begin(self, case: Case) -> None:
        citizen = self.town.who(case.conversation_id)
        matter = citizen.matter if citizen is not None else None
        work = Work(
            case.id,
            case.reference,
            citizen,
            matter.category if matter is not None else case.category,
            matter.spot.words if matter is not None else case.place_masked or "",
        )
        usual = case.standard_days * 8 * self.dice.between(0.12, 0.7)
        work.hours = usual * self.dice.chance.lognormvariate(0.0, 0.55) * pace(case.agency_code, case.unit_code)
        work.extras = [name for name, share in _EXTRAS.items() if self.dice.happens(share)]
        work.conclusion = self._conclusion(case)
        if case.route == "urgent":
            self.town.later(self.dice.between(0.1, 0.9), lambda: self._acknowledge(work))
        self._hears_later(work, citizen)
        self._next(work, self.dice.between(0.3, 9) * pace(case.agency_code, case.unit_code))

    def _conclusion(self, case: Case) -> Conclusion:
        if case.kind in _VOICES:
            return Conclusion.NOTED
        category = agencies.category(self.world.session, case.category)
        names = _MENDED if category is not None and category.physical else _ANSWERED
        return Conclusion(self.dice.weighed(names))

    def _hears_later(self, work: Work, citizen: Citizen | None) -> None:
        """What its complainant does beside answering."""
        if citizen is None:
            return
        if self.dice.happens(0.1):
            self.town.later(self.dice.between(60, 500), lambda: citizen.asks_after_it(work.reference))
        if self.dice.happens(0.015):
            self.town.later(self.dice.between(5, 90), lambda: self._withdraws(work, citizen))

    def _withdraws(self, work: Work, citizen: Citizen) -> None:
        if self._case(work).status not in (*ENDED, Status.RESOLVED):
            citizen.withdraws(work.reference)

    def _acknowledge(self, work: Work) -> None:
        case = self._case(work)
        if case.acknowledged_at is None and case.status not in ENDED:
            self._give(self.staff.of(Role.HEAD, case.agency_code), "acknowledge", work)

    # --- one step after the other ------------------------------------------------------------------------------------

    def _case(self, work: Work) -> Case:
        return cases.get(self.world.session, work.case_id)

    def _next(self, work: Work, hours: float) -> None:
        self.world.at(self.days.in_office(self.world.now, hours), lambda: self._step(work))

    def _step(self, work: Work) -> None:
        """Whoever has the case does the next thing."""
        case = self._case(work)
        deed = _DEEDS.get(Status(case.status))
        if deed is None or case.status in ENDED:
            return
        work.tries += 1
        if work.tries > _MOST_TRIES:
            self.world.counts["stuck"] += 1
            return
        deed(self, work, case)

    def _give(self, officer: Officer, name: str, work: Work, **values: str) -> None:
        """A command in an officer's chat."""
        self.world.turn(officer.chat, order(name, code=work.reference, **values))

    def _screen(self, work: Work, case: Case) -> None:
        """Intake finds whose it is."""
        intake = self.staff.of(Role.INTAKE, case.agency_code)
        if case.confidential:
            self._give_to(work, case, self._officer(work, case))
            return
        if self.dice.happens(0.07):
            self._give(intake, "reject", work, words=self.dice.officer_says("reject"))
        elif self.dice.happens(0.08):
            self._give(intake, "forward", work, words=self.dice.officer_says("forward"))
        elif not self._owned(case.agency_code, work.category) or work.tries > 2:
            self._give(intake, "assign", work, unit=str(intake.unit))
        else:
            self._give(intake, "category", work, category=work.category)
        self._next(work, self.dice.between(0.5, 8) * pace(case.agency_code, case.unit_code))

    def _give_to(self, work: Work, case: Case, officer: Officer) -> None:
        """Intake names who works on it."""
        intake = self.staff.of(Role.INTAKE, case.agency_code)
        self._give(intake, "assign_to", work, unit=str(officer.unit), person=officer.name)
        self._next(work, self.dice.between(0.5, 8) * pace(case.agency_code, case.unit_code))

    def _owned(self, agency: str, category: str) -> bool:
        return any(category in unit.categories for unit in agencies.units(self.world.session, agency))

    def _officer(self, work: Work, case: Case) -> Officer:
        """Who has it; somebody else where it went to another unit."""
        place = (case.agency_code, case.unit_code)
        if work.officer is None or (work.officer.agency, work.officer.unit) != place:
            unit = case.unit_code or str(self.staff.of(Role.INTAKE, case.agency_code).unit)
            work.officer = self.staff.of(Role.OFFICER, case.agency_code, unit)
        return work.officer

    def _assigned(self, work: Work, case: Case) -> None:
        officer = self._officer(work, case)
        if case.confidential and case.officer_id is None:  # became so on the way: only who is named may see it
            self._give_to(work, case, officer)
        elif work.tries == 1 and not case.confidential and self.dice.happens(0.02):
            self._give(officer, "hand_back", work, words=self.dice.officer_says("hand_back"))
            self._next(work, self.dice.between(1, 8))
        elif work.tries == 1 and case.kind not in _VOICES and self.dice.happens(0.04):
            self._give(officer, "forward", work, words=self.dice.officer_says("forward"))
        elif self._merges(work, case):
            self._give(officer, "merge", work, other=self._open[case.agency_code, case.category])
            self._next(work, 4)
        elif "team" in work.extras:
            work.extras.remove("team")
            self._team(work, case)
        else:
            self._give(officer, "accept", work)
            self._open[case.agency_code, case.category] = work.reference
            self._next(work, self._part(work))

    def _merges(self, work: Work, case: Case) -> bool:
        other = self._open.get((case.agency_code, case.category))
        fits = other not in (None, work.reference) and not case.confidential and case.kind not in _NEVER_MERGED
        return fits and work.tries == 1 and self.dice.happens(0.02)

    def _team(self, work: Work, case: Case) -> None:
        """Several units together: each does its share."""
        units = [unit.code for unit in agencies.units(self.world.session, case.agency_code)]
        if len(units) > 1 and not case.confidential:
            other = self.dice.one([code for code in units if code != case.unit_code])
            head = self.staff.of(Role.INTAKE, case.agency_code)
            self._give(head, "team", work, words=f"{case.unit_code},{other}")
            work.others.append(self.staff.of(Role.OFFICER, case.agency_code, other))
        self._next(work, self.dice.between(1, 8))

    def _share(self, work: Work, officer: Officer) -> None:
        case = self._case(work)
        if case.status in _SHARED:
            self._shows(work, case, officer)

    def _part(self, work: Work) -> float:
        """Hours until the next deed: what is done in between takes its part of the whole."""
        return work.hours / (len(work.extras) + 1)

    def _at_work(self, work: Work, case: Case) -> None:
        officer = self._officer(work, case)
        if case.officer_id is None or not work.extras:
            self._report(work, case, officer)
            return
        name = work.extras.pop(0)
        _EXTRA_DEEDS.get(name, Office._words)(self, work, case, officer, name)
        self._next(work, self._part(work))

    def _words(self, work: Work, case: Case, officer: Officer, name: str) -> None:
        self._give(officer, name, work, words=self.dice.officer_says(name))

    def _asks(self, work: Work, case: Case, officer: Officer, name: str) -> None:
        citizen = work.citizen
        if citizen is None:  # they are rung up
            self._words(work, case, officer, "note")
            return
        self._words(work, case, officer, name)
        if self.dice.happens(0.75):
            self.town.later(self.dice.between(0.3, 140), lambda: self._answers(work, citizen))

    def _answers(self, work: Work, citizen: Citizen) -> None:
        if self._case(work).status == Status.NEED_INFO:
            citizen.answers()

    def _defers(self, work: Work, case: Case, officer: Officer, name: str) -> None:
        before = max(case.extended_to or case.due_on, self.world.now.date())
        day = before + timedelta(days=int(self.dice.between(5, 21)))
        words = f"{day.day}/{day.month}/{day.year + 543} {self.dice.officer_says(name)}"
        self._give(officer, name, work, words=words)
        work.hours *= 1.3

    def _visits(self, work: Work, case: Case, officer: Officer, name: str) -> None:
        at = self.days.in_office(self.world.now, self.dice.between(8, 30))
        words = f"{at.day}/{at.month}/{at.year + 543} {at.hour}:00"
        self._give(officer, name, work, words=words)
        self.world.at(at + timedelta(hours=1), lambda: self._visited(work, officer))

    def _visited(self, work: Work, officer: Officer) -> None:
        if self._case(work).status == Status.IN_PROGRESS:
            self._give(officer, "visited", work, words=self.dice.officer_says("found"))

    def _waits(self, work: Work, case: Case) -> None:
        """Asked: the answer comes, or the clock ends it."""
        self._next(work, 16)

    # --- results -----------------------------------------------------------------------------------------------------

    def _report(self, work: Work, case: Case, officer: Officer) -> None:
        self._shows(work, case, officer)
        work.reported += 1
        for other in work.others:  # of a result that came back, everybody gives theirs again
            at = self.days.in_office(self.world.now, self.dice.between(0.1, 4))
            self.world.at(at, partial(self._share, work, other))
        self._next(work, self.dice.between(4, 8) if work.others else self.dice.between(0.1, 5))

    def _shows(self, work: Work, case: Case, officer: Officer) -> None:
        """A result, with a picture where one is due, or why there is none."""
        words = self.dice.officer_says(_SAYS[work.conclusion], place=work.where or case.reference)
        if work.reported:
            words += str(load()["officer_says"]["thorough"])
        category = agencies.category(self.world.session, case.category)
        open_yet = case.route == "multi"  # the head will say what came of it
        conclusion = Conclusion.FIXED if open_yet else work.conclusion
        due = needs_photo(bool(category and category.physical), case.kind, conclusion)
        if due and self.dice.happens(0.9):
            self.town.pictures += 1
            line = order("result", code=work.reference, words=words)
            media = {"ref": f"{self.town.name}-{self.town.pictures}"}
            self.world.turn(officer.chat, line, kind="image", media=media)
        else:
            self._give(officer, "result", work, words=words + str(load()["officer_says"]["no_photo"] if due else ""))

    def _reported(self, work: Work, case: Case) -> None:
        """Told, where the unit may; else before the head."""
        officer = self._officer(work, case)
        if case.kind == Kind.CORRUPTION or case.route == "multi":
            self._give(officer, "propose", work)
            self._next(work, self.dice.between(1, 20))
        else:
            self._give(officer, "close", work, words=str(load()["conclusions"][work.conclusion]))
            self._concluded(work)

    def _before_the_head(self, work: Work, case: Case) -> None:
        head = self.staff.of(Role.HEAD, case.agency_code)
        if not work.sent_back and self.dice.happens(0.08):
            work.sent_back = True
            self._give(head, "back", work, words=self.dice.officer_says("back"))
            self._next(work, self.dice.between(4, 24))
        else:
            self._give(head, "approve", work)
            self._concluded(work)

    def _concluded(self, work: Work) -> None:
        """Did it go through? Then its complainant hears of it; else somebody tries again."""
        case = self._case(work)
        if case.status != Status.RESOLVED:
            self._next(work, self.dice.between(1, 6))
            return
        work.resolved += 1
        late = case.resolved_at is not None and case.resolved_at.date() > (case.extended_to or case.due_on)
        bad = 0.05 * pace(case.agency_code, case.unit_code) + (0.05 if late else 0) - 0.02 * (work.resolved - 1)
        citizen = work.citizen
        if citizen is not None:
            mended = work.conclusion in (Conclusion.FIXED, Conclusion.NOTED)
            citizen.mood = 0.72 - 0.14 * pace(case.agency_code, case.unit_code)
            citizen.mood += (0.08 if mended else -0.12) - (0.22 if late else 0) - 0.1 * (work.resolved - 1)
        if citizen is None:
            if self.dice.happens(0.4):
                self._next(work, self.dice.between(4, 30))
        elif self.dice.happens(bad):
            self.town.later(self.dice.between(0.5, 150), lambda: self._complains(work, citizen))
        elif self.dice.happens(0.4):
            self.town.later(self.dice.between(0.1, 120), lambda: self._agrees(work, citizen))

    def _complains(self, work: Work, citizen: Citizen) -> None:
        if self._case(work).status in (Status.RESOLVED, Status.CLOSED):
            citizen.says_not_mended(work.reference)
            work.hours = self.dice.between(4, 40)
            self._next(work, self.dice.between(1, 12))

    def _agrees(self, work: Work, citizen: Citizen) -> None:
        if self._case(work).status == Status.RESOLVED:
            citizen.says_mended(work.reference)

    def _resolved(self, work: Work, case: Case) -> None:
        """Told by telephone, and closed."""
        if work.citizen is None:
            self._give(self._officer(work, case), "close", work)


_SHARED = frozenset({Status.ASSIGNED, Status.IN_PROGRESS, Status.REPORTED, Status.RETURNED_INCOMPLETE, Status.REOPENED})
_EXTRAS = {"ask": 0.07, "visit": 0.09, "note": 0.05, "tell": 0.07, "defer": 0.07, "team": 0.012}
_MENDED = {"fixed": 82, "partly": 4, "planned": 7, "unfounded": 4, "explained": 3}
_ANSWERED = {"explained": 62, "fixed": 26, "unfounded": 7, "planned": 5}
_SAYS = {
    Conclusion.FIXED: "done",
    Conclusion.PARTLY: "done",
    Conclusion.EXPLAINED: "explained",
    Conclusion.PLANNED: "planned",
    Conclusion.UNFOUNDED: "unfounded",
    Conclusion.NOTED: "noted",
}
_DEEDS: dict[Status, Callable[[Office, Work, Case], None]] = {
    Status.RECEIVED: Office._screen,
    Status.SCREENING: Office._screen,
    Status.ASSIGNED: Office._assigned,
    Status.IN_PROGRESS: Office._at_work,
    Status.NEED_INFO: Office._waits,
    Status.REPORTED: Office._reported,
    Status.RETURNED_INCOMPLETE: Office._at_work,
    Status.HEAD_REVIEW: Office._before_the_head,
    Status.REOPENED: Office._assigned,
    Status.RESOLVED: Office._resolved,
}
_EXTRA_DEEDS: dict[str, Callable[[Office, Work, Case, Officer, str], None]] = {
    "ask": Office._asks,
    "defer": Office._defers,
    "visit": Office._visits,
}
