"""The funnel chart: who is named, what is said, and the limits that are drawn."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import charts
from pmf_analysis.analysis.funnel import FunnelRules
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.funnel import draw_funnel, standing_out
from pmf_analysis.errors import ParameterError
from pmf_analysis.register import Context, Register, load
from pmf_analysis.register.models import Indicator, Unit, Workspace

RULES = FunnelRules(
    inner_confidence=0.95, outer_confidence=0.998, trim=0.1, minimum_units=5,
    minimum_units_spread=10, summary="s", label="funnel 1.0",
)  # fmt: skip
NAMES = {f"A{n}": name for n, name in enumerate(["Ashmere", "Beltham", "Corby", "Dunwick", "Elm"])}


def rows(**changes: object) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "service_area": [*NAMES], "period": "2026-10", "shown_label": "October 2026",
            "shown_value": [80.0, 82.0, 79.0, 60.0, 81.0],
            "shown_denominator": [400.0, 100.0, 900.0, 500.0, 50.0],
            "funnel_baseline": 76.0, "funnel_phi": np.nan, "funnel_tau2": np.nan,
            "funnel": ["similar", "similar", "similar", "worse", "similar"],
            "funnel_level": ["", "", "", "99.8%", ""],
            "funnel_adjusted": "not_compared", "funnel_adjusted_level": "",
        }
    )  # fmt: skip
    return table.assign(**changes)


def drawn(table: pd.DataFrame, indicator: Indicator, **given: object) -> Chart:
    return draw_funnel(
        table, indicator, RULES,
        **{"title": "T", "names": NAMES, "peers": "5 districts", "exact_below": 10, **given},
    )  # fmt: skip


def said_in(chart: Chart) -> set[str]:
    return set(re.findall(rb"<!-- (.*?) -->", chart.svg))


def test_those_outside_and_the_one_in_focus_are_named(indicator: Indicator) -> None:
    chart = drawn(rows(), indicator, focus="A1")
    assert {b"Dunwick", b"Beltham", b"all 5: 76.0%", b"stands out as worse"} <= said_in(chart)
    assert not {b"Ashmere", b"Corby", b"Elm"} & said_in(chart)
    assert "Dunwick stands out as worse" in chart.alt
    assert "All together are at 76.0%; Beltham is at 82.0%" in chart.alt
    assert list(chart.table["Name"]) == ["Beltham", "Elm", "Ashmere", "Corby", "Dunwick"]
    assert chart.table["Against all, beyond chance"].iloc[-1] == "worse (99.8%)"
    assert drawn(rows(), indicator).alt.count("is at") == 0


def test_of_many_units_the_table_lists_those_that_stand_out(indicator: Indicator) -> None:
    many = pd.concat([rows()] * 8, ignore_index=True)
    many["service_area"] = [f"B{n}" for n in range(len(many))]
    chart = drawn(many, indicator, names={f"B{n}": f"Place {n}" for n in range(40)}, focus="B1")
    outside = [f"Place {n}" for n in range(3, 40, 5)]
    assert list(chart.table["Name"]) == [
        "Place 1", *sorted(outside), "31 others, which do not stand out",
    ]  # fmt: skip


def test_where_they_usually_differ_nobody_stands_out_and_the_chart_says_so(
    indicator: Indicator,
) -> None:
    usual = rows(funnel_phi=4.0, funnel_tau2=0.01, funnel_adjusted="similar")
    chart = drawn(usual, indicator)
    assert b"99.8%, allowing for how they usually differ" in said_in(chart)
    assert "These 5 districts differ by more than chance" in chart.caption
    assert "None stands out beyond the 99.8% limits" in chart.alt
    assert b"Dunwick" in said_in(chart)  # beyond chance, though no more than usual
    assert standing_out(usual, RULES) == [""] * 5
    assert standing_out(rows(), RULES) == ["", "", "", "concern", ""]
    assert b"allowing" not in drawn(rows(funnel_phi=0.5, funnel_tau2=0.0), indicator).svg


def test_a_rate_is_drawn_over_the_population(make_indicator) -> None:
    rate = make_indicator(kind="rate", unit="per_10000", polarity="low")
    table = rows(shown_value=[50, 52, 49, 90, 51], shown_denominator=10_000.0, funnel_baseline=55)
    assert b"Population" in said_in(drawn(table.astype({"shown_value": float}), rate))


def test_order_of_rows_does_not_matter_and_those_without_a_funnel_are_left_out(
    indicator: Indicator,
) -> None:
    whole = drawn(rows(), indicator, focus="A1")
    assert drawn(rows().iloc[::-1], indicator, focus="A1").svg == whole.svg
    more = pd.concat([rows(), rows().iloc[:1].assign(service_area="X", funnel_baseline=np.nan)])
    assert drawn(more, indicator, focus="A1").svg == whole.svg


def test_all_equal_and_extreme_sizes_are_drawn(indicator: Indicator) -> None:
    for value in (0.0, 50.0, 100.0):
        table = rows(
            shown_value=value, funnel_baseline=value, shown_denominator=[1.0, 2.0, 3.0, 1e6, 5.0],
            funnel="similar", funnel_level="",
        )  # fmt: skip
        assert b"nan" not in drawn(table, indicator).svg.lower()


@pytest.mark.parametrize(
    ("focus", "changes", "ending"),
    [
        ("A3", {}, "Dunwick stands out as worse among the 5 districts"),
        ("A1", {}, "Beltham does not stand out among the 5 districts"),
        ("", {}, "Dunwick stands out"),
        ("", {"funnel": "similar", "funnel_level": ""}, "none of the 5 districts stands out"),
        ("", {"funnel": "worse", "funnel_level": "99.8%"}, "5 of the 5 districts stand out"),
    ],
)
def test_a_title_says_who_stands_out(
    indicator: Indicator, root, focus: str, changes: dict[str, str], ending: str
) -> None:
    register = Register(
        workspace=Workspace(title="t", register_name="t", county="A0", report_kinds=("district",)),
        indicators={indicator.code: indicator},
        units={c: Unit(code=c, name=name, kind="district") for c, name in NAMES.items()},
        rule_sets=load(root / "data" / "reference").rule_sets,
    )
    table = rows(indicator=indicator.code, **changes)
    chart = charts.funnel_chart(table, Context(register, date(2026, 11, 1)), focus)
    assert chart.title == f"{indicator.label}: {ending}"


def test_nothing_to_draw_is_an_error(indicator: Indicator) -> None:
    with pytest.raises(ParameterError, match="There is no funnel here"):
        drawn(rows(funnel_baseline=np.nan), indicator)
    with pytest.raises(ParameterError, match="'X' stands in no funnel"):
        drawn(rows(), indicator, focus="X")
