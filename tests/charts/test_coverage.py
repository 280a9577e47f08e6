from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from pmf_analysis.charts.coverage import coverage_table, draw_coverage
from pmf_analysis.methods.verification import Coverage, clustered_share


@pytest.fixture(scope="module")
def rows():
    owner = np.arange(40) // 4
    inside80, inside95 = np.r_[np.ones(32), np.zeros(8)], np.r_[np.ones(38), np.zeros(2)]
    return [
        Coverage("All figures", clustered_share(inside80, owner), clustered_share(inside95, owner)),
        Coverage("Small counts", clustered_share([], []), clustered_share([], [])),
    ]


def test_achieved_stands_beside_what_is_promised(rows):
    chart = draw_coverage(rows, title="Ranges held", what="40 figures")
    assert "All figures: 80.0% inside the 80% range and 95.0% inside the 95% range" in chart.alt
    assert list(chart.table["Figures"]) == [40, 0]
    assert list(chart.table["Series"]) == [10, 0]
    assert ElementTree.fromstring(chart.svg).tag.endswith("svg")
    assert chart.svg == draw_coverage(rows, title="Ranges held", what="40 figures").svg


def test_a_group_without_a_figure_is_never_a_number(rows):
    table = coverage_table(rows)
    assert list(table.iloc[1][["80% ranges held", "95%, interval"]]) == ["no figure", ""]
    chart = draw_coverage(rows[1:], title="Ranges held", what="none")
    assert "There is no figure to show" in chart.alt


def test_low_coverage_stays_on_the_sheet(rows):
    low = clustered_share(np.zeros(30), np.arange(30) // 3)
    chart = draw_coverage([Coverage("x" * 200, low, low)], title="Too narrow", what="w")
    assert "0.0% inside the 80% range" in chart.alt


def test_hostile_names_stay_names(rows):
    named = [rows[0]._replace(name="<script>alert(1)</script> $x$")]
    assert "<script>" not in str(draw_coverage(named, title="t", what="w").html())
