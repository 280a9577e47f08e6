"""How many records of another table lie across the day, or across the months up to it.

``{overlapping: {table: placement, from: event_date, to: ended_on, months: 12}, at_least: 3}``:
three or more places in the twelve months up to the day. Without ``months`` those that are open
on the day count, so that ``at_most: 0`` is a post that nobody holds. A record belongs by the
child, or by another field (``by``) that both tables have; one that ends before it begins is
none. A record that ended on a day is no longer open on it, unless the day is its last
(``inclusive``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases
from pmf_analysis.counting.columns import CHILD, Records
from pmf_analysis.counting.conditions import Read
from pmf_analysis.counting.conditions._ordered import OrderedDays
from pmf_analysis.counting.days import months_before
from pmf_analysis.register.models import Condition, WholeNumber

_DAY = np.timedelta64(1, "D")


class Across(Condition):
    """Which records are looked for."""

    table: str
    from_: str
    to: str
    by: str = CHILD
    months: WholeNumber = 0
    inclusive: bool = False


class Rule(Condition):
    """How many there must be, or may be."""

    overlapping: Across
    at_least: float | None = None
    at_most: float | None = None


def reads(rule: Rule, table: str) -> Iterator[Read]:
    """What binds the tables, and the two dates."""
    wanted = rule.overlapping
    yield Read(table, wanted.by)
    yield Read(wanted.table, wanted.by)
    yield Read(wanted.table, wanted.from_, ("date",))
    yield Read(wanted.table, wanted.to, ("date",))


def amount(rule: Rule, cases: Cases) -> NDArray[np.float64]:
    """How many; 0 where the record does not say whose they would be."""
    wanted = rule.overlapping
    key = ("overlapping", *wanted.model_dump(exclude={"months"}).values())
    begun, ended = cases.records.once(key, lambda: _ends(wanted, cases.records))
    number = cases.entities(wanted.by)
    over = begun.until(number, cases.on) - ended.until(
        number, months_before(cases.on, wanted.months)
    )
    return over.astype(np.float64)


def _ends(wanted: Across, records: Records) -> tuple[OrderedDays, OrderedDays]:
    """First days, and the first days on which a record is no longer open."""
    number = records.entities(wanted.table, wanted.by)
    begun = records.dates(wanted.table, wanted.from_)
    ended = records.dates(wanted.table, wanted.to)
    sound = ~np.isnat(begun) & ~(ended < begun)
    after = ended + _DAY if wanted.inclusive else ended
    return OrderedDays.of(number[sound], begun[sound]), OrderedDays.of(number[sound], after[sound])
