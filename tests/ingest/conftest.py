"""A register and layouts for tests of receiving."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pmf_analysis import register
from pmf_analysis.ingest import Extract, load_layouts, read_delivery
from pmf_analysis.register import Register
from pmf_analysis.register.layouts import Layout


@pytest.fixture(scope="session")
def national(root: Path) -> Register:
    """The shipped national register."""
    return register.load(root / "data" / "reference")


@pytest.fixture(scope="session")
def layouts(root: Path) -> dict[str, Layout]:
    """The shipped layouts."""
    return load_layouts(root / "data" / "reference" / "layouts")


@pytest.fixture
def read(tmp_path: Path, national: Register, layouts: dict[str, Layout]) -> Callable[..., Extract]:
    """Write a file with some content, and read it."""

    def read(content: str | bytes, name: str = "figures.csv", **options: object) -> Extract:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_delivery(path, national, layouts, **options)

    return read


@pytest.fixture
def read_as(tmp_path: Path, national: Register) -> Callable[..., Extract]:
    """Write a file with some content, and read it by a layout of its own."""

    def read(layout: dict | list[dict], content: str, name: str = "a.csv", **said) -> Extract:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        given = [layout] if isinstance(layout, dict) else layout
        usual = {"version": "1", "title": "A table", "source": "A test"}
        made = [Layout(**{**usual, **each}) for each in given]
        return read_delivery(path, national, {each.name: each for each in made}, **said)

    return read
