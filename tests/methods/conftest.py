"""Reference cases with expected answers, and the shipped rule sets."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from pmf_analysis.register import load
from pmf_analysis.register.models import RuleSet


@pytest.fixture(scope="session")
def reference(shared: Path) -> Path:
    """The folder of reference cases for the methods."""
    return shared / "reference" / "methods"


@pytest.fixture(scope="session")
def rule_sets(root: Path) -> MappingProxyType[str, RuleSet]:
    """The shipped rule sets by name."""
    return MappingProxyType(dict(load(root / "data" / "reference").rule_sets))
