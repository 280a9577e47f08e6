"""What each part carries of a change, drawn: every part, told apart, in words and as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.charts.contribution import MOST, draw_contribution
from pmf_analysis.errors import ParameterError


def parts(count: int = 3, mix: float = -0.4) -> pd.DataFrame:
    """A split in all, then its parts, from counts that are the same for all."""
    names = [f"Part {at}" for at in range(count)]
    rate = np.linspace(-1.5, 0.3, count)
    own = pd.DataFrame(
        {
            "part": names, "part_name": names, "rate_effect": rate, "mix_effect": mix,
            "numerator_before": 90.0, "denominator_before": 100.0, "numerator": 80.0,
            "denominator": 100.0, "value_before": 90.0, "value": 80.0,
        }
    )  # fmt: skip
    own["effect"] = own["rate_effect"] + own["mix_effect"]
    sums = own[["rate_effect", "mix_effect", "effect"]].sum()
    own["share"] = own["effect"] / sums["effect"]
    whole = {**own.iloc[0], **sums, "part": "", "part_name": "", "share": np.nan}
    table = pd.concat([pd.DataFrame([whole]), own], ignore_index=True)
    return table.assign(label_before="12 months to October 2025")


@pytest.fixture
def chart(indicator):
    return draw_contribution(parts(), indicator, whole="Medwold")


def test_the_title_says_the_change_and_where_most_of_it_is(chart, indicator):
    assert chart.title.endswith("fall of 3.0 percentage points, mostly within its parts")
    by_mix = draw_contribution(parts(mix=-2.0), indicator, whole="Medwold")
    assert by_mix.title.endswith("mostly from the mix of its parts")
    none = parts().assign(effect=0.0, rate_effect=0.0, mix_effect=0.0)
    assert draw_contribution(none, indicator, whole="Medwold").title.endswith("no change")


def test_every_part_is_in_the_words_and_the_table(chart):
    assert chart.table["Part"].tolist() == ["In all", "Part 0", "Part 1", "Part 2"]
    assert chart.table["Together"].tolist() == ["-3.0", "-1.9", "-1.0", "-0.1"]
    assert chart.table["Share of the change"].tolist()[0] == "100%"
    for at in range(3):
        assert f"Part {at} " in chart.alt
    assert "since the 12 months to October 2025" in chart.alt


def test_rate_and_mix_differ_by_filling_and_not_by_colour_alone(chart):
    svg = chart.svg.decode()
    assert svg.count("fill: #12436d") == 4
    assert svg.count("stroke: #f46a25") >= 4
    assert "hollow" in chart.caption


def test_many_parts_are_drawn_as_a_few_and_the_rest_and_tabled_each(indicator):
    chart = draw_contribution(parts(30), indicator, whole="Medwold")
    assert "31 others" not in chart.alt
    assert f"{30 - MOST + 1} others" in chart.alt
    assert len(chart.table) == 31


def test_a_count_has_one_bar_a_part(make_indicator):
    one = make_indicator(kind="count", unit="count", polarity="neutral")
    rows = parts(mix=0.0).assign(denominator=1.0, denominator_before=1.0)
    chart = draw_contribution(rows, one, whole="Medwold")
    assert "hollow" not in chart.caption
    assert "Within the part" not in chart.table


def test_parts_without_a_figure_in_one_period_say_none(indicator):
    rows = parts()
    rows.loc[1, "value_before"] = np.nan
    chart = draw_contribution(rows, indicator, whole="Medwold")
    assert chart.table["Figure, then"].tolist()[1] == "none"


def test_hostile_names_are_text_and_the_same_rows_the_same_bytes(indicator):
    rows = parts().assign(part_name=["", "<b>&\u200b", "x" * 300, "é"])
    one, other = (draw_contribution(rows, indicator, whole="<i>") for _ in range(2))
    assert one.svg == other.svg
    assert "<b>" not in one.html()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda rows: rows.iloc[1:],
        lambda rows: rows.iloc[:1],
        lambda rows: pd.concat([rows, rows]),
        lambda rows: rows.assign(effect=np.nan),
    ],
)
def test_rows_that_are_not_one_split_are_refused(indicator, wrong):
    with pytest.raises(ParameterError, match="one change by one split"):
        draw_contribution(wrong(parts()), indicator, whole="Medwold")
