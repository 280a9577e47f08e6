"""Charts of counts, shares, rates and rare events: where they agree, and do not break."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.errors import RuleSetError, TableError
from pmf_analysis.methods import attribute, xmr
from pmf_analysis.register.models import RuleSet

LINES = ("centre", "lower", "upper", "near_lower", "near_upper")
WIDE = {"p": "pp", "u": "up"}


@pytest.fixture(scope="module")
def rules(rule_sets) -> attribute.AttributeRules:
    return attribute.AttributeRules.of(rule_sets["attribute-charts"])


@pytest.fixture(scope="module")
def control(rule_sets) -> xmr.XmrRules:
    return xmr.XmrRules.of(rule_sets["nhs-making-data-count"])


@pytest.fixture(scope="module")
def chart(rules, control):
    def charted(kind, events, cases=0, segment=None, **options):
        segment = np.zeros(len(events), dtype=int) if segment is None else segment
        return attribute.limits(kind, events, cases, segment, rules, control, **options)

    return charted


def test_a_share_has_the_limits_of_its_own_number_of_cases(chart):
    # Montgomery (2009), Introduction to Statistical Quality Control, 6th edition, p. 293:
    # samples of 50, mean share 0.2313, limits 0.0524 and 0.4102
    events = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22,
              8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]  # fmt: skip
    lines = chart("p", events, [50] * 30)
    np.testing.assert_allclose(lines.centre[0], 0.2313, atol=5e-5)
    np.testing.assert_allclose([lines.lower[0], lines.upper[0]], [0.0524, 0.4102], atol=5e-5)
    # the same page: samples 15 and 23 lie outside
    outside = (lines.value > lines.upper) | (lines.value < lines.lower)
    assert np.flatnonzero(outside).tolist() == [14, 22]
    more = chart("p", [4, 40], [10, 100])
    assert more.upper[0] > more.upper[1] and more.lower[0] < more.lower[1]


@given(
    cases=st.lists(st.integers(20, 400), min_size=13, max_size=40),
    kind=st.sampled_from(["p", "u"]),
    seed=st.integers(0, 999),
)
def test_widened_limits_are_plain_ones_times_the_spread_of_z(cases, kind, seed, chart):
    events = np.random.default_rng(seed).binomial(cases, 0.3)
    plain = chart(kind, events, cases, clipped=False)
    wide = chart(WIDE[kind], events, cases, clipped=False)
    spread = wide.sigma_z[0]
    np.testing.assert_allclose(wide.upper - wide.centre, (plain.upper - plain.centre) * spread)
    np.testing.assert_allclose(wide.z * spread, plain.z, atol=1e-12)
    assert (plain.sigma_z == 1).all()


def test_a_widened_chart_of_equal_cases_is_the_chart_of_single_figures(chart):
    events = np.random.default_rng(7).binomial(80, 0.6, 30)
    wide, single = chart("pp", events, [80] * 30), chart("i", events / 80)
    for line in LINES:
        np.testing.assert_allclose(getattr(wide, line), getattr(single, line), rtol=1e-12)


def test_every_kind_in_one_call_as_one_by_one(chart):
    draws = np.random.default_rng(3)
    kinds = [str(kind) for kind in attribute.KINDS]
    events, cases = draws.integers(1, 30, (8, 20)), draws.integers(30, 60, (8, 20))
    segment = np.repeat(np.arange(8), 20)
    together = chart(np.repeat(kinds, 20), events.ravel(), cases.ravel(), segment)
    for place, kind in enumerate(kinds):
        alone = chart(kind, events[place], cases[place])
        for ours, one in zip(together, alone, strict=True):
            np.testing.assert_array_equal(ours[segment == place], one)


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up"])
def test_a_period_without_cases_is_left_out_and_moves_nothing(kind, chart, control):
    events, cases = [3, 4, 0, 5, 2, 6], [10, 12, 0, 11, 9, 14]
    lines = chart(kind, events, cases)
    assert lines.drawn.tolist() == [True, True, False, True, True, True]
    assert np.isnan([lines.value[2], lines.lower[2], lines.upper[2]]).all()
    assert lines.points.tolist() == [5] * 6 and lines.ranges.tolist() == [3] * 6
    left = [0, 1, 3, 4, 5]
    others = chart(kind, [events[i] for i in left], [cases[i] for i in left],
                   follows=[True, True, False, True, True])  # fmt: skip
    for line in LINES:
        np.testing.assert_array_equal(getattr(lines, line)[left], getattr(others, line))
    assert lines.centre[2] == lines.centre[0]
    assert attribute.special_causes(lines, [0] * 6, control)[2] == "not_tested"


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up"])
def test_no_run_is_read_across_a_period_without_cases(kind, chart, control):
    events = np.array([2, 4] * 10 + [9] * 7)
    cases = np.full(27, 10)
    whole = attribute.special_causes(chart(kind, events, cases), [0] * 27, control)
    assert "not_tested" not in set(whole) and set(whole[20:]) != {"none"}
    events[23], cases[23] = 0, 0
    lines = chart(kind, events, cases)
    parted = attribute.special_causes(lines, [0] * 27, control)
    assert not {"shift_high"} & set(parted)


@pytest.mark.parametrize("kind", [str(kind) for kind in attribute.KINDS])
@pytest.mark.parametrize("events", [0, 1, 10])
def test_equal_figures_have_limits_and_no_signal(kind, events, chart, control):
    lines = chart(kind, [events] * 15, [10] * 15)
    assert lines.drawn.all() and not np.isnan(np.vstack([getattr(lines, n) for n in LINES])).any()
    assert (lines.lower <= lines.centre + 1e-12).all()
    assert (lines.centre <= lines.upper + 1e-12).all()
    assert set(attribute.special_causes(lines, [0] * 15, control)) == {"none"}


def test_shares_of_none_and_of_all_have_no_spread(chart):
    for events in (0, 10):
        lines = chart("p", [events] * 15, [10] * 15)
        assert (lines.lower == lines.upper).all() and (lines.z == 0).all()


@pytest.mark.parametrize("kind", ["p", "pp", "u", "up", "c", "g", "t"])
def test_limits_are_cut_off_where_no_figure_can_lie(kind, chart):
    events = [1, 0, 3, 9, 2, 1, 0, 8, 1, 2, 10, 1, 0, 2]
    cut, whole = (chart(kind, events, [10] * 14, clipped=clipped) for clipped in (True, False))
    assert (whole.lower < 0).all() and (cut.lower == 0).all()
    if kind in ("p", "pp"):
        assert (cut.upper <= 1).all()
    else:
        assert (cut.upper == whole.upper).all()


def test_one_point_has_limits_only_where_the_counting_gives_them(chart):
    for kind in ("p", "u", "c", "g"):
        assert chart(kind, [3], [10]).drawn.all()
    for kind in ("i", "pp", "up", "t"):
        assert not chart(kind, [3], [10]).drawn.any()


def test_a_baseline_keeps_the_first_lines(chart):
    events, cases = np.array([5, 6, 4, 5, 7, 5, 9, 10, 9]), np.full(9, 12)
    early = chart("pp", events[:6], cases[:6])
    for given_ in (6, [6.0] * 9):
        kept = chart("pp", events, cases, fix_after=given_)
        np.testing.assert_allclose(kept.upper[:6], early.upper)
        assert kept.points.tolist() == [6] * 9
    every = chart("pp", events, cases, fix_after=[np.nan] * 9)
    np.testing.assert_array_equal(every.upper, chart("pp", events, cases).upper)
    with pytest.raises(TableError, match="A baseline of 0 points"):
        chart("pp", events, cases, fix_after=0)


def test_baselines_and_restarts_stand_together(chart):
    events, cases = np.arange(1, 13), np.full(12, 20)
    segment = np.repeat([0, 1], 6)
    both = chart("p", events, cases, segment, fix_after=[3.0] * 6 + [np.nan] * 6)
    assert both.centre.tolist() == [2 / 20] * 6 + [57 / 120] * 6


def test_times_between_events_stand_on_their_root(chart, rules):
    days = np.array([12.0, 30, 7, 55, 21, 18, 40, 9, 33])
    roots = chart("i", days ** (1 / 3.6))
    times = chart("t", days)
    np.testing.assert_allclose(times.centre, roots.centre**3.6)
    np.testing.assert_allclose(times.upper, roots.upper**3.6)
    np.testing.assert_allclose(times.z, roots.z)


def test_cases_between_events_vary_about_their_mean_and_run_about_their_median(chart):
    gaps = [3, 0, 12, 40, 5, 9, 1]
    lines = chart("g", gaps)
    assert lines.centre[0] == 5
    np.testing.assert_allclose(lines.upper[0], 10 + 3 * np.sqrt(10 * 11))


@pytest.mark.parametrize(
    ("events", "cases", "words"),
    [
        ([1, -1], [2, 2], "1 of 2 points have a count below 0"),
        ([1, 1], [2, -2], "1 of 2 points have a denominator below 0"),
        ([1, 3], [2, 2], "1 of 2 points have more events than cases"),
        ([1, 3], [2, 0], "1 of 2 points have events among no cases"),
        ([1, 0], [2, 1e-90], "1 of 2 points have a denominator near 0"),
        ([1, np.inf], [2, 2], "1 of 2 values to chart are not numbers"),
        ([1, 1], [2, np.nan], "1 of 2 values to chart are not numbers"),
        ([1, 1e60], [2, 1e60], "A value to chart is 1e\\+60"),
    ],
)
def test_what_is_no_count_is_refused(events, cases, words, chart):
    with pytest.raises(TableError, match=words):
        chart("p", events, cases)


def test_a_kind_that_is_not_known_or_changes_is_refused(chart):
    with pytest.raises(TableError, match=r"Charts of kind xbar\. Expected: i, p, pp"):
        chart("xbar", [1, 2], [3, 3])
    with pytest.raises(TableError, match="more than one kind"):
        chart(["p", "u"], [1, 2], [3, 3])
    with pytest.raises(TableError, match="stand together"):
        chart("p", [1, 2, 3], [3, 3, 3], [0, 1, 0])


def test_no_series_at_all(chart, control):
    lines = chart("p", [], [])
    assert len(lines.value) == 0
    assert len(attribute.special_causes(lines, np.array([], dtype=int), control)) == 0


def test_a_spike_among_nearly_equal_shares_draws_no_limits_away(chart, control):
    events = np.array([50, 51] * 12)
    events[9] = 1000
    cases = np.full(24, 1000)
    lines = chart("pp", events, cases)
    causes = attribute.special_causes(lines, [0] * 24, control)
    assert np.flatnonzero(causes != "none").tolist() == [9]
    plain = attribute.limits("pp", events, cases, [0] * 24,
                             attribute.AttributeRules(3.0, 2.0, 1.128, 3.6, ""),
                             replace(control, one_value_share=1.0))  # fmt: skip
    assert (attribute.special_causes(plain, [0] * 24, control) != "none").all()


def test_a_rule_set_without_its_numbers_is_refused(rule_sets):
    known = rule_sets["attribute-charts"]
    values = {name: value for name, value in known.values.items() if name != "sigmas"}
    with pytest.raises(RuleSetError, match="lacks sigmas"):
        attribute.AttributeRules.of(RuleSet(**{**known.model_dump(), "values": values}))
