"""Running suites: nothing passes unseen, nothing leaks, the same input gives the same bytes."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import tables
from pmf_analysis.errors import RuleSetError, TableError
from pmf_analysis.quality import QualityResult, Suite, check, engine, expectations, overall_status
from pmf_analysis.quality.checking import RESULT
from pmf_analysis.quality.receipt_view import RECEIPT
from pmf_analysis.quality.verdicts import VERDICT
from pmf_analysis.register import Context, Register
from pmf_analysis.terms import CheckStatus

Checked = Callable[[dict[str, pd.DataFrame]], QualityResult]
COLUMNS = {"receipt": RECEIPT, "figure": tables.FIGURE, "measure": tables.MEASURE}


def header_only(kind: str) -> pd.DataFrame:
    return pd.DataFrame(columns=list(COLUMNS[kind]))


def all_null(kind: str) -> pd.DataFrame:
    return pd.DataFrame(None, index=range(3), columns=list(COLUMNS[kind]), dtype=object)


@pytest.mark.parametrize(
    "made", [lambda _: pd.DataFrame(), header_only, all_null], ids=["empty", "header", "null"]
)
def test_a_table_without_content_is_not_assessed(made: Callable, checked: Checked):
    result = checked({kind: made(kind) for kind in COLUMNS})
    assert set(result.results["status"]) == {CheckStatus.NOT_ASSESSED}
    assert overall_status(result.results) is CheckStatus.NOT_ASSESSED
    assert set(result.verdicts["indicator"]) == {"C", "P"}
    assert set(result.verdicts["verdict"]) == {"not_assessed"}


def test_tables_that_are_not_given_are_not_assessed(checked: Checked):
    result = checked({})
    assert set(result.results["status"]) == {CheckStatus.NOT_ASSESSED}
    assert "no figure table was given" in set(result.results["note"])


@pytest.mark.parametrize("kind", ["figure", "measure"])
def test_no_suite_passes_on_one_row(kind: str, clean: dict, suites: list[Suite], context: Context):
    one_row = {kind: clean[kind].iloc[:1]}
    results = check(one_row, [one for one in suites if one.table_kind == kind], context).results
    unique = results[results["dimension"] == "uniqueness"]
    assert unique["status"].tolist() == [CheckStatus.NOT_ASSESSED]
    assert unique["note"].tolist() == ["one row alone proves nothing"]
    assert overall_status(results) is CheckStatus.PASS or kind == "measure"
    assert not results["status"].eq(CheckStatus.PASS).all()


def test_a_column_without_any_value_never_passes(clean: dict, check_measures: Callable):
    for column in ("value", "state"):
        empty = clean["measure"].assign(**{column: None})
        results = check_measures(empty).results
        reading = results[results["rule_id"].isin(_rules_reading(results, column))]
        assert len(reading) > 0
        assert CheckStatus.PASS not in set(reading["status"])


def _rules_reading(results: pd.DataFrame, column: str) -> set[str]:
    named = {
        "value": {"M-04", "M-09", "M-10", "M-11", "M-13"},
        "state": {"M-03", "M-04", "M-05", "M-06", "M-07", "M-12", "M-16"},
    }
    return named[column]


def test_all_values_withheld_is_not_assessed(clean: dict, check_measures: Callable):
    numbers = ["value", "numerator", "denominator", "lower", "upper"]
    withheld = clean["measure"].assign(state="suppressed", **dict.fromkeys(numbers, np.nan))
    verdicts = check_measures(withheld).verdicts
    assert set(verdicts["verdict"]) == {"not_assessed"}
    assert set(verdicts["reason"]) == {"no figure of this series carries a number."}


def _nothing_fails(rows: pd.DataFrame, rules: list, suite: str) -> dict:
    """In place of the library, where it is not what is tested: every row passes."""
    none = np.array([], dtype=int)
    return {
        rule.rule_id: engine.RuleRun(none, int(expectations.evaluated(rule, rows).sum()))
        for rule in rules
    }


@pytest.fixture
def without_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run no rule; count what would be evaluated."""
    monkeypatch.setattr("pmf_analysis.quality.checking.run_rules", _nothing_fails)


