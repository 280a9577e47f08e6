"""A warm kernel is as an ordinary one in all but the time it takes to start."""

from __future__ import annotations

import ast
import os
import signal
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest

from pmf_analysis.runs import warm_kernels
from pmf_analysis.runs.executing import Order, execute_order
from pmf_analysis.runs.orphans import socket_folder
from pmf_analysis.runs.warm_kernels import WarmProvisioner, source_of_kernels, start_warm

pytestmark = pytest.mark.skipif(
    not warm_kernels.CAN_FORK, reason="kernels are not forked on this system"
)
LONGEST = 20.0
BARE = ("ipykernel.kernelapp", "numpy")

STATE = """
import decimal, locale, logging, multiprocessing, os, signal, sys, tempfile, warnings
import matplotlib, numpy, pandas, pmf_analysis.workbench, pmf_analysis.charts.from_register
print({
    "arguments": [os.path.basename(sys.argv[0]), len(sys.argv)],
    "path": sys.path,
    "main": sorted(vars(sys.modules["__main__"]).keys()),
    "environment": {k: v for k, v in os.environ.items() if k != "JPY_PARENT_PID"},
    "folder": os.getcwd(),
    "signals": {n.name: str(signal.getsignal(n)).split(" at ")[0] for n in signal.valid_signals()
                if isinstance(n, signal.Signals)},
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "mask": os.umask(0o22),
    "flags": str(sys.flags),
    "hash": hash("a word"),
    "warnings": sorted(str(f) for f in warnings.filters),
    "locale": locale.setlocale(locale.LC_ALL),
    "decimal": str(decimal.getcontext()),
    "drawing": {k: str(v) for k, v in matplotlib.rcParams.items()},
    "tables": pandas.get_option("display.max_rows"),
    "temporary": tempfile.gettempdir(),
    "starting": multiprocessing.get_start_method(allow_none=True),
    "first": os.getsid(0) == os.getpid() == os.getpgid(0),
    "input": sys.__stdin__.read(),
    "log": [str(h) for h in logging.getLogger().handlers],
    "recursion": sys.getrecursionlimit(),
    "limits": str(numpy.geterr()),
})
"""

CHANCE = "import random, numpy\nprint([random.random(), numpy.random.random()])"

PICTURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2])"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A folder with the socket of one process that has imported everything."""
    with socket_folder(tmp_path_factory.mktemp("warm")) as folder, source_of_kernels(folder):
        yield folder


@pytest.fixture
def run(tmp_path, write_notebook, monkeypatch):
    """Execute cells in a kernel, an ordinary one where there is no source; what each put out."""

    def run(*cells: str, source: Path | None = None, timeout: int = 60):
        path = write_notebook(tmp_path, "cells", *cells)
        monkeypatch.setattr(WarmProvisioner, "source", source)
        order = Order(str(path), str(tmp_path / "out.ipynb"), {}, {}, str(tmp_path), timeout)
        outcome = execute_order(order)
        executed = nbformat.read(outcome.output, as_version=4)
        said = [cell.outputs for cell in executed.cells[-len(cells) :]]
        return (outcome, *said) if outcome.error else said[0] if len(said) == 1 else said

    return run


def printed(outputs) -> object:
    (output,) = outputs
    return ast.literal_eval(output.text)


def differing(one: dict, other: dict) -> dict:
    """What differs, and not all of the rest, which may hold a secret."""
    names = one.keys() | other.keys()
    return {n: (one.get(n), other.get(n)) for n in names if one.get(n) != other.get(n)}


def gone(process: int) -> bool:
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        try:
            if psutil.Process(process).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def sources() -> list[psutil.Process]:
    own = psutil.Process().children()
    return [each for each in own if "pmf_analysis.runs.warm_source" in each.cmdline()]


