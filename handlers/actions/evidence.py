"""Evidence that a trouble was really mended: the officers' pictures, and what is wrong with a result."""

from __future__ import annotations

from datetime import datetime, timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import drafts, visits
from handlers.actions.correcting import Old
from handlers.messages import Incoming, Part, Say
from handlers.rules.case_status import is_open
from handlers.rules.duties import may
from handlers.rules.evidence import Proof, faults_of, needs_photo
from handlers.rules.media import refusal
from handlers.services import Svc, Talk
from handlers.texts import heard
from nlp import entities, similar
from nlp.digits import arabic
from storage import agencies, cases, history, messages, people, photos, results
from storage import visits as visit_rows
from storage.people import Post
from storage.photos import Photo
from storage.tables import Attachment, Case, Conversation, Message
from storage.words import Conclusion, Stage, Status

WINDOW = timedelta(minutes=10)  # before or after "/ผล" a picture in the same chat is the result's (contract)
LOOKED_BACK = timedelta(days=365)
CLOCKS_DIFFER = timedelta(minutes=10)  # a camera's clock and ours
_SAME_WORDS, _MOST_ALIKE = 0.9, 3
_STILL_TO_REPORT = frozenset({Status.IN_PROGRESS, Status.RETURNED_INCOMPLETE})
_Sent = list[tuple[Attachment, Message]]


# --- pictures come in ------------------------------------------------------------------------------------------------


def take_photo(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part] | None:
    """An officer's picture that belongs to a case: as an answer to a bubble of it, around "/ผล", or on a visit.

    None: it is not one of those (an officer is a citizen too), or its caption is a command of its own.
    """
    if not actor.works_here or not _shows(incoming) or heard.command(incoming.text) is not None:
        return None
    try:
        meant = _meant(svc, talk, actor, incoming)
    except access.NotFound as missing:
        return [Say(svc.texts.say("officer.not_found", code=missing))]
    if meant is None:
        return None
    case, post, stage = meant
    duty = "visit" if stage == Stage.VISIT else "result"
    if not may(duty, access.parties(post, case)):
        return None  # who only looks proves nothing
    if not is_open(case.status) or case.status == Status.RESOLVED:
        now = svc.texts.status(case.status)
        return [Say(svc.texts.say("officer.not_now", code=case.reference, status=now))]
    if not attach(svc, talk, case, post, stage):
        return None
    count = count_different(photos_of(svc, case, stage))
    text = svc.texts.say(f"officer.photo_{stage}", code=case.reference, n=count)
    if stage == Stage.AFTER and case.status in _STILL_TO_REPORT:
        text += "\n" + svc.texts.say("officer.photo_next", code=case.reference)
    return [Say(text)]


def _shows(incoming: Incoming) -> bool:
    return any(one.kind == "image" for one in (incoming, *incoming.more))


