"""Run every suite on its table; one result for each rule and group, and the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pandas as pd

from pmf_analysis import formats
from pmf_analysis.errors import PmfError, TableError
from pmf_analysis.quality import conditions, expectations
from pmf_analysis.quality.engine import RuleRun, run_rules
from pmf_analysis.quality.figure_view import figure_view
from pmf_analysis.quality.measure_view import measure_view
from pmf_analysis.quality.receipt_view import receipt_view
from pmf_analysis.quality.record_view import holds_nothing, in_brief, record_view
from pmf_analysis.quality.records import RecordSources, described
from pmf_analysis.quality.suites import KINDS_IN_WORDS, RECORD, Rule, Suite, is_kind
from pmf_analysis.quality.tolerances import Tolerances
from pmf_analysis.quality.verdicts import verdicts_of
from pmf_analysis.quality.views import CheckedView, Sources
from pmf_analysis.register import Context

RULE_SET = "quality"

RESULT = (
    "suite", "rule_id", "indicator", "service_area", "table", "status", "evaluated", "failed",
    "rate", "limit_green", "limit_amber", "colour", "severity", "characteristic", "dimension",
    "owner", "reason", "note", "rule_version",
)  # fmt: skip
"""Columns of the results. ``indicator``, ``service_area`` and ``table`` are empty where a
rule does not tell them apart; ``colour`` is a ``terms.Verdict``; ``note`` says in words what
was found or why there is no result. No cell's value is ever in them."""

_TYPES = {
    name: "float64" if name in ("rate", "limit_green", "limit_amber") else "str"
    for name in RESULT
    if name not in ("evaluated", "failed")
} | {"evaluated": "int64", "failed": "int64"}

_VIEWS: Mapping[str, Callable[[pd.DataFrame, Sources], CheckedView]] = {
    "receipt": receipt_view,
    "figure": figure_view,
    "measure": measure_view,
}
_PLACES = ("indicator", "service_area", "table")

_Columns = dict[str, Sequence[object]]
"""Result rows of one rule, each column of ``RESULT`` as long as the others."""


@dataclass(frozen=True)
class QualityResult:
    """What the checks found.

    Attributes
    ----------
    results : pandas.DataFrame
        One row for each rule and group; columns ``RESULT``.
    verdicts : pandas.DataFrame
        One row for each indicator and unit; see ``verdicts.verdicts_of``.
    """

    results: pd.DataFrame
    verdicts: pd.DataFrame


@dataclass(frozen=True)
class _Groups:
    """The groups of a view: their keys, and which of them count each row.

    A row counts ``weights`` times in each group that ``member`` pairs with it.
    """

    keys: list[tuple[str, ...]]
    member: tuple[np.ndarray, np.ndarray]
    weights: np.ndarray

    def count(self, each: np.ndarray) -> np.ndarray:
        rows, groups = self.member
        return np.bincount(groups, (each * self.weights)[rows], minlength=len(self.keys))


def check(
    tables: Mapping[str, pd.DataFrame], suites: Sequence[Suite], context: Context
) -> QualityResult:
    """Run every suite on its table and judge each indicator in each unit.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By kind: ``receipt``, ``figure``, ``measure``, and ``record.<table>`` for a table of
        records: every version delivered by the as-at date, in the order of delivery, as
        ``Store.records`` gives them. The rules of a table that is not given are not
        assessed; those of a table of records only where an indicator is counted from it.
    suites : sequence of Suite
    context : Context

    Returns
    -------
    QualityResult
        Sorted, and the same for the same input.

    Raises
    ------
    TableError
        If a table is given under a name that no suite can have.
    RuleSetError
        If the register has no rule set ``quality``.
    """
    unknown = sorted(one for one in tables if not is_kind(one))
    if unknown:
        raise TableError(f"There is no kind of table {unknown[0]!r}", KINDS_IN_WORDS)
    rules = context.register.rule_set(RULE_SET)
    sources = RecordSources(context, rules, tables, described(suites))
    tolerances = Tolerances(context.register.tolerances, rules, context.as_at)
    wanted = [suite for suite in suites if _is_wanted(suite, tables, context)]
    parts = [part for suite in wanted for part in _check_suite(suite, sources, tolerances)]
    columns = {name: list(chain.from_iterable(part[name] for part in parts)) for name in RESULT}
    results = pd.DataFrame(columns).astype(_TYPES)
    results = results.sort_values(["suite", "rule_id", *_PLACES], ignore_index=True)
    return QualityResult(results, verdicts_of(results, tables.get("measure"), context, rules))


def _is_wanted(suite: Suite, tables: Mapping[str, pd.DataFrame], context: Context) -> bool:
    """Whether there is, or should be, a table for a suite: one of records only where read."""
    if suite.records is None or suite.table_kind in tables:
        return True
    name = suite.table_kind.removeprefix(RECORD)
    return any(
        name == one.source.records.table
        for one in context.register.indicators.values()
        if one.source.records is not None
    )


