"""Who holds which child, in a county of a few children."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic import structure
from pmf_analysis.synthetic.allocations import make_allocations
from pmf_analysis.synthetic.care import make_care
from pmf_analysis.synthetic.families import make_families
from pmf_analysis.synthetic.making import joined
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.staff import make_staff

OPEN = None
FAR = pd.Timestamp("2200-01-01")
CHILDREN = (
    # number, born, home district, disabled, unaccompanied
    ("C1000001", "2015-05-05", "harstow", "no", "no"),
    ("C1000002", "2016-06-06", "dunwick", "no", "no"),
    ("C1000003", "2012-07-07", "coldry", "no", "no"),
    ("C1000004", "2020-08-08", "lathe", "yes", "no"),
    ("C1000005", "2009-01-15", "ashmere", "no", "no"),
    ("C2000001", "2014-02-02", "farrow", "no", "no"),
    ("C2000002", "2023-03-03", "farrow", "no", "no"),
)
DATES = {
    "child": ("date_of_birth",),
    "referral": ("event_date",),
    "assessment": ("started_on", "event_date"),
    "plan": ("event_date", "ended_on"),
    "care_episode": ("event_date", "ended_on"),
    "placement": ("event_date", "ended_on"),
    "adoption": ("event_date",),
    "leaver_contact": ("event_date",),
}


def _records():
    """What happened to the children, one thing or two each."""
    tables = {
        "child": pd.DataFrame(
            CHILDREN,
            columns=["child_id", "date_of_birth", "home_district", "disability", "uasc"],
        ),
        "referral": pd.DataFrame(
            [("R1", "C1000001", "2025-03-03"), ("R2", "C1000002", "2025-03-10"),
             ("R3", "C1000004", "2026-10-20")],
            columns=["referral_id", "child_id", "event_date"],
        ),
        "assessment": pd.DataFrame(
            [
                ("A1", "C1000001", "R1", "2025-03-04", "2025-04-15", "section_47",
                 "harstow-assessment-2"),
                ("A2", "C1000002", "R2", "2025-03-11", "2025-04-22", "no_service",
                 "dunwick-assessment-1"),
                ("A3", "C1000004", "R3", "2026-10-21", OPEN, "", "disabled-children-5"),
            ],
            columns=["assessment_id", "child_id", "referral_id", "started_on", "event_date",
                     "outcome", "team_then"],
        ),
        "plan": pd.DataFrame(
            [("L1", "C1000001", "2025-04-20", "2026-02-10", "harstow-protection-2"),
             ("L2", "C1000003", "2026-06-01", OPEN, "quality-assurance-4")],
            columns=["plan_id", "child_id", "event_date", "ended_on", "team_then"],
        ),
        "care_episode": pd.DataFrame(
            [("E1", "C1000005", "2020-01-20", "2027-01-15"), ("E2", "C2000001", "2019-04-01", OPEN),
             ("E3", "C2000002", "2025-05-01", OPEN)],
            columns=["care_episode_id", "child_id", "event_date", "ended_on"],
        ),
        "placement": pd.DataFrame(
            [("M1", "C2000001", "2019-04-01", OPEN, "U6", "PR1"),
             ("M2", "C2000002", "2025-05-01", "2026-04-10", "U6", "PR4"),
             ("M3", "C2000002", "2026-04-10", OPEN, "A3", "PR0")],
            columns=["placement_id", "child_id", "event_date", "ended_on", "placement_type",
                     "provider"],
        ),
        "adoption": pd.DataFrame(
            [("D1", "C2000002", "2026-04-10")], columns=["adoption_id", "child_id", "event_date"]
        ),
        "leaver_contact": pd.DataFrame(
            [("V1", "C1000005", "2027-01-20")],
            columns=["leaver_contact_id", "child_id", "event_date"],
        ),
    }  # fmt: skip
    return {
        name: table.astype(dict.fromkeys(DATES[name], "datetime64[s]"))
        for name, table in tables.items()
    }


@pytest.fixture(scope="module")
def made():
    setting = Setting.of(5, last_month="2028-10", scale=0.3, stories=("structure",))
    tables = make_staff(setting, {}) | _records()
    return tables | make_allocations(setting, tables)


def _line(made, child, kind="case"):
    """Teams of a child in a row, with the first day of each and the last day's end."""
    rows = made["allocation"].query("child_id == @child and kind == @kind")
    rows = rows.sort_values("started_on")
    assert (rows["started_on"].iloc[1:].array >= rows["ended_on"].iloc[:-1].array).all()
    changes = rows["team"].ne(rows["team"].shift()) | rows["started_on"].ne(
        rows["ended_on"].shift()
    )
    return rows.groupby(changes.cumsum()).agg(
        team=("team", "first"),
        started_on=("started_on", "first"),
        ended_on=("ended_on", lambda days: days.iloc[-1]),
    )


