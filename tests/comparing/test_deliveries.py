"""Vintages of real tables, against what is known of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import comparing, receiving
from pmf_analysis.comparing import Comparison
from pmf_analysis.register import Register
from pmf_analysis.store import Store, create_workspace

FILES = {
    "dfe_workforce": ["csww_indicators_2017_to_2024.csv", "csww_indicators_2017_to_2025.csv"],
    "dfe_cin_vintages": [
        "c1_children_in_need_referrals_and_rereferrals_2013_to_2023.csv",
        "c1_children_in_need_referrals_and_rereferrals_2013_to_2024.csv",
    ],
    "dfe_cin_2025": ["c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"],
    "dfe_cla_2025": [
        "cla_number_and_rate_per_10k_children__published_2024.csv",
        "cla_number_and_rate_per_10k_children.csv",
    ],
}
REFERRALS = ["referral_count", "rereferral_count", "rereferral_percent"]


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Store:
    store = Store(create_workspace(tmp_path_factory.mktemp("real") / "w", "national"))
    paths = [shared / "data" / folder / name for folder, names in FILES.items() for name in names]
    received = receiving.receive(store, paths)
    assert not [one.error for one in received if one.error]
    return store


@pytest.fixture(scope="session")
def workforce(real: Store, national: Register) -> Comparison:
    return comparing.compare(real, *FILES["dfe_workforce"], held=national)


@pytest.fixture(scope="session")
def referrals(real: Store, national: Register) -> Comparison:
    return comparing.compare(real, *FILES["dfe_cin_vintages"], held=national)


def figure(table: pd.DataFrame, unit: str, column: str) -> pd.Series:
    (row,) = table[(table["service_area"] == unit) & (table["column"] == column)].itertuples()
    return row


@pytest.mark.shared
def test_nineteen_values_beside_fifteen_codes_changed(workforce):
    by_cause = workforce.changes["cause"].value_counts().to_dict()
    assert by_cause == {"correction": 19, "structure": 15}
    codes = workforce.changes[workforce.changes["cause"] == "structure"]
    assert set(codes["direction"]) == {"code_changed"} and codes["change"].isna().all()


@pytest.mark.shared
def test_a_withdrawn_return_moves_its_region_and_england(workforce):
    table = workforce.changes[workforce.changes["period"] == "2024-09-30"]
    own = figure(table, "E08000024", "turnover_rate_fte")
    assert (own.old_value, own.new_state, own.kind) == (
        0.9, "unreliable", "withdrawn as unreliable"
    )  # fmt: skip
    region = figure(table, "E12000001", "turnover_rate_fte")
    england = figure(table, "E92000001", "turnover_rate_fte")
    assert (region.old_value, region.new_value, region.follows) == (12.6, 14.0, "E08000024")
    assert (england.old_value, england.new_value, england.follows) == (13.8, 13.9, "E08000024")
    # 269.5 leavers over 1,930.7 in post: the region without Sunderland
    assert "269.5 / 1,930.7 = 14.0, as printed" in region.arithmetic
    assert region.explained + region.remainder == pytest.approx(1.4)
    assert abs(region.remainder) < 0.1


@pytest.mark.shared
def test_so_does_bristols_absence(workforce):
    table = workforce.changes[workforce.changes["period"] == "2024-09-30"]
    region = figure(table, "E12000009", "absence_rate_fte")
    assert (region.old_value, region.new_value, region.follows) == (3.2, 3.3, "E06000023")
    days = figure(table, "E12000009", "working_days_lost_fte")
    assert (days.explained, days.remainder) == (pytest.approx(-1416.5), pytest.approx(0, abs=0.2))


@pytest.mark.shared
def test_the_story_is_told_in_one_sentence(workforce):
    (story,) = [one for one in workforce.sentences if one.startswith("Sunderland")]
    assert "England" in story
    for part in ("leavers fte 2 to unreliable", "turnover rate fte 0.9 to unreliable",
                 "North East turnover rate fte 12.6 to 14.0", "13.8 to 13.9"):  # fmt: skip
        assert part in story


@pytest.mark.shared
def test_eight_rows_change_their_key_and_no_figure(referrals):
    codes = referrals.changes[referrals.changes["direction"] == "code_changed"]
    assert set(codes["service_area"]) == {"E06000060"} and len(codes) == 8
    assert set(codes["kind"]) == {"another code of the same unit: E06000060 to E10000002"}


@pytest.mark.shared
def test_two_rows_of_referrals_change_and_the_figure_withheld_later_is_not_shown(referrals):
    table = referrals.changes[referrals.changes["column"].isin(REFERRALS)]
    city = table[table["service_area"] == "E09000001"]
    assert city[["period", "new_state", "hidden"]].drop_duplicates().values.tolist() == [
        ["2021/22", "suppressed", "published before, withheld now"]
    ]
    assert city[["old_value", "new_value", "change"]].isna().all(axis=None)
    other = table[table["service_area"] != "E09000001"]
    assert other[["service_area", "period", "kind"]].drop_duplicates().values.tolist() == [
        ["E06000019", "2022/23", "reason changed: withheld to unreliable"]
    ]
    measured = referrals.effects[referrals.effects["service_area"] == "E09000001"]
    assert measured[["old_value", "new_value", "change"]].isna().all(axis=None)


@pytest.mark.shared
def test_from_2024_to_2025_no_referral_changes(real, national):
    names = FILES["dfe_cin_vintages"][1], FILES["dfe_cin_2025"][0]
    found = comparing.compare(real, *names, held=national)
    assert not found.changes["column"].isin(REFERRALS).any()


@pytest.mark.shared
def test_revisions_of_looked_after_children_are_counted(real, national):
    found = comparing.compare(real, *FILES["dfe_cla_2025"], held=national)
    table = found.changes
    assert found.compared == 2004 * 3
    counts = table["column"].value_counts().to_dict()
    assert counts == {"population_estimate": 987, "children_count": 274, "rate_per_10000": 195}
    of_2024 = (table["column"] == "children_count") & (table["period"] == "2023/24")
    assert of_2024.sum() == 213


@pytest.mark.shared
@pytest.mark.soak
def test_a_year_of_the_long_table_in_seconds(tmp_path, shared):
    store = Store(create_workspace(tmp_path / "w", "national"))
    names = ["bds_long_0__2025-04-07.parquet", "bds_long_0.parquet"]
    receiving.receive(store, [shared / "data" / "lait" / name for name in names])
    found = comparing.compare(store, *names)
    ways = found.changes["direction"].value_counts()
    # of the 541,450 cells with one spelling of the year in both files 57,397 changed number,
    # 809 became "-" and 1,731 were given; under one period code a few more cells meet
    assert ways["now_given"] == 1731
    assert 809 <= ways["withheld"] <= 820
    assert 57_397 <= ways["higher"] + ways["lower"] <= 58_000
    assert (found.changes["kind"] == "rounding only").sum() > 1000
