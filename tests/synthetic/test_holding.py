"""One team at a time, held against a count day by day."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pmf_analysis.synthetic.care_days import NEVER
from pmf_analysis.synthetic.holding import Spells, handed_over, one_at_a_time

DAYS = 12


def _spells(rows):
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    return Spells(*columns)


def _rows(spells):
    return sorted(
        zip(
            spells.child.tolist(), spells.team.tolist(), spells.start.tolist(),
            spells.end.tolist(), strict=True,
        )
    )  # fmt: skip


claim = st.tuples(st.integers(1, 2), st.integers(0, 3), st.integers(0, DAYS), st.integers(0, DAYS))


def _team_by_day(levels, child, day):
    """The highest level's first begun claim that has not been kept out by one before it."""
    team = None
    for rows in levels:
        until, holder = -1, None
        for _, its_team, start, end in sorted(
            (row for row in rows if row[0] == child and row[3] > row[2]),
            key=lambda row: (row[2], row[3]),
        ):
            start = max(start, until)
            if start < end:
                until = end
                if start <= day < end:
                    holder = its_team
        team = holder if holder is not None else team
    return team


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(claim, max_size=5), min_size=1, max_size=3))
def test_the_highest_claim_holds_a_child_on_every_day(levels):
    # of claims that begin and end alike either may come first: leave one of them
    levels = [list({(row[0], *row[2:]): row for row in rows}.values()) for rows in levels]
    found = one_at_a_time([_spells(rows) for rows in levels])
    for child in (1, 2):
        for day in range(DAYS + 1):
            held = (found.child == child) & (found.start <= day) & (day < found.end)
            assert held.sum() <= 1
            expected = _team_by_day(levels, child, day)
            assert (found.team[held].tolist() or [None]) == [expected]


def test_neighbouring_stretches_of_one_team_are_one():
    assessed, planned = _spells([(1, 5, 0, 10)]), _spells([(1, 5, 10, 20), (1, 6, 20, NEVER)])
    assert _rows(one_at_a_time([assessed, planned])) == [(1, 5, 0, 20), (1, 6, 20, NEVER)]


def test_a_higher_claim_interrupts_a_lower_one_and_gives_it_back():
    found = one_at_a_time([_spells([(1, 0, 0, 30)]), _spells([(1, 1, 10, 20)])])
    assert _rows(found) == [(1, 0, 0, 10), (1, 0, 20, 30), (1, 1, 10, 20)]


def test_nothing_claimed_is_nothing_held():
    assert _rows(one_at_a_time([_spells([]), _spells([(1, 0, 5, 5)])])) == []


def test_a_team_that_ends_hands_over_on_the_day():
    before = _spells(
        [(1, 2, 0, 30), (2, 2, 0, 10), (3, 2, 15, NEVER), (4, 3, 0, 30), (5, 2, 10, 12)]
    )
    assert _rows(handed_over(before, 2, 10, 4)) == [
        (1, 2, 0, 10), (1, 4, 10, 30), (2, 2, 0, 10), (3, 4, 15, NEVER), (4, 3, 0, 30),
        (5, 4, 10, 12),
    ]  # fmt: skip
