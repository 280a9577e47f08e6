"""Which files a list of paths stands for."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest import read_paths


def test_folders_give_their_data_files_in_order(tmp_path):
    for name in ("b.csv", "a.csv.gz", "README.md", "sub/c.CSV", ".hidden/d.csv", "a.csv.tmp"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    named = tmp_path / "README.md"
    found = read_paths([tmp_path, tmp_path / "b.csv", named])
    assert [path.name for path in found.files] == ["a.csv.gz", "b.csv", "c.CSV", "README.md"]
    assert [path.name for path in found.passed_over] == ["README.md", "a.csv.tmp"]


def test_nothing_to_receive_is_an_error(tmp_path):
    with pytest.raises(UnreadableFileError, match="holds no data file"):
        read_paths([tmp_path])
    with pytest.raises(UnreadableFileError, match="no file or folder"):
        read_paths([tmp_path / "absent"])
