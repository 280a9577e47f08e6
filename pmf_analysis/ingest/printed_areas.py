"""Which units a file names, by which codes and over which periods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pmf_analysis import periods
from pmf_analysis.ingest.columns import FigureColumn
from pmf_analysis.ingest.groups import combined
from pmf_analysis.ingest.keys import Keys
from pmf_analysis.ingest.receipt import PrintedArea


def printed_areas(keys: Keys, columns: Sequence[FigureColumn]) -> tuple[PrintedArea, ...]:
    """Every unit with every cell that names it.

    Parameters
    ----------
    keys : Keys
    columns : sequence of FigureColumn
        Their names may hold the periods.

    Returns
    -------
    tuple of PrintedArea
        By unit and printed cell.
    """
    count = len(keys.kept)
    named, first = combined([keys.service_area.codes, keys.printed.codes], count)
    both, rows = combined([named, keys.period.codes], count)
    sizes = np.bincount(both, minlength=len(rows))
    in_columns = {column.span.code for column in columns if column.span is not None}
    found: dict[int, tuple[int, set[str]]] = {}
    for row, size in zip(rows, sizes, strict=True):
        before, seen = found.get(int(named[row]), (0, in_columns))
        own = keys.period.texts[keys.period.codes[row]]
        found[int(named[row])] = (before + int(size), seen | {own})
    listed = []
    for group, (size, codes) in found.items():
        row = first[group]
        spans = sorted(
            (periods.parse(code) for code in codes if code), key=lambda span: (span.end, span.code)
        )
        listed.append(
            PrintedArea(
                keys.service_area.texts[keys.service_area.codes[row]],
                keys.printed.texts[keys.printed.codes[row]], spans[0].code, spans[-1].code, size,
            )
        )  # fmt: skip
    return tuple(sorted(listed, key=lambda area: (area.service_area, area.printed)))


def merged_areas(areas: Sequence[PrintedArea]) -> tuple[PrintedArea, ...]:
    """Areas of several sheets: each unit and printed cell once."""
    together: dict[tuple[str, str], PrintedArea] = {}
    for area in areas:
        key = (area.service_area, area.printed)
        other = together.get(key)
        together[key] = area if other is None else PrintedArea(
            *key, _first(area.first_period, other.first_period),
            _last(area.last_period, other.last_period), area.rows + other.rows,
        )  # fmt: skip
    return tuple(together[key] for key in sorted(together))


def _first(one: str, other: str) -> str:
    return min(one, other, key=lambda code: (periods.parse(code).end, code))


def _last(one: str, other: str) -> str:
    return max(one, other, key=lambda code: (periods.parse(code).end, code))
