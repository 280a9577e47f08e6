"""Fields of a sheet that stand in another sheet, beside the same element further up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pmf_analysis.ingest.groups import combined
from pmf_analysis.ingest.sheets import Column, Sheet

ANCESTOR = "#"
"""Begins the name of a column that numbers the elements above a row."""


def with_taken(sheet: Sheet, sheets: Sequence[Sheet], take: dict[str, str]) -> Sheet:
    """A sheet with columns taken from other sheets of its document.

    Parameters
    ----------
    sheet : Sheet
        With a header of its own (XML).
    sheets : sequence of Sheet
        All sheets of the document.
    take : mapping of str to str
        Column to the path of the element that holds it: the last part is a column, what is
        before it the end of another sheet's name.

    Returns
    -------
    Sheet
        Rows are joined on the ordinal numbers of the elements that both sheets share. Where
        the other sheet says nothing, or several things, the cell is empty.
    """
    if sheet.header is None or not take:
        return sheet
    names, columns = list(sheet.header), list(sheet.columns)
    for name, path in take.items():
        found = _found(sheet, sheets, path)
        if found is not None and name not in names:
            names.append(name)
            columns.append(found)
    return Sheet(sheet.name, tuple(names), tuple(columns), sheet.lines, sheet.widths)


def _found(sheet: Sheet, sheets: Sequence[Sheet], path: str) -> Column | None:
    """The column at a path, over the rows of a sheet; None where no sheet has it."""
    above, _, field = path.strip("/").rpartition("/")
    near = [
        (len(_shared(sheet, other)), other) for other in sheets
        if other is not sheet and other.header is not None and field in other.header
        and f"/{other.name.casefold()}".endswith(f"/{above.casefold()}")
    ]  # fmt: skip
    if not near:
        return None
    _, other = max(near, key=lambda each: each[0])
    return _joined(sheet, other, field)


def _shared(sheet: Sheet, other: Sheet) -> list[str]:
    return [
        name for name in sheet.header
        if name.startswith(ANCESTOR) and name in other.header
    ]  # fmt: skip


def _joined(sheet: Sheet, other: Sheet, field: str) -> Column:
    keys = _shared(sheet, other)
    here, there = _numbered(sheet, other, keys)
    source = other.columns[other.header.index(field)]
    texts = np.append(source.texts, "").astype(object)
    empty = len(source.texts)
    found = np.full(int(max(here.max(initial=-1), there.max(initial=-1))) + 1, empty)
    found[there] = source.codes
    differs = np.zeros(len(found), dtype=bool)
    differs[there[found[there] != source.codes]] = True
    found[differs] = empty
    return Column(found[here].astype(np.int32), texts)


def _numbered(sheet: Sheet, other: Sheet, keys: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the shared elements of the rows of both sheets."""
    parts = []
    for key in keys:
        columns = [each.columns[each.header.index(key)] for each in (sheet, other)]
        places: dict[str, int] = {}
        codes = []
        for column in columns:
            meaning = [places.setdefault(str(text), len(places)) for text in column.texts]
            codes.append(np.array(meaning, dtype=np.int64)[column.codes])
        parts.append(np.concatenate(codes))
    groups, _ = combined(parts, len(sheet) + len(other))
    return groups[: len(sheet)], groups[len(sheet) :]
