"""The complaint conversation: free text first, slots from any message in any order, a review, a reference.

Every kind that becomes a case is told here. Steps are pairs `ask_x` / `take_x`; which comes next is rules/draft.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers import receipts
from handlers.actions import drafts, filing, joins, notices, privacy
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.draft import Draft, next_step
from handlers.rules.media import KINDS
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from handlers.views import calm_numbers, draft_summary, known_case, review_lines
from nlp import entities
from storage import agencies
from storage.words import Kind

_QUESTIONS = frozenset({"what", "category", "place", "more", "unclear"})
# What people say to the review who want it sent: a thank you is the politest way to say yes.
_SEND = ("yes", "send", "that_is_all", "enough", "thanks")
_WITH_CAPTION = (*_SEND, "edit", "no", "add_photo", "back")  # below a picture as well: it is kept, and they are heard
_AT_REVIEW = (*_SEND, "edit", "no", "add_photo", "back", "cancel", "resume", "notice_seen", "picker")
_AT_SIMILAR = ("join", "not_same", "same_case", "new_case", "yes", "send", *_AT_REVIEW[len(_SEND) :])
_TO_ANY = ("skip", "unsure_place", "no", "back", "send", "resume", "notice_seen", "picker")
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
    return [*privacy.shown(svc, talk), svc.texts.bubble(_START.get(kind, "intake.start"))]


def begin(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """Somebody just tells us something, without asking first."""
    draft = Draft()
    drafts.absorb(svc, talk, draft, incoming)
    return _begun(svc, talk, draft, incoming)


def begin_with(svc: Svc, talk: Talk, texts: Sequence[Sequence[object]], also: Incoming | None) -> list[Part]:
    """A matter told before, in words we kept ([message row id, words]); `also` came after them."""
    draft = Draft(may_split=False)
    for message_id, words in texts:
        draft.message_ids.append(int(str(message_id)))
        drafts.absorb_text(svc, draft, int(str(message_id)), str(words))
    if also is not None:
        drafts.absorb(svc, talk, draft, also)
    return [*privacy.shown(svc, talk), *_onward(svc, talk, draft, "")]


def _begun(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    parts = privacy.shown(svc, talk)
    if draft.confidential and draft.kind != Kind.CORRUPTION and incoming.text:
        parts.append(Say(svc.texts.say("intake.confidential")))
    return [*parts, *_onward(svc, talk, draft, incoming.text)]


def take(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """The next message of somebody who is telling us something."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    if draft.names_something and heard.means(incoming.text, *(_WITH_CAPTION if draft.step == "review" else ("send",))):
        incoming = drafts.take_beside(svc, talk, draft, incoming)
    if heard.means(incoming.text, "send") and draft.names_something:
        return _file(svc, talk, draft)
    if heard.means(incoming.text, "back"):
        return back(svc, talk, draft)
    if heard.means(incoming.text, "picker"):
        return [Say(svc.texts.say("ask.picker")), *ask(svc, talk, draft)]
    if heard.means(incoming.text, "notice_seen", "resume"):
        return ask(svc, talk, draft)
    if incoming.kind in KINDS and draft.step in _QUESTIONS:
        return _take_media(svc, talk, draft, incoming)
    if incoming.kind == "contact":
        drafts.absorb(svc, talk, draft, incoming)
        drafts.keep(svc, talk, draft)
        return [Say(svc.texts.say("in.phone_set")), *ask(svc, talk, draft)]
    step: Callable[[Svc, Talk, Draft, Incoming], list[Part]] = _TAKES.get(draft.step, take_what)
    return step(svc, talk, draft, incoming)


