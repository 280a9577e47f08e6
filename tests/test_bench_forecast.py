"""The benchmark of forecasts: its scores are those of the shared scorer, its sides are complete."""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from benchmarks import (
    forecast,
    forecast_crossed,
    forecast_ours,
    forecast_rivals,
    forecast_scores,
    forecast_statsmodels,
)
from benchmarks.forecast_scores import NUMBERS, SLICES, Slice, load, naive2_rows, score, summary

WITHOUT = [word for name in forecast_statsmodels.MODELS for word in ("--without", name)]
SEASONS = {"monthly": 12, "quarterly": 4, "yearly": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A small folder of series in the format of the shared one, made by seed."""
    place, draws = tmp_path_factory.mktemp("series"), np.random.default_rng(4)
    told, before, after = [], [], []
    for number in range(18):
        freq = [*SEASONS][number % 3]
        public, season = number >= 9, SEASONS[freq]
        name, points = f"{number:03}", 24 if public else 10 * (1 + season // 2) + number
        level = 50 + 20 * np.sin(2 * np.pi * np.arange(points + 4) / max(season, 2))
        kind = ("percent", "count", "smallcount")[number // 3 % 3] if public else "level"
        values = np.round(level + draws.normal(0, 5, points + 4)) / (
            8 if kind == "smallcount" else 1
        )
        values = np.clip(np.round(values), 0, 100)
        told.append({
            "series_id": name, "block": "public" if public else "bench", "source": f"S{number % 2}",
            "freq": freq, "period": season, "kind": kind,
            "lower": 0 if public else np.nan, "upper": 100 if kind == "percent" else np.nan,
        })  # fmt: skip
        before += [(name, step + 1, values[step]) for step in range(points)]
        after += [(name, step + 1, values[points + step]) for step in range(4)]
    pd.DataFrame(told).to_csv(place / "series.csv", index=False)
    for file, rows, order in (("insample", before, "t"), ("outsample", after, "horizon")):
        table = pd.DataFrame(rows, columns=["series_id", order, "value"])
        table.to_csv(place / f"{file}.csv.gz", index=False)
    return place


@pytest.fixture(scope="module")
def scorer(shared) -> ModuleType:
    """The scorer that everyone is held by."""
    spec = importlib.util.spec_from_file_location("scorer", shared / "tools" / "score_forecast.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def guesses(part: Slice, seed: int) -> pd.DataFrame:
    """Forecasts that are wrong in every way: wide, narrow, crossed, impossible, missing."""
    draws = np.random.default_rng(seed)
    rows = naive2_rows(part)
    size = rows["mean"].abs() + 1
    for column in NUMBERS:
        rows[column] += draws.normal(0, 0.05, len(rows)) * size
    rows.loc[draws.random(len(rows)) < 0.1, "lo95"] = np.nan
    rows.loc[draws.random(len(rows)) < 0.1, "mean"] *= 3
    return rows[draws.random(len(rows)) < 0.95]


# -- scores ---------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(("name", "own"), [*((name, True) for name in SLICES), ("public", False)])
def test_every_measure_is_that_of_the_scorer(scorer, shared, folder, name, own):
    place = folder if own else shared / "reference" / "forecast"
    part, held = load(place, name), scorer.load(str(place), name)
    found, other = guesses(part, 1), naive2_rows(part)
    table, missing, _ = scorer.per_series(found, *held)
    theirs, ours = scorer.summary(table), summary(score(found, part))
    for measure in ours.keys() & theirs.keys():
        assert ours[measure] == pytest.approx(theirs[measure], rel=1e-12), measure
    assert ours["missing"] == missing
    assert len(theirs.keys() - ours.keys()) == 2  # what follows from the others
    base, _, _ = scorer.per_series(other, *held)
    theirs = scorer.boot(table, base)
    for measure, less in forecast_scores.differences(
        score(found, part), score(other, part)
    ).items():
        np.testing.assert_allclose(less, theirs[f"d{measure}"], atol=5.1e-5)


@pytest.mark.shared
def test_a_forecaster_sees_what_the_scorer_shows(scorer, folder, tmp_path, monkeypatch, capsys):
    words = ["--data", str(folder), "--slice", "short", "--write-input", str(tmp_path / "in.csv")]
    monkeypatch.setattr(sys, "argv", ["scorer", *words])
    assert scorer.main() == 0
    theirs = pd.read_csv(tmp_path / "in.csv", dtype={"series_id": str})
    ours = load(folder, "short").rows()
    order = ["series_id", "t"]
    pd.testing.assert_frame_equal(
        theirs.sort_values(order, ignore_index=True)[list(ours.columns)],
        ours.sort_values(order, ignore_index=True), check_dtype=False,
    )  # fmt: skip


def test_naive2_is_naive_without_a_season_and_keeps_one_that_is_plain():
    np.testing.assert_array_equal(forecast_scores.naive2(np.array([3.0, 9.0, 4.0]), 12, 2), [4, 4])
    times = np.tile([1.0, 2.0, 3.0, 4.0], 6)
    np.testing.assert_allclose(forecast_scores.naive2(times, 4, 4), [1, 2, 3, 4])
    plus = times - 2
    np.testing.assert_allclose(forecast_scores.naive2(plus, 4, 4), [-1, 0, 1, 2], atol=1e-12)


def test_a_forecast_that_is_the_truth_has_no_error(folder):
    part = load(folder, "public")
    rows = naive2_rows(part).sort_values(["series_id", "horizon"], ignore_index=True)
    truth = np.concatenate([part.truth[name] for name in sorted(part.truth)])
    found = summary(score(rows.assign(**dict.fromkeys(NUMBERS, truth)), part))
    assert found["OWA"] == found["sWIS"] == found["MSIS"] == 0
    assert found["cov95"] == found["cov80"] == found["beats"] == 1


# -- the sides ------------------------------------------------------------------------------


def test_ours_are_what_the_command_writes(folder, tmp_path):
    from pmf_analysis import series_files

    part = load(folder, "public")
    part.rows().to_csv(tmp_path / "in.csv", index=False)
    series_files.forecast_file(tmp_path / "in.csv", tmp_path / "fc.csv")
    written = pd.read_csv(tmp_path / "fc.csv", dtype={"series_id": str})
    rows, seconds = forecast_ours.ours(part, forecast_ours.shipped_rules())
    order = ["series_id", "horizon"]
    pd.testing.assert_frame_equal(
        rows.sort_values(order, ignore_index=True)[list(written.columns)],
        written.sort_values(order, ignore_index=True), check_dtype=False, rtol=1e-9,
    )  # fmt: skip
    assert set(seconds) == set(part.table["freq"])


@pytest.mark.parametrize("name", forecast_statsmodels.MODELS)
def test_statsmodels_forecasts_every_period_of_every_series(folder, name):
    part = load(folder, "public")
    some = forecast_ours.only(part, [*part.truth][1:2])
    rows, _, unfitted = forecast_statsmodels.forecast(some, name)
    found = summary(score(rows, some))
    assert (found["missing"], found["crossed"], unfitted) == (0, 0, 0)


def test_lower_limits_in_each_others_columns_are_put_right():
    columns = ["series_id", "horizon", *NUMBERS]
    rows = [["A", 1, 5, 1, 9, 3, 11], ["A", 2, 5, 1, 9, 3, 11], ["B", 1, 5, 3, 7, 1, 9]]
    found, swapped = forecast_rivals.put_right(pd.DataFrame(rows, columns=columns, dtype=object))
    assert swapped == 1
    np.testing.assert_array_equal(found[["lo80", "lo95"]].to_numpy(float), [[3, 1], [3, 1], [3, 1]])


STAND_IN = """import json, sys, csv
from pathlib import Path
source, folder, names = Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]
rows = list(csv.DictReader(source.open()))
last = {row["series_id"]: row for row in rows}
for name in names:
    with (folder / f"{name}.csv").open("w") as stream:
        print("series_id,horizon,mean,lo80,hi80,lo95,hi95", file=stream)
        for one, row in last.items():
            for step in range(1, 1 + int(row["h"])):
                print(one, step, *[row["value"]] * 5, sep=",", file=stream)
