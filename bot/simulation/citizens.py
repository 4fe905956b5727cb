"""People of the made-up year: they tell, ask, answer what they are asked, and say what they think of the result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.simulation.chats import Chat
from bot.simulation.plan import Dice
from bot.simulation.texts import Matter, Texts
from bot.simulation.world import World

_MOST_ANSWERS = 9  # then they put the telephone away
_MOST_ITEMS = 12  # of a survey


class Citizen:
    """One person with one chat."""

    def __init__(self, town: Town, chat: Chat) -> None:
        self.town, self.chat = town, chat
        self.matter: Matter | None = None
        self.mood = 0.6  # how content with what was done, 0 to 1
        self._left = _MOST_ANSWERS
        self._photo = town.dice.happens(0.2)
        self._grouped = False  # said which customer group they are of
        self._silent = town.dice.happens(0.04)  # falls silent before it is sent

    def tells(self, matter: Matter) -> None:
        """Tells a matter, and answers until it is filed."""
        self.matter = matter
        self._left = _MOST_ANSWERS
        self._says(matter.text)
        self._later(self._goes_on)

    def asks(self, words: str) -> None:
        """Asks what the register may answer."""
        self._says(words)
        if self.chat.state.get("asked"):
            self._later(lambda: self._says(self.town.dice.says("answered")))

    def talks(self, words: str) -> None:
        """Says hello, looks at the menu."""
        self._says(words)

    # --- answers -----------------------------------------------------------------------------------------------------

    def _goes_on(self) -> None:
        """Answers the question that is open, if there is one."""
        town, chat = self.town, self.chat
        if self._left <= 0 or (not chat.step and not chat.state.get("maybe")):
            return
        self._left -= 1
        if chat.state.get("maybe"):
            self._says(town.dice.says("new"))
        else:
            if chat.step == "review" and self._silent:
                return
            _ANSWERS.get(chat.step, Citizen._sends)(self)
        self._later(self._goes_on)

    def _sends(self) -> None:
        if self._photo:
            self._photo = False
            self._shows()
        elif self.town.dice.happens(0.015):
            self._says(self.town.dice.says("cancel"))
        else:
            self._says(self.town.dice.says("send"))

    def _more(self) -> None:
        assert self.matter is not None
        self._says(self.town.dice.says("more", place=self.matter.spot.words))

    def _where(self) -> None:
        assert self.matter is not None
        spot = self.matter.spot
        if self.town.dice.happens(0.25):
            self.town.world.turn(self.chat, kind="place", place={"text": "", "lat": spot.lat, "lon": spot.lon})
        elif self.town.dice.happens(0.06):
            self._says(self.town.dice.says("unsure"))
        else:
            self._says(spot.words)

    def _category(self) -> None:
        """Taps a category: mostly the first, sometimes none of them."""
        offered = self.chat.offered
        if not offered:
            self._sends()
        else:
            self._says(offered[0] if self.town.dice.happens(0.7) else offered[-1])

    def _topics(self) -> None:
        self._says(self.town.dice.says("apart" if self.town.dice.happens(0.5) else "together"))

    def _similar(self) -> None:
        self._says(self.town.dice.says("join" if self.town.dice.happens(0.7) else "other"))

    def _enough(self) -> None:
        self._says(self.town.dice.says("that_is_all"))

    def _shows(self) -> None:
        self.town.pictures += 1
        self.town.world.turn(self.chat, kind="image", media={"ref": f"{self.town.name}-{self.town.pictures}"})

    # --- afterwards --------------------------------------------------------------------------------------------------

    def asks_after_it(self, reference: str) -> None:
        """Looks how far it is, or wants it done faster."""
        name = "hurry" if self.town.dice.happens(0.4) else "mine"
        self._says(self.town.dice.says(name, code=reference))

    def thanks(self) -> None:
        """A kind word."""
        self._says(self.town.dice.says("thanks"))

    def answers(self) -> None:
        """Answers an officer's question."""
        if self.town.dice.happens(0.1) or self.matter is None:
            self._says(self.town.dice.says("no_info"))
        else:
            self._says(self.town.dice.says("answer", place=self.matter.spot.words))

    def says_mended(self, reference: str) -> None:
        """Yes, it is."""
        name = "fixed_short" if self.town.dice.happens(0.5) else "fixed"
        self._says(self.town.dice.says(name, code=reference))

    def says_not_mended(self, reference: str) -> None:
        """No, it is not."""
        self._says(self.town.dice.says("not_fixed", code=reference))

    def withdraws(self, reference: str) -> None:
        """Thinks better of it."""
        self._says(self.town.dice.says("withdraw", code=reference))
        self._later(lambda: self._says(self.town.dice.says("withdraw_yes")))

    def is_asked_to_rate(self) -> None:
        """Some answer, some later, some never."""
        if self.town.dice.happens(0.45):
            self.town.later(self.town.dice.between(0.05, 30), self._rates_first)

    def _rates_first(self) -> None:
        self._left = _MOST_ITEMS
        self._says(self._rating())
        self._later(self._rates)

    def _rates(self) -> None:
        """Answers the survey's next question, as long as there is one."""
        asked = self.chat.state.get("survey")
        if not asked or self._left <= 0:
            return
        self._left -= 1
        step, dice = str(asked["step"]), self.town.dice
        if step == "more" and not self._grouped and dice.happens(0.5):
            self._grouped = True
            self._says(dice.says("group"))
        elif step == "more":
            self._says(dice.says("more_of_it") if dice.happens(0.15) else dice.says("enough"))
        elif "." in step:
            self._says(self._rating())
        elif step == "why" and self.chat.offered:
            self._says(str(dice.one(self.chat.offered)))
        else:
            self._says(dice.says("idea") if step == "open" and dice.happens(0.3) else dice.says("skip"))
        self._later(self._rates)

    def _rating(self) -> str:
        felt = self.mood + self.town.dice.chance.gauss(0, 0.17)
        return self.town.dice.says("very" if felt > 0.6 else "fairly" if felt > 0.32 else "not_at_all")

    def _says(self, text: str) -> None:
        self.town.world.turn(self.chat, text)

    def _later(self, deed: Callable[[], None]) -> None:
        self.town.world.soon(deed, self.town.dice.between(8, 90))


