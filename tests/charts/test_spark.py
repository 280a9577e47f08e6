"""Lines for cells of a table: shapes, gaps, and few bytes."""

from __future__ import annotations

import re
from urllib.parse import unquote

import numpy as np
import pytest

from pmf_analysis.charts.spark import TALL, WIDE, Fan, fanline, sparkline

NAN = float("nan")


def drawn(values, kinds=None, era=None, target=NAN, scale=(70.0, 90.0), words="Line"):
    made = sparkline(
        np.array(values), kinds or [""] * len(values), era or ["a"] * len(values), target, scale,
        words,
    )  # fmt: skip
    return unquote(str(made))


def test_each_kind_of_special_cause_has_a_shape_of_its_own():
    paths = {
        kind: re.findall(r"<path d='([^']+)' fill=", drawn([80.0, 81.0], ["", kind]))
        for kind in ("improvement", "concern", "neutral")
    }
    assert all(len(found) == 1 for found in paths.values())
    assert len({found[0].partition("m")[2] for found in paths.values()}) == 3
    assert "stroke-width='.5'" not in drawn([80.0, NAN], ["", "concern"])


def test_what_is_in_doubt_is_drawn_as_what_is_only_unusual():
    assert drawn([80.0, 81.0], ["", "doubted"]) == drawn([80.0, 81.0], ["", "neutral"])


def test_the_pen_is_lifted_at_a_gap_and_at_a_break():
    line = re.search(r"d='(M[^']+)' stroke='#12436D'", drawn([80.0, 81, NAN, 82, 83]))
    assert line[1].count("M") == 2
    line = re.search(r"d='(M[^']+)' stroke='#12436D'", drawn([80.0, 81, 82, 83], era=list("aabb")))
    assert line[1].count("M") == 2


def test_the_target_is_dotted_where_it_lies_on_the_scale():
    assert "stroke-dasharray" in drawn([80.0, 81.0], target=85.0)
    assert "stroke-dasharray" not in drawn([80.0, 81.0], target=99.0)
    assert "stroke-dasharray" not in drawn([80.0, 81.0])


@pytest.mark.parametrize("values", [[], [NAN], [80.0], [80.0, 80.0], [NAN, NAN, 75.0]])
def test_whatever_is_given_a_picture_comes_out(values):
    for scale in ((80.0, 80.0), (70.0, 90.0)):
        made = drawn(values, scale=scale)
        assert "nan" not in made and f"viewBox='0 0 {WIDE} {TALL}'" in made


def test_words_cannot_leave_their_attribute():
    assert 'alt="&lt;b&gt; &quot;x&quot;"' in drawn([80.0], words='<b> "x"')


def test_three_years_take_few_bytes():
    values = np.sin(np.arange(36)) * 9 + 80
    assert len(str(sparkline(values, [""] * 36, ["a"] * 36, 85.0, (70.0, 90.0), "Line"))) < 1200


# -- with what may come --------------------------------------------------------------------


def fanned(values, middle, spread=2.0, target=NAN, words="Fan"):
    middle = np.array(middle)
    wide = [middle - 2 * spread, middle - spread, middle, middle + spread, middle + 2 * spread]
    made = fanline(np.array(values), Fan(*wide), ["a"] * len(values), target, (70.0, 90.0), words)
    return unquote(str(made))


def test_the_fan_opens_from_the_last_known_figure():
    made = fanned([80.0, 80, NAN, NAN], [NAN, NAN, 80.0, 80])
    grounds = re.findall(r"d='M([^z']+)z'", made)
    assert len(grounds) == 2
    for ground in grounds:
        corners = ground.split("L")
        assert len(corners) == 6
        assert corners[0] == corners[-1] == "45.7 20"
    assert "stroke-dasharray='4 1.6'" in made


def test_after_a_gap_the_fan_stands_alone():
    made = fanned([80.0, NAN, NAN, NAN], [NAN, NAN, 80.0, 80])
    assert all(len(one.split("L")) == 4 for one in re.findall(r"d='M([^z']+)z'", made))


def test_nothing_is_drawn_outside_the_picture():
    made = fanned([80.0, 999, NAN], [NAN, NAN, -999.0], target=500.0)
    numbers = [float(one) for one in re.findall(r"(?<=[ML ])\d+\.?\d*", "".join(
        re.findall(r" d='([^']+)'", made)))]  # fmt: skip
    assert numbers
    assert max(numbers) <= WIDE
    assert "nan" not in made
    assert "stroke-dasharray='2 2'" not in made


def test_without_a_forecast_the_line_stands_alone():
    made = fanned([80.0, 81], [NAN, NAN], target=85.0)
    assert "z'" not in made
    assert "4 1.6" not in made
    assert made.count("<path") == 2
    assert "<path" not in fanned([NAN, NAN], [NAN, NAN])
