"""Made list pages: rows of a given structure, and around them what real pages have."""

from __future__ import annotations
