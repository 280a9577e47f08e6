"""JupyterLab on the workspace, with nothing that looks outside.

By itself JupyterLab asks to fetch news, asks for its own newest version, lists the
extensions of a package index, and shows pictures and frames from any address that a
notebook names. Here each is turned off twice where that can be: the page does not ask
(``lab_settings/page_config.json``), and the server would not fetch. Help pages on the web
stay closed to JupyterLab's own tabs; a link that a reader follows opens in the browser.

References
----------
JupyterLab documentation, "Announcements" and "Extension Manager"; W3C, Content Security
Policy Level 3, section 6 (which directive governs which request).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from jupyter_core.paths import jupyter_runtime_dir

from pmf_analysis.settings import hand_down

PAGE_SETTINGS = Path(__file__).parent / "lab_settings"
"""Holds ``page_config.json``: the parts of JupyterLab's page that are left out."""

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
        "connect-src 'self' ws://127.0.0.1:* ws://localhost:* data: blob:",
        "form-action 'self'",
        "frame-ancestors 'self'",
        "report-uri /api/security/csp-report",
    )
)
"""What a browser may fetch for a page of this server: its own files, and data in the page.

Scripts inside the page stay allowed, since JupyterLab's own need it; what is refused is
any other address. A refusal is written to JupyterLab's log.
"""

OFFLINE = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    f"--LabApp.app_settings_dir={PAGE_SETTINGS}",
    f"--ServerApp.tornado_settings={ {'headers': {'Content-Security-Policy': CONTENT_POLICY}}!r}",
    "--ServerApp.ip=127.0.0.1",
)
"""Words that keep JupyterLab from looking outside and from being seen there."""

SOCKET_PATH_LIMIT = 103
"""Bytes in the path of a local socket: 104 on macOS, 108 on Linux, with the closing zero."""


def command(workspace: Path, notebook: str = "", browser: bool = True, port: int = 0) -> list[str]:
    """Give the command that starts JupyterLab.

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
        Its first word is this interpreter.
    """
    words = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={Path(workspace).resolve()}",
        *OFFLINE,
        *_kernel_transport(),
    ]
    if notebook:
        words.append(f"--LabApp.default_url=/lab/tree/{quote(notebook)}")
    if not browser:
        words.append("--no-browser")
    if port:
        words.append(f"--ServerApp.port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        words.append("--allow-root")
    return words


def start(workspace: Path, notebook: str = "", browser: bool = True, port: int = 0) -> None:
    """Replace this process by JupyterLab; its notebooks find the workspace by themselves."""
    # a kernel starts in its notebook's folder, where a relative path would mean another place
    hand_down(Path(workspace).resolve(), "")
    words = command(workspace, notebook, browser, port)
    os.execv(words[0], words)


def _kernel_transport() -> tuple[str, ...]:
    """Local sockets where the system can name them; else ports that only this machine sees."""
    longest = Path(jupyter_runtime_dir()) / f"kernel-{UUID(int=0)}-ipc-5"
    if len(os.fsencode(longest)) <= SOCKET_PATH_LIMIT:
        return ("--KernelManager.transport=ipc",)
    return ("--KernelManager.transport=tcp", "--KernelManager.ip=127.0.0.1")
