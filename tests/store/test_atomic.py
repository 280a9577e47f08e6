"""Whole or not at all."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import WorkspaceError
from pmf_analysis.store.atomic import PARTIAL, atomic_folder, atomic_write, clear_partial


def test_a_file_is_written_or_replaced(tmp_path):
    path = tmp_path / "a" / "b.json"
    assert atomic_write(path, b"1") == path
    atomic_write(path, b"2")
    assert path.read_bytes() == b"2" and [each.name for each in path.parent.iterdir()] == ["b.json"]


def test_a_failed_write_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "b.json"
    atomic_write(path, b"1")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(WorkspaceError, match="No space left"):
        atomic_write(path, b"2")
    assert path.read_bytes() == b"1" and len(list(tmp_path.iterdir())) == 1


def test_a_folder_is_whole_or_absent(tmp_path):
    def half(folder):
        (folder / "one").write_text("1")
        raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped"):
        atomic_folder(tmp_path / "x", half)
    assert list(tmp_path.iterdir()) == []
    assert atomic_folder(tmp_path / "x", lambda folder: (folder / "one").touch()) is True
    assert atomic_folder(tmp_path / "x", lambda folder: (folder / "two").touch()) is False
    assert [each.name for each in (tmp_path / "x").iterdir()] == ["one"]


def test_the_slower_of_two_writers_gives_way(tmp_path):
    place = tmp_path / "x"

    def overtaken(folder):
        (folder / "slow").touch()
        atomic_folder(place, lambda other: (other / "fast").touch())

    assert atomic_folder(place, overtaken) is False
    assert [each.name for each in place.iterdir()] == ["fast"]
    assert [each.name for each in tmp_path.iterdir()] == ["x"]


def test_leftovers_are_removed_and_nothing_else(tmp_path):
    (tmp_path / f"{PARTIAL}a").mkdir()
    (tmp_path / f"{PARTIAL}b").touch()
    (tmp_path / "kept").mkdir()
    assert clear_partial(tmp_path) == 2
    assert [each.name for each in tmp_path.iterdir()] == ["kept"]
    assert clear_partial(tmp_path / "absent") == 0
