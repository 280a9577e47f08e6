"""What comes next if nothing changes: history, forecast, and how sure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pmf_analysis import formats
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import WIDTH, Sheet, paint, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.marks import EndLabel
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.charts.trend import measure_words, past
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

HEIGHT = 3.0
HISTORY = 48
"""Periods of history that are drawn."""
_COLUMNS = (
    "forecast", "forecast_lower80", "forecast_upper80", "forecast_lower95", "forecast_upper95",
)  # fmt: skip


def forecast_chart(
    series: pd.DataFrame,
    indicator: Indicator,
    *,
    title: str,
    area: str,
    breaks: Sequence[tuple[str, str]] = (),
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
    breaks : sequence of (period code, label)
        The first period after each registered break or rebase.
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
    history = (
        past(series, indicator, area)
        .drop_duplicates("period", keep="last")
        .tail(HISTORY)
    )
    coming = series[series["state"] == State.FORECAST.value].sort_values("period_end")
    coming = coming.drop_duplicates("period", keep="last")
    reason = next(
        (text for text in marks.texts(history, "forecast_reason")[::-1] if text), ""
    )
    timeline = Timeline.of([*history["period"], *coming["period"]])
    seen = timeline.spread_out(history)
    ahead = timeline.spread_out(coming)
    values = marks.floats(seen, column)
    middle, low80, high80, low95, high95 = (
        marks.floats(ahead, name) for name in _COLUMNS
    )
    target = pd.Series(
        np.where(np.isnan(given := marks.floats(seen, "target")), marks.floats(ahead, "target"), given)
    ).ffill().to_numpy()  # fmt: skip
    floor = pd.Series(marks.floats(seen, "floor")).ffill().to_numpy()
    # the chart ends where the forecast does; a fan wider than the axis would say nothing
    low, high = marks.value_range(indicator, values, low95, high95, target, floor)
    labels = _end_labels(
        values, (middle, low95, high95), target, floor, indicator, colours
    )
    left = 0.3 + max(
        text_width(marks.tick(value, low, high, indicator)) for value in (low, high)
    )
    right = marks.right_of(labels)
    placed = marks.place_breaks(breaks, timeline, WIDTH - left - right)
    states = marks.states(history)
    sheet = Sheet(
        title=title,
        subtitle=f"{indicator.name}, {measure_words(indicator)}. {area}. "
        f"{timeline.words[:1].upper()}{timeline.words[1:]}",
        height=HEIGHT,
        left=left,
        right=right,
        above=marks.above(placed),
        key=marks.key_of(
            (),
            State.PROVISIONAL in states,
            any(not one.has_value for one in states),
            colours,
        ),
    )

    def draw(axes: Axes) -> None:
        marks.value_axis(axes, low, high, indicator, colours)
        _bands(axes, values, (middle, low80, high80, low95, high95), colours)
        whole = [""] * len(timeline)
        marks.draw_steps(
            axes, target, whole, color=colours.chart["target"], linewidth=2
        )
        marks.draw_steps(
            axes, floor, whole, color=colours.chart["floor"], linewidth=1.6,
            linestyle=(0, (1, 1.3)),
        )  # fmt: skip
        _history(
            axes, values, _state_places(seen, len(history), timeline, history), colours
        )
        marks.time_axis(axes, timeline, colours)
        marks.draw_breaks(axes, placed, colours, HEIGHT)
        marks.draw_end_labels(axes, labels, low, high, HEIGHT)

    spelled = marks.break_words(breaks, timeline, placed)
    return Chart(
        svg=paint(sheet, colours, draw),
        alt=_alt(title, indicator, area, timeline, values, (middle, low80, high80, low95, high95),
                 target, floor, spelled, reason),
        caption=_caption(bool(np.isfinite(middle).any()), reason, spelled, marks.scale_note(low)),
        table=_table(timeline, seen, values, (middle, low80, high80, low95, high95), indicator),
        title=title,
    )  # fmt: skip


def _state_places(
    seen: pd.DataFrame, length: int, timeline: Timeline, history: pd.DataFrame
) -> list[tuple[int, State]]:
    """States of the periods of the history only."""
    last = int(timeline.place(str(history["period"].iloc[-1])))
    return list(enumerate(marks.states(seen)))[: last + 1]


def _bands(
    axes: Axes,
    values: NDArray[np.float64],
    parts: tuple[NDArray[np.float64], ...],
    palette: Palette,
) -> None:
    middle, low80, high80, low95, high95 = parts
    places = np.arange(len(values), dtype=float)
    given = np.flatnonzero(np.isfinite(middle))
    if not len(given):
        return
    known = np.flatnonzero(np.isfinite(values))
    start = known[-1] if len(known) else None

    def opened(
        edge: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """An edge of the fan, opening from the last known figure."""
        at, height = places[given], edge[given]
        if start is not None and start == given[0] - 1:
            return np.r_[places[start], at], np.r_[values[start], height]
        return at, height

    for low, high, name in ((low95, high95, "band95"), (low80, high80, "band80")):
        at, lower = opened(low)
        axes.fill_between(
            at, lower, opened(high)[1], color=palette.chart[name], linewidth=0
        )
    at, height = opened(middle)
    axes.plot(
        at, height, color="#A63C06", linewidth=2, linestyle=(0, (4, 1.6)), zorder=3
    )


def _history(
    axes: Axes,
    values: NDArray[np.float64],
    states: list[tuple[int, State]],
    palette: Palette,
) -> None:
    places = np.arange(len(values), dtype=float)
    axes.plot(places, values, color=palette.chart["series"], linewidth=1.6, zorder=3)
    open_ = [
        at
        for at, state in states
        if state is State.PROVISIONAL and np.isfinite(values[at])
    ]
    plain = np.isfinite(values)
    plain[open_] = False
    seaborn.scatterplot(
        x=places[plain], y=values[plain], ax=axes, color=palette.chart["series"], s=16,
        linewidth=0, zorder=3.2, legend=False,
    )  # fmt: skip
    line = {"linestyle": "none", "clip_on": False, "zorder": 4}
    axes.plot(open_, values[open_], **line, **marks.hollow(palette, 6))
    missing = [at for at, state in states if not state.has_value]
    axes.plot(
        missing, [axes.get_ylim()[0]] * len(missing), **line, **marks.gap(palette)
    )


def _end_labels(
    values: NDArray[np.float64],
    fan: tuple[NDArray[np.float64], ...],
    target: NDArray[np.float64],
    floor: NDArray[np.float64],
    indicator: Indicator,
    palette: Palette,
) -> list[EndLabel]:
    middle, low95, high95 = (part[np.isfinite(part)] for part in fan)
    labels = []
    if len(middle):
        words_ = words.shown(middle[-1], indicator)
        labels.append(EndLabel(middle[-1], f"forecast {words_}", "#A63C06", True))
    elif len(known := values[np.isfinite(values)]):
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
                EndLabel(
                    edge, text.format(words.shown(edge, indicator)), palette.quiet_text
                )
            )
    for part, name in ((target, "target"), (floor, "floor")):
        held = part[np.isfinite(part)]
        if len(held):
            text = f"{name} {words.level(held[-1], indicator)}"
            labels.append(
                EndLabel(held[-1], text, palette.chart[name], name == "target")
            )
    return labels


def _alt(
    title: str,
    indicator: Indicator,
    area: str,
    timeline: Timeline,
    values: NDArray[np.float64],
    parts: tuple[NDArray[np.float64], ...],
    target: NDArray[np.float64],
    floor: NDArray[np.float64],
    breaks: str,
    reason: str,
) -> str:
    middle, low80, high80, low95, high95 = parts
    given = np.flatnonzero(np.isfinite(middle))
    if len(given):
        last = given[-1]
        unit, decimals = indicator.unit, indicator.decimals
        coming = (
            f"The forecast for {timeline.periods[last].label} is "
            f"{words.shown(middle[last], indicator)}; 8 chances in 10 that it lies within "
            f"{formats.interval(low80[last], high80[last], unit, decimals)}, 19 in 20 within "
            f"{formats.interval(low95[last], high95[last], unit, decimals)}"
        )
    else:
        coming = f"No forecast: {reason}" if reason else "There is no forecast"
    return words.sentences(
        title,
        f"Line chart with forecast of {indicator.name} for {area}, {timeline.words}",
        words.first_last_range(values, timeline, indicator),
        coming,
        words.targets(target, floor, indicator),
        breaks.replace("Dotted upright lines", "Breaks"),
    )


def _caption(forecast: bool, reason: str, breaks: str, scale: str) -> str:
    if forecast:
        how = (
            "If nothing changes: the dashed line is the middle of what may come. About 8 in 10 "
            "outcomes lie in the darker band, about 19 in 20 in the lighter one"
        )
        return words.sentences(how, breaks, scale)
    return words.sentences(
        f"No forecast: {reason}" if reason else "No forecast", breaks, scale
    )


def _table(
    timeline: Timeline,
    seen: pd.DataFrame,
    values: NDArray[np.float64],
    parts: tuple[NDArray[np.float64], ...],
    indicator: Indicator,
) -> pd.DataFrame:
    decimals = indicator.decimals
    names = ("Forecast", "80%, from", "80%, to", "95%, from", "95%, to")
    what = [
        State.FORECAST.label if np.isfinite(middle) else state.label
        for state, middle in zip(marks.states(seen), parts[0], strict=True)
    ]
    table = pd.DataFrame(
        {
            "Period": [period.label for period in timeline.periods],
            f"Figure, {measure_words(indicator)}": np.round(values, decimals),
            **{
                name: np.round(part, decimals)
                for name, part in zip(names, parts, strict=True)
            },
            "State": what,
        }
    )
    return table.dropna(axis="columns", how="all")
