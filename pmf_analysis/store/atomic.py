"""Writing so that a reader sees all of it or nothing."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pmf_analysis.errors import WorkspaceError

PARTIAL = ".partial-"
"""How names of unfinished files and folders begin; nothing reads them."""


def atomic_write(path: Path, content: bytes) -> Path:
    """Write a file beside its place, then move it there.

    Parameters
    ----------
    path : Path
        Folders above it are made. An existing file is replaced.
    content : bytes

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    WorkspaceError
        If the place cannot be written to; nothing stays behind.
    """
    path = Path(path)
    unfinished = path.parent / _partial_name(path.name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with unfinished.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return path


def atomic_folder(path: Path, fill: Callable[[Path], None]) -> bool:
    """Fill a folder beside its place, then move it there.

    Parameters
    ----------
    path : Path
        Folders above it are made.
    fill : callable
        Writes into the folder it is given. If it raises, nothing stays behind.

    Returns
    -------
    bool
        False if there is a folder already, perhaps since a moment; then nothing was changed.

    Raises
    ------
    WorkspaceError
        If the place cannot be written to.
    """
    path = Path(path)
    if path.is_dir():
        return False
    unfinished = path.parent / _partial_name(path.name)
    try:
        unfinished.mkdir(parents=True)
        fill(unfinished)
        unfinished.rename(path)
    except OSError as error:
        if path.is_dir():
            return False
        raise not_written(path, error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return True


def clear_partial(folder: Path) -> int:
    """Remove what an interrupted writer left directly inside a folder; how many there were."""
    left = sorted(folder.glob(f"{PARTIAL}*"))
    for path in left:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(left)


def append_line(path: Path, line: bytes) -> None:
    """Add a line to a file, whole or not at all, and see it safely on the disk.

    Parameters
    ----------
    path : Path
        Made if it is not there. A line that an ended writer left unfinished is ended first.
    line : bytes
        With its line end.

    Raises
    ------
    WorkspaceError
        If the place cannot be written to; then the file is as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as stream:
            before = stream.seek(0, os.SEEK_END)
            if before:
                stream.seek(before - 1)
                line = line if stream.read(1) == b"\n" else b"\n" + line
            try:
                stream.write(line)
                stream.flush()
                os.fsync(stream.fileno())
            except OSError:
                with suppress(OSError):
                    os.truncate(path, before)
                raise
    except OSError as error:
        raise not_written(path, error) from error


def remove(path: Path) -> None:
    """Take a file or folder out of sight in one step, then remove it; nothing if it is not there.

    Raises
    ------
    WorkspaceError
        If it cannot be removed.
    """
    hidden = path.parent / _partial_name(path.name[:40])
    try:
        path.rename(hidden)
        if hidden.is_dir() and not hidden.is_symlink():
            shutil.rmtree(hidden)
        else:
            hidden.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise not_written(path, error) from error


def settle(folder: Path) -> None:
    """See the files directly inside a folder safely on the disk."""
    for path in sorted(folder.iterdir()):
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())


def not_written(path: Path | str, error: OSError) -> WorkspaceError:
    """Give the error for a place that the system does not let us write to."""
    return WorkspaceError(
        f"{path} could not be written ({error.strerror or type(error).__name__})",
        "a folder that this account may write to, with room left",
        "Nothing was changed; name another folder or make room",
    )


def _partial_name(name: str) -> str:
    # the random part parts writers from each other and never outlives the write
    return f"{PARTIAL}{name}-{uuid.uuid4().hex[:12]}"
