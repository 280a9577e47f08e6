"""Which layout describes a sheet: by its columns, the most specific one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from pmf_analysis.errors import (
    ParameterError,
    UnknownLayoutError,
    UnreadableFileError,
    nearest,
)
from pmf_analysis.ingest.headers import Header, candidates, first_header
from pmf_analysis.ingest.sheets import Sheet
from pmf_analysis.ingest.titles import holds_values
from pmf_analysis.register.layouts import HeaderRule, Layout, folded

_NAMED = 8


@dataclass(frozen=True)
class Unpivoted:
    """A column whose name holds part of the key.

    Attributes
    ----------
    place : int
    column : str
        Canonical name of the figure.
    period, breakdown : str
        As printed; empty where the name does not hold them.
    """

    place: int
    column: str
    period: str
    breakdown: str


@dataclass(frozen=True)
class Match:
    """A layout held against a header.

    Attributes
    ----------
    layout : Layout
    header : Header
    positions : dict
        Canonical column name to its place in the header.
    missing : tuple of str
        Required columns that the header lacks.
    others : tuple of int
        Places of the columns that the layout does not know.
    twice : tuple of str
        Sentences on columns of the header that mean the same.
    repeated : tuple of str
        Names that the header gives to several columns which the layout uses.
    unpivoted : tuple of Unpivoted
    """

    layout: Layout
    header: Header
    positions: dict[str, int]
    missing: tuple[str, ...]
    others: tuple[int, ...]
    twice: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unpivoted: tuple[Unpivoted, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether all is there that the layout asks for."""
        unpivots = self.layout.unpivot is None or self.layout.json_columns or self.unpivoted
        return not self.missing and bool(unpivots) and bool(self.positions or self.unpivoted)

    @property
    def found(self) -> int:
        """How many required columns are there."""
        return len(self.layout.required) - len(self.missing)

    @property
    def sentence(self) -> str:
        """``it has 9 of 10 columns of c1_referrals; missing: rereferral_count``."""
        total = len(self.layout.required)
        missing = list(self.missing)
        if not missing and not self.whole and self.layout.unpivot:
            missing.append(f"columns named like {self.layout.unpivot.pattern}")
        return (
            f"it has {self.found} of {total} columns of {self.layout.name}; "
            f"missing: {', '.join(missing)}"
        )


def choose_layout(
    header: Sequence[str], layouts: Mapping[str, Layout], file_name: str, layout: str = ""
) -> Match:
    """Find the layout of a header.

    Parameters
    ----------
    header : sequence of str
    layouts : mapping
        Name to layout.
    file_name : str
    layout : str, optional
        The layout's name, or that of a file with parts, when it is said and not found.

    Returns
    -------
    Match
        Of the layout with most required columns among those whose required columns are all
        there; of several, the one by whose ``file_names`` the file is named.

    Raises
    ------
    ParameterError
        If ``layout`` is unknown.
    UnknownLayoutError
        If no layout, or more than one, describes the header; or if a known table lacks a
        column: then it is not read as just any table.
    UnreadableFileError
        If a column name that matters stands twice.
    """
    known = said_layouts(layouts, layout) if layout else layouts
    matches = [hold_against(header, each) for each in known.values()]
    return _best(matches, _Called(file_name), layout)


def choose_for_sheet(
    sheet: Sheet, layouts: Mapping[str, Layout], file_name: str, several: bool = False,
    layout: str = "",
) -> Match:  # fmt: skip
    """Find the layout of a sheet, and its header among the first rows.

    Parameters
    ----------
    sheet : Sheet
    layouts : mapping
        Name to layout. Those for sheets of other names are left aside.
    file_name : str
    several : bool, optional
        Whether the file has several sheets.
    layout : str, optional
        As for ``choose_layout``.

    Returns
    -------
    Match

    Raises
    ------
    ParameterError, UnknownLayoutError, UnreadableFileError
        As for ``choose_layout``, held against the topmost row; or if the sheet is empty.
    """
    known = said_layouts(layouts, layout) if layout else layouts
    called = _Called(file_name, sheet.name if several else "")
    topmost = first_header(sheet, HeaderRule(), str(called))
    fitting = {key: each for key, each in known.items() if _may_be(sheet, each)}
    if layout and not fitting:
        fitting = known
    found = {
        rule: _Candidates(tuple(candidates(sheet, rule)))
        for rule in dict.fromkeys(each.header for each in fitting.values())
    }
    held = [each for each in fitting.values() if found[each.header].headers]
    whole = [_first_whole(found[each.header], each) for each in held]
    certain = [match for match in whole if match is not None]
    if certain and not any(match.layout.any_table for match in certain):
        return _best(certain, called, layout)
    # what is no table for certain is held against all, for a near one and for the message
    matches = [
        match or hold_against(found[each.header].headers[0], each)
        for match, each in zip(whole, held, strict=True)
    ]
    if not matches:
        raise _unknown(
            topmost.names, [hold_against(topmost, each) for each in known.values()], called
        )
    return _best(matches, called, layout)


