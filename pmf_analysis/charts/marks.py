"""Marks and lines that charts over time share, and their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from pmf_analysis import formats
from pmf_analysis.charts.canvas import (
    LINE,
    KeyEntry,
    drawable,
    shortened,
    spread,
    text_width,
)
from pmf_analysis.charts.palette import Palette
from pmf_analysis.charts.timeline import Timeline, stretches
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State, Variation

Floats = NDArray[np.float64]

DOUBTED = "doubted"
"""Meaning of an improvement that its own records put in doubt; drawn as what is only unusual."""

_MEANINGS = {
    "improvement": ("^", "improvement: unlikely to be chance", "improvement"),
    "concern": ("D", "concern: unlikely to be chance", "concern"),
    "neutral": ("s", "unusual: unlikely to be chance", "neutral"),
    DOUBTED: ("s", "in doubt until it is explained", "neutral"),
}
_ROWS_OF_BREAKS = 3


class BreakMark(NamedTuple):
    """A registered break or rebase, as a chart shows it.

    Attributes
    ----------
    period : str
        Code of the first period after it.
    label : str
        A few words, beside its line.
    detail : str
        What else the caption says of it.
    action : bool
        Whether it is something that was done, and not a break of the series.
    """

    period: str
    label: str
    detail: str = ""
    action: bool = False


@dataclass(frozen=True)
class EndLabel:
    """A label at the right-hand end of a line."""

    place: float
    text: str
    colour: str
    bold: bool = False


def floats(series: pd.DataFrame, column: str) -> Floats:
    """A column as numbers; all NaN where the table lacks it."""
    if column not in series.columns:
        return np.full(len(series), np.nan)
    return pd.to_numeric(series[column], errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def texts(series: pd.DataFrame, column: str) -> list[str]:
    """A column as text; empty where there is none or the table lacks it."""
    if column not in series.columns:
        return [""] * len(series)
    return ["" if pd.isna(value) else str(value) for value in series[column]]


def states(series: pd.DataFrame, column: str = "state") -> list[State]:
    """States of a column; not given where a period has no row."""
    return [State(code) if code else State.NOT_GIVEN for code in texts(series, column)]


def meaning(variation: str, doubt: str = "") -> str:
    """``improvement``, ``concern`` or ``neutral``, or nothing for usual variation.

    Where there is a doubt, an improvement is `DOUBTED`.
    """
    if variation in ("", Variation.COMMON_CAUSE.value, Variation.NOT_TESTED.value):
        return ""
    meant = Variation(variation).value.rsplit("_", 1)[0]
    return DOUBTED if doubt and meant == "improvement" else meant


def special_marker(kind: str, palette: Palette, size: float = 9) -> dict[str, object]:
    """How a special cause is drawn: a shape of its own, then a colour."""
    marker, _, colour = _MEANINGS[kind]
    return {
        "marker": marker, "markersize": size, "markerfacecolor": palette.chart[colour],
        "markeredgecolor": palette.text, "markeredgewidth": 0.8,
    }  # fmt: skip


def hollow(palette: Palette, size: float = 6) -> dict[str, object]:
    """How a provisional figure is drawn."""
    return {
        "marker": "o", "markersize": size, "markerfacecolor": palette.ground,
        "markeredgecolor": palette.chart["series"], "markeredgewidth": 1.5,
    }  # fmt: skip


def gap(palette: Palette) -> dict[str, object]:
    """How a period without a published figure is marked."""
    return {
        "marker": "x", "markersize": 6, "markeredgecolor": palette.outline, "markeredgewidth": 1.3
    }  # fmt: skip


def published(palette: Palette) -> dict[str, object]:
    """How a figure is marked as it was published, where it is another one now."""
    return {
        "marker": "_", "markersize": 11, "markeredgecolor": palette.text, "markeredgewidth": 2
    }  # fmt: skip


def key_of_published(values: Floats, palette: Palette) -> tuple[KeyEntry, ...]:
    """The mark of a figure as published, where the plot holds one."""
    there = np.isfinite(values).any()
    return (KeyEntry("as published on closing", published(palette)),) if there else ()


def key_of(
    kinds: Iterable[str], provisional: bool, gaps: bool, palette: Palette
) -> tuple[KeyEntry, ...]:
    """The line of marks above a plot: only those that it holds."""
    present = set(kinds)
    entries = [
        KeyEntry(word, special_marker(kind, palette))
        for kind, (_, word, _) in _MEANINGS.items()
        if kind in present
    ]
    if provisional:
        entries.append(KeyEntry("provisional", hollow(palette)))
    if gaps:
        entries.append(KeyEntry("no figure published", gap(palette)))
    return tuple(entries)


def runs(values: Floats, *more: Sequence[object]) -> list[tuple[int, int, float]]:
    """Stretches of one value, as first place, last place, value; gaps are left out.

    Parameters
    ----------
    values : ndarray of float
    *more : sequence
        A change in one of these ends a stretch as well.
    """
    found: list[tuple[int, int, float]] = []
    before: tuple[object, ...] | None = None
    for place, value in enumerate(values):
        if np.isnan(value):
            before = None
            continue
        here = (float(value), *(other[place] for other in more))
        if here == before:
            first, _, kept = found[-1]
            found[-1] = (first, place, kept)
        else:
            found.append((place, place, float(value)))
        before = here
    return found


def draw_steps(axes: Axes, values: Floats, more: Sequence[object], **line: object) -> None:
    """A level that holds for a stretch and then changes, without a slope between."""
    for first, last, value in runs(values, more):
        axes.plot([first - 0.5, last + 0.5], [value, value], solid_capstyle="butt", **line)


def draw_line(axes: Axes, values: Floats, era: Sequence[str], **line: object) -> None:
    """A line through neighbouring periods; gaps stay gaps, and no line spans a break."""
    for first, last in stretches(era):
        # a row that is not there has no era of its own: it only leaves its gap
        axes.plot(np.arange(first, last + 1), values[first : last + 1], **line)


def held(levels: Floats) -> Floats:
    """Levels that hold on through periods without a row."""
    return pd.Series(levels).ffill().to_numpy()


def draw_levels(axes: Axes, target: Floats, floor: Floats, palette: Palette) -> None:
    """Target as a solid line, floor as a dotted one, each stepped where it changes."""
    whole = [""] * len(target)
    draw_steps(axes, target, whole, color=palette.chart["target"], linewidth=2)
    draw_steps(
        axes, floor, whole, color=palette.chart["floor"], linewidth=1.6, linestyle=(0, (1, 1.3))
    )


def value_axis(axes: Axes, low: float, high: float, indicator: Indicator, palette: Palette) -> None:
    """Five or so labelled values, with quiet lines across."""
    axes.set_ylim(low, high)
    locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=high - low > 5)
    axes.yaxis.set_major_locator(locator)
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: tick(value, low, high, indicator))
    )
    axes.grid(axis="y", color=palette.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.spines[["top", "right", "left"]].set_visible(False)


def tick(value: float, low: float, high: float, indicator: Indicator) -> str:
    """A value as the axis prints it."""
    decimals = 0 if high - low > 5 else 1 if high - low > 0.5 else 2
    return formats.number(value, decimals) + ("%" if indicator.unit == "percent" else "")


def time_axis(axes: Axes, timeline: Timeline, palette: Palette, width: float) -> None:
    """Labels of a few periods along the foot, as many as a width in inches has room for."""
    widest = max(text_width(label) for label in timeline.ticks(most=len(timeline) + 1)[1])
    places, labels = timeline.ticks(most=max(2, min(8, int(width / (widest + 0.25)))))
    axes.set_xlim(-0.7, max(len(timeline) - 0.3, 0.7))
    axes.set_xticks(places, labels)
    axes.tick_params(axis="x", length=4, color=palette.outline)


def value_range(indicator: Indicator, *values: Floats) -> tuple[float, float]:
    """Lowest and highest value of the axis, with room; zero where it is near.

    Parameters
    ----------
    indicator : Indicator
    *values : ndarray
        All that must be seen.
    """
    every = np.concatenate([part.ravel() for part in values])
    every = every[np.isfinite(every)]
    if not len(every):
        return 0.0, 1.0
    low, high = float(every.min()), float(every.max())
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    near_zero = low >= 0 and low <= 0.5 * high
    bottom = 0.0 if near_zero else low - room
    top = high + room
    if indicator.unit == "percent":
        top = min(top, 100 + (high - low) * 0.04) if high <= 100 else top
        bottom = max(bottom, 0.0) if low >= 0 else bottom
    return (bottom, top) if top > bottom else (bottom, bottom + 1.0)


def scale_note(low: float) -> str:
    """A sentence where the axis does not start at zero, or nothing."""
    return "" if low == 0 else "The vertical axis does not start at zero."


def right_of(labels: Sequence[EndLabel]) -> float:
    """Inches that labels at the right-hand end need."""
    widths = [text_width(drawable(label.text), bold=label.bold) for label in labels]
    return 0.3 + max(widths, default=0.0)


def draw_end_labels(
    axes: Axes, labels: Sequence[EndLabel], low: float, high: float, height: float
) -> None:
    """Labels at the right-hand end, moved apart where they would cover each other."""
    step = LINE * 0.92 * (high - low) / height
    places = spread([label.place for label in labels], step, low, high)
    for label, place in zip(labels, places, strict=True):
        axes.annotate(
            drawable(label.text), (1.0, place), xycoords=("axes fraction", "data"),
            xytext=(8, 0), textcoords="offset points", va="center_baseline",
            color=label.colour, weight="bold" if label.bold else "normal", annotation_clip=False,
        )  # fmt: skip


@dataclass(frozen=True)
class PlacedBreak:
    """A break on the time axis, with its label's row and place."""

    place: float
    text: str
    row: int
    left: bool
    """Whether the label stands to the left of the line."""
    action: bool = False


