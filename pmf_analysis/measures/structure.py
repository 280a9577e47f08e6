"""Figures of the past under the units of today.

As they were then, every figure stands with the unit that it was delivered for: nothing is
added, and nothing delivered is replaced. As they are now, counts follow the units: what a
unit did that ended passes to the one that followed it, and an area's past is added up again
from the parts that it has today. Numerators and denominators are added, never values, and
only where the indicator's parts add up. Where a number would have to be guessed there is
none, and ``method`` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from pmf_analysis import formats, periods
from pmf_analysis.measures.known import REASONS
from pmf_analysis.measures.totals import why_not_added
from pmf_analysis.measures.values import Confidence, values_of
from pmf_analysis.register import Context, Register
from pmf_analysis.register.lineage import changed_by, forerunners, heirs
from pmf_analysis.register.models import Indicator, Unit
from pmf_analysis.terms import MeasureKind, State, Structure

# the least final first: a sum is no more final than its least final part
_NUMBERS = (State.FINAL, State.REVISED, State.LOW_RELIABILITY, State.PROVISIONAL)

_REASONS = np.array(["", *(reason.value for reason in REASONS)], dtype=object)
_ADDED = "added"

Row = dict[str, object]
_Place = tuple[str, str]
"""Cohort and period."""


def under_structure(
    measures: pd.DataFrame, indicator: Indicator, context: Context, rule: Confidence
) -> pd.DataFrame:
    """Place the figures of one indicator with the units that they are asked for.

    Parameters
    ----------
    measures : pandas.DataFrame
        Measure rows of one indicator without the ``shown_`` columns, one row for each unit,
        cohort and period.
    indicator : Indicator
    context : Context
        As they are now means on its as-at date.
    rule : Confidence
        For the intervals of added figures.

    Returns
    -------
    pandas.DataFrame
        The same rows where figures stand as then. As they are now:

        - a unit that ended and whose only heir, directly or through others, is a unit of
          today has its rows added to that unit's, and none of its own any more; not so where
          the heir also took in a part of a divided unit, whose share of the past nobody knows;
        - a unit that was divided keeps its rows, and those that followed it say for the same
          periods why they have no figure (*not applicable*, since they did not exist);
        - for periods that begin before a move, the units on both sides of it are added up
          from the parts that they have today.

        Where parts do not add up, or one of them has no number, the state says so.
        Figures counted from records stand as they are: each record was counted to the units
        of today already.
    """
    if context.structure is not Structure.AS_NOW or measures.empty or indicator.source.records:
        return measures
    plan = _Plan.of(context)
    if not plan.anything:
        return measures
    touched = measures["service_area"].isin(plan.units)
    held = _Held.of(measures[touched])
    for heir in plan.joined:
        _join(held, heir, plan, indicator)
    for heir in plan.begun:
        _say_where_history_starts(held, heir, plan)
    for whole in plan.moved:
        _add_again(held, whole, plan, indicator)
    found = _as_table(held, measures, indicator, rule)
    return pd.concat([measures[~touched], found], ignore_index=True)


@dataclass(frozen=True)
class _Plan:
    """What changed between the units of the past and those of the as-at date.

    Attributes
    ----------
    register : Register
    on : date
    joined : dict of str to tuple of str
        Units of today to those whose past becomes theirs.
    begun : dict of str to tuple of str
        Units of today that followed a divided one, to all that they followed.
    moved : dict of str to date
        Units that gained or lost a part, the lowest first, to the date of the last change.
    """

    register: Register
    on: date
    joined: dict[str, tuple[str, ...]]
    begun: dict[str, tuple[str, ...]]
    moved: dict[str, date]

    @classmethod
    def of(cls, context: Context) -> _Plan:
        register, on = context.register, context.as_at
        joined, begun = {}, {}
        for heir, before in forerunners(register.units, on).items():
            whole = all(len(heirs(code, register.units, on)) == 1 for code in before)
            (joined if whole else begun)[heir] = before
        return cls(register, on, joined, begun, _moved(register, on))

    @property
    def anything(self) -> bool:
        return bool(self.joined or self.begun or self.moved)

    @property
    def units(self) -> set[str]:
        """Every unit whose rows are read or changed."""
        found = {
            one
            for part in (self.joined, self.begun)
            for pair in part.items()
            for one in (pair[0], *pair[1])
        }
        return found | {one for whole in self.moved for one in (whole, *self.parts_now(whole))}

    def unit(self, code: str) -> Unit:
        """The unit of a code."""
        return self.register.units[code]

    def parts_now(self, whole: str) -> dict[str, bool]:
        """Units whose past belongs to a whole of today; False where it does only in part."""
        units, found = self.register.units, {}
        for code, unit in sorted(units.items()):
            if unit.members:
                continue
            after = heirs(code, units, self.on)
            homes = {self.register.parent_of(one, self.on) for one in after}
            if whole in homes:
                found[code] = len(homes) == 1
        return found


def _moved(register: Register, on: date) -> dict[str, date]:
    """Units on either side of a move up to a date, the lowest first, with the last such date."""
    found: dict[str, date] = {}
    for move in register.unit_moves:
        if move.moved_on <= on:
            for code in changed_by(move, register.moves_of, register.units):
                found[code] = max(move.moved_on, found.get(code, date.min))

    def height(code: str) -> int:
        below = register.children_of(code, on)
        return 1 + max(map(height, below), default=0)

    return {code: found[code] for code in sorted(found, key=lambda code: (height(code), code))}


@dataclass(frozen=True)
class _Held:
    """Rows by unit, then cohort and period; the plan is carried out on them."""

    rows: dict[str, dict[_Place, Row]]

    @classmethod
    def of(cls, measures: pd.DataFrame) -> _Held:
        rows: dict[str, dict[_Place, Row]] = {}
        for row in measures.to_dict("records"):
            rows.setdefault(row["service_area"], {})[row["cohort"], row["period"]] = row
        return cls(rows)

    def of_unit(self, code: str) -> dict[_Place, Row]:
        return self.rows.setdefault(code, {})

    def at(self, code: str, place: _Place) -> Row | None:
        return self.rows.get(code, {}).get(place)

    def first(self, codes: Iterable[str], place: _Place) -> Row:
        """The first row that there is, for the keys and the delivery of one without a number."""
        return next(row for code in codes if (row := self.at(code, place)) is not None)

    def places(self, codes: Iterable[str]) -> list[_Place]:
        """Cohorts and periods of which any of the units has a row."""
        return sorted({place for code in codes for place in self.rows.get(code, {})})


def _join(held: _Held, heir: str, plan: _Plan, indicator: Indicator) -> None:
    """Add the rows of units that ended to those of the one unit that followed them."""
    own, before = held.of_unit(heir), plan.joined[heir]
    found = {}
    for place in held.places((heir, *before)):
        start, end = _days(place)
        counts = any(
            plan.unit(code).holds_in(start, end) or _has_number(held.at(code, place))
            for code in before
        )
        # a figure delivered for the unit itself, from before it began, is left as it is
        given = _has_number(own.get(place)) and not plan.unit(heir).holds_in(start, end)
        if counts and not given:
            found[place] = _sum_of((heir, *before), place, heir, held, plan, indicator)
    own.update(found)
    for code in before:
        held.rows.pop(code, None)


def _say_where_history_starts(held: _Held, heir: str, plan: _Plan) -> None:
    """Say for the periods before a unit began why it has no figure."""
    unit, before = plan.unit(heir), plan.begun[heir]
    if unit.valid_from is None:
        return
    divided = [code for code in before if len(heirs(code, plan.register.units, plan.on)) > 1]
    words = (
        f"history starts on {periods.format_date(unit.valid_from)}: "
        f"{formats.listed([plan.unit(code).name for code in divided])} was divided, and its "
        "figures do not say which part is whose"
    )
    own = held.of_unit(heir)
    for place in held.places(before):
        if _days(place)[1] < unit.valid_from and not _has_number(own.get(place)):
            model = held.first((heir, *before), place)
            own[place] = _without_number(model, heir, State.NOT_APPLICABLE, words)


def _add_again(held: _Held, whole: str, plan: _Plan, indicator: Indicator) -> None:
    """Add up a unit's past from the parts that it has today."""
    parts = plan.parts_now(whole)
    found = {}
    for place in held.places((whole, *parts)):
        if _days(place)[0] >= plan.moved[whole]:
            continue
        shared = [code for code, wholly in parts.items() if not wholly and held.at(code, place)]
        if shared:
            words = f"not added up: {plan.unit(shared[0]).name} was divided between units"
            model = held.first((whole, *parts), place)
            found[place] = _without_number(model, whole, State.NOT_GIVEN, words)
        else:
            found[place] = _sum_of(tuple(parts), place, whole, held, plan, indicator)
    held.of_unit(whole).update(found)


