"""What is usual, as a band; and the level of a series since a change that was confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from pmf_analysis import periods
from pmf_analysis.charts import words
from pmf_analysis.charts.marks import EndLabel, Floats, runs
from pmf_analysis.charts.palette import Palette
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.register.models import Indicator

Stairs = tuple[list[float], list[float]]


class Level(NamedTuple):
    """The average of a series since a change that is unlikely to be chance.

    Attributes
    ----------
    since : str
        Code of its first period.
    value : float
        In the indicator's unit.
    """

    since: str
    value: float


def stairs(values: Floats, segment: Sequence[object]) -> list[Stairs]:
    """Lines along values that hold for a period each, one for each stretch without a gap.

    Parameters
    ----------
    values : ndarray, shape (periods,)
        NaN where there is none.
    segment : sequence
        A change in it ends a line.

    Returns
    -------
    list of (places, values)
        Corners alone, from half a step before the first to half a step after the last.
    """
    found: list[Stairs] = []
    end, before = -1, None
    for first, last, value in runs(values, segment):
        if first != end + 1 or segment[first] != before:
            found.append(([], []))
        places, heights = found[-1]
        places += [first - 0.5, last + 0.5]
        heights += [value, value]
        end, before = last, segment[first]
    return found


def draw_band(
    axes: Axes, lower: Floats, upper: Floats, segment: Sequence[object], palette: Palette
) -> None:
    """The ground between the limits, with a quiet line along each.

    Where limits differ from period to period the band has steps.
    """
    line = {"color": palette.chart["limits"], "linewidth": 0.9, "linestyle": (0, (4, 2.5))}
    for low, high in zip(stairs(lower, segment), stairs(upper, segment), strict=True):
        axes.fill(
            [*high[0], *low[0][::-1]], [*high[1], *low[1][::-1]],
            color=palette.chart["usual"], linewidth=0, zorder=0.5,
        )  # fmt: skip
        for places, heights in (low, high):
            axes.plot(places, heights, solid_joinstyle="miter", zorder=1.7, **line)


def draw_level(axes: Axes, level: Level | None, timeline: Timeline, palette: Palette) -> None:
    """A strong line at the level, from the change on."""
    if level is not None:
        first = timeline.place(level.since) - 0.5
        axes.plot(
            [max(first, -0.5), len(timeline) - 0.5], [level.value] * 2,
            color=palette.text, linewidth=2.2, solid_capstyle="butt", zorder=3.1,
        )  # fmt: skip


def level_label(level: Level | None, indicator: Indicator, palette: Palette) -> list[EndLabel]:
    """The label of the level at its right-hand end."""
    if level is None:
        return []
    text = f"level since change {words.short(level.value, indicator)}"
    return [EndLabel(level.value, text, palette.text, bold=True)]


def said_of_level(level: Level | None, indicator: Indicator) -> str:
    """The level in a sentence, for those who do not see it."""
    if level is None:
        return ""
    since = words.within_period(periods.parse(level.since).label)
    return (
        f"The strong line is the level since {since}, {words.shown(level.value, indicator)}: "
        "a change that is unlikely to be chance, whatever else is looked at."
    )
