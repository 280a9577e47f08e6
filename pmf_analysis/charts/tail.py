"""The end of a series that may still change: drawn apart, with where it could end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from pmf_analysis.charts import words
from pmf_analysis.charts.canvas import LINE, KeyEntry, text_width
from pmf_analysis.charts.marks import Floats
from pmf_analysis.charts.palette import Palette
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

WORD = State.PROVISIONAL.label
_DASHES = (0, (2.2, 1.8))


@dataclass(frozen=True)
class Tail:
    """The provisional figures at the end of a series.

    Attributes
    ----------
    first : int
        Place of the first of them; the number of periods where the last figure is not one.
    low, high : ndarray, shape (periods,)
        Where each could end once late entries are in, on the scale of the line; NaN where
        that is not known.
    basis : str
        What says how much is still to come.
    """

    first: int
    low: Floats
    high: Floats
    basis: str = ""

    @classmethod
    def of(cls, states: Sequence[State], low: Floats, high: Floats, basis: str = "") -> Tail:
        """The run of provisional figures that a series ends with."""
        first = len(states)
        while first and states[first - 1] is State.PROVISIONAL:
            first -= 1
        inside = np.arange(len(states)) >= first
        return cls(first, np.where(inside, low, np.nan), np.where(inside, high, np.nan), basis)

    def __bool__(self) -> bool:
        return self.first < len(self.low)

    @property
    def ranged(self) -> bool:
        """Whether it is known where any of the figures could end."""
        return bool((self.high > self.low).any())

    def before(self, values: Floats) -> Floats:
        """Values up to the tail."""
        return np.where(np.arange(len(values)) < self.first, values, np.nan)

    def within(self, values: Floats) -> Floats:
        """Values of the tail, with the one before it, so that a line joins on."""
        return np.where(np.arange(len(values)) >= self.first - 1, values, np.nan)


def dashes(**line: object) -> dict[str, object]:
    """A line as it is drawn through provisional figures."""
    return {**line, "linestyle": _DASHES}


def key_of(tail: Tail, palette: Palette) -> tuple[KeyEntry, ...]:
    """The mark of where figures could end, for the line of marks."""
    if not tail.ranged:
        return ()
    mark = {
        "marker": "|", "markersize": 11, "markeredgewidth": 6,
        "markeredgecolor": palette.chart["could_end"],
    }  # fmt: skip
    return (KeyEntry("where it could end", mark),)


def draw_ground(axes: Axes, tail: Tail, palette: Palette) -> None:
    """A quiet ground behind the tail."""
    if tail:
        axes.axvspan(
            tail.first - 0.5, len(tail.low), color=palette.chart["tail"], linewidth=0, zorder=0.4
        )


def draw_ends(axes: Axes, tail: Tail, colour: str, width: float, beside: float = 0.0) -> None:
    """A bar at each provisional figure, from the least to the most that it could become.

    Parameters
    ----------
    axes : Axes
    tail : Tail
    colour : str
    width : float
        In points.
    beside : float
        Steps to the right of the figure.
    """
    places = np.flatnonzero(tail.high > tail.low)
    axes.vlines(
        places + beside, tail.low[places], tail.high[places], color=colour, linewidth=width,
        zorder=2.2,
    )  # fmt: skip


def draw_word(
    axes: Axes, tail: Tail, drawn: Sequence[Floats], size: tuple[float, float], palette: Palette
) -> None:
    """The word at the right-hand end of the plot, at its head or foot, where more room is.

    Parameters
    ----------
    axes : Axes
    tail : Tail
    drawn : sequence of ndarray
        What is drawn in the plot, over its periods.
    size : tuple of float
        Width and height of the plot, in inches.
    palette : Palette
    """
    if not tail:
        return
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    covered = (text_width(WORD) + 0.15) / size[0] * (right - left)
    near = np.arange(len(tail.low)) >= min(right - covered, tail.first) - 1
    values = np.concatenate([np.broadcast_to(one, near.shape)[near] for one in drawn])
    values = values[np.isfinite(values)]
    room = LINE / size[1] * (high - low)
    at_head = not len(values) or high - values.max() >= min(values.min() - low, room * 1.5)
    axes.annotate(
        WORD, (1.0, 1.0 if at_head else 0.0), xycoords="axes fraction",
        xytext=(-3, -3 if at_head else 4), textcoords="offset points", ha="right",
        va="top" if at_head else "bottom", color=palette.quiet_text, style="italic", zorder=6,
    )  # fmt: skip


def said(states: Sequence[State], tail: Tail, timeline: Timeline, indicator: Indicator) -> str:
    """How many figures may still change, how they are drawn, and where the last could end."""
    count = sum(state is State.PROVISIONAL for state in states)
    if not count:
        return ""
    figures = f"{count} provisional figure{'s' if count > 1 else ''}"
    drawn = ", drawn hollow" + (" on a dashed line over a shaded end" if tail else "")
    text = f"{figures}{drawn}, may still change"
    places = np.flatnonzero(tail.high > tail.low)
    if not len(places):
        return f"{text}."
    last = places[-1]
    ends = (words.shown(float(side[last]), indicator) for side in (tail.low, tail.high))
    label = words.within_period(timeline.periods[int(last)].label)
    return f"{text}; {label} could end between {' and '.join(ends)} once late entries are in."
