"""The sheet that every chart is drawn on: ground, type, title, key, and the bytes.

Sizes are inches, so that type stays at 12 points whatever the chart holds. Settings of the
drawing library hold while a chart is drawn and no longer; a user's own settings do not
reach it. The typeface is the one that comes with the library, drawn as shapes, so that the
same chart has the same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

import matplotlib
import seaborn
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.textpath import text_to_path

from pmf_analysis.charts.palette import Palette

WIDTH = 8.0
"""Inches of every chart."""
SIZE = 12.0
"""Points of all type but the title."""
TITLE_SIZE = 14.5
LINE = 0.235
"""Inches from one line of type to the next."""
_TITLE_LINE = 0.28
_MARGIN = 0.1
_FONT = "DejaVu Sans"
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True)
class KeyEntry:
    """One mark and its word, for the line of marks above the plot."""

    word: str
    marker: dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """What stands around a plot, and how large the plot is.

    Attributes
    ----------
    title, subtitle : str
        Wrapped to the width.
    height : float
        Inches of the plot itself.
    left, right, below : float
        Inches beside and under the plot, for its labels.
    above : float
        Inches between the key and the plot, for labels of breaks.
    key : tuple of KeyEntry
    """

    title: str
    subtitle: str
    height: float
    left: float
    right: float
    below: float = 0.4
    above: float = 0.08
    key: tuple[KeyEntry, ...] = field(default=())


def paint(sheet: Sheet, palette: Palette, draw: Callable[[Axes], None]) -> bytes:
    """Draw a chart and return its bytes.

    Parameters
    ----------
    sheet : Sheet
    palette : Palette
    draw : callable
        Draws the plot on the axes it is given.

    Returns
    -------
    bytes
        SVG; the same for the same input.
    """
    titles = wrapped(sheet.title, WIDTH - 2 * _MARGIN, TITLE_SIZE, bold=True)
    subtitles = wrapped(sheet.subtitle, WIDTH - 2 * _MARGIN)
    rows = _key_rows(sheet.key)
    head = (
        _MARGIN + _TITLE_LINE * len(titles) + LINE * len(subtitles)
        + (0.1 + 0.28 * len(rows) if rows else 0.05) + sheet.above
    )  # fmt: skip
    tall = head + sheet.height + sheet.below
    with matplotlib.rc_context():
        matplotlib.rcParams.update(_settings(palette.text, palette.outline, palette.grid))
        figure = Figure(figsize=(WIDTH, tall), facecolor=palette.ground)
        FigureCanvasSVG(figure)
        around = figure.add_axes((0, 0, 1, 1))
        around.set_axis_off()
        around.set(xlim=(0, WIDTH), ylim=(tall, 0))
        line = _MARGIN
        for text in titles:
            around.text(
                _MARGIN,
                line,
                text,
                size=TITLE_SIZE,
                weight="bold",
                va="top",
                color=palette.text,
            )
            line += _TITLE_LINE
        for text in subtitles:
            around.text(_MARGIN, line, text, va="top", color=palette.quiet_text)
            line += LINE
        _draw_key(around, rows, line + 0.24, palette)
        plot = figure.add_axes(
            (
                sheet.left / WIDTH, sheet.below / tall,
                (WIDTH - sheet.left - sheet.right) / WIDTH, sheet.height / tall,
            )
        )  # fmt: skip
        draw(plot)
        made = BytesIO()
        figure.savefig(made, format="svg", metadata={"Date": None, "Creator": None})
    return made.getvalue()


def drawable(text: object) -> str:
    """A text with the characters that the typeface has; others become a question mark."""
    known = _characters()
    kept = _INVISIBLE.sub("", " ".join(str(text).split()))
    return "".join(letter if ord(letter) in known else "?" for letter in kept)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = SIZE, *, bold: bool = False) -> float:
    """Inches that a text takes on one line."""
    return text_to_path.get_text_width_height_descent(text, _font(size, bold), False)[0] / 72


def wrapped(text: str, width: float, size: float = SIZE, *, bold: bool = False) -> list[str]:
    """A text in lines of at most a width in inches; a word that is too long is cut.

    Parameters
    ----------
    text : str
    width : float
    size : float
        Points.
    bold : bool

    Returns
    -------
    list of str
        Empty for an empty text.
    """
    lines: list[str] = []
    space, taken = (
        text_width("n n", size, bold=bold) - text_width("nn", size, bold=bold),
        0.0,
    )
    for given in drawable(text).split():
        word = shortened(given, width, size, bold=bold)
        wide = text_width(word, size, bold=bold)
        if lines and taken + space + wide <= width:
            lines[-1] = f"{lines[-1]} {word}"
            taken += space + wide
        else:
            lines.append(word)
            taken = wide
    return lines


def shortened(text: object, width: float, size: float = SIZE, *, bold: bool = False) -> str:
    """A text cut to a width in inches, with an ellipsis where something is left out."""
    whole = drawable(text)
    if text_width(whole, size, bold=bold) <= width:
        return whole
    # a first guess by the share that fits, then letter by letter
    kept = whole[: max(1, int(len(whole) * width / text_width(whole, size, bold=bold)) + 2)]
    while len(kept) > 1 and text_width(kept + "…", size, bold=bold) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def spread(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart so that none covers another, as little as may be.

    Parameters
    ----------
    places : list of float
        Where each label would best stand.
    gap : float
        Least distance between two.
    low, high : float
        They stay within, as far as there is room.

    Returns
    -------
    list of float
        In the order given.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    groups: list[list[float]] = []  # sum of wishes less offsets, count
    for index in order:
        groups.append([places[index], 1])
        while len(groups) > 1 and _start(groups[-1], gap) < _end(groups[-2], gap) + gap:
            wishes, count = groups.pop()
            groups[-1] = [groups[-1][0] + wishes, groups[-1][1] + count]
    settled: list[float] = []
    for group in groups:
        start = _start(group, gap)
        settled.extend(start + gap * step for step in range(int(group[1])))
    if settled and settled[-1] > high:
        settled = _pushed([-place for place in reversed(settled)], gap, -high)
        settled = [-place for place in reversed(settled)]
    if settled and settled[0] < low:
        settled = _pushed(settled, gap, low)
    result = [0.0] * len(places)
    for index, place in zip(order, settled, strict=True):
        result[index] = place
    return result


def _start(group: list[float], gap: float) -> float:
    wishes, count = group
    return wishes / count - gap * (count - 1) / 2


def _end(group: list[float], gap: float) -> float:
    return _start(group, gap) + gap * (group[1] - 1)


def _pushed(places: list[float], gap: float, low: float) -> list[float]:
    least, moved = low, []
    for place in places:
        moved.append(max(place, least))
        least = moved[-1] + gap
    return moved


def _key_rows(key: tuple[KeyEntry, ...]) -> list[list[tuple[float, KeyEntry]]]:
    """Marks with their place from the left, in as many rows as they need."""
    rows: list[list[tuple[float, KeyEntry]]] = []
    place = WIDTH
    for entry in key:
        width = 0.3 + text_width(drawable(entry.word)) + 0.3
        if place + width > WIDTH:
            rows.append([])
            place = _MARGIN
        rows[-1].append((place, entry))
        place += width
    return rows


def _draw_key(
    around: Axes,
    rows: list[list[tuple[float, KeyEntry]]],
    line: float,
    palette: Palette,
) -> None:
    for row in rows:
        for place, entry in row:
            around.plot(
                [place + 0.02, place + 0.1, place + 0.18], [line] * 3, markevery=[1],
                **{"linestyle": "none", **entry.marker},
            )  # fmt: skip
            around.text(
                place + 0.28,
                line,
                drawable(entry.word),
                va="center_baseline",
                color=palette.text,
            )
        line += 0.28


@cache
def _font(size: float, bold: bool) -> FontProperties:
    return FontProperties(family=_FONT, size=size, weight="bold" if bold else "normal")


@cache
def _characters() -> frozenset[int]:
    path = matplotlib.get_data_path() + "/fonts/ttf/DejaVuSans.ttf"
    return frozenset(get_font(path).get_charmap())


@cache
def _settings(text: str, outline: str, grid: str) -> dict[str, Any]:
    """Every setting, so that none of the user's own has an effect."""
    plain = {
        name: value
        for name, value in matplotlib.rcParamsDefault.items()
        if not name.startswith(("backend", "webagg", "date.epoch", "tk.", "interactive", "toolbar"))
    }
    look = seaborn.axes_style(
        "white",
        {
            "axes.edgecolor": outline, "axes.labelcolor": text, "text.color": text,
            "xtick.color": text, "ytick.color": text, "grid.color": grid,
            "font.family": _FONT, "axes.spines.top": False, "axes.spines.right": False,
        },
    )  # fmt: skip
    ours = {
        "font.size": SIZE, "axes.labelsize": SIZE, "xtick.labelsize": SIZE,
        "ytick.labelsize": SIZE, "text.parse_math": False, "svg.fonttype": "path",
        "svg.hashsalt": "pmf", "svg.image_inline": True, "axes.unicode_minus": False,
    }  # fmt: skip
    return {**plain, **look, **ours, "font.family": [_FONT], "font.sans-serif": [_FONT]}
