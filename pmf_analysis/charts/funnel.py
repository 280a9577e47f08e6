"""One indicator in one period: units by their size, and how far chance alone takes each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from pmf_analysis import formats, periods
from pmf_analysis.analysis.funnel import FunnelRules, limits_at
from pmf_analysis.charts import marks, words
from pmf_analysis.charts.canvas import (
    LINE,
    WIDTH,
    KeyEntry,
    Sheet,
    drawable,
    paint,
    shortened,
    text_width,
)
from pmf_analysis.charts.chart import Chart
from pmf_analysis.charts.palette import Palette, shipped_palette
from pmf_analysis.errors import ParameterError
from pmf_analysis.markup import plain
from pmf_analysis.register.models import Indicator
from pmf_analysis.tables import require
from pmf_analysis.terms import Comparison, MeasureKind

HEIGHT = 3.6
"""Inches of the plot."""
NAMED = 8
"""Most units that are named in the plot; the others stand in the table, and all that stand out
in the alternative text."""
LISTED = 30
"""Most units that the table lists; of more, the one in focus and those that stand out."""
_NEEDED = (
    "service_area", "period", "shown_value", "shown_denominator", "funnel_baseline",
    "funnel_phi", "funnel_tau2", "funnel", "funnel_level", "funnel_adjusted",
    "funnel_adjusted_level",
)  # fmt: skip
_KINDS = {
    Comparison.BETTER.value: "improvement", Comparison.WORSE.value: "concern",
    Comparison.HIGHER.value: "neutral", Comparison.LOWER.value: "neutral",
}  # fmt: skip
OUT = {
    "improvement": "stands out as better", "concern": "stands out as worse",
    "neutral": "stands out",
}  # fmt: skip
"""What is said of a unit that stands out, by how it is drawn."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Funnel:
    """What one funnel holds, in the indicator's unit."""

    names: list[str]
    values: Floats
    sizes: Floats
    baseline: float
    kinds: list[str]
    """How each unit stands out at the outer level: a key of ``OUT``, or nothing."""
    beyond: list[bool]
    """Which lie outside the outer limits of chance, however the units usually differ."""
    focus: int
    """Place of the unit to bring out; -1 for none."""
    spread: bool
    """Whether the units differ by more than chance, so that the limits allow for it."""
    curve: Floats
    inner: tuple[Floats, Floats]
    outer: tuple[Floats, Floats]
    wide: tuple[Floats, Floats]


def draw_funnel(
    units: pd.DataFrame,
    indicator: Indicator,
    rules: FunnelRules,
    *,
    title: str,
    names: Mapping[str, str],
    peers: str,
    exact_below: float,
    focus: str = "",
    palette: Palette | None = None,
) -> Chart:
    """Draw units by size and figure, with the limits that chance gives at each size.

    Parameters
    ----------
    units : pandas.DataFrame
        Rows of the analysis table: one indicator, one period, one row for each peer that has
        a figure.
    indicator : Indicator
        A share or a rate.
    rules : FunnelRules
        For the levels of the limits.
    title : str
        The message, as a sentence.
    names : mapping of code to name
    peers : str
        What they are together, such as ``12 districts``.
    exact_below : float
        Of the rule set ``intervals``.
    focus : str, optional
        Code of the unit to bring out.
    palette : Palette, optional

    Returns
    -------
    Chart

    Raises
    ------
    ParameterError
        If there is no funnel here, or the unit in focus does not stand in it.
    """
    colours = palette or shipped_palette()
    held = require(units, _NEEDED, "unit").sort_values("service_area", ignore_index=True)
    held = held[marks.floats(held, "funnel_baseline") > -1].reset_index(drop=True)
    if held.empty or (focus and focus not in set(held["service_area"])):
        raise ParameterError(
            f"The unit {focus!r} stands in no funnel here" if focus else "There is no funnel here",
            "rows that have a funnel_baseline",
            "Its funnel_reason says why it has none",
        )
    found = _funnel(held, indicator, rules, focus, names, exact_below)
    low, high = marks.value_range(
        indicator, found.values, np.array([found.baseline]), _near(found, indicator)
    )
    labels = _end_labels(found, indicator, rules, low, high, colours)
    sheet = Sheet(
        title=title,
        subtitle=words.subtitle(
            indicator, _period(held), "small places on the left, large ones on the right"
        ),
        height=HEIGHT,
        left=0.75,
        right=marks.right_of(labels),
        below=0.7,
        key=_key(found, rules, colours),
    )

    def draw(axes: Axes) -> None:
        _axes(axes, found, low, high, indicator, colours)
        _curves(axes, found, colours)
        _points(axes, found, colours)
        _names(axes, found, low, high, sheet, colours)
        marks.draw_end_labels(axes, labels, low, high, HEIGHT)

    return Chart(
        svg=paint(sheet, colours, draw),
        alt=_alt(found, indicator, rules, title, _period(held), peers),
        caption=words.sentences(
            "Between the solid lines a difference from all together may be chance: the smaller "
            "the place, the further chance can take it",
            f"These {plain(peers)} differ by more than chance, so only those beyond the dotted "
            "lines stand out"
            if found.spread
            else "",
            marks.scale_note(low).rstrip("."),
        ),
        table=_table(held, found, indicator),
        title=title,
    )


