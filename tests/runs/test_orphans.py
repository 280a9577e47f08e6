"""Where the sockets of a run's kernels lie."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from pmf_analysis.runs.orphans import socket_folder

LONGEST_SOCKET = 104
"""Characters of a socket's path on the strictest of the systems."""


@pytest.mark.parametrize("length", [20, 200])
def test_sockets_have_a_short_path_wherever_temporary_files_go(tmp_path, monkeypatch, length):
    place = tmp_path / ("t" * length)
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with socket_folder(Path("workspace")) as folder:
        assert folder.is_dir()
        assert len(str(folder / "pmf-12345678" / "k-1")) <= LONGEST_SOCKET
        (folder / "left").touch()
    assert not folder.exists()


def test_what_a_killed_run_left_is_cleared(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with socket_folder(Path("workspace")) as folder:
        pass
    folder.mkdir()
    (folder / "left").touch()
    with socket_folder(Path("workspace")) as again:
        assert again == folder
        assert list(again.iterdir()) == []
