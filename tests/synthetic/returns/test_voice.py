"""Series of surveys and complaints: counts that fit together."""

from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.synthetic.returns.known import as_known, empty
from pmf_analysis.synthetic.returns.voice import complaint_series, survey_series


@pytest.fixture(scope="module")
def complaints(sent) -> pd.DataFrame:
    return pd.read_csv(sent["complaints"])


def test_no_count_exceeds_what_it_is_of(sent):
    for name in ("surveys", "complaints"):
        rows = pd.read_csv(sent[name])
        assert ((rows["count"] >= 0) & (rows["count"] <= rows["of"]) & (rows["of"] > 0)).all()
        assert not rows.duplicated(["service_area", "period", "asked"]).any()


def test_subjects_add_up_to_all_complaints(complaints):
    rows = complaints[complaints["asked"].str.startswith("received")]
    stage = rows["asked"].str.split(" | ", regex=False).str[1]
    sums = rows.groupby(["service_area", "period", stage])
    assert (sums["count"].sum() == sums["of"].first()).all()


def test_every_complaint_of_the_months_is_counted_once(small, complaints):
    known = as_known(small.records.tables, small.setting.last_day + 5)["complaint"]
    first = pd.Timestamp(small.setting.counted[0].start)
    days = known["event_date"]
    received = ((days >= first) & (days <= small.setting.last_day)).sum()
    rows = complaints[complaints["asked"].str.startswith("received")]
    assert rows["count"].sum() == received > 0


def test_services_alone_are_named(sent):
    for name in ("surveys", "complaints"):
        named = set(pd.read_csv(sent[name])["service_area"])
        assert named and not {one for one in named if one[-1].isdigit()}


def test_a_county_without_surveys_and_complaints_has_empty_series(small):
    nothing = {name: empty(name) for name in ("survey", "complaint")}
    for series in (survey_series, complaint_series):
        assert series(small.setting, nothing).empty
