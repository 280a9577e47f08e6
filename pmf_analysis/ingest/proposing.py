"""A layout file proposed for a table that none describes, for a person to complete.

What the cells show is filled in: where the area, the period, the breakdowns and the figures
stand, which marks occur, where the header is. What they cannot show is left empty beside
``# TO COMPLETE`` and keeps the file from being loaded until somebody says it: the source, the
meaning of a mark, the kind of a year. Nothing in a proposal is a cell of a table of people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.formats.choosing import stem_of
from pmf_analysis.ingest.names import table_of
from pmf_analysis.ingest.places import Places
from pmf_analysis.ingest.profiles import POOL, Profile, names_people, profile_column
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.sheets import Column
from pmf_analysis.ingest.taking import ANCESTOR
from pmf_analysis.ingest.written_periods import month_number, read_period
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
_TWO_YEARS = re.compile(r"(?:19|20)\d\d[-_ /]\d\d(?!\d)")
_WHOLE_YEAR = re.compile(
    r"(?:full )?year(?: (?:to date|end|total))?|ytd|outturn|annual|total", re.IGNORECASE
)
_IDENTIFIER = re.compile(r"\b(id|ref|code|urn|ukprn|sortable)\b|_(id|code|urn)$", re.IGNORECASE)
_NOTE = re.compile(r" *\[[^\]]*\]")
_DURATION = re.compile(r"\d{1,3}:(?:0\d|1[01])")
_TOTAL = re.compile(r"(?:sub-?)?total\b.*", re.IGNORECASE)
_RIVAL = re.compile(r"(?:\b|_)(?:code|name|urn)\b", re.IGNORECASE)
_AGE = re.compile(r"\d{1,3}\+?|(?:all )?ages(?: .*)?|all ages", re.IGNORECASE)
_SHARE_NAME = re.compile(r"%|\bper ?cent|percent|\bpct\b|\bproportion\b|\bshare\b", re.IGNORECASE)
_FRACTION = re.compile(r"0(?:\.\d+)?|1(?:\.0+)?|\.\d+")
_DURATIONS = "durations: true   # 2:05 is 2 years and 5 months, read as 29 months"
_LONGEST_MARK = 12
_IN_TEXT = (
    (r"(?:19|20)\d\d[-/_]\d\d[-_ ,]*(?:Q|Qtr|Quarter)[-_ ]?[1-4]", "financial_quarter"),
    (r"(?:Q|Qtr|Quarter)[-_ ]?[1-4][-_ ,]*(?:19|20)\d\d[-/_]\d\d", "financial_quarter"),
    (r"[A-Z][a-z]{2,8}[- ](?:19|20)\d\d", "month"),
    (r"(?:19|20)\d\d(?:[-/_]?\d\d)?(?!\d)", ""),
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
    above : tuple of str
        Filled cells above the header.
    """

    sheet: str
    file_name: str
    header_rows: int
    header_line: int
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: NDArray[np.intp]
    above: tuple[str, ...] = ()


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
    levels: Mapping[str, tuple[str, ...]]


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
    known = _common_markers(layouts)
    plain = Layout(name="any", version="1", title="-", source="-", abstract=True)
    profiles = [
        profile_column(name, place, column, table.rows, register, plain)
        for place, (name, column) in enumerate(zip(table.names, table.columns, strict=False))
        if name and not name.startswith(ANCESTOR)
    ]
    parts = _sort_out(profiles, table, register)
    people = people or names_people(table.names) or _of_events(profiles)
    figures = parts.figures or parts.across
    head = _opening(table, layouts)
    nothing_known = not parts.areas and parts.period is None and not parts.across
    few = len(parts.figures) < 2 or len(profiles) < 3
    if people or not figures or (nothing_known and few):
        return "\n".join([*head, *_record_lines(profiles, people)]) + "\n"
    lines = [*head, "extends: common", f"table: {_free_name(table, layouts)}"]
    lines += [*_place_lines(table), *further]
    lines += _row_lines(parts)
    lines += _area_lines(parts)
    lines += _period_lines(table, parts)
    lines += _breakdown_lines(parts)
    lines += _figure_lines(parts)
    lines += _scale_lines(parts, figures)
    lines += _marker_lines(figures, known)
    return "\n".join(lines) + "\n"


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
    marks = [text for text in dict.fromkeys(unread) if not _DURATION.fullmatch(text)]
    lines = [*_opening(held, layouts), f"extends: {layout.name}", f"table: {table}"]
    lines += [*_place_lines(held), "figures:", *(f"  - {_quoted(name)}" for name in figures)]
    if len(marks) < len(set(unread)):
        lines.append(_DURATIONS)
    if marks and all(len(mark) <= _LONGEST_MARK for mark in marks):
        lines.append("markers:")
        bare = sorted({mark.strip("[] ").casefold() for mark in marks})
        lines += [f"  {_always_quoted(mark)}:         {_mark_question()}" for mark in bare]
    return _free_name(held, layouts), "\n".join(lines) + "\n"


