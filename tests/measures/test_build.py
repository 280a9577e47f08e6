"""The measure table by hand-worked figures, then on the Department's own files."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import ingest, measures, periods, tables
from pmf_analysis.errors import DeliveryError, RuleSetError, TableError
from pmf_analysis.formats import round_half_up
from pmf_analysis.register import Context, Register, load

Build = Callable[..., pd.DataFrame]


def only(table: pd.DataFrame) -> pd.Series:
    """The one row of a table."""
    assert len(table) == 1
    return table.iloc[0]


def test_a_proportion_by_hand(build: Build, make: SimpleNamespace) -> None:
    row = only(build(make.figures(make.monthly("2024-05", [(81, 100)]))))
    assert row["value"] == pytest.approx(81)
    # by hand: (162 + z² -+ z sqrt(z² + 4 * 81 * 0.19)) / (2 (100 + z²)), z² = 3.8415
    assert (row["lower"], row["upper"]) == pytest.approx((72.2212, 87.4852), abs=1e-4)
    assert row["method"] == "Wilson score 95%"
    assert (row["state"], row["period_end"], row["vintage"]) == (
        "final", "2024-05-31", "2025-01-01",
    )  # fmt: skip
    assert (row["quality"], row["deliveries"]) == ("not_assessed", "first")
    assert row["shown_value"] == row["value"]
    assert row["shown_label"] == "May 2024"


def test_every_column_of_the_contract_in_its_order(build: Build, make: SimpleNamespace) -> None:
    table = build(make.figures(make.monthly("2024-05", [(81, 100)])))
    assert list(table.columns) == list(tables.MEASURE)


def test_numerators_add_up_and_another_table_gives_the_population(
    build: Build, make: SimpleNamespace
) -> None:
    rate = make.indicator(
        "RATE", kind="rate", unit="per_10000", frequency="year", data_period="A",
        source=make.source(
            numerator=["n", "m"],
            denominator={"table": "people", "column": "count", "period_shift": 1},
        ),
    )  # fmt: skip
    counts = make.figures(
        [("A", "2024/25", "n", 7), ("A", "2024/25", "m", 5),
         ("B", "2024/25", "n", 7), ("B", "2024/25", "m", "suppressed")]
    )  # fmt: skip
    people = make.figures(
        [("A", "CY2024", "count", 4000), ("A", "CY2025", "count", 1), ("B", "CY2024", "count", 1)],
        "second", "people",
    )  # fmt: skip
    first, withheld = build([counts, people], rate).to_dict("records")
    assert (first["numerator"], first["denominator"], first["value"]) == (12, 4000, 30)
    assert first["deliveries"] == "first;second"
    assert first["vintage"] == "2025-01-01"
    assert first["method"] == "Byar 95%"
    assert withheld["state"] == "suppressed"
    assert np.isnan(withheld["numerator"])
    assert np.isnan(withheld["value"])


def test_a_population_missing_for_a_year_is_a_reason_not_a_dropped_row(
    build: Build, make: SimpleNamespace
) -> None:
    rate = make.indicator(
        kind="rate", unit="per_10000", frequency="year", data_period="A",
        source=make.source(denominator={"table": "people", "column": "count"}),
    )  # fmt: skip
    counts = make.figures([("A", "2024/25", "n", 7)])
    people = make.figures([("A", "2023/24", "count", 4000)], "second", "people")
    row = only(build([counts, people], rate))
    assert (row["state"], row["numerator"], row["deliveries"]) == ("not_given", 7, "first")
    assert only(build(counts, rate))["state"] == "not_given"


@pytest.mark.parametrize(
    ("top", "bottom", "state"),
    [
        ("suppressed", "unreliable", "suppressed"),
        ("not_available", "unreliable", "unreliable"),
        ("not_available", "not_applicable", "not_available"),
        ("rounds_to_zero", "not_applicable", "not_applicable"),
        ("rounds_to_zero", "not_given", "rounds_to_zero"),
        (3, "not_given", "not_given"),
        ("suppressed", 10, "suppressed"),
    ],
)
def test_the_worst_part_gives_the_reason(
    build: Build, make: SimpleNamespace, top: float | str, bottom: float | str, state: str
) -> None:
    row = only(build(make.figures(make.monthly("2024-05", [(top, bottom)]))))
    assert row["state"] == row["shown_state"] == state
    assert np.isnan(row["value"])
    assert np.isnan(row["lower"])
    assert np.isnan(row["numerator"]) == isinstance(top, str)


def test_a_marker_is_never_a_number_even_beside_one(build: Build, make: SimpleNamespace) -> None:
    given = make.figures(make.monthly("2024-05", [("suppressed", 10)]))
    row = only(build(given.assign(value=given["value"].fillna(4.0))))
    assert np.isnan(row["numerator"])
    assert row["state"] == "suppressed"


@pytest.mark.parametrize(
    ("top", "bottom", "state", "words"),
    [
        (0, 0, "not_applicable", "no value: the denominator is 0"),
        (5, 0, "not_applicable", "no value: the denominator is 0"),
        (11, 10, "unreliable", "no value: the numerator is above the denominator"),
        (-1, 10, "unreliable", "no value: a count is below 0"),
    ],
)
def test_numbers_that_cannot_be_a_share_stay_visible_without_a_value(
    build: Build, make: SimpleNamespace, top: float, bottom: float, state: str, words: str
) -> None:
    row = only(build(make.figures(make.monthly("2024-05", [(top, bottom)]))))
    assert (row["numerator"], row["denominator"]) == (top, bottom)
    assert (row["state"], row["method"]) == (state, words)
    assert np.isnan(row["value"])
    assert np.isnan(row["upper"])


def test_a_printed_value_stands_in_for_withheld_parts(build: Build, make: SimpleNamespace) -> None:
    share = make.indicator(source=make.source(denominator={"column": "d"}, value="p"))
    cells = [*make.monthly("2024-05", [("suppressed", 40)]), ("A", "2024-05", "p", 12.5)]
    row = only(build(make.figures(cells), share))
    assert (row["value"], row["state"], row["denominator"]) == (12.5, "final", 40)
    assert row["method"] == ("as published; parts withheld to protect confidentiality (c)")
    assert np.isnan(row["numerator"])
    assert np.isnan(row["lower"])
    # where the parts are known the printed value is only a check
    cells = [*make.monthly("2024-05", [(10, 40)]), ("A", "2024-05", "p", 99)]
    assert only(build(make.figures(cells), share))["value"] == 25


def test_means_and_medians_stand_as_delivered(build: Build, make: SimpleNamespace) -> None:
    days = make.indicator(
        kind="median", unit="days", source=make.source(numerator=[], value="days")
    )
    cells = [("A", "2024-05", "days", 31.5), ("A", "2024-06", "days", "suppressed")]
    first, second = build(make.figures(cells), days).to_dict("records")
    assert (first["value"], first["state"], first["method"]) == (31.5, "final", "as published")
    assert (second["state"], second["method"]) == ("suppressed", "")
    assert np.isnan(second["value"])
    mean = make.indicator(kind="mean", unit="days", source=make.source(denominator={"column": "d"}))
    row = only(build(make.figures(make.monthly("2024-05", [(860, 2)])), mean))
    assert (row["value"], row["method"]) == (430, "no interval without the records")


def test_a_mean_without_anything_to_divide_by_is_not_given(
    build: Build, make: SimpleNamespace
) -> None:
    mean = make.indicator(kind="mean", unit="days", source=make.source())
    row = only(build(make.figures([("A", "2024-05", "n", 860)]), mean))
    assert (row["state"], row["shown_state"]) == ("not_given", "not_given")


def test_counts_have_no_denominator(build: Build, make: SimpleNamespace) -> None:
    count = make.indicator(kind="count", unit="count", source=make.source())
    row = only(build(make.figures([("A", "2024-05", "n", 4)]), count))
    assert row["value"] == 4
    assert np.isnan(row["denominator"])
    assert row["method"] == "exact Poisson 95%"
    # Garwood's limits for 4 events
    assert (row["lower"], row["upper"]) == pytest.approx((1.0899, 10.2416), abs=1e-4)


def test_the_newest_delivery_known_at_the_date_wins(build: Build, make: SimpleNamespace) -> None:
    old = make.figures(make.monthly("2024-05", [(80, 100), (70, 100), ("suppressed", 9)]), "old")
    new = make.figures(make.monthly("2024-05", [(81, 100), (70, 100), (3, 9)]), "new")
    table = build([new, old], published={"old": "2024-09-01", "new": "2025-03-01"})
    assert table["value"].round(1).tolist() == [81, 70, 33.3]
    assert table["state"].tolist() == ["revised", "final", "final"]
    assert set(table["vintage"]) == {"2025-03-01"}
    before = build(
        [new, old],
        published={"old": "2024-09-01", "new": "2025-03-01"},
        as_at=date(2025, 2, 28),
    )
    assert before["value"].tolist()[:2] == [80, 70]
    assert before["state"].tolist() == ["final", "final", "suppressed"]
    nothing = build(old, as_at=date(2024, 8, 31))
    assert nothing.empty
    assert list(nothing.columns) == list(tables.MEASURE)


def test_a_row_wins_as_a_whole(build: Build, make: SimpleNamespace) -> None:
    old = make.figures(make.monthly("2024-05", [(80, 100), (70, 100)]), "old")
    new = make.figures([("A", "2024-05", "n", 81)], "new")
    first, second = build([old, new]).to_dict("records")
    assert (first["state"], first["numerator"]) == ("not_given", 81)
    assert (second["state"], second["value"], second["deliveries"]) == ("final", 70, "old")


def test_a_number_later_withheld_is_withheld(build: Build, make: SimpleNamespace) -> None:
    old = make.figures(make.monthly("2024-05", [(5, 60)]), "old")
    new = make.figures(make.monthly("2024-05", [("suppressed", 60)]), "new")
    row = only(build([old, new]))
    assert row["state"] == "suppressed"
    assert np.isnan(row["numerator"])


def test_two_files_of_one_day_that_disagree_need_a_date(
    build: Build, make: SimpleNamespace
) -> None:
    one = make.figures(make.monthly("2024-05", [(80, 100)]), "one")
    two = make.figures(make.monthly("2024-05", [(81, 100)]), "two")
    same = {"one": "2025-01-01", "two": "2025-01-01"}
    with pytest.raises(DeliveryError) as caught:
        build([one, two], published=same)
    message = str(caught.value)
    for words in ("one.csv", "two.csv", "table t", "2025-01-01", "pmf receive --published DATE"):
        assert words in message
    agreed = build([one, one.assign(delivery="two")], published=same)
    assert only(agreed)["deliveries"] == "one"


def test_a_delivery_without_a_date_is_refused(build: Build, make: SimpleNamespace) -> None:
    given = make.figures(make.monthly("2024-05", [(80, 100)]), "one")
    with pytest.raises(DeliveryError, match="not known when the delivery one was published"):
        build(given, published={"one": ""})


def test_rows_delivered_twice(build: Build, make: SimpleNamespace) -> None:
    cells = make.monthly("2024-05", [(80, 100), (70, 100)])
    again = [*cells, ("A", "2024-05", "n", 80), ("A", "2024-06", "n", 71)]
    same, other = build(make.figures(again)).to_dict("records")
    assert (same["value"], same["state"]) == (80, "final")
    assert (other["state"], other["method"]) == (
        "not_given", "delivered twice with different values",
    )  # fmt: skip
    assert np.isnan(other["value"])
    assert np.isnan(other["numerator"])
    assert other["denominator"] == 100


def test_young_figures_are_provisional(build: Build, make: SimpleNamespace) -> None:
    slow = make.indicator(matures_after=45)
    given = make.figures(make.monthly("2024-04", [(80, 100), (70, 100)]))
    table = build(given, slow, as_at=date(2025, 1, 1))
    assert table["state"].tolist() == ["final", "final"]
    table = build(given, slow, as_at=date(2024, 6, 14), published={"first": "2024-06-01"})
    assert table["state"].tolist() == ["final", "provisional"]
    said = given.assign(state=["provisional", "final", "final", "final"])
    assert build(said)["state"].tolist() == ["provisional", "final"]


def test_only_periods_of_the_indicators_frequency_and_its_breakdown(
    build: Build, make: SimpleNamespace
) -> None:
    count = make.indicator(kind="count", unit="count", source=make.source(breakdown="girls"))
    girls = make.figures([("A", "2024-05", "n", 4), ("A", "2024/25", "n", 50)], breakdown="girls")
    boys = make.figures([("A", "2024-05", "n", 5)], breakdown="boys")
    both = pd.concat([girls, boys])
    assert build(both, count)["value"].tolist() == [4]


def test_cohorts_are_series_of_their_own_over_the_population_of_all(
    build: Build, make: SimpleNamespace
) -> None:
    rate = make.indicator(
        kind="rate", unit="per_10000",
        source=make.source(denominator={"table": "people", "column": "count"}),
    )  # fmt: skip
    given = [
        make.figures([("A", "2024-05", "n", 4)]),
        make.figures([("A", "2024-05", "n", 1)], cohort="unaccompanied"),
        make.figures([("A", "2024/25", "count", 1000)], "second", "people"),
    ]
    table = build(given, rate).set_index("cohort")
    assert table["value"].to_dict() == {"all": 40, "unaccompanied": 10}


def test_the_order_of_figures_does_not_matter(build: Build, make: SimpleNamespace) -> None:
    old = make.figures(make.monthly("2024-01", [(80, 100), (70, 100), ("suppressed", 9)]), "old")
    new = make.figures(make.monthly("2024-02", [(71, 100), (3, 9)]), "new")
    dates = {"old": "2024-09-01", "new": "2025-03-01"}
    straight = build([old, new], published=dates)
    turned = build([new.iloc[::-1], old.iloc[::-1]], published=dates)
    pd.testing.assert_frame_equal(straight, turned)
    texts = [
        "delivery",
        "table",
        "service_area",
        "cohort",
        "breakdown",
        "period",
        "column",
        "state",
    ]
    coded = [part.astype(dict.fromkeys(texts, "category")) for part in (old, new)]
    pd.testing.assert_frame_equal(straight, build(coded, published=dates))


def test_no_figures_make_an_empty_table(build: Build, make: SimpleNamespace) -> None:
    table = build(make.figures([]))
    assert table.empty
    assert list(table.columns) == list(tables.MEASURE)


def test_the_contract_is_checked_at_the_door(
    build: Build, make: SimpleNamespace, register_of: Callable[..., Register]
) -> None:
    given = make.figures(make.monthly("2024-05", [(80, 100)]))
    with pytest.raises(TableError, match="lacks breakdown"):
        build(given.drop(columns="breakdown"))
    register = register_of(make.indicator())
    without = Context(
        Register(register.workspace, register.indicators, register.units), date(2025, 1, 1)
    )
    with pytest.raises(RuleSetError, match="intervals"):
        measures.build(given, [{"id": "first", "published": "2024-01-01"}], without)


# the Department's own files

TABLES = (
    "dfe_cin_2025/b1_*.csv", "dfe_cin_2025/c1_*.csv", "dfe_cin_2025/d3_*.csv",
    "dfe_cin_2025/d5_*.csv", "dfe_cin_2025/ons_*.csv", "dfe_cin_2024/c6_*.csv",
    "dfe_cla_2025/cla_number_and_rate_per_10k_children.csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def national(root: Path) -> Register:
    """The shipped register."""
    return load(root / "data" / "reference")


@pytest.fixture(scope="module")
def extracts(national: Register, shared: Path) -> list[ingest.Extract]:
    """The newest release of each table that the national indicators read."""
    paths = [next(iter(sorted((shared / "data").glob(pattern)))) for pattern in TABLES]
    return [ingest.read_delivery(path, national, published="2025-12-19") for path in paths]


@pytest.fixture(scope="module")
def published(national: Register, extracts: list[ingest.Extract]) -> pd.DataFrame:
    """The measure table of the Department's files."""
    figures = pd.concat([one.figures for one in extracts], ignore_index=True)
    receipts = [one.receipt.as_dict() for one in extracts]
    start = time.process_time()
    table = measures.build(figures, receipts, Context(national, date(2026, 1, 1)))
    assert time.process_time() - start < 6  # about 1.1 s on one quiet core
    return table


