"""Kernels that start warm: real kernels, each a fork of one process that has imported all.

Everything else is as ever: Papermill executes, over the same sockets, in a process and a
namespace of its own for each notebook. Where a process cannot safely be forked, or the one
that is forked has died, the kernel is an ordinary one and only takes longer.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from pmf_analysis.runs.warm_source import LONGEST_MESSAGE
from pmf_analysis.settings import environment_of_source

CAN_FORK = sys.platform == "linux"
"""Elsewhere a fork of a process that has loaded the system's own libraries may crash."""

IMPORTED = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "pmf_analysis.workbench",
    "pmf_analysis.charts.from_register",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
)
"""What every kernel or notebook imports, and nothing but imports: no state goes with a fork."""

LONGEST_START = 120.0
"""Seconds until a kernel that was asked for must be there; the first waits for the imports."""
_LONGEST_END = 5.0
_NAME = "warm"


@contextmanager
def source_of_kernels(folder: Path, imported: Sequence[str] = IMPORTED) -> Iterator[None]:
    """Keep a process from which kernels are forked, with its socket in a folder.

    Parameters
    ----------
    folder : Path
        The private one for the sockets of a run; see `orphans.socket_folder`.
    imported : sequence of str
        The modules that kernels need not import again.
    """
    if not CAN_FORK:
        yield
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        listening.bind(str(folder / _NAME))
        listening.listen(64)
        number = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "pmf_analysis.runs.warm_source", str(number), *imported],
            stdin=subprocess.PIPE, pass_fds=[number], start_new_session=True,
            env=environment_of_source(),
        )  # fmt: skip
    try:
        yield
    finally:
        process.stdin.close()
        try:
            process.wait(_LONGEST_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class WarmKernel:
    """A forked kernel with the face of `subprocess.Popen`; it is no child of this process."""

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, process: int) -> None:
        self._connection = connection
        self.pid = process
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self._hear(0.0)

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit status, once it has ended or the time is up."""
        return self._hear(timeout)

    def send_signal(self, number: int) -> None:
        """Signal it and what it has started."""
        if self.poll() is None:
            try:
                self._connection.send(json.dumps({"signal": int(number)}).encode())
            except OSError:  # its source is gone, and it with it
                return
            if number == signal.SIGKILL:
                self.wait(_LONGEST_END)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def _hear(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            said = _receive(self._connection, timeout)
            if said is not None:
                self.returncode = said.get("ended", -signal.SIGKILL)
                self._connection.close()
        return self.returncode


class WarmProvisioner(LocalProvisioner):
    """Starts kernels as forks where it can, and as ordinary processes where it cannot."""

    source: Path | None = None

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> dict[str, Any]:
        """Start a kernel with the command of an ordinary one."""
        folder = settings.get("cwd") or str(Path.cwd())
        started = start_warm(self.source, cmd, str(folder), settings["env"])
        if started is None:
            return await super().launch_kernel(cmd, **settings)
        self.process, self.pid, self.cwd = started, started.pid, folder
        return self.connection_info


def start_warm(
    source: Path | None, command: list[str], folder: str, environment: dict[str, str]
) -> WarmKernel | None:
    """Ask for a warm kernel.

    Parameters
    ----------
    source : Path or None
        Folder with the socket of `source_of_kernels`.
    command : list of str
        What would start an ordinary kernel: interpreter, ``-m``, module, arguments.
    folder : str
        Where it works.
    environment : dict of str

    Returns
    -------
    WarmKernel or None
        None where there is no source, or it does not answer.
    """
    if source is None or not CAN_FORK:
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    asked = {"arguments": command[3:], "folder": folder, "environment": environment}
    try:
        connection.connect(str(source / _NAME))
        connection.send(json.dumps(asked).encode())
        said = _receive(connection, LONGEST_START)
    except OSError:
        said = None
    if not said or "process" not in said:
        connection.close()
        return None
    return WarmKernel(connection, said["process"])


def _receive(connection: socket.socket, timeout: float | None) -> dict[str, int] | None:
    """A message; an empty one when the other end is gone, None when the time is up."""
    connection.settimeout(timeout)
    try:
        message = connection.recv(LONGEST_MESSAGE)
    except (BlockingIOError, TimeoutError):
        return None
    except OSError:
        return {}
    return json.loads(message) if message else {}
