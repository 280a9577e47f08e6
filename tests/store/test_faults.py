"""A disk that fails at any write: one clear line, nothing lost, nothing half-visible."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pmf_analysis import cli
from pmf_analysis.errors import DeliveryError, PmfError, WorkspaceError
from pmf_analysis.store import Store, create_workspace, sha256_of, verify
from pmf_analysis.tables import FIGURE

WRITES = [(Path, "mkdir"), (Path, "open"), (Path, "rename"), (Path, "replace"),
          (Path, "write_bytes"), (os, "fsync"), (shutil, "copyfile")]  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Callable[[Store], None]:
    """Everything that a receive, an amendment and a prepare write."""
    path = tmp_path / "c1.csv"
    path.write_text("a,b\n1,2\n")
    digest = sha256_of(path)
    figures = pd.DataFrame(
        [(digest[:16], "c1", 2, "E1", "all", "", "2024/25", "n", 1.0, "final", "1")],
        columns=list(FIGURE),
    )
    receipt = {"id": digest[:16], "file_name": "c1.csv", "sha256": digest, "table": "c1",
               "published": "2025-03-31", "cells": 1}  # fmt: skip
    records = {"episodes": pd.DataFrame({"n": [1, 2]})}

    def act(store: Store) -> None:
        with store.writing("receive"):
            if store.add_delivery(path, receipt, figures, records):
                store.append_journal({"event": "received"})
            store.amend_published(digest[:16], date(2025, 4, 30))
            store.put_prepared("k", {"analysis": figures})

    return act


def state(store: Store) -> dict[str, bytes]:
    return {
        path.relative_to(store.folder).as_posix(): path.read_bytes()
        for path in sorted((store.folder / "data").rglob("*"))
        if path.is_file()
    }


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, at: int, code: int) -> Iterator[list[int]]:
    """Let the disk refuse the write of a number, counted from 1, and all writes after it."""
    count = [0]

    def refuse(true: Callable) -> Callable:
        def act(*given: object, **named: object) -> object:
            reading = true is opened and not set("wax+") & set(str((*given[1:], *named.values())))
            count[0] += not reading
            if not reading and count[0] >= at:
                raise OSError(code, os.strerror(code))
            return true(*given, **named)

        return act

    opened = Path.open
    with monkeypatch.context() as patch:
        for holder, name in WRITES:
            patch.setattr(holder, name, refuse(getattr(holder, name)))
        yield count


def new_store(folder: Path) -> Store:
    folder.mkdir()
    return Store(folder)


def test_a_disk_that_is_full_at_any_write_loses_nothing(scene, tmp_path, monkeypatch):
    whole = new_store(tmp_path / "whole")
    scene(whole)
    for at in range(1, 100):
        store = new_store(tmp_path / f"w{at}")
        with failing(monkeypatch, at, errno.ENOSPC) as count:
            try:
                scene(store)
            except WorkspaceError as error:
                said = str(error)
            else:
                break
        assert "could not be written (No space left on device)" in said and "\n" not in said
        found = verify(store)
        assert found.whole, f"write {at}: {[str(fault) for fault in found.faults]}"
        for receipt in store.deliveries():
            assert len(store.figures([receipt["id"]])) == 1 and store.delivered_file(receipt["id"])
        scene(store)
        assert state(store) == state(whole), f"after write {at} failed"
        assert verify(store).faults == ()
    assert at == count[0] + 1 and at > 20


def test_a_read_only_folder_is_said_before_anything_else(scene, tmp_path, monkeypatch):
    store = new_store(tmp_path / "w")
    said = r"^\.pmf/lock could not be written \(Read-only file system\)"
    with failing(monkeypatch, 1, errno.EROFS), pytest.raises(WorkspaceError, match=said):
        scene(store)
    assert list(store.folder.iterdir()) == []


def test_a_disk_that_is_full_for_a_moment_leaves_no_torn_line(tmp_path, monkeypatch):
    store = new_store(tmp_path / "w")
    store.append_journal({"event": "one"})
    held = (store.folder / "journal.jsonl").read_bytes()
    with failing(monkeypatch, 3, errno.ENOSPC), pytest.raises(WorkspaceError, match="No space"):
        store.append_journal({"event": "two"})
    assert (store.folder / "journal.jsonl").read_bytes() == held
    (store.folder / "journal.jsonl").write_bytes(held + b'{"torn')
    store.append_journal({"event": "three"})
    assert len((store.folder / "journal.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize("place", ["data", "data/raw", "data/processed", "data/processed/figures",
                                   "data/processed/records", "journal.jsonl"])  # fmt: skip
def test_nothing_is_written_through_a_link_out_of_the_workspace(scene, tmp_path, place):
    store = new_store(tmp_path / "w")
    outside = tmp_path / "outside"
    outside.mkdir()
    (store.folder / place).parent.mkdir(parents=True, exist_ok=True)
    (store.folder / place).symlink_to(outside)
    with pytest.raises(WorkspaceError) as caught:
        scene(store)
    assert str(caught.value).startswith(f"{place} is a symbolic link that leads out")
    assert str(outside) not in str(caught.value) and list(outside.iterdir()) == []
    assert not verify(store).whole


def test_a_link_inside_the_workspace_is_allowed(scene, tmp_path):
    store = new_store(tmp_path / "w")
    (store.folder / "large").mkdir()
    (store.folder / "data").mkdir()
    (store.folder / "data" / "processed").symlink_to(store.folder / "large")
    scene(store)
    assert verify(store).whole and (store.folder / "large" / "prepared").is_dir()


def test_a_delivery_that_is_a_link_is_not_taken_for_one(scene, tmp_path):
    whole, store = new_store(tmp_path / "whole"), new_store(tmp_path / "w")
    scene(whole)
    (delivery,) = whole.raw.iterdir()
    store.raw.mkdir(parents=True)
    (store.raw / delivery.name).symlink_to(delivery)
    with pytest.raises(WorkspaceError, match="symbolic link that leads out"):
        scene(store)


@pytest.mark.parametrize("table", ["../x", "a/b", "", "a\\b", ".x"])
def test_a_name_of_records_never_leaves_its_folder(scene, tmp_path, table):
    store = new_store(tmp_path / "w")
    path = tmp_path / "c1.csv"
    digest = sha256_of(path)
    receipt = {"id": digest[:16], "file_name": "c1.csv", "sha256": digest, "published": ""}
    none = pd.DataFrame({column: pd.Series(dtype="str") for column in FIGURE})
    with pytest.raises(PmfError):
        store.add_delivery(path, receipt, none, {table: pd.DataFrame({"n": [1]})})
    assert state(store) == {}


@pytest.mark.parametrize("name", ["receipt-1.json", "contents.json"])
def test_a_delivered_file_cannot_pass_for_one_of_ours(tmp_path, name):
    store = new_store(tmp_path / "w")
    path = tmp_path / "c1.csv"
    path.write_text("x")
    digest = sha256_of(path)
    receipt = {"id": digest[:16], "file_name": name, "sha256": digest, "published": ""}
    none = pd.DataFrame({column: pd.Series(dtype="str") for column in FIGURE})
    with pytest.raises(DeliveryError, match="cannot be kept"):
        store.add_delivery(path, receipt, none)


def test_a_second_receive_is_one_line_and_an_exit_status(tmp_path, monkeypatch, capsys):
    folder = create_workspace(tmp_path / "w", "medwold")
    (tmp_path / "x.csv").write_text("a\n1\n")
    before = state(Store(folder))
    hold = (
        "import sys, pathlib; from pmf_analysis.store import Store\n"
        "with Store(pathlib.Path(sys.argv[1])).writing('run'):\n"
        "    print(1, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        words = ["pmf", "--workspace", str(folder), "receive", str(tmp_path / "x.csv")]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            cli.main()
        other.stdin.close()
    said = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2 and state(Store(folder)) == before
    assert said == [line for line in said if f"pmf run, process {other.pid}" in line] != []


def test_a_file_larger_than_the_disk_takes_is_one_line(scene, tmp_path):
    """The system itself refuses, in the middle of a file."""
    folder = create_workspace(tmp_path / "w", "medwold")
    path = tmp_path / "figures_2024-01-10.csv"
    lines = [f"ASSESS-45,Dunwick,{2000 + n // 12}-{n % 12 + 1:02d},1,{n + 2}" for n in range(240)]
    head = "indicator,service_area,period,numerator,denominator"
    path.write_text("\n".join([head, *lines]) + "\n")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    words = ["-m", "pmf_analysis", "--workspace", str(folder), "receive", str(path)]
    ended = subprocess.run(
        [sys.executable, "-B", *words], capture_output=True, text=True, preexec_fn=little_room,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 2 and len(ended.stderr.splitlines()) == 1
    assert "could not be written (File too large)" in ended.stderr
    assert Store(folder).deliveries() == [] and verify(Store(folder)).faults == ()
