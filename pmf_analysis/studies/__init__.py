"""Studies: questions that need the whole analysis table, one a file.

Adding a study is adding a file: the folder is listed, in order of name. A module here has

- ``study(analysed, known, context) -> table``: the analysis table of every series in, a long
  table out, kept among the prepared tables under the module's own name;
- ``COLUMNS``: the columns of that table, which it has even where it is empty;
- optionally ``FACTS``, a mapping of column to its empty content (``""`` or NaN), and
  ``facts(table, latest, context)``: these columns for the latest row of each series, on the
  index of ``latest``, for conditions and sentences of the catalogue. A text among them can
  stand in a sentence under the column's own name.

A study reads the analysis table and nothing of another study.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import ModuleType
from typing import TYPE_CHECKING

import pandas as pd

from pmf_analysis.errors import TableError
from pmf_analysis.tables import SERIES, require

if TYPE_CHECKING:
    from pmf_analysis.register.registry import Context


def _none() -> Mapping[str, pd.DataFrame]:
    return {}


@dataclass(frozen=True)
class Known:
    """What is known beside the analysis table.

    Attributes
    ----------
    records_as_known : callable
        Gives the tables of records by name, each as known on the date of the run; called at
        most once, and only when a study asks.
    verdicts : pandas.DataFrame or None
        Data-quality verdicts: ``indicator, service_area, verdict, reason``.
    """

    records_as_known: Callable[[], Mapping[str, pd.DataFrame]] = _none
    verdicts: pd.DataFrame | None = field(default=None)

    @cached_property
    def records(self) -> Mapping[str, pd.DataFrame]:
        """Tables of records by name; none where no records were delivered."""
        return self.records_as_known()


def studies() -> Mapping[str, ModuleType]:
    """Every module of this folder that has ``study``, by name, in order of name."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "study")}


def study_all(analysed: pd.DataFrame, known: Known, context: Context) -> dict[str, pd.DataFrame]:
    """Run every study.

    Parameters
    ----------
    analysed : pandas.DataFrame
        The analysis table, forecast rows included.
    known : Known
    context : Context

    Returns
    -------
    dict of str to pandas.DataFrame
        Table by the name of its study.

    Raises
    ------
    TableError
        If a table lacks a column that its study promises.
    """
    found = {}
    for name, module in studies().items():
        table = module.study(analysed, known, context)
        found[name] = _as_text(require(table, module.COLUMNS, name))
    return found


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The same with codes as text, also where there is no row: a part is asked for by them."""
    codes = [name for name in (*SERIES, "period") if name in table]
    return table.astype(dict.fromkeys(codes, "str"))


def facts_of(
    tables: Mapping[str, pd.DataFrame], latest: pd.DataFrame, context: Context
) -> pd.DataFrame:
    """What the studies say of each series at its latest period.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        From `study_all`; of a study that is not there every fact is empty.
    latest : pandas.DataFrame
        The latest row of each series.
    context : Context

    Returns
    -------
    pandas.DataFrame
        On the index of ``latest``, the columns ``FACTS`` of every study.

    Raises
    ------
    TableError
        If a study returns other columns than it promises, or two promise the same.
    """
    parts: list[pd.DataFrame] = []
    for name, module in studies().items():
        promised = getattr(module, "FACTS", {})
        if not promised:
            continue
        if name in tables and len(latest):
            part = module.facts(tables[name], latest, context)
        else:
            part = pd.DataFrame(promised, index=latest.index)
        if set(part.columns) != set(promised) or not part.index.equals(latest.index):
            raise TableError(
                f"The study {name} gives {', '.join(map(str, part.columns)) or 'no column'}",
                f"columns {', '.join(promised)}, on the index of the latest rows",
            )
        parts.append(part[list(promised)])
    joined = pd.concat([pd.DataFrame(index=latest.index), *parts], axis=1)
    twice = joined.columns[joined.columns.duplicated()]
    if len(twice):
        raise TableError(f"Two studies give the fact {twice[0]}", "each fact from one study")
    return joined


@cache
def fact_names() -> tuple[str, ...]:
    """Every fact that a study gives."""
    return tuple(name for module in studies().values() for name in getattr(module, "FACTS", {}))


@cache
def fact_texts() -> tuple[str, ...]:
    """Facts that are texts, which sentences may use as places."""
    return tuple(
        column
        for module in studies().values()
        for column, empty in getattr(module, "FACTS", {}).items()
        if isinstance(empty, str)
    )
