"""Lines for cells of a table: shapes, gaps, and few bytes."""

from __future__ import annotations

import re
from urllib.parse import unquote

import numpy as np
import pytest

from pmf_analysis.charts.spark import TALL, WIDE, sparkline

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
