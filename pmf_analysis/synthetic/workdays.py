"""The working days of Medwold, which is in England."""

from __future__ import annotations

from functools import cache

from pmf_analysis import settings
from pmf_analysis.register.yaml_files import read
from pmf_analysis.working_days import RULE_SET, WorkingDays


@cache
def working_days() -> WorkingDays:
    """The working days by the shipped rule set of bank holidays."""
    rules = settings.shipped() / "data" / "reference" / "rules"
    return WorkingDays.of(read(rules / f"{RULE_SET}.yml").content["values"])
