"""Small notebooks, named for what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = (
    'service_area: str = ""  # unit\nperiod: str = ""  # period\n'
    'as_at: str = ""  # date\nindicators: list[str] = []  # codes'
)


@pytest.fixture
def write_notebook():
    """Write a notebook: a title, a parameters cell, then the cells given."""

    def write(
        folder: Path,
        name: str,
        *cells: str,
        scope: str = "area",
        parameters: str = PARAMETERS,
    ) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
        book = new_notebook(
            cells=[new_markdown_cell(f"# {name}"), first, *map(new_code_cell, cells)],
            metadata={"pmf": {"scope": scope, "order": 1}},
        )
        path = folder / f"{name}.ipynb"
        nbformat.write(book, path)
        return path

    return write
