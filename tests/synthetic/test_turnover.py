"""Groups of posts that end each month as they are meant to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.synthetic.turnover import BEGINNING, PER_MONTH, Aims, stays

STARTS = np.arange("2024-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
MONTHS = len(STARTS) - 1


def _stays(sizes, vacant, agency, seed=1, leave=0.1):
    groups = len(sizes)
    aims = Aims(
        group=np.repeat(np.arange(groups), sizes),
        vacant=np.asarray(vacant).reshape(MONTHS, groups),
        agency=np.asarray(agency).reshape(MONTHS, groups),
        leave=np.full(groups, leave),
        agency_leave=np.full(groups, 2 * leave),
    )
    rows = BEGINNING + PER_MONTH * MONTHS
    drawn = np.random.default_rng(seed).random((rows, sum(sizes)))
    return aims, stays(drawn, STARTS, aims)


def _there(found, day):
    return (found.started <= day) & ~(found.ended <= day)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_each_month_ends_with_the_vacancies_aimed_at_and_nobody_sits_on_anothers_chair(data):
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    vacant = [[data.draw(st.integers(0, size)) for size in sizes] for _ in range(MONTHS)]
    agency = np.zeros((MONTHS, len(sizes)), dtype=int)
    aims, found = _stays(sizes, vacant, agency, data.draw(st.integers(0, 99)))
    for month, after in enumerate(STARTS[1:]):
        here = found.post[_there(found, after - 1)]
        assert len(here) == len(set(here))
        empty = np.array(sizes) - np.bincount(aims.group[here], minlength=len(sizes))
        assert empty.tolist() == aims.vacant[month].tolist()
    order = np.lexsort((found.started, found.post))
    same = found.post[order][1:] == found.post[order][:-1]
    assert (found.started[order][1:][same] > found.ended[order][:-1][same]).all()


def test_agency_workers_come_until_they_are_as_many_as_aimed_at():
    agency = np.repeat([2, 5], [5, MONTHS - 5])
    _, found = _stays([12], np.zeros(MONTHS, dtype=int), agency, leave=0.3)
    assert (_there(found, STARTS[0] + 1) & found.agency).sum() == pytest.approx(2, abs=1)
    assert (_there(found, STARTS[-1] - 1) & found.agency).sum() == 5


def test_what_happens_in_one_group_is_nothing_to_the_other():
    none = np.zeros((MONTHS, 2), dtype=int)
    sudden = none.copy()
    sudden[6:, 0] = 4
    aims, calm = _stays([6, 6], none, none)
    _, moved = _stays([6, 6], sudden, none)

    def second(found):
        ours = aims.group[found.post] == 1
        return sorted(zip(found.post[ours], found.started[ours], strict=True))

    assert second(calm) == second(moved)
    assert len(calm.post) != len(moved.post)
