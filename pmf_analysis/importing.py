"""Importing without what takes seconds and nobody here uses."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_GRAMMAR = "rfc3987_syntax"


@contextmanager
def without_address_grammar() -> Iterator[None]:
    """Import a library without the grammar of international addresses, which takes 2 seconds.

    Notebooks and suites are checked by ``jsonschema``. When it is imported, it builds that
    grammar for the formats ``iri`` and ``iri-reference``, which neither of them has, wherever
    the package for it is installed; where it is not, ``jsonschema`` does without.
    """
    if _GRAMMAR in sys.modules:
        yield
        return
    sys.modules[_GRAMMAR] = None  # an import of it fails, as if it were not installed
    try:
        yield
    finally:
        del sys.modules[_GRAMMAR]
