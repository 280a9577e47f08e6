"""Rolling twelve months, year to date: sums over sums, and only when whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.measures.calendar import place
from pmf_analysis.measures.rolling import cut_at_breaks, shown
from pmf_analysis.measures.values import Confidence
from pmf_analysis.periods import parse
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import BreakKind

Build = Callable[..., pd.DataFrame]

PAIRS = [(month, 10 * month) for month in range(1, 15)]


def test_twelve_numerators_over_twelve_denominators(build: Build, make: SimpleNamespace) -> None:
    rolling = make.indicator(data_period="R12M")
    table = build(make.figures(make.monthly("2024-01", [(8, 10), (1, 100)] * 7)), rolling)
    assert table["shown_state"].tolist() == ["not_given"] * 11 + ["final"] * 3
    assert table["shown_value"].isna().sum() == 11
    last = table.iloc[-1]
    # six months of 8 of 10 and six of 1 of 100: 54 of 660, not the mean of 80% and 1%
    assert (last["shown_numerator"], last["shown_denominator"]) == (54, 660)
    assert last["shown_value"] == pytest.approx(100 * 54 / 660)
    assert last["value"] == pytest.approx(1)
    assert last["shown_lower"] < last["shown_value"] < last["shown_upper"] < last["upper"] * 3
    assert last["shown_label"] == "12 months to February 2025"


def test_a_gap_is_not_stepped_over(build: Build, make: SimpleNamespace) -> None:
    rolling = make.indicator(data_period="R12M")
    cells = [cell for cell in make.monthly("2023-01", PAIRS[:12] * 2) if cell[1] != "2023-06"]
    table = build(make.figures(cells), rolling).set_index("period")
    whole = table.index[table["shown_value"].notna()]
    # 23 rows, but twelve months in a row only from July 2023 on
    assert list(whole) == [f"2024-{month:02d}" for month in range(6, 13)]
    assert table.loc["2024-05", "shown_state"] == "not_given"


@pytest.mark.parametrize(
    ("broken", "state"),
    [(("suppressed", 10), "suppressed"), ((1, 0), "not_applicable"), ((9, 2), "unreliable")],
)
def test_one_month_without_a_number_leaves_twelve_without(
    build: Build, make: SimpleNamespace, broken: tuple[float | str, float | str], state: str
) -> None:
    rolling = make.indicator(data_period="R12M")
    pairs = [(1, 10)] * 3 + [broken] + [(1, 10)] * 12
    table = build(make.figures(make.monthly("2023-01", pairs)), rolling)
    assert table["shown_state"].tolist()[11:] == [state] * 4 + ["final"]
    assert table["shown_value"].notna().tolist() == [False] * 15 + [True]
    assert table["shown_numerator"].notna().tolist() == [False] * 15 + [True]


def test_a_printed_month_cannot_be_added(build: Build, make: SimpleNamespace) -> None:
    rolling = make.indicator(
        data_period="R12M", source=make.source(denominator={"column": "d"}, value="p")
    )
    cells = make.monthly("2023-01", [(1, 10)] * 11 + [("suppressed", 10)])
    row = build(make.figures([*cells, ("A", "2023-12", "p", 10)]), rolling).iloc[-1]
    assert (row["value"], row["state"], row["shown_state"]) == (10, "final", "not_given")


def test_a_sum_is_as_provisional_as_its_last_month(build: Build, make: SimpleNamespace) -> None:
    rolling = make.indicator(data_period="R12M", matures_after=45)
    table = build(
        make.figures(make.monthly("2023-01", [(1, 10)] * 13)),
        rolling,
        as_at=date(2024, 3, 1),
        published={"first": "2024-02-15"},
    )
    assert table["state"].tolist()[-2:] == ["final", "provisional"]
    assert table["shown_state"].tolist()[-2:] == ["final", "provisional"]


def test_year_to_date_starts_in_april(build: Build, make: SimpleNamespace) -> None:
    to_date = make.indicator(data_period="YTD", kind="count", unit="count", source=make.source())
    cells = [cell for cell in make.monthly("2024-02", PAIRS) if cell[2] == "n"]
    table = build(make.figures(cells), to_date).set_index("period")
    assert table["shown_value"].notna().tolist() == [False, False] + [True] * 12
    assert table.loc["2024-04", "shown_value"] == 3
    assert table.loc["2024-06", "shown_value"] == 3 + 4 + 5
    assert table.loc["2025-03", "shown_value"] == sum(range(3, 15))
    assert table.loc["2024-04", "shown_label"] == "April 2024"
    assert table.loc["2024-10", "shown_label"] == "April to October 2024"
    assert table.loc["2025-01", "shown_label"] == "April 2024 to January 2025"
    assert np.isnan(table.loc["2025-03", "shown_denominator"])


def test_quarters_roll_by_four(build: Build, make: SimpleNamespace) -> None:
    rolling = make.indicator(data_period="R12M", frequency="quarter")
    cells = [
        cell
        for quarter in ("2023/24-Q3", "2023/24-Q4", "2024/25-Q1", "2024/25-Q2")
        for cell in (("A", quarter, "n", 1), ("A", quarter, "d", 8))
    ]
    table = build(make.figures(cells), rolling)
    assert table["shown_value"].notna().tolist() == [False, False, False, True]
    assert table["shown_label"].iloc[-1] == "12 months to September 2024"


def test_what_is_rolling_already_is_shown_as_delivered(build: Build, make: SimpleNamespace) -> None:
    covered = make.indicator(
        data_period="R12M", source=make.source(denominator={"column": "d"}, covers="R12M")
    )
    row = build(make.figures(make.monthly("2024-10", [(12, 100)])), covered).iloc[0]
    assert (row["shown_value"], row["shown_label"]) == (12, "12 months to October 2024")


def test_a_stock_is_never_added_up(build: Build, make: SimpleNamespace) -> None:
    stock = make.indicator(
        data_period="MS", stock=True, kind="count", unit="count", source=make.source()
    )
    table = build(make.figures([("A", "2024-10", "n", 7), ("A", "2024-11", "n", 8)]), stock)
    assert table["shown_value"].tolist() == [7, 8]
    assert table["shown_label"].tolist() == ["31 October 2024", "30 November 2024"]


def test_months_over_a_yearly_population_stand_over_its_mean(
    build: Build, make: SimpleNamespace
) -> None:
    rate = make.indicator(
        kind="rate", unit="per_10000", data_period="R12M",
        source=make.source(denominator={"table": "people", "column": "count"}),
    )  # fmt: skip
    months = [cell for cell in make.monthly("2024-04", [(5, 0)] * 12) if cell[2] == "n"]
    people = make.figures([("A", "2024/25", "count", 10_000)], "second", "people")
    row = build([make.figures(months), people], rate).iloc[-1]
    assert row["value"] == 5
    assert (row["shown_numerator"], row["shown_denominator"]) == (60, 10_000)
    assert row["shown_value"] == 60


def test_series_do_not_run_into_each_other(build: Build, make: SimpleNamespace) -> None:
    rolling = make.indicator(data_period="R12M")
    first = make.monthly("2023-01", [(1, 10)] * 6)
    second = [("B", period, column, value) for _, period, column, value in
              make.monthly("2023-07", [(1, 10)] * 6)]  # fmt: skip
    table = build(make.figures([*first, *second]), rolling)
    assert table["shown_value"].isna().all()


@settings(max_examples=25, deadline=None)
@given(
    held=st.lists(
        st.one_of(st.none(), st.tuples(st.integers(0, 50), st.integers(50, 90))),
        min_size=12, max_size=40,
    ),
    turn=st.randoms(use_true_random=False),
)  # fmt: skip
def test_every_rolling_figure_is_the_plain_sum_of_its_twelve_months(
    held: list[tuple[int, int] | None], turn: object
) -> None:
    rolling = Indicator.model_validate(
        {
            "code": "SHARE", "name": "A share", "objective": "safe", "kind": "proportion",
            "source": {
                "published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}
            },
            "unit": "percent", "polarity": "high", "frequency": "month", "data_period": "R12M",
            "applies_to": ["district"], "owner": "a role", "origin": "here",
        }
    )  # fmt: skip
    months = [str(month) for month in pd.period_range("2020-01", periods=len(held), freq="M")]
    rows = [(month, *pair) for month, pair in zip(months, held, strict=True) if pair]
    turn.shuffle(rows)
    if not rows:
        return
    table = pd.DataFrame(rows, columns=["period", "numerator", "denominator"]).assign(
        service_area="A", cohort="all", state="final"
    )
    seen = shown(table, rolling, place(table["period"]), Confidence(0.95, 10))
    by_month = dict(zip(table["period"], seen["shown_value"], strict=True))
    for at, month in enumerate(months):
        if month not in by_month:
            continue
        window = held[at - 11 : at + 1] if at >= 11 else []
        if len(window) == 12 and all(window):
            tops, bottoms = zip(*window, strict=True)
            assert by_month[month] == pytest.approx(100 * sum(tops) / sum(bottoms))
        else:
            assert np.isnan(by_month[month])


def test_a_month_in_which_nothing_happened_adds_nothing_to_the_sum(
    build: Build, make: SimpleNamespace
) -> None:
    rolling = make.indicator(data_period="R12M")
    pairs = [(1, 2)] * 3 + [(0, 0)] + [(1, 2)] * 8
    last = build(make.figures(make.monthly("2024-01", pairs)), rolling).iloc[-1]
    assert (last["shown_numerator"], last["shown_denominator"]) == (11, 22)
    assert last["shown_state"] == "final"


def test_no_rolling_figure_adds_up_the_two_sides_of_a_break(make: SimpleNamespace) -> None:
    table = pd.DataFrame(
        {
            "indicator": "SHARE", "service_area": ["A"] * 15 + ["B"] * 15,
            "period": [f"20{24 + m // 12}-{m % 12 + 1:02d}" for m in range(15)] * 2,
            "shown_state": "final",
        }
        | {f"shown_{n}": 1.0 for n in ("numerator", "denominator", "value", "lower", "upper")}
    )  # fmt: skip
    table["period_end"] = [parse(code).end.isoformat() for code in table["period"]]
    rolling = make.indicator(data_period="R12M")
    breaks = (SimpleNamespace(indicator="SHARE", unit="A", period="2024-03",
                              kind=BreakKind.RECORDING),)  # fmt: skip
    register = SimpleNamespace(breaks=breaks, indicators={"SHARE": rolling})
    cut = cut_at_breaks(table, SimpleNamespace(register=register)).set_index("service_area")
    broken = cut.loc["A"].set_index("period")["shown_value"].isna()
    # March 2024 to January 2025 reach back before March 2024; February 2025 starts with it
    assert list(broken.index[broken]) == [*(f"2024-{m:02d}" for m in range(3, 13)), "2025-01"]
    assert cut.loc["B"]["shown_value"].notna().all()
    assert set(cut.loc["A"]["shown_state"]) == {"final", "break_inside"}
