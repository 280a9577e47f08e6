"""Dates at which the limits of a series may need to restart: proposed, and never applied.

Candidates come from the best partition of each series' figures since its last break, as the
chart shows them (adjusted for the time of year, weighted by their cases where these are known).
What is proposed is decided by the size of the change and its interval; less is enough where an
action or a change of units is on record at that date. Rule set ``change-points``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import formats, periods
from pmf_analysis.methods import change_points
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import read
from pmf_analysis.studies import Known, _same_date
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import BreakKind, MeasureKind, ProposalStatus, State

RULE_SET = "change-points"

COLUMNS = (
    *SERIES, "period", "status", "before", "after", "change", "change_lower", "change_upper",
    "sigmas", "points_before", "points_after", "lag_one", "adjusted", "same_date", "reason",
    "rule_set",
)  # fmt: skip

FACTS = {"proposed_restart": "", "proposed_restart_period": ""}
"""The latest date that is proposed, with its evidence in words, and as a period's code."""

_READ = (
    *SERIES, "period", "vintage", "segment", "era", "state", "denominator", "chart_value",
    "seasonal_factor", "chart_waits",
)  # fmt: skip
_WEIGHTED = (MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.MEAN)


@dataclass(frozen=True)
class Rules:
    """The numbers of the rule set."""

    penalty: float
    least_figures: int
    least_points: int
    least_errors: float
    least_errors_known: float
    least_sigmas: float
    confidence: float
    same_date: int
    false_share: float
    false_share_following: float
    label: str


class _Laid(NamedTuple):
    """Series by periods; ``first`` is the number of each series' first period."""

    rows: pd.DataFrame
    values: NDArray[np.float64]
    weights: NDArray[np.float64]
    first: NDArray[np.int64]


def study(analysed: pd.DataFrame, known: Known, context: Context) -> pd.DataFrame:
    """Every clear change of level since each series' last break.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table.
    known : Known
    context : Context

    Returns
    -------
    pandas.DataFrame
        One row for each date: ``period`` (the first of the new level), ``status`` (code of
        `terms.ProposalStatus`); ``before``, ``after`` and ``change`` with its interval, on the
        scale of the chart; ``sigmas``, the change in standard deviations of a figure;
        ``points_before``, ``points_after``; ``lag_one``; ``adjusted``, whether the chart is
        adjusted for the time of year; ``same_date``, what else is known of the date;
        ``reason``, all of it in words; ``rule_set``.
    """
    rules = read(Rules, context.register.rule_set(RULE_SET))
    found = [
        _clear(laid, least, by_itself, rules)
        for laid in _laid(analysed, rules, context)
        for least, by_itself in ((rules.least_errors, True), (rules.least_errors_known, False))
    ]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame()
    if table.empty:
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    table = table.drop_duplicates([*SERIES, "period"], keep="first")
    table = table.sort_values([*SERIES, "number"], kind="stable", ignore_index=True)
    table = _same_date.with_known(table, known, context, rules.same_date)
    table = table[table["by_itself"] | table["on_record"]].reset_index(drop=True)
    if table.empty:
        return _typed(pd.DataFrame(columns=list(COLUMNS)))
    table["same_date"] = _same_date.told(table, context, rules.same_date)
    table["status"] = _status(table, rules, context)
    table["reason"] = [_reason(row, rules, context) for row in table.to_dict("records")]
    return _typed(table.assign(rule_set=rules.label)[list(COLUMNS)])


