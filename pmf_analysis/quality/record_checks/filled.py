"""Whether every one of some columns is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import is_columns
from pmf_analysis.quality.records import column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"columns": is_columns}


def make(rows: RecordRows, given: Given, _: RecordSources) -> NDArray[np.int8]:
    """Asked of every record."""
    return np.logical_and.reduce(
        [column_of(rows.known, name).notna().to_numpy(dtype=bool) for name in given["columns"]]
    ).astype(np.int8)
