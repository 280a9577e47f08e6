"""Lines of the area that a row is about, and of the rows where no column names it."""

from __future__ import annotations

import re

from pmf_analysis.ingest.proposing.sorting import Parts
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, quoted

_TOTAL = re.compile(r"(?:sub-?)?total\b.*", re.IGNORECASE)
_RIVAL = re.compile(r"(?:\b|_)(?:code|name|urn)\b", re.IGNORECASE)


def row_lines(parts: Parts) -> list[str]:
    """Where no column names the area: headings, subtotals and notes among the rows."""
    if parts.areas or not parts.breakdowns:
        return []
    # headings and notes stand in the first column
    behind = [each for each in parts.breakdowns if each.place and each.different > 1]
    main = max(behind or parts.breakdowns, key=lambda each: (each.different, each.place))
    lines = ["rows:   # others are refused, each with its reason"]
    lines.append(f"  filled: [{quoted(main.name)}]")
    totals = [
        each.name for each in parts.breakdowns if any(map(_TOTAL.fullmatch, each.texts))
    ]  # fmt: skip
    if totals:
        lines.append("  leave_out:")
        lines += [f"    {quoted(name)}: '(?:sub-?)?total.*'" for name in totals]
    return lines


def area_lines(parts: Parts) -> list[str]:
    """The columns that name the area, by level where a column tells it; else what is open."""
    lines = ["area:"]
    names = ", ".join(quoted(each.name) for each in parts.areas)
    if not parts.areas:
        what = f"{TO_COMPLETE}: code or name of the one area that the file is about;"
        return [*lines, f"  always:         {what} or columns, with the columns that name it"]
    if parts.level:
        lines += [f"  level: {quoted(parts.level.name)}", "  columns:"]
        for level, columns in parts.levels.items():
            held = ", ".join(map(quoted, columns))
            what = f"[{held}]" if held else f"         {TO_COMPLETE}: the columns of this level"
            lines.append(f"    {quoted(level)}: {what}")
    else:
        lines += ["  columns:", f'    "": [{names}]']
        lines += _rival_lines(parts)
    if not any(each.areas > 0.5 for each in parts.areas):
        lines.append("  in_register: false   # most areas are not in the register: kept as printed")
    return lines


def _rival_lines(parts: Parts) -> list[str]:
    """A column of codes or names that the register does not know may be what rows are about."""
    most = max(each.different for each in parts.areas)
    rivals = [
        each.name for each in (*parts.breakdowns, *parts.others)
        if _RIVAL.search(each.name) and each.areas == 0 and each.numbers < 0.5
        and each.different >= most and each.different * 10 > each.filled * 9
    ]  # fmt: skip
    if not rivals:
        return []
    return [f"  # should rows be about {rivals[0]}: name that column, and say in_register: false"]
