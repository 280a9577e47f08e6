"""Verdicts: the worst characteristic, partly assessed, and the words."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.errors import RuleSetError
from pmf_analysis.quality import QualityResult
from pmf_analysis.quality.checking import RESULT
from pmf_analysis.quality.verdicts import VERDICT, Policy, verdicts_of
from pmf_analysis.register import Context

MEASURES = pd.DataFrame({"indicator": ["P"], "service_area": ["A"], "value": [50.0]})
GOOD = "complete and valid. Accuracy has not been checked against case files."


def result(rule_id: str, characteristic: str, colour: str = "green", **more: object) -> dict:
    status = {"green": "pass", "amber": "fail", "red": "fail"}.get(colour, "not_assessed")
    return dict.fromkeys(RESULT, "") | {
        "rule_id": rule_id, "indicator": "P", "service_area": "A", "status": status,
        "colour": colour, "severity": "warning", "characteristic": characteristic,
        "reason": f"Something is wrong with {rule_id}.", "note": "1 of 20",
        "evaluated": 20, "failed": 0,
    } | more  # fmt: skip


BASE = [result("c", "completeness"), result("v", "validity"), result("a", "accuracy")]


def judged(context: Context, *results: dict, measures: pd.DataFrame = MEASURES) -> pd.Series:
    table = pd.DataFrame([*results], columns=list(RESULT))
    rules = context.register.rule_set("quality")
    found = verdicts_of(table, measures, context, rules)
    return found[found["service_area"] == "A"].iloc[0]


def test_all_good(context: Context):
    found = judged(context, *BASE)
    assert (found["verdict"], found["reason"]) == ("green", GOOD)
    assert found["accuracy"] == "not_assessed"  # recomputing proves arithmetic only
    assert (found["rules"], found["passed"], found["issues"]) == (3, 3, "")


@pytest.mark.parametrize("colour", ["amber", "red"])
def test_the_worst_characteristic_is_the_verdict(context: Context, colour: str):
    bad = result("t", "timeliness", colour)
    found = judged(context, *BASE, result("r", "reliability"), bad)
    assert (found["verdict"], found["timeliness"]) == (colour, colour)
    assert found["issues"] == "t"
    assert found["reason"].startswith("something is wrong with t (1 of 20). Accuracy has not")


def test_a_failed_recomputation_turns_accuracy(context: Context):
    found = judged(context, *BASE[:2], result("a", "accuracy", "red", severity="critical"))
    assert (found["verdict"], found["accuracy"]) == ("red", "red")
    assert "case files" not in found["reason"]


def test_rules_for_information_never_turn_a_verdict(context: Context):
    found = judged(context, *BASE, result("i", "validity", "red", severity="info"))
    assert (found["verdict"], found["issues"]) == ("green", "i")


@pytest.mark.parametrize(("passed", "expected"), [(4, "green"), (3, "amber")])
def test_less_than_four_fifths_assessed_is_amber_at_best(
    context: Context, passed: int, expected: str
):
    rules = [result(f"v{at}", "validity", "green" if at < passed else "") for at in range(5)]
    found = judged(context, result("c", "completeness"), *rules)
    assert (found["verdict"], found["validity"]) == (expected, expected)
    assert ("partly assessed (validity, 3 of 5 checks)" in found["reason"]) is (passed == 3)


def test_green_needs_what_is_needed(context: Context):
    found = judged(context, result("r", "relevance"), result("v", "validity"))
    assert found["verdict"] == "amber"
    assert found["reason"].startswith("too little could be checked.")


def test_a_critical_rule_that_could_not_run_is_amber_at_best(context: Context):
    stopped = result("x", "completeness", "not_assessed", severity="critical")
    stopped["status"] = "could_not_run"
    more = [result(f"c{at}", "completeness") for at in range(9)]
    found = judged(context, *BASE, *more, stopped)
    assert (found["verdict"], found["could_not_run"]) == ("amber", 1)
    assert "could not run (x)" in found["reason"]


def test_nothing_assessed_is_not_assessed(context: Context):
    found = judged(context, result("c", "completeness", ""), result("v", "validity", ""))
    assert (found["verdict"], found["reason"]) == (
        "not_assessed",
        "none of the checks could be made.",
    )


def test_no_number_is_never_green(context: Context):
    found = judged(context, *BASE, measures=MEASURES.assign(value=float("nan")))
    assert found["verdict"] == "not_assessed"
    assert set(found[["validity", "completeness"]]) == {"not_assessed"}


@pytest.mark.parametrize(
    ("place", "counts"),
    [
        ({"table": "visits", "service_area": "A"}, True),
        ({"table": "visits", "service_area": "B"}, False),
        ({"table": "calls", "service_area": "A"}, False),
        ({"table": "visits", "service_area": ""}, True),
        ({"table": "", "service_area": ""}, True),
    ],
)
def test_a_failed_delivery_counts_where_its_table_is_used(
    context: Context, place: dict, counts: bool
):
    found = judged(context, *BASE, result("f", "validity", "red", indicator="", **place))
    assert (found["verdict"] == "red") is counts


def test_an_indicator_without_figures_is_listed(clean_result: QualityResult, context: Context):
    rules = context.register.rule_set("quality")
    found = verdicts_of(clean_result.results, MEASURES, context, rules)
    assert tuple(found.columns) == VERDICT
    missing = found[found["indicator"] == "C"]
    assert missing[["service_area", "verdict"]].to_numpy().tolist() == [["", "not_assessed"]]


def test_the_real_thing_reads_well(clean_result: QualityResult):
    verdicts = clean_result.verdicts.set_index(["indicator", "service_area"])
    assert set(verdicts["verdict"]) == {"green"}
    assert verdicts.loc[("P", "A"), "reason"] == (
        "complete, valid and up to date. Accuracy has not been checked against case files."
    )
    assert verdicts.loc[("P", "K"), "reliability"] == "green"


def test_an_incomplete_policy_is_refused(context: Context):
    rules = context.register.rule_set("quality")
    with pytest.raises(RuleSetError, match="assessed_share"):
        Policy.of(rules.model_copy(update={"values": {}}))
