"""The tables that travel between the rooms, and the one check of their shape.

Long and tidy, one row per fact. A function takes one of these and returns one;
extra columns are allowed, missing ones are not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pmf_analysis.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

SERIES = ("indicator", "service_area", "cohort")
KEY = (*SERIES, "period", "vintage")

FIGURE = (
    "delivery",      # id of the delivery the cell came in
    "table",         # name of the published table, from the layout
    "line",          # line in the delivered file, the header being line 1
    "service_area",  # unit code
    "cohort",        # all, or a named part
    "breakdown",     # label of the dimension, "" where the table has none
    "period",        # period code
    "column",        # canonical name of the column
    "value",         # float; null unless the state carries a number
    "state",         # terms.State
    "text",          # the cell as delivered
)  # fmt: skip
"""One delivered cell, read. Several rows with one key are kept; a check names them."""

MEASURE = (
    *KEY,
    "period_end",    # last day of the period, ISO text
    "numerator",     # float; null with a reason in state
    "denominator",   # float; null for counts and where not given
    "value",         # in the indicator's unit: percent 0 to 100, per 10,000, ...
    "state",         # terms.State
    "lower", "upper",  # 95% interval, in the indicator's unit
    "method",        # of the interval, with its name and confidence
    "quality",       # terms.Verdict of what the number rests on
    "deliveries",    # ids of the deliveries, ";" between them
    # the figure as shown and rated, by the indicator's data period: the same as above,
    # or the sum of twelve monthly numerators over the sum of twelve denominators
    "shown_numerator", "shown_denominator", "shown_value", "shown_lower", "shown_upper",
    "shown_state", "shown_label",
)  # fmt: skip
"""The value of an indicator for one area and period."""

SEGMENTS = (
    "era",           # counts registered breaks so far: nothing is compared across eras
    "segment",       # counts breaks and rebases so far: process limits restart
)  # fmt: skip
"""Added to the measure table once, before any method of analysis."""

FINDING = (
    "finding_id", "code", "family", "severity", "indicator", "service_area", "cohort",
    "period", "sentence", "evidence",
)  # fmt: skip
"""One judgement in one sentence; ``evidence`` is canonical JSON."""

CHANGE = (
    "table", "indicator", "service_area", "cohort", "breakdown", "period", "column",
    # a cell of a table has no indicator; a measure has no table and no breakdown
    "old_value", "new_value",  # float; null without a number, or where it is not shown again
    "old_state", "new_state",  # terms.State; "" where there is no row
    "change",        # new less old; null unless both are numbers
    "relative",      # change over the old value
    "direction",     # comparing.Moved
    "cause",         # terms.Cause; "" where causes cannot be told apart
    "kind",          # the cause in a few words
    "late_entry", "correction", "definition", "structure", "code",  # parts of the change
    "old_rag", "new_rag",  # terms.Rag; "" for a cell that no rated indicator reads
    "hidden",        # why an old number is not shown; "" where all is shown
    "follows",       # units whose changed figures explain this total, ";" between them
    "explained", "remainder",  # of the change: through these units, and what is left
)  # fmt: skip
"""One figure that differs between two deliveries, runs or dates, with its cause."""


def require(table: pd.DataFrame, columns: Iterable[str], name: str) -> pd.DataFrame:
    """Hold a table against its contract, at the door.

    Parameters
    ----------
    table : pandas.DataFrame
    columns : iterable of str
        One of the contracts above.
    name : str
        What the table is, for the message.

    Returns
    -------
    pandas.DataFrame
        The same table.

    Raises
    ------
    TableError
        Naming the columns that are missing and those that are there.
    """
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise TableError(
            f"The {name} table lacks {', '.join(missing)}",
            f"columns {', '.join(columns)}",
            f"It has {', '.join(map(str, table.columns)) or 'no column'}",
        )
    return table


def of_everyone(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of the cohort ``all``, with a fresh index: named parts have series of their own."""
    return table[table["cohort"] == "all"].reset_index(drop=True)


def sort_by_key(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of series and time, with a fresh index."""
    order = [*SERIES, "period_end", "vintage"]
    return table.sort_values(order, kind="stable", ignore_index=True)
