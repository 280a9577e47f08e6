"""The actions of a unit as a table: every number of the study, in a reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Impact

IN_DOUBT = "a change that is in doubt until it is explained"
"""What stands instead of a change for the better that its own records put in doubt."""


def action_table(impact: pd.DataFrame, register: Register) -> list[dict[str, str]]:
    """One row an action.

    Parameters
    ----------
    impact : pandas.DataFrame
        From `with_doubt`.
    register : Register

    Returns
    -------
    list of dict of str to str
        Columns as printed; a number that was not reached is empty.
    """
    return [_row(row, register) for row in impact.to_dict("records")]


def _row(row: Mapping[str, Any], register: Register) -> dict[str, str]:
    known = register.indicators.get(row["indicator"])
    return {
        "Action": f"{day(row['action_date'])}: {row['words']}",
        "Indicator": known.name if known else row["indicator"],
        "Owner": row["owner"],
        "What the figures show": verdict_words(row),
        "Figures before, since": _counts(row),
        "Before": _level(row["level_before"], known),
        "Since": _level(row["level_since"], known),
        "Difference (95% range)": _change(row, "change", known),
        "Beyond the trend before": _change(row, "beyond_trend", known),
        "Change of level at the date": _change(row, "level_change", known),
        "Change of slope, each period": _change(row, "slope_change", known),
        "Earlier dates with as large a change": _earlier(row),
        "Against others": _change(row, "comparison", known),
    }


def with_doubt(impact: pd.DataFrame, fact: pd.DataFrame) -> pd.DataFrame:
    """Rows of the study with ``doubt``: why an action is not said to have helped, or nothing.

    Parameters
    ----------
    impact : pandas.DataFrame
        Rows of the study ``impact``.
    fact : pandas.DataFrame
        Latest rows of the series, which say where no improvement is claimed.
    """
    keys = pd.MultiIndex.from_frame(impact[list(SERIES)])
    words = fact.set_index(list(SERIES))["claims_doubted"].reindex(keys).fillna("")
    better = impact["verdict"] == Impact.MADE_BETTER
    return impact.assign(doubt=words.set_axis(impact.index).where(better, ""))


def verdict_words(row: Mapping[str, Any]) -> str:
    """The verdict on an action; no improvement where that is doubted."""
    return IN_DOUBT if row["doubt"] else Impact(row["verdict"]).label


def sentences(row: Mapping[str, Any]) -> str:
    """What is said of an action: the verdict, what it rests on, and what speaks beside it."""
    beside = ("reason", "earlier_words", "comparison_words", "chart_words", "regression")
    parts = [verdict_words(row), *(row[name] for name in beside)]
    if row["doubt"]:
        but = f"but {row['doubt'].rstrip('.')}, so nothing is said of the action"
        parts = [verdict_words(row), but]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts if part)


def day(text: str) -> str:
    """A date as a reader writes it; that there is none."""
    return periods.format_date(date.fromisoformat(text)) if text else "no date"


def _counts(row: Mapping[str, Any]) -> str:
    if np.isnan(row["points_before"]):
        return ""
    return f"{row['points_before']:.0f}, {row['points_since']:.0f}"


def _level(value: float, indicator: Indicator | None) -> str:
    if indicator is None or np.isnan(value):
        return ""
    return formats.with_unit(value, indicator.unit, indicator.decimals)


def _change(row: Mapping[str, Any], name: str, indicator: Indicator | None) -> str:
    value = row["comparison_change"] if name == "comparison" else row[name]
    if indicator is None or np.isnan(value):
        return ""
    numbers = [value, row[f"{name}_lower"], row[f"{name}_upper"]]
    places = indicator.decimals + (name == "slope_change")
    middle, lower, upper = (formats.number(float(one), places) for one in numbers)
    unit = "" if row["scale"] == indicator.unit else "%"
    return f"{middle}{unit} ({lower} to {upper})"


def _earlier(row: Mapping[str, Any]) -> str:
    if np.isnan(row["earlier_dates"]):
        return ""
    return f"{row['earlier_as_large']:.0f} of {row['earlier_dates']:.0f}"
