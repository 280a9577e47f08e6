"""A whole held against its parts, as far as rounding goes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis.ingest import read_delivery
from pmf_analysis.quality.figure_view import figure_view
from pmf_analysis.quality.measure_view import measure_view
from pmf_analysis.quality.views import Sources
from pmf_analysis.register import Context, Register, load
from pmf_analysis.register.models import Indicator, RuleSet, Unit, UnitMove, Workspace
from pmf_analysis.terms import Structure

UNITS = (
    Unit(code="land", name="Land", kind="country"),
    Unit(code="east", name="East", kind="region", parent="land"),
    Unit(code="west", name="West", kind="region", parent="land"),
    Unit(code="inner", name="Inner West", kind="region", parent="west"),
    Unit(code="outer", name="Outer West", kind="region", parent="west"),
    Unit(code="a", name="A", kind="authority", parent="east"),
    Unit(code="b", name="B", kind="authority", parent="inner"),
    Unit(code="c", name="C", kind="authority", parent="outer"),
    Unit(code="d", name="D", kind="authority", parent="outer"),
    Unit(code="c-d", name="C / D", kind="joint_authority", parent="outer", members=("c", "d")),
    Unit(code="gone", name="Gone", kind="authority", parent="east", valid_to=date(2020, 3, 31)),
)
COUNTS = {"a": 101, "b": 52, "c": 13, "d": 17, "east": 100, "west": 80, "inner": 50, "outer": 30,
          "land": 180}  # fmt: skip


def indicator(adds_up: object = True) -> Indicator:
    return Indicator.model_validate(
        {
            "code": "N", "name": "A number", "objective": "o", "kind": "count", "unit": "count",
            "source": {"published": {"table": "t", "numerator": ["n"]}}, "polarity": "neutral",
            "frequency": "year", "data_period": "A", "applies_to": ["authority"],
            "adds_up": adds_up, "owner": "a role", "origin": "here",
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def rules(root: Path) -> RuleSet:
    """The shipped rule set."""
    return load(root / "data" / "reference").rule_set("quality")


def sources(rules: RuleSet, units=UNITS, adds_up=True, structure=Structure.AS_THEN, moves=()):
    register = Register(
        workspace=Workspace(title="L", register_name="l", county="land", report_kinds=("region",)),
        indicators={"N": indicator(adds_up)}, units={one.code: one for one in units},
        unit_moves=tuple(moves),
    )  # fmt: skip
    return Sources(Context(register, date(2026, 1, 1), structure), rules, {})


def differences(counts: dict, given: Sources, period: str = "2024/25") -> pd.DataFrame:
    rows = [
        {"delivery": "d", "table": "t", "line": line, "service_area": code, "cohort": "all",
         "breakdown": "", "period": period, "column": "n", "value": float(count),
         "state": "final", "text": str(count)}
        for line, (code, count) in enumerate(counts.items(), start=2)
    ]  # fmt: skip
    view = figure_view(pd.DataFrame(rows), given)
    assert not view.lacking
    columns = ["parts_difference", "authorities_difference"]
    return view.rows.set_index("service_area")[columns]


def test_rounded_totals_are_within_rounding(rules: RuleSet) -> None:
    found = differences(COUNTS, sources(rules))
    assert found["authorities_difference"].to_dict()["land"] == 0
    assert found["parts_difference"][["land", "west", "outer"]].tolist() == [0, 0, 0]
    # one authority alone below a region proves nothing of it
    assert found["parts_difference"][["east", "inner", "a"]].isna().all()


def test_a_total_of_all_regional_rows_is_found(rules: RuleSet) -> None:
    found = differences({**COUNTS, "land": 260}, sources(rules))
    # 183 by its authorities less half of ten; 180 by its two regions less three halves
    assert found.loc["land", "authorities_difference"] == 260 - 183 - 5
    assert found.loc["land", "parts_difference"] == 260 - 180 - 15


def test_units_that_report_together_stand_for_their_members_once(rules: RuleSet) -> None:
    together = {code: n for code, n in COUNTS.items() if code not in ("c", "d")} | {"c-d": 30}
    assert differences(together, sources(rules)).loc["land", "authorities_difference"] == 0
    both = COUNTS | {"c-d": 30}
    assert differences(both, sources(rules)).loc["land", "authorities_difference"] == 0


@pytest.mark.parametrize("lacking", ["absent", "suppressed"])
def test_without_one_authority_nothing_is_said(rules: RuleSet, lacking: str) -> None:
    counts = {**COUNTS, "land": 999, "d": float("nan")}
    if lacking == "absent":
        del counts["d"]
    found = differences(counts, sources(rules))
    assert pd.isna(found.loc["land", "authorities_difference"])


def test_a_council_that_has_ended_is_missed_only_before(rules: RuleSet) -> None:
    before = differences(COUNTS, sources(rules), "2019/20")
    assert pd.isna(before.loc["land", "authorities_difference"])
    whole = differences({**COUNTS, "gone": 5}, sources(rules), "2019/20")
    assert whole.loc["land", "authorities_difference"] == 183 + 5 - 180 - 5


@pytest.mark.parametrize("adds_up", [False, "distinct_children"])
def test_what_does_not_add_up_is_not_held_against_a_sum(rules: RuleSet, adds_up: object) -> None:
    found = differences({**COUNTS, "land": 999}, sources(rules, adds_up=adds_up))
    assert found.isna().all(axis=None)


def test_areas_are_held_against_the_districts_they_had_then(rules: RuleSet) -> None:
    units = (
        Unit(code="north", name="North", kind="area"),
        Unit(code="south", name="South", kind="area"),
        *(Unit(code=code, name=code, kind="district", parent="north") for code in "abc"),
        *(Unit(code=code, name=code, kind="district", parent="south") for code in "de"),
    )
    move = UnitMove(unit="c", moved_on=date(2024, 4, 1), parent_before="south", source="s")
    each = dict.fromkeys("abcde", 10)
    then = {
        "2023/24": {**each, "north": 20, "south": 30},
        "2024/25": {**each, "north": 30, "south": 20},
    }
    now = then | {"2023/24": {**each, "north": 30, "south": 20}}
    for structure, held in ((Structure.AS_THEN, then), (Structure.AS_NOW, now)):
        rows = pd.DataFrame(
            [
                {"indicator": "N", "service_area": code, "cohort": "all", "period": period,
                 "numerator": float(count)}
                for period, counts in held.items() for code, count in counts.items()
            ]
        )  # fmt: skip
        view = measure_view(rows, sources(rules, units, structure=structure, moves=(move,)))
        areas = view.rows[view.rows["service_area"].isin(["north", "south"])]
        assert areas["parts_difference"].tolist() == [0, 0, 0, 0]
    wrong = measure_view(rows, sources(rules, units, moves=(move,))).rows
    assert sorted(wrong["parts_difference"].dropna()) == [0, 0, 10, 10]


# the Department's own files: how many counts of England could be held against all authorities,
# and how many against the nine regions

PUBLISHED = {
    "dfe_cin_2025/b1_children_in_need_2013_to_2025.csv": (7, 13),
    "dfe_cin_2024/c6_children_in_need_referrals_by_month_2013_to_2024.csv": (23, 156),
    "dfe_cla_2025/cla_number_and_rate_per_10k_children.csv": (15, 30),
    "dfe_workforce/csww_indicators_2017_to_2025.csv": (25, 36),
}  # fmt: skip


@pytest.fixture(scope="module")
def national(root: Path) -> Register:
    """The shipped register."""
    return load(root / "data" / "reference")


@pytest.mark.shared
@pytest.mark.parametrize("name", PUBLISHED)
def test_englands_counts_are_those_of_its_parts(
    name: str, national: Register, rules: RuleSet, shared: Path
) -> None:
    extract = read_delivery(shared / "data" / name, national, published="2025-12-19")
    assert extract.receipt.rows_refused == 0
    given = Sources(Context(national, date(2026, 1, 1)), rules, {})
    rows = figure_view(extract.figures, given).rows
    england = rows[rows["service_area"] == "E92000001"]
    held = england[["authorities_difference", "parts_difference"]]
    assert tuple(held.notna().sum()) == PUBLISHED[name]
    assert rows["authorities_difference"].max() == 0
    assert rows["parts_difference"].max() == 0
