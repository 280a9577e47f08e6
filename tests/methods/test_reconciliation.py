"""Figures that add up: held against dense linear algebra, another program and hand-worked sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from pmf_analysis.errors import ParameterError, TableError
from pmf_analysis.methods.reconciliation import ROOT, reconcile

COUNTY = (ROOT, 0, 0, 1, 1, 2, 2)
"""A county with two areas of two districts each."""


def summing(parents: tuple[int, ...]) -> np.ndarray:
    """What each node holds of each leaf, shape (nodes, leaves)."""
    leaves = [node for node in range(len(parents)) if node not in parents]
    matrix = np.zeros((len(parents), len(leaves)))
    for column, leaf in enumerate(leaves):
        node = leaf
        while node != ROOT:
            matrix[node, column], node = 1, parents[node]
    return matrix


def dense(forecasts, variances, parents, *, nonnegative: bool = False) -> np.ndarray:
    """S (S' W^-1 S)^-1 S' W^-1 y, or the same with no leaf below 0."""
    matrix, root = summing(parents), 1 / np.sqrt(variances)
    if nonnegative:
        return matrix @ nnls(matrix * root[:, None], forecasts * root)[0]
    return matrix @ np.linalg.lstsq(matrix * root[:, None], forecasts * root, rcond=None)[0]


@st.composite
def trees(draw) -> tuple[int, ...]:
    """Up to 14 nodes; every parent stands before its parts."""
    nodes = draw(st.integers(1, 14))
    return tuple(
        ROOT if node == 0 else draw(st.integers(ROOT if node > 8 else 0, node - 1))
        for node in range(nodes)
    )


@given(trees(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_as_dense_linear_algebra_and_as_least_squares_without_negatives(parents, seed):
    draws = np.random.default_rng(seed)
    forecasts = draws.normal(1, 5, (3, len(parents)))
    variances = draws.uniform(0.01, 10, (3, len(parents)))
    plain = reconcile(forecasts, variances, parents, nonnegative=False)
    held = reconcile(forecasts, variances, parents)
    for row in range(3):
        case = forecasts[row], variances[row], parents
        assert plain.forecasts[row] == pytest.approx(dense(*case), abs=1e-8)
        assert held.forecasts[row] == pytest.approx(dense(*case, nonnegative=True), abs=1e-8)
    assert held.forecasts.min() >= 0
    for node in set(parents) - {ROOT}:
        own = [at for at, parent in enumerate(parents) if parent == node]
        for found in (plain, held):
            total = found.forecasts[:, own].sum(axis=1)
            assert found.forecasts[:, node] == pytest.approx(total, rel=1e-12, abs=1e-9)
            assert found.adds_up[:, node].all()


def test_worked_by_hand():
    # 10 against 4 + 3, all alike: the gap of 3 is shared in thirds
    assert reconcile([10, 4, 3], [1, 1, 1], (ROOT, 0, 0)).forecasts.tolist() == [9, 5, 4]
    # a part of twice the variance takes twice the move; a whole that is known well hardly any
    moved = reconcile([12, 4, 2], [1e-9, 1, 2], (ROOT, 0, 0)).forecasts
    assert moved == pytest.approx([12, 6, 6], abs=1e-6)
    # without a limit the second part would be -1: it is held at 0, and the rest moves instead
    assert reconcile([1, 3, 0], [1, 1, 1], (ROOT, 0, 0)).forecasts == pytest.approx([2, 2, 0])


def test_as_another_program():
    # Python, hierarchicalforecast 1.5.3: MinTrace("wls_var", nonnegative=False or True)(S=S,
    # y_hat=y, y_insample=i, y_hat_insample=i - r)["mean"], whose mean squares of r are these
    squares = [10.5, 5, 4.125, 2.125, 1.75, 3.75, 1.75]
    forecasts = [[100, 60, 52, 40, 12, 30, 30], [20, 14, 3, 9, 7, -6, 5]]
    first = [107.624615, 53.907692, 53.716923, 41.046154, 12.861538, 25.716084, 28.000839]
    second = [17.495452, 15.647492, 1.847960, 8.806689, 6.840803, -4.058209, 5.906169]
    held = [19.646032, 15.200356, 4.445677, 8.561485, 6.638870, 0, 4.445677]
    plain = reconcile(forecasts, squares, COUNTY, nonnegative=False).forecasts
    assert plain == pytest.approx(np.array([first, second]), abs=2e-6)
    found = reconcile(forecasts, squares, COUNTY).forecasts
    assert found == pytest.approx(np.array([first, held]), abs=2e-6)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_what_adds_up_stays_as_it_is(seed):
    draws = np.random.default_rng(seed)
    truth = summing(COUNTY) @ draws.uniform(0, 50, 4)
    found = reconcile(truth, draws.uniform(0.1, 9, 7), COUNTY)
    assert found.forecasts == pytest.approx(truth, rel=1e-12)


def test_forecasts_right_on_average_stay_right_on_average_and_come_closer():
    draws = np.random.default_rng(5)
    truth = summing(COUNTY) @ [40, 60, 80, 20]
    errors = np.array([9, 6, 6, 5, 5, 5, 4.0])
    forecasts = truth + draws.normal(0, errors, (4000, 7))
    found = reconcile(forecasts, errors**2, COUNTY, nonnegative=False).forecasts
    standard = found.std(axis=0) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - truth) < 4 * standard).all()
    assert (found.std(axis=0) < errors).all()


def test_a_node_without_a_forecast_stays_without_and_breaks_no_more_than_its_own_sum():
    nan = np.nan
    # the second area's sum is void without its district; the first area's and the county's hold
    found = reconcile([100, 55, 50, 30, 20, 30, nan], np.ones(7), COUNTY)
    assert np.isnan(found.forecasts[6]) and found.forecasts[5] == 30
    assert found.adds_up.tolist() == [True, True, False, False, False, False, False]
    assert found.forecasts[0] == pytest.approx(found.forecasts[1:3].sum())
    # an area without a forecast still links its districts to the county
    linked = reconcile([100, nan, 50, 30, 20, 30, 20], np.ones(7), COUNTY)
    assert np.isnan(linked.forecasts[1]) and not linked.adds_up[1]
    assert linked.forecasts[0] == pytest.approx(linked.forecasts[2:5].sum())


def test_nothing_known_and_no_variance_are_no_trouble():
    empty = reconcile(np.full((2, 3), np.nan), np.full((2, 3), np.nan), (ROOT, 0, 0))
    assert np.isnan(empty.forecasts).all() and not empty.adds_up.any()
    zeros = reconcile([0, 0, 0], [0, 0, 0], (ROOT, 0, 0))
    assert zeros.forecasts.tolist() == [0, 0, 0]
    sure = reconcile([10, 4, 3], [0, 0, 0], (ROOT, 0, 0))
    assert sure.forecasts == pytest.approx([9, 5, 4])


def test_every_tree_and_horizon_by_itself():
    draws = np.random.default_rng(8)
    forecasts, variances = draws.normal(2, 4, (6, 5, 7)), draws.uniform(0.1, 2, (6, 5, 7))
    every = reconcile(forecasts, variances, COUNTY).forecasts
    single = reconcile(forecasts[3, 2], variances[3, 2], COUNTY).forecasts
    assert every[3, 2].tolist() == single.tolist()
    order = [6, 2, 0, 5, 1, 4, 3]
    place = {node: at for at, node in enumerate(order)} | {ROOT: ROOT}
    turned = reconcile(
        forecasts[..., order], variances[..., order], [place[COUNTY[node]] for node in order]
    )
    assert turned.forecasts == pytest.approx(every[..., order], abs=1e-9)


@pytest.mark.parametrize(
    ("parents", "said"),
    [((1, 0), "parts of themselves"), ((0,), "parts of themselves"), ((ROOT, 5), "no places")],
)
def test_what_is_no_tree_is_refused(parents, said):
    with pytest.raises(ParameterError, match=said):
        reconcile(np.ones(len(parents)), np.ones(len(parents)), parents)


@pytest.mark.parametrize(("forecast", "variance"), [(np.inf, 1), (1, np.nan), (1, -1), (1, np.inf)])
def test_what_is_no_forecast_is_refused(forecast, variance):
    with pytest.raises(TableError, match="variance"):
        reconcile([forecast, 1], [variance, 1], (ROOT, 0))


def test_as_many_forecasts_as_nodes():
    with pytest.raises(ParameterError, match="2 forecasts for 3 nodes"):
        reconcile([1, 2], [1, 1], (ROOT, 0, 0))