def _told(line):
    return [
        (
            row.team,
            f"{row.started_on:%Y-%m-%d}",
            "" if pd.isna(row.ended_on) else f"{row.ended_on:%Y-%m-%d}",
        )
        for row in line.itertuples()
    ]


def test_the_table_has_the_columns_of_the_record(made):
    table = made["allocation"]
    assert list(table) == list(RECORD_TABLES["allocation"].columns)
    assert table["allocation_id"].is_unique
    assert not table.drop(columns="ended_on").isna().any().any()
    assert set(table["kind"]) == {"case", "supervising"}


def test_a_child_goes_from_assessment_to_plan_and_with_its_team_into_the_next(made):
    assert _told(_line(made, "C1000001")) == [
        ("harstow-assessment-2", "2025-03-03", "2025-04-20"),
        ("harstow-protection-2", "2025-04-20", "2025-10-01"),
        ("harstow-protection-4", "2025-10-01", "2026-02-10"),
    ]


def test_a_child_in_no_need_is_held_until_the_assessment_ends(made):
    assert _told(_line(made, "C1000002")) == [("dunwick-assessment-1", "2025-03-10", "2025-04-22")]


def test_an_assessment_that_has_not_ended_is_an_open_case(made):
    assert _told(_line(made, "C1000004")) == [("disabled-children-5", "2026-10-20", "")]


def test_a_plan_from_elsewhere_is_held_where_the_child_lives(made):
    (row,) = _told(_line(made, "C1000003"))
    assert row[0] in {"coldry-protection-1", "coldry-protection-2"}
    assert row[1:] == ("2026-06-01", "")


def test_a_child_placed_for_adoption_stays_with_its_team_and_the_family_has_another(made):
    (case,) = _told(_line(made, "C2000002"))
    assert case[0].startswith("children-in-care-east-")
    assert case[1:] == ("2025-05-01", "")
    (family,) = _told(_line(made, "C2000002", "supervising"))
    assert family[0].startswith("adoption-")
    assert family[1:] == ("2026-04-10", "")


def test_the_countys_own_foster_carers_are_supervised(made):
    (row,) = _told(_line(made, "C2000001", "supervising"))
    assert row[0].startswith("fostering-")
    assert row[2] == ""


def test_a_child_grows_up_from_care_to_the_care_leavers_team(made):
    teams = [row[0] for row in _told(_line(made, "C1000005"))]
    assert teams[0].startswith("children-in-care-north-")
    assert teams[-1].startswith("care-leavers-north-")
    assert _told(_line(made, "C1000005"))[-1][2] == ""


def _with_posts(made):
    """Allocations with a person, beside that person's stay in post."""
    rows = made["allocation"].query("person_id != ''")
    stays = made["person"].merge(made["post"], on="post_id").set_index("person_id")
    return rows, stays.loc[rows["person_id"]].set_index(rows.index)


