"""Periods in the names of columns."""

from __future__ import annotations

import re

from pmf_analysis.ingest.written_periods import read_period

NOTE = re.compile(r" *\[[^\]]*\]")
"""What may stand behind a period in square brackets."""

_IN_HEADER = ("financial_quarter", "calendar_quarter", "month", "day", "financial_year")


def period_in_name(name: str) -> tuple[int, int, str] | None:
    """Which parts of a joined name are a period (the first, how many), and by what rule."""
    parts = [NOTE.sub("", part) for part in name.split(" | ")]
    for length, rules in ((2, _IN_HEADER[:3]), (1, _IN_HEADER)):
        for rule in rules:
            for at in range(len(parts) - length + 1):
                if read_period(" ".join(parts[at : at + length]), rule):
                    return at, length, rule
    return None