def proposed_name(table: Table, layouts: Mapping[str, Layout]) -> str:
    """The name of the layout, and of its file without ``.yml``."""
    return _free_name(table, layouts)


def _free_name(table: Table, layouts: Mapping[str, Layout]) -> str:
    stems = [
        table_of(_TWO_YEARS.sub("", stem_of(table.file_name))) or "table",
        table_of(_TWO_YEARS.sub("", table.sheet)),
    ]
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


# ---- several tables on one sheet ----------------------------------------------------------


def first_of_several(table: Table) -> tuple[Table, list[str]]:
    """The first table of a sheet that holds several, and what its layout says of the place.

    Returns
    -------
    tuple of (Table, list of str)
        The same table and no line, where its names do not come again.
    """
    bare = [name.rpartition(" | ")[2] for name in table.names]
    again = next((at for at in range(2, len(bare)) if bare[0] and bare[at] == bare[0]), 0)
    if again and len(set(filter(None, bare))) < len(list(filter(None, bare))) - 1:
        last = max(at for at in range(again) if bare[at] and at < again)
        last = last - 1 if " | " not in table.names[last] and table.header_rows > 1 else last
        letters = f"A:{_letters(last)}"
        cut = replace(table, names=table.names[: last + 1], columns=table.columns[: last + 1])
        begins = _letters(again)
        return cut, [f"block: {{columns: {_always_quoted(letters)}}}   # another from {begins} on"]
    named = [at for at, name in enumerate(bare) if name]
    for place in table.rows:
        held = [_text(table, at, place) for at in named]
        if held == [bare[at] for at in named]:
            return _until(table, int(place))
    return table, []


def _until(table: Table, place: int) -> tuple[Table, list[str]]:
    rows = table.rows[table.rows < place]
    last = int(rows[-1]) if len(rows) else place - 1
    titles = [_text(table, 0, row) for row in range(last + 1, place)]
    title = next(filter(None, titles), "")
    ends = _escaped(title)
    what = f"'{ends}'" if ends else f"         {TO_COMPLETE}: the first cell of the next table"
    comment = "   # the names of the columns come again below: another table"
    return replace(table, rows=rows), [f"block:{comment}", f"  ends: {what}"]


def _escaped(text: str) -> str:
    return re.escape(text).replace(r"\ ", " ").replace("'", "''")


def _text(table: Table, column: int, row: int) -> str:
    held = table.columns[column]
    return str(held.texts[held.codes[row]])


def _letters(place: int) -> str:
    letters = ""
    while place >= 0:
        place, rest = divmod(place, 26)
        letters, place = chr(ord("A") + rest) + letters, place - 1
    return letters


# ---- what the columns are taken for ------------------------------------------------------


def _sort_out(profiles: Sequence[Profile], table: Table, register: FindsUnits) -> _Parts:
    rows = len(table.rows)
    level = next((each for each in profiles if _is_level(each)), None)
    left = [each for each in profiles if each is not level]
    places = Places(table, register)
    levels = places.of_levels(level, left) if level else {}
    areas = places.most_different(_areas(left))
    if levels:
        named = {name for names in levels.values() for name in names}
        areas = tuple(each for each in left if each.name in named)
    left = [each for each in left if each not in areas]
    period = _period(left)
    left = [each for each in left if each is not period]
    across = tuple(each for each in left if _period_in_name(each.name)) if not period else ()
    across = across if len(across) > 1 else ()
    left = [each for each in left if each not in across]
    suffix, qualifying = _qualifiers(left)
    left = [each for each in left if each not in qualifying]
    parents = [
        each for each in left
        if each.areas > 0.5 or (areas and each.codes > 0.5 and each.numbers < 0.5)
    ]  # fmt: skip
    figures = tuple(
        each for each in left
        if each.holds_figures and not _IDENTIFIER.search(each.name) and each not in parents
    )  # fmt: skip
    left = [each for each in left if each not in figures and each not in parents]
    # labels come again and again, and in most rows; without an area they tell rows apart
    breakdowns = tuple(
        each for each in left
        if each.filled * 2 > rows
        and each.different <= (_MOST_LABELS if not areas else min(_MOST_LABELS, each.filled - 1))
    )  # fmt: skip
    others = tuple(each for each in left if each not in breakdowns) + tuple(parents)
    if across:  # a figure whose name holds no period has none
        figures, others = (), (*others, *figures)
    others = tuple(sorted(others, key=lambda each: each.place))
    return _Parts(
        level, areas, period, across, figures, suffix, qualifying, breakdowns, others, levels
    )


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


