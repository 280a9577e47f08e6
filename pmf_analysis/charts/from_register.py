"""The charts as notebooks ask for them: rows of the tables, and the context that names them.

Indicator, unit, breaks and benchmarks come from the register. Where no message is given, the
title says what the tables say of the latest figure, and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.analysis.funnel import RULES as FUNNEL
from pmf_analysis.analysis.funnel import FunnelRules
from pmf_analysis.charts import marks
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.coming_words import expected
from pmf_analysis.charts.contribution import contribution_figures, draw_contribution
from pmf_analysis.charts.forecast import draw_forecast
from pmf_analysis.charts.funnel import OUT, draw_funnel, standing_out
from pmf_analysis.charts.impact import draw_earlier, draw_impact
from pmf_analysis.charts.multiples import draw_multiples
from pmf_analysis.charts.over_time import (
    actions_of,
    breaks_of,
    level_of,
    verdict_words,
)
from pmf_analysis.charts.quality import draw_quality
from pmf_analysis.charts.trend import draw_trend
from pmf_analysis.charts.variance import BENCHMARKS, draw_variance
from pmf_analysis.errors import ParameterError
from pmf_analysis.register import Context, rule_values
from pmf_analysis.register.models import Indicator, Unit
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import require
from pmf_analysis.terms import (
    Characteristic,
    Comparison,
    Impact,
    Rag,
    State,
    UnitKind,
    Verdict,
)

_LEVELS = ("target", "floor")
_WIDER = (UnitKind.COUNTRY, UnitKind.REGION, UnitKind.COUNTY)
_BESIDE = (
    ("vs_neighbours", "the middle of its neighbours"),
    ("vs_england", "{whole}"),
    ("vs_region", "{region}"),
)


def trend_chart(
    rows: pd.DataFrame,
    context: Context,
    *,
    title: str = "",
    actions: pd.DataFrame | None = None,
    changes: pd.DataFrame | None = None,
    doubt: str = "",
) -> Chart:
    """Draw one series over time.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one indicator and one unit.
    context : Context
    title : str, optional
        The message; by default what the control chart says of the latest figure that it judges.
    actions : pandas.DataFrame, optional
        Actions for the indicator and the unit: ``action_date, words``.
    changes : pandas.DataFrame, optional
        The unit's rows of the screen over everything: ``indicator, screen_verdict, since,
        slides, after``.
    doubt : str
        Why no improvement is claimed; empty where one may be.

    Returns
    -------
    Chart
    """
    indicator, unit = _subject(rows, context)
    return draw_trend(
        rows,
        indicator,
        title=title or f"{indicator.label}: {verdict_words(rows, indicator, doubt)}",
        area=unit.name,
        breaks=[*breaks_of(context, indicator, unit), *actions_of(actions)],
        level=None if doubt else level_of(changes, indicator),
        doubt=doubt,
    )


def forecast_chart(
    rows: pd.DataFrame, context: Context, *, title: str = "", due: str = ""
) -> Chart:
    """Draw one series and its forecast.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one indicator and one unit, forecasts among them.
    context : Context
    title : str, optional
        The message; by default what the forecast says of the period asked for.
    due : str, optional
        Code of the coming period at which the target falls due; the last one when empty.

    Returns
    -------
    Chart
    """
    indicator, unit = _subject(rows, context)
    return draw_forecast(
        _with_levels(rows, context, indicator, unit),
        indicator,
        title=title or f"{indicator.label}: {expected(rows, indicator, due)}",
        area=unit.name,
        due=due,
        breaks=breaks_of(context, indicator, unit),
    )


def _with_levels(
    rows: pd.DataFrame, context: Context, indicator: Indicator, unit: Unit
) -> pd.DataFrame:
    """Rows with the target and the floor that will be in force in each coming period."""
    coming = rows["state"] == State.FORECAST.value
    levels = [
        [np.nan if one is None else one.value for one in found]
        for end in rows.loc[coming, "period_end"]
        for found in [
            context.register.target_at(indicator.code, unit.code, periods.parse_date(end))
        ]
    ]
    held = rows.assign(**{name: rows.get(name, np.nan) for name in _LEVELS})
    held.loc[coming, list(_LEVELS)] = np.array(levels, dtype=float).reshape(-1, len(_LEVELS))
    return held


def variance_chart(rows: pd.DataFrame, context: Context, focus: str, *, title: str = "") -> Chart:
    """Draw one unit beside its benchmarks and the other units of the table.

    Parameters
    ----------
    rows : pandas.DataFrame
        The latest row of each unit, for one indicator.
    context : Context
    focus : str
        Code of the unit to bring out.
    title : str, optional
        The message; by default how the unit stands against its benchmarks.

    Returns
    -------
    Chart
    """
    indicator = _only_indicator(rows, context)
    register = context.register
    unit = register.unit(focus)
    region = register.region_of(focus)
    called = {
        **BENCHMARKS,
        "england": register.units[register.county].name,
        "region": register.units[region].name if region else BENCHMARKS["region"],
    }
    own = rows[rows["service_area"] == focus]
    # a benchmark stands once: as the figure that the comparison used
    compared = {
        code
        for code, column in ((register.county, "england"), (region, "region"))
        if code and pd.notna(pd.Series(marks.floats(own, column))).any()
    }
    # units that report together would stand beside their own members
    joint = {code for code, one in register.units.items() if one.members}
    doubled = rows["service_area"].isin(compared | joint) & (rows["service_area"] != focus)
    names = {
        code: register.units[code].name if code in register.units else code
        for code in rows["service_area"]
    }
    return draw_variance(
        rows[~doubled],
        indicator,
        title=title or f"{indicator.label}: {_standing(own, unit, called)}",
        focus=focus,
        names=names,
        benchmarks=called,
        parts=register.children_of(focus, context.as_at),
        wholes=(register.parent_of(focus, context.as_at),),
    )


def funnel_chart(
    rows: pd.DataFrame, context: Context, focus: str = "", *, title: str = ""
) -> Chart:
    """Draw the units of one kind by their size, with the limits that chance gives.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one indicator and period: peers that stand in one funnel.
    context : Context
    focus : str, optional
        Code of the unit to bring out.
    title : str, optional
        The message; by default whether it stands out, or which do.

    Returns
    -------
    Chart
    """
    indicator, held = _only_indicator(rows, context), context.register
    rows = rows[rows["funnel_baseline"].notna()].sort_values("service_area", ignore_index=True)
    codes = rows["service_area"].tolist()
    names = {code: held.units[code].name for code in codes}
    peers = f"{len(codes)} {formats.plural(held.units[codes[0]].kind.label) if codes else 'units'}"
    rules = rule_values.read(FunnelRules, held.rule_set(FUNNEL))
    return draw_funnel(
        rows,
        indicator,
        rules,
        title=title or f"{indicator.label}: {_among(rows, names, focus, peers, rules)}",
        focus=focus,
        names=names,
        peers=peers,
        exact_below=float(value_of(held.rule_set("intervals"), "exact_below")),
    )


def _among(
    rows: pd.DataFrame, names: dict[str, str], focus: str, peers: str, rules: FunnelRules
) -> str:
    """What a funnel says of the unit in focus, or which units stand out in it."""
    said = dict(zip(rows["service_area"], standing_out(rows, rules), strict=True))
    out = [code for code, kind in said.items() if kind]
    if focus and focus in said:
        word = OUT[said[focus]] if said[focus] else "does not stand out"
        return f"{names[focus]} {word} among the {peers}"
    if not out:
        return f"none of the {peers} stands out"
    if len(out) > 3:
        return f"{len(out)} of the {peers} stand out"
    return f"{formats.listed([names[code] for code in out])} stand{'s' * (len(out) == 1)} out"


def contribution_chart(rows: pd.DataFrame, context: Context, *, title: str = "") -> Chart:
    """Draw what each part carries of the change of one figure.

    Parameters
    ----------
    rows : pandas.DataFrame
        From the table of the study ``contribution``: one change by one split, in its order.
    context : Context
    title : str, optional
        The message; by default the change and where most of it comes from.

    Returns
    -------
    Chart
    """
    indicator, unit = _subject(rows, context)
    return draw_contribution(rows, indicator, whole=unit.name, title=title)


def impact_chart(
    rows: pd.DataFrame,
    outcome: Mapping[str, Any],
    context: Context,
    others: pd.DataFrame | None = None,
    *,
    title: str = "",
) -> Chart:
    """Draw one series before and since an action.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one indicator and one unit.
    outcome : mapping
        The action's row of the study ``impact``.
    context : Context
    others : pandas.DataFrame, optional
        Rows of those it is compared with.
    title : str, optional
        The message; by default the verdict on the action.

    Returns
    -------
    Chart
    """
    indicator, unit = _subject(rows, context)
    units = context.register.units
    codes = [one for one in str(outcome["compared_codes"]).split(";") if one in units]
    return draw_impact(
        rows,
        outcome,
        indicator,
        title=title or f"{indicator.label}: {Impact(outcome['verdict']).label}",
        area=unit.name,
        others=others,
        named=units[codes[0]].name if len(codes) == 1 else "others",
        breaks=breaks_of(context, indicator, unit),
    )


def earlier_chart(outcome: Mapping[str, Any], context: Context, *, title: str = "") -> Chart:
    """Draw the change at an action among those found on earlier dates.

    Parameters
    ----------
    outcome : mapping
        The action's row of the study ``impact``, with ``earlier_changes``.
    context : Context
    title : str, optional
        The message; by default how many of them are as large.

    Returns
    -------
    Chart
    """
    indicator = context.register.indicator(outcome["indicator"])
    return draw_earlier(outcome, indicator, title=title or str(outcome["earlier_words"]))


def contribution_table(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The figures of `contribution_chart` alone, for a change that is not worth a picture."""
    return contribution_figures(rows, _only_indicator(rows, context))


