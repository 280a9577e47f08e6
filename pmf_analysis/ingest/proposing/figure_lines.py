"""Lines of breakdowns, of figures, and of columns that are known and not read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmf_analysis.ingest.profiles import Profile
from pmf_analysis.ingest.proposing.across_lines import across_lines
from pmf_analysis.ingest.proposing.sorting import Parts
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, always_quoted, escaped, quoted

_AGE = re.compile(r"\d{1,3}\+?|(?:all )?ages(?: .*)?|all ages", re.IGNORECASE)


def breakdown_lines(parts: Parts) -> list[str]:
    """Columns of labels."""
    if not parts.breakdowns:
        return []
    if len(parts.breakdowns) == 1:
        return [f"breakdown: {{column: {quoted(parts.breakdowns[0].name)}}}"]
    return [
        "breakdown:", "  columns:",
        *(f"    {quoted(each.name)}: {{}}" for each in parts.breakdowns),
    ]  # fmt: skip


def figure_lines(parts: Parts) -> list[str]:
    """Columns of figures, of qualifiers beside them, and of what is not read."""
    ages = [each for each in parts.figures if _AGE.fullmatch(each.name)]
    if parts.across:
        lines = across_lines(parts)
    elif len(ages) > 3:
        lines = _age_lines(parts, ages)
    else:
        lines = ["figures:", *(f"  - {quoted(each.name)}" for each in parts.figures)]
    lines += _qualifier_lines(parts)
    if parts.others:
        lines.append("optional_columns:     # known, and not read")
        lines += [f"  - {quoted(each.name)}" for each in parts.others]
    return lines


def _age_lines(parts: Parts, ages: Sequence[Profile]) -> list[str]:
    """Columns of one age each become labels; others stay columns of figures."""
    named = [escaped(each.name) for each in ages if not each.name[0].isdigit()]
    words = "|".join([*named, r"\d+\+?"])
    lines = [
        "unpivot:", f"  pattern: '(?P<breakdown>{words})'",
        f"  column:         {TO_COMPLETE}: what the figures count, one_word",
    ]  # fmt: skip
    kept = [each for each in parts.figures if each not in ages]
    return lines + (["figures:", *(f"  - {quoted(each.name)}" for each in kept)] if kept else [])


def _qualifier_lines(parts: Parts) -> list[str]:
    """Columns beside the figures that say how firm each is."""
    if not parts.qualifiers:
        return []
    marks = sorted({
        mark for each in parts.qualifying for text in each.texts for mark in text.split()
    })  # fmt: skip
    return [
        "qualifiers:", f"  suffix: {quoted(parts.qualifiers)}", "  marks:",
        *(
            f"    {always_quoted(mark)}:         {TO_COMPLETE}: final, revised, provisional, "
            "low_reliability, or a state without a number" for mark in marks
        ),
    ]  # fmt: skip
