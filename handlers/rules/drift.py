"""Is the machine still as good as it believes? A week's counts judged by simple thresholds."""

from __future__ import annotations

from dataclasses import dataclass

FEWEST = 30  # cases; of fewer a share says nothing
WORSE = 0.10  # observed accuracy this far below the expected
FEWEST_ABSTAINED = 5  # in the week, so that two instead of one is no alarm


@dataclass(frozen=True)
class Shares:
    """What was counted, as shares; None where there was nothing to count."""

    cases: int
    differ: float | None
    abstained: float | None
    confidence: float | None  # mean
    confirmed: int
    expected: float | None  # accuracy: mean confidence on the cases a person has confirmed
    observed: float | None  # accuracy: how many of those the machine had right


def share(part: float, whole: int) -> float | None:
    """`part` of `whole`, None of nothing."""
    return part / whole if whole else None


def is_overconfident(*looks: Shares) -> bool:
    """Is the machine wrong more often than it believes? The first look with enough confirmed cases is judged."""
    for look in looks:
        if look.confirmed >= FEWEST and look.expected is not None and look.observed is not None:
            return look.expected - look.observed > WORSE
    return False


def abstains_more(week: Shares, before: Shares) -> bool:
    """Has the share the machine asks about doubled against the weeks before?"""
    if week.cases < FEWEST or before.cases < FEWEST or week.abstained is None or before.abstained is None:
        return False
    return week.abstained * week.cases >= FEWEST_ABSTAINED and week.abstained >= 2 * before.abstained
