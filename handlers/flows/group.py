"""In a group: answered only when addressed, in one bubble, and nothing is remembered between two messages."""

from __future__ import annotations

from handlers.access import Actor, Throttled, group_actor
from handlers.actions import danger, drafts, filing, notices
from handlers.actions import people as joining
from handlers.messages import Incoming, Part, Say
from handlers.rules.draft import Draft
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.views import danger_first
from nlp.language import foreign_language
from storage import agencies, conversations
from storage.inbox import lane_of
from storage.words import Kind

_CASE_KINDS = frozenset({Kind.COMPLAINT, Kind.SUGGESTION, Kind.OPINION, Kind.COMPLIMENT, Kind.SERVICE_REQUEST})


def join(svc: Svc, talk: Talk, code: str) -> list[Part]:
    """A one-time code makes this group an agency's."""
    try:
        post = joining.join_group(svc, talk.conversation, talk.account, code)
    except Throttled:
        return [Say(svc.texts.say("officer.join_throttled"))]
    except joining.WrongCode:
        return [Say(svc.texts.say("officer.join_failed"))]
    agency = agencies.agency(svc.session, post.agency_code)
    unit = agencies.unit(svc.session, post.agency_code, post.unit_code)
    unit_name = f" {unit.name}" if unit else ""
    return [svc.texts.bubble("officer.group_joined", agency=agency.name if agency else "", unit=unit_name)]


def report(svc: Svc, talk: Talk, incoming: Incoming) -> list[Part]:
    """A citizen reports from a group: taken at once; everything further goes on in their own chat."""
    text = incoming.text.strip()
    verdict = svc.tools.classify(text)
    if verdict.kind == Kind.EMERGENCY:
        talk.in_danger = True
        first = danger_first(svc, verdict.danger, foreign_language(text))
        return [first, *_file(svc, talk, incoming, verdict.danger)]
    if verdict.confidential or verdict.kind not in _CASE_KINDS or heard.means(text, "report", "menu", "yes", "no"):
        return [Say(svc.texts.say("error.group_only"))]
    return _file(svc, talk, incoming, "")


def unnamed(svc: Svc, incoming: Incoming) -> list[Part]:
    """Somebody whom the platform does not name: numbers in danger, else please write to us alone. Nothing is kept."""
    verdict = svc.tools.classify(incoming.text)
    only = Say(svc.texts.say("error.group_only"))
    if verdict.kind != Kind.EMERGENCY:
        return [only]
    return [danger_first(svc, verdict.danger, foreign_language(incoming.text)), only]


def _file(svc: Svc, talk: Talk, incoming: Incoming, what: str) -> list[Part]:
    draft = Draft()
    drafts.absorb(svc, talk, draft, incoming)
    if what:
        danger.mark(draft, what)
        danger.call_out(svc, talk, draft)
    # News of the case goes to the person alone, never to the group.
    user = svc.session.keys.open_text(talk.account.user_id) or ""
    channel = talk.conversation.channel
    own = conversations.of_chat(svc.session, channel, lane_of(svc.session.keys, channel, user), user)
    own.account_id = talk.account.id
    filed = filing.file_case(svc, own, talk.account, draft, received_at=talk.message.at)
    return [Say(svc.texts.say("confirm.group", code=filed.case.reference))]


def actor(svc: Svc, talk: Talk) -> Actor | None:
    """Whoever writes in an officers' group, as what the group is; None in any other group."""
    if talk.conversation.agency_code is None:
        return None
    return group_actor(svc, talk.account, notices.group_post(talk.conversation))
