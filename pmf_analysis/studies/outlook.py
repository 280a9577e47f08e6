"""What the forecast means: the target at its date, the floor, the pace, and what more cases do.

For each series with a forecast: how likely its shown figure, as printed, meets the target at the
date at which that falls due, and falls past the floor; what the cases still to come must bring;
when the target would be met at this pace; what becomes of it with more cases; and how the latest
figure came out against its own forecast. Chances and ranges are those of the forecast; the rest
is arithmetic. A pace is named only where the chart says that the figures have changed for the
better: anything else would read a direction into usual variation.

The table has, for each series, a row with ``scenario`` 0 (as forecast) and, where more cases
would mean more work, a row for each share of more cases.

Rule set: ``outlook`` (likely, unlikely, more_likely_than_not, least_a_month, more_cases).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, isnan, nan
from typing import Any

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.register.spans import shown_label
from pmf_analysis.studies import Known, outlook_words
from pmf_analysis.studies._ahead import Ahead, Aheads, coming_periods, stretch_of
from pmf_analysis.studies._due import Due, due
from pmf_analysis.studies._more_cases import (
    Outlook,
    can_be_asked,
    starts_can_be_asked,
    with_more,
    with_more_starts,
)
from pmf_analysis.studies._run_rate import Needed, StillToCome, meets, needed
from pmf_analysis.studies._windows import Counts, counts_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import (
    ForecastRecord,
    Likelihood,
    MeasureKind,
    Pace,
    Polarity,
    RunRate,
    State,
    Variation,
)

RULES = "outlook"

COLUMNS = (
    *SERIES, "period",
    "scenario",                  # share of more cases than forecast; 0: as forecast
    "due_period", "due_label", "due_on", "due_beyond",
    "target", "floor",           # in force at the end of that period
    "forecast", "lower95", "lower80", "upper80", "upper95",  # of the shown figure then
    "target_chance", "target_outlook",      # Likelihood
    "floor_chance", "floor_outlook", "floor_first", "floor_first_chance",
    "pace", "pace_period",       # Pace
    "run_rate", "needed", "needed_of", "expected", "needed_periods",  # RunRate
    "needed_from", "needed_to",
    "record", "record_period", "before", "before_lower80", "before_upper80", "before_lower95",
    "before_upper95", "happened",           # ForecastRecord
    "skill", "naive", "points", "origins", "coverage80", "coverage95",
    "undeclared_change", "reason", "rule_set",
)  # fmt: skip

FACTS = {
    "outlook_period": "", "outlook_figure": "", "outlook_range": "",
    "outlook_beyond": "", "outlook_target": "",
    "target_outlook": "", "target_chance": nan, "target_chance_words": "",
    "floor_outlook": "", "floor_chance": nan, "floor_chance_words": "",
    "floor_first_period": "", "floor_first_words": "", "outlook_floor": "",
    "run_rate": "", "run_rate_words": "", "pace": "", "pace_period": "",
    "forecast_record": "", "record_words": "", "skill_words": "", "no_skill_words": "",
    "more_cases_words": "", "more_starts_words": "", "undeclared_change": "",
}  # fmt: skip

_TOLD = {
    "forecast_skill": "skill", "forecast_naive": "naive", "forecast_points": "points",
    "forecast_origins": "origins", "forecast_coverage80": "coverage80",
    "forecast_coverage": "coverage95", "forecast_reason": "reason",
    "forecast_break": "undeclared_change",
}  # fmt: skip
_BEFORE = ("", "_lower80", "_upper80", "_lower95", "_upper95")
_TEXTS = (
    "due_period", "due_label", "due_on", "due_beyond", "target_outlook", "floor_outlook",
    "floor_first", "pace", "pace_period", "run_rate",
    "needed_from", "needed_to", "record", "record_period", "naive", "undeclared_change", "reason",
)  # fmt: skip
_BETTER = (Variation.IMPROVEMENT_HIGH.value, Variation.IMPROVEMENT_LOW.value)
_Row = dict[str, Any]


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Say what the forecast of each series means.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table with its rows of coming periods.
    known : Known
        Not asked.
    context : Context

    Returns
    -------
    pandas.DataFrame
        The columns ``COLUMNS``; figures in the indicator's unit, chances from 0 to 1, ``needed``
        in cases (of a mean: in its numerator). A series without a forecast has its ``reason``.
    """
    del known
    rules = context.register.rule_set(RULES)
    is_coming = analysed["state"] == State.FORECAST.value
    ahead = coming_periods(analysed[is_coming])
    told = _told(analysed[~is_coming])
    rows: list[_Row] = []
    for counts in counts_of(analysed, context):
        for unit in counts.units:
            series = (counts.indicator.code, unit, counts.cohort)
            row = {**dict(zip(SERIES, series, strict=True)), **told[series], "scenario": 0.0}
            rows += _of_series(row, counts, unit, ahead, rules, context)
    table = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    numbers = [name for name in COLUMNS if name not in (*SERIES, "period", *_TEXTS, "rule_set")]
    table = table.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(_TEXTS, "object"))
    return table.fillna(dict.fromkeys(_TEXTS, "")).assign(rule_set=rules.label)


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """What the outlook of each series is, in words and as verdicts for conditions."""
    rules = context.register.rule_set(RULES)
    rows = table.to_dict("records")
    found: dict[tuple[str, ...], _Row] = {}
    more: dict[tuple[str, ...], list[_Row]] = {}
    for row in rows:
        series = tuple(str(row[name]) for name in SERIES)
        if row["scenario"] == 0:
            found[series] = row
        else:
            more.setdefault(series, []).append(row)
    said = []
    for series in latest[list(SERIES)].itertuples(index=False, name=None):
        own = found.get(series)
        indicator = context.register.indicators[series[0]]
        told = outlook_words.facts_of(own, more.get(series, ()), indicator, rules) if own else {}
        said.append(FACTS | told)
    return pd.DataFrame(said, index=latest.index, columns=list(FACTS))


