"""Two runs, or what was known on two dates: every measure that moved, split by cause.

One ingredient is exchanged at a time, always in this order: what was delivered (late entry
or correction), the definitions of the register, its units, the program. The last is what the
stored tables hold beyond what the present program makes of the same ingredients.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import formats, gathering, periods
from pmf_analysis.comparing import ingredients as made
from pmf_analysis.comparing import measure_changes as figures_of
from pmf_analysis.comparing import words
from pmf_analysis.comparing.causes import kinds_of_moves
from pmf_analysis.comparing.chains import UNTOLD, Chain, chain_between
from pmf_analysis.comparing.comparison import PARTS, Comparison, as_changes, by_consequence, nothing
from pmf_analysis.comparing.directions import NOT_TOLD_APART, Moved
from pmf_analysis.comparing.effects import not_matured, with_direction
from pmf_analysis.comparing.finding_changes import changed_findings
from pmf_analysis.comparing.hiding import Order, hide
from pmf_analysis.comparing.ingredients import Ingredients
from pmf_analysis.comparing.rules import ComparingRules, comparing_rules
from pmf_analysis.comparing.sides import Side
from pmf_analysis.comparing.splitting import also_by, split
from pmf_analysis.register import Register
from pmf_analysis.store import Store
from pmf_analysis.terms import Structure

_FIGURE = [*figures_of.MEASURED, "column"]


def compare_known(store: Store, old: Side, new: Side, register: Register) -> Comparison:
    """Compare the measures of two runs, or as known on two dates.

    Parameters
    ----------
    store : Store
    old, new : Side
        Both runs, or both dates. The earlier of the two decides what had matured; named the
        other way round, everything is mirrored.
    register : Register
        The workspace's own.

    Returns
    -------
    Comparison

    Raises
    ------
    RunError
        If the tables of a side are gone and cannot be made again.
    """
    sides = [made.ingredients_of(side, store, register) for side in (old, new)]
    first, second = sorted(sides, key=lambda one: one.moment)
    rules = comparing_rules(register)
    if replace(first, side=second.side, key="") == replace(second, key=""):
        return _nothing_differs(old, new)
    chain = chain_between(store, first, second, register)
    joined = figures_of.side_by_side(chain.tables)
    end = len(chain.tables) - 1
    moved = figures_of.figure_moved(joined, 0, end) | figures_of.status_moved(joined, 0, end)
    alone = figures_of.new_periods(joined, 0, end)
    figures = figures_of.one_figure_each(
        joined[moved & ~alone].reset_index(drop=True), range(end + 1)
    )
    in_turn = first.known != second.known
    changes = _changes(figures, chain, register, first.as_at)
    withheld = _withheld_now(figures, store, register, rules, second, in_turn=in_turn)
    changes = hide(changes, rules.withheld_in(""), Order(False, in_turn), withheld)
    findings = [made.stored_findings(one, store) for one in (first, second)]
    either = not in_turn or not _is_newest(store, second)
    found = changed_findings(*findings, changes, either=either)
    if first is not sides[0]:
        changes, found = mirrored(changes), _mirrored_words(found)
    changes = by_consequence(changes)
    shown = joined["column"] == figures_of.SHOWN
    shared = shown & (joined["state_0"] != "") & (joined[f"state_{end}"] != "")
    return Comparison(
        old=old.label,
        new=new.label,
        changes=changes,
        effects=nothing(),
        words=found,
        notes=(*chain.notes, *_notes(joined[alone & shown], end), *_word_notes(sides, findings)),
        sentences=words.sentences(changes, nothing(), register, rules),
        compared=int(shared.sum()),
    )


def mirrored(changes: pd.DataFrame) -> pd.DataFrame:
    """The same changes seen from the other side."""
    pairs = [(f"old_{name}", f"new_{name}") for name in ("value", "state", "rag")]
    names = {one: other for pair in pairs for one, other in (pair, pair[::-1])}
    turned = changes.rename(columns=names)[list(changes.columns)]
    sizes = {name: -turned[name] for name in ("change", "explained", "remainder", *PARTS)}
    old = turned["old_value"]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(old == 0, np.nan, sizes["change"] / old)
    directions = {one.value: one.mirrored.value for one in Moved}
    turned = turned.assign(
        **sizes, relative=relative, direction=turned["direction"].map(directions).astype("str")
    )
    told = turned["cause"] != ""
    seen = turned["direction"] != Moved.STATUS_ONLY.value
    again = np.where(told & seen, kinds_of_moves(turned), turned["kind"])
    return turned.assign(kind=again)


def _mirrored_words(found: pd.DataFrame) -> pd.DataFrame:
    names = {"old_sentence": "new_sentence", "new_sentence": "old_sentence"}
    return found.rename(columns=names)[list(found.columns)]


def _changes(
    figures: pd.DataFrame, chain: Chain, register: Register, earlier: date
) -> pd.DataFrame:
    """Changes in the contract's columns, row by row as the figures."""
    end = len(chain.tables) - 1
    named = {
        f"{side}_{name}": figures[f"{name}_{place}"]
        for side, place in (("old", 0), ("new", end))
        for name in ("value", "state", "rag")
    }
    table = with_direction(figures[[*_FIGURE, "period_end"]].assign(**named))
    if chain.steps == (UNTOLD,):
        change = table["new_value"] - table["old_value"]
        none = pd.Series(0.0, index=table.index).where(change.notna())
        parts = pd.DataFrame(dict.fromkeys(PARTS, none)).assign(cause="")
        table = table.assign(kind=NOT_TOLD_APART)
    else:
        late = not_matured(table, register, earlier)
        parts = split(figures, chain.steps, late)
        beside = also_by(parts)
        kinds = np.where(beside != "", table["kind"] + "; also " + beside, table["kind"])
        table = table.assign(kind=kinds)
    return as_changes(pd.concat([table, parts], axis=1), ordered=False)


