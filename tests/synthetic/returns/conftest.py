"""A small county and what its council sends, made once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pmf_analysis.synthetic.making import make_records
from pmf_analysis.synthetic.returns import write_returns
from pmf_analysis.synthetic.setting import Setting


@pytest.fixture(scope="session")
def small():
    """A county of 24 months at a twentieth of its size, without stories and faults."""
    setting = Setting.of(7, months=24, scale=0.05)
    return SimpleNamespace(setting=setting, records=make_records(setting))


@pytest.fixture(scope="session")
def sent(small, tmp_path_factory):
    """What the council sends of it, by how the file's name begins."""
    folder = tmp_path_factory.mktemp("sent")
    paths = write_returns(folder, small.setting, small.records)
    return {path.name.rsplit("_", 1)[0]: path for path in paths}
