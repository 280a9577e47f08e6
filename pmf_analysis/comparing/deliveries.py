"""Two deliveries of one table: what changed, why, and what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.comparing import words
from pmf_analysis.comparing.causes import Readers, add_cell_causes, add_row_causes, readers_of
from pmf_analysis.comparing.cells import CELL, CellDifferences, compare_cells
from pmf_analysis.comparing.comparison import Comparison, as_changes, by_consequence, nothing
from pmf_analysis.comparing.effects import effects_of
from pmf_analysis.comparing.hiding import Order, hide
from pmf_analysis.comparing.printed_codes import changed_codes
from pmf_analysis.comparing.rules import ComparingRules, comparing_rules
from pmf_analysis.comparing.sides import Side
from pmf_analysis.comparing.totals import add_members, ratios_of
from pmf_analysis.errors import ParameterError
from pmf_analysis.register import Register
from pmf_analysis.store import Store

Receipt = Mapping[str, object]

_PLACE = ["service_area", "cohort", "period"]


@dataclass(frozen=True)
class _Pair:
    """One table of two deliveries, and what it takes to judge them."""

    store: Store
    table: str
    receipts: tuple[Receipt, Receipt]
    figures: tuple[pd.DataFrame, pd.DataFrame]
    register: Register
    rules: ComparingRules
    readers: Readers

    @property
    def published(self) -> tuple[date, date]:
        old, new = (date.fromisoformat(str(one["published"])) for one in self.receipts)
        return old, new

    @property
    def order(self) -> Order:
        old, new = self.published
        return Order(old_is_later=old > new, new_is_later=new > old)


def compare_deliveries(store: Store, old: Side, new: Side, register: Register) -> Comparison:
    """Hold two deliveries of one table against each other.

    Parameters
    ----------
    store : Store
    old, new : Side
        Which was published first decides what had matured and whose withheld figures stay
        withheld; not the order in which they are named.
    register : Register

    Returns
    -------
    Comparison

    Raises
    ------
    ParameterError
        If the two hold no table of figures in common.
    """
    rules = comparing_rules(register)
    figures = [store.figures([side.name]) for side in (old, new)]
    tables = _tables_of_both(figures, old, new)
    parts = []
    for table in tables:
        own = tuple(one[one["table"] == table].reset_index(drop=True) for one in figures)
        readers = readers_of(table, register)
        receipts = (old.content, new.content)
        parts.append(_compare(_Pair(store, table, receipts, own, register, rules, readers)))
    changes = by_consequence(pd.concat([part.changes for part in parts], ignore_index=True))
    effects = by_consequence(pd.concat([part.effects for part in parts], ignore_index=True))
    return Comparison(
        old=old.label,
        new=new.label,
        changes=changes,
        effects=effects,
        words=words.no_findings(),
        notes=tuple(note for part in parts for note in part.notes),
        sentences=words.sentences(changes, effects, register, rules),
        compared=sum(part.shared for part in parts),
    )


@dataclass(frozen=True)
class _Compared:
    changes: pd.DataFrame
    effects: pd.DataFrame
    notes: tuple[str, ...]
    shared: int


def _compare(pair: _Pair) -> _Compared:
    old, new = pair.figures
    found = compare_cells(old, new, pair.rules)
    new = _under_old_names(new, found)
    changes = as_changes(_with_causes(found, pair, old, new))
    effects, parts_withheld = nothing(), np.zeros(0, dtype=bool)
    if pair.readers.indicators and len(changes):
        raw = effects_of(
            pair.store, *pair.receipts, pair.figures, pair.register, pair.readers.indicators
        )
        effects, parts_withheld = _effects(raw, pair.order)
        changes = by_consequence(_with_status(changes, effects, pair))
    withheld = pair.rules.withheld_in(pair.table)
    also = _withheld_in_the_newest(pair, changes, withheld)
    changes = hide(changes, withheld, pair.order, also)
    also = parts_withheld | _reads_hidden(effects, changes, pair)
    return _Compared(
        changes,
        hide(effects, withheld, pair.order, also),
        words.delivery_notes(found, pair.table, *pair.receipts),
        found.shared,
    )


def _tables_of_both(figures: Sequence[pd.DataFrame], old: Side, new: Side) -> list[str]:
    held = [sorted(one["table"].unique()) for one in figures]
    both = sorted(set(held[0]) & set(held[1]))
    if not both:
        given = [", ".join(names) or "no table of figures" for names in held]
        raise ParameterError(
            f"{old.label} holds {given[0]}; {new.label} holds {given[1]}",
            "two deliveries of one table of figures",
            "Tables of records are not compared figure by figure: compare two runs",
        )
    return both


def _under_old_names(new: pd.DataFrame, found: CellDifferences) -> pd.DataFrame:
    for name, names in (("column", found.columns), ("breakdown", found.labels)):
        if names.renamed:
            new = new.assign(**{name: new[name].replace(names.renamed)})
    return new


def _with_causes(
    found: CellDifferences, pair: _Pair, old: pd.DataFrame, new: pd.DataFrame
) -> pd.DataFrame:
    judged = (pair.readers, pair.register, min(pair.published))
    cells = add_cell_causes(found.cells, *judged)
    ratios = ratios_of(pair.table, pair.register)
    cells = add_members(cells, old, new, ratios, pair.register, pair.rules)
    rows = add_row_causes(found.rows, *judged).assign(column="")
    codes = changed_codes(*pair.receipts, old, new).assign(column="")
    sides = [one for one in (cells, rows, codes) if len(one)] or [cells]
    return pd.concat(sides, ignore_index=True).assign(table=pair.table)


# -- measures -------------------------------------------------------------------------------


def _effects(raw: pd.DataFrame, order: Order) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Effects in the order of consequence, and where a withheld part made the value."""
    if raw.empty:
        return nothing(), np.zeros(0, dtype=bool)
    one, other = raw["withheld_0"].to_numpy(), raw["withheld_1"].to_numpy()
    counts = one | other
    if order.old_is_later or order.new_is_later:
        counts = (one & order.old_is_later) | (other & order.new_is_later)
    # the mark goes along in a column of words while the rows find their order
    marked = as_changes(raw.assign(hidden=np.where(counts, "parts", "")))
    parts = (marked["hidden"] == "parts").to_numpy()
    return marked.assign(hidden=""), parts


