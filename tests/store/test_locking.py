"""One writer at a time, many readers; a killed writer's lock is gone with it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pmf_analysis.errors import WorkspaceError
from pmf_analysis.settings import Settings
from pmf_analysis.store import UNTIL_FREE, Store, verify, writes

HOLD = """
import sys, time
from pathlib import Path
from pmf_analysis.store import Store

with Store(Path(sys.argv[1])).writing("receive"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "w").mkdir()
    return Store(tmp_path / "w")


@pytest.fixture
def other(store: Store) -> Iterator[subprocess.Popen]:
    """Another process that writes."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store.folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_writer_is_told_who_writes_and_changes_nothing(store, other):
    (store.folder / "runs").mkdir()
    (store.folder / "runs" / ".partial-x").touch()  # it may be the other's
    with pytest.raises(WorkspaceError) as caught, store.writing("run"):
        pytest.fail("two writers at once")
    said = str(caught.value)
    assert f"pmf receive, process {other.pid}" in said and "--wait SECONDS" in said
    assert "\n" not in said and str(store.folder.parent) not in said
    assert (store.folder / "runs" / ".partial-x").exists()


def test_readers_do_not_wait(store, other):
    began = time.monotonic()
    assert store.deliveries() == [] and store.deleted() == [] and verify(store).whole
    assert time.monotonic() - began < 5 and other.poll() is None


def test_the_lock_of_a_killed_writer_needs_no_hand(store, other):
    (store.folder / "runs").mkdir()
    (store.folder / "runs" / ".partial-x").touch()
    other.kill()
    other.wait()
    with store.writing("run") as cleared:
        assert cleared == 1


def test_a_writer_that_waits_gets_its_turn(store, other):
    later = threading.Timer(0.3, other.kill)
    later.start()
    with Store(store.folder, wait=30).writing("run"):
        assert other.wait() != 0
    later.join()


def test_a_wait_has_an_end(store, other):
    began = time.monotonic()
    with pytest.raises(WorkspaceError, match="being written to"), store.writing("run", wait=0.3):
        pytest.fail("two writers at once")
    assert 0.3 <= time.monotonic() - began < 10 and other.poll() is None


def test_a_writer_may_write_inside_its_own_writing(store):
    with store.writing("run"):
        (store.folder / "runs").mkdir()
        (store.folder / "runs" / ".partial-mine").touch()
        with Store(store.folder).writing("prepare", wait=UNTIL_FREE) as cleared:
            assert cleared == 0
        assert (store.folder / "runs" / ".partial-mine").exists()
    with store.writing("run"):
        pass


def test_threads_of_one_process_are_writers_of_their_own(store):
    order = []

    def write() -> None:
        with store.writing("prepare", wait=UNTIL_FREE):
            order.append("in")
            time.sleep(0.05)
            order.append("out")

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["in", "out"] * 3


def test_a_kernel_of_a_run_writes_under_the_lock_of_that_run(store, other, monkeypatch):
    kernel = Settings(workspace=store.folder, prepared="key")
    monkeypatch.setattr("pmf_analysis.store.locking.settings", lambda: kernel)
    with store.writing("prepare") as cleared:
        assert cleared == 0


def test_what_failed_inside_gives_the_lock_back(store):
    with pytest.raises(ValueError, match="stopped"), store.writing("run"):
        raise ValueError("stopped")
    with store.writing("run"):
        assert (store.folder / ".pmf" / "writer.json").is_file()


@dataclass(frozen=True)
class Held:
    """Something made from a store."""

    store: Store


@dataclass(frozen=True)
class Planned:
    """Something planned from what was made."""

    prepared: Held


def test_a_function_can_be_made_a_writer(store, other):
    @writes("publish")
    def publish(given: object, word: str) -> str:
        return word

    for first in (store, Held(store), Planned(Held(store))):
        with pytest.raises(WorkspaceError, match="being written to by pmf receive"):
            publish(first, word="x")
    other.kill()
    other.wait()
    assert publish(given=Planned(Held(store)), word="x") == "x"
    assert publish.__name__ == "publish"


def test_a_lock_that_leads_out_is_not_taken(store, tmp_path):
    (tmp_path / "outside").mkdir()
    (store.folder / ".pmf").symlink_to(tmp_path / "outside")
    with pytest.raises(WorkspaceError, match=r"\.pmf is a symbolic link"), store.writing("run"):
        pytest.fail("written through a link")
    assert list((tmp_path / "outside").iterdir()) == []
