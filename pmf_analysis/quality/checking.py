"""Run every suite on its table; one result for each rule and group, and the verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from pmf_analysis.errors import TableError
from pmf_analysis.quality import conditions, expectations
from pmf_analysis.quality.engine import RuleRun, run_rules
from pmf_analysis.quality.figure_view import figure_view
from pmf_analysis.quality.measure_view import measure_view
from pmf_analysis.quality.receipt_view import receipt_view
from pmf_analysis.quality.suites import TABLE_KINDS, Rule, Suite
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
    """The groups of a view: their keys, and the number of each row's."""

    keys: list[tuple[str, ...]]
    codes: np.ndarray

    def count(self, weights: np.ndarray) -> np.ndarray:
        return np.bincount(self.codes, weights=weights, minlength=len(self.keys))


def check(
    tables: Mapping[str, pd.DataFrame], suites: Sequence[Suite], context: Context
) -> QualityResult:
    """Run every suite on its table and judge each indicator in each unit.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By kind: ``receipt``, ``figure``, ``measure``. The rules of a table that is not
        given are not assessed.
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
    unknown = sorted(set(tables) - set(TABLE_KINDS))
    if unknown:
        raise TableError(f"There is no kind of table {unknown[0]!r}", ", ".join(TABLE_KINDS))
    rules = context.register.rule_set(RULE_SET)
    sources = Sources(context, rules, tables)
    tolerances = Tolerances(context.register.tolerances, rules, context.as_at)
    parts = [part for suite in suites for part in _check_suite(suite, sources, tolerances)]
    columns = {name: list(chain.from_iterable(part[name] for part in parts)) for name in RESULT}
    results = pd.DataFrame(columns).astype(_TYPES)
    results = results.sort_values(["suite", "rule_id", *_PLACES], ignore_index=True)
    return QualityResult(results, verdicts_of(results, tables.get("measure"), context, rules))


def _check_suite(suite: Suite, sources: Sources, tolerances: Tolerances) -> list[_Columns]:
    write = _Writer(suite, tolerances)
    table = sources.tables.get(suite.table_kind)
    nothing = _nothing_in(table, suite.table_kind)
    if nothing:
        return [write.not_assessed(rule, nothing) for rule in suite.rules]
    view = _VIEWS[suite.table_kind](table, sources)
    groups = _groups(view)
    prepared = [_prepare(rule, view) for rule in suite.rules]
    runs = run_rules(view.rows, [one.rule for one in prepared if one.runs], suite.name)
    return [write.rows(one, view, groups, runs.get(one.rule.rule_id)) for one in prepared]


def _nothing_in(table: pd.DataFrame | None, kind: str) -> str:
    if table is None:
        return f"no {kind} table was given"
    if table.empty:
        return f"the {kind} table has no row"
    if not table.notna().to_numpy().any():
        return f"the {kind} table holds no value at all"
    return ""


def _groups(view: CheckedView) -> _Groups:
    present = {
        name: view.rows[name].astype("str").fillna("")
        if name in view.groups and name in view.rows
        else pd.Series("", index=view.rows.index, dtype="str")
        for name in _PLACES
    }
    grouped = pd.DataFrame(present).groupby(list(_PLACES), sort=True)
    heads = grouped.head(1).sort_values(list(_PLACES))
    return _Groups(list(heads.itertuples(index=False, name=None)), grouped.ngroup().to_numpy())


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
        applies = conditions.selected(rule.condition, rows, view.attributes)
        evaluated = expectations.evaluated(rule, rows)
    except TypeError:
        stopped = "its condition compares a text with a number"
        return _Prepared(rule, everywhere, nowhere, stopped=stopped)
    count = int(evaluated.sum())
    if count < expectations.TYPES[rule.type].least:
        return _Prepared(rule, applies, nowhere, nothing=_too_few(count))
    return _Prepared(rule, applies, evaluated)


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
        """Write the one row of a rule that has no table to look at; it stands for all groups."""
        return self._columns(rule, [("", "", "")], [0], [0], False, note)

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
            rule, [key[:2] for key in keys], evaluated, failed, stopped
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
            "note": [note or words for words in map(_in_words, failed, evaluated)],
        }  # fmt: skip
        of_rule = {
            "suite": f"{self.suite.name} {self.suite.version}", "rule_id": rule.rule_id,
            "severity": rule.severity.value, "characteristic": rule.characteristic.value,
            "dimension": rule.dimension.value, "owner": rule.owner, "reason": rule.reason,
            "rule_version": rule.version,
        }  # fmt: skip
        return {**{name: [value] * len(keys) for name, value in of_rule.items()}, **each}


def _in_words(failed: int, evaluated: int) -> str:
    return f"{failed} of {evaluated}" if evaluated else "there is nothing to check"


def _disagreement(one: _Prepared, run: RuleRun) -> str:
    """Why a run must not be believed; empty when the two counts agree."""
    if run.stopped:
        return run.stopped
    if run.evaluated != int(one.evaluated.sum()) or not one.evaluated[run.failed].all():
        return "Great Expectations and the workbench do not agree on the rows evaluated"
    return ""
