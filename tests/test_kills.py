"""A verb that is killed leaves nothing half-visible and no process, and completes when repeated."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
import pytest

from pmf_analysis import prepared
from pmf_analysis.store import Store, create_workspace, verify

FILES = 4
ROWS = 300
MARK = "PMF_TEST_MARK"
LONGEST_END = 20.0


@dataclass(frozen=True)
class Whole:
    """A verb on a workspace as it was before, and what came of it undisturbed."""

    before: Path
    words: tuple[str, ...]
    state: dict[str, bytes]
    seconds: float


def start(workspace: Path, words: tuple[str, ...], mark: str) -> subprocess.Popen:
    """Start a verb as the first of a group of processes, with a folder of its own for sockets."""
    temporary = workspace.parent / f"t-{workspace.name}"
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-m", "pmf_analysis", "--workspace", str(workspace), *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, MARK: mark, "TMPDIR": str(temporary)},
    )  # fmt: skip


def finish(workspace: Path, words: tuple[str, ...]) -> float:
    began = time.monotonic()
    assert start(workspace, words, "").wait(timeout=300) == 0
    return time.monotonic() - began


def state(workspace: Path) -> dict[str, bytes]:
    """All that counts: deliveries, tables, runs and pages; the journal has times in it."""
    return {
        path.relative_to(workspace).as_posix(): path.read_bytes()
        for folder in ("data", "runs", "notebooks")
        for path in sorted((workspace / folder).rglob("*"))
        if path.is_file()
    }


def alive(mark: str) -> list[str]:
    """Processes that were started by a marked one, whatever became of their parents."""
    found = []
    for each in psutil.process_iter():
        try:
            if each.environ().get(MARK) == mark and each.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(each.cmdline()[:4]))
        except psutil.Error:
            continue
    return found


def kill(process: subprocess.Popen, mark: str, group: bool) -> None:
    """Kill as the system does, one process or its group; whatever it started ends by itself."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL) if group else process.kill()
    process.wait(timeout=60)
    until = time.monotonic() + LONGEST_END
    while (left := alive(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == []


def kill_and_repeat(folder: Path, whole: Whole, after: float, group: bool) -> None:
    workspace = folder / "w"
    shutil.rmtree(workspace, ignore_errors=True)
    shutil.copytree(whole.before, workspace)
    mark = uuid.uuid4().hex
    process = start(workspace, whole.words, mark)
    time.sleep(after)
    kill(process, mark, group)
    found = verify(Store(workspace))
    assert found.whole, [str(fault) for fault in found.faults]
    finish(workspace, whole.words)
    assert state(workspace) == whole.state
    assert verify(Store(workspace)).faults == ()
    assert list((folder / "t-w").iterdir()) == []


def undisturbed(folder: Path, before: Path, words: tuple[str, ...]) -> Whole:
    workspace = folder / "whole"
    shutil.copytree(before, workspace)
    seconds = finish(workspace, words)
    return Whole(before, words, state(workspace), seconds)


@pytest.fixture(scope="module")
def receiving(tmp_path_factory: pytest.TempPathFactory, by_figures: Callable[..., Path]) -> Whole:
    """Files large enough that a kill falls into the middle of one."""
    folder = tmp_path_factory.mktemp("receive")
    delivered = folder / "delivered"
    delivered.mkdir()
    for number in range(FILES):
        lines = ["indicator,service_area,period,numerator,denominator"]
        for row in range(ROWS):
            year, month = 1999 + row // 12, row % 12 + 1
            lines.append(f"ASSESS-45,Dunwick,{year}-{month:02d},{number},{row + 10}")
        path = delivered / f"figures_{2024 + number // 2}-0{number % 2 + 1}-10.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = by_figures(create_workspace(folder / "before", "medwold"), "ASSESS-45")
    return undisturbed(folder, before, ("receive", str(delivered)))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, receiving: Whole) -> Whole:
    """Two short notebooks of one service area, with everything prepared."""
    folder = tmp_path_factory.mktemp("run")
    before = folder / "before"
    shutil.copytree(receiving.before.parent / "whole", before)
    shutil.rmtree(before / "notebooks")
    (before / "notebooks").mkdir()
    for name in ("one", "two"):
        write_notebook(before / "notebooks" / f"{name}.ipynb")
    prepared.prepare(Store(before))
    return undisturbed(folder, before, ("run", "--area", "Dunwick"))


def write_notebook(path: Path, last: str = "import time\ntime.sleep(0.2)\nservice_area") -> None:
    """A notebook that plans as ours do, and takes no longer than a kernel does."""
    parameters = nbformat.v4.new_code_cell(
        'service_area: str = ""  # a\nperiod: str = ""  # b\n'
        'as_at: str = ""  # c\nindicators: list[str] = []  # d',
        metadata={"tags": ["parameters"]},
    )
    cells = [nbformat.v4.new_markdown_cell(f"# {path.stem.title()}\n\nWhat is seen?"), parameters,
             nbformat.v4.new_code_cell(last)]  # fmt: skip
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"pmf": {"scope": "area"}})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    nbformat.write(notebook, path)


