"""The month's pushes on LINE: the platform's word is kept, and officers are warned before they are used up."""

from __future__ import annotations

from handlers.actions import notices
from handlers.messages import Say
from handlers.rules import pushing
from handlers.services import Svc
from storage import agencies, pushes
from storage.words import Role

_WARNED = (Role.INTAKE, Role.ADMIN, Role.COORDINATOR)


def take(svc: Svc, most: int | None, used: int) -> int:
    """Keep a reading; warn at each level once a month, at the highest that is reached. Returns that level, 0 for none.

    `most`: pushes of the month, None without limit; `used`: those that went, as the platform counts.
    """
    pushes.note_reading(svc.session, pushing.COSTS, svc.now, most, used)
    rules = agencies.setting(svc.session, pushes.SETTING)
    level = pushing.level(rules, most, used)
    if level:
        notices.tell_roles(svc, _WARNED, _warning(svc, most or 0, used), f"quota:{svc.today:%Y-%m}:{level}")
    return level


def _warning(svc: Svc, most: int, used: int) -> Say:
    word = svc.texts.word
    waiting = pushing.held(agencies.setting(svc.session, pushes.SETTING), most, used)
    names = ", ".join(word(f"purposes.{purpose}") for purpose in waiting) or word("purposes.none")
    local = svc.now.astimezone(svc.tools.zone)
    return Say(
        svc.texts.say(
            "officer.quota_level",
            used=used,
            limit=most,
            percent=min(used * 100 // most, 999) if most else 100,
            forecast=pushing.forecast(used, local),
            held=names,
        )
    )
