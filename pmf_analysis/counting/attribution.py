"""Who a record counts to: the team at the event, at the month's end, or the home district."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.counting.cases import Cases, Months, open_months, spread
from pmf_analysis.counting.columns import CHILD, Records, Texts
from pmf_analysis.counting.definitions import ALLOCATION, CHILDREN, HOME, Fields, by_allocation
from pmf_analysis.register.models import Indicator, OpenRule
from pmf_analysis.terms import Attribution

_OPEN = OpenRule(from_="started_on", to="ended_on")


@dataclass(frozen=True)
class Named:
    """What names the unit of each case; a case may have several.

    Attributes
    ----------
    case : ndarray of int, shape (p,)
        Which case.
    codes : Texts
        Of shape (p,): the code of a unit as it was written.
    single : bool
        Whether every case has one.
    """

    case: NDArray[np.int64]
    codes: Texts
    single: bool


@dataclass(frozen=True)
class _Held:
    """Teams with open allocations, by child and month, in the order of ``key``."""

    key: NDArray[np.int64]
    team: NDArray[np.int64]
    labels: tuple[str, ...]

    def of(self, chosen: Sequence[bool]) -> _Held:
        """Those of the teams chosen among ``labels``."""
        here = np.append(np.array(chosen, dtype=bool), False)[self.team]
        return _Held(self.key[here], self.team[here], self.labels)


def named_units(
    indicator: Indicator, cases: Cases, months: Months, fields: Fields, holders: Collection[str]
) -> Named:
    """The code of the unit that each case is counted to, by ``attribute_to``.

    Parameters
    ----------
    indicator : Indicator
    cases : Cases
    months : Months
    fields : mapping
    holders : collection of str
        Units whose open allocations say who holds a child; all when empty.
    """
    source = indicator.source.records
    assert source is not None
    if indicator.attribute_to == Attribution.HOME_DISTRICT:
        own = HOME in fields[source.table]
        return _each(cases.texts(HOME if own else f"{CHILDREN}.{HOME}"))
    if not by_allocation(indicator, fields):
        return _each(cases.texts(source.team))
    if source.team in fields[source.table]:
        alone = cases.texts(source.team)
    else:
        alone = Texts(np.full(len(cases), -1), ())
    return _by_allocation(cases, months, alone, holders)


def _each(codes: Texts) -> Named:
    return Named(np.arange(len(codes.codes)), codes, single=True)


def _by_allocation(cases: Cases, months: Months, alone: Texts, holders: Collection[str]) -> Named:
    """Teams of every open allocation of the child; the record's own where there is none."""
    held = _allocations(cases.records, months)
    if holders:
        held = held.of([label in holders for label in held.labels])
    child = cases.entities(CHILD)
    month = months.place(cases.on)
    key = np.where(child < 0, -1, child * len(months) + month)
    first = np.searchsorted(held.key, key, side="left")
    after = np.searchsorted(held.key, key, side="right")
    none = np.flatnonzero(first == after)
    case, place = spread(first, after)
    codes = np.concatenate([held.team[place], alone.codes[none] + len(held.labels)])
    codes[len(place) :][alone.codes[none] < 0] = -1
    return Named(
        np.concatenate([case, none]), Texts(codes, (*held.labels, *alone.labels)), single=False
    )


def _allocations(records: Records, months: Months) -> _Held:
    def expand() -> _Held:
        row, month = spread(*open_months(_OPEN, records, ALLOCATION, months))
        child = records.entities(ALLOCATION, CHILD)[row]
        team = records.texts(ALLOCATION, "team")
        key = np.where(child < 0, -2, child * len(months) + month)
        order = np.argsort(key, kind="stable")
        return _Held(key[order], team.codes[row][order], team.labels)

    return records.once(("allocations", months.periods), expand)
