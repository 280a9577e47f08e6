"""Whether a date lies on or after the beginning of what the record is part of.

That is the latest spell of the child, in another table, which had begun by a third date: a
visit that was due during a plan must not have been made before the plan began.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column
from pmf_analysis.quality.records import column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"date": is_column, "on": is_column, "of": is_column, "table": is_column,
             "begins": is_column}  # fmt: skip


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Not asked where either date is missing, or no spell had begun."""
    there = sources.records(given["table"])
    date, on, begins = rows.days(given["date"]), rows.days(given["on"]), there.days(given["begins"])
    named = pd.concat([column_of(rows.known, given["of"]), column_of(there.known, given["of"])])
    codes = pd.factorize(named)[0]
    here, its = codes[: len(rows)], codes[len(rows) :]
    kept = np.flatnonzero((its >= 0) & ~np.isnat(begins))
    span = np.int64(1_000_000)  # more days than any two dates here lie apart
    held = np.sort(its[kept] * span + begins[kept].astype(np.int64))
    said = (here >= 0) & ~np.isnat(date) & ~np.isnat(on)
    wanted = np.where(said, here * span + np.where(said, on.astype(np.int64), 0), -1)
    if not len(held):
        return asked(said, np.zeros(len(rows), dtype=bool))
    at = np.searchsorted(held, wanted, side="right") - 1
    found = held[np.maximum(at, 0)]
    said &= (at >= 0) & (found // span == here)
    return asked(date.astype(np.int64) >= found % span, said)
