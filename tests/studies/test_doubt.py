"""No improvement is claimed of figures whose record was changed, or is not to be relied on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from pmf_analysis import register
from pmf_analysis.errors import RuleSetError
from pmf_analysis.findings import load_catalogue
from pmf_analysis.findings.conditions import holds
from pmf_analysis.studies import Known, doubt


@pytest.fixture(scope="module")
def context(root) -> register.Context:
    return register.Context(register.load(root / "data" / "reference"), date(2026, 1, 1))


def verdicts(*rows: tuple[str, str, str]) -> Known:
    named = ["indicator", "verdict", "issues"]
    table = pd.DataFrame(rows, columns=named).assign(service_area="A", reason="a reason")
    return Known(verdicts=table)


def doubts(known: Known, context: register.Context, *indicators: str) -> list[str]:
    table = doubt.study(pd.DataFrame(), known, context)
    assert list(table.columns) == list(doubt.COLUMNS)
    latest = pd.DataFrame(
        {"indicator": indicators, "service_area": "A"}, index=[7, 3, 5][: len(indicators)]
    )
    found = doubt.facts(table, latest, context)
    assert found.index.equals(latest.index)
    return found["claims_doubted"].tolist()


def test_dates_that_were_moved_and_a_red_verdict_are_doubts_and_nothing_else_is(context):
    known = verdicts(
        ("MOVED", "amber", "CONFERENCE-LATE;ASSESSMENT-MOVED-BACK"),
        ("RED", "red", "ASSESSMENT-LATE"),
        ("LATE", "amber", "PLAN-LATE"),
        ("WELL", "green", ""),
    )
    assert "were moved" in doubts(known, context, "MOVED")[0]
    assert "should not be relied on" in doubts(known, context, "RED")[0]
    assert doubts(known, context, "WELL", "LATE", "UNKNOWN") == ["", "", ""]


def test_without_verdicts_or_their_issues_there_is_no_doubt(context):
    assert doubts(Known(), context, "MOVED") == [""]
    known = verdicts(("MOVED", "amber", "X-MOVED-BACK"))
    bare = replace(known, verdicts=known.verdicts.drop(columns="issues"))
    assert doubts(bare, context, "MOVED") == [""]


def test_every_check_that_the_rule_set_names_is_made_by_some_suite(root, context):
    suites = (root / "expectations").rglob("*.json")
    rules = {
        one["meta"]["rule_id"] for path in suites
        for one in json.loads(path.read_text("utf-8"))["expectations"]
    }  # fmt: skip
    for end in context.register.rule_set("doubt").values["flattering"]:
        assert any(rule.endswith(f"-{end}") for rule in rules), end


def test_a_rule_set_without_words_is_refused(context):
    rules = context.register.rule_set("doubt")
    held = replace(
        context.register,
        rule_sets={"doubt": rules.model_copy(update={"values": {"flattering": ["X"], "red": ""}})},
    )
    with pytest.raises(RuleSetError, match="ends of rules"):
        doubt.study(pd.DataFrame(), verdicts(("A", "red", "")), replace(context, register=held))


def test_no_sentence_claims_an_improvement_that_is_in_doubt():
    for entry in load_catalogue().entries:
        if entry.claims == "improved":
            assert {"column": "claims_doubted", "given": False} in entry.when, entry.code


def test_no_sentence_comforts_where_the_record_is_in_doubt():
    entries = {one.code: one for one in load_catalogue().entries}
    for code in (
        "A-WILL", "T-OFF-WILL", "T-SINGLES-GREEN", "T-CLOSE-TOWARD", "K-COUNTY-BETTER",
        "K-FUNNEL-BETTER",
    ):  # fmt: skip
        assert {"column": "claims_doubted", "given": False} in entries[code].when, code


def test_the_doubt_is_said_where_the_improvement_is_not():
    facts = pd.DataFrame({"signal": ["improvement"] * 2 + ["none", "concern"], "rag": "red"})
    facts["claims_doubted"] = ["", "words", "words", "words"]
    entries = {one.code: one for one in load_catalogue().entries}
    said = {code: holds(facts, entries[code].when).tolist() for code in ("V-IMPROVED", "V-DOUBTED")}
    assert said == {
        "V-IMPROVED": [True, False, False, False], "V-DOUBTED": [False, True, False, False],
    }  # fmt: skip