@pytest.mark.shared
@pytest.mark.parametrize(
    ("code", "value", "decimals"),
    [
        ("REREF", 21.6, 1), ("CPP-REPEAT", 24.3, 1), ("CPP-2Y", 2.7, 1), ("CPP", 32.4, 1),
        ("CIN", 316.5, 1), ("CLA", 53, 0), ("CLA-START", 91, 0), ("NFA", 0.5, 1),
    ],
)  # fmt: skip
def test_kent_in_2025(published: pd.DataFrame, code: str, value: float, decimals: int) -> None:
    kent = published[
        (published["service_area"] == "E10000016") & (published["period"] == "2024/25")
    ]
    row = only(kent[kent["indicator"] == code])
    assert round_half_up(row["value"], decimals) == value
    assert row["state"] == "final"
    assert row["lower"] < row["value"] < row["upper"]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("code", "value", "decimals"),
    [("REREF", 22.6, 1), ("CPP-REPEAT", 24.5, 1), ("CPP", 40.6, 1), ("CIN", 330.3, 1),
     ("CLA", 67, 0), ("CLA-START", 26, 0)],
)  # fmt: skip
def test_england_is_the_published_figure_not_a_sum_of_regions(
    published: pd.DataFrame, code: str, value: float, decimals: int
) -> None:
    now = published[(published["indicator"] == code) & (published["period"] == "2024/25")]
    england = only(now[now["service_area"] == "E92000001"])
    assert round_half_up(england["value"], decimals) == value
    if code == "CIN":
        assert england["numerator"] == 402_400
        regions = now[now["service_area"].str.startswith(("E12", "E13"))]
        assert regions["numerator"].sum() == 471_220