def _with_status(changes: pd.DataFrame, effects: pd.DataFrame, pair: _Pair) -> pd.DataFrame:
    """Cells with the indicators that read them, and the status of the one that turned most."""
    reads = pd.DataFrame(
        [
            (breakdown, column, code)
            for code in pair.readers.indicators
            for published in pair.register.indicators[code].source.all
            for table, breakdown, column in published.reads
            if table == pair.table
        ],
        columns=["breakdown", "column", "indicator"],
    ).drop_duplicates()
    codes = reads.groupby(["breakdown", "column"])["indicator"].agg(
        lambda held: ";".join(sorted(set(held)))
    )
    cells = pd.MultiIndex.from_frame(changes[["breakdown", "column"]])
    rated = effects.loc[effects["old_rag"] + effects["new_rag"] != "",
                        ["indicator", *_PLACE, "old_rag", "new_rag"]]  # fmt: skip
    spread = changes[list(CELL)].assign(place=np.arange(len(changes))).merge(
        reads, on=["breakdown", "column"]
    ).merge(rated, on=["indicator", *_PLACE])  # fmt: skip
    spread = spread.assign(still=spread["old_rag"] == spread["new_rag"])
    first = spread.sort_values(["place", "still", "indicator"]).drop_duplicates("place")
    old_rag, new_rag = (np.full(len(changes), "", dtype=object) for _ in range(2))
    old_rag[first["place"]], new_rag[first["place"]] = first["old_rag"], first["new_rag"]
    indicator = codes.reindex(cells).fillna("").to_numpy(dtype=object)
    return changes.assign(indicator=indicator, old_rag=old_rag, new_rag=new_rag).astype(
        dict.fromkeys(("indicator", "old_rag", "new_rag"), "str")
    )


# -- what is not shown again ----------------------------------------------------------------


def _withheld_in_the_newest(
    pair: _Pair, changes: pd.DataFrame, withheld: frozenset[str]
) -> NDArray[np.bool_]:
    """Where the newest delivery of the table, published after both, withholds the figure."""
    later = [
        one
        for one in pair.store.deliveries()
        if one["table"] == pair.receipts[0]["table"]
        and date.fromisoformat(str(one["published"])) > max(pair.published)
    ]
    if not later or changes.empty:
        return np.zeros(len(changes), dtype=bool)
    newest = pair.store.figures([str(later[-1]["id"])], tables=[pair.table])
    marked = newest[newest["state"].isin(sorted(withheld))]
    cells = pd.MultiIndex.from_frame(changes[list(CELL)].astype(str))
    return cells.isin(pd.MultiIndex.from_frame(marked[list(CELL)].astype(str)))


def _reads_hidden(effects: pd.DataFrame, changes: pd.DataFrame, pair: _Pair) -> NDArray[np.bool_]:
    """Measures that rest on a row of which a number is hidden."""
    hidden = changes.loc[changes["hidden"] != "", [*_PLACE, "breakdown"]].drop_duplicates()
    reads = pd.DataFrame(
        sorted(
            {
                (code, breakdown)
                for code in pair.readers.indicators
                for published in pair.register.indicators[code].source.all
                for table, breakdown, _ in published.reads
                if table == pair.table
            }
        ),
        columns=["indicator", "breakdown"],
    )
    held = hidden.merge(reads, on="breakdown")
    keys = ["indicator", *_PLACE]
    return pd.MultiIndex.from_frame(effects[keys].astype(str)).isin(
        pd.MultiIndex.from_frame(held[keys].astype(str))
    )
