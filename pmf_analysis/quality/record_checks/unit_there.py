"""Whether the register knows the unit that a column names, as one that existed on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column
from pmf_analysis.quality.records import OPEN, column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"column": is_column}
CHOICES = {"date": is_column}
"""``date``: the day; without it the unit must be one that ever existed."""
_BEGINNING = np.datetime64("0001-01-01", "D")


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Not asked where no unit is named; of a record without its date only whether it is known."""
    named = column_of(rows.known, given["column"])
    units = sources.context.register.units
    known = named.isin(list(units)).to_numpy(dtype=bool)
    if "date" in given:
        beginning = min((one.valid_from for one in units.values() if one.valid_from), default=None)
        # what was before the register begins is not known, and is no fault
        on = np.fmax(rows.days(given["date"]), _day(beginning, _BEGINNING))
        spans = {
            code: (_day(one.valid_from, _BEGINNING), _day(one.valid_to, OPEN))
            for code, one in units.items()
        }
        codes, seen = pd.factorize(named)
        bounds = np.array(
            [spans.get(code, (_BEGINNING, OPEN)) for code in [*seen, ""]], dtype="datetime64[D]"
        )[codes]
        known = known & (np.isnat(on) | ((bounds[:, 0] <= on) & (on <= bounds[:, 1])))
    return asked(known, named.notna().to_numpy(dtype=bool))


def _day(on: date | None, otherwise: np.datetime64) -> np.datetime64:
    return otherwise if on is None else np.datetime64(on, "D")
