"""Methods of analysis: one file each, with ``analyse(measures, context) -> table``.

Adding a method is adding a file: the folder is listed, in order of name. A method
gets the measure table with ``era`` and ``segment`` and returns the key columns with
its own. It may name in ``NOT_REACHED`` what its columns hold on rows that it does not
return; a count then holds 0, a text nothing, and a number NaN.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.analysis.segments import add_segments
from pmf_analysis.errors import TableError
from pmf_analysis.tables import KEY, MEASURE, SEGMENTS, SERIES, require, sort_by_key
from pmf_analysis.terms import (
    Assurance,
    Comparison,
    DirectionOfTravel,
    Rag,
    SpecialCause,
    State,
    Variation,
    Verdict,
)

if TYPE_CHECKING:
    from pmf_analysis.register.registry import Context

_NOT_REACHED = {
    "rag": Rag.NOT_RATED,
    "dot_previous": DirectionOfTravel.NOT_TESTED,
    "dot_regression": DirectionOfTravel.NOT_TESTED,
    "special_cause": SpecialCause.NOT_TESTED,
    "variation": Variation.NOT_TESTED,
    "assurance": Assurance.NOT_TESTED,
    "vs_england": Comparison.NOT_COMPARED,
    "vs_region": Comparison.NOT_COMPARED,
    "vs_neighbours": Comparison.NOT_COMPARED,
}

_COMING = {
    "state": State.FORECAST,
    "shown_state": State.FORECAST,
    "quality": Verdict.NOT_ASSESSED,
}


def methods() -> Mapping[str, ModuleType]:
    """Every module of this folder that has ``analyse``, by name, in order of name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "analyse")}


