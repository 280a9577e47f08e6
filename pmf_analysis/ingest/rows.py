"""The area and the period of a row, or why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pmf_analysis import periods
from pmf_analysis.ingest.cells import marker_of
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.spans import read_span
from pmf_analysis.register.models import Unit
from pmf_analysis.terms import State


class FindsUnits(Protocol):
    """What reading needs of a register."""

    def find_unit(self, text: str, on: date | None = None) -> Unit | None:
        """The unit that a code, name or other spelling meant on a day."""


@dataclass(frozen=True)
class Area:
    """The area of a row: its unit code, or the reason why it has none.

    ``printed`` is the cell that decided; ``in_register`` whether the register knows it.
    """

    code: str
    printed: str = ""
    in_register: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Span:
    """The period of a row: its code, or the reason why it has none.

    ``state`` is what the text of the period says of the row's numbers.
    """

    code: str
    state: State | None = None
    reason: str = ""


def places_of_area(match: Match) -> list[int]:
    """Places of the columns that ``area_of`` reads."""
    rule = match.layout.area
    names = {rule.level, *(name for columns in rule.columns.values() for name in columns)}
    return sorted(match.positions[name] for name in names if name in match.positions)


def area_of(match: Match, texts: Mapping[int, str], register: FindsUnits, period: str = "") -> Area:
    """The area of a row.

    Parameters
    ----------
    match : Match
    texts : mapping of int to str
        The row's cells by their places; those of ``places_of_area``.
    register : FindsUnits
    period : str, optional
        Code of the row's period, where it has one: a name means the unit of that time.

    Returns
    -------
    Area
        A unit's code; the printed code where the layout keeps areas that the register does
        not know; or the reason why there is none, which names the area as printed.
    """
    rule = match.layout.area
    on = periods.parse(period).end if period else None
    if rule.always:
        unit = register.find_unit(rule.always, on)
        if unit is not None:
            return Area(unit.code, rule.always)
        if not rule.in_register:
            return Area(rule.always, rule.always, in_register=False)
        return Area("", reason=f"area {rule.always!r} is not in the register")
    level = texts[match.positions[rule.level]] if rule.level else ""
    columns = rule.columns.get(level.casefold())
    if columns is None:
        known = ", ".join(sorted(rule.columns))
        return Area("", reason=f"{rule.level} {level!r} is not one of {known}")
    held = [texts[match.positions[name]] for name in columns if name in match.positions]
    given = [text for text in held if text and marker_of(text, match.layout) is None]
    if not given:
        return Area("", reason=f"no area in {', '.join(columns)}")
    unit = register.find_unit(given[0], on)
    if unit is not None:
        return Area(unit.code, given[0])
    if not rule.in_register:
        return Area(given[0], given[0], in_register=False)
    printed = " ".join(dict.fromkeys(given))
    return Area("", reason=f"area {printed!r} is not in the register")


def places_of_period(match: Match) -> list[int]:
    """Places of the columns that ``period_of`` reads."""
    rule = match.layout.period
    return [match.positions[name] for name in (rule.column, rule.kind_column) if name]


def period_of(match: Match, texts: Mapping[int, str]) -> Span:
    """The period of a row that has a column for it."""
    rule = match.layout.period
    text = texts[match.positions[rule.column]]
    kind = texts[match.positions[rule.kind_column]] if rule.kind_column else ""
    return printed_period(match, text, kind, rule.column)


def printed_period(match: Match, text: str, kind: str, where: str) -> Span:
    """The period that a text means.

    Parameters
    ----------
    match : Match
    text, kind : str
        As printed; ``kind`` is the word of the kind column, empty where there is none.
    where : str
        The column or place that holds it, for the reason.

    Returns
    -------
    Span
    """
    rule, layout = match.layout.period, match.layout
    how = rule.kinds.get(" ".join(kind.split()).casefold(), rule.other_kinds)
    if not how and not rule.patterns:
        return Span("", reason=f"{rule.kind_column} {kind!r} is not known to layout {layout.name}")
    period, state = read_span(text, how, rule)
    if period is None:
        words = f" ({kind})" if kind else ""
        return Span("", reason=f"{where} {text!r}{words} is no period")
    if layout.months_of and period.start.month == period.end.month:
        return Span("", reason=f"{where} {text!r} is no year, but the row holds twelve months")
    return Span(period.code, state)
