"""Publication: the pages of a run leave the workbench, gated by data quality."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from pmf_analysis import formats
from pmf_analysis.errors import ParameterError, PublicationError, RunError, nearest
from pmf_analysis.export.pages import red_figures, write_pages
from pmf_analysis.prepared import Prepared, open_prepared
from pmf_analysis.roles import checked_role
from pmf_analysis.store import Store, writes
from pmf_analysis.terms import Structure


@writes("publish")
def publish(
    store: Store, run_id: str, folder: Path, override_by: str = "", because: str = ""
) -> list[Path]:
    """Export the pages of a finished run for readers.

    Parameters
    ----------
    store : Store
    run_id : str
        The latest finished run that is no deep dive when empty.
    folder : Path
        Where the pages go, in a folder named after the run.
    override_by, because : str
        The role that publishes in spite of a red verdict, and why; both are printed on
        every page and kept in the journal.

    Returns
    -------
    list of Path
        The county page first.

    Raises
    ------
    PublicationError
        If a figure's data-quality verdict is red and nobody overrides it, or if a
        notebook of the run failed.
    ParameterError
        If only one of role and reason is given, the role is none, or there is no such run.
    """
    if bool(override_by.strip()) != bool(because.strip()):
        raise ParameterError(
            "An override needs a role and a reason",
            "both --override-by ROLE and --because TEXT",
            "Give both, or neither",
        )
    role = checked_role(override_by) if override_by.strip() else ""
    manifest = _manifest(store, run_id)
    prepared = _prepared(store, manifest)
    failed = [task for task in manifest["tasks"] if task["outcome"] != "succeeded"]
    if failed:
        raise PublicationError(
            f"Run {manifest['run_id']} has {len(failed)} failed notebooks",
            "a run without a failure",
            "Mend what failed and run again",
        )
    notice = _gate(prepared, manifest, role, because.strip())
    written = write_pages(
        prepared, manifest, store.runs / manifest["run_id"], folder / manifest["run_id"], notice
    )
    store.append_journal({"event": "published", "run": manifest["run_id"], "override_by": role})
    return written


def _gate(prepared: Prepared, manifest: dict, override_by: str, because: str) -> str:
    """The notice to print; an error where a red verdict stops the publication."""
    units = sorted({task["unit"] for task in manifest["tasks"]})
    red = red_figures(prepared, units)
    if red.empty:
        return ""
    held = prepared.register
    named = [
        f"{held.units[row.service_area].name}, {held.indicator(row.indicator).name}"
        for row in red.itertuples(index=False)
    ]
    shown = formats.listed(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
    if not override_by:
        raise PublicationError(
            f"The data-quality verdict is red for {shown}",
            "no red verdict",
            "See pmf check; mend the data, or publish with --override-by ROLE --because TEXT",
        )
    return (
        f"Published in spite of a red data-quality verdict ({shown}), by decision of the "
        f"{override_by}: {because.rstrip('.')}."
    )


def _manifest(store: Store, run_id: str) -> dict:
    finished = {path.parent.name: path for path in sorted(store.runs.glob("*/manifest.json"))}
    if not finished:
        raise RunError("The workspace holds no finished run", "", "Make one: pmf run")
    if run_id and run_id not in finished:
        raise ParameterError(
            f"There is no finished run {run_id!r}", "the id of a run", nearest(run_id, finished)
        )
    if run_id:
        return json.loads(finished[run_id].read_text(encoding="utf-8"))
    for path in sorted(finished.values(), key=_finished_at, reverse=True):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if all(task["scope"] != "on_demand" for task in manifest["tasks"]):
            return manifest
    raise RunError("The workspace holds deep dives and no run", "", "Make one: pmf run")


def _finished_at(path: Path) -> tuple[int, str]:
    # which run is the latest is the one question here that only the disk can answer
    return path.stat().st_mtime_ns, path.parent.name


def _prepared(store: Store, manifest: dict) -> Prepared:
    inputs = manifest["inputs"]
    return open_prepared(
        store, inputs["prepared"], date.fromisoformat(inputs["as_at"]), inputs["period"],
        Structure(inputs.get("structure", Structure.AS_THEN)),
    )  # fmt: skip