_ANSWERS: dict[str, Callable[[Citizen], None]] = {
    "what": Citizen._more,
    "unclear": Citizen._more,
    "more": Citizen._enough,
    "place": Citizen._where,
    "category": Citizen._category,
    "topics": Citizen._topics,
    "similar": Citizen._similar,
    "review": Citizen._sends,
}


class Town:
    """Everybody who writes, by the row of their chat."""

    def __init__(self, world: World, dice: Dice, texts: Texts, name: str) -> None:
        self.world, self.dice, self.texts, self.name = world, dice, texts, name
        self.pictures = 0
        self._people: dict[int, Citizen] = {}
        self._numbers = 0

    def writes(self, moment: datetime, errand: str, words: str, matter: Matter | None) -> None:
        """Somebody new writes these words at this moment, for this."""
        self._numbers += 1
        self.world.at(moment, partial(self._arrives, self._numbers, errand, words, matter))

    def _arrives(self, number: int, errand: str, words: str, matter: Matter | None) -> None:
        person = Citizen(self, Chat(self.dice.of_plan("channels"), f"{self.name}-{number}"))
        if errand == "tell" and matter is not None:
            person.tells(matter)
        elif errand == "ask":
            person.asks(words)
        else:
            person.talks(words)
        if person.chat.row is not None:
            self._people[person.chat.row] = person

    def who(self, conversation_id: int | None) -> Citizen | None:
        """The person of this chat."""
        return None if conversation_id is None else self._people.get(conversation_id)

    def later(self, hours: float, deed: Callable[[], None]) -> None:
        """So many hours from now, whatever the hour."""
        self.world.at(self.world.now + timedelta(hours=hours), deed)
