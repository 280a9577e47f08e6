"""Benchmarks: England, region and neighbours, by the single-interval rule."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.analysis import comparison
from pmf_analysis.register.models import NeighbourModel, RuleSet, Unit, Workspace
from pmf_analysis.register.registry import Context, Register

UNITS = {
    "ENG": ("England", "country", ""), "SE": ("South East", "region", "ENG"),
    **{code: (code, "authority", "SE") for code in "ABCDE"},
    "Z": ("Z", "authority", "ENG"),
}  # fmt: skip
PERCENT = {"kind": "proportion", "unit": "percent", "polarity": "high"}


@pytest.fixture(scope="module")
def rules(rule_sets) -> RuleSet:
    return rule_sets["comparison"]


@pytest.fixture
def context_of(rules, rule_sets):
    def make(*indicators, benchmarks=("county", "region", "neighbours"), near=None):
        model = NeighbourModel(
            name="Model 2025", dated=date(2025, 5, 1), source="s",
            neighbours={"A": ("B", "C", "D", "E")} if near is None else near,
        )  # fmt: skip
        return Context(
            Register(
                workspace=Workspace(
                    title="t", register_name="t", county="ENG", report_kinds=("authority",),
                    benchmarks=benchmarks, neighbour_model=model.name,
                ),
                indicators={one.code: one for one in indicators},
                units={
                    code: Unit(code=code, name=name, kind=kind, parent=parent)
                    for code, (name, kind, parent) in UNITS.items()
                },
                neighbour_models={model.name: model},
                rule_sets={"comparison": rules, "intervals": rule_sets["intervals"]},
            ),
            date(2026, 1, 1),
        )  # fmt: skip

    return make


@pytest.fixture
def table_of(make_rows):
    """One period of several units, with an interval of 3 either side."""

    def make(**values):
        parts = [
            make_rows(
                [value], service_area=unit,
                lower=None if value is None else value - 3,
                upper=None if value is None else value + 3,
            )
            for unit, value in values.items()
        ]  # fmt: skip
        table = pd.concat(parts, ignore_index=True).astype({"lower": float, "upper": float})
        return table.assign(shown_lower=table["lower"], shown_upper=table["upper"])

    return make


def row(found: pd.DataFrame, unit: str) -> pd.Series:
    return found[found["service_area"] == unit].iloc[0]


def test_a_hand_worked_comparison(context_of, table_of, make_indicator):
    table = table_of(A=80.0, B=70.04, C=70.05, D=70.16, E=None, SE=76.0, ENG=83.0)
    kent = row(comparison.analyse(table, context_of(make_indicator(**PERCENT))), "A")
    assert kent["england"] == 83.0
    assert kent["vs_england"] == "similar"  # the end of the interval belongs to it
    assert kent["vs_region"] == "better"
    assert kent["neighbour_median"] == 70.1  # of 70.0, 70.1 and 70.2
    assert kent["vs_neighbours"] == "better"
    assert kent["neighbours_compared"] == "3 of 4"
    assert kent["neighbour_model"] == "Model 2025"
    assert "Model 2025" in kent["comparison_rule"]
    assert kent["comparison_reason"] == ""


@pytest.mark.parametrize(
    ("polarity", "benchmark", "expected"),
    [
        ("high", 70.0, "better"), ("high", 90.0, "worse"),
        ("low", 70.0, "worse"), ("low", 90.0, "better"),
        ("neutral", 70.0, "higher"), ("neutral", 90.0, "lower"),
        ("high", 77.0, "similar"), ("low", 83.0, "similar"),
    ],
)  # fmt: skip
def test_labels_by_polarity(context_of, table_of, make_indicator, polarity, benchmark, expected):
    indicator = make_indicator(**(PERCENT | {"polarity": polarity}))
    found = comparison.analyse(table_of(A=80.0, ENG=benchmark), context_of(indicator))
    assert row(found, "A")["vs_england"] == expected


@pytest.mark.parametrize(
    ("whole", "verdict", "level"),
    [
        (60, "similar", ""),
        (55, "better", "95%"),
        (49, "better", "99.8%"),
        (None, "not_compared", ""),
    ],
)  # fmt: skip
def test_the_wider_interval_says_how_sure_it_is(
    context_of, make_rows, make_indicator, whole, verdict, level
):
    # 65 of 100: the 95% interval starts at 55.3, the 99.8% one at 49.8
    own = make_rows(
        [65.0], shown_numerator=65.0, shown_denominator=100.0, shown_lower=55.25, shown_upper=73.64
    )
    table = pd.concat([own, make_rows([whole], service_area="ENG")], ignore_index=True)
    found = row(comparison.analyse(table, context_of(make_indicator(**PERCENT))), "A")
    assert (found["vs_england"], found["vs_england_level"]) == (verdict, level)


def test_target_and_floor_are_held_against_the_interval(context_of, table_of, make_indicator):
    levels = {"target": {"value": 90, "from": "2019-04"}, "floor": {"value": 78, "from": "2019-04"}}
    found = comparison.analyse(table_of(A=80.0), context_of(make_indicator(**PERCENT, **levels)))
    a = row(found, "A")
    assert (a["vs_target"], a["vs_target_level"]) == ("worse", "95%")  # no counts, no wider one
    assert (a["vs_floor"], a["vs_floor_level"]) == ("similar", "")
    none = row(comparison.analyse(table_of(A=80.0), context_of(make_indicator(**PERCENT))), "A")
    assert (none["vs_target"], none["vs_floor"]) == ("not_compared", "not_compared")


def test_what_cannot_be_compared_says_why(context_of, table_of, make_rows, make_indicator):
    context = context_of(make_indicator(**PERCENT))
    found = comparison.analyse(table_of(A=80.0, Z=None, ENG=70.0, SE=None), context)
    assert row(found, "A")["vs_region"] == "not_compared"
    assert row(found, "A")["comparison_reason"] == (
        "The region has no figure for this period. "
        "Too few neighbours have a figure for this period."
    )
    assert row(found, "Z")["vs_england"] == "not_compared"
    assert row(found, "Z")["comparison_reason"] == "This period has no number."
    assert row(found, "ENG")["comparison_reason"] == (
        "England is not compared with itself. No region stands above this unit. "
        "No neighbours are registered."
    )
    bare = comparison.analyse(make_rows([80.0]), context)
    assert bare["comparison_reason"].tolist() == ["This figure has no interval."]


def test_a_county_without_neighbours_has_only_itself(context_of, table_of, make_indicator):
    context = context_of(make_indicator(**PERCENT), benchmarks=("county",))
    found = comparison.analyse(table_of(A=80.0, B=70.0, SE=1.0, ENG=70.0), context)
    one = row(found, "A")
    assert (one["vs_england"], one["vs_region"], one["vs_neighbours"]) == (
        "better", "not_compared", "not_compared",
    )  # fmt: skip
    assert np.isnan(one["region"])
    assert np.isnan(one["neighbour_median"])
    assert (one["neighbours_compared"], one["neighbour_model"]) == ("", "")


def test_a_suppressed_neighbour_is_left_out_even_if_a_number_stands_there(
    context_of, table_of, make_indicator
):
    table = table_of(A=80.0, B=70.0, C=72.0)
    for name in ("state", "shown_state"):
        table[name] = table[name].where(table["service_area"] != "C", "suppressed")
    kent = row(comparison.analyse(table, context_of(make_indicator(**PERCENT))), "A")
    assert (kent["neighbour_median"], kent["neighbours_compared"]) == (70.0, "1 of 4")


def test_counts_of_places_of_different_size_are_not_compared(context_of, table_of, make_indicator):
    found = comparison.analyse(table_of(A=80.0, B=9.0, ENG=9000.0), context_of(make_indicator()))
    kent = row(found, "A")
    assert kent["vs_england"] == "not_compared"
    assert kent[["england", "neighbour_median"]].isna().all()
    assert kent["comparison_reason"] == "Counts of places that differ in size are not compared."


def test_benchmarks_are_of_the_same_period_cohort_and_latest_vintage(
    context_of, table_of, make_indicator
):
    table = table_of(A=80.0, ENG=70.0)
    later = table[table["service_area"] == "ENG"].assign(vintage="2025-12-01", shown_value=95.0)
    other = table[table["service_area"] == "ENG"].assign(cohort="part", shown_value=1.0)
    both = pd.concat([other, later, table], ignore_index=True)
    found = comparison.analyse(both, context_of(make_indicator(**PERCENT)))
    assert row(found, "A")["england"] == 95.0


def test_the_order_of_rows_does_not_matter(context_of, table_of, make_indicator):
    table = table_of(A=80.0, B=70.0, C=75.0, ENG=90.0)
    context = context_of(make_indicator(**PERCENT))
    straight = comparison.analyse(table, context).sort_values("service_area", ignore_index=True)
    turned = comparison.analyse(table.iloc[::-1], context)
    pd.testing.assert_frame_equal(straight, turned.sort_values("service_area", ignore_index=True))


def test_an_empty_table_gives_an_empty_table(context_of, table_of, make_indicator):
    found = comparison.analyse(table_of(A=1.0).iloc[:0], context_of(make_indicator(**PERCENT)))
    assert len(found) == 0
    assert "vs_neighbours" in found


def exact_half_up(value: Fraction) -> int:
    return int((value + Fraction(1, 2)) // 1)


def exact_median(ratios: list[Fraction], decimals: int) -> Fraction:
    """The Department's rule in exact arithmetic."""
    digits = sorted(exact_half_up(ratio * 10**decimals) for ratio in ratios)
    middle = len(digits) // 2
    if len(digits) % 2:
        return Fraction(digits[middle], 10**decimals)
    return Fraction(exact_half_up(Fraction(digits[middle - 1] + digits[middle], 2)), 10**decimals)


