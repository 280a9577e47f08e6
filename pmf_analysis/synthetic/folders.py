"""Whether a folder may take the deliveries of a county: not beside those of another."""

from __future__ import annotations

import json
from pathlib import Path

from pmf_analysis.errors import WorkspaceError
from pmf_analysis.store.atomic import not_written
from pmf_analysis.synthetic.plot import planted
from pmf_analysis.synthetic.setting import Setting


def refuse_another_county(folder: Path, setting: Setting, truth: str) -> None:
    """Refuse a folder before a county is made that could not be written to it.

    Parameters
    ----------
    folder : Path
        Made when it is not there.
    setting : Setting
        Of the county to come.
    truth : str
        Name of the file that says what a county was made from.

    Raises
    ------
    WorkspaceError
        If the folder cannot be made, or holds another county: received together, the two
        would be one county that never was.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise not_written(folder, error) from error
    held = _made_from(folder / truth)
    if held is not None and held != _as_told(setting):
        raise WorkspaceError(
            f"{folder} holds the deliveries of another county than this",
            "a new or empty folder, or one with a county of the same seed, size, months and "
            "stories", "Name another folder",
        )  # fmt: skip


def _as_told(setting: Setting) -> tuple[object, ...]:
    names = sorted(story.name for story in planted(setting))
    return setting.seed, setting.scale, setting.months, setting.last_month, names


def _made_from(path: Path) -> tuple[object, ...] | None:
    """What the county in a folder was made from; None where there is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        names = sorted(story["name"] for story in told["stories"])
        return told["seed"], told["scale"], told["months"], told["last_month"], names
    except (OSError, ValueError, KeyError, TypeError):
        return None
