"""Measures as the rules see them: with what the register and the other rows say of each.

A period that is missing between the first and the last of a series is added as a row in
which ``present`` is "no" and everything else but the series is empty.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.counting.figures import ALL
from pmf_analysis.measures.totals import below_under_structure
from pmf_analysis.quality.figure_view import state_known
from pmf_analysis.quality.printed import printed_steps
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
from pmf_analysis.quality.wholes import beyond_rounding, unattributed
from pmf_analysis.register import Register
from pmf_analysis.register.models import Indicator
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind, Polarity, State, UnitKind

ATTRIBUTES = (
    "kind",             # terms.MeasureKind of the indicator
    "measured_in",      # its unit: percent, per_10000, ...
    "has_denominator",  # yes where it is held over something
    "prints_value",     # yes where the source prints the value too
    "has_parts",        # yes where the unit has parts whose counts add up to its own
    "unit_ended",       # yes where the unit no longer exists on the as-at date
    "counted",          # yes where it is counted from records
    "has_peers",        # no where it is counted for the county alone
    "holds_the_rest",   # yes for the county, where it alone counts records that name no unit
)  # fmt: skip

_YEAR = 12
"""Periods before one that are looked at."""


def measure_view(table: pd.DataFrame, sources: Sources) -> CheckedView:
    """Measures with differences, gaps, lateness and the indicator's attributes.

    Parameters
    ----------
    table : pandas.DataFrame
        With the columns of ``tables.MEASURE``.
    sources : Sources

    Returns
    -------
    CheckedView
    """
    rows, lacking = with_derived(table.reset_index(drop=True), _DERIVED, sources)
    gaps, more = with_derived(_gap_rows(rows), _OF_GAPS, sources)
    if "present" in rows and len(gaps):
        rows = pd.concat([rows, gaps], ignore_index=True)
    return CheckedView(rows, ("indicator", "service_area"), frozenset(ATTRIBUTES), more | lacking)


def _attribute(of: Callable[[Indicator], str]) -> Callable[[pd.DataFrame, Sources], pd.Series]:
    def make(rows: pd.DataFrame, sources: Sources) -> pd.Series:
        known = {code: of(one) for code, one in sources.context.register.indicators.items()}
        return rows["indicator"].map(known).astype("str")

    return make


def _word(met: object) -> str:
    return YES if met else NO


def _has_parts(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    register = sources.context.register
    adding = {code for code, one in register.indicators.items() if one.adds_up is True}
    with_parts = {code for code in register.units if len(register.children_of(code)) > 1}
    found = rows["indicator"].isin(adding) & rows["service_area"].isin(with_parts)
    return yes_or_no(found & ~_counted_without_parts(rows, register))


def _counted_without_parts(rows: pd.DataFrame, register: Register) -> pd.Series:
    """Whether an indicator is counted for a unit, and for none of those below it."""
    below = {code: {register.units[one].kind for one in register.children_of(code)}
             for code in register.units}  # fmt: skip
    counted = {code: set(one.applies_to) for code, one in register.indicators.items()
               if one.source.records is not None}  # fmt: skip
    pairs = pd.MultiIndex.from_frame(rows[["indicator", "service_area"]].astype("str"))
    without = {
        (code, unit)
        for code, unit in pairs.unique()
        if code in counted and not counted[code] & below.get(unit, set())
    }
    return pd.Series(pairs.isin(without), index=rows.index)


def _has_peers(one: Indicator) -> str:
    return _word(one.source.records is None or set(one.applies_to) != {UnitKind.COUNTY})


def _holds_the_rest(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    register = sources.context.register
    shared = {
        code
        for code, one in register.indicators.items()
        if one.source.records is not None and set(one.applies_to) != {UnitKind.COUNTY}
    }
    county = rows["service_area"] == register.county
    return yes_or_no(county & rows["indicator"].isin(shared))


def _cases(rows: pd.DataFrame) -> pd.Series:
    """What a figure counts: its denominator, or its numerator where it has none."""
    return numbers(rows, "denominator").fillna(numbers(rows, "numerator"))


def _cases_of_all(rows: pd.DataFrame, _: Sources) -> pd.Series:
    """Cases of whole series, so that those of a cohort are not counted twice."""
    whole = (rows["holds_the_rest"] == YES) & (rows["cohort"] == ALL)
    return _cases(rows).where(whole)


def _cases_unnamed(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Of these, how many name no unit that the register knows."""
    return unattributed(rows, sources).where(rows["cases_counted"].notna())


