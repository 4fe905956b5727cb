"""`/ใหม่`: an officer writes a matter down for somebody, in one line or step by step. In a group one line only."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from handlers.access import Actor
from handlers.actions import notices, recording
from handlers.actions.filing import Filed
from handlers.desk.order import example
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.media import KINDS
from handlers.rules.recording import Recording
from handlers.services import Svc, Talk
from handlers.texts import heard, shortened
from handlers.views import danger_first
from nlp import entities, mask, when
from nlp.digits import arabic
from storage import agencies
from storage.words import Kind

_LASTS = timedelta(hours=24)  # a recording left alone so long is over
_OLDEST = timedelta(days=365)
_LONGEST_NUMBER, _LONGEST_PLACE, _LONGEST_NAME = 80, 300, 300
_NOT_IN_GROUPS = frozenset({"phone", "name", "id", "email", "line", "social", "passport"})
_MANY_DIGITS = re.compile(r"\d(?:[\s-]?\d){6,}")


class _NotSo(Exception):
    """The answer will not do; the key says what would."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = f"officer.{key}"


# --- it begins -------------------------------------------------------------------------------------------------------


def begin(svc: Svc, talk: Talk, actor: Actor, rest: str) -> list[Part]:
    """`/ใหม่ โทรศัพท์ ข้อความ…` is filed at once; with less, the rest is asked for."""
    channel, words = _channel_in(svc, rest)
    told = Recording(svc.now.isoformat(), channel)
    try:
        words = _received(svc, told, words)
        if words and talk.private and not channel:
            _take_what(svc, talk, told, words)
    except _NotSo as not_so:
        return [Say(svc.texts.say(not_so.key))]
    if talk.private and not (channel and words):
        recording.keep(talk, told)
        return _ask(svc, told)
    if not (channel and words):
        return [Say(svc.texts.say("officer.record_line", example=_example(svc)))]
    if not talk.private and _NOT_IN_GROUPS & set(mask.found_in(words)):
        return [Say(svc.texts.say("officer.record_alone"))]
    told.told.append(["what", talk.message.id, words])
    told.done = ["where", "who", "number"]
    return _file(svc, talk, actor, told)


def _example(svc: Svc) -> str:
    return example("record", svc.texts.word("officer.record_words"))


def _channel_in(svc: Svc, text: str) -> tuple[str, str]:
    """(code of the channel a text begins with, the rest of it); ("", text) for none."""
    known = {row.code: [row.name] for row in agencies.register(svc.session, "channel")}
    for code, words in heard.load()["channels"].items():
        known.setdefault(code, []).extend(words)
    code, rest = heard.begins(text, known)
    return code, rest


def _received(svc: Svc, told: Recording, text: str) -> str:
    """Take "รับเมื่อ 20 พ.ย." out of a text; returns the rest. Raises _NotSo for a day that cannot be."""
    for word in heard.load()["recorded"]["received"]:
        before, found, behind = text.partition(word)
        if not found:
            continue
        day = _leading(svc, behind)
        if day is None or not svc.today - _OLDEST <= day[0] <= svc.today:
            raise _NotSo("record_received")
        told.received_on = day[0].isoformat()
        return f"{before.strip()} {day[1].strip(' :,')}".strip()
    return text.strip()


def _leading(svc: Svc, text: str) -> tuple[date, str] | None:
    for word in heard.load()["recorded"]["day"]:
        text = text.strip().removeprefix(word)
    return when.leading(text, svc.now.astimezone(svc.tools.zone))


# --- and goes on -----------------------------------------------------------------------------------------------------


