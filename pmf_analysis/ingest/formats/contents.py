"""What reading a file in one format gives."""

from __future__ import annotations

from dataclasses import dataclass

from pmf_analysis.ingest.sheets import Sheet


@dataclass(frozen=True)
class Contents:
    """The sheets of a file.

    Attributes
    ----------
    format : str
        Such as ``csv``, ``csv in gz``, ``xlsx``.
    sheets : tuple of Sheet
        In the order of the file; at least one, none of them without a row.
    encoding : str
        ``utf-8``, ``utf-8 with byte-order mark`` or ``windows-1252`` for text; empty for
        formats that say it themselves.
    remarks : tuple of str
        Sentences that hold no text of a cell.
    """

    format: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    remarks: tuple[str, ...] = ()
