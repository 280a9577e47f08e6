"""Figures that a delivery gives more than once."""

from __future__ import annotations

import pandas as pd

from pmf_analysis.ingest.receipt import Duplicate

_KEY = ["service_area", "cohort", "breakdown", "period", "column"]


def find_duplicates(figures: pd.DataFrame) -> tuple[Duplicate, ...]:
    """Rows of a delivery whose figures have one key.

    Parameters
    ----------
    figures : pandas.DataFrame
        Figures of one table (``tables.FIGURE``).

    Returns
    -------
    tuple of Duplicate
        One for each unit, cohort, breakdown and period given more than once by the same
        lines, in the order of the file; with the columns concerned, and whether any two
        of the figures differ in value or state.
    """
    repeated = figures[figures.duplicated(_KEY, keep=False)]
    if repeated.empty:
        return ()
    said = repeated.assign(said=repeated["value"].astype("str") + " " + repeated["state"])
    cells = said.groupby(_KEY, sort=False).agg(
        lines=("line", lambda line: tuple(sorted(int(each) for each in line))),
        differ=("said", lambda each: each.nunique() > 1),
    )
    together = cells.reset_index().groupby([*_KEY[:-1], "lines"], sort=False)
    found = [
        Duplicate(*key[:4], tuple(part["column"]), key[4], bool(part["differ"].any()))
        for key, part in together
    ]
    return tuple(sorted(found, key=lambda each: (each.lines, each.period, each.breakdown)))
