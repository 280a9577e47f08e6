"""Days from one date of the record to another: ``{days: {from: a, to: b}, at_most: 28}``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases
from pmf_analysis.counting.conditions import Read
from pmf_analysis.counting.conditions._stretch import Between
from pmf_analysis.register.models import Condition


class Rule(Condition):
    """How many days, the first not counted."""

    days: Between
    at_least: float | None = None
    at_most: float | None = None


def reads(rule: Rule, table: str) -> Iterator[Read]:
    """The two dates."""
    return rule.days.reads(table)


def amount(rule: Rule, cases: Cases) -> NDArray[np.float64]:
    """Days from the one to the other; NaN where either is missing."""
    begun, done = cases.dates(rule.days.from_), cases.dates(rule.days.to)
    missing = np.isnat(begun) | np.isnat(done)
    return np.where(missing, np.nan, (done - begun).astype(np.float64))
