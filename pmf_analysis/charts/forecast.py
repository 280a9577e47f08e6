"""What comes next if nothing changes: history, forecast, and how sure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pmf_analysis import formats
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import LINE, WIDTH, KeyEntry, Sheet, drawable, paint, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.coming import LIKELY, NEARLY, STEP, Coming, table
from pmf_analysis.charts.coming_words import alt, caption, range_words
from pmf_analysis.charts.marks import BreakMark, EndLabel, Floats, PlacedBreak
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.register.models import Indicator
from pmf_analysis.terms import State

HEIGHT = 3.2
_DASHES = (0, (4, 1.6))


def draw_forecast(
    series: pd.DataFrame,
    indicator: Indicator,
    *,
    title: str,
    area: str,
    due: str = "",
    breaks: Sequence[BreakMark | tuple[str, str]] = (),
    palette: Palette | None = None,
) -> Chart:
    """Draw a series and its forecast with 80% and 95% ranges.

    Of a figure that adds up several periods, such as twelve months, that figure and its
    forecast stand in front, the single ones pale behind.

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
    due : str
        Code of the coming period at which the target falls due, which the chances speak of;
        the last one when empty.
    breaks : sequence of BreakMark or (period code, label)
        Registered breaks and rebases; those off the axis are left out.
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
    coming = Coming.of(series, indicator, area, due)
    low, high = _axis_range(coming, indicator)
    labels = _end_labels(coming, indicator, colours, high - low)
    left = 0.3 + max(text_width(marks.tick(value, low, high, indicator)) for value in (low, high))
    right = marks.right_of(labels)
    wide = WIDTH - left - right
    placed, falls_due = _place_marks(breaks, coming, wide)
    sheet = Sheet(
        title=title,
        subtitle=words.subtitle(indicator, area, coming.timeline.words),
        height=HEIGHT,
        left=left,
        right=right,
        above=marks.above([*placed, *falls_due]),
        key=_key(coming, indicator, colours),
    )

    def draw(axes: Axes) -> None:
        marks.value_axis(axes, low, high, indicator, colours)
        _draw_fan(axes, coming, {int(one.place + 0.5) for one in placed}, colours)
        marks.draw_levels(axes, coming.target, coming.floor, colours)
        _draw_single(axes, coming, colours)
        _draw_history(axes, coming, colours)
        if not coming.rolls:
            _draw_before(axes, coming, colours)
        marks.time_axis(axes, coming.timeline, colours, wide)
        _label_last(axes, coming, indicator, (wide, HEIGHT), colours)
        marks.draw_breaks(axes, placed, colours, HEIGHT)
        _draw_due(axes, coming, falls_due, colours)
        marks.draw_end_labels(axes, labels, low, high, HEIGHT)

    spelled = marks.break_words(breaks, coming.timeline, placed)
    beyond = int(np.sum((coming.single > high) | (coming.single < low)))
    return Chart(
        svg=paint(sheet, colours, draw),
        alt=alt(coming, title, indicator, area, spelled),
        caption=caption(coming, indicator, beyond, spelled, marks.scale_note(low)),
        table=table(coming, indicator),
        title=title,
    )


# --- what is drawn ------------------------------------------------------------------------


def _axis_range(coming: Coming, indicator: Indicator) -> tuple[float, float]:
    """An axis for what stands in front, with room for most of the single figures behind."""
    fan, before = coming.fan, () if coming.rolls else coming.before.parts
    front = (coming.values, *fan.parts, coming.target, coming.floor, *before)
    every = np.concatenate(front)
    every = every[np.isfinite(every)]
    if not len(every):
        return marks.value_range(indicator, coming.single)
    room = float(every.max() - every.min()) / 3
    near = np.clip(coming.single, every.min() - room, every.max() + room)
    return marks.value_range(indicator, *front, near)


