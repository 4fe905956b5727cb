"""A command without its words: what is wanted is said, and the next bubble is taken for it. In a group, an example."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.desk.order import LABEL, Order, button, example
from handlers.messages import Choice, Part, Say
from handlers.services import Svc, Talk
from handlers.texts import heard

_LASTS = timedelta(minutes=10)
MOST = 8  # of a list, as buttons
_KEY = "order"


def wants(
    svc: Svc, order: Order, why: str = "", *, kept: str = "", choices: Sequence[Choice] = (), key: str = ""
) -> list[Part]:
    """Ask for the words this command lacks. `why`: ready words that say what is wanted, else the command's own;
    `kept`: words it has already; `key`: another ready question (texts: officer_wants)."""
    code = order.case.reference
    text = why or svc.texts.word(f"officer_wants.{key or order.name}", code=code)
    if not order.talk.private:
        words = svc.texts.word(f"officer_examples.{key or order.name}")
        shown = example(order.name, f"{code} {kept}".strip())
        return [Say(f"{text}\n{svc.texts.say('officer.for_example', example=f'{shown} {words}')}", tuple(choices))]
    wait(svc, order, kept)
    return [Say(text, (*choices, Choice(svc.texts.word("officer.button_cancel"))))]


def wait(svc: Svc, order: Order, kept: str = "", only: str = "") -> None:
    """Let the next bubble be the words of this command; `only` where it holds such words (heard.toml, evidence)."""
    if order.talk.private:
        line = f"{example(order.name, '')}{'!' if order.forced else ''} {order.case.reference} {kept}".strip()
        order.talk.state[_KEY] = {"line": line, "at": svc.now.isoformat(), "only": only}


def listed(order: Order, names: Sequence[tuple[str, str]], kept: str = "") -> tuple[Choice, ...]:
    """(words, label) of a short list as buttons; none where it is long."""
    if len(names) > MOST:
        return ()
    code = order.case.reference
    fitting = [(words, label if len(label) <= LABEL else words) for words, label in names]
    return tuple(button(order.name, code, f"{kept} {words}".strip(), label) for words, label in fitting)


def drop(talk: Talk) -> bool:
    """Wait no longer. Was something waited for?"""
    return talk.state.pop(_KEY, None) is not None


def waiting(svc: Svc, talk: Talk, text: str) -> str:
    """The line that waits for its words in this chat, and is to have these; "" for none. Too old ones are forgotten."""
    kept = talk.state.get(_KEY)
    if kept is None:
        return ""
    if svc.now - datetime.fromisoformat(kept["at"]) > _LASTS:
        drop(talk)
        return ""
    if kept["only"] and not heard.holds(text, "evidence", kept["only"]):
        return ""
    return str(kept["line"])
