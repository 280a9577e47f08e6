"""Lines of what a layout is called, and of the file and sheet that it describes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pmf_analysis.ingest.formats.choosing import stem_of
from pmf_analysis.ingest.names import table_of
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, quoted
from pmf_analysis.ingest.unknown_table import Table
from pmf_analysis.ingest.written_periods import month_number
from pmf_analysis.register.layouts import Layout

_TWO_YEARS = re.compile(r"(?:19|20)\d\d[-_ /]\d\d(?!\d)")


def proposed_name(table: Table, layouts: Mapping[str, Layout]) -> str:
    """The name of the layout, and of its file without ``.yml``; none that is taken."""
    stems = [
        table_of(_TWO_YEARS.sub("", stem_of(table.file_name))) or "table",
        table_of(_TWO_YEARS.sub("", table.sheet)),
    ]
    name = "_".join(dict.fromkeys(stem for stem in stems if stem))
    taken = {layout.part_of or layout.name for layout in layouts.values()}
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)


def opening_lines(table: Table, layouts: Mapping[str, Layout]) -> list[str]:
    """Name, version, and what only a person can say: title and source."""
    return [
        f"name: {proposed_name(table, layouts)}",
        'version: "1"',
        f"title:            {TO_COMPLETE}: what the table holds, in a few words",
        f"source:           {TO_COMPLETE}: who publishes it, in which release",
    ]


def place_lines(table: Table) -> list[str]:
    """How such files begin, which sheet it is, and how many rows the header has."""
    start = re.split(r"(?:19|20)\d\d|Q[1-4]", stem_of(table.file_name))[0].rstrip("_- .")
    start = "" if month_number(start) else start
    lines = [f"file_names: [{quoted(start)}]"] if len(start) > 2 else []
    if table.sheet:
        lines.append(f"sheets: [{quoted(table.sheet)}]")
    if table.header_rows > 1:
        lines.append(f"header: {{rows: {table.header_rows}}}")
    return lines
