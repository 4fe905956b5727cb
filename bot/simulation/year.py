"""The made-up year put together: everybody's errands are drawn first, then the clock goes from one to the next."""

from __future__ import annotations

import gc
import io
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from bot.simulation.citizens import Town
from bot.simulation.office import Office
from bot.simulation.plan import Days, Dice, load, order
from bot.simulation.staff import Officer, Staff
from bot.simulation.texts import Matter, Tambon, Texts
from bot.simulation.thinking import Thinking
from bot.simulation.world import World
from handlers.actions import people
from handlers.services import Svc, Tools
from storage import agencies, ids, made_up
from storage.db import Database
from storage.files import FileStore
from storage.words import Role

JOBS_AT = (8.75, 13.5, 19.0)  # hours of the day at which the clock does its work here
_REMINDS_AT = (8.75, 19.0)  # what is owed for days is owed by the morning or the evening
_AHEAD = 1000  # texts thought of at once
_SELDOM = 500_000  # new objects between two looks for garbage: rows of a transaction live long, and are none
_LOOKS = 3  # hours between two looks at what was filed
_TOWN = 3.5  # km: smaller places are the town, where most people live


@dataclass(frozen=True)
class Wanted:
    """What is asked for: how many people, over how many days up to and including `end`, and which chance."""

    citizens: int
    days: int
    seed: int
    end: date

    @property
    def since(self) -> date:
        """The first day."""
        return self.end - timedelta(days=self.days - 1)


@dataclass(frozen=True)
class _Errand:
    at: datetime
    what: str
    matter: Matter | None
    text: str  # what is said first


