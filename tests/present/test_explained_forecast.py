"""How far two forecasts are apart, and what the model attributes, in words."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.analysis.explaining import Effect, Explained
from pmf_analysis.present import explained_forecast
from pmf_analysis.register import load
from pmf_analysis.register.models import Indicator, Workspace
from pmf_analysis.register.registry import Context, Register

COMING = tuple(f"2025-{month:02d}" for month in range(1, 13))


@pytest.fixture(scope="module")
def rule_sets(root):
    return load(root / "data" / "reference").rule_sets


@pytest.fixture
def context(rule_sets) -> Context:
    indicator = Indicator(
        code="T-01", name="Visits in time", objective="o", kind="proportion", unit="percent",
        source={"published": {"table": "t", "numerator": ["n"], "denominator": {"column": "d"}}},
        polarity="high", frequency="month", data_period="R12M", applies_to=["area"],
        owner="role", origin="local",
    )  # fmt: skip
    workspace = Workspace(title="T", register_name="t", county="A", report_kinds=["area"])
    held = Register(
        workspace=workspace, indicators={"T-01": indicator}, units={}, breaks=(),
        rule_sets=rule_sets,
    )  # fmt: skip
    return Context(held, date(2025, 1, 1))


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "indicator": "T-01", "state": "forecast", "period": COMING, "forecast": 80.0,
            "forecast_lower80": 76.0, "forecast_upper80": 84.0,
        }
    )  # fmt: skip


def explained(middle: float, reach: float = 4.0, **more: object) -> Explained:
    line = np.full(12, middle)
    given = {
        "label": "explained 1.0", "model": "level", "scale": "logit", "periods": ("2024-12",) * 48,
        "coming": COMING, "season": np.zeros(12), "middle": line, "lower80": line - reach,
        "upper80": line + reach, **more,
    }  # fmt: skip
    return Explained(**given)


@pytest.mark.parametrize(
    ("middle", "said"),
    [
        (81.0, "both forecasts say much the same"),
        (77.0, "the two forecasts differ by less than how sure they are"),
        (70.0, "the two forecasts disagree"),
    ],
)
def test_the_difference_is_measured_by_what_the_usual_forecast_allows(middle, said, rows, context):
    found = explained(middle)
    assert explained_forecast.title(rows, found, context) == f"Visits in time: {said}"
    text = " ".join(explained_forecast.sentences(rows, found, context))
    assert said in text[:1].lower() + text[1:].lower()
    assert f"the explained forecast is {middle:.1f}%, the usual one 80.0%" in text


def test_the_more_cautious_is_the_less_favourable_and_the_surer_the_narrower(rows, context):
    text = " ".join(explained_forecast.sentences(rows, explained(70.0, 2.0), context))
    assert "The explained forecast is the less favourable" in text
    assert (
        "0.5 times as wide as the usual one: the explained forecast claims to be the surer" in text
    )
    above = " ".join(explained_forecast.sentences(rows, explained(90.0, 8.0), context))
    assert "The usual forecast is the less favourable" in above
    assert "2.0 times as wide as the usual one: the usual forecast claims" in above
    same = " ".join(explained_forecast.sentences(rows, explained(80.0), context))
    assert "cautious" not in same and "neither claims to be the surer" in same


def test_what_the_model_attributes_is_no_proof(rows, context):
    season = np.array([0, 3.0, *[0] * 8, -2.0, 0])
    effects = (
        Effect("New team", "2024-03", 2.0, 0.5, 3.5),
        Effect("New form", "2024-06", -1.0, -3.0, 1.0),
        Effect("one working day more", "", 0.4, 0.1, 0.7),
    )
    found = explained(80.0, season=season, effects=effects, left_out=("Late thing",))
    text = " ".join(explained_forecast.sentences(rows, found, context))
    assert "From March 2024 (New team) the level is +2.0 percentage points away" in text
    assert "between +0.5 and +3.5). That it came then does not prove" in text
    assert "between -3.0 and +1.0), which could be chance." in text
    assert "For one working day more in a month the model adds +0.4" in text
    assert "up to 5.0 percentage points: highest in February, lowest in November" in text
    assert "told from chance: Late thing." in text
    assert "figures of single months; the one shown and rated is of the rolling twelve" in text
    assert "improve" not in text and "worse" not in text


def test_what_is_left_over_is_said_where_it_hangs_together(rows, context):
    text = " ".join(explained_forecast.sentences(rows, explained(80, residual_p=0.001), context))
    assert "ranges are likely to be too narrow" in text
    assert "too narrow" not in " ".join(
        explained_forecast.sentences(rows, explained(80, residual_p=0.3), context)
    )


def test_a_refusal_is_one_sentence(rows, context):
    refused = Explained("Only 12 monthly figures: too few.")
    assert explained_forecast.sentences(rows, refused, context) == [
        "No explained forecast: only 12 monthly figures: too few."
    ]


def test_without_a_range_or_a_common_period(rows, context):
    flat = rows.assign(forecast_lower80=80.0, forecast_upper80=80.0)
    text = " ".join(explained_forecast.sentences(flat, explained(81.0), context))
    assert "disagree" in text and "inf" not in text and "nan" not in text
    none = rows.assign(period="2030-01")
    assert explained_forecast.title(none, explained(81.0), context).endswith("explained forecast")
    assert explained_forecast.sentences(none, explained(81.0), context)
