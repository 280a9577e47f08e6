"""Several files in one zip file, whose bytes are the same on every machine."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO


def packed(members: Mapping[str, bytes]) -> bytes:
    """Files as a zip file.

    Parameters
    ----------
    members : mapping of str to bytes
        Name to content, in the order in which they are to stand.

    Returns
    -------
    bytes
        Not compressed, since compressors differ between machines, and dated 1980-01-01, the
        first date that the format knows.
    """
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            member = zipfile.ZipInfo(name)
            member.create_system = 3  # as on Unix, wherever it is made
            member.external_attr = 0o644 << 16
            archive.writestr(member, content)
    return stream.getvalue()
