"""All indicators of one unit on one sheet, over the same dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from pmf_analysis import formats, periods
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import (
    WIDTH,
    Sheet,
    paint,
    shortened,
    text_width,
    wrapped,
)
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.charts.timeline import stretches
from pmf_analysis.errors import ParameterError
from pmf_analysis.markup import plain
from pmf_analysis.register.models import Indicator
from pmf_analysis.tables import require
from pmf_analysis.terms import Rag, State

COLUMNS = 3
PANEL = 1.62
"""Inches from one row of panels to the next."""
_WIDE = (WIDTH - 0.2) / COLUMNS
_INNER = _WIDE - 0.35
_TALL = 0.72
_SHAPES = {Rag.GREEN: "o", Rag.AMBER: "D", Rag.RED: "^", Rag.NOT_RATED: "_"}


@dataclass(frozen=True)
class _Panel:
    name: str
    indicator: Indicator
    ends: NDArray[np.float64]  # days
    values: NDArray[np.float64]
    era: list[str]
    target: float
    rag: Rag
    label: str  # of the last period with a value

    @property
    def last(self) -> str:
        """The latest figure with its unit, for words and tables."""
        given = self.values[np.isfinite(self.values)]
        return words.shown(given[-1], self.indicator) if len(given) else "no figure"

    @property
    def since(self) -> NDArray[np.float64]:
        """The figures since the last break: what may be compared with the latest."""
        parts = stretches(self.era)
        values = self.values[parts[-1][0] :] if parts else self.values
        return values[np.isfinite(values)]

    @property
    def last_short(self) -> str:
        """The latest figure as the sheet has room for it."""
        given = self.values[np.isfinite(self.values)]
        return words.short(given[-1], self.indicator) if len(given) else "no figure"


def draw_multiples(
    analysis: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    *,
    title: str,
    area: str,
    palette: Palette | None = None,
) -> Chart:
    """Draw a small line for every indicator, each on its own scale, all over the same dates.

    Parameters
    ----------
    analysis : pandas.DataFrame
        Rows of the analysis table: one unit, one cohort, any number of indicators.
    indicators : mapping of code to Indicator
        In the order in which they are shown; one without a row shows that it has no figure.
    title : str
        The message, as a sentence.
    area : str
        The unit's name.
    palette : Palette, optional

    Returns
    -------
    Chart

    Raises
    ------
    ParameterError
        If no indicator is named.
    """
    if not indicators:
        raise ParameterError(
            f"There is no indicator of {area} to draw",
            "at least one indicator",
            "Leave the chart out where an area has no indicator",
        )
    colours = palette or shipped_palette()
    needed = ("indicator", "period", "period_end", "shown_value", "state")
    held = require(analysis, needed, "analysis")
    held = held[held["state"] != State.FORECAST.value]
    rows_of = dict(tuple(held.groupby("indicator", sort=False)))
    panels = [
        _panel(indicator, rows_of.get(code, held.iloc[:0]))
        for code, indicator in indicators.items()
    ]
    ends = np.concatenate([panel.ends for panel in panels])
    dates = (float(ends.min()), float(ends.max())) if len(ends) else (0.0, 1.0)
    rows = -(-len(panels) // COLUMNS)
    sheet = Sheet(
        title=title,
        subtitle=f"{area}. {_span(dates) if len(ends) else 'No figures'}. "
        "Each on its own scale; dotted: target",
        height=PANEL * rows,
        left=0.1,
        right=0.1,
        below=0.05,
        above=0.1,
    )
    return Chart(
        svg=paint(sheet, colours, lambda axes: _draw(axes, panels, dates, rows, colours)),
        alt=_alt(panels, title, area),
        caption="The same dates across; each indicator on a scale of its own, so heights are not "
        "to be compared between them. The last figure and its status stand above each line.",
        table=_table(panels),
        title=title,
    )


def _panel(indicator: Indicator, rows: pd.DataFrame) -> _Panel:
    held = rows.sort_values("period_end", kind="stable").drop_duplicates("period", keep="last")
    values = marks.floats(held, "shown_value")
    given = np.flatnonzero(np.isfinite(values))
    last = int(given[-1]) if len(given) else -1
    rag = marks.texts(held, "rag")[last] if len(given) else ""
    return _Panel(
        name=plain(indicator.label),
        indicator=indicator,
        ends=np.array(
            [float(date.fromisoformat(str(end)).toordinal()) for end in held["period_end"]]
        ),
        values=values,
        era=marks.texts(held, "era"),
        target=marks.floats(held, "target")[last] if len(given) else np.nan,
        rag=Rag(rag) if rag else Rag.NOT_RATED,
        label=periods.parse(str(held["period"].iloc[last])).label if len(given) else "",
    )


def _span(dates: tuple[float, float]) -> str:
    days = [date.fromordinal(int(day)) for day in dates]
    first, last = (f"{periods.MONTHS[day.month - 1]} {day.year}" for day in days)
    return first if first == last else f"{first} to {last}"


def _draw(
    axes: Axes,
    panels: list[_Panel],
    dates: tuple[float, float],
    rows: int,
    palette: Palette,
) -> None:
    axes.set(xlim=(0, WIDTH - 0.2), ylim=(PANEL * rows, 0))
    axes.set_axis_off()
    lines, target_lines = [], []
    lasts: dict[Rag, list[tuple[float, float]]] = {}
    for number, panel in enumerate(panels):
        left, top = (number % COLUMNS) * _WIDE, (number // COLUMNS) * PANEL
        _head(axes, panel, left, top, lasts)
        foot = top + PANEL - 0.22
        line, at_target = _scaled(panel, dates, left + 0.02, foot)
        lines.extend(_pieces(line, panel.era))
        if at_target == at_target:
            target_lines.append([(left, at_target), (left + _INNER, at_target)])
        given = line[np.isfinite(line[:, 1])]
        if len(given):
            axes.plot(*given[-1], marker="o", markersize=5, color=palette.chart["series"])
        axes.plot([left, left + _INNER], [foot + 0.04] * 2, color=palette.grid, linewidth=0.8)
    axes.add_collection(
        LineCollection(
            target_lines,
            colors=palette.chart["target"],
            linewidths=1.4,
            linestyles=[(0, (1, 1.4))],
        )
    )
    axes.add_collection(LineCollection(lines, colors=palette.chart["series"], linewidths=1.5))
    for rag, places in lasts.items():
        colour = palette.status[rag.value]["ground" if rag is not Rag.NOT_RATED else "text"]
        axes.plot(
            *np.array(places).T, linestyle="none", marker=_SHAPES[rag], markersize=8,
            markerfacecolor=colour, markeredgecolor=palette.text, markeredgewidth=0.8,
        )  # fmt: skip


def _head(
    axes: Axes,
    panel: _Panel,
    left: float,
    top: float,
    lasts: dict[Rag, list[tuple[float, float]]],
) -> None:
    name = wrapped(panel.name, _INNER)
    if len(name) > 1:
        name = [name[0], shortened(" ".join(name[1:]), _INNER)]
    value = shortened(panel.last_short, _INNER * 0.62, bold=True)
    for row, line in enumerate(name, start=2 - len(name)):
        axes.text(left, top + 0.02 + 0.2 * row, line, va="top")
    axes.text(left, top + 0.44, value, va="top", weight="bold")
    at = left + text_width(value, bold=True) + 0.18
    lasts.setdefault(panel.rag, []).append((at, top + 0.525))
    axes.text(at + 0.12, top + 0.44, panel.rag.label, va="top")


def _scaled(
    panel: _Panel, dates: tuple[float, float], left: float, foot: float
) -> tuple[NDArray[np.float64], float]:
    """Points of the line and height of the target, in inches of the sheet."""
    every = np.append(panel.values, panel.target)
    every = every[np.isfinite(every)]
    low, high = (every.min(), every.max()) if len(every) else (0.0, 1.0)
    high = high if high > low else low + 1.0
    across = (panel.ends - dates[0]) / max(dates[1] - dates[0], 1.0) * (_INNER - 0.08) + left
    height = foot - (panel.values - low) / (high - low) * _TALL
    target = foot - (panel.target - low) / (high - low) * _TALL
    return np.column_stack([across, height]), float(target)


def _pieces(line: NDArray[np.float64], era: list[str]) -> list[NDArray[np.float64]]:
    """The stretches without a gap and without a break."""
    pieces = []
    for first, last in stretches(era):
        part = line[first : last + 1]
        given = np.isfinite(part[:, 1])
        cuts = np.flatnonzero(np.diff(given.astype(int))) + 1
        pieces.extend(
            piece for piece in np.split(part, cuts) if len(piece) > 1 and np.isfinite(piece[0, 1])
        )
    return pieces


def _alt(panels: list[_Panel], title: str, area: str) -> str:
    counts = [
        f"{count} {rag.label.lower()}"
        for rag in Rag
        if (count := sum(panel.rag is rag for panel in panels))
    ]
    parts = []
    for panel in panels:
        given = panel.since
        if not np.isfinite(panel.values).any():
            parts.append(f"{panel.name}: no figure")
            continue
        way = f"from {words.shown(given[0], panel.indicator)} to " if len(given) > 1 else ""
        parts.append(f"{panel.name}: {way}{panel.last} in {panel.label}, {panel.rag.label}")
    return words.sentences(
        title,
        f"{len(panels)} small line charts for {area}: {formats.listed(counts)}",
        "; ".join(parts),
    )


def _table(panels: list[_Panel]) -> pd.DataFrame:
    first, points = [], []
    for panel in panels:
        given = panel.since
        first.append(words.shown(given[0], panel.indicator) if len(given) else "none")
        points.append(len(given))
    return pd.DataFrame(
        {
            "Indicator": [panel.name for panel in panels],
            "First comparable figure": first,
            "Latest figure": [panel.last for panel in panels],
            "Latest period": [panel.label or "none" for panel in panels],
            "Status": [panel.rag.label for panel in panels],
            "Figures": points,
        }
    )
