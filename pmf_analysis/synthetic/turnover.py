"""How people come to a group of posts and leave it again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.synthetic.draws import Lags, days_at

SERVED: Lags = ((0.0, 30.0), (0.5, 900.0), (0.85, 1900.0), (1.0, 2350.0))
SERVED_BY_AGENCY: Lags = ((0.0, 10.0), (0.6, 200.0), (1.0, 600.0))
"""Days that those in post at the beginning have been there."""

_NEVER = np.datetime64("NaT", "D")
_DAY = np.timedelta64(1, "D")


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

    post: NDArray[np.int64]
    started: NDArray[np.datetime64]
    ended: NDArray[np.datetime64]
    agency: NDArray[np.bool_]


@dataclass(frozen=True)
class Aims:
    """What a group of posts looks like at the end of each month.

    Attributes
    ----------
    posts : int
    vacant : ndarray of int, shape (months,)
        Posts without anyone.
    agency : ndarray of int, shape (months,)
        Workers from an agency.
    leave, agency_leave : float
        Chance in a month that a permanent or an agency worker leaves.
    """

    posts: int
    vacant: NDArray[np.int64]
    agency: NDArray[np.int64]
    leave: float
    agency_leave: float


def stays(rng: np.random.Generator, starts: NDArray[np.datetime64], aims: Aims) -> Stays:
    """People who come and go, so that each month ends with the vacancies aimed at.

    Nobody leaves on the last day of a month, nobody comes before the one before has been gone
    for a day, and a post that has been empty longer is filled first.

    Parameters
    ----------
    rng : numpy.random.Generator
        As many uniforms are drawn whatever is aimed at.
    starts : ndarray of datetime64[D], shape (months + 1,)
        First days of the months, and the day after the last.
    aims : Aims
    """
    floor = _Floor.at_the_beginning(rng.random((3, aims.posts)), starts[0], aims)
    for month, drawn in enumerate(rng.random((len(starts) - 1, 4, aims.posts))):
        span = starts[month], starts[month + 1]
        floor.leave(drawn[:2], span, aims, month)
        floor.join(drawn[2:], span, aims, month)
    return floor.all_stays()


class _Floor:
    """The posts as they stand while the months pass, and the stays that have been."""

    def __init__(self, posts: int, day: np.datetime64) -> None:
        self.taken = np.zeros(posts, dtype=bool)
        self.agency = np.zeros(posts, dtype=bool)
        self.since = np.full(posts, day)
        """Day of coming where a post is taken, first day empty where it is not."""
        self.past: list[tuple[NDArray, NDArray, NDArray, NDArray]] = []

    @classmethod
    def at_the_beginning(cls, drawn: NDArray[np.float64], day: np.datetime64, aims: Aims) -> _Floor:
        floor = cls(aims.posts, day)
        order = np.argsort(drawn[0], kind="stable")
        people = order[int(aims.vacant[0]) :]
        floor.taken[people] = True
        floor.agency[people[: int(aims.agency[0])]] = True
        served = np.where(
            floor.agency, days_at(drawn[1], SERVED_BY_AGENCY), days_at(drawn[1], SERVED)
        )
        empty = (60 * drawn[2]).astype(np.int64)
        floor.since = day - np.where(floor.taken, served, empty) * _DAY
        return floor

    def leave(self, drawn: NDArray[np.float64], span: tuple, aims: Aims, month: int) -> None:
        """Some leave by chance; more, if the month is to end with more vacancies than that."""
        here = self.taken & (self.since < span[0])
        going = here & (drawn[0] < np.where(self.agency, aims.agency_leave, aims.leave))
        more = int(aims.vacant[month] - (~self.taken | going).sum())
        staying = np.flatnonzero(here & ~going)
        going[staying[np.argsort(drawn[0][staying], kind="stable")][: max(more, 0)]] = True
        posts = np.flatnonzero(going)
        days = (span[1] - span[0]).astype(np.int64) - 1
        ended = span[0] + (drawn[1][posts] * days).astype(np.int64) * _DAY
        self._note(posts, ended)
        self.taken[posts] = False
        self.since[posts] = ended

    def join(self, drawn: NDArray[np.float64], span: tuple, aims: Aims, month: int) -> None:
        """The posts that have been empty longest are filled until the aim is reached."""
        first = np.maximum(self.since + _DAY, span[0])
        open_posts = np.flatnonzero(~self.taken & (first < span[1]))
        wanted = max(int((~self.taken).sum() - aims.vacant[month]), 0)
        posts = open_posts[np.argsort(self.since[open_posts], kind="stable")][:wanted]
        days = (span[1] - first[posts]).astype(np.int64)
        missing = int(aims.agency[month] - (self.taken & self.agency).sum())
        self.since[posts] = first[posts] + (drawn[0][posts] * days).astype(np.int64) * _DAY
        self.taken[posts] = True
        self.agency[posts] = False
        order = np.argsort(drawn[1][posts], kind="stable")
        self.agency[posts[order][: max(missing, 0)]] = True

    def all_stays(self) -> Stays:
        """Every stay, those that have not ended last."""
        posts = np.flatnonzero(self.taken)
        self._note(posts, np.full(len(posts), _NEVER))
        return Stays(*(np.concatenate(column) for column in zip(*self.past, strict=True)))

    def _note(self, posts: NDArray[np.int64], ended: NDArray[np.datetime64]) -> None:
        self.past.append((posts, self.since[posts], ended, self.agency[posts]))
