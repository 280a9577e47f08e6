"""Chances held against what happened: a reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pmf_analysis import formats
from pmf_analysis.charts import words
from pmf_analysis.charts.canvas import KeyEntry, Sheet, paint
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.methods.verification import Bin

HEIGHT = 5.3
_LEFT, _RIGHT = 1.2, 2.4
_BARS_LOW, _BARS_HIGH = -0.27, -0.07
"""Where the bars of the numbers of cases stand, on the scale of the shares."""
_LARGEST, _SMALLEST = 13.0, 5.0
"""Points across the mark of the bin with the most cases, and of the smallest."""


def draw_reliability(
    bins: Sequence[Bin],
    *,
    title: str,
    what: str,
    event: str,
    least: int,
    palette: Palette | None = None,
) -> Chart:
    """Draw how often something happened against the chance that was said for it.

    Parameters
    ----------
    bins : sequence of Bin
    title : str
        The message, as a sentence.
    what : str
        What the chances were said of, under the title.
    event : str
        What happened or did not, as ``the target was met``.
    least : int
        A bin with fewer cases is drawn hollow: too few to judge by.
    palette : Palette, optional

    Returns
    -------
    Chart
    """
    colours = palette or shipped_palette()
    given = [one for one in bins if one.happened.cases]
    few = any(one.happened.cases < least for one in given)
    sheet = Sheet(
        title=title, subtitle=what, height=HEIGHT, left=_LEFT, right=_RIGHT, below=0.75,
        key=_key(few, least, colours),
    )  # fmt: skip
    return Chart(
        svg=paint(sheet, colours, lambda axes: _draw(axes, given, event, least, colours)),
        alt=_alt(given, title, what, event),
        caption=_caption(event),
        table=_table(given, event),
        title=title,
    )


def _key(few: bool, least: int, palette: Palette) -> tuple[KeyEntry, ...]:
    dot = {"marker": "o", "color": palette.chart["series"], "markersize": 9}
    entries = [KeyEntry("how often, by the chance said; larger: more cases", dot)]
    if few:
        hollow = {**dot, "markerfacecolor": palette.ground, "markersize": 6}
        entries.append(KeyEntry(f"fewer than {least} cases", hollow))
    return tuple(entries)


def _draw(axes: Axes, bins: list[Bin], event: str, least: int, palette: Palette) -> None:
    line = palette.chart["series"]
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.3, 1.02))
    ticks = np.linspace(0, 1, 6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(ticks, [f"{100 * one:.0f}%" for one in ticks])
    axes.set_xlabel("chance that was said", labelpad=8)
    axes.set_ylabel(f"share in which {event}", y=0.62)
    axes.grid(color=palette.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.plot([0, 1], [0, 1], color=palette.chart["centre"], linewidth=1.2, linestyle=(0, (4, 2.5)))
    quiet = {"color": palette.quiet_text, "va": "center", "ha": "left", "clip_on": False}
    axes.text(1.05, 1.0, "said as it happened", **quiet)
    axes.text(1.05, 0.62, "below the line:\nit happened less\noften than was said", **quiet)
    axes.text(0.03, 0.93, "above the line: it happened\nmore often than was said", **quiet)
    axes.text(1.05, (_BARS_LOW + _BARS_HIGH) / 2, "how many cases", **quiet)
    _bars(axes, bins, palette)
    most = max((one.happened.cases for one in bins), default=1)
    for one in bins:
        share = one.happened
        size = max(_SMALLEST, _LARGEST * np.sqrt(share.cases / most))
        axes.plot([one.said] * 2, [share.lower, share.upper], color=line, linewidth=1.8)
        ground = line if share.cases >= least else palette.ground
        axes.plot(
            [one.said], [share.share], "o", color=line, markerfacecolor=ground, markersize=size,
            clip_on=False, zorder=3,
        )  # fmt: skip


def _bars(axes: Axes, bins: list[Bin], palette: Palette) -> None:
    """How many cases each bin has, below the shares."""
    most = max((one.happened.cases for one in bins), default=1)
    for one in bins:
        tall = (_BARS_HIGH - _BARS_LOW) * one.happened.cases / most
        axes.bar(
            [(one.start + one.end) / 2], [tall], width=(one.end - one.start) * 0.86,
            bottom=_BARS_LOW, color=palette.focus, linewidth=0,
        )  # fmt: skip
    axes.plot([0, 1], [_BARS_LOW] * 2, color=palette.outline, linewidth=0.8)


def _alt(bins: list[Bin], title: str, what: str, event: str) -> str:
    if not bins:
        return words.sentences(title, what, "There is no case to show")
    said = [
        f"where the chance said was {_span(one)}, {event} in {_share(one)} of "
        f"{formats.number(one.happened.cases)} cases"
        for one in bins
    ]
    return words.sentences(title, "Reliability diagram", what, *said)


def _caption(event: str) -> str:
    return words.sentences(
        f"Each dot gathers cases with a like chance: across, the chance that was said; up, in what "
        f"share of them {event}. On the dashed line both agree. The upright lines are where the "
        "share may lie by chance alone (95%), allowing for figures of one series being alike",
    )


def _table(bins: list[Bin], event: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Chance said": [_span(one) for one in bins],
            "Mean chance, per cent": [round(100 * one.said, 1) for one in bins],
            f"Share in which {event}": [_share(one) for one in bins],
            "95% interval": [
                f"{100 * one.happened.lower:.0f}% to {100 * one.happened.upper:.0f}%"
                for one in bins
            ],
            "Cases": [one.happened.cases for one in bins],
            "Series": [one.happened.clusters for one in bins],
        }
    )


def _span(one: Bin) -> str:
    return f"{100 * one.start:.0f} to {100 * one.end:.0f}%"


def _share(one: Bin) -> str:
    return f"{100 * one.happened.share:.0f}%"