@pytest.mark.shared
def test_kents_monthly_referrals(published: pd.DataFrame) -> None:
    kent = published[
        (published["service_area"] == "E10000016") & (published["indicator"] == "REF-M")
    ]
    assert len(kent) == 144
    assert (kent["value"].min(), kent["value"].max()) == (798, 2445)
    assert kent["value"].iloc[-12:].sum() == 24_111


@pytest.mark.shared
def test_every_row_of_every_table_is_a_measure(
    published: pd.DataFrame, extracts: list[ingest.Extract], national: Register
) -> None:
    figures = pd.concat([one.figures for one in extracts], ignore_index=True)
    keys = figures[["table", "breakdown", "service_area", "period"]].drop_duplicates()
    fed = {code: one for code, one in national.indicators.items()
           if one.source.published.table in set(keys["table"])}  # fmt: skip
    assert len(fed) >= 13
    for code, indicator in fed.items():
        source = indicator.source.published
        held = keys[(keys["table"] == source.table) & (keys["breakdown"] == source.breakdown)]
        frequency = held["period"].map(lambda period: periods.parse(period).frequency)
        held = held[frequency == indicator.frequency]
        measured = published[published["indicator"] == code]
        assert len(measured) == len(held) > 0
        assert not measured["state"].isna().any()
    assert not published.duplicated(list(tables.KEY)).any()


