"""A citizen asks for the agency's announcements, or stops them; nobody gets them otherwise."""

from __future__ import annotations

from handlers.actions import announcing
from handlers.messages import Part
from handlers.services import Svc, Talk


def begin(svc: Svc, talk: Talk) -> list[Part]:
    """From now on they hear announcements; said again where they did already."""
    key = "news.on" if announcing.subscribe(svc, talk.account) else "news.on_already"
    return [svc.texts.bubble(key, agency=svc.agency.name)]


def end(svc: Svc, talk: Talk) -> list[Part]:
    """From now on they hear none; what is about their own matters still comes."""
    key = "news.off" if announcing.unsubscribe(svc, talk.account.id) else "news.off_already"
    return [svc.texts.bubble(key, agency=svc.agency.name)]
