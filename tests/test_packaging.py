"""What is installed: pyproject.toml, the lock and environment.yml agree; the wheel is whole."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
LOCKED = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+?))? \\"
)
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?")


@cache
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def direct() -> list[Requirement]:
    extras = project()["optional-dependencies"]
    listed = [*project()["dependencies"], *(each for extra in extras.values() for each in extra)]
    return [Requirement(line) for line in listed]


def lock_text() -> str:
    return (ROOT / "requirements.lock").read_text("utf-8")


@cache
def lock() -> dict[str, list[tuple[str, str]]]:
    """Package to its versions, each with the marker under which it is installed."""
    found: dict[str, list[tuple[str, str]]] = {}
    for match in LOCKED.finditer(lock_text()):
        found.setdefault(match["name"], []).append((match["version"], match["marker"] or ""))
    return found


def environment() -> dict:
    return YAML(typ="safe").load((ROOT / "environment.yml").read_text("utf-8"))


# -- the lock ------------------------------------------------------------------------------


def test_the_lock_is_packages_and_hashes_and_nothing_else():
    lines = lock_text().splitlines()
    for number, line in enumerate(lines, start=1):
        assert LOCKED.fullmatch(line) or HASH.fullmatch(line), f"line {number}: {line}"
    for before, after in zip(lines, [*lines[1:], ""], strict=True):
        assert before.endswith("\\") == after.startswith("    --hash"), before


def test_the_lock_names_no_address():
    assert "://" not in lock_text()
    assert not re.search(r"index|find-links|trusted|@ ", lock_text())


def test_the_lock_keeps_large_strangers_out():
    assert not {"torch", "tensorflow", "nodejs-bin", "pixi"} & set(lock())


@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_is_locked_within_its_range(python):
    place = {"python_version": python, "python_full_version": f"{python}.1"}
    for wanted in direct():
        versions = [
            version
            for version, marker in lock().get(canonicalize_name(wanted.name), [])
            if not marker or Marker(marker).evaluate(place)
        ]
        assert len(versions) == 1, f"{wanted.name}: {versions}"
        assert wanted.specifier.contains(versions[0]), f"{wanted}: locked {versions[0]}"


def test_every_direct_dependency_has_a_lower_bound():
    for wanted in direct():
        assert {each.operator for each in wanted.specifier} & {">=", "==", "~="}, str(wanted)


def test_ruff_is_no_dependency_of_those_who_only_use_the_workbench():
    needed = {Requirement(line).name for line in project()["dependencies"]}
    assert not needed & {"ruff", "pytest", "playwright", "hypothesis", "pre-commit", "uv"}


# -- environment.yml and the Makefile ------------------------------------------------------


def test_conda_installs_python_pip_and_the_lock_and_nothing_else():
    names = [each for each in environment()["dependencies"] if isinstance(each, str)]
    assert [re.split(r"[<>=]", name)[0] for name in names] == ["python", "pip"]
    (pip,) = [each["pip"] for each in environment()["dependencies"] if isinstance(each, dict)]
    assert pip == ["-r requirements.lock"]
    assert environment()["channels"] == ["conda-forge"]


def test_every_file_says_the_same_pythons():
    given = SpecifierSet(project()["requires-python"])
    assert [python for python in PYTHONS if f"{python}.1" in given] == list(PYTHONS)
    assert "3.10.9" not in given and "3.15.0" not in given
    (conda,) = [each for each in environment()["dependencies"] if str(each).startswith("python")]
    assert SpecifierSet(conda.removeprefix("python")) == given
    assert "(3, 11) <= sys.version_info < (3, 15)" in (ROOT / "Makefile").read_text("utf-8")


def test_make_installs_from_the_lock_alone():
    # but for a benchmark, into a folder of its own that nothing else uses
    recipes = (ROOT / "Makefile").read_text("utf-8").replace(".venv-bench/bin/python -m pip", "")
    installs = re.findall(r"pip install (.*)", recipes)
    assert installs
    for line in installs:
        held = "--require-hashes -r $(LOCK)" in line
        assert held or {"--no-deps", "--no-index", "--no-build-isolation"} <= set(line.split())


def test_an_old_python_is_told_so_and_nothing_is_made(tmp_path):
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    (tmp_path / "old").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "old").chmod(0o755)
    done = subprocess.run(
        ["make", "test", "PYTHON=./old"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "Python 3.11 to 3.14 is needed" in done.stderr
    assert not (tmp_path / ".venv").exists()


# -- the wheel -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> set[str]:
    """Names in a wheel that was built here, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def committed(*folders: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_every_file_of_the_package(wheel):
    assert not committed("pmf_analysis") - wheel


def test_the_wheel_holds_what_a_workspace_is_made_from(wheel):
    shipped = committed("data/reference", "data/synthetic", "expectations", "notebooks")
    assert shipped
    assert not {f"pmf_analysis/_shipped/{name}" for name in shipped} - wheel


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"pmf_analysis"}
    assert not [name for name in wheel if "__pycache__" in name or "/raw/" in name]


# -- hooks ---------------------------------------------------------------------------------


def test_commit_hooks_fetch_nothing():
    text = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    repositories = YAML(typ="safe").load(text)["repos"]
    assert {repository["repo"] for repository in repositories} == {"local"}
    for hook in repositories[0]["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")