@pytest.mark.shared
def test_printed_values_are_reproduced_to_their_rounding(
    published: pd.DataFrame, extracts: list[ingest.Extract], national: Register
) -> None:
    figures = pd.concat([one.figures for one in extracts], ignore_index=True)
    compared = 0
    for code, indicator in national.indicators.items():
        source = indicator.source.published
        if not source.value or source.table not in set(figures["table"]):
            continue
        printed = figures[
            (figures["table"] == source.table)
            & (figures["breakdown"] == source.breakdown)
            & (figures["column"] == source.value)
        ].set_index(["service_area", "period"])["value"]
        measured = published[published["indicator"] == code].dropna(subset=["value", "lower"])
        # national and regional counts are rounded to 10 before they are published
        measured = measured[~measured["service_area"].str.startswith(("E12", "E13", "E92"))]
        measured = measured.set_index(["service_area", "period"])
        gap = (measured["value"] - printed.reindex(measured.index)).abs().dropna()
        assert gap.max() <= 0.5 * 10**-indicator.decimals + 1e-9, code
        compared += len(gap)
    assert compared > 10_000


@pytest.mark.shared
def test_neighbour_medians_come_out_as_the_department_prints_them(
    published: pd.DataFrame, national: Register, shared: Path
) -> None:
    codes = {
        "children_in_need_rate": "CIN", "looked_after_rate": "CLA",
        "repeat_child_protection_plans": "CPP-REPEAT", "repeat_referrals": "REREF",
    }  # fmt: skip
    expected = pd.read_csv(shared / "reference" / "neighbours" / "published_medians.csv")
    now = published[published["period"] == "2024/25"]
    value = now.set_index(["indicator", "service_area"])["value"].to_dict()
    assert len(expected) == 4 * 153
    for row in expected.itertuples():
        code = codes[row.indicator]
        decimals = national.indicators[code].decimals
        unit = national.unit(row.la_name).code
        values = [round_half_up(value[code, one], decimals) for one in national.neighbours(unit)]
        median = round_half_up(float(np.nanmedian(values)), decimals)
        assert median == pytest.approx(row.neighbour_median), (code, row.la_name)


