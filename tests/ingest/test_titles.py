"""A first row of values is told from names of columns, and never repeated."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import UnknownLayoutError
from pmf_analysis.ingest.matching import choose_layout
from pmf_analysis.ingest.titles import holds_values
from pmf_analysis.register.layouts import Layout

ANY = Layout(name="any", version="1", title="-", source="-", abstract=True)


@pytest.mark.parametrize("value", ["07/03/2011", "2011-03-07", "123456", "ZZ9 9ZZ", "a@b.example"])
def test_values_of_a_person_are_known_and_not_repeated(value):
    assert holds_values(["Jo", value])
    with pytest.raises(UnknownLayoutError, match="with its header") as caught:
        choose_layout(["Jo", value], {"any": ANY}, "list.csv")
    assert value not in str(caught.value) and "Jo" not in str(caught.value)


def test_names_of_columns_are_no_values():
    assert not holds_values(["time_period", "LA Number", "2024/25", "Q4 2024-25", "0 to 4 (%)"])
