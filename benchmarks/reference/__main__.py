"""Run every set of a folder: ``python -m benchmarks.reference DIR``."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import benchmarks.reference
from benchmarks.reference.cases import Cases, Tally

_SHOWN = 5


def sets() -> Iterator[tuple[str, ModuleType]]:
    """Every module of this package that has ``check``, in order of name."""
    for found in sorted(pkgutil.iter_modules(benchmarks.reference.__path__), key=lambda m: m.name):
        if found.name != "__main__":
            module = importlib.import_module(f"benchmarks.reference.{found.name}")
            if hasattr(module, "check"):
                yield found.name, module


def run(folder: Path) -> list[Tally]:
    """The tallies of every set that the folder holds."""
    cases = Cases(folder)
    return [
        tally
        for _, module in sets()
        if cases.has(*module.FILES)
        for tally in module.check(cases)
    ]  # fmt: skip


def main(given: Sequence[str] | None = None) -> int:
    """Print ``set: right/total`` for each; 1 on any miss, 2 where there is nothing to run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="reference cases, as ../shared/reference/methods")
    options = parser.parse_args(given)
    tallies = run(options.folder)
    absent = [name for name, module in sets() if not Cases(options.folder).has(*module.FILES)]
    for tally in tallies:
        print(f"{tally.name}: {tally.right}/{tally.total}")
        for miss in tally.misses[:_SHOWN]:
            print(f"  {miss}")
        if len(tally.misses) > _SHOWN:
            print(f"  and {len(tally.misses) - _SHOWN} more")
    if absent:
        print(f"Not in this folder: {', '.join(absent)}")
    if not any(tally.total for tally in tallies):
        print(f"No reference case in {options.folder}", file=sys.stderr)
        return 2
    return int(any(tally.right < tally.total for tally in tallies))


if __name__ == "__main__":
    sys.exit(main())
