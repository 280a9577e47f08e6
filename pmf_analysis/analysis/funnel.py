"""Every unit among its peers: which differ from all together by more than chance.

One figure for each unit, so that rolling figures may stand here too. A plain funnel asks
whether a unit differs by more than chance; the adjusted one whether it differs by more than
units of its kind usually do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.analysis import _columns
from pmf_analysis.analysis._peers import peer_groups
from pmf_analysis.methods.benchmark import in_words
from pmf_analysis.methods.funnel import (
    baselines,
    beyond_proportion,
    beyond_rate,
    proportion_limits,
    rate_limits,
)
from pmf_analysis.methods.intervals import Interval
from pmf_analysis.methods.overdispersion import overdispersed_limits, spread
from pmf_analysis.register import rule_values
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import KEY, MEASURE, require
from pmf_analysis.terms import Comparison, FunnelScale, MeasureKind

RULES = "funnel"

NOT_REACHED = {
    "funnel": Comparison.NOT_COMPARED,
    "funnel_adjusted": Comparison.NOT_COMPARED,
    "funnel_reason": "A forecast is not compared.",
}
"""What stands on the rows of coming periods."""

Floats = NDArray[np.float64]
Sides = NDArray[np.int8]


@dataclass(frozen=True)
class FunnelRules:
    """Numbers of the rule set ``funnel``."""

    inner_confidence: float
    outer_confidence: float
    trim: float
    minimum_units: int
    minimum_units_spread: int
    summary: str
    label: str


@dataclass(frozen=True)
class _Rows:
    """Rows that stand in a funnel, with their counts and their group."""

    places: NDArray[np.int64]
    above: Floats
    below: Floats
    group: NDArray[np.int64]
    shares: NDArray[np.bool_]

    def of(self, chosen: NDArray[np.bool_]) -> _Rows:
        """Some of them, with groups numbered afresh."""
        _, group = np.unique(self.group[chosen], return_inverse=True)
        parts = (self.places, self.above, self.below)
        return _Rows(*(part[chosen] for part in parts), group, self.shares[chosen])


def analyse(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Hold every figure against all units of its kind together, as shown and rated.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure table. A funnel is one indicator, cohort and period, and the peers of
        `Register.peers_of`; of several vintages of a figure the latest stands.
    context : Context
        Its register holds the rule sets ``funnel`` and ``intervals``.

    Returns
    -------
    pandas.DataFrame
        Key columns with ``funnel_units`` (peers with a figure, itself among them),
        ``funnel_baseline`` (all of them together), ``funnel_inner_lower`` to
        ``funnel_outer_upper`` (limits of chance at the unit's own size), ``funnel_phi`` and
        ``funnel_tau2`` (spread between them; null where it is not measured),
        ``funnel_adjusted_inner_lower`` to ``funnel_adjusted_outer_upper`` (limits with that
        spread), ``funnel`` and ``funnel_adjusted`` (terms.Comparison), each with its
        ``..._level`` (``95%``, ``99.8%``, or empty), ``funnel_reason`` and ``funnel_rule``.

    References
    ----------
    Spiegelhalter DJ (2005), Statistics in Medicine 24: 1185-1202.
    """
    require(measures, MEASURE, "measure")
    rules = rule_values.read(FunnelRules, context.register.rule_set(RULES))
    rows, reason = _chosen(measures, context)
    units = np.bincount(rows.group, minlength=1)[rows.group] if len(rows.places) else rows.group
    many = np.zeros(len(measures), dtype=np.int64)
    many[rows.places] = units
    few = (reason == "") & (many < rules.minimum_units)
    reason[few] = _too_few(many[few], rules)
    rows = rows.of(units >= rules.minimum_units)
    told = _verdicts(measures, rows, context, rules)
    short = (reason == "") & (many < rules.minimum_units_spread)
    reason[short] = (
        f"With fewer than {rules.minimum_units_spread} units the spread between them is not "
        "measured."
    )
    return measures[list(KEY)].assign(
        funnel_units=many,
        **told,
        funnel_reason=reason,
        funnel_rule=f"{rules.label}: {rules.summary}",
    )


