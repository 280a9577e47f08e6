"""Whether a spell begins when the one before has ended: no day between them.

The spells lie inside a longer one, such as placements inside a period of care: the first
must begin with it, and the last must not end before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column, is_number
from pmf_analysis.quality.record_checks._spells import Spells
from pmf_analysis.quality.record_checks.refers import places
from pmf_analysis.quality.records import OPEN, column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {
    "of": is_column, "from": is_column, "to": is_column,
    "table": is_column, "begins": is_column, "ends": is_column,
}  # fmt: skip
CHOICES = {"settling_days": is_number}
"""``settling_days``: so long after the last spell ended the next one may still be on its way;
until then its end is not asked."""


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Not asked where the longer spell is not known."""
    whole = sources.records(given["table"])
    spells = Spells.of(rows, [given["of"]], given["from"], given["to"])
    at = places(column_of(rows.known, given["of"]), whole)[spells.row]
    begins, ends = whole.days(given["begins"]), whole.days(given["ends"])
    begun, ended = begins[at], np.where(np.isnat(ends), OPEN, ends)[at]
    before = np.where(spells.first, begun, spells.ended_before)
    settling = sources.days_ago(int(given.get("settling_days", 0)))
    stops = spells.last & (spells.ended_by < ended) & (spells.ended_by <= settling)
    gap = (spells.start > before) | stops
    return spells.in_place(asked(~gap, (at >= 0) & ~np.isnat(begun)), len(rows))
