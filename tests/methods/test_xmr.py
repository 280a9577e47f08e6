"""XmR charts against the reference cases, and where the reference itself breaks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import RuleSetError, TableError
from pmf_analysis.methods import xmr
from pmf_analysis.register.models import RuleSet
from pmf_analysis.terms import Assurance, Polarity, SpecialCause, Variation

DIRECTION = {"increase": "high", "decrease": "low", "neutral": "neutral"}
CAUSE = {
    "Common Cause": "none",
    "Above UCL": "above_limit",
    "Below LCL": "below_limit",
    "7 Point Trend (Increasing)": "trend_up",
    "7 Point Trend (Decreasing)": "trend_down",
    "2 in 3 Above CL": "two_in_three_high",
    "2 in 3 Below CL": "two_in_three_low",
    "7 Points Above CL": "shift_high",
    "7 Points Below CL": "shift_low",
}
POINT = {
    "common_cause": {"common_cause"},
    "special_cause_improvement": {"improvement_high", "improvement_low"},
    "special_cause_concern": {"concern_high", "concern_low"},
    "special_cause_neutral_high": {"neutral_high"},
    "special_cause_neutral_low": {"neutral_low"},
}


@pytest.fixture(scope="module")
def rules(rule_sets) -> xmr.XmrRules:
    return xmr.XmrRules.of(rule_sets["nhs-making-data-count"])


def chart_case(case: pd.Series, points: pd.DataFrame, rules: xmr.XmrRules):
    rules = replace(rules, screen=bool(case["screen_outliers"]))
    restarts = [] if pd.isna(case["rebase_periods"]) else case["rebase_periods"].split(";")
    segment = sum((points["period"] >= restart).to_numpy(int) for restart in restarts)
    segment = segment + np.zeros(len(points), dtype=int)
    fixed = None if pd.isna(case["fix_after_n_points"]) else int(case["fix_after_n_points"])
    lines = xmr.limits(points["value"], segment, rules, fix_after=fixed)
    return segment, lines, xmr.special_causes(points["value"], segment, lines, rules)


@pytest.fixture(scope="module")
def reference(shared: Path) -> dict[str, pd.DataFrame]:
    folder = shared / "reference" / "methods"
    names = ("cases", "input", "expected_points", "expected_summary")
    return {name: pd.read_csv(folder / f"xmr_{name}.csv") for name in names}


@pytest.mark.shared
def test_every_reference_point(reference, rules):
    expected = dict(iter(reference["expected_points"].groupby("case_id")))
    inputs = dict(iter(reference["input"].groupby("case_id")))
    assert len(reference["cases"]) == 42
    for _, case in reference["cases"].iterrows():
        name = case["case_id"]
        wanted = expected[name]
        segment, lines, causes = chart_case(case, inputs[name], rules)
        assert segment.tolist() == wanted["segment"].tolist(), name
        for ours, theirs in (
            ("moving_range", "moving_range"), ("centre", "mean"), ("mean_range", "amr"),
            ("unscreened_range", "amr_unscreened"), ("lower", "lpl"), ("upper", "upl"),
            ("near_lower", "near_lpl"), ("near_upper", "near_upl"),
        ):  # fmt: skip
            np.testing.assert_allclose(
                getattr(lines, ours), wanted[theirs], rtol=1e-8, atol=1e-10, err_msg=name
            )
        assert causes.tolist() == wanted["special_cause_type"].map(CAUSE).tolist(), name
        polarity = [DIRECTION[case["improvement_direction"]]] * len(wanted)
        for ours, theirs in zip(xmr.variation(causes, polarity), wanted["point_type"], strict=True):
            assert ours in POINT[theirs], name
        short = lines.points < rules.min_points
        if pd.isna(case["fix_after_n_points"]):
            assert short.tolist() == wanted["short_group_warning"].tolist(), name


@pytest.mark.shared
def test_every_reference_icon(reference, rules):
    summary = reference["expected_summary"].set_index("case_id")
    inputs = dict(iter(reference["input"].groupby("case_id")))
    for _, case in reference["cases"].iterrows():
        wanted = summary.loc[case["case_id"]]
        _, lines, causes = chart_case(case, inputs[case["case_id"]], rules)
        way = DIRECTION[case["improvement_direction"]]
        assert xmr.variation(causes[-1:], [way])[0] == wanted["variation_icon"]
        verdict = xmr.assurance([case["target"]], lines.lower[-1:], lines.upper[-1:], [way])[0]
        assert verdict == str(wanted["assurance_type"]).replace("none", "not_tested")
        np.testing.assert_allclose(lines.upper[-1], wanted["last_upl"], rtol=1e-8)
        assert int((causes != "none").sum()) == wanted["n_special"]


@pytest.mark.shared
def test_two_in_three_as_nhs_england_changed_it(shared, reference, rules):
    wanted = pd.read_csv(
        shared / "reference" / "methods" / "xmr_expected_two_sigma_inclusive.csv"
    ).groupby("case_id")
    inputs = dict(iter(reference["input"].groupby("case_id")))
    changed = replace(rules, two_in_three="beyond")
    for _, case in reference["cases"].iterrows():
        name = case["case_id"]
        _, _, causes = chart_case(case, inputs[name], changed)
        expected = wanted.get_group(name)["special_cause_type_inclusive"].map(CAUSE)
        assert causes.tolist() == expected.tolist(), name


@pytest.mark.shared
def test_all_cases_in_one_call_as_one_by_one(reference, rules):
    cases = reference["cases"].query("screen_outliers and fix_after_n_points.isna()")
    points = reference["expected_points"]
    points = points[points["case_id"].isin(cases["case_id"])]
    segment = points.groupby(["case_id", "segment"], sort=False).ngroup()
    lines = xmr.limits(points["value"], segment, rules)
    np.testing.assert_allclose(lines.upper, points["upl"], rtol=1e-8)
    causes = xmr.special_causes(points["value"], segment, lines, rules)
    assert causes.tolist() == points["special_cause_type"].map(CAUSE).tolist()


def chart(values, rules, **options):
    segment = np.zeros(len(values), dtype=int)
    lines = xmr.limits(values, segment, rules, **options)
    options.pop("fix_after", None)
    return lines, xmr.special_causes(values, segment, lines, rules, **options)


@pytest.mark.parametrize("level", [100.0, 0.0, 0.1, 99.9, 1 / 3])
@pytest.mark.parametrize("screen", [True, False])
def test_constant_series_has_limits_and_no_signal(level, screen, rules):
    lines, causes = chart([level] * 15, replace(rules, screen=screen))
    assert lines.lower.tolist() == lines.upper.tolist() == lines.centre.tolist() == [level] * 15
    assert set(causes) == {"none"}


def test_constant_series_meets_or_misses_its_target():
    goals = [95.0, 100.0, 101.0]
    same = [100.0] * 3
    assert xmr.assurance(goals, same, same, ["high"] * 3).tolist() == [
        "consistent_pass", "consistent_pass", "consistent_fail"
    ]  # fmt: skip
    assert xmr.assurance(goals, same, same, ["low"] * 3).tolist() == [
        "consistent_fail", "consistent_pass", "consistent_pass"
    ]  # fmt: skip


def test_all_but_one_equal_flags_the_one(rules):
    lines, causes = chart([5.0] * 14 + [9.0], rules)
    assert causes.tolist() == ["none"] * 14 + ["above_limit"]
    # one moving range of 4 among 14
    np.testing.assert_allclose(lines.upper[0] - lines.centre[0], 2.66 * 4 / 14)


@pytest.mark.parametrize("at", [0, 9, 23])
def test_a_spike_among_nearly_equal_figures_is_the_only_signal(at, rules):
    values = np.array([5.0, 5.1] * 12)
    values[at] = 60
    lines, causes = chart(values, rules)
    assert np.flatnonzero(causes != "none").tolist() == [at]
    assert lines.one_value.all() and (lines.lower < 5).all()
    # the rules as published draw the limits about a mean that no figure lies near
    assert (chart(values, replace(rules, one_value_share=1.0))[1] != "none").all()


def test_a_step_is_no_spike(rules):
    values = np.array([5.0, 5.1] * 6 + [60.0, 60.1] * 6)
    for length in (24, 14):
        lines, causes = chart(values[:length], rules)
        assert not lines.one_value.any() and (causes != "none").all()


def test_a_run_counts_up_to_each_point(rules):
    values = [1.0, 2, 5, 6, 7, 3, 8]
    run = xmr.run_so_far(values, [0] * 7, [3.0] * 7)
    assert run.tolist() == [-1, -2, 1, 2, 3, 0, 1]
    parted = xmr.run_so_far(values, [0] * 7, [3.0] * 7, follows=[1, 1, 1, 0, 1, 1, 1])
    assert parted.tolist() == [-1, -2, 1, 1, 2, 0, 1]
    assert len(xmr.run_so_far([], [], [])) == 0


def test_a_baseline_of_its_own_for_each_segment(rules):
    values, segment = np.arange(12.0), np.repeat([0, 1], 6)
    kept = [3.0] * 6 + [np.nan] * 6
    lines = xmr.limits(values, segment, rules, fix_after=kept)
    assert lines.centre.tolist() == [1.0] * 6 + [8.5] * 6
    assert lines.points.tolist() == [3] * 6 + [6] * 6
    with pytest.raises(TableError, match="A baseline of 0 points"):
        xmr.limits(values, segment, rules, fix_after=0)


def test_the_named_variants_differ_in_what_they_are_named_for(rule_sets, rules):
    six = xmr.XmrRules.of(rule_sets["nhs-making-data-count-six"])
    two = xmr.XmrRules.of(rule_sets["nhs-making-data-count-two-sigma"])
    assert six == replace(rules, shift_points=6, trend_points=6, label=six.label)
    assert two == replace(rules, two_in_three="beyond", label=two.label)
    values = np.array([10, 12, 9, 11, 10, 12, 9, 11, 10, 14, 15, 14, 15, 14, 15.0])
    assert set(chart(values[:14], six)[1]) == {"none"}
    assert chart(values, six)[1][-1] == "shift_high"
    assert chart(values, rules)[1][-1] == "none"


def test_rare_events_flag_no_zero(rules):
    values = [0.0] * 10 + [1.0] + [0.0] * 10
    lines, causes = chart(values, rules)
    assert lines.upper[0] > lines.centre[0] > lines.lower[0]
    assert {cause for cause, value in zip(causes, values, strict=True) if value == 0} == {"none"}
    two_events = [0.0] * 8 + [1.0] + [0.0] * 9 + [1.0] + [0.0] * 5
    assert not {"shift_low", "shift_high"} & set(chart(two_events, rules)[1])


def test_ceiling_keeps_the_stored_limit_above_100(rules):
    values = [98, 99, 100, 100, 100, 99, 100, 100, 98, 100, 100, 99, 100]
    lines, _ = chart(values, rules)
    np.testing.assert_allclose(lines.upper[0], 101.678205128205, rtol=1e-12)


@pytest.mark.parametrize("count", range(1, 13))
def test_short_series_are_computed_without_a_warning(count, rules):
    lines, causes = chart(np.arange(count) % 3 + 10.0, rules)
    assert len(causes) == count
    assert np.isnan(lines.upper).all() == (count == 1)


def test_no_series_at_all(rules):
    lines, causes = chart([], rules)
    assert len(lines.centre) == len(causes) == 0


def test_runs_and_moving_ranges_do_not_bridge_a_gap(rules):
    values = np.array([10, 12, 9, 11, 10, 12, 8, 20, 21, 20, 21, 20, 21, 20.0])
    whole, causes = chart(values, rules)
    assert (causes[7:] != "none").all()
    follows = np.arange(14) != 11
    parted, causes = chart(values, rules, follows=follows)
    assert np.isnan(parted.moving_range[11]) and parted.ranges[0] == whole.ranges[0] - 1
    assert "shift_high" not in set(causes)


def test_a_scattered_segment_and_a_missing_value_are_refused(rules):
    with pytest.raises(TableError, match="stand together"):
        xmr.limits([1.0, 2.0, 3.0], [0, 1, 0], rules)
    with pytest.raises(TableError, match="1 of 3 values"):
        xmr.limits([1.0, np.nan, 3.0], [0, 0, 0], rules)
    with pytest.raises(TableError, match="1 numbers of segments for 3 points"):
        xmr.limits([1.0, 2.0, 3.0], [0], rules)
    with pytest.raises(TableError, match="2 marks of what follows at once for 3 points"):
        xmr.limits([1.0, 2.0, 3.0], [0, 0, 0], rules, follows=[True, True])


def test_a_rule_set_without_its_numbers_is_refused(rule_sets):
    given_set = rule_sets["nhs-making-data-count"]
    values = {name: value for name, value in given_set.values.items() if name != "shift_points"}
    with pytest.raises(RuleSetError, match="lacks shift_points"):
        xmr.XmrRules.of(RuleSet(**{**given_set.model_dump(), "values": values}))
    for wrong in (
        {"two_in_three": "sometimes"}, {"shift_points": "seven"}, {"trend_points": 6.5},
        {"min_points": True}, {"screen": "no"},
    ):  # fmt: skip
        values = {**given_set.values, **wrong}
        with pytest.raises(RuleSetError, match=str(next(iter(wrong.values())))):
            xmr.XmrRules.of(RuleSet(**{**given_set.model_dump(), "values": values}))


def test_the_meaning_of_a_signal_follows_polarity():
    high, low = SpecialCause.ABOVE_LIMIT, SpecialCause.SHIFT_LOW
    assert xmr.variation([high, low], [Polarity.LOW, Polarity.LOW]).tolist() == [
        Variation.CONCERN_HIGH, Variation.IMPROVEMENT_LOW
    ]  # fmt: skip
    assert xmr.variation([high], [Polarity.CLOSE_TO_TARGET])[0] == Variation.NEUTRAL_HIGH
    assert xmr.variation(["not_tested"], ["high"])[0] == Variation.NOT_TESTED


def test_no_assurance_without_target_limits_or_a_good_way():
    verdicts = xmr.assurance(
        [np.nan, 5, 5, 5], [1, np.nan, 1, 1], [2, np.nan, 2, 2],
        ["high", "high", "neutral", "close_to_target"],
    )  # fmt: skip
    assert set(verdicts) == {Assurance.NOT_TESTED.value}


series = st.lists(st.integers(0, 400), min_size=2, max_size=40)


@given(values=series, factor=st.sampled_from([0.001, 0.37, 3, 1e6]))
def test_scaling_a_series_scales_its_lines_and_keeps_its_signals(values, factor, rules):
    before, causes = chart(np.array(values, float), rules)
    after, scaled = chart(np.array(values, float) * factor, rules)
    np.testing.assert_allclose(after.upper, before.upper * factor, rtol=1e-9, atol=1e-9 * factor)
    np.testing.assert_allclose(after.lower, before.lower * factor, rtol=1e-9, atol=1e-6 * factor)
    boundary = np.abs(np.array(values) - before.centre) < 1e-9 * (1 + before.upper)
    assert boundary.any() or causes.tolist() == scaled.tolist()


@given(values=series)
def test_turning_a_series_upside_down_turns_its_signals(values, rules):
    opposite = {
        "above_limit": "below_limit", "trend_up": "trend_down", "shift_high": "shift_low",
        "two_in_three_high": "two_in_three_low",
    }  # fmt: skip
    opposite |= {low: high for high, low in opposite.items()} | {"none": "none"}
    _, causes = chart(np.array(values, float), rules)
    _, turned = chart(-np.array(values, float), rules)
    assert [opposite[cause] for cause in causes] == turned.tolist()
