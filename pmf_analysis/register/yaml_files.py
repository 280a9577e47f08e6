"""YAML files, read safely, with the line of every fault.

The only module that opens YAML. Nothing in a file is ever executed: the safe
loader knows plain values only, and refuses a key that is given twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from pmf_analysis.errors import RegisterError

_UNUSUAL = re.compile(
    r"^ *%|(?<!\S)!|[|>][-+0-9]*#|[\0\t\x7f-\x9f\u2028\u2029\ufeff]", re.MULTILINE
)
"""What the parsers in C and in Python do not read alike: directives, tags, comments that touch
a mark, and blanks that are no spaces."""
_MOST_OPENINGS = 5_000
_LONGEST = 500_000
"""Characters that may open a level, and characters in all, up to which a text cannot be nested so
deeply that the parser in C runs out of stack."""


@dataclass(frozen=True)
class YamlFile:
    """A YAML file as read.

    Attributes
    ----------
    name : str
        As messages name the file, such as ``indicators/CP-01.yml``.
    content : object
        Plain dictionaries, lists and values.
    text : str
        The file's text, from which lines are found when they are asked for.
    """

    name: str
    content: object
    text: str

    def line(self, keys: Sequence[str | int] = ()) -> int:
        """The line of a key path, or of its nearest parent that the file has.

        Parameters
        ----------
        keys : sequence of str or int
            Such as ``("target", "value")``; a number counts within a list.

        Returns
        -------
        int
            The first line of the file is 1.
        """
        return _walk(self.text, keys)[0]

    def path(self, keys: Sequence[str | int] = ()) -> str:
        """The key path as the file spells it, without steps that it does not have.

        The last step is always kept, so that a missing field is still named.
        """
        held = _walk(self.text, keys)[1]
        if keys and (not held or held[-1] != keys[-1]) and isinstance(keys[-1], str):
            held = [*held, keys[-1]]
        return ".".join(str(key) for key in held)


def read(path: Path, name: str = "") -> YamlFile:
    """Read one YAML document.

    Parameters
    ----------
    path : Path
    name : str, optional
        How messages name the file; the file's own name when empty.

    Returns
    -------
    YamlFile

    Raises
    ------
    RegisterError
        If the file is missing, is not UTF-8 text, is empty, is not YAML, or gives a key
        twice; the message names file and line.
    """
    name = name or path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise RegisterError(f"{name} is missing", "a YAML file") from error
    except UnicodeDecodeError as error:
        raise RegisterError(f"{name}: not UTF-8 text", "a YAML file in UTF-8") from error
    try:
        content = _content(text)
    except MarkedYAMLError as error:
        raise RegisterError(_marked(name, error), "YAML: one `key: value` a line") from error
    except (YAMLError, ValueError) as error:
        raise RegisterError(f"{name}: not YAML ({error})", "one YAML document") from error
    except RecursionError as error:
        raise RegisterError(f"{name}: nested too deeply", "groups within a few others") from error
    if content is None:
        raise RegisterError(f"{name} is empty", "one YAML document")
    return YamlFile(name, content, text)


def _content(text: str) -> object:
    """Read a text by the parser in C where it is installed, which is several times faster.

    What that one refuses is read again by the one in Python: its words name the fault, and they
    are the same on every installation.
    """
    shallow = len(text) <= _LONGEST and sum(map(text.count, "[{-?")) <= _MOST_OPENINGS
    if shallow and not _UNUSUAL.search(text):
        try:
            return YAML(typ="safe").load(text)
        except (YAMLError, ValueError):
            pass
    return YAML(typ="safe", pure=True).load(text)


def _marked(name: str, error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f", line {mark.line + 1}" if mark else ""
    problem = " ".join((error.problem or "not YAML").split())
    return f"{name}{where}: {problem}"


def _walk(text: str, keys: Sequence[str | int]) -> tuple[int, list[str | int]]:
    node = _composed(text)
    line, held = (node.start_mark.line + 1 if node else 1), []
    for key in keys:
        step = _step(node, key)
        if step is None:
            continue
        line, node = step
        held.append(key)
    return line, held


@lru_cache(maxsize=1)
def _composed(text: str) -> Node | None:
    # a file with one fault is asked for its lines again and again
    return YAML(typ="safe", pure=True).compose(text)


def _step(node: Node | None, key: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        value = node.value[key]
        return value.start_mark.line + 1, value
    return None
