"""Changing what was told before it is sent: the words, the spot or the category. Then the complaint goes on."""

from __future__ import annotations

from handlers.actions import drafts
from handlers.messages import Incoming, Part
from handlers.services import Svc, Talk
from handlers.texts import heard


def is_running(talk: Talk) -> bool:
    """Is this chat in the middle of changing something?"""
    draft = drafts.draft_of(talk)
    return draft is not None and draft.step.startswith("edit")


def ask(svc: Svc, talk: Talk) -> list[Part]:
    """The open question of the change."""
    draft = drafts.draft_of(talk)
    return [svc.texts.bubble("edit.text" if draft is not None and draft.step == "edit_text" else "edit.which")]


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part] | None:
    """What to change, or the new words. None: changed; the complaint asks what comes next."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    if heard.means(incoming.text, "back"):
        draft.step = "review"
    elif draft.step == "edit_text":
        if incoming.kind == "text":
            draft.texts = []
        drafts.absorb(svc, talk, draft, incoming)
    elif heard.means(incoming.text, "edit_text"):
        draft.step = "edit_text"
        drafts.keep(svc, talk, draft)
        return ask(svc, talk)
    elif heard.means(incoming.text, "edit_place"):
        draft.place, draft.lat, draft.lon = "", None, None
        draft.asked, draft.again = [step for step in draft.asked if step != "place"][:2], []
        draft.physical = True
    elif heard.means(incoming.text, "edit_category"):
        draft.category_chosen, draft.abstained = False, True
        draft.asked = [step for step in draft.asked if step != "category"][:2]
        drafts.other_guesses(svc, draft)
    else:
        drafts.absorb(svc, talk, draft, incoming)
    drafts.keep(svc, talk, draft)
    return None
