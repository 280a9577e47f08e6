"""Indicators counted from records, as figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import tables
from pmf_analysis.counting import conditions
from pmf_analysis.counting.attribution import Named, named_units
from pmf_analysis.counting.cases import Cases, Months, cases_of
from pmf_analysis.counting.columns import Records
from pmf_analysis.counting.counts import Weights, add_up
from pmf_analysis.counting.coverage import LOG, covered_months, months_counted
from pmf_analysis.counting.definitions import Fields, counted_indicators, tables_of
from pmf_analysis.counting.places import Chains, Places
from pmf_analysis.errors import RegisterError, TableError
from pmf_analysis.register import Context
from pmf_analysis.register.models import COUNTED, Indicator
from pmf_analysis.terms import MeasureKind, State, UnitKind
from pmf_analysis.working_days import RULE_SET, WorkingDays

ALL = "all"
UNATTRIBUTED = "unattributed"
"""Column with the records of a month that name no unit and count in the county alone."""


@dataclass(frozen=True)
class _Part:
    """Figures of one indicator and cohort and column, each of shape (n,)."""

    breakdown: str
    cohort: str
    column: str
    unit: NDArray[np.int64]
    month: NDArray[np.int64]
    value: NDArray[np.float64]
    months: Months


def count(records: Mapping[str, pd.DataFrame], context: Context, delivery: str) -> pd.DataFrame:
    """Count every indicator that the register defines from records.

    Parameters
    ----------
    records : mapping of str to pandas.DataFrame
        Tables as known on the as-at date, one row a record (`known_records`), with
        ``extract_log``, which says from when to when each table is covered.
    context : Context
        Register, date, and whether records of the past count to the units as they were then
        or as they are now.
    delivery : str
        What the figures name as their delivery.

    Returns
    -------
    pandas.DataFrame
        ``tables.FIGURE`` of the table ``counted``; ``breakdown`` is the indicator's code,
        ``column`` is ``numerator`` or ``denominator`` (none for a count), ``line`` numbers the
        rows. For every unit of the kinds that the indicator applies to, cohort and month:

        - months that the log covers to their end, with ``history`` months before them;
        - months in which the unit existed (for a stock: on the last day);
        - units that have a record in some month, and for these each month, with 0 where
          there was none.

        Records of a month that name no unit count in the county alone; how many they were
        stands in a row of the county with the column ``unattributed`` and the breakdown
        ``<code> | unattributed``. An indicator of which a table is not there is not counted,
        see `why_not_counted`.

    Raises
    ------
    TableError
        If there is no ``extract_log``, or a table lacks a column that a definition names.
    RegisterError
        If a definition holds an unknown condition (`validate` says where).
    """
    indicators = counted_indicators(context.register)
    if not indicators:
        return _figures([], (), delivery)
    counting = _Counting.of(records, context)
    parts = [part for one in indicators for part in counting.parts(one)]
    return _figures(parts, counting.codes, delivery)


def why_not_counted(records: Mapping[str, pd.DataFrame], context: Context) -> dict[str, str]:
    """Why indicators have no figure at all, by code; those that were counted are not named.

    Raises
    ------
    TableError
        If there is no ``extract_log``.
    """
    indicators = counted_indicators(context.register)
    counting = _Counting.of(records, context) if indicators else None
    said = {one.code: counting.why_not(one) for one in indicators if counting}
    return {code: words for code, words in said.items() if words}


@dataclass(frozen=True)
class _Counting:
    """One count of everything."""

    records: Records
    fields: Fields
    places: Places
    covered: dict[str, frozenset[int]]

    @classmethod
    def of(cls, records: Mapping[str, pd.DataFrame], context: Context) -> _Counting:
        if LOG not in records:
            raise TableError(
                f"No delivery holds the table {LOG}",
                "a row for each extract of a table, with table_name, covers_from and covers_to, "
                "since only months that records cover can be counted",
                f"Deliver the table {LOG} with the extracts",
            )
        rules = context.register

        def working_days() -> WorkingDays:
            return WorkingDays.of(rules.rule_set(RULE_SET).values)

        fields = {name: dict.fromkeys(map(str, table)) for name, table in records.items()}
        held = Records(records, working_days)
        return cls(held, fields, Places(context), covered_months(records[LOG]))

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(unit.code for unit in self.places.units)

    def months(self, indicator: Indicator) -> Months:
        source = indicator.source.records
        assert source is not None
        return months_counted(self.covered, tables_of(indicator, self.fields), source.history)

    def why_not(self, indicator: Indicator) -> str:
        wanted = tables_of(indicator, self.fields)
        missing = [name for name in wanted if name not in self.fields]
        if missing:
            return f"no delivery holds records of {', '.join(missing)}"
        if not len(self.months(indicator)):
            source = indicator.source.records
            before = f" with {source.history} months before it" if source and source.history else ""
            return f"{LOG} covers no whole month of {', '.join(wanted)}{before}"
        return ""

    def parts(self, indicator: Indicator) -> Iterator[_Part]:
        source = indicator.source.records
        assert source is not None
        try:
            unable = self.why_not(indicator)
        except RegisterError as error:
            where = f"indicators/{indicator.code}.yml, source.records"
            raise RegisterError(f"{where}: {error.given}", error.expected, error.do) from error
        if unable:
            return
        months = self.months(indicator)
        cases = _meeting(source.where, cases_of(source, self.records, months))
        holders = self.places.below(source.held_by) if source.held_by else ()
        named = named_units(indicator, cases, months, self.fields, holders)
        codes = named.codes
        chains = self.places.chains(codes.codes, codes.labels, cases.on[named.case])
        everyone = _weights(indicator, cases)
        cohorts = {name: one.where for name, one in sorted(source.cohorts.items())}
        for cohort, tests in {ALL: (), **cohorts}.items():
            chosen = np.ones(len(cases), dtype=bool)
            for test in tests:
                chosen &= conditions.holds(test, cases)
            weights = everyone.within(chosen)
            found = add_up(weights, cases.month, named, chains, (len(self.codes), len(months)))
            wanted = self._wanted(indicator, months) & (found.denominator.sum(axis=1) > 0)[:, None]
            unit, month = np.nonzero(wanted)
            columns = {"numerator": found.numerator, "denominator": found.denominator}
            if indicator.kind is MeasureKind.COUNT:
                columns = {"numerator": found.denominator}
            for column, values in columns.items():
                yield _Part(
                    indicator.code, cohort, column, unit, month, values[unit, month], months
                )
            yield from self._unattributed(indicator, cohort, weights, cases, named, chains, months)

    def _wanted(self, indicator: Indicator, months: Months) -> NDArray[np.bool_]:
        """Units of the kinds that an indicator applies to, in months in which they exist."""
        source = indicator.source.records
        assert source is not None
        there = self.places.existing(months.periods, at_end=not source.at)
        kinds = [unit.kind in indicator.applies_to for unit in self.places.units]
        return there & np.array(kinds, dtype=bool)[:, None]

    def _unattributed(
        self, indicator: Indicator, cohort: str, weights: Weights, cases: Cases, named: Named,
        chains: Chains, months: Months,
    ) -> Iterator[_Part]:  # fmt: skip
        """How many records of each month name no unit, where some did."""
        if set(indicator.applies_to) == {UnitKind.COUNTY}:
            return
        lost = np.unique(named.case[~chains.known & weights.denominator[named.case]])
        found = np.bincount(cases.month[lost], minlength=len(months)).astype(np.float64)
        month = np.flatnonzero(found)
        if len(month):
            county = self.places.number[self.places.context.register.county]
            breakdown = f"{indicator.code} | {UNATTRIBUTED}"
            unit = np.full(len(month), county)
            yield _Part(breakdown, cohort, UNATTRIBUTED, unit, month, found[month], months)


def _meeting(tests: tuple[dict, ...], cases: Cases) -> Cases:
    for test in tests:
        cases = cases.where(conditions.holds(test, cases))
    return cases


def _weights(indicator: Indicator, cases: Cases) -> Weights:
    source = indicator.source.records
    assert source is not None
    children = source.count == "children"
    entity = cases.children() if children else cases.row
    counts = np.ones(len(cases), dtype=bool)
    if source.total is not None:
        added = conditions.amount(source.total, cases)
        # what cannot be measured is no part of a mean
        counts = ~np.isnan(added)
        return Weights(entity, counts, np.where(counts, added, 0.0), True, children)
    met = counts.copy()
    for test in source.numerator:
        met &= conditions.holds(test, cases)
    return Weights(entity, counts, met.astype(np.float64), False, children)


def _figures(parts: list[_Part], codes: tuple[str, ...], delivery: str) -> pd.DataFrame:
    """The parts as one table of figures."""
    sizes = [len(part.value) for part in parts]
    value = np.concatenate([part.value for part in parts]) if parts else np.zeros(0)
    months = sorted({one.code for part in parts for one in part.months.periods})
    place = {code: at for at, code in enumerate(months)}
    unit = [part.unit for part in parts]
    month = [
        np.array([place[one.code] for one in part.months.periods], dtype=np.int64)[part.month]
        for part in parts
    ]
    held: dict[str, object] = {
        "delivery": _repeated([delivery], [len(value)]),
        "table": _repeated([COUNTED], [len(value)]),
        "line": np.arange(1, len(value) + 1, dtype=np.int64),
        "service_area": _taken(codes, unit),
        "cohort": _repeated([part.cohort for part in parts], sizes),
        "breakdown": _repeated([part.breakdown for part in parts], sizes),
        "period": _taken(months, month),
        "column": _repeated([part.column for part in parts], sizes),
        "value": value,
        "state": _repeated([State.FINAL.value], [len(value)]),
        "text": _as_text(value),
    }
    return pd.DataFrame(held).loc[:, list(tables.FIGURE)]


def _repeated(texts: list[str], sizes: list[int]) -> pd.api.extensions.ExtensionArray:
    return _strings(texts).take(np.repeat(np.arange(len(sizes)), sizes))


def _taken(
    texts: tuple[str, ...] | list[str], places: list[NDArray[np.int64]]
) -> pd.api.extensions.ExtensionArray:
    return _strings(texts).take(np.concatenate([np.zeros(0, dtype=np.int64), *places]))


def _strings(texts: tuple[str, ...] | list[str]) -> pd.api.extensions.ExtensionArray:
    return pd.array(list(texts) or [""], dtype="str")


def _as_text(value: NDArray[np.float64]) -> pd.api.extensions.ExtensionArray:
    each, of = np.unique(value, return_inverse=True)
    texts = [str(int(one)) if one.is_integer() else repr(one) for one in each.tolist()]
    return _strings(texts).take(of)
