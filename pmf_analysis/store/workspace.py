"""Finding a workspace, and making one from what is shipped."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

from pmf_analysis import settings
from pmf_analysis.errors import ParameterError, WorkspaceError
from pmf_analysis.store.atomic import PARTIAL, atomic_folder, clear_partial
from pmf_analysis.store.folder import Store

MARK = Path("data") / "reference" / "workspace.yml"
"""The file that makes a folder a workspace."""

_REGISTERS = ("national", "medwold")
_LEFT_OUT = {"__pycache__", ".ipynb_checkpoints"}


def is_workspace(folder: Path) -> bool:
    """Whether a folder is a workspace."""
    return (Path(folder) / MARK).is_file()


def find_workspace(start: Path) -> Path:
    """The nearest workspace: the folder itself or one above it.

    Parameters
    ----------
    start : Path

    Returns
    -------
    Path

    Raises
    ------
    WorkspaceError
        If there is none.
    """
    start = Path(start).resolve()
    for folder in (start, *start.parents):
        if is_workspace(folder):
            return folder
    raise WorkspaceError(
        f"{start} is not in a workspace",
        f"a folder that holds {MARK.as_posix()}, or one inside it",
        "Make one with pmf new, or name one with pmf --workspace",
    )  # fmt: skip


def open_store(named: Path | None = None, wait: float = 0.0) -> Store:
    """The store of a workspace: the one named, or that of the environment, or the nearest upward.

    Parameters
    ----------
    named : Path, optional
    wait : float
        Seconds that a writing verb waits for another writer.

    Returns
    -------
    Store

    Raises
    ------
    WorkspaceError
        If the folder is no workspace.
    """
    folder = named or settings.settings().workspace
    if folder is None:
        return Store(find_workspace(Path.cwd()), wait)
    if not is_workspace(folder):
        raise WorkspaceError(
            f"{folder} is no workspace", f"a folder that holds {MARK.as_posix()}",
            f"Make one with pmf new {folder}, or name another with pmf --workspace",
        )  # fmt: skip
    return Store(folder, wait)


def create_workspace(
    folder: Path, register: Literal["national", "medwold"], shipped: Path | None = None
) -> Path:
    """Make a workspace from the shipped register, suites and notebooks.

    Parameters
    ----------
    folder : Path
        Absent or empty. A folder that is a workspace already is left as it is.
    register : {"national", "medwold"}
        England's published figures, or the synthetic county.
    shipped : Path, optional
        The folder that holds the shipped ``data/``, ``expectations/`` and ``notebooks/``;
        ``settings.shipped()`` when not given.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    WorkspaceError
        If the folder holds something else, or the shipped files are not whole; then
        nothing was changed.
    ParameterError
        If there is no such register.
    """
    folder = Path(folder)
    if register not in _REGISTERS:
        raise ParameterError(f"There is no register {register!r}", " or ".join(_REGISTERS))
    if is_workspace(folder):
        return folder
    _refuse_if_occupied(folder)
    parts = _parts(Path(shipped or settings.shipped()), register)
    missing = [source.name for source, _ in parts if not source.is_dir()]
    if missing:
        raise WorkspaceError(
            f"The shipped folders {', '.join(missing)} are missing", "a whole installation",
            "Install the workbench again",
        )  # fmt: skip
    if folder.is_dir():
        _fill_empty(folder, parts)
    elif not atomic_folder(folder, lambda partial: _copy(parts, partial)):
        _refuse_if_occupied(folder)
    return folder


def _fill_empty(folder: Path, parts: list[tuple[Path, Path]]) -> None:
    # a folder that someone stands in is kept; data, which holds the mark, is moved in last
    clear_partial(folder)
    whole = folder / f"{PARTIAL}workspace"
    atomic_folder(whole, lambda partial: _copy(parts, partial))
    for path in sorted(whole.iterdir(), key=lambda path: path.name, reverse=True):
        path.rename(folder / path.name)
    whole.rmdir()


def _refuse_if_occupied(folder: Path) -> None:
    if folder.is_dir():
        held = sorted(path.name for path in folder.iterdir() if not path.name.startswith(PARTIAL))
        if not held:
            return
        shown = ", ".join(held[:3]) + (" and more" if len(held) > 3 else "")
        raise WorkspaceError(
            f"{folder} is not empty and not a workspace (it holds {shown})",
            "an empty folder, or one that does not exist yet", "Name another folder",
        )  # fmt: skip
    if folder.exists():
        raise WorkspaceError(f"{folder} is a file", "a folder", "Name another folder")


def _parts(shipped: Path, register: str) -> list[tuple[Path, Path]]:
    reference = Path("data") / "reference"
    if register == "national":
        parts = [(shipped / reference, reference)]
    else:
        parts = [
            (shipped / reference / "layouts", reference / "layouts"),
            (shipped / reference / "rules", reference / "rules"),
            (shipped / "data" / "synthetic" / "reference", reference),
        ]
    return [*parts, *((shipped / name, Path(name)) for name in ("expectations", "notebooks"))]


def _copy(parts: list[tuple[Path, Path]], into: Path) -> None:
    for source, place in parts:
        for path in sorted(source.rglob("*")):
            steps = path.relative_to(source).parts
            hidden = any(step in _LEFT_OUT or step.startswith(".") for step in steps)
            if hidden or path.is_symlink() or not path.is_file():
                continue
            target = into / place / Path(*steps)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for name in ("raw", "processed"):
        (into / "data" / name).mkdir(parents=True, exist_ok=True)
    if not is_workspace(into):
        raise WorkspaceError(
            f"The shipped register lacks {MARK.as_posix()}", "a whole installation",
            "Install the workbench again",
        )  # fmt: skip
