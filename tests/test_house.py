"""The house's own rules: layers, owners, documentation of code, notebooks, clean files."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "pmf_analysis"

LAYERS = {
    "errors": 1, "terms": 1,
    "periods": 2, "formats": 2, "tables": 2, "settings": 2, "roles": 2, "working_days": 2,
    "importing": 2,
    "markup": 3, "register": 3, "store": 3,
    "methods": 4, "forecasting": 4,
    "synthetic": 5, "ingest": 5, "counting": 5, "measures": 5, "analysis": 5,
    "studies": 6, "series_files": 6,
    "findings": 7, "gathering": 7, "receiving": 7,
    "quality": 8, "charts": 8, "present": 8,
    "prepared": 9,
    "workbench": 10, "export": 10, "lab": 10, "retention": 10, "closing": 10,
    "comparing": 10, "breaks": 10,
    "runs": 11,
    "main_job": 12,
    "cli": 13,
}  # fmt: skip
"""Room to its number. A room imports from lower numbers alone."""

OWNERS = {
    "register": {"pydantic", "ruamel"},
    "store": {"filelock", "pyarrow"},
    "synthetic": {"zipfile"},
    "ingest": {"gzip", "python_calamine", "zipfile", "psycopg", "pymssql", "sqlalchemy"},
    "methods": {"scipy", "statsmodels"},
    "forecasting": {"scipy"},
    "analysis": {"scipy", "statsmodels"},
    "quality": {"great_expectations"},
    "charts": {"matplotlib", "seaborn"},
    "present": {"jinja2"},
    "runs": {"jupyter_client", "nbclient", "papermill"},
    "export": {"nbconvert"},
    "cli": {"rich", "typer"},
}
"""Room to the libraries that no room may import but those named with it: a library has one
owner, but zip files are read where deliveries are and written where invented ones are made, and
the distributions of statistics serve the published methods and those of our own."""

POLICY_WORDS = re.compile(
    r"THRESHOLD|TOLERANCE|CONFIDENCE|BAND|ALPHA|SIGNIFICAN|MINIMUM_POINTS|SUPPRESS|RUN_LENGTH"
)

# in pieces, so that this file does not name what it forbids
MACHINE_PATH = re.compile(
    r"(?<![\w.~}/-])/(?:" + "|".join(["root", "home", "work", "tmp", "opt", "Users"]) + r")\b"
)
REGISTRY = re.compile("|".join([r"pypi\." + "org", "python" + "hosted", r"registry\." + "npmjs"]))
PRIVATE_KEY = re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----")
ADDRESS = re.compile(r"https?://[^/\s\"'<>)\]]+")
NAMED_SOURCES = {
    "http://schemas.openxmlformats.org",  # names of XML vocabularies; nothing is fetched
    "http://www.w3.org",
    "https://www.nationalarchives.gov.uk",  # the licence of the published figures
    "https://www.gov.uk",
    "https://explore-education-statistics.service.gov.uk",
}
LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Module:
    """One file of the package, read and parsed once."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every module that is imported, late and for types alike, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.path}:{node.lineno}: a relative import"
                if node.module == "pmf_analysis":
                    yield from ((f"pmf_analysis.{a.name}", node.lineno) for a in node.names)
                else:
                    yield str(node.module), node.lineno


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        found.append(Module(name, path.relative_to(ROOT), ast.parse(path.read_text("utf-8"))))
    return tuple(found)


def room_of(name: str) -> str:
    parts = name.split(".")
    return parts[1] if parts[0] == "pmf_analysis" and len(parts) > 1 else ""


