"""Several tables on one sheet: the first of them, and where it ends."""

from __future__ import annotations

from dataclasses import replace

from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, always_quoted, escaped
from pmf_analysis.ingest.unknown_table import Table


def first_of_several(table: Table) -> tuple[Table, list[str]]:
    """The first table of a sheet that holds several, and what its layout says of the place.

    Returns
    -------
    tuple of (Table, list of str)
        The same table and no line, where its names do not come again.
    """
    bare = [name.rpartition(" | ")[2] for name in table.names]
    again = next((at for at in range(2, len(bare)) if bare[0] and bare[at] == bare[0]), 0)
    if again and len(set(filter(None, bare))) < len(list(filter(None, bare))) - 1:
        last = max(at for at in range(again) if bare[at] and at < again)
        last = last - 1 if " | " not in table.names[last] and table.header_rows > 1 else last
        letters = f"A:{_letters(last)}"
        cut = replace(table, names=table.names[: last + 1], columns=table.columns[: last + 1])
        begins = _letters(again)
        return cut, [f"block: {{columns: {always_quoted(letters)}}}   # another from {begins} on"]
    named = [at for at, name in enumerate(bare) if name]
    for place in table.rows:
        held = [_text(table, at, place) for at in named]
        if held == [bare[at] for at in named]:
            return _until(table, int(place))
    return table, []


def _until(table: Table, place: int) -> tuple[Table, list[str]]:
    rows = table.rows[table.rows < place]
    last = int(rows[-1]) if len(rows) else place - 1
    titles = [_text(table, 0, row) for row in range(last + 1, place)]
    title = next(filter(None, titles), "")
    ends = escaped(title)
    what = f"'{ends}'" if ends else f"         {TO_COMPLETE}: the first cell of the next table"
    comment = "   # the names of the columns come again below: another table"
    return replace(table, rows=rows), [f"block:{comment}", f"  ends: {what}"]


def _text(table: Table, column: int, row: int) -> str:
    held = table.columns[column]
    return str(held.texts[held.codes[row]])


def _letters(place: int) -> str:
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = chr(ord("A") + rest) + letters, place - 1
    return letters
