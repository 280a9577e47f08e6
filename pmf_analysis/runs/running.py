"""Execute a plan in parallel, keep what came of it, and write the manifest."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pmf_analysis import __version__
from pmf_analysis.prepared import of_indicators
from pmf_analysis.runs.executing import Order, Outcome, execute_order, prepare_worker
from pmf_analysis.runs.orphans import socket_folder
from pmf_analysis.runs.planning import Plan, Task
from pmf_analysis.runs.warm_kernels import source_of_kernels
from pmf_analysis.store import atomic_write, canonical_json, sha256_of, writes

Progress = Callable[[Task, Outcome, int, int], None]
"""Told each task and its outcome, how many are done, and how many there are."""


@dataclass(frozen=True)
class RunResult:
    """A finished run.

    Attributes
    ----------
    run_id : str
    folder : Path
    failures : tuple of str
        One clear line for each notebook that failed.
    reused : int
        Notebooks that an earlier, interrupted or identical run had finished.
    manifest : dict
    """

    run_id: str
    folder: Path
    failures: tuple[str, ...]
    reused: int
    manifest: dict[str, object]


@writes("run")
def execute(
    plan: Plan, jobs: int = 2, progress: Progress | None = None, timeout: int = 600
) -> RunResult:
    """Execute every task of a plan that no earlier run of the same id has finished.

    Parameters
    ----------
    plan : Plan
    jobs : int
        Notebooks at a time.
    progress : callable, optional
        Called with each task as it is done.
    timeout : int
        Seconds that one cell may take.

    Returns
    -------
    RunResult
        The manifest is written last: a folder without one is an unfinished run.
    """
    folder = plan.prepared.store.runs / plan.run_id
    before = _finished_before(folder)
    reused = [task for task in plan.tasks if _is_kept(folder, task, before)]
    waiting = [task for task in plan.tasks if task not in reused]
    outcomes = {task.output: Outcome(task.output, 0, "") for task in reused}
    for number, task in enumerate(reused, start=1):
        if progress:
            progress(task, outcomes[task.output], number, len(plan.tasks))
    if waiting:
        (folder / "manifest.json").unlink(missing_ok=True)
        outcomes |= _execute_all(plan, waiting, folder, jobs, progress, timeout)
    _write_findings(plan, folder)
    manifest = _manifest(plan, folder, outcomes)
    failures = tuple(_failure(task, outcomes[task.output]) for task in plan.tasks
                     if not outcomes[task.output].succeeded)  # fmt: skip
    return RunResult(plan.run_id, folder, failures, len(reused), manifest)


def _execute_all(
    plan: Plan,
    tasks: list[Task],
    folder: Path,
    jobs: int,
    progress: Progress | None,
    timeout: int,
) -> dict[str, Outcome]:
    workspace = plan.prepared.store.folder
    outcomes = {}
    with workers(workspace, plan.prepared.key, min(jobs, len(tasks))) as pool:
        waiting = {pool.submit(execute_order, _order(plan, t, folder, timeout)): t for t in tasks}
        for done in as_completed(waiting):
            task = waiting[done]
            outcome = done.result()
            _keep(folder, task, outcome)
            outcomes[task.output] = Outcome(task.output, outcome.failed_cell, outcome.error)
            if progress:
                before = len(plan.tasks) - len(tasks)
                progress(task, outcome, before + len(outcomes), len(plan.tasks))
    shutil.rmtree(folder / ".part", ignore_errors=True)
    return outcomes


@contextmanager
def workers(workspace: Path, prepared_key: str, number: int) -> Iterator[ProcessPoolExecutor]:
    """Start worker processes that end at once when the run is stopped, tasks done or not.

    Parameters
    ----------
    workspace : Path
    prepared_key : str
        Of the prepared tables that the notebooks read.
    number : int

    Yields
    ------
    ProcessPoolExecutor
    """
    processes = multiprocessing.get_context("spawn")
    listening, held = processes.Pipe(duplex=False)
    with (
        listening,
        held,
        socket_folder(workspace) as sockets,
        source_of_kernels(sockets),
        ProcessPoolExecutor(
            max_workers=max(1, number),
            mp_context=processes,
            initializer=prepare_worker,
            initargs=(str(workspace), prepared_key, str(sockets), listening),
        ) as pool,
    ):
        try:
            yield pool
        except BaseException:
            held.close()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _order(plan: Plan, task: Task, folder: Path, timeout: int) -> Order:
    return Order(
        notebook=str(task.notebook.path),
        output=str(folder / ".part" / task.output),
        parameters=task.parameters,
        about={"run_id": plan.run_id, "scope": task.notebook.scope, "service_area": task.unit_name,
               "title": task.notebook.title},
        working_folder=str(plan.prepared.store.notebooks),
        timeout=timeout,
    )  # fmt: skip


def _keep(folder: Path, task: Task, outcome: Outcome) -> None:
    """Move a notebook to its place in one step, so that none is ever seen half-written."""
    place = folder / task.output
    place.parent.mkdir(parents=True, exist_ok=True)
    Path(outcome.output).replace(place)


def _finished_before(folder: Path) -> dict[str, str]:
    """Hashes of the notebooks that a finished run of this id has left."""
    path = folder / "manifest.json"
    if not path.exists():
        return {}
    manifest = json.loads(path.read_text(encoding="utf-8"))
    return {t["output"]: t["sha256"] for t in manifest["tasks"] if t["outcome"] == "succeeded"}


def _is_kept(folder: Path, task: Task, before: dict[str, str]) -> bool:
    path = folder / task.output
    if not path.exists():
        return False
    if before:
        return before.get(task.output) == sha256_of(path)
    # an interrupted run: notebooks reach their place only when whole
    about = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    return about.get("papermill", {}).get("exception") is None


def _write_findings(plan: Plan, folder: Path) -> None:
    finding = of_indicators(plan.prepared.table("finding", plan.areas), plan.indicators)
    plan.prepared.store.write_table(folder / "findings.parquet", finding)
    records = [
        {**row, "evidence": json.loads(row["evidence"])} for row in finding.to_dict("records")
    ]
    atomic_write(folder / "findings.json", canonical_json(records))


def _manifest(plan: Plan, folder: Path, outcomes: dict[str, Outcome]) -> dict[str, object]:
    tasks = [
        {
            "notebook": task.notebook.name,
            "scope": task.notebook.scope,
            "unit": task.unit,
            "name": task.unit_name,
            "place": task.place,
            "title": task.notebook.title,
            "parameters": task.parameters,
            "outcome": "succeeded" if outcomes[task.output].succeeded else "failed",
            "failed_cell": outcomes[task.output].failed_cell,
            "error": outcomes[task.output].error,
            "output": task.output,
            "sha256": sha256_of(folder / task.output),
        }
        for task in plan.tasks
    ]
    outputs = {name: sha256_of(folder / name) for name in ("findings.json", "findings.parquet")}
    manifest = {
        "run_id": plan.run_id,
        "workbench": __version__,
        "inputs": plan.inputs,
        "tasks": tasks,
        "outputs": outputs,
    }
    atomic_write(folder / "manifest.json", canonical_json(manifest))
    return manifest


def _failure(task: Task, outcome: Outcome) -> str:
    where = f"cell {outcome.failed_cell}" if outcome.failed_cell else "the kernel"
    return f"{task.unit_name}: {task.notebook.name}.ipynb failed in {where}: {outcome.error}"
