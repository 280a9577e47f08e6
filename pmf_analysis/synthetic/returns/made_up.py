"""What a return asks for and the county's tables do not hold, made up from a record's id.

A value depends on the seed, the item and the id alone: a child has the same one in the return
of every year, and a story that adds or moves others changes nothing.

Nothing made up can be taken for something real:

- Postcodes begin with Q (``QY`` for homes, ``QZ`` for placements): no postcode area of the
  United Kingdom begins with that letter.
- Unique reference numbers of providers are ``XXXXXXX``, the returns' own mark for none known.
- Numbers of pupils are not given at all; the reason that the returns ask for stands instead.
- Social workers are numbered with ``XX`` before the number, the return's own mark for a worker
  without a registration number that is known.
- The authority is 000: authorities of England are numbered from 201.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pmf_analysis.synthetic.draws import choose
from pmf_analysis.synthetic.own_numbers import own
from pmf_analysis.synthetic.setting import Setting

AUTHORITY = "000"
NO_PROVIDER_NUMBER = "XXXXXXX"

_INWARD = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
"""Letters that may stand in the second half of a postcode."""


def uniform(setting: Setting, item: str, ids: pd.Series) -> NDArray[np.float64]:
    """A number from 0 to 1, evenly spread, for each id.

    Parameters
    ----------
    setting : Setting
    item : str
        What it is for.
    ids : Series of str, shape (n,)

    Returns
    -------
    ndarray of float, shape (n,)
        In [0, 1).
    """
    numbers = pd.to_numeric(ids.str.replace(r"\D", "", regex=True), errors="coerce").fillna(0)
    return own(setting, f"returns: {item}", numbers.to_numpy().astype(np.uint64))


def chosen(
    setting: Setting, item: str, ids: pd.Series, kinds: Sequence[str], shares: Sequence[float]
) -> pd.Series:
    """One of several kinds for each id, by their shares."""
    places = choose(uniform(setting, item, ids), shares)
    return pd.Series(np.array(kinds, dtype=object)[places], index=ids.index, dtype="str")


def postcodes(setting: Setting, area: str, ids: pd.Series) -> pd.Series:
    """Postcodes of an area that does not exist, such as ``QZ12 3AB``."""
    number = (uniform(setting, f"postcode {area}", ids) * 99 * 10 * 400).astype(np.int64)
    district = pd.Series(number // 4000 + 1, index=ids.index).astype("str")
    sector = pd.Series(number // 400 % 10, index=ids.index).astype("str")
    letters = pd.Series(
        np.char.add(_INWARD[number // 20 % 20], _INWARD[number % 20]), index=ids.index, dtype="str"
    )
    return area + district + " " + sector + letters
