"""Where a target changed between two figures: what the colour would be by the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.analysis.status import RULES, Rated, rate
from pmf_analysis.findings.figure_texts import number_text
from pmf_analysis.register import Context
from pmf_analysis.terms import Rag


def target_changes(latest: pd.DataFrame, context: Context) -> Sequence[str]:
    """What a change of target since the period before did to each figure's colour.

    Parameters
    ----------
    latest : pandas.DataFrame
        The latest row of each series.
    context : Context

    Returns
    -------
    sequence of str
        One for each row, in words; empty where the target is the same, or there was none.
    """
    codes = ("indicator", "service_area", "period")
    cells = zip(*(latest[name].tolist() for name in codes), strict=True)
    return [
        _said(code, unit, period, place, latest, context)
        for place, (code, unit, period) in enumerate(cells)
    ]


def _said(
    code: str, unit: str, period: str, place: int, latest: pd.DataFrame, context: Context
) -> str:
    held, found = context.register, periods.parse(period)
    now, _ = held.target_at(code, unit, found.end)
    before, floor = held.target_at(code, unit, periods.shift(found, -1).end)
    if now is None or before is None or now.value == before.value:
        return ""
    indicator, row = held.indicator(code), latest.iloc[place]
    moved = "rose" if now.value > before.value else "fell"
    ends = (number_text(level.value, indicator, limit=True) for level in (before, now))
    text = f"The target {moved} from {' to '.join(ends)} on {periods.format_date(now.from_)}"
    if pd.isna(row["shown_value"]):
        return text if unit == held.county else ""
    value = formats.round_half_up(float(row["shown_value"]), indicator.decimals)
    kind = str(held.units[unit].kind) if unit in held.units else ""
    figure = Rated(
        indicator, kind, date.fromisoformat(row["period_end"]), value,
        _number(row["shown_denominator"]), row["shown_state"], before, floor, unit,
    )  # fmt: skip
    old, rag = rate(figure, context.register.rule_set(RULES))[0], Rag(row["rag"])
    if Rag.NOT_RATED in (old, rag):
        return text if unit == held.county else ""
    if old is rag:
        # told once, of the whole
        same = f"{text}; by the target before, the figure would have the same colour"
        return same if unit == held.county else ""
    return f"{text}; by the target before, the figure would be {old.label}"


def _number(value: object) -> float:
    return np.nan if pd.isna(value) else float(value)  # type: ignore[arg-type]
