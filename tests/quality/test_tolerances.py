"""Limits: which row of the tolerances holds, and the colour by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import RuleSetError
from pmf_analysis.quality import Rule, Suite
from pmf_analysis.quality.tolerances import ORDER, Tolerances, worst
from pmf_analysis.register.models import RuleSet, Tolerance
from pmf_analysis.terms import CheckStatus, Severity, Verdict

ON = date(2024, 4, 1)
PLACE = {"indicator": "P", "service_area": "A", "table": ""}


def row(green: float, amber: float, **more: object) -> Tolerance:
    given_values = {
        "unit": "*", "indicator": "*", "dimension": "completeness", "min_n": 10,
        "approved_by": "board", "valid_from": date(2020, 1, 1), "source": "here",
    }  # fmt: skip
    return Tolerance(green_max=green, amber_max=amber, **(given_values | more))


@pytest.fixture(scope="module")
def rule(suites: list[Suite]) -> Rule:
    """A warning with a tolerance for completeness."""
    return next(one for suite in suites for one in suite.rules if one.rule_id == "M-15")


@pytest.fixture(scope="module")
def rules(quality_rules: dict) -> RuleSet:
    return quality_rules["quality"]


def colour(rule: Rule, rules: RuleSet, failed: int, evaluated: int, *rows: Tolerance) -> Verdict:
    return Tolerances(rows, rules, ON).judge(rule, PLACE, evaluated, failed, False).colour


@pytest.mark.parametrize(
    ("failed", "evaluated", "expected"),
    [
        (0, 100, Verdict.GREEN), (1, 100, Verdict.GREEN), (2, 100, Verdict.AMBER),
        (5, 100, Verdict.AMBER), (6, 100, Verdict.RED),
        (6, 9, Verdict.AMBER),  # a share of fewer than ten is no share
        (0, 9, Verdict.GREEN), (0, 0, Verdict.NOT_ASSESSED),
    ],
)  # fmt: skip
def test_the_shipped_defaults(
    failed: int, evaluated: int, expected: Verdict, rule: Rule, rules: RuleSet
):
    assert colour(rule, rules, failed, evaluated) is expected


def test_the_nearest_row_holds(rule: Rule, rules: RuleSet):
    everywhere = row(0.5, 0.5)
    of_indicator = row(0.2, 0.5, indicator="P")
    of_unit = row(0.1, 0.5, unit="A")
    of_both = row(0.0, 0.5, unit="A", indicator="P")
    rows = [everywhere, of_indicator, of_unit, of_both]
    for count, limit in ((1, 0.5), (2, 0.2), (3, 0.1), (4, 0.0)):
        judged = Tolerances(rows[:count], rules, ON).judge(rule, PLACE, 100, 30, False)
        assert judged.green == limit


def test_a_row_holds_from_its_date(rule: Rule, rules: RuleSet):
    rows = [row(0.5, 0.5), row(0.0, 0.0, valid_from=date(2024, 4, 2))]
    assert colour(rule, rules, 30, 100, *rows) is Verdict.GREEN
    rows[1] = row(0.0, 0.0, valid_from=ON)
    assert colour(rule, rules, 30, 100, *rows) is Verdict.RED


def test_no_failure_allowed_is_red_when_critical_else_amber(rule: Rule, rules: RuleSet):
    critical = replace(rule, tolerance="zero", severity=Severity.CRITICAL)
    assert colour(critical, rules, 1, 100_000) is Verdict.RED
    assert colour(critical, rules, 1, 1) is Verdict.RED
    assert colour(replace(rule, tolerance="zero"), rules, 90, 100) is Verdict.AMBER


def test_a_rule_that_counts_fails_at_one(rule: Rule, rules: RuleSet):
    counting = replace(rule, counts={"evaluated": "cells", "failed": "cells_unread"})
    judged = Tolerances((), rules, ON).judge(counting, PLACE, 100_000, 1, False)
    assert (judged.status, judged.colour) == (CheckStatus.FAIL, Verdict.GREEN)


def test_what_did_not_run_has_no_colour(rule: Rule, rules: RuleSet):
    judged = Tolerances((), rules, ON).judge(rule, PLACE, 0, 0, True)
    assert (judged.status, judged.colour) == (CheckStatus.COULD_NOT_RUN, Verdict.NOT_ASSESSED)


@given(st.integers(1, 500), st.data())
def test_more_failures_never_give_a_better_colour(rule, rules, evaluated: int, data):
    fewer = data.draw(st.integers(0, evaluated))
    more = data.draw(st.integers(fewer, evaluated))
    first, second = (colour(rule, rules, failed, evaluated) for failed in (fewer, more))
    assert ORDER.index(first) <= ORDER.index(second)


def test_the_worst_of_nothing_is_not_assessed():
    assert worst() is Verdict.NOT_ASSESSED
    assert worst(Verdict.NOT_ASSESSED, Verdict.GREEN) is Verdict.GREEN
    assert worst(Verdict.AMBER, Verdict.RED, Verdict.GREEN) is Verdict.RED


@pytest.mark.parametrize("missing", ["min_n", "tolerances", "small_numbers"])
def test_an_incomplete_rule_set_is_refused(missing: str, rules: RuleSet):
    values = {name: value for name, value in rules.values.items() if name != missing}
    with pytest.raises(RuleSetError, match=r"quality\.yml"):
        Tolerances((), rules.model_copy(update={"values": values}), ON)
