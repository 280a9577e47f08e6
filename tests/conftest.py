"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data and reference cases, beside the checkout."""
    folder = Path(os.environ.get("PMF_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        reason = "the folder ../shared with real data and reference cases is not on this machine"
        if os.environ.get("PMF_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
