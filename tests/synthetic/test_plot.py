"""The stories of the county, and the truth that is written about them."""

import numpy as np
import pytest

from pmf_analysis.errors import ParameterError
from pmf_analysis.store import canonical_json
from pmf_analysis.synthetic import plot
from pmf_analysis.synthetic.entry import days_of
from pmf_analysis.synthetic.record_tables import RECORD_TABLES
from pmf_analysis.synthetic.setting import Setting
from pmf_analysis.synthetic.structure import COUNTY, DISTRICTS, SERVICES, all_units
from pmf_analysis.synthetic.workdays import working_days


def test_all_fourteen_are_there():
    assert sorted({story.number for story in plot.STORIES}) == list(range(1, 15))
    assert len({story.name for story in plot.STORIES}) == len(plot.STORIES) == 16
    assert [story.number for story in plot.STORIES].count(13) == 3


def test_claims_are_about_units_and_pages_that_there_are():
    units = {one.code for one in all_units()}
    parents = {one.code: one.parent for one in all_units()}
    for story in plot.STORIES:
        assert set(story.units) <= units
        assert set(story.tables) <= set(RECORD_TABLES)
        assert story.should_say or story.must_not_say
        for claim in (*story.should_say, *story.must_not_say):
            assert claim.claim in plot.CLAIMS
            assert claim.kind_of_page in plot.KINDS_OF_PAGE
            assert claim.page in (COUNTY, *SERVICES)
            if claim.unit in DISTRICTS:
                assert parents[claim.unit] == claim.page
            else:
                assert claim.unit == claim.page
    used = {one.claim for story in plot.STORIES for one in (*story.should_say, *story.must_not_say)}
    assert used == set(plot.CLAIMS)


def test_choosing():
    assert plot.choose(True) == frozenset(plot.NAMES)
    assert "faults" in plot.choose(True)
    assert plot.choose(False) == frozenset()
    assert plot.choose("mix") == plot.choose(["mix"]) == {"mix"}
    with pytest.raises(ParameterError, match="vacancies"):
        plot.choose(["vacancys"])


def test_the_truth_tells_only_what_is_planted_and_shows():
    early = Setting.of(1, 24, "2024-12", stories=plot.choose(True))
    told = [entry["name"] for entry in plot.truth(early)["stories"]]
    assert "recording_change" in told and "arrivals" in told
    assert not {"structure", "conference_hub", "siblings", "vacancies", "mix"} & set(told)
    one = plot.truth(Setting.of(1, stories=["mix"]))
    assert [entry["name"] for entry in one["stories"]] == ["mix"]
    assert plot.truth(Setting.of(1))["stories"] == []


def test_the_truth_is_plain_and_dated(records, small):
    setting, _ = small()
    truth = records().truth
    assert canonical_json(truth)
    assert truth["published"][0] == "2021-12-06"
    assert truth["published"][-1] == "2026-11-06"
    assert len(truth["published"]) == setting.months + 1
    assert {fault["kind"] for fault in truth["faults"]} >= {"unknown_child", "key_twice"}
    for fault in truth["faults"]:
        assert fault["number"] == len(fault["records"]) >= 1


def test_sizes_are_what_the_tables_show(records, small):
    _, true = small()
    told = {entry["name"]: entry["counted"] for entry in records().truth["stories"]}
    referrals = true["referral"]
    late = referrals[(referrals["event_date"] >= "2023-04-01").to_numpy()]
    assert told["recording_change"]["after"] == {
        "of": len(late), "met": sum(late["decision"] == "no_further_action"),
    }  # fmt: skip
    beltham = true["assessment"]
    beltham = beltham[beltham["team_then"].str.startswith("beltham-").to_numpy()]
    beltham = beltham[beltham["event_date"].between("2026-01-01", "2026-10-31").to_numpy()]
    took = working_days().between(days_of(beltham, "started_on"), days_of(beltham, "event_date"))
    assert told["back_dating"]["late"] == int((took > 45).sum())
    assert 0 < told["back_dating"]["back_dated_and_known"] <= told["back_dating"]["late"]
    cases = true["allocation"]
    end = np.datetime64("2026-10-31")
    open_then = cases[
        (cases["kind"] == "case").to_numpy()
        & (days_of(cases, "started_on") <= end)
        & ~(days_of(cases, "ended_on") <= end)
    ]
    services = open_then["team"].str.extract("^(children-in-care|disabled-children)")[0]
    both = services.groupby(open_then["child_id"]).nunique()
    assert told["two_services"]["children"] == int((both == 2).sum())
