"""What every test may use."""

from __future__ import annotations

import os
import shutil
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


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program, for tests that look at a page as a person would."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = [path for name in names if (path := shutil.which(name))]
    if not found:
        reason = "no Chromium or Chrome is on this machine"
        if os.environ.get("PMF_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found[0]


def _skips_that_may_not_be(config: pytest.Config) -> int:
    """How many tests were skipped, where ``PMF_NO_SKIPS=1`` says that none may be."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or os.environ.get("PMF_NO_SKIPS") != "1":
        return 0
    return len(reporter.stats.get("skipped", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and _skips_that_may_not_be(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    count = _skips_that_may_not_be(terminalreporter.config)
    if count:
        terminalreporter.write_line(f"PMF_NO_SKIPS=1 and {count} skipped: this run has failed")
