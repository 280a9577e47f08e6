"""The command that starts JupyterLab: offline, on the right folder, as the right person."""

from __future__ import annotations

import ast
import json
import os
import sys
from pathlib import Path

import pytest

from pmf_analysis import lab


def value(words: list[str], name: str) -> str:
    """What a word ``--name=value`` gives; there is exactly one."""
    (found,) = [word.partition("=")[2] for word in words if word.startswith(f"--{name}=")]
    return found


def test_it_is_this_interpreter_that_starts_jupyterlab(tmp_path):
    assert lab.command(tmp_path)[:3] == [sys.executable, "-m", "jupyterlab"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LabApp.news_url", "None"),
        ("LabApp.check_for_updates_class", "jupyterlab.NeverCheckForUpdate"),
        ("LabApp.extension_manager", "readonly"),
        ("ServerApp.ip", "127.0.0.1"),
    ],
)
def test_the_server_fetches_nothing_and_is_seen_by_this_machine_only(tmp_path, name, expected):
    assert value(lab.command(tmp_path), name) == expected


def test_the_page_leaves_out_the_parts_that_would_ask(tmp_path):
    folder = Path(value(lab.command(tmp_path), "LabApp.app_settings_dir"))
    left_out = json.loads((folder / "page_config.json").read_text(encoding="utf-8"))
    assert left_out["disabledExtensions"] == [
        "@jupyterlab/apputils-extension:announcements",
        "@jupyterlab/extensionmanager-extension",
    ]


def test_every_source_that_a_page_may_fetch_from_is_this_machine(tmp_path):
    settings = ast.literal_eval(value(lab.command(tmp_path), "ServerApp.tornado_settings"))
    rules = {
        words[0]: words[1:]
        for words in map(str.split, settings["headers"]["Content-Security-Policy"].split(";"))
    }
    assert {"default-src", "connect-src", "form-action"} <= rules.keys()
    addresses = {source for name, sources in rules.items() for source in sources
                 if name.endswith("-src") or name == "form-action"}  # fmt: skip
    assert addresses == {"'self'", "'unsafe-inline'", "'unsafe-eval'", "data:", "blob:",
                         "ws://127.0.0.1:*", "ws://localhost:*"}  # fmt: skip


def test_a_path_with_spaces_stays_one_word_and_becomes_absolute(tmp_path, monkeypatch):
    folder = tmp_path / "my work, really"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    words = lab.command(Path(folder.name), notebook="runs/a b/50% & more.ipynb")
    assert f"--ServerApp.root_dir={folder.resolve()}" in words
    assert value(words, "LabApp.default_url") == "/lab/tree/runs/a%20b/50%25%20%26%20more.ipynb"


def test_browser_port_and_notebook_are_said_only_when_asked_for(tmp_path):
    plain = lab.command(tmp_path)
    asked = lab.command(tmp_path, "notebooks/trend.ipynb", browser=False, port=8899)
    assert [word for word in asked if word not in plain] == [
        "--LabApp.default_url=/lab/tree/notebooks/trend.ipynb",
        "--no-browser",
        "--ServerApp.port=8899",
    ]
    assert set(plain) < set(asked)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no root")
@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_allowed_only_when_one_is_root(tmp_path, monkeypatch, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert ("--allow-root" in lab.command(tmp_path)) is allowed


@pytest.mark.parametrize(
    ("spare", "expected"),
    [
        (0, ["--KernelManager.transport=ipc"]),
        (-1, ["--KernelManager.transport=tcp", "--KernelManager.ip=127.0.0.1"]),
    ],
)
def test_kernels_use_local_sockets_where_their_path_is_short_enough(
    tmp_path, monkeypatch, spare, expected
):
    kernel = "/kernel-01234567-89ab-cdef-0123-456789abcdef-ipc-1"
    longest = lab.SOCKET_PATH_LIMIT - len(kernel) - spare
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "/" + "x" * (longest - 1))
    words = [word for word in lab.command(tmp_path) if word.startswith("--KernelManager")]
    assert words == expected


def test_start_hands_the_workspace_down_as_a_path_that_holds_in_every_folder(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(os, "execv", lambda program, words: started.append((program, words)))
    for name in ("PMF_WORKSPACE", "PMF_PREPARED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                 "PYTHONHASHSEED", "PYDEVD_DISABLE_FILE_VALIDATION"):  # fmt: skip
        monkeypatch.setenv(name, "before")
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path)
    lab.start(Path("w"), browser=False)
    assert os.environ["PMF_WORKSPACE"] == str((tmp_path / "w").resolve())
    assert os.environ["PMF_PREPARED"] == ""
    assert started == [(sys.executable, lab.command(Path("w"), browser=False))]
