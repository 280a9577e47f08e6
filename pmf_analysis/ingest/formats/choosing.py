"""Which format a file is in: its ending says so, and its bytes must agree."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from types import ModuleType

from pmf_analysis.errors import UnreadableFileError
from pmf_analysis.ingest import formats
from pmf_analysis.ingest.formats.contents import Contents
from pmf_analysis.ingest.formats.limits import Allowance
from pmf_analysis.ingest.formats.wording import empty, shown
from pmf_analysis.ingest.sheets import Sheet

SAVE_AS = "Save it as CSV (UTF-8) and deliver it again"

_OTHER_MARKS = (
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip file; its name would end in .csv.gz"),
    (b"PK\x03\x04", "a zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "a text document"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@cache
def known() -> tuple[ModuleType, ...]:
    """Every module of the folder that reads a format, in order of name."""
    names = sorted(found.name for found in pkgutil.iter_modules(formats.__path__))
    modules = [importlib.import_module(f"{formats.__name__}.{name}") for name in names]
    return tuple(module for module in modules if hasattr(module, "ENDINGS"))


@cache
def endings() -> tuple[str, ...]:
    """Endings of files that can be received, packed ones last."""
    plain = sorted(e for module in known() if not holds(module) for e in module.ENDINGS)
    ones = sorted(e for module in known() if holds(module) == "one" for e in module.ENDINGS)
    many = sorted(e for module in known() if holds(module) == "many" for e in module.ENDINGS)
    return (*plain, *many, *(f"{inner}{outer}" for outer in ones for inner in plain))


def endings_in_words() -> str:
    """The endings as a message names them: ``.csv, .ods, …, .zip, also with .gz``."""
    plain = [ending for ending in endings() if ending.count(".") == 1]
    packed = sorted({ending[ending.rindex(".") :] for ending in endings()} - {*plain})
    return ", ".join(plain) + (f", or these with {' or '.join(packed)} after" if packed else "")


def ending_of(name: str) -> str:
    """How a file's name ends, as in ``endings``; empty for a file that cannot be received."""
    folded = name.casefold()
    found = [ending for ending in endings() if folded.endswith(ending)]
    return max(found, key=len, default="")


def is_data_file(name: str) -> bool:
    """Whether a file among others is taken for data: ``readme.txt`` is not.

    A file that ends in ``.txt`` is read where it is named itself.
    """
    ending = ending_of(name)
    notes = tuple(e for module in known() for e in getattr(module, "ALSO_NOTES", ()))
    return bool(ending) and not ending.startswith(notes)


def stem_of(name: str) -> str:
    """A file's name without its ending."""
    ending = ending_of(name)
    return name[: -len(ending)] if ending and len(name) > len(ending) else name


def holds(module: ModuleType) -> str:
    """``one``, ``many``, or empty for a format that is not packed."""
    return getattr(module, "HOLDS", "")


def read_contents(content: bytes, name: str, title: str, allowance: Allowance) -> Contents:
    """Read a file's bytes in the format that its name says.

    Parameters
    ----------
    content : bytes
    name : str
        Its end decides the format; shown in messages.
    title : str
        Names the sheet of a format that has one alone.
    allowance : Allowance
        How much may still be unpacked and read.

    Returns
    -------
    Contents

    Raises
    ------
    UnreadableFileError
        If nothing is read by that ending, the bytes are of another format, empty,
        truncated or damaged, there is too much of them, or a text holds control characters.
    """
    module = _module_for(name)
    if not content:
        raise empty(name)
    _check_bytes(content, name, module)
    contents = module.read(content, name, title, allowance)
    for sheet in contents.sheets:
        _refuse_control_characters(sheet, name)
    return contents


def _module_for(name: str) -> ModuleType:
    ending = ending_of(name)
    last = ending[ending.rindex(".") :] if ending else ""
    for module in known():
        if last in module.ENDINGS:
            return module
    raise UnreadableFileError(
        f"{name} is no kind of file that can be received",
        f"a name ending in {endings_in_words()}", SAVE_AS,
    )  # fmt: skip


def _check_bytes(content: bytes, name: str, module: ModuleType) -> None:
    own = getattr(module, "is_of", None)
    if own is not None and own(content):
        return
    found = _kind_of(content)
    if own is None and not found:
        return
    raise UnreadableFileError(
        f"{name} is not {module.KIND}: its bytes are those of {found or _without_mark(content)}",
        f"{module.KIND}, as its name says",
        "Give it the ending of what it is, or save it anew, and deliver it again",
    )


def _kind_of(content: bytes) -> str:
    for module in known():
        if getattr(module, "is_of", None) and not holds(module) and module.is_of(content):
            return module.KIND
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for mark, kind in _OTHER_MARKS:
        if content.startswith(mark) or start.startswith(mark):
            return kind
    return ""


def _without_mark(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "text in UTF-16"
    return "no kind that is known here" if b"\x00" in content[:4096] else "text"


def _refuse_control_characters(sheet: Sheet, name: str) -> None:
    for place, column in enumerate(sheet.columns):
        if not _CONTROL.search("\n".join(column.texts)):
            continue
        for code, text in enumerate(column.texts):
            found = _CONTROL.search(text)
            rows = (column.codes == code).nonzero()[0] if found else ()
            if found and len(rows):
                raise UnreadableFileError(
                    f"{name}, sheet {shown(sheet.name)}, row {sheet.lines[rows[0]]}, column "
                    f"{place + 1} holds the control character 0x{ord(found[0]):02x}",
                    "text", "Mend that cell and deliver the file again",
                )  # fmt: skip
