"""Actions as a reader sees them: every number that was reached, none that was not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.present.actions import action_table, day, sentences, with_doubt
from pmf_analysis.register import load
from pmf_analysis.studies.impact import _NUMBERS, _TEXTS


@pytest.fixture(scope="module")
def register(root):
    return load(root / "data" / "reference")


def row(indicator: str, **given: object) -> dict[str, object]:
    empty = dict.fromkeys(_TEXTS, "") | dict.fromkeys(_NUMBERS, np.nan)
    known = {"indicator": indicator, "words": "Open a <b>hub</b>.", "doubt": ""}
    return {**empty, **known, **given}


def test_an_action_is_not_said_to_have_helped_where_the_record_is_in_doubt(register):
    codes = list(register.indicators)[:2]
    impact = pd.DataFrame(
        [row(codes[0], verdict=verdict, service_area="a", cohort="all", reason="It rose",
             comparison_words="this speaks for the action")
         for verdict in ("made_better", "made_worse")]
    ).drop(columns="doubt")  # fmt: skip
    fact = impact.head(1).assign(claims_doubted="dates were moved")
    better, worse = with_doubt(impact, fact).to_dict("records")
    assert sentences(better) == (
        "A change that is in doubt until it is explained. But dates were moved, so nothing is "
        "said of the action."
    )
    assert sentences(worse).startswith("Worse since, and unlikely to be chance. It rose.")
    assert "in doubt" in action_table(pd.DataFrame([better]), register)[0]["What the figures show"]
    assert with_doubt(impact, fact.assign(claims_doubted=""))["doubt"].tolist() == ["", ""]
    assert with_doubt(impact.iloc[:0], fact).empty


def test_numbers_that_were_not_reached_are_empty(register):
    code = next(iter(register.indicators))
    early = row(code, verdict="too_early", action_date="2025-07-01", points_before=9.0,
                points_since=2.0)  # fmt: skip
    (told,) = action_table(pd.DataFrame([early]), register)
    assert told["Action"] == "1 July 2025: Open a <b>hub</b>."
    assert told["Figures before, since"] == "9, 2"
    assert told["What the figures show"] == "too early to say"
    assert [told[name] for name in ("Before", "Since", "Against others")] == ["", "", ""]


def test_an_unknown_indicator_and_no_date_are_told_as_they_are(register):
    unknown = row("NONE", verdict="not_tested", reason="the action has no date")
    (told,) = action_table(pd.DataFrame([unknown]), register)
    assert (told["Indicator"], told["Action"][:7]) == ("NONE", "no date")
    assert sentences(unknown) == "Not tested. The action has no date."
    assert day("") == "no date"


def test_a_change_stands_with_its_range_and_its_scale(register):
    code = next(iter(register.indicators))
    unit = register.indicator(code).unit
    ends = {"change": 6.0, "change_lower": 2.0, "change_upper": 10.0}
    plain = row(code, verdict="made_better", scale=unit, **ends)
    share = row(code, verdict="made_better", scale="percent of the level before", **ends)
    one, other = action_table(pd.DataFrame([plain, share]), register)
    assert "to 10" in one["Difference (95% range)"]
    assert "%" in other["Difference (95% range)"]
