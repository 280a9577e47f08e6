"""One cell of a county in which nothing is wrong is changed: the rule that looks at it fails."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.quality import Suite, load_suites
from pmf_analysis.quality.conditions import columns, selected
from pmf_analysis.quality.expectations import evaluated
from pmf_analysis.quality.record_view import RECORDS, record_view
from pmf_analysis.quality.records import RecordSources, described
from pmf_analysis.quality.suites import RECORD, Rule
from pmf_analysis.register import Context, load
from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic.making import make_records
from pmf_analysis.synthetic.setting import Setting

ROOT = Path(__file__).parents[2]
SUITES = {one.name: one for one in load_suites(ROOT / "expectations") if one.records is not None}
AS_AT = date(2026, 11, 6)
LATER, LONG = np.timedelta64(500, "D"), np.timedelta64(12_000, "D")
PATTERNS = {"spread_evenly", "not_moved_back"}
"""What no single record breaks: see test_record_checks.py."""
Tables = dict[str, pd.DataFrame]


def cases() -> list[tuple[str, str]]:
    """Every rule on single records: suite and rule."""
    found = []
    for name, suite in sorted(SUITES.items()):
        for rule in suite.rules:
            if kind_of(suite, rule) not in PATTERNS:
                found.append((name, rule.rule_id))
    return found


def kind_of(suite: Suite, rule: Rule) -> str:
    """The kind of check that works the rule's column out; the rule's own type where none does."""
    derived = suite.records.derives.get(str(rule.arguments["column"]))
    return str(derived["check"]) if derived else rule.type.removeprefix("expect_column_values_to_")


@pytest.fixture(scope="module")
def tables() -> Tables:
    """A small Medwold with the units that the register has, and nothing else planted."""
    made = make_records(Setting.of(7, 24, scale=0.05, stories=("structure",)))
    return dict(made.tables)


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    workspace = create_workspace(tmp_path_factory.mktemp("medwold") / "w", "medwold")
    return Context(load(workspace / "data" / "reference"), AS_AT)


def failures(suite: Suite, tables: Tables, context: Context) -> dict[str, int]:
    """How many records fail each rule."""
    rules = context.register.rule_set("quality")
    given = {RECORD + name: rows for name, rows in tables.items()}
    view = record_view(suite, RecordSources(context, rules, given, described([*SUITES.values()])))
    assert not view.lacking
    found = {}
    for rule in suite.rules:
        column = view.rows[str(rule.arguments["column"])]
        fails = {
            "not_be_null": column.isna,
            "be_null": column.notna,
            "be_in_set": lambda c=column, r=rule: ~c.isin(r.arguments["value_set"]),
            "be_between": lambda c=column, r=rule: (
                ~c.between(
                    r.arguments.get("min_value", -np.inf), r.arguments.get("max_value", np.inf)
                )
            ),
        }[rule.type.removeprefix("expect_column_values_to_")]()
        failing = fails.to_numpy(dtype=bool, na_value=False) & evaluated(rule, view.rows)
        found[rule.rule_id] = int(view.rows.loc[failing, RECORDS].sum())
    return found


class Cell:
    """The latest version of one record, in which something can be changed."""

    def __init__(self, suite: Suite, rule: Rule, tables: Tables) -> None:
        self.told, self.rule, self.tables = suite.records, rule, tables
        self.name = suite.table_kind.removeprefix(RECORD)
        self.rows = tables[self.name].reset_index(drop=True)
        self.touched = ""
        self.given: Mapping = self.told.derives.get(str(rule.arguments["column"]), {})

    def latest(self, *filled: str, of_recent: bool = False) -> pd.DataFrame:
        """Latest versions that the rule's condition chooses, with these columns filled."""
        rows = self.rows
        last = ~rows[self.told.key].duplicated(keep="last") & (rows[self.told.withdrawn] != "yes")
        for name in filled:
            last &= rows[name].notna()
        if set(columns(self.rule.condition)) <= set(rows):
            last &= selected(self.rule.condition, rows)
        rows = rows[last.to_numpy(dtype=bool)]
        if of_recent:
            recent = self.told.derives["recent"]["date"]
            day = np.datetime64(AS_AT)
            rows = rows[
                rows[recent].between(day - np.timedelta64(330, "D"), day - np.timedelta64(80, "D"))
            ]
        assert len(rows), "no record fits"
        return rows

    def put(self, at: int, column: str, value: object) -> Tables:
        """The tables with one cell changed."""
        self.touched = column
        own = self.rows[column].astype(object) if isinstance(value, str) else self.rows[column]
        changed = own.mask(self.rows.index == at, value)
        if not isinstance(value, str):
            changed = changed.astype(self.rows[column].dtype)
        return {**self.tables, self.name: self.rows.assign(**{column: changed})}

    def added(self, row: pd.DataFrame) -> Tables:
        """The tables with one row more."""
        return {**self.tables, self.name: pd.concat([self.rows, row], ignore_index=True)}


