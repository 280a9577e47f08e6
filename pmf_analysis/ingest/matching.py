"""Which layout describes a file: by its columns, the most specific one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmf_analysis.errors import ParameterError, UnknownLayoutError, nearest
from pmf_analysis.register.layouts import Layout


@dataclass(frozen=True)
class Match:
    """A layout held against a header.

    Attributes
    ----------
    layout : Layout
    positions : dict
        Canonical column name to its place in the header.
    missing : tuple of str
        Required columns that the header lacks.
    others : tuple of int
        Places of the columns that the layout does not know.
    twice : tuple of str
        Sentences on columns of the header that mean the same.
    """

    layout: Layout
    positions: dict[str, int]
    missing: tuple[str, ...]
    others: tuple[int, ...]
    twice: tuple[str, ...]

    @property
    def found(self) -> int:
        """How many required columns are there."""
        return len(self.layout.required) - len(self.missing)

    @property
    def sentence(self) -> str:
        """``it has 9 of 10 columns of c1_referrals; missing: rereferral_count``."""
        total = len(self.layout.required)
        return (
            f"it has {self.found} of {total} columns of {self.layout.name}; "
            f"missing: {', '.join(self.missing)}"
        )


def choose_layout(
    header: Sequence[str], layouts: Mapping[str, Layout], file_name: str, layout: str = ""
) -> Match:
    """Find the layout of a file.

    Parameters
    ----------
    header : sequence of str
    layouts : mapping
        Name to layout.
    file_name : str
    layout : str, optional
        The layout's name, when it is said and not found.

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
        If no layout, or more than one, describes the file; or if a known table lacks a
        column: then it is not read as just any table.
    """
    if layout:
        return _said(header, layouts, file_name, layout)
    matches = [hold_against(header, each) for each in layouts.values()]
    whole = [match for match in matches if not match.missing]
    if not whole:
        raise _unknown(header, matches, file_name)
    most = max(len(match.layout.required) for match in whole)
    best = [match for match in whole if len(match.layout.required) == most]
    # two tables with the same columns are told apart by the file's name
    best = [match for match in best if _is_named_like(match, file_name)] or best
    if len(best) > 1:
        names = " and ".join(sorted(match.layout.name for match in best))
        raise UnknownLayoutError(
            f"{file_name} fits the layouts {names} equally well", "one layout",
            "Say which one it is, by the name of the layout",
        )  # fmt: skip
    if best[0].layout.any_table:
        _refuse_near_miss(matches, header, file_name)
    return _without_repeats(best[0], file_name)


def hold_against(header: Sequence[str], layout: Layout) -> Match:
    """Hold one layout against a header."""
    meaning = {
        spelling.strip().casefold(): column
        for column in layout.columns
        for spelling in (column, *layout.synonyms.get(column, ()))
    }
    positions: dict[str, int] = {}
    others, twice = [], []
    for place, printed in enumerate(header):
        column = meaning.get(printed.casefold())
        if column is None:
            others.append(place)
        elif column in positions:
            twice.append(
                f"columns {header[positions[column]]!r} and {printed!r} both mean {column}"
            )
        else:
            positions[column] = place
    missing = tuple(column for column in layout.required if column not in positions)
    return Match(layout, positions, missing, tuple(others), tuple(twice))


def nearest_match(
    header: Sequence[str], layouts: Mapping[str, Layout], apart_from: str = ""
) -> Match | None:
    """The layout that shares most of its own columns with a header, if it shares most of them."""
    matches = [
        hold_against(header, each) for name, each in sorted(layouts.items()) if name != apart_from
    ]
    near = [match for match in matches if _own_found(match) * 2 > len(match.layout.own_columns)]
    return max(near, key=_nearness) if near else None


def _said(header: Sequence[str], layouts: Mapping[str, Layout], file_name: str, name: str) -> Match:
    if name not in layouts:
        raise ParameterError(
            f"There is no layout {name!r}", "the name of a file in data/reference/layouts",
            nearest(name, layouts),
        )  # fmt: skip
    match = hold_against(header, layouts[name])
    if match.missing:
        raise UnknownLayoutError(
            f"{file_name} is not of layout {name}: {match.sentence}",
            "every required column of the layout", _cure(match),
        )  # fmt: skip
    return _without_repeats(match, file_name)


def _without_repeats(match: Match, file_name: str) -> Match:
    if match.twice:
        raise UnknownLayoutError(
            f"{file_name}: {'; '.join(match.twice)} in layout {match.layout.name}",
            "one column for each", "Remove one of them and deliver the file again",
        )  # fmt: skip
    return match


def _own_found(match: Match) -> int:
    own = match.layout.own_columns
    return len([column for column in own if column in match.positions])


def _nearness(match: Match) -> tuple[float, float, int]:
    own = match.layout.own_columns
    return (
        _own_found(match) / max(len(own), 1),
        match.found / len(match.layout.required),
        len(own),
    )


def _refuse_near_miss(matches: list[Match], header: Sequence[str], file_name: str) -> None:
    near = [match for match in matches if match.missing and _is_near_miss(match, header, file_name)]
    if near:
        best = max(near, key=_nearness)
        raise UnknownLayoutError(
            f"{file_name} looks like the table {best.layout.table}, but {best.sentence}",
            "every required column of the layout", _cure(best),
        )  # fmt: skip


def _is_near_miss(match: Match, header: Sequence[str], file_name: str) -> bool:
    # a known table that lost a column: named like it, or made of nothing but its columns
    named = _is_named_like(match, file_name)
    unexplained = [header[place] for place in match.others if header[place]]
    own = match.layout.own_columns
    share = _own_found(match) / max(len(own), 1)
    shares_base = not set(match.missing) - set(own)
    return shares_base and ((named and share > 0.5) or (not unexplained and share >= 0.5))


def _is_named_like(match: Match, file_name: str) -> bool:
    starts = tuple(start.casefold() for start in match.layout.file_names)
    return file_name.casefold().startswith(starts)


def _cure(match: Match) -> str:
    return (
        f"Ask for the file again with the missing column; if it goes by another name now, "
        f"add that to synonyms in data/reference/layouts/{match.layout.name}.yml"
    )


def _unknown(header: Sequence[str], matches: list[Match], file_name: str) -> UnknownLayoutError:
    names = [name for name in header if name]
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
        return UnknownLayoutError(
            f"{file_name} has one column only, {names[0][:60]!r}", "commas between the cells",
            "Save it as CSV with commas and deliver it again",
        )  # fmt: skip
    best = max(matches, key=lambda match: (match.found, *_nearness(match)), default=None)
    if best is None or not best.found:
        known = ", ".join(sorted(match.layout.name for match in matches)) or "none"
        return UnknownLayoutError(
            f"No layout describes {file_name}, which has the columns {shown}",
            f"the columns of a known layout ({known})",
            "Describe it in a file of its own in data/reference/layouts",
        )
    return UnknownLayoutError(
        f"No layout describes {file_name}; nearest: {best.sentence}",
        "every required column of a layout", _cure(best),
    )  # fmt: skip
