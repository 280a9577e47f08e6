"""Whether a spell begins after all earlier ones of the same child have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column, is_columns
from pmf_analysis.quality.record_checks._spells import Spells

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"of": is_columns, "from": is_column, "to": is_column}


def make(rows: RecordRows, given: Given, _: RecordSources) -> NDArray[np.int8]:
    """One may begin on the day on which another ends; the later one of two is at fault."""
    spells = Spells.of(rows, given["of"], given["from"], given["to"])
    overlaps = ~spells.first & (spells.start < spells.ended_before)
    return spells.in_place(asked(~overlaps, np.ones(len(overlaps), dtype=bool)), len(rows))
