"""One writer at a time in a workspace, many readers: a lock that the system itself takes back.

A writer locks ``.pmf/lock`` and says in ``.pmf/writer.json`` who it is. The system releases
the lock when the writer ends, however it ends, so nothing is left to clear by hand. Readers
ask for no lock: what they read is moved into its place whole.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pmf_analysis.errors import WorkspaceError
from pmf_analysis.settings import settings
from pmf_analysis.store.atomic import atomic_write, not_written
from pmf_analysis.store.canonical import canonical_json
from pmf_analysis.store.leftovers import clear_leftovers
from pmf_analysis.store.links import refuse_outward_links

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from pmf_analysis.store.folder import Store

FOLDER = ".pmf"
"""Where the workbench keeps what is about the workspace and not of it."""

UNTIL_FREE = float("inf")
"""Seconds to wait for the lock: as long as it takes."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


@contextmanager
def writing(workspace: Path, verb: str, wait: float = 0.0) -> Iterator[int]:
    """Hold the workspace as its one writer; inside another such block, do nothing more.

    What killed writers left behind is cleared first. A notebook of a run writes under the
    lock of that run.

    Parameters
    ----------
    workspace : Path
    verb : str
        What is being done, for the message that another writer gets.
    wait : float
        Seconds to wait for another writer; ``UNTIL_FREE`` for as long as it takes.

    Yields
    ------
    int
        How many leftovers of killed writers were cleared.

    Raises
    ------
    WorkspaceError
        If another process writes, the folder cannot be written to, or one of the
        workbench's own places is a symbolic link out of the workspace. Nothing was changed.
    """
    if settings().prepared:  # a kernel of a run, whose parent holds the lock
        yield 0
        return
    lock = _taken(workspace, wait)
    cleared = 0
    try:
        if lock.lock_counter == 1:
            refuse_outward_links(workspace)
            cleared = clear_leftovers(workspace)
            who = {"pid": os.getpid(), "verb": verb}
            atomic_write(workspace / FOLDER / "writer.json", canonical_json(who))
        yield cleared
    finally:
        lock.release()


def writes(verb: str) -> Callable[[Callable[Given, Result]], Callable[Given, Result]]:
    """Make a function a writer: it holds the lock of its first argument's store.

    Parameters
    ----------
    verb : str
        What the function does, for the message that another writer gets.

    Returns
    -------
    callable
        For a function whose first argument is a store, has one (``store``), or was
        prepared from one (``prepared.store``).
    """

    def decorate(function: Callable[Given, Result]) -> Callable[Given, Result]:
        @functools.wraps(function)
        def held(*given: Given.args, **named: Given.kwargs) -> Result:
            with _store_of(given[0] if given else next(iter(named.values()))).writing(verb):
                return function(*given, **named)

        return held

    return decorate


def _store_of(holder: object) -> Store:
    while not hasattr(holder, "writing"):
        holder = holder.store if hasattr(holder, "store") else holder.prepared
    return holder


def _taken(workspace: Path, wait: float) -> BaseFileLock:
    from filelock import FileLock, Timeout

    place = workspace / FOLDER / "lock"
    refuse_outward_links(workspace, (FOLDER,))
    try:
        place.parent.mkdir(exist_ok=True)
        # a lock that a killed writer leaves in force is no lock for us: no fall back to one
        lock = FileLock(place, is_singleton=True, fallback_to_soft=False)
        lock.acquire(timeout=-1 if wait == UNTIL_FREE else wait)
    except Timeout as error:
        raise _occupied(workspace) from error
    except OSError as error:
        raise not_written(f"{FOLDER}/lock", error) from error
    return lock


def _occupied(workspace: Path) -> WorkspaceError:
    try:
        who = json.loads((workspace / FOLDER / "writer.json").read_bytes())
        said = f"pmf {str(who['verb'])[:40]}, process {int(who['pid'])}"
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and has not said yet
        said = "another process"
    return WorkspaceError(
        f"The workspace is being written to by {said}",
        "one writer at a time",
        "Nothing was changed; try again when it is done, or let this wait with --wait SECONDS",
    )
