"""The layout file proposed for an unknown table, from its first line to its last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pmf_analysis.ingest.profiles import Profile, names_people, profile_column
from pmf_analysis.ingest.proposing.area_lines import area_lines, row_lines
from pmf_analysis.ingest.proposing.cell_lines import common_markers, marker_lines, scale_lines
from pmf_analysis.ingest.proposing.figure_lines import breakdown_lines, figure_lines
from pmf_analysis.ingest.proposing.opening_lines import opening_lines, place_lines, proposed_name
from pmf_analysis.ingest.proposing.period_lines import period_lines
from pmf_analysis.ingest.proposing.record_lines import record_lines
from pmf_analysis.ingest.proposing.several_tables import first_of_several
from pmf_analysis.ingest.proposing.sorting import sort_out
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.taking import ANCESTOR
from pmf_analysis.ingest.unknown_table import Table
from pmf_analysis.register.layouts import Layout


def propose_layout(
    table: Table, register: FindsUnits, layouts: Mapping[str, Layout], people: bool = False
) -> str:
    """The text of a layout file.

    Parameters
    ----------
    table : Table
    register : Register
        Finds units.
    layouts : mapping
        Those that there are: their names are not given again.
    people : bool, optional
        Whether it is known to be about single people, whatever its columns are called.

    Returns
    -------
    str
        YAML. Loads once everything marked ``# TO COMPLETE`` is completed.
    """
    table, further = first_of_several(table)
    known = common_markers(layouts)
    plain = Layout(name="any", version="1", title="-", source="-", abstract=True)
    profiles = [
        profile_column(name, place, column, table.rows, register, plain)
        for place, (name, column) in enumerate(zip(table.names, table.columns, strict=False))
        if name and not name.startswith(ANCESTOR)
    ]
    parts = sort_out(profiles, table, register)
    people = people or names_people(table.names) or _of_events(profiles)
    figures = parts.figures or parts.across
    head = opening_lines(table, layouts)
    nothing_known = not parts.areas and parts.period is None and not parts.across
    few = len(parts.figures) < 2 or len(profiles) < 3
    if people or not figures or (nothing_known and few):
        return "\n".join([*head, *record_lines(profiles, people)]) + "\n"
    lines = [*head, "extends: common", f"table: {proposed_name(table, layouts)}"]
    lines += [*place_lines(table), *further]
    lines += row_lines(parts)
    lines += area_lines(parts)
    lines += period_lines(table, parts)
    lines += breakdown_lines(parts)
    lines += figure_lines(parts)
    lines += scale_lines(parts, figures)
    lines += marker_lines(figures, known)
    return "\n".join(lines) + "\n"


def _of_events(profiles: Sequence[Profile]) -> bool:
    """Whether several columns hold days, as where each row is a case with a start and an end."""
    return sum(each.dates > 0.8 and each.different > 1 for each in profiles) > 1