def _draw_fan(axes: Axes, coming: Coming, breaks: set[int], palette: Palette) -> None:
    fan, given, last = coming.fan, coming.fan.places, coming.last
    if not len(given):
        return
    # the fan opens from the last known figure, never across a gap or a break
    opens = last >= 0 and last == given[0] - 1 and int(given[0]) not in breaks
    at = np.r_[last, given] if opens else given.astype(float)
    if len(at) == 1:  # one period alone still has a width
        at = np.array([at[0] - 0.3, at[0] + 0.3])

    def along(edge: Floats) -> Floats:
        known = np.r_[coming.values[last], edge[given]] if opens else edge[given]
        return np.resize(known, len(at)) if len(known) < len(at) else known

    edge = {"color": palette.chart["forecast_text"], "linewidth": 0.6, "zorder": 1.6}
    for low, high, name in (
        (fan.low95, fan.high95, "band95"),
        (fan.low80, fan.high80, "band80"),
    ):
        axes.fill_between(
            at, along(low), along(high), color=palette.chart[name], linewidth=0, zorder=1.5
        )
    for side in (fan.low95, fan.high95):
        axes.plot(at, along(side), **edge)
    axes.plot(at, along(fan.middle), zorder=3, **_middle(palette))


def _middle(palette: Palette) -> dict[str, object]:
    return {"color": palette.chart["forecast_text"], "linewidth": 2, "linestyle": _DASHES}


def _place_marks(
    breaks: Sequence[BreakMark | tuple[str, str]], coming: Coming, wide: float
) -> tuple[list[PlacedBreak], list[PlacedBreak]]:
    """Where the labels of breaks go, and that of the date of the target if there is one."""
    held = coming.due >= 0 and np.isfinite(coming.target[coming.due])
    period = coming.timeline.periods[coming.due]
    mark = [BreakMark(period.code, f"target due: {period.label}")] if held else []
    placed = marks.place_breaks([*breaks, *mark], coming.timeline, wide)
    at = coming.due - 0.5
    own = [one for one in placed if held and one.place == at][-1:]
    return [one for one in placed if one not in own], own


def _draw_due(
    axes: Axes, coming: Coming, falls_due: Sequence[PlacedBreak], palette: Palette
) -> None:
    """The date of the target: an upright line to the forecast of that period, and its word."""
    middle, colour = coming.fan.middle, palette.chart["target"]
    for one in falls_due:
        low, high = axes.get_ylim()
        top = 1 + (0.03 + LINE * (one.row + 1)) / HEIGHT
        foot = (middle[coming.due] - low) / (high - low)
        axes.plot(
            [coming.due] * 2, [foot, top], transform=axes.get_xaxis_transform(), color=colour,
            linewidth=1, clip_on=False, zorder=3.2,
        )  # fmt: skip
        axes.plot(
            [coming.due], [middle[coming.due]], marker="o", markersize=6, zorder=4,
            color=palette.chart["forecast_text"],
        )  # fmt: skip
        axes.annotate(
            one.text, (coming.due, 1), xycoords=("data", "axes fraction"),
            xytext=(-4 if one.left else 4, (0.03 + LINE * (one.row + 0.5)) * 72),
            textcoords="offset points", ha="right" if one.left else "left",
            va="center_baseline", color=colour, annotation_clip=False,
        )  # fmt: skip


def _draw_single(axes: Axes, coming: Coming, palette: Palette) -> None:
    """Single figures behind a rolling one; those beyond the axis as a mark at its edge."""
    low, high = axes.get_ylim()
    for chosen, at_edge, marker in (
        ((coming.single >= low) & (coming.single <= high), None, "o"),
        (coming.single > high, high, "^"),
        (coming.single < low, low, "v"),
    ):
        places = np.flatnonzero(chosen)
        values = coming.single[places] if at_edge is None else np.full(len(places), at_edge)
        axes.plot(places, values, zorder=2.2, clip_on=False, **_pale(palette, marker))


