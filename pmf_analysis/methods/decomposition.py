"""Where a change comes from: rate and mix by part, counts, and the distance to a target.

Every split adds up to what it splits. Many are made at once: the parts of all of them stand
below each other, and ``group`` says which belong together.

A part that is there in one period only has no rate of its own in the other; it takes the one
that it has, so that its coming or going is all mix. A part that is there in neither period has
no effect. Where a part has no number, or a whole has a denominator of 0, nothing is split, and
every effect of that group is NaN.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import MeasureError, ParameterError
from pmf_analysis.methods.intervals import (
    Interval,
    byars_interval,
    count_interval,
    wilson_interval,
)
from pmf_analysis.terms import MeasureKind

Floats = NDArray[np.float64]


class Decomposition(NamedTuple):
    """Rate and mix effects, in the unit of numerator over denominator.

    Attributes
    ----------
    rate, mix, mix_centred : ndarray, shape (n,)
        Of each part. The mix is given twice, with one sum: by the part's own rate, and by how
        far that lies from the whole's, so that a part which grew at the whole's rate has none.
    before, after, change, rate_total, mix_total : ndarray, shape (g,)
        Of each group; ``change = rate_total + mix_total``.
    """

    rate: Floats
    mix: Floats
    mix_centred: Floats
    before: Floats
    after: Floats
    change: Floats
    rate_total: Floats
    mix_total: Floats


class TwoParts(NamedTuple):
    """A change through the numerator and through the denominator, each of shape (n,)."""

    numerator: Floats
    denominator: Floats


class Shortfall(NamedTuple):
    """A change of the cases short of a target, by its three causes, each of shape (n,)."""

    rate: Floats
    volume: Floats
    target: Floats


def decompose(
    numerator_before: ArrayLike,
    denominator_before: ArrayLike,
    numerator_after: ArrayLike,
    denominator_after: ArrayLike,
    group: ArrayLike,
) -> Decomposition:
    """Split the change of overall proportions, rates or means into rate and mix effects.

    With ``r`` the rate of a part and ``w`` its share of the denominator, the rate effect is
    ``(r1 - r0) (w0 + w1) / 2``, the mix effect ``(w1 - w0) (r0 + r1) / 2``, and the centred one
    ``(w1 - w0) ((r0 + r1) / 2 - (R0 + R1) / 2)`` with the overall rates ``R``.

    Parameters
    ----------
    numerator_before, denominator_before, numerator_after, denominator_after : array_like
        Shape (n,), of each part in the two periods; NaN where not known.
    group : array_like of int, shape (n,)
        Number of the whole that a part belongs to, from 0.

    Returns
    -------
    Decomposition

    Raises
    ------
    MeasureError
        If a denominator is negative, or 0 below a numerator that is not; names the rows.

    References
    ----------
    Kitagawa EM (1955), J Am Stat Assoc 50: 1168-1194.
    """
    x0, n0 = _parts(numerator_before, denominator_before)
    x1, n1 = _parts(numerator_after, denominator_after)
    of = _groups(group, len(x0))
    count = int(of.max()) + 1 if len(of) else 0
    total = [np.bincount(of, values, count) for values in (x0, n0, x1, n1)]
    known = np.isfinite(total).all(axis=0) & (total[1] > 0) & (total[3] > 0)
    x_before, n_before, x_after, n_after = (np.where(known, one, np.nan) for one in total)
    before, after = x_before / n_before, x_after / n_after
    rate_before, rate_after = _rates(x0, n0, x1, n1)
    share_before, share_after = n0 / n_before[of], n1 / n_after[of]
    rate = (rate_after - rate_before) * (share_before + share_after) / 2
    moved = share_after - share_before
    middle = (rate_before + rate_after) / 2
    mix = moved * middle
    centred = moved * (middle - (before + after)[of] / 2)
    return Decomposition(
        rate, mix, centred, before, after, after - before,
        np.where(known, np.bincount(of, rate, count), np.nan),
        np.where(known, np.bincount(of, mix, count), np.nan),
    )  # fmt: skip


def rate_limits(
    numerator_before: ArrayLike,
    denominator_before: ArrayLike,
    numerator_after: ArrayLike,
    denominator_after: ArrayLike,
    group: ArrayLike,
    kind: MeasureKind,
    confidence: float,
) -> Interval:
    """Confidence limits of the whole rate effect of each group.

    The effect is a sum of rates with weights, half the two shares of each part. The weights are
    taken as known; the limits of the rates (Wilson for proportions, Byar for rates) are put
    together by the method of variance estimates recovery, which keeps their skewness. Of the
    change of one whole, given as a group of one part, it gives Newcombe's hybrid score limits.

    Parameters
    ----------
    numerator_before, denominator_before, numerator_after, denominator_after, group : array_like
        As for `decompose`.
    kind : MeasureKind
        Proportion or rate; a mean has no interval without the records.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        Each of shape (g,); NaN where `decompose` has no answer, and for a mean. A part
        that is there in one period only adds nothing, as it has no rate effect.

    Raises
    ------
    MeasureError
        As `decompose`, or if a proportion's numerator lies outside 0 and its denominator.

    References
    ----------
    Newcombe RG (1998), Stat Med 17: 873-890, method 10.
    Zou GY, Donner A (2008), Stat Med 27: 1693-1702.
    """
    x0, n0 = _parts(numerator_before, denominator_before)
    x1, n1 = _parts(numerator_after, denominator_after)
    found = decompose(x0, n0, x1, n1, group)
    of = _groups(group, len(x0))
    if kind not in (MeasureKind.PROPORTION, MeasureKind.RATE):
        nothing = np.full(len(found.change), np.nan)
        return Interval(nothing, nothing.copy())
    limits_of = wilson_interval if kind is MeasureKind.PROPORTION else byars_interval
    count = len(found.change)
    bottoms = [np.bincount(of, values, count) for values in (n0, n1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = (n0 / bottoms[0][of] + n1 / bottoms[1][of]) / 2
    both = (n0 > 0) & (n1 > 0)
    down, up = np.zeros(count), np.zeros(count)
    for top, bottom, lower_side, upper_side in ((x0, n0, up, down), (x1, n1, down, up)):
        own = limits_of(top, bottom, confidence)
        rate = np.divide(top, bottom, out=np.zeros_like(top), where=both)
        lower_side += np.bincount(of, np.where(both, (weight * (rate - own.lower)) ** 2, 0), count)
        upper_side += np.bincount(of, np.where(both, (weight * (own.upper - rate)) ** 2, 0), count)
    return Interval(found.rate_total - np.sqrt(down), found.rate_total + np.sqrt(up))


def count_change_limits(before: ArrayLike, after: ArrayLike, confidence: float) -> Interval:
    """Confidence limits of the difference of two counts, each taken as Poisson.

    Parameters
    ----------
    before, after : array_like of float, shape (n,)
        Events in two stretches of equal length that share none; NaN where not known.
    confidence : float
        In (0, 1).

    Returns
    -------
    Interval
        Of ``after - before``, each of shape (n,).

    References
    ----------
    Zou GY, Donner A (2008), Stat Med 27: 1693-1702, with Byar's limits of each count.
    """
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    first, last = count_interval(old, confidence), count_interval(new, confidence)
    down = np.hypot(new - last.lower, first.upper - old)
    up = np.hypot(last.upper - new, old - first.lower)
    return Interval(new - old - down, new - old + up)


def of_numerator_and_denominator(
    numerator_before: ArrayLike,
    denominator_before: ArrayLike,
    numerator_after: ArrayLike,
    denominator_after: ArrayLike,
) -> TwoParts:
    """Split the change of ``x / n`` into that of ``x`` and that of ``n``, each held in turn.

    The change of the numerator stands over the mean of the two inverse denominators, that of
    the inverse denominator with the mean of the two numerators (Das Gupta's symmetric split
    for two factors); the two add up.

    Parameters
    ----------
    numerator_before, denominator_before, numerator_after, denominator_after : array_like
        Shape (n,); NaN where not known.

    Returns
    -------
    TwoParts
        NaN where a denominator is 0 or a count is not known.

    Raises
    ------
    MeasureError
        As `decompose`.

    References
    ----------
    Das Gupta P (1993), Standardization and Decomposition of Rates, US Bureau of the Census,
    Current Population Reports P23-186: 4-7.
    """
    x0, n0 = _parts(numerator_before, denominator_before)
    x1, n1 = _parts(numerator_after, denominator_after)
    inverse = [1 / np.where(bottom > 0, bottom, np.nan) for bottom in (n0, n1)]
    return TwoParts(
        (x1 - x0) * (inverse[0] + inverse[1]) / 2, (inverse[1] - inverse[0]) * (x0 + x1) / 2
    )


def shortfall_change(
    numerator_before: ArrayLike,
    denominator_before: ArrayLike,
    target_before: ArrayLike,
    numerator_after: ArrayLike,
    denominator_after: ArrayLike,
    target_after: ArrayLike,
) -> Shortfall:
    """Split the change of ``target n - x``, the cases short of a target, into three causes.

    Rate: the share met differs, over the mean denominator. Volume: there are more or fewer
    cases, at the mean distance from the target. Target: it moved, over the mean denominator.

    Parameters
    ----------
    numerator_before, denominator_before, numerator_after, denominator_after : array_like
        Shape (n,); NaN where not known.
    target_before, target_after : array_like of float, shape (n,)
        As proportions.

    Returns
    -------
    Shortfall
        In cases, more being a larger shortfall; the three add up to its change. NaN where a
        denominator is 0 or a number is not known.

    Raises
    ------
    MeasureError
        As `decompose`.

    References
    ----------
    Das Gupta P (1993), as above, for the symmetric split of a product.
    """
    x0, n0 = _parts(numerator_before, denominator_before)
    x1, n1 = _parts(numerator_after, denominator_after)
    t0, t1 = np.asarray(target_before, dtype=float), np.asarray(target_after, dtype=float)
    r0, r1 = x0 / np.where(n0 > 0, n0, np.nan), x1 / np.where(n1 > 0, n1, np.nan)
    middle = (n0 + n1) / 2
    return Shortfall((r0 - r1) * middle, (n1 - n0) * (t0 - r0 + t1 - r1) / 2, (t1 - t0) * middle)


def _parts(numerator: ArrayLike, denominator: ArrayLike) -> tuple[Floats, Floats]:
    """Counts as numbers, refused where they are no rate."""
    top, bottom = np.broadcast_arrays(
        np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    )
    wrong = np.flatnonzero(
        (bottom < 0)
        | np.isinf(bottom)
        | np.isinf(top)
        | ((bottom == 0) & (top != 0) & (top == top))
    )
    if len(wrong):
        shown = ", ".join(f"{row} ({top[row]:g} of {bottom[row]:g})" for row in wrong[:5])
        raise MeasureError(
            f"Parts that are no rate, in rows {shown}",
            "a denominator of 0 or more, and a numerator of 0 where it is 0",
        )
    return top.copy(), bottom.copy()


def _groups(group: ArrayLike, length: int) -> NDArray[np.int64]:
    of = np.asarray(group)
    if of.shape != (length,) or (length and (of.dtype.kind not in "iu" or of.min() < 0)):
        raise ParameterError(
            f"Groups of shape {of.shape} and kind {of.dtype} for {length} parts",
            "a whole number from 0 for each part",
        )
    return of.astype(np.int64)


def _rates(x0: Floats, n0: Floats, x1: Floats, n1: Floats) -> tuple[Floats, Floats]:
    """Rates of each part in both periods; where it has one only, that one in both."""
    none = np.zeros_like(x0)
    before = np.divide(x0, n0, out=none.copy(), where=n0 != 0)
    after = np.divide(x1, n1, out=none.copy(), where=n1 != 0)
    return np.where(n0 == 0, after, before), np.where(n1 == 0, before, after)
