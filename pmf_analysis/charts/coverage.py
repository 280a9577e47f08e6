"""Shares of figures that lay inside their ranges, beside what the ranges promise."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from pmf_analysis import formats
from pmf_analysis.charts import words
from pmf_analysis.charts.canvas import KeyEntry, Sheet, paint, shortened, text_width
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.methods.verification import Coverage, Share

ROW = 0.52
"""Inches from one row to the next."""
_RIGHT = 1.5
_WIDEST_NAME = 3.1
_APART = 0.17
"""From the middle of a row to each of its marks, in rows."""
NOMINAL = (0.80, 0.95)


def draw_coverage(
    rows: Sequence[Coverage], *, title: str, what: str, palette: Palette | None = None
) -> Chart:
    """Draw achieved coverage of 80% and 95% ranges by group, with intervals.

    Parameters
    ----------
    rows : sequence of Coverage
        From above; a row without a figure is said to have none.
    title : str
        The message, as a sentence.
    what : str
        What the figures are, under the title.
    palette : Palette, optional

    Returns
    -------
    Chart
    """
    colours = palette or shipped_palette()
    names = [shortened(one.name, _WIDEST_NAME) for one in rows]
    left = 0.35 + max((text_width(name) for name in names), default=0.5)
    sheet = Sheet(
        title=title, subtitle=what, height=ROW * max(len(rows), 1) + 0.1, left=left, right=_RIGHT,
        below=0.75, key=_key(colours),
    )  # fmt: skip
    return Chart(
        svg=paint(sheet, colours, lambda axes: _draw(axes, rows, names, colours)),
        alt=_alt(rows, title, what),
        caption=(
            "The upright lines stand at 80% and 95%: what the ranges promise. A mark left of its "
            "line means that the ranges were too narrow, right of it too wide. The bars are where "
            "the share may lie by chance alone (95%), allowing for figures of one series being "
            "alike."
        ),
        table=coverage_table(rows),
        title=title,
    )


def coverage_table(rows: Sequence[Coverage]) -> pd.DataFrame:
    """The same as a table: achieved beside nominal, with intervals and counts.

    Parameters
    ----------
    rows : sequence of Coverage
    """
    return pd.DataFrame(
        {
            "Group": [one.name for one in rows],
            "80% ranges held": [_said(one.inside80) for one in rows],
            "80%, interval": [_interval(one.inside80) for one in rows],
            "95% ranges held": [_said(one.inside95) for one in rows],
            "95%, interval": [_interval(one.inside95) for one in rows],
            "Figures": [one.inside95.cases for one in rows],
            "Series": [one.inside95.clusters for one in rows],
        }
    )


def _key(palette: Palette) -> tuple[KeyEntry, ...]:
    dark = {"color": palette.chart["series"], "markersize": 8}
    return (
        KeyEntry("inside the 80% range", {**dark, "marker": "o"}),
        KeyEntry("inside the 95% range",
                 {**dark, "marker": "D", "markerfacecolor": palette.ground}),
    )  # fmt: skip


def _draw(axes: Axes, rows: Sequence[Coverage], names: list[str], palette: Palette) -> None:
    line = palette.chart["series"]
    given = [s.lower for one in rows for s in (one.inside80, one.inside95) if s.cases]
    low = min([0.6, *given]) - 0.02
    axes.set(xlim=(low, 1.005), ylim=(len(rows) - 0.45, -0.55))
    near = low > 0.35
    ticks = [one / 10 for one in range(0, 11, 1 if near else 2) if one / 10 >= low]
    ticks += [0.95] if low > 0.62 else []
    axes.set_xticks(ticks, [f"{100 * one:.0f}%" for one in ticks])
    axes.set_yticks(range(len(rows)), names)
    axes.tick_params(length=0)
    axes.set_xlabel("share of figures inside", labelpad=8)
    axes.grid(axis="x", color=palette.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["left", "bottom"]].set_visible(False)
    for nominal in NOMINAL:
        axes.axvline(nominal, color=palette.chart["target"], linewidth=1.4, linestyle=(0, (1, 1.2)))
    for place, one in enumerate(rows):
        marked = ((one.inside80, -_APART, "o", line), (one.inside95, _APART, "D", palette.ground))
        for share, away, marker, ground in marked:
            if not share.cases:
                continue
            at = place + away
            axes.plot([share.lower, share.upper], [at, at], color=line, linewidth=1.6)
            axes.plot([share.share], [at], marker, color=line, markerfacecolor=ground,
                      markersize=7, clip_on=False, zorder=3)  # fmt: skip
        count = formats.number(one.inside95.cases)
        axes.annotate(
            f"{count} figures" if one.inside95.cases else "no figure", (1.0, place), (12, 0),
            textcoords="offset points", va="center", color=palette.quiet_text,
            annotation_clip=False,
        )  # fmt: skip


def _alt(rows: Sequence[Coverage], title: str, what: str) -> str:
    said = [
        f"{one.name}: {_said(one.inside80)} inside the 80% range and {_said(one.inside95)} inside "
        f"the 95% range, of {formats.number(one.inside95.cases)} figures"
        for one in rows
        if one.inside95.cases
    ]
    return words.sentences(title, what, *(said or ["There is no figure to show"]))


def _said(share: Share) -> str:
    return f"{100 * share.share:.1f}%" if share.cases else "no figure"


def _interval(share: Share) -> str:
    if not share.cases:
        return ""
    return f"{100 * share.lower:.1f}% to {100 * share.upper:.1f}%"