@given(
    counts=st.lists(
        st.none() | st.tuples(st.integers(0, 5000), st.integers(1, 8000)), min_size=1, max_size=11
    ),
    decimals=st.integers(0, 3),
    multiplier=st.sampled_from([1, 100, 10_000]),
)
def test_the_median_is_that_of_exact_arithmetic(counts, decimals, multiplier):
    values = [np.nan if one is None else one[0] / one[1] * multiplier for one in counts]
    ratios = [Fraction(one[0], one[1]) * multiplier for one in counts if one is not None]
    median, count = comparison.neighbour_medians(np.array([values]), np.array([decimals]))
    assert count[0] == len(ratios)
    if ratios:
        assert median[0] == float(exact_median(ratios, decimals))
    else:
        assert np.isnan(median[0])


def test_halves_that_binary_arithmetic_misses():
    # 1.005 is stored as 1.00499...; 23 of 160 is 14.375 per cent
    median, _ = comparison.neighbour_medians(
        np.array([[1.005], [23 / 160 * 100]]), np.array([2, 2])
    )
    assert median.tolist() == [1.01, 14.38]


# --- the Department's published medians ---------------------------------------------------


def read(shared, name: str, year: str) -> pd.DataFrame:
    table = pd.read_csv(shared / "data" / name, encoding="utf-8-sig", dtype=str)
    local = table["geographic_level"] == "Local authority"
    return table[local & (table["time_period"] == year)].set_index("old_la_code")


