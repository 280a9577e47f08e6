"""Which splits of a change are shown, and the distance to a target as a table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pmf_analysis import findings, formats, periods
from pmf_analysis.markup import Html, escape, table_html
from pmf_analysis.register.models import Indicator


def splits(rows: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, bool]]:
    """The change to show of each way to split one figure.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the study ``contribution``: one indicator, unit and cohort.

    Yields
    ------
    tuple of (pandas.DataFrame, bool)
        Its row in all and its parts, against the first comparison that differs by more than
        chance, or else the first that could be split; and whether it does differ so.
    """
    itself = rows[rows["split"].eq("") & rows["reason"].eq("")]
    beyond = set(itself.loc[(itself["low"] > 0) | (itself["high"] < 0), "years"])
    told = rows[rows["split"].ne("") & rows["reason"].eq("")]
    for _, own in told.groupby("split", sort=False):
        years = list(dict.fromkeys(own["years"]))
        chosen = next((one for one in years if one in beyond), years[0])
        yield own[own["years"] == chosen].reset_index(drop=True), chosen in beyond


def why_not_split(rows: pd.DataFrame) -> str:
    """Why the change of one figure was not split, in words; empty where it was."""
    reasons = rows.loc[rows["reason"].ne(""), "reason"]
    return "" if reasons.empty else f"{reasons.iloc[0].rstrip('.')}."


def target_table(rows: pd.DataFrame, indicator: Indicator) -> Html:
    """How far the whole and its parts are from the target, and what moved it there.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the study ``target_variance``: one figure, the whole first.
    indicator : Indicator

    Returns
    -------
    Html
        Empty where there is no target or its counts are not known.
    """
    held = rows[rows["gap"].notna()]
    if held.empty:
        return Html("")
    whole = held.iloc[0]
    counted = held["cases"].notna().any()
    table = pd.DataFrame(
        {
            "Part": [name or "In all" for name in held["part_name"].astype(str)],
            "Number": [_count(one) for one in held["numerator"]],
            "Of": [_count(one) for one in held["denominator"]],
            "Figure": [findings.number_text(one, indicator) for one in held["value"]],
            "From the target": [_signed(one, indicator) for one in held["gap"]],
            "Of the whole's distance": [_signed(one, indicator) for one in held["gap_effect"]],
            **({"Cases short of it": [_short(one) for one in held["cases"]]} if counted else {}),
        }
    )
    target = findings.number_text(whole["target"], indicator, limit=True)
    caption = f"{indicator.label}: distance to the target of {target}"
    return Html(f"{table_html(table, caption, 'Part', missing='')}{_since(whole, indicator)}")


def _since(whole: pd.Series, indicator: Indicator) -> str:
    """Through what the distance came from that of the year before."""
    if np.isnan(whole["gap_before"]) or np.isnan(whole["gap_numerator"]):
        return ""
    steps = [
        f"{_signed(whole[f'gap_{name}'], indicator)} through {words}"
        for name, words in (
            ("numerator", "the number counted"),
            ("denominator", "the total that it is taken of"),
            ("target", "the target itself"),
        )
        if whole[f"gap_{name}"]
    ]
    then = periods.in_sentence(str(whole["label_before"]))
    said = (
        f"In {then} the distance was {_signed(whole['gap_before'], indicator)}; since "
        f"then {formats.listed(steps)}, which makes {_signed(whole['gap'], indicator)}."
    )
    return f"<p>{escape(said)}</p>"


def _count(value: float) -> str:
    return "" if np.isnan(value) else formats.number(value)


def _short(value: float) -> str:
    """Cases short of the target; above it where the number is negative."""
    return "" if np.isnan(value) else formats.number(value, 1)


def _signed(value: float, indicator: Indicator) -> str:
    if np.isnan(value):
        return ""
    rounded = formats.round_half_up(float(value), indicator.decimals) + 0.0
    return f"{'+' if rounded > 0 else ''}{formats.number(rounded, indicator.decimals)}"
