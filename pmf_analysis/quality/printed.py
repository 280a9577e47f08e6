"""The values that a source prints beside the counts, found again for each measure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pmf_analysis.quality.views import Sources, numbers

_CELL = ["indicator", "service_area", "cohort", "period", "delivery"]


def printed_values(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Find the printed value of each measure; NaN where none is known.

    A column ``printed`` wins. Else the figures are searched for the column that the
    register names, in the deliveries that the measure came from; of two, the last counts.

    Parameters
    ----------
    rows : pandas.DataFrame
        Measures, with a unique index.
    sources : Sources

    Returns
    -------
    pandas.Series of float
    """
    if "printed" in rows.columns:
        return numbers(rows, "printed")
    cells = _printed_cells(sources)
    if cells.empty:
        return pd.Series(np.nan, index=rows.index, dtype="float64")
    wanted = rows[[*_CELL[:-1], "deliveries"]].assign(at=rows.index)
    wanted = wanted.assign(delivery=wanted["deliveries"].str.split(";")).explode("delivery")
    found = wanted.merge(cells, on=_CELL, how="inner").drop_duplicates("at", keep="last")
    return found.set_index("at")["printed"].reindex(rows.index)


def _printed_cells(sources: Sources) -> pd.DataFrame:
    figures = sources.tables.get("figure")
    needed = {"table", "breakdown", "column", "value", "service_area", "cohort", "period"}
    if figures is None or not {*needed, "delivery"} <= set(figures.columns):
        return pd.DataFrame(columns=[*_CELL, "printed"])
    parts = []
    for code, indicator in sorted(sources.context.register.indicators.items()):
        source = indicator.source.published
        if source.value:
            mine = figures[
                (figures["table"] == source.table)
                & (figures["column"] == source.value)
                & (figures["breakdown"] == source.breakdown)
            ]
            parts.append(mine.assign(indicator=code, printed=numbers(mine, "value")))
    if not parts:
        return pd.DataFrame(columns=[*_CELL, "printed"])
    cells = pd.concat(parts)[[*_CELL, "printed"]]
    return cells.drop_duplicates(_CELL, keep="last")