def _pale(palette: Palette, marker: str = "o") -> dict[str, object]:
    return {
        "linestyle": "none", "marker": marker, "markersize": 4, "markeredgewidth": 0.7,
        "markerfacecolor": palette.others, "markeredgecolor": palette.outline,
    }  # fmt: skip


def _draw_history(axes: Axes, coming: Coming, palette: Palette) -> None:
    values, states = coming.values, coming.states
    places = np.arange(len(values), dtype=float)
    colour = palette.chart["rolling" if coming.rolls else "series"]
    marks.draw_line(
        axes, values, coming.era, color=colour, linewidth=2.4 if coming.rolls else 1.6, zorder=3
    )
    open_ = [at for at, one in enumerate(states) if one is State.PROVISIONAL]
    open_ = [at for at in open_ if np.isfinite(values[at])]
    plain = np.isfinite(values)
    plain[open_] = False
    line = {"linestyle": "none", "clip_on": False, "zorder": 4}
    if coming.rolls:  # a point where the line has no neighbour to reach
        plain &= _alone(values, coming.era)
    axes.plot(places[plain], values[plain], marker="o", markersize=4, color=colour, **line)
    axes.plot(open_, values[open_], **line, **marks.hollow(palette, 6))
    missing = [at for at, one in enumerate(states) if not one.has_value]
    axes.plot(missing, [axes.get_ylim()[0]] * len(missing), **line, **marks.gap(palette))
    if coming.last >= 0 and coming.last not in open_:
        axes.plot(
            [coming.last], [values[coming.last]], marker="o", markersize=7, color=colour, **line
        )


def _alone(values: Floats, era: Sequence[str]) -> np.ndarray:
    """Figures without a neighbour in their own era."""
    held = np.isfinite(values)
    names = np.array(["", *era, ""], dtype=object)
    joined = np.r_[False, held[1:] & held[:-1] & (names[1:-2] == names[2:-1]), False]
    return held & ~joined[:-1] & ~joined[1:]


def _draw_before(axes: Axes, coming: Coming, palette: Palette) -> None:
    """What was forecast for the last period one period before it, with its ranges."""
    before = coming.before
    bar = {"color": palette.chart["forecast_text"], "zorder": 3.4}
    for at in before.places:
        for low, high, width in (
            (before.low95, before.high95, 1.2),
            (before.low80, before.high80, 3),
        ):
            axes.vlines([at], low[at], high[at], linewidth=width, **bar)
        axes.plot([at], [before.middle[at]], zorder=3.6, **_diamond(palette))


def _diamond(palette: Palette) -> dict[str, object]:
    return {
        "linestyle": "none", "marker": "D", "markersize": 7, "markeredgewidth": 1.4,
        "markerfacecolor": palette.ground, "markeredgecolor": palette.chart["forecast_text"],
    }  # fmt: skip


def _key(coming: Coming, indicator: Indicator, palette: Palette) -> tuple[KeyEntry, ...]:
    """The line of marks above the plot: only those that it holds."""
    entries = []
    step = STEP[indicator.frequency]
    if coming.rolls:
        entries.append(KeyEntry(words.rolling_name(indicator), _stroke(palette)))
        entries.append(KeyEntry(f"single {formats.plural(step)}", _pale(palette)))
    if len(coming.fan.places):
        entries.append(KeyEntry("forecast", _middle(palette)))
        for word, name in ((LIKELY, "band80"), (NEARLY, "band95")):
            entries.append(KeyEntry(word, _swatch(palette, name)))
    if len(coming.before.places) and not coming.rolls:
        entries.append(KeyEntry(f"forecast one {step} before", _diamond(palette)))
    states = coming.states
    gaps = any(not one.has_value for one in states)
    return (*entries, *marks.key_of((), State.PROVISIONAL in states, gaps, palette))


def _stroke(palette: Palette) -> dict[str, object]:
    return {"linestyle": "-", "linewidth": 2.4, "color": palette.chart["rolling"]}