@cache
def committed() -> tuple[str, ...]:
    """Paths of the files under version control, without those deleted just now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return tuple(sorted(name for name in listed.split("\0") if name and (ROOT / name).is_file()))


# -- layers and owners ---------------------------------------------------------------------


def test_every_room_has_a_layer():
    rooms = {module.room for module in modules()} - {"", "__main__"}
    assert rooms == set(LAYERS)


def test_a_room_imports_from_lower_layers_alone():
    wrong = [
        f"{module.path}:{line}: {module.room} ({LAYERS[module.room]}) "
        f"imports {target} ({LAYERS[target]})"
        for module in modules()
        if module.room in LAYERS
        for name, line in module.imports()
        if (target := room_of(name)) in LAYERS and target != module.room
        if LAYERS[target] >= LAYERS[module.room]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_package_itself_imports_no_room():
    (package,) = [module for module in modules() if module.name == "pmf_analysis"]
    assert not [name for name, _ in package.imports() if name.startswith("pmf_analysis")]


def test_a_library_has_one_owner():
    rooms: dict[str, set[str]] = {}
    for room, libraries in OWNERS.items():
        for library in libraries:
            rooms.setdefault(library, set()).add(room)
    assert {library for library, owners in rooms.items() if len(owners) > 1} == {
        "zipfile", "scipy", "statsmodels",
    }  # fmt: skip
    wrong = [
        f"{module.path}:{line}: {library} belongs to {', '.join(sorted(rooms[library]))}"
        for module in modules()
        for name, line in module.imports()
        if (library := name.split(".")[0]) in rooms and module.room not in rooms[library]
    ]
    assert not wrong, "\n".join(wrong)


def test_no_modules_import_each_other_in_a_circle():
    known = {module.name for module in modules()}
    needs = {module.name: set[str]() for module in modules()}
    for module in modules():
        for node in module.tree.body:  # late imports cannot make a circle at import time
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [str(node.module), *(f"{node.module}.{a.name}" for a in node.names)]
            needs[module.name] |= {name for name in names if name in known} - {module.name}
    # a package stands for what it re-exports: only its modules count
    packages = {name for name in known if any(other.startswith(f"{name}.") for other in known)}
    needs = {name: found - packages for name, found in needs.items() if name not in packages}
    while free := {name for name, found in needs.items() if not found & needs.keys()}:
        needs = {name: found for name, found in needs.items() if name not in free}
    assert not needs, f"in a circle: {sorted(needs)}"


def test_the_environment_is_read_in_settings_alone():
    names = {"environ", "getenv", "putenv"}
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.room != "settings"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and node.attr in names
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
        # great_expectations is told before its import to send nothing
        and not (module.room == "quality" and _assigns_to(module.tree, node))
    ]
    assert not wrong, wrong


def _assigns_to(tree: ast.Module, attribute: ast.Attribute) -> bool:
    return any(
        isinstance(target, ast.Subscript) and target.value is attribute
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
    )


def test_parquet_is_read_and_written_in_the_store_alone():
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.room != "store"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"read_parquet", "to_parquet"}
    ]
    assert not wrong, wrong


def test_the_architecture_page_has_the_same_layers_and_owners():
    page = (ROOT / "docs/architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| `([a-z_]+)(?:\.py|/)` \|[^|]*\|([^|]*)\|$", page, re.M)
    assert {room: int(number) for number, room, _ in rows} == LAYERS
    owned = {room: set(re.findall(r"`([\w.]+)`", owns)) for _, room, owns in rows}
    libraries = {room: {name.split(".")[0] for name in names} for room, names in owned.items()}
    assert {room: names for room, names in libraries.items() if names} == OWNERS


# -- how code reads ------------------------------------------------------------------------


def public_functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions of the module and methods of its classes whose names have no underscore."""
    for node in module.tree.body:
        holders = [node]
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            holders = node.body
        for item in holders:
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and item.name[0] != "_":
                yield item


def test_every_module_says_what_it_is():
    assert not [str(module.path) for module in modules() if not ast.get_docstring(module.tree)]


def test_every_public_function_is_described_and_typed():
    wrong = []
    for module in modules():
        for function in public_functions(module):
            place = f"{module.path}:{function.lineno}: {function.name}"
            if not ast.get_docstring(function) and not _is_overload(function):
                wrong.append(f"{place} has no docstring")
            every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            untyped = [
                a.arg for a in every if a.annotation is None and a.arg not in ("self", "cls")
            ]
            if untyped or function.returns is None:
                wrong.append(f"{place} lacks types: {', '.join(untyped) or 'what it returns'}")
    assert not wrong, "\n".join(wrong)


def _is_overload(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in function.decorator_list)


def test_the_command_line_alone_prints():
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.room != "cli"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not wrong, wrong


def test_no_policy_and_no_changing_state_at_the_top_of_a_module():
    wrong = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                wrong.append(f"{module.path}:{node.lineno}: global {', '.join(node.names)}")
        for node in module.tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            for target in targets:
                name = target.id if isinstance(target, ast.Name) else ""
                if _is_number(node.value) and POLICY_WORDS.search(name.upper()):
                    wrong.append(f"{module.path}:{node.lineno}: {name} belongs in a rule set")
                changing = isinstance(node.value, ast.List | ast.Dict | ast.Set)
                if changing and name != name.upper() and name != "__all__":
                    wrong.append(f"{module.path}:{node.lineno}: {name} can be changed")
    assert not wrong, "\n".join(wrong)


