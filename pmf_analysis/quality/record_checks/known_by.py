"""Whether a date had come when the version that states it was recorded, and by the as-at date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"date": is_column}


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Without a date of recording it is held against the as-at date alone."""
    stated, recorded = rows.days(given["date"]), rows.days(rows.columns.changed)
    as_at = np.datetime64(sources.context.as_at, "D")
    limit = np.where(np.isnat(recorded), as_at, np.minimum(recorded, as_at))
    return asked(stated <= limit, ~np.isnat(stated))
