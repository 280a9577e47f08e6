"""Run charts by the Anhoej rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pmf_analysis.errors import TableError
from pmf_analysis.methods import run_chart


@pytest.fixture(scope="module")
def rules(rule_sets) -> run_chart.RunRules:
    return run_chart.RunRules.of(rule_sets["anhoej"])


@pytest.fixture(scope="module")
def read(rules):
    def runs(values, segment=None, given_rules=rules, **options):
        segment = np.zeros(len(values), dtype=int) if segment is None else segment
        return run_chart.runs(values, segment, given_rules, **options)

    return runs


@given(useful=st.integers(10, 400))
def test_bounds_are_those_of_the_published_tables(useful, read):
    found = read(np.arange(useful) % 2 + np.arange(useful) * 1e-6)
    assert found.useful[0] in (useful, useful - 1)
    number = int(found.useful[0])
    assert found.longest_run_most[0] == round(np.log2(number)) + 3
    assert found.crossings_least[0] == stats.binom.ppf(0.05, number - 1, 0.5)


def test_a_long_run_and_few_crossings(read):
    found = read([1.0] * 12 + [3.0] * 12)
    assert (found.longest_run[0], found.crossings[0], found.signal[0]) == (12, 1, True)
    assert not read([1.0, 3.0] * 12).signal[0]


def test_points_on_the_median_are_passed_over(read):
    found = read([1, 2, 2, 1, 2, 3, 3, 2, 3, 1])
    assert (found.points[0], found.useful[0], found.longest_run[0]) == (10, 6, 3)
    assert found.crossings[0] == 2


def test_equal_figures_say_nothing(read):
    found = read([4.0] * 20)
    assert (found.useful[0], found.tested[0], found.signal[0]) == (0, False, False)
    assert found.median[0] == 4


def test_fewer_useful_points_than_the_minimum_are_not_tested(read, rules):
    values = [1.0] * 8 + [3.0]
    found = read(values, centre=[2.0] * 9)
    assert (found.longest_run[0], found.longest_run_most[0]) == (8, 6)
    assert not found.tested[0] and not found.signal[0]
    assert read(values, given_rules=replace(rules, min_useful=1), centre=[2.0] * 9).signal[0]


def test_no_run_and_no_crossing_bridges_a_gap(read):
    values = np.array([1.0] * 12 + [3.0] * 12)
    whole = read(values)
    parted = read(values, follows=np.arange(24) % 6 != 0)
    assert (whole.longest_run[0], parted.longest_run[0]) == (12, 6)
    assert parted.crossings[0] == 0
    assert parted.crossings_least[0] == stats.binom.ppf(0.05, 23 - 3, 0.5)


def test_a_frozen_median_and_parts(read):
    values = [1.0, 2, 3, 9, 9, 9, 9, 9, 9, 9, 9, 9]
    assert read(values, freeze_after=3).median[0] == 2
    assert read(values, freeze_after=[np.nan] * 12).median[0] == 9
    parts = read([*values, *values], np.repeat([5, 3], 12), freeze_after=[3] * 12 + [np.nan] * 12)
    assert parts.median.tolist() == [2, 9]


def test_a_line_that_is_given_stands_for_the_median(read):
    assert read([1.0, 2, 3] * 5, centre=[0.0] * 15).longest_run[0] == 15


@given(st.lists(st.integers(0, 30), min_size=1, max_size=50), st.sampled_from([0.01, 3.0, 1e9]))
def test_scale_and_side_do_not_matter(values, factor):
    rules = run_chart.RunRules(3, 0.05, 10, "")
    whole = run_chart.runs(values, [0] * len(values), rules)
    for other in (factor, -factor):
        turned = run_chart.runs(np.array(values) * other, [0] * len(values), rules)
        assert turned[1:] == whole[1:]


def test_a_missing_value_is_refused_and_no_series_is_fine(read):
    with pytest.raises(TableError, match="1 of 2 values"):
        read([1.0, np.inf])
    assert len(read([]).signal) == 0


def test_the_share_of_false_signals_is_as_its_authors_say(read):
    # Anhoej and Olesen (2014): below one in ten up to 40 points
    draws = np.random.default_rng(11)
    for length in (12, 24, 36):
        figures = draws.normal(size=4000 * length)
        found = read(figures, np.repeat(np.arange(4000), length))
        assert found.tested.all() and found.signal.mean() < 0.1
