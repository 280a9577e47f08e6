"""One indicator in one period: a unit beside its benchmarks and its peers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes

from pmf_analysis import formats, periods
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import LINE, WIDTH, Sheet, drawable, paint, shortened, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.errors import ParameterError, nearest
from pmf_analysis.markup import plain
from pmf_analysis.register.models import Indicator
from pmf_analysis.tables import require
from pmf_analysis.terms import State

ROW = 0.31
"""Inches from one unit to the next."""
NAMES = 3.4
"""Inches that a unit's name may take."""
BENCHMARKS: Mapping[str, str] = {
    "england": "England",
    "region": "Region",
    "neighbour_median": "Middle of its neighbours",
}
"""Columns of the analysis table, with the name that each is shown by."""


@dataclass(frozen=True)
class _Row:
    name: str
    value: float
    lower: float
    upper: float
    state: State
    kind: str  # focus, unit, benchmark, part, or the heading above the parts

    @property
    def plain(self) -> bool:
        """Whether its name is drawn in plain type."""
        return self.kind in ("unit", "part")


def draw_variance(
    units: pd.DataFrame,
    indicator: Indicator,
    *,
    title: str,
    focus: str,
    names: Mapping[str, str],
    benchmarks: Mapping[str, str] = BENCHMARKS,
    parts: Collection[str] = (),
    wholes: Collection[str] = (),
    palette: Palette | None = None,
) -> Chart:
    """Draw units side by side, each with its 95% interval, the highest on top.

    Parameters
    ----------
    units : pandas.DataFrame
        Rows of the analysis table: one indicator, one period, one row for each unit, the one
        in focus among them. Benchmarks, target and floor are read from its row.
    indicator : Indicator
    title : str
        The message, as a sentence.
    focus : str
        Code of the unit to bring out.
    names : mapping of code to name
    benchmarks : mapping of column to name
        Such as ``{"england": "England"}``; columns that are absent or null are left out.
    parts : collection of str
        Codes of units that make up the one in focus; they stand below the others.
    wholes : collection of str
        Codes of units that the one in focus is part of: benchmarks, and not its peers.
    palette : Palette, optional

    Returns
    -------
    Chart

    Raises
    ------
    ParameterError
        If the unit in focus is not in the table.
    """
    colours = palette or shipped_palette()
    held = require(units, ("service_area", "period", "shown_value", "shown_state"), "unit")
    if focus not in set(held["service_area"]):
        raise ParameterError(
            f"The unit {focus!r} is not among those to compare",
            "a unit code of the table",
            nearest(focus, sorted(set(held["service_area"]))),
        )
    rows = _rows(held, focus, names, benchmarks, parts, wholes)
    chosen = held[held["service_area"] == focus].iloc[[-1]]
    target, floor = marks.floats(chosen, "target")[0], marks.floats(chosen, "floor")[0]
    low, high = _range(rows, target, floor, indicator)
    name_width = max(text_width(_label(row), bold=not row.plain) for row in rows)
    value_width = max(
        (text_width(_value(row, indicator), bold=True) for row in rows if row.value == row.value),
        default=0.0,
    )
    levels = [
        (name, value) for name, value in (("target", target), ("floor", floor)) if value == value
    ]
    period = (
        marks.texts(chosen, "shown_label")[0] or periods.parse(str(chosen["period"].iloc[0])).label
    )
    sheet = Sheet(
        title=title,
        subtitle=words.subtitle(indicator, period, "bars: 95% intervals"),
        height=ROW * len(rows) + 0.1,
        left=name_width + 0.35,
        right=value_width + 0.3,
        above=0.1 + LINE * len(levels),
    )

    def draw(axes: Axes) -> None:
        _axes(axes, rows, low, high, indicator, colours)
        _levels(axes, levels, low, high, indicator, colours, sheet)
        _draw(axes, rows, indicator, colours)

    return Chart(
        svg=paint(sheet, colours, draw),
        alt=_alt(rows, indicator, title, period, target, floor),
        caption=words.sentences(
            "Where two bars overlap, the difference may be chance",
            "The diamonds are benchmarks" if any(row.kind == "benchmark" for row in rows) else "",
            "" if low == 0 else "The scale does not start at zero",
        ),
        table=_table(rows, indicator),
        title=title,
    )


