"""Notebooks are read without a kernel; parameters are checked before one starts."""

from __future__ import annotations

import pytest

from pmf_analysis.errors import ParameterError, RunError
from pmf_analysis.runs.notebook_files import (
    check_parameters,
    list_notebooks,
    read_notebook,
    read_value,
)


def test_a_notebook_tells_its_title_scope_and_parameters(tmp_path, write_notebook):
    found = read_notebook(write_notebook(tmp_path, "trend", "1"))
    assert (found.name, found.title, found.scope, found.order) == (
        "trend",
        "trend",
        "area",
        1,
    )
    assert found.parameters == {
        "service_area": "str", "period": "str", "as_at": "str", "indicators": "list[str]",
    }  # fmt: skip
    assert len(found.sha256) == 64


def test_notebooks_are_found_by_listing_the_folder(tmp_path, write_notebook):
    for name in ("b", "a"):
        write_notebook(tmp_path, name)
    assert [notebook.name for notebook in list_notebooks(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"cells": 1}', "not json"])
def test_what_is_no_notebook_is_refused(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"broken\.ipynb"):
        read_notebook(path)


def test_an_unknown_scope_is_refused(tmp_path, write_notebook):
    with pytest.raises(RunError, match="scope 'team'"):
        read_notebook(write_notebook(tmp_path, "x", scope="team"))


def test_a_parameters_cell_that_is_no_python_is_refused(tmp_path, write_notebook):
    with pytest.raises(RunError, match="no Python"):
        read_notebook(write_notebook(tmp_path, "x", parameters="service area = 1"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"servce_area": "Kent"},
            "no parameter 'servce_area'.*Did you mean service_area",
        ),
        ({"service_area": 3}, "service_area was given 3.*type str"),
        ({"indicators": "REF"}, "indicators was given 'REF'.*list"),
        ({"period": True}, "period was given True"),
    ],
)
def test_a_wrong_parameter_is_an_error_that_says_the_right_one(
    tmp_path, write_notebook, given, message
):
    notebook = read_notebook(write_notebook(tmp_path, "trend"))
    with pytest.raises(ParameterError, match=message):
        check_parameters(notebook, given)


def test_typed_text_becomes_the_type_of_the_parameter(tmp_path, write_notebook):
    kinds = "a: int = 1\nb: float = 1.0\nc: bool = True\nd: list[str] = []\ne: str = ''"
    notebook = read_notebook(write_notebook(tmp_path, "x", parameters=kinds))
    typed = {"a": "3", "b": "0.5", "c": "false", "d": "REF, NFA", "e": "3"}
    read = {name: read_value(notebook, name, text) for name, text in typed.items()}
    assert read == {"a": 3, "b": 0.5, "c": False, "d": ["REF", "NFA"], "e": "3"}
    for name, text in {"a": "three", "b": "x", "c": "yes"}.items():
        with pytest.raises(ParameterError, match=f"{name} was given '{text}'"):
            read_value(notebook, name, text)
    with pytest.raises(ParameterError, match="no parameter 'z'"):
        read_value(notebook, "z", "1")
