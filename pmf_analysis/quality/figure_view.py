"""Figures as the rules see them: one row for each delivered cell."""

from __future__ import annotations

import pandas as pd

from pmf_analysis import periods
from pmf_analysis.measures.totals import Membership, below_a, directly_below
from pmf_analysis.quality.views import (
    NO,
    YES,
    CheckedView,
    Derived,
    Sources,
    filled,
    numbers,
    with_derived,
    yes_or_no,
)
from pmf_analysis.quality.wholes import beyond_rounding
from pmf_analysis.register.models import COUNTED
from pmf_analysis.terms import MeasureKind, State, UnitKind

_COUNTED = (MeasureKind.PROPORTION, MeasureKind.RATE, MeasureKind.COUNT)
DELIVERED_STATES = tuple(state.value for state in State if state is not State.FORECAST)

ATTRIBUTES = frozenset({"deliveries_held", "has_parts", "has_authorities"})

_CELL = ("table", "service_area", "cohort", "breakdown", "period", "column")


def figure_view(table: pd.DataFrame, sources: Sources) -> CheckedView:
    """Figures with what can be said of key, period, unit, cell and earlier deliveries.

    Parameters
    ----------
    table : pandas.DataFrame
        With the columns of ``tables.FIGURE``.
    sources : Sources

    Returns
    -------
    CheckedView
    """
    rows, lacking = with_derived(table.reset_index(drop=True), _DERIVED, sources)
    return CheckedView(rows, ("table", "service_area"), ATTRIBUTES, lacking)


def _key_complete(rows: pd.DataFrame, _: Sources) -> pd.Series:
    return yes_or_no(filled(rows, ("delivery", *_CELL), may_be_blank=("breakdown",)))


def state_known(rows: pd.DataFrame, _: Sources) -> pd.Series:
    """Whether the state of each row is one that a delivery can have."""
    return yes_or_no(rows["state"].isin(DELIVERED_STATES))


def _period_known(rows: pd.DataFrame, _: Sources) -> pd.Series:
    known = {
        code for code in rows["period"].dropna().unique() if periods.try_parse(str(code))
    }  # fmt: skip
    return yes_or_no(rows["period"].isin(known))


