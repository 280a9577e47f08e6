"""Records as the rules see them: counted, one row for all records that look alike to the rules.

What a suite derives is worked out for every record at once. Then records of one unit that
agree in every column which a rule reads are counted and stand as one row, so that a rule is
run on a few thousand rows and its counts are still those of the records. Neither a key nor a
date is left by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.errors import PmfError
from pmf_analysis.quality import conditions, expectations, record_checks
from pmf_analysis.quality.records import RecordRows, RecordSources
from pmf_analysis.quality.suites import RECORD, Rule, Suite
from pmf_analysis.quality.views import NO, YES, CheckedView

RECORDS = "records"
"""Column with the number of records that a row stands for."""
_ABSENT_ONLY = ("expect_column_values_to_not_be_null", "expect_column_values_to_be_null")
_WORDS = np.array([None, NO, YES], dtype=object)
_MOST_CODES = 2**62


def record_view(suite: Suite, sources: RecordSources) -> CheckedView:
    """Records counted by unit and by what the rules of a suite read.

    Parameters
    ----------
    suite : Suite
        One of records.
    sources : RecordSources

    Returns
    -------
    CheckedView
        With ``service_area``, ``table`` and ``records``. Its results hold for the units above too.
    """
    rows = sources.records(suite.table_kind.removeprefix(RECORD))
    wanted = sorted({name for rule in suite.rules for name in rule.reads})
    flags, lacking = _derived(suite, wanted, rows, sources)
    bare = _only_absence(suite.rules)
    plain = {
        name: _coded(rows.known[name], name in bare)
        for name in wanted
        if name not in flags and name not in lacking and name in rows.known
    }
    units, codes = pd.factorize(_unit_of(rows, sources), sort=True)
    columns = {
        "service_area": (units, codes),
        **{name: (found + 1, _WORDS) for name, found in flags.items()},
        **plain,
    }
    counted = _counted(columns).assign(table=suite.table_kind)
    attributes = {
        name for name, given in suite.records.derives.items() if given["check"] == "recent"
    }
    return CheckedView(
        counted, ("service_area", "table"), frozenset(attributes), lacking,
        weights=RECORDS, wholes=sources.wholes,
        confidence=float(sources.policy.values.get("confidence", 0)), derived=frozenset(flags),
    )  # fmt: skip


def holds_nothing(table: pd.DataFrame, suite: Suite) -> bool:
    """Whether no row says anything but where it came from."""
    told = suite.records
    own = {"delivery", "sheet", "line", told.entered, told.changed, told.withdrawn}
    kept = [name for name in table if name not in own]
    return not table[kept].notna().to_numpy().any()


def in_brief(error: PmfError) -> str:
    """What was wrong, without what to do about it; such errors quote no cell."""
    return f"{error.given[:1].lower()}{error.given[1:]}".rstrip(".")


def _unit_of(rows: RecordRows, sources: RecordSources) -> pd.Series:
    """The unit that answers for each record; the county where the register knows none."""
    register = sources.context.register
    return rows.units.where(rows.units.isin(list(register.units)), register.county)


def _derived(
    suite: Suite, wanted: Sequence[str], rows: RecordRows, sources: RecordSources
) -> tuple[dict[str, NDArray[np.int8]], dict[str, str]]:
    found, lacking = {}, {}
    for name, given in suite.records.derives.items():
        if name not in wanted:
            continue
        try:
            found[name] = record_checks.kinds()[given["check"]].make(rows, given, sources)
        except PmfError as error:  # a column or a table that was not given
            lacking[name] = in_brief(error)
        except Exception as error:  # whatever a table holds, it ends as "could not run"
            lacking[name] = f"{name} could not be worked out ({type(error).__name__})"
    return found, lacking


def _only_absence(rules: Sequence[Rule]) -> set[str]:
    """Columns of which the rules ask no more than whether they are filled."""
    read = {name for rule in rules for name in rule.reads}
    valued = set()
    for rule in rules:
        valued |= conditions.compared(rule.condition)
        if rule.type not in _ABSENT_ONLY:
            valued |= set(expectations.TYPES[rule.type].reads(rule.arguments))
    return read - valued


def _coded(column: pd.Series, bare: bool) -> tuple[NDArray[np.int64], NDArray]:
    """Numbers for the values of a column, and the value of each number; the first is none."""
    if bare or pd.api.types.is_datetime64_any_dtype(column):
        return column.notna().to_numpy(dtype=np.int64), np.array([None, YES], dtype=object)
    codes, values = pd.factorize(column)
    return codes.astype(np.int64) + 1, np.append(np.array([None], dtype=object), values)


def _counted(columns: Mapping[str, tuple[NDArray, NDArray]]) -> pd.DataFrame:
    """One row for each combination that there is, with how many records have it."""
    whole = np.zeros(len(next(iter(columns.values()))[0]), dtype=np.int64)
    size = 1
    for codes, values in columns.values():
        if size * len(values) >= _MOST_CODES:
            _, whole = np.unique(whole, return_inverse=True)
            size = int(whole.max(initial=0)) + 1
        whole = whole * len(values) + codes
        size *= len(values)
    _, first, counts = np.unique(whole, return_index=True, return_counts=True)
    found = {name: _typed(values[codes[first]]) for name, (codes, values) in columns.items()}
    return pd.DataFrame({**found, RECORDS: counts.astype(np.int64)})


def _typed(values: NDArray) -> pd.Series:
    """A column of numbers, or of text; null where there is none."""
    series = pd.Series(values, dtype=object)
    given = [one for one in series if not pd.isna(one)]
    if given and all(isinstance(one, (int, float, np.number)) for one in given):
        return pd.to_numeric(series).astype("float64")
    return series.astype("str")
