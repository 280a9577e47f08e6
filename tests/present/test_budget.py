"""A story of page one has room for few sentences; what must be told is told all the same."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.findings import load_catalogue
from pmf_analysis.present.budget import within_budget

ALWAYS = ("status", "variation")
NOW = [one.code for one in load_catalogue().entries if one.page == "now"]


def told(*codes: str, most: int = 4) -> list[str]:
    findings = pd.DataFrame({"code": codes})
    return list(within_budget(findings, load_catalogue(), most, ALWAYS)["code"])


def test_the_weightier_stays_and_all_stand_in_the_order_of_the_catalogue():
    codes = ("K-COUNTY-SIMILAR", "C-LOWER", "T-DUTY", "A-SOMETIMES", "V-COMMON", "S-AMBER")
    assert told(*codes) == ["S-AMBER", "V-COMMON", "A-SOMETIMES", "T-DUTY"]
    assert told(*codes, most=3) == ["S-AMBER", "V-COMMON", "T-DUTY"]


@pytest.mark.parametrize("code", ["I-DOUBTED", "V-NOT-YET", "S-TARGET-MOVED", "K-COUNTY-WORSE"])
def test_doubt_status_variation_and_the_headline_are_told_without_room(code):
    assert told("S-GREEN", "V-COMMON", "T-DUTY", code, most=0).count(code) == 1


def test_of_what_could_head_a_story_the_weightiest_is_told():
    said = told("S-GREEN", "V-WORSENED", "K-COUNTY-WORSE", most=0)
    assert said == ["S-GREEN", "V-WORSENED"]


def test_a_caveat_goes_where_its_family_goes():
    pair = ("K-COUNTY-BETTER", "K-FUNNEL-USUAL")
    assert told("S-AMBER", *pair) == ["S-AMBER", *pair]
    assert told("S-AMBER", *pair, most=1) == ["S-AMBER"]
    assert told("S-AMBER", "V-COMMON", *pair, most=3) == ["S-AMBER", "V-COMMON", *pair]


def test_what_stands_on_no_page_one_takes_no_room():
    assert told("S-GREEN", "Q-GREEN", "F-RANGE", "B-PROPOSED") == ["S-GREEN"]
    assert told() == []


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (("F-RANGE", "F-RUN-RATE", "F-CHANCE-LOW"), ["F-RANGE", "F-CHANCE-LOW"]),
        (("F-RANGE", "F-FLOOR", "F-CHANCE-LOW"), ["F-CHANCE-LOW", "F-FLOOR"]),
        (("F-RANGE", "F-CHANCE", "F-NO-SKILL"), ["F-RANGE", "F-CHANCE", "F-NO-SKILL"]),
        (("F-NONE", "S-GREEN"), ["F-NONE"]),
    ],
)
def test_what_comes_is_told_in_two_sentences_and_that_it_is_no_better_than_a_guess(codes, said):
    findings = pd.DataFrame({"code": codes})
    later = within_budget(findings, load_catalogue(), 2, page="later")
    assert list(later["code"]) == said


@given(st.sets(st.sampled_from(NOW)), st.integers(0, 12))
def test_nothing_is_told_twice_and_nothing_is_left_out_that_has_room(codes, most):
    entries = {one.code: one for one in load_catalogue().entries}
    said = told(*sorted(codes), most=most)
    assert len(said) == len(set(said)) and set(said) <= codes
    must = {one for one in codes if entries[one].family in ALWAYS or entries[one].is_doubt}
    assert must <= set(said)
    leading = [one for one in said if not entries[one].caveat]
    every = sum(not entries[one].caveat for one in codes)
    assert min(most, every) <= len(leading) <= max(most, len(must) + 1)
