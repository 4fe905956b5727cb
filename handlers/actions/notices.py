"""Who is told what about a case: the unit's officers, and the person who brought it."""

from __future__ import annotations

from handlers.access import may_see
from handlers.messages import Choice, Part, Say
from handlers.rules.case_status import is_open
from handlers.rules.pushing import COSTS, Purpose
from handlers.services import Svc, conversation_of_case, put_out
from handlers.texts import shortened
from storage import agencies, attached, conversations, joins, people, riding
from storage.inbox import lane_of
from storage.outbox import BLOCKED, GOOD
from storage.people import Post
from storage.tables import Account, Case, CaseJoin, Conversation
from storage.words import Kind, Role, Status

# On LINE every push to an officer costs the agency: only what cannot wait is pushed there (design 6).
PUSHES_COST = frozenset({COSTS})
_ACCEPTABLE = frozenset({"officer.new", "officer.urgent"})
# What one can do at once below a notice, besides looking.
_FIRST_BUTTON: dict[str, tuple[str, ...]] = {
    "officer.new": ("officer.button_accept",),
    "officer.urgent": ("officer.button_accept",),
    "officer.head": ("officer.button_approve", "officer.button_back"),
}
_UNIT_ROLES = frozenset({Role.OFFICER, Role.UNIT_HEAD, Role.INTAKE})


def tell_unit(svc: Svc, case: Case, key: str, once: str | None = None, rides: str = "", **values: str) -> None:
    """Tell the officers who may work on this case; of a confidential one not a word of what it is about.

    `rides`: as what kind of news it goes along with their next free answer, where a push costs.
    """
    say = _for_unit(svc, case, key, **values)
    shares = {share.partition(":")[0] for share in case.team}
    agencies_in = [case.agency_code, *sorted(shares - {case.agency_code})]
    told: set[int] = set()  # who holds several posts, or stands in for others, hears it once
    for post in (one for code in agencies_in for one in people.posts_in(svc.session, code, svc.today)):
        if Role(post.role) not in _UNIT_ROLES or not may_see(post, case):
            continue
        if post.role == Role.INTAKE and case.status == Status.ASSIGNED and post.unit_code != case.unit_code:
            continue  # a unit has it already
        if post.person_id in told or post.person_id == svc.acting:
            continue
        told.add(post.person_id)
        _tell_person(svc, post, say, case.urgent, case, once, rides)
    for group in conversations.groups_of(svc.session, case.agency_code):
        if case.confidential:
            continue  # many eyes
        if may_see(group_post(group), case) and not (group.channel in PUSHES_COST and not case.urgent):
            put_out(svc, group, [say], case_id=case.id, once=f"{once}:g{group.id}" if once else None)


def tell_new(svc: Svc, case: Case, key: str, once: str) -> None:
    """Tell a unit what came to it: by this key, but for praise, which is no work."""
    if case.kind == Kind.COMPLIMENT and case.status == Status.ASSIGNED and not case.confidential:
        tell_unit(svc, case, "officer.praise", once=once, rides=GOOD)
    else:
        tell_unit(svc, case, key, once=once)


def thanks(svc: Svc, case: Case) -> Choice:
    """The one tap that answers praise."""
    return Choice(svc.texts.word("officer.button_thanks"), svc.texts.word("officer.button_close", code=case.reference))


def group_post(group: Conversation) -> Post:
    """What an officers' group is for its agency: the invitation it was joined by."""
    return Post(0, group.agency_code or "", group.unit_code, group.role or Role.OFFICER, "")


def tell_post(svc: Svc, post: Post, case: Case, key: str, once: str, **values: str) -> None:
    """Tell one holder of a post about a case, on every channel: it cannot wait. Not whom it is hidden from."""
    if may_see(post, case) and post.person_id != svc.acting:
        _tell_person(svc, post, _for_unit(svc, case, key, **values), True, case, once)


