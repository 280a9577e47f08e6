"""A line small enough for a cell of a table: written by hand, in a few hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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


class Fan(NamedTuple):
    """What may come, each of shape (periods,); NaN where the past is.

    Attributes
    ----------
    low95, low80, middle, high80, high95 : ndarray
    """

    low95: Floats
    low80: Floats
    middle: Floats
    high80: Floats
    high95: Floats


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
    return _image(parts, words)


def fanline(
    values: Floats,
    fan: Fan,
    era: Sequence[str],
    target: float,
    scale: tuple[float, float],
    words: str,
    palette: Palette | None = None,
) -> Html:
    """Draw a series with what may come: both ranges as grounds, the middle as a broken line.

    Parameters
    ----------
    values : ndarray, shape (periods,)
        NaN where there is no figure, as in the periods to come.
    fan : Fan
        Over the same periods.
    era : sequence of str
        No line spans two of them.
    target : float
        NaN where there is none.
    scale : tuple of float
        Lowest and highest value of the picture; what lies outside is cut off.
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

    def up(part: Floats) -> Floats:
        inside = np.clip(np.asarray(part, dtype=float), low, high)
        return TALL - _EDGE - (inside - low) / (high - low) * (TALL - 2 * _EDGE)

    known = np.flatnonzero(np.isfinite(values))
    coming = np.flatnonzero(np.isfinite(fan.middle))
    opens = bool(len(known) and len(coming)) and known[-1] == coming[0] - 1
    at = np.r_[known[-1:], coming] if opens else coming
    edges = [up(np.where(np.isfinite(part), part, values))[at] for part in fan]
    parts = _grounds(across[at], edges, colours) if len(coming) else []
    if low <= target <= high:
        parts.append(
            f"<path d='M0 {up(np.array([target]))[0]:.1f}h{WIDE}' "
            f"stroke='{colours.chart['target']}' stroke-width='1.3' stroke-dasharray='2 2'/>"
        )
    line = "".join(_pieces(across, up(values), era))
    if line:
        parts.append(f"<path d='{line}' stroke='{colours.chart['series']}' stroke-width='1.4'/>")
    if len(coming):
        parts.append(
            f"<path d='M{_corners(across[at], edges[2])}' stroke='{colours.chart['forecast_text']}'"
            " stroke-width='1.4' stroke-dasharray='4 1.6'/>"
        )
    if len(known):
        dot = f"cx='{_n(across[known[-1]])}' cy='{_n(up(values)[known[-1]])}'"
        parts.append(f"<circle {dot} r='2.4' fill='{colours.chart['series']}'/>")
    return _image(parts, words)


def _grounds(across: Floats, edges: Sequence[Floats], palette: Palette) -> list[str]:
    """The grounds of the wider and the narrower range."""
    along = np.r_[across, across[::-1]]
    return [
        f"<path d='M{_corners(along, np.r_[edges[over], edges[under][::-1]])}z' "
        f"fill='{palette.chart[name]}'/>"
        for under, over, name in ((0, 4, "band95"), (1, 3, "band80"))
    ]


def _corners(across: Floats, up: Floats) -> str:
    return "L".join(f"{_n(x)} {_n(y)}" for x, y in zip(across, up, strict=True))


def _image(parts: list[str], words: str) -> Html:
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
