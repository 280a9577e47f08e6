"""Which columns of an unknown table name its areas: of several, those of the smallest areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.profiles import Profile
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.unknown_table import Table

_AGREE = 0.9


class Places:
    """The units that the rows of a table name, column by column.

    Parameters
    ----------
    table : Table
    register : FindsUnits
    """

    def __init__(self, table: Table, register: FindsUnits) -> None:
        self._table = table
        self._register = register
        self._held: dict[int, NDArray[np.object_]] = {}

    def most_different(self, profiles: Sequence[Profile]) -> tuple[Profile, ...]:
        """Of columns with areas, the one with most units and those that name the same.

        A region or a country beside an authority is another area than the row's.
        """
        if len(profiles) < 2:
            return tuple(profiles)
        rows = np.ones(len(self._table.rows), dtype=bool)
        names = self._same(profiles, rows)
        found = [each for each in profiles if each.name in names]
        return tuple(sorted(found, key=lambda each: names.index(each.name)))

    def of_levels(self, level: Profile, profiles: Sequence[Profile]) -> dict[str, tuple[str, ...]]:
        """For each level in lower case the columns that name its areas; empty where none does."""
        column = self._table.columns[level.place]
        texts = column.texts[column.codes[self._table.rows]]
        candidates = [each for each in profiles if each.areas > 0.2]
        return {
            text.casefold(): self._same(candidates, texts == text)
            for text in sorted(level.texts)
        }  # fmt: skip

    def _same(self, profiles: Sequence[Profile], rows: NDArray[np.bool_]) -> tuple[str, ...]:
        """Names of the column with most units in some rows, and of those that agree with it."""
        held = [each for each in profiles if (self._units(each)[rows] != "").mean() > 0.5]
        if not held:
            return ()
        best = max(held, key=lambda each: (
            len(set(self._units(each)[rows])), -each.filled, each.place,
        ))  # fmt: skip
        mine = self._units(best)[rows]
        agree = [best]
        for each in held:
            other = self._units(each)[rows]
            both = (mine != "") & (other != "")
            if each is not best and both.any() and (mine == other)[both].mean() > _AGREE:
                agree.append(each)
        return tuple(each.name for each in agree)

    def _units(self, profile: Profile) -> NDArray[np.object_]:
        """Code of the unit of each row; empty where the register knows none."""
        if profile.place not in self._held:
            column = self._table.columns[profile.place]
            used = np.unique(column.codes[self._table.rows])
            codes = np.full(len(column.texts), "", dtype=object)
            for at in used:
                text = str(column.texts[at])
                unit = self._register.find_unit(text) if text else None
                codes[at] = unit.code if unit else ""
            self._held[profile.place] = codes[column.codes[self._table.rows]]
        return self._held[profile.place]
