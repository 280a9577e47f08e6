"""Chances adjusted for many tests, against scipy and the definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import false_discovery_control

from pmf_analysis.errors import ParameterError
from pmf_analysis.methods.multiplicity import METHODS, adjusted


@settings(max_examples=25)
@given(hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1)))
def test_each_method_agrees(chance):
    assert adjusted(chance, "BH") == pytest.approx(false_discovery_control(chance, method="bh"))
    assert adjusted(chance, "BY") == pytest.approx(false_discovery_control(chance, method="by"))
    count, order = len(chance), np.argsort(chance, kind="stable")
    assert adjusted(chance, "bonferroni") == pytest.approx(np.minimum(count * chance, 1))
    stepped = np.maximum.accumulate(chance[order] * (count - np.arange(count)))
    assert adjusted(chance, "holm")[order] == pytest.approx(np.minimum(stepped, 1))


@settings(max_examples=25)
@given(
    hnp.arrays(np.float64, 30, elements=st.floats(0, 1)),
    hnp.arrays(np.int64, 30, elements=st.integers(0, 4)),
)
def test_groups_are_taken_by_themselves(chance, group):
    for method in METHODS:
        together = adjusted(chance, method, group)
        for one in set(group.tolist()):
            here = group == one
            assert together[here] == pytest.approx(adjusted(chance[here], method))


def test_what_was_not_tested_counts_for_nothing():
    found = adjusted([0.01, np.nan, 0.04], "BH")
    assert np.isnan(found[1]) and found[[0, 2]] == pytest.approx([0.02, 0.04])
    assert np.isnan(adjusted([np.nan], "holm")).all()
    assert len(adjusted([], "BY")) == 0


def test_what_cannot_be_is_refused():
    with pytest.raises(ParameterError, match="bonferroni"):
        adjusted([0.1], "fdr")
    with pytest.raises(ParameterError, match="outside 0 to 1"):
        adjusted([1.1], "BH")
