"""Forecasts of real series held against what followed, ours beside those of other programs.

``python -m benchmarks.forecast [FOLDER]`` forecasts the series of a folder (that of
``../shared/reference/forecast`` when none is given) by the workbench, by Naive2 and the seasonal
naive forecast, by Theta and exponential smoothing of statsmodels, and by AutoETS and
DynamicOptimizedTheta of statsforecast, which ``make bench-forecast`` sets up in an environment of
its own; and by the mean of four of these. All are scored in one run, with the CPU seconds of 1,000
series and their ratio to ours. Ends with 1 where a forecast of ours is impossible, out of order or
missing.

``--cross-fit N`` scores each half of the series by what was learnt on the other half, N times.
``--speed`` measures 100, 1,000 and 10,000 monthly series in one process. ``--write`` does all of
it and writes the tables into ``docs/forecast-scores.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import forecast_crossed, forecast_ours, forecast_statsmodels
from benchmarks.forecast_scores import (
    NUMBERS,
    SLICES,
    Slice,
    differences,
    load,
    naive2_rows,
    score,
    summary,
)

ROOT = Path(__file__).resolve().parent.parent
SERIES = ROOT.parent / "shared" / "reference" / "forecast"
BENCH = ROOT / ".venv-bench" / "bin" / "python"
RIVALS = Path(__file__).with_name("forecast_rivals.py")
PAGE = ROOT / "docs" / "forecast-scores.md"
BEGIN, END = "<!-- scores begin -->\n", "<!-- scores end -->"
"""Between these the page holds what was measured."""

WRITTEN_HALVINGS = 5

OURS, MEAN = "ours", "mean of four"
STATSFORECAST = ("SeasonalNaive", "AutoETS", "DOT")
FOUR = ("AutoETS", "DOT", "SeasonalNaive", "Naive2")
"""What ``MEAN`` is the mean of: the best of the quick forecasts of other programs."""

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_DIGITS = {
    "series": 0, "sMAPE": 2, "MASE": 3, "OWA": 3, "cov80": 3, "cov95": 3, "MSIS": 2, "sWIS": 3,
    "relMAE": 3, "beats": 2, "impossible": 0, "crossed": 0, "missing": 0, "CPU s": 1, "ratio": 1,
    "past forecasts": 0, "CPU s in all": 2, "CPU s of 1,000": 2, "growth": 2,
}  # fmt: skip


@dataclass
class Side:
    """Forecasts of one slice by each forecaster.

    Attributes
    ----------
    rows : dict of str to pandas.DataFrame
        Forecaster to ``series_id``, ``horizon`` and ``NUMBERS``.
    seconds : dict of str to dict of str to float
        Forecaster to frequency to CPU seconds.
    notes : list of str
        What a reader must know of them.
    """

    rows: dict[str, pd.DataFrame] = field(default_factory=dict)
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def side_by_side(part: Slice, bench: Path, without: Sequence[str] = ()) -> Side:
    """Forecast one slice by everyone."""
    side = Side()
    side.rows[OURS], side.seconds[OURS] = forecast_ours.ours(part, forecast_ours.shipped_rules())
    side.rows["Naive2"] = naive2_rows(part)
    for name in forecast_statsmodels.MODELS:
        if name not in without:
            found, side.seconds[name], unfitted = forecast_statsmodels.forecast(part, name)
            side.rows[name] = found
            if unfitted:
                side.notes.append(f"{name}: {unfitted} series not fitted, last figure repeated")
    add_rivals(side, part, bench)
    return side


def add_rivals(side: Side, part: Slice, bench: Path) -> None:
    """Add the forecasts of statsforecast, made by the Python of another environment."""
    if not bench.exists():
        side.notes.append(
            f"statsforecast and {MEAN} are left out: `make bench-forecast` sets them up"
        )
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        part.rows().to_csv(folder / "in.csv", index=False)
        subprocess.run(
            [bench, RIVALS, folder / "in.csv", folder, *STATSFORECAST], check=True,
            env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
        )  # fmt: skip
        for name in STATSFORECAST:
            side.rows[name] = pd.read_csv(folder / f"{name}.csv", dtype={"series_id": str})
        costs = json.loads((folder / "cost.json").read_text("utf-8"))
    for one in costs:
        spent = side.seconds.setdefault(one["model"], {})
        spent[one["freq"]] = spent.get(one["freq"], 0.0) + one["seconds"]
        if one["swapped"]:
            side.notes.append(
                f"{one['model']}: lower limits of {one['swapped']} {one['freq']} series stood in "
                "each other's columns, and were put right"
            )
    side.rows[MEAN] = mean_of([side.rows[name] for name in FOUR])
    side.seconds[MEAN] = {
        freq: sum(side.seconds[name][freq] for name in FOUR if name in side.seconds)
        for freq in side.seconds["DOT"]
    }


def mean_of(rows: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Mean of middles and limits, as forecasts."""
    keyed = [one.set_index(["series_id", "horizon"])[list(NUMBERS)].sort_index() for one in rows]
    return (sum(keyed[1:], start=keyed[0]) / len(keyed)).reset_index()


def table_of(side: Side, scores: Mapping[str, pd.DataFrame], part: Slice) -> pd.DataFrame:
    """A row of measures for each forecaster, best OWA first."""
    series = len(part.truth)
    rows = {}
    for name, one in scores.items():
        spent = sum(side.seconds[name].values()) if name in side.seconds else np.nan
        rows[name] = summary(one) | {
            "CPU s": 1000 * spent / series,
            "ratio": spent / sum(side.seconds[OURS].values()),
        }
    return pd.DataFrame(rows).T.sort_values("OWA", kind="stable").drop(columns="series")


