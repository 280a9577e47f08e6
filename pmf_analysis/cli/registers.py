"""The verbs that look into the register."""

from __future__ import annotations

from typing import Annotated

import typer

from pmf_analysis.cli.options import AsJson, the_register, the_store
from pmf_analysis.cli.printing import inline, show

app = typer.Typer(help="List, show and validate indicators.", no_args_is_help=True)


@app.command("list")
def register_list(context: typer.Context, as_json: AsJson = False) -> None:
    """List the indicators of the workspace."""
    held = the_register(context)
    rows = [
        {"code": i.code, "name": i.name, "unit": i.unit, "polarity": i.polarity.value,
         "frequency": i.frequency.value, "owner": i.owner}
        for i in held.indicators.values()
    ]  # fmt: skip
    lines = [
        f"{row['code']:<14} {row['name']} ({row['frequency']}, {row['owner']})" for row in rows
    ]
    show(rows, lines, as_json)


@app.command("show")
def register_show(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="An indicator's code.")],
    as_json: AsJson = False,
) -> None:
    """Show one indicator in full."""
    found = the_register(context).indicator(code).model_dump(mode="json", by_alias=True)
    lines = [
        f"{name.replace('_', ' ')}: {inline(value)}"
        for name, value in found.items()
        if value not in (None, "", [], False, 0)
    ]
    show(found, lines, as_json)


@app.command("validate")
def register_validate(context: typer.Context, as_json: AsJson = False) -> None:
    """Hold every file of the register against its model, and definitions against layouts."""
    from pmf_analysis import counting
    from pmf_analysis.register.layouts import load_layouts

    store = the_store(context)
    held = the_register(context)
    layouts = load_layouts(store.reference / "layouts")
    counting.validate(held, layouts)
    counted = [one for one in held.indicators.values() if one.source.records is not None]
    counts = {
        "indicators": len(held.indicators), "counted_from_records": len(counted),
        "units": len(held.units), "breaks": len(held.breaks), "layouts": len(layouts),
        "rule_sets": len(held.rule_sets), "neighbour_models": len(held.neighbour_models),
    }  # fmt: skip
    words = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items()]
    told = f" ({words[1]}, each held against the layouts of records)" if counted else ""
    line = ", ".join([words[0] + told, *words[2:]])
    show(counts, [f"The register holds together: {line}."], as_json)
