from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis.errors import ExportError
from pmf_analysis.export.executed import read_executed

Write = Callable[..., Path]
Change = Callable[[list[dict]], object]


def changed(path: Path, change: Change) -> Path:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook["cells"])
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def test_a_notebook_that_ran_from_top_to_bottom_is_read(write_notebook: Write) -> None:
    path = write_notebook("<p>1</p>", "<p>2</p>", papermill={"exception": None})
    assert len(read_executed(path)["cells"]) == 3


def test_an_empty_cell_need_not_run(write_notebook: Write) -> None:
    empty = {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "source": [],
        "outputs": [],
    }
    path = changed(write_notebook("<p>1</p>", "<p>2</p>"), lambda cells: cells.insert(2, empty))
    assert len(read_executed(path)["cells"]) == 4


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda cells: cells[1].update(execution_count=None),
            r"cell 2 \(secret_input = 1\) was not",
        ),
        (lambda cells: cells[1].update(execution_count=2), "cell 2 .* ran as number 2"),
        (lambda cells: cells.reverse(), "cell 1 .* ran as number 2"),
        (lambda cells: cells[2].update(execution_count=3), "cell 3 .* ran as number 3"),
        (
            lambda cells: cells[2]["outputs"].append(
                {"output_type": "error", "ename": "KeyError", "evalue": "x", "traceback": []}
            ),
            "cell 3 .* failed: KeyError",
        ),
        (
            lambda cells: cells[2].update(metadata={"papermill": {"exception": True}}),
            "cell 3 .* failed",
        ),
    ],
)
def test_any_other_is_refused_by_its_cell(write_notebook: Write, change: Change, says: str) -> None:
    path = changed(write_notebook("<p>1</p>", "<p>2</p>"), change)
    with pytest.raises(ExportError, match=f"Dunwick/trend.ipynb, {says}"):
        read_executed(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cannot be read as a notebook"),
        (b"\xff\xfe\x00", "cannot be read as a notebook"),
        (b"[]", "is no notebook"),
        (b'{"cells": 3}', "is no notebook"),
    ],
)
def test_what_is_no_notebook_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=says):
        read_executed(path)


def test_a_missing_notebook_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"gone.ipynb is missing"):
        read_executed(tmp_path / "gone.ipynb")