def place_breaks(
    breaks: Sequence[BreakMark | tuple[str, str]], timeline: Timeline, width: float
) -> list[PlacedBreak]:
    """Where the labels of breaks go: in rows above the plot, none over another.

    Parameters
    ----------
    breaks : sequence of BreakMark or (period code, label)
        Those off the axis are left out.
    timeline : Timeline
    width : float
        Inches of the plot.

    Returns
    -------
    list of PlacedBreak
        A letter stands for a label that finds no room; the caption spells it out.
    """
    inch = width / (max(len(timeline) - 0.3, 0.7) + 0.7)
    ends: list[float] = []
    placed = []
    for number, mark in enumerate(within(breaks, timeline)):
        place = timeline.place(mark.period) - 0.5
        at = (place + 0.7) * inch
        text = shortened(mark.label, min(3.4, max(at, width - at) - 0.1))
        for candidate in (text, letter(number)):
            wide = text_width(candidate) + 0.12
            left = at + wide > width
            start, end = (at - wide, at) if left else (at, at + wide)
            row = next((row for row, taken in enumerate(ends) if start >= taken), len(ends))
            if row < _ROWS_OF_BREAKS:
                break
        row = min(row, _ROWS_OF_BREAKS - 1)
        if row == len(ends):
            ends.append(0.0)
        ends[row] = max(end + 0.1, ends[row])
        placed.append(PlacedBreak(place, candidate, row, left, mark.action))
    return placed


