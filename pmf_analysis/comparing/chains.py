"""States of knowledge between two sides, each the one before with one ingredient exchanged."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from pmf_analysis import prepared
from pmf_analysis.comparing import ingredients as made
from pmf_analysis.comparing.ingredients import Ingredients
from pmf_analysis.comparing.splitting import DELIVERIES
from pmf_analysis.errors import PmfError, RunError
from pmf_analysis.register import Register
from pmf_analysis.store import Store
from pmf_analysis.terms import Cause, Structure

UNTOLD = ""
"""The one step where ingredients are gone: the cause of nothing can be told."""


@dataclass(frozen=True)
class Chain:
    """Tables of figures, one more than steps.

    Attributes
    ----------
    tables : tuple of pandas.DataFrame
        Of ``measure_changes.as_figures``.
    steps : tuple of str
        What was exchanged from each to the next: `DELIVERIES`, a code of Cause, or `UNTOLD`.
    notes : tuple of str
        What is gone and what that means, in sentences.
    """

    tables: tuple[pd.DataFrame, ...]
    steps: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Wanted:
    """What a table is made of with the present program."""

    known: Ingredients
    definition: Register
    units: Register
    structure: Structure

    @property
    def name(self) -> tuple[object, ...]:
        own = self.definition.digest() == self.units.digest()
        held = (self.units.units, self.units.unit_moves)
        told = self.units.digest() if own else (self.definition.digest(), repr(held))
        return self.known.known, told, self.structure


@dataclass(frozen=True)
class _Maker:
    """Makes wanted tables, each once."""

    store: Store
    ready: dict[tuple[object, ...], pd.DataFrame] = field(default_factory=dict)

    def table(self, each: _Wanted) -> pd.DataFrame:
        if each.name not in self.ready:
            register = each.definition
            if register.digest() != each.units.digest():
                register = made.with_units_of(each.definition, each.units)
            self.ready[each.name] = made.recomputed_figures(
                self.store, each.known, register, each.structure
            )
        return self.ready[each.name]


def chain_between(store: Store, first: Ingredients, second: Ingredients, own: Register) -> Chain:
    """The states between two sides, in the fixed order: deliveries, definition, units, program.

    Parameters
    ----------
    store : Store
    first, second : Ingredients
        The earlier side first.
    own : Register
        The workspace's.

    Returns
    -------
    Chain
        The ends are the stored tables of the two sides, where they are kept. Nothing is
        computed that is stored already.

    Raises
    ------
    RunError
        If the tables of a side are gone and cannot be made again.
    """
    stored = [made.stored_figures(one, store) for one in (first, second)]
    registers, gone = _kept(store, first, second, own)
    present = prepared.code_digest()
    if gone and not _one_exchanged(first, second, stored):
        return _ends(first, second, stored, gone)
    if gone:
        step = _what_differs(first, second)[0]
        return Chain((stored[0], stored[1]), (step,), ())
    held, after = registers
    same_units = (held.units, held.unit_moves) == (after.units, after.unit_moves)
    between = after if same_units else held
    wanted = [
        _Wanted(first, held, held, first.structure),
        _Wanted(second, held, held, first.structure),
        _Wanted(second, after, between, first.structure),
        _Wanted(second, after, after, second.structure),
    ]
    maker = _Maker(store)
    ends = (wanted[0], wanted[-1])
    for one, table, each in zip((first, second), stored, ends, strict=True):
        if table is not None and one.code == present:
            maker.ready[each.name] = table
    try:
        tables = [maker.table(each) for each in wanted]
    except PmfError as error:
        return _ends(first, second, stored, [f"a state between the two cannot be made ({error})"])
    steps = [DELIVERIES, Cause.DEFINITION.value, Cause.STRUCTURE.value]
    notes = []
    for one, table in zip((first, second), stored, strict=True):
        if table is None and one.code != present:
            notes.append(
                f"The tables of {one.side.label} are no longer kept; they were made again with "
                "the present program, so that a change of the program cannot be told apart."
            )
    whole = [stored[0] if stored[0] is not None else tables[0], *tables,
             stored[1] if stored[1] is not None else tables[-1]]  # fmt: skip
    return _without_repeats(whole, [Cause.CODE.value, *steps, Cause.CODE.value], notes)


def _kept(
    store: Store, first: Ingredients, second: Ingredients, own: Register
) -> tuple[list[Register], list[str]]:
    """Both registers, and what is gone of all that the states between would need."""
    registers, gone = [], []
    for one in (first, second):
        register, why = made.register_of(one, store, own)
        if register is None:
            gone.append(why)
        else:
            registers.append(register)
        missing = made.gone_deliveries(one, store)
        if missing:
            gone.append(f"{one.side.label} rests on deliveries that are gone ({missing[0]})")
    return registers, list(dict.fromkeys(gone))


def _what_differs(first: Ingredients, second: Ingredients) -> list[str]:
    """Ingredients that differ; a register counts as two, since its units may differ too."""
    found = []
    if first.known != second.known:
        found.append(DELIVERIES)
    if first.register != second.register:
        found += [Cause.DEFINITION.value, Cause.STRUCTURE.value]
    elif first.structure is not second.structure:
        found.append(Cause.STRUCTURE.value)
    if first.code != second.code:
        found.append(Cause.CODE.value)
    return found


def _one_exchanged(
    first: Ingredients, second: Ingredients, stored: list[pd.DataFrame | None]
) -> bool:
    kept = all(one is not None for one in stored)
    return kept and len(_what_differs(first, second)) == 1


def _ends(
    first: Ingredients, second: Ingredients, stored: list[pd.DataFrame | None], gone: list[str]
) -> Chain:
    for one, table in zip((first, second), stored, strict=True):
        if table is None:
            raise RunError(
                f"The tables of {one.side.label} are no longer kept and cannot be made again: "
                + "; ".join(gone),
                "a run whose tables, or whose register and deliveries, are kept",
                "Compare other runs, or two dates",
            )
    notes = tuple(f"Causes cannot be told apart: {why}." for why in gone)
    return Chain((stored[0], stored[1]), (UNTOLD,), notes)


def _without_repeats(tables: list[pd.DataFrame], steps: list[str], notes: list[str]) -> Chain:
    """Leave out steps that exchange nothing."""
    kept, taken = [tables[0]], []
    for step, table in zip(steps, tables[1:], strict=True):
        if table is not kept[-1]:
            kept.append(table)
            taken.append(step)
    if not taken:  # the ends are one table: they differ in nothing that makes figures
        kept, taken = [tables[0], tables[0]], [Cause.CODE.value]
    return Chain(tuple(kept), tuple(taken), tuple(notes))
