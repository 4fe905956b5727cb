"""What officers say and show in their own chat: commands, proofs, matters written down for others."""

from __future__ import annotations

from handlers.access import Actor
from handlers.actions import evidence, visits
from handlers.desk import commands as officer
from handlers.desk import loose, recording, typed
from handlers.flows import complaint, menu, tracking
from handlers.messages import Incoming, Part, Say
from handlers.rules.media import KINDS
from handlers.services import Svc, Talk
from handlers.texts import heard
from storage.words import Kind


def records(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer is writing a matter down for somebody; what they themselves were telling as a citizen waits."""
    parts = recording.take(svc, talk, actor, incoming)
    if parts is None or "recording" in talk.state:
        return parts
    return [*parts, *complaint.kept_line(svc, talk)]


def command(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    below = incoming.kind in KINDS and actor.works_here  # a picture's caption: "/ผล 482 ..."
    found = heard.command(incoming.text) if incoming.kind == "text" or below else None
    if found is None:
        return None if incoming.forwarded else typed.command(svc, talk, actor, incoming)
    name, rest = found
    if is_passed_on(actor, incoming, name):
        return [Say(svc.texts.say("officer.passed_on"))]
    if name == "start":
        return officer.join(svc, talk, rest) if rest else menu.welcome(svc, talk)
    if name == "join":
        return officer.join(svc, talk, rest)
    if name == "cancel":
        return complaint.cancel(svc, talk)
    if name == "report" and rest.strip() and actor.works_here:  # "/report 2570"; alone it is the citizens' word
        return officer.obey(svc, talk, actor, "evidence", rest, incoming.text)
    if name == "report":
        return complaint.start(svc, talk, Kind.COMPLAINT)
    if name == "track":
        return tracking.mine(svc, talk, actor)
    if name == "help" and not actor.works_here:
        return menu.show(svc, talk)
    return officer.obey(svc, talk, actor, name, rest, incoming.text)


def is_passed_on(actor: Actor, incoming: Incoming, name: str) -> bool:
    """Somebody else's words that would be an order if this officer had typed them: a citizen could send them such a
    text. A code is passed on to whom it is for, and makes nobody but them an officer."""
    return incoming.forwarded and actor.works_here and name not in ("join", "start")


def proof(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer's picture or pin that belongs to a case they work on."""
    parts = evidence.take_photo(svc, talk, actor, incoming)
    return visits.take_pin(svc, talk, actor, incoming) if parts is None else parts


def says_of_it(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer's picture without a word, and what they say of it."""
    parts = loose.ask(svc, talk, actor, incoming)
    if parts is None and loose.is_own(svc, talk, incoming) and loose.says_own(incoming):
        return complaint.onward(svc, talk)
    return parts
