"""Forecasts of statsforecast, made in an environment of its own.

``python -m benchmarks.forecast`` runs this file by the Python of ``.venv-bench``, which ``make
bench-forecast`` sets up: statsforecast wants an older pandas than the workbench. So nothing of the
project is imported here. ``forecast_rivals.py IN.csv FOLDER MODEL...`` reads a file of series and
writes one file of forecasts a model, and ``cost.json``: CPU seconds a model and frequency, and how
many series had their lower limits swapped.

statsforecast 2.1.1 labels the limits of one path with the column order of another: where one series
of a call goes to the fallback model, the lower limits at 80% and 95% change places for the series
that do not. Such limits are put right here, and counted.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

LEVELS = [80, 95]
COLUMNS = ["mean", "lo80", "hi80", "lo95", "hi95"]


def models(names: list[str], season: int) -> tuple[list[object], object]:
    """The models asked for, with the season of their series, and the one to fall back on."""
    from statsforecast.models import (
        AutoETS,
        DynamicOptimizedTheta,
        SeasonalNaive,
    )

    known = {
        "AutoETS": AutoETS,
        "DOT": DynamicOptimizedTheta,
        "SeasonalNaive": SeasonalNaive,
    }
    made = [known[name](season_length=season, alias=name) for name in names]
    return made, SeasonalNaive(season_length=season)


def forecast(
    series: pd.DataFrame, name: str, season: int, horizon: int
) -> tuple[pd.DataFrame, float]:
    """Forecast every series of one season and horizon by one model.

    Parameters
    ----------
    series : pandas.DataFrame
        ``series_id``, ``t``, ``value``.
    name : str
    season, horizon : int

    Returns
    -------
    pandas.DataFrame
        ``series_id``, ``horizon`` and ``COLUMNS``.
    float
        CPU seconds.
    """
    from statsforecast import StatsForecast

    table = series.rename(columns={"series_id": "unique_id", "t": "ds", "value": "y"})
    made, fallback = models([name], season)
    begin = time.process_time()
    engine = StatsForecast(models=made, freq=1, n_jobs=1, fallback_model=fallback)
    came = engine.forecast(df=table[["unique_id", "ds", "y"]], h=horizon, level=LEVELS)
    spent = time.process_time() - begin
    came = came.sort_values(["unique_id", "ds"])
    limits = {
        f"{side}{level}": came[f"{name}-{side}-{level}"]
        for side in ("lo", "hi")
        for level in LEVELS
    }
    found = pd.DataFrame({"series_id": came["unique_id"], "mean": came[name], **limits})
    found.insert(1, "horizon", found.groupby("series_id").cumcount() + 1)
    return found[["series_id", "horizon", *COLUMNS]], spent


def put_right(found: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Limits with the lower ones of 80% and 95% in their places, and how many series had not."""
    near = 1e-9 * (found["mean"].abs() + 1)
    wrong = found["lo95"] > found["lo80"] + near
    swapped = found.copy()
    swapped.loc[wrong, ["lo80", "lo95"]] = found.loc[wrong, ["lo95", "lo80"]].to_numpy()
    return swapped, int(found.loc[wrong, "series_id"].nunique())


def main(given: list[str]) -> int:
    """Forecast the series of one file by every model named."""
    warnings.simplefilter("ignore")
    source, folder, names = given[0], Path(given[1]), given[2:]
    series = pd.read_csv(source, dtype={"series_id": str})
    cost = []
    for name in names:
        parts = []
        for (freq, season, horizon), some in series.groupby(["freq", "period", "h"]):
            found, spent = forecast(some, name, int(season), int(horizon))
            found, swapped = put_right(found)
            parts.append(found)
            count = int(some["series_id"].nunique())
            cost.append(
                {"model": name, "freq": freq, "series": count, "seconds": spent, "swapped": swapped}
            )
        table = pd.concat(parts, ignore_index=True)
        table[COLUMNS] = table[COLUMNS].replace([np.inf, -np.inf], np.nan)
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "cost.json").write_text(json.dumps(cost, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
