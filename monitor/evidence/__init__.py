"""Evidence: what was read, as it was read, in a chain that shows every change made to it afterwards."""

from __future__ import annotations

from monitor.evidence.catalog import Catalog
from monitor.evidence.chain import Draft
from monitor.evidence.digests import digest_of
from monitor.evidence.keeper import Evidence, Head, Kept
from monitor.evidence.records import Exchange, File, Record, RecordError, Statement
from monitor.evidence.segments import Entry

__all__ = [
    "Catalog",
    "Draft",
    "Entry",
    "Evidence",
    "Exchange",
    "File",
    "Head",
    "Kept",
    "Record",
    "RecordError",
    "Statement",
    "digest_of",
]
