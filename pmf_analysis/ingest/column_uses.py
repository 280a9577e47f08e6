"""What each column of a sheet is taken for, in words."""

from __future__ import annotations

from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.sheet_explained import ColumnUse
from pmf_analysis.ingest.sheet_reading import SheetExtract
from pmf_analysis.register.layouts import Layout


def column_uses(match: Match, read: SheetExtract) -> tuple[ColumnUse, ...]:
    """What each column of the header is taken for, in the order of the file."""
    layout, held = match.layout, {}
    for name, place in match.positions.items():
        held[place] = ", ".join(_use_of(name, layout)) or "known, not read"
    for each in match.unpivoted:
        parts = [f"figure {each.column}"]
        parts += [f"period {each.period}"] if each.period else []
        parts += [f"breakdown {each.breakdown}"] if each.breakdown else []
        held[each.place] = ", ".join(parts)
    figures = set() if read.figures is None else set(read.figures["column"].unique())
    bases = {name.casefold() for name in match.header.names}
    for place in match.others:
        name = match.header.names[place]
        suffix = layout.qualifiers.suffix if layout.qualifiers else ""
        qualifies = suffix and name.casefold().removesuffix(suffix.casefold()) in bases
        if qualifies and name.casefold().endswith(suffix.casefold()):
            held[place] = "qualifier"
        elif layout.other_columns == "read" and name:
            held[place] = "figure" if name in figures else "breakdown"
        else:
            held[place] = "not read"
    return tuple(
        ColumnUse(match.header.names[place] or f"column {place + 1}, without a name", held[place])
        for place in sorted(held)
        if match.header.names[place] or held[place] != "not read"
    )


def _use_of(name: str, layout: Layout) -> list[str]:
    uses = []
    area, period = layout.area, layout.period
    if area is not None:
        columns = {column for group in area.columns.values() for column in group}
        uses += ["level of the area"] if name == area.level else []
        uses += ["area"] if name in columns else []
    if period is not None:
        uses += ["period"] if name == period.column else []
        uses += ["kind of the period"] if name == period.kind_column else []
    if layout.breakdown is not None and name in layout.breakdown.by_column:
        uses.append("breakdown")
    uses += ["cohort"] if name and name == layout.cohort else []
    uses += ["state of the row"] if layout.state and name == layout.state.column else []
    uses += ["figures as JSON"] if name in layout.json_columns else []
    if name in (*layout.figures, *layout.optional_figures):
        uses.append("figure")
    if name in layout.months:
        uses.append(f"figure {layout.months_of} of that month")
    if name in layout.fields:
        taken = ", taken from around it" if name in layout.take else ""
        uses.append(f"{layout.fields[name].type} field{taken}")
    return uses
