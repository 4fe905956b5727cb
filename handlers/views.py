"""How a matter looks to the person who brings it: the review, the card with its stepper, numbers to call."""

from __future__ import annotations

from datetime import date

from handlers.actions import awaiting, notices, replies
from handlers.actions.joins import Known, words_in
from handlers.messages import Card, Choice, Say, Step
from handlers.rules.case_status import CITIZEN, STOPS, is_open, may_move, stop_of
from handlers.rules.draft import Draft
from handlers.services import Svc
from handlers.texts import shortened
from handlers.texts.replies import without_photo_reason
from storage import agencies, cases, spots, visits
from storage.tables import Case, CaseJoin
from storage.words import Kind, Status


def hotline_numbers(svc: Svc, danger: str) -> str:
    """Hotlines for this kind of danger, one to a line; the general ones where none is named for it."""
    rows = agencies.hotlines(svc.session)
    fitting = [row for row in rows if danger in row.uses] or [row for row in rows if "any" in row.uses]
    always = [row for row in rows if row.number in ("191", "1669", "199")]
    chosen = {row.number: row for row in [*fitting, *always]}
    return "\n".join(f"{row.number} {row.name}" for row in chosen.values())


# For somebody whose words we do not understand: whom to call if it is danger after all.
_CALM_NUMBERS = ("191", "1669", "1300", "1323")


def calm_numbers(svc: Svc) -> str:
    """Telephone numbers with their names, in one line."""
    rows = {row.number: row for row in agencies.hotlines(svc.session)}
    return " · ".join(f"{number} {rows[number].name}" for number in _CALM_NUMBERS if number in rows)


_WITH_ADVICE = frozenset({"wire", "distress", "violence"})


def danger_first(svc: Svc, danger: str, language: str = "") -> Say:
    """The first bubble in danger: whom to call; what not to touch; a kind word first where a heart is in danger.

    `language`: of somebody who may not read Thai; the numbers stand below in it as well.
    """
    return svc.texts.beside(_danger_first(svc, danger), "emergency", language)


def _danger_first(svc: Svc, danger: str) -> Say:
    numbers = svc.texts.say("emergency.first", numbers=hotline_numbers(svc, danger))
    if danger not in _WITH_ADVICE:
        return Say(numbers)
    advice = svc.texts.say(f"emergency.{danger}")
    return Say(f"{advice}\n{numbers}" if danger == "distress" else f"{numbers}\n{advice}")


def case_card(svc: Svc, case: Case, secret: str = "", *, own: bool = True, joined: CaseJoin | None = None) -> Card:
    """The case as its complainant sees it. Confidential ones show no word of what they are about.

    `own`: the complainant looks, who may act on it; a helper with the secret only reads. `joined`: somebody who joined
    looks: they see their own words, and of what officers wrote the result alone, masked.
    """
    texts = svc.texts
    summary = summary_of(svc, case, joined)
    latest = "" if case.confidential else _latest(svc, case, joined)
    unit = notices.unit_name(svc, case)
    status = status_word(svc, case, own=own and joined is None)
    due = texts.day(case.extended_to or case.due_on)
    category = agencies.category(svc.session, case.category)
    count = spots.joined_count(svc.session, case.id)
    others = texts.say("track.joined", n=count) if count else ""
    rows = [("summary", summary), ("unit", unit), ("due", due), ("latest", latest), ("joined", others)]
    rows.append(("secret", secret))
    if category is not None and not case.confidential:
        rows.insert(1, ("category", category.name))
    text = texts.say("track.card", code=case.reference, summary=summary, status=status, unit=unit, latest="", due=due)
    link = svc.tools.track_link(case.reference, secret) if secret else ""
    choices = [Choice(texts.word("track.button_open"), link, opens="link")] if link else []
    if own and joined is None and case.status == Status.RESOLVED:
        choices += answers_to(svc, case)
    if own and not secret and may_move(Status(case.status), Status.WITHDRAWN, CITIZEN):
        names = ("track.button_add", "track.button_hurry", "track.button_withdraw")
        choices += [Choice(texts.word(name, code=case.reference)) for name in names]
    return Card(
        title=texts.say("track.title"),
        reference=case.reference,
        status=status,
        steps=_steps(svc, case),
        rows=tuple((texts.word(f"track.rows.{name}"), value) for name, value in rows if value),
        text=text + (f"\n{texts.word('track.rows.latest')}: {latest}" if latest else ""),
        urgent=case.urgent,
        choices=tuple(choices),
    )


