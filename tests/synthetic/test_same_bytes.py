"""The same seed gives the same bytes, however many threads and cores there are."""

import hashlib
import os
import subprocess
import sys

import pytest

WRITE = """
import sys
from pathlib import Path
from pmf_analysis.synthetic import write_county
write_county(Path(sys.argv[1]), 7, months=14, scale=0.02, monthly=2)
"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS",
           "ARROW_NUM_THREADS", "NUMEXPR_NUM_THREADS")  # fmt: skip


def written(folder, threads, hashes):
    said = {**os.environ, **dict.fromkeys(THREADS, str(threads)), "PYTHONHASHSEED": str(hashes)}
    subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True, env=said)
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return written(tmp_path_factory.mktemp("alone"), 1, 1)


def test_another_number_of_threads_and_another_order_of_sets_change_no_byte(alone, tmp_path):
    assert len(alone) >= 3 and "truth.json" in alone
    assert written(tmp_path, 4, 2) == alone
