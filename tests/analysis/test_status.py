"""Colours: by target and floor in force, by polarity, never without a reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.analysis import status
from pmf_analysis.errors import RuleSetError
from pmf_analysis.register.models import Indicator, Level, RuleSet, TargetRow, Unit, Workspace
from pmf_analysis.register.registry import Context, Register

HIGH = {
    "kind": "proportion", "unit": "percent", "polarity": "high",
    "target": {"value": 85, "from": "2019-04"}, "floor": {"value": 80, "from": "2019-04"},
}  # fmt: skip
LOW = {
    "kind": "proportion", "unit": "percent", "polarity": "low",
    "target": {"value": 18, "from": "2019-04"}, "floor": {"value": 22, "from": "2019-04"},
}  # fmt: skip
CLOSE = {
    "kind": "proportion", "unit": "percent", "polarity": "close_to_target", "tolerance": 2,
    "target": {"value": 20, "from": "2019-04"},
}  # fmt: skip


@pytest.fixture(scope="module")
def rules(rule_sets) -> RuleSet:
    return rule_sets["rag"]


@pytest.fixture
def context_of(rules):
    def make(*indicators, kind="authority", target_rows=()):
        return Context(
            Register(
                workspace=Workspace(
                    title="t", register_name="t", county="A", report_kinds=("authority",)
                ),
                indicators={one.code: one for one in indicators},
                units={"A": Unit(code="A", name="Ashmere", kind=kind)},
                target_rows=target_rows,
                rule_sets={"rag": rules},
            ),
            date(2026, 1, 1),
        )

    return make


@pytest.fixture
def rated(context_of, make_rows, make_indicator):
    """Colours of values of one indicator, as (rag, reason)."""

    def make(values, unit_kind="authority", denominator=400.0, **fields):
        table = make_rows(values, denominator=denominator, shown_denominator=denominator)
        found = status.analyse(table, context_of(make_indicator(**fields), kind=unit_kind))
        return list(zip(found["rag"], found["rag_reason"], strict=True))

    return make


@pytest.mark.parametrize(
    ("fields", "value", "rag"),
    [
        (HIGH, 85.0, "green"),  # exactly at the target
        (HIGH, 84.95, "green"),  # prints as 85.0
        (HIGH, 84.94, "amber"),
        (HIGH, 80.0, "amber"),  # exactly at the floor
        (HIGH, 79.95, "amber"),
        (HIGH, 79.9, "red"),
        (LOW, 18.0, "green"),
        (LOW, 18.1, "amber"),
        (LOW, 22.0, "amber"),
        (LOW, 22.1, "red"),
        (CLOSE, 18.0, "green"),
        (CLOSE, 22.0, "green"),
        (CLOSE, 22.1, "amber"),
        (CLOSE, 16.0, "amber"),
        (CLOSE, 15.9, "red"),
        (CLOSE | {"floor": {"value": 13, "from": "2019-04"}}, 15.9, "amber"),
        (CLOSE | {"floor": {"value": 13, "from": "2019-04"}}, 27.0, "amber"),
        (CLOSE | {"floor": {"value": 13, "from": "2019-04"}}, 27.1, "red"),
    ],
)
def test_a_value_gets_its_colour(rated, fields, value, rag):
    assert rated([value], **fields)[0][0] == rag


def test_reasons_say_value_level_and_direction(rated):
    reasons = [reason for _, reason in rated([86.0, 82.0, 70.0], **HIGH)]
    assert reasons == [
        "86.0% meets the target of at least 85%.",
        "82.0% meets the floor of at least 80% but not the target of at least 85%.",
        "70.0% misses the floor of at least 80%.",
    ]
    assert rated([17.0], **LOW)[0][1] == "17.0% meets the target of at most 18%."
    near, far = (reason for _, reason in rated([20.0, 25.5], **CLOSE))
    assert near == "20.0% is at the target of 20%, within the tolerance of 2 percentage points."
    assert far == (
        "25.5% is 5.5 percentage points from the target of 20%: more than 4 percentage points away."
    )


def test_without_a_floor_a_missed_target_is_amber_and_says_so(rated):
    rag, reason = rated([10.0], **(HIGH | {"floor": ()}))[0]
    assert rag == "amber"
    assert reason == "10.0% does not meet the target of at least 85%; no floor is set."


def test_a_floor_without_a_target_can_only_be_red_or_not_rated(rated):
    fields = HIGH | {"target": ()}
    assert [rag for rag, _ in rated([79.0, 81.0], **fields)] == ["red", "not_rated"]


def test_no_target_no_number_and_neutral_are_not_rated_with_their_reasons(rated):
    assert rated([50.0], **(HIGH | {"target": (), "floor": ()}))[0] == (
        "not_rated", "No target was in force on 30 April 2020.",
    )  # fmt: skip
    assert rated([None], **HIGH)[0] == (
        "not_rated",
        "There is no figure to rate: withheld to protect confidentiality (c).",
    )
    assert rated([50.0])[0] == (
        "not_rated", "Neither way is better by itself, so the figure has no colour.",
    )  # fmt: skip
    spread = {"expected_range": {"lower": 1400, "upper": 2450, "from": "2020-04"}}
    assert [reason.split("is ")[1] for _, reason in rated([1399.0, 1400.0, 2451.0], **spread)] == [
        "below the expected range of 1,400 to 2,450.",
        "within the expected range of 1,400 to 2,450.",
        "above the expected range of 1,400 to 2,450.",
    ]
    elsewhere = {"expected_range": spread["expected_range"] | {"units": ["another"]}}
    assert rated([1399.0], **elsewhere)[0] == (
        "not_rated", "Neither way is better by itself, so the figure has no colour.",
    )  # fmt: skip


def test_a_suppressed_value_is_never_rated_even_if_a_number_stands_there(
    context_of, make_rows, make_indicator
):
    table = make_rows([86.0], shown_state="suppressed")
    found = status.analyse(table, context_of(make_indicator(**HIGH)))
    assert found["rag"].tolist() == ["not_rated"]


def test_a_small_month_of_a_district_has_no_colour(rated):
    month = HIGH | {"data_period": "M"}
    rag, reason = rated([70.0], unit_kind="district", denominator=33.0, **month)[0]
    assert (rag, reason.startswith("Shown without colour: one month counts only 33")) == (
        "not_rated", True,
    )  # fmt: skip
    assert rated([70.0], unit_kind="district", denominator=50.0, **month)[0][0] == "red"
    assert rated([70.0], unit_kind="authority", denominator=33.0, **month)[0][0] == "red"
    rolling = HIGH | {"data_period": "R12M"}
    assert rated([70.0], unit_kind="district", denominator=33.0, **rolling)[0][0] == "red"


@pytest.mark.parametrize("shown", ["R12M", "R3Y", "YTD"])
def test_a_rolling_figure_over_almost_no_cases_has_no_colour(rated, shown):
    rolling = HIGH | {"data_period": shown}
    rag, reason = rated([0.0], unit_kind="service", denominator=1.0, **rolling)[0]
    assert rag == "not_rated"
    assert reason == (
        "Shown without colour: it counts only 1 in all, and below 20 a single one can change the "
        "colour."
    )
    assert rated([70.0], unit_kind="team", denominator=19.0, **rolling)[0][0] == "not_rated"
    assert rated([70.0], unit_kind="team", denominator=20.0, **rolling)[0][0] == "red"
    assert rated([70.0], unit_kind="authority", denominator=19.0, **rolling)[0][0] == "red"


def test_a_raised_target_restates_no_past_colour(context_of, make_rows, make_indicator):
    levels = [{"value": 85, "from": "2019-04"}, {"value": 88, "from": "2020-06"}]
    indicator = make_indicator(**(HIGH | {"target": levels}))
    found = status.analyse(make_rows([86.0] * 4), context_of(indicator))
    assert found["target"].tolist() == [85.0, 85.0, 88.0, 88.0]
    assert found["rag"].tolist() == ["green", "green", "amber", "amber"]
    assert found["floor"].tolist() == [80.0] * 4


def test_a_units_own_target_and_a_provisional_one(context_of, make_rows, make_indicator):
    row = TargetRow(
        indicator="T-01", unit="A",
        target={"value": 90, "from": "2020-04", "provisional": True},
    )  # fmt: skip
    indicator = make_indicator(**HIGH)
    found = status.analyse(make_rows([86.0]), context_of(indicator, target_rows=(row,)))
    assert found["rag_reason"].tolist() == [
        "86.0% meets the floor of at least 80% but not the target of at least 90% (provisional)."
    ]


def test_the_rule_is_named_on_each_row(context_of, make_rows, make_indicator):
    found = status.analyse(make_rows([86.0]), context_of(make_indicator(**HIGH)))
    assert found["rag_rule"][0].startswith("rag 1.1: green, target met")


def test_an_empty_table_gives_an_empty_table(context_of, make_rows, make_indicator):
    found = status.analyse(make_rows([1.0]).iloc[:0], context_of(make_indicator(**HIGH)))
    assert len(found) == 0
    assert "rag" in found


def test_an_incomplete_rule_set_says_what_is_missing(context_of, make_rows, make_indicator):
    context = context_of(make_indicator(**HIGH))
    lame = RuleSet(name="rag", version="0", purpose="p", source="s", values={"summary": "s"})
    register = Register(**{**vars(context.register), "rule_sets": {"rag": lame}})
    with pytest.raises(RuleSetError, match=r"has no value small_numbers.*rules/rag\.yml"):
        status.analyse(make_rows([86.0]), Context(register, context.as_at))


@given(
    value=st.floats(0, 100), target=st.integers(1, 99), gap=st.integers(0, 20), high=st.booleans()
)
def test_a_better_figure_never_has_a_worse_colour(rules, value, target, gap, high):
    indicator = Indicator(
        code="T-01", name="Test", objective="o", owner="role", origin="test",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        applies_to=["authority"], frequency="month", data_period="M", kind="proportion",
        unit="percent", polarity="high" if high else "low",
    )  # fmt: skip
    level, floor = (
        {"value": target, "from": "2020-01"},
        {"value": target - gap if high else target + gap, "from": "2020-01"},
    )
    order = ["red", "amber", "green"]

    def colour(at):
        figure = status.Rated(
            indicator.model_copy(), "authority", date(2021, 1, 31), at, 400.0, "final",
            Level(**level), Level(**floor),
        )  # fmt: skip
        return order.index(str(status.rate(figure, rules)[0]))

    better = min(value + 1, 100.0) if high else max(value - 1, 0.0)
    assert colour(better) >= colour(value)
