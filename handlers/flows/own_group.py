"""Which customer group somebody belongs to: asked by a button, never required, told once (the source's T-08, T-15)."""

from __future__ import annotations

from handlers import access
from handlers.access import Actor
from handlers.messages import Choice, Incoming, Part, Say
from handlers.services import Svc
from handlers.texts import heard
from storage import agencies, groups


def take(svc: Svc, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The wish to tell it, or the group itself, however old its button. None: they talk of something else."""
    if incoming.kind != "text":
        return None
    if heard.means(incoming.text, "my_group"):
        return [Say(svc.texts.say("own_group.ask"), tuple(choice for choice, _code in _choices(svc)))]
    line = heard.plain(incoming.text)
    for choice, code in svc.session.once(("group choices",), lambda: _choices(svc)):
        if line == heard.plain(choice.says):
            groups.say(svc.session, actor.person_id, access.own_accounts(svc, actor.person_id), code)
            return [Say(svc.texts.say("own_group.noted" if code else "own_group.none"))]
    return None


def _choices(svc: Svc) -> list[tuple[Choice, str | None]]:
    """A button for each group of the register, and one for who does not say."""
    found: list[tuple[Choice, str | None]] = []
    for row in agencies.register(svc.session, "group"):
        label = str(row.details.get("label") or row.name)
        found.append((Choice(label, svc.texts.word("own_group.tap", label=label)), row.code))
    label = svc.texts.word("own_group.unsaid")
    return [*found, (Choice(label, svc.texts.word("own_group.tap", label=label)), None)]
