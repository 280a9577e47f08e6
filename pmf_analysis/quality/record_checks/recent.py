"""Whether a date lies in the months that the latest figures rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import is_column

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"date": is_column}


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Months: ``recent_months`` of the rule set ``records``; without a date it is not recent."""
    months = int(sources.policy.values["recent_months"])
    as_at = np.datetime64(sources.context.as_at, "M")
    since = (as_at - np.timedelta64(months, "M")).astype("datetime64[D]")
    day = rows.days(given["date"])
    return (~np.isnat(day) & (day >= since)).astype(np.int8)
