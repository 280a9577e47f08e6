"""What carries a change: the whole on top, below it each part, by rate and by mix.

Two bars a part, told apart by filling as well as by place and colour: a full one for what
happened within the part, a hollow one for its share of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from pmf_analysis import formats, periods
from pmf_analysis.charts import words
from pmf_analysis.charts.canvas import (
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
from pmf_analysis.terms import MeasureKind

ROW = 0.44
"""Inches from one part to the next."""
NAMES = 3.1
"""Inches that a name may take."""
MOST = 12
"""Parts drawn one by one; what others carry stands in one bar, and each in the table."""

_NEEDED = (
    "part", "part_name", "rate_effect", "mix_effect", "effect", "value", "value_before",
    "numerator", "denominator", "numerator_before", "denominator_before", "label_before", "share",
)  # fmt: skip


@dataclass(frozen=True)
class _Bar:
    name: str
    rate: float
    mix: float
    effect: float
    said: str
    whole: bool = False


def draw_contribution(
    rows: pd.DataFrame,
    indicator: Indicator,
    *,
    whole: str,
    title: str = "",
    palette: Palette | None = None,
) -> Chart:
    """Draw what each part of a whole carries of its change, the largest first.

    Parameters
    ----------
    rows : pandas.DataFrame
        From the table of the study ``contribution``: one change by one split, its row in all
        first (``part`` empty), then the parts by what they carry.
    indicator : Indicator
    whole : str
        Name of the unit.
    title : str, optional
        The message; by default the change and how it is made up.
    palette : Palette, optional

    Returns
    -------
    Chart

    Raises
    ------
    ParameterError
        If the rows are not those of one change that was split.
    """
    held = require(rows, _NEEDED, "contribution").reset_index(drop=True)
    totals = held["part"].eq("")
    if totals.sum() != 1 or not totals.iloc[0] or len(held) < 2 or held["effect"].isna().any():
        raise ParameterError(
            f"{len(held)} rows with {int(totals.sum())} in all, and effects missing from "
            f"{int(held['effect'].isna().sum())}",
            "one change by one split: its row in all, then its parts",
            "Choose the rows of one figure, comparison and split that has no reason against it",
        )
    colours = palette or shipped_palette()
    bars = _bars(held, indicator, plain(whole))
    since = periods.in_sentence(str(held["label_before"].iloc[0]))
    said = title or _title(held.iloc[0], indicator)
    mixed = bool((held["mix_effect"].abs() > 0).any())
    sheet = Sheet(
        title=said,
        subtitle=_subtitle(indicator, since),
        height=ROW * len(bars) + 0.1,
        left=max(text_width(_name(bar), bold=bar.whole) for bar in bars) + 0.35,
        right=max(text_width(drawable(bar.said), bold=bar.whole) for bar in bars) + 0.35,
        below=0.1,
        key=_key(colours) if mixed else (),
    )
    return Chart(
        svg=paint(sheet, colours, lambda axes: _draw(axes, bars, mixed, colours)),
        alt=_alt(f"{said} since {since}", bars, indicator),
        caption=words.sentences(
            "The bars of all parts add up to the whole",
            "A full bar is change within a part; a hollow one is its share of the whole, which "
            "moves the whole where the part lies above or below it"
            if mixed
            else "",
        ),
        table=contribution_figures(held, indicator),
        title=said,
    )


def _bars(held: pd.DataFrame, indicator: Indicator, whole: str) -> list[_Bar]:
    total, parts = held.iloc[0], held.iloc[1:]
    shown = parts if len(parts) <= MOST else parts.iloc[: MOST - 1]
    rest = parts.iloc[len(shown) :]
    bars = [
        _Bar(
            f"{whole}, in all", total["rate_effect"], total["mix_effect"], total["effect"],
            _said(total, indicator), True,
        ),
        *(
            _Bar(
                plain(_capital(str(row["part_name"]))), row["rate_effect"], row["mix_effect"],
                row["effect"], _said(row, indicator),
            )
            for _, row in shown.iterrows()
        ),
    ]  # fmt: skip
    if len(rest):
        sums = rest[["rate_effect", "mix_effect", "effect"]].sum()
        bars.append(_Bar(f"{len(rest)} others", *sums, _signed(float(sums["effect"]), indicator)))
    return bars


def _said(row: pd.Series, indicator: Indicator) -> str:
    """The contribution, and the part's own figure then and now."""
    size = _signed(float(row["effect"]), indicator)
    if indicator.kind is MeasureKind.COUNT:
        return size
    figures = [
        words.short(float(row[name]), indicator) if np.isfinite(row[name]) else "none"
        for name in ("value_before", "value")
    ]
    return f"{size}  ({figures[0]} to {figures[1]})"


def _signed(value: float, indicator: Indicator) -> str:
    rounded = formats.round_half_up(value, indicator.decimals)
    sign = "+" if rounded > 0 else ""
    return f"{sign}{formats.number(rounded + 0.0, indicator.decimals)}"


