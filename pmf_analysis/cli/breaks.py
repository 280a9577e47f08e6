"""The verbs about breaks: list, accept a proposed restart of limits, declare a change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated

import typer

from pmf_analysis.cli.options import (
    AsAt,
    AsJson,
    Units,
    UnitsOf,
    the_prepared,
    the_register,
    the_store,
)
from pmf_analysis.cli.printing import Progress, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pmf_analysis.register.models import Break

app = typer.Typer(
    help="Breaks in series: list them, accept a proposed restart, declare a change.",
    no_args_is_help=True,
)

OneIndicator = Annotated[str, typer.Argument(help="An indicator's code.")]
OneArea = Annotated[str, typer.Argument(help="A unit's name or code.")]
By = Annotated[str, typer.Option(help="The role that decides it, never a name.")]
On = Annotated[str, typer.Option(help="The day of the decision, YYYY-MM-DD.")]
Because = Annotated[str, typer.Option(help="Why; printed on every page.")]

_UNDO = "Runs from now on read it. To undo it, delete its line in data/reference/breaks.csv."


@app.command("list")
def breaks_list(
    context: typer.Context,
    indicator: Annotated[str, typer.Option(help="An indicator's code; all if none.")] = "",
    area: Annotated[str, typer.Option(help="A unit's name or code; all if none.")] = "",
    as_at: AsAt = "",
    structure: Units = UnitsOf.AS_THEN,
    as_json: AsJson = False,
) -> None:
    """List registered breaks, and the dates at which limits may need to restart."""
    from pmf_analysis import breaks

    store = the_store(context)
    held = the_register(context).under(structure.structure)
    series = breaks.Series.of(held, indicator, area)
    known = breaks.registered(held, series)
    lines = [_line(one) for one in known] or ["No break is registered."]
    open_: list[dict] = []
    if store.deliveries():
        with Progress(as_json) as shown:
            prepared = the_prepared(store, as_at, "", structure, shown)
        open_ = breaks.proposed(prepared, series).to_dict("records")
        lines += [_proposal_line(row) for row in open_] or ["No restart of limits is proposed."]
    told = [{name: _plain(value) for name, value in row.items()} for row in open_]
    show({"registered": [_as_json(one) for one in known], "proposed": told}, lines, as_json)


@app.command("accept")
def breaks_accept(
    context: typer.Context,
    indicator: OneIndicator,
    area: OneArea,
    period: Annotated[str, typer.Argument(help="The proposed date, such as 2025-07.")],
    by: By,
    on: On,
    because: Because,
    as_json: AsJson = False,
) -> None:
    """Accept a proposed restart of limits: a line in breaks.csv with who, when and why."""
    from pmf_analysis import breaks
    from pmf_analysis.periods import parse_date

    decided = parse_date(on)
    if decided is None:
        raise typer.BadParameter("give the day of the decision", param_hint="--on")
    with Progress(as_json) as shown:
        prepared = the_prepared(the_store(context), "", "", UnitsOf.AS_THEN, shown)
    made = breaks.accept(prepared, indicator, area, period, by, decided, because)
    _show_made([made], as_json)


@app.command("declare")
def breaks_declare(
    context: typer.Context,
    indicator: Annotated[str, typer.Argument(help="An indicator's code, or * for all.")],
    area: Annotated[str, typer.Argument(help="A unit's name or code, or * for all.")],
    period: Annotated[str, typer.Argument(help="The first period after it, such as 2025-07.")],
    kind: Annotated[
        str,
        typer.Option(help="recording, definition, boundary or category; rebase restarts limits."),
    ],
    by: By,
    on: On,
    because: Because,
    source: Annotated[str, typer.Option(help="Where it can be read up, such as a change note.")],
    below: Annotated[
        bool, typer.Option("--below", help="Also for every unit below the one named.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Declare a change of recording, definition, boundary or category: nothing crosses it."""
    from pmf_analysis import breaks
    from pmf_analysis.periods import parse_date

    decided = parse_date(on)
    if decided is None:
        raise typer.BadParameter("give the day of the decision", param_hint="--on")
    made = breaks.declare(
        the_store(context), indicator, area, period, kind, by, decided, because, source, below
    )
    _show_made(made, as_json)


def _show_made(made: Sequence[Break], as_json: bool) -> None:
    show([_as_json(one) for one in made], [*map(_line, made), _UNDO], as_json)


def _as_json(one: Break) -> dict[str, object]:
    return one.model_dump(mode="json")


def _plain(value: object) -> object:
    """A value as JSON can hold it: nothing in place of a number that is none."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _line(one: Break) -> str:
    return (
        f"{one.period}  {one.indicator}  {one.unit}: {one.kind.label}. {one.reason} "
        f"({one.recorded_by}, {one.recorded_on})"
    )


def _proposal_line(row: dict) -> str:
    return (
        f"{row['period']}  {row['indicator']}  {row['service_area']}: proposed, a person decides. "
        f"The limits may need to restart at {row['reason']}"
    )
