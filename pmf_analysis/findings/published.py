"""Closed figures beside the present ones: what was published is never written over.

Each closed figure is held against the figure of the same series and period as it is known
now, as readers see the two: the text with its counts, and the status.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis import formats
from pmf_analysis.findings.figure_texts import shown_text
from pmf_analysis.register import Context
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Rag, State

SAME, FIGURE, BOTH, STATUS, GONE = "same", "figure", "figure_and_status", "status", "no_figure"
"""What became of a closed figure: nothing, or its figure, its status, both, or it is gone."""

COLUMNS = (
    *SERIES, "period", "period_end", "published_label", "published_value",
    "published_shown_value", "published_text", "published_rag", "published_by",
    "published_as_at", "present_text", "present_rag", "published_change",
)  # fmt: skip
"""One row for each closed figure."""

_ADDED = {
    "published_value": "float64", "published_shown_value": "float64", "published_text": "str",
    "published_rag": "str", "published_by": "str", "published_change": "str",
}  # fmt: skip


def beside(closed: pd.DataFrame, analysis: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Hold closed figures against the present ones.

    Parameters
    ----------
    closed : pandas.DataFrame
        Figures of all closed periods as they were closed, with ``closed_by`` and
        ``closed_as_at``; each series and period once.
    analysis : pandas.DataFrame
        The analysis table of what is known now.
    context : Context

    Returns
    -------
    pandas.DataFrame
        `COLUMNS`, by series and time.
    """
    key = [*SERIES, "period"]
    numbers = ["shown_value", "shown_numerator", "shown_denominator"]
    present = analysis[analysis["state"] != State.FORECAST.value]
    present = present[[*key, *numbers, "shown_state", "rag"]].drop_duplicates(key, keep="last")
    joined = closed.merge(present, on=key, how="left", suffixes=("", "_now"))
    known = joined["indicator"].isin(context.register.indicators)
    there = joined["shown_value_now"].notna() & known
    now = joined[[f"{name}_now" for name in numbers]].set_axis(numbers, axis=1)
    texts = [
        shown_text(row, context.register.indicators[code]) if held else _state(state)
        for row, code, held, state in zip(
            now.itertuples(index=False), joined["indicator"], there, joined["shown_state_now"],
            strict=True,
        )
    ]  # fmt: skip
    was = joined["shown_text"].where(
        joined["shown_value"].notna(), joined["shown_state"].map(_state)
    )
    rag_now = joined["rag_now"].fillna(Rag.NOT_RATED.value)
    held = pd.DataFrame(
        {
            **{name: joined[name] for name in (*key, "period_end")},
            "published_label": joined["shown_label"],
            "published_value": joined["value"],
            "published_shown_value": joined["shown_value"],
            "published_text": was,
            "published_rag": joined["rag"],
            "published_by": joined["closed_by"],
            "published_as_at": joined["closed_as_at"],
            "present_text": texts,
            "present_rag": rag_now,
        }
    )
    change = _change(
        _differs(joined, numbers, context), held["published_rag"] != rag_now,
        joined["shown_value"].notna() & ~there,
    )  # fmt: skip
    ordered = held.assign(published_change=change)[[*COLUMNS]]
    return ordered.sort_values([*SERIES, "period_end"], kind="stable", ignore_index=True)


def with_published(analysis: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """The analysis table with what was published for each row, beside what is known now."""
    key = [*SERIES, "period"]
    joined = analysis[key].merge(published[[*key, *_ADDED]], on=key, how="left", validate="m:1")
    words = {name: joined[name].fillna("") for name, kind in _ADDED.items() if kind == "str"}
    added = joined.assign(**words)[list(_ADDED)].astype(_ADDED)
    return pd.concat([analysis, added.set_axis(analysis.index)], axis=1)


def latest_changes(published: pd.DataFrame | None, series: pd.DataFrame) -> pd.DataFrame:
    """For each series its latest closed figure that has changed since, and how many there are.

    Parameters
    ----------
    published : pandas.DataFrame or None
        From `beside`; None where nothing is closed.
    series : pandas.DataFrame
        Columns ``SERIES``, a row each.

    Returns
    -------
    pandas.DataFrame
        On the index of ``series``: ``closed_change``, empty where nothing has changed,
        ``closed_period``, ``closed_label``, ``closed_text``, ``closed_rag``, ``closed_by``,
        ``closed_now_text``, ``closed_now_rag`` and ``closed_changes``, a count.
    """
    names = {
        "published_change": "closed_change", "period": "closed_period",
        "published_label": "closed_label", "published_text": "closed_text",
        "published_rag": "closed_rag", "published_by": "closed_by",
        "present_text": "closed_now_text", "present_rag": "closed_now_rag",
    }  # fmt: skip
    if published is None:
        return pd.DataFrame("", series.index, list(names.values())).assign(closed_changes=0)
    changed = published[published["published_change"] != SAME]
    grouped = changed.groupby(list(SERIES), sort=False)
    last = grouped.tail(1).rename(columns=names)
    counted = last.assign(
        closed_changes=grouped["period_end"].transform("size").reindex(last.index)
    )
    wanted = [*names.values(), "closed_changes"]
    joined = series[list(SERIES)].merge(
        counted[[*SERIES, *wanted]], on=list(SERIES), how="left", validate="1:1"
    )
    words = joined[list(names.values())].fillna("")
    return words.assign(closed_changes=joined["closed_changes"].fillna(0).astype("int64")).set_axis(
        series.index
    )


def _differs(joined: pd.DataFrame, numbers: list[str], context: Context) -> pd.Series:
    """Whether the present figure differs as printed, or in its counts, or in having a number."""
    indicators = context.register.indicators
    decimals = [indicators[c].decimals if c in indicators else 0 for c in joined["indicator"]]
    differs = pd.Series(False, joined.index)
    for name in numbers:
        then, now = (
            [
                formats.round_half_up(value, places) if pd.notna(value) else None
                for value, places in zip(joined[column], decimals, strict=True)
            ]
            for column in (name, f"{name}_now")
        )
        differs |= pd.Series(
            [one != other for one, other in zip(then, now, strict=True)], joined.index, dtype=bool
        )
    return differs


def _change(figure: pd.Series, status: pd.Series, gone: pd.Series) -> np.ndarray:
    chosen = [gone, figure & status, figure, status]
    return np.select(chosen, [GONE, BOTH, FIGURE, STATUS], SAME)


def _state(state: object) -> str:
    return formats.state_text(state if isinstance(state, str) and state else State.NOT_GIVEN.value)
