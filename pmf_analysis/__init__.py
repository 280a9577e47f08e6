"""The PMF analysis workbench: indicator data into findings.

Importing the package loads nothing heavy; notebooks use
``from pmf_analysis import workbench``.
"""

__version__ = "0.1.0"
__all__ = ["__version__"]
