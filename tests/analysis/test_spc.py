"""Control charts from the measure table: verdicts, their reasons, and the laws they keep."""

from __future__ import annotations

import re
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pmf_analysis.analysis import spc
from pmf_analysis.analysis.segments import add_segments
from pmf_analysis.tables import KEY, MEASURE

STABLE = [50.0, 52.0, 49.0, 51.0, 53.0, 48.0, 50.0, 51.0, 49.0, 52.0, 50.0, 48.0, 51.0, 50.0]


@pytest.fixture
def chart(make_context, make_indicator):
    def run(rows, *breaks, indicators=None, **changes):
        known = indicators or [make_indicator(**changes)]
        context = make_context(*known, breaks=breaks)
        return spc.analyse(add_segments(rows, context), context)

    return run


def test_a_stable_series_has_limits_and_common_cause(chart, make_rows):
    table = chart(make_rows(STABLE), polarity="high", target={"value": 40, "from": "2020-04"})
    assert list(table.columns) == [*KEY, *spc.COLUMNS]
    assert set(table["variation"]) == {"common_cause"}
    assert set(table["assurance"]) == {"consistent_pass"}
    ranges = np.abs(np.diff(STABLE))
    assert table["upper_limit"][0] == pytest.approx(np.mean(STABLE) + 2.66 * ranges.mean())
    assert table["chart_reason"][13] == "Limits from 14 monthly figures, April 2020 to May 2021."
    assert set(table["rule_set"]) == {"nhs-making-data-count 1.0"}
    assert set(table["chart_points"]) == {14}


@pytest.mark.parametrize(
    ("polarity", "variation"),
    [("high", "improvement_high"), ("low", "concern_high"), ("neutral", "neutral_high")],
)
def test_the_meaning_of_a_signal_follows_polarity(chart, make_rows, polarity, variation):
    last = chart(make_rows([*STABLE, 90.0]), polarity=polarity).iloc[-1]
    assert (last["special_cause"], last["variation"]) == ("above_limit", variation)


def test_close_to_target_is_neutral(chart, make_rows):
    table = chart(
        make_rows([*STABLE, 90.0]), polarity="close_to_target", tolerance=5,
        target={"value": 50, "from": "2020-04"},
    )  # fmt: skip
    assert table["variation"].iloc[-1] == "neutral_high"
    assert set(table["assurance"]) == {"not_tested"}
    assert "Being close to the target is best" in table["chart_reason"].iloc[-1]


@pytest.mark.parametrize("count", range(1, 13))
def test_a_short_series_says_so(chart, make_rows, count):
    rows = make_rows(STABLE[:count], start="2020/21")
    table = chart(rows, frequency="year", data_period="A", polarity="high",
                  target={"value": 1, "from": "2000-04"})  # fmt: skip
    assert set(table["variation"]) == set(table["assurance"]) == {"not_tested"}
    assert set(table["special_cause"]) == {"not_tested"}
    assert table[["centre", "lower_limit", "upper_limit"]].isna().all(axis=None)
    noun = "figure" if count == 1 else "figures"
    needed = f"{13 - count} more are needed." if count < 12 else "1 more is needed."
    # runs are told of from ten figures off the median; of 11 and 12, fewer are
    runs = " The figures so far show no unusual run above or below their middle."
    assert table["chart_reason"].iloc[-1] == (
        f"Only {count} yearly {noun}: a control chart needs at least 13 before it can tell usual "
        f"variation from a real change. {needed}{runs if count == 10 else ''}"
    )
    assert set(table["chart_kind"]) == {"none"}
    assert set(table["chart_kind_reason"]) == {"No control chart: too few figures so far."}
    assert table["chart_value"].tolist() == STABLE[:count]


