"""Adjustment for the time of year of monthly and quarterly series.

A pattern is looked for, and only where it is clear the series is adjusted:
``value = adjusted x factor``, the factors of a year averaging 1. The logarithm
of each figure is taken as the level of its segment plus the effect of its month
(or quarter). A segment that is long enough follows straight pieces besides, so
that slow change is not read as a pattern of the year; and since every segment
has a level of its own, a registered change of level leaks into no month, while
all years together tell how the months differ.

The numbers come from the rule set ``time-of-year``, which gives every field of
`SeasonalRules`.

References
----------
US Census Bureau (2020), X-13ARIMA-SEATS Reference Manual, 7.18 (the F test for
stable seasonality).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtrc

from pmf_analysis.analysis import _calendar
from pmf_analysis.analysis._columns import of_indicator
from pmf_analysis.formats import number
from pmf_analysis.periods import season_length
from pmf_analysis.register import rule_values
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.tables import MEASURE, SEGMENTS, require
from pmf_analysis.terms import Frequency

RULE_SET = "time-of-year"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# significant digits of an adjusted figure: equal figures must not differ by the division
_DIGITS = 12


@dataclass(frozen=True)
class SeasonalRules:
    """The numbers of the method; see ``data/reference/rules/seasonal.yml`` for each."""

    min_years: int
    max_chance: float
    slope_from_years: int
    extreme_residual: float
    plain_percent: float

    @classmethod
    def of(cls, rule_set: RuleSet) -> SeasonalRules:
        """Take the numbers from a rule set.

        Raises
        ------
        RuleSetError
            Naming the values that are missing or cannot be.
        """
        return rule_values.read(cls, rule_set)


class Pattern(NamedTuple):
    """How the times of the year differ.

    Attributes
    ----------
    factors : ndarray of float, shape (s,), or None
        Share of the average that each season runs at, with a mean of 1; the
        first is the one that holds January. None where no pattern is used.
    chance : float
        Chance of so clear a pattern where there is none; NaN when not tested.
    reason : str
        Why there are no factors; empty when there are.
    """

    factors: Floats | None
    chance: float
    reason: str


def find_pattern(
    values: Floats, position: Ints, season: Ints, segment: Ints, length: int, rules: SeasonalRules
) -> Pattern:
    """Look for a pattern of the year in one series.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Figures of the periods that have one, in order of time.
    position : ndarray of int, shape (n,)
        Number of each period, one more from period to period.
    season : ndarray of int, shape (n,)
        0 to ``length - 1``.
    segment : ndarray of int, shape (n,)
        Segments, which have levels of their own.
    length : int
        Periods in a year.
    rules : SeasonalRules

    Returns
    -------
    Pattern
    """
    if _too_short(season, length, rules):
        return Pattern(None, np.nan, _too_few(len(values), length, rules))
    if (values <= 0).any():
        return Pattern(None, np.nan, "some figures are zero")
    levels = _levels(position, segment, length, rules.slope_from_years)
    seasons = np.eye(length)[season]
    effects = seasons[:, :-1] - seasons[:, -1:]
    chance, fitted = _fit(np.log(values), levels, effects, rules.extreme_residual)
    if chance > rules.max_chance:
        return Pattern(None, chance, "no clear pattern over the year was found")
    ratios = np.exp(np.append(fitted, -fitted.sum()))
    return Pattern(ratios / ratios.mean(), chance, "")


def adjust(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Adjust all series for the time of year, where a pattern is clear.

    An era with enough years of its own is judged by them; a shorter one by all
    the years of the series, each segment keeping its own level.

    Parameters
    ----------
    measures : pandas.DataFrame
        The measure table with ``era`` and ``segment``.
    context : Context

    Returns
    -------
    pandas.DataFrame
        On the same index, which must be unique: ``seasonal_factor`` (1 where
        not adjusted), ``adjusted`` (value over factor; NaN where there is no
        value), ``is_adjusted`` and ``seasonal_note``, in words.
    """
    require(measures, (*MEASURE, *SEGMENTS), "measure")
    rules = SeasonalRules.of(context.register.rule_set(RULE_SET))
    series = _Rows.of(measures, context)
    count = len(measures)
    factor, found = np.ones(count), np.zeros(count, dtype=bool)
    note = np.full(count, "", dtype=object)
    note[series.overlapping] = _refusal("successive figures overlap")
    yearly = (series.frequency == Frequency.YEAR.value) & ~series.overlapping
    note[yearly] = "Yearly figures: nothing to adjust for the time of year"
    for one in series.each(~series.overlapping & ~yearly):
        for era, pattern, borrowed in _patterns(series, one, rules):
            if pattern.factors is None:
                note[era] = _refusal(pattern.reason)
                continue
            found[era] = True
            factor[era] = pattern.factors[series.season[era]]
            note[era] = _notes(series, era, pattern.factors, borrowed, rules)
    value = measures["value"]
    adjusted = _rounded(value / factor).where(found, value)
    return pd.DataFrame(
        {
            "seasonal_factor": factor,
            "adjusted": adjusted.where(series.usable),
            "is_adjusted": found,
            "seasonal_note": pd.Series(note, index=measures.index).astype("str"),
        },
        index=measures.index,
    )


