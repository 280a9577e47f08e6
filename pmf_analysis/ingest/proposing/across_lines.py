"""Lines of figures that stand in columns of one period each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmf_analysis.ingest.proposing.header_periods import NOTE, period_in_name
from pmf_analysis.ingest.proposing.sorting import Parts
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, escaped, shape_of
from pmf_analysis.ingest.written_periods import read_period

_WHOLE_YEAR = re.compile(
    r"(?:full )?year(?: (?:to date|end|total))?|ytd|outturn|annual|total", re.IGNORECASE
)


def across_lines(parts: Parts) -> list[str]:
    """The pattern that parts such names into period, figure and breakdown."""
    first = max(parts.across, key=lambda each: period_in_name(each.name)[1])
    at, length, _ = period_in_name(first.name)
    names = first.name.split(" | ")
    if length == 2 and len(names) == 2:
        return _stacked_lines(parts, names)
    others = [here for here in range(len(names)) if not at <= here < at + length]
    # a note behind the period is no part of it
    period = " ".join(names[at : at + length]) if length == 1 else " | ".join(names[at : at + 2])
    noted = any(NOTE.search(each.name) for each in parts.across)
    after = r"(?: \[[^|]*\])?" if noted else ""
    groups = {at: f"(?P<period>{shape_of(NOTE.sub('', period))}){after}"}
    if others:
        groups[others.pop()] = "(?P<column>[^|]+)"
    if others:
        groups[others[0]] = "(?P<breakdown>[^|]+)"
    inside = range(at + 1, at + length)
    pieces = [groups.get(here, "[^|]+") for here in range(len(names)) if here not in inside]
    lines = ["unpivot:", "  pattern: '" + r" \| ".join(pieces) + "'"]
    if len(names) == length:
        lines.append(f"  column:         {TO_COMPLETE}: what the figures count, one_word")
    return lines


def _stacked_lines(parts: Parts, names: Sequence[str]) -> list[str]:
    """A year above its quarters, with columns of the whole year beside them."""
    beside = {}
    for each in parts.across:
        year, _, word = each.name.partition(" | ")
        if word and not read_period(f"{year} {word}", "financial_quarter") and each.holds_figures:
            beside[word] = bool(_WHOLE_YEAR.fullmatch(word))
    whole = [escaped(word) for word, is_whole in beside.items() if is_whole]
    further = [escaped(word) for word, is_whole in beside.items() if not is_whole]
    parted = "|".join([shape_of(names[1]), *whole])
    pattern = rf"(?P<period>{shape_of(names[0])}(?: \| (?:{parted}))?)"
    pattern += rf"(?: \| (?P<column>{'|'.join(further)}))?" if further else ""
    return [
        "unpivot:", f"  pattern: '{pattern}'",
        f"  column:         {TO_COMPLETE}: what the figures are, one_word",
    ]  # fmt: skip
