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
from pmf_analysis.terms import Impact


def action_table(impact: pd.DataFrame, register: Register) -> list[dict[str, str]]:
    """One row an action.

    Parameters
    ----------
    impact : pandas.DataFrame
        Rows of the study ``impact``.
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
        "What the figures show": Impact(row["verdict"]).label,
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


def sentences(row: Mapping[str, Any]) -> str:
    """What is said of an action: the verdict, what it rests on, and what speaks beside it."""
    parts = [
        f"{Impact(row['verdict']).label}",
        *(
            row[name]
            for name in (
                "reason", "earlier_words", "comparison_words", "chart_words", "regression",
            )
        ),
    ]  # fmt: skip
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