def _unit_known(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    return yes_or_no(rows["service_area"].isin(sources.context.register.units))


def _cell_read(rows: pd.DataFrame, _: Sources) -> pd.Series:
    written = rows["text"].notna() & (rows["text"].astype("str").str.strip() != "")
    return yes_or_no(~((rows["state"] == State.NOT_GIVEN.value) & written))


def _deliveries_held(rows: pd.DataFrame, _: Sources) -> pd.Series:
    several = rows.groupby("table")["delivery"].transform("nunique") > 1
    return yes_or_no(several).map({"yes": "several", NO: "one"})


def _unchanged(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Whether a cell says what the delivery before it said of the same cell.

    Nearly: a change of no more than the share ``material_change`` is none. Null for cells
    that no earlier delivery holds, and for those that no indicator counts.
    """
    share = float(sources.rules.values["material_change"])
    order = _order_of_deliveries(rows, sources)
    sorted_rows = rows.assign(_order=rows["delivery"].map(order)).sort_values(
        "_order", kind="stable"
    )
    cells = sorted_rows.groupby(list(_CELL), sort=False, dropna=False)
    value = numbers(sorted_rows, "value")
    earlier = cells["delivery"].shift()
    before = value.groupby([sorted_rows[name] for name in _CELL], sort=False, dropna=False).shift()
    near = (value - before).abs() <= share * before.abs()
    same = near | (value.isna() & before.isna())
    counted = pd.MultiIndex.from_frame(sorted_rows[["table", "column"]])
    asked = counted.isin(_counted_columns(sources)) & earlier.notna()
    asked &= earlier != sorted_rows["delivery"]
    return yes_or_no(same, asked).reindex(rows.index)


def _counted_columns(sources: Sources) -> list[tuple[str, str]]:
    """Tables and columns that numerators and denominators, or values without, are taken from."""
    found = set()
    for indicator in sources.context.register.indicators.values():
        for source in indicator.source.all:
            parted = bool(source.numerator)
            found |= {
                (table, column)
                for table, _, column in source.reads
                if not parted or column != source.value or column in source.numerator
            }
    return sorted(found)


def _has_parts(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Whether a unit has parts, and an indicator whose parts add up counts in its table."""
    register = sources.context.register
    wholes = {code for code in register.units if len(register.children_of(code)) > 1}
    adding = {table for table, _, _ in _adding_cells(sources)}
    return yes_or_no(rows["service_area"].isin(wholes) & rows["table"].isin(adding))


def _has_authorities(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Whether the unit is a country that authorities are registered below; as `_has_parts`."""
    units = sources.context.register.units
    countries = {code for code, unit in units.items() if unit.kind is UnitKind.COUNTRY}
    local = any(unit.kind is UnitKind.AUTHORITY for unit in units.values())
    country = rows["service_area"].isin(countries) & local
    return yes_or_no(country & (rows["has_parts"] == YES))


def _parts_difference(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """How far a count lies from the sum of the unit's parts in the same delivery."""
    below = directly_below(sources.context.register)
    return _difference(rows, below, sources, all_registered=False)


def _authorities_difference(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """How far a country's count lies from the sum of all its authorities."""
    register = sources.context.register
    members = below_a(register, UnitKind.COUNTRY, (UnitKind.AUTHORITY,))
    return _difference(rows, members, sources, all_registered=True, parts_are=UnitKind.AUTHORITY)


def _difference(
    rows: pd.DataFrame, members: Membership, sources: Sources, *, all_registered: bool,
    parts_are: UnitKind | None = None,
) -> pd.Series:  # fmt: skip
    cells = pd.MultiIndex.from_frame(rows[["table", "breakdown", "column"]])
    counts = rows[cells.isin(_adding_cells(sources))]
    keys = ["delivery", *(name for name in _CELL if name != "service_area")]
    found = beyond_rounding(
        counts, keys, "value", members, sources, counts["table"],
        all_registered=all_registered, parts_are=parts_are,
    )  # fmt: skip
    return found.reindex(rows.index)


def _adding_cells(sources: Sources) -> list[tuple[str, str, str]]:
    """Table, breakdown and column of every delivered count of an indicator whose parts add up.

    What is counted from records is held against its parts as a measure, indicator by indicator.
    """
    found = set()
    for indicator in sources.context.register.indicators.values():
        if indicator.adds_up is True and indicator.kind in _COUNTED:
            for source in indicator.source.all:
                found |= {
                    cell for cell in source.reads if cell[2] != source.value and cell[0] != COUNTED
                }
    return sorted(found)


def _order_of_deliveries(rows: pd.DataFrame, sources: Sources) -> dict[str, int]:
    """Deliveries from the earliest, by the dates on their receipts, then by id."""
    dates: dict[str, tuple[str, ...]] = {}
    receipts = sources.tables.get("receipt")
    if receipts is not None and {"delivery", "published", "latest_period_end"} <= set(receipts):
        stated = receipts[["delivery", "published", "latest_period_end"]].astype("str")
        for delivery, published, end in stated.itertuples(index=False):
            dates[delivery] = max(dates.get(delivery, ("", "")), (published, end))
    found = sorted(
        rows["delivery"].dropna().unique(), key=lambda one: (*dates.get(one, ("", "")), one)
    )
    return {delivery: at for at, delivery in enumerate(found)}


_DERIVED = (
    Derived("key_complete", ("delivery", *_CELL), _key_complete),
    Derived("state_known", ("state",), state_known),
    Derived("period_known", ("period",), _period_known),
    Derived("unit_known", ("service_area",), _unit_known),
    Derived("cell_read", ("state", "text"), _cell_read),
    Derived("deliveries_held", ("table", "delivery"), _deliveries_held),
    Derived("has_parts", ("table", "service_area"), _has_parts),
    Derived("has_authorities", ("service_area", "has_parts"), _has_authorities),
    Derived("parts_difference", ("delivery", *_CELL, "value"), _parts_difference),
    Derived("authorities_difference", ("delivery", *_CELL, "value"), _authorities_difference),
    Derived("unchanged", ("delivery", *_CELL, "value"), _unchanged),
)
