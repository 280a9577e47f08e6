"""Rates of places with another make-up of ages (or other bands), made comparable.

Directly: each place's own rates over the standard's make-up. Indirectly: the events of each
place over those it would have with the reference's rates.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import MeasureError
from pmf_analysis.methods._arguments import Floats, counts_of
from pmf_analysis.methods.intervals import Interval, count_interval

FEW_EVENTS = "too few events for a directly standardised rate"
NO_POPULATION = "a band has no population"
NOT_KNOWN = "a count or a population is not known"
NONE_EXPECTED = "no events are expected"


class Standardised(NamedTuple):
    """Of each place, shape (places,); the value and its interval are NaN where there is a reason.

    Attributes
    ----------
    value : ndarray of float
    interval : Interval
    observed, expected : ndarray of float
        Events, and those expected with the reference's rates (population, when direct).
    reason : ndarray of str
        Why there is no value; empty where there is one.
    """

    value: Floats
    interval: Interval
    observed: Floats
    expected: Floats
    reason: NDArray[np.object_]


def directly_standardised(
    count: ArrayLike,
    population: ArrayLike,
    standard: ArrayLike,
    confidence: float = 0.95,
    fewest_events: float = 10,
) -> Standardised:
    """Rate of each place over the standard population: ``sum(w x/n) / sum(w)``.

    The interval is Dobson's, from Byar's of the total count.

    Parameters
    ----------
    count, population : array_like of float, shape (places, bands)
        Events and population of each place in each band.
    standard : array_like of float, shape (bands,) or (places, bands)
        The standard population, whose make-up every place is given.
    confidence : float
        In (0, 1).
    fewest_events : float
        With fewer in all bands there is neither a rate nor an interval.

    Returns
    -------
    Standardised
        Per one of the population. A place with a band without population has none, and takes
        no other place's away.

    Raises
    ------
    MeasureError
        If a count is negative or infinite, or the shapes do not fit.
    ParameterError
        If the confidence does not lie between 0 and 1.

    References
    ----------
    Dobson AJ, Kuulasmaa K, Eberle E, Scherer J (1991), Statistics in Medicine 10: 457-462.
    """
    events, people, weight = _bands(count, population, standard)
    total = events.sum(axis=1)
    reason = _reasons(events, people, weight, total < fewest_events, FEW_EVENTS)
    usable = (reason == "")[:, None]
    people = np.where(usable, people, np.nan)
    whole = weight.sum(axis=1)
    value = (weight * events / people).sum(axis=1) / whole
    variance = (weight**2 * events / people**2).sum(axis=1) / whole**2
    known = np.where(usable[:, 0], total, np.nan)
    # Byar's from the first event on: what is few is left out above
    byar = count_interval(known, confidence, exact_below=0)
    step = np.sqrt(variance / np.where(known == 0, np.nan, known))
    interval = Interval(value + step * (byar.lower - known), value + step * (byar.upper - known))
    return Standardised(value, interval, total, np.nansum(people, axis=1), reason)


def indirectly_standardised(
    count: ArrayLike,
    population: ArrayLike,
    reference_count: ArrayLike,
    reference_population: ArrayLike,
    confidence: float = 0.95,
    exact_below: float = 10,
) -> Standardised:
    """Events of each place over those expected with the reference's rates.

    Parameters
    ----------
    count, population : array_like of float, shape (places, bands)
    reference_count, reference_population : array_like of float, shape (bands,) or (places, bands)
    confidence : float
        In (0, 1).
    exact_below : float
        With fewer events than this, exact Poisson limits instead of Byar's.

    Returns
    -------
    Standardised
        The ratio, 1 being as expected; a rate is the ratio times the rate of the reference.

    Raises
    ------
    MeasureError
        If a count is negative or infinite, or the shapes do not fit.
    ParameterError
        If the confidence does not lie between 0 and 1.

    References
    ----------
    Breslow NE, Day NE (1987), Statistical Methods in Cancer Research II: 65-72.
    """
    events, people, every = _bands(count, population, reference_population)
    cases, _ = counts_of(reference_count, np.ones(every.shape))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(people == 0, 0.0, people * cases / every)
    observed, expected = events.sum(axis=1), share.sum(axis=1)
    reason = _reasons(events, share, every, expected == 0, NONE_EXPECTED, empty_bands=True)
    usable = reason == ""
    under = np.where(usable, expected, np.nan)
    limits = count_interval(np.where(usable, observed, np.nan), confidence, exact_below)
    interval = Interval(limits.lower / under, limits.upper / under)
    return Standardised(observed / under, interval, observed, expected, reason)


def _bands(
    count: ArrayLike, population: ArrayLike, other: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Counts, populations and another population, all of shape (places, bands)."""
    events, people = counts_of(np.atleast_2d(np.asarray(count, dtype=float)), population)
    weight = np.asarray(other, dtype=float)
    if events.ndim != 2 or weight.shape not in (events.shape, events.shape[1:]):
        raise MeasureError(
            f"Counts of shape {events.shape} stand beside a population of shape {weight.shape}",
            "counts of shape (places, bands), and one population for each band",
        )
    weight, _ = counts_of(np.broadcast_to(weight, events.shape), people)
    return events, people, weight


def _reasons(
    events: Floats,
    people: Floats,
    weight: Floats,
    short: NDArray[np.bool_],
    words: str,
    empty_bands: bool = False,
) -> NDArray[np.object_]:
    unknown = ~np.isfinite(events + people + weight).all(axis=1)
    empty = (
        np.zeros(len(events), bool) if empty_bands else ((people == 0) & (weight > 0)).any(axis=1)
    )
    return np.select([unknown, empty, short], [NOT_KNOWN, NO_POPULATION, words], "").astype(object)
