"""The command line: arguments to calls. It alone prints; everything heavy loads late."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pmf_analysis import __version__
from pmf_analysis.errors import PmfError
from pmf_analysis.terms import CheckStatus

if TYPE_CHECKING:
    from pmf_analysis.main_job import MainJob
    from pmf_analysis.prepared import Prepared
    from pmf_analysis.receiving import Received
    from pmf_analysis.register import Register
    from pmf_analysis.runs import Task
    from pmf_analysis.runs.executing import Outcome
    from pmf_analysis.store import Store

app = typer.Typer(
    name="pmf",
    help="Indicator data into findings, for children's services performance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
register_app = typer.Typer(help="List, show and validate indicators.", no_args_is_help=True)
app.add_typer(register_app, name="register")


@dataclass(frozen=True)
class Session:
    """What stands before the verb."""

    workspace: Path | None


AsJson = Annotated[bool, typer.Option("--json", help="Print the result for programs.")]
AsAt = Annotated[
    str,
    typer.Option(
        help="Use what was published by this date, YYYY-MM-DD; the latest delivery's date "
        "when not given."
    ),
]
Period = Annotated[str, typer.Option(help="Last period to include, such as 2026-10 or 2024/25.")]
Areas = Annotated[
    list[str] | None,
    typer.Option("--area", help="A unit's name or code; may be repeated."),
]
Indicators = Annotated[
    list[str] | None,
    typer.Option("--indicator", help="An indicator's code; may be repeated."),
]
Jobs = Annotated[int, typer.Option(min=1, max=64, help="Notebooks at a time.")]


@app.callback()
def root(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option(
            help="Folder with data/, expectations/ and notebooks/; the nearest such folder "
            "upward when not given."
        ),
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Indicator data into findings, for children's services performance."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    context.obj = Session(workspace)


@app.command()
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

    with _progress(as_json) as shown:
        job = main_job.demo(folder, seed, jobs, shown.say, shown.step)
    _report(job, folder, as_json)


@app.command()
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
    _print(
        {"workspace": str(folder), "register": register},
        [f"Made {folder} with the {register} register.",
         f"Next: pmf --workspace {folder} receive FILE"],
        as_json,
    )  # fmt: skip


@app.command()
def receive(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.")],
    layout: Annotated[str, typer.Option(help="Layout to read with; found when not given.")] = "",
    published: Annotated[
        str,
        typer.Option(help="Publication date, YYYY-MM-DD; from the file when not given."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Take deliveries in and print what could not be read, row by row."""
    from pmf_analysis import receiving
    from pmf_analysis.periods import parse_date

    store = _store(context)
    with _progress(as_json) as shown:
        results = receiving.receive(
            store, paths, layout, parse_date(published),
            lambda result: shown.say(f"{result.file_name}: {'not ' * bool(result.error)}received"),
        )  # fmt: skip
    lines = [line for result in results if result.receipt for line in _receipt_lines(result)]
    _print([_received_json(result) for result in results], lines, as_json)
    for result in results:
        if result.error:
            typer.echo(f"{result.file_name} was not received. {result.error}", err=True)
    if any(result.error for result in results):
        raise typer.Exit(2)


@app.command()
def check(
    context: typer.Context,
    as_at: AsAt = "",
    period: Period = "",
    as_json: AsJson = False,
) -> None:
    """Run the quality suites. Exit status 0 passed, 1 failed, 3 not assessed."""
    from pmf_analysis import prepared, quality
    from pmf_analysis.periods import parse_date

    store = _store(context)
    with _progress(as_json) as shown:
        shown.say("Running the quality suites")
        _, result = prepared.check(store, parse_date(as_at), period)
    status = quality.overall_status(result.results)
    summary = quality.summary(result.results)
    lines = [_check_line(row) for row in summary]
    _print(
        {"status": status.value, "rules": summary},
        [*lines, f"Data quality: {status.label}."],
        as_json,
    )
    raise typer.Exit({"pass": 0, "fail": 1}.get(status.value, 3))


