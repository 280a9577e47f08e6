"""Councils that ended, began or changed their code, in the Department's own files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import ingest, measures
from pmf_analysis.analysis import comparison
from pmf_analysis.register import Context, Register, load
from pmf_analysis.terms import State, Structure

pytestmark = pytest.mark.shared

TABLES = ("dfe_cin_2025/b1_*.csv", "dfe_cin_2025/ons_*.csv", "dfe_workforce/*_2025.csv")
AS_AT = date(2026, 1, 1)

# children in need at 31 March, by year: the numerators of CIN
SERIES = {
    "Dorset (to March 2019)": {2018: 2410, 2019: 2712},
    "Dorset": {2020: 2854, 2025: 2177},
    "Bournemouth": {2013: 1406, 2019: 1351},
    "Poole": {2013: 1068, 2019: 1103},
    "Bournemouth, Christchurch and Poole": {2020: 2281, 2025: 2446},
    "Northamptonshire": {2013: 5991, 2021: 4877},
    "North Northamptonshire": {2022: 2203, 2025: 2406},
    "West Northamptonshire": {2022: 2720, 2025: 2661},
    "Cumbria": {2013: 3172, 2023: 2727},
    "Cumberland": {2024: 1771, 2025: 2071},
    "Westmorland and Furness": {2024: 1195, 2025: 1141},
    "Buckinghamshire": {2013: 1973, 2020: 3328, 2021: 3453, 2025: 3189},
    "North Yorkshire": {2013: 2912, 2023: 3021, 2024: 3398},
    "Somerset": {2013: 3769, 2023: 2761, 2024: 3004},
    "England": {2013: 378_030, 2019: 399_510, 2020: 389_260, 2025: 402_400},
}
YEARS = {
    "Dorset (to March 2019)": 7, "Dorset": 6, "Bournemouth, Christchurch and Poole": 6,
    "Northamptonshire": 9, "North Northamptonshire": 4, "Cumbria": 11, "Cumberland": 2,
    "Buckinghamshire": 13, "North Yorkshire": 13, "Somerset": 13, "England": 13,
}  # fmt: skip


@pytest.fixture(scope="module")
def national(root: Path) -> Register:
    """The shipped register."""
    return load(root / "data" / "reference")


@pytest.fixture(scope="module")
def built(national: Register, shared: Path) -> Callable[[Structure], pd.DataFrame]:
    """The measure table of three tables, under one structure or the other."""
    paths = [next(iter(sorted((shared / "data").glob(pattern)))) for pattern in TABLES]
    read = [ingest.read_delivery(path, national, published="2025-12-19") for path in paths]
    figures = pd.concat([one.figures for one in read], ignore_index=True)
    receipts = [one.receipt.as_dict() for one in read]

    def build(structure: Structure) -> pd.DataFrame:
        context = Context(national.under(structure), AS_AT, structure)
        return measures.build(figures, receipts, context)

    return build


@pytest.fixture(scope="module")
def then(built) -> pd.DataFrame:
    return built(Structure.AS_THEN)


@pytest.fixture(scope="module")
def now(built) -> pd.DataFrame:
    return built(Structure.AS_NOW)


def in_need(measured: pd.DataFrame, national: Register, name: str) -> pd.DataFrame:
    code = national.unit(name).code
    rows = measured[(measured["indicator"] == "CIN") & (measured["service_area"] == code)]
    return rows.assign(year=rows["period_end"].str[:4].astype(int)).set_index("year")


@pytest.mark.parametrize("name", SERIES)
def test_every_council_has_its_own_years(then, national, name) -> None:
    found = in_need(then, national, name)["numerator"].dropna()
    assert {year: found[year] for year in SERIES[name]} == SERIES[name]
    assert len(found) == YEARS.get(name, len(found))


def test_england_is_published_and_not_the_sum_of_eleven_rows(then) -> None:
    rows = then[(then["indicator"] == "CIN") & (then["period"] == "2024/25")]
    total = rows.set_index("service_area")["numerator"]
    regions = total[total.index.str.startswith(("E12", "E13"))]
    assert (len(regions), regions.sum(), total["E92000001"]) == (11, 471_220, 402_400)
    nine = regions.drop(["E13000001", "E13000002"])
    assert abs(nine.sum() - 402_400) <= 50


def test_no_past_is_guessed_for_a_council_that_followed_a_divided_one(now, national) -> None:
    for name, first, divided in (
        ("Dorset", 2020, "Dorset (to March 2019)"), ("Cumberland", 2024, "Cumbria"),
        ("Bournemouth, Christchurch and Poole", 2020, "Dorset (to March 2019)"),
        ("West Northamptonshire", 2022, "Northamptonshire"),
    ):  # fmt: skip
        rows = in_need(now, national, name)
        before = rows[rows.index < first]
        assert len(before) == first - 2013
        assert before["numerator"].isna().all()
        assert set(before["state"]) == {State.NOT_APPLICABLE}
        assert before["method"].str.contains(f"{divided} was divided", regex=False).all()
        assert rows["value"].notna().sum() == 2025 - first + 1


def test_all_else_is_the_same_under_both(then, now) -> None:
    keys = ["indicator", "service_area", "cohort", "period"]
    added = now.merge(then[keys], on=keys, how="left", indicator=True)
    new = added[added["_merge"] == "left_only"]
    assert set(new["state"]) == {State.NOT_APPLICABLE}
    same = now.merge(then[keys], on=keys)[list(now.columns)]
    pd.testing.assert_frame_equal(same, then)


def test_authorities_that_report_together_have_rows_and_no_neighbours(then, national) -> None:
    turnover = then[then["indicator"] == "SW-TURNOVER"]
    joint = turnover[turnover["service_area"].str.contains("-")]
    assert len(joint) == 14
    year = turnover[turnover["period"] == "2025-09-30"].reset_index(drop=True)
    compared = comparison.analyse(year, Context(national, AS_AT)).set_index("service_area")
    local = [code for code in compared.index if national.units[code].kind == "authority"]
    assert len(local) == 149
    assert compared.loc[local, "neighbour_median"].notna().all()
    for name in ("Kingston upon Thames", "Richmond upon Thames",
                 "North Northamptonshire", "West Northamptonshire"):  # fmt: skip
        assert national.unit(name).code not in compared.index
    together = compared.loc["E09000021-E09000027"]
    assert pd.isna(together["neighbour_median"])
    assert together["vs_neighbours"] == "not_compared"
