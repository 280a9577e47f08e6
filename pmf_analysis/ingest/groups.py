"""Rows that say the same in some columns: what they say is read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.ingest.sheets import Column

_FULL = 2**62

Read = TypeVar("Read")


@dataclass(frozen=True)
class Coded:
    """A text for each row, each different one held once.

    Attributes
    ----------
    codes : ndarray of int, shape (n,)
        Place of each row's text in ``texts``.
    texts : tuple of str
        All different.
    """

    codes: NDArray[np.integer]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: NDArray[np.intp]) -> Coded:
        """The texts of some rows."""
        return Coded(self.codes[rows], self.texts)

    def column(self) -> pd.api.extensions.ExtensionArray:
        """The texts as a column of a table."""
        return pd.array(list(self.texts) or [""], dtype="str").take(self.codes)


def coded(codes: NDArray[np.integer], texts: Sequence[str]) -> Coded:
    """Texts of rows, where several places may hold one text."""
    places: dict[str, int] = {}
    meaning = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int32)
    return Coded(meaning[codes] if len(texts) else codes, tuple(places))


def constant(text: str, count: int) -> Coded:
    """One text for every row."""
    return Coded(np.zeros(count, dtype=np.int32), (text,))


def combined(codes: Sequence[NDArray[np.integer]], count: int) -> tuple[NDArray, NDArray[np.intp]]:
    """Number the different combinations of codes.

    Parameters
    ----------
    codes : sequence of ndarray of int, shape (n,) each
        None below 0.
    count : int
        n, which none says where there are no codes.

    Returns
    -------
    tuple of (ndarray of int, shape (n,), ndarray of int, shape (g,))
        The combination of each row, counted from 0 in the order of the rows; and for each
        combination the first row that has it.
    """
    whole = np.zeros(count, dtype=np.int64)
    size = 1
    for part in codes:
        width = int(part.max(initial=0)) + 1
        if size * width >= _FULL:
            whole, found = pd.factorize(whole)
            size = len(found)
        whole = whole * width + part
        size *= width
    groups, _ = pd.factorize(whole)
    first = np.empty(int(groups.max(initial=-1)) + 1, dtype=np.intp)
    first[groups[::-1]] = np.arange(count - 1, -1, -1)
    return groups, first


def read_groups(
    columns: Mapping[int, Column], count: int, read: Callable[[Mapping[int, str]], Read]
) -> tuple[NDArray, list[Read]]:
    """What a function reads from the cells of a row, called once for each different row.

    Parameters
    ----------
    columns : mapping of int to Column
        Place in the header to the column there.
    count : int
        Rows.
    read : callable
        Takes the texts of a row by their places.

    Returns
    -------
    tuple of (ndarray of int, shape (n,), list)
        For each row the place of what was read, and what was read.
    """
    groups, first = combined([column.codes for column in columns.values()], count)
    return groups, [
        read({place: str(column.texts[column.codes[row]]) for place, column in columns.items()})
        for row in first
    ]
