"""`pmf forecast`: with and without a workspace, in and out by files alone."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

ROWS = [
    f"{name},{step},{value + step % 12},monthly,12,3,level,,"
    for name, value in (("01", 50), ("1", 80))
    for step in range(1, 31)
]
GOOD = "\n".join(["series_id,t,value,freq,period,h,kind,lower,upper", *ROWS]) + "\n"


@pytest.fixture
def source(tmp_path, monkeypatch):
    """A file of series, in a folder that is in no workspace."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "in.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_file_is_forecast_without_a_workspace(pmf, source, tmp_path):
    status, out, _ = pmf("forecast", "--series", "in.csv", "--out", "new/fc.csv")
    assert status == 0
    assert "Forecast 2 series: 6 rows" in out
    assert "Rules: forecast-methods" in out
    written = (tmp_path / "new" / "fc.csv").read_text("utf-8").splitlines()
    assert written[0] == "series_id,horizon,mean,lo80,hi80,lo95,hi95"
    assert [line.split(",")[:2] for line in written[1:]] == [
        [name, str(step)] for name in ("01", "1") for step in (1, 2, 3)
    ]


def test_a_workspace_forecasts_by_its_own_rules(pmf, workspace, source, tmp_path):
    rules = workspace / "data" / "reference" / "rules" / "forecast-methods.yml"
    text = rules.read_text("utf-8")
    version = next(line for line in text.splitlines() if line.startswith("version"))
    rules.write_text(text.replace(version, 'version: "77.1"'), encoding="utf-8", newline="\n")
    status, out, _ = pmf(
        "--workspace", workspace, "forecast", "--series", source, "--out", tmp_path / "fc.csv",
        "--told", tmp_path / "told.csv", "--json",
    )  # fmt: skip
    assert status == 0
    answer = json.loads(out)
    assert (answer["series"], answer["rows"]) == (2, 6)
    assert "forecast-methods 77.1" in answer["rules"]
    assert "forecast-methods 77.1" in (tmp_path / "told.csv").read_text("utf-8")


def test_a_folder_that_is_no_workspace_is_named(pmf, source, tmp_path):
    status, _, err = pmf(
        "--workspace", tmp_path / "none", "forecast", "--series", source, "--out", "fc.csv"
    )
    assert status == 2
    assert "is no workspace" in err
    assert not (tmp_path / "fc.csv").exists()


def test_a_workspace_without_the_rules_says_which_is_missing(pmf, workspace, source):
    (workspace / "data" / "reference" / "rules" / "forecast-ranges.yml").unlink()
    status, _, err = pmf(
        "--workspace", workspace, "forecast", "--series", source, "--out", "fc.csv"
    )
    assert status == 2
    assert "rules/forecast-ranges.yml is missing" in err


def test_a_wrong_cell_is_one_message_and_nothing_is_written(pmf, source, tmp_path):
    source.write_text(GOOD.replace("01,7,57", "01,7,many"), encoding="utf-8")
    status, _, err = pmf("forecast", "--series", source, "--out", "fc.csv", "--told", "told.csv")
    assert status == 2
    assert err.startswith("in.csv, line 8, column value is 'many'. Expected: a number")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


def test_what_is_not_read_is_said(pmf, source):
    lines = GOOD.splitlines()
    text = "\n".join([lines[0] + ",note", *(f"{line},x" for line in lines[1:])])
    source.write_text(text, encoding="utf-8")
    assert "Columns not read: note" in pmf("forecast", "--series", source, "--out", "fc.csv")[1]


def test_nothing_is_loaded_that_a_forecast_does_not_need(source, tmp_path):
    # in a process of its own, as a user starts it; notebooks and charts stay unloaded
    program = (
        "import sys; from pmf_analysis.cli import main\n"
        "sys.argv = ['pmf', 'forecast', '--series', 'in.csv', '--out', 'fc.csv']\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code, ended.code\n"
        "heavy = {'statsmodels', 'matplotlib', 'papermill', 'great_expectations', 'nbconvert'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "fc.csv").is_file()
