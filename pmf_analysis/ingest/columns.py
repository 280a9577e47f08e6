"""What each column of a sheet is read as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pmf_analysis.errors import UnknownLayoutError
from pmf_analysis.ingest.breakdowns import canonical_label
from pmf_analysis.ingest.cells import CellReader
from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.matching import Match, Unpivoted, unpivot_names
from pmf_analysis.ingest.rows import Span, printed_period
from pmf_analysis.ingest.sheets import Column
from pmf_analysis.ingest.taking import ANCESTOR


@dataclass(frozen=True)
class FigureColumn:
    """A column of the file that holds figures.

    Attributes
    ----------
    name : str
        Canonical name, as in the figures.
    printed : str
        As in the file's header, for the receipt.
    place : int
        Its place in the file.
    month : int
        1 to 12 for a column of one month of the row's financial year, else 0.
    span : Span or None
        The period that the column's name holds.
    breakdown : str
        The label that the column's name holds.
    qualifier : int
        Place of the column that qualifies it; -1 where there is none.
    """

    name: str
    printed: str
    place: int
    month: int = 0
    span: Span | None = None
    breakdown: str = ""
    qualifier: int = -1


@dataclass(frozen=True)
class Columns:
    """Columns that hold figures, that split the table, and that are not read."""

    figures: tuple[FigureColumn, ...]
    dimensions: tuple[int, ...]
    not_read: tuple[str, ...]
    labels_unknown: tuple[str, ...] = ()


def sort_columns(match: Match, grid: Grid, cells: CellReader, name: str) -> Columns:
    """Say of every column of a table of figures what it is read as.

    Parameters
    ----------
    match : Match
    grid : Grid
    cells : CellReader
    name : str
        Of the file, and of the sheet where there are several.

    Raises
    ------
    UnknownLayoutError
        If no column holds figures.
    """
    layout = match.layout
    qualifiers = _qualifiers(match, grid)
    added = [(place, grid.header[place]) for place in _added(match, grid)]
    unpivoted = (*match.unpivoted, *unpivot_names(added, layout))
    turned, no_period, unknown = _unpivoted(match, grid, unpivoted)
    taken = {*qualifiers.values(), *(column.place for column in unpivoted)}
    others = [p for p in (*match.others, *(place for place, _ in added)) if p not in taken]
    named = [place for place in others if grid.header[place]]
    measured, dimensions = [], []
    if layout.other_columns == "read":
        for place in named:
            holds = holds_figures(grid.columns[place], cells)
            (measured if holds else dimensions).append(place)
    figures = [*_named(match, grid), *turned]
    figures += [FigureColumn(grid.header[place], grid.header[place], place) for place in measured]
    if not figures:
        raise UnknownLayoutError(
            f"{name} has no column of figures", "at least one column of numbers",
            "Look whether it is the right file",
        )  # fmt: skip
    qualified = [_with_qualifier(column, qualifiers) for column in figures]
    not_read = [] if layout.other_columns == "read" else [grid.header[place] for place in named]
    return Columns(
        tuple(sorted(qualified, key=lambda column: column.place)), tuple(dimensions),
        (*counted(not_read), *no_period, *nameless(match, grid)), unknown,
    )  # fmt: skip


def not_read(match: Match, grid: Grid) -> tuple[str, ...]:
    """Names of the columns that a table of records has and its layout does not."""
    places = (*match.others, *_added(match, grid))
    named = [grid.header[place] for place in places]
    known = [name for name in named if name and not name.startswith(ANCESTOR)]
    return (*counted(known), *nameless(match, grid))


def holds_figures(column: Column, cells: CellReader) -> bool:
    """Whether a column that no layout names is one of figures.

    It is unless most of its filled cells are neither number nor marker; an empty column is.
    """
    counts = np.bincount(column.codes, minlength=len(column.texts))
    filled = strange = 0
    for text, count in zip(column.texts, counts, strict=True):
        if text and count:
            filled += count
            strange += count if cells.read(str(text)).reason else 0
    return strange * 2 <= filled


def counted(names: list[str]) -> tuple[str, ...]:
    """Names in their order, each once, with how often it stands there."""
    times = {name: names.count(name) for name in names}
    return tuple(f"{name} ({n} times)" if n > 1 else name for name, n in times.items())


def nameless(match: Match, grid: Grid) -> tuple[str, ...]:
    """Columns without a name that hold something."""
    return tuple(
        f"column {place + 1}, which has no name"
        for place in match.others
        if not grid.header[place] and _holds_something(grid.columns[place])
    )


def _holds_something(column: Column) -> bool:
    return bool(((column.texts != "")[column.codes]).any())


def _added(match: Match, grid: Grid) -> range:
    """Places of the columns that cells of JSON brought."""
    return range(len(match.header.names), len(grid.header))


def _qualifiers(match: Match, grid: Grid) -> dict[str, int]:
    """Folded name of a column to the place of the one that qualifies it."""
    rule = match.layout.qualifiers
    if rule is None:
        return {}
    folded = {name.casefold(): place for place, name in enumerate(grid.header) if name}
    suffix = rule.suffix.casefold()
    return {
        name: folded[name + suffix] for name in folded if name + suffix in folded
    }  # fmt: skip


def _with_qualifier(column: FigureColumn, qualifiers: Mapping[str, int]) -> FigureColumn:
    place = qualifiers.get(column.printed.casefold(), -1)
    return column if place < 0 else FigureColumn(
        column.name, column.printed, column.place, column.month, column.span, column.breakdown,
        place,
    )  # fmt: skip


def _named(match: Match, grid: Grid) -> list[FigureColumn]:
    """Columns that the layout names, with those of months."""
    layout = match.layout
    months = {name: 1 + (3 + step) % 12 for step, name in enumerate(layout.months)}
    known = {*months, *layout.figures, *layout.optional_figures}
    return [
        FigureColumn(
            layout.months_of if name in months else name, grid.header[place], place,
            months.get(name, 0),
        )
        for name, place in match.positions.items()
        if name in known
    ]  # fmt: skip


def _unpivoted(
    match: Match, grid: Grid, unpivoted: tuple[Unpivoted, ...]
) -> tuple[list[FigureColumn], list[str], tuple[str, ...]]:
    """Columns whose names hold part of the key; those whose period is none; unknown labels."""
    rule = match.layout.breakdown
    labels = rule.header_labels if rule else {}
    turned, no_period, unknown = [], [], set()
    for each in unpivoted:
        printed = grid.header[each.place]
        # a year above its quarters is one period in two rows of names
        period = each.period.replace(match.layout.header.join, " ")
        span = printed_period(match, period, "", "header") if period else None
        if span is not None and not span.code:
            no_period.append(f"{printed} ({each.period!r} is no period)")
            continue
        label = canonical_label(each.breakdown, labels)
        if label is None and labels and each.breakdown:
            unknown.add(each.breakdown)
        label = each.breakdown if label is None else label
        turned.append(FigureColumn(each.column, printed, each.place, 0, span, label))
    return turned, no_period, tuple(sorted(unknown))
