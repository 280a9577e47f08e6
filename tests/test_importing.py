"""What is left out of an import is not missed."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from pmf_analysis.importing import without_address_grammar
with without_address_grammar():
    import nbformat
assert not {"rfc3987_syntax", "lark"} & set(sys.modules)
nbformat.validate({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
try:
    nbformat.validate({"cells": [], "metadata": 1, "nbformat": 4, "nbformat_minor": 5})
except nbformat.ValidationError as error:
    print(error.message)
sys.modules["rfc3987_syntax"] = kept = type(sys)("rfc3987_syntax")
with without_address_grammar():
    assert sys.modules["rfc3987_syntax"] is kept
assert sys.modules["rfc3987_syntax"] is kept
"""


def test_notebooks_are_checked_without_the_grammar_of_addresses():
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (0, "1 is not of type 'object'\n"), ran.stderr
