"""Nothing of a run outlives it: its workers end with it, and their kernels with them.

A kernel ends by itself within a second of its worker; a worker would wait for ever for a
run that was killed.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path

_LONGEST_PLACE = 60
"""Characters of a folder for temporary files that leave room for the names of sockets."""


@contextmanager
def socket_folder(workspace: Path) -> Iterator[Path]:
    """Make a private folder for the sockets of a run's kernels, and remove it afterwards.

    Its name follows from the workspace, which one run at a time writes to: so a run finds
    what a killed one left, and clears it.

    Parameters
    ----------
    workspace : Path

    Yields
    ------
    Path
        A short one: the path of a socket has about 100 characters.
    """
    name = hashlib.sha256(str(workspace).encode()).hexdigest()[:12]
    folder = _short_place() / f"pmf-{name}"
    if not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:  # another account's: it is left alone
        folder = Path(tempfile.mkdtemp(prefix="pmf-", dir=folder.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _short_place() -> Path:
    """The folder for temporary files, or the system's own where that path is too long."""
    given = Path(tempfile.gettempdir())
    own = [Path("/") / "tmp", Path("/") / "var" / "tmp"]
    short = [place for place in (given, *own) if len(str(place)) <= _LONGEST_PLACE]
    return next((place for place in short if os.access(place, os.W_OK | os.X_OK)), given)


def end_with_parent(folder: Path, run: Connection | None = None) -> None:
    """Let this worker put its sockets into a folder, and end when the run that started it ends.

    Ctrl-C in a terminal reaches the run alone, which then lets go of its workers.

    Parameters
    ----------
    folder : Path
        Removed with the worker.
    run : Connection, optional
        Its other end is the run's alone: the run closes it to end its workers at once.
    """
    tempfile.tempdir = str(folder)
    parent = multiprocessing.parent_process()
    if parent is None:  # no worker: a test, or a caller of its own
        return
    if hasattr(os, "setsid"):
        os.setsid()

    def watch() -> None:
        wait([parent.sentinel, *([run] if run else [])])
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end with parent").start()