def said_layouts(layouts: Mapping[str, Layout], name: str) -> dict[str, Layout]:
    """The layout of a name, or the parts of a file of layouts of that name.

    Raises
    ------
    ParameterError
        If there is none.
    """
    said = {key: each for key, each in layouts.items() if name in (key, each.part_of)}
    if not said:
        files = {each.part_of or key for key, each in layouts.items()}
        raise ParameterError(
            f"There is no layout {name!r}", "the name of a file in data/reference/layouts",
            nearest(name, sorted({*layouts, *files})),
        )  # fmt: skip
    return said


def hold_against(header: Header | Sequence[str], layout: Layout) -> Match:
    """Hold one layout against a header."""
    header = header if isinstance(header, Header) else Header(tuple(header))
    meaning, names = layout.meaning, header.folded
    positions: dict[str, int] = {}
    others, twice, repeated = [], [], []
    times: dict[str, int] = {}
    for place, name in enumerate(names):
        times[name] = time = times.get(name, 0) + 1
        # where a name stands several times, a layout may mean the second by "name (2)"
        column = time > 1 and meaning.get(f"{name} ({time})")
        column = column or meaning.get(name)
        if column is None:
            others.append(place)
        elif column not in positions:
            positions[column] = place
        elif names[positions[column]] == name:
            repeated.append(name)
        else:
            first, printed = header.names[positions[column]], header.names[place]
            twice.append(f"columns {first!r} and {printed!r} both mean {column}")
    missing = tuple(column for column in layout.required if column not in positions)
    unpivoted = _unpivoted(header.names, others, layout)
    taken = {each.place for each in unpivoted}
    return Match(
        layout, header, positions, missing,
        tuple(place for place in others if place not in taken), tuple(twice),
        tuple(dict.fromkeys(repeated)), unpivoted,
    )  # fmt: skip


def unpivot_names(names: Iterable[tuple[int, str]], layout: Layout) -> tuple[Unpivoted, ...]:
    """Those of some columns, by place and name, whose names hold part of the key."""
    found = list(names)
    printed = dict(found)
    return _unpivoted(printed, [place for place, _ in found], layout)


def _unpivoted(
    names: Sequence[str] | Mapping[int, str], places: Iterable[int], layout: Layout
) -> tuple[Unpivoted, ...]:
    rule = layout.unpivot
    if rule is None:
        return ()
    pattern = re.compile(rule.pattern)
    found = []
    for place in places:
        held = pattern.fullmatch(names[place]) if names[place] else None
        if held is None:
            continue
        groups = {key: (text or "").strip() for key, text in held.groupdict().items()}
        column = groups.get("column") or rule.column or names[place]
        column = layout.meaning.get(folded(column), column)
        found.append(
            Unpivoted(place, column, groups.get("period", ""), groups.get("breakdown", ""))
        )
    return tuple(found)


