"""What the verbs print: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pmf_analysis.errors import harmless

if TYPE_CHECKING:
    from pmf_analysis.main_job import MainJob
    from pmf_analysis.runs import Task
    from pmf_analysis.runs.executing import Outcome


def inline(value: object) -> str:
    """A value on one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def show(result: object, lines: list[str], as_json: bool) -> None:
    """Print the lines for a person, or the result for a program."""
    if as_json:
        written = json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True)
        lines = written.split("\n")
    for line in lines:
        typer.echo(harmless(line))


def complain(line: str) -> None:
    """Print a line about something wrong on standard error."""
    typer.echo(harmless(line), err=True)


def report(job: MainJob, folder: Path, as_json: bool, leave: bool = True) -> None:
    """Print what came of a run; exit status 1 where a notebook failed."""
    done = len(job.run.manifest["tasks"])
    for line in job.run.failures:
        complain(line)
    result = {
        "run": job.run.run_id, "notebooks": done, "reused": job.run.reused,
        "failures": list(job.run.failures), "pages": [str(page) for page in job.pages],
    }  # fmt: skip
    lines = [
        f"Run {job.run.run_id}: {done - len(job.run.failures)} of {done} notebooks succeeded"
        + (f", {job.run.reused} unchanged since they were last run." if job.run.reused else "."),
        f"Findings, notebooks and manifest: {job.run.folder}",
    ]
    if job.pages:
        lines.append(f"Start here: {job.pages[0]}")
    show(result, lines, as_json)
    if job.run.failures and leave:
        raise typer.Exit(1)


class Progress:
    """A progress display on standard error; silent where nobody looks."""

    def __init__(self, silent: bool) -> None:
        self._silent = silent

    def __enter__(self) -> Progress:
        if not self._silent:
            from rich.console import Console

            self._console = Console(stderr=True, highlight=False, markup=False)
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def say(self, text: str) -> None:
        """Print what happens next."""
        if not self._silent:
            self._console.print(harmless(text), soft_wrap=True)

    def step(self, task: Task, outcome: Outcome, done: int, of: int) -> None:
        """Print that a notebook is done."""
        word = "done" if outcome.succeeded else "FAILED"
        self.say(f"{done:>4} of {of}  {task.unit_name}: {task.notebook.name} {word}")