def facts(table: pd.DataFrame, latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    """For the latest row of each series, its latest date that is proposed."""
    del context
    proposed = table[table["status"] == ProposalStatus.PROPOSED.value]
    last = proposed.groupby(list(SERIES), sort=True).tail(1).set_index(list(SERIES))
    found = last[["reason", "period"]].reindex(pd.MultiIndex.from_frame(latest[list(SERIES)]))
    return pd.DataFrame(
        {
            name: found[column].fillna("").astype("str").to_numpy()
            for name, column in zip(FACTS, ("reason", "period"), strict=True)
        },
        index=latest.index,
    )


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    numbers = dict.fromkeys(
        ("before", "after", "change", "change_lower", "change_upper", "sigmas", "lag_one"), float
    )
    kinds = numbers | {"points_before": int, "points_after": int, "adjusted": bool}
    return table.astype({name: kinds.get(name, "str") for name in table.columns})


def _laid(analysed: pd.DataFrame, rules: Rules, context: Context) -> Iterator[_Laid]:
    """The figures of each frequency since each series' last break, laid out."""
    held = context.register.indicators
    overlapping = [code for code, one in held.items() if one.overlapping]
    carries = [str(state) for state in State if state.has_value]
    usable = (
        analysed["state"].astype(str).isin(carries)
        & analysed["chart_value"].notna()
        & analysed["chart_waits"].astype(str).eq("")
        & ~analysed["indicator"].isin(overlapping)
    )
    rows = analysed.loc[usable, list(_READ)].sort_values("vintage", kind="stable")
    rows = rows.drop_duplicates([*SERIES, "period"], keep="last")
    rows = rows[rows["era"] == rows.groupby(list(SERIES))["era"].transform("max")]
    count = rows.groupby(list(SERIES))["era"].transform("size")
    rows = rows[count >= max(rules.least_points, 2 * rules.least_figures)]
    codes, known = pd.factorize(rows["period"])
    spans = [periods.parse(one) for one in known]
    numbers = np.array([periods.step_number(span) for span in spans], dtype=np.int64)
    frequencies = np.array([span.frequency.value for span in spans], dtype=object)
    rows = rows.assign(number=numbers[codes], frequency=frequencies[codes])
    for _, part in rows.groupby("frequency", sort=True):
        yield _grid(part, context)


def _grid(part: pd.DataFrame, context: Context) -> _Laid:
    series = part.groupby(list(SERIES), sort=True).ngroup().to_numpy()
    first = part["number"].groupby(series).min().to_numpy()
    column = part["number"].to_numpy() - first[series]
    shape = (len(first), int(column.max()) + 1)
    values, weights = np.full(shape, np.nan), np.ones(shape)
    values[series, column] = part["chart_value"]
    kinds = {code: one.kind for code, one in context.register.indicators.items()}
    counted = part["indicator"].map(kinds).isin(_WEIGHTED).to_numpy()
    cases = np.where(counted, pd.to_numeric(part["denominator"]).to_numpy(dtype=float), 1.0)
    # weights only where every figure of a series has its cases
    unknown = np.unique(series[~(cases > 0)])
    weights[series, column] = np.where(np.isin(series, unknown), 1.0, cases)
    return _Laid(part.assign(series=series, column=column), values, weights, first)


def _clear(laid: _Laid, least_errors: float, by_itself: bool, rules: Rules) -> pd.DataFrame:
    """The candidates that are clear, with what is measured of them.

    ``by_itself`` is kept beside them: whether they need nothing on record.
    """
    starts = change_points.candidates(
        laid.values, laid.weights, penalty=rules.penalty, min_size=rules.least_figures
    )
    starts = change_points.kept(
        laid.values, starts, laid.weights,
        least_errors=least_errors,
        least_sigmas=rules.least_sigmas,
    )  # fmt: skip
    found = change_points.steps(laid.values, starts, laid.weights)
    change = found.after - found.before
    reach = change_points.reach(found, rules.confidence)
    adjusted = (laid.rows["seasonal_factor"].fillna(1.0) != 1.0).groupby(laid.rows["series"]).any()
    with np.errstate(divide="ignore", invalid="ignore"):
        sigmas = np.where(found.sigma > 0, np.abs(change) / found.sigma, np.inf)
    table = pd.DataFrame(
        {
            "series": found.series, "column": found.column, "before": found.before,
            "after": found.after, "change": change, "change_lower": change - reach,
            "change_upper": change + reach, "sigmas": sigmas, "by_itself": by_itself,
            "points_before": found.points_before, "points_after": found.points_after,
            "lag_one": found.lag_one, "adjusted": adjusted.to_numpy()[found.series],
        }
    )  # fmt: skip
    named = laid.rows[["series", "column", *SERIES, "period", "number", "segment"]]
    last = laid.rows.groupby("series")["segment"].max().rename("last_segment")
    return table.merge(named, on=["series", "column"], how="left", validate="1:1").merge(
        last, left_on="series", right_index=True
    )


def _status(table: pd.DataFrame, rules: Rules, context: Context) -> list[str]:
    """Whether each date is registered as a restart, lies before one, or is proposed."""
    said = []
    for row in table.itertuples(index=False):
        breaks = context.register.breaks_of(row.indicator, row.service_area)
        restarts = [
            periods.step_number(periods.parse(one.period))
            for one in breaks
            if one.kind is BreakKind.REBASE
            and periods.parse(one.period).frequency is periods.parse(row.period).frequency
        ]
        if any(abs(one - row.number) <= rules.same_date for one in restarts):
            status = ProposalStatus.REGISTERED
        elif row.segment < row.last_segment:
            status = ProposalStatus.OVERTAKEN
        else:
            status = ProposalStatus.PROPOSED
        said.append(status.value)
    return said


def _reason(row: dict[str, object], rules: Rules, context: Context) -> str:
    indicator = context.register.indicator(str(row["indicator"]))
    after, before = (
        formats.with_unit(float(row[name]), indicator.unit, indicator.decimals)
        for name in ("after", "before")
    )
    bounds = sorted(abs(float(row[name])) for name in ("change_lower", "change_upper"))
    least = formats.number(bounds[0], indicator.decimals)
    most = formats.difference(bounds[1], indicator.unit, indicator.decimals)
    since = periods.in_sentence(periods.parse(str(row["period"])).label)
    adjusted = ", allowing for the time of year" if row["adjusted"] else ""
    way = "more" if float(row["change"]) > 0 else "less"
    also = f". {row['same_date']}" if row["same_date"] else ""
    chance = (
        f". Where nothing has changed, such a date comes up in about {_share(rules.false_share)} "
        "series"
    )
    return (
        f"{since}: the {row['points_after']} figures from then on average {after}, the "
        f"{row['points_before']} before {before}{adjusted} ({least} to {most} {way}){also}"
        f"{chance if row['by_itself'] else ''}"
    )


def _share(share: float) -> str:
    """A small share as one in so many."""
    return f"1 in {round(1 / share):,}"
