"""Forecasts of a file of series: made by the batch engine, written in one step."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pmf_analysis import settings
from pmf_analysis.errors import ParameterError, WorkspaceError
from pmf_analysis.forecasting import LEVELS, RULES, Forecast, ForecastRules, forecast, rules_of
from pmf_analysis.forecasting.rules import FACTORS
from pmf_analysis.register import yaml_files
from pmf_analysis.register.models import RuleSet
from pmf_analysis.register.rule_values import value_of
from pmf_analysis.series_files.reading import SeriesFile, read_series
from pmf_analysis.store import atomic_write, find_workspace, open_store
from pmf_analysis.terms import Frequency

FORECAST_COLUMNS = ("series_id", "horizon", "mean", "lo80", "hi80", "lo95", "hi95")
"""Columns of the forecasts: the middle, and the ends of the 80% and the 95% range."""

TOLD_COLUMNS = (
    "series_id", "method", "skill", "naive", "points", "origins", "coverage80", "coverage95",
    "reason", "rules",
)  # fmt: skip
"""Columns of what is told of each series: see ``forecasting.Forecast``."""

_SHOWN = (0.5, 0.1, 0.9, 0.025, 0.975)
"""Quantiles behind the columns of a forecast, in their order."""

_NAIVE = {"naive": "the last value", "seasonal_naive": "the value of a year before"}


@dataclass(frozen=True)
class Policy:
    """The rule sets that a file of series is forecast by.

    Attributes
    ----------
    rules : ForecastRules
    fewest : dict of Frequency to int
        Figures that a workspace asks for before it forecasts a series.
    """

    rules: ForecastRules
    fewest: dict[Frequency, int]


@dataclass(frozen=True)
class Answer:
    """What came of a file of series.

    Attributes
    ----------
    series, rows : int
        Series read and rows of forecasts written.
    without : int
        Series without a figure, whose forecasts are empty cells.
    short : int
        Series of which a workspace would not forecast the figures, being too few.
    no_better : int
        Series whose past forecasts were no better than naive ones.
    rules : str
        Names and versions of the rule sets.
    not_read : tuple of str
        Columns of the file that nothing was read from.
    """

    series: int
    rows: int
    without: int
    short: int
    no_better: int
    rules: str
    not_read: tuple[str, ...]


def policy(workspace: Path | None = None) -> Policy:
    """The rule sets of a workspace, or the shipped ones where there is no workspace.

    Parameters
    ----------
    workspace : Path, optional
        The workspace that was named; else that of the environment, or the nearest upward.

    Returns
    -------
    Policy

    Raises
    ------
    WorkspaceError
        If a folder was named that is no workspace.
    RegisterError
        If a rule set is missing or cannot be read.
    """
    folder = _reference(workspace) / "rules"
    found = rules_of(*(_rule_set(folder, name) for name in (RULES, FACTORS)))
    minima = _rule_set(folder, "forecast")
    fewest = {one: int(value_of(minima, f"minimum_points.{one.value}")) for one in Frequency}
    return Policy(found, fewest)


def forecast_file(
    source: Path, out: Path, told: Path | None = None, workspace: Path | None = None
) -> Answer:
    """Forecast every series of a file, and write what comes of it.

    Parameters
    ----------
    source : Path
        As `read_series` reads it.
    out : Path
        Gets ``FORECAST_COLUMNS``, as CSV in UTF-8: for each series, in the order of the
        file, a row for each period ahead. Empty cells for a series without any figure. A
        series too short for a workspace gets a forecast all the same.
    told : Path, optional
        Gets ``TOLD_COLUMNS``: a row for each series.
    workspace : Path, optional
        As `policy` takes it.

    Returns
    -------
    Answer

    Raises
    ------
    ParameterError
        If two of the files are one.
    UnreadableFileError, TableError
        As `read_series`; then nothing is written.
    WorkspaceError
        If the place cannot be written to.
    """
    _check_apart(source, out, told)
    read = read_series(source)
    held = policy(workspace)
    found = forecast(read.series, held.rules).of
    content = _csv_bytes(FORECAST_COLUMNS, forecast_rows(read, found))
    told_content = _csv_bytes(TOLD_COLUMNS, told_rows(read, found, held))
    atomic_write(out, content)
    if told is not None:
        atomic_write(told, told_content)
    return Answer(
        series=len(found),
        rows=sum(one.horizon for one in read.series),
        without=sum(one.distribution is None for one in found),
        short=sum(
            bool(_too_few(*pair, held)) for pair in zip(read.frequencies, found, strict=True)
        ),
        no_better=sum(one.skill <= 0 for one in found),
        rules=held.rules.label,
        not_read=read.not_read,
    )


def forecast_rows(read: SeriesFile, found: Sequence[Forecast]) -> Iterable[list[str]]:
    """Rows of ``FORECAST_COLUMNS``, twelve significant digits; empty without a forecast."""
    places = np.searchsorted(LEVELS, _SHOWN)
    for series, one in zip(read.series, found, strict=True):
        if one.distribution is None:
            numbers = [[""] * len(_SHOWN)] * series.horizon
        else:
            table = one.distribution.table[places].T + 0.0  # no minus zero
            numbers = [[f"{value:.12g}" for value in row] for row in table.tolist()]
        for step, row in enumerate(numbers, start=1):
            yield [series.name, str(step), *row]


def told_rows(read: SeriesFile, found: Sequence[Forecast], held: Policy) -> Iterable[list[str]]:
    """Rows of ``TOLD_COLUMNS``; shares with four decimals, empty where not known."""
    for frequency, one in zip(read.frequencies, found, strict=True):
        said = (one.reason, _too_few(frequency, one, held), _skill_words(one))
        yield [
            one.name, one.method, _share(one.skill), one.better_naive, str(one.points),
            str(one.origins), _share(one.coverage80), _share(one.coverage95),
            "; ".join(words for words in said if words), held.rules.label,
        ]  # fmt: skip


def _reference(workspace: Path | None) -> Path:
    if workspace is None and settings.settings().workspace is None:
        try:
            find_workspace(Path.cwd())
        except WorkspaceError:
            return settings.shipped() / "data" / "reference"
    return open_store(workspace).reference


def _rule_set(folder: Path, name: str) -> RuleSet:
    path = folder / f"{name}.yml"
    return RuleSet.model_validate(yaml_files.read(path, f"rules/{path.name}").content)


def _check_apart(source: Path, out: Path, told: Path | None) -> None:
    named = [("--series", source), ("--out", out)] + ([("--told", told)] if told else [])
    seen: dict[Path, str] = {}
    for option, path in named:
        place = Path(path).resolve()
        if place in seen:
            raise ParameterError(
                f"{seen[place]} and {option} both name {path}", "a file of its own for each",
                "Name another file: what is written would replace the other",
            )  # fmt: skip
        seen[place] = option


def _too_few(frequency: Frequency, one: Forecast, held: Policy) -> str:
    fewest = held.fewest[frequency]
    if one.distribution is None or one.points >= fewest:
        return ""
    return f"fewer than the {fewest} figures that a workspace forecasts from"


def _skill_words(one: Forecast) -> str:
    if not one.skill <= 0:
        return ""
    return f"no better than {_NAIVE[one.better_naive]} on past figures"


def _share(value: float) -> str:
    return "" if np.isnan(value) else f"{value + 0.0:.4f}"


def _csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
