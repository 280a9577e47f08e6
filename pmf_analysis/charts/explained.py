"""The explained forecast of one series beside the usual one, and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pmf_analysis import formats
from pmf_analysis.analysis.explaining import Explained
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import WIDTH, KeyEntry, Sheet, paint, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.marks import BreakMark, EndLabel, Floats, PlacedBreak
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.charts.timeline import Timeline
from pmf_analysis.errors import ParameterError
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Context
from pmf_analysis.terms import State

HEIGHT = 3.0
PARTS_HEIGHT = 1.9

_DASHES = (0, (4, 1.6))


@dataclass(frozen=True)
class _Picture:
    """Everything that is drawn, one entry for each period of the axis; NaN where nothing is."""

    timeline: Timeline
    values: Floats
    waiting: Floats
    level: Floats
    fitted: Floats
    middle: Floats
    lower80: Floats
    upper80: Floats
    usual: Floats
    usual_lower80: Floats
    usual_upper80: Floats


def explained_chart(
    rows: pd.DataFrame, explained: Explained, context: Context, *, title: str
) -> Chart:
    """Draw the history, the usual forecast, and the explained one.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the analysis table of one indicator and unit, forecasts among them.
    explained : Explained
        Of these rows, with a model.
    context : Context
    title : str
        The message, as a sentence.

    Returns
    -------
    Chart

    Raises
    ------
    ParameterError
        If there is no explained forecast to draw.
    """
    indicator, area = _subject(rows, explained, context)
    colours, picture = shipped_palette(), _read(rows, explained)
    low, high = marks.value_range(
        indicator, picture.values, picture.waiting, picture.lower80, picture.upper80,
        picture.usual_lower80, picture.usual_upper80,
    )  # fmt: skip
    labels = [
        EndLabel(_last(part), f"{name} {words.short(_last(part), indicator)}", colour, bold)
        for part, name, colour, bold in (
            (picture.middle, "explained", colours.chart["rolling_text"], True),
            (picture.usual, "usual", colours.chart["forecast_text"], False),
        )
        if np.isfinite(part).any()
    ]
    key = (
        KeyEntry("usual forecast", _line(colours, "forecast_text", _DASHES)),
        KeyEntry("8 chances in 10", _swatch(colours)),
        KeyEntry("explained forecast, 8 chances in 10", _line(colours, "rolling_text", "-")),
        *marks.key_of((), bool(np.isfinite(picture.waiting).any()), False, colours),
    )

    def draw(axes: Axes) -> None:
        at = np.arange(len(picture.values), dtype=float)
        axes.fill_between(
            at, picture.usual_lower80, picture.usual_upper80, color=colours.chart["band80"],
            linewidth=0, zorder=1.5,
        )  # fmt: skip
        axes.plot(at, picture.usual, zorder=3, **_line(colours, "forecast_text", _DASHES))
        axes.plot(at, picture.middle, zorder=3.2, **_line(colours, "rolling_text", "-"))
        for edge in (picture.lower80, picture.upper80):
            axes.plot(at, edge, color=colours.chart["rolling_text"], linewidth=1, zorder=3.1)
        _history(axes, picture, colours)

    return _chart(
        (indicator, area, title), picture, (low, high), labels, key, HEIGHT, _marks(explained),
        draw, alt=_compared(picture, indicator), table=_forecasts(picture, indicator),
        how="Dashed line and band: the usual forecast. Solid lines: the explained forecast",
    )  # fmt: skip


def components_chart(
    rows: pd.DataFrame, explained: Explained, context: Context, *, title: str
) -> Chart:
    """Draw the history as the model reads it: its level with steps, and all its parts.

    Parameters
    ----------
    rows, explained, context, title
        As `explained_chart`.

    Returns
    -------
    Chart

    Raises
    ------
    ParameterError
        As `explained_chart`.
    """
    indicator, area = _subject(rows, explained, context)
    colours, picture = shipped_palette(), _read(rows, explained, ahead=False)
    low, high = marks.value_range(indicator, picture.values, picture.level, picture.fitted)
    shown = f"level {words.short(_last(picture.level), indicator)}"
    labels = [EndLabel(_last(picture.level), shown, colours.chart["rolling_text"], True)]
    more = not np.allclose(picture.level, picture.fitted, equal_nan=True)
    key = [KeyEntry("level", _line(colours, "rolling_text", "-"))]
    if more:
        key.append(KeyEntry("with time of year and working days", _thin(colours)))

    def draw(axes: Axes) -> None:
        at = np.arange(len(picture.values), dtype=float)
        axes.plot(at, picture.values, **_pale(colours))
        if more:
            axes.plot(at, picture.fitted, zorder=2.5, **_thin(colours))
        axes.plot(at, picture.level, zorder=3, **_line(colours, "rolling_text", "-"))

    first, last = picture.level[np.isfinite(picture.level)][[0, -1]]
    return _chart(
        (indicator, area, title), picture, (low, high), labels, tuple(key), PARTS_HEIGHT,
        _marks(explained), draw,
        alt=f"The level goes from {words.shown(first, indicator)} "
        f"to {words.shown(last, indicator)}",
        table=_parts(picture, indicator),
        how="Pale dots: the figures. Line: their level as the model reads it",
    )  # fmt: skip


# --- reading ------------------------------------------------------------------------------


def _subject(rows: pd.DataFrame, explained: Explained, context: Context) -> tuple[Indicator, str]:
    if explained.reason or rows.empty:
        raise ParameterError(
            f"There is no explained forecast to draw: {explained.reason or 'there are no rows'}",
            "an explained forecast with a model",
            "Say the reason in place of the chart",
        )
    first = rows.iloc[0]
    held = context.register
    return held.indicator(str(first["indicator"])), held.unit(str(first["service_area"])).name


def _read(rows: pd.DataFrame, explained: Explained, ahead: bool = True) -> _Picture:
    states = rows["state"].astype(str)
    coming = rows[states == State.FORECAST.value]
    waiting = rows[states == State.PROVISIONAL.value].drop_duplicates("period", keep="last")
    codes = [*explained.periods, *(explained.coming if ahead else ())]
    timeline = Timeline.of([*codes, *(coming["period"] if ahead else ())])
    order = [period.code for period in timeline.periods]

    def laid(periods: Sequence[str], values: Floats) -> Floats:
        return pd.Series(values, index=list(periods), dtype=float).reindex(order).to_numpy()

    def usual(column: str) -> Floats:
        return laid(list(coming["period"]), marks.floats(coming, column))

    return _Picture(
        timeline,
        laid(explained.periods, explained.values),
        laid(waiting["period"], marks.floats(waiting, "value")),
        laid(explained.periods, explained.level),
        laid(explained.periods, explained.fitted),
        laid(explained.coming, explained.middle),
        laid(explained.coming, explained.lower80),
        laid(explained.coming, explained.upper80),
        usual("forecast"),
        usual("forecast_lower80"),
        usual("forecast_upper80"),
    )


def _marks(explained: Explained) -> list[BreakMark]:
    return [
        BreakMark(one.period, one.words, action=True) for one in explained.effects if one.period
    ]


def _last(values: Floats) -> float:
    return float(values[np.isfinite(values)][-1])


# --- drawing ------------------------------------------------------------------------------


def _chart(
    named: tuple[Indicator, str, str],
    picture: _Picture,
    span: tuple[float, float],
    labels: list[EndLabel],
    key: tuple[KeyEntry, ...],
    height: float,
    steps: list[BreakMark],
    draw_lines: Callable[[Axes], None],
    *,
    alt: str,
    table: pd.DataFrame,
    how: str,
) -> Chart:
    (indicator, area, title), (low, high), colours = named, span, shipped_palette()
    left = 0.3 + max(text_width(marks.tick(value, low, high, indicator)) for value in span)
    right = marks.right_of(labels)
    wide = WIDTH - left - right
    placed: list[PlacedBreak] = marks.place_breaks(steps, picture.timeline, wide)
    spelled = marks.break_words(steps, picture.timeline, placed)
    sheet = Sheet(
        title=title,
        subtitle=words.subtitle(indicator, area, picture.timeline.words),
        height=height,
        left=left,
        right=right,
        above=marks.above(placed),
        key=key,
    )

    def draw(axes: Axes) -> None:
        marks.value_axis(axes, low, high, indicator, colours)
        draw_lines(axes)
        marks.time_axis(axes, picture.timeline, colours, wide)
        marks.draw_breaks(axes, placed, colours, height)
        marks.draw_end_labels(axes, labels, low, high, height)

    return Chart(
        svg=paint(sheet, colours, draw),
        alt=words.sentences(
            title,
            f"Line chart of {indicator.name} for {area}, {picture.timeline.words}",
            words.first_last_range(picture.values, picture.timeline, indicator),
            alt,
        ),
        caption=words.sentences(how, spelled, marks.scale_note(low)),
        table=table,
        title=title,
    )


def _history(axes: Axes, picture: _Picture, palette: Palette) -> None:
    at = np.arange(len(picture.values))
    axes.plot(
        at, picture.values, color=palette.chart["series"], linewidth=1.4, marker="o",
        markersize=3.5, zorder=3,
    )  # fmt: skip
    axes.plot(at, picture.waiting, linestyle="none", zorder=4, **marks.hollow(palette, 5))


def _line(palette: Palette, name: str, style: object) -> dict[str, object]:
    return {"color": palette.chart[name], "linewidth": 2, "linestyle": style}


def _thin(palette: Palette) -> dict[str, object]:
    return {"color": palette.quiet_text, "linewidth": 1, "linestyle": "-"}


def _pale(palette: Palette) -> dict[str, object]:
    return {
        "linestyle": "none", "marker": "o", "markersize": 4, "markeredgewidth": 0.7,
        "markerfacecolor": palette.others, "markeredgecolor": palette.outline,
    }  # fmt: skip


def _swatch(palette: Palette) -> dict[str, object]:
    return {
        "marker": "s", "markersize": 10, "markerfacecolor": palette.chart["band80"],
        "markeredgecolor": palette.chart["forecast_text"], "markeredgewidth": 0.6,
    }  # fmt: skip


# --- words and figures --------------------------------------------------------------------


def _compared(picture: _Picture, indicator: Indicator) -> str:
    named = words.within_period(picture.timeline.periods[-1].label)
    said = []
    for name, middle, low, high in (
        ("usual", picture.usual, picture.usual_lower80, picture.usual_upper80),
        ("explained", picture.middle, picture.lower80, picture.upper80),
    ):
        if np.isfinite(middle).any():
            between = formats.interval(_last(low), _last(high), indicator.unit, indicator.decimals)
            said.append(
                f"the {name} forecast for {named} is {words.shown(_last(middle), indicator)}, "
                f"with 8 chances in 10 of {between}"
            )
    text = "; ".join(said)
    return text[:1].upper() + text[1:]


def _forecasts(picture: _Picture, indicator: Indicator) -> pd.DataFrame:
    return _rounded(
        picture,
        indicator,
        {
            f"Figure, {words.measured_in(indicator)}": picture.values,
            "Usual forecast": picture.usual,
            "Usual, 80%, from": picture.usual_lower80,
            "Usual, 80%, to": picture.usual_upper80,
            "Explained forecast": picture.middle,
            "Explained, 80%, from": picture.lower80,
            "Explained, 80%, to": picture.upper80,
        },
    )


def _parts(picture: _Picture, indicator: Indicator) -> pd.DataFrame:
    return _rounded(
        picture,
        indicator,
        {
            f"Figure, {words.measured_in(indicator)}": picture.values,
            "Level": picture.level,
            "Level, time of year and working days": picture.fitted,
        },
    )


def _rounded(picture: _Picture, indicator: Indicator, parts: dict[str, Floats]) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "Period": [period.label for period in picture.timeline.periods],
            **{name: np.round(part, indicator.decimals) for name, part in parts.items()},
        }
    )
    return table.dropna(axis="columns", how="all")
