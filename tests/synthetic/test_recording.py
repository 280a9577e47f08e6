"""Versions of records: what was true and entered by a day is what is known on it, and no more."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.synthetic import entry, plot
from pmf_analysis.synthetic.extracts import last_taken
from pmf_analysis.synthetic.record_tables import RECORD_TABLES, RECORDED
from pmf_analysis.synthetic.recording import as_known, recorded

DAY = np.timedelta64(1, "D")


@pytest.fixture(scope="module")
def plain(small):
    """What was recorded of a county where no story lies in how things were entered."""
    told, true = small()
    setting = replace(told, stories=frozenset({"structure"}))
    return setting, true, recorded(setting, true)


@pytest.fixture(scope="module")
def told(small):
    """A county with its stories, and what was recorded of it, without faults."""
    setting, true = small()
    return setting, true, recorded(setting, true)


def days(rows, column):
    return rows[column].to_numpy().astype("datetime64[D]")


@pytest.mark.parametrize("name", [name for name in RECORD_TABLES if name != "extract_log"])
def test_versions_follow_each_other(plain, name):
    setting, true, versions = plain
    table, rows = RECORD_TABLES[name], versions[name]
    assert list(rows.columns) == [*table.columns, *RECORDED]
    later = rows[rows[table.key].duplicated().to_numpy()]
    before = rows.shift(1).loc[later.index]
    assert (before[table.key] == later[table.key]).all(), "versions of a record stand together"
    assert (before["changed_at"] < later["changed_at"]).all()
    assert (before["entered_at"] == later["entered_at"]).all()
    firsts = rows[~rows[table.key].duplicated().to_numpy()]
    assert (firsts["entered_at"] == firsts["changed_at"]).all()
    assert (rows["changed_at"] <= pd.Timestamp(last_taken(setting))).all()
    assert set(rows["withdrawn"]) <= {"yes", "no"}
    for column in table.columns:
        assert rows[column].dtype == true[name][column].dtype, column


@settings(max_examples=12, deadline=None)
@given(ago=st.integers(0, 2100), name=st.sampled_from(sorted(set(RECORD_TABLES) - {"extract_log"})))
def test_what_is_known_on_a_day_is_what_was_true_and_entered_by_then(plain, ago, name):
    setting, true, versions = plain
    table, day = RECORD_TABLES[name], last_taken(setting) - ago * DAY
    known = as_known(table, versions[name], day)
    assert not known[table.key].duplicated().any()
    assert (days(known, "changed_at") <= day).all()
    happened = [table.known, *(["event_date"] if name in entry.DONE_LATER else table.closes)]
    for column in happened:
        assert not (days(known, column) > day).any(), "nothing is known before it happens"
    mine = known[known[table.key].isin(true[name][table.key]).to_numpy()]
    truth = true[name].set_index(table.key).loc[mine[table.key]].reset_index()
    told_later = set(happened[1:]).union(*table.closes.values(), *(
        others for of, (_, others) in entry.DONE_LATER.items() if of == name
    ))  # fmt: skip
    for column in table.columns:
        differs = (mine[column] != truth[column]) & ~(mine[column].isna() & (
            truth[column].isna() | (truth[column].astype("str") == "")))  # fmt: skip
        if column in told_later:
            differs &= mine[column].notna()
        assert differs.mean() < 0.01 or differs.sum() <= 2, f"{column}: only mistakes differ"


def test_in_the_end_the_truth_is_known(plain):
    setting, true, versions = plain
    for name in ("assessment", "visit", "plan", "referral"):
        table = RECORD_TABLES[name]
        known = as_known(table, versions[name], last_taken(setting)).set_index(table.key)
        old = true[name][true[name][table.known] < "2026-05-01"].set_index(table.key)
        assert set(old.index) <= set(known.index)
        known = known.loc[old.index]
        for column in table.columns:
            if column != table.key:
                same = (known[column] == old[column]) | known[column].isna()
                assert same.mean() > 0.999, (name, column)
                assert (known[column].isna() & old[column].notna() & (old[column] != "")).mean() < (
                    0.005
                )


def test_most_is_entered_within_a_week_and_a_little_after_the_extract(plain):
    setting, _, versions = plain
    rows = pd.concat([
        versions[name][["entered_at", "event_date"]][
            ~versions[name][RECORD_TABLES[name].key].duplicated().to_numpy()
        ] for name in ("leaver_contact", "plan", "care_episode", "placement")
    ])  # fmt: skip
    rows = rows[(rows["event_date"] >= pd.Timestamp(setting.first_day)).to_numpy()]
    waited = (rows["entered_at"] - rows["event_date"]).dt.days
    assert (waited >= 0).all()
    assert 0.90 < (waited <= 7).mean() < 0.97
    month = rows["event_date"].to_numpy().astype("datetime64[M]") + 1
    extract = month.astype("datetime64[D]") + 4 * DAY
    assert 0.015 < (days(rows, "entered_at") > extract).mean() < 0.04


def test_nothing_is_entered_before_what_it_comes_from(plain):
    _, _, versions = plain
    for name, (column, parent) in entry.REFERS_TO.items():
        firsts = versions[parent].drop_duplicates(RECORD_TABLES[parent].key)
        entered = firsts.set_index(RECORD_TABLES[parent].key)["entered_at"]
        rows = versions[name][versions[name]["changed_at"] == versions[name]["entered_at"]]
        above = rows[column].map(entered.astype("int64"))
        assert not (above > rows["entered_at"].astype("int64")).any(), name


def test_stock_from_before_is_entered_by_the_first_day(plain):
    setting, true, versions = plain
    older = true["plan"][true["plan"]["event_date"] < pd.Timestamp(setting.first_day)]["plan_id"]
    rows = versions["plan"][versions["plan"]["plan_id"].isin(older)]
    assert len(older) and (rows["entered_at"] <= pd.Timestamp(setting.first_day)).all()


def test_some_was_entered_twice_and_taken_back(plain):
    _, true, versions = plain
    taken = sum(len(rows[rows["withdrawn"] == "yes"]) for rows in versions.values())
    assert 3 <= taken <= 40
    for name, rows in versions.items():
        key = RECORD_TABLES[name].key
        back = rows[(rows["withdrawn"] == "yes").to_numpy()]
        assert not back[key].isin(true[name][key]).any()
        assert rows[rows[key].isin(back[key])].groupby(key).size().eq(2).all()


def test_ivelham_enters_late_and_nobody_else(told):
    _, _, versions = told
    rows = versions["assessment"]
    done = rows[(rows["event_date"].notna() & (rows["withdrawn"] == "no")).to_numpy()]
    done = done.drop_duplicates("assessment_id")
    done = done[(done["event_date"] < "2026-08-01").to_numpy()]
    late = (done["changed_at"] - done["event_date"]).dt.days.to_numpy() >= entry.LATE_FROM
    here, slow = entry.of_district(done, "ivelham"), entry.untimely(done)
    assert 0.12 < late[here].mean() < 0.25
    assert late[~here].mean() < 0.03
    assert slow[here & late].mean() > slow[here & ~late].mean() + 0.2, "the untimely come last"


def test_beltham_moves_late_dates_to_the_last_day_in_time(told):
    _, true, versions = told
    rows = versions["assessment"]
    rows = rows[(rows["event_date"].notna() & (rows["withdrawn"] == "no")).to_numpy()]
    first, last = (rows.drop_duplicates("assessment_id", keep=which).set_index("assessment_id")
                   for which in ("first", "last"))  # fmt: skip
    changed = last[((first["event_date"] - last["event_date"]).dt.days > 2).to_numpy()]
    assert len(changed) and entry.of_district(changed, "beltham").all()
    assert (changed["changed_at"] >= "2026-01-21").all()
    took = entry.working_days().between(days(changed, "started_on"), days(changed, "event_date"))
    assert (took == 45).all()
    assert entry.untimely(first.loc[changed.index].reset_index()).all()
    true_dates = true["assessment"].set_index("assessment_id")["event_date"]
    assert (true_dates[changed.index] == first.loc[changed.index, "event_date"]).all()


@pytest.mark.parametrize("story", ["late_entry", "back_dating"])
def test_a_story_of_entry_changes_its_district_alone(plain, story):
    setting, true, versions = plain
    with_it = replace(setting, stories=setting.stories | {story})
    told = recorded(with_it, true)
    district = {"late_entry": "ivelham", "back_dating": "beltham"}[story]
    for name, rows in versions.items():
        if name == "assessment":
            ours, theirs = (
                each[~entry.of_district(each, district)].reset_index(drop=True)
                for each in (rows, told[name])
            )
            pd.testing.assert_frame_equal(ours, theirs)
            assert not rows.equals(told[name])
        else:
            pd.testing.assert_frame_equal(rows, told[name])


def test_coldry_answered_to_the_north_before(told):
    _, _, versions = told
    for day, service in (("2025-03-31", "north"), ("2025-04-01", "west")):
        known = as_known(RECORD_TABLES["unit"], versions["unit"], np.datetime64(day))
        parent = known.set_index("unit_code").loc["coldry", "parent"]
        assert parent == f"{service}-social-work"


def test_the_same_again(plain):
    setting, true, versions = plain
    for name, rows in recorded(setting, true).items():
        pd.testing.assert_frame_equal(rows, versions[name])


def test_an_empty_table_stays_empty(plain):
    setting, true, _ = plain
    for name in ("assessment", "referral", "visit", "plan"):
        assert len(recorded(setting, {name: true[name].head(0)})[name]) == 0


def test_the_stories_are_those_of_the_plot():
    assert {entry.LATE_ENTRY, "back_dating"} <= set(plot.NAMES)
