"""Whether a date that was recorded once was not moved to an earlier day by a later version.

Slips of a day or two are put right everywhere, and larger corrections go both ways. Only where
those of a unit go back beyond chance do the records whose date was moved back fail.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column, recent
from pmf_analysis.quality.record_checks.spread_evenly import chance_of
from pmf_analysis.quality.records import days

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"date": is_column}


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Asked of recent records that have the date, in the unit above the one that holds them."""
    now = rows.days(given["date"])
    then = rows.first(~np.isnat(days(rows.versions, given["date"])), given["date"])
    said = ~np.isnat(now) & (recent.make(rows, given, sources) == 1)
    policy = sources.policy.values["moved_back"]
    least = np.timedelta64(int(policy["least_days"]), "D")
    back, forward = said & (then - now >= least), said & (now - then >= least)
    units = sources.answering(rows.units).to_numpy(dtype=object)
    earlier, later = (pd.Series(units[found]).value_counts() for found in (back, forward))
    limit = float(policy["chance"])
    beyond = [
        unit
        for unit, count in sorted(earlier.items())
        if chance_of(int(count), int(count + later.get(unit, 0)), Fraction(1, 2)) < limit
    ]
    return asked(~(back & np.isin(units, beyond)), said)
