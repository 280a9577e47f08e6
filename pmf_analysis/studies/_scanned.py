"""Every series made ready for the screen, scanned, and its chance.

Shares, rates and counts are scanned on the scale on which chance is alike at every level, with
the chance variation of their number of cases; anything else as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis import periods
from pmf_analysis.methods.level_change import LevelChange, level_change
from pmf_analysis.methods.squeezed import prior_variance
from pmf_analysis.register.models import Indicator, RuleSet
from pmf_analysis.register.registry import Context
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import MeasureKind, State

Floats = NDArray[np.float64]

_CARRIES = [str(state) for state in State if state.has_value]

NOT_TESTED = {
    "overlap": "Successive figures share months or children, so no test applies.",
    "none": "No figure is final yet, or none was given.",
    "few": "Only {points} final figures since the limits last restarted; {least} are needed.",
    "old": "The newest final figure is of {newest}: too old to say how things stand now.",
    "small": "Fewer than {cases} cases in a usual {period}: chance is too lumpy to be told.",
    "alike": "All figures are one value, or nothing is left to judge a change by.",
}
"""Why a series is not tested."""


@dataclass(frozen=True)
class Scale:
    """Figures of one frequency, laid out: series by periods, NaN where there is none.

    Attributes
    ----------
    rows : pandas.DataFrame
        Figures that take part, with ``number`` of the series and ``step`` of the period.
    value, denominator : ndarray
        As charted, and what it is held over; NaN where not known.
    kind : ndarray of str
        Code of `terms.MeasureKind` of each series; empty where chance is not known by kind.
    multiplier : ndarray
        Of each series.
    scanned, variance : ndarray
        On the scale of the scan, and what chance gives there.
    """

    rows: pd.DataFrame
    value: Floats
    denominator: Floats
    kind: NDArray
    multiplier: Floats
    scanned: Floats
    variance: Floats

    @property
    def usual_cases(self) -> Floats:
        """Cases of a share, events of a rate or count, in a usual period; else infinity."""
        rate = self.kind == MeasureKind.RATE.value
        events = (
            self.value / self.multiplier[:, None] * np.where(rate[:, None], self.denominator, 1)
        )
        share = self.kind == MeasureKind.PROPORTION.value
        cases = np.where(share[:, None], self.denominator, events)
        cases = np.where(np.isfinite(self.value), cases, np.nan)
        found = pd.DataFrame(cases).median(axis=1).to_numpy()
        return np.where(self.kind == "", np.inf, found)


class Scanned(NamedTuple):
    """What the scan of one frequency found.

    Attributes
    ----------
    change : LevelChange
    autocorrelation : ndarray
        That it allows for.
    read : ndarray of bool, shape (series, periods)
        Figures that were read: those before an older step are not.
    """

    change: LevelChange
    autocorrelation: Floats
    read: NDArray[np.bool_]


def series_of(analysed: pd.DataFrame, context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All series, and their figures that a test may read.

    Parameters
    ----------
    analysed : pandas.DataFrame
    context : Context

    Returns
    -------
    series : pandas.DataFrame
        One row for each, with ``frequency`` and ``why``: a key of `NOT_TESTED`, or nothing.
    figures : pandas.DataFrame
        Final figures of the last segment of the series that are tested, in order of time, with
        ``number`` (row of ``series``) and ``position`` (of the period).
    """
    known = analysed[analysed["state"] != State.FORECAST]
    number = known.groupby(list(SERIES), sort=True).ngroup().to_numpy()
    series = known[list(SERIES)].drop_duplicates().sort_values(list(SERIES), ignore_index=True)
    held = context.register.indicators
    series["frequency"] = [held[code].frequency.value for code in series["indicator"]]
    overlap = np.array([held[code].overlapping for code in series["indicator"]], dtype=bool)
    usable = known["chart_value"].notna() & known["state"].astype(str).isin(_CARRIES)
    usable &= ~overlap[number] & ~_waits(known, context)
    rows = known[usable].assign(number=number[usable])
    codes, labels = pd.factorize(rows["period"])
    places = np.array([periods.step_number(periods.parse(code)) for code in labels], dtype=int)
    rows = rows.assign(position=places[codes] if len(places) else np.array([], dtype=int))
    rows = rows.sort_values(["number", "position", "vintage"], kind="stable")
    rows = rows.drop_duplicates(["number", "position"], keep="last")
    rows = rows[rows["segment"] == rows.groupby("number")["segment"].transform("max")]
    why = np.where(overlap, "overlap", "none").astype(object)
    why[rows["number"].unique()] = ""
    return series.assign(why=why), rows.reset_index(drop=True)


