"""A receive that is killed leaves nothing half-visible, and completes when repeated."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pmf_analysis.store import Store, create_workspace

FILES = 6
ROWS = 400


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory) -> Path:
    """Files large enough that a kill falls into the middle of one."""
    folder = tmp_path_factory.mktemp("delivered")
    for number in range(FILES):
        lines = ["indicator,service_area,period,numerator,denominator"]
        for row in range(ROWS):
            year, month = 1990 + row // 12, row % 12 + 1
            lines.append(f"ASSESS-45,Dunwick,{year}-{month:02d},{number},{row + 10}")
        path = folder / f"figures_{2020 + number}-01-10.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def start(workspace: Path, deliveries: Path) -> subprocess.Popen:
    words = ["-m", "pmf_analysis", "--workspace", str(workspace), "receive", str(deliveries)]
    return subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def state(workspace: Path) -> dict[str, bytes]:
    """All that counts: deliveries, receipts and figures; the journal has times in it."""
    return {
        path.relative_to(workspace).as_posix(): path.read_bytes()
        for path in sorted((workspace / "data").rglob("*"))
        if path.is_file()
    }


def undisturbed(folder: Path, deliveries: Path) -> tuple[dict[str, bytes], float]:
    workspace = create_workspace(folder / "whole", "medwold")
    began = time.monotonic()
    assert start(workspace, deliveries).wait(timeout=120) == 0
    return state(workspace), time.monotonic() - began


def kill_and_repeat(folder: Path, deliveries: Path, whole: dict, after: float) -> None:
    workspace = create_workspace(folder, "medwold")
    process = start(workspace, deliveries)
    time.sleep(after)
    process.kill()
    process.wait(timeout=60)
    store = Store(workspace)
    for receipt in store.deliveries():
        read = store.figures([str(receipt["id"])])
        assert read["line"].nunique() == ROWS
    assert start(workspace, deliveries).wait(timeout=120) == 0
    assert len(store.deliveries()) == FILES
    store.clean()
    assert state(workspace) == whole


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_a_killed_receive_completes_when_repeated(tmp_path, deliveries, share):
    whole, seconds = undisturbed(tmp_path, deliveries)
    kill_and_repeat(tmp_path / "killed", deliveries, whole, seconds * share)


@pytest.mark.soak
def test_a_receive_killed_at_random_moments_completes_when_repeated(tmp_path, deliveries):
    whole, seconds = undisturbed(tmp_path, deliveries)
    moments = random.Random(20261122)
    for trial in range(60):
        after = moments.uniform(0.3, 1.05) * seconds
        kill_and_repeat(tmp_path / f"killed-{trial}", deliveries, whole, after)
