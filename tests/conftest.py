"""What every test may use."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from pmf_analysis.ingest import Extract
    from pmf_analysis.register import Register
    from pmf_analysis.register.layouts import Layout
    from pmf_analysis.store import Store
    from pmf_analysis.synthetic.making import Records

ROOT = Path(__file__).resolve().parent.parent
SMALL_SEED = 3
"""Of the small county, whichever seed the demonstration has."""
CHROMIUM_WORDS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


MADE_FIRST = ("findings/test_catalogue_files.py", "comparing/test_records.py")
"""Tests that make the counties which many others share: first, so that no worker waits for one."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests first for which the shared counties are made."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(MADE_FIRST))


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


class SharedExtracts(Mapping):
    """Every data file of ``../shared/data``, by ``folder/name``; each read once, when asked for."""

    def __init__(self, folder: Path, register: Register, layouts: dict[str, Layout]) -> None:
        from pmf_analysis.ingest import list_files

        self._files = {path.relative_to(folder).as_posix(): path for path in list_files([folder])}
        self._read: dict[str, Extract] = {}
        self._register, self._layouts = register, layouts

    def __getitem__(self, name: str) -> Extract:
        if name not in self._read:
            self._read[name] = write_deliveries().read_or_say(
                self._files[name], self._register, self._layouts
            )
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