def _empty(cell: Cell, column: str = "") -> Tables:
    name = column or str(cell.rule.arguments["column"])
    return cell.put(cell.latest(name).index[0], name, None)


def _fill(cell: Cell) -> Tables:
    name = str(cell.rule.arguments["column"])
    rows = cell.latest()
    return cell.put(rows[rows[name].isna()].index[0], name, "x")


def _other_word(cell: Cell) -> Tables:
    name = str(cell.rule.arguments["column"])
    return cell.put(cell.latest(name).index[0], name, "no such word")


def _beyond(cell: Cell) -> Tables:
    name, limits = str(cell.rule.arguments["column"]), cell.rule.arguments
    value = limits["min_value"] - 1 if "min_value" in limits else limits["max_value"] + 1
    return cell.put(cell.latest(name).index[0], name, value)


def _moved(column: str, by: np.timedelta64) -> Callable[[Cell], Tables]:
    def change(cell: Cell) -> Tables:
        name = str(cell.given[column])
        rows = cell.latest(name)
        return cell.put(rows.index[-1], name, rows[name].iloc[-1] + by)

    return change


def _out_of_order(cell: Cell) -> Tables:
    earlier, later = (str(cell.given[name]) for name in ("earlier", "later"))
    rows = cell.latest(earlier, later)
    return cell.put(rows.index[0], later, rows[earlier].iloc[0] - np.timedelta64(5, "D"))


def _in_the_future(cell: Cell) -> Tables:
    name = str(cell.given["date"])
    return cell.put(cell.latest(name).index[0], name, pd.Timestamp(AS_AT) + LATER)


def _refers_elsewhere(cell: Cell) -> Tables:
    column = str(cell.given["column"])
    rows = cell.latest(column)
    if "same" not in cell.given:
        return cell.put(rows.index[0], column, "Z999999")
    own = next(iter(cell.given["same"]))
    rows = rows[rows[own].notna()]
    value = rows[own].iloc[0]
    other = value + np.timedelta64(3, "D") if isinstance(value, pd.Timestamp) else "Z999999"
    return cell.put(rows.index[0], own, other)


def _no_unit(cell: Cell) -> Tables:
    column = str(cell.given["column"])
    return cell.put(cell.latest(column).index[0], column, "nowhere")


def _late(cell: Cell) -> Tables:
    """A record, of which one version is left, was recorded months later."""
    name = str(cell.given["date"])
    rows = cell.latest(name, of_recent="recent" in columns(cell.rule.condition))
    soon = rows[cell.told.changed] - rows[name] < np.timedelta64(7, "D")
    one = rows[soon.to_numpy(dtype=bool)].head(1)
    alike = cell.rows[cell.told.key] == one[cell.told.key].iloc[0]
    cell.rows = cell.rows[~alike | (cell.rows.index == one.index[0])]
    later = one[cell.told.changed].iloc[0] + np.timedelta64(70, "D")
    return cell.put(one.index[0], cell.told.changed, later)


def _overlapping(cell: Cell) -> Tables:
    """A second spell begins when the first does."""
    of, start, end = list(cell.given["of"]), str(cell.given["from"]), str(cell.given["to"])
    rows = cell.latest(*of, start)
    rows = rows[(rows[end] > rows[start] + np.timedelta64(40, "D")).to_numpy(dtype=bool)]
    one = rows.head(1)
    key = one[cell.told.key].astype("str") + "9"
    return cell.added(one.assign(**{cell.told.key: key}))


