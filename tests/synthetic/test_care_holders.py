"""Who holds a child in care on which day: one team at a time, by service and area."""

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.care import make_care
from pmf_analysis.synthetic.care_days import NEVER, day_of
from pmf_analysis.synthetic.care_holders import (
    area_on,
    held_of,
    holdings,
    leaving_from,
    service_on,
    supervising_team,
    team_on,
)
from pmf_analysis.synthetic.setting import Setting

SETTING = Setting.of(11, scale=0.1, stories=["structure", "arrivals"])
MADE = make_care(SETTING, {})
HELD = held_of(MADE)
HOLDINGS = holdings(SETTING, MADE)
MOVE = day_of(structure.COLDRY_MOVES)
TEAMS = {one.code for one in structure.all_units() if one.kind == "team"}


def one_child(**other):
    known = {
        "child": 2_000_001, "uasc": False, "disabled": False, "district": "lathe",
        "born": day_of("2008-01-01"), "entered": day_of("2020-01-01"), "ended": NEVER,
        "moved_in": NEVER,
    }  # fmt: skip
    return pd.DataFrame([{**known, **other}])


def test_coldry_is_in_the_west_from_its_move_on():
    moved, days = Setting.of(1, stories=["structure"]), [MOVE - 1, MOVE]
    assert list(area_on(moved, ["coldry", "coldry"], days)) == ["north", "west"]
    assert list(area_on(Setting.of(1), ["coldry", "coldry"], days)) == ["north", "north"]
    assert list(area_on(moved, ["marwick", "ashmere"], days)) == ["west", "north"]


@pytest.mark.parametrize(
    ("child", "day", "service"),
    [
        ({}, "2025-01-01", "children-in-care"),
        ({}, "2025-03-03", "care-leavers"),
        ({"entered": day_of("2025-02-20")}, "2025-03-03", "children-in-care"),
        ({"uasc": True}, "2025-06-01", "unaccompanied-children"),
        ({"moved_in": day_of("2021-01-01")}, "2020-12-31", "children-in-care"),
        ({"moved_in": day_of("2021-01-01")}, "2021-01-01", "adoption"),
    ],
    ids=["in care", "about to leave", "just come", "unaccompanied", "waiting", "placed"],
)
def test_services(child, day, service):
    held = one_child(**child)
    assert service_on(SETTING, held, [day_of(day)])[0] == service
    assert team_on(SETTING, held, [day_of(day)])[0].startswith(service)


def test_some_disabled_children_have_the_disabled_childrens_service():
    held = pd.concat([one_child(disabled=True)] * 1000).assign(child=np.arange(1000))
    services = service_on(SETTING, held, np.full(1000, day_of("2022-01-01")))
    assert (services == "disabled-children").mean() == pytest.approx(0.31, abs=0.05)


def test_nobody_is_about_to_leave_before_17_or_before_three_months_of_care():
    days = leaving_from([day_of("2008-01-01")], [day_of("2025-05-01")])
    assert days[0] == day_of("2025-05-01") + 90


def test_teams_hold_one_child_one_at_a_time():
    at = HOLDINGS.sort_values(["child_id", "started_on"])
    after = at.groupby("child_id")["started_on"].shift(-1)
    assert not (at["ended_on"].isna() & after.notna()).any()
    assert not (after < at["ended_on"]).any()
    assert (at["started_on"] < at["ended_on"].fillna(pd.Timestamp("2100-01-01"))).all()
    goes_on = (after == at["ended_on"]) & (at["team"].shift(-1) == at["team"])
    assert not goes_on.any()
    assert set(HOLDINGS["team"]) <= TEAMS


def test_teams_hold_children_from_entry_to_the_end_of_care():
    in_care = HOLDINGS[~HOLDINGS["team"].str.startswith("care-leavers")]
    first = in_care.groupby("child_id")["started_on"].min()
    entered = MADE["care_episode"].set_index("child_id")["event_date"]
    both = first.index.intersection(entered.index)
    assert len(both) > 500
    assert (first[both] == entered[both]).all()


def test_what_a_record_says_of_its_team_is_what_holdings_say():
    visit = MADE["visit"].sample(80, random_state=1)
    for child, day, team in zip(
        visit["child_id"], visit["due_on"], visit["team_then"], strict=True
    ):
        theirs = HOLDINGS[HOLDINGS["child_id"] == child]
        ended = theirs["ended_on"].fillna(pd.Timestamp("2100-01-01"))
        assert list(theirs["team"][(theirs["started_on"] <= day) & (ended > day)]) == [team]


def test_children_of_coldry_change_hands_on_the_day_of_the_move():
    moved = HOLDINGS[HOLDINGS["started_on"] == pd.Timestamp(structure.COLDRY_MOVES)]
    here = moved[moved["team"].str.contains("-west-")]
    district = MADE["child"].set_index("child_id")["home_district"].loc[here["child_id"]]
    assert (district == "coldry").sum() > 5
    assert not HOLDINGS["team"][HOLDINGS["team"].str.contains("-east-")].empty


def test_teams_supervise_the_countys_own_carers_and_adopters():
    placement = MADE["placement"]
    team = supervising_team(SETTING, placement)
    assert team.index.equals(placement.index)
    own_carers = placement["placement_type"].str.startswith("U") & (placement["provider"] == "PR1")
    adopters = placement["placement_type"].str.startswith("A")
    assert team[own_carers].str.match(r"fostering-[1-6]$").all()
    assert (team[adopters] == placement["team_then"][adopters]).all()
    assert (team[~own_carers & ~adopters] == "").all()
    shares = team[own_carers].value_counts(normalize=True)
    assert shares.between(0.1, 0.24).all() and len(shares) == 6


def test_holders_are_read_from_the_tables():
    assert len(HELD) == len(MADE["care_episode"])
    placed = HELD["moved_in"] < NEVER
    assert placed.sum() == len(MADE["adoption"])
    assert (HELD["moved_in"][placed] > HELD["entered"][placed]).all()
