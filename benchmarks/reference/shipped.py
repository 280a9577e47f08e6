"""The rule sets that come with the program, by the name of their file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pmf_analysis.register import yaml_files
from pmf_analysis.register.models import RuleSet

_RULES = Path(__file__).parents[2] / "data" / "reference" / "rules"


@cache
def rule_set(file_name: str) -> RuleSet:
    """One rule set, such as that of ``xmr.yml``."""
    return RuleSet.model_validate(yaml_files.read(_RULES / file_name).content)
