"""Reading a folder of reference cases, and counting what is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

RELATIVE = 1e-8
"""Tolerance of limits and intervals, of the folder's README."""


@dataclass
class Tally:
    """How many cases of one set are right, and which are not.

    Attributes
    ----------
    name : str
    right, total : int
    misses : list of str
        In words, the first few.
    """

    name: str
    right: int = 0
    total: int = 0
    misses: list[str] = field(default_factory=list)

    def count(self, case: str, right: bool, words: str = "") -> None:
        """Count one case."""
        self.total += 1
        self.right += bool(right)
        if not right:
            self.misses.append(f"{case}: {words}" if words else case)


@dataclass(frozen=True)
class Cases:
    """The tables of a folder, read when asked for, empty cells as NaN or empty text."""

    folder: Path

    def has(self, *names: str) -> bool:
        """Whether the folder holds all of some files."""
        return all((self.folder / name).is_file() for name in names)

    def read(self, name: str, text: Sequence[str] = ()) -> pd.DataFrame:
        """One table.

        Parameters
        ----------
        name : str
            File name.
        text : sequence of str
            Columns that stay text, empty where nothing is given.
        """
        table = pd.read_csv(self.folder / name, dtype=dict.fromkeys(text, "str"))
        return table.fillna(dict.fromkeys([c for c in text if c in table], ""))


def close(
    found: ArrayLike, expected: ArrayLike, relative: float = RELATIVE, absolute: float = 1e-12
) -> NDArray[np.bool_]:
    """Where two columns agree: within a tolerance, or both without a number.

    Parameters
    ----------
    found, expected : array_like of float, shape (n,)
    relative, absolute : float

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    one, other = np.asarray(found, dtype=float), np.asarray(expected, dtype=float)
    return np.isclose(one, other, rtol=relative, atol=absolute, equal_nan=True)


def beside(points: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """The expected row of each point of each case; empty where there is none."""
    return points[["case_id", "idx"]].merge(expected, on=["case_id", "idx"], how="left")


def each_case(table: pd.DataFrame, key: str = "case_id") -> Iterator[tuple[str, pd.DataFrame]]:
    """Every case with its rows, in the order of the file."""
    for name, rows in table.groupby(key, sort=False):
        yield str(name), rows.reset_index(drop=True)
