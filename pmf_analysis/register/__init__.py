"""The register: reference files into frozen indicators, units, targets and policy."""
