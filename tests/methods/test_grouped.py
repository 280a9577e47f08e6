"""Ranks and quantiles of groups, held against each group alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pmf_analysis.methods._grouped import quantile, ranks

NUMBERS = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(st.integers(-5, 5), st.none())), max_size=40
)


@given(NUMBERS, st.floats(0, 1))
def test_groups_are_as_each_alone(pairs, share):
    codes = np.array([group for group, _ in pairs], dtype=np.int64)
    values = np.array([np.nan if one is None else one for _, one in pairs], dtype=float)
    found = quantile(values, codes, 4, share)
    least, mean = ranks(values, codes)
    for group in range(4):
        own = (codes == group) & ~np.isnan(values)
        if not own.any():
            assert np.isnan(found[group])
            continue
        np.testing.assert_allclose(found[group], np.quantile(values[own], share), atol=1e-12)
        np.testing.assert_array_equal(least[own], stats.rankdata(values[own], "min"))
        np.testing.assert_array_equal(mean[own], stats.rankdata(values[own], "average"))
    assert np.isnan(least[np.isnan(values)]).all()
