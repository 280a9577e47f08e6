"""XML read piece by piece by the standard library's expat, without anything declared in it.

A document type may declare entities that unpack without end or name other files. No
statutory return and no workbook has one, so a document with one is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from pmf_analysis.errors import UnreadableFileError

_PIECE = 1024 * 1024

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def new_reader(name: str, namespaces: bool = False) -> expat.XMLParserType:
    """A parser that stops at a document type.

    Parameters
    ----------
    name : str
        Of the file, for the message.
    namespaces : bool
        Whether names come as ``<namespace> <name>``; as written otherwise.
    """
    reader = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    reader.buffer_text = True

    def refuse(*_: object) -> None:
        raise UnreadableFileError(
            f"{name} declares a document type (DTD), line {reader.CurrentLineNumber}",
            "XML without a DTD and without entities of its own",
            "Export it without one and deliver it again",
        )

    reader.StartDoctypeDeclHandler = refuse
    reader.EntityDeclHandler = refuse
    reader.ExternalEntityRefHandler = refuse
    return reader


def read_through(reader: expat.XMLParserType, content: bytes, name: str) -> None:
    """Feed a document to a parser whose callbacks are set.

    Raises
    ------
    UnreadableFileError
        If it is no well-formed XML; names the line, never its text.
    """
    view = memoryview(content)
    try:
        for at in range(0, len(view), _PIECE):
            reader.Parse(view[at : at + _PIECE], False)
        reader.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableFileError(
            f"{name} is truncated or damaged: it is no well-formed XML from line {error.lineno} "
            f"({expat.ErrorString(error.code)})",
            "a whole XML document", "Ask for the file again; nothing was stored",
        ) from error  # fmt: skip
    except (ValueError, LookupError) as error:
        raise UnreadableFileError(
            f"{name} says an encoding that cannot be read", "XML in UTF-8",
            "Export it in UTF-8 and deliver it again",
        ) from error  # fmt: skip
