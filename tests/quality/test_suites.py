"""Suites: what the shipped ones are, and what must never be loaded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.errors import SuiteError
from pmf_analysis.quality import Suite, load_suites
from pmf_analysis.quality.suites import canonical, expectation_id, suite_id

NAMES = ("figure", "measure", "receipt")


@pytest.fixture
def changed(root: Path, tmp_path: Path) -> Callable[[str, Callable[[dict], object]], Path]:
    """The shipped suites in a folder, one of them changed."""

    def made(name: str, change: Callable[[dict], object]) -> Path:
        folder = tmp_path / "expectations"
        shutil.copytree(root / "expectations", folder)
        path = folder / f"{name}.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(json.dumps(content), encoding="utf-8")
        return folder

    return made


def at(place: int, **values: object) -> Callable[[dict], object]:
    """Set fields of one expectation."""
    return lambda suite: suite["expectations"][place].update(values)


def meta(place: int, **values: object) -> Callable[[dict], object]:
    """Set fields of one expectation's meta."""
    return lambda suite: suite["expectations"][place]["meta"].update(values)


def condition(place: int, given: object) -> Callable[[dict], object]:
    """Set the row condition of one expectation."""
    return lambda suite: suite["expectations"][place]["kwargs"].update(row_condition=given)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_suite_is_canonical(root: Path, name: str):
    text = (root / "expectations" / f"{name}.json").read_text(encoding="utf-8")
    content = json.loads(text)
    assert text == canonical(content)
    assert content["id"] == suite_id(name, content["meta"]["suite_version"])
    for one in content["expectations"]:
        assert one["id"] == expectation_id(name, one["meta"]["rule_id"], one["meta"]["version"])
    rules = [one["meta"]["rule_id"] for one in content["expectations"]]
    assert rules == sorted(rules)


def test_the_shipped_suites_load(suites: list[Suite]):
    assert [suite.table_kind for suite in suites if suite.records is None] == list(NAMES)
    rules = [rule for suite in suites for rule in suite.rules]
    assert len({rule.id for rule in rules}) == len(rules)
    assert all(rule.reason.endswith(".") and rule.owner for rule in rules)


def test_ids_are_the_same_everywhere():
    assert expectation_id("measure", "M-01", "1.0.0") == "7f75525c-0a51-53e7-a654-e96458c4d49f"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (condition(3, 'state == "final"'), "text, which would be executed"),
        (condition(3, "@pd.io.common.os.system('true')"), "text, which would be executed"),
        (condition(3, ["state"]), "no object"),
        (condition(3, {"type": "pass_through", "pass_through_filter": "x"}), "pass_through"),
        (
            condition(
                3,
                {
                    "type": "comparison", "column": {"name": "state"}, "operator": "==",
                    "parameter": "a' or @pd.x('",
                },
            ),
            "plain text",
        ),
        (
            condition(
                3,
                {
                    "type": "comparison", "column": {"name": "state`.x"}, "operator": "==",
                    "parameter": "a",
                },
            ),
            "no plain column",
        ),
        (
            condition(3, {"type": "and", "conditions": [{"type": "or", "conditions": []}, "x"]}),
            "cannot run",
        ),
        (
            lambda suite: suite["expectations"][3]["kwargs"].update(condition_parser="pandas"),
            "unknown argument 'condition_parser'",
        ),
        (at(3, type="unexpected_rows_expectation"), "unexpected_rows_expectation"),
        (at(3, type="expect_column_values_to_be_of_type"), "expect_column_values_to_be_of_type"),
        (
            lambda suite: suite["expectations"][5]["kwargs"].update(
                min_value={"$PARAMETER": "least"}
            ),
            "'min_value' has a value of the wrong kind",
        ),
        (at(3, id="6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "from rule and version"),
        (meta(3, version="2.0.0"), "from rule and version"),
        (meta(3, owner=" "), "'owner'"),
        (lambda suite: suite["expectations"][3]["meta"].pop("reason"), "'reason'"),
        (lambda suite: suite["expectations"][3].pop("severity"), "severity"),
        (at(3, severity="fatal"), "'fatal'"),
        (meta(3, dimension="beauty"), "'beauty'"),
        (meta(3, tolerance="some"), "'some'"),
        (meta(3, colour="green"), "'colour'"),
        (meta(3, counts={"evaluated": "cells"}), "counts"),
        (lambda suite: suite.update(expectations=[]), "no expectation"),
        (lambda suite: suite["meta"].update(table_kind="spreadsheet"), "spreadsheet"),
        (lambda suite: suite.update(name="other"), "the name of its file"),
        (lambda suite: suite.update(id="x"), "from name and version"),
        (
            lambda suite: suite["expectations"].append(suite["expectations"][3]),
            "F-04, which figure.json holds too",
        ),
    ],
)  # fmt: skip
def test_what_a_suite_may_not_hold_is_refused(
    changed: Callable, change: Callable[[dict], object], said: str
):
    with pytest.raises(SuiteError) as caught:
        load_suites(changed("figure", change))
    assert said in str(caught.value)
    assert "figure.json" in str(caught.value)


def test_a_refusal_names_the_expectation(changed: Callable):
    with pytest.raises(SuiteError, match=r"figure\.json, expectation 4 \(F-04\)"):
        load_suites(changed("figure", condition(3, "state == 'final'")))


def test_a_rule_of_another_suite_is_refused(changed: Callable):
    def steal(suite: dict) -> None:
        one = suite["expectations"][0]
        one["meta"]["rule_id"] = "F-01"
        one["id"] = expectation_id("measure", "F-01", one["meta"]["version"])

    with pytest.raises(SuiteError, match=r"F-01, which figure\.json holds too"):
        load_suites(changed("measure", steal))


@pytest.mark.parametrize("content", ["{", "", "[]", "\udcff"])
def test_a_file_that_is_no_suite_is_refused(tmp_path: Path, content: str):
    (tmp_path / "figure.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(SuiteError, match=r"figure\.json"):
        load_suites(tmp_path)


def test_a_folder_without_suites_is_refused(tmp_path: Path):
    with pytest.raises(SuiteError, match="no expectation suite"):
        load_suites(tmp_path)