def test_a_short_last_segment_says_since_when(chart, make_rows, make_break):
    table = chart(make_rows([*STABLE, *STABLE[:5]]), make_break("2021-06"))
    assert (
        table["chart_reason"]
        .iloc[-1]
        .startswith("Only 5 monthly figures since June 2021, where the limits restart: ")
    )
    assert set(table["variation"][:14]) == {"common_cause"}
    assert table["upper_limit"].notna().tolist() == [True] * 14 + [False] * 5
    assert table["chart_points"].tolist() == [14] * 14 + [5] * 5


def test_each_segment_has_limits_of_its_own(chart, make_rows, make_break):
    higher = [value + 30 for value in STABLE]
    table = chart(make_rows([*STABLE, *higher]), make_break("2021-06"))
    assert table["centre"].iloc[-1] == pytest.approx(table["centre"].iloc[0] + 30)
    assert set(table["variation"]) == {"common_cause"}
    # the same without the rebase
    assert "common_cause" not in set(chart(make_rows([*STABLE, *higher]))["variation"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stock": True}, "counts mostly what the one before it counted"),
        (
            {"source": {"published": {"table": "t", "numerator": ["n"], "covers": "R12M"}}},
            "covers a rolling twelve months, so successive figures share months",
        ),
    ],
)
def test_overlapping_figures_get_no_limits(chart, make_rows, changes, words):
    table = chart(make_rows(STABLE * 2), **changes)
    assert set(table["variation"]) == set(table["assurance"]) == {"not_tested"}
    assert table["upper_limit"].isna().all()
    assert table["chart_reason"].str.contains(words).all()
    assert table["chart_value"].tolist() == STABLE * 2


def test_a_suppressed_figure_is_no_value_and_no_bridge(chart, make_rows):
    values = [*STABLE, None, *STABLE]
    table = chart(make_rows(values))
    gap = table.iloc[14]
    assert np.isnan(gap["chart_value"])
    assert gap["variation"] == "not_tested"
    assert gap["chart_reason"] == ("No figure to test: withheld to protect confidentiality (c).")
    assert "28 monthly figures" in table["chart_reason"][0]
    assert "1 month between has no figure; no run is read across." in table["chart_reason"][0]
    # the range from 50 back to 50 across the gap is not among the moving ranges
    ranges = 2 * np.abs(np.diff(STABLE)).sum() / 26
    assert table["upper_limit"][0] == pytest.approx(np.mean(STABLE) + 2.66 * ranges)


def test_a_month_that_is_not_there_is_a_gap_too(chart, make_rows):
    rows = make_rows([*STABLE, None, *STABLE])
    with_row, without = chart(rows), chart(rows.drop(index=14))
    np.testing.assert_array_equal(without["upper_limit"], with_row["upper_limit"].drop(14))
    assert without["chart_reason"][0] == with_row["chart_reason"][0]


def test_every_other_month_gives_no_chart(chart, make_rows):
    values = [value if step % 2 else None for step, value in enumerate(STABLE * 3)]
    table = chart(make_rows(values))
    assert table["upper_limit"].isna().all()
    assert "Too many months are missing: only 0 of 21 figures" in table["chart_reason"].iloc[-1]


def test_a_number_in_a_state_without_one_is_not_charted(chart, make_rows):
    rows = make_rows(STABLE).assign(state="unreliable")
    table = chart(rows)
    assert table["chart_value"].isna().all()
    assert set(table["variation"]) == {"not_tested"}


def test_a_replaced_figure_is_not_charted(chart, make_rows):
    rows = make_rows(STABLE).assign(vintage="2021-06-30")
    early = make_rows([999.0], start="2020-08").assign(vintage="2020-09-30")
    both = chart(pd.concat([early, rows], ignore_index=True))
    assert both["chart_reason"][0].startswith("Not tested: a later figure")
    assert both["upper_limit"][1:].tolist() == chart(rows)["upper_limit"].tolist()