class Year:
    """Makes the world and lets it run."""

    def __init__(self, db: Database, tools: Tools, thinking: Thinking, wanted: Wanted, files: FileStore) -> None:
        self._wanted, self._thinking, self._files = wanted, thinking, files
        self._begun = time.monotonic()
        zone = tools.zone
        end = datetime(wanted.end.year, wanted.end.month, wanted.end.day, 23, 59, tzinfo=zone)
        self._dice = dice = Dice(ids.chance(wanted.seed))
        self._begin = datetime(wanted.since.year, wanted.since.month, wanted.since.day, 0, 5, tzinfo=zone)
        with db.transaction() as session:
            made_up.mark(session)
        with db.reading() as session:
            before = made_up.last_case(session)
            svc = Svc(session, end, tools)
            known = agencies.holidays(session, wanted.since - timedelta(days=10), wanted.end + timedelta(days=400))
            weekdays = svc.hours.weekdays
            self._days = Days(
                wanted.since, wanted.end, lambda day: day.isoweekday() in weekdays and day not in known, zone
            )
            self._agencies = [(row, agencies.units(session, row.code)) for row in agencies.all_agencies(session)]
            tambons = [
                Tambon(row.name, row.lat, row.lon, 3.0 if (row.radius_km or 9) < _TOWN else 1.0)
                for row in agencies.places(session)
                if row.kind == "tambon" and row.lat is not None and row.lon is not None
            ]
        name = f"simulated-{before}"
        self.world = World(db, tools, thinking, end, name)
        self._texts = Texts(dice, tambons)
        self._staff = Staff(dice, self._agencies, name)
        self._town = Town(self.world, dice, self._texts, name)
        self._office = Office(self.world, dice, self._days, self._staff, self._town, before)

    def run(self) -> dict[str, Any]:
        """Everything happens; returns what there is in the end."""
        errands = self._errands()
        self._plan_thoughts(errands)
        for officer in self._staff.officers:
            self.world.at(self._begin, partial(self._joins, officer))
        for errand in errands:
            if errand.what == "brought":
                self.world.at(errand.at, partial(self._brings, errand.text))
            else:
                self._town.writes(errand.at, errand.what, errand.text, errand.matter)
        self._wind_the_clock()
        self.world.run()
        self._draw_pictures()
        return self._counted()

    # --- what will happen --------------------------------------------------------------------------------------------

    def _errands(self) -> list[_Errand]:
        moments = sorted(self._days.any_moment(self._dice) for _ in range(self._wanted.citizens))
        return [self._errand(moment) for moment in moments]

    def _errand(self, moment: datetime) -> _Errand:
        what = self._dice.of_plan("errands")
        if what not in ("tell", "brought"):
            return _Errand(moment, what, None, self._texts.question() if what == "ask" else self._dice.says("talk"))
        matter = self._texts.matter(moment.month)
        if what == "tell":
            return _Errand(moment, what, matter, matter.text)
        moment = self._days.in_office(moment, self._dice.between(0.1, 7))
        return _Errand(moment, what, matter, f"{matter.text} {matter.spot.words}")

    def _plan_thoughts(self, errands: list[_Errand]) -> None:
        """The texts of the year, in portions: each is thought of before its first one is told."""
        portions = [errands[first : first + _AHEAD] for first in range(0, len(errands), _AHEAD)]
        for portion in portions[:2]:
            self._think(portion)
        for number, portion in enumerate(portions):
            later = portions[number + 2] if number + 2 < len(portions) else []
            first = max(self._begin, portion[0].at - timedelta(minutes=1))
            self.world.at(first, partial(self._portion, later))

    def _portion(self, later: list[_Errand]) -> None:
        self._thinking.forget()
        self._thinking.catch_up()
        if later:
            self._think(later)

    def _think(self, portion: list[_Errand]) -> None:
        places = [errand.matter.spot.words for errand in portion if errand.matter is not None]
        self._thinking.think_ahead([errand.text for errand in portion], places)

    def _joins(self, officer: Officer) -> None:
        """By a one-time code, as everybody does."""
        code = people.invite(self.world.svc, officer.agency, officer.unit, officer.role, officer.name)
        self.world.turn(officer.chat, order("join", code=code))

    def _brings(self, words: str) -> None:
        """Somebody comes, rings or writes, and intake writes it down."""
        way = str(load()["brought_as"][self._dice.of_plan("brought")])
        intake = self._staff.of(Role.INTAKE, self._agencies[0][0].code)
        self.world.turn(intake.chat, order("record", way=way, words=words))

    # --- the clock ---------------------------------------------------------------------------------------------------

    def _wind_the_clock(self) -> None:
        for number in range(self._wanted.days):
            day = self._begin + timedelta(days=number, minutes=-5)
            for hour in JOBS_AT:
                self.world.at(day + timedelta(hours=hour), partial(self._work_by_clock, reminds=hour in _REMINDS_AT))
            for hour in range(0, 24, _LOOKS):
                self.world.at(day + timedelta(hours=hour, minutes=7), self._office.look)
            if day.day == 1 or number == 0:
                self.world.at(day, partial(self._progress, day))
            if day.weekday() == 0:
                self.world.at(day + timedelta(hours=8.6), partial(self.world.job, "weekly-digest"))

    def _work_by_clock(self, *, reminds: bool) -> None:
        for name in ("reminders", "status-updates") if reminds else ("status-updates",):
            self.world.job(name)
        self.world.arrives()  # nobody is asked what they think while something is on its way to them
        self.world.job("surveys")
        for row in made_up.asked_at(self.world.session, self.world.now.astimezone(UTC)):
            person = self._town.who(row)
            if person is not None:
                person.is_asked_to_rate()
        self._office.look()

    def _progress(self, day: datetime) -> None:
        seconds = time.monotonic() - self._begun
        print(f"pratu: {day:%Y-%m}: {self.world.counts['turns']} turns, {seconds:.0f} s", file=sys.stderr, flush=True)

    def _draw_pictures(self) -> None:
        """What people photographed: drawn now, as no platform keeps it."""
        while True:
            with self.world.db.transaction() as session:
                rows = made_up.pictures(session)
                drawn = [_drawn(self._wanted.seed * 1_000_003 + row) for row in rows]
                digests = self._files.put_made_up(session, drawn, "image/png", self.world.now.astimezone(UTC))
                if not rows:
                    return
                made_up.show(session, list(zip(rows, digests, strict=True)))

    def _counted(self) -> dict[str, Any]:
        with self.world.db.reading() as session:
            found = made_up.counts(session)
            messages = made_up.count_messages(session)
            surveys, (answers, content) = made_up.count_surveys(session), made_up.satisfied(session)
        seconds = time.monotonic() - self._begun
        return {
            "citizens": self._wanted.citizens,
            "days": self._wanted.days,
            "seed": self._wanted.seed,
            "end": self._wanted.end.isoformat(),
            "cases": sum(found["status"].values()),
            **found,
            "messages": messages,
            "surveys": surveys,
            "satisfied": {"answers": answers, "percent": round(100 * content / answers) if answers else None},
            **{name: count for name, count in sorted(self.world.counts.items()) if count},
            "seconds": round(seconds, 1),
        }


def run(db: Database, tools: Tools, wanted: Wanted, data_dir: Path, *, beside: bool) -> dict[str, Any]:
    """Fill a seeded database; returns the counts. `beside`: with a second process that thinks ahead."""
    thinking = Thinking(tools, data_dir, beside=beside)
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        return Year(db, tools, thinking, wanted, FileStore(data_dir / "files", db.keys)).run()
    finally:
        gc.set_threshold(*usual)
        thinking.close()


def _drawn(number: int) -> bytes:
    """A picture like no other: its number in colours."""
    out = io.BytesIO()
    picture = Image.new("RGB", (48, 32))
    for at in range(48):
        shade = (number * 7919 + at * (number % 97 + 3)) % (1 << 24)
        picture.paste((shade >> 16, shade >> 8 & 255, shade & 255), (at, 0, at + 1, 32))
    picture.save(out, "PNG")
    return out.getvalue()
