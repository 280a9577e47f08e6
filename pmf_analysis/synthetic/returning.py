"""Which child each case is of: children who come back, exactly as many as are drawn to.

A case drawn to be of a child referred in the 12 months before is given one whose last referral
was then and who has nothing open. Every other case is of a child who was not referred in those
months: one not known before, or one last referred more than 13 months before.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.synthetic import volumes
from pmf_analysis.synthetic.cases import (
    CONFERENCE,
    MONTHS_BEFORE,
    TRANSFER,
    Cases,
    Dates,
    Flags,
    Places,
    month_starts,
)
from pmf_analysis.synthetic.households import CHILDHOOD, OLDEST_WITH_PLAN
from pmf_analysis.synthetic.prospects import Prospects
from pmf_analysis.synthetic.setting import Setting

WITHIN, BEYOND = 350, 400
"""Days since the last referral that are surely within 12 months, and surely beyond."""
LONGEST_AGO = 30
"""Months back to which children last referred long ago are looked for."""
UNTIL_PLANNED = 240
"""Days from a referral to the conference that follows it, at most."""
LONGEST = 155
"""Days from a referral to the end of its assessment, at most."""


def known_families(
    cases: Cases, born: Dates, prospects: Prospects
) -> tuple[Places, NDArray[np.int64]]:
    """Cases of families who had a plan in the records, and how many plans each child had before.

    A family whose earlier plan is to be known is the one of its kind, district and size whose
    plan has been over for longest, if there is one.

    Returns
    -------
    tuple of (ndarray of int, ndarray of int)
        Place of each child's first case, by case (a case of its own if there is none before);
        and plans before, by case.
    """
    owner = np.arange(len(cases))
    before = prospects.before.copy()
    waiting: dict[tuple[int, ...], deque[int]] = {}
    days = cases.day.astype(np.int64)
    # the last case of a household is of its eldest
    eldest_born = born[owner + cases.size - 1 - cases.rank].astype(np.int64)
    free = days + np.maximum(UNTIL_PLANNED + prospects.lasts, BEYOND)
    heads = np.flatnonzero((cases.rank == 0) & ~cases.ordinary)
    heads = heads[np.lexsort((heads, cases.day[heads]))]
    may_follow = prospects.planned & (cases.kind != TRANSFER) & ~may_return(cases, prospects)
    for head in heads.tolist():
        size = int(cases.size[head])
        alike = int(cases.kind[head]), int(cases.district[head]), size
        line = waiting.setdefault(alike, deque())
        family = np.arange(head, head + size)
        if prospects.known_family[head]:
            earlier = _first_free(line, free, eldest_born, int(days[head]))
            if earlier >= 0:
                theirs = np.arange(earlier, earlier + size)
                owner[family] = owner[theirs]
                before[family] = before[theirs] + 1
                eldest_born[head] = eldest_born[earlier]
        if may_follow[head]:
            line.append(head)
    return owner, before


def _first_free(
    line: deque[int], free: NDArray[np.int64], eldest_born: NDArray[np.int64], day: int
) -> int:
    """The family that has waited longest, if its plan is over; those grown too old leave."""
    while line and free[line[0]] < day:
        head = line.popleft()
        if day - eldest_born[head] <= OLDEST_WITH_PLAN:
            return head
    return -1


def may_return(cases: Cases, prospects: Prospects) -> Flags:
    """Which cases may be of a child referred in the 12 months before."""
    alone = (cases.kind == CONFERENCE) & (cases.size == 1) & (prospects.before == 0)
    return cases.ordinary | alone


def children(
    setting: Setting, cases: Cases, owner: Places, born: Dates, may: Flags,
    busy: NDArray[np.int64], slow: Flags,
) -> Places:  # fmt: skip
    """Place of the first case of each case's child.

    Parameters
    ----------
    setting : Setting
    cases : Cases
    owner : ndarray of int, shape (n,)
        Of `known_families`.
    born : ndarray of datetime64[D], shape (n,)
    may : ndarray of bool, shape (n,)
        Of `may_return`.
    busy : ndarray of int, shape (n,)
        Days for which something of an ordinary case is open at most, whatever stories are
        planted.
    slow : ndarray of bool, shape (n,)
        Cases whose child's assessments take `LONGEST` days at most.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    drawn = cases.drawn(setting, "again", 1)[0]
    share = volumes.REFERRED_AGAIN * volumes.REFERRALS / _may_come_back()
    soon = may & (drawn < share)
    late = cases.ordinary & ~soon & (drawn > 1 - volumes.REFERRED_LONG_AGO)
    calls = (
        _Call(soon & cases.ordinary, 12, 1, CHILDHOOD),
        _Call(soon & ~cases.ordinary, 12, 1, OLDEST_WITH_PLAN),
        _Call(late, LONGEST_AGO, 13, CHILDHOOD),
    )
    owner = owner.copy()
    latest = np.zeros(len(cases), dtype=bool)
    order = np.argsort(cases.day, kind="stable")
    starts = month_starts(setting, MONTHS_BEFORE)
    place = np.searchsorted(cases.day[order], starts)
    for month, (begin, after) in enumerate(pairwise(place)):
        now = order[begin:after]
        rng = setting.stream("again", str(starts[month]))
        for call in calls:
            known = order[
                place[max(0, month - call.oldest)] : place[max(0, month - call.newest + 1)]
            ]
            known = known[latest[known] & cases.ordinary[known]]
            idle = np.where(slow[owner[known]], LONGEST, busy[known])
            fits = call.fits(cases.day[known], born[owner[known]], idle, starts[month : month + 2])
            ours, theirs = _matched(rng, now[call.wanted[now]], known[fits], cases.district)
            owner[ours] = owner[theirs]
            latest[theirs] = False
        latest[now] = True
    return owner


@dataclass(frozen=True)
class _Call:
    """Cases that are to be of known children, and of which.

    Attributes
    ----------
    wanted : ndarray of bool, shape (n,)
    oldest, newest : int
        Months back in which the child was last referred.
    youth : int
        Days of age at most.
    """

    wanted: Flags
    oldest: int
    newest: int
    youth: int

    def fits(self, last: Dates, born: Dates, idle: NDArray[np.int64], month: Dates) -> Flags:
        """Which known children it may be, in a month given by its first day and the day after."""
        begin, after = month
        young = after - born <= np.timedelta64(self.youth, "D")
        if self.newest > 1:
            return young & (begin - last > np.timedelta64(BEYOND, "D"))
        over = begin - last > idle.astype("timedelta64[D]")
        return young & over & (after - last <= np.timedelta64(WITHIN, "D"))


def _may_come_back() -> float:
    """Mean referrals a month that may be of a child come back, at scale 1."""
    alone = volumes.SIBLINGS[0] / sum(
        share * size for size, share in enumerate(volumes.SIBLINGS, start=1)
    )
    return volumes.ORDINARY + volumes.CONFERENCES * alone * (1 - volumes.PLANNED_BEFORE)


def _matched(
    rng: np.random.Generator, wanted: Places, known: Places, district: NDArray[np.int64]
) -> tuple[Places, Places]:
    """Cases, each with one of the known cases of its district; none is taken twice."""
    known = known[np.lexsort((rng.random(len(known)), district[known]))]
    wanted = wanted[np.argsort(district[wanted], kind="stable")]
    homes = district[known]
    turn = np.arange(len(wanted)) - np.searchsorted(district[wanted], district[wanted])
    at = np.searchsorted(homes, district[wanted]) + turn
    found = at < np.searchsorted(homes, district[wanted], side="right")
    return wanted[found], known[at[found]]
