"""Options that several verbs share, and what they are turned into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pmf_analysis.terms import Structure

if TYPE_CHECKING:
    from pmf_analysis.cli.printing import Progress
    from pmf_analysis.prepared import Prepared
    from pmf_analysis.register import Register
    from pmf_analysis.store import Store


class UnitsOf(StrEnum):
    """Words of ``terms.Structure`` as they are typed."""

    AS_THEN = "as-then"
    AS_NOW = "as-now"

    @property
    def structure(self) -> Structure:
        """The word of the tables."""
        return Structure(self.value.replace("-", "_"))


@dataclass(frozen=True)
class Session:
    """What stands before the verb."""

    workspace: Path | None
    wait: float = 0.0
    """Seconds to wait while another process writes."""


AsJson = Annotated[bool, typer.Option("--json", help="Print the result for programs.")]
AsAt = Annotated[
    str,
    typer.Option(
        help="Use what was published by this date, YYYY-MM-DD; the latest delivery's date "
        "when not given."
    ),
]
Period = Annotated[str, typer.Option(help="Last period to include, such as 2026-10 or 2024/25.")]
Units = Annotated[
    UnitsOf,
    typer.Option(
        "--structure",
        help="Figures of the past under the units as they were then, or as they are now.",
    ),
]
OverrideBy = Annotated[
    str, typer.Option(help="The role that goes on in spite of a red data-quality verdict.")
]
BecauseOf = Annotated[str, typer.Option("--because", help="Why; printed on every page.")]
Areas = Annotated[
    list[str] | None,
    typer.Option("--area", help="A unit's name or code; may be repeated."),
]
Indicators = Annotated[
    list[str] | None,
    typer.Option("--indicator", help="An indicator's code; may be repeated."),
]
Jobs = Annotated[int, typer.Option(min=1, max=64, help="Notebooks at a time.")]


def the_store(context: typer.Context) -> Store:
    """The workspace that the words before the verb name, or the nearest one upward."""
    from pmf_analysis.store import open_store

    return open_store(context.obj.workspace, context.obj.wait)


def the_register(context: typer.Context) -> Register:
    """The register of that workspace."""
    from pmf_analysis import register

    return register.load(the_store(context).reference)


def the_prepared(
    store: Store, as_at: str, period: str, structure: UnitsOf, shown: Progress
) -> Prepared:
    """The prepared tables of a workspace, computed when they are not there."""
    from pmf_analysis import prepared
    from pmf_analysis.periods import parse_date

    shown.say("Checking, measuring, judging: all series at once")
    return prepared.prepare(store, parse_date(as_at), period, structure=structure.structure)


def assignments(given: list[str]) -> dict[str, str]:
    """``NAME=VALUE`` words as a dictionary."""
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--parameter")
        pairs[name.strip()] = value.strip()
    return pairs
