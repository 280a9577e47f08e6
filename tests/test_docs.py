"""Documentation that cannot fall behind: pages are held against the program."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest

from pmf_analysis import analysis, measures, prepared, receiving, tables
from pmf_analysis.errors import RunError
from pmf_analysis.methods import xmr
from pmf_analysis.register import Context, Register, load
from pmf_analysis.store import Store, create_workspace

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
MADE = re.compile(r"(?:`|^\$? *)make ([a-z-]+)\b", re.M)


@pytest.mark.parametrize("name", PAGES)
def test_pages_name_no_unknown_command(name):
    known = {command.removeprefix("pmf ") for command in commands()}
    groups = {command.split()[0] for command in known if " " in command}
    for _, verb, below in SAID.findall(page(name)):
        full = f"{verb} {below}" if verb in groups and below else verb
        assert full in known | groups, f"pmf {full}"


@pytest.mark.parametrize("name", PAGES)
def test_pages_name_no_unknown_target_of_make(name):
    known = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M))
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
    context = Context(shipped(), date(2026, 1, 1))
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


# -- the written method --------------------------------------------------------------------

METHOD = "docs/method.md"
FREQUENCIES = ("month", "quarter", "year")


@cache
def shipped() -> Register:
    """The register that comes with the program."""
    return load(ROOT / "data/reference")


@cache
def rule_values(file_name: str) -> dict[str, object]:
    (found,) = [
        rules.values
        for rules in shipped().rule_sets.values()
        if f"name: {rules.name}\n" in page(f"data/reference/rules/{file_name}")
    ]
    return found


def at(values: object, key: str) -> object:
    for part in key.split("."):
        values = values[part]
    return values


def quoted() -> list[tuple[str, str, str]]:
    """Rule-set file, key and what the page says of it: `2.66 (`limit_factor`)`, or a table row."""
    found = []
    for section in re.split(r"^## ", page(METHOD), flags=re.M):
        named = re.search(r"^Rule set \[([\w-]+\.yml)\]", section, re.M)
        for line in section.splitlines():
            row = re.fullmatch(r"\| .*\(`([\w.]+)`\) \| (\d+) \| (\d+) \| (\d+) \|", line)
            if row:
                pairs = zip(FREQUENCIES, row.groups()[1:], strict=True)
                said = [(f"{row[1]}.{frequency}", number) for frequency, number in pairs]
            else:
                said = [(key, text) for text, key in re.findall(r"([\w.]+) \(`([\w.]+)`\)", line)]
            assert not said or named, line
            found += [(named[1], key, text) for key, text in said]
    return found


def test_every_rule_set_is_named_on_the_page_of_methods():
    files = {path.name for path in (ROOT / "data/reference/rules").glob("*.yml")}
    assert set(re.findall(r"rules/([\w-]+\.yml)\)", page(METHOD))) == files


def test_every_number_that_the_page_of_methods_quotes_is_that_of_its_rule_set():
    assert len(quoted()) >= 40
    different = [
        (file_name, key, text)
        for file_name, key, text in quoted()
        if text != str(at(rule_values(file_name), key))
    ]
    assert different == []


def test_every_test_that_the_page_of_methods_names_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)`((?:[:,]\s*`test_\w+`)*)", page(METHOD))
    assert len(named) >= 15
    for file_name, tests in named:
        for test in re.findall(r"test_\w+", tests):
            assert f"def {test}(" in page(file_name), f"{file_name} {test}"


@cache
def printed_words() -> str:
    """What the program can print: its texts, with literals that stand together joined."""
    folders = [
        *(ROOT / "pmf_analysis").rglob("*.py"),
        *(ROOT / "pmf_analysis").rglob("*.yml"),
        *(ROOT / "data/reference/rules").glob("*.yml"),
    ]
    text = "\n".join(path.read_text("utf-8") for path in folders)
    return " ".join(re.sub(r"[\"']\s*\n\s*f?[\"']", "", text).split())


def test_words_in_quotation_marks_are_those_that_are_printed():
    # said of accuracy by a rule set and a sentence together; a method with its confidence
    made = {
        "Accuracy has not been checked against case files.": "has not been checked against",
        "Wilson score 95%": "Wilson score {percent}",
        "no better than": "forecast is no better than",
    }
    told = re.findall(r'"([^"\n]+)"', page(METHOD))
    assert len(told) >= 20
    assert [text for text in told if made.get(text, text) not in printed_words()] == []


def test_the_share_of_false_signals_is_as_the_method_page_says():
    rules = xmr.XmrRules.of(shipped().rule_set("nhs-making-data-count"))
    draws = np.random.default_rng(2026)
    for length in (13, 24, 60):
        series = np.repeat(np.arange(8000), length)
        figures = draws.normal(size=len(series))
        lines = xmr.limits(figures, series, rules)
        causes = xmr.special_causes(figures, series, lines, rules).reshape(8000, length)
        assert 0.01 <= (causes[:, -1] != "none").mean() <= 0.02


# -- the first month of an analyst ---------------------------------------------------------


def block(name: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", page(name), re.M | re.S)
    return found


def test_the_example_of_the_first_month_works(tmp_path):
    store = Store(create_workspace(tmp_path / "work", "national"))
    indicator = block("docs/first-month.md", "yaml")
    (store.reference / "indicators/VISIT-10.yml").write_text(indicator, "utf-8")
    delivered = tmp_path / "visits.csv"
    delivered.write_text(block("docs/first-month.md", "csv"), "utf-8")
    assert len(delivered.read_text("utf-8").splitlines()) == 4

    (result,) = receiving.receive(store, [delivered], published=date(2025, 7, 14))
    assert (result.error, result.receipt["rows_read"]) == ("", 3)
    made = prepared.prepare(store)
    rows = made.table("analysis").sort_values("period")
    assert rows["state"].tolist() == ["final", "suppressed", "final"]
    assert rows["rag"].tolist() == ["green", "not_rated", "green"]
    (verdict,) = made.table("finding").query("family == 'quality'")["sentence"]
    assert verdict.startswith("Use the data with care: partly assessed (timeliness")


def test_a_row_that_no_indicator_names_is_kept_and_used_by_nothing(tmp_path):
    store = Store(create_workspace(tmp_path / "work", "national"))
    delivered = tmp_path / "visits.csv"
    delivered.write_text(block("docs/first-month.md", "csv"), "utf-8")
    (result,) = receiving.receive(store, [delivered], published=date(2025, 7, 14))
    assert result.receipt["labels_unknown"] == ["VISIT-10"]
    with pytest.raises(RunError, match="hold no figure of any indicator"):
        prepared.prepare(store)