def test_whoever_holds_a_child_is_in_post_in_the_team_while_they_do(made):
    rows, stays = _with_posts(made)
    assert len(rows) > 10
    assert (rows["team"] == stays["team"]).all()
    assert (rows["started_on"] >= stays["started_on"]).all()
    gone = stays["ended_on"] + np.timedelta64(1, "D")
    assert (rows["ended_on"].fillna(FAR) <= gone.fillna(FAR)).all()
    social_workers = stays["role"] == "social_worker"
    assert (social_workers == (rows["kind"] == "case")).all()


def test_when_a_worker_leaves_the_child_passes_to_another_that_day():
    setting = Setting.of(2, scale=0.2)
    tables = _many_in_care(setting, 60)
    rows = make_allocations(setting, tables)["allocation"]
    rows = rows.sort_values(["child_id", "started_on"])
    later = rows.groupby("child_id").shift(-1)
    passed = later["started_on"].notna()
    assert passed.sum() > 10
    assert (later["started_on"] == rows["ended_on"])[passed].all()
    assert (later["person_id"] != rows["person_id"])[passed].all()
    left = tables["person"].set_index("person_id")["ended_on"] + np.timedelta64(1, "D")
    known = passed & (rows["person_id"] != "")
    assert (rows["person_id"].map(left) == rows["ended_on"])[known].all()


def test_nobody_is_named_only_where_nobody_is_in_post():
    setting = Setting.of(5, last_month="2028-10", scale=0.05, stories=())
    tables = make_staff(setting, {}) | _records()
    rows = make_allocations(setting, tables)["allocation"]
    without = rows.query("person_id == '' and kind == 'case'")
    stays = tables["person"].merge(tables["post"].query("role == 'social_worker'"), on="post_id")
    for row in without.itertuples():
        there = stays.loc[stays["team"] == row.team]
        end = row.ended_on if pd.notna(row.ended_on) else FAR
        since = np.maximum(there["started_on"], row.started_on)
        assert not (since < np.minimum(there["ended_on"].fillna(FAR), end)).any()


def test_without_the_story_no_team_ends():
    setting = Setting.of(5, last_month="2028-10", scale=0.3)
    records = _records()
    records["plan"] = records["plan"].replace("harstow-protection-2", "harstow-protection-1")
    tables = make_staff(setting, {}) | records
    teams = make_allocations(setting, tables)["allocation"]["team"]
    assert "harstow-protection-4" not in set(teams)
    assert set(teams) <= {one.code for one in structure.all_units(moved=False)}


def _many_in_care(setting, number):
    """Children in care since 2024, of whom every tenth is disabled."""
    ids = [f"C2{place:06d}" for place in range(number)]
    there = np.arange(number)
    tables = {name: table.iloc[:0] for name, table in _records().items()}
    tables["child"] = pd.DataFrame(
        {
            "child_id": ids, "date_of_birth": np.datetime64("2016-01-01", "s"),
            "home_district": np.array(list(structure.DISTRICTS))[there % 12],
            "disability": np.where(there % 10 == 0, "yes", "no"), "uasc": "no",
        }
    )  # fmt: skip
    tables["care_episode"] = pd.DataFrame(
        {
            "care_episode_id": [f"E{place}" for place in range(number)], "child_id": ids,
            "event_date": np.datetime64("2024-01-10", "s"),
            "ended_on": np.array(
                ["NaT" if place % 3 else "2026-05-05" for place in there], "datetime64[s]"
            ),
        }
    )  # fmt: skip
    return tables | make_staff(setting, {})


