"""News of cases for citizens: what waited for a free answer and must not wait longer; and whom no message reaches.

A promise or a legal date is pushed by day, together with whatever else waits in that chat: one push tells it all.
Plain news is never pushed where a push costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.access import may_see
from handlers.actions import notices
from handlers.messages import Part, Say, from_json
from handlers.rules import escalation
from handlers.services import BUBBLES, Svc, bubbles_of, put_out
from storage import agencies, conversations, news, people
from storage.news import PROMISE, News
from storage.people import Post
from storage.tables import Case, Conversation
from storage.words import Role

_SETTING = "unreached"
_LINES = 10
_TOLD_TO = frozenset({Role.INTAKE, Role.OFFICER, Role.UNIT_HEAD})
# What a citizen without a chat should hear of from a person, and the officer's note that says it was done.
_SHOULD_HEAR = (
    *("told", "asked", "asked_again", "deferred", "visit_planned", "resolved", "approved", "used"),
    *("progress_told", "overdue_told", "progress_owed", "overdue_owed"),
)
_CALLED = ("noted", "notified_complainant")


def chats(svc: Svc) -> list[tuple[str, str]]:
    """(lane, channel) of chats with news to be told now: by day only."""
    if not escalation.is_day(svc.hours, svc.now):
        return []
    return news.lanes(svc.session, notices.PUSHES_COST, svc.now - svc.undo_time)


def push(svc: Svc, lane: str, channel: str) -> int:
    """Tell one chat its news in one message, under the chat's lock; how many cases it tells of."""
    conversation = conversations.lock(svc.session, lane, channel)
    if conversation is None:
        return 0  # somebody is answering there just now, and takes it along
    waiting = news.waiting(svc.session, lane, svc.now - svc.undo_time)
    if channel in notices.PUSHES_COST and not any(row.news == PROMISE for row in waiting):
        return 0
    newest, older = _newest(waiting)
    chosen = _fitting(newest)
    case_ids = {row.case_id for row in chosen}
    parts: list[Part] = list(dict.fromkeys(from_json(part) for row in chosen for part in row.parts))
    news.fold(svc.session, [row.id for row in (*older, *chosen)])
    put_out(svc, conversation, parts, case_id=case_ids.pop() if len(case_ids) == 1 else None)
    return len({row.case_id for row in chosen})


def chats_to_chase(svc: Svc) -> list[tuple[str, str]]:
    """(lane, channel) of officers' chats with reminders to be put together."""
    return news.chased(svc.session)


def chase(svc: Svc, lane: str, channel: str) -> int:
    """All reminders of one chat in one message: whole where they fit, else a line each; how many there were."""
    conversation = conversations.lock(svc.session, lane, channel)
    if conversation is None:
        return 0
    waiting = news.chases(svc.session, lane)
    parts: list[Part] = [from_json(part) for row in waiting for part in row.parts]
    if sum(map(bubbles_of, parts)) > BUBBLES:
        parts = [_chased(svc, parts)]
    news.fold(svc.session, [row.id for row in waiting])
    case_ids = {row.case_id for row in waiting}
    put_out(svc, conversation, parts, case_id=case_ids.pop() if len(case_ids) == 1 else None)
    return len(waiting)


def _chased(svc: Svc, parts: Sequence[Part]) -> Say:
    lines = [part.text.partition("\n")[0] for part in parts if isinstance(part, Say)]
    more = [svc.texts.say("officer.more", n=len(lines) - _LINES)] if len(lines) > _LINES else []
    return svc.texts.bubble("officer.chases", n=len(lines), lines="\n".join([*lines[:_LINES], *more]))


def _newest(waiting: Sequence[News]) -> tuple[list[News], list[News]]:
    """(of each case the newest promise of a kind, and the newest plain news if nothing is newer; what they replace)."""
    kept: dict[tuple[int | None, str], News] = {}
    last: dict[int | None, int] = {}
    for row in waiting:
        case_id = row.case_id if row.case_id is not None else -row.id
        kept[case_id, row.topic if row.news == PROMISE else ""] = row
        last[case_id] = row.id
    newest = [row for (case_id, topic), row in kept.items() if topic or row.id == last[case_id]]
    return newest, [row for row in waiting if row not in newest]


def _fitting(newest: Sequence[News]) -> list[News]:
    """As many as one message holds, promises first, told in their order; the rest waits for the next time."""
    chosen: list[News] = []
    room = BUBBLES
    for row in sorted(newest, key=lambda row: (row.news != PROMISE, row.id)):
        size = sum(bubbles_of(from_json(part)) for part in row.parts)
        if not chosen or size <= room:
            chosen.append(row)
            room -= size
    return sorted(chosen, key=lambda row: row.id)


# --- people whom no message reaches ----------------------------------------------------------------------------------


def tell_unreached(svc: Svc) -> int:
    """Once a working day, in office hours: whom intake and the units should call or write to; how many cases."""
    today = svc.today.isoformat()
    if not svc.hours.is_open(svc.now) or agencies.setting(svc.session, _SETTING).get("on") == today:
        return 0
    agencies.put_setting(svc.session, _SETTING, {"on": today})
    found = unreached(svc)
    for code in sorted({case.agency_code for case in found}):
        _tell(svc, code, [case for case in found if case.agency_code == code])
    return len(found)


def unreached(svc: Svc) -> list[Case]:
    """Open cases whose complainant was not told what there is to tell."""
    return news.untold(svc.session, _SHOULD_HEAR, _CALLED)


def _tell(svc: Svc, agency_code: str, found: Sequence[Case]) -> None:
    posts: dict[int, list[Post]] = {}
    for post in people.posts_in(svc.session, agency_code, svc.today):
        if post.role in _TOLD_TO:
            posts.setdefault(post.person_id, []).append(post)
    once = f"unreached:{agency_code}:{svc.today.isoformat()}"
    for person_id, own in posts.items():
        seen = [case for case in found if any(may_see(post, case) for post in own)]
        accounts = people.accounts_of(svc.session, person_id) if seen else []
        free = [account for account in accounts if account.channel not in notices.PUSHES_COST]
        for account in free or accounts:
            rides = "" if free else "plain"
            notices.tell_account(svc, account, [listing(svc, seen)], None, once, news=rides)
    for group in conversations.groups_of(svc.session, agency_code):
        _tell_group(svc, group, found, once)


def _tell_group(svc: Svc, group: Conversation, found: Sequence[Case], once: str) -> None:
    post = notices.group_post(group)
    seen = [case for case in found if not case.confidential and may_see(post, case)]
    if seen and post.role in _TOLD_TO and group.channel not in notices.PUSHES_COST:
        put_out(svc, group, [listing(svc, seen)], once=f"{once}:g{group.id}")


def listing(svc: Svc, found: Sequence[Case]) -> Say:
    """References, channels and which other way there is; no number, no name: those are in the case. Not for none."""
    texts = svc.texts
    names = {row.code: row.name for row in agencies.register(svc.session, "channel")}
    lines = [
        texts.say(
            "officer.unreached_line",
            code=case.reference,
            channel=names.get(case.channel, case.channel),
            way=texts.word("officer.way_phone" if case.contact is not None else "officer.way_letter"),
        )
        for case in found[:_LINES]
    ]
    if len(found) > _LINES:
        lines.append(texts.say("officer.unreached_more", n=len(found) - _LINES))
    return Say(texts.say("officer.unreached", n=len(found), lines="\n".join(lines)))