def _meant(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> tuple[Case, Post, Stage] | None:
    """The case a picture shows, and at which stage. Raises NotFound for an answer to what one may not see."""
    quoted = access.quoted_by_officer(svc, actor, talk.conversation, incoming.quoted_id)
    if quoted is not None:
        of_visit = visits.answers_plan(svc, talk, quoted[0], incoming)
        return (*quoted, Stage.VISIT if of_visit else Stage.AFTER)
    if incoming.quoted_id and talk.private:
        return None  # an answer to something else
    given = _result_near(svc, talk.conversation, talk.account.id, talk.message.at)
    if given is not None and not _tells_since(talk, given[1]):
        return _seen(svc, actor, given[0], Stage.AFTER)
    visit = visits.under_way(svc, talk, actor) if talk.private else None
    return None if visit is None else _seen(svc, actor, visit.case_id, Stage.VISIT)


def _seen(svc: Svc, actor: Actor, case_id: int, stage: Stage) -> tuple[Case, Post, Stage] | None:
    try:
        return (*access.case_for_officer(svc, actor, cases.get(svc.session, case_id).reference), stage)
    except access.NotFound:
        return None


def _result_near(svc: Svc, conversation: Conversation, account_id: int, at: datetime) -> tuple[int, datetime] | None:
    """Case and moment of this person's "/ผล" in this chat: the last one before a picture was sent, else the first one
    after it (pictures may arrive late; what counts is when they were sent)."""
    said = photos.words_about_cases(svc.session, conversation.id, account_id, at - WINDOW, at + WINDOW)
    given = [
        (case_id, moment) for case_id, moment, words in said if _is_result(svc, account_id, case_id, words, moment)
    ]
    before = [one for one in given if one[1] <= at]
    return before[-1] if before else next(iter(given), None)


def _is_result(svc: Svc, account_id: int, case_id: int, words: str, moment: datetime) -> bool:
    """ "/ผล", with or without its slash; or the words it waited for, after which the result stands written down."""
    if (heard.command(words) or heard.unslashed(words) or ("",))[0] == "result":
        return True
    account = people.account(svc.session, account_id)
    rows = [row for row in cases.updates(svc.session, [case_id]) if row.what == "result"]
    return account is not None and any(
        row.person_id == account.person_id and abs(row.at - moment) < _WRITTEN for row in rows
    )


_WRITTEN = timedelta(minutes=1)  # between words sent and the result written down


def _tells_since(talk: Talk, moment: datetime) -> bool:
    """Did this person go on to tell a matter of their own?"""
    last = talk.conversation.draft_at
    return drafts.draft_of(talk) is not None and last is not None and last > moment


def attach(svc: Svc, talk: Talk, case: Case, post: Post, stage: Stage) -> int:
    """The pictures of this message (of a set, all of them) become the case's; returns how many."""
    rows = [row.id for row in (talk.message, *talk.others)]
    return _attach(svc, talk, case, post, stage, photos.free_of(svc.session, rows))


def attach_recent(svc: Svc, talk: Talk, case: Case, post: Post) -> int:
    """At "/ผล": the pictures this person sent in this chat in the last ten minutes, and with the command itself, show
    the spot afterwards; those that follow soon will too. Returns how many there were."""
    if not is_open(case.status):
        return 0
    _tie(talk.message, talk, case)  # the pictures that follow find the case by it
    at = talk.message.at
    free = photos.free_within(svc.session, talk.conversation.id, talk.account.id, at - WINDOW, at + WINDOW)
    draft = drafts.draft_of(talk)
    if draft is not None and len(draft.message_ids) > draft.photos:  # more than pictures: a matter of their own
        free = [(photo, message) for photo, message in free if message.id not in draft.message_ids]
    return _attach(svc, talk, case, post, Stage.AFTER, free)


def attach_rows(svc: Svc, talk: Talk, case: Case, post: Post, rows: list[int]) -> int:
    """The pictures of these messages show the spot afterwards; returns how many there were."""
    _tie(talk.message, talk, case)
    return _attach(svc, talk, case, post, Stage.AFTER, photos.free_of(svc.session, rows))


def _tie(message: Message, talk: Talk, case: Case) -> None:
    """What an officer says of a case is found by it; of their own case it would pass for the complainant's words."""
    if case.account_id != talk.account.id and message.case_id is None:
        message.case_id = case.id


def _attach(svc: Svc, talk: Talk, case: Case, post: Post, stage: Stage, sent: _Sent) -> int:
    if not sent:
        return 0
    for photo, message in sent:
        at, who = message.at, post.person_id
        photos.add(svc.session, photo, case_id=case.id, stage=stage, person_id=who, at=at, now=svc.now)
        _tie(message, talk, case)
    rows = frozenset(message.id for _photo, message in sent)
    said = tuple(words for _row, words in messages.words_of(svc.session, rows))
    drafts.forget(svc, talk, Old(rows, said))  # a lone picture had begun one
    kept = {"reference": case.reference, "stage": stage, "by": post.role, "photos": [row.id for row, _at in sent]}
    history.append(svc.session, "photo", case.id, kept, svc.now)
    return len(sent)


# --- in an officers' group, where nobody addresses a picture to us ---------------------------------------------------


def is_result_photo(svc: Svc, conversation: Conversation, incoming: Incoming) -> bool:
    """In an officers' group: a picture that follows its sender's "/ผล"? It is meant for us."""
    if incoming.kind != "image" or conversation.agency_code is None:
        return False
    account = people.known(svc.session, incoming.channel, incoming.user_id)
    return account is not None and _result_near(svc, conversation, account.id, incoming.at) is not None


def put_by(svc: Svc, conversation: Conversation, message: Message, incoming: Incoming) -> None:
    """A picture in an officers' group, to nobody: its sender may say in the next ten minutes which case it shows. Until
    then it is not fetched, and after that forgotten."""
    media = incoming.media
    if incoming.kind != "image" or media is None or not media.ref or conversation.agency_code is None:
        return
    account = people.known(svc.session, incoming.channel, incoming.user_id)
    if account is None or refusal(incoming.kind, media.name, media.size):
        return
    if messages.was_taken(svc.session, conversation.id, incoming.message_id):
        return
    message.account_id = account.id
    photos.put_by(svc.session, message, ref=media.ref, now=svc.now, until=svc.now + WINDOW)


# --- what is wrong with a result -------------------------------------------------------------------------------------


def faults(svc: Svc, case: Case, words: str, conclusion: str) -> list[str]:
    """What is wrong with a result, the gravest first (rules/evidence.py); in words: `spoken`. A `conclusion` nobody
    named ("") is taken for mended."""
    category = agencies.category(svc.session, case.category)
    due = needs_photo(bool(category and category.physical), case.kind, conclusion or Conclusion.FIXED)
    after = photos_of(svc, case, Stage.AFTER)
    reopened = cases.reopened_at(svc.session, case.id) if after else None
    since = max(case.received_at, reopened or case.received_at)
    proof = Proof(
        photo_due=due,
        photos=len(after),
        same=any(_is_known(svc, case, photo, after) for photo in after),
        old=any(photo.taken_at is not None and photo.taken_at < since - CLOCKS_DIFFER for photo in after),
        words=words,
        boilerplate=svc.session.once(("boilerplate", case.id, words), lambda: _is_boilerplate(svc, case, words)),
    )
    phrases = heard.load()["evidence"]
    return faults_of(proof, phrases["no_photo_reason"], phrases["says_nothing"])


def spoken(svc: Svc, found: list[str]) -> str:
    """Faults in words, to stand behind "ขาด:"."""
    return " · ".join(svc.texts.word(f"faults.{fault}") for fault in found)


def photos_of(svc: Svc, case: Case, stage: Stage) -> list[Photo]:
    """A case's pictures of this stage. After it was opened again, what was shown before proves nothing any more."""
    found = photos.of_case(svc.session, case.id, stage)
    since = cases.reopened_at(svc.session, case.id) if found and stage == Stage.AFTER else None
    return found if since is None else [photo for photo in found if photo.at > since]


def count_different(found: list[Photo]) -> int:
    """How many pictures these are: the same one sent twice is one."""
    kept: list[Photo] = []
    for photo in found:
        if not any(photo.same_as(other) for other in kept):
            kept.append(photo)
    return len(kept)


def _is_known(svc: Svc, case: Case, photo: Photo, after: list[Photo]) -> bool:
    """Was this very picture shown before: by the people who complained, of this case once, or of another case?"""
    now = {one.attachment_id for one in after}
    of_case = photos.of_case(svc.session, case.id, Stage.BEFORE, Stage.AFTER)
    if any(photo.same_as(other) for other in of_case if other.attachment_id not in now):
        return True
    return photos.shown_elsewhere(svc.session, case, photo, svc.now - LOOKED_BACK) is not None


def _is_boilerplate(svc: Svc, case: Case, words: str) -> bool:
    """Do three other cases have (nearly) this result, which names neither place nor figure of this case?"""
    masked = svc.tools.mask(words)
    if _names_its_own(case, words):
        return False
    others = results.of_agency(svc.session, case.agency_code, case.id, svc.now - LOOKED_BACK)
    is_same = similar.same_as(masked, _SAME_WORDS)
    alike: set[int] = set()
    for case_id, said in others:
        near = 2 * min(len(said), len(masked)) > max(len(said), len(masked))
        if case_id not in alike and near and (said == masked or is_same(said)):
            alike.add(case_id)
        if len(alike) >= _MOST_ALIKE:
            return True
    return False


def _names_its_own(case: Case, words: str) -> bool:
    place, told = case.place_masked or "", f"{case.masked or ''} {case.place_masked or ''}"
    named = entities.find_place(words)
    if named is not None and (named in told or similar.same_place(named, place) is not None):
        return True
    return bool(_figures(words) & _figures(told))


def _figures(text: str) -> set[str]:
    digits = "".join(letter if letter.isdigit() else " " for letter in arabic(text))
    return set(digits.split())


def summary(svc: Svc, case: Case) -> str:
    """One line for the head: pictures before and after, the visit, and what is wrong with the result."""
    texts = svc.texts
    result = cases.last_note(svc.session, case, "result")
    visited = [row.made_at for row in visit_rows.of_case(svc.session, case.id) if row.made_at is not None]
    found = faults(svc, case, result.words, case.conclusion_type or "") if result is not None else []
    return texts.say(
        "evidence.summary",
        before=_tick(svc, len(photos_of(svc, case, Stage.BEFORE))),
        after=_tick(svc, len(photos_of(svc, case, Stage.AFTER))),
        visit=texts.say("evidence.visited", at=texts.moment(visited[-1])) if visited else "",
        faults=texts.say("evidence.faults", list=spoken(svc, found)) if found else "",
    )


def _tick(svc: Svc, count: int) -> str:
    return svc.texts.word("evidence.there", n=count) if count else svc.texts.word("evidence.missing")