def _period_in_name(name: str) -> tuple[int, int, str] | None:
    """Which parts of a joined name are a period (the first, how many), and by what rule."""
    parts = [_NOTE.sub("", part) for part in name.split(" | ")]
    for length, rules in ((2, _IN_HEADER[:3]), (1, _IN_HEADER)):
        for rule in rules:
            for at in range(len(parts) - length + 1):
                if read_period(" ".join(parts[at : at + length]), rule):
                    return at, length, rule
    return None


def _qualifiers(profiles: Sequence[Profile]) -> tuple[str, tuple[Profile, ...]]:
    names = {each.name for each in profiles}
    for each in profiles:
        for other in profiles:
            suffix = each.name.removeprefix(other.name)
            marks = each.filled and each.numbers < 0.5 and other.holds_figures
            if suffix and each.name != suffix and len(suffix) <= 12 and marks:
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
    start = re.split(r"(?:19|20)\d\d|Q[1-4]", stem_of(table.file_name))[0].rstrip("_- .")
    start = "" if month_number(start) else start
    lines = [f"file_names: [{_quoted(start)}]"] if len(start) > 2 else []
    if table.sheet:
        lines.append(f"sheets: [{_quoted(table.sheet)}]")
    if table.header_rows > 1:
        lines.append(f"header: {{rows: {table.header_rows}}}")
    return lines


def _row_lines(parts: _Parts) -> list[str]:
    """Where no column names the area: headings, subtotals and notes among the rows."""
    if parts.areas or not parts.breakdowns:
        return []
    # headings and notes stand in the first column
    behind = [each for each in parts.breakdowns if each.place and each.different > 1]
    main = max(behind or parts.breakdowns, key=lambda each: (each.different, each.place))
    lines = ["rows:   # others are refused, each with its reason"]
    lines.append(f"  filled: [{_quoted(main.name)}]")
    totals = [
        each.name for each in parts.breakdowns if any(map(_TOTAL.fullmatch, each.texts))
    ]  # fmt: skip
    if totals:
        lines.append("  leave_out:")
        lines += [f"    {_quoted(name)}: '(?:sub-?)?total.*'" for name in totals]
    return lines


def _area_lines(parts: _Parts) -> list[str]:
    lines = ["area:"]
    names = ", ".join(_quoted(each.name) for each in parts.areas)
    if not parts.areas:
        what = f"{TO_COMPLETE}: code or name of the one area that the file is about;"
        return [*lines, f"  always:         {what} or columns, with the columns that name it"]
    if parts.level:
        lines += [f"  level: {_quoted(parts.level.name)}", "  columns:"]
        for level, columns in parts.levels.items():
            held = ", ".join(map(_quoted, columns))
            what = f"[{held}]" if held else f"         {TO_COMPLETE}: the columns of this level"
            lines.append(f"    {_quoted(level)}: {what}")
    else:
        lines += ["  columns:", f'    "": [{names}]']
        lines += _rival_lines(parts)
    if not any(each.areas > 0.5 for each in parts.areas):
        lines.append("  in_register: false   # most areas are not in the register: kept as printed")
    return lines


def _rival_lines(parts: _Parts) -> list[str]:
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


def _period_lines(table: Table, parts: _Parts) -> list[str]:
    if parts.period is not None:
        rule = "" if parts.period.year_kind_open else parts.period.period
        lines = ["period:", f"  column: {_quoted(parts.period.name)}"]
        return [*lines, *_pool_lines(parts.period), "  kinds:", _kind_line(rule)]
    if parts.across:
        found = [_period_in_name(each.name) for each in parts.across]
        _, length, rule = max(found, key=lambda each: each[1])
        rule = "" if rule == "financial_year" else rule
        lines = ["period:", "  found_in: header"]
        if length > 1 and any(each[1] == 1 for each in found):
            match = r"(?P<period>\d{4}[-/]?\d+)(?: [A-Za-z ]+)?"
            lines += ["  patterns:", f"    - {{match: '{match}', rule: financial_year}}"]
        return [*lines, "  kinds:", _kind_line(rule)]
    return _named_period_lines(table) or [
        "period:", f"  column:         {TO_COMPLETE}: column with the period; or found_in: above "
        "(a title), header, sheet_name or file_name, with find", "  kinds:", _kind_line(""),
    ]  # fmt: skip


