"""What killed writers leave in a workspace: never read, named by a check, cleared by the next."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from pmf_analysis.store.atomic import PARTIAL
from pmf_analysis.store.links import OWN_PLACES, walk

PART = ".part"
"""Folder in a run's folder in which its notebooks are executed."""

_DERIVED = re.compile(r"([0-9a-f]{16})(?:-[0-9a-f]{32})?(?:\.parquet)?")


def leftovers(workspace: Path) -> list[Path]:
    """Unfinished files and folders, and tables of a delivery that never arrived.

    Parameters
    ----------
    workspace : Path

    Returns
    -------
    list of Path
        Sorted; nothing inside another of them. Right only while nobody writes.
    """
    found: list[Path] = []
    for place in OWN_PLACES:
        for path in walk(workspace / place):
            if found and path.is_relative_to(found[-1]):
                continue
            if path.name.startswith(PARTIAL) or _is_part(path.relative_to(workspace)):
                found.append(path)
    return sorted({*found, *_without_delivery(workspace)})


def clear_leftovers(workspace: Path) -> int:
    """Remove what interrupted writers left behind; how many there were.

    Call it as the one writer: another writer's unfinished files look the same.
    """
    found = leftovers(workspace)
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found)


def _is_part(inside: Path) -> bool:
    return inside.parts[0] == "runs" and len(inside.parts) == 3 and inside.name == PART


def _without_delivery(workspace: Path) -> list[Path]:
    # tables are written before the delivery itself, which makes all of it visible at once
    raw = workspace / "data" / "raw"
    if not raw.is_dir():
        return []
    return [
        path
        for kind in ("figures", "records")
        for path in sorted((workspace / "data" / "processed" / kind).glob("*"))
        if (held := _DERIVED.fullmatch(path.name)) and not (raw / held[1]).exists()
    ]
