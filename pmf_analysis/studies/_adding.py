"""Whether parts add up to their whole, and what to do with what they leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pmf_analysis.register.models import Indicator
from pmf_analysis.studies._effects import ContributionRules
from pmf_analysis.studies._windows import Sum
from pmf_analysis.terms import MeasureKind

NONE_OF_THESE = "None of these"
_ROUNDING_OF_SUMS = 1e-6


def settle(
    indicator: Indicator, wholes: Sequence[Sum], parts: Sequence[Sequence[Sum]],
    rules: ContributionRules,
) -> tuple[list[Sum], list[Sum], str]:  # fmt: skip
    """Hold parts against their whole, in each of one or more periods.

    Parameters
    ----------
    indicator : Indicator
    wholes : sequence of Sum
        One for each period.
    parts : sequence of sequence of Sum
        For each part, one for each period.
    rules : ContributionRules

    Returns
    -------
    wholes : list of Sum
        As given; or the sums of the parts, where no more than rounding lies between.
    left : list of Sum
        What the parts leave of the whole, as a part of its own; empty where they leave nothing.
    reason : str
        Why there is no split: the parts add up to more, or leave more than a little; empty
        where there is one.
    """
    count = indicator.kind is MeasureKind.COUNT
    sums = [added([part[at] for part in parts]) for at in range(len(wholes))]
    if count:  # a count is its own rate
        sums = [replace(one, denominator=1.0) for one in sums]
    left = [less(whole, one) for whole, one in zip(wholes, sums, strict=True)]
    if all(max(abs(one.numerator), abs(one.denominator)) < _ROUNDING_OF_SUMS for one in left):
        return list(wholes), [], ""
    pairs = list(zip(left, wholes, strict=True))
    if all(_rounded(one, of, indicator, rules) for one, of in pairs):
        return sums, [], ""
    if all(
        one.can_be(indicator.kind)
        and min(one.numerator, one.denominator) >= 0
        and _small(one, of, count, rules)
        for one, of in pairs
    ):
        return list(wholes), left, ""
    return list(wholes), [], "Not split: the parts with a figure do not add up to the whole"


def added(sums: Sequence[Sum]) -> Sum:
    """The sum of some sums."""
    return Sum(sum(one.numerator for one in sums), sum(one.denominator for one in sums), True)


def less(whole: Sum, part: Sum) -> Sum:
    """What a part leaves of its whole."""
    return Sum(whole.numerator - part.numerator, whole.denominator - part.denominator, True)


def _rounded(left: Sum, whole: Sum, indicator: Indicator, rules: ContributionRules) -> bool:
    """Whether a published whole differs from its parts by its rounding alone."""
    if indicator.source.records is not None:
        return False
    to = rules.rounded_to
    return all(
        abs(rest) < _ROUNDING_OF_SUMS or (abs(rest) <= to and of % to == 0)
        for rest, of in ((left.numerator, whole.numerator), (left.denominator, whole.denominator))
    )


def _small(left: Sum, whole: Sum, count: bool, rules: ContributionRules) -> bool:
    rest, of = (one.numerator if count else one.denominator for one in (left, whole))
    return rest <= rules.remainder * of
