"""The complaint conversation: free text first, slots from any message in any order, a review, a reference.

Every kind that becomes a case is told here. Steps are pairs `ask_x` / `take_x`; which comes next is rules/draft.py.
"""

from __future__ import annotations

from collections.abc import Callable

from handlers.actions import cases as filing
from handlers.actions import drafts, notices
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.draft import Draft, next_step
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from handlers.views import case_card, draft_summary, hotline_numbers, review_lines
from nlp import entities
from storage import agencies
from storage.words import Kind

# Where people's messages lie when they come through these (notice, PDPA s. 28).
_ABROAD = frozenset({"line", "telegram"})
# Danger we ask about discreetly: nothing of it is repeated in the chat.
_QUIET = frozenset({"violence"})
_MEDIA_KINDS = frozenset({"image", "video", "audio", "file"})
_QUESTIONS = frozenset({"what", "category", "place"})
_START = {
    Kind.SUGGESTION: "intake.start_suggestion",
    Kind.INQUIRY: "intake.start_inquiry",
    Kind.COMPLIMENT: "intake.start_compliment",
    Kind.CORRUPTION: "intake.start_confidential",
}


# --- ways in -----------------------------------------------------------------------------------------------------


def start(svc: Svc, talk: Talk, kind: Kind) -> list[Part]:
    """A button: ask for the story."""
    draft = Draft(kind=kind, kind_chosen=kind != Kind.COMPLAINT, confidential=kind == Kind.CORRUPTION, asked=["what"])
    drafts.keep(svc, talk, draft)
    return [*_notice(svc, talk), svc.texts.bubble(_START.get(kind, "intake.start"))]


