from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmf_analysis.charts.canvas import drawable, shortened, spread, text_width, wrapped

PLACES = st.lists(st.floats(0, 10), min_size=1, max_size=8)


@given(PLACES)
def test_labels_keep_their_distance_and_their_order(places: list[float]) -> None:
    moved = spread(places, 1.0, 0.0, 10.0)
    in_order = sorted(range(len(places)), key=lambda index: places[index])
    settled = [moved[index] for index in in_order]
    assert all(b - a >= 1 - 1e-9 for a, b in pairwise(settled))
    assert settled[0] >= -1e-9
    assert settled[-1] <= 10 + 1e-9


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([1.0, 5.0, 3.0], 1.0, 0.0, 10.0) == [1.0, 5.0, 3.0]


def test_a_text_is_wrapped_to_its_width() -> None:
    lines = wrapped("Families are waiting longer for assessments and for conferences", 2.0)
    assert len(lines) > 2
    assert all(text_width(line) <= 2.0 for line in lines)
    assert wrapped("", 2.0) == []


@pytest.mark.parametrize("text", ["x" * 500, "Eastmarsh and Saint Mary Magdalene Without"])
def test_a_long_text_is_cut_with_an_ellipsis(text: str) -> None:
    cut = shortened(text, 1.5)
    assert cut.endswith("…")
    assert text_width(cut) <= 1.5


def test_letters_that_the_typeface_lacks_do_not_stop_a_chart() -> None:
    assert drawable("Gwynedd \u6f22 \u202e\u200bok\n now") == "Gwynedd ? ok now"
