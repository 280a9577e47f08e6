"""JupyterLab on the workspace, with nothing that looks outside."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pmf_analysis.settings import hand_down

OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LabApp.collaborative=False",
    "--ServerApp.ip=127.0.0.1",
    "--KernelManager.transport=ipc",
)


def command(
    workspace: Path, notebook: str = "", browser: bool = True, port: int = 0
) -> list[str]:
    """The command that starts JupyterLab.

    Parameters
    ----------
    workspace : Path
        Root of the files that JupyterLab shows.
    notebook : str
        Path inside the workspace of a notebook to open; none when empty.
    browser : bool
        Whether to open the default browser.
    port : int
        0 for JupyterLab's own choice.

    Returns
    -------
    list of str
    """
    words = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={workspace}",
        *OFFLINE,
    ]
    if notebook:
        words.append(f"--LabApp.default_url=/lab/tree/{notebook}")
    if not browser:
        words.append("--no-browser")
    if port:
        words.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    return words


def start(
    workspace: Path, notebook: str = "", browser: bool = True, port: int = 0
) -> None:
    """Replace this process by JupyterLab; its notebooks find the workspace by themselves."""
    hand_down(workspace, "")
    words = command(workspace, notebook, browser, port)
    os.execv(words[0], words)
