"""Nothing looks outside: not the command line, not its kernels, not JupyterLab or its page.

Every process is started with the trap of ``tests/offline`` and a bare environment, so
that neither a proxy nor a person's own settings play a part.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from nbformat.v4 import new_markdown_cell, new_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = "192.0.2.1"  # reserved for documentation (RFC 5737): no machine has it
CONNECT = f"import socket; socket.create_connection(('{OUTSIDE}', 80), timeout=1)"
TOKEN = "known-to-this-test"
DELIVERY = "indicator,service_area,period,numerator,denominator\n" + "".join(
    f"ASSESS-45,{place},{year}-{month:02d},{80 + month},100\n"
    for place in ("Ashmere", "North Social Work")
    for year in (2024, 2025)
    for month in range(1, 13)
)


@dataclass(frozen=True)
class Trap:
    """The file that catches, and the environment that sets it."""

    file: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """All that a process under the trap is told."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return kept | {
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "JUPYTER_TOKEN": TOKEN,
            "PMF_TEST_TRAP": str(self.file),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT)]),
        }

    @property
    def caught(self) -> list[str]:
        """A line for each time something looked outside."""
        return self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []

    @property
    def armed(self) -> list[str]:
        """The words of every process that set the trap."""
        return Path(f"{self.file}.armed").read_text(encoding="utf-8").splitlines()

    def run(self, *words: object, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run Python to its end."""
        return subprocess.run(
            [sys.executable, *map(str, words)], env=self.environment, cwd=folder, timeout=240,
            capture_output=True, text=True,
        )  # fmt: skip


@contextmanager
def a_trap() -> Iterator[Trap]:
    # not in pytest's folder: the path of a local socket has to be short
    folder = Path(tempfile.mkdtemp(prefix="pmf-"))
    try:
        yield Trap(folder / "caught", folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def trap() -> Iterator[Trap]:
    with a_trap() as found:
        yield found


@pytest.fixture(scope="module")
def main_job(tmp_path_factory, by_figures) -> Iterator[tuple[Trap, Path]]:
    """A workspace in which every verb of the main job was run under the trap."""
    folder = tmp_path_factory.mktemp("offline")
    (folder / "figures_2026-01-10.csv").write_text(DELIVERY, encoding="utf-8")
    workspace = folder / "W"
    here = ["--workspace", workspace]
    area = ["--area", "Ashmere", "--notebook", "data_quality"]
    with a_trap() as trap:
        for words, statuses in [
            (["new", workspace, "--register", "medwold"], {0}),
            ([*here, "receive", "figures_2026-01-10.csv"], {0}),
            ([*here, "check"], {0, 1, 3}),
            ([*here, "run", *area, "--jobs", 1], {0}),
        ]:
            done = trap.run("-m", "pmf_analysis", *words, folder=folder)
            assert done.returncode in statuses, f"pmf {words}: {done.stdout}{done.stderr}"
            if words[0] == "new":
                by_figures(workspace, "ASSESS-45")
        yield trap, workspace


WAYS_OUT = {
    "a connection": CONNECT,
    "a connection that reports": f"import socket; socket.socket().connect_ex(('{OUTSIDE}', 80))",
    "a packet": "import socket; socket.socket(type=socket.SOCK_DGRAM)"
    f".sendto(b'x', ('{OUTSIDE}', 9))",
    "an address of version 6": "import socket; socket.socket(socket.AF_INET6)"
    ".connect(('2001:db8::1', 80))",
    "a name": "import socket; socket.gethostbyname('example.invalid')",
    "a download": f"import urllib.request as u; u.urlopen('http://{OUTSIDE}/', timeout=1)",
    "a child": f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CONNECT!r}], "
    "check=True)",
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_trap_catches_and_refuses(trap, tmp_path, way):
    done = trap.run("-c", WAYS_OUT[way], folder=tmp_path)
    assert done.returncode != 0
    assert "nothing may look outside here" in done.stdout + done.stderr
    assert len(trap.caught) == 1
    assert any(name in trap.caught[0] for name in (OUTSIDE, "2001:db8::1", "example.invalid"))


def test_the_trap_lets_this_machine_talk_to_itself(trap, tmp_path):
    program = (
        "import socket\n"
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(('localhost', server.getsockname()[1])).sendall(b'x')\n"
        "pair = socket.socketpair()\n"
        "pair[0].send(b'x')\n"
    )
    assert trap.run("-c", program, folder=tmp_path).stderr == ""
    assert trap.caught == []


def test_the_main_job_looks_nowhere(main_job):
    trap, workspace = main_job
    assert trap.caught == []
    # what stands for each verb, for a worker of the run, and for a kernel
    for process in ("pmf_analysis new", "receive", "check", "run", "spawn_main", "ipykernel"):
        assert any(process in words for words in trap.armed), process
    (manifest,) = workspace.glob("runs/*/manifest.json")
    (task,) = json.loads(manifest.read_text(encoding="utf-8"))["tasks"]
    assert task["outcome"] == "succeeded", task["error"]


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    url: str
    trap: Trap

    def ask(self, path: str, method: str = "GET") -> object:
        """Ask the server's own interface."""
        request = urllib.request.Request(
            f"{self.url}{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def lab(main_job) -> Iterator[Lab]:
    """JupyterLab as ``pmf lab`` starts it, on the workspace of the main job."""
    _, workspace = main_job
    with a_trap() as trap, (trap.home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pmf_analysis", "--workspace", workspace.name, "lab",
             "--no-browser"],
            env=trap.environment, cwd=workspace.parent, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip
        try:
            server = wait_for(lambda: server_of(process, trap), 30, trap.home / "log")
            found = Lab(server["url"].rstrip("/"), trap)
            wait_for(lambda: answers(found), 20, trap.home / "log")
            yield found
            process.terminate()
            assert process.wait(15) == 0, (trap.home / "log").read_text()
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def server_of(process: subprocess.Popen, trap: Trap) -> dict[str, str] | None:
    """What the server has written about itself; None before it has."""
    assert process.poll() is None, (trap.home / "log").read_text()
    file = trap.home / "runtime" / f"jpserver-{process.pid}.json"
    return json.loads(file.read_text(encoding="utf-8") or "null") if file.exists() else None


def answers(found: Lab) -> bool:
    try:
        return "version" in found.ask("/api")
    except OSError:
        return False


def wait_for(question, seconds: float, log: Path):
    """Ask until there is an answer."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if answer := question():
            return answer
        time.sleep(0.1)
    pytest.fail(f"no answer within {seconds} seconds: {log.read_text()}")


def test_jupyterlab_is_on_this_machine_alone_and_has_nothing_to_tell(lab):
    assert urlsplit(lab.url).hostname == "127.0.0.1"
    assert lab.ask("/lab/api/news") == {"news": []}
    assert lab.ask("/lab/api/update") == {"notification": None}
    assert all(found["installed"] for found in lab.ask("/lab/api/extensions"))
    assert lab.trap.caught == []


def test_a_kernel_of_jupyterlab_talks_over_local_sockets_and_knows_its_workspace(lab, main_job):
    kernel = lab.ask("/api/kernels", "POST")["id"]
    file = lab.trap.home / "runtime" / f"kernel-{kernel}.json"
    assert json.loads(file.read_text(encoding="utf-8"))["transport"] == "ipc"
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels(hb=False)
    try:
        client.wait_for_ready(timeout=60)
        asked = {"workspace": "__import__('os').environ['PMF_WORKSPACE']"}
        answer = client.execute_interactive("", user_expressions=asked, timeout=20)
    finally:
        client.stop_channels()
    workspace = answer["content"]["user_expressions"]["workspace"]["data"]["text/plain"]
    # JupyterLab was started with a relative path; a kernel runs in its notebook's folder
    assert workspace == repr(str(main_job[1].resolve()))
    assert lab.trap.caught == []


@dataclass(frozen=True)
class Visit:
    """A page of headless Chromium on JupyterLab, and where it turned to.

    ``asked`` holds every address that the page named; ``left`` those outside this machine
    for which a request would have left the browser.
    """

    lab: Lab
    page: Page
    asked: list[str]
    left: list[str]

    def open(self, path: str) -> None:
        """Open a page and wait for the list of files."""
        self.page.goto(f"{self.lab.url}{path}?token={TOKEN}&reset")
        self.page.wait_for_selector(".jp-DirListing-item", timeout=30_000)

    @property
    def outside(self) -> list[str]:
        """Addresses that the page named and that are not on this machine."""
        return [address for address in self.asked if is_outside(address)]


def is_outside(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme not in ("data", "blob") and parts.hostname not in (
        "127.0.0.1",
        "localhost",
    )


@pytest.fixture
def visit(chromium, lab) -> Iterator[Visit]:
    page = chromium.new_page()
    found = Visit(lab, page, [], [])
    page.on("request", lambda request: found.asked.append(request.url))
    page.on("websocket", lambda socket: found.asked.append(socket.url))
    # what the page's own rules refuse never comes to a route
    page.route(is_outside, lambda route: (found.left.append(route.request.url), route.abort()))
    yield found
    page.close()


@pytest.mark.browser
def test_the_page_of_jupyterlab_looks_nowhere_and_asks_nothing(visit):
    visit.open("/lab")
    visit.page.wait_for_selector(".jp-LauncherCard", timeout=20_000)
    # the question about news comes a moment after all else
    visit.page.wait_for_timeout(3_000)
    assert visit.page.query_selector_all(".Toastify__toast, .jp-Dialog") == []
    assert len(visit.asked) > 20
    assert visit.outside == []
    assert visit.lab.trap.caught == []


@pytest.mark.browser
def test_a_notebook_runs_by_hand_in_jupyterlab(visit):
    visit.open("/lab/tree/notebooks/data_quality.ipynb")
    visit.page.locator("p", has_text="Can the figures be trusted?").wait_for(timeout=20_000)
    # JupyterLab forgets an order that comes before the kernel is there
    visit.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    visit.page.get_by_role("menuitem", name="Run", exact=True).click()
    visit.page.get_by_text("Run All Cells", exact=True).click()
    book = nbformat.read(ROOT / "notebooks" / "data_quality.ipynb", as_version=4)
    count = sum(cell.cell_type == "code" for cell in book.cells)
    prompt = visit.page.locator(".jp-InputPrompt", has_text=f"[{count}]:")
    prompt.wait_for(state="attached", timeout=60_000)
    assert visit.page.locator(".jp-NotebookPanel table").count() > 0
    assert visit.page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert visit.outside == []
    assert visit.lab.trap.caught == []
    assert any("ipykernel" in words for words in visit.lab.trap.armed)


@pytest.mark.browser
def test_a_picture_from_elsewhere_in_a_notebook_is_not_fetched(visit, main_job):
    _, workspace = main_job
    address = f"http://{OUTSIDE}/picture.png"
    book = new_notebook(cells=[new_markdown_cell(f"# Shown\n\n![elsewhere]({address})")])
    nbformat.write(book, workspace / "notebooks" / "picture.ipynb")
    visit.open("/lab/tree/notebooks/picture.ipynb")
    visit.page.get_by_alt_text("elsewhere").wait_for(state="attached", timeout=20_000)
    visit.page.wait_for_timeout(500)
    assert set(visit.outside) == {address}
    assert visit.left == []
