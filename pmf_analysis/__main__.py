"""``python -m pmf_analysis`` is the command ``pmf``."""

from pmf_analysis.cli import main

if __name__ == "__main__":
    main()
