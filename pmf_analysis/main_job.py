"""The main job: run the notebooks of a plan and export its pages; and the demo of it all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from pmf_analysis import receiving
from pmf_analysis.errors import DeliveryError, WorkspaceError
from pmf_analysis.export import pages
from pmf_analysis.prepared import prepare
from pmf_analysis.runs import Plan, plan_run
from pmf_analysis.runs.running import Progress, RunResult, execute
from pmf_analysis.store import Store, create_workspace, writes
from pmf_analysis.synthetic import DEMO_SEED, write_county
from pmf_analysis.synthetic.setting import Setting

Say = Callable[[str], None]


@dataclass(frozen=True)
class MainJob:
    """A run with its pages.

    Attributes
    ----------
    run : RunResult
    pages : tuple of Path
        The county page first.
    """

    run: RunResult
    pages: tuple[Path, ...]


@writes("run")
def run_and_export(plan: Plan, jobs: int, progress: Progress | None = None) -> MainJob:
    """Execute a plan, then export one document per unit and the county page.

    Parameters
    ----------
    plan : Plan
    jobs : int
        Notebooks at a time.
    progress : callable, optional

    Returns
    -------
    MainJob
    """
    result = execute(plan, jobs, progress)
    written = pages.write_pages(plan.prepared, result.manifest, result.folder)
    plan.prepared.store.append_journal(
        {"event": "run", "run": result.run_id, "failures": len(result.failures)}
    )
    return MainJob(result, tuple(written))


def demo(
    folder: Path,
    seed: int | None,
    jobs: int,
    say: Say,
    progress: Progress | None = None,
    scale: float = 1.0,
) -> MainJob:
    """Make the synthetic county in a workspace of its own and run the main job on it.

    Parameters
    ----------
    folder : Path
        A new or empty folder, or an earlier demo.
    seed : int or None
        Seed of the county; the one that the documentation describes when None.
    jobs : int
    say : callable
        Told, in one line, what happens next.
    progress : callable, optional
        Called with each notebook.
    scale : float
        1 for the county of 355,000 children; 0.05 for a twentieth of it.

    Returns
    -------
    MainJob

    Raises
    ------
    ParameterError
        If the seed or the scale means nothing; then nothing is made.
    WorkspaceError
        If the folder holds something that is not the demo's.
    """
    seed = DEMO_SEED if seed is None else seed
    Setting.of(seed, scale=scale)
    if not (folder / "data" / "reference").is_dir():
        say("Making a workspace for the synthetic county Medwold")
        create_workspace(folder, "medwold")
    store = Store(folder)
    if not _is_synthetic(folder):
        raise WorkspaceError(
            f"{folder.name} is a workspace of another register",
            "a new folder, or an earlier demo",
            "Name another folder: pmf demo DIR",
        )
    say("Making 60 months of invented records, with stories planted in them")
    delivered = write_county(folder / "delivered", seed, scale=scale)
    _receive(store, delivered, say)
    say("Counting, checking, measuring, judging: all series at once, before any notebook")
    plan = plan_run(prepare(store))
    say(f"Running {len(plan.tasks)} notebooks for {len(plan.areas)} service areas")
    return run_and_export(plan, jobs, progress)


def _receive(store: Store, delivered: Sequence[Path], say: Say) -> None:
    """Receive the deliveries, and say of each how many rows it held."""
    done = count(1)

    def tell(result: receiving.Received) -> None:
        if result.receipt is None:
            raise DeliveryError(result.error)
        rows = f"{int(str(result.receipt['rows_read'])):,}"
        say(f"{next(done):>4} of {len(delivered)}  {result.file_name}: {rows} rows")

    say(f"Receiving {len(delivered)} deliveries")
    receiving.receive(store, delivered, progress=tell)


def _is_synthetic(folder: Path) -> bool:
    from pmf_analysis import register

    return register.load(folder / "data" / "reference").workspace.synthetic
