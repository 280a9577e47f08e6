"""Page one: what stands first, what is left for later; every indicator is accounted for."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from pmf_analysis import register
from pmf_analysis.findings import load_catalogue
from pmf_analysis.present.summary import (
    RULES,
    _said_once,
    beside,
    exceptions,
    summarise,
    worst_verdict,
)
from pmf_analysis.store import create_workspace

CODES = ["ASSESS-45", "ICPC-15", "CP-VISIT", "CPP-REPEAT", "AUDIT-GOOD", "REREF"]


@pytest.fixture(scope="module")
def context(tmp_path_factory) -> register.Context:
    folder = create_workspace(tmp_path_factory.mktemp("summary") / "w", "medwold")
    return register.Context(register.load(folder / "data/reference"), date(2026, 11, 6))


def facts(**rags: str) -> pd.DataFrame:
    rows = [
        {
            "indicator": code.replace("_", "-"), "service_area": "north", "cohort": "all",
            "rag": rag,
            "has_value": rag != "none", "has_target": rag != "not_rated",
            "shown_text": "8 of 10 (80.0%)", "verdict": "green",
            "verdict_reason": "complete. Accuracy has not been checked against case files",
        }
        for code, rag in rags.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def found(*pairs: tuple[str, str]) -> pd.DataFrame:
    entries = {entry.code: entry for entry in load_catalogue().entries}
    rows = [
        {
            "code": code, "family": entries[code].family, "severity": entries[code].severity.value,
            "indicator": indicator, "service_area": "north", "cohort": "all",
            "sentence": f"Sentence of {code}.",
        }
        for indicator, code in pairs
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_the_most_urgent_stands_first_and_gives_the_headline(context):
    fact = facts(ASSESS_45="amber", ICPC_15="red", CP_VISIT="green")
    finding = found(("ASSESS-45", "S-AMBER"), ("ICPC-15", "S-RED"), ("CP-VISIT", "S-GREEN"))
    page = summarise(fact, finding, context)
    assert [story.indicator for story in page.stories] == ["ICPC-15", "ASSESS-45"]
    assert page.headline.startswith("Past the agreed minimum or limit: ")
    assert page.everything_else == "1 Green."
    assert page.stories[0].now == ("Sentence of S-RED.",)
    assert page.counts == {"green": 1, "amber": 1, "red": 1, "not_rated": 0}


def test_page_one_keeps_its_budget_and_says_what_it_leaves_out(context):
    most = int(context.register.rule_set(RULES).values["most_stories"])
    fact = facts(**{code.replace("-", "_"): "red" for code in CODES})
    page = summarise(fact, found(*((code, "S-RED") for code in CODES)), context)
    assert len(page.stories) == most
    left = len(CODES) - most
    assert page.everything_else.startswith(f"{left} Red.")
    assert f"{left} of these also ask for attention" in page.everything_else


def test_when_nothing_asks_for_attention_the_page_says_so(context):
    page = summarise(facts(CP_VISIT="green"), found(("CP-VISIT", "S-GREEN")), context)
    assert page.headline == "Nothing here asks for a decision this time."
    assert page.stories == ()


def test_where_nothing_could_be_rated_the_headline_gives_no_comfort(context):
    page = summarise(facts(CP_VISIT="not_rated"), found(("CP-VISIT", "S-NO-TARGET")), context)
    assert page.headline.startswith("No figure here could be rated")
    assert page.headline.endswith("as far as that could be tested.")


def test_a_doubtful_figure_carries_its_doubt(context):
    finding = found(("ICPC-15", "S-RED"), ("ICPC-15", "Q-AMBER"))
    (story,) = summarise(facts(ICPC_15="red"), finding, context).stories
    assert story.trust == "Sentence of Q-AMBER."


def test_parts_are_told_apart_only_where_there_are_two(context):
    fact, finding = facts(ICPC_15="red"), found(("ICPC-15", "S-RED"))
    parts = pd.concat([fact.assign(service_area=code) for code in ("ashmere", "beltham")])
    told = summarise(fact, finding, context, parts).stories[0].where
    assert told == "Ashmere: 8 of 10 (80.0%); Beltham: 8 of 10 (80.0%)."
    assert summarise(fact, finding, context, parts.head(1)).stories[0].where == ""


def test_of_more_parts_than_a_line_holds_the_lowest_and_the_highest_are_named(context):
    fact, finding = facts(ICPC_15="red"), found(("ICPC-15", "S-RED"))
    codes = sorted(one for one in context.register.units if one != "medwold")[:7]
    parts = pd.concat(
        [
            fact.assign(service_area=code, shown_value=value, shown_text=f"{value:.0f}%")
            for code, value in zip(codes, (70, 90, 80, 60, 75, 65, 85), strict=True)
        ]
    )
    low, high = (context.register.units[code].name for code in (codes[3], codes[1]))
    told = summarise(fact, finding, context, parts).stories[0].where
    assert told == f"Of 7, the lowest is {low} at 60%, the highest {high} at 90%."
    assert summarise(fact, finding, context, parts.head(6)).stories[0].where.count(";") == 5


def test_a_figure_that_is_only_short_of_target_is_no_exception_of_the_county(context):
    fact = facts(ASSESS_45="amber", ICPC_15="red")
    finding = found(("ASSESS-45", "S-AMBER"), ("ICPC-15", "S-RED"))
    (line,) = exceptions(fact, finding, context)
    assert (line.indicator, line.code, line.rag) == ("ICPC-15", "S-RED", "red")


def test_what_counts_too_few_is_not_said_to_have_no_target(context):
    fact = facts(ASSESS_45="not_rated", ICPC_15="not_rated", CP_VISIT="none", REREF="green")
    fact = fact.assign(has_target=[False, True, True, True], rag=["not_rated"] * 3 + ["green"])
    page = summarise(fact, found(("REREF", "S-GREEN")), context)
    assert (
        page.everything_else == "1 Green, 1 without a target, 1 too few to rate and 1 not measured."
    )


def test_a_note_on_several_indicators_is_said_once_of_all(context):
    fact = facts(ASSESS_45="green", ICPC_15="green", CP_VISIT="green")
    note = "Accuracy has not been checked against case files"
    fact = fact.assign(verdict_reason=[f"complete. {note}", f"two are late. {note}", "stale"])
    told = summarise(fact, found(("CP-VISIT", "S-GREEN")), context).trust
    assert told.count(note) == 1
    assert told == (
        f"Assessments in 45 days: complete. Conferences in 15 days: two are late. {note}. "
        "Child protection visits: stale."
    )


def test_figures_beside_a_page_are_the_units_own_or_its_wholes(context):
    fact = pd.concat(
        [
            facts(OPEN_CASES="not_rated", AUDIT_GOOD="green", REREF="red"),
            facts(VACANCY="red").assign(service_area="medwold"),
            facts(OPEN_CASES="not_rated").assign(service_area="south", shown_text=""),
        ]
    ).assign(shown_label="year to October 2026")
    assert beside(fact, "north", context) == (
        "Case audits good or better: 8 of 10 (80.0%), the year to October 2026; "
        "Open cases: 8 of 10 (80.0%), the year to October 2026; "
        "Vacant posts in Medwold: 8 of 10 (80.0%), the year to October 2026."
    )
    assert beside(fact, "south", context).startswith("Vacant posts in Medwold: ")
    assert beside(fact[fact["indicator"] == "REREF"], "north", context) == ""


def test_the_worst_verdict_is_red_then_not_assessed():
    assert worst_verdict(["green", "red", "amber"]) == "red"
    assert worst_verdict(["green", "not_assessed", "amber"]) == "not_assessed"
    assert worst_verdict([]) == "not_assessed"


def test_a_note_that_ends_several_sentences_is_said_once():
    note = "May is provisional, so this may not hold."
    said = _said_once(
        [f"It has worsened. {note}", "Similar to the county.", f"Still Green. {note}"]
    )
    assert said == ("It has worsened.", "Similar to the county.", f"Still Green. {note}")


def test_an_indicator_is_told_once_whatever_the_groups_of_children(context):
    fact = facts(AUDIT_GOOD="red")
    everyone = found(("AUDIT-GOOD", "S-RED"), ("AUDIT-GOOD", "F-NONE"))
    group = everyone.assign(cohort="part", sentence="Of a part: " + everyone["sentence"])
    page = summarise(fact, pd.concat([everyone, group], ignore_index=True), context)
    (story,) = page.stories
    assert page.headline.count("Case audits") == 1
    assert story.later == ("Sentence of F-NONE.",)
    assert "Of a part: Sentence of S-RED." in story.now
