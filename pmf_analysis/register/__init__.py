"""The register: reference files into frozen indicators, units, targets and policy."""

from pmf_analysis.register.loading import load
from pmf_analysis.register.registry import Context, Register

__all__ = ["Context", "Register", "load"]
