"""A person is erased (PDPA s. 33): first what others wrote down of them, then their own rows, in one transaction.

Run twice, or broken off in the middle, it ends the same: what would find the traces again goes last.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from handlers.actions import notices, status
from handlers.reports.digest import fingerprint
from handlers.rules.case_status import is_open
from handlers.services import Svc
from nlp import entities, mask
from storage import agencies, cases, erasing, history, inbox, people
from storage import traces as found_by
from storage.inbox import lane_of
from storage.traces import SHORTEST, Subject, Told, Traces

_HEAD = 24  # letters: so many begin a sentence that is nobody else's


def find(svc: Svc, channel: str, user_id: str, *, keep: bool = False) -> Subject | None:
    """Who an account is; None where we know nobody of this name. `keep`: their cases stay, without a name.

    Somebody whose first words nobody could work on has no account yet, and is found by them.
    """
    lane = lane_of(svc.session.keys, channel, user_id)
    if inbox.any_of_lane(svc.session, lane):
        people.account_for(svc.session, channel, user_id, svc.now)
    return found_by.subject(svc.session, channel, user_id, keep=keep)


def traces(svc: Svc, who: Subject) -> Traces:
    """What this person is known by in what others wrote."""
    told = found_by.told(svc.session, who)
    if who.kept:  # what they said stays, masked: only who they are must not
        return Traces(_names(svc, told), (), ())
    heads = {head for words in told.words for head in _heads(svc, words)}
    near = tuple(sorted(head for head in heads if len(head) >= SHORTEST))
    said = " ".join(word for words in told.words for shown in _forms(svc, words) for word in shown.split())
    return Traces(_names(svc, told), near, tuple(head for head in near if len(head) >= _HEAD), said)


def _heads(svc: Svc, words: str) -> Iterable[str]:
    """How a bubble that repeats these words begins to, line by line, masked or not."""
    for line in words.splitlines():
        for shown in _forms(svc, line):
            yield " ".join(shown.split())[:_HEAD].strip()


def _forms(svc: Svc, words: str) -> tuple[str, ...]:
    """As it was said, and as it stands before others and before those who help."""
    return tuple(dict.fromkeys((words, svc.tools.mask(words), mask.for_help(words))))


def _names(svc: Svc, told: Told) -> re.Pattern[str] | None:
    """Numbers however they are spaced, names and ids; not the numbers of the agency itself."""
    numbers = {number for words in (*told.words, *told.names) for number in entities.find_phones(words)}
    numbers |= {number for words in told.words for number in entities.find_national_ids(words)}
    numbers -= _public(svc)
    spaced = [r"[\s.()–—-]{0,3}".join(map(re.escape, number)) for number in sorted(numbers)]
    names = {name.strip() for name in told.names if not name.strip().isdigit() or name.strip() not in numbers}
    plain = [re.escape(name) for name in sorted(names) if len(name) >= SHORTEST]
    return re.compile("|".join(spaced + plain)) if spaced or plain else None


def _public(svc: Svc) -> set[str]:
    rows = agencies.all_agencies(svc.session)
    phones = [row.phone for row in rows]
    phones += [unit.phone for row in rows for unit in agencies.units(svc.session, row.code)]
    return {re.sub(r"\D", "", phone) for phone in phones if phone}


def erase(svc: Svc, who: Subject, found: Traces, after: tuple[int, int]) -> Counter[str]:
    """Everything goes; what others wrote since `after` was looked through as well. Counts of rows.

    Officers of open cases are told that nobody is behind them any more; the chain keeps that it was done.
    """
    counts = erasing.blank_repeated(svc.session, found_by.repeated(svc.session, who, found, after))
    counts += erasing.erase(svc.session, who, found, svc.now, svc.today)
    for issue in erasing.told_figures(svc.session, who, found):
        details = {"what": issue.what, "agency": issue.agency_code, "period": issue.period}
        history.append(svc.session, "reissued", None, {**details, "figures": fingerprint(issue.figures)}, svc.now)
        counts["told_figures"] += 1
    for case_id in [*who.cases, *who.kept]:
        case = cases.get(svc.session, case_id)
        status.record(svc, case, "erased", by="system")
        if is_open(case.status):
            notices.tell_unit(svc, case, "officer.erased" if case_id in who.cases else "officer.nameless")
    history.append(svc.session, "erased", None, {"account": who.account_id, "rows": dict(counts)}, svc.now)
    return counts
