"""The receipt of a delivery: what came, what was read, and what was not and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from pmf_analysis.store import canonical_json


@dataclass(frozen=True)
class Refusal:
    """A row of the file that is not among the figures: its line and the reason."""

    line: int
    reason: str


@dataclass(frozen=True)
class UnreadCell:
    """A cell that holds neither a number nor a known marker: kept, without a value.

    ``text`` is cut short; of a number beside a marker it is the marker, never the number.
    """

    line: int
    column: str
    reason: str
    text: str


@dataclass(frozen=True)
class Duplicate:
    """Rows of the file that give the same figures twice; all of them are kept."""

    service_area: str
    cohort: str
    breakdown: str
    period: str
    columns: tuple[str, ...]
    lines: tuple[int, ...]
    values_differ: bool


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

    def as_dict(self) -> dict:
        """Plain dictionaries, lists and values, as the receipt's JSON holds them."""
        return json.loads(self.to_json())

    def to_json(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(asdict(self))

    @classmethod
    def from_dict(cls, content: Mapping) -> Receipt:
        """The receipt of ``as_dict`` or of the JSON."""
        given = {field.name: content[field.name] for field in fields(cls) if field.name in content}
        given["refusals"] = tuple(Refusal(**each) for each in content["refusals"])
        given["unread"] = tuple(UnreadCell(**each) for each in content["unread"])
        given["duplicates"] = tuple(
            Duplicate(**{**each, "columns": tuple(each["columns"]), "lines": tuple(each["lines"])})
            for each in content["duplicates"]
        )
        for name in ("columns_not_read", "labels_unknown", "remarks"):
            given[name] = tuple(content.get(name, ()))
        return cls(**given)
