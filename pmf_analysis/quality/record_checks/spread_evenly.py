"""Whether what was done on the last day allowed is no more than the days before let expect.

Where a date has been moved to keep within a limit, the last day stands out. It is held
against the days before it alone: that fewer things are done once the limit has passed is
nothing unusual. In a unit where it stands out, the records of that day fail, recent ones.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import asked, is_column, is_number, recent

if TYPE_CHECKING:
    from pmf_analysis.quality.record_checks import Given
    from pmf_analysis.quality.records import RecordRows, RecordSources

ARGUMENTS = {"from": is_column, "to": is_column, "limit": is_number}


def make(rows: RecordRows, given: Given, sources: RecordSources) -> NDArray[np.int8]:
    """Asked of recent records, in the unit above the one that holds them."""
    taken = sources.working_days.between(rows.days(given["from"]), rows.days(given["to"]))
    said = ~np.isnan(taken) & (recent.make(rows, {"date": given["to"]}, sources) == 1)
    on_last = said & (taken == given["limit"])
    policy = sources.policy.values["last_day"]
    before = said & (taken < given["limit"]) & (taken >= given["limit"] - policy["days_before"])
    units = sources.answering(rows.units).to_numpy(dtype=object)
    last, earlier = (pd.Series(units[found]).value_counts() for found in (on_last, before))
    standing_out = [
        unit
        for unit, count in sorted(last.items())
        if stands_out(int(count), int(earlier.get(unit, 0)), policy)
    ]
    return asked(~(on_last & np.isin(units, standing_out)), said)


def stands_out(last: int, before: int, policy: dict) -> bool:
    """Whether the last day has more than its share of it and the days before, beyond chance.

    Parameters
    ----------
    last, before : int
        Things done on the last day, and on the ``days_before`` days before it.
    policy : dict
        ``days_before``; ``share`` of all these from which the last day can stand out;
        ``chance`` that it does in a unit where all days are alike.
    """
    both = last + before
    if not both or last < float(policy["share"]) * both:
        return False
    return chance_of(last, both, Fraction(1, int(policy["days_before"]) + 1)) < policy["chance"]


def chance_of(count: int, of: int, share: Fraction) -> float:
    """Chance of so many or more among ``of``, each counted with chance ``share``; exact."""
    hit, total = share.numerator, share.denominator
    ways = sum(comb(of, k) * hit**k * (total - hit) ** (of - k) for k in range(count, of + 1))
    return float(Fraction(ways, total**of))