def _is_number(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def test_names_say_what_a_thing_is():
    vague = {"utils", "util", "misc", "helper", "helpers", "manager", "common"}
    assert not [module.name for module in modules() if vague & set(module.name.split("."))]


# -- notebooks -----------------------------------------------------------------------------

NOTEBOOKS = {"trend", "variance", "forecast", "impact", "data_quality", "deep_dive"}
PARAMETERS = {"service_area", "period", "as_at", "indicators"}
SCOPES = {"area", "county", "on_demand"}
MOST_CODE_CELLS = 10
MOST_LINES = 15


@cache
def notebooks() -> dict[str, dict]:
    paths = sorted((ROOT / "notebooks").glob("*.ipynb"))
    return {path.stem: json.loads(path.read_text("utf-8")) for path in paths}


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def test_the_notebooks_are_there():
    assert set(notebooks()) >= NOTEBOOKS


def test_notebooks_hold_no_results():
    for name, notebook in notebooks().items():
        for cell in code_cells(notebook):
            assert cell["outputs"] == [] and cell["execution_count"] is None, name


def test_notebooks_are_thin():
    for name, notebook in notebooks().items():
        cells = code_cells(notebook)
        assert len(cells) <= MOST_CODE_CELLS, name
        for cell in cells:
            tree = ast.parse(source(cell))
            defined = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
            assert not [node for node in ast.walk(tree) if isinstance(node, defined)], name
            assert len(source(cell).splitlines()) <= MOST_LINES, name


def test_notebooks_begin_with_their_question():
    for name, notebook in notebooks().items():
        first = notebook["cells"][0]
        assert first["cell_type"] == "markdown" and source(first).startswith("# "), name
        assert len(source(first).splitlines()) > 1, f"{name}: a title and no question"


def test_notebooks_import_the_workbench_and_nothing_deeper():
    for name, notebook in notebooks().items():
        for cell in code_cells(notebook):
            for node in ast.walk(ast.parse(source(cell))):
                if isinstance(node, ast.Import):
                    pytest.fail(f"{name}: import {node.names[0].name}")
                if isinstance(node, ast.ImportFrom):
                    found = {f"{node.module}.{alias.name}" for alias in node.names}
                    assert found == {"pmf_analysis.workbench"}, name


def test_notebook_parameters_are_typed_and_explained():
    for name, notebook in notebooks().items():
        tagged = [c for c in code_cells(notebook) if "parameters" in c["metadata"].get("tags", [])]
        assert len(tagged) == 1, name
        lines = [line for line in source(tagged[0]).splitlines() if line and line[0] != "#"]
        given = set()
        for line in lines:
            match = re.fullmatch(r"(\w+): [\w\[\], |]+ = .+  # \S.+", line)
            assert match, f"{name}: {line!r} is not `name: type = value  # help`"
            given.add(match[1])
        assert given >= PARAMETERS, name


def test_notebooks_say_how_they_are_planned():
    for name, notebook in notebooks().items():
        assert notebook["metadata"].get("pmf", {}).get("scope") in SCOPES, name


# -- files ---------------------------------------------------------------------------------


def lines_of(name: str) -> Iterator[tuple[int, str]]:
    content = (ROOT / name).read_bytes()
    if b"\0" not in content:
        yield from enumerate(content.decode("utf-8").split("\n"), start=1)


def test_every_committed_file_ends_with_one_line_end_and_has_no_trailing_space():
    wrong = []
    for name in committed():
        content = (ROOT / name).read_bytes()
        if not content or b"\0" in content:
            continue
        if not content.endswith(b"\n") or content.endswith(b"\n\n"):
            wrong.append(f"{name}: does not end with one line end")
        if not name.endswith(".csv"):
            found = (n for n, line in lines_of(name) if line != line.rstrip())
            wrong.extend(f"{name}:{number}: space at the end of the line" for number in found)
    assert not wrong, "\n".join(wrong)


def test_every_committed_file_is_small():
    assert not [name for name in committed() if (ROOT / name).stat().st_size > LARGEST_FILE]


def test_every_committed_file_is_free_of_keys_machine_paths_and_registries():
    wrong = [
        f"{name}:{number}: {found[0]}"
        for name in committed()
        for number, line in lines_of(name)
        if (found := MACHINE_PATH.search(line) or REGISTRY.search(line) or PRIVATE_KEY.search(line))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_committed_file_names_no_outside_address_but_a_source():
    wrong = [
        f"{name}:{number}: {address}"
        for name in committed()
        for number, line in lines_of(name)
        for address in ADDRESS.findall(line)
        # a test may hold an address that must not get through; such names reach nobody
        if address not in NAMED_SOURCES and not _reaches_nobody(address)
    ]
    assert not wrong, "\n".join(wrong)


def _reaches_nobody(address: str) -> bool:
    host = address.split("//")[1].split(":")[0].strip("{}[")
    reserved = host.endswith((".invalid", ".example", ".test", "example.org", "example.com"))
    return reserved or "." not in host or host == "127.0.0.1"


# -- what start-up loads -------------------------------------------------------------------

HEAVY = ("pandas", "numpy", "great_expectations", "papermill", "matplotlib", "nbconvert", "scipy")


@pytest.mark.parametrize(
    "start",
    [
        "import pmf_analysis",
        "import pmf_analysis.cli",
        "import runpy, sys; sys.argv = ['pmf', '--help']; "
        "runpy.run_module('pmf_analysis', run_name='__main__')",
    ],
    ids=["import", "import_cli", "help"],
)
def test_start_up_loads_nothing_heavy(start):
    script = (
        "import atexit, sys\n"
        f"heavy = {HEAVY!r}\n"
        "loaded = lambda: ','.join(name for name in heavy if name in sys.modules)\n"
        "show = lambda: sys.stderr.write('loaded:' + loaded())\n"
        f"atexit.register(show)\n{start}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr.endswith("loaded:"), done.stderr
