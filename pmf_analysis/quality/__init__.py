"""Data quality: expectation suites run on the tables, verdicts by tolerance.

Great Expectations is imported when a check runs, never by importing this package.
"""

from pmf_analysis.quality.checking import QualityResult, check
from pmf_analysis.quality.outcome import EXIT_STATUS, overall_status, summary
from pmf_analysis.quality.suites import Rule, Suite, load_suites

__all__ = [
    "EXIT_STATUS",
    "QualityResult",
    "Rule",
    "Suite",
    "check",
    "load_suites",
    "overall_status",
    "summary",
]