# -- what the analysis table holds -----------------------------------------------------------


def _told(rows: pd.DataFrame) -> dict[tuple[str, ...], _Row]:
    """What is said of each series on its latest row, and its latest signal and record."""
    names = [f"forecast_before{end}" for end in _BEFORE]
    own_columns = ("period", "segment", "value", "denominator", "variation", "shown_value")
    wanted = [*SERIES, *own_columns, *_TOLD, *names, "forecast_before_period"]
    held = rows.reindex(columns=wanted)
    held = held.astype({"forecast_before_period": "str", "period": "str"})
    last = held.groupby(list(SERIES), sort=False).tail(1)
    found = {
        tuple(str(row[name]) for name in SERIES): {
            "period": row["period"],
            "shown": row["shown_value"],
            **{new: row[old] for old, new in _TOLD.items()},
            "segment": row["segment"],
        }
        for row in last.to_dict("records")
    }
    tested = held[~held["variation"].isin([Variation.NOT_TESTED.value, ""])]
    for row in tested.groupby(list(SERIES), sort=False).tail(1).to_dict("records"):
        own = found[tuple(str(row[name]) for name in SERIES)]
        if row["segment"] == own["segment"]:
            own["better"] = row["variation"] in _BETTER
    foretold = held[held["forecast_before"].notna()].groupby(list(SERIES), sort=False).tail(1)
    # the forecast is of the last settled period, which may lie before the row that tells of it
    of_period = [*SERIES, "forecast_before_period"]
    figures = held[[*SERIES, "period", "value", "denominator"]].dropna(subset="value")
    then = foretold[[*of_period, *names]].merge(
        figures, left_on=of_period, right_on=[*SERIES, "period"], how="inner"
    )
    for row in then.to_dict("records"):
        own = found[tuple(str(row[name]) for name in SERIES)]
        own |= {f"before{end}": row[f"forecast_before{end}"] for end in _BEFORE}
        own |= {"happened": row["value"], "record_period": row["period"]}
        own["cases"] = row["denominator"]
    return found


# -- one series ------------------------------------------------------------------------------