costs = [
    {"model": name, "freq": freq, "series": 1, "seconds": 1.0, "swapped": int(name == "AutoETS")}
    for name in names for freq in ("monthly", "quarterly", "yearly")
]
(folder / "cost.json").write_text(json.dumps(costs))
"""


@pytest.fixture
def bench(tmp_path) -> Path:
    """A program in the place of statsforecast: it repeats the last figure."""
    script = tmp_path / "stand_in.py"
    script.write_text(STAND_IN, encoding="utf-8")
    path = tmp_path / "python"
    # the first line of a script takes no folder with a space in its name; a shell does
    call = f'exec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"'
    path.write_text(f"#!/bin/sh\n{call}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(os.name == "nt", reason="a script that starts itself")
@pytest.mark.parametrize("markdown", [False, True])
def test_everyone_stands_side_by_side(folder, bench, capsys, markdown):
    words = [str(folder), "--slice", "public", "--bench", str(bench), *WITHOUT]
    status = forecast.main([*words, *(["--markdown"] if markdown else [])])
    printed = capsys.readouterr().out
    assert status == 0
    for name in ("ours", "Naive2", "SeasonalNaive", "AutoETS", "DOT", "mean of four"):
        assert name in printed
    assert "stood in each other's columns" in printed
    assert ("| --- |" in printed) == markdown
    assert "95% interval over series" in printed


def test_without_statsforecast_the_others_are_scored(folder, tmp_path, capsys):
    words = [str(folder), "--slice", "full", "--bench", str(tmp_path / "none"), *WITHOUT]
    assert forecast.main(words) == 0
    printed = capsys.readouterr().out
    assert "make bench-forecast" in printed
    assert "AutoETS" not in printed


def test_each_half_is_scored_by_what_the_other_taught(folder, monkeypatch):
    # learning is tested with the ranges; here, that each half gets what was learnt for it
    learnt: list[set[str]] = []

    def remembered(points, before):
        learnt.append({str(name) for name in points.names})
        return before

    monkeypatch.setattr(forecast_crossed.forecast_ranges, "rules_learnt", remembered)
    monkeypatch.setattr(forecast_crossed, "POWERS", (0,))
    monkeypatch.setattr(forecast_crossed, "DECAYS", (0.85,))
    found = forecast_crossed.cross_fitted(folder, 1)
    assert list(found) == list(SLICES)
    assert [len(names) for names in learnt] == [9, 9] and not learnt[0] & learnt[1]
    for name, rows in found.items():
        assert list(rows["series"]) == [len(load(folder, name).truth)]
        assert not rows[["missing", "impossible", "crossed"]].to_numpy().any()


def test_halves_are_of_all_series_each_way():
    names = np.array([f"{number:02}" for number in range(11)])
    learnt = [*forecast_crossed.halves(names, 2, seed=1)]
    assert len(learnt) == 4
    for (learn, test), (back, forth) in zip(learnt[::2], learnt[1::2], strict=True):
        assert sorted([*learn, *test]) == [*names]
        assert (set(learn), set(test)) == (set(forth), set(back))


def test_the_choice_is_that_of_the_lowest_loss_on_the_series_learnt_from():
    def choice(decay: float, power: int, losses: dict[str, float]) -> forecast_crossed.Choice:
        rows = pd.DataFrame({
            "slice": "short", "kind": ["level", "level", "count"], "sMAPE": losses.values(),
            "MASE": losses.values(), "sMAPE naive2": 1.0, "MASE naive2": 1.0,
        }, index=[*losses])  # fmt: skip
        return forecast_crossed.Choice(decay, {"power": power, "members": ["naive"]}, rows)

    tried = [
        choice(0.7, 0, {"A": 0.9, "B": 0.1, "C": 0.8}),
        choice(0.7, 4, {"A": 0.5, "B": 9.0, "C": 0.9}),
        choice(1.0, 0, {"A": 0.8, "B": 0.0, "C": 0.7}),
    ]
    methods = {"season": {"decay": 0.85, "penalty": 1.0}, "pools": {"percent": {"power": 2}}}
    found = forecast_crossed.best(tried, np.array(["A", "C"]), methods)
    assert found["season"] == {"decay": 0.7, "penalty": 1.0}
    assert {kind: pool["power"] for kind, pool in found["pools"].items()} == {
        "percent": 2, "level": 4, "count": 0,
    }  # fmt: skip
    assert methods["season"]["decay"] == 0.85


def test_the_page_gets_everything_between_its_marks(folder, tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{forecast.BEGIN}old\n{forecast.END}\nafter\n", encoding="utf-8")
    monkeypatch.setattr(forecast, "PAGE", page)
    monkeypatch.setattr(forecast, "crossed", lambda *_: "CROSSED")
    monkeypatch.setattr(forecast, "speed", lambda *_: "SPEED")
    words = [str(folder), "--slice", "public", "--bench", str(tmp_path / "none"), *WITHOUT]
    assert forecast.main([*words, "--write"]) == 0
    text = page.read_text("utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert "old" not in text
    assert all(word in text for word in ("### Public", "| ours |", "CROSSED", "SPEED"))
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(SystemExit, match="no place for the scores"):
        forecast.main([*words, "--write"])


def test_the_page_of_scores_has_a_place_for_them():
    text = forecast.PAGE.read_text("utf-8")
    assert text.index(forecast.BEGIN) < text.index(forecast.END)


def test_a_mean_is_of_middles_and_limits(folder):
    part = load(folder, "short")
    rows = naive2_rows(part)
    higher = rows.assign(**{name: rows[name] + 4 for name in NUMBERS}).iloc[::-1]
    found = forecast.mean_of([rows, higher]).set_index(["series_id", "horizon"])
    expected = rows.set_index(["series_id", "horizon"])[list(NUMBERS)] + 2
    pd.testing.assert_frame_equal(found, expected.sort_index())


def test_the_cost_is_told_for_each_number_of_series():
    table = forecast_ours.cost([4, 8])
    assert list(table.index) == ["4", "8"]
    assert (table["CPU s in all"] > 0).all()
    assert {one.kind.value for one in forecast_ours.made(8)} == {
        "percent", "smallcount", "count", "level",
    }  # fmt: skip


def test_the_other_environment_needs_nothing_of_the_project():
    source = Path(forecast_rivals.__file__).read_text("utf-8")
    assert "pmf_analysis" not in source
    assert "from benchmarks" not in source
    json.dumps(sorted(forecast.STATSFORECAST))