# -- what is not shown again ----------------------------------------------------------------


def _withheld_now(
    figures: pd.DataFrame, store: Store, register: Register, rules: ComparingRules,
    second: Ingredients, *, in_turn: bool,
) -> NDArray[np.bool_]:  # fmt: skip
    """Where the later side, or what is known in the end, withholds a figure or its parts."""
    if figures.empty:
        return np.zeros(0, dtype=bool)
    end = max(int(name.rsplit("_", 1)[1]) for name in figures if name.startswith("state_"))
    marks = _marks(register, rules)
    codes = figures["indicator"].to_numpy(dtype=object)

    def withheld(states: pd.Series, parts: pd.Series) -> NDArray[np.bool_]:
        pairs = zip(codes, states, strict=True)
        folded = [state in marks.get(code, ()) for code, state in pairs]
        return np.array(folded, dtype=bool) | parts.to_numpy(dtype=bool)

    found = withheld(figures[f"state_{end}"], figures[f"withheld_{end}"])
    if not in_turn:
        found |= withheld(figures["state_0"], figures["withheld_0"])
    if _is_newest(store, second):
        return found
    on, receipts = gathering.known_at(store, None)
    now = replace(
        second, as_at=max(on, second.as_at),
        deliveries=tuple((str(one["id"]), str(one["published"])) for one in receipts),
    )  # fmt: skip
    newest = made.recomputed_figures(store, now, register, Structure.AS_THEN)
    held = newest.set_index(_FIGURE)[["state", "parts_withheld"]]
    here = held.reindex(pd.MultiIndex.from_frame(figures[_FIGURE]))
    return found | withheld(here["state"].fillna(""), here["parts_withheld"].eq(True))


def _is_newest(store: Store, second: Ingredients) -> bool:
    """Whether nothing has been published after what a side knew."""
    _, receipts = gathering.known_at(store, None)
    known = {(str(one["id"]), str(one["published"])) for one in receipts}
    return known <= set(second.deliveries)


def _marks(register: Register, rules: ComparingRules) -> dict[str, frozenset[str]]:
    """Indicator to the states that withhold, by the tables that it reads."""
    return {
        code: frozenset().union(*(rules.withheld_in(one.table) for one in indicator.source.all))
        for code, indicator in register.indicators.items()
    }


# -- words ----------------------------------------------------------------------------------


def _nothing_differs(old: Side, new: Side) -> Comparison:
    note = "Both were made of the same deliveries, register, units and program: no difference."
    none = words.no_findings()
    return Comparison(old.label, new.label, nothing(), nothing(), none, (note,), (), 0)


def _notes(alone: pd.DataFrame, end: int) -> list[str]:
    """How many figures are of periods that one side does not have."""
    notes = []
    for place, side in ((end, "later"), (0, "earlier")):
        held = alone[alone[f"state_{place}"] != ""]
        if len(held):
            codes = sorted(held["period"].unique(), key=lambda code: periods.parse(code).end)
            labels = [words.period_label(code) for code in codes]
            some = formats.listed(labels if len(labels) <= 4 else [labels[0], "...", labels[-1]])
            notes.append(
                f"{len(held):,} figures are of periods that the {side} side alone has for their "
                f"indicator ({some}); they are not changes."
            )
    return notes


def _word_notes(sides: list[Ingredients], findings: list[pd.DataFrame | None]) -> list[str]:
    if all(one is not None for one in findings):
        return []
    missing = [one.side.label for one, held in zip(sides, findings, strict=True) if held is None]
    return [
        f"Findings were not compared: the tables of {formats.listed(missing)} are not kept. "
        "Prepare them with pmf run --as-at."
    ]
