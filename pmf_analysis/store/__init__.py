"""The workspace on disk: deliveries as delivered, figures and prepared tables as Parquet."""

from pmf_analysis.store.atomic import atomic_write
from pmf_analysis.store.canonical import canonical_json, sha256_of
from pmf_analysis.store.folder import Store, tables_of
from pmf_analysis.store.locking import UNTIL_FREE, writes
from pmf_analysis.store.parquet import parquet_bytes, read_parquet
from pmf_analysis.store.verifying import Fault, Verification, verify
from pmf_analysis.store.workspace import (
    create_workspace,
    find_workspace,
    is_workspace,
    open_store,
)

__all__ = [
    "UNTIL_FREE",
    "Fault",
    "Store",
    "Verification",
    "atomic_write",
    "canonical_json",
    "create_workspace",
    "find_workspace",
    "is_workspace",
    "open_store",
    "parquet_bytes",
    "read_parquet",
    "sha256_of",
    "tables_of",
    "verify",
    "writes",
]
