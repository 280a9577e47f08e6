"""The command line: arguments to calls. It alone prints; everything heavy loads late."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pmf_analysis import __version__
from pmf_analysis.cli import (
    breaks,
    comparing,
    forecasting,
    making,
    receiving,
    registers,
    running,
    stores,
)
from pmf_analysis.cli.options import Session
from pmf_analysis.errors import PmfError

_STOPPED = 130
"""Exit status where the user stopped the program with Ctrl-C."""

app = typer.Typer(
    name="pmf",
    help="Indicator data into findings, for children's services performance.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
    wait: Annotated[
        float,
        typer.Option(min=0, help="Seconds to wait while another process writes to the workspace."),
    ] = 0.0,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Indicator data into findings, for children's services performance."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    context.obj = Session(workspace, wait)


app.command()(making.demo)
app.command()(making.new)
app.command()(making.medwold)
app.command()(receiving.receive)
app.command()(running.check)
app.command()(running.run)
app.command("deep-dive")(running.deep_dive)
app.command()(running.publish)
app.command()(comparing.compare)
app.command()(comparing.close)
app.command()(forecasting.forecast)
app.command()(running.lab)
app.add_typer(registers.app, name="register")
app.add_typer(breaks.app, name="breaks")
app.add_typer(stores.app, name="store")


def main() -> None:
    """Run the command line; an error of ours is one message and its exit status."""
    try:
        app(standalone_mode=True)
    except PmfError as error:
        _fail(error)
    except SystemExit as ended:
        if ended.code == _STOPPED:
            typer.echo(
                "Stopped. What was done before stays, and nothing is half-written: the same "
                "command again goes on.",
                err=True,
            )
        raise


def _fail(error: PmfError) -> NoReturn:
    typer.echo(f"{error}", err=True)
    sys.exit(error.exit_status)
