"""Whether a spell begins after all earlier ones of the same child have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column, is_columns, is_number
from pmf_analysis.quality.record_checks._spells import Spells
from pmf_analysis.quality.records import OPEN

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"of": is_columns, "from": is_column, "to": is_column}
CHOICES = {"settling_days": is_number}
"""``settling_days``: so long after a spell begins the end of the one before may still be on its
way; until then the two are not asked."""


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """One may begin on the day on which another ends; the later one of two is at fault."""
    spells = Spells.of(rows, given["of"], given["from"], given["to"])
    overlaps = ~spells.first & (spells.start < spells.ended_before)
    settling = sources.days_ago(int(given.get("settling_days", 0)))
    waiting = overlaps & (spells.ended_before == OPEN) & (spells.start > settling)
    return spells.in_place(asked(~overlaps, ~waiting), len(rows))
