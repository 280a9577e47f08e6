"""How soon the command line answers: ``python -m benchmarks.startup``.

``pmf --help`` is held against a bare Typer program with the same verbs and options, whose
functions do nothing. Both are measured in turn; the medians of the paired ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import typer.main

ROOT = Path(__file__).resolve().parent.parent
BOUND = 1.3
BARE = {
    "bare Typer program": "",
    "bare Typer program without rich": "rich_markup_mode=None, pretty_exceptions_enable=False",
}
IMPORTS = ("pmf_analysis", "pmf_analysis.cli", "pmf_analysis.workbench", "pandas")


def bare_program(settings: str = "") -> str:
    """Source of a Typer program with the verbs, options and help of ``pmf``, and nothing else."""
    from pmf_analysis.cli import app

    lines = ["import typer", "from typing import Annotated", f"app = typer.Typer({settings})"]
    group = typer.main.get_command(app)
    lines += _functions("app", group)
    return "\n".join([*lines, "app()", ""])


def _functions(owner: str, group: object) -> list[str]:
    lines = []
    for number, (name, command) in enumerate(group.commands.items()):
        inner = f"{owner}_{number}"
        if getattr(command, "commands", None) is not None:
            lines += [f"{inner} = typer.Typer(help={command.help!r})"]
            lines += [*_functions(inner, command), f"{owner}.add_typer({inner}, name={name!r})"]
            continue
        options = ", ".join(
            f"{option.name}: Annotated[str, typer.Option(help={option.help!r})] = ''"
            for option in command.params
            if option.name != "help"
        )
        lines += [
            f"@{owner}.command({name!r})",
            f"def {inner}({options}) -> None:",
            f"    {command.help!r}",
        ]
    return lines


def seconds(command: Sequence[str]) -> float:
    """How long a program takes from start to end."""
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def ratio(command: Sequence[str], against: Sequence[str], pairs: int) -> float:
    """Median, over pairs of runs in turn, of the time of one program over that of another."""
    seconds(command), seconds(against)  # both warm
    return statistics.median(seconds(command) / seconds(against) for _ in range(pairs))


def measure(pairs: int) -> dict[str, float]:
    """Every ratio, by what it is."""
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        found = {}
        for name, settings in BARE.items():
            bare.write_text(bare_program(settings), encoding="utf-8")
            program = [python, "-m", "pmf_analysis", "--help"]
            found[f"pmf --help / {name}"] = ratio(program, [python, str(bare), "--help"], pairs)
    for name in IMPORTS:
        found[f"import {name} / python -c pass"] = ratio(
            [python, "-c", f"import {name}"], [python, "-c", "pass"], pairs
        )
    return found


def main() -> int:
    """Print the ratios; exit status 1 when the first is above ``BOUND``."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=9, help="pairs of runs for each ratio")
    parser.add_argument("--json", action="store_true", help="print for programs")
    given = parser.parse_args()
    found = measure(given.pairs)
    if given.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
    else:
        sys.stdout.writelines(f"{value:6.2f}  {name}\n" for name, value in found.items())
    return int(next(iter(found.values())) > BOUND)


if __name__ == "__main__":
    sys.exit(main())