def _rows(
    held: pd.DataFrame,
    focus: str,
    names: Mapping[str, str],
    benchmarks: Mapping[str, str],
    parts: Collection[str],
    wholes: Collection[str],
) -> list[_Row]:
    latest = held.drop_duplicates("service_area", keep="last")
    values = marks.floats(latest, "shown_value")
    lower, upper = (
        marks.floats(latest, "shown_lower"),
        marks.floats(latest, "shown_upper"),
    )
    period = str(latest.loc[latest["service_area"] == focus, "period"].iloc[0])
    rows = [
        _Row(
            name=_named(plain(names.get(code, code)), own, period),
            value=values[place],
            lower=lower[place],
            upper=upper[place],
            state=state,
            kind=_kind(code, focus, parts, wholes),
        )
        for place, (code, own, state) in enumerate(
            zip(
                latest["service_area"],
                latest["period"],
                marks.states(latest, "shown_state"),
                strict=True,
            )
        )
    ]
    chosen = latest[latest["service_area"] == focus]
    for column, name in benchmarks.items():
        value = marks.floats(chosen, column)[0]
        if value == value:
            rows.append(_Row(name, value, np.nan, np.nan, State.FINAL, "benchmark"))
    own = [row for row in rows if row.kind == "part"]
    others = _sorted([row for row in rows if row.kind != "part"])
    if not own:
        return others
    within = f"Within {plain(names.get(focus, focus))}"
    heading = _Row(within, np.nan, np.nan, np.nan, State.FINAL, "heading")
    return [*others, heading, *_sorted(own)]


def _kind(code: str, focus: str, parts: Collection[str], wholes: Collection[str]) -> str:
    if code == focus:
        return "focus"
    return "part" if code in parts else "benchmark" if code in wholes else "unit"


def _sorted(rows: list[_Row]) -> list[_Row]:
    """From the highest; those without a figure last."""
    return sorted(rows, key=lambda row: (row.value != row.value, -row.value, row.kind, row.name))


def _named(name: str, own: str, period: str) -> str:
    """A unit's name, with its period where that is another one."""
    return name if own == period else f"{name} ({periods.parse(own).label})"


def _range(
    rows: list[_Row], target: float, floor: float, indicator: Indicator
) -> tuple[float, float]:
    every = [(row.value, row.lower, row.upper) for row in rows]
    return marks.value_range(indicator, np.array(every), np.array([target, floor]))


def _axes(
    axes: Axes,
    rows: list[_Row],
    low: float,
    high: float,
    indicator: Indicator,
    palette: Palette,
) -> None:
    marks.value_axis(axes, low, high, indicator, palette)
    # the values lie along the foot here
    locator, formatter = (
        axes.yaxis.get_major_locator(),
        axes.yaxis.get_major_formatter(),
    )
    axes.set_ylim(len(rows) - 0.5, -0.6)
    axes.set_yticks([])
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(
        type(locator)(nbins=5, steps=[1, 2, 2.5, 5, 10], integer=high - low > 5)
    )
    axes.xaxis.set_major_formatter(formatter)
    axes.grid(visible=False, axis="y")
    axes.grid(axis="x", color=palette.grid, linewidth=0.8)
    axes.tick_params(axis="x", length=0)


def _levels(
    axes: Axes,
    levels: list[tuple[str, float]],
    low: float,
    high: float,
    indicator: Indicator,
    palette: Palette,
    sheet: Sheet,
) -> None:
    inches = WIDTH - sheet.left - sheet.right
    for row, (name, value) in enumerate(levels):
        top = 1 + LINE * (len(levels) - row) / sheet.height
        style = "solid" if name == "target" else (0, (1, 1.3))
        axes.plot(
            [value, value], [0, top], transform=axes.get_xaxis_transform(), clip_on=False,
            color=palette.chart[name], linewidth=2, linestyle=style, zorder=1.5,
        )  # fmt: skip
        called = indicator.bound if name == "floor" else name
        text = f"{called} {words.short_level(value, indicator)}"
        # outward from the other level, so that its line does not cross the label
        at = (value - low) / (high - low) * inches
        wide = text_width(text, bold=True) + 0.1
        outward = value < max(other for _, other in levels)
        # above the names, nothing is in its way
        left = at + wide > inches or (outward and at + sheet.left > wide)
        axes.annotate(
            text, (value, 1), xycoords=("data", "axes fraction"),
            xytext=(-5 if left else 5, LINE * (len(levels) - row - 0.5) * 72),
            textcoords="offset points", ha="right" if left else "left", va="center_baseline",
            color=palette.chart[name], weight="bold", annotation_clip=False,
        )  # fmt: skip


