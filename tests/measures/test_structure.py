"""Figures of the past under the units of today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis import measures, tables
from pmf_analysis.measures.structure import under_structure
from pmf_analysis.measures.values import Confidence
from pmf_analysis.register import Context, Register
from pmf_analysis.register.models import Indicator, RuleSet, Unit, UnitMove, Workspace
from pmf_analysis.terms import State, Structure

AS_AT = date(2024, 12, 31)

UNITS = (
    Unit(code="medwold", name="Medwold", kind="county"),
    Unit(code="north", name="North", kind="area", parent="medwold"),
    Unit(code="west", name="West", kind="area", parent="medwold"),
    Unit(code="ashmere", name="Ashmere", kind="district", parent="north"),
    Unit(code="coldry", name="Coldry", kind="district", parent="west"),
    Unit(code="lathe", name="Lathe", kind="district", parent="west"),
    Unit(code="blue", name="Blue team", kind="team", parent="lathe",
         valid_to=date(2024, 6, 30), successors=("green",)),
    Unit(code="red", name="Red team", kind="team", parent="lathe",
         valid_to=date(2024, 6, 30), successors=("green",)),
    Unit(code="green", name="Green team", kind="team", parent="lathe",
         valid_from=date(2024, 7, 1)),
    Unit(code="old", name="Old team", kind="team", parent="ashmere",
         valid_to=date(2024, 6, 30), successors=("up", "down")),
    Unit(code="up", name="Up team", kind="team", parent="ashmere", valid_from=date(2024, 7, 1)),
    Unit(code="down", name="Down team", kind="team", parent="ashmere",
         valid_from=date(2024, 7, 1)),
)  # fmt: skip
MOVE = UnitMove(unit="coldry", moved_on=date(2024, 7, 1), parent_before="north", source="a minute")


@pytest.fixture
def county(make) -> Callable[..., Register]:
    """Medwold in small: Coldry moved from North to West, two teams merged, one was divided."""

    def made(*indicators: Indicator, units=UNITS, moves=(MOVE,)) -> Register:
        rules = RuleSet(
            name="intervals", version="1", purpose="p", source="s",
            values={"confidence": 0.95, "exact_below": 10},
        )  # fmt: skip
        workspace = Workspace(
            title="M", register_name="medwold", county="medwold", report_kinds=("area",)
        )
        held = indicators or (make.indicator(),)
        return Register(
            workspace=workspace, indicators={one.code: one for one in held},
            units={one.code: one for one in units}, rule_sets={"intervals": rules},
            unit_moves=tuple(moves),
        ).under(Structure.AS_THEN)  # fmt: skip

    return made


@pytest.fixture
def built(county, make) -> Callable[..., pd.DataFrame]:
    """The measure table of some cells, under one structure or the other."""

    def build(
        cells, structure=Structure.AS_NOW, indicator=None, as_at=AS_AT, register=None
    ) -> pd.DataFrame:
        held = register or county(indicator or make.indicator())
        found = measures.build(
            make.figures(cells),
            [{"id": "first", "published": "2024-12-01", "table": "t", "file_name": "f.csv"}],
            Context(held.under(structure), as_at, structure),
        )
        return found.set_index(["service_area", "period"]).sort_index()

    return build


def both(unit: str, period: str, top: float | str, bottom: float | str) -> list:
    return [(unit, period, "n", top), (unit, period, "d", bottom)]


AREAS = [
    *both("north", "2024-06", 30, 60), *both("west", "2024-06", 10, 50),
    *both("ashmere", "2024-06", 20, 40), *both("coldry", "2024-06", 10, 20),
    *both("lathe", "2024-06", 10, 50), *both("medwold", "2024-06", 40, 110),
    *both("north", "2024-07", 21, 41), *both("west", "2024-07", 22, 72),
    *both("ashmere", "2024-07", 21, 41), *both("coldry", "2024-07", 11, 21),
    *both("lathe", "2024-07", 11, 51), *both("medwold", "2024-07", 43, 113),
]  # fmt: skip


def parts(row: pd.Series) -> tuple[float, float]:
    return row["numerator"], row["denominator"]


def test_as_then_every_figure_stands_as_delivered(built) -> None:
    found = built(AREAS, Structure.AS_THEN)
    assert parts(found.loc[("north", "2024-06")]) == (30, 60)
    assert parts(found.loc[("west", "2024-06")]) == (10, 50)
    assert len(found) == 12


def test_as_now_a_district_takes_its_whole_past_with_it(built) -> None:
    found = built(AREAS)
    assert parts(found.loc[("north", "2024-06")]) == (20, 40)
    assert parts(found.loc[("west", "2024-06")]) == (20, 70)
    assert found.loc[("west", "2024-06"), "value"] == pytest.approx(100 * 20 / 70)
    assert "added up from Coldry and Lathe" in found.loc[("west", "2024-06"), "method"]
    assert parts(found.loc[("west", "2024-07")]) == (22, 72)
    assert parts(found.loc[("medwold", "2024-06")]) == (40, 110)
    assert parts(found.loc[("coldry", "2024-06")]) == (10, 20)


def test_a_move_after_the_date_of_the_run_has_not_happened(built, county) -> None:
    later = MOVE.model_copy(update={"moved_on": date(2025, 1, 1)})
    found = built(AREAS, register=county(moves=[later]))
    assert parts(found.loc[("north", "2024-06")]) == (30, 60)


def test_an_area_whose_districts_are_not_delivered_has_no_past(built) -> None:
    found = built([*both("north", "2024-06", 30, 60), *both("north", "2024-07", 21, 41)])
    row = found.loc[("north", "2024-06")]
    assert row["state"] == State.NOT_GIVEN
    assert pd.isna(row["value"])
    assert row["method"] == "not added up: no figures of the units that make up North"
    assert parts(found.loc[("north", "2024-07")]) == (21, 41)


def test_a_district_without_a_count_leaves_the_area_without_one(built) -> None:
    cells = [cell for cell in AREAS if cell[:3] != ("lathe", "2024-06", "n")]
    found = built([*cells, ("lathe", "2024-06", "n", "suppressed")])
    row = found.loc[("west", "2024-06")]
    assert row["state"] == State.SUPPRESSED
    assert row["method"] == "not added up: no count of Lathe"
    found = built([cell for cell in AREAS if cell[:2] != ("lathe", "2024-06")])
    assert found.loc[("west", "2024-06"), "state"] == State.NOT_GIVEN


TEAMS = [
    *both("blue", "2024-05", 3, 10), *both("red", "2024-05", 4, 20),
    *both("blue", "2024-06", 5, 10), *both("red", "2024-06", 6, 20),
    *both("green", "2024-07", 9, 30),
]  # fmt: skip


def test_two_teams_that_merged_have_one_past(built) -> None:
    found = built(TEAMS)
    assert set(found.index) == {("green", f"2024-0{month}") for month in (5, 6, 7)}
    assert parts(found.loc[("green", "2024-05")]) == (7, 30)
    assert parts(found.loc[("green", "2024-06")]) == (11, 30)
    then = built(TEAMS, Structure.AS_THEN)
    assert len(then) == 5
    assert parts(then.loc[("blue", "2024-05")]) == (3, 10)


@pytest.mark.parametrize(
    ("adds_up", "words"),
    [
        ("distinct_children", "a child counted in two units would be counted twice"),
        (False, "the indicator says that its parts do not add up"),
    ],
)
def test_what_does_not_add_up_is_not_added(built, make, adds_up, words) -> None:
    found = built(TEAMS, indicator=make.indicator(adds_up=adds_up))
    row = found.loc[("green", "2024-05")]
    assert row["state"] == State.NOT_GIVEN
    assert words in row["method"]
    assert pd.isna(row["numerator"])
    assert pd.isna(row["shown_value"])
    assert parts(found.loc[("green", "2024-07")]) == (9, 30)


def test_a_value_without_its_counts_is_not_added(built, make) -> None:
    indicator = make.indicator(kind="median", unit="days", source=make.source(value="v"))
    cells = [("blue", "2024-05", "v", 30), ("red", "2024-05", "v", 40)]
    row = built(cells, indicator=indicator).loc[("green", "2024-05")]
    assert row["state"] == State.NOT_GIVEN
    assert row["method"] == "not added up: no count of Blue team and Red team"


def test_a_team_that_only_changed_its_name_keeps_its_figures(built, county, make) -> None:
    units = [one for one in UNITS if one.code != "red"]
    indicator = make.indicator(adds_up="distinct_children")
    cells = [*both("blue", "2024-06", 5, 10), *both("green", "2024-07", 9, 30)]
    found = built(cells, register=county(indicator, units=units))
    assert parts(found.loc[("green", "2024-06")]) == (5, 10)


def test_a_team_that_took_in_another_is_added_to_it_and_breaks_only_as_then(
    built, county, make
) -> None:
    units = [
        one.model_copy(update={"successors": ("red",)}) if one.code == "blue"
        else one.model_copy(update={"valid_to": None, "successors": ()}) if one.code == "red"
        else one
        for one in UNITS
        if one.code != "green"
    ]  # fmt: skip
    register = county(make.indicator(data_period="R12M"), units=units, moves=())
    (found,) = register.breaks_of("SHARE", "red")
    assert (found.period, found.kind) == ("2024-07", "boundary")
    assert register.under(Structure.AS_NOW).breaks == ()
    assert register.under(Structure.AS_NOW).under(Structure.AS_THEN).breaks == register.breaks
    rows = built(TEAMS[:8], register=register)
    assert parts(rows.loc[("red", "2024-05")]) == (7, 30)
    assert ("blue", "2024-05") not in rows.index


def test_a_divided_unit_gives_its_past_to_nobody(built) -> None:
    cells = [
        *both("old", "2024-06", 5, 10), *both("up", "2024-07", 2, 5), *both("down", "2024-07", 3, 5)
    ]  # fmt: skip
    found = built(cells)
    assert parts(found.loc[("old", "2024-06")]) == (5, 10)
    for code in ("up", "down"):
        row = found.loc[(code, "2024-06")]
        assert row["state"] == State.NOT_APPLICABLE
        assert pd.isna(row["value"])
        assert row["method"] == (
            "history starts on 1 July 2024: Old team was divided, and its figures do not say "
            "which part is whose"
        )


def test_a_unit_beside_a_divided_one_does_not_join_either(built, county, make) -> None:
    # as Bournemouth and Poole, with a part of Dorset, became one council
    units = (
        *UNITS,
        Unit(code="side", name="Side", kind="team", parent="ashmere",
             valid_to=date(2024, 6, 30), successors=("up",)),
    )  # fmt: skip
    cells = [*both("old", "2024-06", 5, 10), *both("side", "2024-06", 1, 2)]
    found = built(cells, register=county(units=units))
    assert parts(found.loc[("side", "2024-06")]) == (1, 2)
    assert found.loc[("up", "2024-06"), "state"] == State.NOT_APPLICABLE
    assert "Old team was divided" in found.loc[("up", "2024-06"), "method"]


def test_a_divided_part_counts_for_the_area_that_all_its_heirs_are_in(built, county) -> None:
    units = [
        one.model_copy(update={"parent": "west" if one.code in ("old", "up", "down") else "north"})
        if one.kind == "team" else one
        for one in UNITS
    ]  # fmt: skip
    cells = [*both("old", "2024-06", 5, 10), *both("coldry", "2024-06", 10, 20)]
    found = built(cells, register=county(units=units))
    assert parts(found.loc[("west", "2024-06")]) == (15, 30)
    split = [
        one.model_copy(update={"parent": "north"}) if one.code == "up" else one for one in units
    ]
    found = built(cells, register=county(units=split))
    row = found.loc[("west", "2024-06")]
    assert row["state"] == State.NOT_GIVEN
    assert row["method"] == "not added up: Old team was divided between units"


def test_as_then_nothing_is_compared_across_a_move(county) -> None:
    register = county()
    held = {one.unit: one for one in register.breaks}
    assert set(held) == {"north", "west"}
    assert held["north"].period == "2024-07"
    assert held["north"].reason == "Coldry moved from North to West"
    assert register.breaks_of("SHARE", "medwold") == ()
    assert register.under(Structure.AS_NOW).breaks == ()


def test_a_rolling_year_as_then_stops_at_a_move_and_as_now_does_not(built, county, make) -> None:
    months = [f"2024-{month:02d}" for month in range(1, 13)]
    cells = [
        cell for month in months for code in ("ashmere", "coldry", "lathe", "north", "west")
        for cell in both(code, month, 1, 2)
    ]  # fmt: skip
    register = county(make.indicator(data_period="R12M"))
    then = built(cells, Structure.AS_THEN, register=register).loc[("west", "2024-12")]
    assert then["shown_state"] == State.BREAK_INSIDE
    now = built(cells, Structure.AS_NOW, register=register).loc[("west", "2024-12")]
    # six months of Coldry and Lathe, and six as delivered
    assert (now["shown_numerator"], now["shown_denominator"]) == (18, 36)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=3, max_size=3),
)
def test_areas_as_now_add_up_to_what_areas_as_then_add_up_to(counts) -> None:
    indicator = Indicator.model_validate(
        {
            "code": "N", "name": "number", "objective": "o", "kind": "count", "unit": "count",
            "source": {"published": {"table": "t", "numerator": ["n"]}}, "polarity": "neutral",
            "frequency": "month", "data_period": "M", "applies_to": ["area"], "owner": "role",
            "origin": "here",
        }
    )  # fmt: skip
    register = Register(
        workspace=Workspace(title="M", register_name="m", county="medwold", report_kinds=("area",)),
        indicators={"N": indicator}, units={one.code: one for one in UNITS}, unit_moves=(MOVE,),
    )  # fmt: skip
    (ashmere, _), (coldry, _), (lathe, _) = counts
    given_rows = {"ashmere": ashmere, "coldry": coldry, "lathe": lathe,
                  "north": ashmere + coldry, "west": lathe}  # fmt: skip
    nothing = {"denominator": float("nan"), "lower": float("nan"), "upper": float("nan")}
    rows = pd.DataFrame(
        [
            {"indicator": "N", "service_area": code, "cohort": "all", "period": "2024-03",
             "vintage": "2024-12-01", "numerator": float(top), "value": float(top),
             "state": "final", "method": "", "quality": "", "deliveries": "d", **nothing}
            for code, top in given_rows.items()
        ]
    )  # fmt: skip
    context = Context(register, AS_AT, Structure.AS_NOW)
    found = under_structure(rows, indicator, context, Confidence(0.95, 10))
    value = found.set_index("service_area")["value"]
    assert value["north"] + value["west"] == given_rows["north"] + given_rows["west"]
    assert value["west"] == coldry + lathe
    again = under_structure(rows.iloc[::-1], indicator, context, Confidence(0.95, 10))
    by_unit = ["service_area", "period"]
    pd.testing.assert_frame_equal(
        found.sort_values(by_unit, ignore_index=True),
        again.sort_values(by_unit, ignore_index=True)[list(found.columns)],
    )
    assert set(tables.SERIES) <= set(found.columns)
