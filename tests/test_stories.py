"""What the workbench says of the demo county, held against what was planted there.

The county is drawn anew whenever its seed or its making changes; everything is read from its
own ``truth.json``, and nothing here knows a number of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd
import pytest

from benchmarks.stories import SAYS, Row, held_against
from pmf_analysis import prepared
from pmf_analysis.register import Register
from pmf_analysis.synthetic.plot import CLAIMS, STORIES

MISSED: set[tuple[str, str, str]] = set()
"""What should be said and no method of today says; one that learns to is taken out here."""

SAID_WRONGLY: set[tuple[str, str, str]] = set()
"""What must not be said and is said."""


@pytest.fixture(scope="module")
def truth(medwold_deliveries) -> Mapping[str, object]:
    return json.loads(medwold_deliveries[0].with_name("truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def made(medwold) -> prepared.Prepared:
    return prepared.prepare(medwold)


@pytest.fixture(scope="module")
def rows(made, truth) -> list[Row]:
    return held_against(made.table("finding"), truth["stories"], checked=True)


@pytest.fixture(scope="module")
def stories(truth) -> dict[str, Mapping]:
    return {story["name"]: story for story in truth["stories"]}


def test_every_claim_of_every_story_is_held(rows, stories):
    planted = [
        (one.name, asked, claim.claim, claim.unit)
        for one in STORIES
        for asked, claims in (("should", one.should_say), ("must not", one.must_not_say))
        for claim in claims
    ]
    assert [(row.story, row.asked, row.claim, row.unit) for row in rows] == planted
    assert set(stories) == {one.name for one in STORIES}
    assert set(SAYS) <= set(CLAIMS)


@pytest.mark.parametrize(
    ("story", "claim", "unit"),
    [
        (one.name, claim.claim, claim.unit)
        for one in STORIES
        for claim in one.should_say
        if (one.name, claim.claim, claim.unit) not in MISSED
    ],
)
def test_what_should_be_said_is_said(rows, story, claim, unit):
    (row,) = [one for one in rows if (one.story, one.claim, one.unit) == (story, claim, unit)]
    assert (row.asked, row.outcome) == ("should", "hit")


def test_what_is_not_said_yet_is_known_by_name(rows):
    missed = {(row.story, row.claim, row.unit) for row in rows if row.outcome == "miss"}
    assert missed == MISSED


def test_what_must_not_be_said_and_is_said_is_known_by_name(rows):
    said = {(row.story, row.claim, row.unit) for row in rows if row.outcome == "false claim"}
    assert said == SAID_WRONGLY


@pytest.mark.parametrize(
    ("story", "claim", "unit"),
    [
        (one.name, claim.claim, claim.unit)
        for one in STORIES
        for claim in one.must_not_say
        if (one.name, claim.claim, claim.unit) not in SAID_WRONGLY
    ],
)
def test_what_must_not_be_said_is_not_said(rows, story, claim, unit):
    asked = [one for one in rows if (one.story, one.claim, one.unit) == (story, claim, unit)]
    assert [(one.asked, one.outcome) for one in asked] == [("must not", "kept silent")]


def test_an_improvement_that_was_back_dated_is_not_said_and_its_doubt_is(made):
    found = made.table("finding")
    here = found[found["service_area"].eq("beltham") & found["indicator"].eq("ASSESS-45")]
    assert not set(here["code"]) & set(SAYS["improved"].codes)
    (doubted,) = here.loc[here["code"] == "V-DOUBTED", "sentence"]
    assert "dates behind it were moved" in doubted


def test_children_of_two_services_count_in_both_and_once_in_the_county(made, stories):
    cases = last_month(made, "OPEN-CASES").set_index("service_area")["numerator"]
    services = children_of_services(made, stories["two_services"]["counted"]["on"])
    assert cases[sorted(services)].to_dict() == {one: len(held) for one, held in services.items()}
    assert cases[made.register.county] == len(set().union(*services.values()))
    both = services["children-in-care"] & services["disabled-children"]
    assert len(both) == stories["two_services"]["counted"]["children"] > 0


def test_the_target_rises_with_its_month_and_no_figure_does(made, stories):
    told = stories["target_rise"]
    rows = made.table("analysis", [made.register.county])
    rows = rows[rows["indicator"].eq(told["indicator"]) & rows["cohort"].eq("all")]
    rows = rows[rows["state"] != "forecast"].set_index("period")
    before = rows.index[rows.index < told["from"]][-1]
    assert rows.at[before, "target"] == told["before"]
    assert rows.at[told["from"], "target"] == told["after"]
    assert rows.at[told["from"], "special_cause"] == "none"


def test_the_family_of_marwick_is_all_of_its_rise(made, stories):
    told = stories["siblings"]["counted"]
    rows = made.table("analysis", ["marwick"])
    rows = rows[rows["indicator"].eq("CPP-REPEAT") & rows["cohort"].eq("all")].set_index("period")
    for month, counts in told.items():
        assert rows.at[month, "numerator"] == counts["met"]
        assert rows.at[month, "denominator"] == counts["of"]
    last = told[max(told)]
    assert 0 <= last["met"] - last["of_one_family"] <= told[min(told)]["met"]


def last_month(made: prepared.Prepared, indicator: str) -> pd.DataFrame:
    """The rows of an indicator at the last month that has figures."""
    rows = made.table("analysis")
    rows = rows[rows["indicator"].eq(indicator) & rows["cohort"].eq("all")]
    rows = rows[rows["state"] != "forecast"]
    return rows[rows["period"] == rows["period"].max()]


def children_of_services(made: prepared.Prepared, on: str) -> dict[str, set[str]]:
    """The children with an open case of each service on a day, found the plain way."""
    held = made.register
    ids = [str(one["id"]) for one in made.store.deliveries()]
    rows = made.store.records("allocation", ids).sort_values("changed_at", kind="stable")
    rows = rows.drop_duplicates("allocation_id", keep="last")
    day = pd.Timestamp(on)
    still = (rows["started_on"] <= day) & ~(rows["ended_on"] <= day)
    found: dict[str, set[str]] = {}
    for row in rows[still & ~rows["withdrawn"] & rows["kind"].eq("case")].itertuples():
        found.setdefault(service_of(held, row.team), set()).add(row.child_id)
    return found


def service_of(held: Register, team: str) -> str:
    """The service that a team answers to."""
    unit = held.units[team]
    while unit.kind != "service":
        unit = held.units[unit.parent]
    return unit.code
