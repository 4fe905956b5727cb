"""Where is my case? By reference in any form, "เรื่องของฉัน", the receipt's secret; add to it, confirm, reopen."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from handlers import access
from handlers.access import Actor
from handlers.actions import cases as filing
from handlers.actions import status
from handlers.messages import Choice, Incoming, Part, Say
from handlers.rules.case_status import MoveNotAllowed
from handlers.services import Svc, Talk
from handlers.texts import heard
from handlers.views import case_card, summary_of
from storage import cases
from storage.tables import Case

# A photo or pin that follows a filed case within this time belongs to it.
JUST_FILED = timedelta(minutes=10)
_SECRET = re.compile(r"(?<!\d)([0-3]\d{3})[\s-]?(\d{4})(?!\d)")
_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def mine(svc: Svc, talk: Talk, actor: Actor) -> list[Part]:
    """The person's own cases: the card where there is one, a list to choose from where there are more."""
    own = cases.of_account(svc.session, actor.account_id)
    if not own:
        return [svc.texts.bubble("track.none")]
    if len(own) == 1:
        return [case_card(svc, own[0])]
    lines = [_line(svc, number, case) for number, case in enumerate(own, 1)]
    choices = tuple(Choice(case.reference) for case in own)
    return [Say(svc.texts.say("track.list", lines="\n".join(lines)), choices)]


def _line(svc: Svc, number: int, case: Case) -> str:
    key = "track.line_confidential" if case.confidential else "track.line"
    name = svc.texts.word(f"statuses.{case.status}")
    return svc.texts.say(key, n=number, code=case.reference, status=name, summary=summary_of(svc, case))


def show(svc: Svc, talk: Talk, actor: Actor, reference: str, text: str) -> list[Part]:
    """The card of this reference; somebody else's needs the secret, given in the same line or asked for."""
    try:
        return [case_card(svc, access.case_for_complainant(svc, actor, reference))]
    except access.NotFound:
        return [svc.texts.bubble("track.notfound", code=reference)]
    except access.SecretNeeded:
        talk.state["secret_for"] = reference
        given = secret_in(text.replace(reference, " "))
        if given:
            return take_secret(svc, talk, actor, given)
        return [svc.texts.bubble("track.secret", code=reference)]


def secret_in(text: str) -> str:
    """Eight digits, in one or two groups, that could be a receipt's secret (see storage/ids.py)."""
    found = _SECRET.search(text.translate(_THAI_DIGITS))
    return "".join(found.groups()) if found else ""


def take_secret(svc: Svc, talk: Talk, actor: Actor, secret: str) -> list[Part]:
    """The secret for the case asked about before."""
    reference = talk.state["secret_for"]
    try:
        case = access.case_by_secret(svc, str(actor.account_id), reference, secret)
    except access.Throttled:
        talk.state.pop("secret_for")
        return [Say(svc.texts.say("track.throttled", phone=svc.phone()))]
    except access.NotFound:
        return [svc.texts.bubble("track.secret_wrong", phone=svc.phone())]
    talk.state.pop("secret_for")
    return [case_card(svc, case)]


def no_secret(svc: Svc, talk: Talk) -> list[Part]:
    """Without the secret there is nothing to see."""
    talk.state.pop("secret_for", None)
    return [Say(svc.texts.say("track.no_secret", phone=svc.phone()))]


# --- adding to a case ----------------------------------------------------------------------------------------------


def ask_more(svc: Svc, talk: Talk, actor: Actor) -> list[Part]:
    """The person wants to add something: to the case just filed, or the newest."""
    reference = (talk.state.get("filed") or {}).get("reference")
    if reference is None:
        own = cases.of_account(svc.session, actor.account_id)
        if not own:
            return [svc.texts.bubble("track.none")]
        reference = own[0].reference
    talk.state["adding"] = reference
    return [svc.texts.bubble("add.ask", code=reference)]


def take_more(svc: Svc, talk: Talk, actor: Actor, incoming: Incoming) -> list[Part]:
    """More words, a picture or a pin for the case named before."""
    reference = talk.state.pop("adding")
    if heard.means(incoming.text, "enough", "cancel", "skip"):
        return [Say(svc.texts.say("greet.thanks"))]
    return _add(svc, talk, actor, reference, incoming)


def just_filed(svc: Svc, talk: Talk) -> str | None:
    """The reference of a case filed a moment ago in this chat."""
    filed = talk.state.get("filed")
    if not filed or svc.now - datetime.fromisoformat(filed["at"]) > JUST_FILED:
        return None
    return str(filed["reference"])


def add_to_just_filed(svc: Svc, talk: Talk, actor: Actor, reference: str, incoming: Incoming) -> list[Part]:
    """A picture or pin without a word, right after filing."""
    return _add(svc, talk, actor, reference, incoming)


def _add(svc: Svc, talk: Talk, actor: Actor, reference: str, incoming: Incoming) -> list[Part]:
    try:
        case = access.case_for_complainant(svc, actor, reference)
    except (access.NotFound, access.SecretNeeded):
        return [svc.texts.bubble("track.notfound", code=reference)]
    place = incoming.place
    text = incoming.text if incoming.kind == "text" else ""
    filing.add_to_case(svc, case, talk.message.id, text, place.lat if place else None, place.lon if place else None)
    return [Say(svc.texts.say("confirm.added", code=reference))]


# --- is it mended? ---------------------------------------------------------------------------------------------------


def confirm(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """The person says it is mended."""
    return _conclude(svc, actor, reference, mended=True)


def reopen(svc: Svc, talk: Talk, actor: Actor, reference: str | None) -> list[Part]:
    """The person says it is not mended."""
    return _conclude(svc, actor, reference, mended=False)


def _conclude(svc: Svc, actor: Actor, reference: str | None, *, mended: bool) -> list[Part]:
    case = _case_to_conclude(svc, actor, reference)
    if case is None:
        return [svc.texts.bubble("track.none" if reference is None else "track.notfound", code=reference or "")]
    try:
        if mended:
            status.confirm(svc, case)
            return [Say(svc.texts.say("track.fixed", code=case.reference))]
        status.reopen(svc, case)
    except MoveNotAllowed:
        return [case_card(svc, case)]
    unit = case_card(svc, case)
    text = svc.texts.say("track.not_fixed", code=case.reference, unit=dict(unit.rows).get(_unit_word(svc), ""))
    return [Say(text), unit]


def _unit_word(svc: Svc) -> str:
    return svc.texts.word("track.rows.unit")


def _case_to_conclude(svc: Svc, actor: Actor, reference: str | None) -> Case | None:
    if reference is None:
        waiting = [case for case in cases.of_account(svc.session, actor.account_id) if case.status == "resolved"]
        return waiting[0] if waiting else None
    try:
        return access.case_for_complainant(svc, actor, reference)
    except (access.NotFound, access.SecretNeeded):
        return None
