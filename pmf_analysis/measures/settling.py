"""Where a source rounds its counts and prints the value, the print settles the last digit.

England and the regions are published in counts to the nearest ten and in rates worked out
before that rounding: 26.3% is printed where the printed counts give 26.37. The printed value
is then the more exact one. A print that the rounding does not explain changes nothing here;
a check names it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import MeasureKind

SETTLED = "as published, since its counts are rounded"
"""How ``method`` of a settled value begins."""

_CELL = ["service_area", "cohort", "period"]
_COUNTED = (MeasureKind.PROPORTION, MeasureKind.RATE)
_MOST_DECIMALS = 2


def settled(
    measures: pd.DataFrame, given: Sequence[pd.DataFrame], indicator: Indicator, register: Register
) -> pd.DataFrame:
    """Take over printed values that differ from the recomputed ones by rounding alone.

    Parameters
    ----------
    measures : pandas.DataFrame
        Of one indicator, one row for each unit, cohort and period.
    given : sequence of pandas.DataFrame
        Of each of its tables in the order of the register, with ``printed`` beside the
        columns of the measure table.
    indicator : Indicator
    register : Register
        Its rule set ``quality`` says how sources round (``rounded_to``, ``rounded_in``).

    Returns
    -------
    pandas.DataFrame
        The same rows. A settled value keeps its numerator, denominator and interval, and
        names the delivery of the print too.
    """
    half = _half_step(measures, indicator, register)
    if indicator.kind not in _COUNTED or not half.any():
        return measures
    print_of = pd.concat([_prints(one) for one in given]).drop_duplicates(_CELL)
    found = measures[_CELL].merge(print_of, on=_CELL, how="left")
    own = measures["value"].to_numpy(dtype=float)
    denominator = measures["denominator"].to_numpy(dtype=float)
    printed = found["printed"].to_numpy(dtype=float)
    step = 10.0 ** -found["decimals"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        slack = step / 2 + half * (indicator.multiplier + own) / denominator
        differs = np.abs(np.floor(own / step + 0.5 + 1e-9) * step - printed) > step / 4
        explained = np.abs(own - printed) <= slack + 1e-9
    rows = differs & explained & (half > 0) & measures["numerator"].notna().to_numpy()
    if not rows.any():
        return measures
    return measures.assign(
        value=np.where(rows, printed, own),
        method=np.where(rows, SETTLED + "; " + measures["method"], measures["method"]),
        deliveries=np.where(
            rows, _joined(measures["deliveries"], found["deliveries"]), measures["deliveries"]
        ),
    )


def _prints(given: pd.DataFrame) -> pd.DataFrame:
    """Printed values of one table, with the decimals that the table prints."""
    held = given.loc[given["printed"].notna(), [*_CELL, "printed", "deliveries"]]
    values = held["printed"].to_numpy(dtype=float)
    decimals = next(
        (
            places
            for places in range(_MOST_DECIMALS)
            if np.allclose(values * 10**places, np.round(values * 10**places), rtol=0, atol=1e-6)
        ),
        _MOST_DECIMALS,
    )
    return held.assign(decimals=decimals)


def _half_step(
    measures: pd.DataFrame, indicator: Indicator, register: Register
) -> NDArray[np.float64]:
    """How far rounding may have moved the counts of each row; 0 where it did not."""
    rules = register.rule_sets["quality"].values if "quality" in register.rule_sets else {}
    tables = {source.table for source in indicator.source.all if source.numerator}
    everywhere = max((rules.get("rounded_in", {}).get(one, 0) for one in tables), default=0)
    codes, units = pd.factorize(measures["service_area"])
    steps = [
        everywhere
        or (
            rules.get("rounded_to", {}).get(register.units[unit].kind, 0)
            if unit in register.units
            else 0
        )
        for unit in units
    ]
    return np.array(steps, dtype=float)[codes] / 2 if len(units) else np.zeros(len(measures))


def _joined(one: pd.Series, other: pd.Series) -> NDArray[np.object_]:
    pairs = zip(one.astype(str), other.fillna("").astype(str), strict=True)
    return np.array(
        [";".join(sorted({*a.split(";"), *b.split(";")} - {""})) for a, b in pairs], dtype=object
    )
