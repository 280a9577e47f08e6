"""Kinds of delivered files: one module each.

Adding a format is adding a file to this folder: the folder is listed. The module has

``ENDINGS`` : tuple of str
    How names of such files end, in lower case: ``(".csv",)``.
``KIND`` : str
    What such a file is called in a message: ``an Excel workbook``.
``read(content, name, title, allowance) -> Contents``
    Reads the bytes. ``name`` is for messages, ``title`` names the sheet of a format that
    has one alone, ``allowance`` says how much may be unpacked and read.
``is_of(content) -> bool``
    Whether the bytes are of this format. Absent where they bear no mark (CSV).
``HOLDS`` : "one" or "many"
    For a packed file: whether one file is in it (gz) or several (zip). Absent otherwise.

`choosing` finds the module for a file's name and holds the bytes against it.
"""
