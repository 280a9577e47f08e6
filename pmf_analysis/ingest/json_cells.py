"""Cells that hold a JSON object: each of its entries becomes a column of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.sheets import Column

LONGEST = 100_000
"""Characters of a cell that are read as JSON at the most."""
MOST_ENTRIES = 500
"""Columns that the cells of one column may become at the most."""

NOT_READ = "no JSON object of names and single values"
"""Why a cell was not read."""


def with_json_columns(grid: Grid, match: Match) -> tuple[Grid, dict[int, NDArray[np.intp]]]:
    """A grid with a column ``<column>.<entry>`` for each entry of its JSON columns.

    Parameters
    ----------
    grid : Grid
    match : Match

    Returns
    -------
    tuple of (Grid, dict)
        The grid; and by place of a JSON column, the rows whose cell could not be read: it is
        no JSON object, nests, is longer than ``LONGEST`` or brings more entries than
        ``MOST_ENTRIES``.
    """
    unread = {}
    for name in match.layout.json_columns:
        place = match.positions.get(name)
        if place is None:
            continue
        column = grid.columns[place]
        objects = _objects(column)
        bad = np.array([held is None for held in objects], dtype=bool)
        unread[place] = np.flatnonzero(bad[column.codes])
        entries = dict.fromkeys(entry for held in objects for entry in held or ())
        columns = tuple(_entry(column, objects, entry) for entry in entries)
        grid = grid.with_columns(tuple(f"{name}.{entry}" for entry in entries), columns)
    return grid, unread


def _objects(column: Column) -> list[dict[str, str] | None]:
    used = np.zeros(len(column.texts), dtype=bool)
    used[column.codes] = True
    found: list[dict[str, str] | None] = []
    known: set[str] = set()
    for text, wanted in zip(column.texts, used, strict=True):
        held = _object(str(text)) if wanted else {}
        if held is not None and len(known | held.keys()) > MOST_ENTRIES:
            held = None
        known |= held.keys() if held else set()
        found.append(held)
    return found


def _object(text: str) -> dict[str, str] | None:
    """The entries of a JSON object as text; None where it is none, empty where there is nothing."""
    if not text:
        return {}
    if len(text) > LONGEST:
        return None
    try:
        held = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    if not isinstance(held, dict):
        return None
    entries = {str(name).strip(): _single(value) for name, value in held.items()}
    return None if None in entries.values() else entries


def _single(value: object) -> str | None:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip() if isinstance(value, str) else None


def _entry(column: Column, objects: list[Mapping[str, str] | None], entry: str) -> Column:
    texts = [(held or {}).get(entry, "") for held in objects]
    places: dict[str, int] = {}
    codes = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int32)
    different = np.empty(len(places), dtype=object)
    different[:] = list(places)
    return Column(codes[column.codes], different)
