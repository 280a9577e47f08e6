"""What else is known of a date at which a series changed its level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.register import lineage
from pmf_analysis.register.registry import Context
from pmf_analysis.studies import Known
from pmf_analysis.tables import of_everyone

_MOST_NAMED = 3


def with_known(table: pd.DataFrame, known: Known, context: Context, near: int) -> pd.DataFrame:
    """Add what is on record at each date: actions and changes of units.

    Parameters
    ----------
    table : pandas.DataFrame
        With the series, ``period`` and ``number`` of it.
    known : Known
    context : Context
    near : int
        Periods apart, within which two dates are the same.

    Returns
    -------
    pandas.DataFrame
        With ``recorded``, a list of words, and ``on_record``, whether it holds any.
    """
    actions = _actions(known)
    words = []
    for row in table.to_dict("records"):
        days = _days(row, near)
        words.append([*_of_actions(row, actions, days, context), *_of_units(row, days, context)])
    recorded = pd.Series(words, index=table.index, dtype=object)
    return table.assign(recorded=recorded, on_record=recorded.map(bool))


def told(table: pd.DataFrame, context: Context, near: int) -> list[str]:
    """All that is known of each date, in words: on record, and changed at the same time.

    Parameters
    ----------
    table : pandas.DataFrame
        From `with_known`; its rows are what changed.
    context : Context
    near : int

    Returns
    -------
    list of str
        Empty where nothing is known.
    """
    said = []
    for row in table.to_dict("records"):
        parts = (
            *row["recorded"],
            *_of_breaks(row, _days(row, near), context),
            *_of_others(row, table, near, context),
        )
        said.append(". ".join(part[:1].upper() + part[1:] for part in parts))
    return said


def _days(row: dict, near: int) -> tuple[date, date]:
    """First and last day of what counts as the same date."""
    span = periods.parse(str(row["period"]))
    return periods.shift(span, -near).start, periods.shift(span, near).end


def _actions(known: Known) -> pd.DataFrame:
    """Actions that were not withdrawn, each once; none where no such records were delivered."""
    rows = known.records.get("action")
    if rows is None or rows.empty:
        return pd.DataFrame(columns=["indicator", "unit_code", "on"])
    held = rows[~rows["withdrawn"].astype(bool) & rows["event_date"].notna()]
    return held.assign(on=pd.to_datetime(held["event_date"]).dt.date)


def _of_actions(
    row: dict, actions: pd.DataFrame, days: tuple[date, date], context: Context
) -> Iterator[str]:
    actions = actions[actions["indicator"] == row["indicator"]]
    if actions.empty:
        return
    held, unit = context.register, str(row["service_area"])
    near = {unit, *lineage.ancestors(unit, held.moves_of, held.units, days[1])}
    near |= {
        code for code in held.units
        if unit in lineage.ancestors(code, held.moves_of, held.units, days[1])
    }  # fmt: skip
    for action in actions[actions["unit_code"].isin(near)].sort_values("on").itertuples():
        if days[0] <= action.on <= days[1]:
            place = held.units[action.unit_code].name
            yield f"an action of {place} on this began on {periods.format_date(action.on)}"


def _of_units(row: dict, days: tuple[date, date], context: Context) -> Iterator[str]:
    held = context.register
    unit = held.units.get(str(row["service_area"]))
    if unit is not None and unit.valid_from and days[0] <= unit.valid_from <= days[1]:
        yield f"{unit.name} began on {periods.format_date(unit.valid_from)}"
    for move in held.unit_moves:
        inside = unit is not None and (
            move.unit == unit.code or unit.code in (move.parent_before, held.parent_of(move.unit))
        )
        if inside and days[0] <= move.moved_on <= days[1]:
            yield f"{held.units[move.unit].name} moved on {periods.format_date(move.moved_on)}"


def _of_breaks(row: dict, days: tuple[date, date], context: Context) -> Iterator[str]:
    """Breaks of other series that hold for this unit or this indicator."""
    codes = {
        one.indicator
        for one in context.register.breaks
        if one.kind.stops_comparison
        and one.unit == row["service_area"]
        and one.indicator not in ("*", row["indicator"])
        and days[0] <= periods.parse(one.period).start <= days[1]
    }
    if codes:
        yield f"a break is registered then for {_names(codes, context)} here"


def _of_others(row: dict, table: pd.DataFrame, near: int, context: Context) -> Iterator[str]:
    """Other indicators of the unit, and the indicator elsewhere, that changed at that date."""
    held, unit = context.register, str(row["service_area"])
    then = of_everyone(table[(table["number"] - row["number"]).abs() <= near])
    here = set(then.loc[then["service_area"] == unit, "indicator"]) - {row["indicator"]}
    if here:
        yield f"also changed here then: {_names(here, context)}"
    own = {
        unit,
        *lineage.ancestors(unit, held.moves_of, held.units, periods.parse(row["period"]).end),
    }
    others = {
        str(code)
        for code in then.loc[then["indicator"] == row["indicator"], "service_area"]
        if code not in own
        and unit
        not in lineage.ancestors(
            str(code), held.moves_of, held.units, periods.parse(row["period"]).end
        )
    }
    if others:
        units = [held.units[code].name for code in sorted(others)]
        yield f"it also changed then in {_some(units)}"


def _names(codes: Iterable[str], context: Context) -> str:
    return _some([context.register.indicator(code).label for code in sorted(codes)])


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    if more <= 0:
        return formats.listed(names)
    return formats.listed([*names[:_MOST_NAMED], f"{more} more"])