def _chosen(measures: pd.DataFrame, context: Context) -> tuple[_Rows, NDArray[np.object_]]:
    """The rows that can stand in a funnel, and why the others cannot."""
    kinds = _columns.of_indicator(measures, context, lambda one: str(one.kind))
    value = _columns.figures(measures, shown=True)
    above, below = (
        _columns.numbers(measures, f"shown_{part}") for part in ("numerator", "denominator")
    )
    latest = (
        ~measures.sort_values("vintage", kind="stable")
        .duplicated([name for name in KEY if name != "vintage"], keep="last")
        .reindex(measures.index)
        .to_numpy()
    )
    sound = (above >= 0) & (below > 0) & ~np.isnan(_columns.numbers(measures, "shown_lower"))
    allowed = value_of(context.register.rule_set(RULES), "kinds")
    reason = np.select(
        [~np.isin(kinds, allowed), np.isnan(value), ~sound, ~latest],
        [
            "A funnel needs a share or a rate.",
            "This period has no number.",
            "The counts behind this figure are not known.",
            "A later delivery holds this figure.",
        ],
        default="",
    ).astype(object)
    places = np.flatnonzero(reason == "")
    shares = (kinds == MeasureKind.PROPORTION.value)[places]
    groups = peer_groups(measures.iloc[places], context)
    return _Rows(places, above[places], below[places], groups, shares), reason


def _too_few(many: NDArray[np.int64], rules: FunnelRules) -> NDArray[np.object_]:
    found = [
        "No other unit of its kind has a figure."
        if count == 1
        else f"Only {count} units of its kind have a figure: a funnel needs at least "
        f"{rules.minimum_units}."
        for count in range(rules.minimum_units)
    ]
    return np.array(found, dtype=object)[many]


def _verdicts(
    measures: pd.DataFrame, rows: _Rows, context: Context, rules: FunnelRules
) -> dict[str, NDArray]:
    """Columns of every row, filled for those in a funnel."""
    scale = _columns.of_indicator(measures, context, lambda one: one.multiplier)
    polarity = _columns.polarities(measures, context)
    exact_below = float(value_of(context.register.rule_set("intervals"), "exact_below"))
    columns = _empty(len(measures))
    for shares in (True, False):
        own = rows.of(rows.shares == shares)
        if not len(own.places):
            continue
        found, sides = _funnels(own, shares, rules, exact_below)
        for name, values in found.items():
            in_unit = name not in ("funnel_phi", "funnel_tau2")
            columns[name][own.places] = values * (scale[own.places] if in_unit else 1.0)
        for name, (inner, outer) in sides.items():
            tested = ~np.isnan(found["funnel_phi"]) | (name == "funnel")
            words = in_words(inner > 0, inner < 0, polarity[own.places])
            columns[name][own.places] = np.where(tested, words, Comparison.NOT_COMPARED.value)
            columns[f"{name}_level"][own.places] = np.select(
                [~tested, outer != 0, inner != 0],
                ["", f"{rules.outer_confidence * 100:g}%", f"{rules.inner_confidence * 100:g}%"],
                default="",
            )
    return columns


def _funnels(
    rows: _Rows, shares: bool, rules: FunnelRules, exact_below: float
) -> tuple[dict[str, Floats], dict[str, list[Sides]]]:
    """Numbers of each row's funnel, and on which side of its limits, inner and outer, it lies."""
    middle = baselines(rows.above, rows.below, rows.group)[rows.group]
    phi, tau2 = _spread(rows, middle, shares, rules)
    found = {"funnel_baseline": middle, "funnel_phi": phi, "funnel_tau2": tau2}
    sides: dict[str, list[Sides]] = {"funnel": [], "funnel_adjusted": []}
    extra = np.where(phi > 1, tau2, 0.0)
    for level, confidence in (
        ("inner", rules.inner_confidence), ("outer", rules.outer_confidence),
    ):  # fmt: skip
        side = _side(rows, middle, shares, confidence, exact_below)
        plain, wide = limits_at(rows.below, middle, shares, extra, confidence, exact_below)
        still = (extra == 0) | _outside(rows, wide)
        sides["funnel"].append(side)
        sides["funnel_adjusted"].append(np.where(still, side, np.int8(0)))
        for end, held in (("lower", 0), ("upper", 1)):
            found[f"funnel_{level}_{end}"] = plain[held]
            found[f"funnel_adjusted_{level}_{end}"] = np.where(np.isnan(phi), np.nan, wide[held])
    return found, sides


