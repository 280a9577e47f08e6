"""Forecasts held against what happened: chances, and shares of figures inside their ranges.

Cases of one series are alike, and so say less than as many cases of different series. Every
interval here allows for that: the cases are counted as the fewer that they are worth.

References
----------
Brier GW (1950), Mon Weather Rev 78: 1-3. Murphy AH (1973), J Appl Meteorol 12: 595-600.
Interval of a share from clusters: Korn EL, Graubard BI (1998), Surv Methodol 24: 193-201, with
Wilson's score in place of the exact limits: Dean N, Pagano M (2015), J Surv Stat Methodol 3:
484-503.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods._arguments import Floats, normal_quantile
from pmf_analysis.methods.intervals import wilson_interval

Ints = NDArray[np.int64]


class Share(NamedTuple):
    """A share of cases, with its interval.

    Attributes
    ----------
    share, lower, upper : float
        As proportions; NaN without a case.
    cases, clusters : int
    worth : float
        Cases of different clusters that would say as much.
    """

    share: float
    lower: float
    upper: float
    cases: int
    clusters: int
    worth: float


class Brier(NamedTuple):
    """How good chances were: the mean squared distance from what happened.

    Attributes
    ----------
    score : float
        0 is perfect; 0.25 is what "even" gives every time. NaN without a case.
    base_score : float
        The same for the chances that it is held against.
    skill : float
        1 - score / base_score; above 0 is better than the base.
    difference, lower, upper : float
        score - base_score with its interval: below 0 is better than the base.
    reliability, resolution : float
        Murphy's parts, by the bins: distance of chances from shares, and of shares from the
        overall share.
    share : float
        Of cases in which it happened.
    cases, clusters : int
    """

    score: float
    base_score: float
    skill: float
    difference: float
    lower: float
    upper: float
    reliability: float
    resolution: float
    share: float
    cases: int
    clusters: int


class Bin(NamedTuple):
    """The cases of one bin of chances.

    Attributes
    ----------
    start, end : float
        Of the bin.
    said : float
        Mean chance of its cases; NaN without one.
    happened : Share
    """

    start: float
    end: float
    said: float
    happened: Share


class Coverage(NamedTuple):
    """One group of figures and the shares of them inside their ranges.

    Attributes
    ----------
    name : str
    inside80, inside95 : Share
        Inside the ranges that promise 80% and 95%.
    """

    name: str
    inside80: Share
    inside95: Share


def clustered_share(hit: ArrayLike, cluster: ArrayLike, confidence: float = 0.95) -> Share:
    """Share of cases, with an interval that allows for cases of one cluster being alike.

    Parameters
    ----------
    hit : array_like of bool or float, shape (n,)
        NaN is left out.
    cluster : array_like, shape (n,)
        What each case belongs to, such as its series.
    confidence : float

    Returns
    -------
    Share
        Wilson's interval at the number of cases that the clusters are worth: never more than
        the cases; the number of clusters where all cases or none hit, for then likeness
        cannot be seen.

    Raises
    ------
    ParameterError
        If the two differ in length or the confidence does not lie between 0 and 1.
    """
    hits, owner = _known(hit, cluster)
    normal_quantile(confidence)
    cases, clusters = len(hits), len(np.unique(owner))
    if not cases:
        return Share(np.nan, np.nan, np.nan, 0, 0, 0.0)
    share = float(hits.mean())
    worth = _worth(hits, owner, share)
    lower, upper = (float(end[0]) for end in wilson_interval(share * worth, worth, confidence))
    return Share(share, lower, upper, cases, clusters, worth)


def reliability(
    chance: ArrayLike,
    happened: ArrayLike,
    cluster: ArrayLike,
    edges: ArrayLike,
    confidence: float = 0.95,
) -> list[Bin]:
    """How often it happened, by the chance that was said.

    Parameters
    ----------
    chance : array_like of float, shape (n,)
        From 0 to 1; NaN is left out.
    happened : array_like of bool or float, shape (n,)
        NaN is left out.
    cluster : array_like, shape (n,)
    edges : array_like of float, shape (bins + 1,)
        Rising from 0 to 1; a chance on an edge belongs to the bin above it, 1 to the last.
    confidence : float

    Returns
    -------
    list of Bin
        One for each bin, empty ones too.

    Raises
    ------
    ParameterError
        If a chance lies outside 0 to 1, or the edges do not rise from 0 to 1.
    """
    said, hits, owner = _cases(chance, happened, cluster)
    bounds = _edges(edges)
    place = _places(said, bounds)
    found = []
    for number in range(len(bounds) - 1):
        own = place == number
        mean = float(said[own].mean()) if own.any() else np.nan
        share = clustered_share(hits[own], owner[own], confidence)
        found.append(Bin(float(bounds[number]), float(bounds[number + 1]), mean, share))
    return found


def brier(
    chance: ArrayLike,
    happened: ArrayLike,
    cluster: ArrayLike,
    edges: ArrayLike,
    base: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Brier:
    """Brier score of chances, held against the base rate.

    Parameters
    ----------
    chance : array_like of float, shape (n,)
        From 0 to 1; NaN is left out.
    happened : array_like of bool or float, shape (n,)
    cluster : array_like, shape (n,)
    edges : array_like of float, shape (bins + 1,)
        Of the bins by which the score is taken apart.
    base : array_like of float, shape (n,), optional
        The chances that it is held against, such as the share known when each was said; the
        share over all cases when not given, which nobody could know beforehand.
    confidence : float
        Of the interval of the difference, which allows for cases of one cluster being alike.

    Returns
    -------
    Brier

    Raises
    ------
    ParameterError
        As `reliability`.
    """
    normal_quantile(confidence)
    bounds = _edges(edges)
    said, hits, owner = _cases(chance, happened, cluster)
    cases, clusters = len(said), len(np.unique(owner))
    if not cases:
        return Brier(*[np.nan] * 9, 0, 0)
    share = float(hits.mean())
    rival = np.full(cases, share) if base is None else _kept(base, chance, happened)
    own, theirs = (said - hits) ** 2, (rival - hits) ** 2
    error = _standard_error(own - theirs, owner)
    middle, reach = float((own - theirs).mean()), normal_quantile(confidence) * error
    place = _places(said, bounds)
    by_bin = pd.DataFrame({"said": said, "hit": hits}).groupby(place)
    weight, means = by_bin.size() / cases, by_bin.mean()
    score, base_score = float(own.mean()), float(theirs.mean())
    return Brier(
        score=score,
        base_score=base_score,
        skill=1 - score / base_score if base_score > 0 else (0.0 if score == 0 else -np.inf),
        difference=middle,
        lower=middle - reach,
        upper=middle + reach,
        reliability=float((weight * (means["said"] - means["hit"]) ** 2).sum()),
        resolution=float((weight * (means["hit"] - share) ** 2).sum()),
        share=share,
        cases=cases,
        clusters=clusters,
    )


# --- parts ----------------------------------------------------------------------------------


def _known(hit: ArrayLike, cluster: ArrayLike) -> tuple[Floats, Ints]:
    hits, owner = np.asarray(hit, dtype=float), np.asarray(cluster)
    if hits.shape != owner.shape or hits.ndim != 1:
        raise ParameterError(
            f"There are {hits.size} cases and {owner.size} names of clusters",
            "one name for each case",
        )
    there = ~np.isnan(hits)
    return hits[there], pd.factorize(owner[there], sort=False)[0].astype(np.int64)


def _cases(
    chance: ArrayLike, happened: ArrayLike, cluster: ArrayLike
) -> tuple[Floats, Floats, Ints]:
    said, hits = np.asarray(chance, dtype=float), np.asarray(happened, dtype=float)
    if said.shape != hits.shape:
        raise ParameterError(
            f"There are {said.size} chances and {hits.size} outcomes", "one outcome for each"
        )
    if np.any((said < 0) | (said > 1)):
        raise ParameterError("A chance lies outside 0 to 1", "chances from 0 to 1, or NaN")
    hits = np.where(np.isnan(said), np.nan, hits)
    kept, owner = _known(hits, cluster)
    return said[~np.isnan(hits)], kept, owner


def _kept(base: ArrayLike, chance: ArrayLike, happened: ArrayLike) -> Floats:
    """The base chances of the cases that count."""
    rival = np.asarray(base, dtype=float)
    counts = ~np.isnan(np.asarray(chance, dtype=float) + np.asarray(happened, dtype=float))
    if rival.shape != counts.shape or np.any(~((rival[counts] >= 0) & (rival[counts] <= 1))):
        raise ParameterError(
            "A base chance is missing or lies outside 0 to 1", "one from 0 to 1 for each case"
        )
    return rival[counts]


def _edges(edges: ArrayLike) -> Floats:
    bounds = np.asarray(edges, dtype=float)
    if len(bounds) < 2 or bounds[0] != 0 or bounds[-1] != 1 or np.any(np.diff(bounds) <= 0):
        raise ParameterError(
            f"The edges of the bins are {', '.join(f'{one:g}' for one in bounds)}",
            "numbers that rise from 0 to 1",
        )
    return bounds


def _places(said: Floats, bounds: Floats) -> Ints:
    return np.clip(np.searchsorted(bounds, said, side="right") - 1, 0, len(bounds) - 2)


def _worth(hits: Floats, owner: Ints, share: float) -> float:
    """Cases of different clusters that would say as much about the share."""
    clusters = int(owner.max()) + 1
    if share in (0.0, 1.0) or clusters == 1:
        return float(clusters)
    plain = share * (1 - share) / len(hits)
    spread = _standard_error(hits, owner) ** 2
    return float(np.clip(len(hits) * plain / spread, 1.0, len(hits))) if spread else len(hits) * 1.0


def _standard_error(values: Floats, owner: Ints) -> float:
    """Standard error of a mean over cases in clusters; NaN with one cluster."""
    clusters = int(owner.max()) + 1
    if clusters < 2:
        return np.nan
    away = np.bincount(owner, weights=values - values.mean())
    return float(np.sqrt(clusters / (clusters - 1) * np.sum(away**2)) / len(values))
