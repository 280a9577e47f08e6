"""Rows of a table of figures that its layout refuses: headings, subtotals and notes."""

from __future__ import annotations

import re

from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.matching import Match
from pmf_analysis.register.layouts import Layout


def rows_left_out(match: Match, grid: Grid) -> list[str]:
    """Why each row is refused, whatever its area and period.

    Parameters
    ----------
    match : Match
    grid : Grid
        n rows.

    Returns
    -------
    list of str, length n
        Empty for a row that is not refused.
    """
    reasons = [""] * len(grid)
    for name in _filled(match.layout):
        if name in match.positions:
            column = grid.columns[match.positions[name]]
            for row in ((column.texts == "")[column.codes]).nonzero()[0]:
                reasons[row] = reasons[row] or f"no {name}"
    for name, pattern in match.layout.rows.leave_out.items():
        column = grid.columns[match.positions[name]]
        shape = re.compile(pattern, re.IGNORECASE)
        said = [f"{name} {text!r} is left out" if shape.fullmatch(text) else ""
                for text in map(str, column.texts)]  # fmt: skip
        for row, code in enumerate(column.codes):
            reasons[row] = reasons[row] or said[code]
    return reasons


def _filled(layout: Layout) -> tuple[str, ...]:
    rule = layout.breakdown
    labels = (rule.column,) if rule is not None and rule.indicators else ()
    return (*labels, *layout.rows.filled)