def _title(total: pd.Series, indicator: Indicator) -> str:
    change, mix, rate = (float(total[f"{one}"]) for one in ("effect", "mix_effect", "rate_effect"))
    if not formats.round_half_up(abs(change), indicator.decimals):
        return f"{indicator.label}: no change"
    way = "fall" if change < 0 else "rise"
    said = (
        f"{indicator.label}: {way} of "
        f"{formats.difference(change, indicator.unit, indicator.decimals)}"
    )
    if indicator.kind is MeasureKind.COUNT:
        return said
    of_mix = abs(mix) > abs(rate)
    return f"{said}, mostly {'from the mix of' if of_mix else 'within'} its parts"


def _subtitle(indicator: Indicator, since: str) -> str:
    points = "percentage points" if indicator.unit == "percent" else words.measured_in(indicator)
    return f"{indicator.name}. Change since {since}, {points}"


def _key(palette: Palette) -> tuple[KeyEntry, ...]:
    look = {"marker": "s", "markersize": 11, "markeredgewidth": 1.8}
    return (
        KeyEntry("change within the part", {**look, "color": palette.main[0]}),
        KeyEntry(
            "change of its share of the whole",
            {**look, "markerfacecolor": palette.ground, "markeredgecolor": palette.main[3]},
        ),
    )


def _draw(axes: Axes, bars: list[_Bar], mixed: bool, palette: Palette) -> None:
    for at, bar in enumerate(bars):
        # the whole stands in one bar: what it is made of are those below
        thick = 0.5 if bar.whole or not mixed else 0.3
        if bar.whole:
            axes.barh([at], [bar.effect], thick, color=palette.text)
        else:
            shift = 0.16 if mixed else 0.0
            axes.barh([at - shift], [bar.rate], thick, color=palette.main[0])
            if mixed:
                axes.barh(
                    [at + shift], [bar.mix], thick - 0.05, facecolor=palette.ground,
                    edgecolor=palette.main[3], linewidth=1.8,
                )  # fmt: skip
        weight = "bold" if bar.whole else "normal"
        for text, place, beside, side in (
            (_name(bar), 0, -10, "right"), (drawable(bar.said), 1, 10, "left"),
        ):  # fmt: skip
            axes.annotate(
                text, (place, at), xycoords=("axes fraction", "data"), xytext=(beside, 0),
                textcoords="offset points", ha=side, va="center_baseline", weight=weight,
                color=palette.text, annotation_clip=False,
            )  # fmt: skip
    ends = [0.0, *(one for bar in bars for one in (bar.rate, bar.mix, bar.effect))]
    wide = (max(ends) - min(ends)) or 1.0
    axes.set_xlim(min(ends) - 0.03 * wide, max(ends) + 0.03 * wide)
    axes.set_ylim(len(bars) - 0.5, -0.6)
    axes.axvline(0, color=palette.outline, linewidth=1.2, zorder=0)
    axes.axhline(0.5, color=palette.grid, linewidth=0.8, zorder=0)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _name(bar: _Bar) -> str:
    return shortened(bar.name, NAMES, bold=bar.whole)


def _alt(title: str, bars: list[_Bar], indicator: Indicator) -> str:
    told = [
        f"{bar.name} {_signed(bar.effect, indicator)} ({_signed(bar.rate, indicator)} within it, "
        f"{_signed(bar.mix, indicator)} by its share of the whole)"
        for bar in bars[1:]
    ]
    return words.sentences(title, f"Bars of what each part carries: {'; '.join(told)}")


def contribution_figures(rows: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """What each part carries of one change, as printed; takes what `draw_contribution` takes."""
    held = rows

    def printed(column: str, times: float = 1.0) -> list[str]:
        return [
            _signed(float(one) * times, indicator) if np.isfinite(one) else ""
            for one in held[column]
        ]

    def figures(column: str) -> list[str]:
        return [
            words.shown(float(one), indicator) if np.isfinite(one) else "none"
            for one in held[column]
        ]

    def counts(column: str) -> list[str]:
        return [formats.number(one) if np.isfinite(one) else "" for one in held[column]]

    named = [_capital(name) if name else "In all" for name in held["part_name"].astype(str)]
    table = {"Part": named}
    if indicator.kind is not MeasureKind.COUNT:
        for when, suffix in (("then", "_before"), ("now", "")):
            table[f"Number, {when}"] = counts(f"numerator{suffix}")
            table[f"Of, {when}"] = counts(f"denominator{suffix}")
    table |= {"Figure, then": figures("value_before"), "Figure, now": figures("value")}
    if indicator.kind is not MeasureKind.COUNT:
        table |= {
            "Within the part": printed("rate_effect"),
            "By its share of the whole": printed("mix_effect"),
        }
    shares = [
        formats.with_unit(100 * share, "percent") if np.isfinite(share) else ""
        for share in held["share"].where(held["part"].ne(""), 1.0)
    ]
    return pd.DataFrame({**table, "Together": printed("effect"), "Share of the change": shares})


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
