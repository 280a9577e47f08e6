"""How a file would be read, sheet by sheet, with nothing stored; and what an unknown one needs.

Of a table of records, or one that looks like it, no cell is ever shown: names of columns,
types and counts only.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis import periods
from pmf_analysis.errors import DeliveryError
from pmf_analysis.ingest.blocks import cut_blocks, without_blocks
from pmf_analysis.ingest.column_uses import column_uses
from pmf_analysis.ingest.documents import read_document
from pmf_analysis.ingest.explanation import Explanation, listed
from pmf_analysis.ingest.grouping import group_refusals
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
from pmf_analysis.ingest.sheet_explained import ColumnUse, SheetExplained
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
    said += [f"{listed(others, _NEAREST)} would fit too, with fewer"] if others else []
    return "; ".join(said)


def _with_contents(seen: SheetExplained, match: Match, read: SheetExtract) -> SheetExplained:
    seen = replace(
        seen, uses=column_uses(match, read), rows_read=read.account.read,
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
