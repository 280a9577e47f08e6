"""Spells with a beginning and an end, in order, by whom they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.quality.record_checks import NOTHING
from pmf_analysis.quality.records import OPEN, column_of

if TYPE_CHECKING:
    from pmf_analysis.quality.records import RecordRows


@dataclass(frozen=True)
class Spells:
    """Spells in the order of owner and beginning; those without either are left out.

    Attributes
    ----------
    row : numpy.ndarray of int, shape (m,)
        Number of the record.
    start : numpy.ndarray of datetime64[D], shape (m,)
    first, last : numpy.ndarray of bool, shape (m,)
        Whether it is its owner's first, or last.
    ended_before, ended_by : numpy.ndarray of datetime64[D], shape (m,)
        When the latest of the owner's spells before it ended; the same with its own.
    """

    row: NDArray[np.intp]
    start: NDArray[np.datetime64]
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]
    ended_before: NDArray[np.datetime64]
    ended_by: NDArray[np.datetime64]

    @classmethod
    def of(cls, rows: RecordRows, owner: Sequence[str], start: str, end: str) -> Spells:
        """The spells of each owner."""
        begins, ends = rows.days(start), rows.days(end)
        ends = np.where(np.isnat(ends), OPEN, ends)
        named = [pd.factorize(column_of(rows.known, name))[0] for name in owner]
        whose = pd.DataFrame(dict(enumerate(named))).groupby(list(range(len(named)))).ngroup()
        known = np.logical_and.reduce([~np.isnat(begins), *(codes >= 0 for codes in named)])
        codes = whose.to_numpy()
        chosen = np.flatnonzero(known)
        order = chosen[np.lexsort((ends[chosen], begins[chosen], codes[chosen]))]
        codes = codes[order]
        change = codes[1:] != codes[:-1]
        first = np.append(True, change)[: len(order)]
        last = np.append(change, True)[-len(order) :] if len(order) else first
        latest = pd.Series(ends[order].astype("int64")).groupby(codes).cummax().to_numpy()
        by = latest.astype("datetime64[D]")
        before = np.where(first, begins[order], np.roll(by, 1))
        return cls(order, begins[order], first, last, before, by)

    def in_place(self, found: NDArray[np.int8], count: int) -> NDArray[np.int8]:
        """What was found of each spell, in the order of the records; nothing for the rest."""
        placed = np.full(count, NOTHING, dtype=np.int8)
        placed[self.row] = found
        return placed
