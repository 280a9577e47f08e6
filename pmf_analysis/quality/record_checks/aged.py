"""Whether a child's age on a day lies within limits, in years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column, is_number
from pmf_analysis.quality.record_checks.refers import places
from pmf_analysis.quality.records import column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {
    "date": is_column, "child": is_column, "table": is_column, "born": is_column,
    "least": is_number, "below": is_number,
}  # fmt: skip
_DAYS_IN_A_YEAR = 365.25


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """From ``least`` to less than ``below``; not asked without date, child or date of birth."""
    children = sources.records(given["table"])
    at = places(column_of(rows.known, given["child"]), children)
    born = children.days(given["born"])
    day = rows.days(given["date"])
    if not len(born):
        return asked(np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool))
    born = born[at]
    said = (at >= 0) & ~np.isnat(born) & ~np.isnat(day)
    age = np.where(said, (day - born).astype(float) / _DAYS_IN_A_YEAR, 0.0)
    return asked((age >= given["least"]) & (age < given["below"]), said)
