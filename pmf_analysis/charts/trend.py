"""One indicator of one unit over time, with what is usual, what is not, and the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pmf_analysis.charts import marks, tail, usual, words
from pmf_analysis.charts.canvas import WIDTH, Sheet, paint, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.marks import BreakMark, EndLabel, Floats
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.charts.tail import Tail
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.charts.usual import Level
from pmf_analysis.errors import ParameterError
from pmf_analysis.register.models import Indicator
from pmf_analysis.tables import require
from pmf_analysis.terms import State

HEIGHT = 3.1
_NEEDED = ("period", "period_end", "value", "state")
_SAID = {"": "usual variation", marks.DOUBTED: "in doubt"}


@dataclass(frozen=True)
class _Trend:
    """Everything that is drawn, one entry for each period of the axis."""

    timeline: Timeline
    series: Floats
    raw: Floats
    rolling: Floats
    interval: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    target: Floats
    floor: Floats
    segment: list[str]
    era: list[str]
    kinds: list[str]
    states: list[State]
    tail: Tail
    rolling_tail: Tail
    published: Floats
    season: str
    reason: str
    kind: str
    level: Level | None

    @property
    def charted(self) -> bool:
        """Whether there are limits."""
        return bool(np.isfinite(self.centre).any())


def draw_trend(
    series: pd.DataFrame,
    indicator: Indicator,
    *,
    title: str,
    area: str,
    breaks: Sequence[BreakMark | tuple[str, str]] = (),
    level: Level | None = None,
    doubt: str = "",
    palette: Palette | None = None,
) -> Chart:
    """Draw a series over time.

    Parameters
    ----------
    series : pandas.DataFrame
        Rows of the analysis table: one indicator, one unit, one cohort, one vintage. Columns of
        a method that is absent count as not given. Forecast rows are left out.
    indicator : Indicator
    title : str
        The message, as a sentence.
    area : str
        The unit's name.
    breaks : sequence of BreakMark or (period code, label)
        Registered breaks and rebases, and actions; those off the axis are left out.
    level : Level, optional
        Its level since a change that was confirmed.
    doubt : str, optional
        Why no improvement is claimed: marked as what is in doubt, and not as an improvement.
    palette : Palette, optional

    Returns
    -------
    Chart
        With limits where the analysis gives them; otherwise dots with 95% intervals.

    Raises
    ------
    TableError
        If the table lacks period, period_end, value or state.
    ParameterError
        If the table holds no period.
    """
    colours = palette or shipped_palette()
    trend = _read(series, indicator, area, level, doubt)
    low, high = marks.value_range(
        indicator, trend.series, trend.raw, trend.rolling, trend.lower, trend.upper, trend.target,
        trend.floor, trend.tail.low, trend.tail.high, trend.rolling_tail.low,
        trend.rolling_tail.high, trend.published, *(() if trend.charted else (trend.interval,)),
    )  # fmt: skip
    labels = _end_labels(trend, indicator, colours)
    left = 0.3 + max(text_width(marks.tick(value, low, high, indicator)) for value in (low, high))
    right = marks.right_of(labels)
    placed = marks.place_breaks(breaks, trend.timeline, WIDTH - left - right)
    sheet = Sheet(
        title=title,
        subtitle=_subtitle(trend, indicator, area),
        height=HEIGHT,
        left=left,
        right=right,
        above=marks.above(placed),
        key=(
            *marks.key_of(
                trend.kinds, State.PROVISIONAL in trend.states,
                any(not state.has_value for state in trend.states), colours,
            ),
            *tail.key_of(trend.tail, colours),
            *marks.key_of_published(trend.published, colours),
        ),
    )  # fmt: skip

    def draw(axes: Axes) -> None:
        marks.value_axis(axes, low, high, indicator, colours)
        _draw(axes, trend, colours)
        marks.time_axis(axes, trend.timeline, colours, WIDTH - left - right)
        tail.draw_word(axes, trend.tail, _drawn(trend), (WIDTH - left - right, HEIGHT), colours)
        marks.draw_breaks(axes, placed, colours, HEIGHT)
        marks.draw_end_labels(axes, labels, low, high, HEIGHT)

    spelled = marks.break_words(breaks, trend.timeline, placed)
    return Chart(
        svg=paint(sheet, colours, draw),
        alt=_alt(trend, indicator, area, title, spelled),
        caption=_caption(trend, spelled, marks.scale_note(low)),
        table=_table(trend, series, indicator),
        title=title,
    )


def past(series: pd.DataFrame, indicator: Indicator, area: str) -> pd.DataFrame:
    """The rows that are not forecasts, in order of time.

    Raises
    ------
    ParameterError
        If there is none.
    """
    held = require(series, _NEEDED, "series")
    held = held[held["state"] != State.FORECAST.value].sort_values("period_end", kind="stable")
    if held.empty:
        raise ParameterError(
            f"There is no figure of {indicator.code} for {area} to draw",
            "at least one period",
            "Leave the chart out where the analysis table has no row",
        )
    return held


def _read(
    series: pd.DataFrame, indicator: Indicator, area: str, level: Level | None, doubt: str
) -> _Trend:
    held = past(series, indicator, area)
    timeline = Timeline.of(list(held["period"]))
    rows = timeline.spread_out(held)
    value, shown = marks.floats(rows, "value"), marks.floats(rows, "shown_value")
    chart_value = marks.floats(rows, "chart_value")
    centre = marks.floats(rows, "centre")
    charted = bool(np.isfinite(centre).any())
    notes = [note for note in marks.texts(rows, "seasonal_note") if note]
    adjusted = _differ(chart_value, value)
    drawn = np.where(np.isnan(chart_value), value, chart_value) if charted else value
    rolls = indicator.data_period.overlaps and _differ(shown, value)
    nothing = np.full(len(rows), np.nan)
    reasons = [reason for reason in marks.texts(rows, "chart_reason") if reason]
    # where the line is adjusted for the time of year, so is all that stands beside it
    scale = drawn / np.where(value == 0, np.nan, value) if charted and adjusted else 1.0
    states = marks.states(rows)
    basis = [text for text in marks.texts(rows, "provisional_basis") if text]
    published = marks.floats(rows, "published_value")
    return _Trend(
        timeline=timeline,
        series=drawn,
        raw=value if adjusted and charted else nothing,
        rolling=shown if rolls else nothing,
        interval=np.array([marks.floats(rows, "lower"), marks.floats(rows, "upper")]),
        centre=centre,
        # shown within what is possible; the stored numbers are not clipped
        lower=np.clip(marks.floats(rows, "lower_limit"), *indicator.bounds),
        upper=np.clip(marks.floats(rows, "upper_limit"), *indicator.bounds),
        # a level holds through a period that has no row
        target=marks.held(marks.floats(rows, "target")),
        floor=marks.held(marks.floats(rows, "floor")),
        segment=marks.texts(rows, "segment"),
        era=marks.texts(rows, "era"),
        kinds=[
            marks.meaning(code, doubt) if not np.isnan(given) else ""
            for code, given in zip(marks.texts(rows, "variation"), drawn, strict=True)
        ],
        states=states,
        tail=Tail.of(
            states,
            marks.floats(rows, "value_low") * scale,
            marks.floats(rows, "value_high") * scale,
            basis[-1] if basis else "",
        ),
        rolling_tail=Tail.of(
            marks.states(rows, "shown_state") if rolls else [],
            *(
                marks.floats(rows, name) if rolls else nothing[:0]
                for name in ("provisional_low", "provisional_high")
            ),
        ),
        published=np.where(_same(published, value, indicator), np.nan, published * scale),
        season=notes[-1] if notes and adjusted and charted else "",
        reason=reasons[-1] if reasons and not charted else "",
        kind=_kind(rows) if charted else "",
        level=level if charted else None,
    )


def _kind(rows: pd.DataFrame) -> str:
    """Which chart it is, why, and by which rules."""
    why = [text for text in marks.texts(rows, "chart_kind_reason") if text]
    rules = [text for text in marks.texts(rows, "rule_set") if text]
    return words.sentences(why[-1] if why else "", f"Rules: {rules[-1]}" if rules else "")


def _same(one: Floats, other: Floats, indicator: Indicator) -> NDArray[np.bool_]:
    """Where two figures are the same as printed."""
    return np.round(one, indicator.decimals) == np.round(other, indicator.decimals)


def _drawn(trend: _Trend) -> list[Floats]:
    """Everything that a word inside the plot must keep clear of."""
    return [
        trend.series, trend.raw, trend.rolling, trend.centre, trend.lower, trend.upper,
        trend.target, trend.floor, trend.tail.low, trend.tail.high, trend.published,
        *(() if trend.charted else trend.interval),
    ]  # fmt: skip


def _differ(one: Floats, other: Floats) -> bool:
    both = np.isfinite(one) & np.isfinite(other)
    return bool((np.abs(one - other)[both] > 1e-9).any())


def _subtitle(trend: _Trend, indicator: Indicator, area: str) -> str:
    adjusted = np.isfinite(trend.raw).any()
    note = "adjusted for the time of year (thin line: not adjusted)" if adjusted else ""
    return words.subtitle(indicator, area, trend.timeline.words, note)


def _draw(axes: Axes, trend: _Trend, palette: Palette) -> None:
    places = np.arange(len(trend.timeline), dtype=float)
    few = len(places) <= 40
    chart = palette.chart
    tail.draw_ground(axes, trend.tail, palette)
    tail.draw_ends(axes, trend.tail, chart["could_end"], 6 if few else 3.5)
    if np.isfinite(trend.raw).any():
        marks.draw_line(axes, trend.raw, trend.era, color=palette.others, linewidth=1, zorder=1.5)
    usual.draw_band(axes, trend.lower, trend.upper, trend.segment, palette)
    usual.draw_level(axes, trend.level, trend.timeline, palette)
    marks.draw_steps(axes, trend.centre, trend.segment, color=chart["centre"], linewidth=1.2)
    marks.draw_levels(axes, trend.target, trend.floor, palette)
    if not trend.charted:
        axes.vlines(places, *trend.interval, color=chart["interval"], linewidth=1.4, alpha=0.75)
    if np.isfinite(trend.rolling).any():
        tail.draw_ends(axes, trend.rolling_tail, chart["rolling"], 4 if few else 2.5, 0.4)
        line = {"color": chart["rolling"], "linewidth": 2.4, "zorder": 2.5}
        _draw_with_tail(axes, trend.rolling, trend.rolling_tail, trend.era, line)
    line = {"color": chart["series"], "linewidth": 1.6 if few else 1.3, "zorder": 3}
    _draw_with_tail(axes, trend.series, trend.tail, trend.era, line)
    _draw_points(axes, places, trend, palette, 5.5 if few else 3)


def _draw_with_tail(
    axes: Axes, values: Floats, end: Tail, era: Sequence[str], line: Mapping[str, object]
) -> None:
    """A line that is dashed through the provisional figures at its end."""
    marks.draw_line(axes, end.before(values), era, **line)
    if end:
        marks.draw_line(axes, end.within(values), era, **tail.dashes(**line))


def _draw_points(
    axes: Axes,
    places: Floats,
    trend: _Trend,
    palette: Palette,
    size: float,
) -> None:
    open_ = np.array([state is State.PROVISIONAL for state in trend.states])
    plain = np.isfinite(trend.series) & ~open_
    seaborn.scatterplot(
        x=places[plain], y=trend.series[plain], ax=axes, color=palette.chart["series"],
        s=size**2, linewidth=0, zorder=3.2, legend=False,
    )  # fmt: skip
    line = {"linestyle": "none", "clip_on": False}
    for kind in sorted(set(trend.kinds) - {""}):
        chosen = [place for place, given in enumerate(trend.kinds) if given == kind]
        marker = marks.special_marker(
            kind, palette, 9 if len(places) <= 40 else 7 if len(places) <= 80 else 5
        )
        axes.plot(chosen, trend.series[chosen], zorder=4, **line, **marker)
    chosen = np.flatnonzero(open_ & np.isfinite(trend.series))
    axes.plot(
        chosen,
        trend.series[chosen],
        zorder=4.5,
        **line,
        **marks.hollow(palette, size + 1),
    )
    chosen = np.flatnonzero(np.isfinite(trend.published))
    axes.plot(chosen, trend.published[chosen], zorder=4.2, **line, **marks.published(palette))
    missing = [place for place, state in enumerate(trend.states) if not state.has_value]
    foot = axes.get_ylim()[0]
    axes.plot(missing, [foot] * len(missing), zorder=5, **line, **marks.gap(palette))


def _end_labels(trend: _Trend, indicator: Indicator, palette: Palette) -> list[EndLabel]:
    labels = []
    rolls_over = words.rolling_name(indicator)
    named = (
        (trend.series, "{}", palette.chart["series"], True),
        (trend.rolling, f"{rolls_over} {{}}", palette.chart["rolling_text"], True),
        (trend.upper, "usual, up to {}", palette.quiet_text, False),
        (trend.centre, "average {}", palette.quiet_text, False),
        (trend.lower, "usual, from {}", palette.quiet_text, False),
    )
    for values, text, colour, bold in named:
        given = values[np.isfinite(values)]
        if len(given):
            labels.append(
                EndLabel(
                    given[-1],
                    text.format(words.short(given[-1], indicator)),
                    colour,
                    bold,
                )
            )
    labels += usual.level_label(trend.level, indicator, palette)
    for values, name in ((trend.target, "target"), (trend.floor, "floor")):
        given = values[np.isfinite(values)]
        if len(given):
            called = indicator.bound if name == "floor" else name
            text = f"{called} {words.short_level(given[-1], indicator)}"
            labels.append(EndLabel(given[-1], text, palette.chart[name], name == "target"))
    return labels


def _alt(trend: _Trend, indicator: Indicator, area: str, title: str, breaks: str) -> str:
    what = "Line chart with usual range" if trend.charted else "Dots with 95% intervals"
    return words.sentences(
        title,
        f"{what} of {indicator.name} for {area}, {trend.timeline.words}"
        + (", adjusted for the time of year" if np.isfinite(trend.raw).any() else ""),
        words.first_last_range(trend.series, trend.timeline, indicator, trend.era),
        words.usual_range(trend.centre, trend.lower, trend.upper, indicator),
        usual.said_of_level(trend.level, indicator),
        words.special_causes(trend.kinds, trend.timeline),
        words.targets(trend.target, trend.floor, indicator),
        breaks.replace("Dotted upright lines", "Breaks"),
        words.gaps(trend.states, trend.timeline),
        tail.said(trend.states, trend.tail, trend.timeline, indicator),
        words.published(trend.published, trend.timeline, indicator),
    )


def _caption(trend: _Trend, breaks: str, scale: str) -> str:
    if trend.charted:
        how = (
            "The shaded band is what is usual here; a point outside it, or a long run on one side "
            "of the average, is unlikely to be chance"
        )
    else:
        how = "Upright bars: the range in which the true figure lies, 95 times in 100"
    ends = f"Shaded end: may still change; {trend.tail.basis}" if trend.tail.ranged else ""
    return words.sentences(how, ends, trend.reason, trend.kind, trend.season, breaks, scale)


def _table(trend: _Trend, series: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    held = series[series["state"] != State.FORECAST.value].sort_values("period_end", kind="stable")
    rows = trend.timeline.spread_out(held)
    decimals = indicator.decimals
    columns: dict[str, object] = {
        "Period": [period.label for period in trend.timeline.periods],
        "Numerator": marks.floats(rows, "numerator"),
        "Denominator": marks.floats(rows, "denominator"),
        f"Figure, {words.measured_in(indicator)}": np.round(marks.floats(rows, "value"), decimals),
        "Adjusted for the time of year": np.round(
            trend.series if np.isfinite(trend.raw).any() else np.full(len(rows), np.nan),
            decimals,
        ),
        f"Figure for {words.rolling_name(indicator)}": np.round(trend.rolling, decimals),
        "Usual, from": np.round(trend.lower, decimals),
        "Average": np.round(trend.centre, decimals),
        "Usual, up to": np.round(trend.upper, decimals),
        "95% interval, from": np.round(trend.interval[0], decimals),
        "95% interval, to": np.round(trend.interval[1], decimals),
        "Could end at, from": np.round(trend.tail.low, decimals),
        "Could end at, to": np.round(trend.tail.high, decimals),
        "As published on closing": np.round(trend.published, decimals),
        "Target": trend.target,
        indicator.bound.capitalize(): trend.floor,
        "State": [state.label for state in trend.states],
    }
    kept = {
        name: column
        for name, column in columns.items()
        if not isinstance(column, np.ndarray) or np.isfinite(column).any()
    }
    if any(trend.kinds):
        kept["Chart says"] = [_SAID.get(kind, kind) for kind in trend.kinds]
    return pd.DataFrame(kept)
