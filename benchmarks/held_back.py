"""Medwold's last year held back: the forecast made before it against what happened.

``python -m benchmarks.held_back`` makes the county of the demonstration, takes what was known
twelve months before its end (figures as entered by then, the newest of them not final), lets
``analysis.forecast`` say what comes, and holds that against the figures of the year that
followed: how many lie inside the ranges of 80% and 95%, and how much closer the forecast came
than the last figure (naive) and the same month of the year before (seasonal naive).

``--seeds 5`` does so for counties of other seeds, ``--calm`` for counties in which nothing was
planted, ``--steps`` for the forecasts made one month ahead, month by month, as page one shows
them when the month is over. Of a county with stories its calm twin is made too, which differs
in nothing else: so each series is known to be as if nothing had happened, changed before the
forecast was made, or changed within the year held back, which no forecast could know.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from pmf_analysis import counting, measures, periods, register
from pmf_analysis.analysis import add_segments, forecast
from pmf_analysis.register import Context
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.register.models import Indicator
from pmf_analysis.register.registry import Register
from pmf_analysis.store import create_workspace
from pmf_analysis.synthetic import DEMO_SEED, plot
from pmf_analysis.synthetic.making import make_records
from pmf_analysis.synthetic.setting import EXTRACT_DAY, Setting
from pmf_analysis.tables import SERIES, sort_by_key
from pmf_analysis.terms import MeasureKind, State, UnitKind

HELD_BACK = 12
"""Months at the end that the forecast does not see."""

FEW_CASES, SMALL_LEVEL = 20, 50
"""A percentage of fewer cases a month, and a count below this level, stand apart in the table."""

UNCHANGED, BEFORE, WITHIN = "nothing changed", "changed before", "changed within the year"
"""What the stories did to a series, by its calm twin."""

_ORDER = [*map(str, (UnitKind.COUNTY, UnitKind.AREA, UnitKind.SERVICE, UnitKind.DISTRICT,
                     UnitKind.TEAM))]  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """Which figure of a row is meant: its columns in the tables."""

    value: str
    state: str
    forecast: str
    limits: str

    def inside(self, rows: pd.DataFrame, value: pd.Series, level: int) -> pd.Series:
        """Whether figures lie inside the range of a level in per cent."""
        low, high = (rows[f"{self.limits}_{end}{level}"] for end in ("lower", "upper"))
        return value.between(low, high)


SINGLE = Figure("value", "state", "forecast", "forecast")
SHOWN = Figure("shown_value", "shown_state", "shown_forecast", "shown")
ONE_AHEAD = Figure("value", "state", "forecast_before", "forecast_before")


@dataclass(frozen=True)
class Known:
    """The records of a county, and the figures that they gave as known in any month."""

    setting: Setting
    reference: Path

    @cached_property
    def _versions(self) -> Mapping[str, pd.DataFrame]:
        tables = make_records(self.setting).tables
        return {name: table.assign(delivery="one") for name, table in tables.items()}

    @cached_property
    def _register(self) -> Register:
        return register.load(self.reference)

    def at(self, month: periods.ReportingPeriod) -> tuple[pd.DataFrame, Context]:
        """Measures as the extract of a month gave them, and the context of that day."""
        as_at = periods.shift(month, 1).start.replace(day=EXTRACT_DAY + 1)
        context = Context(self._register, as_at)
        layouts = load_layouts(self.reference / "layouts").values()
        rules = {one.table: one.record for one in layouts if one.record is not None}
        figures = counting.count(
            counting.known_records(self._versions, rules, as_at), context, "one"
        )
        receipts = [{"id": "one", "published": as_at.isoformat()}]
        measured = measures.build(figures, receipts, context)
        return measures.with_growth(measured, figures, receipts, context), context


def foretold(measured: pd.DataFrame, context: Context) -> pd.DataFrame:
    """What ``analysis.forecast`` says of every series, from the figures given alone."""
    return forecast.analyse(sort_by_key(add_segments(measured, context)), context)


def held_against(
    told: pd.DataFrame,
    then: pd.DataFrame,
    now: pd.DataFrame,
    context: Context,
    figure: Figure = SINGLE,
) -> pd.DataFrame:
    """Every final figure of the year held back, with what was expected of it.

    Parameters
    ----------
    told : pandas.DataFrame
        Of `foretold`.
    then, now : pandas.DataFrame
        Measures as known when the forecast was made, and at the end.
    context : Context
    figure : Figure
        Of the single period, or as shown.

    Returns
    -------
    pandas.DataFrame
        ``indicator``, ``service_area``, ``cohort``, ``period``, ``horizon``, ``unit_kind``,
        ``figures`` (what they are), ``inside80`` and ``inside95``; ``error``, ``naive`` and
        ``seasonal``: how far the forecast, the last figure and that of the same month a year
        before were from what happened, over how far figures a year apart usually are.
    """
    coming = told[told["state"] == State.FORECAST.value]
    settled = now[figure.state] == State.FINAL.value
    actual = now.loc[settled, [*SERIES, "period", figure.value]].rename(
        columns={figure.value: "value"}
    )
    found = coming.drop(columns="vintage").merge(actual, on=[*SERIES, "period"])
    found = found[found["value"].notna() & found[figure.forecast].notna()]
    found = found.merge(_rivals(then, figure), on=[*SERIES])
    months = found["period"].map({code: periods.parse(code) for code in found["period"].unique()})
    before = [periods.shift(month, -HELD_BACK).code for month in months]
    past = then.set_index([*SERIES, "period"])[figure.value]
    keys = pd.MultiIndex.from_arrays([*(found[name] for name in SERIES), before])
    year_before = past.reindex(keys).to_numpy()
    year_before = np.where(np.isnan(year_before), found["last"], year_before)
    value, usual = found["value"], found["usual"]
    return found[[*SERIES, "period", "horizon"]].assign(
        unit_kind=_unit_kinds(found["service_area"], context),
        figures=_figures(found, then, context),
        inside80=figure.inside(found, value, 80),
        inside95=figure.inside(found, value, 95),
        error=(value - found[figure.forecast]).abs() / usual,
        naive=(value - found["last"]).abs() / usual,
        seasonal=(value - year_before).abs() / usual,
    )


def _rivals(then: pd.DataFrame, figure: Figure) -> pd.DataFrame:
    """Of each series the last final figure, and how far figures a year apart usually are."""
    final = then[(then[figure.state] == State.FINAL.value) & then[figure.value].notna()]
    final = final.sort_values([*SERIES, "period_end"])
    apart = final.groupby([*SERIES])[figure.value].diff(HELD_BACK).abs()
    rows = final.assign(apart=apart).groupby([*SERIES], as_index=False)
    found = rows.agg(last=(figure.value, "last"), usual=("apart", "mean"))
    return found[found["usual"] > 0]


def _unit_kinds(units: pd.Series, context: Context) -> pd.Series:
    return units.map({code: str(unit.kind) for code, unit in context.register.units.items()})


def _figures(found: pd.DataFrame, then: pd.DataFrame, context: Context) -> list[str]:
    """What the figures of each row are: shares of few or many cases, counts, means."""
    size = then.groupby([*SERIES])[["value", "denominator"]].mean()
    kinds = {
        series: _figures_of(context.register.indicators[series[0]], *row)
        for series, row in zip(size.index, size.to_numpy(), strict=True)
    }
    return [kinds[series] for series in zip(*(found[name] for name in SERIES), strict=True)]


def _figures_of(indicator: Indicator, level: float, cases: float) -> str:
    if indicator.kind is MeasureKind.PROPORTION:
        few = "fewer than" if cases < FEW_CASES else "at least"
        return f"percentages of {few} {FEW_CASES} cases"
    if indicator.kind is MeasureKind.COUNT:
        return f"counts {'below' if level < SMALL_LEVEL else 'of at least'} {SMALL_LEVEL}"
    return "means"


def changes(measured: pd.DataFrame, calm: pd.DataFrame, last_seen: str) -> pd.DataFrame:
    """What stories did to each series: its figures beside those of the calm twin.

    Parameters
    ----------
    measured, calm : pandas.DataFrame
        Measures of a county with stories and of the same seed without, as known at the end.
    last_seen : str
        Code of the last month that the forecast sees.

    Returns
    -------
    pandas.DataFrame
        ``indicator``, ``service_area``, ``cohort`` and ``story``.
    """
    names = [*SERIES, "period"]
    both = measured[[*names, "value"]].merge(calm[[*names, "value"]], on=names, how="left")
    same = both["value_x"].eq(both["value_y"]) | both["value_x"].isna() & both["value_y"].isna()
    differs = both[~same].groupby([*SERIES])["period"].min().rename("first").reset_index()
    found = measured[[*SERIES]].drop_duplicates().merge(differs, on=[*SERIES], how="left")
    story = np.where(found["first"].fillna("9") <= last_seen, BEFORE, WITHIN)
    return found.assign(story=np.where(found["first"].isna(), UNCHANGED, story))[[*SERIES, "story"]]


def summary(points: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Coverage and skill by group; over all without one.

    Parameters
    ----------
    points : pandas.DataFrame
        Of `held_against`.
    by : sequence of str
        Columns that make a group.

    Returns
    -------
    pandas.DataFrame
        ``series``, ``figures held``, ``inside 80%``, ``inside 95%``, ``skill, naive`` and
        ``skill, seasonal`` (1 - mean scaled error over that of the rival).
    """
    named = points[[*SERIES]].agg(" ".join, axis=1)
    if "seed" in points:
        named = points["seed"].astype(str) + " " + named
    rows = points.assign(all="all", series=named)
    grouped = rows.groupby([*by] or ["all"], sort=False)
    means = grouped[["inside80", "inside95", "error", "naive", "seasonal"]].mean()
    table = pd.DataFrame(
        {
            "series": grouped["series"].nunique(),
            "figures held": grouped.size(),
            "inside 80%": means["inside80"],
            "inside 95%": means["inside95"],
            "skill, naive": 1 - means["error"] / means["naive"],
            "skill, seasonal": 1 - means["error"] / means["seasonal"],
        }
    )
    return table.sort_index(key=lambda keys: keys.map(_place))


