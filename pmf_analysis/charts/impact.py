"""The figure of an action before and since, with what would have been expected without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import WIDTH, Sheet, paint, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.marks import BreakMark, EndLabel, Floats
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.charts.trend import past
from pmf_analysis.formats import number
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

HEIGHT = 2.6
EARLIER_HEIGHT = 0.5


@dataclass(frozen=True)
class _Picture:
    """Everything that is drawn, one entry for each period of the axis."""

    timeline: Timeline
    values: Floats
    before: Floats
    since: Floats
    level: Floats
    trend: Floats
    others: Floats
    named: str
    states: list[State]
    era: list[str]


def draw_impact(
    series: pd.DataFrame,
    outcome: Mapping[str, Any],
    indicator: Indicator,
    *,
    title: str,
    area: str,
    others: pd.DataFrame | None = None,
    named: str = "",
    breaks: Sequence[BreakMark] = (),
    palette: Palette | None = None,
) -> Chart:
    """Draw a series with the date of an action, its levels before and since, and the trend.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of the analysis table of one series.
    outcome : mapping
        The action's row of the study ``impact``; numbers that were not reached are NaN.
    indicator : Indicator
    title : str
        The message, as a sentence.
    area : str
        The unit's name.
    others : pandas.DataFrame, optional
        Rows of those it is compared with; the mean of each period is drawn.
    named : str, optional
        Who they are.
    breaks : sequence of BreakMark, optional
        Registered breaks and rebases.
    palette : Palette, optional

    Returns
    -------
    Chart

    Raises
    ------
    TableError
        If the table lacks period, period_end, value or state.
    ParameterError
        If the table holds no figure.
    """
    colours = palette or shipped_palette()
    picture = _read(series, outcome, indicator, area, others, named)
    low, high = marks.value_range(
        indicator, picture.values, picture.level, picture.trend, picture.others
    )
    labels = _end_labels(picture, indicator, colours)
    left = 0.3 + max(text_width(marks.tick(value, low, high, indicator)) for value in (low, high))
    right = marks.right_of(labels)
    begun = str(outcome["first_since"]) or _period_of(picture.timeline, str(outcome["action_date"]))
    marked = [*([BreakMark(begun, "action", action=True)] if begun else []), *breaks]
    placed = marks.place_breaks(marked, picture.timeline, WIDTH - left - right)
    sheet = Sheet(
        title=title,
        subtitle=words.subtitle(indicator, area, picture.timeline.words),
        height=HEIGHT,
        left=left,
        right=right,
        above=marks.above(placed),
        key=marks.key_of((), State.PROVISIONAL in picture.states, False, colours),
    )

    def draw(axes: Axes) -> None:
        marks.value_axis(axes, low, high, indicator, colours)
        _draw(axes, picture, colours)
        marks.time_axis(axes, picture.timeline, colours, WIDTH - left - right)
        marks.draw_breaks(axes, placed, colours, HEIGHT)
        marks.draw_end_labels(axes, labels, low, high, HEIGHT)

    return Chart(
        svg=paint(sheet, colours, draw),
        alt=_alt(picture, outcome, indicator, area, title),
        caption=_caption(
            picture,
            marks.break_words(marked, picture.timeline, placed),
            marks.scale_note(low),
        ),
        table=_table(picture, indicator),
        title=title,
    )


def draw_earlier(
    outcome: Mapping[str, Any], indicator: Indicator, *, title: str, palette: Palette | None = None
) -> Chart:
    """Draw the change at the action among those found on earlier dates, when nothing was done.

    Parameters
    ----------
    outcome : mapping
        The action's row of the study ``impact``, with ``earlier_changes``.
    indicator : Indicator
    title : str
    palette : Palette, optional

    Returns
    -------
    Chart
    """
    colours = palette or shipped_palette()
    found = np.array([float(one) for one in str(outcome["earlier_changes"]).split()])
    change = float(outcome["change"])
    least, most = min(*found, change, 0.0), max(*found, change, 0.0)
    room = (most - least) * 0.08 or 1.0

    def draw(axes: Axes) -> None:
        axes.set_ylim(-1, 1)
        axes.set_xlim(least - room, most + room)
        axes.set_yticks([])
        axes.axvline(0, color=colours.chart["centre"], linewidth=1)
        axes.plot(found, np.zeros(len(found)), "o", color=colours.others,
                  markeredgecolor=colours.outline, markersize=6, clip_on=False)  # fmt: skip
        axes.plot([change], [0], "D", color=colours.chart["series"], markersize=9, clip_on=False)
        axes.spines[["top", "right", "left"]].set_visible(False)

    sheet = Sheet(
        title=title,
        subtitle="Dots: the change found on each earlier date. Diamond: the change at the action",
        height=EARLIER_HEIGHT,
        left=0.4,
        right=0.4,
    )
    scale = str(outcome["scale"])
    unit = words.measured_in(indicator) if scale == indicator.unit else scale
    said = (
        f"{len(found)} earlier dates, with changes from {number(found.min(), 1)} to "
        f"{number(found.max(), 1)} ({unit}); at the action {number(change, 1)}"
    )
    return Chart(
        svg=paint(sheet, colours, draw),
        alt=words.sentences(title, f"Dots on a line: {said}"),
        caption="The same change, looked for on every earlier date that has enough figures.",
        table=pd.DataFrame({f"Change on an earlier date, {unit}": np.round(found, 2)}),
        title=title,
    )


def _read(
    series: pd.DataFrame,
    outcome: Mapping[str, Any],
    indicator: Indicator,
    area: str,
    others: pd.DataFrame | None,
    named: str,
) -> _Picture:
    held = past(series, indicator, area).drop_duplicates("period", keep="last")
    timeline = Timeline.of(list(held["period"]))
    rows = timeline.spread_out(held)
    places = np.arange(len(timeline), dtype=float)
    nothing = np.full(len(timeline), np.nan)
    mean = nothing
    if others is not None and len(others):
        counted = others[others["state"] != State.FORECAST.value]
        by_period = counted.groupby("period")["value"].mean()
        mean = by_period.reindex([one.code for one in timeline.periods]).to_numpy(dtype=float)
    before, since, level, trend = nothing, nothing.copy(), nothing.copy(), nothing.copy()
    if np.isfinite(outcome["change"]):
        last = timeline.place(str(outcome["last_before"]))
        first = timeline.place(str(outcome["first_since"]))
        own = np.flatnonzero(places <= last)[-int(outcome["points_before"]) :]
        after = np.flatnonzero(places >= first)[: int(outcome["points_since"])]
        before = np.where(np.isin(places, own), float(outcome["level_before"]), np.nan)
        since[after] = float(outcome["level_since"])
        level[after] = float(outcome["level_before"])
        trend = _trend(places, own, after, last, outcome, indicator)
    return _Picture(
        timeline, marks.floats(rows, "value"), before, since, level, trend, mean, named,
        marks.states(rows), marks.texts(rows, "era"),
    )  # fmt: skip


def _trend(
    places: Floats,
    own: Floats,
    after: Floats,
    last: float,
    outcome: Mapping[str, Any],
    indicator: Indicator,
) -> Floats:
    """The line through the figures before, carried on."""
    start, slope = float(outcome["trend_level"]), float(outcome["trend_before"])
    if outcome["scale"] == indicator.unit:
        line = start + slope * (places - last)
    else:
        line = start * (1 + slope / 100) ** (places - last)
    return np.where(np.isin(places, np.r_[own, after]), np.clip(line, *indicator.bounds), np.nan)


def _draw(axes: Axes, picture: _Picture, palette: Palette) -> None:
    places, chart = np.arange(len(picture.timeline), dtype=float), palette.chart
    whole = [""] * len(places)
    marks.draw_line(axes, picture.others, whole, color=palette.others, linewidth=1.6, zorder=1.5)
    axes.plot(
        places, picture.trend, color=chart["forecast_text"], linewidth=1.4,
        linestyle=(0, (1, 1.3)), zorder=2,
    )  # fmt: skip
    line = {"color": chart["centre"], "linewidth": 1.8}
    marks.draw_steps(axes, picture.before, whole, **line)
    marks.draw_steps(axes, picture.level, whole, **line, linestyle=(0, (4, 2.5)))
    marks.draw_steps(axes, picture.since, whole, color=chart["rolling_text"], linewidth=2.6)
    marks.draw_line(
        axes, picture.values, picture.era, color=chart["series"], linewidth=1.2, zorder=3
    )
    young = np.array([state is State.PROVISIONAL for state in picture.states])
    final = np.isfinite(picture.values) & ~young
    axes.plot(
        places[final], picture.values[final], linestyle="none", marker="o", markersize=3.5,
        color=chart["series"], zorder=3.2,
    )  # fmt: skip
    axes.plot(
        places[young], picture.values[young], linestyle="none", zorder=4, clip_on=False,
        **marks.hollow(palette, 5),
    )  # fmt: skip


def _end_labels(picture: _Picture, indicator: Indicator, palette: Palette) -> list[EndLabel]:
    labels = []
    for values, text, colour, bold in (
        (picture.since, "since {}", palette.chart["rolling_text"], True),
        (picture.level, "as before {}", palette.quiet_text, False),
        (picture.trend, "trend before {}", palette.chart["forecast_text"], False),
        (picture.others, f"{picture.named} {{}}", palette.quiet_text, False),
    ):
        given = values[np.isfinite(values)]
        if len(given):
            said = text.format(words.short(given[-1], indicator))
            labels.append(EndLabel(given[-1], said, colour, bold))
    if not labels:
        given = picture.values[np.isfinite(picture.values)]
        if len(given):
            said = words.shown(given[-1], indicator)
            labels.append(EndLabel(given[-1], said, palette.chart["series"], True))
    return labels


def _period_of(timeline: Timeline, day: str) -> str:
    """The period on the axis that holds a day; empty where none does."""
    return next(
        (
            one.code
            for one in timeline.periods
            if one.start.isoformat() <= day <= one.end.isoformat()
        ),
        "",
    )


def _alt(
    picture: _Picture, outcome: Mapping[str, Any], indicator: Indicator, area: str, title: str
) -> str:
    levels = ""
    if np.isfinite(outcome["change"]):
        levels = (
            f"The level is {words.shown(float(outcome['level_before']), indicator)} before the "
            f"action and {words.shown(float(outcome['level_since']), indicator)} since"
        )
    given = picture.trend[np.isfinite(picture.trend)]
    trend = (
        f"The trend before would end at {words.shown(given[-1], indicator)}" if len(given) else ""
    )
    return words.sentences(
        title,
        f"Line chart of {indicator.name} for {area}, {picture.timeline.words}, with the date of "
        "an action",
        words.first_last_range(picture.values, picture.timeline, indicator),
        levels,
        trend,
    )


def _caption(picture: _Picture, upright: str, scale: str) -> str:
    if not np.isfinite(picture.since).any():
        nothing = "The figures alone: nothing was worked out about the action"
        return words.sentences(upright, nothing, scale)
    beside = f"Grey line: {picture.named}" if np.isfinite(picture.others).any() else ""
    return words.sentences(
        "Solid level lines: the average before and since the action. Dashed: the average before, "
        "carried on. Dotted: the trend before, carried on",
        beside,
        upright,
        scale,
    )


def _table(picture: _Picture, indicator: Indicator) -> pd.DataFrame:
    columns = {
        f"Figure, {words.measured_in(indicator)}": picture.values,
        "Average before": picture.before,
        "Average since": picture.since,
        "Trend before, carried on": picture.trend,
        picture.named or "Others": picture.others,
    }
    table = pd.DataFrame(
        {
            "Period": [period.label for period in picture.timeline.periods],
            **{name: np.round(part, indicator.decimals) for name, part in columns.items()},
        }
    )
    return table.dropna(axis="columns", how="all")
