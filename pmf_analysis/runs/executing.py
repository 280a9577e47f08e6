"""Execute one task through Papermill, and leave a notebook that is the same every day."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from pmf_analysis.importing import without_address_grammar
from pmf_analysis.runs.orphans import end_with_parent
from pmf_analysis.runs.warm_kernels import WarmProvisioner
from pmf_analysis.settings import hand_down

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_CELL_FILE = re.compile(r"(/[^\s\"']*)?/ipykernel_\d+/\d+\.py")


@dataclass(frozen=True)
class Order:
    """A task as a worker process needs it: plain values only."""

    notebook: str
    output: str
    parameters: dict[str, object]
    about: dict[str, str]
    working_folder: str
    timeout: int


@dataclass(frozen=True)
class Outcome:
    """What came of a task.

    Attributes
    ----------
    output : str
        The executed notebook, whole or partial.
    failed_cell : int
        Number of the code cell that failed, from 1; 0 when none did.
    error : str
        Name and first line of the error; empty when none.
    """

    output: str
    failed_cell: int
    error: str

    @property
    def succeeded(self) -> bool:
        """Whether every cell ran."""
        return not self.error


def prepare_worker(
    workspace: str, prepared_key: str, sockets: str, run: Connection | None = None
) -> None:
    """Set up a worker process: hand its kernels the workspace and the prepared tables."""
    hand_down(Path(workspace), prepared_key)
    end_with_parent(Path(sockets), run)
    WarmProvisioner.source = Path(sockets)
    for name in ("papermill", "papermill.translators", "traitlets"):
        logging.getLogger(name).setLevel(logging.ERROR)


def execute_order(order: Order) -> Outcome:
    """Run one notebook from top to bottom in a fresh kernel.

    Parameters
    ----------
    order : Order

    Returns
    -------
    Outcome
        A failure is an outcome, not an exception: the partial notebook is kept.
    """
    with without_address_grammar():
        import papermill

    from pmf_analysis.runs.kernels import LocalKernelManager

    output = Path(order.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    failed_cell, error = 0, ""
    try:
        papermill.execute_notebook(
            order.notebook, order.output, parameters=order.parameters, kernel_name="python3",
            language="python",
            progress_bar=False, cwd=order.working_folder, start_timeout=180,
            execution_timeout=order.timeout, kernel_manager_class=LocalKernelManager,
            shutdown_kernel="immediate",
        )  # fmt: skip
    except papermill.PapermillExecutionError as failure:
        failed_cell = failure.exec_count or 0
        error = f"{failure.ename}: {_first(failure.evalue)}"
    except Exception as failure:  # a kernel that died or hung: the run goes on without it
        error = f"{type(failure).__name__}: {_first(str(failure))}"
    if not output.exists():
        output.write_bytes(Path(order.notebook).read_bytes())
    normalise(output, order.about, order.parameters, error, order.working_folder)
    return Outcome(order.output, failed_cell, error)


def _first(text: str) -> str:
    lines = [line.strip() for line in _ANSI.sub("", text).splitlines() if line.strip()]
    return lines[0] if lines else ""


def normalise(
    path: Path,
    about: Mapping[str, str],
    parameters: Mapping[str, object],
    error: str,
    working_folder: str,
) -> None:
    """Rewrite an executed notebook without clock, random id or path of a machine.

    Parameters
    ----------
    path : Path
    about : mapping of str
        Kept as the metadata ``pmf``.
    parameters : mapping
        Kept as the metadata ``papermill.parameters``.
    error : str
        Kept as the metadata ``papermill.exception``; empty for none.
    working_folder : str
        Taken out of messages.
    """
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
            "papermill": {"parameters": dict(parameters), "exception": error or None},
            "pmf": dict(about),
        }
    )
    for number, cell in enumerate(notebook.cells):
        tags = [str(tag) for tag in cell.metadata.get("tags", [])]
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.outputs = [_normal_output(output, working_folder) for output in cell.outputs]
    nbformat.write(notebook, path)


def _normal_output(output: dict, working_folder: str) -> dict:
    if output.output_type == "error":
        output.traceback = [_normal_text(line, working_folder) for line in output.traceback]
        output.evalue = _normal_text(output.evalue, working_folder)
    if output.output_type == "stream":
        output.text = _normal_text(output.text, working_folder)
    return output


def _normal_text(text: str, working_folder: str) -> str:
    bare = _CELL_FILE.sub("cell", _ANSI.sub("", text)).replace(working_folder, ".")
    package = str(Path(__file__).resolve().parent.parent)
    return re.sub(
        r"(/[\w.+-]+)+/site-packages",
        "site-packages",
        bare.replace(package, "pmf_analysis"),
    )
