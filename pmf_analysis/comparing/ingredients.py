"""What went into a state of knowledge, and the measures that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from pmf_analysis import gathering, prepared
from pmf_analysis.comparing import measure_changes
from pmf_analysis.comparing.sides import Side, SideKind
from pmf_analysis.errors import PmfError
from pmf_analysis.prepared import Prepared
from pmf_analysis.register import Context, Register
from pmf_analysis.register.lineage import boundary_breaks
from pmf_analysis.register.registry import in_order
from pmf_analysis.store import Store
from pmf_analysis.tables import MEASURE
from pmf_analysis.terms import State, Structure


@dataclass(frozen=True)
class Ingredients:
    """What one side was made of.

    Attributes
    ----------
    side : Side
    as_at : date
    deliveries : tuple of (str, str)
        Id and publication date, as known then.
    register : str
        Digest.
    structure : Structure
    period : str
    code : str
        Digest of the program.
    key : str
        Of the stored tables.
    """

    side: Side
    as_at: date
    deliveries: tuple[tuple[str, str], ...]
    register: str
    structure: Structure
    period: str
    code: str
    key: str

    @property
    def moment(self) -> tuple[str, int, str]:
        """What tells the earlier of two sides."""
        return self.as_at.isoformat(), len(self.deliveries), self.side.name

    @property
    def known(self) -> tuple[date, tuple[tuple[str, str], ...]]:
        """Date and deliveries: what was known."""
        return self.as_at, self.deliveries


def ingredients_of(side: Side, store: Store, register: Register) -> Ingredients:
    """Read the ingredients of a run from its manifest; of a date, take those of today.

    Parameters
    ----------
    side : Side
        A run or a date.
    store : Store
    register : Register
        The workspace's own.

    Raises
    ------
    RunError
        If nothing had been published by the date.
    """
    if side.kind is SideKind.DATE:
        on, receipts = gathering.known_at(store, side.on)
        context = Context(register, on)
        return Ingredients(
            side, on, tuple((str(one["id"]), str(one["published"])) for one in receipts),
            register.digest(), Structure.AS_THEN, "", prepared.code_digest(),
            prepared.prepared_key(store, context, receipts, ""),
        )  # fmt: skip
    inputs: Mapping = side.content["inputs"]
    delivered = ((str(one["delivery"]), str(one["published"])) for one in inputs["deliveries"])
    return Ingredients(
        side,
        date.fromisoformat(inputs["as_at"]),
        tuple(sorted(delivered, key=lambda one: (one[1], one[0]))),
        str(inputs["register"]),
        Structure(inputs.get("structure", Structure.AS_THEN.value)),
        str(inputs["period"]),
        str(inputs["code"]),
        str(inputs["prepared"]),
    )


def stored_figures(made_of: Ingredients, store: Store) -> pd.DataFrame | None:
    """The figures as a side's tables hold them; None where they are no longer kept."""
    if not store.has_prepared(made_of.key):
        return None
    analysed = store.prepared(made_of.key, "analysis", columns=[*MEASURE, "rag"])
    measured = analysed[analysed["state"] != State.FORECAST.value]
    return measure_changes.as_figures(measured)


def stored_findings(made_of: Ingredients, store: Store) -> pd.DataFrame | None:
    """The findings of a side; None where they are no longer kept."""
    if not store.has_prepared(made_of.key):
        return None
    return store.prepared(made_of.key, "finding")


def recomputed_figures(
    store: Store, known: Ingredients, register: Register, structure: Structure
) -> pd.DataFrame:
    """The figures from deliveries as known to one side, by a register, with the present program.

    Parameters
    ----------
    store : Store
    known : Ingredients
        For its as-at date and deliveries.
    register : Register
    structure : Structure

    Returns
    -------
    pandas.DataFrame
        Of ``measure_changes.as_figures``, of all periods.
    """
    receipts = [{**store.receipt(one), "published": on} for one, on in known.deliveries]
    context = Context(register.under(structure), known.as_at, structure)
    figures = gathering.gather(store, receipts, context).figures
    measured = prepared.measure_table(Prepared(store, "", context, ""), receipts, figures)
    return measure_changes.as_figures(measure_changes.with_status(measured, context))


def with_units_of(definition: Register, units: Register) -> Register:
    """A register that defines as one does and has the units of another."""
    derived = [
        one
        for structure in Structure
        for one in boundary_breaks(definition.units, definition.unit_moves, structure)
    ]
    own = [one for one in definition.breaks if one not in derived]
    moved = boundary_breaks(units.units, units.unit_moves, Structure.AS_THEN)
    return replace(
        definition,
        units=units.units,
        unit_moves=units.unit_moves,
        breaks=in_order([*own, *moved]),
        folder=None,
        fingerprint="",
    )


def gone_deliveries(made_of: Ingredients, store: Store) -> list[str]:
    """Ids of a side's deliveries that the store no longer has."""
    return [one for one, _ in made_of.deliveries if not store.has_delivery(one)]


def register_of(made_of: Ingredients, store: Store, own: Register) -> tuple[Register | None, str]:
    """A side's register, or None and why it cannot be had; ``own`` is the workspace's."""
    if made_of.register == own.digest():
        return own, ""
    try:
        found = prepared.kept_register(store, made_of.register)
    except PmfError as error:
        return None, f"the register of {made_of.side.label} cannot be read any more ({error.given})"
    if found is None:
        return None, f"the register of {made_of.side.label} is no longer kept"
    return found, ""