def _sum_of(
    codes: Sequence[str], place: _Place, to: str, held: _Held, plan: _Plan, indicator: Indicator
) -> Row:
    """The row of a unit as the sum of some units' rows, or the reason why there is none."""
    model = held.first((to, *codes), place)
    there = _counted(codes, place, held, plan)
    names = [plan.unit(code).name for code in there]
    if not there:
        words = f"not added up: no figures of the units that make up {plan.unit(to).name}"
        return _without_number(model, to, State.NOT_GIVEN, words)
    rows = [held.at(code, place) for code in there]
    if len(rows) == 1 and rows[0] is not None:
        return {**rows[0], "service_area": to}
    unable = why_not_added(indicator)
    if unable:
        return _without_number(model, to, State.NOT_GIVEN, unable)
    lacking = [number for number, row in enumerate(rows) if not _has_parts(row, indicator)]
    if lacking:
        row = rows[lacking[0]]
        state = State.NOT_GIVEN if row is None or _has_number(row) else State(str(row["state"]))
        words = f"not added up: no count of {formats.listed([names[one] for one in lacking])}"
        return _without_number(model, to, state, words)
    return _added([row for row in rows if row is not None], to, names)


def _counted(codes: Sequence[str], place: _Place, held: _Held, plan: _Plan) -> list[str]:
    """Units of which a sum needs the row.

    Of those that the indicator is given for, each that existed in the period, and each that
    has a number all the same.
    """
    start, end = _days(place)
    return [
        code
        for code in codes
        if any(cohort == place[0] for cohort, _ in held.rows.get(code, {}))
        and (plan.unit(code).holds_in(start, end) or _has_number(held.at(code, place)))
    ]


