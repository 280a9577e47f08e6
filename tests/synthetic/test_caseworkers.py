"""Who in a team takes a child."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pmf_analysis.synthetic.care_days import NEVER, day_of
from pmf_analysis.synthetic.caseworkers import NOBODY, Caseworkers

TEAMS = pd.Index(["one", "two", "three"])


@pytest.fixture(scope="module")
def people():
    """Team one has two posts, of which the second is empty in February; team two one post."""
    post = pd.DataFrame({"post_id": ["P1", "P2", "P3"], "team": ["one", "one", "two"]})
    person = pd.DataFrame(
        [
            ("W1", "P1", "2026-01-01", None),
            ("W2", "P2", "2026-01-01", "2026-01-31"),
            ("W3", "P2", "2026-03-01", None),
            ("W4", "P3", "2026-01-10", "2026-01-19"),
            ("W5", "P3", "2026-02-10", None),
        ],
        columns=["person_id", "post_id", "started_on", "ended_on"],
    )
    dates = dict.fromkeys(("started_on", "ended_on"), "datetime64[s]")
    return Caseworkers.of(post, person.astype(dates), TEAMS)


def _taking(people, team, day, drawn):
    workers, ids = people
    found, until = workers.taking(
        np.array([TEAMS.get_loc(team)]), np.array([day_of(day)]), np.array([drawn])
    )
    return (ids[found[0]] if found[0] != NOBODY else None), until[0]


def test_whoever_is_in_post_that_day_takes_the_child_until_they_leave(people):
    assert _taking(people, "one", "2026-01-15", 0.1) == ("W1", NEVER)
    assert _taking(people, "one", "2026-01-15", 0.9) == ("W2", day_of("2026-02-01"))
    assert _taking(people, "one", "2026-03-01", 0.9) == ("W3", NEVER)


def test_an_empty_chair_takes_nobody(people):
    assert _taking(people, "one", "2026-02-01", 0.9) == ("W1", NEVER)
    assert _taking(people, "one", "2026-02-28", 0.9) == ("W1", NEVER)


def test_where_nobody_is_there_the_child_waits_for_the_next_one(people):
    assert _taking(people, "two", "2026-01-05", 0.5) == (None, day_of("2026-01-10"))
    assert _taking(people, "two", "2026-01-20", 0.5) == (None, day_of("2026-02-10"))


def test_a_team_without_posts_has_nobody_ever(people):
    assert _taking(people, "three", "2026-01-05", 0.5) == (None, NEVER)
