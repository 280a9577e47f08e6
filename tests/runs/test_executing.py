"""One notebook through Papermill: the outcome, and what the file may hold."""

from __future__ import annotations

import nbformat
import pytest

from pmf_analysis.runs.executing import Order, execute_order


def order_for(path, tmp_path, **changes):
    values = {
        "notebook": str(path),
        "output": str(tmp_path / "out" / path.name),
        "parameters": {"service_area": "Ashmere"},
        "about": {"run_id": "0123", "scope": "area"},
        "working_folder": str(tmp_path),
        "timeout": 60,
    }
    return Order(**(values | changes))


@pytest.fixture(scope="module")
def module_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("executing")


def test_a_notebook_runs_with_its_parameters_over_local_sockets(tmp_path, write_notebook):
    path = write_notebook(
        tmp_path,
        "good",
        "from pathlib import Path\nimport json\nfrom ipykernel.connect import get_connection_file",
        "json.loads(Path(get_connection_file()).read_text())['transport'], service_area",
    )
    outcome = execute_order(order_for(path, tmp_path))
    assert outcome.succeeded
    executed = nbformat.read(outcome.output, as_version=4)
    assert executed.cells[-1].outputs[0].data["text/plain"] == "('ipc', 'Ashmere')"
    assert executed.metadata.pmf == {"run_id": "0123", "scope": "area"}
    assert executed.metadata.papermill["exception"] is None


def test_two_executions_give_the_same_bytes_without_clock_or_path(tmp_path, write_notebook):
    path = write_notebook(tmp_path, "good", "print(service_area)", "service_area * 2")
    contents = []
    for folder in ("one", "two"):
        output = tmp_path / folder / "good.ipynb"
        execute_order(order_for(path, tmp_path, output=str(output)))
        contents.append(output.read_bytes())
    assert contents[0] == contents[1]
    assert str(tmp_path).encode() not in contents[0]
    assert b"start_time" not in contents[0]


def test_a_failing_cell_leaves_the_partial_notebook_and_says_where(tmp_path, write_notebook):
    path = write_notebook(tmp_path, "broken", "1 + 1", "{}['missing']", "print('never')")
    outcome = execute_order(order_for(path, tmp_path))
    assert not outcome.succeeded
    assert outcome.error.startswith("KeyError")
    executed = nbformat.read(outcome.output, as_version=4)
    assert executed.metadata.papermill.exception == outcome.error
    text = nbformat.writes(executed)
    assert "never" not in [output.get("text", "") for cell in executed.cells
                           for output in cell.get("outputs", [])]  # fmt: skip
    assert str(tmp_path) not in text
    assert "ipykernel_" not in text


def test_a_kernel_that_dies_is_an_outcome_and_not_a_crash(tmp_path, write_notebook):
    path = write_notebook(tmp_path, "dies", "import os\nos._exit(3)")
    outcome = execute_order(order_for(path, tmp_path))
    assert "Dead" in outcome.error
    assert nbformat.read(outcome.output, as_version=4).cells