def _empty(length: int) -> dict[str, NDArray]:
    numbers = [
        "funnel_baseline", "funnel_phi", "funnel_tau2",
        *(
            f"funnel_{kind}{level}_{end}"
            for kind in ("", "adjusted_")
            for level in ("inner", "outer")
            for end in ("lower", "upper")
        ),
    ]  # fmt: skip
    columns: dict[str, NDArray] = {name: np.full(length, np.nan) for name in numbers}
    for name in ("funnel", "funnel_adjusted"):
        columns[name] = np.full(length, Comparison.NOT_COMPARED.value, dtype=object)
        columns[f"{name}_level"] = np.full(length, "", dtype=object)
    return columns


def _spread(rows: _Rows, middle: Floats, shares: bool, rules: FunnelRules) -> tuple[Floats, Floats]:
    """Spread between the units of each row's funnel; NaN where there are too few to measure it."""
    if shares:
        found = spread(rows.above, rows.below, FunnelScale.PROPORTION, rows.group, rules.trim)
    else:
        expected = middle * rows.below
        found = spread(rows.above, expected, FunnelScale.ROOT_RATIO, rows.group, rules.trim)
    enough = np.bincount(rows.group)[rows.group] >= rules.minimum_units_spread
    return (
        np.where(enough, found.phi[rows.group], np.nan),
        np.where(enough, found.tau2[rows.group], np.nan),
    )


def limits_at(
    size: Floats,
    middle: Floats,
    shares: bool,
    tau2: Floats,
    confidence: float,
    exact_below: float,
) -> tuple[Interval, Interval]:
    """Limits of chance at a size, and limits that allow for a spread between places.

    Parameters
    ----------
    size : ndarray of float, shape (n,)
        Denominators.
    middle : ndarray of float, shape (n,)
        What all places have together, per one of the denominator.
    shares : bool
        Whether the figures are shares of a whole, or else rates.
    tau2 : ndarray of float, shape (n,)
        Spread beyond chance, as in the column ``funnel_tau2``; 0 for none.
    confidence : float
    exact_below : float
        Events; with fewer, exact Poisson limits instead of Byar's.

    Returns
    -------
    plain, wide : Interval
        Per one of the denominator; the wide ones are nowhere narrower.
    """
    if shares:
        plain = proportion_limits(middle, size, confidence)
        found = overdispersed_limits(size, middle, FunnelScale.PROPORTION, tau2, confidence)
    else:
        ratios = (
            rate_limits(middle * size, confidence, exact_below),
            overdispersed_limits(middle * size, 1.0, FunnelScale.ROOT_RATIO, tau2, confidence),
        )
        # where nothing happened anywhere, nothing is expected of anyone
        plain, found = (
            Interval(*(np.where(middle == 0, 0.0, end * middle) for end in one)) for one in ratios
        )
    widened = tau2 > 0
    return plain, Interval(
        np.where(widened, np.fmin(found.lower, plain.lower), plain.lower),
        np.where(widened, np.fmax(found.upper, plain.upper), plain.upper),
    )


def _side(
    rows: _Rows, middle: Floats, shares: bool, confidence: float, exact_below: float
) -> Sides:
    """On which side of chance each unit lies."""
    if shares:
        return beyond_proportion(rows.above, rows.below, middle, confidence)
    return beyond_rate(rows.above, middle * rows.below, confidence, exact_below)


def _outside(rows: _Rows, limits: Interval) -> NDArray[np.bool_]:
    value = rows.above / rows.below
    return (value < limits.lower) | (value > limits.upper)
