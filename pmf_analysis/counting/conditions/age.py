"""Age in full years on the day of the event, or the month's last day.

``{age: child.date_of_birth, at_least: 19, at_most: 21}``
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases
from pmf_analysis.counting.conditions import Read
from pmf_analysis.counting.days import years_between
from pmf_analysis.register.models import Condition


class Rule(Condition):
    """The field with the date of birth, and the ages."""

    age: str
    at_least: float | None = None
    at_most: float | None = None


def reads(rule: Rule, table: str) -> Iterator[Read]:
    """The date of birth."""
    yield Read(table, rule.age, ("date",))


def amount(rule: Rule, cases: Cases) -> NDArray[np.float64]:
    """Full years; NaN where the date of birth is not known."""
    return years_between(cases.dates(rule.age), cases.on)
