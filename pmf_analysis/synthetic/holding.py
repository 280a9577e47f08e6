"""One team at a time: from all who would hold a child's case to the one who does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.synthetic.care_days import NEVER

Numbers = NDArray[np.int64]

_SPAN = 2 * NEVER
"""Days that one child's stretch of the line takes, when all children stand on one line."""


@dataclass(frozen=True)
class Spells:
    """Stretches of days of children with teams; one item a stretch.

    Attributes
    ----------
    child : ndarray of int, shape (n,)
        Number of the child.
    team : ndarray of int, shape (n,)
        Place of the team in a list.
    start, end : ndarray of int, shape (n,)
        First day, and first day after, as days since 1970; `NEVER` where it has not ended.
    """

    child: Numbers
    team: Numbers
    start: Numbers
    end: Numbers

    def __len__(self) -> int:
        return len(self.child)

    def at(self, chosen: NDArray) -> Spells:
        """Those chosen, by flags or places."""
        return Spells(*(getattr(self, one.name)[chosen] for one in fields(self)))

    @classmethod
    def together(cls, parts: Sequence[Spells]) -> Spells:
        """Several one after the other."""
        return cls(
            *(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls))
        )


def one_at_a_time(levels: Sequence[Spells]) -> Spells:
    """Who holds each child on each day: the highest level with a claim.

    Parameters
    ----------
    levels : sequence of Spells
        Claims, lowest level first. Within a level the earlier one has the child until it ends.

    Returns
    -------
    Spells
        Sorted by child and day, without overlap; neighbouring ones have different teams or a
        gap between them.
    """
    cut = [_without_overlap(one) for one in levels]
    claims = Spells.together(cut)
    if not len(claims):
        return claims
    return _joined(_ruling(claims, np.repeat(np.arange(len(cut)), [len(one) for one in cut])))


def _without_overlap(claims: Spells) -> Spells:
    claims = claims.at(claims.end > claims.start)
    claims = claims.at(np.lexsort((claims.end, claims.start, claims.child)))
    ends = np.maximum.accumulate(claims.child * _SPAN + claims.end)
    before = np.concatenate([[-1], ends[:-1]]) if len(claims) else ends
    start = np.maximum(claims.start, before - claims.child * _SPAN)
    return Spells(claims.child, claims.team, start, claims.end).at(start < claims.end)


def _ruling(claims: Spells, level: Numbers) -> Spells:
    """The claim of the highest level between each two days on which something changes."""
    number = np.arange(1, len(claims) + 1)
    child = np.concatenate([claims.child, claims.child])
    day = np.concatenate([claims.start, claims.end])
    order = np.lexsort((day, child))
    changes = np.concatenate([number, -number])[order]
    at_level = np.concatenate([level, level])[order]
    child, day = child[order], day[order]
    ruling = np.zeros(len(day), dtype=np.int64)
    for one in range(int(level.max()) + 1):
        # within a level one claim at most is open: the sum is its number
        held = np.cumsum(np.where(at_level == one, changes, 0))
        ruling = np.where(held > 0, held, ruling)
    last = np.ones(len(day), dtype=bool)
    last[:-1] = (child[1:] != child[:-1]) | (day[1:] != day[:-1])
    child, day, ruling = child[last], day[last], ruling[last]
    until = np.concatenate([day[1:], [NEVER]])
    found = np.flatnonzero(ruling > 0)
    return Spells(child[found], claims.team[ruling[found] - 1], day[found], until[found])


def _joined(spells: Spells) -> Spells:
    """Neighbouring stretches with the same team as one; in order of child and day."""
    begins = np.ones(len(spells), dtype=bool)
    begins[1:] = (
        (spells.child[1:] != spells.child[:-1])
        | (spells.team[1:] != spells.team[:-1])
        | (spells.start[1:] != spells.end[:-1])
    )
    first = np.flatnonzero(begins)
    last = np.concatenate([first[1:], [len(spells)]]) - 1
    return Spells(spells.child[first], spells.team[first], spells.start[first], spells.end[last])


def handed_over(spells: Spells, team: int, day: int, into: int) -> Spells:
    """The stretches of a team that ends on a day, going on with another one from there."""
    ours = spells.team == team
    spanning = ours & (spells.start < day) & (spells.end > day)
    before = Spells(
        spells.child,
        np.where(ours & (spells.start >= day), into, spells.team),
        spells.start,
        np.where(spanning, day, spells.end),
    )
    rest = spells.at(spanning)
    after = Spells(rest.child, np.full(len(rest), into), np.full(len(rest), day), rest.end)
    return Spells.together([before, after])