def _swatch(palette: Palette, name: str) -> dict[str, object]:
    return {
        "marker": "s", "markersize": 10, "markerfacecolor": palette.chart[name],
        "markeredgecolor": palette.chart["forecast_text"], "markeredgewidth": 0.6,
    }  # fmt: skip


# --- labels -------------------------------------------------------------------------------


def _end_labels(
    coming: Coming, indicator: Indicator, palette: Palette, span: float
) -> list[EndLabel]:
    """Labels at the right-hand end; a second line of one stays below its first."""
    chart, after = palette.chart, span * 1e-6
    labels = []
    given = coming.fan.places
    if len(given):
        last = given[-1]
        middle, *edges = (part[last] for part in coming.fan.parts)
        period = coming.timeline.periods[last].label
        said = f"{period}: {words.short(middle, indicator)}"
        labels.append(EndLabel(middle + 2 * after, said, chart["forecast_text"], bold=True))
        if between := range_words(edges[0], edges[1], indicator):
            text = f"{LIKELY.replace(' chances', '')}: {between}"
            labels.append(EndLabel(middle + after, text, chart["forecast_text"]))
        for edge, text in ((edges[3], f"{NEARLY}: up to {{}}"), (edges[2], "from {}")):
            if np.isfinite(edge):
                said = text.format(words.short(edge, indicator))
                labels.append(EndLabel(edge, said, palette.quiet_text))
    for levels, name, chances, lead in (
        (coming.target, "target", coming.meets, "chance"),
        (coming.floor, indicator.bound, coming.falls, _beyond(indicator)),
    ):
        held = levels[np.isfinite(levels)]
        if not len(held):
            continue
        colour = chart["target" if name == "target" else "floor"]
        text = f"{name} {words.short_level(held[-1], indicator)}"
        labels.append(EndLabel(held[-1] - after, text, colour, name == "target"))
        if coming.due >= 0 and np.isfinite(chances[coming.due]):
            # a level may be another one by the end of the line
            then = words.short_level(levels[coming.due], indicator)
            named = "" if levels[coming.due] == held[-1] else f" ({then})"
            text = f"{lead}{named}: {formats.chance(chances[coming.due])}"
            labels.append(EndLabel(held[-1] - 2 * after, text, colour))
    return labels


def _beyond(indicator: Indicator) -> str:
    return "below it" if indicator.bound == "minimum" else "above it"


def _label_last(
    axes: Axes, coming: Coming, indicator: Indicator, size: tuple[float, float], palette: Palette
) -> None:
    """The last known figure beside its point, above or below, where nothing is drawn."""
    at = coming.last
    if at < 0 or not len(coming.fan.places):
        return
    low, high = axes.get_ylim()
    left, right = axes.get_xlim()
    label = coming.timeline.periods[at].label
    text = drawable(f"{label}: {words.short(coming.values[at], indicator)}")
    line = LINE / size[1] * (high - low)
    covered = text_width(text, bold=True) / size[0] * (right - left)
    first = at - covered + 1
    if first < left:
        return
    window = slice(max(int(first) - 1, 0), at + 2)
    before = () if coming.rolls else coming.before.parts
    drawn = [coming.values, coming.target, coming.floor, *coming.fan.parts, *before]
    taken = np.concatenate([one[window] for one in drawn])
    taken = taken[np.isfinite(taken)]
    for step in (1, -1, 2, -2, 3, -3):
        centre = coming.values[at] + line * (step + 0.1 * np.sign(step))
        free = not np.any(np.abs(taken - centre) < 0.7 * line)
        if free and low + 0.5 * line < centre < high - 0.5 * line:
            break
    else:
        return
    axes.annotate(
        text, (at + 1, centre), ha="right", va="center_baseline", weight="bold", zorder=5,
        color=palette.chart["rolling_text" if coming.rolls else "series"], annotation_clip=False,
        bbox={"facecolor": palette.ground, "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
    )  # fmt: skip