@pytest.mark.parametrize(("share", "group"), [(0.7, False), (0.9, True)])
def test_a_killed_receive_completes_when_repeated(tmp_path, receiving, share, group):
    kill_and_repeat(tmp_path, receiving, receiving.seconds * share, group)


ONE_NOTEBOOK = """
import signal, sys
from pathlib import Path
from pmf_analysis.runs.executing import Order, execute_order
from pmf_analysis.runs.running import workers

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    place = Path(sys.argv[1])
    order = Order(str(place / "n.ipynb"), str(place / "out.ipynb"), {}, {}, str(place), 100)
    with workers(place, "", 1) as pool:
        tasks = [pool.submit(execute_order, order) for _ in range(3)]
        tasks[0].result()
"""


@pytest.mark.parametrize("stopped", [False, True], ids=["killed", "stopped"])
def test_the_workers_and_kernels_of_a_run_end_with_it(tmp_path, stopped):
    write_notebook(tmp_path / "n.ipynb", "from pathlib import Path\nimport time\n"
                   'Path("started").touch()\ntime.sleep(300)')  # fmt: skip
    (tmp_path / "one.py").write_text(ONE_NOTEBOOK)
    (tmp_path / "t").mkdir()
    mark = uuid.uuid4().hex
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, str(tmp_path / "one.py"), str(tmp_path)], start_new_session=True,
            env={**os.environ, MARK: mark, "TMPDIR": str(tmp_path / "t")}, stderr=said,
        )  # fmt: skip
    try:
        until = time.monotonic() + 200
        while not (tmp_path / "started").exists() and time.monotonic() < until:
            time.sleep(0.1)
        assert (tmp_path / "started").exists() and len(alive(mark)) >= 3
        if stopped:  # as Ctrl-C does: long before the cell is done, and two more notebooks wait
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=60)
            told = (tmp_path / "said").read_text()
            assert "KeyboardInterrupt" in told
            assert "never retrieved" not in told
    finally:
        kill(process, mark, group=False)
    assert list((tmp_path / "t").iterdir()) == []


@pytest.mark.soak
@pytest.mark.parametrize("verb", ["receiving", "running"])
def test_verbs_killed_at_50_random_moments_complete_when_repeated(
    tmp_path: Path, request: pytest.FixtureRequest, verb: str
) -> None:
    whole = request.getfixturevalue(verb)
    moments = random.Random(20261122)
    for trial in range(50):
        folder = tmp_path / f"{trial}"
        folder.mkdir()
        after = moments.uniform(0.2, 1.05) * whole.seconds
        kill_and_repeat(folder, whole, after, group=moments.random() < 0.5)
        shutil.rmtree(folder)
