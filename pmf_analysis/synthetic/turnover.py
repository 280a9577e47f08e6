"""How people come to posts and leave them again, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.synthetic.draws import Lags, days_at

SERVED: Lags = ((0.0, 30.0), (0.5, 900.0), (0.85, 1900.0), (1.0, 2350.0))
SERVED_BY_AGENCY: Lags = ((0.0, 10.0), (0.6, 200.0), (1.0, 600.0))
"""Days that those in post at the beginning have been there."""
LONGEST_EMPTY = 60
"""Days that a post vacant at the beginning has been so, at most."""

BEGINNING, PER_MONTH = 3, 4
"""Uniforms taken by a post at the beginning, and in each month."""

_NEVER = np.datetime64("NaT", "D")
_DAY = np.timedelta64(1, "D")
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class Stays:
    """Who was in which post from when to when; one item a person.

    Attributes
    ----------
    post : ndarray of int, shape (n,)
        From 0 on.
    started, ended : ndarray of datetime64[D], shape (n,)
        First day, and first day gone (NaT: still there).
    agency : ndarray of bool, shape (n,)
    """

    post: Numbers
    started: Dates
    ended: Dates
    agency: Flags


@dataclass(frozen=True)
class Aims:
    """What groups of posts look like at the end of each month.

    Attributes
    ----------
    group : ndarray of int, shape (posts,)
        Group of each post; the posts of a group stand together, in the order of groups.
    vacant, agency : ndarray of int, shape (months, groups)
        Posts without anyone, and workers from an agency.
    leave, agency_leave : ndarray of float, shape (groups,)
        Chance in a month that a permanent or an agency worker leaves.
    """

    group: Numbers
    vacant: Numbers
    agency: Numbers
    leave: NDArray[np.float64]
    agency_leave: NDArray[np.float64]

    def count(self, chosen: Flags) -> Numbers:
        """How many of the posts chosen are in each group."""
        return np.bincount(self.group[chosen], minlength=len(self.leave))

    def first(self, chosen: Flags, order: NDArray, wanted: Numbers) -> Flags:
        """Of the posts chosen in each group, the ``wanted`` ones that come first."""
        posts = np.flatnonzero(chosen)
        posts = posts[np.lexsort((order[posts], self.group[posts]))]
        group = self.group[posts]
        rank = np.arange(len(posts)) - np.searchsorted(group, group)
        found = np.zeros(len(chosen), dtype=bool)
        found[posts[rank < wanted[group]]] = True
        return found


def stays(drawn: NDArray[np.float64], starts: Dates, aims: Aims) -> Stays:
    """People who come and go, so that each month ends with the vacancies aimed at.

    Nobody leaves on the last day of a month, nobody comes before the one before has been gone
    for a day, and a post that has been empty longer is filled first.

    Parameters
    ----------
    drawn : ndarray of float, shape (BEGINNING + PER_MONTH * months, posts)
        Uniforms.
    starts : ndarray of datetime64[D], shape (months + 1,)
        First days of the months, and the day after the last.
    aims : Aims
    """
    floor = _Floor.at_the_beginning(drawn[:BEGINNING], starts[0], aims)
    for month, span in enumerate(pairwise(starts)):
        first = BEGINNING + PER_MONTH * month
        floor.leave(drawn[first : first + 2], span, month)
        floor.join(drawn[first + 2 : first + PER_MONTH], span, month)
    return floor.all_stays()


class _Floor:
    """The posts as they stand while the months pass, and the stays that have been."""

    def __init__(self, aims: Aims, taken: Flags, agency: Flags, since: Dates) -> None:
        self.aims = aims
        self.taken = taken
        self.agency = agency
        self.since = since
        """Day of coming where a post is taken, first day empty where it is not."""
        self.past: list[tuple[Numbers, Dates, Dates, Flags]] = []

    @classmethod
    def at_the_beginning(cls, drawn: NDArray[np.float64], day: np.datetime64, aims: Aims) -> _Floor:
        """Everybody in post on the first day, some of them for years."""
        every = np.ones(len(aims.group), dtype=bool)
        taken = ~aims.first(every, drawn[0], aims.vacant[0])
        agency = aims.first(taken, drawn[0], aims.agency[0])
        served = np.where(agency, days_at(drawn[1], SERVED_BY_AGENCY), days_at(drawn[1], SERVED))
        empty = (LONGEST_EMPTY * drawn[2]).astype(np.int64)
        return cls(aims, taken, agency, day - np.where(taken, served, empty) * _DAY)

    def leave(
        self, drawn: NDArray[np.float64], span: tuple[np.datetime64, np.datetime64], month: int
    ) -> None:
        """Some leave by chance; more, if the month is to end with more vacancies than that."""
        aims = self.aims
        chance = np.where(self.agency, aims.agency_leave[aims.group], aims.leave[aims.group])
        here = self.taken & (self.since < span[0])
        going = here & (drawn[0] < chance)
        more = aims.vacant[month] - aims.count(~self.taken | going)
        going |= aims.first(here & ~going, drawn[0], more)
        days = (span[1] - span[0]).astype(np.int64) - 1
        ended = span[0] + (drawn[1] * days).astype(np.int64) * _DAY
        self._note(going, ended)
        self.taken = self.taken & ~going
        self.since = np.where(going, ended, self.since)

    def join(
        self, drawn: NDArray[np.float64], span: tuple[np.datetime64, np.datetime64], month: int
    ) -> None:
        """The posts that have been empty longest are filled until the aim is reached."""
        aims = self.aims
        first = np.maximum(self.since + _DAY, span[0])
        free = ~self.taken
        coming = aims.first(
            free & (first < span[1]), self.since, aims.count(free) - aims.vacant[month]
        )
        missing = aims.agency[month] - aims.count(self.taken & self.agency)
        days = np.maximum((span[1] - first).astype(np.int64), 0)
        day = first + (drawn[0] * days).astype(np.int64) * _DAY
        self.since = np.where(coming, day, self.since)
        self.agency = np.where(coming, aims.first(coming, drawn[1], missing), self.agency)
        self.taken = self.taken | coming

    def all_stays(self) -> Stays:
        """Every stay, those that have not ended last."""
        self._note(self.taken, np.full(len(self.taken), _NEVER))
        return Stays(*(np.concatenate(column) for column in zip(*self.past, strict=True)))

    def _note(self, chosen: Flags, ended: Dates) -> None:
        posts = np.flatnonzero(chosen)
        self.past.append((posts, self.since[posts], ended[posts], self.agency[posts]))
