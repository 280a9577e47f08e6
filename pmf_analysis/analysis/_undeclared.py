"""A change of level near the end of a series that nobody registered.

Figures that each count cases of their own are scanned for a level that differs by more than
chance and what follows on allow. A stock counts most cases again, so its level wanders anyway
and chance in its cases says nothing; its steps are looked at instead.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.forecasting import Series
from pmf_analysis.forecasting.scales import Scale, scale_of, to_working
from pmf_analysis.methods.level_change import LevelChange, level_change
from pmf_analysis.methods.level_shift import level_shift
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.terms import Frequency, SeriesKind

Floats = NDArray[np.float64]

_FREQUENCIES = {periods.season_length(one): str(one) for one in Frequency}


def changes(
    series: Sequence[Series],
    labels: Sequence[Sequence[str]],
    rules: RuleSet,
    stocks: Sequence[bool] = (),
) -> list[str]:
    """Say of each series what changed near its end.

    Parameters
    ----------
    series : sequence of Series
        Registered changes of level taken out.
    labels : sequence of sequence of str
        Period code of each figure of each series.
    rules : RuleSet
        The rule set ``forecast``; its ``undeclared_change`` says how clear and how late.
    stocks : sequence of bool
        Which series are stocks, whose late steps are held against their other steps as well;
        none by default.

    Returns
    -------
    list of str
        A sentence without its full stop; empty where nothing was found or could be tested.
    """
    said = [""] * len(series)
    for season in sorted({one.season for one in series}):
        places = [place for place, one in enumerate(series) if one.season == season]
        found = _scanned([series[place] for place in places], season, rules)
        late = int(value_of(rules, "undeclared_change.look_back")[_FREQUENCIES[season]])
        clear = float(value_of(rules, "undeclared_change.chance_below"))
        for at, place in enumerate(places):
            latest = int(found.latest[at])
            if 0 < latest <= late and found.p_value[at] < clear:
                known = np.flatnonzero(~np.isnan(series[place].values))
                since = labels[place][known[-latest]]
                way = float(found.statistic[at])
                said[place] = _words(since, bool(found.slides[at]), way, latest)
        held = [place for place in places if any(stocks[place : place + 1])]
        if held:
            jumps = _jumped([series[place] for place in held], season, rules)
            for place, (way, latest) in zip(held, jumps, strict=True):
                if latest:
                    known = np.flatnonzero(~np.isnan(series[place].values))
                    said[place] = _words(labels[place][known[-latest]], False, way, latest)
    return said


def _jumped(stocks: list[Series], season: int, rules: RuleSet) -> list[tuple[float, int]]:
    """The clear late step of each stock, and the figures after it; 0 figures without one."""
    frequency, policy = _FREQUENCIES[season], value_of(rules, "undeclared_change")
    longest = max(len(one.values) for one in stocks)
    values, least = np.full((len(stocks), longest), np.nan), np.zeros(len(stocks))
    for place, one in enumerate(stocks):
        values[place, longest - len(one.values) :], least[place] = _even(one)
    found = level_shift(
        values,
        float(policy["stock_least_cases"]) * least,
        most_latest=int(policy["look_back"][frequency]),
        least_before=int(policy["least_before"][frequency]),
    )
    clear = np.abs(found.statistic) > float(policy["stock_step"])
    clear &= found.kept >= float(policy["stock_kept"])
    return list(
        zip(found.statistic.tolist(), np.where(clear, found.latest, 0).tolist(), strict=True)
    )


def _even(one: Series) -> tuple[Floats, float]:
    """A stock on a scale on which one case weighs alike, and the usual step of one case there.

    Arcsine of the root of a share, root of a count (Anscombe FJ (1948), Biometrika 35: 246-254).
    """
    scale = scale_of(one)
    if scale is Scale.LOGIT and one.denominators is not None:
        whole = np.where(one.denominators > 0, one.denominators, np.nan)
        share = (one.values / 100 * whole + 0.375) / (whole + 0.75)
        case = 0.5 / (whole * np.sqrt(share * (1 - share)))
        z = np.arcsin(np.sqrt(share))
    elif one.kind in (SeriesKind.COUNT, SeriesKind.SMALL_COUNT):
        z = np.sqrt(one.values + 0.375)
        case = 0.5 / z
    else:
        return to_working(one, scale), 0.0
    known = case[~np.isnan(case)]
    return z, float(np.sqrt(np.mean(known**2))) if len(known) else 0.0


def _scanned(series: list[Series], season: int, rules: RuleSet) -> LevelChange:
    """The clearest change of each, allowing for what follows on from the figure before."""
    longest = max(len(one.values) for one in series)
    values, variance = (np.full((len(series), longest), np.nan) for _ in range(2))
    for place, one in enumerate(series):
        scale = scale_of(one)
        z = to_working(one, scale)
        values[place, longest - len(z) :] = z
        variance[place, longest - len(z) :] = _chance(one, scale)
    frequency = _FREQUENCIES[season]
    policy = value_of(rules, "undeclared_change")
    steps = {
        "most_latest": int(policy["look_back"][frequency]),
        "least_before": int(policy["least_before"][frequency]),
        "least_slide": int(policy["least_slide"][frequency]),
    }
    first = level_change(values, variance, **steps)
    follow = np.clip(np.nan_to_num(first.lag_one), 0.0, float(policy["most_autocorrelation"]))
    return level_change(values, variance, autocorrelation=follow, **steps)


def _chance(one: Series, scale: Scale) -> Floats:
    """Variance that chance alone gives each figure on its working scale; NaN if not known."""
    if scale is Scale.LOGIT and one.denominators is not None:
        cases = one.values / 100 * one.denominators
        return 1 / (cases + 0.5) + 1 / (one.denominators - cases + 0.5)
    if one.kind in (SeriesKind.COUNT, SeriesKind.SMALL_COUNT):
        if scale is Scale.LOG:
            return 1 / np.maximum(one.values, 0.5)
        if scale is Scale.ROOT:
            return np.full(len(one.values), 0.25)
    return np.full(len(one.values), np.nan)


def _words(since: str, slides: bool, statistic: float, latest: int) -> str:
    label = periods.in_sentence(periods.parse(since).label)
    if slides:
        way = "risen" if statistic > 0 else "fallen"
        return f"The figures have {way} from {label} on, and no change is registered"
    way = "higher" if statistic > 0 else "lower"
    if latest == 1:
        return f"The figure for {label} lies {way} than those before, and no change is registered"
    return f"The figures from {label} on lie {way} than those before, and no change is registered"