def start(folder: Path, source: Path):
    """A kernel to which nobody talks."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", str(folder / "kernel.json")]
    return start_warm(source, command, str(folder), dict(os.environ))


def test_a_warm_kernel_finds_what_a_fresh_one_finds_and_draws_the_same(run, source, monkeypatch):
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setenv("A_SECRET", "known to the one who asks")
    (first, pictures), (second, same) = run(STATE, PICTURE), run(STATE, PICTURE, source=source)
    ordinary, warm = printed(first), printed(second)
    assert warm["environment"]["A_SECRET"] == "known to the one who asks"
    assert differing(ordinary.pop("environment"), warm.pop("environment")) == {}
    assert differing(ordinary.pop("drawing"), warm.pop("drawing")) == {}
    assert differing(ordinary, warm) == {}
    assert [sorted(one.data) for one in same] == [["text/plain"], ["image/png", "text/plain"]]
    assert same[1].data == pictures[1].data


def test_what_one_kernel_does_no_other_finds(run, source):
    spoil = (
        "import builtins, os, matplotlib, pandas\nbuiltins.left = os.environ['LEFT'] = 'here'\n"
        "matplotlib.rcParams['font.size'] = 3.0\npandas.DataFrame = None\nprint([1])"
    )
    look = (
        "import builtins, os, matplotlib, pandas\nprint([hasattr(builtins, 'left'), 'LEFT' in "
        "os.environ, matplotlib.rcParams['font.size'] == 3.0, pandas.DataFrame is None])"
    )
    assert printed(run(spoil, source=source)) == [1]
    assert printed(run(look, source=source)) == [False] * 4


def test_chance_is_each_kernels_own(run, source):
    first, second = (printed(run(CHANCE, source=source)) for _ in range(2))
    assert first[0] != second[0] and first[1] != second[1]


def test_the_kernels_are_forks_of_one_process_with_one_thread(run, source):
    (held,) = sources()
    parent = printed(run("import os\nprint([os.getppid()])", source=source))
    assert parent == [held.pid]
    assert held.num_threads() == 1
    assert not any("secret" in word.lower() for word in held.cmdline())


def test_a_cell_that_takes_too_long_is_ended_with_all_it_started(run, source, tmp_path):
    cell = (
        "import subprocess, sys, time\nfrom pathlib import Path\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)'])\n"
        "Path('child').write_text(str(child.pid))\ntime.sleep(300)"
    )
    outcome, _ = run(cell, source=source, timeout=2)
    assert "Timeout" in outcome.error
    assert gone(int((tmp_path / "child").read_text()))


def test_a_kernel_that_dies_is_an_outcome_and_the_next_one_starts(run, source):
    outcome, _ = run("import os\nos._exit(3)", source=source)
    assert "Dead" in outcome.error
    assert printed(run("print([2])", source=source)) == [2]


def test_the_end_of_a_kernel_is_told_as_of_a_child(source, tmp_path):
    kernel = start(tmp_path, source)
    assert kernel.poll() is None
    kernel.send_signal(signal.SIGTERM)
    assert kernel.wait(LONGEST) == -signal.SIGTERM
    kernel.kill()  # a second time does nothing
    assert kernel.poll() == -signal.SIGTERM


def test_a_kernel_ends_when_the_one_who_asked_is_gone(source, tmp_path):
    kernel = start(tmp_path, source)
    assert psutil.pid_exists(kernel.pid)
    kernel._connection.close()
    assert gone(kernel.pid)


def test_a_kernel_and_the_one_who_asked_may_end_at_the_same_moment(run, source, tmp_path):
    (held,) = sources()
    kernels = [start(tmp_path, source) for _ in range(4)]
    held.suspend()
    for kernel in kernels:
        psutil.Process(kernel.pid).kill()
    assert all(gone(kernel.pid) for kernel in kernels)
    for kernel in kernels:
        kernel._connection.close()
    held.resume()  # it finds both at once
    assert printed(run("import os\nprint([os.getppid()])", source=source)) == [held.pid]


@pytest.mark.parametrize("killed", [False, True], ids=["ended", "killed"])
def test_kernels_end_with_their_source_and_an_ordinary_one_takes_over(run, tmp_path, killed):
    before = {each.pid for each in sources()}
    with socket_folder(tmp_path / "other") as folder, source_of_kernels(folder, BARE):
        kernel = start(tmp_path, folder)
        (held,) = [each for each in sources() if each.pid not in before]
        if killed:
            held.kill()
            assert printed(run("print([1])", source=folder)) == [1]
    assert gone(held.pid) and gone(kernel.pid)
    assert kernel.poll() == -signal.SIGKILL


def test_a_message_that_is_too_long_leads_to_an_ordinary_kernel(source, tmp_path):
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "k.json"]
    much = {f"LONG_{number}": "x" * 100_000 for number in range(20)}
    assert start_warm(source, command, str(tmp_path), much) is None


def test_where_no_process_can_be_forked_the_kernel_is_an_ordinary_one(run, tmp_path, monkeypatch):
    monkeypatch.setattr(warm_kernels, "CAN_FORK", False)
    before = sources()
    with source_of_kernels(tmp_path):
        assert sources() == before
        parent = printed(run("import os\nprint([os.getppid()])", source=tmp_path))
    assert parent == [os.getpid()]


def test_a_source_holds_nothing_open_of_the_one_who_started_it(source):
    (held,) = sources()
    held_open = {
        int(each.name): str(each.readlink()) for each in Path(f"/proc/{held.pid}/fd").iterdir()
    }
    beyond = [target for number, target in held_open.items() if number > 2]
    assert all(target.startswith("socket:") for target in beyond), beyond
    # its socket, and the two ends by which it is woken
    assert len(beyond) == 3
