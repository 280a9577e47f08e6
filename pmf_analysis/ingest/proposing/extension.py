"""A layout of its own for a table that is read as one of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pmf_analysis.ingest.proposing.cell_lines import DURATION, DURATIONS, MARK_QUESTION
from pmf_analysis.ingest.proposing.opening_lines import opening_lines, place_lines, proposed_name
from pmf_analysis.ingest.proposing.writing import always_quoted, quoted
from pmf_analysis.ingest.unknown_table import Table
from pmf_analysis.register.layouts import Layout

_LONGEST_MARK = 12


def propose_extension(
    table: str, file_name: str, layout: Layout, figures: Sequence[str], unread: Sequence[str],
    layouts: Mapping[str, Layout],
) -> tuple[str, str]:  # fmt: skip
    """A layout of its own for a table that is read as one of many, where cells stay unread.

    Parameters
    ----------
    table, file_name : str
    layout : Layout
        The one that reads it as any table.
    figures : sequence of str
        Columns of figures.
    unread : sequence of str
        Texts that could not be read.
    layouts : mapping
        Those that there are.

    Returns
    -------
    tuple of (str, str)
        Name, and the text of the layout file.
    """
    empty = np.zeros(0, dtype=np.intp)
    held = Table("", file_name, 1, 1, (), (), empty)
    marks = [text for text in dict.fromkeys(unread) if not DURATION.fullmatch(text)]
    lines = [*opening_lines(held, layouts), f"extends: {layout.name}", f"table: {table}"]
    lines += [*place_lines(held), "figures:", *(f"  - {quoted(name)}" for name in figures)]
    if len(marks) < len(set(unread)):
        lines.append(DURATIONS)
    if marks and all(len(mark) <= _LONGEST_MARK for mark in marks):
        lines.append("markers:")
        bare = sorted({mark.strip("[] ").casefold() for mark in marks})
        lines += [f"  {always_quoted(mark)}:         {MARK_QUESTION}" for mark in bare]
    return proposed_name(held, layouts), "\n".join(lines) + "\n"