@pytest.mark.usefixtures("without_library")
@pytest.mark.parametrize("column", ["state", "value", "numerator", "period_end", "method"])
def test_a_missing_column_could_not_run(column: str, clean: dict, check_measures: Callable):
    result = check_measures(clean["measure"].drop(columns=column))
    stopped = result.results[result.results["status"] == CheckStatus.COULD_NOT_RUN]
    assert len(stopped) > 0
    assert stopped["note"].str.contains(f"the column {column}").any()
    assert overall_status(result.results) is CheckStatus.COULD_NOT_RUN
    assert not set(result.verdicts["verdict"]) & {"green"}


@pytest.mark.usefixtures("without_library")
@pytest.mark.parametrize("column", ["indicator", "service_area", "period", "cohort"])
def test_a_missing_key_stops_no_more_than_it_must(
    column: str, clean: dict, check_measures: Callable
):
    result = check_measures(clean["measure"].drop(columns=column))
    assert overall_status(result.results) is CheckStatus.COULD_NOT_RUN
    assert "green" not in set(result.verdicts["verdict"])


def test_text_where_numbers_belong_could_not_run(clean: dict, check_measures: Callable):
    texts = clean["measure"]["value"].astype("str").where(lambda value: value.index > 0, "Tom Hill")
    result = check_measures(clean["measure"].assign(value=texts))
    stopped = result.results[result.results["status"] == CheckStatus.COULD_NOT_RUN]
    assert {"M-09", "M-10"} <= set(stopped["rule_id"])
    assert "the column value holds text where numbers are expected" in set(stopped["note"])
    assert "green" not in set(result.verdicts["verdict"])


ODD = ["x", 7, None, 1e308, "=1+1", "2023-13", "\u0663", float("inf"), "", b"x", True]


