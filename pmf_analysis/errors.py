"""Every error of the workbench.

The tree::

    PmfError
    ├── WorkspaceError       a folder that is not a workspace, or cannot be one
    ├── RegisterError        a file of the register that does not hold together
    ├── ParameterError       an argument of a verb or a notebook that means nothing
    ├── DeliveryError        a file that cannot be received
    │   ├── UnreadableFileError    not the kind of file it says, truncated, empty
    │   └── UnknownLayoutError     readable, but no layout describes it
    ├── TableError           a table that breaks its column contract
    ├── MeasureError         numbers that cannot be a measure
    ├── RuleSetError         a rule set that is unknown or incomplete
    ├── SuiteError           an expectation suite that must not be run
    ├── RunError             a run that could not be planned or finished
    ├── ExportError          an executed notebook that must not be exported
    └── PublicationError     a publication that the quality verdict stops

A message says what was given, what was expected, and what to do. Raise with
these three parts; ``str(error)`` joins them into one line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

_OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that turn, move or colour what is printed, or have no form in UTF-8."""


class PmfError(Exception):
    """Base of every error that the workbench raises on purpose.

    Parameters
    ----------
    given : str
        What was found, with file, row, column and value where there are any.
    expected : str, optional
        What would have been right.
    do : str, optional
        What the reader can do about it.
    """

    exit_status = 2

    def __init__(self, given: str, expected: str = "", do: str = "") -> None:
        self.given = given
        self.expected = expected
        self.do = do
        super().__init__(given, expected, do)

    def __str__(self) -> str:
        parts = [self.given.rstrip(".") + "."]
        if self.expected:
            parts.append(f"Expected: {self.expected.rstrip('.')}.")
        if self.do:
            parts.append(self.do if self.do.endswith("?") else self.do.rstrip(".") + ".")
        return harmless(" ".join(parts))


class WorkspaceError(PmfError):
    """A folder that is not a workspace, or cannot be made one."""


class RegisterError(PmfError):
    """A file of the register that does not hold together."""


class ParameterError(PmfError):
    """An argument of a verb or a notebook that means nothing here."""


class DeliveryError(PmfError):
    """A file that cannot be received; nothing was stored."""


class UnreadableFileError(DeliveryError):
    """A file that is empty, truncated, or not the kind of file it says."""


class UnknownLayoutError(DeliveryError):
    """A readable file that no layout describes."""


class TableError(PmfError):
    """A table that breaks its column contract."""


class MeasureError(PmfError):
    """Numbers that cannot be a measure, such as a numerator above its denominator."""


class RuleSetError(PmfError):
    """A rule set that is unknown or incomplete."""


class SuiteError(PmfError):
    """An expectation suite that must not be run."""


class RunError(PmfError):
    """A run that could not be planned or finished."""


class ExportError(PmfError):
    """An executed notebook that must not be exported."""


class PublicationError(PmfError):
    """A publication that the data-quality verdict stops."""

    exit_status = 1


def harmless(text: str) -> str:
    r"""Text as one line that a terminal prints and never obeys.

    Parameters
    ----------
    text : str
        May hold a name or a cell from outside.

    Returns
    -------
    str
        Control characters, line ends among them, and marks that turn the direction of
        writing, as ``\u202e``; that is valid in JSON too.
    """
    if text.isprintable():
        return text
    return "".join(_escaped(one) if unicodedata.category(one) in _OBEYED else one for one in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def nearest(given: str, known: Iterable[str], count: int = 3) -> str:
    """Say which known values come nearest to a given one, for an error's ``do``.

    Parameters
    ----------
    given : str
        What was typed.
    known : iterable of str
        What could have been typed.
    count : int
        How many to name at the most.

    Returns
    -------
    str
        ``"Did you mean Kent?"``, or the first known values when none is near.
    """
    values = [str(value) for value in known]
    lowered = {value.casefold(): value for value in values}
    near = get_close_matches(given.casefold(), list(lowered), n=count, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(lowered[name] for name in near)}?"
    if not values:
        return "None is known here"
    shown = ", ".join(values[:8])
    more = f" and {len(values) - 8} more" if len(values) > 8 else ""
    return f"Known: {shown}{more}"