def within(breaks: Sequence[BreakMark | tuple[str, str]], timeline: Timeline) -> list[BreakMark]:
    """The breaks that lie on the axis, in order of time."""
    marked = [BreakMark(*one) for one in breaks]
    on_axis = [one for one in marked if 0 < timeline.place(one.period) < len(timeline)]
    return sorted(on_axis, key=lambda one: (timeline.place(one.period), one.label, one.detail))


def letter(number: int) -> str:
    """A, B, C and so on; then A2."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 26] + (
        str(number // 26 + 1) if number > 25 else ""
    )


def above(placed: Sequence[PlacedBreak]) -> float:
    """Inches that labels of breaks need above the plot."""
    return 0.08 + LINE * (1 + max(one.row for one in placed)) if placed else 0.08


def draw_breaks(axes: Axes, placed: Sequence[PlacedBreak], palette: Palette, height: float) -> None:
    """Upright lines with their labels above the plot, beside the line."""
    for one in placed:
        top = 1 + (0.03 + LINE * (one.row + 1)) / height
        axes.plot(
            [one.place, one.place], [0, top], transform=axes.get_xaxis_transform(),
            color=palette.chart["break"], linewidth=1.1, clip_on=False,
            linestyle="solid" if one.action else (0, (1, 1.2)),
        )  # fmt: skip
        if one.action:
            axes.plot(
                [one.place], [0], transform=axes.get_xaxis_transform(), clip_on=False, zorder=5,
                marker="^", markersize=8, color=palette.chart["break"],
            )  # fmt: skip
        axes.annotate(
            one.text, (one.place, 1), xycoords=("data", "axes fraction"),
            xytext=(-4 if one.left else 4, (0.03 + LINE * (one.row + 0.5)) * 72),
            textcoords="offset points", ha="right" if one.left else "left",
            va="center_baseline", color=palette.text, annotation_clip=False,
        )  # fmt: skip


def break_words(
    breaks: Sequence[BreakMark | tuple[str, str]], timeline: Timeline, placed: Sequence[PlacedBreak]
) -> str:
    """Sentences that spell out breaks and actions, with the letter where the plot shows one."""
    pairs = list(enumerate(zip(within(breaks, timeline), placed, strict=True)))
    said = []
    for lead, action in (("Dotted upright lines", False), ("Upright lines with a foot", True)):
        own = [(number, *pair) for number, pair in pairs if pair[0].action is action]
        said.append(_spelled(lead, own, timeline))
    return " ".join(filter(None, said))


def _spelled(
    opening: str, pairs: Sequence[tuple[int, BreakMark, PlacedBreak]], timeline: Timeline
) -> str:
    parts = []
    for number, mark, one in pairs:
        named = timeline.periods[int(timeline.place(mark.period))].label
        lead = f"{letter(number)}: " if one.text == letter(number) else ""
        detail = f": {mark.detail.rstrip('.')}" if mark.detail else ""
        parts.append(f"{lead}{mark.label}, {named}{detail}")
    return f"{opening}: {'; '.join(parts)}." if parts else ""
