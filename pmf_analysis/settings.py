"""Where the workbench works: one frozen object, read once from the environment.

The only module that reads environment variables. Ask for ``settings()`` inside a
function, so that a test can replace it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
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


_OF_KERNELS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""One thread for linear algebra, since notebooks run side by side; a fixed hash seed, so that
nothing depends on the order of a set."""


def hand_down(workspace: Path, prepared: str) -> None:
    """Set the environment of this process for the kernels that it will start.

    Parameters
    ----------
    workspace : Path
    prepared : str
        Key of the prepared tables.
    """
    os.environ |= {"PMF_WORKSPACE": str(workspace), "PMF_PREPARED": prepared, **_OF_KERNELS}


def environment_of_source() -> dict[str, str]:
    """The environment of a process from which kernels are forked, before they have their own.

    It holds what is read once, when a library is imported.
    """
    return {
        # ipykernel sets it before a notebook can import the library that draws
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        **os.environ,
        **_OF_KERNELS,
        # an allocator of Arrow's starts a thread on import; a thread does not live on in a fork
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }


def set_by(act: Callable[[], None]) -> dict[str, str]:
    """Do something, and return what it set in the environment of this process."""
    before = dict(os.environ)
    act()
    return {name: value for name, value in os.environ.items() if before.get(name) != value}


def take_over(environment: Mapping[str, str]) -> None:
    """Replace the environment of this process, in a fork that becomes a kernel."""
    os.environ.clear()
    os.environ.update(environment)
