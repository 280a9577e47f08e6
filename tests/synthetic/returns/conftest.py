"""A small county and what its council sends, made once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pmf_analysis.synthetic.returns import write_returns
from pmf_analysis.synthetic.setting import Setting


@pytest.fixture(scope="session")
def small(small_records):
    """A county of 24 months at a twentieth of its size, without faults; of stories, the units'."""
    setting = Setting.of(7, months=24, scale=0.05, stories=("structure",))
    return SimpleNamespace(setting=setting, records=small_records("structure"))


@pytest.fixture(scope="session")
def sent(small, tmp_path_factory):
    """What the council sends of it, by how the file's name begins."""
    folder = tmp_path_factory.mktemp("sent")
    paths = write_returns(folder, small.setting, small.records)
    return {path.name.rsplit("_", 1)[0]: path for path in paths}