def _draw(axes: Axes, rows: list[_Row], indicator: Indicator, palette: Palette) -> None:
    looks = {
        "focus": (palette.focus, palette.focus, "o", 90),
        "unit": (palette.others, palette.outline, "o", 60),
        "part": (palette.others, palette.outline, "o", 60),
        "benchmark": (palette.ground, palette.text, "D", 50),
    }
    for kind, (fill, edge, marker, size) in looks.items():
        chosen = [place for place, row in enumerate(rows) if row.kind == kind]
        some = [rows[place] for place in chosen]
        axes.hlines(
            chosen, [row.lower for row in some], [row.upper for row in some],
            color=edge, linewidth=3 if kind == "focus" else 1.6, zorder=2,
        )  # fmt: skip
        seaborn.scatterplot(
            x=[row.value for row in some], y=chosen, ax=axes, marker=marker, s=size, color=fill,
            edgecolor=edge, linewidth=1.3, zorder=3, legend=False, clip_on=False,
        )  # fmt: skip
    for place, row in enumerate(rows):
        strong = "normal" if row.plain else "bold"
        colour = palette.focus if row.kind == "focus" else palette.text
        axes.annotate(
            _label(row), (0, place), xycoords=("axes fraction", "data"), xytext=(-10, 0),
            textcoords="offset points", ha="right", va="center_baseline", weight=strong,
            color=colour, annotation_clip=False,
        )  # fmt: skip
        if row.kind == "heading":
            continue
        # a reason stands where the dot would be, a figure beyond the plot
        given = row.value == row.value
        axes.annotate(
            _value(row, indicator), (1 if given else 0, place),
            xycoords=("axes fraction", "data"), xytext=(10, 0),
            textcoords="offset points", va="center_baseline", annotation_clip=False,
            weight="bold" if row.kind == "focus" else "normal",
            color=colour if given else palette.quiet_text,
            bbox=None if given else {"facecolor": palette.ground, "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip


def _label(row: _Row) -> str:
    name = shortened(row.name, NAMES, bold=not row.plain)
    return "Its own parts" if row.kind == "heading" and name != drawable(row.name) else name


def _value(row: _Row, indicator: Indicator) -> str:
    if row.value == row.value:
        return words.short(row.value, indicator)
    return row.state.label.split("(")[0].strip() if not row.state.has_value else "no figure"


def _alt(
    rows: list[_Row],
    indicator: Indicator,
    title: str,
    period: str,
    target: float,
    floor: float,
) -> str:
    given = [row for row in rows if row.value == row.value]
    units = [row for row in given if row.kind in ("focus", "unit")]
    missing = [row.name for row in rows if row.value != row.value and row.kind != "heading"]
    parts = [
        title,
        f"Dots with 95% intervals of {indicator.name}, {period}, highest first",
    ]
    focus = next(row for row in rows if row.kind == "focus")
    if focus.value == focus.value:
        between = ""
        if focus.lower == focus.lower:
            limits = formats.interval(focus.lower, focus.upper, indicator.unit, indicator.decimals)
            between = f" (interval {limits})"
        place = units.index(focus) + 1
        parts.append(
            f"{focus.name} is at {words.shown(focus.value, indicator)}{between}, number {place} "
            f"of {len(units)} counted from the highest"
        )
    else:
        parts.append(f"{focus.name} has no figure: {focus.state.label}")
    if len(units) > 1:
        parts.append(
            f"The highest is {units[0].name} at {words.shown(units[0].value, indicator)}, the "
            f"lowest {units[-1].name} at {words.shown(units[-1].value, indicator)}"
        )
    benchmarks = [
        f"{row.name} {words.shown(row.value, indicator)}"
        for row in given
        if row.kind == "benchmark"
    ]
    parts.append(f"Benchmarks: {'; '.join(benchmarks)}" if benchmarks else "")
    parts.append(words.targets(np.array([target]), np.array([floor]), indicator))
    own = [f"{row.name} {words.shown(row.value, indicator)}" for row in given if row.kind == "part"]
    parts.append(f"Within {focus.name}: {'; '.join(own)}" if own else "")
    parts.append(f"Without a figure: {formats.listed(missing)}" if missing else "")
    return words.sentences(*parts)


def _table(rows: list[_Row], indicator: Indicator) -> pd.DataFrame:
    def printed(values: list[float]) -> np.ndarray:
        return np.round(np.array(values, dtype=float), indicator.decimals)

    rows = [row for row in rows if row.kind != "heading"]
    table = pd.DataFrame(
        {
            "Name": [row.name for row in rows],
            f"Figure, {words.measured_in(indicator)}": printed([row.value for row in rows]),
            "95% interval, from": printed([row.lower for row in rows]),
            "95% interval, to": printed([row.upper for row in rows]),
            "State": ["benchmark" if row.kind == "benchmark" else row.state.label for row in rows],
        }
    )
    return table.dropna(axis="columns", how="all")
