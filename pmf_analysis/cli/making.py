"""The verbs that make a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pmf_analysis.cli.options import AsJson, Jobs
from pmf_analysis.cli.printing import Progress, report, show


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo goes.")] = Path("demo"),
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of the synthetic county; the documented one if none."),
    ] = None,
    jobs: Jobs = 2,
    as_json: AsJson = False,
) -> None:
    """Make a synthetic county in a workspace of its own and run the main job on it."""
    from pmf_analysis import main_job

    with Progress(as_json) as shown:
        job = main_job.demo(folder, seed, jobs, shown.say, shown.step)
    report(job, folder, as_json)


def new(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    register: Annotated[
        str,
        typer.Option(help="national (the Department's indicators) or medwold (invented)."),
    ] = "national",
    as_json: AsJson = False,
) -> None:
    """Make a workspace: register, suites and notebooks, ready to receive."""
    from pmf_analysis.store import create_workspace

    create_workspace(folder, register)
    show(
        {"workspace": str(folder), "register": register},
        [f"Made {folder} with the {register} register.",
         f"Next: pmf --workspace {folder} receive FILE"],
        as_json,
    )  # fmt: skip
