"""The plan of a run: which notebook for which unit, checked before any kernel starts."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from pmf_analysis import formats
from pmf_analysis.errors import ParameterError, RunError, nearest
from pmf_analysis.periods import parse
from pmf_analysis.prepared import Prepared, code_digest, pick_indicators, suites_digest
from pmf_analysis.register.models import Unit
from pmf_analysis.runs.notebook_files import (
    NotebookFile,
    check_parameters,
    list_notebooks,
    read_value,
)
from pmf_analysis.store import canonical_json
from pmf_analysis.terms import Structure

LIBRARIES = (
    "great-expectations", "ipykernel", "matplotlib", "nbclient", "nbconvert", "numpy",
    "pandas", "papermill", "pyarrow", "scipy", "seaborn", "statsmodels",
)  # fmt: skip


PLANNED = {
    "service_area": "--area", "period": "--period", "as_at": "--as-at", "indicators": "--indicator",
    "structure": "--structure",
}  # fmt: skip
"""Parameters that the plan itself sets, each with the option that chooses it."""


@dataclass(frozen=True)
class Task:
    """One notebook for one unit.

    Attributes
    ----------
    unit : str
        Unit code; the county's for a notebook of scope county.
    unit_name : str
    place : str
        Folder of the unit in the run, also the name of its page.
    notebook : NotebookFile
    parameters : dict
    """

    unit: str
    unit_name: str
    place: str
    notebook: NotebookFile
    parameters: dict[str, object]

    @property
    def output(self) -> str:
        """Path of the executed notebook inside the run's folder."""
        return f"notebooks/{self.place}/{self.notebook.name}.ipynb"


@dataclass(frozen=True)
class Plan:
    """Everything that a run will do, and its id, a hash of what goes in.

    Attributes
    ----------
    run_id : str
    prepared : Prepared
    tasks : tuple of Task
    areas : tuple of str
        Unit codes with a document each.
    indicators : tuple of str
        Codes that were asked for; empty for all.
    inputs : dict
        What went in, for the manifest.
    """

    run_id: str
    prepared: Prepared
    tasks: tuple[Task, ...]
    areas: tuple[str, ...]
    indicators: tuple[str, ...]
    inputs: dict[str, object]


def plan_run(
    prepared: Prepared,
    areas: Sequence[str] = (),
    notebooks: Sequence[str] = (),
    indicators: Sequence[str] = (),
    neighbours: bool = False,
    parameters: Mapping[str, str] | None = None,
) -> Plan:
    """Plan the notebooks of scope area for some units.

    Parameters
    ----------
    prepared : Prepared
    areas : sequence of str
        Names or codes; every unit of the workspace's reporting kinds that has figures
        when empty.
    notebooks : sequence of str
        Names; every notebook of scope area when empty.
    indicators : sequence of str
        Codes; all when empty.
    neighbours : bool
        Whether to add the statistical neighbours of the named areas.
    parameters : mapping of str
        Further parameters as typed, checked against every notebook.

    Returns
    -------
    Plan

    Raises
    ------
    ParameterError
        Naming the nearest valid area, notebook, indicator or parameter.
    """
    units = _units(prepared, areas, neighbours)
    chosen = _notebooks(prepared, notebooks)
    return _plan(prepared, units, chosen, indicators, parameters or {})


def plan_deep_dive(
    prepared: Prepared, indicator: str, area: str, notebook: str = "deep_dive"
) -> Plan:
    """Plan one notebook of scope on demand for one indicator and unit.

    Raises
    ------
    ParameterError
        As `plan_run`.
    """
    found = _named(list_notebooks(prepared.store.notebooks), notebook)
    return _plan(prepared, [prepared.register.unit(area)], [found], [indicator], {})