def _of_series(
    row: _Row, counts: Counts, unit: str, aheads: Aheads, rules: RuleSet, context: Context
) -> Iterator[_Row]:
    """The row as forecast, and one for each share of more cases."""
    ahead = aheads.get((counts.indicator.code, unit, counts.cohort))
    record = {"record": _record(row, counts.indicator)}
    if ahead is None:
        yield row | record
        return
    indicator = counts.indicator
    found = due(context.register, indicator.code, unit, ahead.spans)
    outlook = ahead.at(found.at)
    stretch = stretch_of(counts, unit, ahead, found.at, periods.parse(row["period"]))
    row = {
        **row, **record, **_when(found, ahead, indicator),
        **_floor(found, ahead, rules), **_pace(row, found, ahead, indicator, rules),
        **_needed(indicator, stretch, ahead, found, rules),
        **_figure(outlook, rules),
    }  # fmt: skip
    yield row
    series = (unit, counts.cohort)
    for share in value_of(rules, "more_cases"):
        more = _with_more(indicator, outlook, stretch, float(share), found, series, aheads)
        if more is not None:
            named = ("indicator", "service_area", "cohort", "period", *_WHEN)
            yield {name: row[name] for name in named} | {
                "scenario": float(share), **_figure(more, rules)
            }  # fmt: skip


_WHEN = ("due_period", "due_label", "due_on", "due_beyond", "target", "floor")


def _when(found: Due, ahead: Ahead, indicator: Indicator) -> _Row:
    span = ahead.spans[found.at]
    return {
        "due_period": span.code,
        "due_label": shown_label(span, indicator),
        "due_on": found.on.isoformat(),
        "due_beyond": "yes" if found.beyond else "no",
        "target": found.target,
        "floor": found.floor,
    }


def _figure(outlook: Outlook, rules: RuleSet) -> _Row:
    names = ("lower95", "lower80", "forecast", "upper80", "upper95")
    return {
        **dict(zip(names, outlook.points, strict=True)),
        "target_chance": outlook.target_chance,
        "target_outlook": _likelihood(outlook.target_chance, rules).value,
    }


def _likelihood(chance: float, rules: RuleSet) -> Likelihood:
    if isnan(chance):
        return Likelihood.NOT_TOLD
    if chance >= float(value_of(rules, "likely")):
        return Likelihood.LIKELY
    return Likelihood.UNLIKELY if chance < float(value_of(rules, "unlikely")) else Likelihood.EVEN


def _floor(found: Due, ahead: Ahead, rules: RuleSet) -> _Row:
    """The chance of being past the floor at the date, and the first period where it is likely."""
    chances = ahead.columns["forecast_floor_chance"]
    at_date = float(chances[found.at])
    row: _Row = {"floor_chance": at_date, "floor_outlook": _likelihood(at_date, rules).value}
    reached = chances >= float(value_of(rules, "likely"))
    if reached.any():
        first = int(reached.argmax())
        row |= {"floor_first": ahead.spans[first].code, "floor_first_chance": float(chances[first])}
    return row


def _pace(row: _Row, found: Due, ahead: Ahead, indicator: Indicator, rules: RuleSet) -> _Row:
    """When a target that is missed now would be met; only a real change has a pace."""
    chances = ahead.columns["forecast_target_chance"]
    good_way = indicator.polarity in (Polarity.HIGH, Polarity.LOW)
    shown = row["shown"]
    if found.target is None or pd.isna(shown) or not good_way or np.isnan(chances).all():
        return {"pace": Pace.NOT_TOLD.value}
    if meets(indicator, float(shown), found.target):
        return {"pace": Pace.MET.value}
    middles = ahead.columns["shown_forecast"]
    even = float(value_of(rules, "more_likely_than_not"))
    for place, span in enumerate(ahead.spans):
        middle_meets = meets(indicator, float(middles[place]), found.target)
        if row.get("better", False) and middle_meets and chances[place] >= even:
            return {"pace": Pace.ON_COURSE.value, "pace_period": span.code}
    if np.nanmax(chances) >= float(value_of(rules, "unlikely")):
        return {"pace": Pace.WITHIN_RANGE.value}
    return {"pace": Pace.NO_SIGN.value}