def _funnel(
    held: pd.DataFrame,
    indicator: Indicator,
    rules: FunnelRules,
    focus: str,
    names: Mapping[str, str],
    exact_below: float,
) -> _Funnel:
    sizes = marks.floats(held, "shown_denominator")
    scale, shares = indicator.multiplier, indicator.kind is MeasureKind.PROPORTION
    baseline = float(marks.floats(held, "funnel_baseline")[0])
    phi, tau2 = (float(marks.floats(held, name)[0]) for name in ("funnel_phi", "funnel_tau2"))
    spread = phi > 1
    curve = np.linspace(np.sqrt(sizes.max() / 200), np.sqrt(sizes.max() * 1.05), 120) ** 2
    middle = np.full(len(curve), baseline / scale)
    extra = np.full(len(curve), tau2 if spread else 0.0)
    inner, _ = limits_at(curve, middle, shares, extra, rules.inner_confidence, exact_below)
    outer, wide = limits_at(curve, middle, shares, extra, rules.outer_confidence, exact_below)
    return _Funnel(
        names=[plain(names.get(code, code)) for code in held["service_area"]],
        values=marks.floats(held, "shown_value"),
        sizes=sizes,
        baseline=baseline,
        kinds=standing_out(held, rules),
        beyond=[level == f"{rules.outer_confidence * 100:g}%" for level in held["funnel_level"]],
        focus=held["service_area"].tolist().index(focus) if focus else -1,
        spread=spread,
        curve=curve,
        inner=(inner.lower * scale, inner.upper * scale),
        outer=(outer.lower * scale, outer.upper * scale),
        wide=(wide.lower * scale, wide.upper * scale),
    )


def standing_out(held: pd.DataFrame, rules: FunnelRules) -> list[str]:
    """How each unit stands out at the outer level, with allowance for how they usually differ.

    Parameters
    ----------
    held : pandas.DataFrame
        Rows of the analysis table.
    rules : FunnelRules

    Returns
    -------
    list of str
        Keys of ``OUT``, or nothing. Where the spread between the units was not measured, by
        the limits of chance.
    """
    level = f"{rules.outer_confidence * 100:g}%"
    found = []
    for row in held.to_dict("records"):
        tested = row["funnel_adjusted"] != Comparison.NOT_COMPARED.value
        name = "funnel_adjusted" if tested else "funnel"
        found.append(_KINDS.get(row[name], "") if row[f"{name}_level"] == level else "")
    return found


def _near(found: _Funnel, indicator: Indicator) -> Floats:
    """Limits at the size of the middle place, which the plot must hold."""
    middle = int(np.searchsorted(found.curve, np.median(found.sizes)))
    least, most = indicator.bounds
    ends = [end[min(middle, len(end) - 1)] for end in (*found.outer, *found.wide)]
    return np.clip(np.array(ends), least, most)


def _period(held: pd.DataFrame) -> str:
    return marks.texts(held, "shown_label")[0] or periods.parse(str(held["period"].iloc[0])).label