def quality_chart(verdicts: pd.DataFrame, context: Context, *, title: str = "") -> Chart:
    """Draw the data-quality verdicts of a unit, indicator by characteristic.

    Parameters
    ----------
    verdicts : pandas.DataFrame
        Columns ``indicator, service_area, verdict`` and one for each characteristic.
    context : Context
    title : str, optional
        The message; by default how many indicators have each verdict.

    Returns
    -------
    Chart
    """
    across = [characteristic.value for characteristic in Characteristic]
    held = require(verdicts, ("indicator", "service_area", "verdict", *across), "verdict")
    long = held.melt("indicator", across, "characteristic", "verdict_of").rename(
        columns={"verdict_of": "verdict"}
    )
    counted = [
        f"{count} {verdict.label}"
        for verdict in Verdict
        if (count := int((held["verdict"] == verdict.value).sum()))
    ]
    areas = [
        context.register.units[code].name
        for code in dict.fromkeys(held["service_area"])
        if code in context.register.units
    ]
    names = {code: context.register.indicator(code).label for code in held["indicator"]}
    return draw_quality(
        long,
        title=title or f"Can the figures be trusted? {formats.listed(counted)}",
        subtitle=f"{formats.listed(areas) or context.register.workspace.register_name}. "
        f"Data as at {periods.format_date(context.as_at)}",
        names=names,
    )


