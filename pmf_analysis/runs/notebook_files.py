"""Notebooks of a workspace: their scope, title and parameters, read without a kernel."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pmf_analysis.errors import ParameterError, RunError, nearest

SCOPES = ("area", "county", "on_demand")

_TYPES: Mapping[str, type] = {
    "str": str, "int": int, "float": float, "bool": bool, "list[str]": list,
}  # fmt: skip


@dataclass(frozen=True)
class NotebookFile:
    """One notebook, as a plan needs to know it.

    Attributes
    ----------
    name : str
        File name without its ending.
    path : Path
    title : str
        Its first heading.
    scope : str
        One of `SCOPES`, from the metadata ``pmf.scope``.
    order : int
        Place behind page one, from the metadata ``pmf.order``.
    parameters : dict of str
        Name and type, from the cell tagged ``parameters``.
    sha256 : str
    """

    name: str
    path: Path
    title: str
    scope: str
    order: int
    parameters: dict[str, str]
    sha256: str


def list_notebooks(folder: Path) -> tuple[NotebookFile, ...]:
    """Every notebook of a folder, in the order of the pages."""
    found = [read_notebook(path) for path in sorted(folder.glob("*.ipynb"))]
    return tuple(sorted(found, key=lambda notebook: (notebook.order, notebook.name)))


def read_notebook(path: Path) -> NotebookFile:
    """Read what a plan needs of one notebook.

    Parameters
    ----------
    path : Path

    Returns
    -------
    NotebookFile

    Raises
    ------
    RunError
        If it is no notebook, or lacks its scope or its cell of parameters.
    """
    content = path.read_bytes()
    try:
        notebook = json.loads(content)
        cells, metadata = notebook["cells"], notebook["metadata"]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path.name} is no notebook", "a Jupyter notebook, format 4") from error
    about = metadata.get("pmf", {})
    scope = about.get("scope")
    if scope not in SCOPES:
        raise RunError(
            f"{path.name} has the scope {scope!r} in its metadata pmf.scope",
            f"one of {', '.join(SCOPES)}",
        )
    tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if len(tagged) != 1:
        raise RunError(
            f"{path.name} has {len(tagged)} cells tagged parameters",
            "one cell tagged parameters, near the top",
        )
    return NotebookFile(
        name=path.stem, path=path, title=_title(cells) or path.stem, scope=scope,
        order=int(about.get("order", 99)),
        parameters=_parameters("".join(tagged[0]["source"]), path.name),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _title(cells: list[dict]) -> str:
    for cell in cells:
        for line in "".join(cell["source"]).splitlines():
            if cell["cell_type"] == "markdown" and line.startswith("# "):
                return line[2:].strip()
    return ""


def _parameters(source: str, file_name: str) -> dict[str, str]:
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise RunError(f"{file_name}: the parameters cell is no Python: {error.msg}") from error
    found = {}
    for statement in body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found[statement.target.id] = ast.unparse(statement.annotation)
    return found


def check_parameters(notebook: NotebookFile, given: Mapping[str, object]) -> None:
    """Hold parameters against a notebook's own, before any kernel starts.

    Raises
    ------
    ParameterError
        For a name that the notebook lacks, or a value of another type.
    """
    for name, value in given.items():
        if name not in notebook.parameters:
            raise ParameterError(
                f"{notebook.path.name} has no parameter {name!r}",
                f"one of {', '.join(notebook.parameters)}",
                nearest(name, notebook.parameters),
            )
        wanted = notebook.parameters[name]
        kind = _TYPES.get(wanted)
        fits = isinstance(value, (int, float) if kind is float else kind or object)
        if not fits or (isinstance(value, bool) and kind is not bool):
            raise ParameterError(
                f"{notebook.path.name}: the parameter {name} was given {value!r}",
                f"a value of type {wanted}",
                f"Give {name} as {wanted}",
            )


def read_value(notebook: NotebookFile, name: str, text: str) -> object:
    """A parameter typed on the command line, as its notebook's type.

    Raises
    ------
    ParameterError
        If the name is unknown or the text is no value of the type.
    """
    check_parameters(notebook, {name: _default(notebook.parameters.get(name, ""))})
    wanted = notebook.parameters[name]
    if wanted == "list[str]":
        return [part for part in text.replace(",", " ").split() if part]
    if wanted == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if wanted in ("int", "float"):
        try:
            return _TYPES[wanted](text)
        except ValueError as error:
            raise ParameterError(
                f"The parameter {name} was given {text!r}", f"a value of type {wanted}"
            ) from error
    if wanted == "str":
        return text
    raise ParameterError(f"The parameter {name} was given {text!r}", f"a value of type {wanted}")


def _default(wanted: str) -> object:
    return _TYPES.get(wanted, str)()