def deciders(svc: Svc, case: Case) -> list[Post]:
    """The head of the agency, and whoever decides for them today."""
    posts = people.posts_in(svc.session, case.agency_code, svc.today)
    return [post for post in posts if post.role in (Role.HEAD, Role.DELEGATE)]


def tell_person(svc: Svc, post: Post, parts: list[Part], case: Case, once: str) -> None:
    """Put ready words out to the holder of a post."""
    for account in people.accounts_of(svc.session, post.person_id):
        tell_account(svc, account, parts, case, once)


def tell_roles(svc: Svc, roles: tuple[Role, ...], say: Say, once: str) -> None:
    """Tell everybody who is one of these for the installation's own agency."""
    for post in people.posts_in(svc.session, svc.agency.code, svc.today):
        if post.role in roles:
            _tell_person(svc, post, say, True, None, once)


def tell_duty(svc: Svc, agency_code: str, unit_code: str | None, say: Say, once: str) -> None:
    """Danger: tell everybody who could send help, at once and on every channel, before anything is filed."""
    for post in people.posts_in(svc.session, agency_code, svc.today):
        of_the_unit = post.role in (Role.OFFICER, Role.UNIT_HEAD) and post.unit_code == unit_code
        if of_the_unit or post.role == Role.INTAKE:
            for account in people.accounts_of(svc.session, post.person_id):
                tell_account(svc, account, [say], None, once, purpose="urgent", agency=agency_code)


def _tell_person(
    svc: Svc, post: Post, say: Say, urgent: bool, case: Case | None, once: str | None, rides: str = ""
) -> None:
    for account in people.accounts_of(svc.session, post.person_id):
        if urgent or account.channel not in PUSHES_COST:
            tell_account(svc, account, [say], case, once)
        elif rides:
            tell_account(svc, account, [say], case, once, news=rides)


def tell_account(
    svc: Svc,
    account: Account,
    parts: list[Part],
    case: Case | None,
    once: str | None = None,
    news: str = "",
    *,
    purpose: Purpose = "notice",
    agency: str = "",
) -> None:
    """Put a notice out to a person's own chat; `news` rides on their next free answer.

    `purpose`, `agency`: what it counts as where a push costs, and whose it is.
    """
    user_id = svc.session.keys.open_text(account.user_id)
    if not user_id or account.unreachable_at is not None:
        return
    lane = lane_of(svc.session.keys, account.channel, user_id)
    conversation = conversations.of_chat(svc.session, account.channel, lane, user_id)
    put_out(
        svc,
        conversation,
        parts,
        case_id=case.id if case else None,
        once=f"{once}:{account.id}" if once else None,
        news=news,
        purpose=purpose,
        agency=agency,
    )


def tell_complainant(
    svc: Svc,
    case: Case,
    parts: list[Part],
    once: str | None = None,
    news: str = "",
    purpose: Purpose = "notice",
) -> bool:
    """Put a notice out to the chat the case came from; False when it waits there until that person writes again, or
    there is no chat. `news`: promise or plain; it can wait for the person's next free answer."""
    return _tell_chat(svc, case, case.conversation_id, case.account_id, parts, once, news, purpose)


def tell_joined(
    svc: Svc, case: Case, parts: list[Part], once: str, news: str = "", purpose: Purpose = "notice"
) -> None:
    """Put news of a case out to everybody who joined it, each in their own chat, once. The complainant's words and
    whatever was written for that person alone stay out of `parts`."""
    for joined in joins.of_case(svc.session, case.id):
        _tell_chat(svc, case, joined.conversation_id, joined.account_id, parts, f"{once}:j{joined.id}", news, purpose)


def tell_one_joined(svc: Svc, case: Case, joined: CaseJoin, parts: list[Part]) -> None:
    """Put something out to one of those who joined."""
    _tell_chat(svc, case, joined.conversation_id, joined.account_id, parts, None)


