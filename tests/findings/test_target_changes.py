"""A target that moved between two figures: what the colour would be by the one before."""

from datetime import date

import pandas as pd
import pytest

from pmf_analysis.findings.target_changes import target_changes
from pmf_analysis.register import Context, load
from pmf_analysis.register.models import Indicator, Workspace
from pmf_analysis.register.registry import Register


@pytest.fixture(scope="module")
def rule_sets(root):
    return load(root / "data" / "reference").rule_sets


def said(rule_sets, value, rag, period="2026-10", levels=((85, "2021-04"), (88, "2026-10"))):
    indicator = Indicator(
        code="T-01", name="Conferences in time", objective="o",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        kind="proportion", unit="percent", polarity="high", frequency="month", data_period="R12M",
        target=[{"value": at, "from": day} for at, day in levels],
        floor={"value": 80, "from": "2021-04"}, applies_to=["authority"], owner="role", origin="t",
    )  # fmt: skip
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="A", report_kinds=["authority"]),
        indicators={"T-01": indicator}, units={}, breaks=(), rule_sets=rule_sets,
    )  # fmt: skip
    row = {
        "indicator": "T-01", "service_area": "A", "period": period, "period_end": "2026-10-31",
        "shown_value": value, "shown_denominator": 1438.0, "shown_state": "final", "rag": rag,
    }  # fmt: skip
    (text,) = target_changes(pd.DataFrame([row]), Context(held, date(2026, 11, 6)))
    return text


def test_the_colour_turned_because_the_target_rose(rule_sets):
    assert said(rule_sets, 87.2, "amber") == (
        "The target rose from 85% to 88% on 1 October 2026; by the target before, the figure "
        "would be Green"
    )


def test_the_colour_is_the_same_by_both(rule_sets):
    assert said(rule_sets, 88.2, "green").endswith("would have the same colour")
    # it is the printed figure that is rated
    assert said(rule_sets, 84.96, "amber").endswith("would be Green")


def test_a_target_that_fell_and_one_without_a_figure(rule_sets):
    fell = said(rule_sets, 82.0, "green", levels=((85, "2021-04"), (81, "2026-10")))
    assert fell.startswith("The target fell from 85% to 81%")
    assert fell.endswith("would be Amber")
    nothing = said(rule_sets, float("nan"), "not_rated")
    assert nothing == "The target rose from 85% to 88% on 1 October 2026"


@pytest.mark.parametrize("levels", [((85, "2021-04"),), ((85, "2026-10"),)])
def test_nothing_is_said_where_the_target_is_the_same_or_the_first(rule_sets, levels):
    assert said(rule_sets, 87.0, "green", levels=levels) == ""
    assert said(rule_sets, 87.0, "green", period="2026-11") == ""
