"""Documentation that cannot fall behind: pages are held against the program."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import pandas as pd
import pytest

from pmf_analysis import analysis, measures, tables
from pmf_analysis.register import Context, load

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (ROOT, ROOT / "docs", ROOT / "benchmarks", ROOT / "data/reference")
    for path in folder.glob("*.md")
)


@cache
def write_pages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_pages", ROOT / "docs/write_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@cache
def commands() -> dict[str, object]:
    return dict(write_pages().commands())


# -- what the program knows is written by it -----------------------------------------------


@pytest.mark.parametrize("name", ["docs/cli.md", "docs/terminology.md"])
def test_generated_parts_are_those_of_the_program(name):
    assert "<!-- begin" in page(name)
    assert write_pages().with_parts(page(name)) == page(name), "run `make docs`"


def test_every_command_and_every_option_has_help():
    assert len(commands()) >= 10
    for name, command in commands().items():
        assert command.help, name
        for parameter in command.params:
            assert parameter.name == "help" or parameter.help, f"{name} {parameter.name}"


def test_every_command_stands_in_the_readme_or_the_page_of_commands():
    told = page("README.md") + page("docs/cli.md")
    assert not [name for name in commands() if name not in told]


# -- pages name what exists ----------------------------------------------------------------

# in code alone: `pmf run --area Kent`, or a line that begins with it in a block
SAID = re.compile(
    r"(?:`|^\$? *|bin/)pmf ((?:--?\w[\w-]* \S+ )*)([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.M
)
MADE = re.compile(r"(?:`|^\$? *)make ([a-z]+)\b", re.M)


@pytest.mark.parametrize("name", PAGES)
def test_pages_name_no_unknown_command(name):
    known = {command.removeprefix("pmf ") for command in commands()}
    groups = {command.split()[0] for command in known if " " in command}
    for _, verb, below in SAID.findall(page(name)):
        full = f"{verb} {below}" if verb in groups and below else verb
        assert full in known | groups, f"pmf {full}"


@pytest.mark.parametrize("name", PAGES)
def test_pages_name_no_unknown_target_of_make(name):
    known = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(MADE.findall(page(name))) <= known


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text, re.M)
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in plain}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)\s]+)\)", page(name)):
        if target.startswith("https://"):
            continue
        file, _, anchor = unquote(target).partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path.read_text("utf-8")), target


@pytest.mark.parametrize("name", PAGES)
def test_pages_name_no_file_of_the_package_that_is_not_there(name):
    named = re.findall(
        r"`((?:pmf_analysis|tests|docs|benchmarks|expectations)/[\w/.]+)`", page(name)
    )
    assert not [path for path in named if not (ROOT / path).exists()]


# -- the data dictionary -------------------------------------------------------------------


def columns_of(section: str) -> list[str]:
    """First cells of the table under a heading of the data dictionary."""
    part = re.split(r"^#+ ", page("docs/data-dictionary.md"), flags=re.M)
    (text,) = [found for found in part if found.split("\n")[0] == section]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", text, re.M)
    assert all(meaning.strip() and kind.strip() for _, meaning, kind in rows)
    return [name for name, _, _ in rows]


@pytest.mark.parametrize(
    ("section", "contract"),
    [
        ("Figure", tables.FIGURE),
        ("Measure", tables.MEASURE),
        ("Analysis", tables.SEGMENTS),
        ("Finding", tables.FINDING),
    ],
)
def test_the_dictionary_has_the_columns_of_the_contract_in_order(section, contract):
    assert columns_of(section) == list(contract)


@cache
def analysed() -> dict[str, list[str]]:
    """Columns that each method really adds, asked of an empty table."""
    context = Context(load(ROOT / "data/reference"), date(2026, 1, 1))
    kinds = {"line": "int64", "value": "float64"}
    none = {name: pd.Series(dtype=kinds.get(name, "str")) for name in tables.FIGURE}
    parted = analysis.add_segments(measures.build(pd.DataFrame(none), (), context), context)
    return {
        name: [c for c in method.analyse(parted, context).columns if c not in parted.columns]
        for name, method in analysis.methods().items()
    }


def test_the_dictionary_has_the_columns_of_every_method():
    assert {name: set(columns_of(name)) for name in analysed()} == {
        name: set(columns) for name, columns in analysed().items()
    }


def test_the_architecture_page_has_the_columns_of_every_method():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", page("docs/architecture.md"), re.M)
    told = {method: set(re.findall(r"`(\w+)`", text)) for method, text in rows}
    for name, columns in analysed().items():
        assert told[name] - {"shown_value"} == set(columns), name