def begin(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Somebody just tells us something, without asking first."""
    draft = Draft()
    drafts.absorb(svc, talk, draft, incoming)
    parts = [*_notice(svc, talk)]
    if draft.confidential and incoming.text:
        parts.append(Say(svc.texts.say("intake.confidential")))
    return [*parts, *_onward(svc, talk, draft, incoming)]


def begin_emergency(svc: Svc, talk: Talk, incoming: Incoming, danger: str) -> list[Part]:
    """Words of danger: the numbers to call come first, then the one question that matters."""
    draft = drafts.draft_of(talk) or Draft()
    drafts.absorb(svc, talk, draft, incoming)
    draft.kind, draft.kind_chosen, draft.urgent, draft.danger = Kind.EMERGENCY, True, True, danger
    draft.confidential = draft.confidential or danger in _QUIET
    first = svc.texts.say("emergency.first", numbers=hotline_numbers(svc, danger))
    extra = f"emergency.{danger}"
    if danger in ("wire", "distress", "violence"):
        first = f"{svc.texts.say(extra)}\n{first}" if danger == "distress" else f"{first}\n{svc.texts.say(extra)}"
    _mark_notice(svc, talk)  # no reading matter before help
    if draft.has_place:
        return [Say(first), *file(svc, talk, draft)]
    draft.step = "place"
    draft.asked.append("place")
    drafts.keep(svc, talk, draft)
    return [Say(first), svc.texts.bubble("emergency.place")]


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """The next message of somebody who is telling us something."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    if draft.kind == Kind.EMERGENCY:
        return _take_emergency(svc, talk, draft, incoming)
    if heard.means(incoming.text, "send") and draft.names_something:
        return file(svc, talk, draft)
    if heard.means(incoming.text, "back"):
        return back(svc, talk, draft)
    if heard.means(incoming.text, "picker"):
        return [Say(svc.texts.say("ask.picker")), *_ask(svc, talk, draft)]
    if heard.means(incoming.text, "notice_seen", "resume"):
        return [*_ask(svc, talk, draft)]
    if incoming.kind in _MEDIA_KINDS and draft.step in _QUESTIONS:
        return _take_media(svc, talk, draft, incoming)
    step: Callable[[Svc, Talk, Draft, Incoming], list[Part]] = _TAKES.get(draft.step, take_what)
    return step(svc, talk, draft, incoming)


def _take_media(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    """A picture in answer to a question: taken, and the same question stands. Eleven pictures burn no questions."""
    drafts.absorb(svc, talk, draft, incoming)
    drafts.keep(svc, talk, draft)
    parts = _ask(svc, talk, draft)
    first = parts[0]
    if draft.photos > 1 and isinstance(first, Say):
        parts[0] = Say(f"{svc.texts.say('in.more_photo', n=draft.photos)}\n{first.text}", first.choices)
    return parts


# --- the steps ---------------------------------------------------------------------------------------------------


def ask_what(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    if draft.voices:
        return [svc.texts.bubble("in.voice")]
    if draft.files:
        return [svc.texts.bubble("in.file")]
    if draft.photos:
        return [svc.texts.bubble("in.photo_only")]
    if draft.has_place:
        return [svc.texts.bubble("in.location_only")]
    return [svc.texts.bubble("intake.start")]


def take_what(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if not heard.means(incoming.text, "skip") or not draft.names_something:
        drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, incoming)


def ask_category(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    names = [row.name for code in draft.guesses[:3] if (row := agencies.category(svc.session, code))]
    choices = [Choice(_label(name), name) for name in names]
    choices.append(Choice(svc.texts.say("intake.guess_none")))
    listed = "\n".join(f"{number}) {choice.says}" for number, choice in enumerate(choices, 1))
    say = svc.texts.say("intake.guess")
    return [Say(f"{say}\n{listed}", tuple(choices))]


def take_category(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    names = {row.name: code for code in draft.guesses[:3] if (row := agencies.category(svc.session, code))}
    if incoming.text in names:
        drafts.choose_category(svc, draft, names[incoming.text])
    elif incoming.text == svc.texts.say("intake.guess_none") or heard.means(incoming.text, "skip", "no"):
        draft.category_chosen = False
    else:
        drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, incoming)


def ask_place(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    return [svc.texts.bubble("ask.place_again" if "place" in draft.again else "ask.place")]


def take_place(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if heard.means(incoming.text, "skip", "unsure_place"):
        return _onward(svc, talk, draft, incoming)
    if incoming.kind == "text" and not heard.means(incoming.text, "yes", "no"):
        found = entities.find_place(incoming.text)
        if found is None and len(incoming.text) > 80 and "place" not in draft.again:
            drafts.absorb(svc, talk, draft, incoming)  # more of the story, not an address
        else:
            draft.place = shortened(incoming.text, 200)
            draft.message_ids.append(talk.message.id)
    elif incoming.kind != "text":
        drafts.absorb(svc, talk, draft, incoming)
    if not draft.has_place and "place" not in draft.again:
        draft.again.append("place")
        drafts.keep(svc, talk, draft)
        return ask_place(svc, talk, draft)
    return _onward(svc, talk, draft, incoming)


def ask_review(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    return [svc.texts.bubble("review.show", lines="\n".join(review_lines(svc, draft)))]


def take_review(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if heard.means(incoming.text, "yes", "send"):
        return file(svc, talk, draft)
    if heard.means(incoming.text, "edit", "no"):
        draft.step = "edit"
        drafts.keep(svc, talk, draft)
        return [svc.texts.bubble("edit.which")]
    if heard.means(incoming.text, "add_photo"):
        return [svc.texts.bubble("review.add_photo")]
    drafts.absorb(svc, talk, draft, incoming)
    if incoming.kind == "image" and draft.photos > 1:
        drafts.keep(svc, talk, draft)
        say = svc.texts.bubble("review.add_photo")
        return [Say(f"{svc.texts.say('in.more_photo', n=draft.photos)}\n{say.text}", say.choices)]
    return _onward(svc, talk, draft, incoming)


def ask_edit(svc: Svc, _talk: Talk, _draft: Draft) -> list[Part]:
    return [svc.texts.bubble("edit.which")]


def take_edit(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if heard.means(incoming.text, "edit_text"):
        draft.step = "edit_text"
        drafts.keep(svc, talk, draft)
        return [svc.texts.bubble("edit.text")]
    if heard.means(incoming.text, "edit_place"):
        draft.place, draft.lat, draft.lon, draft.step = "", None, None, "place"
        drafts.keep(svc, talk, draft)
        return ask_place(svc, talk, draft)
    if heard.means(incoming.text, "edit_category"):
        draft.step, draft.category_chosen = "category", False
        drafts.other_guesses(svc, draft)
        drafts.keep(svc, talk, draft)
        return ask_category(svc, talk, draft)
    drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, incoming)


def ask_edit_text(svc: Svc, _talk: Talk, _draft: Draft) -> list[Part]:
    return [svc.texts.bubble("edit.text")]


def take_edit_text(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if incoming.kind == "text":
        draft.texts = []
    drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, incoming)


_ASKS = {
    "what": ask_what,
    "category": ask_category,
    "place": ask_place,
    "review": ask_review,
    "edit": ask_edit,
    "edit_text": ask_edit_text,
}
_TAKES = {
    "what": take_what,
    "category": take_category,
    "place": take_place,
    "review": take_review,
    "edit": take_edit,
    "edit_text": take_edit_text,
}


def _take_emergency(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    """Whatever comes after the numbers is taken as it is: no form, no review."""
    if heard.means(incoming.text, "not_emergency"):
        draft.kind, draft.urgent, draft.danger = Kind.COMPLAINT, False, ""
        draft.kind_chosen = True
        return [Say(svc.texts.say("emergency.not")), *_onward(svc, talk, draft, incoming)]
    if heard.means(incoming.text, "picker"):
        return [svc.texts.bubble("emergency.place")]
    if incoming.kind == "text" and not heard.means(incoming.text, "called", "skip", "unsure_place", "send", "yes"):
        draft.place = draft.place or shortened(incoming.text, 200)
    drafts.absorb(svc, talk, draft, incoming, reclassify=False)
    return file(svc, talk, draft)


# --- moving on ---------------------------------------------------------------------------------------------------


def _onward(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    """Ask what is still missing, or show the review."""
    draft.step = next_step(draft)
    if draft.step != "review":
        draft.asked.append(draft.step)
    drafts.keep(svc, talk, draft)
    parts = _ask(svc, talk, draft)
    if draft.step in ("place", "category") and incoming.text and len(draft.texts) == 1 and not draft.confidential:
        heard_line = svc.texts.say("intake.heard", summary=shortened(draft.words, 60))
        first = parts[0]
        assert isinstance(first, Say)
        parts[0] = Say(f"{heard_line}\n{first.text}", first.choices)
    return parts


def _ask(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    return _ASKS.get(draft.step, ask_what)(svc, talk, draft)


def resume(svc: Svc, talk: Talk) -> list[Part]:
    """Somebody comes back to an unfinished draft: nothing was lost."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    return [svc.texts.bubble("draft.remind", summary=draft_summary(svc, draft))]


def repeat(svc: Svc, talk: Talk) -> list[Part]:
    """The open question once more, for somebody who sent something that is no answer."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    return [svc.texts.bubble("emergency.place")] if draft.kind == Kind.EMERGENCY else _ask(svc, talk, draft)


def kept_line(svc: Svc, talk: Talk) -> list[Part]:
    """After a side step: the draft is still there."""
    draft = drafts.draft_of(talk)
    if draft is None or not draft.names_something:
        return []
    return [svc.texts.bubble("menu.draft_kept", summary=draft_summary(svc, draft))]


def back(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """One step back: the last question again, its answer forgotten."""
    if draft.step.startswith("edit"):
        draft.step = "review"
    elif draft.step == "review" and draft.asked:
        draft.step = draft.asked[-1]
        if draft.step == "place":
            draft.place, draft.lat, draft.lon = "", None, None
    elif len(draft.asked) > 1:
        draft.asked.pop()
        draft.step = draft.asked[-1]
    drafts.keep(svc, talk, draft)
    return _ask(svc, talk, draft)


def cancel(svc: Svc, talk: Talk) -> list[Part]:
    """The person thinks better of it: nothing is filed."""
    had = drafts.draft_of(talk) is not None
    drafts.drop(talk)
    return [svc.texts.bubble("draft.cancel" if had else "draft.nothing")]


def file(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """File it, and hand over the reference, the promised date and the secret for helpers."""
    filed = filing.file_case(svc, talk.conversation, talk.account, draft, received_at=talk.message.at)
    drafts.drop(talk)
    case = filed.case
    talk.state["filed"] = {"reference": case.reference, "at": svc.now.isoformat()}
    values = {
        "code": case.reference,
        "summary": draft_summary(svc, draft),
        "due": svc.texts.day(case.due_on),
        "secret": filed.secret,
        "next_workday": svc.texts.day(svc.hours.starts_on(svc.now)),
        "unit": filed.unit_name,
        "time": svc.texts.clock(svc.now),
        "numbers": " ".join(line.split(" ", 1)[0] for line in hotline_numbers(svc, draft.danger).splitlines()),
    }
    return [_receipt(svc, case.confidential, draft, values), case_card(svc, case, secret=filed.secret)]


def _receipt(svc: Svc, confidential: bool, draft: Draft, values: dict[str, str]) -> Say:
    is_open = svc.hours.is_open(svc.now)
    if draft.kind == Kind.EMERGENCY:
        after = "" if is_open else svc.texts.say("confirm.urgent_after", **values)
        return svc.texts.bubble("confirm.urgent", after=after, **values)
    if confidential:
        return svc.texts.bubble("confirm.confidential", **values)
    return svc.texts.bubble("confirm.done" if is_open else "confirm.afterhours", **values)


def forget(svc: Svc, talk: Talk, message_id: int, words: str) -> None:
    """Take an unsent message out of the draft; a draft with nothing left is gone."""
    draft = drafts.draft_of(talk)
    if draft is None or message_id not in draft.message_ids:
        return
    draft.message_ids = [kept for kept in draft.message_ids if kept != message_id]
    draft.texts = [pair for pair in draft.texts if pair[0] != message_id]
    for slot in ("place", "happened", "contact"):
        if filing.came_from(getattr(draft, slot), words):
            setattr(draft, slot, "")
    if not draft.message_ids:
        drafts.drop(talk)
        return
    if draft.texts:
        drafts.understand(svc, draft)
    drafts.keep(svc, talk, draft)


def file_silent(svc: Svc, talk: Talk) -> bool:
    """A draft that fell silent: filed as incomplete where it names a problem, dropped where it names nothing.

    Returns whether a case was filed.
    """
    draft = drafts.draft_of(talk)
    drafts.drop(talk)
    if draft is None or not draft.names_something:
        return False
    filed = filing.file_case(svc, talk.conversation, talk.account, draft, received_at=svc.now, silent=True)
    values = {"code": filed.case.reference, "secret": filed.secret, "phone": svc.phone()}
    say = Say(svc.texts.say("draft.filed", **values))
    notices.tell_complainant(svc, filed.case, [say], once=f"silent:{filed.case.id}")
    talk.state["filed"] = {"reference": filed.case.reference, "at": svc.now.isoformat()}
    return True


def _notice(svc: Svc, talk: Talk) -> list[Part]:
    """The privacy notice, once, and never in the way (PDPA s. 23; design 7)."""
    if talk.account.notice_at is not None:
        return []
    _mark_notice(svc, talk)
    channel = talk.conversation.channel
    abroad = ""
    if channel in _ABROAD:
        abroad = svc.texts.say("notice.abroad", platform=svc.texts.word(f"platforms.{channel}"))
    return [Say(svc.texts.say("notice.short", abroad=abroad))]


def _mark_notice(svc: Svc, talk: Talk) -> None:
    if talk.account.notice_at is None:
        talk.account.notice_at = svc.now


def _label(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"
