"""Database sources: a query that gives what a file would, one YAML file each.

The files lie in ``data/reference/sources`` of a workspace. They hold no address, user or
password: ``address_from`` names the environment variable that does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, field_validator

from pmf_analysis.errors import ParameterError, RegisterError, nearest
from pmf_analysis.register.faults import Faults, model_of_yaml
from pmf_analysis.register.models import Frozen
from pmf_analysis.register.yaml_files import read

# read from left to right, so that a mark inside a text or a comment is no mark
_HIDDEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", re.DOTALL)


class DatabaseSource(Frozen):
    """One query of one database."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    title: str
    source: str
    """Who keeps the database, and by what agreement it is read."""
    layout: str
    """Layout that describes the columns of the answer."""
    address_from: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    """Environment variable that holds the address, such as
    ``postgresql+psycopg://user:password@host/database`` or ``mssql+pymssql://...``."""
    query: str
    """One SELECT statement. Its rows are put into order, so it needs no ORDER BY."""

    @field_validator("query")
    @classmethod
    def _reads_only(cls, query: str) -> str:
        bare = _HIDDEN.sub(" ", query).strip().rstrip(";").strip()
        if not re.match(r"(select|with)\b", bare, re.IGNORECASE):
            raise ValueError(
                "the query must begin with SELECT or WITH: it reads and changes nothing"
            )
        if ";" in bare:
            raise ValueError("the query must be one statement; there is a ; inside")
        return query


def load_sources(folder: Path) -> dict[str, DatabaseSource]:
    """Read every database source of a folder.

    Parameters
    ----------
    folder : Path
        Such as ``data/reference/sources``; there may be none.

    Returns
    -------
    dict
        Name to source, sorted by name.

    Raises
    ------
    RegisterError
        If a file is no source, or is not named after it; file and line are named.
    """
    faults = Faults()
    sources = {}
    for path in sorted(Path(folder).glob("*.yml")):
        file = read(path, f"sources/{path.name}")
        source = model_of_yaml(DatabaseSource, file, faults)
        if source is None:
            continue
        if source.name != path.stem:
            faults.add(
                f"{file.name}, line {file.line(('name',))}, name: given {source.name!r}, "
                f"expected {path.stem!r}, the file's own name"
            )
        sources[source.name] = source
    faults.raise_if_any()
    return sources


def pick_source(sources: Mapping[str, DatabaseSource], name: str) -> DatabaseSource:
    """The source of a name.

    Raises
    ------
    RegisterError
        If the workspace has no source at all.
    ParameterError
        If there is none of that name; names the nearest.
    """
    if not sources:
        raise RegisterError(
            "The workspace describes no database source", "files in data/reference/sources",
            "docs/data-dictionary.md shows such a file",
        )  # fmt: skip
    if name not in sources:
        raise ParameterError(
            f"There is no database source {name!r}", "the name of a file in data/reference/sources",
            nearest(name, sources),
        )  # fmt: skip
    return sources[name]
