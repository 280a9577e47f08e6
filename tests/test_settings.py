"""What the environment says, and what is handed down to kernels."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmf_analysis import settings as module


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("PMF_WORKSPACE", "PMF_PREPARED", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                 "PYTHONHASHSEED", "PYDEVD_DISABLE_FILE_VALIDATION"):  # fmt: skip
        monkeypatch.setenv(name, "")
    module.settings.cache_clear()
    yield
    module.settings.cache_clear()


def test_nothing_set_means_nothing_given():
    assert module.settings() == module.Settings(None, "")


def test_what_is_handed_down_is_what_a_kernel_reads():
    module.hand_down(Path("somewhere"), "0123")
    assert module.settings() == module.Settings(Path("somewhere"), "0123")


def test_the_shipped_folder_holds_what_a_workspace_needs():
    folder = module.shipped()
    for part in ("data/reference", "data/synthetic/reference", "expectations", "notebooks"):
        assert (folder / part).is_dir(), part