@dataclass(frozen=True)
class _Rows:
    """The measure table as columns of equal length, shape (n,).

    ``usable`` says which figures are charted; ``overlapping`` which share months or
    children with the one before.
    """

    series: Ints
    frequency: NDArray[np.object_]
    position: Ints
    season: Ints
    label: NDArray[np.object_]
    era: Ints
    segment: Ints
    value: Floats
    usable: NDArray[np.bool_]
    overlapping: NDArray[np.bool_]

    @classmethod
    def of(cls, measures: pd.DataFrame, context: Context) -> _Rows:
        place = _calendar.places(measures["period"])
        return cls(
            _calendar.series_numbers(measures).to_numpy(),
            place["frequency"].to_numpy(dtype=object),
            place["position"].to_numpy(),
            place["season"].to_numpy(),
            place["season_label"].to_numpy(dtype=object),
            measures["era"].to_numpy(),
            measures["segment"].to_numpy(),
            measures["value"].to_numpy(dtype=float, na_value=np.nan),
            _calendar.usable(measures).to_numpy(),
            of_indicator(measures, context, lambda found: found.overlapping).astype(bool),
        )

    def each(self, chosen: NDArray[np.bool_]) -> Iterator[Ints]:
        """Places of the chosen rows of each series and frequency."""
        places = np.flatnonzero(chosen)
        keys = pd.DataFrame({"series": self.series[places], "frequency": self.frequency[places]})
        for inside in keys.groupby(["series", "frequency"], sort=True).indices.values():
            yield places[np.sort(inside)]


def _patterns(
    series: _Rows, places: Ints, rules: SeasonalRules
) -> Iterator[tuple[Ints, Pattern, bool]]:
    # each era's places, its pattern, and whether that came from all eras
    length = season_length(Frequency(series.frequency[places[0]]))
    known = places[series.usable[places]]
    known = known[np.argsort(series.position[known])]
    for era in np.unique(series.era[places]):
        own = known[series.era[known] == era]
        borrowed = _too_short(series.season[own], length, rules)
        source = known if borrowed else own
        columns = (series.value, series.position, series.season, series.segment)
        pattern = find_pattern(*(column[source] for column in columns), length, rules)
        yield places[series.era[places] == era], pattern, borrowed


def _too_short(season: Ints, length: int, rules: SeasonalRules) -> bool:
    return bool((np.bincount(season, minlength=length) < rules.min_years).any())


def _levels(position: Ints, segment: Ints, length: int, slope_from_years: int) -> Floats:
    # a level for each segment, and straight pieces of that many years in a long one
    columns = []
    for one in np.unique(segment):
        inside = segment == one
        columns.append(inside.astype(float))
        start, end = position[inside].min(), position[inside].max()
        pieces = (end - start + 1) // (slope_from_years * length)
        for piece in range(pieces):
            knot = start + (end - start) * piece / pieces
            columns.append(np.where(inside, np.maximum(position - knot, 0.0), 0.0) / length)
    return np.column_stack(columns)


def _fit(logs: Floats, levels: Floats, effects: Floats, extreme: float) -> tuple[float, Floats]:
    # chance of such a pattern by the F test, and the effects; extreme points set aside once
    both = np.hstack([levels, effects])
    coefficients, residual, _ = _least_squares(both, logs)
    spread = 1.4826 * np.median(np.abs(residual))
    kept = np.abs(residual) <= extreme * spread if spread > 0 else np.ones(len(logs), dtype=bool)
    coefficients, residual, rank = _least_squares(both[kept], logs[kept])
    _, without, rank_without = _least_squares(levels[kept], logs[kept])
    explained, left = (without**2).sum() - (residual**2).sum(), (residual**2).sum()
    freedom, gained = kept.sum() - rank, rank - rank_without
    if freedom <= 0 or gained < effects.shape[1] or explained <= 1e-20 * (logs**2).sum():
        return 1.0, coefficients[levels.shape[1] :]
    ratio = (explained / gained) / max(left / freedom, 1e-30)
    return float(fdtrc(gained, freedom, ratio)), coefficients[levels.shape[1] :]


def _least_squares(columns: Floats, given: Floats) -> tuple[Floats, Floats, int]:
    coefficients, _, rank, _ = np.linalg.lstsq(columns, given, rcond=None)
    return coefficients, given - columns @ coefficients, int(rank)


def _rounded(values: pd.Series) -> pd.Series:
    size = values.abs().where(values != 0, 1.0)
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(size)))
    return (values * scale).round() / scale


def _refusal(reason: str) -> str:
    return f"Not adjusted for the time of year: {reason}"


def _too_few(count: int, length: int, rules: SeasonalRules) -> str:
    name = {12: "month", 4: "quarter"}[length]
    return (
        f"that takes figures of each {name} in at least {rules.min_years} years, "
        f"and there are {count} {name}s with a figure"
    )


def _notes(
    series: _Rows, places: Ints, factors: Floats, borrowed: bool, rules: SeasonalRules
) -> NDArray[np.object_]:
    source = ", going by the years before and after the registered break" if borrowed else ""
    texts = np.full(len(factors), "", dtype=object)
    seasons, first = np.unique(series.season[places], return_index=True)
    for season, label in zip(seasons, series.label[places[first]], strict=True):
        runs_at = _runs_at(factors[season], rules)
        texts[season] = f"Adjusted for the time of year: {label} {runs_at}{source}"
    return texts[series.season[places]]


def _runs_at(factor: float, rules: SeasonalRules) -> str:
    percent = 100 * (factor - 1)
    if abs(percent) < rules.plain_percent:
        return "is usually about average"
    return f"usually runs {number(abs(percent))}% {'above' if percent > 0 else 'below'} average"
