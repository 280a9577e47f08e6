"""A line small enough for a cell of a table: written by hand, in a few hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pmf_analysis.charts.lean import address
from pmf_analysis.charts.marks import DOUBTED, Floats
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.charts.timeline import stretches
from pmf_analysis.markup import Html, escape

WIDE, TALL = 132, 40
"""Of the picture, in its own units."""
_EDGE = 5

_SHAPES = {
    "improvement": "M{x} {y}m0-4.5 4.5 8h-9z",
    "concern": "M{x} {y}m0-5 5 5-5 5-5-5z",
    "neutral": "M{x} {y}m-3.5-3.5h7v7h-7z",
}
"""A shape for each meaning, so that colour never stands alone; what is in doubt is drawn as what
is only unusual."""


def sparkline(
    values: Floats,
    kinds: Sequence[str],
    era: Sequence[str],
    target: float,
    scale: tuple[float, float],
    words: str,
    palette: Palette | None = None,
) -> Html:
    """Draw a series as a line with its special causes and its target.

    Parameters
    ----------
    values : ndarray, shape (periods,)
        NaN where there is no figure.
    kinds : sequence of str
        ``improvement``, ``concern``, ``neutral``, ``doubted`` or nothing, for each period.
    era : sequence of str
        No line spans two of them.
    target : float
        NaN where there is none.
    scale : tuple of float
        Lowest and highest value of the picture.
    words : str
        What it shows, for those who do not see it.
    palette : Palette, optional

    Returns
    -------
    Html
        An image that holds its own data.
    """
    colours = palette or shipped_palette()
    low, high = scale
    high = high if high > low else low + 1.0
    across = np.linspace(_EDGE, WIDE - _EDGE, max(len(values), 2))[: len(values)]
    up = TALL - _EDGE - (np.asarray(values) - low) / (high - low) * (TALL - 2 * _EDGE)
    parts = []
    if low <= target <= high:
        at = TALL - _EDGE - (target - low) / (high - low) * (TALL - 2 * _EDGE)
        parts.append(
            f"<path d='M0 {at:.1f}h{WIDE}' stroke='{colours.chart['target']}' "
            "stroke-width='1.3' stroke-dasharray='2 2'/>"
        )
    line = "".join(_pieces(across, up, era))
    if line:
        parts.append(f"<path d='{line}' stroke='{colours.chart['series']}' stroke-width='1.4'/>")
    for kind, shape in _SHAPES.items():
        places = [
            place
            for place, one in enumerate(kinds)
            if (one if one != DOUBTED else "neutral") == kind and up[place] == up[place]
        ]
        if places:
            marks = "".join(shape.format(x=_n(across[one]), y=_n(up[one])) for one in places)
            parts.append(
                f"<path d='{marks}' fill='{colours.chart[kind]}' stroke='{colours.text}' "
                "stroke-width='.5'/>"
            )
    given = np.flatnonzero(np.isfinite(up))
    if len(given) and not kinds[given[-1]]:
        dot = f"cx='{_n(across[given[-1]])}' cy='{_n(up[given[-1]])}'"
        parts.append(f"<circle {dot} r='2.4' fill='{colours.chart['series']}'/>")
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDE}' height='{TALL}' "
        f"viewBox='0 0 {WIDE} {TALL}' fill='none'>{''.join(parts)}</svg>"
    )
    return Html(f'<img alt="{escape(words)}" src="{address(svg.encode())}">')


def _pieces(across: Floats, up: Floats, era: Sequence[str]) -> list[str]:
    """Steps of the line: a gap and a break of the era lift the pen."""
    found = []
    for first, last in stretches(era):
        pen = ""
        for place in range(first, last + 1):
            if np.isfinite(up[place]):
                found.append(f"{'L' if pen else 'M'}{_n(across[place])} {_n(up[place])}")
                pen = "down"
            else:
                pen = ""
    return found


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