DEGENERATE = {
    "constant": [100.0] * 15,
    "zeros": [0.0] * 15,
    "all but one": [5.0] * 14 + [9.0],
    "rare event": [0.0] * 10 + [1.0] + [0.0] * 10,
    "ceiling": [98.0, 99, 100, 100, 100, 99, 100, 100, 98, 100, 100, 99, 100],
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_series_have_numbers_and_a_reason(chart, make_rows, name):
    values = DEGENERATE[name]
    table = chart(make_rows(values), polarity="high", target={"value": 95, "from": "2020-04"})
    assert table[["centre", "lower_limit", "upper_limit"]].notna().all(axis=None)
    assert (table["special_cause"] != "none").sum() <= 1
    assert (table["assurance"] != "not_tested").all()
    assert table["chart_reason"].str.startswith("Limits from ").all()


def test_a_constant_series_is_judged_against_its_target(chart, make_rows):
    def held(target, polarity):
        rows = make_rows([100.0] * 15)
        return chart(rows, polarity=polarity, target={"value": target, "from": "2020-04"}).iloc[-1]

    assert held(95, "high")["assurance"] == "consistent_pass"
    assert held(101, "high")["assurance"] == "consistent_fail"
    assert held(95, "low")["assurance"] == "consistent_fail"
    assert held(95, "high")["chart_reason"].endswith("both limits lie on the average.")


def test_assurance_goes_by_the_target_in_force(chart, make_rows):
    table = chart(
        make_rows(STABLE), polarity="high",
        target=[{"value": 40, "from": "2020-08"}, {"value": 60, "from": "2021-01"}],
    )  # fmt: skip
    expected = ["not_tested"] * 4 + ["consistent_pass"] * 5 + ["consistent_fail"] * 5
    assert table["assurance"].tolist() == expected
    assert "No target holds" in table["chart_reason"][0]
    assert "No target holds" not in table["chart_reason"].iloc[-1]


def test_an_empty_table_gives_an_empty_table(chart):
    empty = pd.DataFrame({name: pd.Series(dtype="str") for name in MEASURE})
    empty = empty.assign(value=pd.Series(dtype=float))
    assert list(chart(empty).columns) == [*KEY, *spc.COLUMNS]


# Kent's monthly referrals, April 2012 to March 2024


@pytest.fixture(scope="module")
def kent(shared) -> list[float]:
    path = shared / "data" / "dfe_cin_2024"
    table = pd.read_csv(
        path / "c6_children_in_need_referrals_by_month_2013_to_2024.csv",
        dtype=str, encoding="utf-8-sig",
    )  # fmt: skip
    years = table[table["new_la_code"] == "E10000016"].sort_values("time_period")
    return years.loc[:, "April":"March"].to_numpy(dtype=float).ravel().tolist()


def augusts_outside(table: pd.DataFrame) -> list[str]:
    august = table["period"].str.endswith("-08")
    outside = table["special_cause"].isin(["above_limit", "below_limit"])
    return table.loc[august & outside, "period"].tolist()


@pytest.mark.shared
@pytest.mark.parametrize(
    "restarts",
    [("2017-04", "2022-04"), ("2017-03", "2022-04"), ("2016-04", "2022-01"),
     ("2018-04", "2022-09"), ("2017-09", "2023-03")],
)  # fmt: skip
def test_no_august_of_kent_is_outside_once_rebased(chart, make_rows, make_break, kent, restarts):
    table = chart(make_rows(kent, start="2012-04"), *map(make_break, restarts))
    assert augusts_outside(table) == []
    assert table["upper_limit"].notna().all()
    assert re.search(r"August usually runs 1[0-2]% below average$", table["seasonal_note"][4])


@pytest.mark.shared
def test_where_restarts_are_missing_figures_follow_on(chart, make_rows, make_break, kent):
    rows = make_rows(kent, start="2012-04")
    for restarts in ((), ("2017-04",)):
        table = chart(rows, *map(make_break, restarts))
        assert table["autocorrelation"].iloc[-1] > 0.5
        assert "so the limits are wider" in table["chart_kind_reason"].iloc[-1]


# Laws

monthly = st.lists(
    st.one_of(st.none(), st.integers(0, 300).map(float)), min_size=1, max_size=50
)  # fmt: skip
lawful = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@lawful
@given(first=monthly, second=monthly, seed=st.integers(0, 99))
def test_other_series_and_the_order_of_rows_change_nothing(chart, make_rows, first, second, seed):
    alone = make_rows(first)
    both = pd.concat([alone, make_rows(second, service_area="B")], ignore_index=True)
    expected = chart(alone)
    shuffled = chart(both.sample(frac=1, random_state=seed))
    found = shuffled[shuffled["service_area"] == "A"].sort_values("period", ignore_index=True)
    pd.testing.assert_frame_equal(found, expected)


@lawful
@given(values=monthly, factor=st.sampled_from([0.5, 3.0, 1000.0]))
def test_scaling_a_series_scales_its_limits(chart, make_rows, values, factor):
    # a mean: of rare counts the size itself says how far chance goes
    before = chart(make_rows(values), kind="mean")
    scaled = [None if value is None else value * factor for value in values]
    after = chart(make_rows(scaled), kind="mean")
    for column in ("centre", "lower_limit", "upper_limit"):
        np.testing.assert_allclose(
            after[column], before[column] * factor, rtol=1e-8, atol=1e-6 * factor
        )
    assert after["chart_reason"].tolist() == before["chart_reason"].tolist()


@lawful
@given(values=monthly)
def test_every_row_has_a_verdict_and_a_reason(chart, make_rows, values):
    table = chart(make_rows(values), polarity="high", target={"value": 90, "from": "2020-04"})
    assert table["chart_reason"].str.len().gt(0).all()
    assert table["seasonal_note"].str.len().gt(0).all()
    tested = table["variation"] != "not_tested"
    assert (table.loc[tested, ["chart_value", "centre", "lower_limit", "upper_limit"]].notna()).all(
        axis=None
    )
    assert (tested == (table["special_cause"] != "not_tested")).all()
    assert (tested == (table["assurance"] != "not_tested")).all()


def repeated(rows, values):
    """One series' rows for as many units as ``values`` has rows."""
    units, periods = values.shape
    table = rows.iloc[np.tile(np.arange(periods), units)].reset_index(drop=True)
    names = [f"U{unit:04d}" for unit in range(units) for _ in range(periods)]
    return table.assign(service_area=names, value=values.ravel())


def test_many_series_at_once_are_quick(chart, make_rows, make_indicator):
    draws = np.random.default_rng(1)
    yearly = make_rows([1.0] * 13, start="2012/13", indicator="A-01")
    monthly = make_rows([1.0] * 144, start="2012-04")
    both = [
        repeated(yearly, draws.normal(50, 5, (1000, 13))),
        repeated(monthly, draws.poisson(200, (80, 144)).astype(float)),
    ]
    known = [make_indicator(), make_indicator("A-01", frequency="year", data_period="A")]
    begun = time.process_time()
    table = chart(pd.concat(both, ignore_index=True), indicators=known)
    # about 1 second on an idle core; the bound leaves room for a busy machine
    assert time.process_time() - begun < 6
    assert (table["variation"] != "not_tested").all()


# --- figures that are not final yet -------------------------------------------------------------

SHARE = {
    "kind": "proportion", "unit": "percent", "polarity": "high",
    "target": {"value": 40, "from": "2018-04"},
}  # fmt: skip


def young_rows(make_rows, values, young, cases=1000.0):
    """Monthly shares up to December 2025, the last ones provisional on 1 January 2026."""
    start = str(pd.Period("2025-12", "M") - len(values) + 1)
    rows = make_rows(values, start=start)
    state = ["final"] * (len(values) - young) + ["provisional"] * young
    top = rows["value"] * cases / 100
    return rows.assign(
        state=state, numerator=top, denominator=cases, shown_numerator=top,
        shown_denominator=cases, shown_state=state,
    )  # fmt: skip


def test_a_figure_that_late_entries_pull_is_not_judged(chart, make_rows):
    # entered late: the newest month reads 40 in place of 50, below every final one
    rows = young_rows(make_rows, [*STABLE, 40.0], 1)
    last = chart(rows, matures_after=35, **SHARE).iloc[-1]
    assert (last["special_cause"], last["variation"]) == ("not_tested", "not_tested")
    assert last["chart_waits"] == (
        "December 2025 is not judged yet: entries are still to come, and it is 34 days until the "
        "figure is final. So far it lies below the usual limits."
    )
    # what is said of meeting the target rests on the final figures, and stays
    assert last["assurance"] == "consistent_pass"
    judged = chart(rows.assign(state="final"), matures_after=35, **SHARE).iloc[-1]
    assert (judged["variation"], judged["chart_waits"]) == ("concern_low", "")


def test_figures_that_wait_move_no_limit_and_no_verdict(chart, make_rows):
    whole = chart(young_rows(make_rows, [*STABLE, 20.0, 90.0], 2), matures_after=80, **SHARE)
    final = chart(young_rows(make_rows, STABLE, 0), matures_after=80, **SHARE)
    for column in ("centre", "lower_limit", "upper_limit"):
        assert set(whole[column]) == set(final[column])
    assert whole["variation"].tolist()[:14] == final["variation"].tolist()
    assert set(whole["chart_points"]) == {14}
    assert whole["chart_reason"].iloc[-1].startswith("Limits from 14 monthly figures")


@pytest.mark.parametrize(("value", "verdict"), [(25.0, "concern_low"), (75.0, "improvement_high")])
def test_a_signal_in_the_best_and_the_worst_case_is_told(chart, make_rows, value, verdict):
    last = chart(young_rows(make_rows, [*STABLE, value], 1), matures_after=35, **SHARE).iloc[-1]
    assert (last["variation"], last["chart_waits"]) == (verdict, "")


def test_where_nothing_was_ever_late_the_figure_is_judged(chart, make_rows):
    rows = young_rows(make_rows, [*STABLE, 40.0], 1).assign(late_share=0.0, late_cases=5e4,
                                                            late_periods=9)  # fmt: skip
    assert chart(rows, matures_after=35, **SHARE)["variation"].iloc[-1] == "concern_low"


def test_a_figure_that_its_publisher_calls_provisional_is_judged(chart, make_rows):
    rows = young_rows(make_rows, [*STABLE, 40.0], 1)
    assert chart(rows, **SHARE)["variation"].iloc[-1] == "concern_low"
    assert set(chart(rows, **SHARE)["chart_waits"]) == {""}


def test_a_stretch_without_a_final_figure_says_so(chart, make_rows, make_break):
    rows = young_rows(make_rows, [*STABLE, 40.0], 1)
    table = chart(rows, make_break("2025-12"), matures_after=35, **SHARE)
    assert table["chart_reason"].iloc[-1] == "Not tested: no figure of this stretch is final yet."
    assert table["variation"].iloc[-1] == "not_tested"
    assert table["centre"].isna().tolist() == [False] * 14 + [True]
    alone = chart(rows.tail(1), matures_after=35, **SHARE)
    assert alone["variation"].tolist() == ["not_tested"]


@pytest.mark.soak
def test_stable_figures_that_are_entered_late_are_not_called_worse(chart, make_rows):
    rng = np.random.default_rng(4)
    said = []
    for _ in range(200):
        shares = rng.binomial(400, 0.9, 40) / 4
        shares[-1] -= 4
        said.append(chart(young_rows(make_rows, shares, 1, 400), matures_after=35, **SHARE))
    assert sum(table["variation"].iloc[-1] == "concern_low" for table in said) == 0