@cache
def write_deliveries() -> ModuleType:
    """The script that writes `docs/deliveries.md`."""
    path = ROOT / "docs" / "write_deliveries.py"
    spec = importlib.util.spec_from_file_location("write_deliveries", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shared_extracts(shared: Path) -> SharedExtracts:
    """Every shared data file as read by the shipped register and layouts; nothing is read twice."""
    from pmf_analysis import register
    from pmf_analysis.ingest import load_layouts

    reference = ROOT / "data" / "reference"
    return SharedExtracts(
        shared / "data", register.load(reference), load_layouts(reference / "layouts")
    )


@pytest.fixture
def pmf(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run the command line; returns exit status, standard output and standard error."""

    from pmf_analysis import cli

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["pmf", *map(str, words)])
        status = 0
        try:
            cli.main()
        except SystemExit as stop:
            status = int(stop.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace of the synthetic county that holds no delivery."""
    from pmf_analysis.store import create_workspace

    return create_workspace(tmp_path / "w", "medwold")


_SOURCE = re.compile(r"^source:\n(?: .*\n)+", re.MULTILINE)
_IN_FIGURES = (
    "source:\n  published: {{table: monthly_indicators, breakdown: {code}, "
    "numerator: [numerator], denominator: {{column: denominator}}}}\n"
)


@pytest.fixture(scope="session")
def by_figures() -> Callable[..., Path]:
    """Let indicators of a workspace rest on figures of the long layout, not on records."""

    def turned(workspace: Path, *codes: str) -> Path:
        for code in codes:
            path = workspace / "data" / "reference" / "indicators" / f"{code}.yml"
            said, count = _SOURCE.subn(_IN_FIGURES.format(code=code), path.read_text("utf-8"))
            assert count == 1, f"{path.name} says its source otherwise"
            path.write_text(said, encoding="utf-8")
        return workspace

    return turned


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Fill a folder once in a session, whichever of its workers asks first; nobody changes it."""
    from filelock import FileLock

    own = tmp_path_factory.getbasetemp()
    everyones = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, fill: Callable[..., None], *given: object) -> Path:
        place, part = everyones / f"once-{name}", everyones / f"part-{name}"
        with FileLock(everyones / f"once-{name}.lock"):
            if not place.exists():
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                fill(part, *given)
                part.rename(place)
        return place

    return made


def deliver_medwold(folder: Path) -> None:
    """Make the extracts of the demo county, and the truth about it."""
    from pmf_analysis.synthetic import DEMO_SEED, write_county

    write_county(folder, DEMO_SEED)


def deliver_small_medwold(folder: Path) -> None:
    """Make the extracts of a county a twentieth of the size, of two years."""
    from pmf_analysis.synthetic import write_county

    write_county(folder, SMALL_SEED, months=24, scale=0.05, monthly=2)


def build_medwold(folder: Path, delivered: list[Path]) -> None:
    """Make a workspace of a county, with its files received and everything prepared."""
    from pmf_analysis import prepared, receiving
    from pmf_analysis.store import Store, create_workspace

    store = Store(create_workspace(folder / "w", "medwold"))
    results = receiving.receive(store, delivered)
    assert not [result.error for result in results if result.error]
    prepared.prepare(store)


@pytest.fixture(scope="session")
def medwold_deliveries(made_once: Callable[..., Path]) -> list[Path]:
    """The extracts of the demo county, the history first; ``truth.json`` stands beside them."""
    return sorted(made_once("medwold-files", deliver_medwold).glob("*.zip"))


@pytest.fixture(scope="session")
def medwold_made(made_once: Callable[..., Path], medwold_deliveries: list[Path]) -> Path:
    """The workspace of the demo county, made once for all workers: to be copied, not opened."""
    return made_once("medwold", build_medwold, medwold_deliveries) / "w"


@pytest.fixture(scope="session")
def medwold(tmp_path_factory: pytest.TempPathFactory, medwold_made: Path) -> Store:
    """The demo county, received and prepared once; a test that changes it takes a copy."""
    from pmf_analysis.store import Store

    # a worker's own: what one adds to the prepared tables, another is not in the midst of copying
    return Store(Path(shutil.copytree(medwold_made, tmp_path_factory.mktemp("medwold") / "w")))


@pytest.fixture
def medwold_copy(tmp_path: Path, medwold_made: Path) -> Store:
    """The demo county, received and prepared, to be changed at will."""
    from pmf_analysis.store import Store

    return Store(Path(shutil.copytree(medwold_made, tmp_path / "medwold")))


@pytest.fixture(scope="session")
def small_records() -> Callable[..., Records]:
    """The records of a county a twentieth of the size, of two years, by the stories planted."""
    from pmf_analysis.synthetic.making import make_records
    from pmf_analysis.synthetic.setting import Setting

    @cache
    def made(*stories: str) -> Records:
        return make_records(Setting.of(7, months=24, scale=0.05, stories=stories))

    return made


@pytest.fixture(scope="session")
def small_deliveries(made_once: Callable[..., Path]) -> list[Path]:
    """The extracts of a small county, those of August 2026 and before first; and its truth."""
    return sorted(made_once("small-files", deliver_small_medwold).glob("*.zip"))


@pytest.fixture(scope="session")
def small_made(made_once: Callable[..., Path], small_deliveries: list[Path]) -> Path:
    """The workspace of the small county, made once for all workers: to be copied, not opened."""
    return made_once("small", build_medwold, small_deliveries) / "w"


@pytest.fixture(scope="session")
def small_medwold(tmp_path_factory: pytest.TempPathFactory, small_made: Path) -> Store:
    """A county a twentieth of the size, of two years; a test that changes it takes a copy."""
    from pmf_analysis.store import Store

    return Store(Path(shutil.copytree(small_made, tmp_path_factory.mktemp("small") / "w")))


@pytest.fixture
def small_copy(tmp_path: Path, small_made: Path) -> Store:
    """The small county, received and prepared, to be changed at will."""
    from pmf_analysis.store import Store

    return Store(Path(shutil.copytree(small_made, tmp_path / "small")))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running Chromium, one for the whole session: a second one could not start beside it."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = [path for name in names if (path := shutil.which(name))]
    if not found:
        reason = "no Chromium or Chrome is on this machine"
        if os.environ.get("PMF_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found[0], args=CHROMIUM_WORDS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def look_at(chromium: Browser) -> Callable[[Path], dict[str, list]]:
    """Open a page as a reader would: what axe-core finds, and every address asked for outside."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

    def look(path: Path) -> dict[str, list]:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        outside: list[str] = []

        def hold(route: object) -> None:
            if route.request.url.startswith(("data:", "file:", "blob:")):
                route.continue_()
            else:
                outside.append(route.request.url)
                route.abort()

        page.route("**/*", hold)
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}}).response
        page.close()
        assert found["passes"], f"axe-core found nothing to check in {path.name}"
        rules = [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found["violations"]]
        return {"violations": rules, "outside": outside}

    return look


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
