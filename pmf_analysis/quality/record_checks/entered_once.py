"""Whether no other record, under another key, says the same: the first is right, the rest fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_columns
from pmf_analysis.quality.records import column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"columns": is_columns}


def make(rows: RecordRows, given: Given, _: RecordSources) -> NDArray[np.int8]:
    """Asked where all of the columns are filled."""
    codes = {
        name: pd.factorize(column_of(rows.known, name))[0]
        for name in given["columns"]
    }  # fmt: skip
    table = pd.DataFrame(codes)
    return asked(~table.duplicated().to_numpy(), (table >= 0).all(axis=1).to_numpy())
