from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from pmf_analysis.charts.reliability import draw_reliability
from pmf_analysis.methods.verification import reliability

EDGES = [0, 0.25, 0.5, 0.75, 1]
SAID = {
    "title": "Chances came true", "what": "6 figures", "event": "the target was met", "least": 3,
}  # fmt: skip


@pytest.fixture(scope="module")
def bins():
    chance = [0.1, 0.2, 0.6, 0.6, 0.6, 1.0]
    return reliability(chance, [0, 1, 1, 0, 1, 1], list("abcabc"), EDGES)


def test_every_case_stands_in_words_and_in_the_table(bins):
    chart = draw_reliability(bins, **SAID)
    assert "said was 0 to 25%, the target was met in 50% of 2 cases" in chart.alt
    assert list(chart.table["Cases"]) == [2, 3, 1]
    assert list(chart.table["Mean chance, per cent"]) == [15.0, 60.0, 100.0]
    assert list(chart.table["Share in which the target was met"]) == ["50%", "67%", "100%"]


def test_a_bin_of_few_cases_is_told_apart_by_its_shape(bins):
    some = draw_reliability(bins, **SAID).svg
    none = draw_reliability(bins, **{**SAID, "least": 1}).svg
    assert some != none
    assert len(ElementTree.fromstring(some)) and len(ElementTree.fromstring(none))


def test_the_same_input_gives_the_same_bytes(bins):
    assert draw_reliability(bins, **SAID).svg == draw_reliability(bins, **SAID).svg


def test_without_a_case_it_says_so():
    chart = draw_reliability(reliability([], [], [], EDGES), **SAID)
    assert "There is no case to show" in chart.alt
    assert chart.table.empty


def test_hostile_words_stay_words(bins):
    hostile = "<script>alert(1)</script> $x^2$"
    page = str(draw_reliability(bins, **{**SAID, "title": hostile, "event": hostile}).html())
    assert "<script>" not in page
    assert not np.any([part in page for part in ("onerror=", "javascript:")])
