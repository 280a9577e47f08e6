"""Finding and making workspaces."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmf_analysis.errors import ParameterError, WorkspaceError
from pmf_analysis.store import create_workspace, find_workspace, is_workspace


@pytest.fixture
def shipped(tmp_path) -> Path:
    """Shipped files, small."""
    folder = tmp_path / "shipped"
    for name in (
        "data/reference/workspace.yml", "data/reference/units.csv",
        "data/reference/layouts/pmf_long.yml", "data/reference/rules/rag.yml",
        "data/synthetic/reference/workspace.yml", "data/synthetic/reference/breaks.csv",
        "expectations/figure.json", "notebooks/trend.ipynb",
        "notebooks/.ipynb_checkpoints/trend.ipynb",
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def files_of(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


NATIONAL = {
    "data/reference/workspace.yml", "data/reference/units.csv",
    "data/reference/layouts/pmf_long.yml", "data/reference/rules/rag.yml",
    "expectations/figure.json", "notebooks/trend.ipynb",
}  # fmt: skip
MEDWOLD = (NATIONAL - {"data/reference/units.csv"}) | {"data/reference/breaks.csv"}


@pytest.mark.parametrize(("register", "files"), [("national", NATIONAL), ("medwold", MEDWOLD)])
@pytest.mark.parametrize("exists", [True, False])
def test_a_workspace_is_made_from_what_is_shipped(tmp_path, shipped, register, files, exists):
    folder = tmp_path / "new" / "w"
    if exists:
        folder.mkdir(parents=True)
    assert create_workspace(folder, register, shipped) == folder
    assert files_of(folder) == files and is_workspace(folder)
    own = "data/synthetic/reference/" if register == "medwold" else "data/reference/"
    assert (folder / "data/reference/workspace.yml").read_text() == f"{own}workspace.yml"
    assert [path.name for path in folder.parent.iterdir()] == ["w"]


def test_a_workspace_is_left_as_it_is(tmp_path, shipped):
    folder = create_workspace(tmp_path / "w", "national", shipped)
    (folder / "data/reference/units.csv").write_text("mine")
    create_workspace(folder, "medwold", shipped)
    assert (folder / "data/reference/units.csv").read_text() == "mine"


def test_an_occupied_folder_is_refused(tmp_path, shipped):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("x")
    with pytest.raises(WorkspaceError, match=r"mine is not empty .*letter\.txt"):
        create_workspace(tmp_path / "mine", "national", shipped)
    assert files_of(tmp_path / "mine") == {"letter.txt"}
    with pytest.raises(WorkspaceError, match="is a file"):
        create_workspace(tmp_path / "mine" / "letter.txt", "national", shipped)


@pytest.mark.parametrize("exists", [True, False])
def test_an_incomplete_installation_changes_nothing(tmp_path, shipped, exists):
    folder = tmp_path / "w"
    if exists:
        folder.mkdir()
    (shipped / "data/reference/workspace.yml").unlink()
    with pytest.raises(WorkspaceError, match=r"lacks data/reference/workspace\.yml"):
        create_workspace(folder, "national", shipped)
    assert folder.exists() is exists
    assert not exists or list(folder.iterdir()) == []
    with pytest.raises(WorkspaceError, match="reference, expectations, notebooks are missing"):
        create_workspace(folder, "national", tmp_path / "absent")
    with pytest.raises(ParameterError, match="national or medwold"):
        create_workspace(folder, "kent", shipped)


def test_the_nearest_workspace_upward_is_found(tmp_path, shipped):
    folder = create_workspace(tmp_path / "w", "national", shipped)
    assert find_workspace(folder / "data" / "raw") == folder == find_workspace(folder)
    with pytest.raises(WorkspaceError, match="pmf new"):
        find_workspace(tmp_path)