def by_groups(scores: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Measures of one forecaster by the values of some columns."""
    return pd.DataFrame({
        f"{value}": summary(some) for column in columns for value, some in scores.groupby(column)
    }).T  # fmt: skip


def against(own: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """OWA and sWIS less those of another, with the 95% interval, over all and by frequency."""
    parts = {"all": own} | {str(freq): some for freq, some in own.groupby("freq")}
    return pd.DataFrame({
        name: {
            measure: f"{less:+.3f} ({low:+.3f} to {high:+.3f})"
            for measure, (less, low, high) in differences(some, other).items()
        }
        for name, some in parts.items()
    }).T  # fmt: skip


def printed(table: pd.DataFrame, markdown: bool, corner: str = "") -> str:
    """A table as text, or in Markdown."""
    cells = [
        [str(name), *(_cell(column, row[column]) for column in table.columns)]
        for name, row in table.iterrows()
    ]
    head = [corner, *map(str, table.columns)]
    if markdown:
        lines = [head, ["---"] * len(head), *cells]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)
    widths = [max(len(line[at]) for line in [head, *cells]) for at in range(len(head))]
    return "\n".join(
        "  ".join(
            [line[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True)]
        )
        for line in [head, *cells]
    )


def _cell(column: str, value: object) -> str:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return "" if np.isnan(number) else f"{number:,.{_DIGITS.get(column, 3)}f}"


def report(part: Slice, side: Side, by: Sequence[str], markdown: bool) -> tuple[str, int]:
    """What is printed of a slice, and how many forecasts of ours are no forecasts."""
    scores = {name: score(rows, part) for name, rows in side.rows.items()}
    title = f"{part.name.capitalize()}: {len(part.truth)} series"
    say = [f"### {title}" if markdown else title]
    say += [printed(table_of(side, scores, part), markdown)]
    say += [f"Ours, by {', '.join(by)}:", printed(by_groups(scores[OURS], by), markdown)]
    if MEAN in scores:
        say += [f"Ours less {MEAN} (below 0 is better), 95% interval over series:"]
        say += [printed(against(scores[OURS], scores[MEAN]), markdown)]
    wrong = int(scores[OURS][["impossible", "crossed", "missing"]].to_numpy().sum())
    return "\n\n".join([*say, *side.notes]) + "\n", wrong


def crossed(folder: Path, times: int, markdown: bool) -> str:
    """What is printed of scores by what other series taught."""
    found = forecast_crossed.cross_fitted(folder, times)
    table = pd.DataFrame({name: rows.mean() for name, rows in found.items()}).T
    spread = pd.DataFrame({name: rows.std(ddof=0) for name, rows in found.items()}).T
    columns = ["OWA", "MASE", "cov80", "cov95", "MSIS", "sWIS", "relMAE", "beats"]
    return "\n\n".join([
        f"Learnt on a random half of the series, scored on the other; mean of {times} halvings:",
        printed(table[columns], markdown), "Standard deviation between the halvings:",
        printed(spread[columns], markdown),
    ]) + "\n"  # fmt: skip


def speed(markdown: bool) -> str:
    """What is printed of the cost."""
    return printed(forecast_ours.cost(), markdown, "series") + "\n"


def slices(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    """What is printed of each slice, and how many forecasts of ours are no forecasts."""
    for name in options.slices or SLICES:
        part = load(options.folder, name)
        side = side_by_side(part, options.bench, options.without)
        yield report(part, side, options.by.split(","), options.markdown)


def written(options: argparse.Namespace) -> int:
    """Measure everything and write it into the page; 1 where a forecast of ours is none."""
    options.markdown, page = True, PAGE
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"{page} has no place for the scores: {BEGIN.strip()} and {END}")
    found = [*slices(options)]
    parts = ["## Side by side", *(text for text, _ in found), "## By what other series taught",
             crossed(options.folder, options.cross_fit or WRITTEN_HALVINGS, True), "## Cost",
             f"{forecast_ours.MONTHS} months, {forecast_ours.AHEAD} ahead, with ranges and past "
             "forecasts, one process; growth is the cost of a series against the row above.",
             speed(True)]  # fmt: skip
    text = "\n\n".join(part.strip() for part in parts)
    page.write_text(f"{before}{BEGIN}\n{text}\n\n{END}{after}", encoding="utf-8", newline="\n")
    return int(any(wrong for _, wrong in found))


def main(given: Sequence[str] | None = None) -> int:
    """Forecast, score and print; 1 where a forecast of ours is no forecast."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=SERIES)
    parser.add_argument("--slice", choices=SLICES, action="append", dest="slices")
    parser.add_argument("--by", default="freq,kind", help="columns of series.csv, for ours")
    parser.add_argument("--without", action="append", default=[], help="a model of statsmodels")
    parser.add_argument("--bench", type=Path, default=BENCH, help="Python with statsforecast")
    parser.add_argument("--cross-fit", type=int, metavar="N", default=0)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"write all into docs/{PAGE.name}")
    options = parser.parse_args(given)
    if options.write:
        return written(options)
    if options.speed:
        sys.stdout.write(speed(options.markdown))
        return 0
    if options.cross_fit:
        sys.stdout.write(crossed(options.folder, options.cross_fit, options.markdown))
        return 0
    wrong = 0
    for text, bad in slices(options):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        wrong += bad
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
