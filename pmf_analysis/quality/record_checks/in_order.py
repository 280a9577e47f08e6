"""Whether one date lies on or before another; not asked where either is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"earlier": is_column, "later": is_column}


def make(rows: RecordRows, given: Given, _: RecordSources) -> NDArray[np.int8]:
    """Both dates may be the same day."""
    earlier, later = (rows.days(given[name]) for name in ("earlier", "later"))
    return asked(earlier <= later, ~np.isnat(earlier) & ~np.isnat(later))