def _waits(known: pd.DataFrame, context: Context) -> NDArray[np.bool_]:
    """Figures that are not final yet, by their indicator's own time to mature."""
    held = context.register.indicators
    after = np.array([held[code].matures_after for code in known["indicator"]], dtype=float)
    passed = (pd.Timestamp(context.as_at) - pd.to_datetime(known["period_end"])).dt.days
    young = known["state"].astype(str).eq(State.PROVISIONAL.value).to_numpy()
    return young & (passed.to_numpy(dtype=float) < after)


def laid_out(rows: pd.DataFrame, window: int, context: Context) -> Scale:
    """Figures of one frequency as a grid whose last column is the newest period of all.

    Parameters
    ----------
    rows : pandas.DataFrame
        With ``number`` and ``position``; only the last so many periods are read.
    window : int
    context : Context
    """
    newest = int(rows["position"].max())
    rows = rows[rows["position"] > newest - window]
    rows = rows.assign(step=rows["position"] - (newest - window + 1))
    numbers, line = np.unique(rows["number"], return_inverse=True)
    rows = rows.assign(line=line)
    place = (line, rows["step"].to_numpy())
    value, held_over = (np.full((len(numbers), window), np.nan) for _ in range(2))
    value[place] = rows["chart_value"].to_numpy(dtype=float)
    held_over[place] = pd.to_numeric(rows["denominator"]).to_numpy(dtype=float, na_value=np.nan)
    held = [context.register.indicators[code] for code in _by_line(rows, "indicator")]
    kind = np.array([_kind(one, *pair) for one, *pair in zip(held, value, held_over, strict=True)])
    multiplier = np.array([one.multiplier or 1.0 for one in held])
    scanned, variance = value.copy(), np.full_like(value, np.nan)
    for name in set(kind):
        here = kind == name
        scanned[here], variance[here] = stabilised(
            str(name), value[here] / multiplier[here, None], held_over[here]
        )
    return Scale(rows, value, held_over, kind, multiplier, scanned, variance)


def _by_line(rows: pd.DataFrame, column: str) -> NDArray:
    return rows.drop_duplicates("line").sort_values("line")[column].to_numpy()


def _kind(indicator: Indicator, value: Floats, cases: Floats) -> str:
    """The kind of chance that a series' figures have; empty where that is not known."""
    known = np.isfinite(value)
    if indicator.kind is MeasureKind.COUNT:
        return MeasureKind.COUNT.value if (value[known] >= 0).all() else ""
    counted = indicator.kind in (MeasureKind.PROPORTION, MeasureKind.RATE)
    whole = counted and (cases[known] > 0).all() and (value[known] >= 0).all()
    return indicator.kind.value if whole else ""


def stabilised(kind: str, value: Floats, cases: Floats) -> tuple[Floats, Floats]:
    """Figures on the scale on which chance is alike at every level, and its variance there.

    Parameters
    ----------
    kind : str
        Code of `terms.MeasureKind`; any other leaves the figures as they are.
    value : ndarray of float
        Share, events per head or count.
    cases : ndarray of float
        What the share or rate is held over.

    References
    ----------
    Anscombe FJ (1948), Biometrika 35: 246-254.
    """
    if kind == MeasureKind.PROPORTION.value:
        share = np.clip(value, 0.0, 1.0)  # an adjusted share may pass the whole
        return np.arcsin(np.sqrt((share * cases + 0.375) / (cases + 0.75))), 1 / (4 * cases + 2)
    if kind == MeasureKind.RATE.value:
        return np.sqrt(value + 0.375 / cases), 1 / (4 * cases)
    if kind == MeasureKind.COUNT.value:
        return np.sqrt(value + 0.375), np.full_like(value, 0.25)
    return value, np.full_like(value, np.nan)


def scan(scale: Scale, frequency: str, rules: RuleSet) -> Scanned:
    """The clearest change of each series, and the autocorrelation that it allows for.

    A step before the periods that the screen looks back to starts its series anew. How far figures
    vary beyond chance is drawn towards what the series of an indicator share.
    """
    steps = {
        "least_before": int(value_of(rules, "least_before")[frequency]),
        "least_slide": int(value_of(rules, "least_slide")[frequency]),
    }
    look_back = int(value_of(rules, "look_back")[frequency])
    window = scale.value.shape[1]
    first = level_change(scale.scanned, scale.variance, most_latest=window, **steps)
    most = float(value_of(rules, "most_autocorrelation"))
    indicator = _by_line(scale.rows, "indicator")
    follow = np.clip(pooled(first.lag_one, first.points, indicator), 0.0, most)
    every = level_change(
        scale.scanned, scale.variance, most_latest=window, autocorrelation=follow, **steps
    )
    older = ~every.slides & (every.latest > look_back)
    older &= every.p_value < float(value_of(rules, "older_change_chance"))
    known = np.isfinite(scale.scanned)
    counted = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    read = known & (~older[:, None] | (counted <= every.latest[:, None]))
    shared = prior_variance(every.dispersion, every.points - 1, indicator)
    change = level_change(
        np.where(read, scale.scanned, np.nan), scale.variance, most_latest=look_back,
        autocorrelation=follow, prior=shared, **steps,
    )  # fmt: skip
    return Scanned(change, follow, read)