_ANSWERS: dict[str, tuple[str, ...]] = {
    "question": ("track.button_no_info",),
    "visit": ("track.button_suits", "track.button_suits_not"),
    "refused": ("track.button_more",),
    "merged": ("track.button_not_same",),
    "paused": ("status.button_reopen",),
    "closed": ("status.button_reopen",),
    "identity": ("consent.button_give_identity", "consent.button_keep_identity"),
}


def answers_to(svc: Svc, case: Case) -> tuple[Choice, ...]:
    """What the complainant may tap where this case waits for them."""
    waits = awaiting.of_case(svc, case)
    names: tuple[str, ...]
    if waits is None or waits.what == "result":
        mended = ("track.button_fixed", "track.button_partly", "track.button_not_fixed")
        understood = ("track.button_understood", "track.button_still_asks")
        asks: tuple[str, ...] = mended if replies.asks_mended(case) else understood
        names = asks if case.status == Status.RESOLVED else ()
    else:
        names = _ANSWERS[waits.what]
    return tuple(Choice(svc.texts.word(name, code=case.reference)) for name in names)


_READ = ("told", "asked", "deferred", "not_accepted", "transferred", "used")


def read_out(svc: Svc, case: Case) -> tuple[str, Say] | None:
    """(which, words) the newest thing an officer wrote to the complainant of a confidential case, who asks for it
    here; the result once it is concluded. None: there is nothing."""
    note = cases.last_note(svc.session, case, *_READ, *(("result",) if case.resolved_at is not None else ()))
    if note is None or not note.words:
        return None
    said = svc.tools.mask(note.words) if note.to_another else note.words
    if note.what == "result":
        said = without_photo_reason(said)
    text = svc.texts.say(f"read.{note.what}", code=case.reference, words=said, unit=notices.unit_name(svc, case))
    return f"{note.what} {note.at.isoformat()}", Say(text, answers_to(svc, case))


def status_card(svc: Svc, case: Case) -> Card:
    """The case for a page anybody may look over a shoulder at: its way and dates, not a word of what it is about."""
    full, texts = case_card(svc, case, own=False), svc.texts
    dates = {name: texts.day(local) for name, local in _days_of(svc, case).items()}
    named = {"unit": notices.unit_name(svc, case), **dates, **_next_of(svc, case)}
    rows = tuple((texts.word(f"track.rows.{name}"), value) for name, value in named.items() if value)
    return Card(full.title, full.reference, full.status, full.steps, rows, full.reference, full.urgent)


def _days_of(svc: Svc, case: Case) -> dict[str, date]:
    """What has happened, by day."""
    moments = {"received": case.received_at, "result": case.resolved_at, "closed": case.closed_at}
    return {name: moment.astimezone(svc.tools.zone).date() for name, moment in moments.items() if moment is not None}


def _next_of(svc: Svc, case: Case) -> dict[str, str]:
    """What comes next, and when; nothing where the result is told or the case ended."""
    if case.status == Status.RESOLVED or not is_open(case.status):
        return {}
    visit = None if case.confidential else visits.planned(svc.session, case.id)
    planned = visit.planned_for if visit is not None else None
    shown = svc.texts.moment(planned) if planned is not None and planned >= svc.now else ""
    return {"visit": shown, "due": svc.texts.day(case.extended_to or case.due_on)}


def status_word(svc: Svc, case: Case, *, own: bool) -> str:
    """The status in words; to the complainant "we wait for you"."""
    named = own and case.status == Status.NEED_INFO
    return svc.texts.word(f"own_statuses.{case.status}" if named else f"statuses.{case.status}")