def _plan(
    prepared: Prepared,
    units: Sequence[Unit],
    notebooks: Sequence[NotebookFile],
    indicators: Sequence[str],
    typed: Mapping[str, str],
) -> Plan:
    _refuse_planned(typed)
    codes = list(pick_indicators(prepared.register, indicators)) if indicators else []
    if prepared.period:
        parse(prepared.period)
    places = _places(units)
    tasks = []
    for unit in units:
        for notebook in notebooks:
            given: dict[str, object] = {
                "service_area": unit.code,
                "period": prepared.period,
                "as_at": prepared.context.as_at.isoformat(),
                "indicators": codes,
                **_structure(prepared),
            }
            given |= {name: read_value(notebook, name, text) for name, text in typed.items()}
            check_parameters(notebook, given)
            tasks.append(Task(unit.code, unit.name, places[unit.code], notebook, given))
    inputs = _inputs(prepared, tasks) | {"indicators": codes} | _structure(prepared)
    run_id = hashlib.sha256(canonical_json(inputs)).hexdigest()[:12]
    areas = tuple(unit.code for unit in units)
    return Plan(run_id, prepared, tuple(tasks), areas, tuple(codes), inputs)


def _structure(prepared: Prepared) -> dict[str, str]:
    """By which units the past is read, where it is not by those of then."""
    structure = prepared.context.structure
    return {} if structure is Structure.AS_THEN else {"structure": structure.value}


def _refuse_planned(typed: Mapping[str, str]) -> None:
    """A parameter typed beside the plan would put one unit's figures on another's page."""
    for name in typed:
        if name in PLANNED:
            raise ParameterError(
                f"The parameter {name!r} is set by the plan of the run",
                f"the option {PLANNED[name]}",
                f"Use {PLANNED[name]} instead of --parameter {name}=",
            )


def _units(prepared: Prepared, areas: Sequence[str], neighbours: bool) -> list[Unit]:
    held = prepared.register
    named = [held.unit(area) for area in areas]
    if neighbours:
        if not named:
            raise ParameterError(
                "Neighbours were asked for without an area",
                "one area or more",
                "Add --area NAME",
            )
        named += [held.units[code] for unit in named for code in held.neighbours(unit.code)]
    reported = set(prepared.table("fact")["service_area"])
    if not named:
        kinds = held.workspace.report_kinds
        named = [u for u in held.units.values() if u.kind in kinds and u.code in reported]
    if not named:
        raise RunError(
            "No unit of the reporting kinds has a figure",
            f"figures of {', '.join(kind.label for kind in held.workspace.report_kinds)}",
        )
    silent = [unit.name for unit in named if unit.code not in reported]
    if silent:
        raise ParameterError(
            f"No figure was delivered for {formats.listed(silent)}",
            "a unit that the deliveries name",
            "Receive its figures first, or leave it out",
        )
    return list({unit.code: unit for unit in named}.values())


def _notebooks(prepared: Prepared, names: Sequence[str]) -> list[NotebookFile]:
    listed = [n for n in list_notebooks(prepared.store.notebooks) if n.scope == "area"]
    if not names:
        return listed
    return [_named(listed, name) for name in names]


def _named(listed: Sequence[NotebookFile], name: str) -> NotebookFile:
    wanted = name.removesuffix(".ipynb")
    for notebook in listed:
        if notebook.name == wanted:
            return notebook
    names = [notebook.name for notebook in listed]
    raise ParameterError(
        f"There is no notebook {name!r} to run here",
        "the name of a notebook",
        nearest(name, names),
    )


def _places(units: Sequence[Unit]) -> dict[str, str]:
    """A folder name for each unit, from its name; with its code where two would clash."""
    slugs = [formats.slug(unit.name) for unit in units]
    return {
        unit.code: slug if slugs.count(slug) == 1 else f"{slug}-{formats.slug(unit.code)}"
        for unit, slug in zip(units, slugs, strict=True)
    }


def _inputs(prepared: Prepared, tasks: Sequence[Task]) -> dict[str, object]:
    held = prepared.register
    deliveries = prepared.table("delivery")
    return {
        "as_at": prepared.context.as_at.isoformat(),
        "code": code_digest(),
        "suites": suites_digest(prepared.store),
        "deliveries": deliveries[["delivery", "file_name", "sha256", "table", "published"]].to_dict(
            "records"
        ),
        "libraries": {name: version(name) for name in LIBRARIES},
        "neighbour_model": held.workspace.neighbour_model,
        "notebooks": {task.notebook.name: task.notebook.sha256 for task in tasks},
        "period": prepared.period,
        "prepared": prepared.key,
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "register": held.digest(),
        "rule_sets": sorted(rules.label for rules in held.rule_sets.values()),
        "tasks": [
            {"unit": t.unit, "notebook": t.notebook.name, "parameters": t.parameters} for t in tasks
        ],
    }
