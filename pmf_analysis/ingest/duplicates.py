"""Figures that a delivery gives more than once."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.ingest.groups import combined
from pmf_analysis.ingest.receipt import Duplicate

_KEY = ["service_area", "cohort", "breakdown", "period", "column"]


def find_duplicates(
    figures: pd.DataFrame, sheets: NDArray[np.object_] | None = None
) -> tuple[Duplicate, ...]:
    """Rows of a delivery whose figures have one key.

    Parameters
    ----------
    figures : pandas.DataFrame
        Figures (``tables.FIGURE``) of one delivery.
    sheets : ndarray of str, shape (n,), optional
        Name of the sheet of each figure, where there are several.

    Returns
    -------
    tuple of Duplicate
        One for each table, unit, cohort, breakdown and period given more than once by the
        same lines, in the order of the file; with the columns concerned, and whether any two
        of the figures differ in value or state.
    """
    codes = [pd.factorize(figures[name])[0] for name in ("table", *_KEY)]
    groups, first = combined(codes, len(figures))
    if len(first) == len(figures):
        return ()
    repeated = np.bincount(groups)[groups] > 1
    held = figures[repeated].assign(sheet="" if sheets is None else sheets[repeated])
    said = held["value"].astype("str") + " " + held["state"]
    place = list(zip(held["sheet"], held["line"].astype(int), strict=True))
    cells = held.assign(said=said, place=place).groupby(["table", *_KEY], sort=False).agg(
        places=("place", lambda each: tuple(sorted(each))),
        differ=("said", lambda each: each.nunique() > 1),
    )  # fmt: skip
    together = cells.reset_index().groupby(["table", *_KEY[:-1], "places"], sort=False)
    found = [_duplicate(key, part, sheets is not None) for key, part in together]
    return tuple(
        sorted(found, key=lambda each: (each.sheets, each.lines, each.period, each.breakdown))
    )


def _duplicate(key: tuple, part: pd.DataFrame, named: bool) -> Duplicate:
    *about, places = key[1:]
    lines = tuple(line for _, line in places)
    return Duplicate(
        *about, tuple(part["column"]), lines, bool(part["differ"].any()),
        tuple(sheet for sheet, _ in places) if named else (),
    )  # fmt: skip
