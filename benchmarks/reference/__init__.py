"""The package's public functions held against reference cases of other programs.

``python -m benchmarks.reference DIR`` reads a folder of cases, runs every set of it and prints
``set: right/total``; it exits with 1 on any miss beyond the tolerances of the folder's README.
Adding a set is adding a file here with ``FILES`` (what it reads) and ``check(cases)``.
"""
