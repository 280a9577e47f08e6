"""Chances of meeting a target on real series: ``python -m benchmarks.target_chance FOLDER``.

FOLDER is ``../shared/data``, or one like it. Read are the monthly series of accident and
emergency departments and of child and adolescent mental health services in Scotland, as
``real_series`` reads them. Each is forecast again from each of the twelve months before the
latest, by ``analysis.forecast`` and the shipped rule sets, and two chances are held against
the figures that followed:

- that the figure, as printed, meets its national target, where it has one;
- that it is at least the mean of the twelve months before the forecast, for every series.

Printed are Brier scores beside two base rates: the share over all cases, which nobody could know
beforehand, and the share of the series' own past figures that was known when the forecast was
made; with the interval of the difference, which allows for figures of one series being alike.
It exits with 1 where a score is not better than what was known. ``--markdown`` prints the table
for
docs/method.md, ``--picture FILE`` draws the reliability diagram, ``--cases FILE`` keeps the cases.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.real_series import Real, _hospitals, _scotland
from pmf_analysis import formats, ingest, register
from pmf_analysis.analysis import forecast
from pmf_analysis.charts.lean import lean
from pmf_analysis.charts.reliability import draw_reliability
from pmf_analysis.methods.verification import Brier, brier, reliability
from pmf_analysis.register import Context
from pmf_analysis.register.models import Level, TargetRow
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.settings import shipped
from pmf_analysis.tables import SERIES
from pmf_analysis.terms import Polarity, State

ORIGINS = 12
"""Past months that forecasts are made from."""
YEAR = 12
SPANS = ((1, 3), (4, 6), (7, 12))
"""Months ahead, gathered."""

TARGET, LAST_YEAR = "meets its target", "at least last year's mean"


@dataclass(frozen=True)
class Scored:
    """One group of cases and its scores against both base rates."""

    name: str
    event: str
    overall: Brier
    known: Brier


def cases(real: Real) -> pd.DataFrame:
    """Every chance that was said of a group of series, and what happened.

    Returns
    -------
    pandas.DataFrame
        ``series``, ``horizon``, ``event``, ``chance``, ``happened`` (1 or 0) and ``base``, the
        share of the series' own figures up to the origin in which it happened.
    """
    rows = real.analysed[real.analysed["state"] != State.FORECAST.value]
    rows = rows[rows["value"].notna()].sort_values([*SERIES, "period_end"], kind="stable")
    rows = rows.reset_index(drop=True)
    ends = sorted(rows["period_end"].unique())
    found = []
    for step in range(1, ORIGINS + 1):
        cut = rows[rows["period_end"] <= ends[-1 - step]]
        past = rows[rows["period_end"] > ends[-1 - step]]
        for event, context, levels in _events(cut, real.context):
            made = forecast.analyse(cut, context)
            found.append(_held(made, past, cut, levels, context).assign(event=event))
    return pd.concat(found, ignore_index=True)


def _events(cut: pd.DataFrame, context: Context) -> Iterator[tuple[str, Context, pd.Series]]:
    """Each event with the context that makes it a target, and its level by series."""
    held = context.register
    key = list(SERIES)
    last = cut.groupby(key, sort=False).tail(1)
    levels = last.dropna(subset=["target"]).set_index(key)["target"]
    if len(levels):
        yield TARGET, context, levels
    recent = cut.groupby(key, sort=False).tail(YEAR).groupby(key, sort=False)["value"].mean()
    decimals = {code: one.decimals for code, one in held.indicators.items()}
    rounded = pd.Series(
        [formats.round_half_up(mean, decimals[code]) for (code, *_), mean in recent.items()],
        index=recent.index,
    )
    changed = {
        code: one.model_copy(update={"polarity": Polarity.HIGH, "target": (), "floor": ()})
        for code, one in held.indicators.items()
    }
    rows = tuple(
        TargetRow(indicator=code, unit=unit, target=Level(value=value, **{"from": "2000-01"}))
        for (code, unit, _), value in rounded.items()
    )
    yield (
        LAST_YEAR,
        Context(replace(held, indicators=changed, target_rows=rows), context.as_at),
        rounded,
    )


def _held(
    made: pd.DataFrame, past: pd.DataFrame, cut: pd.DataFrame, levels: pd.Series, context: Context
) -> pd.DataFrame:
    """Chances of one origin beside what happened and what the past alone would have said."""
    key = list(SERIES)
    coming = made.loc[made["state"] == State.FORECAST.value]
    both = coming[[*key, "period", "horizon", "forecast_target_chance"]].merge(
        past[[*key, "period", "value"]], on=[*key, "period"]
    )
    both = both[both["forecast_target_chance"].notna()]
    index = pd.MultiIndex.from_frame(both[key])
    happened = _meets(both, levels.reindex(index).to_numpy(), context)
    base = cut.assign(
        met=_meets(cut, levels.reindex(pd.MultiIndex.from_frame(cut[key])).to_numpy(), context)
    ).groupby(key)["met"].agg(["sum", "count"])  # fmt: skip
    # half a case either way, so that no base rate is certain of what it has not seen
    share = (base["sum"] + 0.5) / (base["count"] + 1)
    return pd.DataFrame(
        {
            "series": both[key].agg("|".join, axis=1).to_numpy(),
            "horizon": both["horizon"].to_numpy(),
            "chance": both["forecast_target_chance"].to_numpy(),
            "happened": happened,
            "base": share.reindex(index).to_numpy(),
        }
    )


def _meets(rows: pd.DataFrame, levels: np.ndarray, context: Context) -> np.ndarray:
    """1 where a figure, as printed, reaches its level, or is no higher where low is good."""
    held = context.register.indicators
    printed = np.array(
        [
            formats.round_half_up(value, held[code].decimals)
            for code, value in zip(rows["indicator"], rows["value"], strict=True)
        ]
    )
    low = rows["indicator"].map({c: one.polarity is Polarity.LOW for c, one in held.items()})
    met = np.where(low.to_numpy(bool), printed <= levels, printed >= levels).astype(float)
    return np.where(np.isnan(levels), np.nan, met)


def scores(table: pd.DataFrame, edges: Sequence[float]) -> Iterator[Scored]:
    """Scores of every group of series and event, over all horizons and by them."""
    parts = [(event, "All series", rows) for event, rows in table.groupby("event", sort=False)]
    parts += [
        (
            event,
            f"{name}, {first} to {last} months ahead",
            rows[rows["horizon"].between(first, last)],
        )
        for (event, name), rows in table.groupby(["event", "group"], sort=False)
        for first, last in SPANS
    ]
    for event, label, own in parts:
        if len(own):
            given = (own["chance"], own["happened"], own["series"].to_numpy(), edges)
            yield Scored(label, event, brier(*given), brier(*given, base=own["base"]))


def _told(found: Sequence[Scored]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Series": one.name,
                "Event: the figure": one.event,
                "Cases": f"{one.overall.cases:,} of {one.overall.clusters}",
                "Happened": f"{100 * one.overall.share:.0f}%",
                "Brier": f"{one.overall.score:.3f}",
                "Share over all": f"{one.overall.base_score:.3f}",
                "Own past share": f"{one.known.base_score:.3f}",
                "Less than own past share, 95%": f"{-one.known.difference:.3f} "
                f"({-one.known.upper:.3f} to {-one.known.lower:.3f})",
            }
            for one in found
        ]
    )


def markdown(table: pd.DataFrame) -> str:
    """A table as Markdown."""
    rows = [list(table.columns), ["---"] * table.shape[1], *table.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def real_groups(folder: Path) -> Iterator[Real]:
    """The monthly series of the folder."""
    held = register.load(shipped() / "data" / "reference")
    layouts = ingest.load_layouts(shipped() / "data" / "reference" / "layouts")
    yield _hospitals(folder, held, layouts)
    yield _scotland(folder, held, layouts)


def main(given: Sequence[str] | None = None) -> int:
    """Print the scores; 1 where one is not better than the base rate that was known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="real data, as ../shared/data")
    parser.add_argument("--markdown", action="store_true", help="print a table of Markdown")
    parser.add_argument("--picture", type=Path, help="draw the reliability diagram as SVG")
    parser.add_argument("--cases", type=Path, help="write every case to this CSV file")
    options = parser.parse_args(given)
    held = register.load(shipped() / "data" / "reference")
    rules = held.rule_set("calibration")
    edges, least = value_of(rules, "bins"), int(value_of(rules, "least_cases"))
    table = pd.concat(
        [cases(real).assign(group=real.name) for real in real_groups(options.folder)],
        ignore_index=True,
    )
    if options.cases:
        table.to_csv(options.cases, index=False)
    found = list(scores(table, edges))
    told = _told(found)
    print(markdown(told) if options.markdown else told.to_string(index=False))
    bins = reliability(table["chance"], table["happened"], table["series"].to_numpy(), edges)
    for one in bins:
        print(
            f"said {one.start:.2f} to {one.end:.2f} (mean {one.said:.2f}): happened in "
            f"{one.happened.share:.2f} ({one.happened.lower:.2f} to {one.happened.upper:.2f}) of "
            f"{one.happened.cases} cases"
        )
    if options.picture:
        chart = draw_reliability(
            bins, title="What was said to be likely happened about as often, on real series",
            what=f"{len(table):,} past chances of {table['series'].nunique()} series",
            event="it happened", least=least,
        )  # fmt: skip
        options.picture.write_bytes(lean(chart.svg) + b"\n")
    for one in found:
        for rival, words in ((one.overall, "share over all"), (one.known, "own past share")):
            if not rival.skill > 0:
                print(f"NOT BETTER than the {words}: {one.name}, {one.event}")
    return int(any(not one.known.skill > 0 for one in found))


if __name__ == "__main__":
    sys.exit(main())
