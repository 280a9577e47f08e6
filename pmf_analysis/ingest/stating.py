"""States of numbers that stand beside them: of a row, of its period, of a qualifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.ingest.cells import SHOWN, marker_of
from pmf_analysis.ingest.columns import FigureColumn
from pmf_analysis.ingest.grid import Grid
from pmf_analysis.ingest.matching import Match
from pmf_analysis.ingest.receipt import UnreadCell
from pmf_analysis.register.layouts import Layout, QualifierRule
from pmf_analysis.terms import State

if TYPE_CHECKING:
    from pmf_analysis.ingest.figures import RowKeys

_WORDS = {state.value: state for state in State} | {
    state.label.casefold(): state for state in State
}
_STATED = frozenset(State) - {State.FORECAST}
_NUMBERS = {state: place for place, state in enumerate(State)}
_BESIDE = "a number beside a marker"


@dataclass(frozen=True)
class CellBlock:
    """Cells of rows and columns of figures, shape (n, k) each.

    Attributes
    ----------
    value : ndarray of float
        NaN unless the state carries a number.
    state : ndarray of int
        Place of the state in ``terms.State``.
    reason : ndarray of int
        Place in ``reasons``; 0 where the cell was read.
    text : ndarray of int
        Place in ``texts``.
    reasons, texts : tuple of str
    """

    value: NDArray[np.float64]
    state: NDArray[np.int8]
    reason: NDArray[np.int16]
    text: NDArray[np.int32]
    reasons: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Stated:
    """Cells after what stands beside them; what of it is not known; and the qualifiers."""

    block: CellBlock
    unread: tuple[UnreadCell, ...]
    qualifiers: dict[str, int]


class _Changes:
    """Cells being stated: a copy that is changed, and becomes a block again."""

    def __init__(self, block: CellBlock) -> None:
        self.value, self.state = block.value.copy(), block.state.copy()
        self.reason, self.text = block.reason.copy(), block.text.copy()
        self._reasons, self._texts = list(block.reasons), list(block.texts)

    def name(self, where: NDArray[np.bool_], state: State) -> None:
        """Give a state that carries a number to the numbers there."""
        self.state[where & ~np.isnan(self.value)] = _NUMBERS[state]

    def explain(self, where: NDArray[np.bool_], state: State) -> None:
        """Give a state without a number to the empty cells there."""
        empty = where & (self.state == _NUMBERS[State.NOT_GIVEN]) & (self.reason == 0)
        self.state[empty] = _NUMBERS[state]

    def withhold(self, where: NDArray[np.bool_], state: State, mark: str) -> None:
        """Take the numbers there away; what is withheld is not passed on as text either."""
        bound = where & ~np.isnan(self.value)
        if not bound.any():
            return
        self.value[bound], self.state[bound] = np.nan, _NUMBERS[state]
        self.reason[bound] = _place(self._reasons, _BESIDE)
        self.text[bound] = _place(self._texts, mark)

    def block(self) -> CellBlock:
        """The cells as they are now."""
        return CellBlock(
            self.value, self.state, self.reason, self.text, tuple(self._reasons),
            tuple(self._texts),
        )  # fmt: skip


def _place(held: list[str], text: str) -> int:
    if text not in held:
        held.append(text)
    return held.index(text)


def with_stated(
    block: CellBlock, match: Match, grid: Grid, keys: RowKeys, columns: Sequence[FigureColumn]
) -> Stated:
    """Cells after the states that stand beside them.

    Parameters
    ----------
    block : CellBlock
    match : Match
    grid : Grid
        The rows read.
    keys : RowKeys
    columns : sequence of FigureColumn

    Returns
    -------
    Stated
        In this order: what the text of a period says (``2025 (prov)``), what qualifies a
        single figure, what is said of a whole row. A number beside a state without one is
        withheld, an empty cell takes that state.
    """
    rule = match.layout.state
    by_row = rule is not None and rule.column in match.positions
    spans = [column.span.state if column.span else None for column in columns]
    qualified = [place for place, column in enumerate(columns) if column.qualifier >= 0]
    if not by_row and not any(keys.states) and not any(spans) and not qualified:
        return Stated(block, (), {})
    changes = _Changes(block)
    _state_periods(changes, keys, spans)
    unread, counts = [], {}
    for place in qualified:
        unread += _qualify(changes, place, columns[place], match.layout.qualifiers, grid, counts)
    if by_row:
        unread += _state_rows(changes, match, grid, columns)
    return Stated(changes.block(), tuple(unread), dict(sorted(counts.items())))


def _state_periods(changes: _Changes, keys: RowKeys, spans: Sequence[State | None]) -> None:
    for number, state in enumerate(keys.states):
        if state is not None:
            rows = np.zeros(changes.value.shape, dtype=bool)
            rows[keys.stated == number] = True
            _apply(changes, rows, state, state.value)
    for place, state in enumerate(spans):
        if state is not None:
            column = np.zeros(changes.value.shape, dtype=bool)
            column[:, place] = True
            _apply(changes, column, state, state.value)


def _apply(changes: _Changes, where: NDArray[np.bool_], state: State, mark: str) -> None:
    if state is State.FINAL:  # what else is known of the number stands
        return
    if state.has_value:
        changes.name(where, state)
    else:
        changes.explain(where, state)
        changes.withhold(where, state, mark)


def _qualify(
    changes: _Changes, place: int, column: FigureColumn, rule: QualifierRule, grid: Grid,
    counts: dict[str, int],
) -> list[UnreadCell]:  # fmt: skip
    """Qualify the figures of one column; the cells with marks that are not known."""
    marks = grid.columns[column.qualifier]
    unknown = []
    for number, printed in enumerate(marks.texts):
        mark = " ".join(str(printed).split())
        rows = marks.codes == number
        if not mark or not rows.any():
            continue
        counts[mark] = counts.get(mark, 0) + int(rows.sum())
        state, strange = _deciding(mark, rule)
        if strange:
            unknown += [
                UnreadCell(
                    int(grid.lines[row]), grid.header[column.qualifier], "no known qualifier",
                    mark[:SHOWN], grid.sheet,
                )
                for row in np.flatnonzero(rows)
            ]  # fmt: skip
        if state is not None:
            where = np.zeros(changes.value.shape, dtype=bool)
            where[rows, place] = True
            _apply(changes, where, state, mark)
    return unknown


def _deciding(mark: str, rule: QualifierRule) -> tuple[State | None, bool]:
    """The state of the mark that stands last in the rule's list, and whether any is unknown."""
    order = list(rule.marks)
    known = [order.index(each) for each in mark.split() if each in rule.marks]
    strange = len(known) < len(mark.split())
    return (rule.marks[order[max(known)]] if known else None), strange


def _state_rows(
    changes: _Changes, match: Match, grid: Grid, columns: Sequence[FigureColumn]
) -> list[UnreadCell]:
    """State whole rows by the word beside them; the words that are none."""
    rule = match.layout.state
    words = grid.columns[match.positions[rule.column]]
    bound = np.isin([column.name for column in columns], list(rule.applies_to))
    unknown = []
    for number, printed in enumerate(words.texts):
        word, rows = str(printed), np.flatnonzero(words.codes == number)
        if not word or not len(rows):
            continue
        stated = _state_of(word, match.layout)
        where = np.zeros(changes.value.shape, dtype=bool)
        where[rows] = True
        if stated is None:
            unknown += [
                UnreadCell(
                    int(grid.lines[row]), rule.column, "no known state", word[:SHOWN], grid.sheet
                )
                for row in rows
            ]
        elif stated.has_value:
            changes.name(where, stated)
        else:
            changes.explain(where, stated)
            changes.withhold(where & bound, stated, word)
    return unknown


def _state_of(word: str, layout: Layout) -> State | None:
    state = marker_of(word, layout) or _WORDS.get(" ".join(word.split()).casefold())
    return state if state in _STATED else None
