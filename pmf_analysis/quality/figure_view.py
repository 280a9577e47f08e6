"""Figures as the rules see them: one row for each delivered cell."""

from __future__ import annotations

import pandas as pd

from pmf_analysis import periods
from pmf_analysis.quality.views import (
    NO,
    CheckedView,
    Derived,
    Sources,
    filled,
    numbers,
    with_derived,
    yes_or_no,
)
from pmf_analysis.terms import State

DELIVERED_STATES = tuple(state.value for state in State if state is not State.FORECAST)

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
    return CheckedView(rows, ("table", "service_area"), frozenset({"deliveries_held"}), lacking)


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
    """Tables and columns that numerators and denominators are taken from."""
    found = set()
    for indicator in sources.context.register.indicators.values():
        source = indicator.source.published
        found |= {(source.table, column) for column in source.numerator}
        if source.denominator:
            found.add((source.denominator.table or source.table, source.denominator.column))
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
    Derived("unchanged", ("delivery", *_CELL, "value"), _unchanged),
)
