"""Symbolic links that lead out of a workspace: named, and never followed or written through."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pmf_analysis.errors import WorkspaceError

OWN_PLACES = (
    ".pmf", "closed", "data/deleted.jsonl", "data/processed", "data/raw", "journal.jsonl",
    "published", "runs",
)  # fmt: skip
"""Where the workbench writes, inside a workspace."""


def outward_links(workspace: Path, places: Sequence[str] = ("",)) -> list[str]:
    """Paths inside a workspace of symbolic links whose target lies outside it, sorted.

    Parameters
    ----------
    workspace : Path
    places : sequence of str
        Where to look; a link above a place counts too. Links are not followed.
    """
    root = workspace.resolve()
    found = set()
    for place in places:
        steps = [root.joinpath(*Path(place).parts[:n]) for n in range(1, len(Path(place).parts))]
        for path in (*steps, *walk(root / place)):
            if path.is_symlink() and not _inside(path, root):
                found.add(path.relative_to(root).as_posix())
                if path in steps:
                    break
    return sorted(found)


def refuse_outward_links(workspace: Path, places: Sequence[str] = OWN_PLACES) -> None:
    """Raise if one of the workbench's own places leads out of the workspace.

    Raises
    ------
    WorkspaceError
        Naming the first link by its path inside the workspace.
    """
    found = outward_links(workspace, places)
    if found:
        raise WorkspaceError(
            f"{found[0]} is a symbolic link that leads out of the workspace",
            "files and folders inside the workspace",
            "Nothing was changed; remove the link and put there what it stood for",
        )


def walk(place: Path) -> Iterator[Path]:
    """A file or folder and everything below it, sorted; links are named and not followed."""
    yield place
    if place.is_symlink() or not place.is_dir():
        return
    for folder, inner, files in os.walk(place):
        inner.sort()
        yield from (Path(folder, name) for name in sorted((*inner, *files)))


def _inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve().is_relative_to(root)
    except OSError:  # a link to itself
        return False
