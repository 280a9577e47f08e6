"""To which units a record counts: the unit it names, and all that stand above that unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.periods import ReportingPeriod
from pmf_analysis.register import Context
from pmf_analysis.register.lineage import ancestors, heirs
from pmf_analysis.register.models import Unit
from pmf_analysis.terms import Structure

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Chains:
    """Units that some codes count to.

    Attributes
    ----------
    of : ndarray of int, shape (n,)
        Which row of ``units`` each code has.
    units : ndarray of int, shape (m, depth)
        Numbers of units; -1 where there are no more.
    known : ndarray of bool, shape (n,)
        Whether the code is a unit's.
    """

    of: NDArray[np.int64]
    units: NDArray[np.int64]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """Units in time, under the structure that is asked for.

    Attributes
    ----------
    context : Context
    """

    context: Context

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """Every unit; its place here is its number."""
        return tuple(one for _, one in sorted(self.context.register.units.items()))

    @cached_property
    def number(self) -> dict[str, int]:
        """Number of each unit's code."""
        return {unit.code: at for at, unit in enumerate(self.units)}

    @cached_property
    def changes(self) -> NDArray[np.datetime64]:
        """Days from which something was otherwise than the day before, in order."""
        if self.context.structure is Structure.AS_NOW:
            return np.array([], dtype="datetime64[D]")
        days = {move.moved_on for move in self.context.register.unit_moves}
        days |= {unit.valid_from for unit in self.units if unit.valid_from}
        days |= {unit.valid_to + _DAY for unit in self.units if unit.valid_to}
        return np.array(sorted(days), dtype="datetime64[D]")

    def chains(
        self, codes: NDArray[np.int64], labels: Sequence[str], on: NDArray[np.datetime64]
    ) -> Chains:
        """The units that named ones count to on their days.

        Parameters
        ----------
        codes : ndarray of int, shape (n,)
            Which label each has; -1 for none.
        labels : sequence of str
            Codes of units, or what was written in their place.
        on : ndarray of datetime64[D], shape (n,)

        Returns
        -------
        Chains
            What is no unit's code counts in the county alone.
        """
        numbers = np.array([*(self.number.get(one, -1) for one in labels), -1])[codes]
        era = np.searchsorted(self.changes, on, side="right")
        size = len(self.changes) + 1
        keys, of = np.unique(numbers * size + era, return_inverse=True)
        chains = [self._chain(int(key // size), int(key % size)) for key in keys]
        depth = max(map(len, chains), default=1)
        units = np.full((len(chains), depth), -1, dtype=np.int64)
        for at, chain in enumerate(chains):
            units[at, : len(chain)] = chain
        return Chains(of.astype(np.int64), units, numbers >= 0)

    def _chain(self, number: int, era: int) -> list[int]:
        if number < 0:
            return [self.number[self.context.register.county]]
        on = self._day_of(era)
        return [self.number[code] for code in self.chain(self.units[number].code, on)]

    def _day_of(self, era: int) -> date:
        if self.context.structure is Structure.AS_NOW:
            return self.context.as_at
        return self.changes[era - 1].item() if era else date.min

    def chain(self, code: str, on: date) -> list[str]:
        """Units that a record of a unit counts to on a day, the lowest first.

        A unit that ended counts as the one that followed it. Where it was divided, where
        nothing followed it, or where it had not begun, the record counts in what stands above.
        As they are now, a unit that was divided keeps what it did, since nobody knows which
        part of it is whose.
        """
        register = self.context.register
        unit, now = register.units[code], self.context.structure is Structure.AS_NOW
        after = heirs(code, register.units, on)
        lines = [[one, *ancestors(one, register.moves_of, register.units, on)] for one in after]
        if len(after) == 1:
            found = lines[0]
        else:
            shared = set(lines[0]).intersection(*lines[1:])
            found = [code, *(one for one in lines[0] if one in shared)]
        return [one for one in found if (now and one == unit.code) or self._holds(one, on, now)]

    def below(self, codes: Collection[str]) -> frozenset[str]:
        """Codes of these units and of all below them, ended ones too, on the as-at date."""
        register, on = self.context.register, self.context.as_at
        return frozenset(
            one
            for one in register.units
            if not {one, *ancestors(one, register.moves_of, register.units, on)}.isdisjoint(codes)
        )

    def _holds(self, code: str, on: date, now: bool) -> bool:
        unit = self.context.register.units[code]
        return now or unit.holds_on(on)

    def existing(self, months: Sequence[ReportingPeriod], at_end: bool) -> NDArray[np.bool_]:
        """Whether each unit exists in each month, shape (units, months).

        Parameters
        ----------
        months : sequence of ReportingPeriod
        at_end : bool
            Whether it must exist on the month's last day; else on any day of it.

        Returns
        -------
        ndarray of bool
            As they are now, a unit exists while any unit did whose past is its own.
        """
        own = np.array(
            [
                [one.holds_on(m.end) if at_end else one.holds_in(m.start, m.end) for m in months]
                for one in self.units
            ],
            dtype=bool,
        ).reshape(len(self.units), len(months))
        if self.context.structure is not Structure.AS_NOW:
            return own
        found = np.zeros_like(own)
        for at, unit in enumerate(self.units):
            for code in self.chain(unit.code, self.context.as_at):
                found[self.number[code]] |= own[at]
        return found
