"""How far each indicator's data can be trusted, characteristic by characteristic."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from pmf_analysis import formats
from pmf_analysis.charts import words
from pmf_analysis.charts.canvas import (
    LINE,
    WIDTH,
    Sheet,
    paint,
    shortened,
    text_width,
    wrapped,
)
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.errors import ParameterError
from pmf_analysis.markup import plain
from pmf_analysis.tables import require
from pmf_analysis.terms import Characteristic, Verdict

ROW = 0.5
"""Inches from one indicator to the next: room for two lines."""
NAMES = 1.65
"""Inches that a line of an indicator's name may take."""
WORDS: Mapping[Verdict, str] = {
    Verdict.GREEN: "Good",
    Verdict.AMBER: "Care",
    Verdict.RED: "No reliance",
    Verdict.NOT_ASSESSED: "Not assessed",
}
"""The word in each cell, so that colour never stands alone."""


def draw_quality(
    verdicts: pd.DataFrame,
    *,
    title: str,
    subtitle: str,
    names: Mapping[str, str],
    palette: Palette | None = None,
) -> Chart:
    """Draw a table of words and colours: indicators down, characteristics across.

    Parameters
    ----------
    verdicts : pandas.DataFrame
        Columns ``indicator, characteristic, verdict``: codes of the register,
        `terms.Characteristic` and `terms.Verdict`. A pair without a row is not assessed; of
        two rows for one pair the worse counts.
    title : str
        The message, as a sentence.
    subtitle : str
        The unit and the period.
    names : mapping of code to name
        Indicators, in the order in which they are shown; one without a row is not assessed.
    palette : Palette, optional

    Returns
    -------
    Chart

    Raises
    ------
    ParameterError
        If there is no indicator to show.
    """
    colours = palette or shipped_palette()
    grid = _grid(require(verdicts, ("indicator", "characteristic", "verdict"), "verdict"), names)
    labels = [_two_lines(name) for name in grid.index]
    sheet = Sheet(
        title=title,
        subtitle=subtitle,
        height=ROW * len(grid),
        left=0.25 + max(text_width(line) for lines in labels for line in lines),
        right=0.05,
        below=0.1,
        above=0.35,
    )
    edges = _edges(grid.columns, WIDTH - sheet.left - sheet.right)
    svg = paint(sheet, colours, lambda axes: _draw(axes, grid, labels, edges, colours))
    words_ = grid.map(lambda verdict: WORDS[verdict])
    return Chart(
        svg=svg,
        alt=_alt(grid, title, subtitle),
        caption=words.sentences(
            "Good: the checks passed within tolerance",
            "Care: some failed, within what is agreed",
            "No reliance: too many failed",
            "Not assessed: nothing was checked, which is not a pass",
        ),
        table=words_.rename_axis("Indicator").reset_index(),
        title=title,
    )


def _grid(verdicts: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    if not names:
        raise ParameterError(
            "There is no indicator whose data quality could be shown",
            "at least one indicator",
            "Leave the chart out where an area has no indicator",
        )
    order = [Verdict.RED, Verdict.AMBER, Verdict.GREEN, Verdict.NOT_ASSESSED]
    worst: dict[tuple[str, str], Verdict] = {}
    rows = verdicts[["indicator", "characteristic", "verdict"]].itertuples(index=False, name=None)
    for indicator, characteristic, code in rows:
        verdict = Verdict(code)
        held = worst.get((indicator, characteristic), Verdict.NOT_ASSESSED)
        worst[indicator, characteristic] = min(held, verdict, key=order.index)
    return pd.DataFrame(
        {
            characteristic.label.capitalize(): [
                worst.get((code, characteristic.value), Verdict.NOT_ASSESSED) for code in names
            ]
            for characteristic in Characteristic
        },
        index=[plain(name) for name in names.values()],
        dtype=object,
    )


def _two_lines(name: str) -> list[str]:
    lines = wrapped(name, NAMES)
    return lines if len(lines) < 3 else [lines[0], shortened(" ".join(lines[1:]), NAMES)]


def _draw(
    axes: Axes,
    grid: pd.DataFrame,
    names: list[list[str]],
    edges: list[float],
    palette: Palette,
) -> None:
    order = list(Verdict)
    numbers = grid.map(order.index).to_numpy(dtype=float)
    fills = ListedColormap([palette.verdict[verdict.value]["ground"] for verdict in order])
    axes.pcolormesh(
        edges, range(len(grid) + 1), numbers, cmap=fills, vmin=-0.5, vmax=len(order) - 0.5,
        edgecolor=palette.ground, linewidth=2.5,
    )  # fmt: skip
    axes.set(xlim=(0, edges[-1]), ylim=(len(grid), 0))
    axes.set_axis_off()
    middles = [(left + right) / 2 for left, right in pairwise(edges)]
    for row, lines in enumerate(names):
        _lines(axes, lines, (0, row + 0.5), -8, "right", palette.text)
        for place, middle in enumerate(middles):
            verdict = Verdict(grid.iat[row, place])
            ink = palette.verdict[verdict.value]["text"]
            _lines(axes, WORDS[verdict].split(), (middle, row + 0.5), 0, "center", ink)
    for name, middle in zip(grid.columns, middles, strict=True):
        axes.annotate(
            name, (middle, 0), xytext=(0, 8), textcoords="offset points", ha="center",
            weight="bold", annotation_clip=False,
        )  # fmt: skip


def _lines(
    axes: Axes,
    lines: list[str],
    at: tuple[float, float],
    aside: float,
    side: str,
    colour: str,
) -> None:
    """Lines of text around the middle of a cell."""
    for number, line in enumerate(lines):
        down = (number - (len(lines) - 1) / 2) * LINE * 0.9 * 72
        axes.annotate(
            line, at, xytext=(aside, -down), textcoords="offset points", ha=side,
            va="center_baseline", color=colour, annotation_clip=False,
        )  # fmt: skip


def _edges(columns: pd.Index, width: float) -> list[float]:
    """Sides of the columns in inches: each as wide as its header needs, and a share of the rest."""
    widest = max(text_width(part) for word in WORDS.values() for part in word.split()) + 0.1
    needed = [max(text_width(name, bold=True), widest) for name in columns]
    spare = max(0.0, width - sum(needed)) / len(needed)
    edges = [0.0]
    for wide in needed:
        edges.append(edges[-1] + wide + spare)
    return edges


def _alt(grid: pd.DataFrame, title: str, subtitle: str) -> str:
    every = [
        (name, column, Verdict(code))
        for name, *row in grid.itertuples(name=None)
        for column, code in zip(grid.columns, row, strict=True)
    ]
    counts = [
        f"{sum(one is verdict for *_, one in every)} {word.lower()}"
        for verdict, word in WORDS.items()
    ]
    named = []
    for verdict, lead in ((Verdict.RED, "No reliance"), (Verdict.AMBER, "Care")):
        found = [f"{name} ({column.lower()})" for name, column, one in every if one is verdict]
        if found:
            more = f" and {len(found) - 8} more" if len(found) > 8 else ""
            named.append(f"{lead}: {'; '.join(found[:8])}{more}")
    return words.sentences(
        title,
        f"Table of data-quality verdicts, {len(grid)} indicators by {len(grid.columns)} "
        f"characteristics. {subtitle}",
        f"Of {len(every)} verdicts: {formats.listed(counts)}",
        *named,
    )
