"""Join somebody else's case, say more in it; and find the open case that a draft tells of once more.

What one of these people said is never shown to another: each case keeps everybody's words apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers import access
from handlers.actions import correcting, filing, finding, notices, status
from handlers.actions.correcting import Old
from handlers.actions.filing import UNKNOWN
from handlers.rules.case_status import CITIZEN, JOINABLE, may_join
from handlers.rules.draft import Draft
from handlers.services import Svc
from handlers.texts import shortened
from nlp import entities, similar
from storage import agencies, attached, cases, history, ids, joins, messages, spots
from storage.tables import Account, Case, CaseJoin, Conversation
from storage.words import Kind

SAME_FOR = timedelta(days=60)  # after that a trouble at the same spot is a new one
SPOT_FOR = timedelta(days=365)  # so far back "this spot again" looks


class Ended(Exception):
    """Nobody can join this case (any more): it has its result, it ended, or it became confidential."""


# --- is it known already? --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """Somebody else's open case that this may be. `words`: the place as far as both name it; "" where pins tell."""

    case: Case
    words: str


def find_known(svc: Svc, account: Account, draft: Draft) -> Known | None:
    """The open case most like this draft: same agency and category, near in place, near in text, not this person's."""
    if not _may_be_known(svc, draft):
        return None
    own = access.own_accounts(svc, account.person_id)
    found = spots.alike(
        svc.session,
        agency_code=filing.routed_to(svc, draft).agency,
        category=draft.category,
        statuses=JOINABLE,
        since=svc.now - SAME_FOR,
        but=own,
    )
    words, place = svc.tools.mask(draft.words), svc.tools.mask(draft.place)
    best: tuple[int, str] | None = None
    most = similar.ALIKE
    for case in found:
        shared = None if draft.urgent and not case.urgent else _near(draft, place, case)
        if shared is None:
            continue
        much = similar.matter(words, case.masked or "", (place, case.place_masked or ""))
        if much >= most:
            best, most = (case.id, shared.words), much
    return None if best is None else Known(cases.get(svc.session, best[0]), best[1])


def known(svc: Svc, draft: Draft) -> Known | None:
    """The case the draft's open question is about; None when it cannot be joined any more."""
    case = cases.by_reference(svc.session, draft.similar)
    if case is None or not may_join(case.status, confidential=case.confidential):
        return None
    shared = _near(draft, svc.tools.mask(draft.place), case)
    return Known(case, shared.words if shared is not None else "")


def _may_be_known(svc: Svc, draft: Draft) -> bool:
    """A complaint about a spot with nothing secret, nothing in danger, and a category that somebody is sure of."""
    category = agencies.category(svc.session, draft.category)
    sure = draft.category_chosen or not draft.abstained
    plain = draft.kind == Kind.COMPLAINT and not (draft.confidential or draft.danger or draft.language)
    if category is None or category.confidential or draft.category == UNKNOWN:
        return False
    return plain and sure and draft.may_join and draft.has_place and bool(draft.texts)


def _near(draft: Draft, place: str, case: Case | spots.Alike) -> similar.Shared | None:
    """Is the case at the draft's spot? Two pins decide; else the words do."""
    words = similar.same_place(place, case.place_masked or "")
    if draft.lat is None or draft.lon is None or case.lat is None or case.lon is None:
        return words
    if similar.metres((draft.lat, draft.lon), (case.lat, case.lon)) > similar.NEAR_M:
        return None
    return words or similar.Shared("")


def before_here(svc: Svc, case: Case) -> list[str]:
    """References of the earlier cases at this case's spot, ended ones too, within a year."""
    return spots.before_at_spot(svc.session, case, case.received_at - SPOT_FOR, similar.place_key)


# --- join, say more --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """A person's place in a case; `secret` follows it from elsewhere. `new`: it did not stand before."""

    row: CaseJoin
    secret: str
    new: bool


