"""An earlier record of the same child.

``{earlier: {table: referral, at: event_date, months: 12}}``: a referral before the day of the
event (or the month's last day), and less than so many months before it: a year before 10 March
2026, that is from 11 March 2025 to 9 March 2026.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases
from pmf_analysis.counting.columns import CHILD
from pmf_analysis.counting.conditions import Read
from pmf_analysis.counting.conditions._ordered import OrderedDays
from pmf_analysis.counting.days import months_before
from pmf_analysis.register.models import Condition, WholeNumber


class Before(Condition):
    """Which records are looked for."""

    table: str
    at: str
    """Their date field."""
    months: WholeNumber


class Rule(Condition):
    """There is such a record."""

    earlier: Before


def reads(rule: Rule, table: str) -> Iterator[Read]:
    """The child on both sides, and the date."""
    yield Read(table, CHILD)
    yield Read(rule.earlier.table, CHILD)
    yield Read(rule.earlier.table, rule.earlier.at, ("date",))


def holds(rule: Rule, cases: Cases) -> NDArray[np.bool_]:
    """Where there is one."""
    records, wanted = cases.records, rule.earlier
    key = ("earlier", wanted.table, wanted.at)
    there = records.once(
        key,
        lambda: OrderedDays.of(
            records.entities(wanted.table, CHILD), records.dates(wanted.table, wanted.at)
        ),
    )
    child, since = cases.entities(CHILD), months_before(cases.on, wanted.months)
    day = np.timedelta64(1, "D")
    return there.until(child, cases.on - day) > there.until(child, since)
