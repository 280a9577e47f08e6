"""A table that no layout describes, with its header found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.sheets import Column


@dataclass(frozen=True)
class Table:
    """A sheet with its header found.

    Attributes
    ----------
    sheet : str
        Name of the sheet; empty where the file is one table.
    file_name : str
    header_rows, header_line : int
        How many rows the names of the columns stand on, and the line of the first.
    names : tuple of str
        Joined names.
    columns : tuple of Column
    rows : ndarray of int
        Places of the rows below the header.
    above : tuple of str
        Filled cells above the header.
    """

    sheet: str
    file_name: str
    header_rows: int
    header_line: int
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: NDArray[np.intp]
    above: tuple[str, ...] = ()
