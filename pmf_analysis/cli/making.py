"""The verbs that make a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pmf_analysis.cli.options import AsJson, Jobs
from pmf_analysis.cli.printing import Progress, report, show

Scale = Annotated[
    float, typer.Option(help="1 for 355,000 children, 0.05 for a small county, 10 for ten.")
]


def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo goes.")] = Path("demo"),
    seed: Annotated[
        int | None,
        typer.Option(help="Seed of the synthetic county; the documented one if none."),
    ] = None,
    scale: Scale = 1.0,
    jobs: Jobs = 2,
    as_json: AsJson = False,
) -> None:
    """Make a synthetic county in a workspace of its own and run the main job on it."""
    from pmf_analysis import main_job

    with Progress(as_json) as shown:
        job = main_job.demo(folder, seed, jobs, shown.say, shown.step, scale)
    report(job, folder, as_json)


def medwold(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    seed: Annotated[
        int | None, typer.Option(help="Seed of the county; the documented one if none.")
    ] = None,
    scale: Scale = 1.0,
    months: Annotated[int, typer.Option(help="Months that can be counted.")] = 60,
    monthly: Annotated[
        int, typer.Option(help="So many of the last months have an extract of their own.")
    ] = 12,
    only: Annotated[
        list[str] | None,
        typer.Option("--story", help="Plant this story; may be repeated. All when not given."),
    ] = None,
    calm: Annotated[bool, typer.Option("--calm", help="Plant nothing.")] = False,
    returns: Annotated[
        bool, typer.Option("--returns", help="Write the yearly returns and the workbook too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the deliveries of the synthetic county, and the truth about them."""
    from pmf_analysis import synthetic
    from pmf_analysis.errors import ParameterError

    if calm and only:
        raise ParameterError(
            "--calm plants nothing, and --story names a story", "one of the two",
            "Leave one out: --story alone plants no other story",
        )  # fmt: skip
    stories = False if calm else (only or True)
    paths = synthetic.write_county(
        folder, synthetic.DEMO_SEED if seed is None else seed, months=months, scale=scale,
        stories=stories, monthly=monthly, returns=returns,
    )  # fmt: skip
    show(
        {"files": [str(path) for path in paths], "truth": str(folder / synthetic.TRUTH)},
        [f"Wrote {len(paths)} deliveries to {folder}, and what is true of them: {synthetic.TRUTH}.",
         "Next: pmf new WORKSPACE --register medwold, then pmf --workspace WORKSPACE receive "
         f"{folder}"],
        as_json,
    )  # fmt: skip


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