def _with_a_gap(cell: Cell) -> Tables:
    start, end = str(cell.given["from"]), str(cell.given["to"])
    rows = cell.latest(start, end)
    long = (rows[end] - rows[start] > np.timedelta64(40, "D")) & (
        rows[end] < np.datetime64("2026-06-01")
    )
    rows = rows[long.to_numpy(dtype=bool)]
    return cell.put(rows.index[0], end, rows[end].iloc[0] - np.timedelta64(9, "D"))


def _twice(cell: Cell) -> Tables:
    return cell.added(cell.latest().head(1))


def _again(cell: Cell) -> Tables:
    one = cell.latest(*cell.given["columns"]).head(1)
    return cell.added(one.assign(**{cell.told.key: one[cell.told.key].astype("str") + "9"}))


BREAK: Mapping[str, Callable[[Cell], Tables]] = {
    "not_be_null": _empty,
    "be_null": _fill,
    "be_in_set": _other_word,
    "be_between": _beyond,
    "aged": _moved("date", LONG),
    "since": _moved("date", -LONG),
    "filled": lambda cell: _empty(cell, str(cell.given["columns"][0])),
    "in_order": _out_of_order,
    "known_by": _in_the_future,
    "refers": _refers_elsewhere,
    "unit_there": _no_unit,
    "in_time": _late,
    "alone": _overlapping,
    "unbroken": _with_a_gap,
    "stated_once": _twice,
    "entered_once": _again,
}


@pytest.fixture(scope="module")
def clean(tables: Tables, context: Context) -> Callable[[str], dict[str, int]]:
    """How many records fail each rule of a suite before anything is changed, counted once."""
    known: dict[str, dict[str, int]] = {}

    def count(suite: str) -> dict[str, int]:
        if suite not in known:
            known[suite] = failures(SUITES[suite], tables, context)
        return known[suite]

    return count


def reads(suite: Suite, rule: Rule) -> set[str]:
    """Every column of the table that a rule rests on."""
    told, found = suite.records, set(rule.reads)
    for name in rule.reads:
        given = told.derives.get(name, {})
        for value in given.values():
            found |= set(value if isinstance(value, list | dict) else [value])
        if given.get("check") in ("in_time", "known_by", "stated_once"):
            found.add(told.changed)
    return found


def holds(suite: str, rule_id: str, tables: Tables, context: Context, before: dict) -> None:
    """Break what one rule looks at: it finds one more; so do only rules that read the same."""
    rule = next(one for one in SUITES[suite].rules if one.rule_id == rule_id)
    cell = Cell(SUITES[suite], rule, tables)
    broken = BREAK[kind_of(SUITES[suite], rule)](cell)
    after = failures(SUITES[suite], broken, context)
    assert after[rule_id] > before[rule_id], rule_id
    if cell.touched and cell.touched != cell.told.key:  # a lost key leaves its versions apart
        for other in SUITES[suite].rules:
            if cell.touched not in reads(SUITES[suite], other):
                assert after[other.rule_id] <= before[other.rule_id], other.rule_id


SAMPLE = random.Random(20261106).sample(cases(), 14)


@pytest.mark.parametrize(("suite", "rule_id"), SAMPLE)
def test_a_rule_fails_when_what_it_looks_at_is_broken(
    suite: str, rule_id: str, tables: Tables, context: Context, clean: Callable
):
    holds(suite, rule_id, tables, context, clean(suite))


@pytest.mark.soak
@pytest.mark.parametrize(("suite", "rule_id"), cases())
def test_every_rule_fails_when_what_it_looks_at_is_broken(
    suite: str, rule_id: str, tables: Tables, context: Context, clean: Callable
):
    holds(suite, rule_id, tables, context, clean(suite))


def test_every_kind_of_check_can_be_broken():
    kinds = {kind_of(SUITES[name], rule) for name in SUITES for rule in SUITES[name].rules}
    assert kinds - PATTERNS <= set(BREAK)


def test_each_table_has_the_rules_that_it_needs():
    """A key, versions stated once, and for those that a unit answers for that it was there."""
    for name, suite in SUITES.items():
        ids = {rule.rule_id for rule in suite.rules}
        prefix = name.upper().replace("_", "-")
        assert {f"{prefix}-KEY", f"{prefix}-VERSION"} <= ids, name
        if suite.records.unit:
            known = {str(one["check"]) for one in suite.records.derives.values()}
            assert "unit_there" in known, name
