"""Lines of a table of records, or of one that only a person can tell."""

from __future__ import annotations

from collections.abc import Sequence

from pmf_analysis.ingest.profiles import Profile
from pmf_analysis.ingest.proposing.writing import TO_COMPLETE, quoted


def record_lines(profiles: Sequence[Profile], people: bool) -> list[str]:
    """What is open, and every column with its type; no cell."""
    what = "records (one row a person, case or event) or reference"
    who = "identified, restricted, shareable or published"
    lines = [f"holds:            {TO_COMPLETE}: {what}"]
    lines.append(
        "data_class: identified   # the columns are those of a table about people"
        if people else f"data_class:       {TO_COMPLETE}: {who}"
    )  # fmt: skip
    lines += ['date_formats: ["%Y-%m-%d", "%d/%m/%Y"]', "fields:"]
    return [*lines, *(f"  {quoted(each.name)}: {_type_of(each)}" for each in profiles)]


def _type_of(profile: Profile) -> str:
    if profile.dates > 0.9:
        return "date"
    return "code" if profile.numbers > 0.9 else "text"