def _place(key: object) -> tuple[int, str]:
    """Kinds of unit from the county down, numbers as numbers, words as words."""
    if isinstance(key, int):
        return key, ""
    return (_ORDER.index(str(key)) if str(key) in _ORDER else len(_ORDER), str(key))


def held_back(known: Known, calm: Known | None = None) -> pd.DataFrame:
    """The year held back of one county; with ``story`` where its calm twin is given."""
    last_seen = known.setting.counted[-1 - HELD_BACK]
    then, context = known.at(last_seen)
    now, _ = known.at(known.setting.counted[-1])
    told = foretold(then, context)
    parts = [
        held_against(told, then, now, context, figure).assign(figure=name)
        for name, figure in (("single", SINGLE), ("shown", SHOWN))
    ]
    points = pd.concat(parts, ignore_index=True)
    if calm is None:
        return points.assign(story=UNCHANGED)
    twin, _ = calm.at(known.setting.counted[-1])
    return points.merge(changes(now, twin, last_seen.code), on=[*SERIES])


def steps(now: pd.DataFrame, context: Context, months: Iterable[str]) -> Iterator[pd.DataFrame]:
    """After each month the latest settled figures, beside the forecast made a month before.

    Parameters
    ----------
    now : pandas.DataFrame
        Measures as known at the end; each month is cut from them.
    context : Context
    months : iterable of str

    Yields
    ------
    pandas.DataFrame
        ``indicator``, ``service_area``, ``cohort``, ``period``, ``unit_kind``, ``inside80``
        and ``inside95``.
    """
    values = now[[*SERIES, "period", "value"]]
    for month in months:
        told = foretold(now[now["period"] <= month], context)
        told = told[(told["state"] != State.FORECAST.value) & told["forecast_before"].notna()]
        told = told.drop(columns="period").rename(columns={"forecast_before_period": "period"})
        rows = told.drop_duplicates([*SERIES, "period"]).merge(values, on=[*SERIES, "period"])
        yield rows[[*SERIES, "period"]].assign(
            unit_kind=_unit_kinds(rows["service_area"], context),
            inside80=ONE_AHEAD.inside(rows, rows["value"], 80),
            inside95=ONE_AHEAD.inside(rows, rows["value"], 95),
        )


