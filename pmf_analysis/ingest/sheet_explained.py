"""What is said of one sheet before it is received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pmf_analysis.ingest.grouping import Reason


@dataclass(frozen=True)
class ColumnUse:
    """What a column is taken for: area, period, breakdown, figure, field, or not read."""

    name: str
    use: str


@dataclass(frozen=True)
class SheetExplained:
    """How one sheet would be read.

    Attributes
    ----------
    name : str
    rows, columns : int
        Size of the sheet as delivered.
    layout : str
        Empty where none describes it.
    holds : str
        ``terms.Holds`` of the layout.
    why : str
        Why this layout, or why none.
    nearest : tuple of str
        Layouts that come nearest, and what they lack.
    header_line, header_rows : int
        Where the names of the columns were found; 0 where the format itself gives them.
    uses : tuple of ColumnUse
    rows_read, rows_refused : int
    refusals : tuple of Reason
    first_period, last_period : str
    units : int
        Different areas in the rows read.
    units_not_in_register : int
    areas_unknown : tuple of str
        Areas for which rows were refused; of figures only.
    markers, qualifiers : dict
        Marker instead of a figure, or qualifier beside one, as printed, to number of cells.
    cells, cells_unread : int
    unread : tuple of str
        Some texts that could not be read; none of records.
    proposal_name, proposal : str
        A layout file to complete, where no layout describes a table.
    """

    name: str
    rows: int
    columns: int
    layout: str = ""
    holds: str = ""
    why: str = ""
    nearest: tuple[str, ...] = ()
    header_line: int = 0
    header_rows: int = 0
    uses: tuple[ColumnUse, ...] = ()
    rows_read: int = 0
    rows_refused: int = 0
    refusals: tuple[Reason, ...] = ()
    first_period: str = ""
    last_period: str = ""
    units: int = 0
    units_not_in_register: int = 0
    areas_unknown: tuple[str, ...] = ()
    markers: Mapping[str, int] = field(default_factory=dict)
    qualifiers: Mapping[str, int] = field(default_factory=dict)
    cells: int = 0
    cells_unread: int = 0
    unread: tuple[str, ...] = ()
    proposal_name: str = ""
    proposal: str = ""
