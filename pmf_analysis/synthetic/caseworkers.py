"""Who in a team takes a child on a day, and until when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.care_days import NEVER, days_of

Numbers = NDArray[np.int64]
_SPAN = 2 * NEVER
NOBODY = -1


@dataclass(frozen=True)
class Caseworkers:
    """The people of teams over time, looked up by post.

    Attributes
    ----------
    first, posts : ndarray of int, shape (teams,)
        Place of each team's first post, and how many posts it has had.
    came : ndarray of int, shape (people,)
        ``post * span + day`` of coming, sorted.
    left : ndarray of int, shape (people,)
        First day gone.
    arrivals : ndarray of int, shape (people,)
        ``team * span + day`` of coming, sorted.
    """

    first: Numbers
    posts: Numbers
    came: Numbers
    left: Numbers
    arrivals: Numbers

    @classmethod
    def of(
        cls, post: pd.DataFrame, person: pd.DataFrame, teams: pd.Index
    ) -> tuple[Caseworkers, pd.Series]:
        """The people of these posts, and their ids in the order of the places handed out."""
        posts = post.assign(place=teams.get_indexer(post["team"]))
        posts = posts.loc[posts["place"] >= 0].sort_values(["place", "post_id"], ignore_index=True)
        people = person.merge(
            posts.assign(row=posts.index)[["post_id", "row", "place"]], on="post_id"
        )
        people = people.sort_values(["row", "started_on"], ignore_index=True)
        came = days_of(people["started_on"])
        left = days_of(people["ended_on"]) + 1
        number = np.bincount(posts["place"], minlength=len(teams))
        row, place = people["row"].to_numpy(), people["place"].to_numpy()
        return cls(
            first=np.cumsum(number) - number,
            posts=number,
            came=row * _SPAN + came,
            left=np.minimum(left, NEVER),
            arrivals=np.sort(place * _SPAN + came),
        ), people["person_id"]

    def taking(
        self, team: Numbers, day: Numbers, drawn: NDArray[np.float64]
    ) -> tuple[Numbers, Numbers]:
        """Place of who takes a child that day (`NOBODY`: nobody is there), and until when."""
        person = np.full(len(team), NOBODY, dtype=np.int64)
        wanted = np.flatnonzero(self.posts[team] > 0)
        offset = (drawn * self.posts[team]).astype(np.int64)
        for more in range(int(self.posts.max(initial=0))):
            wanted = wanted[self.posts[team[wanted]] > more]
            if not len(wanted):
                break
            post = self.first[team[wanted]] + (offset[wanted] + more) % self.posts[team[wanted]]
            found = self._in_post(post, day[wanted])
            person[wanted] = found
            wanted = wanted[found == NOBODY]
        until = np.where(person == NOBODY, self._next(team, day), self.left[person])
        return person, until

    def _in_post(self, post: Numbers, day: Numbers) -> Numbers:
        found = np.searchsorted(self.came, post * _SPAN + day, side="right") - 1
        there = (found >= 0) & (self.came[found] // _SPAN == post) & (self.left[found] > day)
        return np.where(there, found, NOBODY)

    def _next(self, team: Numbers, day: Numbers) -> Numbers:
        """The day on which the next one comes to a team."""
        arrivals = np.append(self.arrivals, np.iinfo(np.int64).max)
        found = arrivals[np.searchsorted(self.arrivals, team * _SPAN + day, side="right")]
        return np.where(found // _SPAN == team, found % _SPAN, NEVER)