def markdown(table: pd.DataFrame) -> str:
    """A table for a page: shares in per cent."""
    shares = [name for name in table.columns if table[name].dtype.kind == "f"]
    names = [str(name).replace("_", " ") for name in table.index.names]
    lines = [[*names, *table.columns], ["---"] * (len(names) + len(table.columns))]
    for key, row in zip(table.index, table.itertuples(index=False), strict=True):
        cells = dict(zip(table.columns, row, strict=True))
        told = [f"{100 * v:.0f}%" if name in shares else f"{v:,}" for name, v in cells.items()]
        lines.append([*map(str, key if isinstance(key, tuple) else (key,)), *told])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def report(points: pd.DataFrame) -> str:
    """Every table of the year held back."""
    groups = (["unit_kind"], ["figures"], ["indicator"], ["horizon"], ["unit_kind", "figures"])
    single = points[points["figure"] == "single"]
    calm = single[single["story"] == UNCHANGED]
    tables = [summary(points, ["figure"]), summary(points, ["figure", "story"])]
    tables += [summary(calm, by) for by in groups]
    shown = points[(points["figure"] == "shown") & (points["story"] == UNCHANGED)]
    return "\n\n".join(map(markdown, [*tables, summary(shown, ["figure", "unit_kind"])]))


def main(given: Sequence[str] | None = None) -> int:
    """Make the counties, hold their last year back, print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=0, help="so many counties of other seeds")
    parser.add_argument("--calm", action="store_true", help="counties without stories")
    parser.add_argument("--steps", action="store_true", help="a month ahead, month by month")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the counties")
    options = parser.parse_args(given)
    found, stepped = [], []
    with tempfile.TemporaryDirectory() as folder:
        reference = create_workspace(Path(folder) / "w", "medwold") / "data" / "reference"
        for seed in range(options.seeds) if options.seeds else [DEMO_SEED]:
            calm = Known(Setting.of(seed, scale=options.scale), reference)
            told = Setting.of(seed, scale=options.scale, stories=plot.choose(True))
            known = calm if options.calm else Known(told, reference)
            found.append(held_back(known, None if options.calm else calm).assign(seed=seed))
            if options.steps:
                months = [month.code for month in known.setting.counted[-HELD_BACK:]]
                stepped += steps(*known.at(known.setting.counted[-1]), months)
    print(report(pd.concat(found, ignore_index=True)))
    if stepped:
        one_ahead = pd.concat(stepped).groupby("unit_kind")[["inside80", "inside95"]]
        print(f"\nA month ahead:\n{one_ahead.agg(['size', 'mean']).to_string()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
