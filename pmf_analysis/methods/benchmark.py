"""A value held against a benchmark: better, similar or worse, by five published rules.

Each rule says whether the value is higher, lower or neither; polarity makes words of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.methods._arguments import Floats
from pmf_analysis.terms import Comparison, Polarity

Words = NDArray[np.str_]


class TwoLevels(NamedTuple):
    """Words of the inner interval, and where the outer one says the same; shape (n,)."""

    comparison: Words
    beyond_outer: NDArray[np.bool_]


def in_words(higher: NDArray[np.bool_], lower: NDArray[np.bool_], polarity: ArrayLike) -> Words:
    """Better, worse, higher, lower or similar, by polarity.

    Parameters
    ----------
    higher, lower : ndarray of bool, shape (n,)
        Whether the value lies clearly above, or below, what it is held against.
    polarity : array_like of str, shape (n,) or ()
        Codes of terms.Polarity; for other than high and low the words are higher and lower.

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of terms.Comparison.
    """
    way = np.asarray(polarity).astype(str)
    high = way == Polarity.HIGH.value
    judged = high | (way == Polarity.LOW.value)
    return np.select(
        [judged & higher, judged & lower, higher, lower],
        [
            np.where(high, Comparison.BETTER.value, Comparison.WORSE.value),
            np.where(high, Comparison.WORSE.value, Comparison.BETTER.value),
            Comparison.HIGHER.value,
            Comparison.LOWER.value,
        ],
        default=Comparison.SIMILAR.value,
    )


def by_interval(
    benchmark: ArrayLike, lower: ArrayLike, upper: ArrayLike, polarity: ArrayLike
) -> Words:
    """Similar when the benchmark lies inside the value's interval, ends included.

    Parameters
    ----------
    benchmark, lower, upper : array_like of float, shape (n,)
        NaN where one is not known.
    polarity : array_like of str, shape (n,) or ()

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of terms.Comparison; ``not_compared`` where something is not known.

    References
    ----------
    Office for Health Improvement and Disparities, Fingertips: single overlapping interval.
    """
    middle, low, high = _floats(benchmark, lower, upper)
    words = in_words(low > middle, high < middle, polarity)
    return _known(words, middle, low, high)


def by_two_intervals(
    benchmark: ArrayLike,
    inner: tuple[ArrayLike, ArrayLike],
    outer: tuple[ArrayLike, ArrayLike],
    polarity: ArrayLike,
) -> TwoLevels:
    """As `by_interval` with the inner interval, and whether the outer one agrees.

    Parameters
    ----------
    benchmark : array_like of float, shape (n,)
    inner, outer : tuple of array_like of float, shape (n,)
        Lower and upper ends, such as of the 95% and of the 99.8% interval.
    polarity : array_like of str, shape (n,) or ()

    Returns
    -------
    TwoLevels

    References
    ----------
    Office for Health Improvement and Disparities, Fingertips: 95% and 99.8% intervals.
    """
    words = by_interval(benchmark, *inner, polarity)
    wider = by_interval(benchmark, *outer, polarity)
    settled = ~np.isin(words, [Comparison.SIMILAR.value, Comparison.NOT_COMPARED.value])
    return TwoLevels(words, settled & (wider == words))


def by_overlap(
    lower: ArrayLike,
    upper: ArrayLike,
    benchmark_lower: ArrayLike,
    benchmark_upper: ArrayLike,
    polarity: ArrayLike,
) -> Words:
    """Similar when the two intervals overlap, or touch.

    Parameters
    ----------
    lower, upper, benchmark_lower, benchmark_upper : array_like of float, shape (n,)
    polarity : array_like of str, shape (n,) or ()

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of terms.Comparison.

    References
    ----------
    Office for Health Improvement and Disparities, Fingertips: double overlapping intervals.
    """
    low, high, their_low, their_high = _floats(lower, upper, benchmark_lower, benchmark_upper)
    words = in_words(low > their_high, high < their_low, polarity)
    return _known(words, low, high, their_low, their_high)


def by_limits(
    value: ArrayLike, lower_limit: ArrayLike, upper_limit: ArrayLike, polarity: ArrayLike
) -> Words:
    """Similar when the value lies inside limits around the benchmark, ends included.

    Parameters
    ----------
    value, lower_limit, upper_limit : array_like of float, shape (n,)
        The limits are those that chance gives at this value's own size: for a proportion
        Wilson's interval of ``benchmark x n`` of ``n``.
    polarity : array_like of str, shape (n,) or ()

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of terms.Comparison.

    References
    ----------
    Office for Health Improvement and Disparities, Fingertips: control limits of proportions.
    """
    own, low, high = _floats(value, lower_limit, upper_limit)
    return _known(in_words(own > high, own < low, polarity), own, low, high)


def by_range(
    value: ArrayLike, target_lower: ArrayLike, target_upper: ArrayLike, polarity: ArrayLike
) -> Words:
    """Against a target with two levels: worse below the lower, better from the upper on.

    Parameters
    ----------
    value, target_lower, target_upper : array_like of float, shape (n,)
    polarity : array_like of str, shape (n,) or ()
        As written for high; for low the words better and worse change places.

    Returns
    -------
    ndarray of str, shape (n,)
        Codes of terms.Comparison; ``not_compared`` for other polarities.

    References
    ----------
    Office for Health Improvement and Disparities, Fingertips: range of a target.
    """
    own, low, high = _floats(value, target_lower, target_upper)
    words = in_words(own >= high, own < low, polarity)
    way = np.asarray(polarity).astype(str)
    judged = np.isin(way, [Polarity.HIGH.value, Polarity.LOW.value])
    return _known(np.where(judged, words, Comparison.NOT_COMPARED.value), own, low, high)


def _floats(*given: ArrayLike) -> list[Floats]:
    return np.broadcast_arrays(*(np.atleast_1d(np.asarray(one, dtype=float)) for one in given))


def _known(words: Words, *given: Floats) -> Words:
    unknown = np.isnan(sum(given))
    return np.where(unknown, Comparison.NOT_COMPARED.value, words)