def send(svc: Svc, talk: Talk) -> list[Part]:
    """File what was told so far."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    return _file(svc, talk, draft)


def answers(draft: Draft, text: str) -> bool:
    """Is this an answer to the question that is open, whatever else it may sound like?"""
    if draft.step in ("review", "similar"):
        return heard.means(text, *(_AT_REVIEW if draft.step == "review" else _AT_SIMILAR))
    return heard.means(text, *_TO_ANY) or (draft.step == "category" and text in draft.guesses)


def onward(svc: Svc, talk: Talk) -> list[Part]:
    """The question that is open now, for a draft another flow has changed."""
    draft = drafts.draft_of(talk)
    assert draft is not None
    return _onward(svc, talk, draft, "")


def _take_media(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    """A picture in answer to a question: taken, and the same question stands. Eleven pictures burn no questions."""
    drafts.absorb(svc, talk, draft, incoming)
    whole = draft.photos and draft.lat is not None and draft.step == "what"  # a picture and a pin tell enough
    if incoming.text.strip() or whole or (incoming.kind == "audio" and not draft.texts):
        return _onward(svc, talk, draft, incoming.text)
    drafts.keep(svc, talk, draft)
    return _with_count(svc, draft, ask(svc, talk, draft))


def _with_count(svc: Svc, draft: Draft, parts: list[Part]) -> list[Part]:
    first = parts[0]
    if draft.photos > 1 and isinstance(first, Say) and draft.step != "what":
        parts[0] = Say(f"{svc.texts.say('in.more_photo', n=draft.photos)}\n{first.text}", first.choices)
    return parts


# --- the steps ---------------------------------------------------------------------------------------------------


def ask_what(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    """What happened? In the words that fit what was sent already."""
    if draft.confidential:
        return [svc.texts.bubble("intake.start_confidential")]
    if draft.voices:
        return [svc.texts.bubble("in.voice")]
    if draft.files:
        return [svc.texts.bubble("in.file")]
    if draft.photos > 1:
        return [svc.texts.bubble("in.photos_only", n=draft.photos)]
    if draft.photos:
        return [svc.texts.bubble("in.photo_only")]
    if draft.has_place:
        return [svc.texts.bubble("in.location_only")]
    return [svc.texts.bubble("in.contact" if draft.contact else "intake.start")]


def take_what(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if draft.voices and heard.means(incoming.text, "wait", "skip", "no", "yes", "that_is_all"):
        return _file(svc, talk, draft)  # people listen to it
    if draft.voices and heard.means(incoming.text, "is_urgent"):
        draft.urgent = True
        return _onward(svc, talk, draft, "")
    if heard.means(incoming.text, "greeting_only") and not draft.texts:
        drafts.drop(talk)
        return [Say(svc.texts.say("greet.picture"))]
    if not heard.means(incoming.text, "skip") or not draft.names_something:
        drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, incoming.text)


def ask_more(svc: Svc, _talk: Talk, _draft: Draft) -> list[Part]:
    return [svc.texts.bubble("intake.confidential_more")]


def take_more(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if heard.means(incoming.text, "that_is_all", "skip", "enough", "no", "yes"):
        return _file(svc, talk, draft)  # a review would show nothing: nothing of it is repeated
    drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, incoming.text)


def ask_topics(svc: Svc, talk: Talk, _draft: Draft) -> list[Part]:
    found = [words for _message_id, words in talk.state["topics"]]
    lines = "\n".join(f"{number}) {shortened(words, 50)}" for number, words in enumerate(found, 1))
    return [svc.texts.bubble("intake.topics", n=len(found), lines=lines)]


def ask_unclear(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    """Nothing is known of it: where not even a trouble is named it may be danger in words we do not know, so numbers
    come first; nothing is repeated."""
    if drafts.names_trouble(draft):
        return [svc.texts.bubble("intake.more")]
    return [svc.texts.bubble("intake.unclear", numbers=calm_numbers(svc))]


def take_unclear(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    """A little more, in any form."""
    if not heard.means(incoming.text, "skip", "no", "yes", "that_is_all"):
        drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, incoming.text)


def take_topics(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if heard.means(incoming.text, "split", "yes"):
        first = talk.state["topics"].pop(0)
        place = draft.place if len(entities.find_place(str(first[1])) or "") == 0 else ""
        return _apart(svc, talk, draft, first, place)
    talk.state.pop("topics")
    if not heard.means(incoming.text, "together", "no"):
        drafts.absorb(svc, talk, draft, incoming)
    return _onward(svc, talk, draft, "")


def _apart(svc: Svc, talk: Talk, draft: Draft, topic: Sequence[object], place: str) -> list[Part]:
    """The first of several matters by itself; pictures and pin stay with it, the others wait."""
    if not place and draft.place and entities.find_place(str(topic[1])) is None:
        place = draft.place
    message_id, words = int(str(topic[0])), str(topic[1])
    draft.texts, draft.category_chosen, draft.place = [], False, ""
    drafts.absorb_text(svc, draft, message_id, words)
    draft.place = draft.place or place
    return _onward(svc, talk, draft, "")


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
    return _onward(svc, talk, draft, incoming.text)


def ask_place(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    return [svc.texts.bubble("ask.place_again" if "place" in draft.again else "ask.place")]


def take_place(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if heard.means(incoming.text, "skip", "unsure_place"):
        return _onward(svc, talk, draft, incoming.text)
    if incoming.kind == "text" and not heard.means(incoming.text, "yes", "no"):
        if drafts.is_story(svc, incoming.text) and "place" not in draft.again:
            drafts.absorb(svc, talk, draft, incoming)  # more of the story, not an address
        elif not any(letter.isalpha() for letter in incoming.text) and "place" not in draft.again:
            draft.message_ids.append(talk.message.id)  # a bare number: of what?
        else:
            draft.place = shortened(incoming.text, 200)
            draft.message_ids.append(talk.message.id)
    elif incoming.kind != "text":
        drafts.absorb(svc, talk, draft, incoming)
    if draft.is_at_a_spot and not draft.has_place and "place" not in draft.again:
        draft.again.append("place")
        drafts.keep(svc, talk, draft)
        return ask_place(svc, talk, draft)
    return _onward(svc, talk, draft, incoming.text)


def ask_review(svc: Svc, _talk: Talk, draft: Draft) -> list[Part]:
    return [svc.texts.bubble("review.show", lines="\n".join(review_lines(svc, draft)))]


def take_review(svc: Svc, talk: Talk, draft: Draft, incoming: Incoming) -> list[Part]:
    if heard.means(incoming.text, *_SEND):
        return _file(svc, talk, draft)
    if heard.means(incoming.text, "edit", "no"):
        draft.step = "edit"
        drafts.keep(svc, talk, draft)
        return [svc.texts.bubble("edit.which")]
    if heard.means(incoming.text, "add_photo"):
        return [svc.texts.bubble("review.add_photo")]
    drafts.absorb(svc, talk, draft, incoming)
    drafts.correct_place(draft, incoming.text)
    if draft.step == "review" and incoming.kind == "image" and draft.photos > 1 and not incoming.text:
        drafts.keep(svc, talk, draft)
        return _with_count(svc, draft, [svc.texts.bubble("review.add_photo")])
    return _onward(svc, talk, draft, incoming.text)


def ask_similar(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """Somebody else has told of this: join? flows/joining.py hears the answer. What cannot be joined is not asked."""
    known = joins.known(svc, draft)
    if known is None:
        draft.step = "review"
        drafts.keep(svc, talk, draft)
        return ask_review(svc, talk, draft)
    return [known_case(svc, known)]


_ASKS = {
    "what": ask_what,
    "more": ask_more,
    "topics": ask_topics,
    "unclear": ask_unclear,
    "category": ask_category,
    "place": ask_place,
    "similar": ask_similar,
    "review": ask_review,
}
_TAKES = {
    "what": take_what,
    "more": take_more,
    "topics": take_topics,
    "unclear": take_unclear,
    "category": take_category,
    "place": take_place,
    "similar": take_review,  # whatever is neither yes nor no belongs to the matter
    "review": take_review,
}


# --- moving on ---------------------------------------------------------------------------------------------------


def _onward(svc: Svc, talk: Talk, draft: Draft, said: str) -> list[Part]:
    """Ask what is still missing, show the review, or write it down."""
    if _holds_several(svc, talk, draft):
        draft.step, draft.may_split = "topics", False
        draft.asked.append("topics")
        drafts.keep(svc, talk, draft)
        return ask_topics(svc, talk, draft)
    draft.step = next_step(draft)
    if draft.step == "file":
        return _file(svc, talk, draft)
    if draft.step != "review":
        draft.asked.append(draft.step)
    elif (known := joins.find_known(svc, talk.account, draft)) is not None:
        draft.step, draft.similar = "similar", known.case.reference
    drafts.keep(svc, talk, draft)
    parts = _with_count(svc, draft, ask(svc, talk, draft))
    if draft.step in ("place", "category") and said and len(draft.texts) == 1 and not draft.confidential:
        heard_line = svc.texts.say("intake.heard", summary=shortened(draft.words, 60))
        first = parts[0]
        assert isinstance(first, Say)
        parts[0] = Say(f"{heard_line}\n{first.text}", first.choices)
    return [*_for_minors(svc, talk, draft), *parts]


def _for_minors(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """Who says they are under age is told, once, who helps; nothing more is asked of them (PDPA s. 20)."""
    if not draft.minor or talk.state.get("minor"):
        return []
    talk.state["minor"] = True
    return [Say(svc.texts.say("notice.minor"))]


def _holds_several(svc: Svc, talk: Talk, draft: Draft) -> bool:
    """Does the text tell of several matters? Asked of the first words of a complaint only."""
    if not draft.may_split or draft.kind != Kind.COMPLAINT or len(draft.texts) != 1 or "topics" in talk.state:
        return False
    message_id, words = draft.texts[0]
    found = svc.tools.split(words)
    if found:
        talk.state["topics"] = [[message_id, piece] for piece in found]
    return bool(found)


def ask(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """The question of the draft's step."""
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
    return ask(svc, talk, draft)


