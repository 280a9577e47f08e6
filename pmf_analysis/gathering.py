"""What was known on a date: the deliveries, their figures and records, and what is counted.

Indicators rest on figures. Some were delivered; those of an indicator with a definition over
records are counted here, once, from the records as they were known on the date.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from pmf_analysis import periods
from pmf_analysis.errors import RunError
from pmf_analysis.register import Context, Register
from pmf_analysis.register.layouts import load_layouts
from pmf_analysis.register.models import COUNTED
from pmf_analysis.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from pmf_analysis.register.layouts import RecordRule


@dataclass(frozen=True)
class Gathered:
    """What was known on a date.

    Attributes
    ----------
    deliveries : pandas.DataFrame
        One row for each, see `delivery_table`.
    figures : pandas.DataFrame
        ``tables.FIGURE``: delivered and counted.
    versions : mapping of str to pandas.DataFrame
        By name, each table of records as delivered: every version of every record.
    rules : mapping of str to RecordRule
        What tells the records and versions of a table apart.
    as_at : date or None
        The date; None where there are no records.
    """

    deliveries: pd.DataFrame
    figures: pd.DataFrame
    versions: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    rules: Mapping[str, RecordRule] = field(default_factory=dict)
    as_at: date | None = None

    @property
    def records(self) -> dict[str, pd.DataFrame]:
        """The versions as known on the date, one row a record; worked out when asked for.

        They would take up as much room as the versions, and counting alone needs them.
        """
        if self.as_at is None:
            return {}
        from pmf_analysis import counting

        return counting.known_records(self.versions, self.rules, self.as_at)


def gather(store: Store, receipts: Sequence[dict[str, object]], context: Context) -> Gathered:
    """Read what the known deliveries hold, and count what is counted from records.

    Parameters
    ----------
    store : Store
    receipts : sequence of dict
        Of the known deliveries, in the order of publication.
    context : Context
        Register, date and structure.

    Returns
    -------
    Gathered

    Raises
    ------
    RegisterError, DeliveryError
        If a definition over records cannot be read, or the records lack what it names.
    """
    figures = delivered_figures(store, receipts, context.register)
    deliveries = delivery_table(receipts)
    versions = _versions(store, receipts, context.register)
    if not versions:
        return Gathered(deliveries, figures)
    import pandas as pd

    from pmf_analysis import counting

    layouts = load_layouts(store.reference / "layouts").values()
    rules = {one.table: one.record for one in layouts if one.record is not None}
    newest = max(
        (one for one in receipts if store.record_tables(str(one["id"]))),
        key=lambda one: (str(one["published"]), str(one["id"])),
    )
    known = Gathered(deliveries, figures, versions, rules, context.as_at)
    counted = counting.count(known.records, context, str(newest["id"]))
    both = [part for part in (figures, counted) if len(part)]
    return replace(known, figures=pd.concat(both, ignore_index=True) if both else figures)


def _versions(
    store: Store, receipts: Sequence[dict[str, object]], held: Register
) -> dict[str, pd.DataFrame]:
    """Every table of records of the known deliveries, if an indicator is counted from any."""
    if not any(one.source.records for one in held.indicators.values()):
        return {}
    ids = [str(receipt["id"]) for receipt in receipts]
    names = sorted({name for each in ids for name in store.record_tables(each)})
    return {name: store.records(name, ids) for name in names}


def known_at(store: Store, as_at: date | None) -> tuple[date, list[dict[str, object]]]:
    """The as-at date, and the receipts of what was published by then.

    Parameters
    ----------
    store : Store
    as_at : date or None
        The latest delivery's publication date when not given; never today.

    Returns
    -------
    date, list of dict

    Raises
    ------
    RunError
        If the workspace holds no delivery, or none was published by the date.
    """
    receipts = store.deliveries()
    if not receipts:
        raise RunError("The workspace holds no delivery", "", "Receive one: pmf receive FILE")
    latest = max(date.fromisoformat(str(receipt["published"])) for receipt in receipts)
    on = as_at or latest
    known = [r for r in receipts if date.fromisoformat(str(r["published"])) <= on]
    if not known:
        first = min(str(receipt["published"]) for receipt in receipts)
        raise RunError(
            f"Nothing had been published by {on.isoformat()}",
            f"a date from {first} on",
            f"Use --as-at {first} or later",
        )
    return on, known


def delivered_figures(
    store: Store, receipts: Sequence[dict[str, object]], held: Register
) -> pd.DataFrame:
    """The cells of the known deliveries that a register's indicators can rest on.

    Tables that no indicator reads are left out: their receipts account for every row. A
    delivery of more cells than ``whole_up_to`` (rule set ``quality``) gives only the
    breakdowns that are read; smaller ones come whole, so that every row beside a figure is
    checked too.

    Parameters
    ----------
    store : Store
    receipts : list of dict
        Of the known deliveries; the rows come in their order.
    held : Register

    Returns
    -------
    pandas.DataFrame
        ``tables.FIGURE``.
    """
    import pandas as pd

    # registers of before this rule read every delivery whole
    limit = float(held.rule_set("quality").values.get("whole_up_to", math.inf))
    read = [cell for one in held.indicators.values() for each in one.source.all
            for cell in each.reads]  # fmt: skip
    tables = [one for one in tables_wanted(held) if one != COUNTED]
    labels = sorted({breakdown for _, breakdown, _ in read})
    parts = [
        store.figures(
            [str(receipt["id"])], tables=tables,
            breakdowns=labels if int(receipt["cells"]) > limit else None,
        )
        for receipt in receipts
    ]  # fmt: skip
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True) if filled else store.figures([])


def delivery_table(receipts: Sequence[dict[str, object]]) -> pd.DataFrame:
    """One row per delivery, in the order of publication, counts in place of lists."""
    import pandas as pd

    rows = []
    for receipt in receipts:
        end = periods.try_parse(str(receipt.get("last_period") or ""))
        rows.append(
            {
                "delivery": receipt["id"],
                "table": receipt["table"],
                "holds": receipt["holds"],
                "file_name": receipt["file_name"],
                "sha256": receipt["sha256"],
                "layout": receipt["layout"],
                "published": receipt["published"],
                "published_basis": receipt["published_basis"],
                "rows_in_file": receipt["rows_in_file"],
                "rows_read": receipt["rows_read"],
                "rows_refused": receipt["rows_refused"],
                "cells": receipt["cells"],
                "cells_unread": receipt["cells_unread"],
                "duplicates": len(receipt["duplicates"]),
                "latest_period_end": end.end.isoformat() if end else "",
            }
        )
    return pd.DataFrame(rows)


def wanted_in_words(held: Register) -> str:
    """What a delivery must hold for an indicator to rest on it, as part of a sentence."""
    figures = [one for one in tables_wanted(held) if one != COUNTED]
    sources = [one.source.records for one in held.indicators.values()]
    records = sorted({one.table for one in sources if one is not None})
    parts = [f"a table of {', '.join(figures)}"] if figures else []
    parts += [f"records of {', '.join(records)}"] if records else []
    return ", or ".join(parts)


def tables_wanted(held: Register) -> list[str]:
    """Every table that an indicator reads, sorted."""
    sources = [each for one in held.indicators.values() for each in one.source.all]
    return sorted({table for each in sources for table, _, _ in each.reads})