def _added(rows: Sequence[Row], to: str, names: Sequence[str]) -> Row:
    """Counts added up; the value follows from them later, with all others."""
    states = [row["state"] for row in rows if row["state"] in _NUMBERS]
    worst = max((_NUMBERS.index(State(str(state))) for state in states), default=0)
    delivered = {one for row in rows for one in str(row["deliveries"]).split(";") if one}
    return {
        **rows[0],
        "service_area": to,
        "numerator": sum(float(row["numerator"]) for row in rows),
        "denominator": sum(float(row["denominator"]) for row in rows),
        "state": _NUMBERS[worst].value,
        "vintage": max(str(row["vintage"]) for row in rows),
        "deliveries": ";".join(sorted(delivered)),
        _ADDED: f"; added up from {formats.listed(list(names))}",
    }


def _without_number(model: Row, unit: str, state: State, words: str) -> Row:
    nothing = dict.fromkeys(("numerator", "denominator", "value", "lower", "upper"), np.nan)
    return {**model, **nothing, "service_area": unit, "state": state.value, "method": words}


def _has_number(row: Row | None) -> bool:
    return row is not None and not np.isnan(float(row["value"]))


def _has_parts(row: Row | None, indicator: Indicator) -> bool:
    """Whether a row has the counts that its value is made of; a median is made of none."""
    if row is None or indicator.kind is MeasureKind.MEDIAN or np.isnan(float(row["numerator"])):
        return False
    return indicator.kind is MeasureKind.COUNT or not np.isnan(float(row["denominator"]))


def _days(place: _Place) -> tuple[date, date]:
    period = periods.parse(place[1])
    return period.start, period.end


def _as_table(
    held: _Held, like: pd.DataFrame, indicator: Indicator, rule: Confidence
) -> pd.DataFrame:
    """The rows as a table, with the values of those that were added up."""
    rows = [held.rows[code][place] for code in sorted(held.rows) for place in held.places((code,))]
    found = pd.DataFrame(rows, columns=[*like.columns, _ADDED])
    summed = found[_ADDED].notna().to_numpy()
    top, bottom = (found.loc[summed, name].to_numpy(float) for name in ("numerator", "denominator"))
    values = values_of(indicator, top, bottom, np.zeros(len(top), dtype=np.int8), rule)
    states = found.loc[summed, "state"].to_numpy(object)
    found.loc[summed, "value"] = values.value
    found.loc[summed, "lower"] = values.lower
    found.loc[summed, "upper"] = values.upper
    found.loc[summed, "state"] = np.where(values.reason == 0, states, _REASONS[values.reason])
    found.loc[summed, "method"] = values.method + found.loc[summed, _ADDED].to_numpy(object)
    return found.loc[:, list(like.columns)].astype(like.dtypes.to_dict())
