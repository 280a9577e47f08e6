"""Many series in one array: which points belong together, and sums, ranges and runs of each.

The points of a segment stand next to each other in order of time; ``group`` numbers the
segments 0, 1, ... in the order in which they stand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pmf_analysis.errors import TableError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.object_]

# a point this close to a line, as a share of the largest figure, lies on it: room for the
# last bits of a float only
ON_THE_LINE = 1e-10


def numbers(values: ArrayLike, largest: float) -> Floats:
    """Figures as floats; refuses those that are no numbers, or larger than a method can take."""
    value = np.asarray(values, dtype=float)
    if wrong := int((~np.isfinite(value)).sum()):
        raise TableError(
            f"{wrong} of {len(value)} values to chart are not numbers",
            "finite numbers only; leave out the periods without one",
        )
    if len(value) and np.abs(value).max() > largest:
        raise TableError(
            f"A value to chart is {value[np.abs(value).argmax()]:g}",
            f"figures between {-largest:g} and {largest:g}",
        )
    return value


def grouped(segment: ArrayLike, points: int | None = None) -> tuple[Ints, Ints]:
    """Number the segments, and say at which point each starts; refuses a scattered segment."""
    given = np.asarray(segment)
    _of_length(given, given.size if points is None else points, "numbers of segments")
    starts = np.ones(len(given), dtype=bool)
    starts[1:] = given[1:] != given[:-1]
    first = np.flatnonzero(starts)
    if len(np.unique(given[first])) != len(first):
        raise TableError(
            "The points of a segment do not stand together",
            "each segment's points next to each other, in order of time",
        )
    return np.cumsum(starts) - 1, first


def joined(place: Ints, follows: ArrayLike | None) -> Flags:
    """Whether each point follows at once on the point before, in the same segment."""
    within = place > 0
    if follows is None:
        return within
    given = np.asarray(follows, dtype=bool)
    _of_length(given, len(place), "marks of what follows at once")
    return within & given


def _of_length(given: NDArray, points: int, what: str) -> None:
    if given.shape != (points,):
        raise TableError(f"{given.size} {what} for {points} points", "one for each point")


def baseline(place: Ints, fix_after: ArrayLike | None, kept: Flags | None = None) -> Flags:
    """Whether the lines rest on each point: the first so many of a segment, or all where NaN.

    ``kept`` says which of the points that ``fix_after`` is given for have a place.
    """
    if fix_after is None:
        return np.ones(len(place), dtype=bool)
    given = np.asarray(fix_after, dtype=float)
    if (given < 1).any():
        raise TableError(
            f"A baseline of {np.nanmin(given):g} points", "at least one point, or NaN for all"
        )
    if given.ndim and kept is not None:
        given = given[kept]
    return np.isnan(given) | (place < given)


def total(values: Floats, group: Ints, chosen: Flags, groups: int) -> Floats:
    """Sum of the chosen points of each segment."""
    return np.bincount(group[chosen], weights=values[chosen], minlength=groups)


def ratio(above: Floats, below: NDArray) -> Floats:
    """One over the other; NaN where the lower is not above 0."""
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def moving_ranges(values: Floats, pairs: Flags) -> Floats:
    """Distance of each point from the one before; NaN where the two are no pair."""
    found = np.full(len(values), np.nan)
    found[1:] = np.abs(np.diff(values))
    found[~pairs] = np.nan
    return found


class Ranges(NamedTuple):
    """Moving ranges of each segment, shape (segments,).

    ``every`` is the mean of all, ``usual`` of those that are not extreme, ``count`` how many
    there are and ``extreme`` how many of them are.
    """

    every: Floats
    usual: Floats
    count: Floats
    extreme: Floats

    def mean(self, screen: bool, spiked: Flags) -> Floats:
        """The mean that limits rest on: extreme ranges left out, unless a spike would decide."""
        return np.where(spiked | (not screen), self.every, self.usual)


def mean_range(moving_range: Floats, group: Ints, groups: int, factor: float) -> Ranges:
    """Mean moving range of each segment; those of ``factor`` times their mean are extreme."""
    given = ~np.isnan(moving_range)
    count = np.bincount(group[given], minlength=groups).astype(float)
    every = ratio(total(moving_range, group, given, groups), count)
    kept = given & (moving_range < factor * every[group])
    left = np.bincount(group[kept], minlength=groups)
    usual = ratio(total(moving_range, group, kept, groups), left)
    # where only ranges of zero would be left, none is extreme: limits must not fall together
    whole = ~(usual > 0)
    return Ranges(every, np.where(whole, every, usual), count, np.where(whole, 0.0, count - left))


def spiked(
    away: Floats, reach: Floats, group: Ints, base: Flags, found: Ranges, share: float
) -> Flags:
    """Whether single points alone drew the mean of a segment away from its other points.

    So where more than a share of the points would lie beyond the limits on one side, because no
    more points than there are extreme ranges hold the mean on the other: nearly equal figures and a
    spike. ``away`` is the distance from the mean, ``reach`` that of the limits, of each point.
    """
    groups = len(found.count)
    number = np.bincount(group[base], minlength=groups)
    drawn = np.zeros(groups, dtype=bool)
    for way in (1, -1):
        beyond = np.bincount(group[base & (way * away > reach)], minlength=groups)
        opposite = np.bincount(group[base & (way * away < 0)], minlength=groups)
        drawn |= (beyond > share * number) & (opposite <= found.extreme)
    return drawn


def prevails(value: Floats, group: Ints, groups: int, share: float) -> Flags:
    """Whether one value makes up more than a share of the figures of each point's segment."""
    order = np.lexsort((value, group))
    ordered, owner = value[order], group[order]
    room = slack(value, group)[order]
    new = np.ones(len(value), dtype=bool)
    new[1:] = (owner[1:] != owner[:-1]) | (np.diff(ordered) > room[1:])
    size = np.bincount(np.cumsum(new) - 1)
    most = np.zeros(groups, dtype=np.int64)
    np.maximum.at(most, owner[new], size)
    return (most > share * np.bincount(group, minlength=groups))[group]


def slack(value: Floats, group: Ints) -> Floats:
    """How far from a line a point still lies on it."""
    largest = np.zeros(group[-1] + 1 if len(group) else 0)
    np.maximum.at(largest, group, np.abs(value))
    return ON_THE_LINE * largest[group]


def sign(difference: Floats, room: Floats) -> Ints:
    """1 above, -1 below, 0 on the line."""
    return (difference > room).astype(np.int64) - (difference < -room)


def runs(signs: Ints, pairs: Flags) -> tuple[Ints, Ints, Ints]:
    """Number of each point's run of one sign, where runs start, and their lengths."""
    starts = np.ones(len(signs), dtype=bool)
    starts[1:] = ~pairs[1:] | (signs[1:] != signs[:-1])
    run = np.cumsum(starts) - 1
    return run, np.flatnonzero(starts), np.bincount(run) if len(run) else run
