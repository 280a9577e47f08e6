"""What is known of every series at its latest period: one row a series.

Findings are conditions over these rows and sentences filled from their texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.findings.counted_once import counted_once
from pmf_analysis.findings.figure_texts import levels_text, shown_text, there
from pmf_analysis.findings.published import latest_changes
from pmf_analysis.findings.target_changes import target_changes
from pmf_analysis.register import Context
from pmf_analysis.register.lineage import KEEPER
from pmf_analysis.register.models import Break
from pmf_analysis.studies import fact_names, facts_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import BreakKind, State, Variation

SIGNALS = {
    Variation.IMPROVEMENT_HIGH: "improvement",
    Variation.IMPROVEMENT_LOW: "improvement",
    Variation.CONCERN_HIGH: "concern",
    Variation.CONCERN_LOW: "concern",
    Variation.NEUTRAL_HIGH: "neutral",
    Variation.NEUTRAL_LOW: "neutral",
    Variation.COMMON_CAUSE: "none",
}


_MEASURED = (*SERIES, "period", "period_end", "shown_value", "shown_label")
_VERDICT = ("special_cause", "variation")
_CHARTED = (*SERIES, "segment", "period", "value", "state", "seasonal_factor", *_VERDICT)
_COMING = (
    *SERIES, "period", "horizon", "forecast", "forecast_lower80", "forecast_upper80",
    "forecast_lower95", "forecast_upper95",
)  # fmt: skip


def latest_facts(
    analysis: pd.DataFrame,
    verdicts: pd.DataFrame,
    context: Context,
    published: pd.DataFrame | None = None,
    studied: Mapping[str, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """One row per series: its latest figure, what the methods say, what it rests on.

    Parameters
    ----------
    analysis : pandas.DataFrame
        The analysis table, forecast rows included.
    verdicts : pandas.DataFrame
        ``indicator, service_area, verdict, reason``.
    context : Context
    published : pandas.DataFrame, optional
        Closed figures beside the present ones, from `published.beside`.
    studied : mapping of str to pandas.DataFrame, optional
        Tables of the studies, by name.

    Returns
    -------
    pandas.DataFrame
        The analysis columns of the latest row of each series, and ``newest_period``, ``late``,
        ``has_value``, ``has_target``, ``range_position``, ``shown_text``, ``levels_text``,
        ``previous_value``, ``previous_differs``, ``signal``, ``judged_period`` with value, state
        and seasonal factor (of the figure that the chart's verdict speaks of: the latest one,
        or where that is not final the latest that is), ``target_change`` and ``counted_once``
        (in words), ``forecast_end`` with its
        limits, ``break_period`` and ``rebase_period`` with kind, reason and note (who recorded
        it, and when), ``verdict``, ``verdict_reason``, what `published.latest_changes` adds of
        closed figures, and the facts of every study.
    """
    analysis = analysis.reset_index(drop=True)
    is_forecast = analysis["state"] == State.FORECAST
    measured = analysis.loc[~is_forecast, list(_MEASURED)]
    if measured.empty:
        return pd.DataFrame()
    last = measured.groupby(list(SERIES), sort=True).tail(1).index
    latest = analysis.loc[last].reset_index(drop=True)
    latest = _with_newest(latest, measured, context)
    latest = _with_levels(latest, context)
    latest = _with_texts(latest, context)
    latest = _with_previous(latest, measured)
    latest = _with_judged(latest, analysis.loc[~is_forecast, list(_CHARTED)])
    latest["target_change"] = target_changes(latest, context)
    latest["counted_once"] = counted_once(latest, context)
    latest["signal"] = latest["variation"].map(SIGNALS).fillna("not_tested")
    latest = _with_forecast(latest, analysis.loc[is_forecast, list(_COMING)])
    latest = _with_breaks(latest, measured, context)
    latest = pd.concat([latest, latest_changes(published, latest)], axis=1)
    found = verdicts[["indicator", "service_area", "verdict", "reason"]].rename(
        columns={"reason": "verdict_reason"}
    )
    latest = latest.merge(found, on=["indicator", "service_area"], how="left", validate="m:1")
    latest = latest.assign(
        verdict=latest["verdict"].fillna("not_assessed"),
        verdict_reason=latest["verdict_reason"].fillna("no check was made"),
    ).reset_index(drop=True)
    return pd.concat([latest, facts_of(studied or {}, latest, context)], axis=1)


def _with_newest(latest: pd.DataFrame, measured: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The latest period that a unit of the same kind has reported a number for."""
    kinds = {code: unit.kind.value for code, unit in context.register.units.items()}
    reported = measured[measured["shown_value"].notna()]
    newest = (
        reported.assign(unit_kind=reported["service_area"].map(kinds))
        .sort_values("period_end", kind="stable")
        .groupby(["indicator", "unit_kind"], sort=True)
        .tail(1)[["indicator", "unit_kind", "period", "period_end"]]
        .rename(columns={"period": "newest_period", "period_end": "newest_end"})
    )
    joined = latest.assign(unit_kind=latest["service_area"].map(kinds)).merge(
        newest, on=["indicator", "unit_kind"], how="left"
    )
    behind = joined["newest_end"].notna() & (joined["period_end"] < joined["newest_end"])
    pairs = zip(joined["service_area"], joined["newest_end"], behind, strict=True)
    return joined.assign(
        late=[bool(late) and _there_on(context, unit, end) for unit, end, late in pairs],
        has_value=joined["shown_value"].notna(),
    )


