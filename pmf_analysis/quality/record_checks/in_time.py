"""Whether a date was recorded within the working days that are allowed for entry.

What counts is the first version in which the date stands, and the date as stated there: a
later correction makes no entry late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column
from pmf_analysis.quality.records import days

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"date": is_column}
CHOICES = {"not_before": is_column}
"""``not_before``: a date before which nobody enters it, such as the day when it is due."""


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Days allowed: ``entry_within`` of the rule set ``records``."""
    stated = ~np.isnat(days(rows.versions, given["date"]))
    event = rows.first(stated, given["date"])
    recorded = rows.first(stated, rows.columns.changed)
    if "not_before" in given:
        event = np.where(np.isnat(event), event, np.fmax(event, rows.days(given["not_before"])))
    taken = sources.working_days.between(event, recorded)
    allowed = float(sources.policy.values["entry_within"])
    return asked(taken <= allowed, ~np.isnan(taken))
