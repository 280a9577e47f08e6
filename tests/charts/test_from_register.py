from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import charts
from pmf_analysis.errors import ParameterError
from pmf_analysis.register import Context, Register
from pmf_analysis.register.models import Break, Indicator, Unit, Workspace
from pmf_analysis.terms import Characteristic


@pytest.fixture(scope="module")
def context(indicator: Indicator) -> Context:
    units = [
        Unit(code="C", name="Medwold", kind="county"),
        *(
            Unit(code=code, name=name, kind="area", parent="C")
            for code, name in (("A1", "Dunwick"), ("A2", "Ashmere"), ("A3", "Bexholt"))
        ),
    ]
    workspace = Workspace(
        title="Medwold", register_name="Medwold", county="C", report_kinds=("area",)
    )
    restart = Break(
        indicator="CP-01",
        unit="*",
        period="2023-06",
        kind="rebase",
        reason="Two teams joined.",
        recorded_by="analyst",
        recorded_on=date(2024, 1, 1),
        source="minutes",
    )
    register = Register(
        workspace=workspace,
        indicators={"CP-01": indicator},
        units={unit.code: unit for unit in units},
        breaks=(restart,),
    )
    return Context(register, date(2025, 1, 31))


def test_a_trend_takes_name_breaks_and_message_from_the_tables(
    series: pd.DataFrame, context: Context
) -> None:
    chart = charts.trend_chart(series, context)
    assert chart.title.endswith(
        "a worsening that is unlikely to be chance, December 2024 (148 of 200), provisional"
    )
    assert "for Dunwick" in chart.alt
    assert "limits restart, June 2023: Two teams joined" in chart.caption
    assert charts.trend_chart(series, context, title="My message").title == "My message"


@pytest.mark.parametrize(
    ("variation", "ending"),
    [
        ("common_cause", ": no more than usual variation, December 2024 (148 of 200), provisional"),
        (
            "improvement_high",
            "improvement that is unlikely to be chance, December 2024 (148 of 200), provisional",
        ),
        ("not_tested", ": 74.0%, December 2024 (148 of 200), provisional"),
    ],
)
def test_a_title_claims_no_more_than_the_chart_says(
    series: pd.DataFrame, context: Context, variation: str, ending: str
) -> None:
    said = series.assign(variation=variation)
    assert charts.trend_chart(said, context).title.endswith(ending)


def test_a_forecast_says_what_it_expects(coming: pd.DataFrame, context: Context) -> None:
    title = charts.forecast_chart(coming, context).title
    said = ": about 83.0% in June 2025 if nothing changes (4 chances in 5: 81.0% to 85.0%)"
    assert title.endswith(said)
    history = coming[coming["state"] != "forecast"]
    assert charts.forecast_chart(history, context).title.endswith(": no forecast")


def test_a_benchmark_stands_once_and_by_its_name(units: pd.DataFrame, context: Context) -> None:
    county = units.head(1).assign(service_area="C", shown_value=83.1)
    rows = pd.concat([units.head(3), county], ignore_index=True).assign(
        vs_england="worse", vs_neighbours="similar", vs_region="not_compared"
    )
    chart = charts.variance_chart(rows, context, "A1")
    assert list(chart.table["Name"]).count("Medwold") == 1
    assert chart.title.endswith(
        "Dunwick is similar to the middle of its neighbours and worse than Medwold"
    )


def test_verdicts_are_counted_and_drawn_by_characteristic(context: Context) -> None:
    verdicts = pd.DataFrame(
        {
            "indicator": ["CP-01"],
            "service_area": ["A1"],
            "verdict": ["amber"],
            **{one.value: ["green"] for one in Characteristic},
        }
    ).assign(accuracy="not_assessed")
    chart = charts.quality_chart(verdicts, context)
    assert chart.title == "Can the figures be trusted? 1 use with care"
    assert chart.table.loc[0, "Accuracy"] == "Not assessed"
    assert "Dunwick. Data as at 31 January 2025" in chart.alt


def test_statuses_are_counted_worst_first(series: pd.DataFrame, context: Context) -> None:
    assert charts.small_multiples(series, context).title == "At a glance: 1 Amber"
    unrated = series.assign(rag=np.nan)
    assert charts.small_multiples(unrated, context).title == "At a glance: 1 not rated"


def test_rows_of_two_units_are_an_error(series: pd.DataFrame, context: Context) -> None:
    both = pd.concat([series, series.assign(service_area="A2")])
    with pytest.raises(ParameterError, match="hold 2 of service_area: A1, A2"):
        charts.trend_chart(both, context)
    with pytest.raises(ParameterError, match="hold 0 of indicator: none"):
        charts.trend_chart(series.head(0), context)


def test_the_room_has_no_other_name() -> None:
    with pytest.raises(AttributeError, match="pie_chart"):
        charts.pie_chart  # noqa: B018


def test_a_title_names_no_counts_that_are_not_there(series: pd.DataFrame, context: Context) -> None:
    bare = series.assign(numerator=float("nan"), variation="common_cause")
    assert charts.trend_chart(bare, context).title.endswith("variation, December 2024, provisional")
