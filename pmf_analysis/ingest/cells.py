"""One cell of figures: a number, a marker, nothing, or something that cannot be read."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

from pmf_analysis.register.layouts import Layout
from pmf_analysis.terms import State

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DURATION = re.compile(r"([0-9]{1,3}):([0-9]{2})")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")

SHOWN = 40
"""Characters of an unread cell that a receipt shows."""


@dataclass(frozen=True)
class Cell:
    """A cell, read.

    Attributes
    ----------
    value : float
        NaN unless the state carries a number.
    state : State
    reason : str
        Why the cell could not be read; empty where it could.
    """

    value: float
    state: State
    reason: str = ""


_EMPTY = Cell(math.nan, State.NOT_GIVEN)


class CellReader:
    """Reads cells of one layout, each different text once.

    Parameters
    ----------
    layout : Layout
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._known: dict[str, Cell] = {}

    def read(self, text: str) -> Cell:
        """The cell of a text; see ``read_cell``."""
        cell = self._known.get(text)
        if cell is None:
            cell = self._known[text] = read_cell(text, self._layout)
        return cell

    def scaled(self, value: float, text: str, column: str) -> float:
        """The number of a cell in the unit that the layout gives its column.

        A number with a percent sign behind it is in its unit already.
        """
        by = self._layout.scale.get(column, self._layout.scale.get("*", 1.0))
        if by == 1.0 or not math.isfinite(value) or text.rstrip().endswith("%"):
            return value
        return float(Decimal(repr(float(value))) * Decimal(repr(by)))


def read_cell(text: str, layout: Layout) -> Cell:
    """Read one cell by a layout's markers and number rules.

    Parameters
    ----------
    text : str
        The cell as delivered.
    layout : Layout

    Returns
    -------
    Cell
        A number with state final; the state of a marker, without a value; not given
        where the cell is empty; not given with a reason where it cannot be read.
    """
    bare = text.strip()
    if not bare:
        return _EMPTY
    state = marker_of(bare, layout)
    if state is not None:
        return Cell(math.nan, state)
    number = _number(bare, layout)
    if number is None:
        return Cell(math.nan, State.NOT_GIVEN, "neither a number nor a known marker")
    if not math.isfinite(number):
        return Cell(math.nan, State.NOT_GIVEN, "a number too large to hold")
    return Cell(number, State.FINAL)


def marker_of(text: str, layout: Layout) -> State | None:
    """The state a marker stands for, or None where the text is none.

    Capitals, surrounding blanks and square brackets do not matter.
    """
    bare = text.strip()
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1].strip()
    return layout.markers.get(bare.casefold())


def number_of(text: str, layout: Layout) -> float | None:
    """The number that a text is, by a layout's number rules; None where it is none."""
    number = _number(text.strip(), layout)
    return number if number is not None and math.isfinite(number) else None


def _number(bare: str, layout: Layout) -> float | None:
    lasts = _DURATION.fullmatch(bare) if layout.durations else None
    if lasts:
        return 12.0 * int(lasts[1]) + int(lasts[2]) if int(lasts[2]) < 12 else None
    if layout.percent_sign and bare.endswith("%"):
        bare = bare[:-1].rstrip()
    if layout.thousands_separator == "," and _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    return float(bare) if _NUMBER.fullmatch(bare) else None