@pytest.mark.shared
def test_older_releases_change_nothing_but_the_mark_of_revision(
    published: pd.DataFrame, extracts: list[ingest.Extract], national: Register, shared: Path
) -> None:
    older = (
        shared
        / "data"
        / "dfe_cla_2025"
        / "cla_number_and_rate_per_10k_children__published_2024.csv"
    )
    old = ingest.read_delivery(older, national, published="2024-11-14")
    both = [*extracts, old]
    table = measures.build(
        pd.concat([one.figures for one in both], ignore_index=True),
        [one.receipt.as_dict() for one in both],
        Context(national, date(2026, 1, 1)),
    )
    key = ["indicator", "service_area", "period"]
    joined = published.merge(table, on=key, how="outer", suffixes=("", "_both"))
    earlier = joined[joined["value"].isna() & joined["value_both"].notna()]
    assert set(earlier["period"]) == {"2019/20"}  # only the older release holds 2020
    same = joined.dropna(subset=["value"])
    assert (same["value"] == same["value_both"]).all()
    revised = table[table["state"] == "revised"]
    assert set(revised["indicator"]) == {"CLA", "CLA-START", "CLA-CEASE"}
    assert set(revised["period"]) <= {"2020/21", "2021/22", "2022/23", "2023/24"}
    assert len(revised) > 900
