"""A layout file proposed for a table that none describes, for a person to complete.

What the cells show is filled in: where the area, the period, the breakdowns and the figures
stand, which marks occur, where the header is. What they cannot show is left empty beside
``# TO COMPLETE`` and keeps the file from being loaded until somebody says it: the source, the
meaning of a mark, the kind of a year. Nothing in a proposal is a cell of a table of people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.formats.choosing import stem_of
from pmf_analysis.ingest.names import table_of
from pmf_analysis.ingest.profiles import Profile, names_people, profile_column
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.sheets import Column
from pmf_analysis.ingest.taking import ANCESTOR
from pmf_analysis.ingest.written_periods import read_period
from pmf_analysis.register.layouts import Layout

TO_COMPLETE = "# TO COMPLETE"

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_ ./()-]*[A-Za-z0-9_)]|[A-Za-z]")
_LEVELS = frozenset({"national", "regional", "local authority"})
_PERIOD_NAME = re.compile(r"year|period|month|quarter|date|time", re.IGNORECASE)
_AREA_NAME = re.compile(r"area|authority|\bla\b|code|org|region|board|council|place", re.IGNORECASE)
_MOST_LABELS = 200
_YEAR_KINDS = (
    "financial_year (ends on 31 March), calendar_year, academic_year (academic_year_ending "
    'where one year stands alone) or "day 09-30"'
)
_IN_HEADER = ("financial_quarter", "calendar_quarter", "month", "day", "financial_year")


@dataclass(frozen=True)
class Table:
    """A sheet with its header found.

    Attributes
    ----------
    sheet : str
        Name of the sheet; empty where the file is one table.
    file_name : str
    header_rows, header_line : int
        How many rows the names of the columns stand on, and the line of the first.
    names : tuple of str
        Joined names.
    columns : tuple of Column
    rows : ndarray of int
        Places of the rows below the header.
    """

    sheet: str
    file_name: str
    header_rows: int
    header_line: int
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: NDArray[np.intp]


@dataclass(frozen=True)
class _Parts:
    """What the columns of a table are taken for."""

    level: Profile | None
    areas: tuple[Profile, ...]
    period: Profile | None
    across: tuple[Profile, ...]
    figures: tuple[Profile, ...]
    qualifiers: str
    qualifying: tuple[Profile, ...]
    breakdowns: tuple[Profile, ...]
    others: tuple[Profile, ...]


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
    known = _common_markers(layouts)
    plain = Layout(name="any", version="1", title="-", source="-", abstract=True)
    profiles = [
        profile_column(name, place, column, table.rows, register, plain)
        for place, (name, column) in enumerate(zip(table.names, table.columns, strict=False))
        if name and not name.startswith(ANCESTOR)
    ]
    parts = _sort_out(profiles, len(table.rows))
    people = people or names_people(table.names) or _of_events(profiles)
    figures = parts.figures or parts.across
    head = _opening(table, layouts)
    if people or not figures:
        return "\n".join([*head, *_record_lines(profiles, people)]) + "\n"
    lines = [*head, "extends: common", f"table: {_free_name(table, layouts)}"]
    lines += _place_lines(table)
    lines += _area_lines(parts)
    lines += _period_lines(table, parts)
    lines += _breakdown_lines(parts)
    lines += _figure_lines(parts)
    lines += _marker_lines(figures, known)
    return "\n".join(lines) + "\n"


def proposed_name(table: Table, layouts: Mapping[str, Layout]) -> str:
    """The name of the layout, and of its file without ``.yml``."""
    return _free_name(table, layouts)


def _free_name(table: Table, layouts: Mapping[str, Layout]) -> str:
    stems = [table_of(stem_of(table.file_name)) or "table", table_of(table.sheet)]
    name = "_".join(dict.fromkeys(stem for stem in stems if stem))
    taken = {layout.part_of or layout.name for layout in layouts.values()}
    if name not in taken:
        return name
    return next(f"{name}_{n}" for n in range(2, len(taken) + 3) if f"{name}_{n}" not in taken)


def _common_markers(layouts: Mapping[str, Layout]) -> dict[str, object]:
    # those that every layout which extends common knows
    held = [each.markers for each in layouts.values() if any(
        base.split()[0] == "common" for base in each.bases
    )]  # fmt: skip
    return dict(min(held, key=len)) if held else {}


def _of_events(profiles: Sequence[Profile]) -> bool:
    """Whether several columns hold days, as where each row is a case with a start and an end."""
    return sum(each.dates > 0.8 and each.different > 1 for each in profiles) > 1


# ---- what the columns are taken for ------------------------------------------------------


def _sort_out(profiles: Sequence[Profile], rows: int) -> _Parts:
    level = next((each for each in profiles if _is_level(each)), None)
    left = [each for each in profiles if each is not level]
    areas = _areas(left)
    left = [each for each in left if each not in areas]
    period = _period(left)
    left = [each for each in left if each is not period]
    across = tuple(each for each in left if _period_in_name(each.name)) if not period else ()
    across = across if len(across) > 1 else ()
    left = [each for each in left if each not in across]
    suffix, qualifying = _qualifiers(left)
    left = [each for each in left if each not in qualifying]
    figures = () if across else tuple(each for each in left if each.holds_figures)
    left = [each for each in left if each not in figures]
    # labels come again and again, and in most rows
    breakdowns = tuple(
        each for each in left
        if each.filled * 2 > rows and each.different <= min(_MOST_LABELS, each.filled - 1)
    )  # fmt: skip
    others = tuple(each for each in left if each not in breakdowns)
    return _Parts(level, areas, period, across, figures, suffix, qualifying, breakdowns, others)


def _is_level(profile: Profile) -> bool:
    texts = {text.casefold() for text in profile.texts}
    return bool(texts) and len(texts) <= 20 and len(texts & _LEVELS) >= min(2, len(texts))


def _areas(profiles: Sequence[Profile]) -> tuple[Profile, ...]:
    found = [each for each in profiles if each.filled and each.areas > 0.5]
    found = [each for each in found if each.numbers < 1 or each.codes > 0.5]
    if not found:
        words = [each for each in profiles if each.filled and each.numbers < 0.5]
        words = [each for each in words if not each.period]
        named = [each for each in words if each.codes > 0.5] or [
            each for each in words if _AREA_NAME.search(each.name)
        ]
        return tuple(named[:1])
    return tuple(sorted(found, key=lambda each: (-each.codes, -each.areas, each.place)))


def _period(profiles: Sequence[Profile]) -> Profile | None:
    found = [
        each for each in profiles
        if each.period and (_PERIOD_NAME.search(each.name) or each.numbers < 0.5)
    ]  # fmt: skip
    return max(
        found, key=lambda each: (bool(_PERIOD_NAME.search(each.name)), -each.place), default=None
    )


def _period_in_name(name: str) -> tuple[int, str] | None:
    """Which part of a joined name is a period, and by what rule it is read."""
    for rule in _IN_HEADER:
        for at, part in enumerate(name.split(" | ")):
            if read_period(part, rule):
                return at, rule
    return None


def _qualifiers(profiles: Sequence[Profile]) -> tuple[str, tuple[Profile, ...]]:
    names = {each.name for each in profiles}
    for each in profiles:
        for other in profiles:
            suffix = each.name.removeprefix(other.name)
            if suffix and each.name != suffix and len(suffix) <= 12 and each.numbers < 0.5:
                held = [one for one in profiles if one.name.endswith(suffix)
                        and one.name.removesuffix(suffix) in names]  # fmt: skip
                return suffix, tuple(held)
    return "", ()


# ---- the text ----------------------------------------------------------------------------


def _opening(table: Table, layouts: Mapping[str, Layout]) -> list[str]:
    return [
        f"name: {_free_name(table, layouts)}",
        'version: "1"',
        f"title:            {TO_COMPLETE}: what the table holds, in a few words",
        f"source:           {TO_COMPLETE}: who publishes it, in which release",
    ]


def _place_lines(table: Table) -> list[str]:
    start = re.split(r"(?:19|20)\d\d", stem_of(table.file_name))[0].rstrip("_- .")
    lines = [f"file_names: [{_quoted(start)}]"] if len(start) > 2 else []
    if table.sheet:
        lines.append(f"sheets: [{_quoted(table.sheet)}]")
    if table.header_rows > 1:
        lines.append(f"header: {{rows: {table.header_rows}}}")
    return lines


def _area_lines(parts: _Parts) -> list[str]:
    lines = ["area:"]
    names = ", ".join(_quoted(each.name) for each in parts.areas)
    if not parts.areas:
        return [*lines, "  columns:", f'    "":           {TO_COMPLETE}: [column with the area]']
    if parts.level:
        lines += [f"  level: {_quoted(parts.level.name)}", "  columns:"]
        lines.append(f"    local authority: [{names}]")
        lines.append(f"    {TO_COMPLETE}: the columns of each other level")
    else:
        lines += ["  columns:", f'    "": [{names}]']
    if not any(each.areas > 0.5 for each in parts.areas):
        lines.append("  in_register: false   # no area is in the register; kept as printed")
    return lines


def _period_lines(table: Table, parts: _Parts) -> list[str]:
    if parts.period is not None:
        rule = "" if parts.period.year_kind_open else parts.period.period
        lines = ["period:", f"  column: {_quoted(parts.period.name)}", "  kinds:"]
        return [*lines, _kind_line(rule)]
    if parts.across:
        _, rule = _period_in_name(parts.across[0].name)
        rule = "" if rule == "financial_year" else rule
        return ["period:", "  found_in: header", "  kinds:", _kind_line(rule)]
    for place, text in (("sheet_name", table.sheet), ("file_name", table.file_name)):
        if found := re.search(r"(?:19|20)\d\d(?:[-/_]?\d\d)?", text):
            return [
                "period:", f"  found_in: {place}", f"  # it stands as {found[0]}",
                f"  find: '(?P<period>{_shape(found[0])})'", "  kinds:", _kind_line(""),
            ]  # fmt: skip
    return [
        "period:", f"  column:         {TO_COMPLETE}: column with the period", "  kinds:",
        _kind_line(""),
    ]  # fmt: skip


def _kind_line(rule: str) -> str:
    return f'    "": {rule}' if rule else f'    "":           {TO_COMPLETE}: {_YEAR_KINDS}'


def _breakdown_lines(parts: _Parts) -> list[str]:
    if not parts.breakdowns:
        return []
    if len(parts.breakdowns) == 1:
        return [f"breakdown: {{column: {_quoted(parts.breakdowns[0].name)}}}"]
    return [
        "breakdown:", "  columns:",
        *(f"    {_quoted(each.name)}: {{}}" for each in parts.breakdowns),
    ]  # fmt: skip


def _figure_lines(parts: _Parts) -> list[str]:
    lines = _across_lines(parts) if parts.across else ["figures:"]
    lines += [f"  - {_quoted(each.name)}" for each in parts.figures]
    if parts.qualifiers:
        lines += ["qualifiers:", f"  suffix: {_quoted(parts.qualifiers)}", "  marks:"]
        marks = sorted({
            mark for each in parts.qualifying for text in each.texts for mark in text.split()
        })  # fmt: skip
        lines += [
            f"    {_always_quoted(mark)}:         {TO_COMPLETE}: final, revised, provisional, "
            "low_reliability, or a state without a number" for mark in marks
        ]  # fmt: skip
    if parts.others:
        lines.append("optional_columns:     # known, and not read")
        lines += [f"  - {_quoted(each.name)}" for each in parts.others]
    return lines


def _across_lines(parts: _Parts) -> list[str]:
    at, _ = _period_in_name(parts.across[0].name)
    names = parts.across[0].name.split(" | ")
    others = [here for here in range(len(names)) if here != at]
    groups = {at: f"(?P<period>{_shape(names[at])})"}
    if others:
        groups[others.pop()] = "(?P<column>[^|]+)"
    if others:
        groups[others[0]] = "(?P<breakdown>[^|]+)"
    pieces = [groups.get(here, "[^|]+") for here in range(len(names))]
    lines = ["unpivot:", "  pattern: '" + r" \| ".join(pieces) + "'"]
    if len(names) == 1:
        lines.append(f"  column:         {TO_COMPLETE}: what the figures count, one_word")
    return lines


def _shape(text: str) -> str:
    """A pattern of texts written like this one: other digits, other letters."""
    shape = ""
    for piece in re.findall(r"\d+|[A-Za-z]+|.", text):
        if piece.isdigit():
            shape += r"\d+" if len(piece) < 3 else rf"\d{{{len(piece)}}}"
        elif piece.isalpha():
            shape += piece if len(piece) == 1 else "[A-Za-z]+"
        else:
            shape += re.escape(piece)
    return shape.replace(r"\ ", " ").replace(r"\-", "-")


def _marker_lines(figures: Sequence[Profile], known: Mapping[str, object]) -> list[str]:
    counts: dict[str, int] = {}
    for each in figures:
        for text, count in each.marks.items():
            bare = text.strip("[] ").casefold()
            if bare not in known:
                counts[bare] = counts.get(bare, 0) + count
    if not counts:
        return []
    lines = ["markers:"]
    for mark in sorted(counts):
        cells = f"{counts[mark]} cell{'s' if counts[mark] != 1 else ''}"
        lines.append(f"  {_always_quoted(mark)}:         {_mark_question()} ({cells})")
    return lines


def _mark_question() -> str:
    return f"{TO_COMPLETE}: suppressed, not_available, not_applicable, unreliable or rounds_to_zero"


def _record_lines(profiles: Sequence[Profile], people: bool) -> list[str]:
    what = "records (one row a person, case or event) or reference"
    who = "identified, restricted, shareable or published"
    lines = [f"holds:            {TO_COMPLETE}: {what}"]
    lines.append(
        "data_class: identified   # the columns are those of a table about people"
        if people else f"data_class:       {TO_COMPLETE}: {who}"
    )  # fmt: skip
    lines += ['date_formats: ["%Y-%m-%d", "%d/%m/%Y"]', "fields:"]
    return [*lines, *(f"  {_quoted(each.name)}: {_type_of(each)}" for each in profiles)]


def _type_of(profile: Profile) -> str:
    if profile.dates > 0.9:
        return "date"
    return "code" if profile.numbers > 0.9 else "text"


def _quoted(text: str) -> str:
    words = ("yes", "no", "true", "false", "null", "on", "off", "y", "n")
    if _PLAIN.fullmatch(text) and text.casefold() not in words:
        return text
    return _always_quoted(text)


def _always_quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
