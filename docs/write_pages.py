"""Write the parts of the documentation that the program itself knows: ``make docs``.

A part stands in its page between two comments, ``<!-- begin NAME -->`` and
``<!-- end NAME -->``. `tests/test_docs.py` fails when a page and the program differ.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pmf_analysis import terms

DOCS = Path(__file__).resolve().parent
_PART = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.S)


def words() -> str:
    """Every enumeration of `terms.py` as a table: the code in tables, the label for readers."""
    parts = []
    for kind in _kinds():
        rows = "\n".join(f"| `{word.value}` | {word.label} |" for word in kind)
        name = re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()
        parts.append(
            f"### {name.capitalize()}\n{kind.__doc__}\n\n| Code | Label |\n| --- | --- |\n{rows}\n"
        )
    return "\n".join(parts)


def _kinds() -> list[type[terms.Term]]:
    kinds = [kind for kind in vars(terms).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, terms.Term) and kind is not terms.Term]


def verbs() -> str:
    """Every command with its arguments and options, as its own help says them."""
    return "\n".join(_verb(name, command) for name, command in commands())


def commands() -> Iterator[tuple[str, object]]:
    """Every command that can be run, by its full name, in the order of ``pmf --help``."""
    import typer.main

    from pmf_analysis.cli import app

    def below(command: object, names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield " ".join(names), command
            return
        for name, found in inner.items():
            yield from below(found, (*names, name))

    yield from below(typer.main.get_command(app), ("pmf",))


def _verb(name: str, command: object) -> str:
    lines = [f"## `{name}`", str(command.help), ""]
    rows = [_row(parameter) for parameter in command.params if parameter.name != "help"]
    if rows:
        lines += ["| Argument or option | What it says |", "| --- | --- |", *rows, ""]
    return "\n".join(lines)


def _row(parameter: object) -> str:
    if parameter.param_type_name == "argument":
        named = parameter.name.upper() + (" …" if parameter.nargs == -1 else "")
    else:
        named = ", ".join([*parameter.opts, *parameter.secondary_opts])
    needed = " Required." if parameter.required else ""
    text = " ".join((parameter.help or "").split()).rstrip(".")
    return f"| `{named}` | {text}.{needed}{_default(parameter)} |"


def _default(parameter: object) -> str:
    if getattr(parameter, "is_flag", False) or not isinstance(parameter.default, str | int | Path):
        return ""
    return f" `{parameter.default}` when not given." if parameter.default else ""


PARTS: dict[str, Callable[[], str]] = {"words": words, "verbs": verbs}


def with_parts(page: str) -> str:
    """A page with its generated parts written anew."""
    return _PART.sub(lambda found: f"{found[1]}{PARTS[found[2]]()}{found[3]}", page)


def main() -> None:
    """Write every page that has such a part, and say which ones changed."""
    for path in sorted(DOCS.glob("*.md")):
        before = path.read_text("utf-8")
        after = with_parts(before)
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
