"""The records of care: the returns' rules, the same again, and stories that stay in their place."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.care import make_care
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting

TABLES = (
    "child", "care_episode", "placement", "visit", "review", "health", "leaver_contact",
    "adoption",
)  # fmt: skip
TODAY = pd.Timestamp("2100-01-01")


def known():
    """Some children with plans, as if made before."""
    number = np.arange(400)
    child = pd.DataFrame(
        {
            "child_id": "C" + pd.Series(1_000_001 + number).astype("str"),
            "family_id": "F1000001",
            "date_of_birth": pd.Timestamp("2012-01-01") + pd.to_timedelta(number * 8, "D"),
            "sex": "F", "ethnicity": "WBRI", "disability": "no", "uasc": "no",
            "home_district": np.array(list(structure.DISTRICTS))[number % 12],
            "first_known_on": pd.Timestamp("2020-11-01"),
        }
    )  # fmt: skip
    ended = pd.Timestamp("2021-01-01") + pd.to_timedelta(number * 5, "D")
    return {"child": child, "plan": child[["child_id"]].assign(ended_on=ended)}


@cache
def made(*stories, seed=21):
    setting = Setting.of(seed, scale=0.05, stories=stories)
    return make_care(setting, known())


PLAIN = made()
CHILD = pd.concat([known()["child"], PLAIN["child"]]).set_index("child_id")


def birthdays(rows, years):
    born = CHILD["date_of_birth"].loc[rows["child_id"]]
    return (born + pd.DateOffset(years=years)).to_numpy()


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_their_columns_types_and_keys(name):
    table, rows = RECORD_TABLES[name], PLAIN[name]
    assert list(rows.columns) == list(table.columns)
    assert rows[table.key].is_unique and rows[table.key].is_monotonic_increasing
    assert len(rows) > 20
    for column, kind in table.columns.items():
        if kind == "date":
            assert rows[column].dtype == "datetime64[s]"
            assert not (rows[column] > pd.Timestamp("2026-10-31")).any()
        elif kind in ("code", "yes_no"):
            assert rows[column].dtype == "str"
            assert rows[column].notna().all()
        if kind == "yes_no":
            assert set(rows[column]) <= {"yes", "no", ""}
    assert rows[table.known].notna().all()


@pytest.mark.parametrize("name", TABLES[1:])
def test_every_record_is_of_a_known_child_and_a_team_that_exists(name):
    assert set(PLAIN[name]["child_id"]) <= set(CHILD.index)
    teams = {one.code for one in structure.all_units() if one.kind == "team"}
    assert set(PLAIN[name]["team_then"]) <= teams


def test_children_are_not_known_before():
    assert not set(PLAIN["child"]["child_id"]) & set(known()["child"]["child_id"])
    assert PLAIN["child"]["child_id"].str.startswith("C2").all()
    assert (PLAIN["child"]["first_known_on"] >= PLAIN["child"]["date_of_birth"]).all()


def test_some_children_enter_care_as_their_plan_ends():
    episode = PLAIN["care_episode"].set_index("child_id")
    here = episode.loc[episode.index.str.startswith("C1")]
    assert 20 < len(here) < 90
    ended = known()["plan"].set_index("child_id")["ended_on"]
    assert (here["event_date"] == ended[here.index]).all()


def test_a_child_has_one_period_of_care_from_birth_to_18_at_most():
    episode = PLAIN["care_episode"]
    assert episode["child_id"].is_unique
    assert (episode["event_date"] >= birthdays(episode, 0)).all()
    over = episode["ended_on"].notna()
    assert ((episode["reason_ended"] != "") == over).all()
    assert (episode["ended_on"] > episode["event_date"])[over].all()
    # 28 February counts as the birthday of those born on the 29th
    assert (episode["ended_on"][over] <= birthdays(episode, 18)[over]).all()
    assert (pd.Timestamp("2026-10-31") < birthdays(episode, 18)[~over]).all()


def test_placements_tile_their_period_of_care():
    placement = PLAIN["placement"].sort_values(["child_id", "event_date"])
    episode = PLAIN["care_episode"].set_index("child_id")
    by_child = placement.groupby("child_id")
    first, last = by_child["event_date"].first(), by_child["ended_on"].apply(lambda x: x.iloc[-1])
    assert set(first.index) == set(episode.index)
    assert (first == episode["event_date"].loc[first.index]).all()
    assert last.fillna(TODAY).equals(episode["ended_on"].loc[last.index].fillna(TODAY))
    before = by_child["ended_on"].shift(1)
    later = by_child.cumcount() > 0
    assert (placement["event_date"][later] == before[later]).all()
    assert (placement["care_episode_id"].str.slice(2) == placement["child_id"].str.slice(1)).all()


def test_reasons_and_statuses_fit_the_last_placement():
    episode = PLAIN["care_episode"]
    placement = PLAIN["placement"].sort_values(["child_id", "event_date"])
    last = placement.groupby("child_id")["placement_type"].last()[episode["child_id"]]
    with_carers = episode["reason_ended"].isin(["E45", "E46", "E17"]).to_numpy()
    assert with_carers.any() and last[with_carers].str.startswith("U").all()
    adopted = episode["reason_ended"].isin(["E11", "E12"]).to_numpy()
    assert adopted.any() and last[adopted].isin(["A5", "A6"]).all()
    assert (episode["legal_status"][adopted] == "E1").all()


def test_unaccompanied_children_are_14_to_17():
    episode = PLAIN["care_episode"]
    alone = episode[(CHILD["uasc"].loc[episode["child_id"]] == "yes").to_numpy()]
    assert len(alone) > 100
    assert (alone["event_date"] >= birthdays(alone, 14)).all()
    assert (alone["event_date"] < birthdays(alone, 18)).all()


def test_care_leavers_are_adults():
    contact = PLAIN["leaver_contact"]
    assert (contact["event_date"] >= birthdays(contact, 18)).all()


def test_adopted_children_leave_care_with_the_order():
    adoption = PLAIN["adoption"].set_index("child_id")
    episode = PLAIN["care_episode"].set_index("child_id").loc[adoption.index]
    assert (adoption["entered_care_on"] == episode["event_date"]).all()
    assert adoption["ordered_on"].fillna(TODAY).equals(episode["ended_on"].fillna(TODAY))
    ordered = adoption["ordered_on"].notna()
    assert (adoption["ordered_on"] > adoption["event_date"])[ordered].all()
    assert set(episode["reason_ended"][ordered]) == {"E11", "E12"}
    assert adoption["event_date"].min() >= pd.Timestamp("2018-12-01")


def test_the_same_seed_gives_the_same_records():
    again = made.__wrapped__()
    for name in TABLES:
        pd.testing.assert_frame_equal(again[name], PLAIN[name])
    other = made(seed=22)
    assert len(other["visit"]) != len(PLAIN["visit"])


def test_what_other_stages_plant_changes_nothing_here():
    other = made("vacancies", "siblings", "late_entry", "two_services", "mix")
    for name in TABLES:
        pd.testing.assert_frame_equal(other[name], PLAIN[name])


def test_the_arrivals_add_children_and_change_none():
    story = made("arrivals")
    for name in TABLES:
        more = story[name]["child_id"].str.startswith("C29")
        assert more.any() or name in ("review", "health", "leaver_contact", "adoption")
        pd.testing.assert_frame_equal(story[name][~more].reset_index(drop=True), PLAIN[name])


def test_the_arrivals_lower_the_share_adopted_and_not_adoptions():
    def ceased(tables):
        episode = tables["care_episode"]
        return episode.loc[episode["ended_on"] >= pd.Timestamp("2024-11-01"), "reason_ended"]

    with_story, without = ceased(made("arrivals")), ceased(PLAIN)
    adopted = ("E11", "E12")
    assert with_story.isin(adopted).sum() == without.isin(adopted).sum() > 0
    # 900 unaccompanied children and 720 others leave in a year, and 1,550 more with the story
    assert len(with_story) / len(without) == pytest.approx((1620 + 1550) / 1620, rel=0.15)


def test_the_move_of_coldry_changes_teams_of_its_children_alone():
    story = made("structure")
    for name in TABLES[1:]:
        changed = (story[name]["team_then"] != PLAIN[name]["team_then"]).to_numpy()
        home = CHILD["home_district"].loc[PLAIN[name]["child_id"][changed]]
        assert (home == "coldry").all()
        pd.testing.assert_frame_equal(
            story[name].drop(columns="team_then"), PLAIN[name].drop(columns="team_then")
        )
    after = story["visit"]["due_on"] >= pd.Timestamp(structure.COLDRY_MOVES)
    moved = story["visit"]["team_then"] != PLAIN["visit"]["team_then"]
    assert moved.any() and not (moved & ~after).any()


def test_without_plans_all_are_new():
    alone = make_care(Setting.of(21, scale=0.05), {})
    assert set(alone["care_episode"]["child_id"]) <= set(alone["child"]["child_id"])
