"""Whether a notebook was executed, whole and in order, so that its outputs may be shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pmf_analysis.errors import ExportError

Notebook = dict[str, Any]

_DO = "Run it again from the top; a notebook that did not finish is never exported"


def read_executed(path: Path) -> Notebook:
    """Read a notebook and hold it to have run once, from the first cell to the last.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
        The notebook.

    Raises
    ------
    ExportError
        If the file is no notebook, its run failed, or its code cells did not each run once in
        order; the message names notebook and cell.
    """
    name = f"{path.parent.name}/{path.name}"
    notebook = _read(path, name)
    about = notebook.get("metadata", {}).get("papermill", {})
    cells = notebook["cells"]
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") == "code":
            _hold_no_error(cell, number, name)
    if about.get("exception"):
        raise ExportError(f"{name}: its run failed", "a run without an error", _DO)
    _hold_order(cells, name)
    return notebook


def _read(path: Path, name: str) -> Notebook:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ExportError(f"{name} is missing", "an executed notebook", "Run it first") from error
    except (ValueError, OSError) as error:
        raise ExportError(
            f"{name} cannot be read as a notebook", "an executed notebook", _DO
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        raise ExportError(f"{name} is no notebook", "an executed notebook of format 4", _DO)
    return found


def _hold_no_error(cell: Notebook, number: int, name: str) -> None:
    failed = [one for one in cell.get("outputs", []) if one.get("output_type") == "error"]
    about = cell.get("metadata", {}).get("papermill", {})
    if failed or about.get("exception"):
        said = f": {failed[0].get('ename', '')}" if failed else ""
        raise ExportError(
            f"{name}, cell {number} ({_first_line(cell)}) failed{said}",
            "a run without an error",
            _DO,
        )


def _hold_order(cells: list[Notebook], name: str) -> None:
    expected = 1
    for number, cell in enumerate(cells, start=1):
        if cell.get("cell_type") != "code" or not _source(cell).strip():
            continue
        count = cell.get("execution_count")
        if count != expected:
            found = "was not run" if count is None else f"ran as number {count}"
            raise ExportError(
                f"{name}, cell {number} ({_first_line(cell)}) {found}",
                f"that it ran as number {expected}: each code cell once, in order",
                _DO,
            )
        expected += 1


def _source(cell: Notebook) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _first_line(cell: Notebook) -> str:
    lines = [line.strip() for line in _source(cell).splitlines() if line.strip()]
    return lines[0][:60] if lines else "empty"