def _check_suite(suite: Suite, sources: RecordSources, tolerances: Tolerances) -> list[_Columns]:
    write = _Writer(suite, tolerances)
    table = sources.tables.get(suite.table_kind)
    nothing = _nothing_in(table, suite)
    if nothing:
        return [write.not_assessed(rule, nothing) for rule in suite.rules]
    try:
        view = _view(table, suite, sources)
    except PmfError as error:  # a table of records that its suite cannot be held against
        return [write.could_not_run(rule, in_brief(error)) for rule in suite.rules]
    if view.rows.empty:
        return [write.not_assessed(rule, "every record was withdrawn") for rule in suite.rules]
    write = write.sure_of(view.confidence)
    groups = _groups(view)
    prepared = [_prepare(rule, view) for rule in suite.rules]
    runs = run_rules(view.rows, [one.rule for one in prepared if one.runs], suite.name)
    return [write.rows(one, view, groups, runs.get(one.rule.rule_id)) for one in prepared]


def _view(table: pd.DataFrame, suite: Suite, sources: RecordSources) -> CheckedView:
    if suite.records is not None:
        return record_view(suite, sources)
    return _VIEWS[suite.table_kind](table, sources)


def _nothing_in(table: pd.DataFrame | None, suite: Suite) -> str:
    kind = suite.table_kind
    if table is None:
        return f"no {kind} table was given"
    if table.empty:
        return f"the {kind} table has no row"
    if not table.notna().to_numpy().any() or (suite.records and holds_nothing(table, suite)):
        return f"the {kind} table holds no value at all"
    return ""


def _groups(view: CheckedView) -> _Groups:
    places = pd.DataFrame(_places_of(view)).reset_index(drop=True)
    rows = np.arange(len(places))
    if view.wholes:
        wholes = [view.wholes.get(unit, (unit,)) for unit in places["service_area"]]
        rows = np.repeat(rows, [len(each) for each in wholes])
        units = pd.Series(list(chain.from_iterable(wholes)), dtype="str")
        places = places.iloc[rows].reset_index(drop=True).assign(service_area=units)
    grouped = places.groupby(list(_PLACES), sort=True)
    heads = grouped.head(1).sort_values(list(_PLACES))
    weights = np.ones(len(view.rows))
    if view.weights:
        weights = view.rows[view.weights].to_numpy(dtype=float)
    keys = list(heads.itertuples(index=False, name=None))
    return _Groups(keys, (rows, grouped.ngroup().to_numpy()), weights)


def _places_of(view: CheckedView) -> dict[str, pd.Series]:
    return {
        name: view.rows[name].astype("str").fillna("")
        if name in view.groups and name in view.rows
        else pd.Series("", index=view.rows.index, dtype="str")
        for name in _PLACES
    }


@dataclass(frozen=True)
class _Prepared:
    """A rule held against a view before it is run.

    ``applies`` and ``evaluated`` are bool arrays over the rows; ``stopped`` and ``nothing``
    say why it is not run.
    """

    rule: Rule
    applies: np.ndarray
    evaluated: np.ndarray
    stopped: str = ""
    nothing: str = ""

    @property
    def runs(self) -> bool:
        return not self.stopped and not self.nothing


def _prepare(rule: Rule, view: CheckedView) -> _Prepared:
    rows = view.rows
    everywhere, nowhere = np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    stopped = _cannot_read(rule, view)
    if stopped:
        return _Prepared(rule, everywhere, nowhere, stopped=stopped)
    try:
        applies = _arises(rule, view)
        evaluated = expectations.evaluated(rule, rows)
    except TypeError:
        stopped = "its condition compares a text with a number"
        return _Prepared(rule, everywhere, nowhere, stopped=stopped)
    count = int(evaluated.sum())
    if count < expectations.TYPES[rule.type].least:
        return _Prepared(rule, applies, nowhere, nothing=_too_few(count))
    return _Prepared(rule, applies, evaluated)


def _arises(rule: Rule, view: CheckedView) -> np.ndarray:
    """In which rows what a rule asks could be asked at all; all of them if in none."""
    found = conditions.selected(rule.condition, view.rows, view.attributes)
    if not view.derived:
        return found
    asks = [name for name in expectations.TYPES[rule.type].reads(rule.arguments)
            if name in view.derived]  # fmt: skip
    arises = conditions.selected(rule.condition, view.rows)
    arises = arises & view.rows[asks].notna().all(axis=1).to_numpy(dtype=bool)
    return arises if arises.any() else found


def _too_few(count: int) -> str:
    return "one row alone proves nothing" if count else "there is nothing to check"