def _tell_chat(
    svc: Svc,
    case: Case,
    conversation_id: int | None,
    account_id: int | None,
    parts: list[Part],
    once: str | None,
    news: str = "",
    purpose: Purpose = "notice",
) -> bool:
    conversation = conversation_of_case(svc, conversation_id)
    reachable = None if conversation is None else people.reachable(svc.session, account_id)
    if conversation is None or reachable is None:
        return False
    held = "" if reachable else BLOCKED
    if news != "plain":
        riding.outdate(svc.session, conversation.lane, case.id)
    put = put_out(svc, conversation, parts, case_id=case.id, once=once, held=held, news=news, purpose=purpose)
    return put is not None and not held


def _for_unit(svc: Svc, case: Case, key: str, **values: str) -> Say:
    texts = svc.texts
    view = Choice(texts.word("officer.button_view", code=case.reference))
    if case.confidential and key == "officer.head":
        choices = (view, *(Choice(texts.word(name, code=case.reference)) for name in _FIRST_BUTTON[key]))
        return Say(texts.say("officer.head_confidential", code=case.reference), choices)
    if case.confidential and key in _ACCEPTABLE:
        return Say(texts.say("officer.new_confidential", code=case.reference, due=texts.day(case.due_on)), (view,))
    category = None if case.confidential else agencies.category(svc.session, case.category)
    hidden = texts.say("track.hidden") if case.confidential else ""
    text = texts.say(
        key,
        code=case.reference,
        kind=texts.word(f"kinds.{case.kind}"),
        category=category.name if category else texts.word("marks.confidential") if hidden else case.category,
        marks=marks(svc, case),
        summary=hidden or shortened(case.masked or texts.word("review.values.no_text")),
        place=hidden or _place(svc, case),
        photos=attached.count_photos(svc.session, case.id),
        due=texts.day(case.due_on),
        time=texts.clock(case.received_at),
        language="" if case.confidential else language_line(svc, case),
        unit=unit_name(svc, case),
        **({name: hidden for name in values} if case.confidential else values),
    )
    first = _FIRST_BUTTON.get(key, ())
    if key in _ACCEPTABLE and case.status == Status.SCREENING:
        first = ("officer.button_category",)  # whose it is comes first
    known = {"code": case.reference, "category": case.category}
    praise = (thanks(svc, case),) if key == "officer.praise" else ()
    return Say(text, (*praise, *(Choice(texts.word(name, **known)) for name in first), view))


def _place(svc: Svc, case: Case) -> str:
    return case.place_masked or svc.texts.word("review.values.pin" if case.lat else "review.values.no_place")


def marks(svc: Svc, case: Case) -> str:
    """The flags of a case in words, each after a space."""
    flags = (
        ("urgent", case.urgent),
        ("overdue", is_overdue(svc, case)),
        ("confidential", case.confidential),
        ("incomplete", case.incomplete),
    )
    return "".join(f" [{svc.texts.word(f'marks.{name}')}]" for name, is_set in flags if is_set)


def language_line(svc: Svc, case: Case) -> str:
    """A line that says in which language a case was told; "" for Thai."""
    language = case.verdict.get("language", "")
    return "\n" + svc.texts.say("officer.language", name=svc.texts.word(f"languages.{language}")) if language else ""


def is_overdue(svc: Svc, case: Case) -> bool:
    """Is an open case past its date? Never while we wait for the complainant."""
    return (
        is_open(case.status)
        and case.status not in (Status.NEED_INFO, Status.RESOLVED)
        and (case.extended_to or case.due_on) < svc.today
    )


def unit_name(svc: Svc, case: Case) -> str:
    """The unit that has the case, or the agency while none has."""
    unit = agencies.unit(svc.session, case.agency_code, case.unit_code)
    if unit is not None:
        return unit.name
    agency = agencies.agency(svc.session, case.agency_code)
    return agency.name if agency else ""