def _key(found: _Funnel, rules: FunnelRules, palette: Palette) -> tuple[KeyEntry, ...]:
    entries = [
        KeyEntry(word, marks.special_marker(kind, palette))
        for kind, word in OUT.items()
        if kind in found.kinds
    ]
    outer, inner = (
        f"{level * 100:g}%" for level in (rules.outer_confidence, rules.inner_confidence)
    )
    lines = [(f"{outer} by chance", "solid", 1.6), (f"{inner} by chance", (0, (5, 3)), 1.2)]
    if found.spread:
        lines.append((f"{outer}, allowing for how they usually differ", (0, (1, 1.6)), 2.2))
    for word, style, width in lines:
        look = {"linestyle": style, "marker": "", "color": palette.chart["limits"]}
        entries.append(KeyEntry(word, {**look, "linewidth": width}))
    return tuple(entries)


def _end_labels(
    found: _Funnel,
    indicator: Indicator,
    rules: FunnelRules,
    low: float,
    high: float,
    palette: Palette,
) -> list[marks.EndLabel]:
    """What the middle line is, and where the outer limits end."""
    least, most = indicator.bounds
    level = f"{rules.outer_confidence * 100:g}%"
    labels = [
        marks.EndLabel(
            found.baseline,
            f"all {len(found.names)}: {words.short(found.baseline, indicator)}",
            palette.text,
            True,
        )
    ]
    for end in found.outer:
        if low <= end[-1] <= high and least < end[-1] < most:
            labels.append(marks.EndLabel(float(end[-1]), level, palette.chart["limits"]))
    return labels


def _axes(
    axes: Axes, found: _Funnel, low: float, high: float, indicator: Indicator, palette: Palette
) -> None:
    marks.value_axis(axes, low, high, indicator, palette)
    axes.set_xlim(0, float(found.curve[-1]))
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, prune="lower"))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: formats.number(value)))
    axes.tick_params(axis="x", length=4, color=palette.outline)
    share = indicator.kind is MeasureKind.PROPORTION
    axes.set_xlabel("Out of how many" if share else "Population", labelpad=6)


def _curves(axes: Axes, found: _Funnel, palette: Palette) -> None:
    grey = palette.chart["limits"]
    axes.axhline(found.baseline, color=palette.text, linewidth=1.4, zorder=1.5)
    looks = [(found.outer, "solid", 1.6), (found.inner, (0, (5, 3)), 1.2)]
    if found.spread:
        looks.append((found.wide, (0, (1, 1.6)), 2.2))
    for ends, style, width in looks:
        for end in ends:
            axes.plot(found.curve, end, color=grey, linewidth=width, linestyle=style, zorder=1.6)


def _points(axes: Axes, found: _Funnel, palette: Palette) -> None:
    for place, kind in enumerate(found.kinds):
        chosen = place == found.focus
        look = {
            "marker": "o", "markersize": 10 if chosen else 7.5,
            "markerfacecolor": palette.focus if chosen else palette.others,
            "markeredgecolor": palette.focus if chosen else palette.outline,
            "markeredgewidth": 1.2,
        }  # fmt: skip
        if kind:
            look = marks.special_marker(kind, palette, 13 if chosen else 10)
        axes.plot(
            [found.sizes[place]], [found.values[place]], linestyle="none", clip_on=False,
            zorder=4 if chosen else 3, **look,
        )  # fmt: skip


def _named(found: _Funnel) -> list[int]:
    """The unit in focus, those that stand out, and a few beyond chance, the furthest first."""
    far = np.abs(found.values - found.baseline) * np.sqrt(found.sizes)
    crowd = sum(found.beyond) > NAMED
    others = [
        place
        for place, kind in enumerate(found.kinds)
        if place != found.focus and (kind or (found.beyond[place] and not crowd))
    ]
    others.sort(key=lambda place: (not found.kinds[place], -far[place]))
    return [*([found.focus] if found.focus >= 0 else []), *others][:NAMED]