def answered(svc: Svc, case: Case) -> Say:
    """The answer is with us: who goes on, and until when."""
    due = svc.texts.day(case.extended_to or case.due_on)
    unit = notices.unit_name(svc, case)
    return Say(svc.texts.say("status.answered", code=case.reference, unit=unit, due=due))


def phone_hint(phone: str) -> str:
    """A person's own number, shown so that they can check it and nobody else can use it: 081-xxx-1111."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return f"{digits[:3]}-xxx-{digits[-4:]}"


def summary_of(svc: Svc, case: Case, joined: CaseJoin | None = None) -> str:
    """What the person said: the complainant, or the one who joined. Nothing of a confidential case."""
    if case.confidential:
        return svc.texts.say("track.hidden")
    if joined is None:
        words = svc.session.keys.open_text(case.text) or ""
    else:
        words = words_in(svc, joined)
    return shortened(words) or svc.texts.word("review.values.no_text")


def known_case(svc: Svc, known: Known) -> Say:
    """Somebody else's case, shown to a stranger: category, the place as far as both named it, and how many tell of it.
    No word of theirs, no reference."""
    category = agencies.category(svc.session, known.case.category)
    names = [category.name if category else known.case.category, known.words]
    return svc.texts.bubble(
        "ask.similar",
        n=1 + spots.joined_count(svc.session, known.case.id),
        summary=" ".join(name for name in names if name),
        status=svc.texts.word(f"statuses.{known.case.status}"),
    )


def _latest(svc: Svc, case: Case, joined: CaseJoin | None) -> str:
    """The newest word of an officer to this person; a result counts once it is concluded."""
    asked = ("asked",) if case.status == Status.NEED_INFO else ()  # once answered it is no news
    whats = ("told", *asked) if joined is None else ()
    concluded = case.resolved_at is not None and (joined is None or joined.joined_at <= case.resolved_at)
    found = cases.last_note(svc.session, case, *whats, *(("result", "used") if concluded else ()))
    if found is None:
        return ""
    masked = joined is not None or found.to_another
    note = svc.tools.mask(found.words) if masked else found.words
    if found.what == "result":
        note = without_photo_reason(note)
    return f"{shortened(note, 200)} ({svc.texts.moment(found.at)})"


def _steps(svc: Svc, case: Case) -> tuple[Step, ...]:
    now = stop_of(case.status)
    return tuple(
        Step(svc.texts.word(f"stops.{name}"), "done" if index < now else "now" if index == now else "next")
        for index, (name, _statuses) in enumerate(STOPS)
    )


def draft_summary(svc: Svc, draft: Draft) -> str:
    """What a person told so far, short; nothing of a confidential matter."""
    if draft.confidential:
        return svc.texts.say("track.hidden")
    return shortened(draft.words) or svc.texts.word("review.values.no_text")


def review_lines(svc: Svc, draft: Draft) -> list[str]:
    """What would be filed, line by line, for the person to check."""
    word = svc.texts.word
    category = agencies.category(svc.session, draft.category)
    undecided = draft.abstained and not draft.category_chosen
    place = draft.place or word("review.values.pin" if draft.lat is not None else "review.values.no_place")
    if draft.confidential and draft.place:
        place = word("review.values.place_kept")  # an accusation may stand in it
    values = {
        "kind": word(f"kinds.{draft.kind}") if draft.kind != Kind.COMPLAINT else "",
        "text": draft_summary(svc, draft),
        "category": word("review.values.undecided") if undecided or category is None else category.name,
        "place": place if draft.has_place or draft.physical else "",
        "when": draft.happened,
        "photos": str(draft.photos or ""),
        "voices": str(draft.voices or ""),
        "files": str(draft.files or ""),
        "contact": phone_hint(draft.contact) if draft.contact else "",
    }
    lines = [svc.texts.word(f"review.line.{name}", value=value) for name, value in values.items() if value]
    if draft.confidential:
        lines.append(word("review.line.confidential"))
    return lines