def join(svc: Svc, conversation: Conversation, account: Account, reference: str, draft: Draft) -> Joined:
    """What the draft holds is put beside this case, and its news reach this person too; twice is once.

    Raises Ended, also for one's own case.
    """
    case = cases.by_reference(svc.session, reference, lock=True)
    own = access.own_accounts(svc, account.person_id)
    if case is None or case.account_id in own or not may_join(case.status, confidential=case.confidential):
        raise Ended(reference)
    row = joins.find(svc.session, case.id, own)
    if row is not None and row.left_at is None:
        return Joined(row, svc.session.keys.open_text(row.secret) or "", False)
    secret = ids.tracking_secret()
    if row is None:
        row = _new(svc, case, conversation.id, account.id)
    else:
        _begin_anew(svc, row, draft)
    row.conversation_id, row.joined_at, row.left_at = conversation.id, svc.now, None
    keys = svc.session.keys
    row.secret = keys.seal_text(secret)
    _put_in(svc, case, row, draft.message_ids, [(int(at), str(words)) for at, words in draft.texts])
    if draft.place:
        _set_place(svc, row, draft.place)
    row.lat, row.lon = draft.lat, draft.lon
    row.happened, row.contact = keys.seal_text(draft.happened or None), keys.seal_text(draft.contact or None)
    history.append(svc.session, "case_joined", case.id, {"reference": case.reference, "join": row.id}, svc.now)
    if draft.names_something:
        notices.tell_unit(svc, case, "officer.added", once=f"joined:{row.id}:{svc.now.isoformat()}")
    return Joined(row, secret, True)


def _new(svc: Svc, case: Case, conversation_id: int, account_id: int) -> CaseJoin:
    values = {"case_id": case.id, "account_id": account_id, "conversation_id": conversation_id}
    return joins.add(svc.session, {**values, "joined_at": svc.now, "message_ids": []})


def _begin_anew(svc: Svc, row: CaseJoin, draft: Draft) -> None:
    """They left once and took their words with them: coming back brings none of them back."""
    said = {*row.earlier_ids, *row.message_ids, *(at for at, _words in said_in(svc, row))}
    row.earlier_ids = sorted(said - set(draft.message_ids))
    row.place = row.place_masked = None


def _put_in(svc: Svc, case: Case, row: CaseJoin, rows: Sequence[int], said: Sequence[tuple[int, str]]) -> None:
    messages.tie_to_case(svc.session, rows, case.id)
    row.message_ids = list(dict.fromkeys([*row.message_ids, *rows]))
    _set_said(svc, row, [*said_in(svc, row), *said])


def add(
    svc: Svc,
    account: Account,
    case: Case,
    rows: int | Sequence[int],
    text: str,
    lat: float | None,
    lon: float | None,
) -> bool:
    """More words, pictures or a pin of this person for a case: their own, or one they joined. The unit is told once.

    False where it is neither (any more): then nothing is put anywhere, for it is somebody else's case.
    """
    cases.get(svc.session, case.id, lock=True)
    row = access.place_in(svc, account.person_id, case)
    if row is None and case.account_id not in access.own_accounts(svc, account.person_id):
        return False
    if row is None:
        filing.add_to_case(svc, case, rows, text, lat, lon)
        return True
    ids_of = [rows] if isinstance(rows, int) else list(rows)
    said = [(ids_of[0], text)] if text else []
    _put_in(svc, case, row, ids_of, [*said, *messages.words_of(svc.session, ids_of[1:])])
    if lat is not None and row.lat is None:
        row.lat, row.lon = lat, lon
    status.record(svc, case, "added", by=CITIZEN)
    notices.tell_unit(svc, case, "officer.added", once=f"added:{ids_of[0]}")
    return True


def said_in(svc: Svc, row: CaseJoin) -> list[tuple[int, str]]:
    """(message row id, words) of everything this person said in the case, also before they left it once."""
    if row.said is None:
        return []
    return [(int(at), str(words)) for at, words in svc.session.keys.open_data(row.said)]


def shown_in(svc: Svc, row: CaseJoin) -> list[tuple[int, str]]:
    """(message row id, words) of what this person says in the case since they joined: all that is shown to anybody."""
    return [(at, words) for at, words in said_in(svc, row) if at not in row.earlier_ids]


def words_in(svc: Svc, row: CaseJoin) -> str:
    """What this person says in the case, as one text."""
    return "\n".join(words for _at, words in shown_in(svc, row))


def tells_enough(svc: Svc, row: CaseJoin) -> bool:
    """Is there anything of this person that a unit could act on: words, a pin, a picture or a voice?"""
    sent = set(row.message_ids) - set(row.earlier_ids)
    return bool(shown_in(svc, row) or row.lat is not None or attached.count_media(svc.session, sent))


