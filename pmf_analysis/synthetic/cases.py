"""Cases: each referral, and the place that what comes of it is drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pmf_analysis.synthetic import structure, volumes
from pmf_analysis.synthetic.draws import days_in_months, events_by_month, pick
from pmf_analysis.synthetic.setting import Setting

Dates = NDArray[np.datetime64]
Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

ORDINARY, CONFERENCE, DISABLED, TRANSFER = range(4)
"""Kinds of case: without a conference; with one; with one by the disabled children's service;
a child who moves in with a plan."""

DISTRICTS = tuple(structure.DISTRICTS)
_SHARES = tuple(share for _, _, share in structure.DISTRICTS.values())

MONTHS_BEFORE = 9
"""Months of ordinary cases before the first day with records: so long an assessment can take."""
YEARS_OF_PLANS = 4
"""Years before the first day in which a plan that is open on it can have begun."""


@dataclass(frozen=True)
class Cases:
    """One item a referral, block by block, by date within a block.

    Attributes
    ----------
    blocks : tuple of (str, int, int)
        Name of a stretch that is drawn by itself, its first place, and the place after it.
    kind : ndarray of int, shape (n,)
    district : ndarray of int, shape (n,)
        Places in `DISTRICTS`.
    day : ndarray of datetime64[D], shape (n,)
    first : ndarray of int, shape (n,)
        Place of the first case of the household, those of which were referred together.
    rank, size : ndarray of int, shape (n,)
        Place in the household from 0, and how many it has.
    """

    blocks: tuple[tuple[str, int, int], ...]
    kind: NDArray[np.int64]
    district: NDArray[np.int64]
    day: Dates
    first: Places
    rank: NDArray[np.int64]
    size: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.day)

    @property
    def ordinary(self) -> Flags:
        """Which cases lead to no conference."""
        return self.kind == ORDINARY

    def drawn(self, setting: Setting, process: str, columns: int) -> NDArray[np.float64]:
        """Uniforms of a process, shape (columns, n), each block from a stream of its own."""
        parts = [
            setting.stream(process, name).random((after - begin, columns))
            for name, begin, after in self.blocks
        ]
        return np.concatenate(parts).T


def arrivals(setting: Setting) -> Cases:
    """Every referral of the county, and those before it that may still matter on its first day."""
    blocks = [_ordinary(setting, place) for place in range(len(DISTRICTS))]
    blocks += [
        _conferences(setting, code, CONFERENCE, volumes.CONFERENCES * share, volumes.SIBLINGS)
        for code, share in zip(DISTRICTS, _SHARES, strict=True)
    ]
    blocks.append(
        _conferences(setting, "disabled-children", DISABLED, volumes.DISABLED_CONFERENCES, (1.0,))
    )
    blocks.append(_conferences(setting, "transfer", TRANSFER, volumes.TRANSFERS, volumes.SIBLINGS))
    return _joined(blocks)


@dataclass(frozen=True)
class _Block:
    name: str
    kind: int
    district: NDArray[np.int64]
    day: Dates
    household: NDArray[np.int64]


def _ordinary(setting: Setting, place: int) -> _Block:
    rng = setting.stream("referral", DISTRICTS[place])
    starts = month_starts(setting, MONTHS_BEFORE)
    expected = volumes.ORDINARY * _SHARES[place] * setting.scale * season_of(starts[:-1])
    counts = events_by_month(rng, expected)
    days = np.sort(days_in_months(rng, starts, counts, volumes.REFERRAL_WEEKDAYS))
    ends = np.cumsum(1 + pick(rng, len(days), volumes.HOUSEHOLDS))
    turn = np.searchsorted(ends, np.arange(len(days)), side="right")
    month = np.repeat(np.arange(len(counts)), counts)
    begins = np.ones(len(days), dtype=bool)
    begins[1:] = (turn[1:] != turn[:-1]) | (month[1:] != month[:-1])
    household = np.cumsum(begins) - 1
    return _Block(
        f"ordinary/{DISTRICTS[place]}", ORDINARY, np.full(len(days), place),
        days[np.flatnonzero(begins)][household], household,
    )  # fmt: skip


def _conferences(
    setting: Setting, name: str, kind: int, children: float, sizes: Sequence[float]
) -> _Block:
    rng = setting.stream("conference families", name)
    starts = month_starts(setting, 12 * YEARS_OF_PLANS)
    mean = sum(share * size for size, share in enumerate(sizes, start=1))
    counts = events_by_month(rng, children / mean * setting.scale * season_of(starts[:-1]))
    days = np.sort(days_in_months(rng, starts, counts))
    number = 1 + pick(rng, len(days), sizes)
    homes = pick(rng, len(days), _SHARES)
    if name in DISTRICTS:
        homes = np.full(len(days), DISTRICTS.index(name))
    household = np.repeat(np.arange(len(days)), number)
    return _Block(f"conference/{name}", kind, homes[household], days[household], household)


def month_starts(setting: Setting, before: int) -> Dates:
    """First days of months from some before the records on, and the day after the last one."""
    first = setting.starts[0].astype("datetime64[M]")
    after = setting.starts[-1].astype("datetime64[M]")
    return np.arange(first - before, after + 1).astype("datetime64[D]")


def season_of(starts: Dates) -> NDArray[np.float64]:
    """Factors of months by their time of year."""
    return np.array(volumes.SEASON)[starts.astype("datetime64[M]").astype(np.int64) % 12]


def _joined(parts: list[_Block]) -> Cases:
    lengths = [len(part.day) for part in parts]
    begins = np.concatenate([[0], np.cumsum(lengths)])
    firsts, ranks, sizes = [], [], []
    for part, begin in zip(parts, begins, strict=False):
        household, first, size = part.household, *_households(part.household)
        firsts.append(begin + first[household])
        ranks.append(np.arange(len(household)) - first[household])
        sizes.append(size[household])
    return Cases(
        blocks=tuple(
            (part.name, int(begin), int(begin) + length)
            for part, begin, length in zip(parts, begins, lengths, strict=False)
        ),
        kind=np.repeat([part.kind for part in parts], lengths),
        district=np.concatenate([part.district for part in parts]),
        day=np.concatenate([part.day for part in parts]),
        first=np.concatenate(firsts),
        rank=np.concatenate(ranks),
        size=np.concatenate(sizes),
    )


def _households(household: NDArray[np.int64]) -> tuple[Places, NDArray[np.int64]]:
    """First place and size of each household, which stand one after the other."""
    _, first, size = np.unique(household, return_index=True, return_counts=True)
    return first, size
