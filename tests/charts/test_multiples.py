from __future__ import annotations

import pandas as pd
import pytest

from pmf_analysis.charts.multiples import draw_multiples
from pmf_analysis.errors import ParameterError


def test_every_indicator_is_there_even_without_a_row(
    series: pd.DataFrame, make_indicator: object
) -> None:
    indicators = {"CP-01": make_indicator(), "CP-02": make_indicator(code="CP-02", name="Visits")}
    chart = draw_multiples(series, indicators, title="At a glance", area="Dunwick")
    assert list(chart.table["Status"]) == ["Amber", "Not rated"]
    assert "from 83.0% to 74.0% in December 2024, Amber" in chart.alt
    assert "Visits: no figure" in chart.alt


def test_forty_indicators_fit(series: pd.DataFrame, make_indicator: object) -> None:
    indicators = {
        f"X-{n}": make_indicator(code=f"X-{n}", name=f"Indicator number {n} with a long name " * 3)
        for n in range(40)
    }
    rows = pd.concat([series.assign(indicator=code) for code in indicators])
    chart = draw_multiples(rows, indicators, title="At a glance", area="Dunwick")
    assert len(chart.table) == 40
    assert "40 amber" in chart.alt


def test_no_indicator_is_an_error(series: pd.DataFrame) -> None:
    with pytest.raises(ParameterError, match="no indicator of Dunwick"):
        draw_multiples(series, {}, title="At a glance", area="Dunwick")