def _set_said(svc: Svc, row: CaseJoin, said: Sequence[tuple[int, str]]) -> None:
    row.said = svc.session.keys.seal_data(list(said)) if said else None
    row.masked = svc.tools.mask(words_in(svc, row)) or None
    svc.session.flush()
    finding.note(svc, cases.get(svc.session, row.case_id))


def _set_place(svc: Svc, row: CaseJoin, place: str) -> None:
    row.place, row.place_masked = svc.session.keys.seal_text(place), svc.tools.mask(place)
    finding.note(svc, cases.get(svc.session, row.case_id))


# --- taken back, or said better --------------------------------------------------------------------------------------


def holding(svc: Svc, account_id: int, old: Old) -> list[tuple[Case, CaseJoin]]:
    """Where this person's words beside a case hold anything of a message; also where they left. Those cases are locked:
    nobody's words change places meanwhile."""
    for row in joins.all_of_account(svc.session, account_id):
        cases.get(svc.session, row.case_id, lock=True)
    return [
        (cases.get(svc.session, row.case_id), row)
        for row in joins.all_of_account(svc.session, account_id)
        if old.rows & set(row.message_ids) or old.rows & {at for at, _words in said_in(svc, row)} or lost(svc, row, old)
    ]


def lost(svc: Svc, row: CaseJoin, old: Old) -> dict[str, str]:
    """What was read out of this message and out of none of the others: slot → what stands there."""
    others = [at for at in row.message_ids if at not in old.rows]
    said = [*said_in(svc, row), *messages.words_of(svc.session, others)]
    rest = [words for at, words in said if at not in old.rows]
    slots = {name: svc.session.keys.open_text(getattr(row, name)) for name in _SLOTS}
    return correcting.not_held(slots, (row.lat, row.lon), old, rest, messages.pins(svc.session, others))


def unsend(svc: Svc, case: Case, row: CaseJoin, old: Old) -> None:
    """Words this person took back leave what they said, and what was read out of them; the unit is told the fact."""
    gone = lost(svc, row, old)
    correcting.clear(row, gone)
    row.message_ids = [at for at in row.message_ids if at not in old.rows]
    _set_said(svc, row, [(at, words) for at, words in said_in(svc, row) if at not in old.rows])
    _fill(svc, row, {"place", *gone}, shown_in(svc, row))
    if row.left_at is None:
        status.record(svc, case, "unsent", by=CITIZEN)
        notices.tell_unit(svc, case, "officer.unsent")


def edit(svc: Svc, case: Case, row: CaseJoin, old: Old, message_id: int, text: str, fits: Callable[[str], str]) -> None:
    """This person said it better: the new words take the place of the old. `fits`: as in actions/correcting.edit."""
    before, gone = said_in(svc, row), lost(svc, row, old)
    correcting.clear(row, gone)
    said = [(message_id, fits(words)) if at in old.rows else (at, words) for at, words in before]
    if said == before and "place" in gone:
        _set_place(svc, row, shortened(text, 200))  # it was the answer to "where?"
    elif said == before and not old.words:
        said.append((message_id, text))  # words below a picture that had none
    messages.tie_to_case(svc.session, [message_id], case.id)
    row.message_ids = [*row.message_ids, message_id]
    if old.rows & set(row.earlier_ids):
        row.earlier_ids = [*row.earlier_ids, message_id]
    _set_said(svc, row, said)
    _fill(svc, row, {"place", *gone}, shown_in(svc, row))
    _fill(svc, row, _SLOTS, [(at, words) for at, words in shown_in(svc, row) if at == message_id])
    if row.left_at is None:
        status.record(svc, case, "edited", by=CITIZEN)
        notices.tell_unit(svc, case, "officer.edited", once=f"edited:{case.id}:{message_id}")


def _fill(svc: Svc, row: CaseJoin, slots: Collection[str], said: Sequence[tuple[int, str]]) -> None:
    """Read what is not known out of these words."""
    for name in slots:
        find = _SLOTS.get(name)
        if find is None or getattr(row, name) is not None:
            continue
        found = next((value for _at, words in said if (value := find(words))), None)
        if found is not None and name == "place":
            _set_place(svc, row, found)
        elif found is not None:
            setattr(row, name, svc.session.keys.seal_text(found))
    svc.session.flush()


_SLOTS: dict[str, Callable[[str], str | None]] = {
    "place": entities.find_place,
    "happened": entities.find_when,
    "contact": entities.find_phone,
}
