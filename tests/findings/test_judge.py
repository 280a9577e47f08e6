"""Findings of the synthetic county, and laws that hold for every finding."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest

from pmf_analysis import findings
from pmf_analysis.findings import load_catalogue
from pmf_analysis.findings.catalogue_files import CLAIM_COLUMNS, CLAIM_WORDS
from pmf_analysis.tables import FINDING, SERIES


def test_every_series_gets_a_status_a_chart_line_and_a_quality_line(facts, found):
    for family in ("status", "variation", "quality"):
        said = found[found["family"] == family][list(SERIES)].drop_duplicates()
        assert len(said) == len(facts), family


def test_a_finding_is_one_sentence_with_evidence(found):
    assert list(found.columns) == list(FINDING)
    assert found["finding_id"].is_unique
    for row in found.itertuples(index=False):
        assert row.sentence[-1] in ".?"
        assert "nan" not in row.sentence.lower().split()
        assert "None" not in row.sentence
        assert "{" not in row.sentence
        assert "  " not in row.sentence
        assert ": ." not in row.sentence
        assert json.loads(row.evidence)["period"] == row.period


def test_no_sentence_claims_a_change_without_a_verdict(facts, found):
    columns = [column for column in CLAIM_COLUMNS if column in facts]
    verdicts = facts.set_index(list(SERIES))[columns]
    claims = {entry.code: entry.claims for entry in load_catalogue().entries}
    claimed = found[found["sentence"].str.contains(CLAIM_WORDS)]
    assert len(claimed)
    for row in claimed.itertuples(index=False):
        said = verdicts.loc[(row.indicator, row.service_area, row.cohort)]
        wanted = {column: CLAIM_COLUMNS[column].get(claims[row.code]) for column in columns}
        assert any(said[column] == wanted[column] for column in columns), row.sentence


def test_the_order_of_rows_does_not_matter(facts, context, found):
    shuffled = facts.sample(frac=1, random_state=1)
    again = findings.judge(shuffled.sort_index(), context)
    pd.testing.assert_frame_equal(again, found)


def test_no_facts_no_findings(facts, context):
    empty = findings.judge(facts.head(0), context)
    assert list(empty.columns) == list(FINDING)
    assert empty.empty


def test_a_red_verdict_is_a_critical_finding(facts, context):
    red = facts.head(1).assign(verdict="red", verdict_reason="A check failed.")
    said = findings.judge(red, context)
    quality = said[said["family"] == "quality"].iloc[0]
    assert (quality["code"], quality["severity"]) == ("Q-RED", "critical")
    assert quality["sentence"] == "The data should not be relied on: A check failed."


def test_a_suppressed_figure_is_said_to_be_withheld_and_has_no_number(facts, context):
    row = facts.head(1).assign(
        shown_value=float("nan"), has_value=False, state="suppressed", shown_state="suppressed",
        shown_text="", rag="not_rated",
    )  # fmt: skip
    said = findings.judge(row, context)
    status = said[said["family"] == "status"]
    assert list(status["code"]) == ["S-NO-FIGURE"]
    assert "withheld to protect confidentiality" in status["sentence"].iloc[0]


@pytest.mark.parametrize("word", ["{shown}", "{0.__class__}", "<script>"])
def test_text_from_the_register_is_never_a_template(facts, context, word):
    row = facts.head(1).assign(break_period="2025-04", break_kind="recording", break_reason=word)
    said = findings.judge(row, context)
    sentence = said[said["code"] == "B-BREAK"]["sentence"].iloc[0]
    assert word in sentence


def test_no_verdict_rests_on_a_figure_that_waits(county, facts, found):
    waits = facts[facts["chart_waits"] != ""]
    assert len(waits)
    assert (waits["judged_period"] < waits["period"]).all()
    rows = county[1].set_index([*SERIES, "period"])
    judged = rows.loc[list(waits[[*SERIES, "judged_period"]].itertuples(index=False, name=None))]
    assert judged["chart_waits"].eq("").all()
    assert judged["special_cause"].ne("not_tested").all()
    told = found[found["code"] == "V-NOT-YET"]
    assert len(told) == len(waits)
    assert told["sentence"].str.contains("is not judged yet: entries are still to come").all()


@pytest.mark.parametrize(
    ("matures", "note"),
    [
        (45, "October 2026 is provisional, and its best and worst case say the same."),
        (0, "October 2026 is provisional, so this may not hold once late entries are in."),
    ],
)
def test_a_signal_that_rests_on_a_provisional_figure_says_so(facts, context, matures, note):
    row = facts[(facts["indicator"] == "ASSESS-45") & (facts["service_area"] == "medwold")]
    row = row.assign(
        judged_period="2026-10", judged_state="provisional", judged_value=row["value"],
        special_cause="below_limit", variation="concern_low", signal="concern", chart_waits="",
    )  # fmt: skip
    own = context.register.indicators["ASSESS-45"].model_copy(update={"matures_after": matures})
    held = replace(context.register, indicators={**context.register.indicators, "ASSESS-45": own})
    said = findings.judge(row, replace(context, register=held))
    (sentence,) = said.loc[said["code"] == "V-WORSENED", "sentence"]
    assert "October 2026 alone" in sentence and sentence.endswith(note)


def test_every_provisional_figure_has_one_line_on_how_it_could_end(facts, found):
    young = facts[facts["shown_state"] == "provisional"]
    said = found[found["family"] == "maturity"]
    assert len(young) == len(said)
    said = said.assign(whole=said["cohort"] == "all", begins="This figure is provisional")
    for row in said.itertuples():
        before, told, _ = row.sentence.partition(row.begins)
        assert told and (before == "") is row.whole and before.endswith("" if row.whole else ": ")
    turning = said[said["code"] == "M-COULD-TURN"]["sentence"]
    assert turning.str.contains("so its status could turn (?:Red|Amber|Green)").all()
