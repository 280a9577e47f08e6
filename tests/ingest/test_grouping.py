"""Reasons for refused rows, together."""

from __future__ import annotations

import pytest

from pmf_analysis.ingest.grouping import Reason, group_refusals
from pmf_analysis.ingest.receipt import Refusal


def test_what_differs_from_row_to_row_is_left_out():
    refusals = [
        Refusal(9, "area 'Atlantis' is not in the register"),
        Refusal(4, 'area "King\'s Landing" is not in the register'),
        Refusal(2, "3 cells where the header has 5"),
        Refusal(7, "4 cells where the header has 5"),
        Refusal(8, "1 cells where the header has 5"),
    ]
    assert group_refusals(refusals) == (
        Reason("… cells where the header has 5", 3, 2),
        Reason("area … is not in the register", 2, 4),
    )


@pytest.mark.parametrize("name", ["King's Lynn's", 'a "quoted" name', 'it\'s "both"', ""])
def test_whatever_was_printed_is_left_out_whole(name):
    refused = Refusal(1, f"area {name!r} is not in the register")
    assert group_refusals([refused])[0].text == "area … is not in the register"


def test_nothing_refused_has_no_reason():
    assert group_refusals([]) == ()
