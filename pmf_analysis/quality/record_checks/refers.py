"""Whether the record that a column names is known, and agrees about what both say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column, is_pairs
from pmf_analysis.quality.records import column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"column": is_column, "table": is_column}
CHOICES = {"same": is_pairs}
"""``same``: columns here to the columns there that must hold the same; then records whose
other record is not known are not asked."""


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Not asked where the column names nothing."""
    there = sources.records(given["table"])
    at = places(column_of(rows.known, given["column"]), there)
    if "same" not in given:
        return asked(at >= 0, column_of(rows.known, given["column"]).notna().to_numpy(dtype=bool))
    same, said = np.ones(len(rows), dtype=bool), at >= 0
    for here, other in given["same"].items():
        own = column_of(rows.known, here)
        its = column_of(there.known, other).reindex(at).set_axis(own.index)
        same &= (own == its).to_numpy(dtype=bool, na_value=False)
        said &= (own.notna() & its.notna()).to_numpy(dtype=bool)
    return asked(same, said)


def places(keys: pd.Series, there: RecordRows) -> NDArray[np.intp]:
    """Row of the record that each key names in another table; -1 where it is not known."""
    held, rows = there.keyed
    found = held.get_indexer(pd.Index(keys))
    named = (found >= 0) & keys.notna().to_numpy(dtype=bool)
    return np.where(named, np.append(rows, -1)[found], -1)