def ratio(numerator: pd.Series, denominator: pd.Series, multiplier: float) -> pd.Series:
    parts = pd.concat([numerator, denominator], axis=1).apply(pd.to_numeric, errors="coerce")
    return parts.iloc[:, 0] / parts.iloc[:, 1] * multiplier


def published_values(shared, indicator: str) -> tuple[pd.Series, int]:
    """Each authority's own value, from the published counts, and its decimals."""
    if indicator == "children_in_need_rate":
        cases = read(shared, "dfe_cin_2025/b1_children_in_need_2013_to_2025.csv", "2025")
        name = "dfe_cin_2025/ons_mid-year_population_estimates_2012_to_2024.csv"
        people = read(shared, name, "2024")["population_estimate"]
        return ratio(cases["At31_episodes"], people.reindex(cases.index), 10_000), 0
    if indicator == "looked_after_rate":
        name = "dfe_cla_2025/cla_number_and_rate_per_10k_children.csv"
        care = read(shared, name, "2025")
        care = care[care["population_type"] == "Children looked after on 31 March each year"]
        return ratio(care["children_count"], care["population_estimate"], 10_000), 0
    if indicator == "repeat_referrals":
        name = "dfe_cin_2025/c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
        counts = read(shared, name, "2025")
        return ratio(counts["rereferral_count"], counts["referral_count"], 100), 1
    counts = read(shared, "dfe_cin_2025/d3_cpps_subsequent_plan_2013_to_2025.csv", "2025")
    return ratio(counts["CPP_subsequent"], counts["CPP_start"], 100), 1


@pytest.mark.shared
@pytest.mark.parametrize(
    "indicator",
    [
        "children_in_need_rate", "looked_after_rate",
        "repeat_referrals", "repeat_child_protection_plans",
    ],
)  # fmt: skip
def test_the_departments_neighbour_medians_come_out(shared, indicator):
    published = pd.read_csv(shared / "reference" / "neighbours" / "published_medians.csv")
    published = published[published["indicator"] == indicator]
    model = pd.read_csv(
        shared / "data" / "statistical_neighbours" / "sn_model_2025_wide.csv",
        encoding="utf-8-sig", dtype=str,
    )  # fmt: skip
    cases = read(shared, "dfe_cin_2025/b1_children_in_need_2013_to_2025.csv", "2025")
    codes = published["la_name"].map(dict(zip(cases["la_name"], cases.index, strict=True)))
    near = model.set_index("old_la_code")[[f"SN_{place}" for place in range(1, 11)]].loc[codes]
    values, decimals = published_values(shared, indicator)
    matrix = values.reindex(near.to_numpy().ravel()).to_numpy().reshape(near.shape)
    median, count = comparison.neighbour_medians(matrix, np.full(len(near), decimals))
    assert len(median) == 153
    assert median.tolist() == published["neighbour_median"].astype(float).tolist()
    assert count.tolist() == [10] * 153