def test_two_services_hold_some_children_at_once_if_the_story_is_planted():
    setting, calm = (Setting.of(2, scale=0.2, stories=names) for names in (["two_services"], []))
    tables = _many_in_care(setting, 120)
    rows = make_allocations(setting, tables)["allocation"]
    open_now = rows.loc[rows["ended_on"].isna() & (rows["kind"] == "case")]
    teams = open_now.groupby("child_id")["team"].agg(sorted)
    twice = teams[teams.str.len() > 1]
    assert len(twice) == 9  # 46 at a fifth of the size
    assert twice.str.len().eq(2).all()
    assert twice.str[0].str.startswith("children-in-care-").all()
    assert twice.str[1].str.startswith("disabled-children-").all()
    second = rows.loc[rows["child_id"].isin(twice.index) & rows["team"].str.startswith("disabled")]
    assert second["started_on"].min() >= pd.Timestamp("2026-04-01")
    assert second.groupby("child_id")["started_on"].min().max() < pd.Timestamp("2026-05-01")

    without = make_allocations(calm, tables)["allocation"]
    columns = ["child_id", "person_id", "kind", "team", "started_on", "ended_on"]
    rest = rows.drop(second.index)[columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(rest, without[columns])


def test_the_same_seed_gives_the_same_allocations(made):
    setting = Setting.of(5, last_month="2028-10", scale=0.3, stories=("structure",))
    again = make_allocations(setting, {name: made[name] for name in made if name != "allocation"})
    pd.testing.assert_frame_equal(again["allocation"], made["allocation"])


@pytest.fixture(scope="module")
def county():
    """A county a twentieth of the size, with all that parts children and teams."""
    setting = Setting.of(7, scale=0.05, stories=("structure", "two_services", "mix", "arrivals"))
    tables = {}
    for stage in (make_staff, make_families, make_care, make_allocations):
        tables = joined(tables, stage(setting, tables))
    return setting, tables


def _open_on(rows, day, start="started_on", end="ended_on"):
    on = np.datetime64(day)
    return rows.loc[(rows[start] <= on) & ~(rows[end] <= on)]


def test_a_child_has_one_case_at_a_time_but_for_those_of_two_services(county):
    cases = county[1]["allocation"].query("kind == 'case'").sort_values(["child_id", "started_on"])
    second = cases["team"].str.startswith("disabled-children-")
    twice = cases.loc[cases["ended_on"].isna() & cases["child_id"].duplicated(keep=False)]
    twice = twice.loc[twice["child_id"].duplicated(keep=False), "child_id"]
    assert twice.nunique() == 2  # 46 at a twentieth of the size
    one = cases.loc[~(cases["child_id"].isin(twice) & second)]
    later = one.groupby("child_id")["started_on"].shift(-1)
    assert not (later < one["ended_on"]).any()
    assert not (later.notna() & one["ended_on"].isna()).any()


@pytest.mark.parametrize("day", ["2022-03-31", "2025-09-30", "2026-10-31"])
def test_everybody_who_is_in_care_or_has_a_plan_or_is_assessed_has_a_case(county, day):
    tables = county[1]
    held = set(_open_on(tables["allocation"].query("kind == 'case'"), day)["child_id"])
    in_care = _open_on(tables["care_episode"], day, "event_date")
    planned = _open_on(tables["plan"], day, "event_date")
    assessed = _open_on(tables["assessment"], day, end="event_date")
    for rows in (in_care, planned, assessed):
        assert len(rows) > 10
        assert set(rows["child_id"]) <= held


def test_open_cases_are_as_many_as_the_design_says(county):
    setting, tables = county
    cases = tables["allocation"].query("kind == 'case'")
    by_month = [_open_on(cases, month.end)["child_id"].nunique() for month in setting.counted]
    assert np.mean(by_month) == pytest.approx(8350 * setting.scale, rel=0.08)
    assert max(by_month) < 1.4 * min(by_month)


def test_only_case_holding_teams_that_exist_hold_cases(county):
    rows = county[1]["allocation"]
    units = {one.code: one for one in structure.all_units()}
    begins = rows["team"].map(lambda code: np.datetime64(units[code].valid_from))
    ends = rows["team"].map(lambda code: np.datetime64(units[code].valid_to or "2200-01-01"))
    assert (rows["started_on"] >= begins).all()
    assert (rows["started_on"] <= ends).all()
    assert (rows["ended_on"].fillna(FAR) <= ends + np.timedelta64(1, "D")).all()
    holds = rows["team"].map(lambda code: units[code].case_holding)
    assert (holds == (rows["kind"] == "case")).all()
