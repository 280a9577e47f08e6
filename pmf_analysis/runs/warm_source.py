"""One process that has imported what notebooks need; each warm kernel is a fork of it.

It has one thread, and does nothing but import, fork, and say when a kernel has ended. It
ends with the run that started it: its standard input is the end of a pipe that the run
alone holds. A kernel is asked for over a local socket; the connection stands for the
kernel: when the one who asked is gone, its kernel is ended.

Run as ``python -m pmf_analysis.runs.warm_source NUMBER MODULE...``: the number of a listening
socket, and what to import.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from pmf_analysis.settings import set_by, take_over

LONGEST_MESSAGE = 1 << 20
"""Bytes; a message that the system refuses as too long leads to an ordinary kernel."""


@dataclass(frozen=True)
class Asked:
    """What a kernel is to be started with, as an ordinary one would be.

    Attributes
    ----------
    arguments : tuple of str
        For ``ipykernel_launcher``.
    folder : str
        Where it works.
    environment : dict of str
        The whole of it.
    connection : socket.socket
        To the one who asked.
    """

    arguments: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    connection: socket.socket


class Source:
    """Forks kernels for those who connect, for as long as standard input is held open.

    Parameters
    ----------
    listening : socket.socket
        Of whole messages (``SOCK_SEQPACKET``), already listening.
    """

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._woken, self._waking = socket.socketpair()
        self._kernels: dict[int, socket.socket | None] = {}
        # not epoll: a fork would share what it watches with its parent
        self._watched = selectors.PollSelector()
        for each in (0, listening, self._woken):
            self._watched.register(each, selectors.EVENT_READ)
        for end in (self._woken, self._waking):
            end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waking.fileno(), warn_on_full_buffer=False)

    def serve(self) -> Asked | None:
        """Fork until the run has ended.

        Returns
        -------
        Asked or None
            In a fork: the kernel that it is to become. None when the run has ended and its
            kernels with it.
        """
        while True:
            for key, _ in self._watched.select():
                if key.fileobj == 0:
                    for kernel in self._kernels:
                        _signal(kernel, signal.SIGKILL)
                    return None
                if key.fileobj is self._woken:
                    self._bury()
                elif key.fileobj is self._listening:
                    connection, _ = self._listening.accept()
                    self._watched.register(connection, selectors.EVENT_READ)
                elif key.fileobj.fileno() < 0:  # closed a moment ago, with its kernel's end
                    continue
                elif asked := self._hear(key.fileobj):
                    return asked

    def _hear(self, connection: socket.socket) -> Asked | None:
        """Do what one message says; what to become, in a fork."""
        kernel = next((k for k, held in self._kernels.items() if held is connection), None)
        try:
            message = connection.recv(LONGEST_MESSAGE)
        except OSError:
            message = b""
        if not message:
            self._let_go(connection)
            if kernel is not None:
                self._kernels[kernel] = None
                _signal(kernel, signal.SIGKILL)
            return None
        said = json.loads(message)
        if kernel is not None:
            _signal(kernel, said["signal"])
            return None
        try:
            started = os.fork()
        except OSError:  # too little memory, or too many processes: an ordinary one may do
            self._let_go(connection)
            return None
        if started:
            self._kernels[started] = connection
            return None
        self._forget_all_but(connection)
        arguments = tuple(said["arguments"])
        return Asked(arguments, said["folder"], said["environment"], connection)

    def _bury(self) -> None:
        """Say of each kernel that has ended how it did."""
        self._woken.recv(4096)
        while self._kernels:
            ended, status = os.waitpid(-1, os.WNOHANG)
            if not ended:
                return
            connection = self._kernels.pop(ended)
            if connection is not None:
                code = os.waitstatus_to_exitcode(status)
                with suppress(OSError):  # who asked is gone
                    connection.send(json.dumps({"ended": code}).encode())
                self._let_go(connection)

    def _let_go(self, connection: socket.socket) -> None:
        self._watched.unregister(connection)
        connection.close()

    def _forget_all_but(self, connection: socket.socket) -> None:
        """In a fork: hold nothing open that is the source's or another kernel's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for key in list(self._watched.get_map().values()):
            if key.fileobj not in (0, connection):
                key.fileobj.close()
        self._waking.close()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)


def _signal(kernel: int, number: int) -> None:
    """Signal a kernel and what it has started; it is not buried yet, so the number is its own."""
    try:
        os.killpg(kernel, number)
    except ProcessLookupError:  # it has not made its own group yet, or has just ended
        os.kill(kernel, number)


def become_kernel(asked: Asked, set_by_imports: dict[str, str]) -> NoReturn:
    """Be an ordinary kernel, in a fork: nothing is left of the source but what is imported."""
    import numpy
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    take_over(set_by_imports | asked.environment)
    os.chdir(asked.folder)
    numpy.random.seed()  # as a fresh interpreter does; `random` sees to itself
    launcher = Path(importlib.util.find_spec("ipykernel_launcher").origin)
    sys.argv = [str(launcher), *asked.arguments]
    asked.connection.send(json.dumps({"process": os.getpid()}).encode())
    asked.connection.close()
    # the class read its parent from the environment when it was imported
    IPKernelApp.launch_instance([*asked.arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])
    sys.exit()


def main(number: int, modules: list[str]) -> None:
    """Import, then serve; in a fork, become a kernel."""
    if sys.path[0] in ("", str(Path.cwd())):  # as ipykernel's own launcher does
        del sys.path[0]
    set_by_imports = set_by(lambda: [importlib.import_module(name) for name in modules])
    gc.collect()
    gc.freeze()  # what is imported stays in memory that all kernels share
    asked = Source(socket.socket(fileno=number)).serve()
    if asked:
        become_kernel(asked, set_by_imports)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