def pooled(lag_one: Floats, points: NDArray[np.int64], group: NDArray) -> Floats:
    """Autocorrelation of each series, drawn towards that of its indicator.

    One series tells little of its own; how far it is drawn depends on how much more the
    estimates of a group differ than chance would make them.

    Parameters
    ----------
    lag_one : ndarray of float, shape (n,)
        NaN where not estimated.
    points : ndarray of int, shape (n,)
    group : ndarray, shape (n,)

    Returns
    -------
    ndarray of float, shape (n,)
        0 where nothing is known of the group.
    """
    table = pd.DataFrame({"own": lag_one, "chance": 1.0 / np.maximum(points, 1), "group": group})
    known = table[table["own"].notna()]
    groups = known.groupby("group")
    mean, spread = groups["own"].mean(), groups["own"].var().fillna(0.0)
    between = (spread - groups["chance"].mean()).clip(lower=0.0)
    middle, real = table["group"].map(mean), table["group"].map(between)
    share = real / (real + table["chance"])
    drawn = middle + share * (table["own"] - middle)
    return drawn.fillna(middle).fillna(0.0).to_numpy(dtype=float)


def untested(scale: Scale, found: LevelChange, frequency: str, rules: RuleSet) -> Mapping[int, str]:
    """Why series of one frequency are not tested, in words, by number."""
    rows = scale.rows
    last = rows.groupby("line")[["position", "period"]].last()
    newest_of = rows.groupby("indicator")["position"].max()
    behind = newest_of.loc[_by_line(rows, "indicator")].to_numpy() - last["position"].to_numpy()
    least = int(value_of(rules, "least_before")[frequency]) + 1
    within = int(value_of(rules, "latest_within")[frequency])
    cases, usual = float(value_of(rules, "least_cases")), scale.usual_cases
    said: dict[int, str] = {}
    for at, number in enumerate(_by_line(rows, "number").tolist()):
        if behind[at] > within:
            label = periods.in_sentence(periods.parse(last["period"].iloc[at]).label)
            said[number] = NOT_TESTED["old"].format(newest=label)
        elif found.points[at] < least:
            said[number] = NOT_TESTED["few"].format(points=found.points[at], least=least)
        elif usual[at] < cases:
            said[number] = NOT_TESTED["small"].format(cases=f"{cases:g}", period=frequency)
        elif not found.tried[at]:
            said[number] = NOT_TESTED["alike"]
    return said


def ends(scale: Scale, found: Scanned) -> tuple[Floats, Floats]:
    """Figures before and after the change of each series, in its indicator's unit.

    Of a step, all cases before and after it taken together; of a slide, the line at its two ends.
    """
    known = found.read
    place = np.cumsum(known[:, ::-1], axis=1)[:, ::-1]
    after = known & (place <= found.change.latest[:, None])
    counts = (scale.kind != MeasureKind.COUNT.value) & (scale.kind != "")
    weight = np.where(counts[:, None], scale.denominator, 1.0)
    sides = []
    for side, fitted in ((known & ~after, found.change.before), (after, found.change.after)):
        whole = np.where(side, weight, 0.0).sum(axis=1)
        total = np.where(side, weight * np.nan_to_num(scale.value), 0.0).sum(axis=1)
        mean = np.divide(total, whole, out=np.full(len(total), np.nan), where=whole > 0)
        sides.append(np.where(found.change.slides, _turned_back(scale, fitted), mean))
    return sides[0], sides[1]


def _turned_back(scale: Scale, fitted: Floats) -> Floats:
    share = np.sin(np.clip(fitted, 0.0, np.pi / 2)) ** 2
    events = np.maximum(fitted, 0.0) ** 2
    kind = scale.kind
    turned = np.where(kind == MeasureKind.PROPORTION.value, share, events)
    return np.where(kind == "", fitted, turned * scale.multiplier)


def still_there(scale: Scale, found: Scanned, figures: int, share: float) -> NDArray[np.bool_]:
    """Whether the latest figures keep that share of a step; a slide is still going on."""
    place = np.cumsum(found.read[:, ::-1], axis=1)[:, ::-1]
    recent = found.read & (place <= np.minimum(figures, found.change.latest)[:, None])
    count = np.maximum(recent.sum(axis=1), 1)
    now = np.where(recent, scale.scanned, 0.0).sum(axis=1) / count
    step = found.change.after - found.change.before
    kept = (now - found.change.before) * np.sign(step) >= share * np.abs(step)
    return kept | found.change.slides
