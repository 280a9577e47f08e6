"""Counties, each made once."""

from functools import cache

import pytest

from pmf_analysis import receiving
from pmf_analysis.store import Store, create_workspace
from pmf_analysis.synthetic import making, plot
from pmf_analysis.synthetic.deliveries import write_deliveries
from pmf_analysis.synthetic.setting import Setting


@cache
def _small(seed, stories):
    setting = Setting.of(seed, scale=0.05, stories=plot.choose(stories))
    return setting, making.true_tables(setting)


@cache
def _recorded(seed, stories):
    setting, true = _small(seed, stories)
    return making.records_of(setting, true)


@pytest.fixture(scope="session")
def small():
    """A function that gives the setting and the true tables of a twentieth of a county."""
    return lambda seed=3, stories=True: _small(seed, stories)


@pytest.fixture(scope="session")
def records():
    """A function that gives the records of a twentieth of a county."""
    return lambda seed=3, stories=True: _recorded(seed, stories)


@pytest.fixture(scope="session")
def delivered(records, small, tmp_path_factory):
    """The folder with the extracts of a twentieth of a county, and their paths."""
    folder = tmp_path_factory.mktemp("delivered")
    setting, _ = small()
    return folder, write_deliveries(folder, setting, records())


@pytest.fixture(scope="session")
def received(delivered, tmp_path_factory):
    """A workspace of Medwold that received these extracts."""
    store = Store(create_workspace(tmp_path_factory.mktemp("received") / "w", "medwold"))
    results = receiving.receive(store, delivered[1])
    assert not [one.error for one in results if one.error]
    return store
