"""Counts of a series, and the stories that change them after they were drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.synthetic.places import DISTRICTS
from pmf_analysis.synthetic.stories import SetCounts, Story, WorstMonth


@dataclass(frozen=True)
class Counts:
    """Counts of one series, month by month.

    Attributes
    ----------
    numerator : ndarray of int, shape (months,)
    denominator : ndarray of int, shape (months,), or None for a plain count
    """

    numerator: NDArray[np.int64]
    denominator: NDArray[np.int64] | None

    def plus(self, other: Counts) -> Counts:
        """The counts of two units together."""
        return Counts(
            self.numerator + other.numerator,
            None if self.denominator is None else self.denominator + other.denominator,
        )

    def replaced(self, month: int, numerator: int, denominator: int) -> Counts:
        """The counts with one month's given anew."""
        numerators, denominators = self.numerator.copy(), self.denominator.copy()
        numerators[month], denominators[month] = numerator, denominator
        return Counts(numerators, denominators)


Table = dict[tuple[str, str], Counts]
"""Counts by indicator and unit."""


def recounted(
    counts: Table, calendar: Sequence[ReportingPeriod], planted: Sequence[Story]
) -> Table:
    """Plant the stories that change counts.

    Parameters
    ----------
    counts : Table
        Of units without parts.
    calendar : sequence of ReportingPeriod
        The months of the counts.
    planted : sequence of Story

    Returns
    -------
    Table
    """
    place = {period.code: month for month, period in enumerate(calendar)}
    for story in planted:
        if isinstance(story.recount, SetCounts):
            counts = _with_set_counts(counts, story, story.recount, place)
        elif isinstance(story.recount, WorstMonth) and story.first in place:
            counts = _with_worst_month(counts, story, story.recount, place[story.first])
    return counts


def _with_set_counts(counts: Table, story: Story, given: SetCounts, place: dict[str, int]) -> Table:
    key = (story.indicator, story.units[0])
    held = counts[key]
    for period, numerator, denominator in given.counts:
        if period in place:
            held = held.replaced(place[period], numerator, denominator)
    return {**counts, key: held}


def _with_worst_month(counts: Table, story: Story, worst: WorstMonth, month: int) -> Table:
    """Lower one month's numerators until the service has no worse month."""
    keys = [(story.indicator, district) for district in DISTRICTS[worst.service]]
    numerator = np.sum([counts[key].numerator for key in keys], axis=0)
    denominator = np.sum([counts[key].denominator for key in keys], axis=0)
    missing = int(numerator[month]) - _worst(numerator, denominator, month, worst)
    changed = dict(counts)
    for key, part in zip(keys, _shared(max(missing, 0), len(keys)), strict=True):
        held = counts[key]
        own = max(int(held.numerator[month]) - part, 0)
        changed[key] = held.replaced(month, own, int(held.denominator[month]))
    return changed


def _worst(
    numerator: NDArray[np.int64],
    denominator: NDArray[np.int64],
    month: int,
    worst: WorstMonth,
) -> int:
    """The numerator that makes a month the worst, and as bad as the story says."""
    level = numerator.sum() / denominator.sum()
    children = int(denominator[month])
    error = np.sqrt(level * (1 - level) / children)
    others = np.delete(numerator / denominator, month)
    share = min([level - worst.below_level * error, *others])
    return int(children * share) - 1


def _shared(number: int, parts: int) -> list[int]:
    """A number in parts that are as equal as whole numbers allow."""
    return [number // parts + (part < number % parts) for part in range(parts)]
