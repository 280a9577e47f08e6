"""The methods against reference cases of other programs, by `python -m benchmarks.reference`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.reference import __main__ as reference


@pytest.mark.shared
def test_every_set_is_complete(shared: Path):
    folder = shared / "reference" / "methods"
    tallies = reference.run(folder)
    assert tallies and all(tally.total for tally in tallies)
    assert not {tally.name: tally.misses[:3] for tally in tallies if tally.misses}
    assert not [name for name, module in reference.sets() if not _has(folder, module.FILES)]


@pytest.mark.shared
def test_every_file_of_the_folder_is_read_by_a_set(shared: Path):
    files = {path.name for path in (shared / "reference" / "methods").glob("*.csv")}
    read = {name for _, module in reference.sets() for name in module.FILES}
    assert files == read


@pytest.mark.shared
def test_a_wrong_answer_is_a_miss_and_a_failure(shared: Path, tmp_path: Path, capsys):
    cases = pd.read_csv(shared / "reference" / "methods" / "ci_proportion_wilson.csv").head(7)
    cases.loc[3, "upper90"] += 1e-6
    cases.to_csv(tmp_path / "ci_proportion_wilson.csv", index=False)
    assert reference.main([str(tmp_path)]) == 1
    said = capsys.readouterr().out.splitlines()
    place = said.index("proportions (Wilson): 6/7")
    assert said[place + 1].strip() == cases.loc[3, "case_id"]
    assert said[-1].startswith("Not in this folder: ")


@pytest.mark.shared
def test_other_cases_of_the_same_format_are_run(shared: Path, tmp_path: Path, capsys):
    source = shared / "reference" / "methods" / "ci_proportion_wilson.csv"
    shutil.copy(source, tmp_path)
    assert reference.main([str(tmp_path)]) == 0
    assert f"{len(pd.read_csv(source))}/{len(pd.read_csv(source))}" in capsys.readouterr().out


def test_a_folder_without_cases_is_said_to_be_empty(tmp_path: Path, capsys):
    assert reference.main([str(tmp_path)]) == 2
    assert "No reference case" in capsys.readouterr().err


def _has(folder: Path, names: tuple[str, ...]) -> bool:
    return all((folder / name).is_file() for name in names)
