"""Every forecast of a unit in numbers, and how its forecasts did on past figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pmf_analysis import findings, formats, periods
from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.spans import shown_label
from pmf_analysis.terms import Frequency, State

LIKELY, NEARLY = "4 chances in 5", "19 chances in 20"
_STEP = {Frequency.MONTH: "month", Frequency.QUARTER: "quarter", Frequency.YEAR: "year"}
_GUESS = {
    "naive": "last {step}'s figure",
    "seasonal_naive": "the figure of the same {step} a year before",
}
_ALONE = "Single period"


def skill_rows(analysis: pd.DataFrame, codes: Sequence[str], register: Register) -> list[dict]:
    """How the forecasts of a unit did on past figures, a row for each indicator.

    Parameters
    ----------
    analysis : pandas.DataFrame
        The unit's rows of the analysis table, all children together.
    codes : sequence of str
        Indicators, in the order of the rows.
    register : Register

    Returns
    -------
    list of dict
        Header to text; empty texts where nothing was forecast, whose reason is given.
    """
    rows = []
    for indicator, own in _of_each(analysis, codes, register):
        reasons = own["forecast_reason"]
        said = own[reasons.notna() & reasons.ne("")].tail(1)
        if said.empty:
            continue
        row = said.to_dict("records")[0]
        held = {f"{level}% range held": _share(row[name]) for level, name in _COVERAGE.items()}
        guess = _GUESS.get(row["forecast_naive"], "").format(step=_STEP[indicator.frequency])
        rows.append(
            {
                "Indicator": indicator.label,
                "Figures used": _count(row["forecast_points"]),
                "Earlier dates tried": _count(row["forecast_origins"]),
                "Simplest guess": guess,
                "Closer than that by": _share(row["forecast_skill"]),
                **held,
                "To note": _note(row, guess),
            }
        )
    return rows


def method_rows(analysis: pd.DataFrame, codes: Sequence[str], register: Register) -> list[dict]:
    """How each forecast of a unit was made, a row for each indicator that has one.

    Parameters and result are those of `skill_rows`.
    """
    rows = []
    for indicator, own in _of_each(analysis, codes, register):
        said = own["forecast_method"]
        said = said[said.notna() & said.ne("")]
        if len(said):
            rows.append({"Indicator": indicator.label, "How it was made": said.iloc[-1]})
    return rows


def _note(row: Mapping[str, Any], guess: str) -> str:
    """Why there is no forecast, that it is no better than a guess, and what has changed."""
    if not row["forecast_method"]:
        return str(row["forecast_reason"])
    worse = f"No better than {guess}." if guess and row["forecast_skill"] <= 0 else ""
    return " ".join(filter(None, (worse, str(row["forecast_break"] or ""))))


def forecast_rows(
    analysis: pd.DataFrame, unit: str, codes: Sequence[str], register: Register
) -> list[dict]:
    """Every coming figure of a unit, as shown and rated, and single where that adds several up.

    Parameters
    ----------
    analysis : pandas.DataFrame
        The unit's rows of the analysis table, all children together.
    unit : str
        Its code.
    codes : sequence of str
        Indicators, in the order of the rows.
    register : Register

    Returns
    -------
    list of dict
        Header to text, a row for each indicator and coming period.
    """
    return [
        _forecast_row(row, indicator, unit, register)
        for indicator, own in _of_each(analysis, codes, register)
        for row in own[own["state"] == State.FORECAST.value].to_dict("records")
    ]


_COVERAGE = {80: "forecast_coverage80", 95: "forecast_coverage"}


def _of_each(
    analysis: pd.DataFrame, codes: Sequence[str], register: Register
) -> Iterator[tuple[Indicator, pd.DataFrame]]:
    ordered = analysis.sort_values("period_end", kind="stable")
    series = dict(tuple(ordered.groupby("indicator", sort=False)))
    for code in codes:
        if code in series:
            yield register.indicator(code), series[code]


def _forecast_row(
    row: Mapping[str, Any], indicator: Indicator, unit: str, register: Register
) -> dict[str, str]:
    period = periods.parse(row["period"])
    as_shown = pd.notna(row["shown_forecast"])
    rolls = as_shown and shown_label(period, indicator) != period.label and not indicator.stock
    target, floor = register.target_at(indicator.code, unit, period.end)
    single = {
        f"{_ALONE}: forecast": findings.number_text(row["forecast"], indicator),
        f"{_ALONE}: {LIKELY}": _range(row, indicator, "forecast", 80),
        f"{_ALONE}: {NEARLY}": _range(row, indicator, "forecast", 95),
    }
    name = "shown" if as_shown else "forecast"
    middle = row["shown_forecast"] if as_shown else row["forecast"]
    return {
        "Indicator": indicator.label,
        "Figure of": shown_label(period, indicator) if as_shown else period.label,
        "Forecast": findings.number_text(middle, indicator),
        LIKELY: _range(row, indicator, name, 80),
        NEARLY: _range(row, indicator, name, 95),
        "Target": ""
        if target is None
        else findings.number_text(target.value, indicator, limit=True),
        "Chance of meeting it": _chance(row["forecast_target_chance"]),
        "Minimum or limit": ""
        if floor is None
        else findings.number_text(floor.value, indicator, limit=True),
        "Chance of missing that": _chance(row["forecast_floor_chance"]),
        **(single if rolls else dict.fromkeys(single, "")),
        f"{_ALONE}: numerator": _count(row["forecast_numerator"]),
        f"{_ALONE}: denominator": _count(row["forecast_denominator"]),
    }


def _range(row: Mapping[str, Any], indicator: Indicator, name: str, level: int) -> str:
    lower, upper = row[f"{name}_lower{level}"], row[f"{name}_upper{level}"]
    if pd.isna(lower) or pd.isna(upper):
        return ""
    return formats.interval(lower, upper, indicator.unit, indicator.decimals)


def _share(value: float) -> str:
    return "" if pd.isna(value) else formats.with_unit(value * 100, "percent")


def _chance(value: float) -> str:
    return "" if pd.isna(value) else formats.chance_share(value)


def _count(value: float) -> str:
    return "" if pd.isna(value) or not value else formats.number(value)
