"""Who answers for a decision is a role, never an address or a number of a person."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import ParameterError
from pmf_analysis.roles import checked_role


def test_a_role_is_kept_on_one_line():
    assert checked_role("  head of\n performance ") == "head of performance"


@pytest.mark.parametrize("text", ["", "jo@council.example", "07700 900123", "=cmd", "<b>x</b>"])
def test_what_is_no_role_is_refused_and_an_address_is_not_repeated(text):
    with pytest.raises(ParameterError, match="never a person") as caught:
        checked_role(text)
    assert "jo@" not in str(caught.value) and "07700" not in str(caught.value)
