"""Two deliveries of one table, cell by cell, on whole columns at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.comparing.rules import ComparingRules
from pmf_analysis.tables import FIGURE, require
from pmf_analysis.terms import State

ROW = ("service_area", "cohort", "breakdown", "period")
CELL = (*ROW, "column")

_NUMBERS = frozenset(state.value for state in State if state.has_value)
# what two spellings of one number may differ by: 9.3699999999999992 and 9.37
_NOISE = 1e-12
_MOST_DECIMALS = 9


@dataclass(frozen=True)
class Names:
    """Columns or labels that one side alone has.

    Attributes
    ----------
    renamed : dict
        Name in the new delivery to the name of the same figures in the old one.
    only_old, only_new : tuple of str
        Those without a counterpart.
    """

    renamed: dict[str, str]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]


@dataclass(frozen=True)
class CellDifferences:
    """What came of holding two deliveries against each other.

    Attributes
    ----------
    cells : pandas.DataFrame
        One row per cell that differs: ``CELL``, ``old_value``, ``new_value``, ``old_state``,
        ``new_state``, ``same_text`` (delivered alike, read differently) and ``rounded``
        (equal but for the decimals printed).
    rows : pandas.DataFrame
        Rows that one side alone has, of labels and their periods that both have: ``ROW``,
        ``come`` (True where the new delivery has it).
    shared : int
        Cells that both hold.
    remarked : int
        Cells with the same number under another state, such as provisional and final.
    columns, labels, periods : Names
        What one side alone has.
    other_periods : int
        Rows of periods that one side alone has for their label: neither come nor gone.
    """

    cells: pd.DataFrame
    rows: pd.DataFrame
    shared: int
    remarked: int
    columns: Names
    labels: Names
    periods: Names
    other_periods: int


def compare_cells(old: pd.DataFrame, new: pd.DataFrame, rules: ComparingRules) -> CellDifferences:
    """Hold two deliveries of one table against each other.

    Parameters
    ----------
    old, new : pandas.DataFrame
        ``tables.FIGURE``, of one delivery each.
    rules : ComparingRules
        When names mean the same figures.

    Returns
    -------
    CellDifferences
        The order of rows has no say. Where a delivery gives a cell several times, its
        figures are paired in the order of their values.
    """
    for side in (old, new):
        require(side, FIGURE, "figure")
    old, new, columns = _align(old, new, "column", rules)
    old, new, labels = _align(old, new, "breakdown", rules)
    old, new, periods = _shared_only(old, new, "period")
    old_at, new_at, old_row, new_row = _keys(old, new)
    here, there = _pair(old_at, new_at)
    rows, other_periods = _lone_rows(old, new, old_row, new_row)
    cells = _differing(old.iloc[here], new.iloc[there])
    lone = _lone_cells(old, new, here, there, old_row, new_row)
    return CellDifferences(
        cells=_sorted(pd.concat([cells.changed, lone], ignore_index=True), CELL),
        rows=_sorted(rows, ROW),
        shared=len(here),
        remarked=cells.remarked,
        columns=columns,
        labels=labels,
        periods=periods,
        other_periods=other_periods,
    )


def read_values(figures: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Value and state of each figure; a marker never carries a number.

    Parameters
    ----------
    figures : pandas.DataFrame
        Columns ``value`` and ``state``.

    Returns
    -------
    tuple of ndarray, shape (n,)
    """
    codes, states = pd.factorize(figures["state"].astype(object))
    number = np.array([state in _NUMBERS for state in states], dtype=bool)[codes]
    value = figures["value"].to_numpy(dtype=float, na_value=np.nan)
    value = np.where(number & np.isfinite(value), value, np.nan)
    state = np.asarray(states, dtype=object)[codes]
    return value, np.where(number & np.isnan(value), State.NOT_GIVEN.value, state)


