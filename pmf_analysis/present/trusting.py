"""Whether forecasts can be trusted, from past forecasts held against what happened."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from pmf_analysis import formats
from pmf_analysis.methods.verification import (
    Bin,
    Brier,
    Coverage,
    Share,
    brier,
    clustered_share,
    reliability,
)
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Frequency, SeriesKind

NOMINAL = {"inside80": 0.80, "inside95": 0.95}
"""What each range promises to hold."""

TOO_FEW = "too few to judge"
_KINDS = {
    SeriesKind.PERCENT: "Percentages", SeriesKind.COUNT: "Counts",
    SeriesKind.SMALL_COUNT: "Small counts", SeriesKind.LEVEL: "Other figures, as days and rates",
}  # fmt: skip
_UNITS = {Frequency.MONTH: "month", Frequency.QUARTER: "quarter", Frequency.YEAR: "year"}


def by_group(table: pd.DataFrame, rules: RuleSet, rolled: Collection[str] = ()) -> list[Coverage]:
    """Coverage over everything, by kind, and by how far ahead.

    Parameters
    ----------
    table : pandas.DataFrame
        Of the study ``calibration``.
    rules : RuleSet
        ``calibration``.
    rolled : collection of str
        Codes of indicators whose shown figure adds several single ones up.

    Returns
    -------
    list of Coverage
        Groups without a figure are left out, but for the first: all figures.
    """
    found = [_covered("All figures", table, rules)]
    for kind, name in _KINDS.items():
        own = table[table["kind"] == kind.value]
        few = own["few_cases"].astype(bool)
        if kind is SeriesKind.PERCENT and few.any():
            found.append(_covered(f"{name} of more cases", own[~few], rules))
            found.append(_covered(f"{name} of few cases", own[few], rules))
        else:
            found.append(_covered(name, own, rules))
    for frequency, unit in _UNITS.items():
        first = 1
        own = table[table["frequency"] == frequency.value]
        for last in value_of(rules, "horizons")[frequency.value]:
            there = own["horizon"].between(first, last)
            found.append(_covered(_ahead(first, last, unit), own[there], rules))
            first = last + 1
    shown = table.assign(inside80=table["shown_inside80"], inside95=table["shown_inside95"])
    summed = shown["indicator"].isin(list(rolled))
    found.append(_covered("Over several periods, as shown", shown[summed], rules))
    return [found[0], *(one for one in found[1:] if one.inside95.cases)]


def _ahead(first: int, last: int, unit: str) -> str:
    span = f"{first}" if first == last else f"{first} to {last}"
    return f"{span} {unit}{'' if last == 1 else 's'} ahead"


def _covered(name: str, rows: pd.DataFrame, rules: RuleSet) -> Coverage:
    confidence = float(value_of(rules, "confidence"))
    owner = series_codes(rows)
    inner, outer = (clustered_share(rows[one], owner, confidence) for one in NOMINAL)
    return Coverage(name, inner, outer)


def series_codes(rows: pd.DataFrame) -> np.ndarray:
    """One text for each series."""
    first, *others = (rows[name].astype(str) for name in SERIES)
    return first.str.cat(others, sep="|").to_numpy(dtype=object)


def judged(share: Share, nominal: float, rules: RuleSet) -> str:
    """What a share inside its ranges says of them: ``as promised``, ``too narrow``, ...

    Parameters
    ----------
    share : Share
    nominal : float
    rules : RuleSet
        ``calibration``: ``least_figures`` and ``least_series``.
    """
    if share.cases < int(value_of(rules, "least_figures")) or share.clusters < int(
        value_of(rules, "least_series")
    ):
        return TOO_FEW
    if share.lower <= nominal <= share.upper:
        return "as promised"
    return "too narrow" if share.share < nominal else "too wide"


# --- chances --------------------------------------------------------------------------------


class Chances(NamedTuple):
    """Chances of one event, held against what happened.

    Attributes
    ----------
    score : Brier
    bins : list of Bin
    """

    score: Brier
    bins: list[Bin]


def chances(table: pd.DataFrame, chance: str, happened: str, rules: RuleSet) -> Chances:
    """How good the chances of one event were.

    Parameters
    ----------
    table : pandas.DataFrame
        Of the study ``calibration``.
    chance, happened : str
        Its columns.
    rules : RuleSet
        ``calibration``.
    """
    rows = table[table[chance].notna() & table[happened].notna()]
    given = (rows[chance], rows[happened], series_codes(rows), value_of(rules, "bins"))
    confidence = float(value_of(rules, "confidence"))
    return Chances(brier(*given, confidence=confidence), reliability(*given, confidence=confidence))


def chance_words(score: Brier, event: str) -> str:
    """A Brier score beside that of the base rate, in a sentence.

    Parameters
    ----------
    score : Brier
    event : str
        As ``the target was met``.
    """
    if not score.cases:
        return f"No past chance can be held against what happened: {event} or not."
    share = formats.with_unit(100 * score.share, "percent")
    said = (
        f"In {share} of {formats.number(score.cases)} past cases {event}. The chances missed by a "
        f"mean square of {score.score:.3f} (Brier score; 0 is perfect); saying {share} every time "
        f"would have missed by {score.base_score:.3f}"
    )
    if not np.isfinite(score.upper):
        return f"{said}. There is one series alone, so nothing more can be said."
    if score.upper < 0:
        better = formats.with_unit(100 * score.skill, "percent")
        return f"{said}. The chances were better, by {better}."
    if score.lower > 0:
        return f"{said}. The chances were worse than that."
    return f"{said}. By chance alone the two may be alike, so nothing is claimed for the chances."


def bins_apart(bins: Sequence[Bin], rules: RuleSet) -> list[str]:
    """Where chances and what happened lie further apart than chance alone would put them.

    Parameters
    ----------
    bins : sequence of Bin
    rules : RuleSet
        ``calibration``: a bin with fewer than ``least_cases`` is not judged.

    Returns
    -------
    list of str
        Clauses.
    """
    least = int(value_of(rules, "least_cases"))
    said = []
    for one in bins:
        share = one.happened
        if share.cases < least or share.lower <= one.said <= share.upper:
            continue
        said.append(
            f"{100 * one.said:.0f}% was said and it happened in {100 * share.share:.0f}% of "
            f"{formats.number(share.cases)} cases"
        )
    return said


# --- closer than the simplest forecast ------------------------------------------------------


def skills(table: pd.DataFrame) -> pd.DataFrame:
    """How past forecasts of each indicator compare with the better of the two simplest.

    Parameters
    ----------
    table : pandas.DataFrame
        Of the study ``calibration``.

    Returns
    -------
    pandas.DataFrame
        ``indicator``; ``series`` compared; ``closer``, the share of them of which forecasts came
        closer than the better of the last figure and the one a year before, chosen afterwards
        for each series (a tie counts a half); ``ratio``, the mean distance of the forecasts over
        that of the better of the two over all its series. In order of ratio.
    """
    names = ["away", "naive_away", "seasonal_away"]
    rows = table.dropna(subset=names)
    each = rows.groupby(list(SERIES))[names].mean()
    if each.empty:
        return pd.DataFrame(columns=["indicator", "series", "closer", "ratio"])
    best = np.minimum(each["naive_away"], each["seasonal_away"])
    each = each.assign(
        best=best,
        closer=np.where(np.isclose(each["away"], best), 0.5, (each["away"] < best).astype(float)),
    )
    by = each.groupby("indicator")
    found = by.agg(series=("away", "size"), closer=("closer", "mean"))
    whole = by[names].mean()
    rival = np.minimum(whole["naive_away"], whole["seasonal_away"])
    ratio = np.where(rival > 0, whole["away"] / rival.where(rival > 0, 1), np.nan)
    return (
        found.assign(ratio=ratio)
        .reset_index()
        .sort_values(["ratio", "indicator"], kind="stable", ignore_index=True)
    )
