"""What comes next if nothing changes: history, forecast, and how sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes

from pmf_analysis import formats
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import WIDTH, Sheet, paint, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.marks import BreakMark, EndLabel, Floats
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.charts.trend import past
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

HEIGHT = 3.0
HISTORY = 48
"""Periods of history that are drawn."""


@dataclass(frozen=True)
class _Outlook:
    """Everything that is drawn, one entry for each period of the axis."""

    timeline: Timeline
    values: Floats
    middle: Floats
    low80: Floats
    high80: Floats
    low95: Floats
    high95: Floats
    target: Floats
    floor: Floats
    era: list[str]
    states: tuple[tuple[int, State], ...]  # of the history, with their places
    reason: str


def draw_forecast(
    series: pd.DataFrame,
    indicator: Indicator,
    *,
    title: str,
    area: str,
    breaks: Sequence[BreakMark | tuple[str, str]] = (),
    column: str = "value",
    palette: Palette | None = None,
) -> Chart:
    """Draw a series and its forecast with 80% and 95% bands.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of the analysis table of one series, those of state ``forecast`` among them.
        Without them the history is drawn and the caption says why there is no forecast.
    indicator : Indicator
    title : str
        The message, as a sentence.
    area : str
        The unit's name.
    breaks : sequence of BreakMark or (period code, label)
        Registered breaks and rebases; those off the axis are left out.
    column : str
        The column that was forecast: ``value`` or ``shown_value``.
    palette : Palette, optional

    Returns
    -------
    Chart

    Raises
    ------
    TableError
        If the table lacks period, period_end, value or state.
    ParameterError
        If the table holds no history.
    """
    colours = palette or shipped_palette()
    outlook = _read(series, indicator, area, column)
    low, high = marks.value_range(
        indicator, outlook.values, outlook.low95, outlook.high95, outlook.target, outlook.floor
    )
    labels = _end_labels(outlook, indicator, colours)
    left = 0.3 + max(text_width(marks.tick(value, low, high, indicator)) for value in (low, high))
    right = marks.right_of(labels)
    placed = marks.place_breaks(breaks, outlook.timeline, WIDTH - left - right)
    states = [state for _, state in outlook.states]
    sheet = Sheet(
        title=title,
        subtitle=words.subtitle(indicator, area, outlook.timeline.words),
        height=HEIGHT,
        left=left,
        right=right,
        above=marks.above(placed),
        key=marks.key_of(
            (), State.PROVISIONAL in states, any(not one.has_value for one in states), colours
        ),
    )

    def draw(axes: Axes) -> None:
        marks.value_axis(axes, low, high, indicator, colours)
        _bands(axes, outlook, colours)
        marks.draw_levels(axes, outlook.target, outlook.floor, colours)
        _history(axes, outlook, colours)
        marks.time_axis(axes, outlook.timeline, colours, WIDTH - left - right)
        marks.draw_breaks(axes, placed, colours, HEIGHT)
        marks.draw_end_labels(axes, labels, low, high, HEIGHT)

    spelled = marks.break_words(breaks, outlook.timeline, placed)
    return Chart(
        svg=paint(sheet, colours, draw),
        alt=_alt(outlook, title, indicator, area, spelled),
        caption=_caption(outlook, spelled, marks.scale_note(low)),
        table=_table(outlook, indicator),
        title=title,
    )


def _read(series: pd.DataFrame, indicator: Indicator, area: str, column: str) -> _Outlook:
    history = past(series, indicator, area).drop_duplicates("period", keep="last").tail(HISTORY)
    coming = series[series["state"] == State.FORECAST.value].sort_values("period_end")
    timeline = Timeline.of([*history["period"], *coming["period"]])
    seen, ahead = timeline.spread_out(history), timeline.spread_out(coming)
    known, planned = marks.floats(seen, "target"), marks.floats(ahead, "target")
    last = int(timeline.place(str(history["period"].iloc[-1])))
    reasons = [text for text in marks.texts(history, "forecast_reason") if text]
    return _Outlook(
        timeline=timeline,
        values=marks.floats(seen, column),
        middle=marks.floats(ahead, "forecast"),
        low80=marks.floats(ahead, "forecast_lower80"),
        high80=marks.floats(ahead, "forecast_upper80"),
        low95=marks.floats(ahead, "forecast_lower95"),
        high95=marks.floats(ahead, "forecast_upper95"),
        target=marks.held(np.where(np.isnan(known), planned, known)),
        floor=marks.held(marks.floats(seen, "floor")),
        era=marks.texts(seen, "era"),
        states=tuple(enumerate(marks.states(seen)))[: last + 1],
        reason=reasons[-1] if reasons else "",
    )


def _bands(axes: Axes, outlook: _Outlook, palette: Palette) -> None:
    places = np.arange(len(outlook.values), dtype=float)
    given = np.flatnonzero(np.isfinite(outlook.middle))
    if not len(given):
        return
    known = np.flatnonzero(np.isfinite(outlook.values))
    opens = len(known) > 0 and known[-1] == given[0] - 1

    def from_last(edge: Floats) -> Floats:
        # the fan opens from the last known figure
        return np.r_[outlook.values[known[-1]], edge[given]] if opens else edge[given]

    at = np.r_[places[known[-1]], places[given]] if opens else places[given]
    for low, high, name in (
        (outlook.low95, outlook.high95, "band95"),
        (outlook.low80, outlook.high80, "band80"),
    ):
        colour = palette.chart[name]
        axes.fill_between(at, from_last(low), from_last(high), color=colour, linewidth=0)
    axes.plot(
        at, from_last(outlook.middle), color=palette.chart["forecast_text"], linewidth=2,
        linestyle=(0, (4, 1.6)), zorder=3,
    )  # fmt: skip


def _history(axes: Axes, outlook: _Outlook, palette: Palette) -> None:
    values, states = outlook.values, outlook.states
    places = np.arange(len(values), dtype=float)
    marks.draw_line(
        axes, values, outlook.era, color=palette.chart["series"], linewidth=1.6, zorder=3
    )
    open_ = [at for at, state in states if state is State.PROVISIONAL and np.isfinite(values[at])]
    plain = np.isfinite(values)
    plain[open_] = False
    seaborn.scatterplot(
        x=places[plain], y=values[plain], ax=axes, color=palette.chart["series"], s=16,
        linewidth=0, zorder=3.2, legend=False,
    )  # fmt: skip
    line = {"linestyle": "none", "clip_on": False, "zorder": 4}
    axes.plot(open_, values[open_], **line, **marks.hollow(palette, 6))
    missing = [at for at, state in states if not state.has_value]
    axes.plot(missing, [axes.get_ylim()[0]] * len(missing), **line, **marks.gap(palette))


def _end_labels(outlook: _Outlook, indicator: Indicator, palette: Palette) -> list[EndLabel]:
    middle, low95, high95 = (
        part[np.isfinite(part)] for part in (outlook.middle, outlook.low95, outlook.high95)
    )
    labels = []
    if len(middle):
        words_ = words.short(middle[-1], indicator)
        labels.append(
            EndLabel(middle[-1], f"forecast {words_}", palette.chart["forecast_text"], True)
        )
    elif len(known := outlook.values[np.isfinite(outlook.values)]):
        labels.append(
            EndLabel(
                known[-1],
                words.shown(known[-1], indicator),
                palette.chart["series"],
                True,
            )
        )
    if len(low95) and len(high95):
        for edge, text in ((high95[-1], "95%: up to {}"), (low95[-1], "95%: from {}")):
            labels.append(
                EndLabel(edge, text.format(words.short(edge, indicator)), palette.quiet_text)
            )
    for part, name in ((outlook.target, "target"), (outlook.floor, "floor")):
        held = part[np.isfinite(part)]
        if len(held):
            called = indicator.bound if name == "floor" else name
            text = f"{called} {words.short_level(held[-1], indicator)}"
            labels.append(EndLabel(held[-1], text, palette.chart[name], name == "target"))
    return labels


def _alt(outlook: _Outlook, title: str, indicator: Indicator, area: str, breaks: str) -> str:
    timeline, middle, reason = outlook.timeline, outlook.middle, outlook.reason
    low80, high80, low95, high95 = outlook.low80, outlook.high80, outlook.low95, outlook.high95
    given = np.flatnonzero(np.isfinite(middle))
    if len(given):
        last = given[-1]
        unit, decimals = indicator.unit, indicator.decimals
        coming = (
            f"The forecast for {words.within_period(timeline.periods[last].label)} is "
            f"{words.shown(middle[last], indicator)}; 8 chances in 10 that it lies within "
            f"{formats.interval(low80[last], high80[last], unit, decimals)}, 19 in 20 within "
            f"{formats.interval(low95[last], high95[last], unit, decimals)}"
        )
    else:
        coming = f"No forecast: {reason}" if reason else "There is no forecast"
    return words.sentences(
        title,
        f"Line chart with forecast of {indicator.name} for {area}, {timeline.words}",
        words.first_last_range(outlook.values, timeline, indicator, outlook.era),
        coming,
        words.targets(outlook.target, outlook.floor, indicator),
        breaks.replace("Dotted upright lines", "Breaks"),
    )


def _caption(outlook: _Outlook, breaks: str, scale: str) -> str:
    reason = outlook.reason
    if np.isfinite(outlook.middle).any():
        how = (
            "If nothing changes: the dashed line is the middle of what may come. About 8 in 10 "
            "outcomes lie in the darker band, about 19 in 20 in the lighter one"
        )
        return words.sentences(how, breaks, scale)
    return words.sentences(f"No forecast: {reason}" if reason else "No forecast", breaks, scale)


def _table(outlook: _Outlook, indicator: Indicator) -> pd.DataFrame:
    decimals = indicator.decimals
    parts = {
        f"Figure, {words.measured_in(indicator)}": outlook.values,
        "Forecast": outlook.middle,
        "80%, from": outlook.low80,
        "80%, to": outlook.high80,
        "95%, from": outlook.low95,
        "95%, to": outlook.high95,
    }
    table = pd.DataFrame(
        {
            "Period": [period.label for period in outlook.timeline.periods],
            **{name: np.round(part, decimals) for name, part in parts.items()},
            "State": [
                outlook.states[place][1].label
                if place < len(outlook.states)
                else State.FORECAST.label
                for place in range(len(outlook.timeline))
            ],
        }
    )
    return table.dropna(axis="columns", how="all")
