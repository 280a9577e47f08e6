"""Six fields side by side, each with its word, its rule, or why it has none."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.present.six_fields import FIELDS, six_fields
from pmf_analysis.terms import Polarity

WAITS = "October 2026 is not judged yet"
STOCK = "No control chart: successive figures overlap."


def fact(**given) -> dict[str, object]:
    return {
        "indicator": "high", "rag": "green", "rag_reason": "", "rag_rule": "rag 1.1: as printed",
        "target": 85.0, "distance_words": "2.0 percentage points above the target",
        "dot_previous": "better", "dot_previous_reason": "",
        "dot_rule_previous": "direction 1.0: arithmetic", "variation": "common_cause",
        "chart_reason": "Limits from 59 figures.", "chart_waits": "",
        "assurance": "inconsistent", "rule_set": "nhs-making-data-count 1.0",
        "claims_doubted": "", **given,
    }  # fmt: skip


@pytest.fixture(scope="module")
def register():
    def indicator(code):
        return SimpleNamespace(label=f"<{code}>", polarity=Polarity(code))

    return SimpleNamespace(indicator=indicator)


def shown(register, *rows) -> str:
    return str(six_fields(pd.DataFrame(rows), register))


def cells(html: str) -> list[str]:
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html)]


def test_every_field_has_its_word_and_its_rule(register):
    html = shown(register, fact())
    assert all(f">{field}</th>" in html for field in FIELDS)
    assert cells(html) == [
        "● Green", "2.0 percentage points above the target", "higher is better", "better",
        "common cause: no more than usual variation",
        "will sometimes meet the target and sometimes not",
    ]  # fmt: skip
    assert "&lt;high&gt;" in html and "<ol" not in html
    assert "Status: rag 1.1: as printed. Direction of travel: direction 1.0: arithmetic. " in html
    assert "Variation and assurance: nhs-making-data-count 1.0." in html


def test_what_was_not_tested_says_so_with_its_reason(register):
    html = shown(
        register,
        fact(
            indicator="neutral", rag="not_rated", rag_reason="No colour.", target=np.nan,
            distance_words="", dot_previous="not_tested", dot_previous_reason="A break.",
            variation="not_tested", chart_reason=STOCK, assurance="not_tested",
        ),
        fact(indicator="low", variation="not_tested", chart_reason=STOCK, assurance="not_tested"),
    )  # fmt: skip
    first = cells(html)[:6]
    assert first == [
        "Not rated (1)", "no target", "neither way is better by itself", "not tested (2)",
        "not tested (3)", "not tested (3)",
    ]  # fmt: skip
    assert cells(html)[10:] == ["not tested (3)", "not tested (3)"]
    assert re.findall("<li>(.*?)</li>", html) == ["No colour.", "A break.", STOCK]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"chart_waits": WAITS}, WAITS),
        ({"assurance": "not_tested"}, "No target holds"),
        ({"assurance": "not_tested", "indicator": "close_to_target"}, "close to the target"),
    ],
)  # fmt: skip
def test_a_verdict_with_a_reservation_leads_to_it(register, given, words):
    html = shown(register, fact(**given))
    assert "(1)" in html and words in re.findall("<li>(.*?)</li>", html)[0]


def test_a_figure_that_is_missing_is_said(register):
    assert "no figure" in cells(shown(register, fact(distance_words="")))


def test_an_improvement_in_doubt_is_called_so_with_the_reason(register):
    doubt = "dates were moved to earlier days"
    html = shown(register, fact(variation="improvement_high", claims_doubted=doubt))
    assert "in doubt until it is explained (1)" in cells(html)
    assert "Dates were moved to earlier days." in html and "improve" not in html
    worse = shown(register, fact(variation="concern_low", claims_doubted=doubt))
    assert "in doubt" not in worse
