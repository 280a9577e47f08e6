"""Posts and people of Medwold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.record_tables import RECORD_TABLES, RECORDED
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.staff import make_staff, vacancy_by_month

STORIES = ("structure", "vacancies")


def _made(scale=1.0, stories=STORIES, seed=7):
    setting = Setting.of(seed, scale=scale, stories=stories)
    return setting, make_staff(setting, {})


@pytest.fixture(scope="module")
def whole():
    return _made()


def _in_post(made, on, role="social_worker"):
    day = np.datetime64(on)
    people = made["person"].merge(made["post"].loc[made["post"]["role"] == role], on="post_id")
    return people.loc[(people["started_on"] <= day) & ~(people["ended_on"] < day)]


def _of(rows, teams):
    return rows.loc[rows["team"].str.fullmatch(teams)]


def _posts(made, on, role="social_worker"):
    day = np.datetime64(on)
    posts = made["post"]
    return posts.loc[
        (posts["role"] == role) & (posts["valid_from"] <= day) & ~(posts["valid_to"] < day)
    ]


def test_the_tables_have_the_columns_that_records_have(whole):
    for name, table in whole[1].items():
        assert list(table) == list(RECORD_TABLES[name].columns)
        assert table[RECORD_TABLES[name].key].is_unique
        assert not set(RECORDED) & set(table)
        dates = [one for one, kind in RECORD_TABLES[name].columns.items() if kind == "date"]
        assert {str(table[one].dtype) for one in dates} == {"datetime64[s]"}
        assert not table.drop(columns=dates).isna().any().any()


def test_the_workforce_at_the_end_is_that_of_the_design(whole):
    made = whole[1]
    people, posts = _in_post(made, "2026-10-31"), _posts(made, "2026-10-31")
    assert abs(len(people) - 491) <= 10
    assert 1 - len(people) / len(posts) == pytest.approx(0.15, abs=0.015)
    assert (people["employment"] == "agency").mean() == pytest.approx(0.132, abs=0.015)
    holding = {one.code for one in structure.all_units() if one.case_holding and not one.valid_to}
    assert set(people["team"]) == set(posts["team"]) == holding


def test_without_the_story_the_share_vacant_is_the_public_one():
    shares = []
    for seed in range(4):
        setting, made = _made(stories=(), seed=seed)
        people, posts = _in_post(made, setting.last_day), _posts(made, setting.last_day)
        shares.append(1 - len(people) / len(posts))
    assert np.mean(shares) == pytest.approx(0.144, abs=0.008)


def test_a_seventh_of_the_permanent_workers_leave_in_a_year(whole):
    people = whole[1]["person"]
    people = people.loc[
        (people["employment"] == "permanent")
        & (people["ended_on"].isna() | (people["ended_on"] != np.datetime64("2025-09-30")))
    ]
    left = people["ended_on"].between("2021-11-01", "2026-10-31").sum() / 5
    there = len(_in_post(whole[1], "2024-04-30").query("employment == 'permanent'"))
    there += len(_in_post(whole[1], "2024-04-30", "manager"))
    assert left / there == pytest.approx(0.15, abs=0.03)


@pytest.mark.parametrize("scale", [0.05, 1.0])
def test_a_post_holds_one_person_at_a_time_and_only_while_it_exists(scale):
    _, made = _made(scale)
    people = made["person"].merge(made["post"], on="post_id").sort_values(["post_id", "started_on"])
    later = people.groupby("post_id")["started_on"].shift(-1)
    assert not (later <= people["ended_on"]).any()
    assert (people["ended_on"].notna() | later.isna()).all()
    assert not (people["ended_on"] < people["started_on"]).any()
    assert (people["started_on"] >= people["valid_from"]).all()
    closed = people["valid_to"].notna()
    assert (people.loc[closed, "ended_on"] <= people.loc[closed, "valid_to"]).all()
    assert people["started_on"].max() <= np.datetime64("2026-10-31")


def test_every_team_has_one_manager_post_on_every_day(whole):
    for on in ("2021-11-30", "2025-09-30", "2025-10-31", "2026-10-31"):
        teams = [
            one.code
            for one in structure.all_units()
            if one.kind == "team"
            and one.valid_from <= on
            and (not one.valid_to or one.valid_to >= on)
        ]
        assert sorted(_posts(whole[1], on, "manager")["team"]) == sorted(teams)


def test_posts_of_merged_teams_go_on_in_the_team_into_which_they_merged(whole):
    made = whole[1]
    merged = "harstow-protection-[23]"
    before = _of(_posts(made, "2025-09-30"), merged)
    after = _of(_posts(made, "2025-10-01"), "harstow-protection-4")
    assert len(before) == len(after) > 4
    assert _of(_posts(made, "2025-10-01"), merged).empty
    here = _of(_in_post(made, "2025-09-30"), merged)
    there = _of(_in_post(made, "2025-10-01"), "harstow-protection-4")
    assert len(here) == len(there)
    assert sorted(here["employment"]) == sorted(there["employment"])
    assert (there["started_on"] == np.datetime64("2025-10-01")).all()


def test_vacancies_by_month_are_what_posts_and_people_say(whole):
    setting, made = whole
    shares = vacancy_by_month(setting, made)
    assert sorted(shares) == sorted(
        [*structure.DISTRICTS, "children-in-care", "unaccompanied-children", "disabled-children",
         "care-leavers"]
    )  # fmt: skip
    for place in (0, 40, 58, 59, len(setting.calendar) - 1):
        on = setting.calendar[place].end
        posts, people = _posts(made, on), _in_post(made, on)
        for unit, share in shares.items():
            ours = posts["team"].str.startswith(f"{unit}-").sum()
            taken = people["team"].str.startswith(f"{unit}-").sum()
            assert share[place] == pytest.approx(1 - taken / ours), (unit, on)


def test_vacancies_stay_near_their_level_everywhere(whole):
    for unit, share in vacancy_by_month(*whole).items():
        assert len(share) == 72
        calm = pd.Series(share[:-4] if unit == "dunwick" else share)
        assert calm.between(0.05, 0.22).all(), unit
        assert calm.mean() == pytest.approx(0.144, abs=0.03), unit


def test_dunwicks_vacancies_double_in_july_2026_and_nobody_elses_change():
    setting, with_story = _made()
    other, without = _made(stories=("structure",))
    said, calm = vacancy_by_month(setting, with_story), vacancy_by_month(other, without)
    assert said["dunwick"][-4:] == pytest.approx([0.31] * 4, abs=0.02)
    assert calm["dunwick"][-4:].max() < 0.19
    np.testing.assert_array_equal(said["dunwick"][:-4], calm["dunwick"][:-4])
    for unit in said.keys() - {"dunwick"}:
        np.testing.assert_array_equal(said[unit], calm[unit], unit)


def test_the_merger_changes_nobody_outside_harstow():
    def elsewhere(stories):
        made = _made(stories=stories)[1]
        people = made["person"].merge(made["post"], on="post_id")
        people = people.loc[~people["team"].str.startswith("harstow")]
        columns = ["team", "role", "employment", "started_on", "ended_on"]
        return people[columns].reset_index(drop=True)

    pd.testing.assert_frame_equal(elsewhere(STORIES), elsewhere(("vacancies",)))


def test_a_small_county_has_a_post_in_every_team():
    setting, made = _made(0.05)
    posts = _posts(made, setting.last_day)
    assert posts.groupby("team").size().min() == 1
    assert posts["team"].nunique() == 77
    assert vacancy_by_month(setting, made)["dunwick"][-1] >= 0.25


def test_the_same_seed_gives_the_same_people_and_another_one_others():
    one, again, other = (_made(0.05, seed=seed)[1] for seed in (3, 3, 4))
    for name in one:
        pd.testing.assert_frame_equal(one[name], again[name])
    assert not one["person"].equals(other["person"])