def _record(row: _Row, indicator: Indicator) -> str:
    """Whether the latest figure lay inside what was forecast for it."""
    if any(pd.isna(row.get(name)) for name in ("happened", "before_lower95", "before_lower80")):
        return ForecastRecord.NOT_TOLD.value
    ranges = ((80, ForecastRecord.INSIDE_80), (95, ForecastRecord.INSIDE_95))
    for level, verdict in ranges:
        lower, upper = row[f"before_lower{level}"], row[f"before_upper{level}"]
        cases, each = row["happened"], _one_case(row, indicator)
        if each > 0:
            # what lies between two whole cases cannot happen: 97% of five is four or five
            cases, lower, upper = cases / each, floor(lower / each), ceil(upper / each)
            cases = round(cases, 6)
        if lower <= cases <= upper:
            return verdict.value
    return ForecastRecord.OUTSIDE.value


def _one_case(row: _Row, indicator: Indicator) -> float:
    """What one case adds to the latest figure, in its unit; 0 where it is no share of cases."""
    if indicator.kind is not MeasureKind.PROPORTION or not row["cases"] > 0:
        return 0.0
    return float(indicator.multiplier / row["cases"])


# -- the stretch of the target ---------------------------------------------------------------


def _with_more(
    indicator: Indicator, outlook: Outlook, stretch: StillToCome | None, share: float,
    found: Due, series: tuple[str, str], aheads: Aheads,
) -> Outlook | None:  # fmt: skip
    """The figure with more cases than forecast; None where that is not asked or not known."""
    if stretch is None or isnan(outlook.middle):
        return None
    target = nan if found.target is None else found.target
    if can_be_asked(indicator):
        return with_more(indicator, outlook, stretch, share, target)
    if indicator.flows is None or not starts_can_be_asked(indicator):
        return None
    starts = aheads.get((indicator.flows.starts, *series))
    own = aheads[(indicator.code, *series)].spans[: found.at + 1]
    if starts is None or list(starts.spans[: found.at + 1]) != list(own):
        return None
    whole = 1.0 if indicator.kind is MeasureKind.COUNT else stretch.coming
    coming = float(starts.columns["forecast_numerator"][: found.at + 1].sum())
    if isnan(coming) or not whole > 0:
        return None
    added = share * coming / whole * indicator.multiplier
    return with_more_starts(indicator, outlook, added, target)


def _denied(verdict: RunRate, chance: Likelihood) -> bool:
    """Whether what holds for the cases expected may well not hold for as many as may come."""
    if verdict is RunRate.OUT_OF_REACH:
        return chance in (Likelihood.LIKELY, Likelihood.EVEN)
    return verdict is RunRate.MET_ANYWAY and chance in (Likelihood.UNLIKELY, Likelihood.EVEN)


def _needed(
    indicator: Indicator, stretch: StillToCome | None, ahead: Ahead, found: Due, rules: RuleSet
) -> _Row:
    """What the cases still to come must bring, beside what is forecast of them."""
    middle = float(ahead.columns["shown_forecast"][found.at])
    if stretch is None or found.target is None or isnan(middle):
        return {"run_rate": RunRate.NOT_TOLD.value}
    asked: Needed = needed(indicator, stretch, found.target)
    chance = float(ahead.columns["forecast_target_chance"][found.at])
    if _denied(asked.verdict, _likelihood(chance, rules)):
        return {"run_rate": RunRate.NOT_TOLD.value}
    first = found.at + 1 - stretch.periods
    expected = ahead.columns["forecast_numerator"][first : found.at + 1].sum()
    return {
        "run_rate": asked.verdict.value,
        "needed": asked.cases,
        "needed_of": asked.of,
        "expected": float(expected),
        "needed_periods": stretch.periods,
        "needed_from": ahead.spans[first].code,
        "needed_to": ahead.spans[found.at].code,
    }
