"""What is said of a file before it is received, and its lines for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pmf_analysis.ingest.sheet_explained import SheetExplained

_SHOWN = 8


@dataclass(frozen=True)
class Explanation:
    """How a file would be read.

    Attributes
    ----------
    file_name, format, encoding : str
    bytes : int
    published : str
        When and how known, or that it must be said.
    sheets : tuple of SheetExplained
    remarks : tuple of str
    """

    file_name: str
    format: str
    encoding: str
    bytes: int
    published: str
    sheets: tuple[SheetExplained, ...]
    remarks: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Plain dictionaries, lists and values."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The explanation for the terminal."""
        encoding = f", {self.encoding}" if self.encoding else ""
        lines = [f"{self.file_name}: {self.format}{encoding}, {self.bytes:,} bytes"]
        lines.append(f"Published: {self.published}")
        lines += list(self.remarks)
        for sheet in self.sheets:
            lines += ["", *_sheet_lines(sheet, len(self.sheets) > 1)]
        return lines


def _sheet_lines(sheet: SheetExplained, several: bool) -> list[str]:
    named = f"Sheet {sheet.name}: " if several else ""
    lines = [f"{named}{sheet.rows:,} rows, {sheet.columns} columns"]
    if sheet.header_rows:
        rows = f", {sheet.header_rows} rows" if sheet.header_rows > 1 else ""
        lines.append(f"  Header: line {sheet.header_line}{rows}")
    if sheet.layout:
        lines.append(f"  Layout: {sheet.layout} ({sheet.holds}): {sheet.why}")
        lines += _contents_lines(sheet)
    else:
        lines.append(f"  Layout: none: {sheet.why}")
        lines += [f"  Near: {sentence}" for sentence in sheet.nearest]
    lines += [f"    {use.name}: {use.use}" for use in sheet.uses]
    if sheet.proposal:
        lines.append(
            f"  Complete this, save it as data/reference/layouts/{sheet.proposal_name}.yml and "
            "look again:"
        )
        lines += [f"    {line}" for line in sheet.proposal.splitlines()]
    return lines


def _contents_lines(sheet: SheetExplained) -> list[str]:
    lines = [f"  Rows: {sheet.rows_read:,} read, {sheet.rows_refused:,} refused"]
    lines += [
        f"    {reason.rows:,} refused, first in line {reason.first_line}: {reason.text}"
        for reason in sheet.refusals[:_SHOWN]
    ]
    if sheet.first_period:
        lines.append(f"  Periods: {sheet.first_period} to {sheet.last_period}")
        strange = (
            f", {sheet.units_not_in_register:,} not in the register"
            if sheet.units_not_in_register else ""
        )  # fmt: skip
        lines.append(f"  Areas: {sheet.units:,}{strange}")
    if sheet.areas_unknown:
        lines.append(f"  Areas refused: {listed(sheet.areas_unknown, _SHOWN)}")
    lines.append(f"  Cells: {sheet.cells:,}, {sheet.cells_unread:,} unread")
    if sheet.markers:
        marks = ", ".join(f"{mark} {count:,}" for mark, count in sheet.markers.items())
        lines.append(f"  Markers: {marks}")
    if sheet.qualifiers:
        marks = "; ".join(f"{mark} {count:,}" for mark, count in sheet.qualifiers.items())
        lines.append(f"  Qualifiers: {marks}")
    if sheet.unread:
        lines.append(f"  Unread, for example: {', '.join(sheet.unread)}")
    return lines


def listed(names: Sequence[str], most: int) -> str:
    """So many names, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
