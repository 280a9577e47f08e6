"""What the forecast means for each target, as tables: every number of the study in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.studies import outlook_words as words
from pmf_analysis.studies.outlook import RULES
from pmf_analysis.terms import ForecastRecord, Pace, RunRate

NO_MORE_COUNT = (
    "Assumed is that capacity stays: with more cases than are forecast, as many of them count as "
    "are forecast, and no more; of a stock, more start and as many end as are forecast. It is "
    "asked of shares of which more is better, and of stocks whose starts are known."
)
"""The assumption of every what-if, which stands below its table."""

Row = Mapping[str, Any]


def outlook_rows(table: pd.DataFrame, register: Register) -> list[dict[str, str]]:
    """One row a series: the target at its date, and what it takes.

    Parameters
    ----------
    table : pandas.DataFrame
        Of the study ``outlook``.
    register : Register

    Returns
    -------
    list of dict of str to str
        Columns as printed; of a series without a forecast the reason.
    """
    rules = register.rule_set(RULES)
    return [
        _outlook_row(row, register.indicator(row["indicator"]), rules)
        for row in _as_forecast(table)
    ]


def what_if_rows(table: pd.DataFrame, register: Register) -> list[dict[str, str]]:
    """One row a series of which more cases would mean more work: as forecast, and with more."""
    found = []
    for row in _as_forecast(table):
        of_series = (table["indicator"] == row["indicator"]) & (table["cohort"] == row["cohort"])
        own = table[of_series & (table["service_area"] == row["service_area"])]
        more = own[own["scenario"] > 0].to_dict("records")
        if not more:
            continue
        indicator = register.indicator(row["indicator"])
        cells = {**_head(row, indicator), "As forecast": _figure_and_chance(row, indicator)}
        for one in more:
            name = f"{words.share_words(one)} more"
            cells[name] = _figure_and_chance(one, indicator)
        found.append(cells)
    return found


def record_rows(table: pd.DataFrame, register: Register) -> list[dict[str, str]]:
    """One row a series: the latest figure beside what was forecast for it one period before."""
    return [
        _record_row(row, register.indicator(row["indicator"]))
        for row in _as_forecast(table)
        if row["record"] != ForecastRecord.NOT_TOLD.value
    ]


def _as_forecast(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table[table["scenario"] == 0].to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _head(row: Row, indicator: Indicator) -> dict[str, str]:
    part = indicator.part_of(row["cohort"])
    return {
        "Indicator": f"{indicator.name}, {part}" if part else indicator.name,
        "Period": row["due_label"],
    }


def _outlook_row(row: Row, indicator: Indicator, rules: RuleSet) -> dict[str, str]:
    known = not pd.isna(row["forecast"])
    beyond = "; the target falls due after it" if row["due_beyond"] == "yes" else ""
    head = _head(row, indicator)
    return {
        **head,
        "Period": head["Period"] + beyond if known else "",
        "4 chances in 5": _range(row, "", indicator) if known else f"No forecast. {row['reason']}",
        "Target": words.level_text(row["target"], indicator),
        "Chance of meeting it": words.chance_words(row["target_chance"]),
        "Chance of missing the minimum or limit": words.chance_words(row["floor_chance"]),
        "Needed of the cases still to come": _needed(row, indicator, rules),
        "At this pace": _pace(row, indicator),
        "Against the simplest guess": _skill(row, indicator),
    }


def _needed(row: Row, indicator: Indicator, rules: RuleSet) -> str:
    verdict = row["run_rate"]
    if verdict in ("", RunRate.NOT_TOLD.value):
        return ""
    if verdict != RunRate.NEEDED.value:
        return RunRate(verdict).label
    return words.run_rate_words(row, indicator, rules)


def _pace(row: Row, indicator: Indicator) -> str:
    pace = row["pace"]
    if pace in ("", Pace.NOT_TOLD.value):
        return ""
    if pace == Pace.ON_COURSE.value:
        return f"first met in {words.named(row['pace_period'], indicator)}"
    return Pace(pace).label


def _skill(row: Row, indicator: Indicator) -> str:
    """How much closer past forecasts came than the better of the two simple guesses."""
    if pd.isna(row["skill"]):
        return ""
    guess = words.naive_words(row["naive"], indicator)
    if row["skill"] <= 0:
        return f"no better than {guess}"
    return f"{formats.with_unit(100 * row['skill'], 'percent')} closer than {guess}"


def _figure_and_chance(row: Row, indicator: Indicator) -> str:
    figure = formats.with_unit(row["forecast"], indicator.unit, indicator.decimals)
    chance = words.chance_words(row["target_chance"])
    return f"{figure}; chance of the target {chance}" if chance else figure


def _record_row(row: Row, indicator: Indicator) -> dict[str, str]:
    def text(value: float) -> str:
        return formats.with_unit(value, indicator.unit, indicator.decimals)

    return {
        "Indicator": _head(row, indicator)["Indicator"],
        "Period": periods.parse(row["record_period"]).label,
        "Forecast one period before": text(row["before"]),
        "4 chances in 5": _range(row, "before_", indicator, "80"),
        "19 chances in 20": _range(row, "before_", indicator, "95"),
        "What happened": text(row["happened"]),
        "Where it lies": ForecastRecord(row["record"]).label,
        "Against the simplest guess": _skill(row, indicator),
    }


def _range(row: Row, name: str, indicator: Indicator, level: str = "80") -> str:
    lower, upper = row[f"{name}lower{level}"], row[f"{name}upper{level}"]
    return formats.interval(lower, upper, indicator.unit, indicator.decimals)
