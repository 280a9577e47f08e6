"""The receipt of a delivery: what came, what was read, and what was not and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from pmf_analysis.store import canonical_json
from pmf_analysis.terms import DataClass, Holds


@dataclass(frozen=True)
class Refusal:
    """A row of the file that was not read: its line and the reason.

    ``sheet`` is empty where the file has one sheet only.
    """

    line: int
    reason: str
    sheet: str = ""


@dataclass(frozen=True)
class UnreadCell:
    """A cell that holds neither a number nor a known marker: kept, without a value.

    ``text`` is cut short; of a number beside a marker it is the marker, never the number;
    of a table of records it is empty.
    """

    line: int
    column: str
    reason: str
    text: str
    sheet: str = ""


@dataclass(frozen=True)
class Duplicate:
    """Rows of the file that give the same figures twice; all of them are kept.

    ``sheets`` names the sheet of each line; it is empty where the file has one only.
    """

    service_area: str
    cohort: str
    breakdown: str
    period: str
    columns: tuple[str, ...]
    lines: tuple[int, ...]
    values_differ: bool
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetAccount:
    """What came of one sheet of the file.

    Attributes
    ----------
    name : str
    layout, table : str
        Empty where no layout describes the sheet.
    rows : int
        Below the header; of a sheet that was not read, all that hold something.
    read, refused : int
        They add up to ``rows`` where the sheet was read.
    rows_before_header : int
    reason : str
        Why the sheet was not read; empty where it was.
    """

    name: str
    layout: str
    table: str
    rows: int
    read: int
    refused: int
    rows_before_header: int = 0
    reason: str = ""


@dataclass(frozen=True)
class PrintedArea:
    """A unit as the file names it: so that another code of it can be told later.

    ``printed`` is the cell that decided; ``rows`` counts the rows that have it.
    """

    service_area: str
    printed: str
    first_period: str
    last_period: str
    rows: int


@dataclass(frozen=True)
class Receipt:
    """What came of one delivered file.

    Holds no time and no folder: the same file, register and layout give the same bytes.

    Attributes
    ----------
    id : str
        Of the delivery: first 16 hexadecimal digits of ``sha256``.
    file_name, sha256, bytes, encoding : str, str, int, str
        The file as delivered.
    layout, layout_version, table : str
    published, published_basis : str
        Date, and where it comes from: ``given``, ``file name`` or ``latest period inside``.
    rows_in_file, rows_read, rows_refused : int
        The last two add up to the first.
    refusals : tuple of Refusal
    format : str
        Such as ``csv``, ``xlsx``, ``xml in zip``.
    origin : str
        Empty for a file; else where it was fetched, such as ``database source cases``.
    holds, data_class : str
        ``terms.Holds``: records where any sheet holds some. ``terms.DataClass``: the narrowest.
    tables : tuple of str
        Every table inside, sorted; ``table`` is the only one, or stands for all of them.
    sheets : tuple of SheetAccount
        In the order of the file, with those that no layout describes.
    areas : tuple of PrintedArea
        Where areas are read by the register.
    areas_not_in_register : int
        Areas kept under their printed code, which the register does not know.
    qualifiers : dict
        Qualifier beside figures, as printed, to number of cells.
    cells, cells_unread : int
        Cells of figures in the rows read; cells that could not be read (also of a column
        with the state of its row).
    unread : tuple of UnreadCell
    duplicates : tuple of Duplicate
    states : dict
        State to number of cells; they add up to ``cells``.
    first_period, last_period : str
    units : int
        Different units in the rows read.
    columns_not_read : tuple of str
        Columns that the layout does not know.
    labels_unknown : tuple of str
        Breakdown labels that the layout does not know; kept as printed.
    remarks : tuple of str
        What else a reader should know, in sentences.
    """

    id: str
    file_name: str
    sha256: str
    bytes: int
    encoding: str
    layout: str
    layout_version: str
    table: str
    published: str
    published_basis: str
    rows_in_file: int
    rows_read: int
    rows_refused: int
    refusals: tuple[Refusal, ...]
    cells: int
    cells_unread: int
    unread: tuple[UnreadCell, ...]
    duplicates: tuple[Duplicate, ...]
    states: dict[str, int]
    first_period: str
    last_period: str
    units: int
    columns_not_read: tuple[str, ...] = ()
    labels_unknown: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    format: str = "csv"
    origin: str = ""
    holds: str = Holds.FIGURES.value
    data_class: str = DataClass.PUBLISHED.value
    tables: tuple[str, ...] = ()
    sheets: tuple[SheetAccount, ...] = ()
    areas: tuple[PrintedArea, ...] = ()
    areas_not_in_register: int = 0
    qualifiers: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows_not_described(self) -> int:
        """Rows of sheets that no layout describes."""
        return sum(sheet.rows for sheet in self.sheets if not sheet.layout)

    def as_dict(self) -> dict:
        """Plain dictionaries, lists and values, as the receipt's JSON holds them."""
        return json.loads(self.to_json())

    def to_json(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(asdict(self))

    @classmethod
    def from_dict(cls, content: Mapping) -> Receipt:
        """The receipt of ``as_dict`` or of the JSON."""
        given = {each.name: content[each.name] for each in fields(cls) if each.name in content}
        for name, kind in _LISTS.items():
            given[name] = tuple(kind(**each) for each in content.get(name, ()))
        given["duplicates"] = tuple(
            Duplicate(**{key: tuple(x) if isinstance(x, list) else x for key, x in each.items()})
            for each in content["duplicates"]
        )
        for name in ("columns_not_read", "labels_unknown", "remarks", "tables"):
            given[name] = tuple(content.get(name, ()))
        return cls(**given)


_LISTS = {
    "refusals": Refusal, "unread": UnreadCell, "sheets": SheetAccount, "areas": PrintedArea,
}  # fmt: skip
