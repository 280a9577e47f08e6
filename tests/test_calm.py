"""What is said of Medwold is held against what was planted there; of a calm county little is."""

import importlib.util
import sys

import pandas as pd
import pytest

from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic import plot
from pmf_analysis.synthetic.setting import Setting


@pytest.fixture(scope="module")
def stories(root):
    """The program, which stands outside the package."""
    name = "benchmarks_stories"
    spec = importlib.util.spec_from_file_location(name, root / "benchmarks" / "stories.py")
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules[name]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return create_workspace(tmp_path_factory.mktemp("calm") / "w", "medwold") / "data" / "reference"


def finding(code, unit, indicator, sentence="said"):
    return {"code": code, "service_area": unit, "indicator": indicator, "sentence": sentence}


def test_every_claim_of_every_story_has_an_outcome(stories):
    told = plot.truth(Setting.of(1, stories=plot.choose(True)))["stories"]
    found = pd.DataFrame(
        [
            finding("V-WORSENED", "dunwick", "ASSESS-45"),
            finding("V-WORSENED", "easthythe", "ASSESS-45"),
            finding("V-IMPROVED", "north-social-work", "ASSESS-45"),
            finding("V-IMPROVED", "kelbourne", "CP-VISIT"),
            finding("B-BREAK", "front-door", "NFA", "Registered break (boundary change): a move."),
            finding("Q-RED", "beltham", "ASSESS-45", "dates may have been moved"),
        ]
    )
    rows = stories.held_against(found, told)
    claims = [len(story["should_say"]) + len(story["must_not_say"]) for story in told]
    assert len(rows) == sum(claims)
    of = {(row.story, row.unit, row.claim): (row.outcome, row.note) for row in rows}
    assert of["vacancies", "dunwick", "worsened"] == ("hit", "")
    assert of["vacancies", "easthythe", "worsened"] == ("false claim", "ASSESS-45")
    assert of["vacancies", "farrow", "worsened"] == ("kept silent", "")
    assert of["vacancies", "dunwick", "follows_vacancies"] == ("miss", "")
    # another story moves the dates of the North's assessments
    assert of["structure", "north-social-work", "signal"] == ("kept silent", "")
    assert of["nothing", "kelbourne", "signal"] == ("false claim", "CP-VISIT")
    # a boundary is no change of recording
    assert of["recording_change", "front-door", "recording_changed"] == ("miss", "")
    assert of["back_dating", "beltham", "back_dated"][0] == "not tested"
    checked = stories.held_against(found, told, checked=True)
    assert [row.outcome for row in checked if row.claim == "back_dated"] == ["hit"]
    table = stories.markdown_table(rows).splitlines()
    assert len(table) == len(rows) + 2
    assert {line.count("|") for line in table} == {6}


def test_the_program_knows_only_codes_and_claims_that_there_are(stories):
    from pmf_analysis.findings import load_catalogue

    known = {entry.code for entry in load_catalogue().entries}
    assert {code for one in stories.SAYS.values() for code in one.codes} <= known
    assert set(stories.SAYS) <= set(plot.CLAIMS)
    changes = {e.code for e in load_catalogue().entries if e.claims in ("improved", "worsened")}
    assert changes | {"V-UNUSUAL", "L-CHANGED"} == set(stories.CHANGES)


def test_of_a_calm_county_hardly_anything_is_said(stories, reference):
    county = stories.carried_through(Setting.of(1, scale=0.1), reference, stories.PAGES)
    claims = stories.claims_of(county)
    assert len(claims) > 40
    assert int((claims["county_page"] | claims["page_one"]).sum()) <= 3
    # what stands on a page is said somewhere
    assert claims.loc[claims["county_page"] | claims["page_one"], "changed"].all()
    # no verdict rests on a figure that still waits, but where both cases agree
    waits = county.facts[county.facts["chart_waits"] != ""]
    assert len(waits) >= 5
    assert (waits["judged_period"] < waits["period"]).all()


@pytest.mark.soak
def test_of_twenty_calm_counties_the_county_page_says_little(stories, reference):
    pages = stories.calm(range(20), reference)
    pages = pages[pages["kind"].isin(stories.PAGES)]
    assert pages["county_page"].mean() <= 0.02