def odd(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """The first rows of some columns hold what nobody expects there."""
    loose = table.astype(dict.fromkeys(columns, object))
    return loose.assign(**{name: (ODD + loose[name].tolist())[: len(table)] for name in columns})


@pytest.mark.usefixtures("without_library")
@pytest.mark.parametrize("kind", list(COLUMNS))
def test_no_content_of_any_column_crashes_a_check(
    kind: str, clean: dict, suites: list[Suite], context: Context
):
    # the library is left out here and has its own test below
    suite = [one for one in suites if one.table_kind == kind]
    for column in COLUMNS[kind]:
        result = check({kind: odd(clean[kind].iloc[:30], [column])}, suite, context)
        assert set(result.results["status"]) <= {status.value for status in CheckStatus}


def test_tables_of_odd_content_never_pass_for_good(clean: dict, checked: Checked):
    every = {kind: odd(table, list(COLUMNS[kind])) for kind, table in clean.items()}
    result = checked(every)
    assert overall_status(result.results) is CheckStatus.FAIL
    assert "green" not in set(result.verdicts["verdict"])


def test_a_crash_of_the_library_could_not_run(
    clean: dict, suites: list[Suite], context: Context, monkeypatch
):
    def crash(*_: object) -> None:
        raise ValueError("Tom Hill, 7 High Street")

    monkeypatch.setattr(engine, "_validate", crash)
    result = check(clean, suites, context)
    ran = result.results[result.results["status"] != CheckStatus.NOT_ASSESSED]
    assert set(ran["status"]) == {CheckStatus.COULD_NOT_RUN}
    assert set(ran["note"]) == {"the run stopped with ValueError"}
    assert ran["evaluated"].sum() == 0
    assert set(result.verdicts["verdict"]) == {"not_assessed"}


def test_counts_that_disagree_could_not_run(
    clean: dict, suites: list[Suite], context: Context, monkeypatch
):
    def too_few(rows: pd.DataFrame, rules: list, suite: str) -> dict:
        none = np.array([], dtype=int)
        return {rule.rule_id: engine.RuleRun(none, evaluated=1) for rule in rules}

    monkeypatch.setattr("pmf_analysis.quality.checking.run_rules", too_few)
    results = check(clean, suites, context).results
    measured = results[results["rule_id"] == "M-01"]
    assert set(measured["status"]) == {CheckStatus.COULD_NOT_RUN}
    assert measured["note"].str.contains("do not agree").all()


def test_evaluated_rows_are_counted_by_unit(clean_result: QualityResult):
    results = clean_result.results.set_index(["rule_id", "indicator", "service_area"])
    assert results.loc[("M-01", "P", "A"), "evaluated"] == 14
    assert results.loc[("M-17", "P", "A"), "evaluated"] == 1
    receipt = clean_result.results[clean_result.results["rule_id"] == "R-03"]
    assert receipt.set_index("table")["evaluated"].to_dict() == {"calls": 42, "visits": 126}


def test_a_rule_that_does_not_apply_has_no_result(clean_result: QualityResult):
    results = clean_result.results
    of_count = set(results.loc[results["indicator"] == "C", "rule_id"])
    assert not {"M-07", "M-08", "M-09", "M-12", "M-14"} & of_count
    districts = results[results["service_area"].isin(["A", "B"])]
    assert "M-20" not in set(districts["rule_id"])


def test_duplicates_fail(clean: dict, checked: Checked):
    figures = pd.concat([clean["figure"], clean["figure"].iloc[:1]], ignore_index=True)
    receipts = clean["receipt"].assign(duplicates=[1, 0])
    result = checked(clean | {"figure": figures, "receipt": receipts})
    failed = result.results[result.results["status"] == CheckStatus.FAIL]
    assert set(failed["rule_id"]) == {"F-02", "R-04"}
    assert overall_status(result.results) is CheckStatus.FAIL
    red = result.verdicts[result.verdicts["verdict"] == "red"]
    assert red[["indicator", "service_area"]].to_numpy().tolist() == [["P", "K"]]
    assert "more than once" in red["reason"].iloc[0]


def test_results_hold_no_cell(clean: dict, checked: Checked):
    first = clean["figure"].assign(text="Tom Hill", value=-987654.321, state="Tom Hill")
    measured = clean["measure"].assign(numerator=-987654.321, method="Tom Hill", cohort="Tom Hill")
    result = checked(clean | {"figure": first, "measure": measured})
    written = result.results.to_csv() + result.verdicts.to_csv()
    assert not re.search(r"Tom|Hill|987654", written)


@pytest.fixture(scope="module")
def again(make_clean: Callable[[], dict], checked: Checked) -> tuple[dict, QualityResult]:
    """The clean tables in another order, and what is found there with the network shut."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    shuffled = {
        kind: table.sample(frac=1, random_state=7).reset_index(drop=True)
        for kind, table in make_clean().items()
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        return shuffled, checked(shuffled)


def test_a_check_opens_no_connection(again: tuple[dict, QualityResult]):
    assert overall_status(again[1].results) is CheckStatus.PASS


def test_the_same_input_gives_the_same_bytes(
    again: tuple[dict, QualityResult], clean_result: QualityResult
):
    assert again[1].results.to_json() == clean_result.results.to_json()
    assert again[1].verdicts.to_json() == clean_result.verdicts.to_json()


def test_a_check_changes_no_table(
    again: tuple[dict, QualityResult], make_clean: Callable[[], dict]
):
    for kind, table in make_clean().items():
        expected = table.sample(frac=1, random_state=7).reset_index(drop=True)
        pd.testing.assert_frame_equal(again[0][kind], expected)


def test_the_package_loads_without_great_expectations():
    program = (
        "import sys, pmf_analysis.quality as q; assert q.check;"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_columns_are_those_of_the_contract(clean_result: QualityResult):
    assert tuple(clean_result.results.columns) == RESULT
    assert tuple(clean_result.verdicts.columns) == VERDICT
    assert clean_result.results["status"].isin([one.value for one in CheckStatus]).all()
    assert not clean_result.results.duplicated(
        ["rule_id", "indicator", "service_area", "table"]
    ).any()


def test_an_unknown_kind_of_table_is_refused(suites: list[Suite], context: Context):
    with pytest.raises(TableError, match="'spreadsheet'"):
        check({"spreadsheet": pd.DataFrame()}, suites, context)


def test_a_register_without_the_rule_set_is_refused(
    suites: list[Suite], register: Register, context: Context
):
    bare = Register(register.workspace, register.indicators, register.units)
    with pytest.raises(RuleSetError, match="quality"):
        check({}, suites, Context(bare, context.as_at))
