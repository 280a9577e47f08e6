"""Where the workbench works: one frozen object, read once from the environment.

The only module that reads environment variables. Ask for ``settings()`` inside a
function, so that a test can replace it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pmf_analysis


@dataclass(frozen=True)
class Settings:
    """What the environment says.

    Attributes
    ----------
    workspace : Path or None
        ``PMF_WORKSPACE``: the workspace, when not the nearest folder upward.
    prepared : str
        ``PMF_PREPARED``: key of the prepared tables a notebook reads; set by a
        run for its kernels, empty by hand.
    """

    workspace: Path | None
    prepared: str


@cache
def settings() -> Settings:
    """Read the environment, once."""
    workspace = os.environ.get("PMF_WORKSPACE", "")
    return Settings(
        workspace=Path(workspace) if workspace else None,
        prepared=os.environ.get("PMF_PREPARED", ""),
    )


def secret(name: str) -> str:
    """What an environment variable holds that no file may: an address with a password.

    Read when it is needed and kept nowhere; empty where it is not set.
    """
    return os.environ.get(name, "")


def shipped() -> Path:
    """The folder that holds the shipped ``data/``, ``expectations/`` and ``notebooks/``.

    Inside the package when installed from a wheel, beside it in a checkout.
    """
    package = Path(pmf_analysis.__file__).parent
    inside = package / "_shipped"
    return inside if inside.is_dir() else package.parent


def hand_down(workspace: Path, prepared: str) -> None:
    """Set the environment of this process for the kernels that it will start.

    One thread for linear algebra each, since notebooks run side by side; a fixed
    hash seed, so that nothing depends on the order of a set.

    Parameters
    ----------
    workspace : Path
    prepared : str
        Key of the prepared tables.
    """
    os.environ |= {
        "PMF_WORKSPACE": str(workspace),
        "PMF_PREPARED": prepared,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
