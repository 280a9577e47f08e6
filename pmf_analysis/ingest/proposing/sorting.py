"""What the columns of an unknown table are taken for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pmf_analysis.ingest.places import Places
from pmf_analysis.ingest.profiles import Profile
from pmf_analysis.ingest.proposing.header_periods import period_in_name
from pmf_analysis.ingest.rows import FindsUnits
from pmf_analysis.ingest.unknown_table import Table

_LEVELS = frozenset({"national", "regional", "local authority"})
_PERIOD_NAME = re.compile(r"year|period|month|quarter|date|time", re.IGNORECASE)
_AREA_NAME = re.compile(r"area|authority|\bla\b|code|org|region|board|council|place", re.IGNORECASE)
_MOST_LABELS = 200
_IDENTIFIER = re.compile(r"\b(id|ref|code|urn|ukprn|sortable)\b|_(id|code|urn)$", re.IGNORECASE)


@dataclass(frozen=True)
class Parts:
    """What the columns of a table are taken for.

    Attributes
    ----------
    level : Profile or None
        Says of each row whether it is about a country, a region or an authority.
    areas : tuple of Profile
        Name the area of the row, the surest first.
    period : Profile or None
    across : tuple of Profile
        Hold one period each, which their names give.
    figures : tuple of Profile
    qualifiers : str
        What the names of the qualifying columns have behind the name of a figure.
    qualifying, breakdowns, others : tuple of Profile
        Say how firm the figure beside them is; hold labels; are not read.
    levels : mapping
        Level to names of the columns that name its areas.
    """

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


def sort_out(profiles: Sequence[Profile], table: Table, register: FindsUnits) -> Parts:
    """Take every column for one thing alone; what was taken first is not asked again."""
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
    across = tuple(each for each in left if period_in_name(each.name)) if not period else ()
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
    return Parts(
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
