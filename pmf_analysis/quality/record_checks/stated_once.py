"""Whether no delivery states one version of the record more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.records import column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS: dict = {}


def make(rows: RecordRows, _: Given, __: RecordSources) -> NDArray[np.int8]:
    """Asked of every record that has a key."""
    version = [rows.columns.key, rows.columns.changed]
    names = ["delivery", *version] if "delivery" in rows.versions else version
    codes = [pd.factorize(column_of(rows.versions, name))[0] for name in names]
    again = pd.DataFrame(dict(enumerate(codes))).duplicated(keep=False).to_numpy()
    twice = np.bincount(rows.record[again & (rows.record >= 0)], minlength=len(rows)) > 0
    keyed = column_of(rows.known, rows.columns.key).notna().to_numpy(dtype=bool)
    return np.where(keyed, ~twice, -1).astype(np.int8)