@dataclass(frozen=True)
class _Candidates:
    """Rows of a sheet that may be its header, from the top."""

    headers: tuple[Header, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name in any of them, folded."""
        return frozenset().union(*(header.told_apart for header in self.headers))


def _first_whole(found: _Candidates, layout: Layout) -> Match | None:
    """The layout held against the first header that names all it asks for; None where none does."""
    if _all_named(found.names, layout):
        for header in found.headers:
            if _all_named(header.told_apart, layout):
                match = hold_against(header, layout)
                if match.whole:
                    return match
    return None


def _all_named(names: frozenset[str], layout: Layout) -> bool:
    return not any(names.isdisjoint(each) for each in layout.spellings_required)


def _may_be(sheet: Sheet, layout: Layout) -> bool:
    """Whether a layout is for sheets of this name: all of it, or its last parts."""
    name = sheet.name.casefold()
    return not layout.sheets or any(
        fnmatchcase(name, pattern.casefold()) or fnmatchcase(name, f"*/{pattern.casefold()}")
        for pattern in layout.sheets
    )


def _best(matches: list[Match], name: _Called, said: str) -> Match:
    whole = [match for match in matches if match.whole]
    if not whole:
        raise _not_of(matches, name, said) if said else _unknown_or_near(matches, name)
    most = max(map(_rank, whole))
    best = [match for match in whole if _rank(match) == most]
    # two tables with the same columns are told apart by the file's name
    best = [match for match in best if name.like(match.layout)] or best
    if len(best) > 1:
        names = " and ".join(sorted(match.layout.name for match in best))
        raise UnknownLayoutError(
            f"{name} fits the layouts {names} equally well", "one layout",
            "Say which one it is, by the name of the layout",
        )  # fmt: skip
    if best[0].layout.any_table and not said:
        _refuse_near_miss(matches, name)
    return _without_repeats(best[0], name)


@dataclass(frozen=True)
class _Called:
    """What a table is called: the file's name, and the sheet's where there are several."""

    file: str
    sheet: str = ""

    def __str__(self) -> str:
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file

    def like(self, layout: Layout) -> bool:
        """Whether it begins as names of the layout's files do."""
        starts = tuple(start.casefold() for start in layout.file_names)
        names = (self.file, self.sheet.rpartition("/")[2])
        return any(name.casefold().startswith(starts) for name in names if name)


def _rank(match: Match) -> tuple[int, bool]:
    return len(match.layout.required), bool(match.layout.sheets)


def _unknown_or_near(matches: list[Match], name: _Called) -> UnknownLayoutError:
    header = max((match.header for match in matches), key=lambda header: len(header.names))
    return _unknown(header.names, matches, name)


def nearest_match(
    header: Sequence[str], layouts: Mapping[str, Layout], apart_from: str = ""
) -> Match | None:
    """The layout that shares most of its own columns with a header, if it shares most of them."""
    matches = [
        hold_against(header, each) for name, each in sorted(layouts.items()) if name != apart_from
    ]
    near = [match for match in matches if _own_found(match) * 2 > len(match.layout.own_columns)]
    return max(near, key=_nearness) if near else None


def _not_of(matches: list[Match], name: _Called, said: str) -> UnknownLayoutError:
    match = max(matches, key=lambda match: (match.found, *_nearness(match)))
    of = f"not of layout {said}" if match.layout.name == said else f"of no part of layout {said}"
    return UnknownLayoutError(
        f"{name} is {of}: {match.sentence}", "every required column of the layout", _cure(match)
    )


def _without_repeats(match: Match, name: _Called) -> Match:
    layout, names = match.layout, match.header.names
    if match.twice:
        raise UnknownLayoutError(
            f"{name}: {'; '.join(match.twice)} in layout {layout.name}",
            "one column for each", "Remove one of them and deliver the file again",
        )  # fmt: skip
    repeated = list(match.repeated)
    if layout.other_columns == "read":
        others = [folded(names[place]) for place in match.others if names[place]]
        repeated += sorted({each for each in others if others.count(each) > 1})
    if repeated:
        line = f", line {match.header.start + 1}" if match.header.rows else ""
        raise UnreadableFileError(
            f"{name}{line}: column name twice: {', '.join(sorted(set(repeated)))}",
            "every column named once", "Rename or remove one of them and deliver the file again",
        )  # fmt: skip
    return match


def _own_found(match: Match) -> int:
    own = match.layout.own_columns
    return len([column for column in own if column in match.positions])


def _nearness(match: Match) -> tuple[float, float, int]:
    own = match.layout.own_columns
    return (
        _own_found(match) / max(len(own), 1),
        match.found / max(len(match.layout.required), 1),
        len(own),
    )


def _refuse_near_miss(matches: list[Match], file_name: _Called) -> None:
    near = [match for match in matches if match.missing and _is_near_miss(match, file_name)]
    if near:
        best = max(near, key=_nearness)
        raise UnknownLayoutError(
            f"{file_name} looks like the table {best.layout.table}, but {best.sentence}",
            "every required column of the layout", _cure(best),
        )  # fmt: skip


def _is_near_miss(match: Match, file_name: _Called) -> bool:
    # a known table that lost a column: named like it, or made of nothing but its columns
    named = file_name.like(match.layout)
    unexplained = [place for place in match.others if match.header.names[place]]
    own = match.layout.own_columns
    share = _own_found(match) / max(len(own), 1)
    shares_base = not set(match.missing) - set(own)
    return shares_base and ((named and share > 0.5) or (not unexplained and share >= 0.5))


def _cure(match: Match) -> str:
    file = match.layout.part_of or match.layout.name
    return (
        f"Ask for the file again with the missing column; if it goes by another name now, "
        f"add that to synonyms in data/reference/layouts/{file}.yml"
    )


def _unknown(header: Sequence[str], matches: list[Match], file_name: _Called) -> UnknownLayoutError:
    names = [name for name in header if name]
    best = max(matches, key=lambda match: (match.found, *_nearness(match)), default=None)
    if holds_values(names) and (best is None or not best.found):
        return UnknownLayoutError(
            f"No layout describes {file_name}, and where names of columns should stand it has "
            "values, such as dates or long numbers",
            "a row with the names of the columns above the others",
            "Ask for the file with its header, or add it, and deliver it again",
        )
    shown = _listed(names)
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        return UnknownLayoutError(
            f"{file_name} has one column only, {names[0][:60]!r}", "commas between the cells",
            "Save it as CSV with commas and deliver it again",
        )  # fmt: skip
    if best is None or not best.found:
        known = _listed(sorted(match.layout.name for match in matches))
        return UnknownLayoutError(
            f"No layout describes {file_name}, which has the columns {shown}",
            f"the columns of a known layout ({known})",
            "Describe it in a file of its own in data/reference/layouts",
        )
    return UnknownLayoutError(
        f"No layout describes {file_name}; nearest: {best.sentence}",
        "every required column of a layout", _cure(best),
    )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (", ".join(names[:_NAMED]) or "none") + more