def same_numbers(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where two numbers are one, but for the noise of binary fractions."""
    return np.abs(one - other) <= _NOISE * np.maximum(1.0, np.abs(other))


@dataclass(frozen=True)
class _Differing:
    changed: pd.DataFrame
    remarked: int


def _differing(old: pd.DataFrame, new: pd.DataFrame) -> _Differing:
    """The pairs of cells that differ, shape of both (n,) and row by row the same cell."""
    old_value, old_state = read_values(old)
    new_value, new_state = read_values(new)
    numbers = ~np.isnan(old_value) & ~np.isnan(new_value)
    none = np.isnan(old_value) & np.isnan(new_value)
    with np.errstate(invalid="ignore"):
        equal = numbers & same_numbers(old_value, new_value)
    other_state = old_state != new_state
    differs = ~equal & ~(none & ~other_state)
    rounded = _rounded(new, old_value, new_value, numbers & ~equal, numbers)
    places = np.flatnonzero(differs)
    texts = old["text"].to_numpy(dtype=object)[places] == new["text"].to_numpy(dtype=object)[places]
    changed = new.iloc[places][list(CELL)].reset_index(drop=True)
    changed = changed.assign(
        old_value=old_value[places], new_value=new_value[places],
        old_state=old_state[places], new_state=new_state[places],
        same_text=texts.astype(bool), rounded=rounded[places],
    )  # fmt: skip
    return _Differing(changed, int((equal & other_state).sum()))


def _rounded(
    new: pd.DataFrame, old_value: NDArray[np.float64], new_value: NDArray[np.float64],
    moved: NDArray[np.bool_], numbers: NDArray[np.bool_],
) -> NDArray[np.bool_]:  # fmt: skip
    """Where a number only moved to fewer or more decimals.

    A group of figures (column, label and period) must be printed to fewer decimals on one
    side; a number that is its counterpart to these decimals was rounded, and not revised.
    """
    found = np.zeros(len(new), dtype=bool)
    if not moved.any():
        return found
    groups = new.groupby(["column", "breakdown", "period"], sort=False).ngroup().to_numpy()
    touched = numbers & np.isin(groups, np.unique(groups[moved]))
    here = np.flatnonzero(touched)
    old_decimals, new_decimals = decimals_of(old_value[here]), decimals_of(new_value[here])
    most_old, most_new = (np.zeros(groups.max() + 1, dtype=np.int64) for _ in range(2))
    np.maximum.at(most_old, groups[here], old_decimals)
    np.maximum.at(most_new, groups[here], new_decimals)
    fewer = np.minimum(most_old, most_new)[groups]
    printed_otherwise = (most_old != most_new)[groups]
    half = 0.5 * 10.0**-fewer + 1e-9
    with np.errstate(invalid="ignore"):
        near = np.abs(old_value - new_value) <= half
    return moved & printed_otherwise & near


def decimals_of(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The fewest decimals that print each number, up to nine, without binary noise."""
    found = np.full(len(values), _MOST_DECIMALS, dtype=np.int64)
    waiting = np.arange(len(values))
    for decimals in range(_MOST_DECIMALS):
        here = values[waiting]
        whole = np.abs(np.round(here, decimals) - here) <= 1e-10 * np.maximum(1.0, np.abs(here))
        found[waiting[whole]] = decimals
        waiting = waiting[~whole]
        if not len(waiting):
            break
    return found


# -- names that one side alone has ----------------------------------------------------------


def _align(
    old: pd.DataFrame, new: pd.DataFrame, name: str, rules: ComparingRules
) -> tuple[pd.DataFrame, pd.DataFrame, Names]:
    """Both sides with the columns (or labels) that both have, renamed ones under the old name."""
    only_old = sorted(set(old[name].unique()) - set(new[name].unique()))
    only_new = sorted(set(new[name].unique()) - set(old[name].unique()))
    renamed = _renamed(old, new, name, only_old, only_new, rules)
    if renamed:
        new = new.assign(**{name: new[name].replace(renamed)})
    old, new, left = _shared_only(old, new, name)
    return old, new, Names(renamed, left.only_old, left.only_new)


def _shared_only(
    old: pd.DataFrame, new: pd.DataFrame, name: str
) -> tuple[pd.DataFrame, pd.DataFrame, Names]:
    held_old, held_new = set(old[name].unique()), set(new[name].unique())
    only_old, only_new = held_old - held_new, held_new - held_old
    if only_old:
        old = old[~old[name].isin(only_old)]
    if only_new:
        new = new[~new[name].isin(only_new)]
    return old, new, Names({}, tuple(sorted(only_old)), tuple(sorted(only_new)))


def _renamed(
    old: pd.DataFrame, new: pd.DataFrame, name: str, only_old: Sequence[str],
    only_new: Sequence[str], rules: ComparingRules,
) -> dict[str, str]:  # fmt: skip
    """New name to old name, best agreement first; names in their order where equal."""
    if not only_old or not only_new:
        return {}
    rest = [column for column in CELL if column != name]
    agreements = []
    befores = {one: _numbers_by_key(old, name, one, rest) for one in only_old}
    for after_name in only_new:
        after = _numbers_by_key(new, name, after_name, rest)
        for before_name, before in befores.items():
            both = pd.concat([before, after], axis=1, join="inner").to_numpy()
            equal = int(same_numbers(both[:, 0], both[:, 1]).sum()) if len(both) else 0
            if equal >= rules.same_least and equal >= rules.same_share * len(both):
                agreements.append((-equal / len(both), -equal, before_name, after_name))
    renamed: dict[str, str] = {}
    for _, _, before_name, after_name in sorted(agreements):
        if after_name not in renamed and before_name not in renamed.values():
            renamed[after_name] = before_name
    return renamed


def _numbers_by_key(
    figures: pd.DataFrame, name: str, chosen: str, rest: Sequence[str]
) -> pd.Series:
    here = figures[figures[name] == chosen]
    value, _ = read_values(here)
    # a zero says little about which column it stands in
    telling = ~np.isnan(value) & (value != 0)
    keys = pd.MultiIndex.from_frame(here.loc[telling, list(rest)])
    held = pd.Series(value[telling], index=keys)
    return held[~held.index.duplicated()]


# -- keys -----------------------------------------------------------------------------------


def _keys(
    old: pd.DataFrame, new: pd.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of cells and of rows, the same number on both sides for the same key."""
    count = len(old)
    row = np.zeros(count + len(new), dtype=np.int64)
    for name in ROW:
        row = _combined(row, _codes(old, new, name))
    cell = _combined(row, _codes(old, new, "column"))
    # a cell given several times: the occurrences in the order of their values
    cell = _combined(cell, np.concatenate([_occurrence(cell[:count], old),
                                           _occurrence(cell[count:], new)]))  # fmt: skip
    return cell[:count], cell[count:], row[:count], row[count:]


def _codes(old: pd.DataFrame, new: pd.DataFrame, name: str) -> NDArray[np.int64]:
    both = pd.concat([old[name], new[name]], ignore_index=True)
    return pd.factorize(both)[0].astype(np.int64)


def _combined(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(one):
        return one
    return pd.factorize(one * (other.max() + 1) + other)[0].astype(np.int64)


def _occurrence(cell: NDArray[np.int64], figures: pd.DataFrame) -> NDArray[np.int64]:
    """How many figures of the same cell come before each, by value and state."""
    found = np.zeros(len(cell), dtype=np.int64)
    several = pd.Series(cell).duplicated(keep=False).to_numpy()
    if several.any():
        value, state = read_values(figures[several])
        frame = pd.DataFrame({"cell": cell[several], "value": value, "state": state})
        ordered = frame.sort_values(["cell", "value", "state"], kind="stable")
        found[several] = ordered.groupby("cell").cumcount().sort_index().to_numpy()
    return found


def _pair(
    old: NDArray[np.int64], new: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the cells that both sides hold."""
    place = np.full(max(old.max(initial=-1), new.max(initial=-1)) + 1, -1, dtype=np.intp)
    place[old] = np.arange(len(old))
    there = np.flatnonzero(place[new] >= 0)
    return place[new[there]], there


def _lone_rows(
    old: pd.DataFrame, new: pd.DataFrame, old_row: NDArray[np.int64], new_row: NDArray[np.int64]
) -> tuple[pd.DataFrame, int]:
    """Rows that one side alone has, and how many are of a period new or old for their label."""
    sides, apart = [], 0
    spans = ["breakdown", "period"]
    held = [pd.MultiIndex.from_frame(side[spans].drop_duplicates()) for side in (old, new)]
    for figures, rows, others, come in ((old, old_row, new_row, False),
                                        (new, new_row, old_row, True)):  # fmt: skip
        alone = ~np.isin(rows, others)
        found = figures.loc[alone, list(ROW)].drop_duplicates()
        there = pd.MultiIndex.from_frame(found[spans]).isin(held[0 if come else 1])
        apart += int((~there).sum())
        sides.append(found[there].assign(come=come))
    return pd.concat(sides, ignore_index=True), apart


def _lone_cells(
    old: pd.DataFrame, new: pd.DataFrame, here: NDArray[np.intp], there: NDArray[np.intp],
    old_row: NDArray[np.int64], new_row: NDArray[np.int64],
) -> pd.DataFrame:  # fmt: skip
    """Cells that one side alone has, in rows that both have."""
    sides = []
    for figures, paired, rows, others, side in (
        (old, here, old_row, new_row, "old"), (new, there, new_row, old_row, "new"),
    ):  # fmt: skip
        alone = np.isin(rows, others)
        alone[paired] = False
        found = figures[alone]
        value, state = read_values(found)
        other = "new" if side == "old" else "old"
        sides.append(
            found[list(CELL)].assign(
                **{f"{side}_value": value, f"{other}_value": np.nan, f"{side}_state": state,
                   f"{other}_state": "", "same_text": False, "rounded": False}
            )
        )  # fmt: skip
    return pd.concat(sides, ignore_index=True)


def _sorted(table: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    return table.sort_values(list(by), kind="stable", ignore_index=True)
