"""What stands beside a number: qualifiers, the text of its period, a duration."""

from __future__ import annotations

import pytest

LAYOUT = {
    "name": "trial", "table": "trial", "figures": ["Seen"],
    "area": {"columns": {"": ["HB"]}, "in_register": False},
    "period": {
        "column": "Month", "kinds": {"": "month"},
        "patterns": [{"match": r"(?P<period>\d{6})p", "state": "provisional"}],
    },
    "qualifiers": {
        "suffix": "QF",
        "marks": {"d": "final", "r": "revised", "u": "low_reliability", ":": "not_available"},
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "mark", "state", "value"),
    [("5", "", "final", 5), ("5", "d", "final", 5), ("5", "r", "revised", 5),
     ("5", "u r", "low_reliability", 5), ("5", "r u ", "low_reliability", 5),
     ("5", "d  u", "low_reliability", 5), ("", ":", "not_available", None),
     ("", "u", "not_given", None), ("", "", "not_given", None)],
)  # fmt: skip
def test_the_qualifier_that_stands_last_in_the_layout_decides(read_as, cell, mark, state, value):
    extract = read_as(LAYOUT, f"HB,Month,Seen,SeenQF\nS08,202503,{cell},{mark}\n")
    (row,) = extract.figures.itertuples()
    assert (row.state, row.period, row.service_area) == (state, "2025-03", "S08")
    assert row.value == value if value else row.value != row.value
    assert extract.receipt.cells_unread == 0
    assert extract.receipt.columns_not_read == ()
    assert extract.receipt.qualifiers == ({" ".join(mark.split()): 1} if mark else {})


def test_a_number_beside_a_mark_without_value_is_withheld(read_as):
    extract = read_as(LAYOUT, "HB,Month,Seen,SeenQF\nS08,202503,7,:\n")
    (row,) = extract.figures.itertuples()
    assert (row.state, row.text) == ("not_available", ":")
    assert row.value != row.value
    (unread,) = extract.receipt.unread
    assert (unread.reason, unread.text) == ("a number beside a marker", ":")


def test_an_unknown_qualifier_is_named_and_changes_nothing(read_as):
    extract = read_as(LAYOUT, "HB,Month,Seen,SeenQF\nS08,202503,7,d q\n")
    assert extract.figures["state"].tolist() == ["final"]
    (unread,) = extract.receipt.unread
    assert (unread.column, unread.reason, unread.text) == ("SeenQF", "no known qualifier", "d q")


def test_the_text_of_a_period_says_what_its_numbers_are(read_as):
    extract = read_as(
        LAYOUT, "HB,Month,Seen,SeenQF\nS08,202503p,7,d\nS08,202502,7,\nS08,202501p,,\n"
    )
    assert extract.figures["state"].tolist() == ["provisional", "final", "not_given"]


def test_areas_that_the_register_lacks_are_counted(read_as):
    text = "HB,Month,Seen\nS08000015,202503,1\nS08000016,202503,1\nKent,202503,2\n"
    receipt = read_as(LAYOUT, text).receipt
    assert receipt.areas_not_in_register == 2
    assert [area.service_area for area in receipt.areas] == [
        "E10000016", "S08000015", "S08000016",
    ]  # fmt: skip


def test_durations_are_months_where_the_layout_says_so(read_as):
    text = "HB,Month,Seen\nA,202501,01:10\nA,202502,00:07\nA,202503,01:12\n"
    held = read_as({**LAYOUT, "durations": True}, text)
    assert held.figures["value"].tolist()[:2] == [22.0, 7.0]
    assert [cell.text for cell in held.receipt.unread] == ["01:12"]
    assert read_as(LAYOUT, text).receipt.cells_unread == 3