def _there_on(context: Context, unit: str, end: str) -> bool:
    """Whether a unit still existed when a period ended."""
    held = context.register.units
    return unit not in held or held[unit].holds_on(date.fromisoformat(end))


def _with_levels(latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    positions = []
    needed = latest[["indicator", "service_area", "shown_value", "period_end"]]
    for row in needed.itertuples(index=False):
        end = date.fromisoformat(row.period_end)
        expected = context.register.indicator(row.indicator).range_of(row.service_area, end)
        if expected is None or pd.isna(row.shown_value):
            positions.append("")
        elif row.shown_value > expected.upper:
            positions.append("above")
        elif row.shown_value < expected.lower:
            positions.append("below")
        else:
            positions.append("within")
    return latest.assign(range_position=positions, has_target=latest["target"].notna())


def _with_texts(latest: pd.DataFrame, context: Context) -> pd.DataFrame:
    needed = ("indicator", "shown_value", "shown_numerator", "shown_denominator", "target", "floor")
    rows = list(latest[list(needed)].itertuples(index=False))
    indicators = [context.register.indicator(row.indicator) for row in rows]
    pairs = list(zip(rows, indicators, strict=True))
    return latest.assign(
        shown_text=[shown_text(row, indicator) for row, indicator in pairs],
        levels_text=[levels_text(row, indicator) for row, indicator in pairs],
    )


def _with_previous(latest: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    key = [*SERIES, "period"]
    before = (
        measured[[*key, "shown_value", "shown_label"]]
        .drop_duplicates(key)
        .rename(
            columns={
                "period": "dot_previous_period",
                "shown_value": "previous_value",
                "shown_label": "previous_label",
            }
        )
    )
    joined = latest.merge(before, on=[*SERIES, "dot_previous_period"], how="left")
    printed = joined["dot_previous"].isin(["better", "worse", "higher", "lower"])
    return joined.assign(
        previous_differs=printed, previous_label=joined["previous_label"].fillna("")
    )


def _with_judged(latest: pd.DataFrame, charted: pd.DataFrame) -> pd.DataFrame:
    """The chart's verdict of the latest figure, or of the last one judged where it waits."""
    judged = charted[charted["variation"] != Variation.NOT_TESTED.value]
    last = judged.groupby([*SERIES, "segment"], sort=True).tail(1)
    named = {name: f"judged_{name}" for name in charted.columns if name not in SERIES}
    found = latest[[*SERIES, "segment"]].merge(
        last.rename(columns=named).assign(segment=last["segment"]),
        on=[*SERIES, "segment"], how="left", validate="1:1",
    )  # fmt: skip
    waits = latest["chart_waits"].ne("") & found["judged_period"].notna().to_numpy()
    own = latest[list(named)].rename(columns=named)
    spoken_of = found[list(named.values())].set_axis(latest.index).where(waits, own)
    return latest.assign(
        **{name: spoken_of[f"judged_{name}"] for name in _VERDICT},
        **{name: spoken_of[name] for name in named.values() if name != "judged_segment"},
    ).drop(columns=[f"judged_{name}" for name in _VERDICT])


def _with_forecast(latest: pd.DataFrame, coming: pd.DataFrame) -> pd.DataFrame:
    columns = {
        "period": "forecast_end",
        "forecast": "forecast_end_value",
        "forecast_lower80": "forecast_end_lower80",
        "forecast_upper80": "forecast_end_upper80",
        "forecast_lower95": "forecast_end_lower95",
        "forecast_upper95": "forecast_end_upper95",
    }
    last = (
        coming.sort_values("horizon", kind="stable")
        .groupby(list(SERIES), sort=True)
        .tail(1)[[*SERIES, *columns]]
        .rename(columns=columns)
    )
    return latest.merge(last, on=list(SERIES), how="left", validate="1:1")


def _with_breaks(latest: pd.DataFrame, measured: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The latest break, and the latest rebase, inside each series' own span."""
    first = measured.groupby(list(SERIES), sort=True)["period_end"].min().rename("first_end")
    spans = latest[[*SERIES, "period_end"]].merge(first.reset_index(), on=list(SERIES), how="left")
    needed = ("indicator", "service_area", "first_end", "period_end")
    rows = [
        _break_facts(context.register.breaks_of(indicator, unit), first_end, last_end)
        for indicator, unit, first_end, last_end in spans[list(needed)].itertuples(index=False)
    ]
    return pd.concat([latest, pd.DataFrame(rows, index=latest.index)], axis=1)


def _break_facts(breaks: Sequence[Break], first_end: str, last_end: str) -> dict[str, str]:
    named = (
        "break_period",
        "break_kind",
        "break_reason",
        "break_note",
        "rebase_period",
        "rebase_reason",
        "rebase_note",
    )
    facts = dict.fromkeys(named, "")
    for found in breaks:
        period = periods.parse(found.period)
        if not (first_end < period.end.isoformat() and period.start.isoformat() <= last_end):
            continue
        if found.kind is BreakKind.REBASE:
            facts |= {
                "rebase_period": found.period,
                "rebase_reason": found.reason,
                "rebase_note": _recorded(found),
            }
        else:
            facts |= {
                "break_period": found.period,
                "break_kind": found.kind.value,
                "break_reason": found.reason,
                "break_note": _recorded(found),
            }
    return facts


def _recorded(found: Break) -> str:
    """Who recorded a break, and when."""
    if found.recorded_by == KEEPER:
        return f"recorded in the {KEEPER}"
    role = found.recorded_by.replace("-", " ").removeprefix("the ")
    return f"recorded by the {role} on {periods.format_date(found.recorded_on)}"


_KEPT = (
    "period", "vintage", "numerator", "denominator", "value", "state", "lower", "upper",
    "method", "shown_numerator", "shown_denominator", "shown_value", "shown_lower",
    "shown_upper", "shown_label", "target", "floor", "rag", "rag_rule",
    "dot_previous", "dot_previous_change", "dot_previous_period", "dot_regression",
    "dot_regression_p", "dot_regression_points", "chart_value", "seasonal_factor", "centre",
    "lower_limit", "upper_limit", "special_cause", "variation", "assurance",
    "target_change", "counted_once", "judged_period", "judged_value", "chart_waits",
    "chart_points", "rule_set", "england", "region", "neighbour_median",
    "neighbours_compared", "neighbour_model", "vs_england", "vs_england_level", "vs_neighbours",
    "vs_neighbours_level", "vs_region_level", "vs_target", "vs_target_level", "vs_floor",
    "vs_floor_level", "funnel", "funnel_level", "funnel_adjusted", "funnel_adjusted_level",
    "funnel_units", "funnel_baseline", "funnel_phi", "funnel_tau2", "funnel_rule",
    "forecast_end", "forecast_end_value", "forecast_end_lower80", "forecast_end_upper80",
    "forecast_skill", "forecast_method", "forecast_points", "forecast_coverage",
    "forecast_target_chance", "break_period", "rebase_period", "verdict", "deliveries",
    "comparison_rule", "dot_rule_previous", "dot_rule_regression", "vs_region",
    "rag_reason", "chart_reason", "forecast_reason", "verdict_reason",
    "provisional_low", "provisional_high", "provisional_share", "provisional_basis",
    "rag_could_turn", "closed_change", "closed_period", "closed_text", "closed_rag", "closed_by",
    "closed_now_text", "closed_now_rag", "closed_changes",
)  # fmt: skip


def evidence(row: Mapping[str, Any]) -> dict[str, object]:
    """The numbers behind a series' findings, as plain values for JSON."""
    names = (*_KEPT, *fact_names())
    return {name: plain(row[name]) for name in names if name in row and there(row[name])}


def plain(value: object) -> object:
    """A value as JSON can hold it; floats to 12 significant digits."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        rounded = float(f"{float(value):.12g}")
        return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
    return str(value)
