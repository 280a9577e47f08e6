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


def test_every_kind_of_data_file_is_found(tmp_path):
    names = ["a.csv.gz", "b.ods", "c.parquet", "d.xls", "e.xlsx", "f.XML", "g.zip", "h.xml.gz"]
    for name in [*names, "i.json.gz", "j.docx"]:
        (tmp_path / name).write_text("x")
    found = read_paths([tmp_path])
    assert [path.name for path in found.files] == names
    assert [path.name for path in found.passed_over] == ["i.json.gz", "j.docx"]


def test_a_link_in_a_folder_is_passed_over_and_one_that_is_named_is_followed(tmp_path):
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    for each in (outside, folder):
        each.mkdir()
        (each / "a.csv").write_text("x")
    (folder / "b.csv").symlink_to(outside / "a.csv")
    (folder / "c").symlink_to(outside)
    found = read_paths([folder])
    assert [path.name for path in found.files] == ["a.csv"]
    assert [path.name for path in found.passed_over] == ["b.csv", "c"]
    named = [folder / "b.csv", folder / "c"]
    assert list(read_paths(named).files) == [folder / "b.csv", folder / "c" / "a.csv"]


def test_nothing_to_receive_is_an_error(tmp_path):
    with pytest.raises(UnreadableFileError, match="holds no data file"):
        read_paths([tmp_path])
    with pytest.raises(UnreadableFileError, match="no file or folder"):
        read_paths([tmp_path / "absent"])
