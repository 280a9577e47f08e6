"""How much was entered late: early deliveries held against what the same figures became.

For each provisional figure the mature figures of the same indicator and kind of unit are
looked up as they stood when they were as old: the share of their cases that came in later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.measures.build import build
from pmf_analysis.register.registry import Context
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind, State

GROWTH = ("late_share", "late_cases", "late_periods")
"""Share of all cases that came in later; the cases and periods that it was measured on."""

_KEY = [*SERIES, "period"]
_BETWEEN = "\x1f"
_WITHOUT_CASES = (MeasureKind.MEAN, MeasureKind.MEDIAN)


@dataclass(frozen=True)
class _Rules:
    """The rule set ``maturity``, as far as measuring goes."""

    same_age: int
    periods: int
    cases: float

    @classmethod
    def of(cls, values: Mapping[str, object]) -> _Rules:
        names = ("same_age_within_days", "least_periods", "least_cases")
        return cls(*(int(values[name]) for name in names))  # type: ignore[call-overload]


def with_growth(
    measured: pd.DataFrame,
    figures: pd.DataFrame,
    receipts: Sequence[Mapping[str, object]],
    context: Context,
) -> pd.DataFrame:
    """Add to provisional figures the share of cases that such figures have lacked so far.

    Parameters
    ----------
    measured : pandas.DataFrame
        The measure table of all figures, as `build` makes it.
    figures : pandas.DataFrame
        ``tables.FIGURE``, of the deliveries that it was made from.
    receipts : sequence of mapping
        One for each delivery.
    context : Context
        Its register holds the rule set ``maturity``; without it nothing is measured.

    Returns
    -------
    pandas.DataFrame
        With the columns ``GROWTH``: NaN and 0 where nothing or too little could be measured.
    """
    nothing = measured.assign(late_share=np.nan, late_cases=0.0, late_periods=0)
    if "maturity" not in context.register.rule_sets:
        return nothing
    rules = _Rules.of(context.register.rule_set("maturity").values)
    waiting = _aged(measured[measured["state"] == State.PROVISIONAL.value], context)
    waiting = waiting[waiting["age"] < waiting["matures_after"]]
    days = {str(one["published"]) for one in receipts}
    if waiting.empty or len(days) < 2:
        return nothing
    grown = _grown(measured, figures, receipts, context, set(waiting["indicator"]))
    if grown.empty:
        return nothing
    measures = {
        key: _share(grown, *key, rules)
        for key in waiting.groupby(["indicator", "unit_kind", "age"], sort=True).groups
    }
    keys = zip(waiting["indicator"], waiting["unit_kind"], waiting["age"], strict=True)
    found = pd.DataFrame([measures[key] for key in keys], waiting.index, list(GROWTH))
    rest = nothing.loc[~nothing.index.isin(found.index), list(GROWTH)]
    return measured.join(pd.concat([found, rest]).sort_index().astype(nothing[list(GROWTH)].dtypes))


def _share(
    grown: pd.DataFrame, indicator: str, kind: str, age: int, rules: _Rules
) -> tuple[float, float, int]:
    """Share that came in later, with cases and periods it rests on; no share from too few."""
    alike = (grown["indicator"] == indicator) & (grown["unit_kind"] == kind)
    near = grown[alike & ((grown["age"] - age).abs() <= rules.same_age)]
    near = near.drop_duplicates(_KEY, keep="last")
    cases, count = float(near["cases_final"].sum()), near["period"].nunique()
    if cases < max(rules.cases, 1) or count < rules.periods:
        return np.nan, 0.0, 0
    return max(1 - float(near["cases"].sum()) / cases, 0.0), cases, count


def _grown(
    measured: pd.DataFrame,
    figures: pd.DataFrame,
    receipts: Sequence[Mapping[str, object]],
    context: Context,
    codes: set[str],
) -> pd.DataFrame:
    """Figures that have matured, as they once stood: their age then, cases then and cases now."""
    mature = _aged(measured[measured["indicator"].isin(codes)], context)
    mature = mature[mature["age"] >= mature["matures_after"]]
    delivered = _as_delivered(figures, receipts, context, sorted(codes))
    early = _aged(delivered, context)
    early = early[early["age"] < early["matures_after"]]
    pairs = early[[*_KEY, "unit_kind", "age", "cases"]].merge(
        mature[[*_KEY, "cases"]], on=_KEY, suffixes=("", "_final")
    )
    return pairs.dropna(subset=["cases", "cases_final"]).sort_values([*_KEY, "age"], kind="stable")


def _as_delivered(
    figures: pd.DataFrame,
    receipts: Sequence[Mapping[str, object]],
    context: Context,
    codes: Sequence[str],
) -> pd.DataFrame:
    """Every figure that was young when it was delivered, as each delivery gave it.

    The days of publication are told apart by the cohort, so that all are built at once and
    none takes the place of another.
    """
    register = context.register
    chosen = {code: register.indicators[code] for code in codes}
    longest = max(one.matures_after for one in chosen.values())
    tables = {source.table for one in chosen.values() for source in one.source.all}
    day_of = {str(one["id"]): str(one["published"]) for one in receipts}
    wanted = figures[figures["table"].isin(tables)]
    wanted = wanted.assign(day=wanted["delivery"].map(day_of).astype("str"))
    known = {str(code): periods.try_parse(str(code)) for code in wanted["period"].unique()}
    until = {
        code: (period.end + timedelta(days=longest)).isoformat()
        for code, period in known.items()
        if period is not None
    }
    young = wanted[wanted["day"] < wanted["period"].map(until).astype("str").fillna("")]
    held = young.assign(cohort=young["cohort"] + _BETWEEN + young["day"])
    then = replace(context, register=replace(register, indicators=chosen))
    built = build(held, receipts, then)
    return built.assign(cohort=built["cohort"].str.split(_BETWEEN).str[0])


def _aged(measured: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Figures with their kind of unit, their cases and their age in days when delivered."""
    register = context.register
    held = [register.indicators[code] for code in measured["indicator"]]
    parted = [one.kind is MeasureKind.PROPORTION for one in held]
    counted = ~np.array([one.kind in _WITHOUT_CASES for one in held], dtype=bool)
    kinds = {code: str(unit.kind) for code, unit in register.units.items()}
    ends = pd.to_datetime(measured["period_end"], format="%Y-%m-%d")
    delivered = pd.to_datetime(measured["vintage"], format="%Y-%m-%d")
    cases = np.where(parted, measured["denominator"], measured["numerator"])
    return measured.assign(
        unit_kind=measured["service_area"].map(kinds).fillna("").to_numpy(),
        matures_after=[one.matures_after for one in held],
        age=(delivered - ends).dt.days,
        cases=np.where(counted, cases, np.nan),
    )