@app.command()
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
    jobs: Jobs = 2,
    as_json: AsJson = False,
) -> None:
    """Execute the notebooks for every selected service area, and export the pages."""
    from pmf_analysis import main_job, runs

    with _progress(as_json) as shown:
        prepared = _prepare(context, as_at, period, shown)
        plan = runs.plan_run(
            prepared, area or [], notebook or [], indicator or [], neighbours,
            _assignments(parameter or []),
        )  # fmt: skip
        shown.say(f"Running {len(plan.tasks)} notebooks for {len(plan.areas)} service areas")
        job = main_job.run_and_export(plan, jobs, shown.step)
    _report(job, prepared.store.folder, as_json)


@app.command("deep-dive")
def deep_dive(
    context: typer.Context,
    indicator: Annotated[str, typer.Option(help="An indicator's code.")],
    area: Annotated[str, typer.Option(help="A unit's name or code.")],
    notebook: Annotated[str, typer.Option(help="A notebook of scope on_demand.")] = "deep_dive",
    period: Period = "",
    as_at: AsAt = "",
    lab_: Annotated[
        bool, typer.Option("--lab", help="Open the executed notebook in JupyterLab.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Execute one notebook for one indicator and one service area."""
    from pmf_analysis import lab, main_job, runs

    with _progress(as_json) as shown:
        prepared = _prepare(context, as_at, period, shown)
        plan = runs.plan_deep_dive(prepared, indicator, area, notebook)
        job = main_job.run_and_export(plan, 1, shown.step)
    _report(job, prepared.store.folder, as_json, leave=not lab_)
    if lab_:
        executed = job.run.folder / plan.tasks[0].output
        lab.start(
            prepared.store.folder,
            executed.relative_to(prepared.store.folder).as_posix(),
        )


@app.command()
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

    store = _store(context)
    folder = out or store.folder / "published"
    written = publishing.publish(store, run_id, folder, override_by, because)
    _print(
        {"pages": [str(path) for path in written]},
        [f"Published {len(written)} pages.", f"Start with {written[0]}"],
        as_json,
    )


@app.command()
def lab(
    context: typer.Context,
    browser: Annotated[bool, typer.Option(help="Open the default browser.")] = True,
    port: Annotated[int, typer.Option(help="0 for JupyterLab's own choice.")] = 0,
) -> None:
    """JupyterLab on the workspace, with nothing that looks outside."""
    from pmf_analysis import lab as jupyter

    jupyter.start(_store(context).folder, browser=browser, port=port)


@register_app.command("list")
def register_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the indicators of the workspace."""
    held = _register(context)
    rows = [
        {"code": i.code, "name": i.name, "unit": i.unit, "polarity": i.polarity.value,
         "frequency": i.frequency.value, "owner": i.owner}
        for i in held.indicators.values()
    ]  # fmt: skip
    lines = [
        f"{row['code']:<14} {row['name']} ({row['frequency']}, {row['owner']})" for row in rows
    ]
    _print(rows, lines, as_json)


@register_app.command("show")
def register_show(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="An indicator's code.")],
    as_json: AsJson = False,
) -> None:
    """Show one indicator in full."""
    found = _register(context).indicator(code).model_dump(mode="json", by_alias=True)
    lines = [
        f"{name.replace('_', ' ')}: {_inline(value)}"
        for name, value in found.items()
        if value not in (None, "", [], False, 0)
    ]
    _print(found, lines, as_json)


@register_app.command("validate")
def register_validate(context: typer.Context, as_json: AsJson = False) -> None:
    """Hold every file of the register against its model."""
    held = _register(context)
    counts = {
        "indicators": len(held.indicators), "units": len(held.units), "breaks": len(held.breaks),
        "rule_sets": len(held.rule_sets), "neighbour_models": len(held.neighbour_models),
    }  # fmt: skip
    words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    _print(counts, [f"The register holds together: {words}."], as_json)


def main() -> None:
    """Run the command line; an error of ours is one message and its exit status."""
    try:
        app(standalone_mode=True)
    except PmfError as error:
        _fail(error)


def _fail(error: PmfError) -> NoReturn:
    typer.echo(f"{error}", err=True)
    sys.exit(error.exit_status)


def _store(context: typer.Context) -> Store:
    from pmf_analysis.store import open_store

    return open_store(context.obj.workspace)


def _register(context: typer.Context) -> Register:
    from pmf_analysis import register

    return register.load(_store(context).reference)


def _prepare(context: typer.Context, as_at: str, period: str, shown: _Progress) -> Prepared:
    from pmf_analysis import prepared
    from pmf_analysis.periods import parse_date

    shown.say("Checking, measuring, judging: all series at once")
    return prepared.prepare(_store(context), parse_date(as_at), period)


def _assignments(given: list[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--parameter")
        pairs[name.strip()] = value.strip()
    return pairs


def _received_json(result: Received) -> dict[str, object]:
    return {
        "file": result.file_name, "stored": result.stored, "error": result.error,
        "receipt": result.receipt,
    }  # fmt: skip


def _receipt_lines(result: Received) -> list[str]:
    receipt = result.receipt
    state = "received" if result.stored else "already received, nothing changed"
    lines = [
        f"{result.file_name}: {state}. Layout {receipt['layout']}, "
        f"{receipt['rows_in_file']:,} rows: {receipt['rows_read']:,} read, "
        f"{receipt['rows_refused']:,} refused; {receipt['cells_unread']:,} cells unread; "
        f"published {receipt['published']} ({receipt['published_basis']}); "
        f"sha256 {receipt['sha256'][:16]}"
    ]
    lines += [f"  line {r['line']}: refused: {r['reason']}" for r in receipt["refusals"]]
    lines += [f"  line {u['line']}, {u['column']}: {u['reason']}" for u in receipt["unread"]]
    lines += [f"  {_duplicate_line(found)}" for found in receipt["duplicates"]]
    lines += [f"  {remark}" for remark in receipt["remarks"]]
    for name, words in (
        ("labels_unknown", "read, but no indicator or layout knows the label"),
        ("columns_not_read", "not read, since no layout knows the column"),
    ):
        lines += [f"  {words}: {label}" for label in receipt[name]]
    return lines


def _check_line(row: dict[str, object]) -> str:
    counts = f"{row['failed']:,} of {row['evaluated']:,} failed"
    reason = f": {row['reason']}" if row["status"] == "fail" else ""
    return f"{row['rule_id']} {CheckStatus(row['status']).label} ({counts}){reason}"


def _duplicate_line(found: dict[str, object]) -> str:
    lines = ", ".join(str(number) for number in found["lines"])
    what = " ".join(str(found[name]) for name in ("breakdown", "service_area", "period"))
    differ = "with different values" if found["values_differ"] else "with the same values"
    return f"lines {lines}: delivered more than once, {differ}: {what.strip()}"


def _inline(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _print(result: object, lines: list[str], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(result, ensure_ascii=False, indent=1, sort_keys=True))
    else:
        for line in lines:
            typer.echo(line)


def _report(job: MainJob, folder: Path, as_json: bool, leave: bool = True) -> None:
    done = len(job.run.manifest["tasks"])
    for line in job.run.failures:
        typer.echo(line, err=True)
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
    _print(result, lines, as_json)
    if job.run.failures and leave:
        raise typer.Exit(1)


class _Progress:
    """A progress display on standard error; silent where nobody looks."""

    def __init__(self, silent: bool) -> None:
        self._silent = silent

    def __enter__(self) -> _Progress:
        if not self._silent:
            from rich.console import Console

            self._console = Console(stderr=True, highlight=False, markup=False)
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def say(self, text: str) -> None:
        """Print what happens next."""
        if not self._silent:
            self._console.print(text, soft_wrap=True)

    def step(self, task: Task, outcome: Outcome, done: int, of: int) -> None:
        """Print that a notebook is done."""
        word = "done" if outcome.succeeded else "FAILED"
        self.say(f"{done:>4} of {of}  {task.unit_name}: {task.notebook.name} {word}")


def _progress(silent: bool) -> _Progress:
    return _Progress(silent)


if __name__ == "__main__":
    main()
