"""The national indicators on the Department's own files: figures as it prints them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from pmf_analysis.analysis._printed import last_digits
from pmf_analysis.formats import round_half_up
from pmf_analysis.terms import UnitKind

if TYPE_CHECKING:
    from conftest import Nation

pytestmark = pytest.mark.shared

KENT, ENGLAND, SOUTH_EAST = "E10000016", "E92000001", "E12000008"
MODELS = ("2025-05", "2021-04")

# Figures of 2025 in ../shared/design/real-data.md, section 2: decimals; Kent, England, South
# East; median of Kent's neighbours by both models, of whole numbers to the half; None where the
# section gives none, or another reading of the workforce tables (see below).
PRINTED = {
    "REREF": (1, 21.6, 22.6, 28.4, 21.0, 17.4),
    "ASSESS-45": (1, 88.5, 85.7, 89.9, 89.2, 88.8),
    "ICPC-15": (1, 87.2, 81.4, 81.1, 84.5, 81.7),
    "CPP-REPEAT": (1, 24.3, 24.5, 26.3, 24.5, 28.0),
    "CPP-2Y": (1, 2.7, 2.3, 2.5, 2.9, 2.3),
    "CPP-REVIEW": (1, 99.0, 90.6, 92.5, 90.6, 92.3),
    "CPP": (1, 32.4, 40.6, 37.7, 32.7, 33.5),
    "CIN": (1, 316.5, 330.3, 313.9, 286, 292),
    "CLA": (0, 53, 67, 55, 56, 61.5),
    "CLA-START": (0, 91, 26, 33, 21, 20),
    "CLA-FAR": (0, 8, 18, 23, 21, 19.5),
    "CLA-HEALTH": (0, 94, 90, 87, 92.5, 90),
    "CLA-DENTAL": (0, 89, 81, 77, 84.5, 82.5),
    "CLA-SDQ": (1, 15.7, 14.9, 15.4, 15.9, 15.2),
    "CL-EET": (0, 51, 54, 52, 52.5, 50),
    "CL-HOME": (0, 83, 89, 83, 90.5, 90),
    "CLA-MISSING": (0, 8, 11, 12, 14, 12),
    "CLA-ADOPT": (0, 2, 9, 6, 14, 10),
    "SW-TURNOVER": (1, 15.4, 11.8, 12.3, 9.7, None),
    "SW-AGENCY": (1, 13.2, 13.0, 13.4, 6.7, None),
    "SW-CASELOAD": (1, 17.0, 15.2, 15.6, 15.2, 14.8),
    "PLACE-3": (0, 12, 10, 12, 11, None),
}
# Authorities with a number in any year, years of Kent, figures of all authorities: what the files
# of ../shared/data give at least. Fewer authorities or years come from the files, not from us:
# small counts are withheld (CL-TOUCH, CLA-CONVICT, CPP-2Y, UASC), and tables b3 and c2 end with
# 2024. LAIT holds ten years at most, since 2018 or 2020 for some.
FLOORS = {
    "ASSESS-45": (158, 11, 1654), "ASSESS-MEDIAN": (158, 10, 1515), "CIN": (155, 13, 1946),
    "CIN-2Y": (158, 13, 1966), "CIN-ABUSE": (158, 12, 1799), "CL-EET": (158, 10, 1503),
    "CL-HOME": (156, 10, 1488), "CL-NEET": (158, 9, 1349), "CL-TOUCH": (153, 9, 799),
    "CLA": (157, 10, 1507), "CLA-ADOPT": (156, 10, 1332), "CLA-CARER": (157, 8, 1196),
    "CLA-CEASE": (157, 8, 1207), "CLA-CONVICT": (154, 10, 987), "CLA-DENTAL": (155, 8, 1197),
    "CLA-FAR": (157, 10, 1485), "CLA-FOSTER": (154, 6, 902), "CLA-HEALTH": (155, 8, 1197),
    "CLA-IMMUN": (155, 8, 1196), "CLA-MISSING": (156, 10, 1485), "CLA-SDQ": (156, 10, 1499),
    "CLA-SGO": (156, 10, 1396), "CLA-START": (157, 8, 1206), "CPP": (155, 13, 1934),
    "CPP-2Y": (157, 13, 1258), "CPP-END-2Y": (157, 13, 1592), "CPP-REPEAT": (158, 13, 1936),
    "CPP-REVIEW": (158, 13, 1937), "CPP-START": (155, 13, 1934), "ICPC": (155, 13, 1938),
    "ICPC-15": (158, 13, 1945), "NFA": (158, 13, 1874), "NOT-IN-NEED": (158, 13, 1941),
    "PLACE-3": (157, 10, 1488), "REF": (155, 13, 1947), "REF-M": (158, 144, 21_615),
    "REF-POLICE": (158, 12, 1807), "REF-SCHOOL": (158, 12, 1787), "REREF": (158, 13, 1949),
    "S47": (155, 13, 1938), "SW-AGENCY": (157, 10, 1484), "SW-CASELOAD": (156, 10, 1485),
    "SW-TURNOVER": (157, 10, 1494), "SW-VACANCY": (157, 10, 1502), "UASC": (157, 10, 1320),
}  # fmt: skip


def latest(nation: Nation, code: str) -> pd.DataFrame:
    """Figures of the last year of an indicator, by unit."""
    measured = nation.of(code)
    last = measured.loc[measured["value"].notna(), "period_end"].max()
    return measured[measured["period_end"] == last].set_index("service_area")


@pytest.mark.parametrize("code", PRINTED)
def test_kent_england_and_the_south_east_as_printed(nation: Nation, code: str) -> None:
    decimals, kent, england, region, *_ = PRINTED[code]
    now = latest(nation, code)
    assert now["period_end"].iloc[0] in ("2025-03-31", "2025-09-30")
    assert round_half_up(now.loc[KENT, "value"], decimals) == kent
    assert round_half_up(now.loc[ENGLAND, "value"], decimals) == england
    # counts of regions are printed to the nearest ten; the printed rate settles the last digit
    assert round_half_up(now.loc[SOUTH_EAST, "value"], decimals) == region


@pytest.mark.parametrize("code", PRINTED)
def test_medians_of_kents_neighbours_by_both_models(
    nation: Nation, latest_by_model: dict[str, pd.DataFrame], code: str
) -> None:
    register = nation.context.register
    decimals = register.indicators[code].decimals
    now = latest(nation, code)
    for model, expected in zip(MODELS, PRINTED[code][4:], strict=True):
        compared = latest_by_model[model]
        kent = compared[(compared["indicator"] == code) & (compared["service_area"] == KENT)]
        if expected is None:
            continue
        near = now["value"].reindex(register.neighbours(KENT, model)).dropna()
        steps = last_digits(near.to_numpy(), decimals)
        # the Department's rule rounds the median of whole numbers once more
        median = pd.Series(steps / 10.0**decimals).median()
        assert expected in (round_half_up(median, 1), round_half_up(median, decimals))
        assert kent["neighbour_median"].item() == round_half_up(expected, decimals)


def test_a_neighbour_that_reports_with_another_is_left_out(
    latest_by_model: dict[str, pd.DataFrame],
) -> None:
    # By the model of 2021 West Northamptonshire is a neighbour of Kent. The workforce table has
    # it together with North Northamptonshire only; LAIT repeats their joint figure for each, and
    # with it the medians were 9.9 and 6.7.
    kent = latest_by_model["2021-04"].query(f"service_area == '{KENT}'").set_index("indicator")
    for code, median in {"SW-TURNOVER": 9.8, "SW-AGENCY": 5.6}.items():
        assert kent.loc[code, "neighbours_compared"] == "9 of 10"
        assert kent.loc[code, "neighbour_median"] == median


def test_medians_of_all_authorities_as_published(
    latest_by_model: dict[str, pd.DataFrame], nation: Nation, shared: Path
) -> None:
    codes = {
        "children_in_need_rate": "CIN", "looked_after_rate": "CLA",
        "repeat_child_protection_plans": "CPP-REPEAT", "repeat_referrals": "REREF",
    }  # fmt: skip
    printed = pd.read_csv(shared / "reference" / "neighbours" / "published_medians.csv")
    ours = latest_by_model["2025-05"].set_index(["indicator", "service_area"])["neighbour_median"]
    for name, rows in printed.groupby("indicator"):
        units = [nation.context.register.unit(one).code for one in rows["la_name"]]
        found = [ours[(codes[name], unit)] for unit in units]
        assert len(found) == 153
        assert found == rows["neighbour_median"].tolist(), name


@pytest.mark.parametrize("code", ["SW-AGENCY", "SW-CASELOAD", "SW-TURNOVER", "SW-VACANCY"])
def test_workforce_medians_of_149_authorities_that_report_alone(
    latest_by_model: dict[str, pd.DataFrame], nation: Nation, code: str
) -> None:
    compared = latest_by_model["2025-05"]
    ours = compared[(compared["indicator"] == code)].set_index("service_area")
    units = nation.context.register.units
    alone = [one for one in ours.index if units[one].kind is UnitKind.AUTHORITY]
    assert len(alone) == 149
    assert ours.loc[alone, "neighbour_median"].notna().all()
    together = {units[one].name for one in ours.index
                if units[one].kind is UnitKind.JOINT_AUTHORITY}  # fmt: skip
    assert len(together) == 2


def test_every_indicator_has_numbers_for_kent_and_most_authorities(nation: Nation) -> None:
    register = nation.context.register
    assert FLOORS.keys() == register.indicators.keys()
    local = (UnitKind.AUTHORITY, UnitKind.JOINT_AUTHORITY)
    for code, (authorities, years, figures) in FLOORS.items():
        held = nation.of(code).dropna(subset="value")
        own = held[held["service_area"].map(lambda unit: register.units[unit].kind in local)]
        assert own["service_area"].nunique() >= authorities, code
        assert (own["service_area"] == KENT).sum() >= years, code
        assert len(own) >= figures, code
        assert {ENGLAND, SOUTH_EAST} <= set(held["service_area"])


def test_a_withheld_value_has_no_number_from_elsewhere(nation: Nation) -> None:
    held = nation.of("SW-AGENCY").set_index(["service_area", "period"])
    sunderland = nation.context.register.unit("Sunderland").code
    # printed "low"; the compilation prints 0
    assert held.loc[(sunderland, "2025-09-30"), "state"] == "rounds_to_zero"
    turnover = nation.of("SW-TURNOVER").set_index(["service_area", "period"])
    assert turnover.loc[(sunderland, "2024-09-30"), "state"] == "unreliable"


def test_the_partial_first_year_of_assessments_is_left_out(nation: Nation) -> None:
    for code in ("ASSESS-45", "ASSESS-MEDIAN"):
        assert nation.of(code)["period"].min() == "2014/15"


def test_a_further_table_adds_no_empty_row_for_a_council_that_is_not_there(nation: Nation) -> None:
    # LAIT has a row for every area and year; table c2 has those of councils of the day
    cumberland = nation.context.register.unit("Cumberland").code
    held = nation.of("ASSESS-45").query(f"service_area == '{cumberland}'")
    assert held["period"].tolist() == ["2023/24", "2024/25"]


def test_a_suppressed_band_is_made_good_by_the_published_share(nation: Nation) -> None:
    year = nation.of("ASSESS-45").query("period == '2023/24'")
    units = nation.context.register.units
    own = year[year["service_area"].map(lambda unit: units[unit].kind is UnitKind.AUTHORITY)]
    assert own["numerator"].notna().sum() == 136  # of 153, as the table's README says
    alone = own[own["numerator"].isna() & own["value"].notna()]
    assert len(alone) >= 15
    assert alone["method"].str.startswith("as published; no interval").all()
    assert alone[["lower", "upper", "denominator"]].isna().all(axis=None)
