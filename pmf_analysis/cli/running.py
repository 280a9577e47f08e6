"""The verbs that check, execute, publish and open notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pmf_analysis.cli.options import (
    Areas,
    AsAt,
    AsJson,
    Indicators,
    Jobs,
    Period,
    Units,
    UnitsOf,
    assignments,
    the_prepared,
    the_store,
)
from pmf_analysis.cli.printing import Progress, report, show
from pmf_analysis.terms import CheckStatus


def check(
    context: typer.Context,
    as_at: AsAt = "",
    period: Period = "",
    structure: Units = UnitsOf.AS_THEN,
    as_json: AsJson = False,
) -> None:
    """Run the quality suites. Exit status 0 passed, 1 failed, 3 not assessed."""
    from pmf_analysis import prepared, quality
    from pmf_analysis.periods import parse_date

    store = the_store(context)
    with Progress(as_json) as shown:
        shown.say("Running the quality suites")
        _, result = prepared.check(store, parse_date(as_at), period, structure=structure.structure)
    status = quality.overall_status(result.results)
    summary = quality.summary(result.results)
    lines = [_check_line(row) for row in summary]
    show(
        {"status": status.value, "rules": summary},
        [*lines, f"Data quality: {status.label}."],
        as_json,
    )
    raise typer.Exit({"pass": 0, "fail": 1}.get(status.value, 3))


def run(
    context: typer.Context,
    area: Areas = None,
    neighbours: Annotated[
        bool,
        typer.Option("--neighbours", help="Add the statistical neighbours of the areas."),
    ] = False,
    notebook: Annotated[
        list[str] | None,
        typer.Option("--notebook", help="A notebook's name; may be repeated."),
    ] = None,
    indicator: Indicators = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help="NAME=VALUE for every notebook; may be repeated."),
    ] = None,
    period: Period = "",
    as_at: AsAt = "",
    structure: Units = UnitsOf.AS_THEN,
    jobs: Jobs = 2,
    as_json: AsJson = False,
) -> None:
    """Execute the notebooks for every selected service area, and export the pages."""
    from pmf_analysis import main_job, runs

    store = the_store(context)
    with Progress(as_json) as shown, store.writing("run"):
        prepared = the_prepared(store, as_at, period, structure, shown)
        plan = runs.plan_run(
            prepared, area or [], notebook or [], indicator or [], neighbours,
            assignments(parameter or []),
        )  # fmt: skip
        shown.say(f"Running {len(plan.tasks)} notebooks for {len(plan.areas)} service areas")
        job = main_job.run_and_export(plan, jobs, shown.step)
    report(job, store.folder, as_json)


def deep_dive(
    context: typer.Context,
    indicator: Annotated[str, typer.Option(help="An indicator's code.")],
    area: Annotated[str, typer.Option(help="A unit's name or code.")],
    notebook: Annotated[str, typer.Option(help="A notebook of scope on_demand.")] = "deep_dive",
    period: Period = "",
    as_at: AsAt = "",
    structure: Units = UnitsOf.AS_THEN,
    lab_: Annotated[
        bool, typer.Option("--lab", help="Open the executed notebook in JupyterLab.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Execute one notebook for one indicator and one service area."""
    from pmf_analysis import lab, main_job, runs

    store = the_store(context)
    with Progress(as_json) as shown, store.writing("deep-dive"):
        prepared = the_prepared(store, as_at, period, structure, shown)
        plan = runs.plan_deep_dive(prepared, indicator, area, notebook)
        job = main_job.run_and_export(plan, 1, shown.step)
    report(job, store.folder, as_json, leave=not lab_)
    if lab_:
        executed = job.run.folder / plan.tasks[0].output
        lab.start(
            store.folder,
            executed.relative_to(store.folder).as_posix(),
        )


def publish(
    context: typer.Context,
    run_id: Annotated[str, typer.Option("--run", help="The run; the latest when not given.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to publish into; published/ in the workspace."),
    ] = None,
    override_by: Annotated[
        str, typer.Option(help="The role that publishes in spite of a red verdict.")
    ] = "",
    because: Annotated[str, typer.Option(help="Why; printed on every page.")] = "",
    as_json: AsJson = False,
) -> None:
    """Export the findings of a run for readers. A red data-quality verdict stops it."""
    from pmf_analysis.export import publishing

    store = the_store(context)
    folder = out or store.folder / "published"
    written = publishing.publish(store, run_id, folder, override_by, because)
    show(
        {"pages": [str(path) for path in written]},
        [f"Published {len(written)} pages.", f"Start with {written[0]}"],
        as_json,
    )


def lab(
    context: typer.Context,
    browser: Annotated[bool, typer.Option(help="Open the default browser.")] = True,
    port: Annotated[int, typer.Option(help="0 for JupyterLab's own choice.")] = 0,
) -> None:
    """JupyterLab on the workspace, with nothing that looks outside."""
    from pmf_analysis import lab as jupyter

    jupyter.start(the_store(context).folder, browser=browser, port=port)


def _check_line(row: dict[str, object]) -> str:
    counts = f"{row['failed']:,} of {row['evaluated']:,} failed"
    reason = f": {row['reason']}" if row["status"] == "fail" else ""
    return f"{row['rule_id']} {CheckStatus(row['status']).label} ({counts}){reason}"
