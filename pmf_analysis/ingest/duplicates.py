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
    repeated = np.flatnonzero(np.bincount(groups)[groups] > 1)
    held = figures.iloc[repeated]
    names = np.full(len(held), "", dtype=object) if sheets is None else sheets[repeated]
    said: dict[tuple, list] = {}
    cells = zip(
        *(held[name] for name in ("table", *_KEY)), names, held["line"], held["value"].astype(str),
        held["state"], strict=True,
    )  # fmt: skip
    for *key, sheet, line, value, state in cells:
        said.setdefault(tuple(key), []).append((sheet, int(line), value, state))
    together: dict[tuple, dict[str, bool]] = {}
    for (*about, column), given in said.items():
        places = tuple(sorted((sheet, line) for sheet, line, _, _ in given))
        differs = len({(value, state) for _, _, value, state in given}) > 1
        together.setdefault((*about, places), {})[column] = differs
    found = [_duplicate(key, columns, sheets is not None) for key, columns in together.items()]
    return tuple(
        sorted(found, key=lambda each: (each.sheets, each.lines, each.period, each.breakdown))
    )


def _duplicate(key: tuple, columns: dict[str, bool], named: bool) -> Duplicate:
    *about, places = key[1:]
    return Duplicate(
        *about, tuple(columns), tuple(line for _, line in places), any(columns.values()),
        tuple(sheet for sheet, _ in places) if named else (),
    )  # fmt: skip
