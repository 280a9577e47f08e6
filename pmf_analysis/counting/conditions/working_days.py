"""Working days between two dates: ``{working_days: {from: a, to: b}, at_most: 45}``."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases
from pmf_analysis.counting.conditions import Read
from pmf_analysis.counting.conditions._stretch import Between
from pmf_analysis.register.models import Condition


class Rule(Condition):
    """How many working days, the first date not counted (rule set ``bank-holidays``)."""

    working_days: Between
    at_least: float | None = None
    at_most: float | None = None


def reads(rule: Rule, table: str) -> Iterator[Read]:
    """The two dates."""
    return rule.working_days.reads(table)


def amount(rule: Rule, cases: Cases) -> NDArray[np.float64]:
    """Working days from the one to the other; NaN where either is missing."""
    begun, done = cases.dates(rule.working_days.from_), cases.dates(rule.working_days.to)
    return cases.records.working_days().between(begun, done)
