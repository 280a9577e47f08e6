"""Which control chart each stretch of a series gets, by what is known of it, and why in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.errors import RuleSetError
from pmf_analysis.register import rule_values
from pmf_analysis.register.models import RuleSet
from pmf_analysis.terms import ChartKind, MeasureKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_CHOICES = {
    "proportion": (ChartKind.P_PRIME, ChartKind.P, ChartKind.XMR),
    "rate": (ChartKind.U_PRIME, ChartKind.U, ChartKind.XMR),
    "count": (ChartKind.XMR, ChartKind.C),
}

_SHARE = "Charted as a share with its number of cases, so {step}s with few cases have wider limits"
_RATE = "Charted as a rate with its population, so limits are wider where fewer people are counted"

_WORDS = {
    ChartKind.XMR: "Charted as single figures, by how much one differs from the next",
    ChartKind.P: _SHARE,
    ChartKind.P_PRIME: _SHARE,
    ChartKind.U: _RATE,
    ChartKind.U_PRIME: _RATE,
    ChartKind.C: "Charted as a count of events, by how much chance alone lets it vary",
    ChartKind.G: (
        "Charted as rare events: a {step} is held against the number that chance still gives, "
        "and the time between them against its usual length"
    ),
    ChartKind.NONE: "No control chart",
}
_WITHOUT_PARTS = "Charted as single figures, since the counts behind some of them are not known"
# no number of cases, or of people, lies outside; such figures count as without parts
_FEWEST_CASES, _MOST_CASES = 1e-3, 1e11
MOST_AMONG = 1e9
"""Rare events are looked for among no more cases."""
MOST_RARE = 1000
"""More events in one period are not rare, however many periods have none."""


@dataclass(frozen=True)
class ChartRules:
    """The numbers of the choice; see ``data/reference/rules/charts.yml`` for each."""

    proportion: str
    rate: str
    count: str
    least_spread: float
    rare_below: float
    rare_zero_share: float
    rare_chance: float
    min_gaps: int
    label: str

    @classmethod
    def of(cls, rule_set: RuleSet) -> ChartRules:
        """Take the numbers from a rule set.

        Raises
        ------
        RuleSetError
            Naming the values that are missing or cannot be.
        """
        rules = rule_values.read(cls, rule_set)
        for name, allowed in _CHOICES.items():
            if getattr(rules, name) not in [str(kind) for kind in allowed]:
                raise RuleSetError(
                    f"The rule set {rule_set.label} gives {name} as {getattr(rules, name)!r}",
                    ", ".join(allowed),
                )
        return rules


def parts(points: pd.DataFrame) -> tuple[Floats, Floats]:
    """Events and cases behind each point, as the chart shows it.

    Parameters
    ----------
    points : pandas.DataFrame
        ``chart_value``, ``numerator``, ``denominator``, ``measure_kind``, ``multiplier``.

    Returns
    -------
    events, cases : ndarray of float, shape (n,)
        Of a count, the figure and 1; NaN where a part is not known. Events follow the value
        that is charted, which may be adjusted for the time of year.
    """
    value = points["chart_value"].to_numpy(dtype=float)
    counted = (points["measure_kind"] == MeasureKind.COUNT.value).to_numpy()
    cases = points["denominator"].to_numpy(dtype=float)
    known = (cases >= _FEWEST_CASES) & (cases <= _MOST_CASES)
    known &= points["numerator"].notna().to_numpy()
    cases = np.where(counted, 1.0, np.where(known, cases, np.nan))
    scale = np.where(counted, 1.0, points["multiplier"].to_numpy(dtype=float))
    events = value / scale * cases
    share = (points["measure_kind"] == MeasureKind.PROPORTION.value).to_numpy()
    return np.where(share, np.clip(events, 0, cases), events), cases


def chosen(points: pd.DataFrame, group: Ints, groups: int, rules: ChartRules) -> NDArray:
    """The kind of chart of each stretch.

    Parameters
    ----------
    points : pandas.DataFrame
        Points that are final, as for `parts`.
    group : ndarray of int, shape (n,)
        Number of each point's stretch.
    groups : int
        Number of stretches.
    rules : ChartRules

    Returns
    -------
    ndarray of str, shape (groups,)
        Codes of `terms.ChartKind`.
    """
    events, cases = parts(points)
    found = np.full(groups, ChartKind.XMR.value, dtype=object)
    kinds = points["measure_kind"].to_numpy(dtype=object)
    rare = rarer(events, cases, kinds, group, groups, rules)[0]
    for kind, choice in (
        (MeasureKind.PROPORTION, rules.proportion),
        (MeasureKind.RATE, rules.rate),
        (MeasureKind.COUNT, rules.count),
    ):
        own = np.bincount(group[kinds == kind.value], minlength=groups) > 0
        lacking = np.isnan(events) | (events < 0)
        own &= np.bincount(group[lacking], minlength=groups) == 0
        found[own] = choice
        if choice != ChartKind.XMR.value or kind is MeasureKind.COUNT:
            found[own & rare] = ChartKind.G.value
    return found


def rarer(
    events: Floats, cases: Floats, kinds: NDArray, group: Ints, groups: int, rules: ChartRules
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which stretches hold rare events, and where those are the cases without one.

    Of a share, the rarer of both is looked at: almost all met leaves few that are missed.
    Where there was none at all, or a count or the cases are not whole, nothing is rare.
    """
    number = np.maximum(np.bincount(group, minlength=groups), 1)
    share = kinds == MeasureKind.PROPORTION.value
    missed = np.where(share, cases - events, np.inf)
    sums = [np.bincount(group, weights=one, minlength=groups) for one in (events, missed)]
    turned = sums[1] < sums[0]
    fewer = np.where(turned[group], missed, events)
    total = np.bincount(group, weights=fewer, minlength=groups)
    without = np.bincount(group[fewer < 0.5], minlength=groups) / number
    few = (total / number < rules.rare_below) | (without > rules.rare_zero_share)
    counted = np.where(share, cases, np.where(kinds == MeasureKind.COUNT.value, events, 0.0))
    broken = (np.abs(counted - np.round(counted)) > 1e-6) | (counted > MOST_AMONG)
    broken |= fewer > MOST_RARE
    whole = np.bincount(group[broken], minlength=groups) == 0
    return few & (total >= 1 - 1e-9) & whole, turned


def words(kind: str, measure_kind: str, frequency: str, follows_on: bool, run: int) -> str:
    """Why a stretch is charted as it is, in one or two plain sentences."""
    chart = ChartKind(kind)
    said = _WORDS[chart].format(step=frequency)
    single = measure_kind in (MeasureKind.PROPORTION.value, MeasureKind.RATE.value)
    if chart is ChartKind.XMR and single:
        said = _WITHOUT_PARTS
    if not follows_on:
        return f"{said}."
    if chart is ChartKind.G:
        return (
            f"{said}. Figures follow on from one another, so that time must be longer to stand out."
        )
    return (
        f"{said}. Figures follow on from one another, so the limits are wider and a run must be "
        f"{run} figures long."
    )