def analyse_all(measures: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Add eras and segments, run every method, and join their columns.

    Parameters
    ----------
    measures : pandas.DataFrame
        The measure table, one row a key, in any order.
    context : Context

    Returns
    -------
    pandas.DataFrame
        All rows and columns of ``measures`` with ``era``, ``segment`` and the
        columns of every method, and the rows of state ``forecast`` that a method
        returns besides; in order of series and time.

    Raises
    ------
    TableError
        If a key stands twice, or a method returns a key twice, a key that is
        neither in the measures nor a forecast, or a column of another method.
    """
    require(measures, MEASURE, "measure")
    _refuse_duplicates(measures, "The measure table")
    parted = sort_by_key(add_segments(measures, context))
    found = methods()
    tables = {name: method.analyse(parted, context) for name, method in found.items()}
    words = dict(_NOT_REACHED)
    for method in found.values():
        words |= getattr(method, "NOT_REACHED", {})
    return join(parted, tables, words)


def join(
    measures: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    not_reached: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Join the tables of the methods to the measures; see `analyse_all`.

    Parameters
    ----------
    measures : pandas.DataFrame
        With ``era`` and ``segment``.
    tables : mapping of str to pandas.DataFrame
        What each method returned, by its name.
    not_reached : mapping of str to str, optional
        What a column holds on rows that its method does not return.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    TableError
        As `analyse_all`.
    """
    rows = require(measures, (*MEASURE, *SEGMENTS), "measure").reset_index(drop=True)
    for name, table in tables.items():
        _refuse_duplicates(require(table, KEY, name), f"The method {name}")
    places = {name: _places(table, rows) for name, table in tables.items()}
    coming = _coming(rows, tables, places)
    if len(coming):
        rows = pd.concat([rows, coming], ignore_index=True)
        places = {name: _places(table, rows) for name, table in tables.items()}
    owners: dict[str, str] = {}
    columns = [rows]
    for name, table in tables.items():
        own = [column for column in table.columns if column not in measures.columns]
        _refuse_taken(own, name, owners)
        owners |= dict.fromkeys(own, name)
        given = table[own].set_axis(places[name])
        columns.append(_spread(given, rows.index, not_reached or {}))
    return sort_by_key(pd.concat(columns, axis=1))


def _places(table: pd.DataFrame, rows: pd.DataFrame) -> NDArray[np.int64]:
    """Place of each row of a method's table among the rows; -1 where its key is not there."""
    keys, wanted = rows[[*KEY]], table[[*KEY]]
    count = len(wanted)
    if count <= len(rows) and wanted.reset_index(drop=True).equals(keys.iloc[:count]):
        return np.arange(count)
    return pd.MultiIndex.from_frame(keys).get_indexer(pd.MultiIndex.from_frame(wanted))


def _coming(
    rows: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    places: Mapping[str, NDArray[np.int64]],
) -> pd.DataFrame:
    # rows of coming periods, with what their method says of the measure's own columns
    found = []
    for name, table in tables.items():
        added = table[places[name] < 0]
        if not len(added):
            continue
        state = added["state"].astype(str) if "state" in added else pd.Series("", added.index)
        stray = added[state != State.FORECAST.value]
        if len(stray):
            raise TableError(
                f"The method {name} returns {_shown(tuple(stray[[*KEY]].iloc[0]))}, "
                "which is not measured",
                "keys of the measure table, or rows of state forecast",
            )
        found.append(added[[column for column in rows.columns if column in added]])
    if not found:
        return rows.iloc[:0]
    coming = pd.concat(found, ignore_index=True)
    return _filled(coming[~coming.duplicated([*KEY])].reset_index(drop=True), rows)


def _filled(coming: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    # every column of the measure table on rows of coming periods
    spans = coming["period"].map(periods.parse)
    heads = coming[[*SERIES]].drop_duplicates()
    latest = (
        rows[[*SERIES, "period_end", *SEGMENTS]]
        .merge(heads, on=[*SERIES])
        .sort_values("period_end", kind="stable")
        .groupby([*SERIES])[[*SEGMENTS]]
        .last()
        .reindex(pd.MultiIndex.from_frame(coming[[*SERIES]]))
    )
    known = {
        "period_end": spans.map(lambda span: span.end.isoformat()),
        "shown_label": spans.map(lambda span: span.label),
        **{name: latest[name].to_numpy() for name in SEGMENTS},
        **{name: str(word) for name, word in _COMING.items()},
    }
    given = coming.assign(**{name: value for name, value in known.items() if name not in coming})
    absent = rows.iloc[:0].drop(columns=given.columns)
    return given.join(_spread(absent, coming.index, {}))[rows.columns].astype(rows.dtypes)


def _spread(table: pd.DataFrame, index: pd.Index, words: Mapping[str, str]) -> pd.DataFrame:
    # a method's columns on all rows, with a stated content where it returned none
    whole = table.reindex(index)
    absent = ~index.isin(table.index)
    if not absent.any():
        return whole
    columns = {}
    for name, kind in table.dtypes.items():
        column = whole[name]
        if name in words:
            column = column.where(~absent, str(words[name]))
        elif pd.api.types.is_bool_dtype(kind):
            column = column.astype("boolean")
        elif pd.api.types.is_integer_dtype(kind):
            column = column.where(~absent, 0).astype(kind)
        elif not pd.api.types.is_numeric_dtype(kind):
            column = column.where(~absent, "")
        columns[name] = column
    return pd.DataFrame(columns, index=index)


def _refuse_taken(own: list[str], name: str, owners: Mapping[str, str]) -> None:
    for column in own:
        if column in owners:
            raise TableError(
                f"The methods {owners[column]} and {name} both return the column {column}",
                "each column from one method",
                f"Name it otherwise in pmf_analysis/analysis/{name}.py",
            )


def _refuse_duplicates(table: pd.DataFrame, what: str) -> None:
    twice = table[table.duplicated([*KEY])]
    if len(twice):
        raise TableError(
            f"{what} has {len(twice)} rows whose key stands before, first "
            f"{_shown(tuple(twice[[*KEY]].iloc[0]))}",
            f"one row for each {', '.join(KEY)}",
        )


def _shown(key: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {part!r}" for name, part in zip(KEY, key, strict=True))
