"""Figures, levels and periods in the words that readers see."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import MeasureKind, Polarity


def there(value: object) -> bool:
    """Whether a cell holds something."""
    if isinstance(value, str):
        return value != ""
    if value is None or value is pd.NA:
        return False
    return not np.isnan(value) if isinstance(value, float) else value != ""


def period_label(code: object) -> str:
    """A period's label, or an empty text where there is no period."""
    if not isinstance(code, str) or not code:
        return ""
    found = periods.try_parse(code)
    return found.label if found else code


def number_text(value: object, indicator: Indicator, limit: bool = False) -> str:
    """A value in its indicator's unit; empty where there is none."""
    if not there(value):
        return ""
    decimals = indicator.decimals
    if limit and indicator.unit == "percent":
        decimals = min(decimals, 0)
    return formats.with_unit(float(value), indicator.unit, decimals)


def shown_text(row: object, indicator: Indicator) -> str:
    """A figure as a reader sees it: ``158 of 196 (80.6%)``, ``2,184``, ``53 per 10,000 (…)``."""
    value = number_text(row.shown_value, indicator)
    numerator, denominator = row.shown_numerator, row.shown_denominator
    if not value or pd.isna(numerator) or pd.isna(denominator):
        return value
    counts = f"{formats.number(numerator)} of {formats.number(denominator)}"
    if indicator.kind is MeasureKind.PROPORTION:
        return f"{counts} ({value})"
    if indicator.kind is MeasureKind.RATE:
        return f"{value} ({formats.number(numerator)} in all)"
    return value


def levels_text(row: object, indicator: Indicator) -> str:
    """Target and floor in words, by polarity; empty where there is no target."""
    if pd.isna(row.target):
        return ""
    target = number_text(row.target, indicator, limit=True)
    if indicator.polarity is Polarity.CLOSE_TO_TARGET:
        return f"{target}, give or take {number_text(indicator.tolerance, indicator, limit=True)}"
    words = f"{target} or {'more' if indicator.polarity is Polarity.HIGH else 'less'}"
    if pd.isna(row.floor):
        return words
    return f"{words}, {indicator.bound} {number_text(row.floor, indicator, limit=True)}"
