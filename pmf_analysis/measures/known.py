"""What the delivered figures said on a date: one row per key, from its newest delivery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.errors import DeliveryError
from pmf_analysis.terms import State

ROW = ("service_area", "cohort", "breakdown", "period")
"""What tells the rows of one table apart."""

REASONS = (
    State.NOT_GIVEN, State.ROUNDS_TO_ZERO, State.NOT_APPLICABLE, State.NOT_AVAILABLE,
    State.UNRELIABLE, State.SUPPRESSED,
)  # fmt: skip
"""Why a cell has no number, the least binding first; a rank counts from 1, 0 is a number."""

_RANKS = {reason.value: rank for rank, reason in enumerate(REASONS, start=1)}


@dataclass(frozen=True)
class Cells:
    """One column of a table, shape (n,) over its rows.

    Attributes
    ----------
    value : ndarray of float
        NaN where there is no number.
    reason : ndarray of int
        0 for a number, else the rank of the reason (``REASONS``).
    provisional : ndarray of bool
        Whether the delivery itself calls the number provisional.
    clash : ndarray of bool
        Whether one delivery gives the cell twice, differently; then it has no number.
    revised : ndarray of bool
        Whether the delivery calls it revised, or an earlier one held another number.
    low_reliability : ndarray of bool
        Whether the delivery calls the number one of low reliability.
    """

    value: NDArray[np.float64]
    reason: NDArray[np.int8]
    provisional: NDArray[np.bool_]
    clash: NDArray[np.bool_]
    revised: NDArray[np.bool_]
    low_reliability: NDArray[np.bool_]

    @classmethod
    def absent(cls, count: int) -> Cells:
        """Cells of a column that the table does not have: not given."""
        no = np.zeros(count, dtype=bool)
        return cls(np.full(count, np.nan), np.ones(count, dtype=np.int8), no, no, no, no)

    def take(self, rows: NDArray[np.intp]) -> Cells:
        """The cells of some rows; -1 stands for a row that there is none of."""
        absent = rows < 0
        if not len(self.value):
            return Cells.absent(len(rows))
        return Cells(
            np.where(absent, np.nan, self.value[rows]),
            np.where(absent, np.int8(1), self.reason[rows]),
            ~absent & self.provisional[rows],
            ~absent & self.clash[rows],
            ~absent & self.revised[rows],
            ~absent & self.low_reliability[rows],
        )


@dataclass(frozen=True)
class KnownTable:
    """One published table as known on a date.

    Attributes
    ----------
    rows : pandas.DataFrame
        ``ROW``, ``delivery`` (id) and ``published`` (ISO date), one row per key.
    columns : mapping of str to Cells
        The wanted columns that the table has, over the same rows.
    """

    rows: pd.DataFrame
    columns: Mapping[str, Cells]

    def cells(self, column: str) -> Cells:
        """Cells of a column; not given where the table has no such column."""
        return self.columns.get(column) or Cells.absent(len(self.rows))


@dataclass(frozen=True)
class _Long:
    """The cells of one table, one each, with the number of their row."""

    row: NDArray[np.intp]
    column: NDArray[np.object_]
    value: NDArray[np.float64]
    reason: NDArray[np.int8]
    state: NDArray[np.object_]
    delivery: NDArray[np.object_]
    published: NDArray[np.object_]

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> _Long:
        return _Long(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def known_tables(
    figures: pd.DataFrame,
    receipts: Sequence[Mapping[str, object]],
    as_at: date,
    wanted: Mapping[str, Iterable[str]],
) -> dict[str, KnownTable]:
    """Tables as they were known on a date.

    For each key the row of the newest delivery published by then wins as a whole: a column
    that this delivery no longer has is not filled from an older one.

    Parameters
    ----------
    figures : pandas.DataFrame
        Figures of any number of deliveries (``tables.FIGURE``).
    receipts : sequence of mapping
        One for each delivery: ``id``, ``published`` (ISO date), ``file_name`` where known.
    as_at : date
        Deliveries published later are left out.
    wanted : mapping of str to iterable of str
        Tables to read, each with the columns to read.

    Returns
    -------
    dict of str to KnownTable
        The wanted tables that any delivery held.

    Raises
    ------
    DeliveryError
        If figures come from a delivery without a receipt or a publication date, or two
        deliveries published on one day give a cell differently.
    """
    published = _published(figures, receipts)
    known = {one for one, on in published.items() if on <= as_at.isoformat()}
    held = figures[figures["delivery"].isin(known) & figures["table"].isin(list(wanted))]
    names = {str(one["id"]): str(one.get("file_name") or one["id"]) for one in receipts}
    found = {}
    for table, cells in held.groupby("table", sort=True):
        found[str(table)] = _known(cells, published, set(wanted[str(table)]), str(table), names)
    return found


def _published(figures: pd.DataFrame, receipts: Sequence[Mapping[str, object]]) -> dict[str, str]:
    dates = {str(one["id"]): str(one.get("published") or "") for one in receipts}
    for delivery in sorted(figures["delivery"].unique()):
        if not dates.get(delivery):
            raise DeliveryError(
                f"It is not known when the delivery {delivery} was published",
                "a receipt with a publication date for every delivery",
                "Receive it again with `pmf receive --published DATE`",
            )
    return dates


def _known(
    cells: pd.DataFrame, published: Mapping[str, str], wanted: set[str], table: str,
    names: Mapping[str, str],
) -> KnownTable:  # fmt: skip
    numbers, keys = _row_numbers(cells)
    long = _as_long(cells, numbers, published)
    newest, older = _split_by_age(long, len(keys))
    delivery = _winners(newest, len(keys))
    columns = {}
    needed = newest.where(np.isin(newest.column, list(wanted)))
    for column in sorted(set(needed.column)):
        here = needed.where(needed.column == column)
        before = older.where(older.column == column)
        columns[column] = _cells(here, before, keys, table, column, names)
    days = np.array([published[one] for one in delivery], dtype=object)
    return KnownTable(keys.assign(delivery=delivery, published=days), columns)


def _row_numbers(cells: pd.DataFrame) -> tuple[NDArray[np.intp], pd.DataFrame]:
    """Number the rows of a table by their key, in the order of the keys."""
    code, labels = np.zeros(len(cells), dtype=np.int64), []
    for column in ROW:
        codes, found = pd.factorize(cells[column], sort=True)
        code = code * len(found) + codes
        labels.append(found)
    keys, numbers = np.unique(code, return_inverse=True)
    frame: dict[str, object] = {}
    for column, found in zip(reversed(ROW), reversed(labels), strict=True):
        frame[column] = found.take(keys % len(found))
        keys = keys // len(found)
    return numbers, pd.DataFrame({column: frame[column] for column in ROW})


def _as_long(cells: pd.DataFrame, numbers: NDArray[np.intp], published: Mapping[str, str]) -> _Long:
    state = cells["state"].astype(str).to_numpy(dtype=object)
    value = cells["value"].to_numpy(dtype=float, na_value=np.nan)
    codes, states = pd.factorize(state)
    reason = np.array([_RANKS.get(one, 0) for one in states], dtype=np.int8)[codes]
    # a marker never carries a number, and a number that is none was not given
    value = np.where((reason > 0) | ~np.isfinite(value), np.nan, value)
    reason = np.where((reason == 0) & np.isnan(value), np.int8(1), reason)
    delivery = cells["delivery"].to_numpy(dtype=object)
    codes, ids = pd.factorize(delivery)
    days = np.array([published[one] for one in ids], dtype=object)[codes]
    column = cells["column"].to_numpy(dtype=object)
    return _Long(numbers, column, value, reason, state, delivery, days)


def _split_by_age(long: _Long, count: int) -> tuple[_Long, _Long]:
    """Cells of the newest delivery of each row, and those of older ones."""
    days, rank = np.unique(long.published.astype(str), return_inverse=True)
    if len(days) < 2:
        return long, long.where(np.zeros(len(long.row), dtype=bool))
    newest = np.full(count, -1)
    np.maximum.at(newest, long.row, rank)
    wins = rank == newest[long.row]
    # older cells in the order of time
    older = np.flatnonzero(~wins)
    return long.where(wins), long.where(older[np.argsort(rank[older], kind="stable")])


def _winners(newest: _Long, count: int) -> NDArray[np.object_]:
    """Id of the delivery that each row comes from; the first by id where they agree."""
    delivery = np.full(count, "", dtype=object)
    order = np.argsort(newest.delivery.astype(str), kind="stable")[::-1]
    delivery[newest.row[order]] = newest.delivery[order]
    return delivery


def _cells(
    here: _Long, before: _Long, keys: pd.DataFrame, table: str, column: str,
    names: Mapping[str, str],
) -> Cells:  # fmt: skip
    count = len(keys)
    cells = Cells.absent(count)
    rows, first = np.unique(here.row, return_index=True)
    cells.value[rows], cells.reason[rows] = here.value[first], here.reason[first]
    provisional, revised, low = (np.zeros(count, dtype=bool) for _ in range(3))
    provisional[rows] = here.state[first] == State.PROVISIONAL.value
    revised[rows] = here.state[first] == State.REVISED.value
    low[rows] = here.state[first] == State.LOW_RELIABILITY.value
    clash = np.zeros(count, dtype=bool)
    differs = _other(here, cells)
    if differs.any():
        source = dict(zip(rows, here.delivery[first], strict=True))
        for place in np.flatnonzero(differs):
            row = here.row[place]
            if here.delivery[place] != source[row]:
                raise _same_day(here, place, source[row], keys.iloc[row], table, column, names)
            clash[row] = True
    cells.value[clash], cells.reason[clash] = np.nan, 1
    changed = _other(before, cells) & ~np.isnan(before.value) & ~np.isnan(cells.value[before.row])
    revised[before.row[changed]] = True
    return Cells(cells.value, cells.reason, provisional, clash, revised, low & ~clash)


def _other(long: _Long, cells: Cells) -> NDArray[np.bool_]:
    """Where a delivered cell says something else than the cell that stands."""
    value, reason = cells.value[long.row], cells.reason[long.row]
    same = (long.value == value) | (np.isnan(long.value) & np.isnan(value))
    return ~(same & (long.reason == reason))


def _same_day(
    here: _Long, place: int, other: str, key: pd.Series, table: str, column: str,
    names: Mapping[str, str],
) -> DeliveryError:  # fmt: skip
    files = sorted({_file(names, str(here.delivery[place])), _file(names, str(other))})
    return DeliveryError(
        f"Two deliveries of the table {table}, {' and '.join(files)}, were published on "
        f"{here.published[place]} and differ in {column} for {key['service_area']}, "
        f"{key['period']}",
        "one of them published later than the other",
        "Say when the newer one was published: `pmf receive --published DATE`",
    )


def _file(names: Mapping[str, str], delivery: str) -> str:
    name = names.get(delivery, delivery)
    return name if name == delivery else f"{name} ({delivery})"
