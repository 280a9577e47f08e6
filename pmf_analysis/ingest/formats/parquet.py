"""Parquet: columns with names and kinds, read by the owner of the library (``store``)."""

from __future__ import annotations

import numpy as np

from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import empty
from pmf_analysis.ingest.sheets import Column, Sheet
from pmf_analysis.store.parquet_columns import parquet_shape, read_text_columns

ENDINGS = (".parquet",)
KIND = "a Parquet file"


def is_of(content: bytes) -> bool:
    """Whether the bytes begin as Parquet does."""
    return content.startswith(b"PAR1")


def read(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read a Parquet file; its first row is line 1.

    Raises
    ------
    UnreadableFileError
        If it is damaged, has no row, is larger than its limits, or is not flat.
    """
    shape = parquet_shape(content, name)
    if not shape.rows or not shape.columns:
        raise empty(name)
    allowance.spend(shape.unpacked, name)
    allowance.spend_cells(shape.rows, shape.columns, name)
    held = read_text_columns(content, name)
    sheet = Sheet(
        title, tuple(column.name.strip() for column in held),
        tuple(Column(column.codes, column.texts) for column in held),
        np.arange(1, shape.rows + 1, dtype=np.int64),
    )  # fmt: skip
    return Contents("parquet", (sheet,))