def small_multiples(analysis: pd.DataFrame, context: Context, *, title: str = "") -> Chart:
    """Draw every indicator of a unit in small, over the same dates.

    Parameters
    ----------
    analysis : pandas.DataFrame
        Rows of the analysis table of one unit.
    context : Context
    title : str, optional
        The message; by default how many indicators have each status.

    Returns
    -------
    Chart
    """
    unit = _only_unit(analysis, context)
    codes = set(analysis["indicator"])
    shown = {c: one for c, one in context.register.indicators.items() if c in codes}
    return draw_multiples(
        analysis,
        shown,
        title=title or f"At a glance: {_statuses(analysis)}",
        area=unit.name,
    )


def _subject(rows: pd.DataFrame, context: Context) -> tuple[Indicator, Unit]:
    return _only_indicator(rows, context), _only_unit(rows, context)


def _only_indicator(rows: pd.DataFrame, context: Context) -> Indicator:
    return context.register.indicator(_one(rows, "indicator"))


def _only_unit(rows: pd.DataFrame, context: Context) -> Unit:
    return context.register.unit(_one(rows, "service_area"))


def _one(rows: pd.DataFrame, column: str) -> str:
    found = sorted(set(require(rows, (column,), "chart")[column]))
    if len(found) != 1:
        raise ParameterError(
            f"The rows hold {len(found)} of {column}: {', '.join(map(str, found[:5])) or 'none'}",
            "rows of one",
            "Choose the rows before drawing",
        )
    return str(found[0])


def _standing(own: pd.DataFrame, unit: Unit, called: dict[str, str]) -> str:
    said: dict[str, list[str]] = {}
    for column, name in _BESIDE:
        code = (marks.texts(own, column) or [""])[-1]
        if code and code != Comparison.NOT_COMPARED.value:
            named = name.format(whole=called["england"], region=called["region"])
            said.setdefault(Comparison(code).label, []).append(named)
    if not said:
        return f"{unit.name} beside others"
    parts = [
        f"{word} {'to' if word == 'similar' else 'than'} {formats.listed(names)}"
        for word, names in said.items()
    ]
    return f"{unit.name} is {formats.listed(parts)}"


def _statuses(analysis: pd.DataFrame) -> str:
    held = analysis[analysis["state"] != State.FORECAST.value]
    latest = held.sort_values("period_end", kind="stable").drop_duplicates("indicator", keep="last")
    rags = [code or Rag.NOT_RATED.value for code in marks.texts(latest, "rag")]
    order = (Rag.RED, Rag.AMBER, Rag.GREEN, Rag.NOT_RATED)
    counts = [(rag.label.replace("Not", "not"), rags.count(rag.value)) for rag in order]
    parts = [f"{count} {label}" for label, count in counts if count]
    return formats.listed(parts)