def kept_line(svc: Svc, talk: Talk) -> list[Part]:
    """After a side step: the draft is still there."""
    draft = drafts.draft_of(talk)
    if draft is None or not draft.names_something:
        return []
    return [svc.texts.bubble("menu.draft_kept", summary=draft_summary(svc, draft))]


def back(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    """One step back: the last question again, its answer forgotten."""
    asked = [step for step in draft.asked if step != "topics"]
    if draft.step in ("review", "similar") and asked:
        draft.step = asked[-1]
        if draft.step == "place":
            draft.place, draft.lat, draft.lon = "", None, None
    elif len(asked) > 1:
        draft.asked.remove(asked[-1])
        draft.step = asked[-2]
    drafts.keep(svc, talk, draft)
    return ask(svc, talk, draft)


def cancel(svc: Svc, talk: Talk) -> list[Part]:
    """The person thinks better of it: nothing is filed. A matter that waits behind this one is asked about."""
    had = drafts.draft_of(talk) is not None
    step = talk.conversation.step
    drafts.drop(talk)
    if step == "topics":
        talk.state.pop("topics", None)
    if had and talk.state.get("topics"):
        return [Say(svc.texts.say("draft.cancel")), *_next_topic(svc, talk)]
    return [svc.texts.bubble("draft.cancel" if had else "draft.nothing")]


def _file(svc: Svc, talk: Talk, draft: Draft) -> list[Part]:
    waiting = talk.state.get("topics") if draft.step == "topics" else None
    if waiting:
        talk.state.pop("topics")  # sent while we still asked: it is one
    parts = receipts.file(svc, talk, draft)
    if draft.kind == Kind.COMPLIMENT:
        talk.state["detail"] = talk.state["filed"]["reference"]
    return [*parts, *next_matter(svc, talk, draft)]


def next_matter(svc: Svc, talk: Talk, before: Draft) -> list[Part]:
    """After one matter is settled: the one that waits behind it, if any."""
    return _next_topic(svc, talk, before) if talk.state.get("topics") else []


def _next_topic(svc: Svc, talk: Talk, before: Draft | None = None) -> list[Part]:
    """The next of several matters; it happened where the one before did, unless it says otherwise."""
    message_id, words = talk.state["topics"].pop(0)
    if not talk.state["topics"]:
        talk.state.pop("topics")
    draft = Draft(may_split=False, message_ids=[message_id])
    drafts.absorb_text(svc, draft, message_id, words)
    if before is not None and not draft.has_place:
        draft.place, draft.lat, draft.lon = before.place, before.lat, before.lon
    line = Say(svc.texts.say("intake.next_topic", summary=shortened(words, 60)))
    return [line, *_onward(svc, talk, draft, "")]


def file_silent(svc: Svc, talk: Talk) -> bool:
    """A draft that fell silent: filed as incomplete where it names a problem, dropped where it names nothing.

    Matters that wait behind it are filed too. Returns whether a case was filed.
    """
    draft = drafts.draft_of(talk)
    waiting = talk.state.pop("topics", []) if draft is not None and draft.step != "topics" else []
    talk.state.pop("topics", None)
    drafts.drop(talk)
    found = [draft] if draft is not None and draft.names_something else []
    for message_id, words in waiting:
        other = Draft(message_ids=[message_id])
        drafts.absorb_text(svc, other, message_id, words)
        if draft is not None:
            other.place = other.place or draft.place
        found.append(other)
    for each in found:
        _file_one_silent(svc, talk, each)
    return bool(found)


def _file_one_silent(svc: Svc, talk: Talk, draft: Draft) -> None:
    filed = filing.file_case(svc, talk.conversation, talk.account, draft, received_at=svc.now, silent=True)
    values = {"code": filed.case.reference, "secret": filed.secret, "phone": svc.phone()}
    say = Say(svc.texts.say("draft.filed", **values))
    notices.tell_complainant(svc, filed.case, [say], once=f"silent:{filed.case.id}")
    receipts.remember(svc, talk, filed)


def _label(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"