def _names(
    axes: Axes, found: _Funnel, low: float, high: float, sheet: Sheet, palette: Palette
) -> None:
    """Names beside their points: on the first side where nothing is in the way, or nowhere."""
    wide = WIDTH - sheet.left - sheet.right
    across = found.sizes / found.curve[-1] * wide
    up = (found.values - low) / (high - low) * HEIGHT
    taken = [(x - 0.07, x + 0.07, y - 0.07, y + 0.07) for x, y in zip(across, up, strict=True)]
    for place in _named(found):
        name = shortened(drawable(found.names[place]), 2.2, bold=place == found.focus)
        length = text_width(name, bold=place == found.focus)
        box, covered = _free(across[place], up[place], length, wide, taken)
        if covered and place != found.focus:
            continue
        taken.append(box)
        axes.annotate(
            name, (found.sizes[place], found.values[place]),
            xytext=((box[0] - across[place]) * 72, ((box[2] + box[3]) / 2 - up[place]) * 72),
            textcoords="offset points", va="center_baseline", annotation_clip=False, zorder=5,
            weight="bold" if place == found.focus else "normal",
            color=palette.focus if place == found.focus else palette.text,
            bbox={"facecolor": palette.ground, "edgecolor": "none", "pad": 0.5, "alpha": 0.8},
        )  # fmt: skip


def _free(
    x: float, y: float, length: float, wide: float, taken: Sequence[tuple[float, ...]]
) -> tuple[tuple[float, float, float, float], int]:
    """Where a name can stand near a point (left, right, bottom, top in inches), over how much."""
    half = LINE / 2
    right, left, middle = x + 0.13, x - 0.13 - length, x - length / 2
    places = [
        (right, y), (left, y), (middle, y + 0.24), (middle, y - 0.24), (right, y + 0.22),
        (right, y - 0.22), (left, y + 0.22), (left, y - 0.22),
    ]  # fmt: skip
    boxes = [(left, left + length, at - half, at + half) for left, at in places]
    inside = [box for box in boxes if box[0] >= 0 and box[1] <= wide and box[2] >= -0.05]

    def covered(box: tuple[float, ...]) -> int:
        return sum(
            box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]
            for other in taken
        )

    best = min(inside or boxes, key=covered)
    return best, covered(best)


def _alt(
    found: _Funnel,
    indicator: Indicator,
    rules: FunnelRules,
    title: str,
    period: str,
    peers: str,
) -> str:
    said = []
    for kind, word in OUT.items():
        who = [found.names[place] for place, own in enumerate(found.kinds) if own == kind]
        if who:
            verb = word if len(who) == 1 else word.replace("stands", "stand")
            said.append(f"{formats.listed(who)} {verb}")
    chosen = ""
    if found.focus >= 0:
        value = words.shown(found.values[found.focus], indicator)
        chosen = f"; {found.names[found.focus]} is at {value}"
    level = f"{rules.outer_confidence * 100:g}%"
    return words.sentences(
        title,
        f"Dots of {plain(peers)} by their size and by {indicator.name}, {period}, between limits "
        f"that are wide for small places and narrow for large ones",
        f"All together are at {words.shown(found.baseline, indicator)}{chosen}",
        f"Beyond the {level} limits: {'; '.join(said)}"
        if said
        else f"None stands out beyond the {level} limits",
    )


def _table(held: pd.DataFrame, found: _Funnel, indicator: Indicator) -> pd.DataFrame:
    level = ("funnel", "funnel_adjusted")
    said = {
        name: [
            f"{Comparison(word).label} ({sure})" if sure else Comparison(word).label
            for word, sure in zip(held[name], held[f"{name}_level"], strict=True)
        ]
        for name in level
    }
    table = pd.DataFrame(
        {
            "Name": found.names,
            f"Figure, {words.measured_in(indicator)}": np.round(found.values, indicator.decimals),
            "Out of": found.sizes,
            "Against all, beyond chance": said["funnel"],
            "Beyond how they usually differ": said["funnel_adjusted"],
        }
    )
    order = np.lexsort((table["Name"], -found.values))
    if len(table) <= LISTED:
        return table.iloc[order].reset_index(drop=True)
    told = [place for place in order if place == found.focus or found.kinds[place]]
    rest = pd.DataFrame({"Name": [f"{len(table) - len(told)} others, which do not stand out"]})
    return pd.concat([table.iloc[told], rest.reindex(columns=table.columns)], ignore_index=True)
