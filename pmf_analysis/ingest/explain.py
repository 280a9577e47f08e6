"""How a file would be read, sheet by sheet, with nothing stored; and what an unknown one needs.

Of a table of records, or one that looks like it, no cell is ever shown: names of columns,
types and counts only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.errors import DeliveryError
from pmf_analysis.ingest.blocks import cut_blocks, without_blocks
from pmf_analysis.ingest.documents import read_document
from pmf_analysis.ingest.grouping import Reason, group_refusals
from pmf_analysis.ingest.guessing import guess_table
from pmf_analysis.ingest.matching import (
    Match,
    choose_for_sheet,
    hold_against,
    said_layouts,
)
from pmf_analysis.ingest.names import published_on
from pmf_analysis.ingest.profiles import names_people
from pmf_analysis.ingest.proposing import propose_extension, propose_layout, proposed_name
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.sheet_reading import Place, SheetExtract, read_sheet
from pmf_analysis.ingest.sheets import Document, Sheet
from pmf_analysis.ingest.taking import with_taken
from pmf_analysis.ingest.unknown_table import Table
from pmf_analysis.register.layouts import Layout
from pmf_analysis.terms import Holds, State

_AREA = re.compile(r"area ['\"](.*)['\"] is not in the register")
_SHOWN = 8
_NEAREST = 3
_SHARE = 0.5


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


def explain(
    path: str | Path, register: FindsUnits, layouts: Mapping[str, Layout], layout: str = ""
) -> Explanation:
    """Explain how a file would be read.

    Parameters
    ----------
    path : str or Path
    register : Register
        Finds the unit that an area's code or name means.
    layouts : mapping
        Name to layout.
    layout : str, optional
        The layout's name, where it is said and not found.

    Returns
    -------
    Explanation
        Nothing is stored.

    Raises
    ------
    UnreadableFileError
        If the file cannot be opened as what its name says.
    ParameterError
        If ``layout`` is unknown.
    """
    known = said_layouts(layouts, layout) if layout else layouts
    document = read_document(Path(path))
    pieces = cut_blocks(document, known)
    several = len(pieces) > 1
    found = [
        _explain_sheet(
            piece.sheet, document, several, register,
            known if piece.layout else without_blocks(known), piece.layout or layout,
        )
        for piece in pieces
    ]  # fmt: skip
    tables = [
        None if each.layout else guess_table(piece.sheet, document.name, len(document.sheets))
        for (each, _), piece in zip(found, pieces, strict=True)
    ]
    # one table of people makes the whole file one that nobody may see
    private = any(each.holds == Holds.RECORDS.value for each, _ in found) or any(
        names_people(table.names) for table in tables if table is not None
    )
    sheets = tuple(
        each if each.layout else _with_proposal(each, table, register, layouts, private)
        for (each, _), table in zip(found, tables, strict=True)
    )
    reads = [read for _, read in found if read is not None]
    return Explanation(
        document.name, document.format, document.encoding, document.size,
        _published(document, sheets, reads), sheets, document.remarks,
    )  # fmt: skip


def _explain_sheet(
    sheet: Sheet, document: Document, several: bool, register: FindsUnits,
    layouts: Mapping[str, Layout], said: str,
) -> tuple[SheetExplained, SheetExtract | None]:  # fmt: skip
    size = SheetExplained(sheet.name, len(sheet), len(sheet.columns))
    try:
        match = choose_for_sheet(sheet, layouts, document.name, several, said)
    except DeliveryError as error:
        return replace(size, why=_why_none(error)), None
    if match.layout.take:
        sheet = with_taken(sheet, document.sheets, match.layout.take)
        match = choose_for_sheet(
            sheet, {match.layout.name: match.layout}, document.name, several, match.layout.name
        )
    place = Place(document.sha256[:16], document.name, sheet.name if several else "")
    seen = replace(
        size, layout=match.layout.name, holds=match.layout.holds.value, why=_why(match, layouts),
        header_line=int(sheet.lines[match.header.start]) if match.header.rows else 0,
        header_rows=match.header.rows,
    )  # fmt: skip
    try:
        read = read_sheet(sheet, match, place, register, layouts)
    except DeliveryError as error:
        return replace(seen, why=f"{seen.why}; but it cannot be read: {error.given}"), None
    return _with_extension(_with_contents(seen, match, read), document, read, layouts), read


def _with_extension(
    seen: SheetExplained, document: Document, read: SheetExtract, layouts: Mapping[str, Layout]
) -> SheetExplained:
    """A layout of its own, where a table is read as any of its kind and cells stay unread."""
    if read.figures is None or not read.layout.any_table or not read.unread:
        return seen
    unread = [cell.text for cell in read.unread if cell.text]
    figures = list(dict.fromkeys(read.figures["column"]))
    name, text = propose_extension(
        read.account.table, document.name, read.layout, figures, unread, layouts
    )
    return replace(seen, proposal_name=name, proposal=text)


def _why_none(error: DeliveryError) -> str:
    """Why no layout was chosen; only sentences that name nothing but columns of layouts."""
    safe = ("equally well", " both mean ", "is not of layout ", "is of no part of layout ",
            " looks like the table ")  # fmt: skip
    return error.given if any(words in error.given for words in safe) else "no layout describes it"


def _why(match: Match, layouts: Mapping[str, Layout]) -> str:
    layout = match.layout
    said = [f"named like {' or '.join(layout.sheets)}"] if layout.sheets else []
    count = len(layout.required)
    said += [f"all {count} columns that it asks for are there"] if count else []
    others = [
        name for name, each in sorted(layouts.items())
        if name != layout.name and not each.sheets and hold_against(match.header, each).whole
    ]  # fmt: skip
    said += [f"{_listed(others)} would fit too, with fewer"] if others else []
    return "; ".join(said)


def _with_contents(seen: SheetExplained, match: Match, read: SheetExtract) -> SheetExplained:
    seen = replace(
        seen, uses=_uses(match, read), rows_read=read.account.read,
        rows_refused=read.account.refused, refusals=group_refusals(read.refused),
        cells_unread=len(read.unread),
    )  # fmt: skip
    if read.figures is None:
        cells = read.account.read * len(match.layout.fields)
        return replace(seen, cells=cells)
    figures = read.figures
    spans = sorted((periods.parse(str(code)) for code in figures["period"].unique()),
                   key=lambda span: (span.end, span.code))  # fmt: skip
    return replace(
        seen, first_period=spans[0].code if spans else "",
        last_period=spans[-1].code if spans else "",
        units=int(figures["service_area"].nunique()),
        units_not_in_register=len(read.areas_not_in_register), markers=_markers(figures),
        qualifiers=dict(read.qualifiers), cells=len(figures), areas_unknown=_unknown(read),
        unread=tuple(dict.fromkeys(cell.text for cell in read.unread if cell.text))[:_SHOWN],
    )  # fmt: skip


def _unknown(read: SheetExtract) -> tuple[str, ...]:
    """Areas that the register does not know, those of most rows first."""
    named = [_AREA.search(refusal.reason) for refusal in read.refused]
    counts = Counter(found[1] for found in named if found)
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def _markers(figures: pd.DataFrame) -> dict[str, int]:
    marked = figures["value"].isna() & (figures["state"] != State.NOT_GIVEN.value)
    marked &= figures["text"] != ""
    counts = figures.loc[marked, "text"].value_counts()
    return {str(text): int(counts[text]) for text in sorted(counts.index)}


def _uses(match: Match, read: SheetExtract) -> tuple[ColumnUse, ...]:
    """What each column of the header is taken for, in the order of the file."""
    layout, held = match.layout, {}
    for name, place in match.positions.items():
        held[place] = ", ".join(_use_of(name, layout)) or "known, not read"
    for each in match.unpivoted:
        parts = [f"figure {each.column}"]
        parts += [f"period {each.period}"] if each.period else []
        parts += [f"breakdown {each.breakdown}"] if each.breakdown else []
        held[each.place] = ", ".join(parts)
    figures = set() if read.figures is None else set(read.figures["column"].unique())
    bases = {name.casefold() for name in match.header.names}
    for place in match.others:
        name = match.header.names[place]
        suffix = layout.qualifiers.suffix if layout.qualifiers else ""
        qualifies = suffix and name.casefold().removesuffix(suffix.casefold()) in bases
        if qualifies and name.casefold().endswith(suffix.casefold()):
            held[place] = "qualifier"
        elif layout.other_columns == "read" and name:
            held[place] = "figure" if name in figures else "breakdown"
        else:
            held[place] = "not read"
    return tuple(
        ColumnUse(match.header.names[place] or f"column {place + 1}, without a name", held[place])
        for place in sorted(held)
        if match.header.names[place] or held[place] != "not read"
    )


def _use_of(name: str, layout: Layout) -> list[str]:
    uses = []
    area, period = layout.area, layout.period
    if area is not None:
        columns = {column for group in area.columns.values() for column in group}
        uses += ["level of the area"] if name == area.level else []
        uses += ["area"] if name in columns else []
    if period is not None:
        uses += ["period"] if name == period.column else []
        uses += ["kind of the period"] if name == period.kind_column else []
    if layout.breakdown is not None and name in layout.breakdown.by_column:
        uses.append("breakdown")
    uses += ["cohort"] if name and name == layout.cohort else []
    uses += ["state of the row"] if layout.state and name == layout.state.column else []
    uses += ["figures as JSON"] if name in layout.json_columns else []
    if name in (*layout.figures, *layout.optional_figures):
        uses.append("figure")
    if name in layout.months:
        uses.append(f"figure {layout.months_of} of that month")
    if name in layout.fields:
        taken = ", taken from around it" if name in layout.take else ""
        uses.append(f"{layout.fields[name].type} field{taken}")
    return uses


def _with_proposal(
    seen: SheetExplained, table: Table | None, register: FindsUnits,
    layouts: Mapping[str, Layout], private: bool,
) -> SheetExplained:  # fmt: skip
    """The nearest layouts, and a layout file to complete, for a sheet that none describes."""
    if table is None:
        return replace(seen, why=f"{seen.why}; no table was found in it, such as on a cover sheet")
    matches = [hold_against(table.names, each) for each in layouts.values()]
    if private and not names_people(table.names):
        # nothing tells names of columns from names of people here
        known = {place for match in matches for place in match.positions.values()}
        names = (
            name if place in known or not name else f"column {place + 1}"
            for place, name in enumerate(table.names)
        )
        table = replace(table, names=tuple(names))
    near = sorted(
        (match for match in matches
         if not match.whole and match.found >= _SHARE * len(match.layout.required) > 0),
        key=lambda match: (-match.found / len(match.layout.required), -match.found,
                           match.layout.name),
    )[:_NEAREST]  # fmt: skip
    uses = tuple(
        ColumnUse(name, f"{len(np.unique(table.columns[place].codes[table.rows])):,} different")
        for place, name in enumerate(table.names) if name
    )  # fmt: skip
    return replace(
        seen, nearest=tuple(match.sentence for match in near), header_line=table.header_line,
        header_rows=table.header_rows, uses=uses,
        why=f"{seen.why}; it looks like a table about people: no cell is shown"
        if private else seen.why,
        proposal_name=proposed_name(table, layouts),
        proposal=propose_layout(table, register, layouts, private),
    )  # fmt: skip


def _published(
    document: Document, sheets: Sequence[SheetExplained], reads: Sequence[SheetExtract]
) -> str:
    ends = [periods.parse(each.last_period).end for each in sheets if each.last_period]
    inside = [(each.published, each.layout.published_from) for each in reads if each.published]
    latest = (max(inside)[0], f"latest {max(inside)[1]} inside") if inside else None
    try:
        on, basis = published_on(document.name, max(ends, default=None), None, latest)
    except DeliveryError:
        return "nothing says when; say it with --published DATE"
    return f"{on.isoformat()} ({basis})"


# ---- lines for the terminal ---------------------------------------------------------------


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
        lines.append(f"  Areas refused: {_listed(sheet.areas_unknown, _SHOWN)}")
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


def _listed(names: Sequence[str], most: int = _NEAREST) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