def _cannot_read(rule: Rule, view: CheckedView) -> str:
    for name in rule.reads:
        if name in view.lacking:
            return view.lacking[name]
        if name not in view.rows:
            return f"the column {name} is missing"
    kind = expectations.TYPES[rule.type]
    numeric = kind.reads(rule.arguments) if kind.numeric else ()
    for name in (*numeric, *rule.counts.values()):
        column = view.rows[name]
        if not pd.api.types.is_numeric_dtype(column) and column.notna().any():
            return f"the column {name} holds text where numbers are expected"
    return ""


@dataclass(frozen=True)
class _Writer:
    """Writes the result rows of one suite, a rule at a time, as columns."""

    suite: Suite
    tolerances: Tolerances
    confidence: float = 0.0

    def sure_of(self, confidence: float) -> _Writer:
        """The same, judging only what lies beyond chance with such confidence."""
        return replace(self, confidence=confidence)

    def rows(
        self, one: _Prepared, view: CheckedView, groups: _Groups, run: RuleRun | None
    ) -> _Columns:
        """One row for each group that the rule applies to."""
        applies = groups.count(one.applies.astype(float)) > 0
        stopped = one.stopped or (_disagreement(one, run) if run else "")
        failing = np.zeros(len(view.rows))
        if run and not stopped:
            failing[run.failed] = 1.0
        seen = np.zeros(len(view.rows)) if stopped else one.evaluated.astype(float)
        evaluated, failed = groups.count(seen), groups.count(failing)
        if one.rule.counts and one.runs and not stopped:
            evaluated, failed = self._counted(one, view, groups)
        keys = [groups.keys[at] for at in np.flatnonzero(applies)]
        counts = (found[applies].astype(int).tolist() for found in (evaluated, failed))
        return self._columns(one.rule, keys, *counts, bool(stopped), stopped or one.nothing)

    def not_assessed(self, rule: Rule, note: str) -> _Columns:
        """Write the one row of a rule that has no table to look at; it stands for all groups.

        Of a table of records it stands for what is counted from that table.
        """
        return self._columns(rule, [self._anywhere], [0], [0], False, note)

    def could_not_run(self, rule: Rule, note: str) -> _Columns:
        """Write the one row of a rule whose table cannot be looked at."""
        return self._columns(rule, [self._anywhere], [0], [0], True, note)

    @property
    def _anywhere(self) -> tuple[str, str, str]:
        return ("", "", self.suite.table_kind if self.suite.records else "")

    @staticmethod
    def _counted(
        one: _Prepared, view: CheckedView, groups: _Groups
    ) -> tuple[np.ndarray, np.ndarray]:
        held, failed = (
            np.where(one.evaluated, view.rows[one.rule.counts[name]].fillna(0).astype(float), 0.0)
            for name in ("evaluated", "failed")
        )
        return groups.count(np.maximum(held, failed)), groups.count(failed)

    def _columns(
        self, rule: Rule, keys: list[tuple[str, ...]], evaluated: list[int], failed: list[int],
        stopped: bool, note: str,
    ) -> _Columns:  # fmt: skip
        judged = self.tolerances.judge_all(
            rule, [key[:2] for key in keys], evaluated, failed, stopped, self.confidence
        )
        places = zip(_PLACES, zip(*keys, strict=True), strict=True) if keys else ()
        each = {
            **dict.fromkeys(_PLACES, ()), **dict(places),
            "status": [one.status.value for one in judged],
            "evaluated": evaluated, "failed": failed,
            "rate": [one.rate for one in judged],
            "limit_green": [one.green for one in judged],
            "limit_amber": [one.amber for one in judged],
            "colour": [one.colour.value for one in judged],
            "note": [note or self._in_words(*one) for one in zip(failed, evaluated, strict=True)],
        }  # fmt: skip
        of_rule = {
            "suite": f"{self.suite.name} {self.suite.version}", "rule_id": rule.rule_id,
            "severity": rule.severity.value, "characteristic": rule.characteristic.value,
            "dimension": rule.dimension.value, "owner": rule.owner, "reason": rule.reason,
            "rule_version": rule.version,
        }  # fmt: skip
        return {**{name: [value] * len(keys) for name, value in of_rule.items()}, **each}

    def _in_words(self, failed: int, evaluated: int) -> str:
        if not evaluated:
            return "there is nothing to check"
        called = f" {self.suite.records.called}" if self.suite.records else ""
        return f"{formats.number(failed)} of {formats.number(evaluated)}{called}"


def _disagreement(one: _Prepared, run: RuleRun) -> str:
    """Why a run must not be believed; empty when the two counts agree."""
    if run.stopped:
        return run.stopped
    if run.evaluated != int(one.evaluated.sum()) or not one.evaluated[run.failed].all():
        return "Great Expectations and the workbench do not agree on the rows evaluated"
    return ""
