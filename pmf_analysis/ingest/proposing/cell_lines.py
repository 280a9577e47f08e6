"""Lines of how cells are read: marks, shares as fractions, lengths of time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pmf_analysis.ingest.profiles import Profile
from pmf_analysis.ingest.proposing.sorting import Parts
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, always_quoted, quoted
from pmf_analysis.register.layouts import Layout

_SHARE_NAME = re.compile(r"%|\bper ?cent|percent|\bpct\b|\bproportion\b|\bshare\b", re.IGNORECASE)
_FRACTION = re.compile(r"0(?:\.\d+)?|1(?:\.0+)?|\.\d+")

DURATION = re.compile(r"\d{1,3}:(?:0\d|1[01])")
DURATIONS = "durations: true   # 2:05 is 2 years and 5 months, read as 29 months"
MARK_QUESTION = (
    f"{TO_COMPLETE}: suppressed, not_available, not_applicable, unreliable or rounds_to_zero"
)


def common_markers(layouts: Mapping[str, Layout]) -> dict[str, object]:
    """Markers that every layout which extends ``common`` knows."""
    held = [each.markers for each in layouts.values() if any(
        base.split()[0] == "common" for base in each.bases
    )]  # fmt: skip
    return dict(min(held, key=len)) if held else {}


def scale_lines(parts: Parts, figures: Sequence[Profile]) -> list[str]:
    """Shares as fractions, and lengths of time, where the cells look like them."""
    lines = []
    if any(DURATION.fullmatch(text) for each in figures for text in each.marks):
        lines.append(DURATIONS)
    shares = [] if parts.across else [
        each for each in figures
        if _SHARE_NAME.search(each.name) and each.texts and all(map(_is_fraction, each.texts))
    ]  # fmt: skip
    if shares:
        lines.append("scale:   # these hold fractions of 1 under a name of percentages")
        lines += [f"  {quoted(each.name)}: 100" for each in shares]
    return lines


def _is_fraction(text: str) -> bool:
    return _FRACTION.fullmatch(text) is not None or not any(map(str.isdigit, text))


def marker_lines(figures: Sequence[Profile], known: Mapping[str, object]) -> list[str]:
    """Marks among the figures that no layout knows yet, each with how often it stands there."""
    counts: dict[str, int] = {}
    for each in figures:
        for text, count in each.marks.items():
            bare = text.strip("[] ").casefold()
            if bare not in known and not DURATION.fullmatch(bare):
                counts[bare] = counts.get(bare, 0) + count
    if not counts:
        return []
    lines = ["markers:"]
    for mark in sorted(counts):
        cells = f"{counts[mark]} cell{'s' if counts[mark] != 1 else ''}"
        lines.append(f"  {always_quoted(mark)}:         {MARK_QUESTION} ({cells})")
    return lines
