"""Both forecasts in one picture, and what the explained one is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import charts, periods
from pmf_analysis.analysis.explaining import Effect, Explained
from pmf_analysis.errors import ParameterError
from pmf_analysis.register.models import Indicator, Unit, Workspace
from pmf_analysis.register.registry import Context, Register

SPAN = [periods.shift(periods.month(2023, 1), step).code for step in range(30)]


@pytest.fixture
def context(indicator: Indicator) -> Context:
    unit = Unit(code="A1", name="Dunwick <b>", kind="area", parent="")
    held = Register(
        workspace=Workspace(title="T", register_name="t", county="A1", report_kinds=["area"]),
        indicators={indicator.code: indicator},
        units=MappingProxyType({"A1": unit}),
        breaks=(),
        rule_sets={},
    )
    return Context(held, date(2025, 1, 1))


@pytest.fixture
def explained() -> Explained:
    level = np.full(24, 81.0)
    return Explained(
        model="level and season", scale="logit", label="explained 1.0",
        periods=tuple(SPAN[:24]), coming=tuple(SPAN[24:]),
        values=80.0 + np.arange(24) % 4, level=level, fitted=level + np.arange(24) % 3,
        season=np.zeros(6), middle=np.full(6, 84.0), lower80=np.full(6, 82.0),
        upper80=np.full(6, 86.0), lower95=np.full(6, 80.0), upper95=np.full(6, 88.0),
        effects=(Effect("New $x$ team <script>", "2024-03", 2.0, 0.5, 3.5),),
    )  # fmt: skip


def test_both_forecasts_are_drawn_and_said(coming, explained, context):
    chart = charts.explained_chart(coming, explained, context, title="Both say the same")
    assert (
        "usual forecast for June 2025 is 83.0%, with 8 chances in 10 of 81.0% to 85.0%" in chart.alt
    )
    assert "explained forecast for June 2025 is 84.0%" in chart.alt
    assert "New $x$ team <script>, March 2024" in chart.caption
    assert {"Usual forecast", "Explained forecast"} <= set(chart.table.columns)
    assert len(chart.table) == 30
    assert "<script" not in str(chart.html())
    again = charts.explained_chart(coming, explained, context, title="Both say the same")
    assert again.svg == chart.svg


def test_the_parts_are_drawn_over_the_history(coming, explained, context):
    chart = charts.components_chart(coming, explained, context, title="The level")
    assert "The level goes from 81.0% to 81.0%" in chart.alt
    assert "Level, time of year and working days" in chart.table.columns
    assert len(chart.table) == 24
    plain = replace(explained, fitted=explained.level)
    assert b"svg" in charts.components_chart(coming, plain, context, title="The level").svg


def test_a_provisional_figure_is_marked(coming, explained, context):
    late = coming.copy()
    late.loc[23, ["state", "value"]] = ["provisional", 70.0]
    short = replace(
        explained, periods=explained.periods[:23], values=explained.values[:23],
        level=explained.level[:23], fitted=explained.fitted[:23],
    )  # fmt: skip
    assert charts.explained_chart(late, short, context, title="T").svg != (
        charts.explained_chart(coming, short, context, title="T").svg
    )


def test_without_a_model_there_is_nothing_to_draw(coming, context):
    for draw in (charts.explained_chart, charts.components_chart):
        with pytest.raises(ParameterError, match="too few"):
            draw(coming, Explained("too few"), context, title="T")
        with pytest.raises(ParameterError, match="no rows"):
            draw(pd.DataFrame({"state": []}), Explained(), context, title="T")