def _named_period_lines(table: Table) -> list[str]:
    """The period in the name of the sheet or file, or above the table."""
    texts = [("sheet_name", table.sheet), ("file_name", table.file_name)]
    texts += [("above", text) for text in table.above]
    for shape, rule in _IN_TEXT:
        for place, text in texts:
            found = re.search(shape, text)
            if found and (not rule or read_period(found[0], rule)):
                return [
                    "period:", f"  found_in: {place}", f"  # it stands as {found[0]}",
                    f"  find: '(?P<period>{_shape(found[0])})'", "  kinds:", _kind_line(rule),
                ]  # fmt: skip
    return []


def _pool_lines(period: Profile) -> list[str]:
    """How pools of years are read, where some cells hold them."""
    lines = []
    for text in period.texts:
        found = POOL.fullmatch(text)
        if not found or read_period(text, "financial_year"):
            continue
        year, rule = (r"\d{4}/\d\d", "financial_year") if found[1] else (r"\d{4}", "calendar_year")
        last = r"\d\d/\d\d" if found[2] else r"\d\d"
        match = f"(?P<first>{year}) ?[-–] ?(?P<last>{last})"
        line = f"    - {{match: '{match}', rule: {rule}}}"
        lines += [line] if line not in lines else []
    return ["  patterns:   # pools of years", *lines] if lines else []


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
    ages = [each for each in parts.figures if _AGE.fullmatch(each.name)]
    if parts.across:
        lines = _across_lines(parts)
    elif len(ages) > 3:
        named = [_escaped(each.name) for each in ages if not each.name[0].isdigit()]
        words = "|".join([*named, r"\d+\+?"])
        lines = [
            "unpivot:", f"  pattern: '(?P<breakdown>{words})'",
            f"  column:         {TO_COMPLETE}: what the figures count, one_word",
        ]  # fmt: skip
        kept = [each for each in parts.figures if each not in ages]
        lines += ["figures:", *(f"  - {_quoted(each.name)}" for each in kept)] if kept else []
    else:
        lines = ["figures:", *(f"  - {_quoted(each.name)}" for each in parts.figures)]
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
    first = max(parts.across, key=lambda each: _period_in_name(each.name)[1])
    at, length, _ = _period_in_name(first.name)
    names = first.name.split(" | ")
    if length == 2 and len(names) == 2:
        return _stacked_lines(parts, names)
    others = [here for here in range(len(names)) if not at <= here < at + length]
    # a note behind the period is no part of it
    period = " ".join(names[at : at + length]) if length == 1 else " | ".join(names[at : at + 2])
    noted = any(_NOTE.search(each.name) for each in parts.across)
    after = r"(?: \[[^|]*\])?" if noted else ""
    groups = {at: f"(?P<period>{_shape(_NOTE.sub('', period))}){after}"}
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


def _stacked_lines(parts: _Parts, names: Sequence[str]) -> list[str]:
    """A year above its quarters, with columns of the whole year beside them."""
    beside = {}
    for each in parts.across:
        year, _, word = each.name.partition(" | ")
        if word and not read_period(f"{year} {word}", "financial_quarter") and each.holds_figures:
            beside[word] = bool(_WHOLE_YEAR.fullmatch(word))
    whole = [_escaped(word) for word, is_whole in beside.items() if is_whole]
    further = [_escaped(word) for word, is_whole in beside.items() if not is_whole]
    parted = "|".join([_shape(names[1]), *whole])
    pattern = rf"(?P<period>{_shape(names[0])}(?: \| (?:{parted}))?)"
    pattern += rf"(?: \| (?P<column>{'|'.join(further)}))?" if further else ""
    return [
        "unpivot:", f"  pattern: '{pattern}'",
        f"  column:         {TO_COMPLETE}: what the figures are, one_word",
    ]  # fmt: skip


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


def _scale_lines(parts: _Parts, figures: Sequence[Profile]) -> list[str]:
    """Shares as fractions, and lengths of time, where the cells look like them."""
    lines = []
    if any(_DURATION.fullmatch(text) for each in figures for text in each.marks):
        lines.append(_DURATIONS)
    shares = [] if parts.across else [
        each for each in figures
        if _SHARE_NAME.search(each.name) and each.texts and all(map(_is_fraction, each.texts))
    ]  # fmt: skip
    if shares:
        lines.append("scale:   # these hold fractions of 1 under a name of percentages")
        lines += [f"  {_quoted(each.name)}: 100" for each in shares]
    return lines


def _is_fraction(text: str) -> bool:
    return _FRACTION.fullmatch(text) is not None or not any(map(str.isdigit, text))


def _marker_lines(figures: Sequence[Profile], known: Mapping[str, object]) -> list[str]:
    counts: dict[str, int] = {}
    for each in figures:
        for text, count in each.marks.items():
            bare = text.strip("[] ").casefold()
            if bare not in known and not _DURATION.fullmatch(bare):
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
