"""Planted faults: each is where the truth says it is, and nowhere else."""

from dataclasses import replace

import pandas as pd
import pytest

from pmf_analysis.synthetic import faults
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.recording import recorded
from pmf_analysis.synthetic.structure import all_units


@pytest.fixture(scope="module")
def planted(small):
    """Versions before and after the faults, and what was planted."""
    setting, true = small()
    before = recorded(setting, true)
    after, found = faults.plant(setting, before)
    return before, after, {fault.kind: fault for fault in found}


def rows_of(tables, fault):
    rows = tables[fault.table]
    return rows[rows[RECORD_TABLES[fault.table].key].isin(fault.records).to_numpy()]


def test_every_kind_is_there(planted):
    _, _, found = planted
    assert {kind.kind for kind, _, _ in faults._KINDS} == set(found)
    assert len(found) == 16


def test_nothing_else_changes(planted):
    before, after, found = planted
    touched = {}
    for fault in found.values():
        touched.setdefault(fault.table, set()).update(fault.records)
    for name, rows in before.items():
        key = RECORD_TABLES[name].key
        ours, theirs = (
            each[~each[key].isin(touched.get(name, set())).to_numpy()].reset_index(drop=True)
            for each in (rows, after[name])
        )
        pd.testing.assert_frame_equal(ours, theirs)


def test_without_the_switch_nothing_is_planted(planted, small):
    setting, _ = small()
    before, _, _ = planted
    others = replace(setting, stories=setting.stories - {faults.SWITCH})
    assert others != setting
    after, found = faults.plant(others, before)
    assert found == []
    assert all(after[name] is rows for name, rows in before.items())


def test_each_fault_is_what_it_says(planted):
    _, after, found = planted
    last = {
        kind: rows_of(after, fault).drop_duplicates(
            RECORD_TABLES[fault.table].key, keep="last"
        ) for kind, fault in found.items()
    }  # fmt: skip
    units = {one.code for one in all_units()}
    assert not last["unknown_team"]["team_then"].isin(units).any()
    assert (last["ended_team"]["event_date"] >= "2025-10-01").all()
    assert not last["unknown_child"]["child_id"].isin(after["child"]["child_id"]).any()
    assert (last["wrong_code"]["source"] == faults.NO_SOURCE).all()
    assert last["no_due_date"]["due_on"].isna().all()
    assert last["no_home_district"]["home_district"].isna().all()
    assert (last["negative_previous_plans"]["previous_plans"] == -1).all()
    assert last["missing_outcome"]["outcome"].isna().all()
    assert last["missing_outcome"]["event_date"].notna().all()
    assert (last["end_before_start"]["ended_on"] < last["end_before_start"]["event_date"]).all()
    assert (last["in_the_future"]["event_date"] > last["in_the_future"]["changed_at"]).all()
    born = after["child"].drop_duplicates("child_id").set_index("child_id")["date_of_birth"]
    early = last["before_birth"]
    assert (early["event_date"] < early["child_id"].map(born)).all()
    plans = after["plan"].drop_duplicates("child_id").set_index("child_id")["event_date"]
    early = last["visit_before_plan"]
    assert (early["event_date"] < early["child_id"].map(plans)).all()


def test_placements_overlap_and_leave_gaps(planted):
    _, after, found = planted
    rows = after["placement"].drop_duplicates("placement_id", keep="last")
    rows = rows.sort_values(["child_id", "event_date"], kind="stable")
    following = rows.shift(-1)
    same = rows["child_id"] == following["child_id"]
    meets = (following["event_date"] - rows["ended_on"]).where(same).dt.days
    for kind, days in (("overlapping_placements", -10), ("gap_between_placements", 10)):
        ours = rows["placement_id"].isin(found[kind].records)
        assert (meets[ours] == days).all(), kind


def test_one_id_stands_twice_and_some_children_have_two_plans(planted):
    _, after, found = planted
    twice = rows_of(after, found["key_twice"])
    assert twice.duplicated(["referral_id", "changed_at"], keep=False).sum() >= 2
    assert twice.groupby("referral_id")["source"].nunique().eq(2).all()
    plans = rows_of(after, found["two_open_plans"]).drop_duplicates("plan_id", keep="last")
    assert plans["ended_on"].isna().all()
    assert (plans.groupby("child_id").size() == 2).all()