def take(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """The next answer while something is being written down; None where nothing is, or another command was given."""
    told = recording.recording_of(talk)
    if told is None or not talk.private:
        return None
    if not actor.works_here or svc.now - datetime.fromisoformat(told.at) > _LASTS:
        recording.drop(talk)
        return None
    text = incoming.text.strip()
    if incoming.kind == "text" and _is_cancelled(text):
        recording.drop(talk)
        return [svc.texts.bubble("officer.record_cancelled")]
    if incoming.kind == "text" and heard.command(text) is not None:
        return None
    try:
        parts = _taken(svc, talk, actor, told, incoming)
    except _NotSo as not_so:
        return [Say(svc.texts.say(not_so.key), _choices(svc, told.step))]
    return parts


def _is_cancelled(text: str) -> bool:
    return heard.means(text.removeprefix("/"), "cancel")


def _taken(svc: Svc, talk: Talk, actor: Actor, told: Recording, incoming: Incoming) -> list[Part]:
    for row, one in zip((talk.message, *talk.others), (incoming, *incoming.more), strict=False):
        if one.media is not None:
            told.told.append(["photo", row.id, ""])
        if one.place is not None and one.place.lat is not None:
            told.lat, told.lon = one.place.lat, one.place.lon
            told.done.append("where")
            told.told.append(["pin", row.id, ""])
        if one.kind == "contact":
            told.told.append(["who", row.id, one.text])
    said = [one.text for one in (incoming, *incoming.more) if one.kind in ("text", *KINDS)]
    text = "\n".join(filter(None, map(str.strip, said)))
    step = told.step
    text = _received(svc, told, text)
    if step == "review" and heard.means(text, "record_save", "yes", "send"):
        return _file(svc, talk, actor, told)
    danger: list[Part] = []
    if text:
        danger = _TAKES[step](svc, talk, told, text)
    recording.keep(talk, told)
    return [*danger, *_ask(svc, told)]


def _take_channel(svc: Svc, talk: Talk, told: Recording, text: str) -> list[Part]:
    told.channel, rest = _channel_in(svc, text)
    if not told.channel:
        raise _NotSo("record_channel_unknown")
    return _take_what(svc, talk, told, rest) if rest else []


def _take_what(svc: Svc, talk: Talk, told: Recording, text: str) -> list[Part]:
    """Words of the matter; of danger the numbers to call are shown at once."""
    if not any(letter.isalpha() for letter in text) or heard.means(text, "skip"):
        raise _NotSo("record_what_again")
    told.told.append(["what", talk.message.id, text])
    draft = recording.understood(svc, told)
    if (draft.place or not draft.is_at_a_spot) and "where" not in told.done:
        told.done.append("where")
    if draft.kind != Kind.EMERGENCY:
        return []
    talk.in_danger = True
    return [danger_first(svc, draft.danger)]


def _take_where(_svc: Svc, talk: Talk, told: Recording, text: str) -> list[Part]:
    if heard.means(text, "skip", "unsure_place"):
        told.done.append("where")
    else:
        told.told.append(["where", talk.message.id, text[:_LONGEST_PLACE]])
    return []


def _take_who(_svc: Svc, talk: Talk, told: Recording, text: str) -> list[Part]:
    """A name, a number to call, or both; a number of the card of identity is nobody's business here."""
    if heard.means(text, "skip", "nameless"):
        told.done.append("who")
        return []
    if entities.find_national_ids(text):
        raise _NotSo("record_no_id")
    if _MANY_DIGITS.search(arabic(text)) and entities.find_phone(text) is None:
        raise _NotSo("record_phone")
    told.told.append(["who", talk.message.id, text[:_LONGEST_NAME]])
    return []


def _take_number(svc: Svc, talk: Talk, told: Recording, text: str) -> list[Part]:
    """ "พล 0017/123 ลงวันที่ 20 พ.ย. 69": the number, and the date where one is named."""
    if heard.means(text, "skip"):
        told.done.append("number")
        return []
    number, found, behind = text, "", ""
    for word in heard.load()["recorded"]["dated"]:
        if not found:
            number, found, behind = text.partition(word)
    day = _leading(svc, behind) if found else None
    if found and (day is None or day[0] > svc.today):
        raise _NotSo("record_number")
    told.number, told.dated = number.strip(" ,:")[:_LONGEST_NUMBER], day[0].isoformat() if day else ""
    told.told.append(["number", talk.message.id, text])
    return []


_TAKES: dict[str, Callable[[Svc, Talk, Recording, str], list[Part]]] = {
    "channel": _take_channel,
    "what": _take_what,
    "where": _take_where,
    "who": _take_who,
    "number": _take_number,
    "review": _take_what,
}


# --- asked, shown, filed ---------------------------------------------------------------------------------------------


def _ask(svc: Svc, told: Recording) -> list[Part]:
    if told.step == "review":
        return [_review(svc, told)]
    return [svc.texts.bubble(f"officer.record_{told.step}")]


def _choices(svc: Svc, step: str) -> tuple[Choice, ...]:
    return svc.texts.bubble(f"officer.record_{step}").choices if step != "review" else ()


def _review(svc: Svc, told: Recording) -> Say:
    """What would be filed, line by line."""
    draft, word = recording.understood(svc, told), svc.texts.word
    category = agencies.category(svc.session, draft.category)
    pin = word("review.values.pin") if draft.lat is not None else ""
    received = svc.texts.day(date.fromisoformat(told.received_on)) if told.received_on else ""
    dated = svc.texts.day(date.fromisoformat(told.dated)) if told.dated else ""
    values = {
        "channel": _channel_name(svc, told.channel),
        "kind": word(f"kinds.{draft.kind}"),
        "category": word("review.values.undecided") if draft.abstained or category is None else category.name,
        "text": shortened(draft.words, 200),
        "place": draft.place or pin or word("review.values.no_place"),
        "name": recording.name_in(told) or word("officer.record_nameless"),
        "contact": draft.contact,
        "number": f"{told.number} {dated}".strip(),
        "received": received,
        "photos": str(told.photos or ""),
    }
    lines = [word(f"record_line.{name}", value=value) for name, value in values.items() if value]
    return svc.texts.bubble("officer.record_review", lines="\n".join(lines))


def _channel_name(svc: Svc, code: str) -> str:
    return next((row.name for row in agencies.register(svc.session, "channel") if row.code == code), code)


def _file(svc: Svc, talk: Talk, actor: Actor, told: Recording) -> list[Part]:
    """Filed: the officer gets what the person takes along; from a group it reaches the officer alone."""
    own = next((post for post in actor.posts if not post.instead_of), actor.posts[0])
    draft = recording.understood(svc, told)
    filed = recording.file(svc, own, told)
    recording.drop(talk)
    danger: list[Part] = []
    if draft.kind == Kind.EMERGENCY and "where" in told.done and not talk.in_danger:
        talk.in_danger = True
        danger = [danger_first(svc, draft.danger)]
    receipt = _receipt(svc, filed, draft.contact or recording.name_in(told))
    if talk.private:
        return [*danger, receipt]
    notices.tell_account(svc, talk.account, [receipt], filed.case, once=f"recorded:{filed.case.id}")
    masked = "" if filed.case.confidential else shortened(filed.case.masked or "", 60)
    words = masked or svc.texts.say("track.hidden")
    return [*danger, Say(svc.texts.say("officer.recorded_group", code=filed.case.reference, summary=words))]


def _receipt(svc: Svc, filed: Filed, reachable: str) -> Say:
    case, texts = filed.case, svc.texts
    category = agencies.category(svc.session, case.category)
    text = texts.say(
        "officer.recorded",
        code=case.reference,
        category=category.name if category else case.category,
        channel=_channel_name(svc, case.channel),
        unit=filed.unit_name,
        received=texts.day(case.received_at.astimezone(svc.tools.zone).date()),
        due=texts.day(case.due_on),
        secret=filed.secret,
    )
    lines = [text, svc.tools.track_link(case.reference, filed.secret)]
    lines.append("" if reachable else texts.say("officer.recorded_nobody"))
    view = Choice(texts.word("officer.button_view", code=case.reference))
    return Say("\n".join(line for line in lines if line), (view,))