def _unit_ended(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    on = sources.context.as_at
    units = sources.context.register.units.values()
    ended = {one.code for one in units if one.valid_to is not None and one.valid_to <= on}
    return yes_or_no(rows["service_area"].isin(ended))


def _indicator_known(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    return yes_or_no(rows["indicator"].isin(sources.context.register.indicators))


def _key_complete(rows: pd.DataFrame, _: Sources) -> pd.Series:
    return yes_or_no(filled(rows, (*SERIES, "period")))


def _given(rows: pd.DataFrame, _: Sources) -> pd.Series:
    return yes_or_no(rows["state"] != State.NOT_GIVEN.value, rows["state"].notna())


def _as_published(rows: pd.DataFrame, _: Sources) -> pd.Series:
    """Whether a value was taken over as printed: its parts are withheld or not published."""
    return yes_or_no(rows["method"].astype("str").str.startswith("as published", na=False))


def _parsed(rows: pd.DataFrame) -> dict[str, periods.ReportingPeriod]:
    codes = {str(code) for code in rows["period"].dropna().unique()}
    return {code: found for code in codes if (found := periods.try_parse(code))}


def _period_agrees(rows: pd.DataFrame, _: Sources) -> pd.Series:
    ends = {code: period.end.isoformat() for code, period in _parsed(rows).items()}
    return yes_or_no(rows["period"].map(ends) == rows["period_end"].astype("str"))


def _outside_interval(rows: pd.DataFrame, _: Sources) -> pd.Series:
    value = numbers(rows, "value")
    below, above = numbers(rows, "lower") - value, value - numbers(rows, "upper")
    outside = np.maximum(np.maximum(below, above), 0.0)
    return outside.round(9)


def _recomputed_difference(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Difference of the value to that of its numerator and denominator, as a share of it.

    Null for a value that stands as published: it is rounded, see ``printed_steps``.
    """
    multipliers = {
        code: one.multiplier for code, one in sources.context.register.indicators.items()
    }
    multiplier = rows["indicator"].map(multipliers).astype("float64")
    numerator, denominator = numbers(rows, "numerator"), numbers(rows, "denominator")
    divided = numerator / denominator.where(denominator > 0) * multiplier
    is_count = rows["kind"] == MeasureKind.COUNT.value
    recomputed = divided.where(~is_count, numerator * multiplier)
    value = numbers(rows, "value").where(rows["as_published"] == NO)
    difference = (value - recomputed).abs() / recomputed.abs().clip(lower=1.0)
    return difference.round(9)


def _periods_behind(rows: pd.DataFrame, _: Sources) -> pd.Series:
    """Periods by which the last of a series lies before the indicator's last; on that row."""
    behind = pd.Series(np.nan, index=rows.index, dtype="float64")
    parsed = _parsed(rows)
    known = rows[rows["period"].isin(parsed)]
    days = {code: period.end.toordinal() for code, period in parsed.items()}
    ends = known["period"].map(days).astype("int64")
    last = known.loc[ends.groupby([known[name] for name in SERIES]).idxmax()]
    units_of = known.groupby("indicator")["service_area"].nunique()
    # with one unit there is nothing to be held against
    last = last[last["indicator"].map(units_of) > 1]
    newest = ends.groupby(known["indicator"]).max()[last["indicator"]].to_numpy()
    pairs = list(zip(last["period"].tolist(), newest.tolist(), strict=True))
    steps = {
        (code, end): periods.steps_between(parsed[code], _period_ending(parsed, parsed[code], end))
        for code, end in set(pairs)
    }
    behind[last.index] = [float(steps[pair]) for pair in pairs]
    return behind


def _period_ending(
    parsed: dict[str, periods.ReportingPeriod], like: periods.ReportingPeriod, end: int
) -> periods.ReportingPeriod:
    ending = [period for period in parsed.values() if period.end.toordinal() == end]
    return next((one for one in ending if one.frequency is like.frequency), ending[0])


def _repeats_last(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Whether numerator and denominator are those of the period before, digit for digit."""
    smallest = float(sources.rules.values["repeated_from"])
    in_order = rows.sort_values([*SERIES, "period_end"], kind="stable")
    series = [in_order[name] for name in SERIES]
    numerator, denominator = numbers(in_order, "numerator"), numbers(in_order, "denominator")
    before = numerator.groupby(series).shift()
    under = denominator.groupby(series).shift()
    same = (numerator == before) & ((denominator == under) | (denominator.isna() & under.isna()))
    ended = in_order["period_end"].groupby(series).shift()
    asked = before.notna() & (numerator >= smallest) & (ended != in_order["period_end"])
    return yes_or_no(same, asked).reindex(rows.index)


def _parts_difference(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """How far a unit's numerator lies from the sum of its parts', beyond rounding.

    Of what is counted from records the denominator is held against its parts too, and records
    that name no unit explain a difference as large as they are.

    Parts are the units that stood directly below it at the period's end, or for units as they
    are now those that do today. Null where a part that the indicator is given for has no
    number.
    """
    keys = ["indicator", "cohort", "period"]
    below = below_under_structure(sources.context)
    tables = rows["indicator"].map(_counting_tables(sources)).astype("str").fillna("")
    names = ["numerator"]
    counted = (rows["counted"] == YES).to_numpy(dtype=bool)
    if counted.any() and "denominator" in rows:
        names.append("denominator")
    rest = unattributed(rows, sources)
    # of what is counted from records one part alone proves as much as several
    least_parts = pd.Series(np.where(counted, 1, 2), index=rows.index)
    found = [
        beyond_rounding(
            rows, keys, name, below, sources, tables, all_registered=False,
            rest=(_least_rest(rows, name, rest), _most_rest(rows, name, rest, sources)),
            least_parts=least_parts,
        )
        for name in names
    ]  # fmt: skip
    worst = pd.concat(found, axis=1).max(axis=1).where(counted, found[0])
    return worst.where(rows["has_parts"] == YES)


def _least_rest(rows: pd.DataFrame, name: str, rest: pd.Series) -> pd.Series:
    """Every case is in the denominator; any number of them may be in a numerator."""
    if name != "numerator" or "denominator" not in rows:
        return rest
    return rest.where(numbers(rows, "denominator").isna(), 0.0)


def _most_rest(
    rows: pd.DataFrame, name: str, rest: pd.Series, sources: Sources
) -> pd.Series:  # fmt: skip
    """Where amounts are added up, a case can add any."""
    amounts = {
        code
        for code, one in sources.context.register.indicators.items()
        if one.source.records is not None and one.source.records.total is not None
    }
    any_amount = rows["indicator"].isin(amounts) & (rest > 0) & (name == "numerator")
    return rest.where(~any_amount, np.inf)


def _counting_tables(sources: Sources) -> dict[str, str]:
    """The first table that an indicator's numerator is counted in."""
    return {
        code: next((each.table for each in one.source.all if each.numerator), "")
        for code, one in sources.context.register.indicators.items()
    }


def _purpose_stated(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    stated = {
        code: _word(one.description.strip() and one.owner.strip())
        for code, one in sources.context.register.indicators.items()
    }
    return rows["indicator"].map(stated).astype("str")


def _level_agreed(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    register, on = sources.context.register, sources.context.as_at

    def agreed(indicator: str, unit: str) -> str | None:
        if indicator not in register.indicators:
            return None
        neutral = register.indicators[indicator].polarity is Polarity.NEUTRAL
        return _word(neutral or register.target_at(indicator, unit, on)[0] is not None)

    columns = (rows[name].to_numpy(dtype=object) for name in ("indicator", "service_area"))
    pairs = list(zip(*columns, strict=True))
    known = {pair: agreed(*pair) for pair in set(pairs) if all(isinstance(x, str) for x in pair)}
    return pd.Series([known.get(pair) for pair in pairs], index=rows.index, dtype="str")


def _present(rows: pd.DataFrame, _: Sources) -> pd.Series:
    """Yes on every row of a series of two or more periods; with one there is no gap to find."""
    several = rows.groupby(list(SERIES))["period"].transform("nunique") > 1
    return yes_or_no(pd.Series(True, index=rows.index), several)


def _has_cases(rows: pd.DataFrame, sources: Sources) -> pd.Series:
    """Whether there is any case in a period, asked where the year before always had several."""
    least = float(sources.rules.values.get("silent_from", np.inf))
    in_order = rows.sort_values([*SERIES, "period_end"], kind="stable")
    cases = _cases(in_order)
    series = in_order.groupby(list(SERIES), sort=False).ngroup().to_numpy()
    before = _least_of_year(cases.to_numpy(dtype=float), series)
    return yes_or_no(cases > 0, cases.notna() & (before >= least)).reindex(rows.index)


def _least_of_year(cases: NDArray[np.float64], series: NDArray[np.int64]) -> NDArray[np.float64]:
    """The least of the `_YEAR` periods before each, in rows by series; NaN with fewer."""
    least = np.full(len(cases), np.nan)
    if len(cases) > _YEAR:
        years = np.lib.stride_tricks.sliding_window_view(cases, _YEAR)[:-1]
        alike = series[:-_YEAR] == series[_YEAR:]
        least[_YEAR:] = np.where(alike, years.min(axis=1), np.nan)
    return least


def _gap_rows(rows: pd.DataFrame) -> pd.DataFrame:
    columns = [*SERIES, "period", "present"]
    if not {*SERIES, "period", "present"} <= set(rows.columns):
        return pd.DataFrame(columns=columns, dtype="str")
    parsed = _parsed(rows)
    held = rows.loc[rows["period"].isin(parsed), [*SERIES, "period"]].dropna()
    series = held.groupby(list(SERIES), sort=True).ngroup().to_numpy()
    codes, known = pd.factorize(held["period"])
    present = np.zeros((series.max(initial=-1) + 1, len(known)), dtype=bool)
    present[series, codes] = True
    patterns, pattern_of = np.unique(present, axis=0, return_inverse=True)
    missing = [_missing(set(known[pattern]), parsed) for pattern in patterns]
    _, first = np.unique(series, return_index=True)
    names = zip(*(held[name].iloc[first].tolist() for name in SERIES), strict=True)
    found = [
        (*named, code, NO)
        for named, pattern in zip(names, pattern_of.tolist(), strict=True)
        for code in missing[pattern]
    ]
    return pd.DataFrame(found, columns=columns, dtype="str")


def _missing(codes: set[str], parsed: dict[str, periods.ReportingPeriod]) -> list[str]:
    held = [parsed[code] for code in codes]
    first = min(held)
    alike = [period for period in held if period.frequency is first.frequency]
    expected = periods.sequence(first, max(alike))
    return [period.code for period in expected if period.code not in codes]


_OF_INDICATOR = (
    Derived("kind", ("indicator",), _attribute(lambda one: one.kind.value)),
    Derived("measured_in", ("indicator",), _attribute(lambda one: one.unit)),
    Derived(
        "has_denominator", ("indicator",),
        _attribute(lambda one: _word(any(each.denominator for each in one.source.all))),
    ),
    Derived(
        "prints_value", ("indicator",),
        _attribute(lambda one: _word(any(each.value for each in one.source.all))),
    ),
    Derived("has_parts", ("indicator", "service_area"), _has_parts),
    Derived("unit_ended", ("service_area",), _unit_ended),
    Derived(
        "counted", ("indicator",), _attribute(lambda one: _word(one.source.records is not None))
    ),
    Derived("has_peers", ("indicator",), _attribute(_has_peers)),
    Derived("holds_the_rest", ("indicator", "service_area"), _holds_the_rest),
)  # fmt: skip
_OF_GAPS = _OF_INDICATOR
_NUMBERS = ("numerator", "denominator", "value")
_DERIVED = (
    *_OF_INDICATOR,
    Derived("indicator_known", ("indicator",), _indicator_known),
    Derived("key_complete", (*SERIES, "period"), _key_complete),
    Derived("state_known", ("state",), state_known),
    Derived("given", ("state",), _given),
    Derived("as_published", ("method",), _as_published),
    Derived("period_agrees", ("period", "period_end"), _period_agrees),
    Derived("outside_interval", ("value", "lower", "upper"), _outside_interval),
    Derived("recomputed_difference", ("kind", "as_published", *_NUMBERS), _recomputed_difference),
    Derived(
        "printed_steps",
        (*SERIES, "period", "deliveries", "as_published", *_NUMBERS),
        printed_steps,
    ),
    Derived("periods_behind", (*SERIES, "period"), _periods_behind),
    Derived("repeats_last", (*SERIES, "period_end", *_NUMBERS), _repeats_last),
    Derived(
        "parts_difference",
        ("has_parts", "counted", *SERIES, "period", "numerator"),
        _parts_difference,
    ),
    Derived(
        "cases_counted",
        (*SERIES, "period", "numerator", "denominator", "holds_the_rest"),
        _cases_of_all,
    ),
    Derived("cases_unnamed", ("cases_counted", *SERIES, "period"), _cases_unnamed),
    Derived("purpose_stated", ("indicator",), _purpose_stated),
    Derived("level_agreed", ("indicator", "service_area"), _level_agreed),
    Derived("present", (*SERIES, "period"), _present),
    Derived("has_cases", (*SERIES, "period_end", "numerator", "denominator"), _has_cases),
)
