"""Counties, each made once."""

from functools import cache

import pytest

from pmf_analysis.synthetic import make_county


@cache
def _made(seed, stories):
    return make_county(seed, stories=set(stories) if isinstance(stories, tuple) else stories)


@pytest.fixture(scope="session")
def county():
    """A function that makes a county of 60 months, or hands back the one made before."""
    return lambda seed, stories=True: _made(seed, stories)
