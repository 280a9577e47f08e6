"""The verb that forecasts a file of series, with or without a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pmf_analysis.cli.options import AsJson
from pmf_analysis.cli.printing import show

if TYPE_CHECKING:
    from pmf_analysis.series_files import Answer


def forecast(
    context: typer.Context,
    series: Annotated[
        Path,
        typer.Option(
            help="Table with series_id, t, value, freq (monthly, quarterly, yearly), period (12, "
            "4, 1), h, kind (level, count, smallcount, percent), lower, upper; and denominator "
            "where it is known."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="CSV file to write: series_id, horizon, mean, lo80, hi80, lo95, hi95."),
    ],
    told: Annotated[
        Path | None,
        typer.Option(
            help="CSV file to write as well: method, skill, naive, points, origins, coverage and "
            "reason for each series."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Forecast a file of series with ranges; needs no workspace, and uses one's rules."""
    from dataclasses import asdict

    from pmf_analysis import series_files

    answer = series_files.forecast_file(series, out, told, context.obj.workspace)
    files = {"out": str(out), "told": str(told) if told else ""}
    show(asdict(answer) | files, _lines(answer, out, told), as_json)


def _lines(answer: Answer, out: Path, told: Path | None) -> list[str]:
    counts = {
        "no figure, and so no forecast": answer.without,
        "fewer figures than a workspace forecasts from": answer.short,
        "past forecasts no better than the naive ones": answer.no_better,
    }
    lines = [f"Forecast {answer.series:,} series: {answer.rows:,} rows in {out}"]
    lines += [f"  {count:,} with {words}" for words, count in counts.items() if count]
    if answer.not_read:
        lines.append(f"Columns not read: {', '.join(answer.not_read)}")
    lines += [f"What is told of each: {told}"] if told else []
    return [*lines, f"Rules: {answer.rules}"]
